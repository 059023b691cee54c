"""Forces between the nodes of a graph, in NumPy: near ones pair by pair within cells, far ones through a grid of weights."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

SPACING = 120.0
"""Wanted length of an edge, in scene units."""
GRID, FEWEST_CELLS = 128, 16
"""Most and fewest cells along one side of the grid of weights."""
CLOSE = 4
"""Nodes of one cell that are pushed apart pair by pair; more than that are too crowded for pairs to matter yet."""
ROOM, TOUCHING = 0.75 * SPACING, 8.0
"""Distance below which two nodes of a small graph push each other harder, so that none hides another, and how much harder."""
EXACT = 400
"""Nodes up to which every pair is looked at."""
Places = NDArray[np.float64]


def repulsion(places: Places, near: bool = True) -> Places:
    """Push on each node away from all others: SPACING squared over the distance (Fruchterman and Reingold, 1991).

    near: of many nodes, those in the same cell are told apart as well; while all is still far from its place nobody needs that.
    """
    if len(places) <= EXACT:
        return _every_pair(places)
    return _by_grid(places) + _near(places) if near else _by_grid(places)


def springs(places: Places, one: NDArray[np.int64], other: NDArray[np.int64], weight: NDArray[np.float64]) -> Places:
    """Pull of the edges (positions of their ends, how strongly each pulls): the square of their length over SPACING."""
    along = places[other] - places[one]
    force = along * (np.hypot(along[:, 0], along[:, 1]) / SPACING * 0.9 * weight)[:, None]
    count = len(places)
    pull = np.empty_like(places)
    for axis in (0, 1):
        pull[:, axis] = np.bincount(one, force[:, axis], count) - np.bincount(other, force[:, axis], count)
    return pull


def _every_pair(places: Places) -> Places:
    between = places[:, None, :] - places[None, :, :]
    squared = (between**2).sum(axis=2) + 1.0
    np.fill_diagonal(squared, np.inf)
    apart = np.sqrt(squared)
    strength = SPACING**2 / squared + TOUCHING * np.maximum(0.0, ROOM - apart) / apart
    push: Places = (between * strength[:, :, None]).sum(axis=1)
    return push


def _by_grid(places: Places) -> Places:
    """Far forces: weights shared out to the four corners of a cell, folded with the force of one, read back the same way.

    The particle-mesh method (Hockney and Eastwood, 1988, chapter 5): a node does not push itself.
    """
    low = places.min(axis=0)
    side = max(float((places.max(axis=0) - low).max()), SPACING)
    cells = int(min(GRID, max(FEWEST_CELLS, side / SPACING)))
    width = side / (cells - 1)
    spot = (places - low) / width
    corner = np.minimum(spot.astype(np.int64), cells - 2)
    part = spot - corner
    shares = [
        ((corner[:, 0] + dx) * cells + corner[:, 1] + dy, np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1]))
        for dx in (0, 1)
        for dy in (0, 1)
    ]
    mass = sum(np.bincount(at, weight, cells * cells) for at, weight in shares).reshape(cells, cells)
    spectrum = np.fft.rfft2(mass, (2 * cells, 2 * cells))
    push = np.empty_like(places)
    for axis in (0, 1):
        field = np.fft.irfft2(spectrum * _kernel(cells, axis), (2 * cells, 2 * cells))[:cells, :cells].ravel()
        push[:, axis] = sum(field[at] * weight for at, weight in shares)
    return push * (SPACING**2 / width)


@cache
def _kernel(cells: int, axis: int) -> NDArray[np.complex128]:
    """Spectrum of the push of one weight on every cell around it, in cells."""
    steps = np.fft.fftfreq(2 * cells, 1 / (2 * cells))
    away = np.meshgrid(steps, steps, indexing="ij")
    squared = away[0] ** 2 + away[1] ** 2
    squared[0, 0] = 1.0
    return np.fft.rfft2(away[axis] / np.maximum(squared, 1.0))


def _near(places: Places) -> Places:
    """Close forces, which the grid smooths away: pairs in the same cell of SPACING, and in the next cells on two sides."""
    cell = np.floor(places / SPACING).astype(np.int64)
    cell -= cell.min(axis=0)
    wide = int(cell[:, 1].max()) + 3
    name = cell[:, 0] * wide + cell[:, 1]
    order = np.argsort(name, kind="stable")
    ranked = name[order]
    push = np.zeros_like(places)
    for step in (0, 1, wide - 1, wide, wide + 1):
        start = np.searchsorted(ranked, ranked + step) if step else np.arange(len(ranked)) + 1
        for shift in range(CLOSE):
            mate = start + shift
            held = mate < len(ranked)
            mate = np.minimum(mate, len(ranked) - 1)
            held &= ranked[mate] == ranked + step
            mine, theirs = order[held], order[mate[held]]
            away = places[mine] - places[theirs]
            gap = np.hypot(away[:, 0], away[:, 1])
            force = away * (np.maximum(0.0, SPACING - gap) / np.maximum(gap, 1.0))[:, None]
            for axis in (0, 1):
                push[:, axis] += np.bincount(mine, force[:, axis], len(places))
                push[:, axis] -= np.bincount(theirs, force[:, axis], len(places))
    return push
