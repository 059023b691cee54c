"""Times of a log's records that cannot be, as damage, exports and clocks that were never set leave them: 1601, 1970, beyond 2100.

As with packets (app.sensor.sources.clock): such a record is read and counted as a problem, and stands in time where the one
before it does, the first ones where the first does that has a time. It would stretch the span of a case over centuries.
Records that lie years apart are left so: a log that is exported with a filter has such gaps.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from app.sensor.events.record import EventRecord
from app.sensor.sources.clock import EARLIEST, LATEST, UNSET
from app.sensor.sources.reading import Note

NEVER = "records with a time that cannot be"


def can_be(at: int) -> bool:
    """Whether something can have been recorded at this time (UTC microseconds)."""
    return EARLIEST <= at < LATEST


class Dated:
    """Walks along the records of one log."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._now: int | None = None
        self._held: list[EventRecord] = []
        """The first ones, while none has a time."""
        self._unset = 0

    def take(self, record: EventRecord, where: str, written: int | None = None) -> Iterator[EventRecord]:
        """The same records, in the same order, with times that can be. written: when the log wrote it, if it says so."""
        if can_be(record.at):
            self._now = record.at
            yield from self.rest()
            yield record
            return
        self._note(NEVER, where)
        if written is not None and can_be(written):
            self._now = written
            yield from self.rest()
            yield replace(record, at=written)
        elif self._now is not None:
            yield replace(record, at=self._now)
        elif self._unset < UNSET:
            self._unset += 1
            self._held.append(record)
        else:  # no clock was ever set: they are left with the time that they have
            yield from self.rest()
            yield record

    def rest(self) -> Iterator[EventRecord]:
        """Those that wait for a time: the one that is known now, or none."""
        held, self._held = self._held, []
        for one in held:
            yield one if self._now is None else replace(one, at=self._now)
