"""A workspace of an earlier version is brought up to date beside the window, which says so and lets it be stopped."""

import gzip
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.engine import schema
from app.session import Session
from app.ui.main_window import MainWindow

DATA = Path(__file__).resolve().parents[1] / "data"
Settle = Callable[[MainWindow], None]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A workspace of version 6."""
    path = tmp_path / "old.wardlight"
    with gzip.open(DATA / "workspace-version-6.wardlight.gz") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    return path


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The last step of bringing a workspace up to date goes on only when this is set."""
    goes, step = threading.Event(), schema.MIGRATIONS[6]

    def slowly(db: sqlite3.Connection) -> None:
        assert threading.current_thread() is not threading.main_thread()
        while not goes.wait(0.01):
            db.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT max(i) FROM n")
        step(db)

    monkeypatch.setitem(schema.MIGRATIONS, 6, slowly)
    return goes


def said(window: MainWindow) -> str:
    """What the status bar says of the job."""
    return window.statusbar.jobs.text()


def test_the_window_answers_meanwhile_and_says_what_it_does(
    window: MainWindow, old: Path, waits: threading.Event, settle: Settle, qtbot: QtBot
) -> None:
    before = window.desk.session
    window.open_case(old)
    qtbot.waitUntil(lambda: "from version 6 to 7" in said(window), timeout=10_000)
    assert said(window).startswith("Opening old.wardlight: ")
    window.desk.go("alerts")
    QTest.qWait(50)
    assert window.page().name == "alerts" and window.desk.session is before

    waits.set()
    qtbot.waitUntil(lambda: window.desk.session is not before, timeout=10_000)
    settle(window)
    assert "was brought up to date" in window.statusbar.said.text()
    qtbot.waitUntil(lambda: not said(window).startswith("Opening"), timeout=2_000)  # the list of jobs is told now and then


@pytest.mark.parametrize("first", [True, False])
def test_it_is_stopped_and_the_workspace_is_as_it_was(
    make_window: Callable[..., MainWindow],
    case: Path,
    old: Path,
    waits: threading.Event,
    first: bool,
    qtbot: QtBot,
    settle: Settle,
) -> None:
    window = make_window(None if first else Session.open(case))
    before = window.desk.session
    window.open_case(old)
    qtbot.waitUntil(lambda: "from version 6 to 7" in said(window), timeout=10_000)
    (entry,) = (one for one in window.desk.jobs.log.running if one.words.startswith("Opening"))
    assert entry.cancel is not None
    entry.cancel()
    settle(window)

    assert "was not opened; it is as it was" in window.statusbar.said.text()
    if first:
        assert window.desk.session is not None and window.desk.session.is_temporary
    else:
        assert window.desk.session is before
    db = sqlite3.connect(old)
    assert db.execute("PRAGMA user_version").fetchone() == (6,)
    db.close()


def test_a_workspace_that_was_open_just_when_it_was_stopped_is_closed(
    make_window: Callable[..., MainWindow],
    case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
    settle: Settle,
) -> None:
    other = tmp_path / "other.wardlight"
    other.write_bytes(case.read_bytes())
    window, goes, closed, really = make_window(Session.open(case)), threading.Event(), [], Session.open
    before, told_all = window.desk.session, []
    window.desk.told.connect(lambda sentence, _: told_all.append(sentence))

    def late(path: Path, told: Callable[[str], None]) -> Session:
        session = really(path, told=told)
        end = session.close
        session.close = lambda: (closed.append(session), end())[1]  # type: ignore[method-assign]
        told("It is open, and nobody knows yet")
        assert goes.wait(10)
        return session

    monkeypatch.setattr(Session, "open", late)
    window.open_case(other)
    log = window.desk.jobs.log
    qtbot.waitUntil(lambda: any("nobody knows yet" in one.detail for one in log.running), timeout=10_000)
    (entry,) = (one for one in log.running if one.words.startswith("Opening"))
    assert entry.cancel is not None
    entry.cancel()
    goes.set()
    settle(window)
    qtbot.waitUntil(lambda: len(closed) == 1, timeout=10_000)
    assert window.desk.session is before and any("was not opened" in one for one in told_all)


def test_words_that_come_before_the_window_knows_the_job_are_listed(
    make_window: Callable[..., MainWindow], case: Path, old: Path, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    window = make_window(Session.open(case))
    jobs = window.desk.jobs
    pool, start = jobs._pool, jobs._pool.start
    monkeypatch.setattr(pool, "start", lambda run: run.run())  # as on a machine whose other processor is quicker
    window.open_case(old)
    monkeypatch.setattr(pool, "start", start)
    settle(window)

    (entry,) = (one for one in jobs.log.entries if one.words.startswith("Opening"))
    assert entry.state == "done" and entry.detail
