"""Work away from the window's thread."""

import threading
import time

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.ui.jobs import Jobs


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
    ended = threading.Event()

    def work() -> None:
        time.sleep(0.1)
        ended.set()

    jobs.run(work)
    time.sleep(0.02)
    jobs.close()
    assert ended.is_set()
