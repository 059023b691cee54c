"""Places on the graph: deterministic, apart, and stable when something is added."""

import math

from app.ui.plots.layout import LEASH, arrange

KEYS = [f"user:{letter}" for letter in "abcdefghij"]
STAR = [(0, other) for other in range(1, len(KEYS))]


def test_the_same_graph_has_the_same_places() -> None:
    assert arrange(KEYS, STAR, {}) == arrange(KEYS, STAR, {})


def test_nodes_do_not_lie_on_each_other() -> None:
    places = list(arrange(KEYS, STAR, {}).values())

    assert min(math.dist(one, other) for i, one in enumerate(places) for other in places[:i]) > 30


def test_what_stands_hardly_moves_when_a_neighbour_is_added() -> None:
    before = arrange(KEYS, STAR, {})

    after = arrange([*KEYS, "computer:new"], [*STAR, (3, len(KEYS))], before)

    assert max(math.dist(before[key], after[key]) for key in KEYS) <= LEASH + 1e-6
    assert math.dist(after["computer:new"], after[KEYS[3]]) < 300


def test_nothing_has_no_places_and_one_node_has_one() -> None:
    assert arrange([], [], {}) == {}
    assert set(arrange(["user:a"], [], {})) == {"user:a"}
