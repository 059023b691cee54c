"""Places of nodes on the graph: springs along edges, repulsion between all, what stands stays nearly where it is."""

import math
import zlib
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from app.ui.plots.communities import communities
from app.ui.plots.forces import EXACT, SPACING, Places, repulsion, springs

STEPS = 160
"""Steps of a small graph; a large one takes LARGE_STEPS, from a better start."""
LARGE_STEPS = 90
LEASH = 0.6 * SPACING
"""How far a node that stands already may move to make room for new ones."""
GRAVITY = 0.012
ACROSS = 0.15
"""Share of its pull that an edge between two communities of a large graph keeps, so that communities show."""
PARTS = 120
"""Communities that are laid out as nodes before their members are."""
Place = tuple[float, float]
Pair = tuple[int, int]


class Cooling(Struct):
    """A layout on its way; step() takes it further, places() may be shown at any time. The same input gives the same steps."""

    keys: tuple[str, ...]
    at: Places
    stood: Places
    held: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    weight: NDArray[np.float64]
    steps: int
    done: int = 0

    @property
    def over(self) -> bool:
        """Whether it came to rest."""
        return self.done >= self.steps

    def step(self, number: int) -> "Cooling":
        """So many steps further, at most to the end."""
        for _ in range(min(number, self.steps - self.done)):
            heat = SPACING * 0.5 * (1.0 - self.done / self.steps) ** 1.5 + 0.5
            push = repulsion(self.at, near=2 * self.done >= self.steps) + springs(self.at, self.one, self.other, self.weight)
            push -= (self.at - self.at.mean(axis=0) if len(self.at) > EXACT else self.at) * GRAVITY
            length = np.maximum(np.hypot(push[:, 0], push[:, 1]), 1e-9)[:, None]
            self.at = self.at + push / length * np.minimum(length, heat)
            moved = self.at[self.held] - self.stood
            far = np.maximum(np.hypot(moved[:, 0], moved[:, 1]), 1e-9)[:, None]
            self.at[self.held] = self.stood + np.where(self.fixed[self.held][:, None], 0.0, moved / far * np.minimum(far, LEASH))
            self.done += 1
        return self

    def places(self) -> dict[str, Place]:
        """Where each key is now."""
        return {key: (x, y) for key, (x, y) in zip(self.keys, self.at.tolist(), strict=True)}


def arrange(
    keys: Sequence[str], edges: Sequence[Pair], standing: Mapping[str, Place], pinned: Collection[str] = ()
) -> dict[str, Place]:
    """Place of each key. edges: pairs of positions in keys; standing: places that should hardly change; pinned: not at all."""
    cooling = begin(keys, edges, standing, pinned)
    return cooling.step(cooling.steps).places()


def begin(
    keys: Sequence[str],
    edges: Sequence[Pair],
    standing: Mapping[str, Place],
    pinned: Collection[str] = (),
    near: Mapping[str, Place] | None = None,
) -> Cooling:
    """The same, to be cooled step by step; near: where new keys begin. 10,000 nodes and 30,000 edges take 20 ms a step."""
    pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
    held = np.array([key in standing for key in keys], dtype=bool)
    fixed = np.array([key in pinned and key in standing for key in keys], dtype=bool)
    part = communities(pairs, len(keys)) if len(keys) > EXACT else np.zeros(len(keys), np.int64)
    weight = _weights(pairs, part)
    at = _start(keys, pairs, standing, held, part)
    for place, key in enumerate(keys):
        if near and not held[place] and key in near:
            at[place] = near[key] + (at[place] - at[place].mean()) * 1e-3
    large = len(keys) > EXACT
    steps = (LARGE_STEPS // 2 if large and held.mean() > 0.5 else LARGE_STEPS if large else STEPS) if len(keys) else 0
    return Cooling(tuple(keys), at, at[held].copy(), held, fixed, pairs[:, 0], pairs[:, 1], weight, steps)


def _weights(pairs: NDArray[np.int64], part: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much each edge pulls: between two busy nodes less, else all fall into one heap; across communities less as well."""
    degree = np.bincount(pairs.ravel(), minlength=len(part))
    ends = degree[pairs]
    pull = 1.0 / np.sqrt(np.maximum(1, np.maximum(ends.min(axis=1), ends.max(axis=1) // 16)))
    found: NDArray[np.float64] = np.where(part[pairs[:, 0]] == part[pairs[:, 1]], pull, pull * ACROSS)
    return found


def _start(
    keys: Sequence[str], pairs: NDArray[np.int64], standing: Mapping[str, Place], held: NDArray[np.bool_], part: NDArray[np.int64]
) -> Places:
    """Where each node begins: where it stands, else around a neighbour that stands, else by the shape of the graph."""
    if not len(keys):
        return np.zeros((0, 2))
    angle = np.array([zlib.crc32(key.encode("utf-8", "surrogatepass")) / 2**32 * 2 * math.pi for key in keys])
    out = np.column_stack((np.cos(angle), np.sin(angle)))
    if len(keys) > EXACT and not held.any():
        return _by_parts(pairs, part, out)
    at = out * (SPACING * (0.6 + np.sqrt(np.arange(len(keys)))))[:, None]
    for place, key in enumerate(keys):
        if held[place]:
            at[place] = standing[key]
    beside = np.full(len(keys), -1)
    for ends in (pairs, pairs[:, ::-1]):
        new = ~held[ends[:, 0]] & held[ends[:, 1]]
        beside[ends[new, 0][::-1]] = ends[new, 1][::-1]
    near = beside >= 0
    at[near] = at[beside[near]] + out[near] * SPACING
    return at


def _by_parts(pairs: NDArray[np.int64], part: NDArray[np.int64], out: Places) -> Places:
    """A large graph begins as its communities, laid out as nodes; the members of each in a disc, busy ones inside."""
    count, size = len(part), np.bincount(part)
    number = len(size)
    degree = np.bincount(pairs.ravel(), minlength=count)
    few = min(number, PARTS)
    across = part[pairs]
    across = np.unique(np.sort(across[(across[:, 0] != across[:, 1]) & (across < few).all(axis=1)], axis=1), axis=0)
    names = [f"part:{one}" for one in range(few)]
    middles = arrange(names, [(int(one), int(other)) for one, other in across], {})
    radius = SPACING * 0.55 * np.sqrt(size)
    centre = np.array([middles[one] for one in names])
    centre *= 2.2 * float(np.sqrt((radius[:few] ** 2).mean())) / SPACING + 1.0
    if number > few:  # the small rest stands around
        turn = np.arange(number - few) * 2.399963  # the golden angle
        wide = float(np.hypot(*centre.T).max()) + 2 * SPACING
        reach = wide + SPACING * np.sqrt(np.arange(number - few))
        centre = np.vstack((centre, np.column_stack((np.cos(turn), np.sin(turn))) * reach[:, None]))
    order = np.lexsort((-degree, part))
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count) - np.repeat(np.concatenate(([0], np.cumsum(size)[:-1])), size)
    places: Places = centre[part] + out * (SPACING * 0.55 * np.sqrt(rank))[:, None]
    return places
