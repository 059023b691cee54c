"""Times of a capture's packets that cannot be, as damage and clocks that were reset leave them: before anything was captured, a
century ahead, or years away from the packets on both sides.

Such a packet is read and counted as a problem, and stands in time where the one before it does: it would stretch the span of a
case, and keep connections waiting, over decades. Captures that were joined lie years apart too, but time does not come back.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from msgspec.structs import replace

from app.sensor.decoders.instants import EARLIEST, LATEST, can_be
from app.sensor.frame import Array, Records, part_of
from app.sensor.sources.pcap import Note

YEAR = 366 * 86_400_000_000
"""Microseconds between two packets that follow each other, above which one of both may be wrong."""
UNSET = 1_000
"""So many packets one after the other that have no other time are left with it."""
ASTRAY = 64
"""So many packets one after the other may be years away from where time goes on; more of them are another capture."""
BEGINNING = 5
"""Packets that tell when a capture begins."""
WRONG = "packets years from those beside them"


class Clock:
    """Walks along one capture. first: its first window, of BEGINNING packets at most, where that can be had."""

    def __init__(self, first: Records | None = None) -> None:
        self._now = None if first is None else _beginning(first.at.tolist())
        self._unset = 0
        self._held: list[tuple[Records, Array]] = []
        """Windows that are astray, with their times."""
        self._astray = 0

    def windows(self, walk: Iterable[Records], note: Note) -> Iterator[Records]:
        """The same packets with the times that they can have; note is called for each that had another.

        The same however the walk is cut, but for what is astray at its end, which is believed.
        """
        for one in walk:
            yield from _counted(self._told(one), note)
        yield from _counted(self._let_go(), note)

    def _told(self, one: Records) -> Iterator[tuple[Records, Array]]:
        if not len(one.at):
            return
        at = self._possible(one.at)
        if self._now is None:
            self._now = int(at[0])
        if not self._held and int(np.abs(np.diff(at, prepend=self._now)).max()) <= YEAR:
            self._now = int(at[-1])
            yield (one if at is one.at else replace(one, at=at)), one.at
            return
        yield from self._cut(one, at.copy(), self._now)

    def _possible(self, at: Array) -> Array:
        """Times that any packet can have; the rest becomes that of the packet before."""
        bad = (at < EARLIEST) | (at >= LATEST)
        before = self._now if self._now is not None and can_be(self._now) else None
        if not bad.any() or (before is None and bad.all()):
            self._unset = 0
            return at
        out = at.copy()
        for place, wrong in enumerate(bad.tolist()):
            self._unset = self._unset + 1 if wrong else 0
            if not wrong:
                before = int(at[place])
            elif before is not None and self._unset < UNSET:
                out[place] = before
        return out

    def _cut(self, one: Records, at: Array, now: int) -> Iterator[tuple[Records, Array]]:
        """The window up to where it is astray; that waits until time comes back, or does not."""
        begun, astray = 0, bool(self._held)
        for place, time in enumerate(at.tolist()):
            if abs(time - now) <= YEAR:
                if astray:  # it came back
                    yield from self._let_go(now)
                    at[begun:place] = now
                now, astray = time, False
            elif not astray:
                astray, self._astray, begun = True, 1, place
            else:
                self._astray += 1
                if self._astray > ASTRAY:
                    yield from self._let_go()
                    now, astray = time, False
        self._now = now
        end = begun if astray else len(at)
        whole = replace(one, at=at)
        if end:
            yield part_of(whole, 0, end), one.at[:end]
        if astray:
            self._held.append((part_of(whole, begun, len(at)), one.at[begun:]))

    def _let_go(self, now: int | None = None) -> Iterator[tuple[Records, Array]]:
        held, self._held = self._held, []
        for one, at in held:
            yield (one if now is None else replace(one, at=np.full(len(at), now, np.int64))), at


def _beginning(times: list[int]) -> int | None:
    """When a capture begins: with its first packet, unless that one lies years behind those that follow."""
    known = [one for one in times if can_be(one)]
    ahead = len(known) > 2 and known[0] - known[1] > YEAR and abs(known[1] - known[2]) <= YEAR
    return known[ahead] if known else None


def _counted(some: Iterable[tuple[Records, Array]], note: Note) -> Iterator[Records]:
    for one, at in some:
        if one.at is not at:
            for place in one.start[one.at != at].tolist():
                note(WRONG, place)
        yield one
