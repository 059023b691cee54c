"""What happens in the session, told to the window at a rate it can draw."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.rows import Progress
from app.ui.jobs import Jobs

if TYPE_CHECKING:
    from app.session import Reading, Session

PROGRESS_MS = 100
CHANGES_MS = 250


class Bridge(QObject):
    """Reads inputs through the session; progress at most 10 times, changes at most 4 times a second.

    The session calls from a thread of its own: those calls only put a value into a field, a timer of this thread picks it up.
    """

    started = Signal()
    progress = Signal(object)
    finished = Signal(str)
    changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._session: Session | None = None
        self._reading: Reading | None = None
        self._latest: Progress | None = None
        self._ended: list[str | None] = []
        self._version: object = None
        self._asking = False
        self._progress_timer = QTimer(self)
        self._progress_timer.setInterval(PROGRESS_MS)
        self._progress_timer.timeout.connect(self._pick_up)
        self._changes_timer = QTimer(self)
        self._changes_timer.setInterval(CHANGES_MS)
        self._changes_timer.timeout.connect(self.poke)

    @property
    def reading(self) -> bool:
        """Whether inputs are being read."""
        return self._reading is not None

    def attach(self, session: "Session | None") -> None:
        """Watch another session."""
        self.cancel()
        self._progress_timer.stop()
        self._changes_timer.stop()
        self._reading, self._latest, self._ended = None, None, []
        self._session, self._version, self._asking = session, None, False
        self.poke()

    def read(self, paths: Sequence[Path], sensitivity: str, keytabs: Sequence[Path] = ()) -> None:
        """Start to read; a second call while reading is refused by the caller. keytabs: files with keys for it."""
        if self._session is None or self._reading is not None:
            return
        self._latest, self._ended = None, []
        ended = self._ended
        self._reading = self._session.read(list(paths), self._keep, ended.append, sensitivity, keytabs)
        self._progress_timer.start()
        self._changes_timer.start()
        self.started.emit()

    def cancel(self) -> None:
        """Ask the reading to stop; what was read stays."""
        if self._reading is not None:
            self._reading.cancel()

    def poke(self) -> None:
        """Ask whether the data changed; a change is told by the signal changed."""
        session = self._session
        if session is None or self._asking:
            return
        self._asking = True

        def told(version: object) -> None:
            self._asking = False
            if session is self._session and version != self._version:
                self._version = version
                self.changed.emit()

        def failed(_error: str) -> None:
            self._asking = False

        self._jobs.run(session.queries.version, told, failed, self)

    def _keep(self, progress: Progress) -> None:
        self._latest = progress

    def _pick_up(self) -> None:
        latest, self._latest = self._latest, None
        if latest is not None:
            self.progress.emit(latest)
        if self._ended:
            self._progress_timer.stop()
            self._changes_timer.stop()
            self._reading = None
            self.finished.emit(self._ended[0] or "")
            self.poke()
