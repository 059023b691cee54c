"""Paths through a view: to a sensitive node, or from any node, the walked ones first, then the shortest."""

from collections import deque
from collections.abc import Callable, Iterator

import numpy as np
from msgspec import Struct

from app.engine.paths.network import ADMIN, LIVE, MEMBER, REMOTE, SESSION, View, distances
from app.model.paths import USUAL

LOOKED = 1_000
"""Times of counts that are looked up in one view."""
STEPS = 10
"""Edges of one path at most, memberships counted."""
MOST = 200
"""Paths that are listed of one entity."""
MOST_DORMANT = 40
LOOKED = 30_000
"""Beginnings of paths looked at in one search; the shortest come first."""
LAG = USUAL
"""Microseconds between two steps of one walk at most."""
MOST_ARCS = 64
"""Tellings of one edge, and times of one step, that are looked at."""
Allowed = Callable[[int], bool]


class Found(Struct, frozen=True):
    """Edges of one path in order. accounts: that stand at its start. moments: (edge, arc, time) of a walked path's steps."""

    edges: tuple[int, ...]
    accounts: int = 1
    moments: tuple[tuple[int, int, int], ...] = ()
    dormant: bool = False


class Search(Struct, frozen=True):
    """Paths of one search, walked ones first, then live ones, then dormant ones. more: there are others."""

    paths: tuple[Found, ...]
    more: bool = False


def to(seen: View, target: int, most: int = MOST, looked: int = LOOKED) -> Search:
    """Simple paths from accounts, and from groups that have some, to a node."""
    return _search(seen, target, True, most, looked)


def from_(seen: View, start: int, most: int = MOST, looked: int = LOOKED) -> Search:
    """Simple paths from a node to every sensitive one."""
    return _search(seen, start, False, most, looked)


def _search(seen: View, node: int, backward: bool, most: int, looked: int) -> Search:
    walk = _backward if backward else _forward
    used = _used(seen)
    found: dict[tuple[int, ...], Found] = {}
    for one in walk(seen, node, lambda edge: edge in used, most, looked):
        moments = walked(seen, one.edges, used)
        if moments:
            found[one.edges] = Found(one.edges, one.accounts, moments)
    more = False
    for one in walk(seen, node, lambda edge: bool(seen.state[edge] == LIVE), most + 1, looked):
        if len(found) >= most:
            more = True
            break
        if one.edges not in found:
            found[one.edges] = Found(one.edges, one.accounts, walked(seen, one.edges, used))
    dormant = 0
    for one in walk(seen, node, lambda edge: True, most + MOST_DORMANT, looked):
        if dormant >= MOST_DORMANT:
            break
        if one.edges not in found and any(seen.state[edge] != LIVE for edge in one.edges):
            found[one.edges] = Found(one.edges, one.accounts, dormant=True)
            dormant += 1
    every = sorted(found.values(), key=lambda one: (not one.moments, one.dormant, len(one.edges)))
    return Search(tuple(every), more)


def _backward(seen: View, target: int, allowed: Allowed, most: int, looked: int) -> Iterator[Found]:
    net, given, asked = seen.net, 0, 0
    queue: deque[tuple[int, tuple[int, ...], frozenset[int]]] = deque([(target, (), frozenset((target,)))])
    while queue and asked < looked:
        node, edges, met = queue.popleft()
        for edge in seen.incoming(node):
            asked += 1
            origin = int(net.origin[edge])
            if origin in met or not allowed(edge):
                continue
            path, deeper, kind = (edge, *edges), True, net.refs[origin].kind
            if kind == "user" and net.kind[edge] == MEMBER:
                deeper = any(allowed(one) for one in seen.incoming(origin))  # the group stands for its members
            elif kind == "user":
                if seen.starts[origin]:
                    given += 1
                    yield Found(path)
            elif kind == "group":
                inside = members(seen, origin, allowed)
                if inside:
                    given += 1
                    yield Found(path, inside)
            if given >= most:
                return
            if deeper and len(path) < STEPS:
                queue.append((origin, path, met | {origin}))


