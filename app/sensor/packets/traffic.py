"""Windows of packets in, conversations fed."""

import numpy as np

from app.sensor.frame import Array, Emit, Records
from app.sensor.packets.connections import Connections
from app.sensor.packets.datagrams import feed_datagrams
from app.sensor.packets.flows import Keys, Registry, heads, port_table
from app.sensor.packets.fragments import Fragments
from app.sensor.packets.layers import FIN, RST, SYN, Segments, transport
from app.sensor.packets.sampling import Sampling
from app.sensor.packets.table import FLOWS, Table, payload

LOOSE = 100_000
"""Flows on ports of no table that are remembered."""


class Traffic:
    """All conversations of one input. Feed it the windows in order, then close it; it never raises on content.

    key: content key of the input. problems: what to (count, first frame). sampling: what is left out when told to.
    """

    def __init__(self, key: str, registry: Registry, emit: Emit, flows: int = FLOWS) -> None:
        self._registry, self._key, self._emit = registry, key, emit
        self._tcp, self._udp = port_table(registry.tcp), port_table(registry.udp)
        self._keys, self._fragments, self._table = Keys(), Fragments(), Table(flows)
        self._connections = Connections(self._table, registry, key, emit)
        self.sampling = Sampling(registry)
        self._flows, self._most_loose = flows, LOOSE
        self._loose: dict[int, None] = {}
        self._known: Array = np.zeros(0, np.uint64)
        self._clock = -(1 << 62)
        self.problems = self._table.problems

    def feed(self, records: Records) -> None:
        """One window of packets, the next of the input."""
        if not len(records.start):
            return
        segments = transport(records, self._fragments, self._table.tally)
        pick, keys = self.select(segments)
        kept = self.sampling.kept(records, segments, pick, keys, self._table.flows)
        if kept is not None:
            pick, keys = pick[kept], keys[kept]
        clock = np.maximum(np.maximum.accumulate(records.at), self._clock)
        stream = segments.tcp[pick]
        some = ~stream
        if some.any():
            feed_datagrams(
                self._table, self._registry.udp, self._key, self._emit, records, segments, pick[some], keys[some], clock
            )
        self._connections.feed(records, segments, pick[stream], keys[stream], clock)
        self._clock = int(clock[-1])
        self._table.sweep(self._clock)

    def govern(self, level: float, tight: int) -> None:
        """From now on analyse so much (as Sampling.lower), and hold so little (0: as usual; each step leaves a quarter).

        let_go() ends what must go for it.
        """
        self.sampling.lower(level, self._table.flows)
        self._most_loose = LOOSE >> 2 * tight
        self._connections.caps.tighten(tight)
        self._fragments.tighten(tight)
        beyond = self._table.limit(self._flows >> 2 * tight)
        if beyond:
            self._table.tally("flows closed early, memory is short", 0, len(beyond))
            self.sampling.leaving += beyond

    def let_go(self) -> None:
        """End the flows whose packets are left out from now on; that nothing answered them is not known of what they ask now."""
        leaving, self.sampling.leaving = self.sampling.leaving, []
        for key in leaving:
            if key in self._table.flows:
                self._table.end(key)

    def passed(self, now: int) -> None:
        """It is now (UTC microseconds) and nothing came of late: what stays unanswered is told."""
        if now > self._clock:
            self._clock = now
            self._table.sweep(now)

    def close(self) -> None:
        """The input ended: everything pending is emitted."""
        self._table.close()
        self._fragments.close()
        if self._fragments.lost:
            self._table.problems.setdefault("IP fragments without the rest", (self._fragments.lost, 0))

    def select(self, segments: Segments) -> tuple[Array, Array]:
        """(which segments matter, their keys), in frame order."""
        tcp, source, target = segments.tcp, segments.source, segments.target
        useful = segments.size > 0
        useful |= tcp & ((segments.flags & (SYN | FIN | RST)) != 0)
        mine = tcp & (self._tcp[source] | self._tcp[target])
        other = np.flatnonzero(tcp & ~mine & useful)
        mine |= ~tcp & (self._udp[source] | self._udp[target])
        pick = np.flatnonzero(mine & useful)
        keys = self._keys.of(segments, pick)
        if not len(other):
            return pick, keys
        found = heads(segments, other)
        if len(found):
            self._remember(segments, found)
        table = self._known
        if not len(table):
            return pick, keys
        more = self._keys.of(segments, other)
        bare = more >> np.uint64(1)
        known = table[np.minimum(np.searchsorted(table, bare), len(table) - 1)] == bare
        if not known.any():
            return pick, keys
        pick, keys = np.concatenate((pick, other[known])), np.concatenate((keys, more[known]))
        order = np.argsort(pick, kind="stable")
        return pick[order], keys[order]

    def _remember(self, segments: Segments, found: Array) -> None:
        """Flows of segments that begin like something known; their connection opens at the segment that does."""
        fresh = False
        for key, at in zip((self._keys.of(segments, found) >> np.uint64(1)).tolist(), found.tolist(), strict=True):
            if key not in self._loose:
                head = payload(segments, int(segments.start[at]), min(int(segments.size[at]), 64))
                if self._registry.sniff(head) is not None:
                    self._loose[key] = None
                    fresh = True
        while len(self._loose) > self._most_loose:
            del self._loose[next(iter(self._loose))]
        if fresh:
            self._known = np.sort(np.fromiter(self._loose, np.uint64, len(self._loose)))
