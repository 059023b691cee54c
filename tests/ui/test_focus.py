"""The focus stays in the page: when there is nothing in it yet, when what had the focus goes, when it is there again."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.main_window import MainWindow

TAB = Qt.FocusPolicy.TabFocus
Settle = Callable[[MainWindow], None]


def holder() -> QWidget:
    """Who has the focus."""
    held = QApplication.focusWidget()
    assert held is not None
    return held


def inside(page: QWidget) -> bool:
    return holder() is page or page.isAncestorOf(holder())


@pytest.mark.parametrize("name", ["history", "health"])
def test_a_page_with_nothing_in_it_keeps_the_focus(window: MainWindow, settle: Settle, name: str) -> None:
    QTest.mouseClick(window.rail.items["coverage"], Qt.MouseButton.LeftButton)
    settle(window)
    window.desk.go(name)
    settle(window)
    page = window.page()
    assert page.name == name and inside(page) and holder().isVisible()
    assert not window.rail.mark.hasFocus()
    QTest.keyClick(holder(), Qt.Key.Key_Tab)
    reached = [one for one in page.findChildren(QWidget) if one.isVisible() and one.isEnabled() and one.focusPolicy() & TAB]
    assert inside(page) == bool(reached), "Tab leads into the page, where there is something to reach"


def test_the_history_has_the_focus_once_there_is_something_in_it(window: MainWindow, settle: Settle) -> None:
    window.desk.go("history")
    settle(window)
    page = window.page()
    assert page.hasFocus() and not page.table.isVisible()
    window.desk.tag("user:" + "somebody", {"sensitive": True})
    settle(window)
    window.desk.bridge.poke()
    settle(window)
    assert page.table.isVisible() and page.table.hasFocus()
    before = page.table.currentIndex().row()
    QTest.keyClick(holder(), Qt.Key.Key_Down)
    assert page.table.currentIndex().row() >= before


def test_a_table_that_goes_leaves_the_focus_to_its_page(window: MainWindow, settle: Settle) -> None:
    window.desk.go("activities")
    settle(window)
    page = window.page()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=page.table.visualRect(page.model.index(1, 1)).center())
    assert page.table.hasFocus()
    page.query.set_text("who:nobodyatall")  # as a saved query does, away from the field
    page._typed()
    settle(window)
    assert not page.table.isVisible() and inside(page)
    page.query.set_text("")
    page._typed()
    settle(window)
    assert page.table.isVisible() and page.table.hasFocus(), "the rows are there again, and so are the keys for them"
    QTest.keyClick(holder(), Qt.Key.Key_Down)
    assert page.table.currentIndex().row() >= 0
