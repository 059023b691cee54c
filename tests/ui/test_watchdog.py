"""The watchdog of the window's thread sees what a loop of events handles, and nothing of what a test does itself."""

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtTest import QTest

from .conftest import Watchdog

WORK = 0.1


def work() -> None:
    """Take the processor for a while."""
    end = time.thread_time() + WORK
    while time.thread_time() < end:
        pass


class Posted(QObject):
    """Works for an event of its own."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.User:
            work()
        return super().event(event)


def post(to: QObject) -> None:
    QCoreApplication.postEvent(to, QEvent(QEvent.Type.User))


@pytest.mark.parametrize(
    "begin",
    [
        lambda _: QTimer.singleShot(0, work),
        lambda _: QTimer.singleShot(10, work),
        post,
        lambda to: QTimer.singleShot(10, lambda: post(to)),
    ],
    ids=["at once", "later", "posted", "posted later"],
)
def test_what_the_loop_handles_is_seen(watchdog: Watchdog, begin: Callable[[QObject], object]) -> None:
    to = Posted()
    QTest.qWait(5)
    begin(to)
    QTest.qWait(50)
    assert WORK <= watchdog.longest_busy < 1.5 * WORK


def test_rounds_are_seen_one_by_one(watchdog: Watchdog) -> None:
    left = [work, work, work]

    def one() -> None:
        left.pop()()
        if left:
            QTimer.singleShot(10, one)

    QTimer.singleShot(10, one)
    while left:
        QTest.qWait(50)
    assert WORK <= watchdog.longest_busy < 1.5 * WORK


def test_what_a_test_does_itself_is_not_seen(watchdog: Watchdog) -> None:
    QTest.qWait(5)
    work()
    QTest.qWait(5)
    assert watchdog.longest_busy < WORK / 2
