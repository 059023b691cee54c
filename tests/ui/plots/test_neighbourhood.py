"""What the graph shows: folds, what is opened stays open, alerts are never folded away, what a sketch leaves out is gone."""

import pytest

from app.model.entity import EntityRef
from app.model.graph import Traits
from app.model.rows import Edge
from app.ui.plots import neighbourhood
from app.ui.plots.neighbourhood import CROWD, FOLD_ABOVE, LOOSE, Shown, left, plural, shown
from app.ui.plots.sketch import Sketch

ROOT = EntityRef("address", "address:10.0.0.66", "10.0.0.66")
AROUND = Sketch(roots=(ROOT.key,))


def user(number: int) -> EntityRef:
    return EntityRef("user", f"user:u{number}", f"u{number}")


def edge(number: int, alerted: bool = False) -> Edge:
    return Edge(origin=user(number), target=ROOT, count=number + 1, alerted=alerted)


def names(picture: Shown) -> set[str]:
    return {one.key for one in picture.nodes}


def test_few_neighbours_stand_alone() -> None:
    picture = shown([edge(n) for n in range(3)], AROUND)

    assert names(picture) == {ROOT.key, "user:u0", "user:u1", "user:u2"}
    assert len(picture.edges) == 3 and picture.group_of == {}
    assert {one.degree for one in picture.nodes} == {1, 3}


def test_many_leaves_of_one_kind_are_one_disc_with_their_number() -> None:
    picture = shown([edge(n) for n in range(FOLD_ABOVE + 1)], AROUND)

    fold = next(one for one in picture.nodes if one.members)
    assert fold.ref.label == str(FOLD_ABOVE + 1) and fold.title == "accounts" and not fold.mixed
    assert [one.label for one in fold.members] == sorted(user(n).label for n in range(FOLD_ABOVE + 1)), "by their names"
    assert len(picture.nodes) == 2 and set(picture.group_of.values()) == {fold.key}
    assert [(one, other, joined.count) for one, other, joined in picture.edges] == [
        (fold.key, ROOT.key, sum(n + 1 for n in range(FOLD_ABOVE + 1)))
    ]


def test_those_with_the_same_two_neighbours_are_one_disc_too() -> None:
    other = EntityRef("controller", "computer:dc1", "DC1")
    edges = [edge(n) for n in range(FOLD_ABOVE + 2)] + [
        Edge(origin=user(n), target=other, count=1) for n in range(FOLD_ABOVE + 1)
    ]

    picture = shown(edges, AROUND)

    assert sorted(len(one.members) for one in picture.nodes if one.members) == [FOLD_ABOVE + 1]
    assert f"user:u{FOLD_ABOVE + 1}" in names(picture) and len(picture.edges) == 3


@pytest.mark.parametrize("kinds", [("user", "computer", "group")])
def test_never_more_than_fifty_loose_neighbours(kinds: tuple[str, ...]) -> None:
    edges = [
        Edge(origin=EntityRef(kind, f"{kind}:{n}", f"{kind}{n}"), target=ROOT, count=1)  # type: ignore[arg-type]
        for kind in kinds
        for n in range(FOLD_ABOVE)
    ]
    assert len(edges) > LOOSE

    picture = shown(edges, AROUND)

    assert len(picture.nodes) == 1 + len(kinds)


def test_an_opened_fold_shows_its_members_and_one_can_be_taken_out() -> None:
    edges = [edge(n) for n in range(FOLD_ABOVE + 5)]
    fold = next(one.key for one in shown(edges, AROUND).nodes if one.members)

    assert len(shown(edges, Sketch(roots=(ROOT.key,), opened=(fold,))).nodes) == FOLD_ABOVE + 6
    taken = shown(edges, Sketch(roots=(ROOT.key,), loose=("user:u3",)))
    assert "user:u3" in names(taken) and len(taken.nodes) == 3


def test_a_group_is_opened_in_part_by_what_tells_its_members_apart() -> None:
    edges = [edge(n) for n in range(30)]
    fold = next(one.key for one in shown(edges, AROUND).nodes if one.members)
    traits = {user(n).key: Traits(unit="Sales" if n < 20 else "IT" if n < 29 else "") for n in range(30)}

    parts = shown(edges, Sketch(roots=(ROOT.key,), split=((fold, "unit"),)), traits)

    groups = {one.title: len(one.members) for one in parts.nodes if one.members}
    assert groups == {"Sales": 20, "IT": 9} and "user:u29" in names(parts)
    opened = Sketch(roots=(ROOT.key,), split=((fold, "unit"),), opened=(f"{fold}|unit=IT",))
    assert len(shown(edges, opened, traits).nodes) == 1 + 1 + 9 + 1


