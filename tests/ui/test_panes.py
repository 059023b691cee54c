"""Panes around the page, tabs in windows of their own: shown, moved, torn off, put back, found again."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.session import Session
from app.ui.frame.pane import Area
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage

from .test_tabs import ALT, CONTROL, click, pages, press

Settle = Callable[[MainWindow], None]
BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def test_problems_are_shown_by_their_count_and_hidden_by_their_cross(window: MainWindow, settle: Settle) -> None:
    pane = window.body.panes["problems"]
    assert not pane.isVisible()
    click(window.statusbar.problems)
    settle(window)
    assert pane.isVisible() and window.body.view("problems").table.model().rowCount() > 1
    assert window.body.dockWidgetArea(pane) == Area.BottomDockWidgetArea
    click(pane.cross)
    settle(window)
    assert not pane.isVisible()
    press(window, Qt.Key.Key_M, BOTH)
    assert pane.isVisible()


def test_a_pane_is_torn_off_and_put_back(window: MainWindow, settle: Settle) -> None:
    window.toggle_pane("jobs")
    pane = window.body.panes["jobs"]
    click(pane.apart)
    settle(window)
    assert pane.isFloating() and pane.isVisible() and pane.window() is not window
    click(pane.apart)
    settle(window)
    assert not pane.isFloating() and pane.window() is window


def test_a_pane_is_moved_to_another_side(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    pane = window.body.panes["inspector"]
    before = window.inspector.mapTo(window, QPoint(0, 0)).x()
    pane.put(Area.LeftDockWidgetArea)
    settle(window)
    assert window.inspector.isVisible() and window.inspector.mapTo(window, QPoint(0, 0)).x() < before
    assert window.inspector.property("side") == "left"


def test_an_inspector_in_a_window_of_its_own_stays_on_every_page_and_width(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    press(window, Qt.Key.Key_I, BOTH)
    settle(window)
    assert window.body.apart and window.inspector.isVisible() and window.inspector.window() is not window
    for name in ("activities", "alerts"):
        window.desk.go(name)
        settle(window)
        assert window.inspector.isVisible()
    window.resize(1000, 700)
    settle(window)
    assert window.body.apart and window.inspector.isVisible()
    press(window, Qt.Key.Key_I, BOTH)
    settle(window)
    assert not window.body.apart and window.inspector.isVisible() and window.inspector.window() is window


def test_panes_stand_as_they_stood(make_window, case: Path, settle: Settle) -> None:
    window = make_window(Session.open(case))
    window.desk.go("alerts")
    settle(window)
    window.toggle_pane("problems")
    settle(window)
    window.body.resizeDocks([window.body.panes["inspector"]], [430], Qt.Orientation.Horizontal)
    window.body.resizeDocks([window.body.panes["problems"]], [300], Qt.Orientation.Vertical)
    settle(window)
    wide, high = window.inspector.width(), window.body.panes["problems"].height()
    assert wide > 400
    window.close()
    again = make_window(Session.open(case))
    settle(again)
    assert again.body.panes["problems"].isVisible() and not again.body.panes["jobs"].isVisible()
    assert abs(again.inspector.width() - wide) < 6 and abs(again.body.panes["problems"].height() - high) < 6


def test_other_words_keep_the_panes(window: MainWindow, settle: Settle) -> None:
    window.toggle_pane("problems")
    window.desk.go("alerts")
    settle(window)
    window.set_zoom(1.15)
    settle(window)
    assert window.body.panes["problems"].isVisible() and window.inspector.isVisible()
    window.set_zoom(1.0)
    settle(window)
    window.desk.go("activities")
    settle(window)
    assert not window.inspector.isVisible()


def test_panes_leave_room_for_the_page_in_a_small_window(make_window, case: Path, settle: Settle) -> None:
    window = make_window(Session.open(case), 1000, 700)
    for name in ("problems", "jobs"):
        window.toggle_pane(name)
        settle(window)
    assert (window.width(), window.height()) == (1000, 700)
    assert window.body.panes["jobs"].isVisible() and not window.body.panes["problems"].isVisible()
    assert window.tabs.height() > 250


def test_a_tab_gets_a_window_of_its_own_and_comes_back(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    window.desk.go("activities", new_tab=True, filter="kind:ntlm")
    window.tabs.choose(window.tabs.tab(1))
    settle(window)
    press(window, Qt.Key.Key_T, BOTH)
    settle(window)
    (torn,) = window.torn
    assert torn.isVisible() and pages(window) == ["alerts"] and not window.tabs.bar.isVisible()
    page = torn.tab.page
    assert isinstance(page, ActivitiesPage) and page.isVisible() and page.query.text() == "kind:ntlm"
    torn.activateWindow()
    QTest.qWait(50)
    assert QApplication.activeWindow() is torn and window.page() is page
    window.desk.go("entities")
    settle(window)
    assert torn.tab.page is not None and torn.tab.page.name == "entities" and window.tabs.current().page.name == "alerts"
    click(torn.back)
    settle(window)
    assert torn.tab.page is page
    window.activateWindow()
    QTest.qWait(50)
    assert window.page().name == "alerts"
    click(torn.dock)
    settle(window)
    assert not window.torn and pages(window) == ["alerts", "activities"] and window.page() is page


def test_keys_work_in_the_window_of_a_tab(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    press(window, Qt.Key.Key_T, BOTH)
    settle(window)
    (torn,) = window.torn
    assert pages(window) == ["alerts"], "the tab that was alone leaves another in its place"
    torn.activateWindow()
    QTest.qWait(50)
    QTest.keyClick(torn.focusWidget() or torn, Qt.Key.Key_Left, ALT)
    settle(window)
    assert torn.tab.page is not None and torn.tab.page.name == "overview"
    QTest.keyClick(torn.focusWidget() or torn, Qt.Key.Key_W, CONTROL)
    settle(window)
    assert not window.torn and pages(window) == ["alerts"]


def test_windows_of_tabs_are_found_again_and_close_with_the_window(make_window, case: Path, settle: Settle) -> None:
    window = make_window(Session.open(case))
    window.desk.go("alerts")
    settle(window)
    window.tear_tab()
    settle(window)
    window.torn[0].setGeometry(40, 50, 700, 500)
    settle(window)
    window.close()
    assert not window.torn[0].isVisible()
    again = make_window(Session.open(case))
    settle(again)
    (torn,) = again.torn
    assert torn.isVisible() and torn.tab.page is not None and torn.tab.page.name == "alerts"
    assert torn.geometry().width() == 700 and pages(again) == ["alerts"]
    assert torn.tab.page.list.model().rowCount() > 1
