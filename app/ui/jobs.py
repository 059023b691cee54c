"""Work away from the window's thread, its results brought back; the only place with threads."""

import contextlib
import itertools
import time
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, QTimer, Signal

from app.model.stopping import until
from app.ui.job_log import Entry, JobLog

MOST_AT_ONCE = 4
SLOW_S = 2.0
"""Seconds after which a job without words is listed too."""
LOOK_MS = 500
Work = Callable[[], Any]
Done = Callable[[Any], None]
Failed = Callable[[str], None]


class Stop:
    """Asks work that runs away from the window to end: set in the window, asked in the work."""

    def __init__(self) -> None:
        self._wanted = False

    def set(self) -> None:
        """End, please."""
        self._wanted = True

    def is_set(self) -> bool:
        """Whether it shall end."""
        return self._wanted


class Job:
    """One piece of work. Cancel forgets its result and ends the query that it waits for; other work asks cancelled."""

    def __init__(self, owner: QObject | None, done: Done | None, failed: Failed | None) -> None:
        self.owner, self.done, self.failed = owner, done, failed
        self.cancelled = False
        self.ended = False
        self.keeps = False
        """Whether it is let come to its end when the window closes."""
        self.began = time.monotonic()
        self.entry: Entry | None = None
        self.stopped: Callable[[], object] = lambda: None
        """Called when the user stopped it."""
        self.dropped: Callable[[Any], object] = lambda _: None
        """Called with what the work gave although nobody waits for it any more: whatever must be closed is closed there."""

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        self.cancelled = True


class _Run(QRunnable):
    def __init__(self, number: int, job: Job, work: Work, arrived: Any, stops: bool) -> None:
        super().__init__()
        self._number, self._job, self._work, self._arrived, self._stops = number, job, work, arrived, stops

    def run(self) -> None:
        value: Any = None
        error = ""
        if not self._job.cancelled:
            try:
                if self._stops:  # it ends in order by itself: a file half written is removed
                    value = self._work()
                else:
                    with until(lambda: self._job.cancelled):
                        value = self._work()
            except Exception as raised:  # whatever went wrong is shown, never lost in a thread
                error = f"{type(raised).__name__}: {raised}" if str(raised) else type(raised).__name__
        with contextlib.suppress(RuntimeError):  # the window is gone
            self._arrived.emit(self._number, value, error)


class Jobs(QObject):
    """Runs functions in a pool; results, errors arrive as calls on the window's thread, in its event loop."""

    failed = Signal(str)
    idle = Signal()
    _arrived = Signal(int, object, str)
    _noted = Signal(object, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(MOST_AT_ONCE)
        self._pool.setExpiryTimeout(-1)  # each thread keeps a connection
        self._numbers = itertools.count()
        self._running: dict[int, Job] = {}
        self._closed = False
        self.log = JobLog(self)
        self.whose: Callable[[QObject | None], str] = lambda _: "A query"
        """Words for a job that has none and takes long, by its owner."""
        self._looking = QTimer(self)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._look)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._noted.connect(self._note, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> int:
        """How many results are awaited."""
        return len(self._running)

    def run(
        self, work: Work, done: Done | None = None, failed: Failed | None = None, owner: QObject | None = None, words: str = "",
        stops: bool = False, keeps: bool = False,
    ) -> Job:  # fmt: skip
        """Call work in the pool, then done(result) here; a raised error goes to failed, else to the signal failed.

        With owner nothing is called after owner was deleted. words: what the list of jobs calls it; without words it is listed
        only when it takes long or fails. stops: the work asks job.cancelled, so that the list may offer to stop it; any other is
        awaited, for whoever asked waits for its answer. keeps: it changes what is kept; it begins at once, and a window that
        closes lets it come to its end.
        """
        job = Job(owner, done, failed)
        job.keeps = keeps
        if self._closed:  # what a window that closes still asks for
            job.cancel()
            job.ended = True
            return job
        number = next(self._numbers)
        self._running[number] = job
        if words:
            job.entry = self.log.begin("work", words, (lambda: self._cancel(job)) if stops else None)
        if not self._looking.isActive():
            self._looking.start()
        begun = _Run(number, job, work, self._arrived, stops)
        if keeps:
            self._pool.start(begun)
        else:  # behind what is to be painted: beside it each would wait for the other's interpreter at every other call of Qt
            QTimer.singleShot(0, self, lambda: self._begin(begun))
        return job

    def _begin(self, begun: _Run) -> None:
        if not self._closed:
            self._pool.start(begun)

    def _cancel(self, job: Job) -> None:
        job.cancel()
        if job.entry is not None:
            self.log.end(job.entry, "cancelled", "Nobody waits for it any more.")
        job.stopped()

    def note(self, which: Callable[[], Job], words: str, detail: str) -> None:
        """List a job from now on, though it has no words of its own, as one that may be stopped; from any thread.

        which: asked on the window's thread, for the work may speak before whoever started it knows its job.
        """
        with contextlib.suppress(RuntimeError):  # the window is gone
            self._noted.emit(which, words, detail)

    def _note(self, which: Callable[[], Job], words: str, detail: str) -> None:
        job = which()
        if job.ended or job.cancelled:
            return
        if job.entry is None:
            job.entry = self.log.begin("work", words, lambda: self._cancel(job))
        job.entry.detail = detail
        self.log.touch()

    def _look(self) -> None:
        """List what takes long."""
        now = time.monotonic()
        for job in self._running.values():
            if job.entry is None and not job.cancelled and now - job.began > SLOW_S:
                job.entry = self.log.begin("work", self.whose(self._owner(job)))
                job.entry.began -= now - job.began

    @staticmethod
    def _owner(job: Job) -> QObject | None:
        return job.owner if job.owner is not None and shiboken6.isValid(job.owner) else None

    def _write_down(self, job: Job, error: str) -> None:
        """How a job ended, when it is listed or failed."""
        if job.cancelled:
            if job.entry is not None:
                self.log.end(job.entry, "cancelled")
            return
        if error and job.entry is None:
            job.entry = self.log.begin("work", self.whose(self._owner(job)))
        if job.entry is not None:
            self.log.end(job.entry, "failed" if error else "done", error)

    def close(self, milliseconds: int = 5000) -> None:
        """Forget what was asked, wait for what changes something and for what cannot be left; nothing runs any more."""
        self._closed = True
        self._looking.stop()
        for job in self._running.values():
            if not job.keeps:
                job.cancel()
        self._pool.waitForDone(milliseconds)
        self._running.clear()

    def _deliver(self, number: int, value: Any, error: str) -> None:
        job = self._running.pop(number, None)
        if self._closed:
            return
        if job is not None:
            job.ended = True
            self._write_down(job, error)
        if job is not None and job.cancelled and value is not None:
            job.dropped(value)
        elif job is None or job.cancelled or (job.owner is not None and not shiboken6.isValid(job.owner)):
            pass
        elif error:
            (job.failed or self.failed.emit)(error)
        elif job.done is not None:
            job.done(value)
        if not self._running:
            self._looking.stop()
            self.idle.emit()
