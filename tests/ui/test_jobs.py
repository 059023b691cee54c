"""Work away from the window's thread."""

import threading
import time
from pathlib import Path

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.engine.queries.access import Access
from app.ui.jobs import MOST_AT_ONCE, Jobs
from tests.engine.workspace import fill, made


def test_work_runs_elsewhere_and_its_result_arrives_here(qtbot: QtBot) -> None:
    jobs = Jobs()
    seen: list[object] = []
    jobs.run(threading.get_ident, lambda where: seen.extend([where, threading.get_ident()]))
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen[0] != threading.get_ident() == seen[1]
    jobs.close()


def test_an_error_is_told_not_lost(qtbot: QtBot) -> None:
    jobs = Jobs()
    with qtbot.waitSignal(jobs.failed) as told:
        jobs.run(lambda: 1 // 0)
    assert "ZeroDivisionError" in told.args[0]
    jobs.close()


def test_a_cancelled_job_tells_nothing(qtbot: QtBot) -> None:
    jobs = Jobs()
    seen: list[object] = []
    job = jobs.run(lambda: time.sleep(0.05), seen.append)
    job.cancel()
    qtbot.waitUntil(lambda: jobs.running == 0)
    assert seen == []
    jobs.close()


def test_the_query_of_a_cancelled_job_ends(qtbot: QtBot, tmp_path: Path) -> None:
    fill(tmp_path / "w", {"aaaa": made(900)})
    reader, jobs, asked = Access(tmp_path / "w"), Jobs(), threading.Event()

    def work() -> None:
        reader.one("SELECT 1")
        asked.set()
        reader.one("SELECT count(*) FROM activities a, activities b, activities c, activities d")  # many minutes

    job = jobs.run(work)
    qtbot.waitUntil(asked.is_set, timeout=5_000)
    job.cancel()
    qtbot.waitUntil(lambda: jobs.running == 0, timeout=5_000)
    jobs.close()
    reader.close()


def test_a_thread_keeps_its_connection_from_job_to_job(qtbot: QtBot, tmp_path: Path) -> None:
    fill(tmp_path / "w", {"aaaa": made(90)})
    reader, jobs = Access(tmp_path / "w"), Jobs()
    found: list[tuple[int, int]] = []
    for number in range(12):
        jobs.run(lambda: (threading.get_ident(), id(reader.db())), found.append)
        qtbot.waitUntil(lambda number=number: len(found) == number + 1)  # type: ignore[misc]
    assert len(set(found)) == len({thread for thread, _ in found}) <= MOST_AT_ONCE
    jobs.close()
    reader.close()


def test_nothing_is_called_after_the_owner_is_gone(qtbot: QtBot) -> None:
    jobs = Jobs()
    owner = QObject()
    seen: list[object] = []
    jobs.run(lambda: time.sleep(0.05), seen.append, owner=owner)
    import shiboken6

    shiboken6.delete(owner)
    qtbot.waitUntil(lambda: jobs.running == 0)
    assert seen == []
    jobs.close()


def test_closing_waits_for_what_runs(qtbot: QtBot) -> None:
    jobs = Jobs()
    began, ended = threading.Event(), threading.Event()

    def work() -> None:
        began.set()
        time.sleep(0.1)
        ended.set()

    jobs.run(work)
    qtbot.waitUntil(began.is_set, timeout=30_000)
    jobs.close()
    assert ended.is_set()


def test_a_query_begins_behind_what_is_painted_and_a_change_at_once(qtbot: QtBot) -> None:
    jobs, asked, changed = Jobs(), threading.Event(), threading.Event()
    jobs.run(asked.set)
    jobs.run(changed.set, keeps=True)
    assert changed.wait(5) and not asked.is_set()  # this thread has not given its loop a turn
    qtbot.waitUntil(asked.is_set, timeout=5_000)
    jobs.close()


def test_closing_lets_a_change_come_to_its_end_and_forgets_a_query(qtbot: QtBot, tmp_path: Path) -> None:
    fill(tmp_path / "w", {"aaaa": made(90)})
    reader, jobs, begun = Access(tmp_path / "w"), Jobs(), threading.Barrier(MOST_AT_ONCE)
    kept: list[object] = []

    def change() -> None:
        begun.wait(5)
        time.sleep(0.05)
        kept.append(reader.one("SELECT count(*) FROM activities"))

    for _ in range(MOST_AT_ONCE - 1):
        jobs.run(change, keeps=True)
    jobs.run(lambda: kept.append("a query"))
    jobs.run(change, keeps=True)  # the last place of the pool
    jobs.run(lambda: kept.append("waited for a place"), keeps=True)
    jobs.close()
    assert len(kept) == MOST_AT_ONCE + 1 and "waited for a place" in kept and "a query" not in kept
    reader.close()
