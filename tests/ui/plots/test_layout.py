"""Places on the graph: deterministic, apart, and stable when something is added."""

import math
import random

import numpy as np

from app.ui.plots.communities import communities
from app.ui.plots.forces import EXACT, repulsion
from app.ui.plots.layout import LEASH, arrange, begin

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


def crowd(number: int = 1_200) -> tuple[list[str], list[tuple[int, int]]]:
    """Parts of a hundred, a hub that everybody talks to."""
    chance = random.Random(4)
    edges = {(0, n) for n in range(1, number, 3)}
    edges |= {(n, min(number - 1, n // 100 * 100 + chance.randrange(100))) for n in range(number) for _ in range(3)}
    return [f"user:{n}" for n in range(number)], sorted((one, other) for one, other in edges if one != other)


def test_a_pinned_node_does_not_move_at_all() -> None:
    before = arrange(KEYS, STAR, {})
    moved = before | {KEYS[2]: (900.0, -700.0)}

    after = arrange([*KEYS, "computer:new"], [*STAR, (2, len(KEYS))], moved, {KEYS[2]})

    assert after[KEYS[2]] == (900.0, -700.0)


def test_a_large_graph_is_laid_out_step_by_step_the_same_each_time() -> None:
    keys, edges = crowd()
    once, again = begin(keys, edges, {}), begin(keys, edges, {})
    while not once.over:
        once.step(20)
    again.step(again.steps)

    assert once.places() == again.places()
    at = np.array(list(once.places().values()))
    assert np.isfinite(at).all()
    near = np.sort(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)), axis=1)[:, 1]
    assert np.median(near) > 20 and (near < 1).mean() < 0.01


def test_neighbours_of_a_large_graph_stand_nearer_than_strangers() -> None:
    keys, edges = crowd()
    cooling = begin(keys, edges, {})
    at = cooling.step(cooling.steps).at
    pairs = np.array([pair for pair in edges if pair[0]])

    apart = np.hypot(*(at[pairs[:, 0]] - at[pairs[:, 1]]).T).mean()
    strangers = np.hypot(*(at[pairs[:, 0]] - at[np.roll(pairs[:, 1], 317)]).T).mean()
    assert apart < 0.5 * strangers


def test_a_large_graph_hardly_moves_when_some_come() -> None:
    keys, edges = crowd()
    cooling = begin(keys, edges, {})
    before = cooling.step(cooling.steps).places()
    new = [f"computer:new{n}" for n in range(30)]
    more = begin([*keys, *new], [*edges, *((len(keys) + n, n * 3) for n in range(30))], before)
    after = more.step(more.steps).places()

    assert max(math.dist(before[key], after[key]) for key in keys) <= LEASH + 1e-6
    assert all(math.dist(after[new[n]], after[keys[n * 3]]) < 1_000 for n in range(30))


def test_forces_by_grid_are_nearly_those_of_every_pair() -> None:
    chance = np.random.default_rng(7)
    places = chance.uniform(-3_000, 3_000, (EXACT + 200, 2))
    between = places[:, None] - places[None]
    squared = (between**2).sum(axis=2) + 1.0
    np.fill_diagonal(squared, np.inf)
    exact = (between * (120.0**2 / squared)[:, :, None]).sum(axis=1)

    wrong = np.hypot(*(repulsion(places, near=False) - exact).T) / np.hypot(*exact.T)
    assert np.median(wrong) < 0.15


def test_labels_spread_within_knots_only() -> None:
    pairs = np.array([(n, (n + step) % 30 + base) for base in (0, 30) for n in range(base, base + 30) for step in (1, 2, 3)])
    pairs[:, 1] %= 60
    part = communities(np.vstack((pairs, [(0, 30)])), 61)

    assert part[60] not in part[:60] and len(set(part[:30])) <= 3
    assert list(communities(np.zeros((0, 2), np.int64), 3)) == [0, 1, 2]
