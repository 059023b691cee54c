"""Work away from the window's thread, its results brought back; the only place with threads."""

import contextlib
import itertools
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

MOST_AT_ONCE = 4
Work = Callable[[], Any]
Done = Callable[[Any], None]
Failed = Callable[[str], None]


class Job:
    """One piece of work. Cancel forgets its result; work that can stop early asks cancelled."""

    def __init__(self, owner: QObject | None, done: Done | None, failed: Failed | None) -> None:
        self.owner, self.done, self.failed = owner, done, failed
        self.cancelled = False
        self.ended = False

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        self.cancelled = True


class _Run(QRunnable):
    def __init__(self, number: int, job: Job, work: Work, arrived: Any) -> None:
        super().__init__()
        self._number, self._job, self._work, self._arrived = number, job, work, arrived

    def run(self) -> None:
        value: Any = None
        error = ""
        if not self._job.cancelled:
            try:
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

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(MOST_AT_ONCE)
        self._pool.setExpiryTimeout(5000)
        self._numbers = itertools.count()
        self._running: dict[int, Job] = {}
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> int:
        """How many results are awaited."""
        return len(self._running)

    def run(self, work: Work, done: Done | None = None, failed: Failed | None = None, owner: QObject | None = None) -> Job:
        """Call work in the pool, then done(result) here; a raised error goes to failed, else to the signal failed.

        With owner nothing is called after owner was deleted.
        """
        job = Job(owner, done, failed)
        number = next(self._numbers)
        self._running[number] = job
        self._pool.start(_Run(number, job, work, self._arrived))
        return job

    def close(self, milliseconds: int = 5000) -> None:
        """Forget what waits, wait for what runs."""
        for job in self._running.values():
            job.cancel()
        self._pool.clear()
        self._pool.waitForDone(milliseconds)
        self._running.clear()

    def _deliver(self, number: int, value: Any, error: str) -> None:
        job = self._running.pop(number, None)
        if job is not None:
            job.ended = True
        if job is None or job.cancelled or (job.owner is not None and not shiboken6.isValid(job.owner)):
            pass
        elif error:
            (job.failed or self.failed.emit)(error)
        elif job.done is not None:
            job.done(value)
        if not self._running:
            self.idle.emit()
