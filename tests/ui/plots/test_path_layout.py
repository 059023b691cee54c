"""Where parties of paths stand: columns by steps, everything drawn once, nothing more than there is room for."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.entity import EntityRef
from app.model.paths import AttackPath, PathEdge
from app.ui.plots.path_layout import drawn

NAMES = "abcdefghij"


def path(names: str, state: str = "possible") -> AttackPath:
    refs = [EntityRef("user", f"user:{one}", one) for one in names]
    edges = tuple(
        PathEdge(origin=one, target=other, kind="admin", right="AdminTo", state=state) for one, other in itertools.pairwise(refs)
    )  # type: ignore[arg-type]
    return AttackPath(edges=edges, state=state)  # type: ignore[arg-type]


def test_the_target_stands_at_the_right_and_everybody_by_steps_from_it() -> None:
    made = drawn([path("abz"), path("cbz"), path("dz")], False, 8)
    columns = {one.ref.label: one.column for one in made.spots}

    assert columns == {"a": 0, "c": 0, "b": 1, "d": 1, "z": 2}
    assert [one.ref.label for one in made.spots if one.sensitive] == ["z"]
    assert {(one.origin[-1], one.target[-1]) for one in made.arrows} == {("a", "b"), ("b", "z"), ("c", "b"), ("d", "z")}


def test_from_a_start_the_start_stands_at_the_left() -> None:
    made = drawn([path("abz"), path("acy")], True, 8)

    assert {one.ref.label: one.column for one in made.spots} == {"a": 0, "b": 1, "c": 1, "z": 2, "y": 2}


def test_what_has_no_room_is_folded_but_never_the_chosen_path() -> None:
    paths = [path(f"{one}z") for one in NAMES]
    made = drawn(paths, False, 4, chosen=9)
    left = [one for one in made.spots if one.column == 0]

    assert len(left) == 4
    assert [len(one.folded) for one in left if one.folded] == [7]
    assert "j" in {one.ref.label for one in left if not one.folded}
    (into,) = [one for one in made.arrows if one.origin.startswith("more:")]
    assert len(into.edges) == 7


def test_a_walked_edge_makes_its_arrow_walked() -> None:
    made = drawn([path("abz", "walked"), path("cbz")], False, 2)

    assert {one.state for one in made.arrows} == {"walked", "possible"}


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn([], False, 5).spots == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True), min_size=1, max_size=40), st.integers(2, 8)
)
def test_every_party_of_every_path_is_there_once_and_no_column_is_overfull(ways: list[list[str]], rows: int) -> None:
    made = drawn([path("".join(one) + "z") for one in ways], False, rows)
    shown = [ref.key for one in made.spots for ref in (one.folded or (one.ref,))]
    used = {key for one in ways[: made.shown] for key in (*(f"user:{name}" for name in one), "user:z")}

    assert sorted(shown) == sorted(used)
    assert all(sum(1 for one in made.spots if one.column == column) <= rows for column in range(made.columns))
    assert len({(one.column, one.row) for one in made.spots}) == len(made.spots)
    keys = {one.key for one in made.spots}
    assert all(one.origin in keys and one.target in keys and one.origin != one.target for one in made.arrows)
