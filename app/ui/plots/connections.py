"""How the nodes of a picture hang together: shortest ways between two, communities, which of them others depend on.

Imports networkx, which takes a while: import this module in a job, not with the window.
"""

import math
from collections.abc import Iterable
from itertools import islice

import networkx
import numpy as np

from app.model.rows import Edge
from app.ui.plots.communities import communities
from app.ui.plots.neighbourhood import Shown

SAMPLES, MEASURED = 100, 600
"""Nodes from which betweenness is measured, all of them in a smaller picture; of a picture of more nodes the degree must do."""
WAYS = 12
"""Shortest ways between two that are told."""
REFINED = 1_500
"""Nodes up to which communities are found by modularity; of more by votes of neighbours, which takes no time."""


def graph_of(picture: Shown) -> networkx.Graph:
    """The picture without directions. cost: 1 a step, a little less for alerts, for much traffic; never as much as a step."""
    graph = networkx.Graph()
    graph.add_nodes_from(node.key for node in picture.nodes)
    most = max(1, len(picture.nodes))
    for one, other, edge in picture.edges:
        quiet = (0.0 if edge.alerted else 0.6) + 0.3 / (1 + math.log10(max(1, edge.count)))
        cost = 1 + quiet / most
        if not graph.has_edge(one, other) or graph.edges[one, other]["cost"] > cost:
            graph.add_edge(one, other, cost=cost)
    return graph


def way_between(picture: Shown, start: str, end: str) -> tuple[str, ...]:
    """Node keys on the shortest way, both ends included; of ways of one length the one with alerts, then the busiest.

    Empty when nothing connects the two.
    """
    graph = graph_of(picture)
    if start not in graph or end not in graph:
        return ()
    try:
        return tuple(networkx.dijkstra_path(graph, start, end, weight="cost"))
    except networkx.NetworkXNoPath:
        return ()


def importance(picture: Shown) -> dict[str, float]:
    """Betweenness of each node, 0 to 1: the share of shortest ways between others that lead over it."""
    if len(picture.nodes) > MEASURED:
        most = max(node.degree for node in picture.nodes) or 1
        return {node.key: node.degree / most for node in picture.nodes}
    graph = graph_of(picture)
    samples = SAMPLES if len(graph) > SAMPLES else None
    return dict(networkx.betweenness_centrality(graph, k=samples, seed=0))


def reached(picture: Shown, roots: Iterable[str]) -> set[str]:
    """Keys of the nodes that hang on any of the roots, these included."""
    graph, found = graph_of(picture), set[str]()
    for root in roots:
        if root in graph and root not in found:
            found |= networkx.node_connected_component(graph, root)
    return found


def ways_between(edges: Iterable[Edge], start: str, end: str) -> tuple[tuple[str, ...], ...]:
    """All shortest ways between two entities, at most WAYS, in the order of their keys; () when nothing connects them."""
    graph = networkx.Graph()
    graph.add_edges_from((edge.origin.key, edge.target.key) for edge in edges)
    if start not in graph or end not in graph or start == end:
        return ()
    try:
        return tuple(sorted(tuple(one) for one in islice(networkx.all_shortest_paths(graph, start, end), WAYS)))
    except networkx.NetworkXNoPath:
        return ()


def partition(edges: Iterable[Edge]) -> dict[str, int]:
    """Number of the community of each entity, 0 the largest; the same for the same edges.

    Louvain's modularity (Blondel and others, 2008), its edges weighed by how often; label propagation for a crowd.
    """
    some = sorted(edges, key=lambda edge: (edge.origin.key, edge.target.key))
    keys = sorted({ref.key for edge in some for ref in (edge.origin, edge.target)})
    index = {key: place for place, key in enumerate(keys)}
    if len(keys) > REFINED:
        pairs = np.array([(index[edge.origin.key], index[edge.target.key]) for edge in some], dtype=np.int64).reshape(-1, 2)
        return dict(zip(keys, communities(pairs, len(keys)).tolist(), strict=True))
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(keys)))  # numbers: the order of words in a set differs from start to start
    for edge in some:
        one, other = index[edge.origin.key], index[edge.target.key]
        before = graph.get_edge_data(one, other, {"weight": 0.0})["weight"]
        graph.add_edge(one, other, weight=before + 1.0 + math.log10(max(1, edge.count)))
    parts = networkx.community.louvain_communities(graph, seed=0)
    ranked = sorted(parts, key=lambda part: (-len(part), min(part)))
    return {keys[place]: number for number, part in enumerate(ranked) for place in part}
