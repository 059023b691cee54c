"""A window on a real case, watched for stalls, threads and timers left behind."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QObject, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication

from app.paths import sample_case
from app.session import Session
from app.ui import theme
from app.ui.main_window import MainWindow

TICK_MS = 5


class Watchdog:
    """A timer of the window's thread that records how late it comes, and how long the thread itself worked before it came.

    longest counts what other programs of the machine took, longest_busy does not. Both are seconds.
    """

    def __init__(self) -> None:
        self.longest = self.longest_busy = 0.0
        self._last, self._used = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last - TICK_MS / 1000)
        self._last = now
        used = time.thread_time()
        self.longest_busy = max(self.longest_busy, used - self._used)
        self._used = used

    def forget(self) -> None:
        """Measure from now on."""
        self.longest, self._last = 0.0, time.perf_counter()
        self.longest_busy, self._used = 0.0, time.thread_time()

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled sample, read once into a workspace."""
    sample = sample_case()
    if not sample.is_file():
        pytest.skip("the sample case is not here")
    path = tmp_path_factory.mktemp("case") / "sample.wardlight"
    session = Session.open(path)
    session.read_here([sample], lambda _: None)
    session.close()
    return path


@pytest.fixture(autouse=True)
def fresh_theme(qapp: QApplication) -> None:
    """Every test begins in the dark theme at normal text size."""
    theme.apply("dark")


@pytest.fixture
def settle(qapp: QApplication) -> Callable[[MainWindow], None]:
    """Wait until the window awaits no result."""

    def wait(window: MainWindow, seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        loop = QEventLoop()
        quiet = 0
        while quiet < 3 and time.monotonic() < end:
            QTimer.singleShot(15, loop.quit)
            loop.exec()
            quiet = 0 if window.desk.jobs.running else quiet + 1
        assert not window.desk.jobs.running, "a job did not end"

    return wait


@pytest.fixture
def make_window(qapp: QApplication, tmp_path: Path, settle: Callable[[MainWindow], None]) -> Iterator[Callable[..., MainWindow]]:
    """Windows that are closed after the test, with nothing left behind."""
    made: list[MainWindow] = []

    def make(session: Session | None, width: int = 1440, height: int = 900) -> MainWindow:
        window = MainWindow(session, tmp_path / "settings")
        made.append(window)
        window.resize(width, height)
        window.show()
        window.activateWindow()
        settle(window)
        return window

    yield make
    for window in made:
        window.close()
        timers = [one for one in window.findChildren(QTimer) if one.isActive()]
        told = [(type(one.parent()).__name__, one.parent().objectName(), one.interval()) for one in timers]
        assert not timers, f"timers run after the window closed: {told}"
        pools = window.findChildren(QThreadPool)
        assert all(pool.activeThreadCount() == 0 for pool in pools), "a thread runs after the window closed"
        window.deleteLater()
    qapp.sendPostedEvents(None, 0)
    qapp.processEvents()
    assert not [one for one in QObject.children(qapp) if isinstance(one, QTimer) and one.isActive()]


@pytest.fixture
def window(make_window: Callable[..., MainWindow], case: Path, tmp_path_factory: pytest.TempPathFactory) -> MainWindow:
    """A window on a copy of the sample case, so that what a test says in it is heard by no other test."""
    path = tmp_path_factory.mktemp("window") / case.name
    path.write_bytes(case.read_bytes())
    return make_window(Session.open(path))


@pytest.fixture
def watchdog(qapp: QApplication) -> Iterator[Watchdog]:
    """Records the longest stall of the window's thread."""
    dog = Watchdog()
    yield dog
    dog.stop()
