"""Places of nodes on the graph: springs along edges, repulsion between all, what stands stays nearly where it is."""

import math
import zlib
from collections.abc import Mapping, Sequence

import numpy as np

SPACING = 120.0
"""Wanted length of an edge, in scene units."""
STEPS = 160
LEASH = 0.6 * SPACING
"""How far a node that stands already may move to make room for new ones."""
Place = tuple[float, float]


def arrange(keys: Sequence[str], edges: Sequence[tuple[int, int]], standing: Mapping[str, Place]) -> dict[str, Place]:
    """Place of each key. edges are pairs of positions in keys; standing are places that should hardly change.

    The same input gives the same places. Quadratic in the number of keys, which the page keeps under 400 (20 ms a hundred nodes).
    """
    count = len(keys)
    if not count:
        return {}
    places = np.array([_start(index, keys, edges, standing) for index in range(count)], dtype=float)
    held = np.array([key in standing for key in keys])
    one, other = (np.array([pair[side] for pair in edges], dtype=int) for side in (0, 1))
    stood = places[held].copy()
    for step in range(STEPS):
        heat = SPACING * 0.5 * (1.0 - step / STEPS) ** 1.5 + 0.5
        push = _repulsion(places) + _springs(places, one, other, count) - places * 0.012
        length = np.maximum(np.linalg.norm(push, axis=1, keepdims=True), 1e-9)
        places += push / length * np.minimum(length, heat)
        moved = places[held] - stood
        far = np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
        places[held] = stood + moved / far * np.minimum(far, LEASH)
    return {key: (float(x), float(y)) for key, (x, y) in zip(keys, places, strict=True)}


def _start(index: int, keys: Sequence[str], edges: Sequence[tuple[int, int]], standing: Mapping[str, Place]) -> Place:
    """Where a node begins: where it stands, else around a neighbour that stands, else on a circle."""
    key = keys[index]
    if key in standing:
        return standing[key]
    angle = zlib.crc32(key.encode("utf-8", "surrogatepass")) / 2**32 * 2 * math.pi
    for one, other in edges:
        beside = keys[other] if one == index else keys[one] if other == index else None
        if beside in standing:
            x, y = standing[beside]
            return x + SPACING * math.cos(angle), y + SPACING * math.sin(angle)
    radius = SPACING * (0.6 + math.sqrt(index))
    return radius * math.cos(angle), radius * math.sin(angle)


def _repulsion(places: np.ndarray) -> np.ndarray:
    between = places[:, None, :] - places[None, :, :]
    squared = (between**2).sum(axis=2) + 1.0
    np.fill_diagonal(squared, np.inf)
    return (between * (SPACING**2 / squared)[:, :, None]).sum(axis=1)


def _springs(places: np.ndarray, one: np.ndarray, other: np.ndarray, count: int) -> np.ndarray:
    pull = np.zeros((count, 2))
    if len(one):
        along = places[other] - places[one]
        length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
        force = along * (length / SPACING) * 0.9
        np.add.at(pull, one, force)
        np.add.at(pull, other, -force)
    return pull
