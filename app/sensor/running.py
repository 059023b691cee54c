"""A live source as whoever runs it sees it: its process, its input, how it ends; room for what its processes wrote."""

import signal
import threading
import time
from typing import Literal

from app.model.rows import Problem
from app.model.source import LiveSource, SourceState
from app.model.troubles import BROKE
from app.sensor.live import kind_of, label_of, mark_of
from app.sensor.process import REFUSED, SourceProcess, Status

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds until a source whose process broke is started again: doubled each time."""


class RunningSource:
    """One live source with its process, if it has one now. key: of its input. ended: it will not run again.

    mark: under which it is remembered where it was.

    wait, again: seconds of the next pause after its process broke; the monotonic time at which it is started again.
    """

    def __init__(self, id: str, spec: LiveSource) -> None:
        self.id, self.spec = id, spec
        self.label, self.kind, self.mark = label_of(spec), kind_of(spec), mark_of(spec)
        self.process: SourceProcess | None = None
        self.key = ""
        self.status = Status()
        self.since = 0
        self.first: int | None = None
        self.activities = 0
        self.error = ""
        self.stopping = self.ended = self.changed = self.renewing = False
        self.wait, self.again = FIRST_WAIT, 0.0
        self.rate = 0.0
        self.restarts = 0
        self.marked = (time.monotonic(), 0)
        self.more: tuple[Problem, ...] = ()
        """Problems that its process does not know of."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Losses first, then what could not be used."""
        both = [*self.status.dropped.items(), *self.status.notes.items()]
        return (*(Problem(what=what, count=one.count, where=one.where) for what, one in both), *self.more)

    def state(self) -> SourceState:
        """How it is doing, for whoever watches."""
        status = self.status
        word = "stopped" if self.ended else "failed" if self.error else status.state
        return SourceState(
            id=self.id,
            kind=self.kind,
            label=self.label,
            state=word,
            since=self.since,
            last=status.last,
            records=status.records,
            bytes=status.bytes,
            activities=self.activities,
            dropped=sum(one.count for one in status.dropped.values()),
            rate=0.0 if self.ended else self.rate,
            waiting=0 if self.ended else status.waiting,
            pressed=status.pressed and not self.ended,
            problems=self.problems,
            error=self.error or status.error,
            level=status.level,
            skipped=status.skipped,
            restarts=self.restarts,
            expires=status.expires,
        )

    def measure(self) -> None:
        """Records per second of late."""
        now, (then, before) = time.monotonic(), self.marked
        if now - then >= 1:
            self.rate = max(0.0, (self.status.records - before) / (now - then))
            self.marked = now, self.status.records
            self.changed = self.changed or self.rate > 0

    def renew(self) -> None:
        """Ask its process to end so that it can begin again at once, as another input."""
        if self.process is not None and not self.stopping:
            self.renewing = True
            self.process.stop()

    def renewed(self) -> Problem:
        """Its process ended for that: what its input shall say."""
        self.renewing = False
        self.restarts += 1
        return Problem(what="started again as another input, for its memory did not come back")

    def ending(self, process: SourceProcess) -> Literal["done", "late", "refused", "broken", "renewed"]:
        """How its process ended: as told or by itself, killed because it was late, refusing to run, broken, to begin again."""
        status = process.status or 0
        if self.renewing and not self.stopping:
            return "renewed"
        if self.stopping or status == 0:
            return "done" if status in (0, -signal.SIGTERM) else "late"
        return "refused" if status == REFUSED else "broken"

    def break_off(self, process: SourceProcess) -> Problem:
        """Its process broke: note when it is started again; returns what its input shall say."""
        why = process.words or f"it ended with status {process.status or 0}"
        self.error = f"{BROKE}{why}"[:300]
        self.pause()
        return Problem(what="the source broke and was started again as another input", where=why[:200])

    def pause(self) -> None:
        """Start it again after its wait, and wait twice as long the next time."""
        self.again = time.monotonic() + self.wait
        self.wait = min(self.wait * 2, LONGEST_WAIT)


class Room:
    """Bytes that may wait; take blocks while there is no room."""

    def __init__(self, limit: int) -> None:
        self._free, self._limit, self._open = limit, limit, False
        self._changed = threading.Condition()

    @property
    def used(self) -> float:
        """Share that is taken, 0 to 1 and beyond."""
        return 1 - self._free / self._limit

    def take(self, size: int) -> None:
        """Wait for room; what is larger than all of it goes when it is alone."""
        with self._changed:
            self._changed.wait_for(lambda: self._open or self._free >= min(size, self._limit))
            self._free -= size

    def give(self, size: int) -> None:
        """Give room back."""
        with self._changed:
            self._free += size
            self._changed.notify_all()

    def open(self) -> None:
        """Nobody waits any more."""
        with self._changed:
            self._open = True
            self._changed.notify_all()
