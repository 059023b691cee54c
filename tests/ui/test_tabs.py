"""Several places open at once: opened, stepped, moved, closed by mouse and keys."""

import time
from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabBar, QWidget

from app.ui.frame.tabs import MOST
from app.ui.main_window import MainWindow
from app.ui.pages.alert import AlertPage
from app.ui.pages.alerts import AlertsPage

Settle = Callable[[MainWindow], None]
CONTROL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
ALT = Qt.KeyboardModifier.AltModifier
STALL = 0.05
"""Seconds."""


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """A key, where the focus is."""
    QTest.keyClick(window.focusWidget() or window, key, modifier)


def click(widget: QWidget, at: QPoint | None = None, button=Qt.MouseButton.LeftButton, modifier=NONE) -> None:
    """A click, in the middle when nothing else is said."""
    QTest.mouseClick(widget, button, modifier, at or widget.rect().center())


def pages(window: MainWindow) -> list[str]:
    """The page of every tab, from the left."""
    return [one.entry.name for one in window.tabs.every()]


def test_a_strip_is_drawn_for_two_tabs_only(window: MainWindow, settle: Settle) -> None:
    assert not window.tabs.bar.isVisible()
    press(window, Qt.Key.Key_T, CONTROL)
    settle(window)
    assert window.tabs.bar.isVisible() and pages(window) == ["overview", "overview"]
    press(window, Qt.Key.Key_W, CONTROL)
    settle(window)
    assert not window.tabs.bar.isVisible() and pages(window) == ["overview"]