def members(seen: View, group: int, allowed: Allowed) -> int:
    """Accounts that are in a group themselves and may begin a path."""
    net = seen.net
    return sum(
        1 for edge in seen.incoming(group) if net.kind[edge] == MEMBER and seen.starts[int(net.origin[edge])] and allowed(edge)
    )


def _forward(seen: View, start: int, allowed: Allowed, most: int, looked: int) -> Iterator[Found]:
    net, given, asked = seen.net, 0, 0
    queue: deque[tuple[int, tuple[int, ...], frozenset[int]]] = deque([(start, (), frozenset((start,)))])
    while queue and asked < looked:
        node, edges, met = queue.popleft()
        for edge in seen.outgoing(node):
            asked += 1
            target = int(net.target[edge])
            if target in met or not allowed(edge):
                continue
            path = (*edges, edge)
            if seen.sensitive[target]:
                given += 1
                yield Found(path)
                if given >= most:
                    return
            elif len(path) < STEPS:
                queue.append((target, path, met | {target}))


def _used(seen: View) -> frozenset[int]:
    """Edges that may be steps of a walked path: rights seen in use and credentials seen within the window."""
    net = seen.net
    acting = np.isin(net.kind, (ADMIN, REMOTE, SESSION)) & (seen.state == LIVE)
    arcs = net.seen & seen.live
    if not len(net.begins):
        return frozenset()
    some = np.logical_or.reduceat(arcs, net.begins)
    return frozenset(np.flatnonzero(acting & some).tolist())


def walked(seen: View, edges: tuple[int, ...], used: frozenset[int]) -> tuple[tuple[int, int, int], ...]:
    """(edge, arc, time) of each step when all were used one after the other, each from where the one before led; else ().

    A path is walked over rights in use and credentials only, at least one of them a right, each step at most LAG after the one
    before. Of what was seen more often than it is listed only the first and the last time count.
    """
    net = seen.net
    if not edges or any(edge not in used for edge in edges) or all(net.kind[edge] == SESSION for edge in edges):
        return ()
    layers: list[dict[int, tuple[int, int]]] = []
    place = ""
    for edge in edges:
        before = sorted(layers[-1]) if layers else []
        layer: dict[int, tuple[int, int]] = {}
        for arc in net.arcs_of(edge)[:MOST_ARCS]:
            one = net.arcs[arc]
            if not (net.seen[arc] and seen.live[arc]):
                continue
            if net.kind[edge] != SESSION and place and one.source and one.source != place:
                continue
            for at in _times(seen, arc, before):
                earlier = next((when for when in reversed(before) if when <= at <= when + LAG), None) if before else at
                if earlier is not None and seen.begin <= at <= seen.at:
                    layer.setdefault(at, (arc, earlier))
        if not layer:
            return ()
        layers.append(dict(sorted(layer.items())[:MOST_ARCS]))
        place = net.keys[int(net.origin[edge])] if net.kind[edge] == SESSION else ""
    moments: list[tuple[int, int, int]] = []
    at = min(layers[-1])
    for edge, layer in zip(reversed(edges), reversed(layers), strict=True):
        arc, earlier = layer[at]
        moments.append((edge, arc, at))
        at = earlier
    return tuple(reversed(moments))


def _times(seen: View, arc: int, before: list[int]) -> Iterator[int]:
    """Times at which an arc is known to have been used; of counts, also the first one after each of these times."""
    first, last = int(seen.first[arc]), int(seen.last[arc])
    yield first
    yield last
    flow = seen.net.arcs[arc].flow
    if flow is not None and seen.within is not None:
        for when in before[:4]:
            if first < when and last > when + LAG:
                asked = (*flow, when)
                if asked not in seen.looked and len(seen.looked) < LOOKED:
                    (seen.looked[asked],) = seen.within([flow], when, when + LAG)
                span = seen.looked.get(asked)
                if span is not None:
                    yield span[0]


def reach(seen: View, targets: list[int]) -> tuple[int, int]:
    """(accounts that come to one of these over live edges, steps of the shortest way), 0 and 0 when none does."""
    steps = distances(seen, targets, STEPS)
    there = steps[seen.starts & (steps > 0)]
    return len(there), int(there.min()) if len(there) else 0
