"""What happens in the session, told to the window at a rate it can draw."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.rows import Progress
from app.model.source import LiveSource, SourceState
from app.ui.jobs import Jobs

if TYPE_CHECKING:
    from app.session import Reading, Session

PROGRESS_MS = 100
CHANGES_MS, LIVE_CHANGES_MS = 250, 1000
"""Between two looks for changes while files are read, and while live sources run only."""
SOURCES_MS = 500
STOPPING_MS = 20
"""Between two looks whether what was asked to stop is over."""


class Bridge(QObject):
    """Reads inputs and runs live sources through the session.

    Progress is told at most 10 times, changes at most 4 times, how sources do at most twice a second.

    The session calls from a thread of its own: those calls only put a value into a field, a timer of this thread picks it up.
    """

    started = Signal()
    progress = Signal(object)
    finished = Signal(str)
    changed = Signal()
    sources_changed = Signal()
    keytabs_changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._session: Session | None = None
        self._reading: Reading | None = None
        self.anew = False
        """Whether only detection runs, or ran last: again, or over what was read before somebody stopped the reading."""
        self.low = False
        """Whether what is read from now on leaves the processor to others first."""
        self.stopped = False
        """Whether somebody asked what is or was read last to stop."""
        self._latest: Progress | None = None
        self._detects = self._some = False
        """Whether all is read and detection runs; whether something was found."""
        self._ended: list[str | None] = []
        self._version: object = None
        self._asking = self._again = False
        self.keytabs: tuple[Path, ...] = ()
        """Files whose keys are used for what is opened from now on; never stored."""
        self.states: dict[str, SourceState] = {}
        """Last word about every source that was started in this case, by its id."""
        self.ids: dict[LiveSource, str] = {}
        """Where each source that was started is found in states."""
        self._said: dict[str, SourceState] = {}
        self._starting: set[LiveSource] = set()
        self._progress_timer = QTimer(self)
        self._progress_timer.setInterval(PROGRESS_MS)
        self._progress_timer.timeout.connect(self._pick_up)
        self._changes_timer = QTimer(self)
        self._changes_timer.timeout.connect(self._look)
        self._sources_timer = QTimer(self)
        self._sources_timer.setInterval(SOURCES_MS)
        self._sources_timer.timeout.connect(self._hear)

    @property
    def reading(self) -> bool:
        """Whether inputs are being read."""
        return self._reading is not None

    @property
    def listening(self) -> bool:
        """Whether a live source runs or tries to."""
        return any(one.state != "stopped" for one in self.states.values())

    def attach(self, session: "Session | None") -> None:
        """Watch another session."""
        if self._reading is not None:
            self._reading.cancel()
        if self._session is not None:
            self._session.on_state = None
        for timer in (self._progress_timer, self._changes_timer, self._sources_timer):
            timer.stop()
        self.states, self.ids, self._said, self._starting = {}, {}, {}, set()
        if session is not None:
            said = self._said
            session.on_state = lambda state: said.__setitem__(state.id, state)
        self._reading, self._latest, self._ended = None, None, []
        self._session, self._version, self._asking, self._again = session, None, False, False
        self.poke()

    def read(self, paths: Sequence[Path], sensitivity: str) -> None:
        """Start to read, with the keytabs in use; a second call while reading is refused by the caller.

        No paths: only detection runs again.
        """
        if self._session is None or self._reading is not None:
            return
        self._latest, self._ended, self.anew, self.stopped = None, [], not paths, False
        self._detects = self._some = False
        ended = self._ended
        self._reading = self._session.read(list(paths), self._keep, ended.append, sensitivity, self.keytabs, self.low)
        self._progress_timer.start(PROGRESS_MS)
        self._watch()
        self.started.emit()

    def cancel(self) -> None:
        """Ask the reading to stop; what was read stays, and detection over it goes on as work of its own.

        Finished is told as soon as nothing more is read, then started of the detection, which stops when this is asked again.
        """
        if self._reading is None:
            return
        self.stopped = True
        if self.anew:
            self._reading.give_up()
        else:
            self._reading.cancel()
            if self._detects:
                self._read_so_far()
                return
        self._progress_timer.start(STOPPING_MS)

    def use_keytabs(self, files: Sequence[Path]) -> None:
        """Use these files with keys from now on, no others."""
        self.keytabs = tuple(files)
        self.keytabs_changed.emit()

    def start_source(self, spec: LiveSource, sensitivity: str, failed: Callable[[str], None]) -> None:
        """Run a live source, unless it runs already; its process is started away from the window."""
        session = self._session
        running = self.states.get(self.ids.get(spec, ""))
        if session is None or spec in self._starting or (running is not None and running.state != "stopped"):
            return
        self._starting.add(spec)

        def started(id: str) -> None:
            self._starting.discard(spec)
            if session is self._session:
                if spec in self.ids:
                    self.states.pop(self.ids[spec], None)
                self.ids[spec] = id
                self._sources_timer.start()
                self._hear()
                self._watch()

        def refused(error: str) -> None:
            self._starting.discard(spec)
            failed(error.partition(": ")[2] or error)

        self._jobs.run(lambda: session.start_source(spec, sensitivity), started, refused, self)

    def stop_source(self, spec: LiveSource) -> None:
        """End a live source; what came is kept."""
        session, id = self._session, self.ids.get(spec)
        if session is not None and id is not None:
            self._jobs.run(lambda: session.stop_source(id), owner=self)

    def forget_source(self, spec: LiveSource) -> None:
        """No longer list a source that is over."""
        self.states.pop(self.ids.pop(spec, ""), None)
        self.sources_changed.emit()

    def state_of(self, spec: LiveSource) -> SourceState | None:
        """How a source is doing; None when it was not started in this case yet."""
        return self.states.get(self.ids.get(spec, ""))

    def poke(self) -> None:
        """Ask whether the data changed; a change is told by the signal changed."""
        session = self._session
        if session is None:
            return
        if self._asking:
            self._again = True  # what is asked now may have been read before the change that this is about
            return
        self._asking, self._again = True, False

        def told(version: object) -> None:
            if session is self._session:
                self._asking = False
                if version != self._version:
                    self._version = version
                    self.changed.emit()
                self._once_more()

        def failed(_error: str) -> None:
            if session is self._session:
                self._asking = False
                if self._version is None:
                    self.changed.emit()  # whoever asks for what it holds is told why that cannot be
                self._once_more()

        self._jobs.run(session.queries.version, told, failed, self)

    def _once_more(self) -> None:
        if self._again:
            self.poke()

    def _look(self) -> None:
        """Now and then, when nobody knows of a change."""
        if not self._asking:
            self.poke()

    def _hear(self) -> None:
        said = list(self._said.items())
        known = set(self.ids.values())
        news = [(id, state) for id, state in said if id in known and self.states.get(id) != state]
        self.states.update(news)
        if news:
            self.sources_changed.emit()
        if not self.listening:
            self._sources_timer.stop()
            self._watch()
            self.poke()

    def _read_so_far(self) -> None:
        """What was asked to stop has: the reading is over, detection over what was read goes on."""
        self._version = None
        self.finished.emit("")
        if self._reading is None or self.anew:
            return
        self.anew, self.stopped = True, False
        self._progress_timer.start(PROGRESS_MS)
        self.started.emit()

    def _watch(self) -> None:
        """Look for changes as often as they are to be seen now."""
        if self._reading is None and not self.listening:
            self._changes_timer.stop()
        else:
            self._changes_timer.start(CHANGES_MS if self._reading is not None else LIVE_CHANGES_MS)

    def _keep(self, progress: Progress) -> None:
        self._latest = progress

    def _pick_up(self) -> None:
        latest, self._latest = self._latest, None
        if latest is not None:
            self.progress.emit(latest)
            if latest.activities and not self._some:
                self._some = True
                self.poke()  # the first rows are not waited for
            self._detects = latest.stage == "detect"
            if self.stopped and not self.anew and self._detects and not self._ended:
                self._read_so_far()
        if self._ended:
            self._progress_timer.stop()
            self._reading = None
            self._watch()
            self.finished.emit(self._ended[0] or "")
            self.poke()
