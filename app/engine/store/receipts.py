"""Which messages of sensors a workspace holds: for each outbox every number up to one, and spans of numbers beyond it."""

import sqlite3
import time
from bisect import bisect_left
from itertools import pairwise

import msgspec
from msgspec import Struct

SPANS = 1024
"""Spans of numbers beyond the first gap; with more of them the lowest gap is closed: what was lost at a sensor never comes."""
OUTBOXES = 4096
"""Outboxes that are remembered of one sensor, the newest; a sensor names it anew with every start."""
SETTLED = 600.0
"""Seconds after which a gap in the numbers counts as messages that never come."""
_SPANS = msgspec.json.Decoder(list[tuple[int, int]])


class Receipt(Struct, frozen=True):
    """A message of a sensor: the number that its outbox gave it."""

    sensor: str
    outbox: str
    number: int

    @property
    def place(self) -> str:
        """Name of the outbox in the table: no sensor can use up numbers of another one's."""
        return f"{self.sensor} {self.outbox}"


class _Outbox:
    """upto: every number up to it was stored. spans: (first, last) of those beyond, in order, with gaps between them."""

    __slots__ = ("sensor", "spans", "upto")

    def __init__(self, sensor: str, upto: int = 0, spans: list[tuple[int, int]] | None = None) -> None:
        self.sensor, self.upto, self.spans = sensor, upto, spans or []

    def has(self, number: int) -> bool:
        if number <= self.upto:
            return True
        place = bisect_left(self.spans, (number + 1, 0)) - 1
        return place >= 0 and self.spans[place][1] >= number

    def add(self, number: int) -> None:
        if self.has(number):
            return
        place = bisect_left(self.spans, (number, 0))
        first = last = number
        if place < len(self.spans) and self.spans[place][0] == number + 1:
            last = self.spans.pop(place)[1]
        if place and self.spans[place - 1][1] == number - 1:
            place -= 1
            first = self.spans.pop(place)[0]
        self.spans.insert(place, (first, last))
        while self.spans and (self.spans[0][0] == self.upto + 1 or len(self.spans) > SPANS):
            self.upto = self.spans.pop(0)[1]


class Receipts:
    """All receipts of a workspace: asked in memory, written with what they are about."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._known: dict[str, _Outbox] = {}
        self._of: dict[str, dict[str, None]] = {}
        self._changed: set[str] = set()
        self._gaps: dict[str, tuple[int, float]] = {}
        for place, sensor, upto, beyond in db.execute("SELECT outbox, sensor, upto, beyond FROM receipts"):
            self._known[place] = _Outbox(sensor, upto, _SPANS.decode(beyond))
            self._of.setdefault(sensor, {})[place] = None
            self._look(place, time.monotonic())

    @property
    def waiting(self) -> bool:
        """True while something was noted that is not written."""
        return bool(self._changed)

    def missing(self, now: float) -> dict[str, int]:
        """Id of a sensor to how many of its messages never came; now: seconds as time.monotonic().

        A gap in the numbers counts once it has stood for a while, for messages may come out of order. What was sent before the
        first that came does not: a workspace that is new has not lost it.
        """
        found: dict[str, int] = {}
        for place, (_, since) in self._gaps.items():
            one = self._known.get(place)
            if one is None or now - since < SETTLED:
                continue
            spans = [(0, one.upto), *one.spans] if one.upto else one.spans
            gaps = sum(first - end - 1 for (_, end), (first, _) in pairwise(spans))
            if gaps:
                found[one.sensor] = found.get(one.sensor, 0) + gaps
        return found

    def _look(self, place: str, now: float) -> None:
        """Note since when the lowest gap of an outbox stands; there is none before the first number that came."""
        one = self._known[place]
        base, beyond = (one.upto, one.spans) if one.upto or not one.spans else (one.spans[0][1], one.spans[1:])
        if not beyond:
            self._gaps.pop(place, None)
        elif self._gaps.get(place, (-1, 0.0))[0] != base:
            self._gaps[place] = base, now

    def has(self, receipt: Receipt) -> bool:
        """Whether this message was received, if only to be written with the next transaction."""
        found = self._known.get(receipt.place)
        return found is not None and found.has(receipt.number)

    def note(self, receipt: Receipt) -> None:
        """It is received; write() says so in the transaction of what it brought."""
        place = receipt.place
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = _Outbox(receipt.sensor)
            self._of.setdefault(receipt.sensor, {})[place] = None
        found.add(receipt.number)
        self._changed.add(place)

    def write(self, db: sqlite3.Connection) -> None:
        """Inside a transaction: what was noted since the last time."""
        for place in sorted(self._changed):
            one = self._known.get(place)
            if one is None:
                continue
            beyond = msgspec.json.encode(one.spans).decode()
            db.execute("INSERT OR REPLACE INTO receipts VALUES(?,?,?,?)", (place, one.sensor, one.upto, beyond))
            self._look(place, time.monotonic())
            self._forget(db, one.sensor)
        self._changed.clear()

    def _forget(self, db: sqlite3.Connection, sensor: str) -> None:
        mine = self._of[sensor]
        while len(mine) > OUTBOXES:
            oldest = next(iter(mine))
            del mine[oldest], self._known[oldest]
            self._gaps.pop(oldest, None)
            db.execute("DELETE FROM receipts WHERE outbox=?", (oldest,))
