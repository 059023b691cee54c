"""Which nodes of a graph belong together: label propagation in NumPy, the same for the same graph."""

import numpy as np
from numpy.typing import NDArray

ROUNDS, SMALL = 12, 5
"""Times that every node votes; members below which a community is none."""


def communities(pairs: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Number of the community of each node; 0 is the largest. pairs: positions of the ends of each edge.

    Each node takes the label that most of its neighbours have (Raghavan and others, 2007), half of the nodes at a time so that
    nothing swings for ever. An edge counts less the busier its ends: what everybody talks to ties nobody together.
    """
    label = np.arange(count)
    if not len(pairs):
        return label
    ends = np.vstack((pairs, pairs[:, ::-1]))
    degree = np.maximum(1, np.bincount(ends[:, 0], minlength=count)).astype(float)
    weight = 1.0 / np.sqrt(degree[ends[:, 0]] * degree[ends[:, 1]])
    half = (np.arange(count) * 2_654_435_761 >> 7) & 1  # Knuth's multiplicative hash: no order of the nodes shows
    for turn in range(2 * ROUNDS):
        mine = half[ends[:, 0]] == turn % 2
        before = label
        label = _voted(label, ends[mine], weight[mine])
        if turn > 2 and turn % 2 and np.array_equal(before, label):
            break
    for _ in range(3):  # a handful that nobody joined joins those that it talks to most
        size = np.bincount(label, minlength=count)
        lone = (size[label[ends[:, 0]]] < SMALL) & (size[label[ends[:, 1]]] >= SMALL)
        label = _voted(label, ends[lone], weight[lone])
    _, numbered, size = np.unique(label, return_inverse=True, return_counts=True)
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.lexsort((np.arange(len(size)), -size))] = np.arange(len(size))
    return rank[numbered]


def _voted(label: NDArray[np.int64], ends: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Labels after the first node of each of these edges took what its neighbours wish most; of equals the smallest."""
    if not len(ends):
        return label
    node, wanted = ends[:, 0], label[ends[:, 1]]
    order = np.lexsort((wanted, node))
    node, wanted = node[order], wanted[order]
    cut = np.flatnonzero(np.concatenate(([True], (np.diff(node) != 0) | (np.diff(wanted) != 0))))
    votes = np.round(np.add.reduceat(weight[order], cut), 9)
    voter, choice = node[cut], wanted[cut]
    best = np.lexsort((choice, -votes, voter))
    first = best[np.concatenate(([True], np.diff(voter[best]) != 0))]
    after = label.copy()
    after[voter[first]] = choice[first]
    return after
