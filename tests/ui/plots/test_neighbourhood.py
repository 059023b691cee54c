"""What the graph shows: folds, what is opened stays open, alerts are never folded away."""

from app.model.entity import EntityRef
from app.model.rows import Edge
from app.ui.plots.neighbourhood import FOLD_ABOVE, MOST_NODES, shown

ROOT = EntityRef("address", "address:10.0.0.66", "10.0.0.66")
NONE: frozenset[str] = frozenset()


def user(number: int) -> EntityRef:
    return EntityRef("user", f"user:u{number}", f"u{number}")


def edge(number: int, alerted: bool = False) -> Edge:
    return Edge(origin=user(number), target=ROOT, count=number + 1, alerted=alerted)


def test_few_neighbours_stand_alone() -> None:
    picture = shown(ROOT, [edge(n) for n in range(3)], NONE, NONE)

    assert {one.key for one in picture.nodes} == {ROOT.key, "user:u0", "user:u1", "user:u2"}
    assert len(picture.edges) == 3


def test_many_leaves_of_one_kind_are_one_disc_with_their_number() -> None:
    picture = shown(ROOT, [edge(n) for n in range(FOLD_ABOVE + 1)], NONE, NONE)

    fold = next(one for one in picture.nodes if one.members)
    assert fold.ref.label == str(FOLD_ABOVE + 1)
    assert len(picture.nodes) == 2
    assert [(one, other, joined.count) for one, other, joined in picture.edges] == [
        (fold.key, ROOT.key, sum(n + 1 for n in range(FOLD_ABOVE + 1)))
    ]


def test_an_opened_fold_shows_its_members() -> None:
    edges = [edge(n) for n in range(FOLD_ABOVE + 1)]
    fold = next(one.key for one in shown(ROOT, edges, NONE, NONE).nodes if one.members)

    assert len(shown(ROOT, edges, frozenset({fold}), NONE).nodes) == FOLD_ABOVE + 2


def test_what_an_alert_rests_on_is_folded_apart() -> None:
    few = shown(ROOT, [edge(n, alerted=n == 4) for n in range(FOLD_ABOVE + 5)], NONE, NONE)
    many = shown(ROOT, [edge(n, alerted=n > FOLD_ABOVE) for n in range(2 * FOLD_ABOVE + 2)], NONE, NONE)

    assert any(one.key == "user:u4" and one.alerted for one in few.nodes)
    assert sorted((one.alerted, len(one.members)) for one in many.nodes if one.members) == [
        (False, FOLD_ABOVE + 1),
        (True, FOLD_ABOVE + 1),
    ]


def test_a_picture_has_an_end_and_says_what_is_left_out() -> None:
    edges = [Edge(origin=user(n), target=user(n + 1), count=1) for n in range(MOST_NODES * 2)]

    picture = shown(ROOT, edges, NONE, NONE)

    assert len(picture.nodes) <= MOST_NODES
    assert picture.hidden > 0


def test_an_edge_to_itself_is_not_drawn() -> None:
    assert shown(ROOT, [Edge(origin=ROOT, target=ROOT, count=3)], NONE, NONE).edges == ()
