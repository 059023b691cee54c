"""What runs and ran: listed, stopped, failed; problems with the way to them."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.paths import sample_case
from app.session import Reading, Session
from app.ui.job_log import MOST, JobLog
from app.ui.jobs import SLOW_S, Jobs
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage
from app.ui.pages.jobs import JobsPage
from app.ui.pages.problems import ProblemsPage
from tests.material import long_capture

from .test_tabs import click, press

Settle = Callable[[MainWindow], None]


def test_a_job_with_words_is_listed_from_begin_to_end(qtbot: QtBot) -> None:
    jobs = Jobs()
    go_on = threading.Event()
    jobs.run(lambda: go_on.wait(5), words="Writing a report")
    (entry,) = jobs.log.entries
    assert entry.running and entry.words == "Writing a report"
    go_on.set()
    qtbot.waitUntil(lambda: entry.state == "done")
    jobs.close()


def test_quick_queries_are_not_listed_slow_and_failed_ones_are(qtbot: QtBot) -> None:
    jobs = Jobs()
    with qtbot.waitSignal(jobs.idle):
        jobs.run(lambda: 1)
    assert not jobs.log.entries
    jobs.run(lambda: 1 // 0, failed=lambda _: None)
    qtbot.waitUntil(lambda: bool(jobs.log.entries))
    assert jobs.log.entries[0].state == "failed" and "ZeroDivisionError" in jobs.log.entries[0].detail
    go_on = threading.Event()
    jobs.run(lambda: go_on.wait(10))
    qtbot.waitUntil(lambda: len(jobs.log.entries) == 2, timeout=int(SLOW_S * 1000) + 3000)
    assert jobs.log.entries[0].running and jobs.log.entries[0].took() >= SLOW_S * 1_000_000
    go_on.set()
    qtbot.waitUntil(lambda: not jobs.log.running)
    jobs.close()


def test_the_log_is_bounded_and_keeps_what_runs(qtbot: QtBot) -> None:
    log = JobLog()
    first = log.begin("work", "first")
    for number in range(3 * MOST):
        log.end(log.begin("work", f"job {number}"), "done")
    assert len(log.entries) <= MOST and first in log.entries
    log.forget_ended()
    assert log.entries == [first]


def test_reading_is_listed_with_its_files_and_stopped_from_there(
    make_window, settle: Settle, qtbot: QtBot, tmp_path: Path
) -> None:
    path = long_capture(tmp_path / "long.pcap", 6)  # it is still read when it is stopped, however busy the window is
    window = make_window(Session.open(None))
    window.desk.go("jobs")
    settle(window)
    page = window.page()
    assert isinstance(page, JobsPage) and page.view.nothing.isVisible()
    with qtbot.waitSignal(window.desk.bridge.finished, timeout=60_000):
        window.read([path])
        window.desk.go("jobs")
        qtbot.waitUntil(lambda: page.view.table.model().rowCount() >= 2, timeout=20_000)
        rows = page.view.table.rows_model().rows
        assert rows[0].words.startswith("Reading") and rows[1].words == path.name
        page.view.table.setCurrentIndex(page.view.table.model().index(0, 0))
        click(page.view.stop)

    def stopped() -> bool:  # above it stands the detection over what was read until then
        line = next(one for one in page.view.table.rows_model().rows if one.words.startswith("Reading"))
        return line.state == "cancelled"

    qtbot.waitUntil(stopped)
    settle(window)


def test_a_reading_that_ended_says_what_was_found(make_window, settle: Settle, qtbot: QtBot) -> None:
    window = make_window(Session.open(None))
    with qtbot.waitSignal(window.desk.bridge.finished, timeout=60_000):
        window.read([sample_case()])
        assert window.statusbar.reading.isVisible()
        click(window.statusbar.reading)
        assert window.body.panes["jobs"].isVisible()
    settle(window)
    entry = next(one for one in window.desk.jobs.log.entries if one.kind == "reading")
    assert entry.state == "done" and "activities" in entry.detail and "1 input" in entry.words
    (part,) = entry.parts.values()
    assert part.bytes == sample_case().stat().st_size


def test_what_failed_is_a_problem_too(window: MainWindow, settle: Settle, tmp_path) -> None:
    broken = tmp_path / "broken.wardlight"
    broken.write_bytes(b"this is no case" * 100)
    window.read([broken])
    settle(window)
    window.desk.go("problems", filter="broken.wardlight")
    settle(window)
    page = window.page()
    assert isinstance(page, ProblemsPage)
    (row,) = page.view.table.rows_model().rows
    assert row.kind == "job" and "broken.wardlight" in row.what
    press(window, Qt.Key.Key_Return)
    settle(window)
    assert window.page().name == "jobs"


def test_problems_are_filtered_sorted_copied_and_lead_to_activities(window: MainWindow, settle: Settle) -> None:
    window.desk.go("problems")
    settle(window)
    page = window.page()
    assert isinstance(page, ProblemsPage)
    rows = page.view.table.rows_model().rows
    assert len(rows) > 3 and [one.count for one in rows] == sorted((one.count for one in rows), reverse=True)
    assert sum(one.count for one in rows) == window.desk.overview.problems
    click(page.view.copy)
    assert QGuiApplication.clipboard().text().count("\n") == len(rows) - 1
    page.focus_filter()
    QTest.keyClicks(page.view.search, "sealed")
    QTest.qWait(300)
    settle(window)
    fewer = page.view.table.rows_model().rows
    assert 0 < len(fewer) < len(rows) and all("sealed" in one.what for one in fewer)
    assert page.route.option("filter") == "sealed"
    page.view.table.setFocus()
    press(window, Qt.Key.Key_Return)
    settle(window)
    shown = window.page()
    assert isinstance(shown, ActivitiesPage) and "frame:" in shown.query.text()
    settle(window)
    press(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(window)
    assert window.page() is page and page.view.search.text() == "sealed"


def test_a_job_that_runs_is_seen_in_the_status_bar(window: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    go_on, ended = threading.Event(), threading.Event()
    window.desk.jobs.run(lambda: (go_on.wait(30), ended.set()), words="Writing something", stops=True)
    qtbot.waitUntil(window.statusbar.jobs.isVisible)
    assert window.statusbar.jobs.text() == "Writing something"
    click(window.statusbar.jobs)
    assert window.body.panes["jobs"].isVisible()
    table = window.body.view("jobs").table
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Escape)
    assert window.desk.jobs.log.entries[0].state == "cancelled" and not ended.is_set(), "its end is not waited for"
    go_on.set()
    settle(window)


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="priorities are read otherwise here")
def test_reading_at_low_priority_is_kept_and_given_to_the_process(
    make_window, settle: Settle, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make_window(Session.open(None))
    window.do_by_id("reading.low")
    assert window.desk.settings.low_priority and window.body.view("jobs").priority.text() != ""
    with qtbot.waitSignal(window.desk.bridge.finished, timeout=60_000):
        window.read([long_capture(tmp_path / "long.pcap", 4)])
        reading = window.desk.bridge._reading
        assert isinstance(reading, Reading)
        nice = lambda: os.getpriority(os.PRIO_PROCESS, reading._child.pid)  # noqa: E731
        qtbot.waitUntil(lambda: reading._child.poll() is not None or nice() > os.getpriority(os.PRIO_PROCESS, 0), timeout=20_000)
        assert reading._child.poll() is None, "seen while it ran"
    settle(window)
    window.do_by_id("reading.low")
    assert not window.desk.settings.low_priority
