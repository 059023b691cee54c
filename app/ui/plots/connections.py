"""How the nodes of a picture hang together: the shortest way between two, which of them others depend on.

Imports networkx, which takes a while: import this module in a job, not with the window.
"""

import math

import networkx

from app.ui.plots.neighbourhood import Shown

SAMPLES = 100
"""Nodes from which betweenness is measured; all of them in a smaller picture."""


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
    graph = graph_of(picture)
    samples = SAMPLES if len(graph) > SAMPLES else None
    return dict(networkx.betweenness_centrality(graph, k=samples, seed=0))


def reached(picture: Shown, root: str) -> set[str]:
    """Keys of the nodes that hang on the root, itself included."""
    graph = graph_of(picture)
    return set(networkx.node_connected_component(graph, root)) if root in graph else set()
