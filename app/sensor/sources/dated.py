"""Times of a log's records that cannot be, as damage, exports and clocks that were never set leave them: 1601, 1970, beyond 2100.

As with packets (app.sensor.sources.clock): such a record is read and counted as a problem, and stands in time where the one
before it does, the first ones where the first does that has a time. It would stretch the span of a case over centuries.
Records that lie years apart are left so: a log that is exported with a filter has such gaps. What comes live has a better time:
that of its arrival, and nothing comes before it was recorded.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar

from msgspec.structs import replace

from app.sensor.decoders.instants import NEVER, Timed, can_be, can_come
from app.sensor.events.record import EventRecord
from app.sensor.sources.clock import UNSET
from app.sensor.sources.reading import Note

T = TypeVar("T", bound=Timed)


def arrived(record: EventRecord, came: int, note: Note, where: str) -> EventRecord:
    """The record as of when it came, where it tells a time that cannot be."""
    if can_come(record.at, came):
        return record
    note(NEVER, where)
    return replace(record, at=came)


class Dated(Generic[T]):
    """Walks along the records of one log."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self.now: int | None = None
        """The time of the latest record that has one, None before the first."""
        self._held: list[T] = []
        """The first ones, while none has a time."""
        self._unset = 0

    def take(self, record: T, where: str, written: int | None = None, what: str = NEVER) -> Iterator[T]:
        """The same records, in the same order, with times that can be. written: when the log wrote it, if it says so.

        what: the problem that is counted.
        """
        if can_be(record.at):
            self.now = record.at
            yield from self.rest()
            yield record
            return
        self._note(what, where)
        if written is not None and can_be(written):
            self.now = written
            yield from self.rest()
            yield replace(record, at=written)
        elif self.now is not None:
            yield replace(record, at=self.now)
        elif self._unset < UNSET:
            self._unset += 1
            self._held.append(record)
        else:  # no clock was ever set: they are left with the time that they have
            yield from self.rest()
            yield record

    def rest(self) -> Iterator[T]:
        """Those that wait for a time: the one that is known now, or none."""
        held, self._held = self._held, []
        for one in held:
            yield one if self.now is None else replace(one, at=self.now)
