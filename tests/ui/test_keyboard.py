"""A case from the first look to the report by keys alone; Tab goes as the window is read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from app.ui.frame.rail import RailItem
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage
from app.ui.pages.alert import AlertPage
from app.ui.pages.exclusions import ExclusionsPage
from app.ui.pages.overview import OverviewPage
from app.ui.tab_order import reached

from .above import worst

Settle = Callable[[MainWindow], None]
KEY, WITH = Qt.Key, Qt.KeyboardModifier


def holder() -> QWidget:
    held = QApplication.focusWidget()
    assert held is not None
    return held


class Keys:
    """Keys to whatever has the focus."""

    def __init__(self, window: MainWindow, settle: Settle) -> None:
        self._window, self._settle = window, settle

    def __call__(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = WITH.NoModifier) -> None:
        QTest.keyClick(holder(), key, modifiers)
        self._settle(self._window)

    def type(self, text: str) -> None:
        QTest.keyClicks(holder(), text)
        self._settle(self._window)


def test_from_the_first_look_to_the_report(
    window: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys, page = Keys(window, settle), window.page()
    session = window.desk.session
    assert session is not None and isinstance(page, OverviewPage)
    assert holder() is page.steps.list, "what to look at first has the keys at once"
    keys(KEY.Key_2, WITH.AltModifier)
    keys(KEY.Key_Home)
    keys(KEY.Key_Return)
    page = window.page()
    assert isinstance(page, AlertPage) and page.alert is not None and page.evidence.hasFocus()
    alert = page.alert
    keys(KEY.Key_Return)
    found = window.page()
    assert isinstance(found, ActivitiesPage) and found.proof.packet.frame > 0 and found.table.hasFocus()
    keys(KEY.Key_Return)
    assert found.proof.packet.tree.hasFocus()
    keys(KEY.Key_Down)
    keys(KEY.Key_Escape)
    assert found.table.hasFocus(), "back from the packet to the rows"
    keys(KEY.Key_Left, WITH.AltModifier)
    assert window.page() is page and page.evidence.hasFocus()
    keys(KEY.Key_1)
    changed = session.queries.alert(alert.id)
    assert changed is not None and changed.classification == "true positive"
    keys(KEY.Key_N, WITH.ControlModifier | WITH.AltModifier)
    assert page.note.hasFocus() and page.note.visibleRegion().boundingRect() == page.note.rect()
    keys.type("1 e: the test of the week")
    keys(KEY.Key_Return, WITH.ControlModifier)
    assert [one.text for one in session.notes(alert.id)] == ["1 e: the test of the week"]
    assert page.note.hasFocus() and not page.note.toPlainText()
    keys(KEY.Key_Escape)
    assert page.evidence.hasFocus()
    keys(KEY.Key_E)
    assert isinstance(window.page(), ExclusionsPage)
    keys(KEY.Key_Return)
    assert window.page() is page and [one for one in window.desk.exclusions if not one.shipped]
    keys(KEY.Key_Z, WITH.ControlModifier)
    assert not [one for one in window.desk.exclusions if not one.shipped] and page.evidence.hasFocus()
    report = tmp_path / "report.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(report), "Web page (*.html)"))
    keys(KEY.Key_S, WITH.ControlModifier)
    assert "the test of the week" in report.read_text(encoding="utf-8") and page.evidence.hasFocus()


def test_a_note_that_the_button_adds_leaves_the_keys_in_its_field(window: MainWindow, settle: Settle) -> None:
    keys = Keys(window, settle)
    window.desk.go("alert", worst(window))
    settle(window)
    page = window.page()
    assert isinstance(page, AlertPage)
    page.write_note()
    keys.type("First")
    keys(KEY.Key_Tab)
    assert page.save_note.hasFocus()
    keys(KEY.Key_Space)
    assert page.note.hasFocus() and not page.save_note.isEnabled()
    keys.type("Second")
    keys(KEY.Key_Return, WITH.ControlModifier)
    assert window.desk.session is not None
    assert [one.text for one in window.desk.session.notes(worst(window))] == ["Second", "First"]


def walked(window: MainWindow, key: Qt.Key, most: int) -> list[QWidget]:
    """What Tab comes to until it is where it began."""
    first, found = holder(), []
    for _ in range(most):
        modifiers = WITH.ShiftModifier if key == KEY.Key_Backtab else WITH.NoModifier
        QTest.keyClick(holder(), key, modifiers)
        if holder() is first:
            break
        if not found or found[-1] is not holder():  # a sentence has a stop for each of its links
            found.append(holder())
    return found


@pytest.mark.parametrize("size", [(1440, 900), (1000, 700)])
def test_tab_goes_through_an_alert_as_it_is_read_and_leaves_it(window: MainWindow, settle: Settle, size: tuple[int, int]) -> None:
    window.resize(*size)
    window.desk.go("alert", worst(window))
    settle(window)
    page = window.page()
    assert isinstance(page, AlertPage)
    page.evidence.setFocus()
    there = walked(window, KEY.Key_Tab, 200)
    assert len(there) == len(set(there)) and any(isinstance(one, RailItem) for one in there), "no part holds the keys"
    missed = {one for one in page.findChildren(QWidget) if reached(one)} - {*there, page.evidence}
    assert not missed
    of_page = [one for one in there if page.isAncestorOf(one)]
    before, after = of_page.index(page.state), of_page.index(page.note)
    assert after < before, "what is below the evidence comes first, then the frame, then the head"
    places = [of_page.index(one) for one in (page.state, page.more, page.notices.links[0], page.classes[0], page.after)]
    assert places == sorted(places), "the head from the top to the bottom, also what came with the alert"
    others = page.other.findChildren(QWidget)
    assert all(of_page.index(one) < after for one in others if one in of_page), "other alerts stand above the notes"
    back = walked(window, KEY.Key_Backtab, 200)
    assert set(back) == set(there)


def test_what_tab_comes_to_from_outside_is_scrolled_to(window: MainWindow, settle: Settle) -> None:
    window.resize(1000, 700)
    window.desk.go("alert", worst(window))
    settle(window)
    page = window.page()
    assert isinstance(page, AlertPage)
    page.write_note()
    settle(window)
    assert page.state.visibleRegion().isEmpty()
    for _ in range(60):
        QTest.keyClick(holder(), KEY.Key_Tab)
        if holder() is page.state:
            break
    assert page.state.hasFocus() and page.state.visibleRegion().boundingRect() == page.state.rect()
