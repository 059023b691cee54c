"""What was closed is gone: windows, the pages of a case that is no longer open, menus that nobody looks at.

Every widget that stays makes each change of theme and text size slower, for the sheet is put on all of them.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.session import Session
from app.ui import theme
from app.ui.main_window import MainWindow
from app.ui.page_table import BY_NAME

Settle = Callable[[MainWindow], None]


def alive(window: MainWindow | None = None) -> Counter[str]:
    """Widgets by kind, when the program has looked for what is dead."""
    if window is not None:
        window.sweeper.search_all()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return Counter(f"{type(one).__name__} {one.objectName()}" for one in QApplication.allWidgets())


def visit(window: MainWindow, settle: Settle, pages: Iterable[str]) -> None:
    """Look at pages, each at something that is in the case."""
    alert = window.desk.alerts[0]
    assert window.desk.session is not None
    keys = {
        "alert": alert.id,
        "incident": window.desk.incidents[0].id,
        "entity": window.desk.session.queries.entities(None, "", "alerts", 0, 1)[0].ref.key,
    }
    for page in pages:
        window.desk.go(page, keys.get(page, ""))
        settle(window)
        assert window.page().name == page


def test_a_window_that_is_closed_leaves_no_widget(qapp: QApplication, case: Path, tmp_path: Path, settle: Settle) -> None:
    shutil.copy(case, tmp_path / "one.wardlight")
    before = set(QApplication.allWidgets())
    window = MainWindow(Session.open(tmp_path / "one.wardlight"), tmp_path / "settings")
    window.resize(1440, 900)
    window.show()
    settle(window)
    visit(window, settle, [one for one in BY_NAME if one != "start"])
    window.desk.go("sensors", "join")
    window.tear_tab()
    settle(window)
    window.toggle_keys()
    window.close()
    window.sweeper.search_all()
    window.sweeper.end()
    window.deleteLater()
    del window
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [one for one in QApplication.allWidgets() if one not in before]
    assert not left, Counter(f"{type(one).__name__} {one.objectName()} {one.accessibleName()}" for one in left)


def test_a_page_that_is_never_made_to_its_end_goes_too(window: MainWindow, settle: Settle) -> None:
    counted = []
    for _ in range(2):
        window.desk.go("sensors")
        QApplication.processEvents()
        assert window.tab().making
        window.desk.go("overview")
        settle(window)
        window.tab().forget()
        window.desk.go("overview")
        settle(window)
        counted.append(alive(window))
    assert counted[0] == counted[1]


def test_cases_that_were_open_leave_no_widget_in_the_window(
    make_window: Callable[..., MainWindow], case: Path, tmp_path: Path, settle: Settle, qtbot: QtBot
) -> None:
    paths = [tmp_path / f"{number}.wardlight" for number in range(4)]
    for path in paths:
        shutil.copy(case, path)
    window = make_window(Session.open(paths[0]))
    counted: list[Counter[str]] = []
    for path in paths[1:]:
        visit(window, settle, ("alerts", "alert", "activities", "graph", "sensors", "coverage", "settings", "overview"))
        before = window.desk.session
        window.open_case(path)
        qtbot.waitUntil(lambda before=before: window.desk.session is not before, timeout=10_000)
        settle(window)
        counted.append(alive(window))
    assert counted[2] == counted[1] == counted[0]


def test_another_text_size_again_and_again_leaves_no_widget(window: MainWindow, settle: Settle) -> None:
    counted: list[Counter[str]] = []
    for _ in range(2):
        visit(window, settle, ("alerts", "graph"))
        for zoom in (1.15, 1.0):
            window.set_zoom(zoom)
            settle(window)
        counted.append(alive(window))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("page", ["alerts", "entities", "graph"])
def test_menus_go_when_they_are_closed(window: MainWindow, settle: Settle, page: str) -> None:
    visit(window, settle, (page,))
    part = window.page().focusWidget() or window.page()
    menus = len(window.findChildren(QMenu))
    for _ in range(2):
        ask_for_menu(part)
        shown = [one for one in window.findChildren(QMenu) if one.isVisible()]
        assert shown
        for one in shown:
            one.close()
        settle(window)
        alive()
    assert len(window.findChildren(QMenu)) == menus


def ask_for_menu(part: QWidget) -> None:
    """As the key for menus does."""
    at = QPoint(part.width() // 2, theme.px(12))
    QApplication.sendEvent(part, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, part.mapToGlobal(at)))
