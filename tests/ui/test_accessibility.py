"""Every page by keyboard and by name: what can have the focus has a name, Tab reaches it, and one sees that it has it."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QTabBar, QWidget

from app.ui.main_window import MainWindow
from app.ui.page_table import PAGES
from tests.ui.shots import key_of

Settle = Callable[[MainWindow], None]
MOST_STEPS = 400
NAMES = [one.name for one in PAGES if one.name != "start"]
TAB = Qt.FocusPolicy.TabFocus


def _shown(root: QWidget) -> list[QWidget]:
    return [one for one in root.findChildren(QWidget) if one.isVisible() and one.isEnabled() and one.width() > 0]


def _can_focus(one: QWidget) -> bool:
    return bool(one.focusPolicy() & TAB) and one.focusProxy() is None


def _name(one: QWidget) -> str:
    if one.accessibleName():
        return one.accessibleName()
    if isinstance(one, QAbstractButton):
        return one.text()
    return one.tabText(0) if isinstance(one, QTabBar) and one.count() else ""


def _where(one: QWidget) -> str:
    return f"{type(one).__name__} in {type(one.parentWidget()).__name__}"


def _go(window: MainWindow, settle: Settle, name: str) -> QWidget:
    window.desk.go(name, key_of(window, name))
    settle(window)
    return window.page()


@pytest.mark.parametrize("name", NAMES)
def test_what_can_have_the_focus_has_a_name(window: MainWindow, settle: Settle, name: str) -> None:
    _go(window, settle, name)
    nameless = {_where(one) for one in _shown(window) if _can_focus(one) and not _name(one)}
    assert not nameless


@pytest.mark.parametrize("name", NAMES)
def test_tab_reaches_all_of_a_page_and_comes_back(window: MainWindow, settle: Settle, name: str) -> None:
    page = _go(window, settle, name)
    wanted = {one for one in _shown(page) if _can_focus(one)}
    met: set[QWidget] = set()
    start = QApplication.focusWidget()
    for _ in range(MOST_STEPS):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None
        if now in met and now is start:
            break
        met.add(now)
        if wanted <= met and start in met:
            break
    missed = [
        _where(one) + f" {_name(one)!r}" for one in wanted - met if one.isVisible() and not isinstance(one, QAbstractButton)
    ]
    # of buttons that exclude each other Tab reaches the chosen one, arrows the rest
    missed += [
        f"{_where(one)} {_name(one)!r}" for one in wanted - met
        if isinstance(one, QAbstractButton) and one.isVisible() and not one.autoExclusive()
    ]  # fmt: skip
    assert not missed


@pytest.mark.parametrize("name", NAMES)
def test_one_sees_which_button_or_field_has_the_focus(window: MainWindow, settle: Settle, name: str) -> None:
    page = _go(window, settle, name)
    unseen = set()
    for one in [one for one in _shown(page) if _can_focus(one) and isinstance(one, (QAbstractButton, QLineEdit))][:40]:
        window.setFocus()
        one.clearFocus()
        before = one.grab().toImage()
        one.setFocus(Qt.FocusReason.TabFocusReason)
        if one.hasFocus() and one.grab().toImage() == before:
            unseen.add(_where(one))
    assert not unseen
