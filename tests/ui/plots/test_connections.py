"""Ways between nodes and what depends on whom, on small pictures."""

from itertools import pairwise

import pytest

from app.model.entity import EntityRef
from app.model.rows import Edge
from app.ui.plots.connections import WAYS, importance, partition, reached, way_between, ways_between
from app.ui.plots.neighbourhood import Node, Shown


def ref(name: str, kind: str = "computer") -> EntityRef:
    return EntityRef(kind, name, name.upper())


def edge(one: str, other: str, count: int = 1, alerted: bool = False, first: int = 0, last: int = 10) -> Edge:
    return Edge(origin=ref(one), target=ref(other), count=count, alerted=alerted, first=first, last=last)


def picture(*edges: Edge, alone: str = "") -> Shown:
    names = sorted({one.origin.key for one in edges} | {one.target.key for one in edges} | set(alone))
    nodes = tuple(Node(key=name, ref=ref(name)) for name in names)
    return Shown(nodes=nodes, edges=tuple((one.origin.key, one.target.key, one) for one in edges))


def test_the_shortest_way_ignores_directions() -> None:
    shown = picture(edge("a", "b"), edge("c", "b"), edge("c", "d"), edge("d", "e"), edge("a", "e"))

    assert way_between(shown, "a", "c") == ("a", "b", "c")
    assert way_between(shown, "e", "e") == ("e",)


def test_alerts_win_between_ways_of_one_length_then_traffic() -> None:
    quiet, busy = (edge("a", "b", 5000), edge("b", "z", 5000)), (edge("a", "c", 3), edge("c", "z", 3))
    alerted = (edge("a", "d", 1, True), edge("d", "z", 1, True))

    assert way_between(picture(*quiet, *busy), "a", "z") == ("a", "b", "z")
    assert way_between(picture(*quiet, *busy, *alerted), "a", "z") == ("a", "d", "z")


def test_no_alert_makes_a_longer_way_the_shortest() -> None:
    names = [f"n{place}" for place in range(200)]
    long = [edge(one, other, 10**6, True) for one, other in pairwise(names)]
    shown = picture(*long, edge("n0", "x"), edge("x", "y"), edge("y", "n4"))

    assert way_between(shown, "n0", "n4") == ("n0", "x", "y", "n4")


def test_what_is_not_connected_has_no_way() -> None:
    shown = picture(edge("a", "b"), alone="z")

    assert way_between(shown, "a", "z") == () == way_between(shown, "a", "nobody")
    assert reached(shown, ["a"]) == {"a", "b"} and reached(shown, ["nobody"]) == set()
    assert reached(shown, ["a", "nobody", "b"]) == {"a", "b"}


def test_the_middle_of_a_star_is_the_important_one() -> None:
    weight = importance(picture(*(edge("hub", name) for name in "abcdef"), edge("a", "far")))

    assert max(weight, key=weight.__getitem__) == "hub" and weight["a"] > weight["b"] == 0
    assert importance(Shown()) == {}


@pytest.mark.parametrize("count", [120, 250])
def test_a_full_picture_gives_the_same_importance_twice(count: int) -> None:
    shown = picture(*(edge(f"n{place}", f"n{place // 3}") for place in range(1, count)))

    assert importance(shown) == importance(shown)


def test_all_shortest_ways_are_found_and_no_more_than_can_be_told() -> None:
    edges = [edge("a", "b"), edge("c", "b"), edge("c", "d"), edge("d", "a"), edge("a", "x"), edge("x", "y"), edge("y", "c")]

    assert ways_between(edges, "a", "c") == (("a", "b", "c"), ("a", "d", "c"))
    assert ways_between(edges, "a", "nobody") == () == ways_between(edges, "a", "a")
    many = [one for n in range(40) for one in (edge("a", f"n{n}"), edge(f"n{n}", "z"))]
    assert len(ways_between(many, "a", "z")) == WAYS


@pytest.mark.parametrize("size", [8, 900])
def test_two_knots_are_two_communities_whatever_the_order_of_the_edges(size: int) -> None:
    edges = []
    for knot in "ab":
        edges += [edge(f"{knot}{n}", f"{knot}{(n * step + step) % size}") for n in range(size) for step in (1, 2, 3, 5)]
    edges.append(edge("a0", "b0"))

    parts = partition(edges)

    assert parts == partition(reversed(edges))
    if size == 8:
        assert len({parts[f"a{n}"] for n in range(size)}) == 1 != len(set(parts.values()))
    assert parts["a1"] != parts["b1"] and min(parts.values()) == 0
