"""Which flows are left out when a sensor must give way: bulk first, authentication last; what is left out is counted exactly."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

import numpy as np

from app.sensor.frame import Array, Records
from app.sensor.packets.flows import Registry
from app.sensor.packets.layers import Segments

AUTHENTICATION, SESSIONS, NAMES, OTHER, BULK = range(5)
CLASSES = ("authentication", "sessions and directory", "names and addresses", "other services", "bulk transfers")
"""What a flow is for, most precious first: Kerberos and RADIUS; SMB, RPC and LDAP; DNS, NetBIOS, DHCP and the like; web, remote
desktops, what is sealed by TLS; and whatever of the last four carries much."""
COST = (25.0, 9.0, 20.0, 4.0, 2.0)
"""Microseconds that analysing a packet of each class takes, as measured on a mix; only their ratio matters."""
NARROWEST = 0.01
"""Of the levels, each class has so many at least."""
TCP: Mapping[int, int] = {
    53: NAMES,
    88: AUTHENTICATION,
    135: SESSIONS,
    139: SESSIONS,
    389: SESSIONS,
    445: SESSIONS,
    464: AUTHENTICATION,
    593: SESSIONS,
    3268: SESSIONS,
}
UDP: Mapping[int, int] = {
    53: NAMES,
    67: NAMES,
    68: NAMES,
    88: AUTHENTICATION,
    123: NAMES,
    135: SESSIONS,
    137: NAMES,
    389: SESSIONS,
    464: AUTHENTICATION,
    1645: AUTHENTICATION,
    1646: AUTHENTICATION,
    1812: AUTHENTICATION,
    1813: AUTHENTICATION,
    5353: NAMES,
    5355: NAMES,
}
"""Classes of server ports; other known ports are OTHER, ports of no table are SESSIONS, for what is read there is mostly RPC."""
LARGE = 1000
"""Payload bytes of a packet that may be part of a transfer."""
HEAVY, WITHIN, STAYS = 2 << 20, 10_000_000, 60_000_000
"""A flow that carries so many bytes in large packets within so many microseconds is bulk, and stays so for so many more."""
TALLIED = 10_000
"""Flows whose bytes are added up at the same time."""
REMEMBERED = 50_000
"""Flows that were left out and are known to be counted, twice: beyond, those not seen of late are counted anew."""
_ALL = 1 << 63
"""Keys of flows without their lowest bit are below it."""


class Sampling:
    """Sampling of whole flows by their keys. level: share of the work that is done, 1 for all, set by lower().

    bands: levels of each class: up to the first nothing of it is analysed, from the second on all, between them a share of its
    flows. They are as wide as the class's share of the work was of late, when watching is True; else all alike.
    packets, bytes, flows: what was left out, by class; bytes as on the wire. picked: packets in question while the level was
    below 1. cut: live flows that were let go in the middle.
    leaving: keys of live flows whose packets were left out; whoever owns them ends them and clears the list.

    A flow's key is a hash with a secret seed, so a share of the keys is a share of the flows, both directions alike, and nobody
    can choose a port that is always left out. A flow that was taken stays taken, unless it becomes bulk that is left out or
    nothing of its class is taken any more.
    """

    def __init__(self, registry: Registry) -> None:
        self.level = 1.0
        self.watching = False
        self.bands = bands_of([1.0] * len(CLASSES))
        self._seen: Array = np.zeros(len(CLASSES))
        self.packets, self.bytes, self.flows = ([0] * len(CLASSES) for _ in range(3))
        self.cut = self.picked = 0
        self.leaving: list[int] = []
        self._tcp, self._udp = _classes(registry.tcp, TCP), _classes(registry.udp, UDP)
        self._below = np.full(len(CLASSES), _ALL, np.uint64)
        self._closed = np.zeros(len(CLASSES), bool)
        self._taken: Array = np.zeros(0, np.uint64)
        self._tally: dict[int, int] = {}
        self._since = 0
        self._bulk: dict[int, int] = {}
        self._heavy: Array = np.zeros(0, np.uint64)
        self._young: set[int] = set()
        self._old: set[int] = set()

    def lower(self, level: float, live: Iterable[int]) -> None:
        """From now on this level, 0 to 1; live: keys of the flows that are analysed now."""
        if level == self.level:
            return
        self.level = level = min(max(level, 0.0), 1.0)
        if self._seen.any():
            self.bands = bands_of((self._seen * COST).tolist())
        shares = [min(max((level - none) / (every - none), 0.0), 1.0) for none, every in self.bands]
        self._below = np.array([int(share * _ALL) for share in shares], np.uint64)
        self._closed = np.array([share == 0 for share in shares])
        self._taken = np.sort(np.fromiter(live, np.uint64)) if level < 1 else np.zeros(0, np.uint64)
        if level == 1:
            self._tally, self._bulk, self._heavy = {}, {}, np.zeros(0, np.uint64)

    def kept(self, records: Records, segments: Segments, pick: Array, keys: Array, live: Mapping[int, object]) -> Array | None:
        """Which of the picked segments are analysed, a truth for each; None: all of them.

        keys as Keys.of gives them. live: flows that are analysed now, by key without its lowest bit.
        """
        if not len(pick) or (self.level >= 1 and not self.watching):
            return None
        kinds = self._kinds(segments, pick)
        now = int(records.at[-1])
        if not 0 <= now - self._since < WITHIN:
            self._begin(now)
        if self.level >= 1:  # which of the large packets are of bulk is not looked at until it matters
            large = (segments.size[pick] >= LARGE) & (kinds != AUTHENTICATION)
            self._seen += np.bincount(np.where(large, BULK, kinds), minlength=len(CLASSES))
            return None
        self.picked += len(pick)
        bare = keys >> np.uint64(1)
        self._weigh(segments, pick, bare, kinds, now)
        drop = bare >= self._below[kinds]
        known = _among(bare, self._taken)
        drop &= ~known | self._closed[kinds]
        heavy = _among(bare, self._heavy) & (kinds != AUTHENTICATION)
        if heavy.any():
            kinds = np.where(heavy, BULK, kinds)
            drop |= heavy & (bare >= self._below[BULK])
        if self.watching:
            self._seen += np.bincount(kinds, minlength=len(CLASSES))
        if not drop.any():
            return None
        gone = [key for key in np.unique(bare[drop & (known | heavy)]).tolist() if key in live]
        self.cut += len(gone)
        self.leaving += gone
        self._count(records, segments, pick[drop], bare[drop], kinds[drop])
        keep: Array = ~drop
        return keep

    def _kinds(self, segments: Segments, pick: Array) -> Array:
        tcp, source, target = segments.tcp[pick], segments.source[pick], segments.target[pick]
        kinds = np.minimum(self._tcp[source], self._tcp[target])
        if not tcp.all():
            kinds = np.where(tcp, kinds, np.minimum(self._udp[source], self._udp[target]))
        return np.where(kinds > BULK, SESSIONS, kinds)

    def _begin(self, now: int) -> None:
        """Another stretch of WITHIN: what was seen before counts half."""
        self._seen /= 2
        self._tally, self._since = {}, now
        self._bulk = {key: when for key, when in self._bulk.items() if 0 <= now - when < STAYS}
        self._heavy = np.sort(np.fromiter(self._bulk, np.uint64, len(self._bulk)))

    def _weigh(self, segments: Segments, pick: Array, bare: Array, kinds: Array, now: int) -> None:
        """Add up what flows carry in large packets; those that carry much are heavy."""
        size = segments.size[pick]
        large = np.flatnonzero((size >= LARGE) & (kinds != AUTHENTICATION))
        if not len(large):
            return
        found, which = np.unique(bare[large], return_inverse=True)
        sums = np.bincount(which, size[large])
        tally, fresh = self._tally, False
        for key, more in zip(found.tolist(), sums.tolist(), strict=True):
            total = tally.get(key)
            if total is None and len(tally) >= TALLIED:
                continue
            tally[key] = total = (total or 0) + int(more)
            if total >= HEAVY:
                fresh = fresh or key not in self._bulk
                self._bulk[key] = now
        if fresh:
            self._heavy = np.sort(np.fromiter(self._bulk, np.uint64, len(self._bulk)))

    def _count(self, records: Records, segments: Segments, pick: Array, bare: Array, kinds: Array) -> None:
        rows = segments.row[pick]
        length = records.length[rows]
        packets = np.bincount(kinds, minlength=len(CLASSES))
        if segments.frames:  # a datagram that came in fragments is several packets
            for at, row in enumerate(rows.tolist()):
                if row in segments.frames:
                    packets[kinds[at]] += len(segments.frames[row]) - 1
                    length[at] = segments.size[pick[at]]
        sizes = np.bincount(kinds, length, len(CLASSES))
        # The class takes the place of the lowest bits, so that one sort tells flows and classes.
        found = np.unique((bare & ~np.uint64(7)) | kinds.astype(np.uint64))
        fresh = set(found.tolist()) - self._young
        new = fresh - self._old
        flows = np.bincount(np.fromiter((one & 7 for one in new), np.int64, len(new)), minlength=len(CLASSES))
        if len(self._young) + len(fresh) > REMEMBERED:
            self._old, self._young = self._young, set()
        self._young |= fresh
        for kind in range(len(CLASSES)):
            self.packets[kind] += int(packets[kind])
            self.bytes[kind] += int(sizes[kind])
            self.flows[kind] += int(flows[kind])


def bands_of(work: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Levels of each class when it makes so much of the work: behind one another, from 0 to 1."""
    whole = sum(work)
    wide = [NARROWEST + (1 - len(work) * NARROWEST) * one / whole for one in work]
    ends = [*(round(one, 6) for one in accumulate(wide[:-1])), 1.0]
    return tuple(zip([0.0, *ends[:-1]], ends, strict=True))


def _classes(known: Iterable[int], named: Mapping[int, int]) -> Array:
    """Class of each of 65,536 ports, 9 for those of no table."""
    table = np.full(65_536, 9, np.int64)
    for port in known:
        table[port] = named.get(port, OTHER)
    return table


def _among(keys: Array, table: Array) -> Array:
    """Which keys are in a sorted table."""
    if not len(table):
        return np.zeros(len(keys), bool)
    found: Array = table[np.minimum(np.searchsorted(table, keys), len(table) - 1)] == keys
    return found