def test_what_an_alert_rests_on_is_folded_apart() -> None:
    few = shown([edge(n, alerted=n == 4) for n in range(FOLD_ABOVE + 5)], AROUND)
    many = shown([edge(n, alerted=n > FOLD_ABOVE) for n in range(2 * FOLD_ABOVE + 2)], AROUND)

    assert any(one.key == "user:u4" and one.alerted for one in few.nodes)
    assert sorted((one.alerted, len(one.members)) for one in many.nodes if one.members) == [
        (False, FOLD_ABOVE + 1),
        (True, FOLD_ABOVE + 1),
    ]


def test_a_crowd_is_folded_by_community_and_a_disc_is_named_after_its_busiest() -> None:
    edges, parts = [], {}
    for part in range(8):
        hub = EntityRef("computer", f"computer:hub{part}", f"HUB{part}")
        for n in range(CROWD // 8 + 5):
            one = EntityRef("user", f"user:p{part}-{n}", f"p{part}-{n}")
            other = EntityRef("user", f"user:p{part}-{(n * 7 + 1) % (CROWD // 8 + 5)}", "x")
            edges += [Edge(origin=one, target=hub, count=1), Edge(origin=one, target=other, count=1)]
            parts |= {one.key: part, hub.key: part}

    picture = shown(edges, Sketch(query=""), {}, parts)
    every = shown(edges, Sketch(query="", grouping="none"), {}, parts)

    assert [one.title for one in picture.nodes] == [f"around HUB{part}" for part in range(8)]
    assert all(one.mixed and one.sign == "" for one in picture.nodes)
    assert len(every.nodes) == len(parts) and not any(one.members for one in every.nodes)


def test_a_picture_has_an_end_and_says_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbourhood, "MOST_NODES", 50)
    edges = [Edge(origin=user(n), target=user(n + 1), count=1) for n in range(100)]

    picture = shown(edges, Sketch(query="", grouping="none"))

    assert len(picture.nodes) == 50 and picture.hidden == 51


def test_an_edge_to_itself_is_not_drawn_and_a_root_without_edges_is() -> None:
    picture = shown([Edge(origin=ROOT, target=ROOT, count=3)], AROUND, labels={ROOT.key: ROOT})

    assert picture.edges == () and names(picture) == {ROOT.key}


def test_hidden_kinds_leave_the_root_and_hidden_families_leave_the_others() -> None:
    mixed = Edge(origin=user(1), target=user(2), count=7, families=(("Kerberos", 5), ("LDAP", 2)))
    member = Edge(origin=user(1), target=EntityRef("group", "group:g", "G"), count=0, tie="member")
    around = Sketch(roots=("user:u1",), kinds=("user",))

    assert left([mixed, member], around) == {("user:u1", "group:g"): member}
    some = left([mixed, member], Sketch(query="", families=("Kerberos", "member")))
    assert [(one.count, one.families) for one in some.values()] == [(2, (("LDAP", 2),))]
    assert left([mixed], Sketch(query="", families=("Kerberos", "LDAP"))) == {}


def test_removed_entities_go_and_only_the_kept_ones_stay() -> None:
    edges = [edge(n) for n in range(4)]

    assert "user:u2" not in names(shown(edges, Sketch(roots=(ROOT.key,), removed=("user:u2",))))
    assert names(shown(edges, Sketch(roots=(ROOT.key,), only=(ROOT.key, "user:u1")))) == {ROOT.key, "user:u1"}


def test_what_passed_counts_more_than_what_is_only_possible() -> None:
    both = [
        Edge(origin=user(1), target=user(2), count=0, tie="member"),
        Edge(origin=user(1), target=user(2), count=1, severity="high", alerted=True),
    ]

    ((_, _, joined),) = shown(both, Sketch(query="")).edges
    assert (joined.tie, joined.count) == ("seen", 1)
    assert {one.severity for one in shown(both, Sketch(query="")).nodes} == {"high"}


def test_several_have_a_name() -> None:
    assert [plural(kind) for kind in ("user", "controller", "address", "other")] == [
        "accounts", "controllers", "addresses", "computers",
    ]  # fmt: skip
