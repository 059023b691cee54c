"""Dead cycles are found whatever runs beside the window, and Python is left as it was."""

import gc
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from app.ui import interpreter
from app.ui.interpreter import FEW, MANY, QUIET_LOOKS, Sweeper
from app.ui.jobs import Jobs


class Knot:
    """Dies only when somebody searches for cycles."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def sweeper(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sweeper]:
    """One that looks when it is told to, over a mouse that rests."""
    monkeypatch.setattr(interpreter.QCursor, "pos", lambda: QPoint(5, 5))
    jobs = Jobs()
    one = Sweeper(jobs, jobs)
    one.begin()
    one._timer.stop()
    one.search_all()
    yield one
    one.end()
    jobs.close()


def round_of(sweeper: Sweeper, number: int) -> list["weakref.ref[Knot]"]:
    """Knots that live while the window looks, and are let go after that. Somebody moves the mouse meanwhile."""
    sweeper._mouse = QPoint(-1, -1)
    knots = [Knot() for _ in range(number)]
    refs = [weakref.ref(one) for one in knots]
    sweeper.look()
    return refs


def alive(refs: list["weakref.ref[Knot]"]) -> int:
    return sum(one() is not None for one in refs)


@pytest.mark.parametrize("number", (FEW + 2_000, MANY + 2_000))
def test_cycles_that_die_after_a_look_are_found_while_work_never_ends(
    sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(interpreter, "MUCH", 5 * number)  # a knot and its weak reference are two objects
    go_on = threading.Event()
    sweeper._jobs.run(lambda: go_on.wait(60))
    try:
        refs = round_of(sweeper, number)
        for _ in range(QUIET_LOOKS):
            sweeper.look()
        assert alive(refs) == number  # too few to search all for
        refs += round_of(sweeper, number) + round_of(sweeper, number)
        for _ in range(QUIET_LOOKS):
            sweeper.look()
        assert alive(refs) == 0 and sweeper._jobs.running == 1
    finally:
        go_on.set()


def test_less_is_searched_for_when_nobody_works(sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter, "GREW", FEW)
    refs = round_of(sweeper, FEW + 2_000)
    for _ in range(QUIET_LOOKS):
        sweeper.look()
    assert alive(refs) == 0


def test_nothing_is_searched_under_a_mouse_that_moves(sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter, "GREW", FEW)
    monkeypatch.setattr(interpreter, "MUCH", FEW)
    places = iter(range(100))
    monkeypatch.setattr(interpreter.QCursor, "pos", lambda: QPoint(next(places), 5))
    refs = round_of(sweeper, FEW + 2_000)
    for _ in range(2 * QUIET_LOOKS):
        sweeper.look()
    assert alive(refs) == len(refs)


def test_python_is_left_as_it_was(qtbot: QtBot) -> None:
    before = sys.getswitchinterval()
    jobs = Jobs()
    one = Sweeper(jobs, jobs)
    one.begin()
    assert not gc.isenabled() and sys.getswitchinterval() < before
    one.end()
    jobs.close()
    assert gc.isenabled() and sys.getswitchinterval() == before and gc.get_freeze_count() == 0


def test_windows_that_end_in_the_order_in_which_they_began_leave_python_as_it_was(qtbot: QtBot) -> None:
    before = sys.getswitchinterval()
    jobs = Jobs()
    first, second = Sweeper(jobs, jobs), Sweeper(jobs, jobs)
    first.begin()
    second.begin()
    first.end()
    first.end()
    assert not gc.isenabled() and sys.getswitchinterval() < before
    second.end()
    jobs.close()
    assert gc.isenabled() and sys.getswitchinterval() == before and gc.get_freeze_count() == 0
