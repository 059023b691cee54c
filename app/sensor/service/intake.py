"""From what the processes of sources write to messages in the outbox: inputs opened, told of and closed, activities kept."""

from collections.abc import Callable

import msgspec

from app.link.envelope import Closed, Opened, Told, seal
from app.model.rows import Problem
from app.model.source import LiveSource
from app.sensor.live import input_kind
from app.sensor.running import RunningSource
from app.sensor.service.outbox import Full, New, OpenInput, Outbox
from app.sensor.service.packing import Gathering

TELL = 5.0
"""Seconds between two words about how far an input is."""
KILLED = Problem(what="the sensor ended without order; what it had in hand is lost")
NO_ROOM = "activities lost: the disk of the outbox was full when the source ended"
TOO_LARGE = "activities lost: too large for the link even alone"


class Source(RunningSource):
    """A source with what it found and is not in the outbox yet. told: when its input was last told of.

    heard: when its process last said something. telling: there is something new to tell of its input. opened: its input is one;
    that of a source which never ran is none, so that one that is tried every minute makes no inputs. place: where it is with what
    was gathered, "" when it said nothing.
    """

    def __init__(self, id: str, spec: LiveSource) -> None:
        super().__init__(id, spec)
        self.gathering = Gathering()
        self.told = self.heard = 0.0
        self.telling = self.opened = False
        self.place = ""
        self._lost: dict[str, int] = {}

    def lose(self, what: str, count: int) -> None:
        """Count what was lost between its process and the outbox."""
        if count:
            self._lost[what] = self._lost.get(what, 0) + count
            self.more = tuple(Problem(what=one, count=many) for one, many in self._lost.items())
            self.telling = True


class Intake:
    """Writes for sources into an outbox; all methods belong to one thread.

    see(batch) gives the time of the first activity of every batch. trouble: why nothing can be kept now, "" while all is well.
    activities: so many since the start; lost: of them, between a source and the outbox.
    """

    def __init__(self, outbox: Outbox, see: Callable[[bytes], int | None]) -> None:
        self._outbox, self._see = outbox, see
        self.trouble = ""
        self.activities = self.lost = 0

    def open(self, source: Source) -> None:
        """Its input begins, if it did not. Raises Full."""
        if source.opened:
            return
        kind = input_kind(source.spec)
        opened = Opened(source.key, source.label, kind, source.since)
        self._outbox.put([New(seal(opened), alone=True)], opened=[OpenInput(source.key, source.label, kind)], must=True)
        source.opened = True

    def place_of(self, source: Source) -> str:
        """Where it was when something of it was kept last, by whatever run; "" when that is not known."""
        return self._outbox.place(source.mark)

    def add(self, source: Source, batch: bytes, place: str = "") -> None:
        """A batch that its process wrote; place: where it is with it."""
        before = source.gathering.count
        try:
            source.gathering.add(batch)
            first = self._see(batch)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            source.lose("batches of the source that are damaged", 1)
            return
        self.activities += source.gathering.count - before
        source.place = place or source.place
        source.first = first if source.first is None else source.first

    def keep(self, source: Source, must: bool = False) -> bool:
        """Put what was gathered into the outbox; False when there is no room.

        must: also beyond its limit; what the disk refuses then is lost, and counted.
        """
        if not source.gathering.count:
            return True
        packed = source.gathering.pack(source.key)
        try:
            self.open(source)
            self._outbox.put(
                [New(body) for body in packed.bodies], opened=[_as_open(source)], must=must, places={source.mark: source.place}
            )
        except Full as error:
            self.trouble = str(error)
            if not must:
                return False
            source.lose(NO_ROOM, packed.activities)
            self.lost += packed.activities
        else:
            source.activities += packed.activities - packed.lost
            source.lose(TOO_LARGE, packed.lost)
            self.lost += packed.lost
        source.gathering.clear()
        source.telling = True
        return True

    def tell(self, source: Source, now: float) -> None:
        """Say how far its input is, when that is new and not too often."""
        if not source.telling or not source.key or now - source.told < TELL:
            return
        status = source.status
        if status.state != "running" and not source.opened:
            return
        told = Told(source.key, status.records, source.first, status.last, source.problems)
        try:
            self.open(source)
            self._outbox.put([New(seal(told))], opened=[_as_open(source)])
        except Full:
            return
        source.told, source.telling = now, False

    def close(self, source: Source, state: str, *more: Problem) -> None:
        """Its input is over."""
        self.keep(source, must=True)
        status = source.status
        if not source.opened:
            source.key = ""
            return
        problems = (*source.problems, *more)
        if status.error and state != "done":
            problems += (Problem(what=status.error),)
        closed = Closed(source.key, state, status.records, source.first, status.last, problems)
        self._close(closed)
        source.telling, source.opened, source.key = False, False, ""

    def recover(self) -> int:
        """Say that the inputs which an earlier run left open are over; returns how many there were."""
        left = self._outbox.left_open()
        for one in left:
            self._close(Closed(one.key, "partial", one.records, one.first, one.last, (KILLED,)))
        return len(left)

    def _close(self, closed: Closed) -> None:
        try:
            self._outbox.put([New(seal(closed), alone=True)], closed=[closed.key], must=True)
        except Full as error:  # the next start says it
            self.trouble = str(error)


def _as_open(source: Source) -> OpenInput:
    status = source.status
    return OpenInput(source.key, source.label, input_kind(source.spec), status.records, source.first, status.last)