def test_every_tab_has_its_own_way_and_pages(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    press(window, Qt.Key.Key_T, CONTROL)
    window.desk.go("coverage")
    settle(window)
    assert pages(window) == ["alerts", "coverage"]
    press(window, Qt.Key.Key_PageUp, CONTROL)
    settle(window)
    assert window.page().name == "alerts" and not window.topbar.forward_button.isEnabled()
    press(window, Qt.Key.Key_Left, ALT)
    settle(window)
    assert window.page().name == "overview"
    press(window, Qt.Key.Key_PageDown, CONTROL)
    settle(window)
    assert window.page().name == "coverage" and window.rail.items["coverage"].isChecked()
    press(window, Qt.Key.Key_Left, ALT)
    settle(window)
    assert window.page().name == "alerts", "a new tab knows the way of the one it was made from"
    first, second = window.tabs.every()
    assert first.page is not second.page


def test_closing_the_last_tab_leads_to_the_overview(window: MainWindow, settle: Settle) -> None:
    window.desk.go("coverage")
    settle(window)
    press(window, Qt.Key.Key_W, CONTROL)
    settle(window)
    assert pages(window) == ["overview"] and window.page().name == "overview"


def test_the_middle_button_opens_behind(window: MainWindow, settle: Settle) -> None:
    click(window.rail.items["alerts"], button=Qt.MouseButton.MiddleButton)
    click(window.rail.items["coverage"], modifier=CONTROL)
    settle(window)
    assert window.page().name == "overview" and sorted(pages(window)) == ["alerts", "coverage", "overview"]
    waiting = [one for one in window.tabs.every() if one is not window.tabs.current()]
    assert all(one.page is None for one in waiting), "a page behind is not made before it is looked at"
    window.desk.go("alerts")
    settle(window)
    page = window.page()
    assert isinstance(page, AlertsPage)
    alert = page.list.current()
    assert alert is not None
    row = page.list.visualRect(page.list.currentIndex()).center()
    click(page.list.viewport(), row, Qt.MouseButton.MiddleButton)
    settle(window)
    opened = window.tabs.tab(window.tabs.place() + 1)
    assert opened.entry.name == "alert" and opened.title() == alert.title and window.page() is page
    window.tabs.choose(opened)
    settle(window)
    shown = window.page()
    assert isinstance(shown, AlertPage) and shown.alert == alert


def test_control_enter_opens_behind(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    press(window, Qt.Key.Key_Return, CONTROL)
    settle(window)
    assert window.page().name == "alerts" and pages(window) == ["alerts", "alert"]


def test_an_entity_in_a_sentence_opens_its_page_behind(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alert", window.desk.alerts[-1].id)
    settle(window)
    page = window.page()
    assert isinstance(page, AlertPage)
    run = next(run for run in page.story.runs() if run.sign)
    click(page.story, run.rect.center().toPoint(), Qt.MouseButton.MiddleButton)
    settle(window)
    assert pages(window) == ["alert", "entity"] and window.page() is page


def test_tabs_are_dragged_to_another_place_and_closed_by_the_middle_button(window: MainWindow, settle: Settle) -> None:
    for name in ("alerts", "coverage"):
        window.desk.go(name, new_tab=True)
    settle(window)
    strip = window.tabs.strip
    before = pages(window)
    source, target = strip.tabRect(0).center(), strip.tabRect(2).center() + QPoint(20, 0)
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, NONE, source)
    for step in range(1, 11):
        QTest.mouseMove(strip, source + (target - source) * step / 10)
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, NONE, target)
    QTest.qWait(300)
    settle(window)
    assert pages(window) == [*before[1:], before[0]] and window.page().name == before[0]
    click(strip, strip.tabRect(0).center(), Qt.MouseButton.MiddleButton)
    settle(window)
    assert pages(window) == [before[2], before[0]]
    cross = strip.tabButton(0, QTabBar.ButtonPosition.RightSide)
    click(cross)
    settle(window)
    assert pages(window) == [before[0]]


def test_there_are_no_more_than_so_many(window: MainWindow, settle: Settle) -> None:
    for _ in range(MOST + 5):
        window.desk.go("alerts", new_tab=True)
    settle(window)
    assert window.tabs.count() == MOST and "close one first" in window.statusbar.said.text()
    strip = window.tabs.strip
    assert strip.tabRect(MOST - 1).right() <= strip.width()


def test_only_the_tab_on_screen_works(window: MainWindow, settle: Settle, monkeypatch) -> None:
    window.desk.go("alerts")
    settle(window)
    behind = window.page()
    press(window, Qt.Key.Key_T, CONTROL)
    window.desk.go("coverage")
    settle(window)
    told: list[str] = []
    monkeypatch.setattr(type(behind), "refresh", lambda page: told.append(page.name))
    window.desk.summary_changed.emit()
    settle(window)
    assert not told
    press(window, Qt.Key.Key_PageUp, CONTROL)
    settle(window)
    assert told == ["alerts"]


def test_the_inspector_follows_the_tab(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    alert = window.inspector.shown
    press(window, Qt.Key.Key_T, CONTROL)
    window.desk.go("alerts")
    settle(window)
    press(window, Qt.Key.Key_J)
    other = window.inspector.shown
    assert other != alert
    press(window, Qt.Key.Key_PageUp, CONTROL)
    settle(window)
    assert window.inspector.shown == alert


def test_stepping_through_tabs_is_quick(window: MainWindow, settle: Settle) -> None:
    for name in ("alerts", "activities", "entities", "coverage"):
        window.desk.go(name, new_tab=True)
    for _ in range(window.tabs.count()):
        press(window, Qt.Key.Key_PageDown, CONTROL)
        settle(window)
    longest = []
    for _ in range(3):  # time of this thread only: others share the machine
        spent = []
        for _ in range(window.tabs.count()):
            before = time.thread_time()
            press(window, Qt.Key.Key_PageDown, CONTROL)
            spent.append(time.thread_time() - before)
            settle(window)
        longest.append(max(spent))
    assert min(longest) < STALL


def test_other_words_keep_the_tabs(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts", new_tab=True)
    window.desk.go("coverage", new_tab=True)
    settle(window)
    window.tabs.choose(window.tabs.tab(1))
    settle(window)
    before = pages(window)
    window.set_zoom(1.15)
    settle(window)
    assert pages(window) == before and window.tabs.place() == 1 and window.page().name == before[1]
    window.set_zoom(1.0)
    settle(window)


def test_the_mouse_goes_back_and_forward_over_any_part(window: MainWindow, settle: Settle) -> None:
    for name in ("alerts", "entities"):
        window.desk.go(name)
        settle(window)
    table = window.page().table.viewport()
    click(table, button=Qt.MouseButton.BackButton)
    settle(window)
    assert window.page().name == "alerts"
    click(window.page().list.viewport(), button=Qt.MouseButton.ForwardButton)
    settle(window)
    assert window.page().name == "entities"
    click(window.statusbar, button=Qt.MouseButton.BackButton)
    settle(window)
    assert window.page().name == "alerts"


def test_another_zone_is_on_every_tab(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    window.desk.go("entities", new_tab=True)
    settle(window)
    before = window.page().list.model().index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    window.topbar._choose_zone("Asia/Tokyo")
    settle(window)
    assert pages(window) == ["alerts", "entities"]
    after = window.page().list.model().index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert before != after
    window.topbar._choose_zone("UTC")
    settle(window)
