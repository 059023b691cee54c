"""One computer as it was watched: its traffic and its log by hour, and whether a span of time is covered without holes."""

from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct

from app.engine.knowledge.watched import HOUR, LOG, PACKETS, Watched

MINUTE = 60_000_000
MARGIN = 5 * MINUTE
"""So far inside what was recorded must lie what is called covered: clocks differ by up to five minutes, connections last."""
HOLE = 30 * MINUTE
"""A computer that says nothing for longer was not watched, or sleeps; either way nothing follows from its silence."""
SOME = 0.02
"""Share without an answer from which on one direction is missing."""
CLEARED = frozenset({"1102", "1100", "104"})
"""Events of a log that was cleared or stopped."""


class Station(Struct, frozen=True, kw_only=True):
    """counts: (kind, RPC interface or event id or "", state) to hour to number. packets, log: hour to its minutes as bits.

    lowest, highest: channel to hour to record number.
    """

    counts: dict[tuple[str, ...], dict[int, int]] = {}
    packets: dict[int, int] = {}
    log: dict[int, int] = {}
    lowest: dict[tuple[str, ...], dict[int, int]] = {}
    highest: dict[tuple[str, ...], dict[int, int]] = {}

    def traffic(self, kinds: tuple[str, ...], first: int, last: int) -> bool:
        """True when its packets of these kinds were captured from one time to another, both directions, without holes."""
        if not _unbroken(self.packets, first, last):
            return False
        answered = unanswered = 0
        hours = range((first - MARGIN) // HOUR, (last + MARGIN) // HOUR + 1)
        for (kind, _, state), counts in self.counts.items():
            if kind in kinds:
                number = sum(counts.get(hour, 0) for hour in hours)
                answered, unanswered = (
                    (answered, unanswered + number) if state == "unanswered" else (answered + number, unanswered)
                )
        return answered > 0 and unanswered <= SOME * (answered + unanswered)

    def logged(self, events: Iterable[int], first: int, last: int) -> bool:
        """True when its log goes from before one time to behind another without holes, and holds such events there."""
        if not _unbroken(self.log, first, last):
            return False
        wanted = {str(one) for one in events}
        hours = range((first - MARGIN) // HOUR, (last + MARGIN) // HOUR + 1)
        there = False
        for (kind, event, _), counts in self.counts.items():
            if kind.startswith("event-") and (event in wanted or event in CLEARED) and any(hour in counts for hour in hours):
                if event in CLEARED:
                    return False
                there = True
        return there


def _unbroken(minutes: dict[int, int], first: int, last: int) -> bool:
    """True when something was seen before, behind and, without a long hole, between two times."""
    at, end = (first - MARGIN) // MINUTE, (last + MARGIN) // MINUTE
    low, high = at // 60 - 1, end // 60 + 1
    if high - low > 24 * 400:
        return False
    seen = [hour * 60 + bit for hour in range(low, high + 1) if hour in minutes for bit in range(60) if minutes[hour] >> bit & 1]
    before = [one for one in seen if one <= at]
    behind = [one for one in seen if one >= end]
    if not before or not behind:
        return False
    inside = [before[-1], *(one for one in seen if at < one < end), behind[0]]
    return all((b - a) * MINUTE <= HOLE for a, b in pairwise(inside))


def station(watched: Watched, places: Iterable[str]) -> Station:
    """Several places that are one computer."""
    every = sorted(set(places))
    minutes = watched.minutes.of(every)
    return Station(
        counts={**watched.served.of(every), **watched.byways.of(every)},
        packets=minutes.get((PACKETS,), {}),
        log=minutes.get((LOG,), {}),
        lowest=watched.lowest.of(every),
        highest=watched.highest.of(every),
    )
