"""All arcs as one network in columns, and what of it holds at one time."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from app.engine.paths.arcs import EVER, Arc
from app.engine.paths.rights import EVERYBODY_KEY
from app.model.entity import EntityRef
from app.model.paths import WHOLE

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
KINDS = ("member", "admin", "remote", "session", "control")
MEMBER, ADMIN, REMOTE, SESSION, CONTROL = range(5)
ABSENT, DORMANT, LIVE = 0, 1, 2
MOST_ARCS = 1_000_000
"""Arcs of one network; what comes later by key is left out."""
Within = Callable[[Sequence[tuple[int, int]], int, int], list[tuple[int, int] | None]]
"""(source address, actor) of counts whose times are not told: first and last time between two moments, None for never."""


class Network(Struct, frozen=True):
    """Nodes by key, edges (origin, target, kind) in their order, the arcs of each edge.

    begins: place of the first arc of each edge. origin, target, kind: of each edge. The other columns are of each arc.
    """

    keys: tuple[str, ...]
    refs: tuple[EntityRef, ...]
    number: dict[str, int]
    arcs: tuple[Arc, ...]
    begins: Numbers
    origin: Numbers
    target: Numbers
    kind: Numbers
    since: Numbers
    until: Numbers
    first: Numbers
    last: Numbers
    seen: Flags

    def arcs_of(self, edge: int) -> range:
        """Places of the arcs of an edge."""
        end = int(self.begins[edge + 1]) if edge + 1 < len(self.begins) else len(self.arcs)
        return range(int(self.begins[edge]), end)


def network(arcs: Iterable[Arc], refs: Mapping[str, EntityRef]) -> Network:
    """Join arcs; the same for the same arcs in any order."""
    order = {word: place for place, word in enumerate(KINDS)}
    every = sorted(arcs, key=lambda one: (one.origin, one.target, order[one.kind], one.right, one.first, one.proof, one.last))
    every = every[:MOST_ARCS]
    keys = sorted({key for one in every for key in (one.origin, one.target)})
    if any(one.origin == EVERYBODY_KEY for one in every):
        inside = [key for key in keys if refs[key].kind == "user"]
        every += [Arc(origin=key, target=EVERYBODY_KEY, kind="member", right="MemberOf") for key in inside]
        every.sort(key=lambda one: (one.origin, one.target, order[one.kind], one.right, one.first, one.proof, one.last))
    number = {key: place for place, key in enumerate(keys)}
    columns = np.array(
        [(number[one.origin], number[one.target], order[one.kind], one.since, one.until, one.first, one.last, one.seen)
         for one in every],
        np.int64,
    ).reshape(-1, 8)  # fmt: skip
    heads = np.ones(len(every), bool)
    heads[1:] = (columns[1:, :3] != columns[:-1, :3]).any(axis=1)
    begins = np.flatnonzero(heads)
    return Network(
        tuple(keys), tuple(refs[key] for key in keys), number, tuple(every), begins,
        columns[begins, 0], columns[begins, 1], columns[begins, 2],
        columns[:, 3], columns[:, 4], columns[:, 5], columns[:, 6], columns[:, 7].astype(bool),
    )  # fmt: skip


class View(Struct):
    """A network at one time. state: ABSENT, DORMANT or LIVE of each edge. live: of each arc; first, last: when it was seen
    within the window, of standing arcs since when it is told. sensitive, starts: flags of nodes. into, out: edges by their
    target and by their origin, as (begin of each node, edges), dormant ones among them. within: looks up times of counts."""

    net: Network
    at: int
    begin: int
    state: Numbers
    live: Flags
    first: Numbers
    last: Numbers
    sensitive: Flags
    starts: Flags
    into: tuple[Numbers, Numbers]
    out: tuple[Numbers, Numbers]
    within: Within | None = None
    looked: dict[tuple[int, int, int], tuple[int, int] | None] = field(default_factory=dict)
    """What within said of one flow from a time on; it asks the workspace each time."""

    def incoming(self, node: int) -> list[int]:
        """Edges that end at a node, by the key of their origin."""
        begins, edges = self.into
        return list(edges[begins[node] : begins[node + 1]].tolist())

    def outgoing(self, node: int) -> list[int]:
        """Edges that begin at a node."""
        begins, edges = self.out
        return list(edges[begins[node] : begins[node + 1]].tolist())


def view(
    net: Network, at: int, window: int, sensitive: Collection[str], off: Collection[str] = (), within: Within | None = None
) -> View:
    """What holds at a time (UTC microseconds), with what was seen in the window before it (WHOLE: ever before).

    Edges from sensitive nodes are left out: a path ends at the first one it comes to.
    """
    begin = EVER[0] if window == WHOLE else at - window
    first, last = net.first.copy(), net.last.copy()
    standing = ~net.seen
    live = standing & (net.since <= at) & (at < net.until)
    past = standing & (net.until <= at)
    overlap = net.seen & (first <= at) & (last >= begin)
    past |= net.seen & (first <= at) & ~overlap
    unsure = np.flatnonzero(overlap & (first < begin) & (last > at))
    flows = [place for place in unsure.tolist() if net.arcs[place].flow is not None]
    if within is not None and flows:
        found = within([net.arcs[place].flow or (0, 0) for place in flows], begin, at)
        for place, span in zip(flows, found, strict=True):
            if span is None:
                overlap[place], past[place] = False, True
            else:
                first[place], last[place] = span
    live |= overlap
    state = _by_edge(net, np.where(live, LIVE, np.where(past, DORMANT, ABSENT)))
    marked = np.zeros(len(net.keys), bool)
    marked[[net.number[key] for key in sensitive if key in net.number]] = True
    if len(state):
        state = np.where(marked[net.origin], ABSENT, state)
    starts = np.array([ref.kind == "user" for ref in net.refs], bool) & ~marked
    starts[[net.number[key] for key in off if key in net.number]] = False
    held = np.flatnonzero(state)
    return View(
        net=net, at=at, begin=begin, state=state, live=live, first=first, last=last, sensitive=marked, starts=starts,
        into=_table(net.target, held, len(net.keys)), out=_table(net.origin, held, len(net.keys)), within=within,
    )  # fmt: skip


def without(seen: View, edges: Collection[int]) -> View:
    """The same view with edges taken away."""
    state = seen.state.copy()
    state[list(edges)] = ABSENT
    held, nodes = np.flatnonzero(state), len(seen.net.keys)
    return View(
        net=seen.net, at=seen.at, begin=seen.begin, state=state, live=seen.live, first=seen.first, last=seen.last,
        sensitive=seen.sensitive, starts=seen.starts,
        into=_table(seen.net.target, held, nodes), out=_table(seen.net.origin, held, nodes),
        within=seen.within, looked=seen.looked,
    )  # fmt: skip


def _by_edge(net: Network, values: Numbers) -> Numbers:
    return np.maximum.reduceat(values, net.begins) if len(net.begins) else np.zeros(0, np.int64)


def _table(ends: Numbers, edges: Numbers, nodes: int) -> tuple[Numbers, Numbers]:
    ordered = edges[np.argsort(ends[edges], kind="stable")]
    counts = np.bincount(ends[edges], minlength=nodes) if len(edges) else np.zeros(nodes, np.int64)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), ordered


def distances(seen: View, targets: Sequence[int], steps: int, live: bool = True) -> Numbers:
    """Steps from each node to the nearest of these, at most so many; -1 where there is no way. live: over live edges only."""
    begins, edges = seen.into
    if live:
        keep = seen.state[edges] == LIVE
        kept = np.concatenate([[0], np.cumsum(keep)])
        begins, edges = kept[begins], edges[keep]
    origin = seen.net.origin[edges]
    found = np.full(len(seen.net.keys), -1, np.int64)
    front = np.array(sorted(set(targets)), np.int64)
    found[front] = 0
    for step in range(1, steps + 1):
        counts = begins[front + 1] - begins[front]
        total = int(counts.sum())
        if not total:
            break
        places = np.repeat(begins[front] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(total)
        front = np.unique(origin[places])
        front = front[found[front] < 0]
        found[front] = step
        if not len(front):
            break
    return found
