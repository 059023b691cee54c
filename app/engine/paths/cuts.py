"""Which edges to take away so that most paths end."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct

from app.engine.paths.finding import STEPS, Found, reach
from app.engine.paths.network import ADMIN, CONTROL, LIVE, MEMBER, REMOTE, SESSION, View, distances, without

CUTS = 6
"""Edges of one plan."""
MOST_EDGES = 4_000
"""Edges of a part of the network whose smallest cut is worked out."""

EASIER = {ADMIN: 0, CONTROL: 1, REMOTE: 2, MEMBER: 3, SESSION: 4}
"""Among equals: a right of an administrator is taken away once, credentials come back with the next logon."""


class Taken(Struct, frozen=True):
    """An edge of a plan; ends: listed paths that end with it, of: those that were left before; accounts_left: who still comes."""

    edge: int
    ends: int
    of: int
    accounts_left: int


def plan(seen: View, paths: Iterable[Found], targets: Sequence[int], most: int = CUTS) -> tuple[Taken, ...]:
    """Edges to take away one after the other, each the one that ends most of the paths that are left, then most accounts.

    Every edge may be taken: a session ended, an administrator, a member, a right removed.
    """
    left = [one for one in paths if not one.dormant]
    taken: list[Taken] = []
    while left and len(taken) < most:
        counted: Counter[int] = Counter()
        accounts: Counter[int] = Counter()
        for one in left:
            for edge in set(one.edges):
                counted[edge] += 1
                accounts[edge] += one.accounts
        best = max(counted, key=lambda edge: (counted[edge], accounts[edge], -EASIER[int(seen.net.kind[edge])], -edge))
        remaining = [one for one in left if best not in one.edges]
        rest, _ = reach(without(seen, [*(one.edge for one in taken), best]), list(targets))
        taken.append(Taken(best, len(left) - len(remaining), len(left), rest))
        left = remaining
    return tuple(taken)


def least(seen: View, target: int) -> int:
    """The smallest number of edges whose removal leaves no live way to a node; 0 when there is none, or too many to tell."""
    steps = distances(seen, [target], STEPS)
    net = seen.net
    inside = np.flatnonzero((seen.state == LIVE) & (steps[net.target] >= 0)).tolist()
    if not inside or len(inside) > MOST_EDGES:
        return 0
    import networkx as nx  # takes longer to load than most runs need it

    graph = nx.DiGraph()
    for edge in inside:
        origin, end = int(net.origin[edge]), int(net.target[edge])
        held = graph.get_edge_data(origin, end, {"capacity": 0})["capacity"]
        graph.add_edge(origin, end, capacity=held + 1)
    begins = [node for node in graph if seen.starts[node] and node != target]
    for node in begins:
        graph.add_edge("start", node)
    return int(nx.minimum_cut_value(graph, "start", target)) if begins else 0
