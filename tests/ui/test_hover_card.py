"""The card of an entity: after a moment over its name, by key, in tables, lists and sentences; never in the way."""

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.main_window import MainWindow
from app.ui.tables.cells import CELL
from app.ui.tables.table import Table
from app.ui.widgets.hover_card import DELAY_MS, LEAVE_MS, BriefCard
from app.ui.widgets.sentence import SentenceView
from app.ui.widgets.words import Elided

Settle = Callable[[MainWindow], None]


def page(window: MainWindow, settle: Settle, name: str, key: str = "") -> QWidget:
    window.desk.go(name, key)
    settle(window)
    return window.page()


def rest(window: MainWindow, settle: Settle, there: bool = True) -> BriefCard | None:
    """The card once it is there, or once it is gone; at most a few seconds of a busy machine."""
    end = time.monotonic() + 8
    while (window.cards.card is not None) != there and time.monotonic() < end:
        QTest.qWait(20)
    settle(window)
    return window.cards.card


def over_first(table: Table) -> None:
    """Put the pointer on the name in the first cell of the first row."""
    rect = table.visualRect(table.model().index(0, 0))
    QTest.mouseMove(table.viewport(), QPoint(rect.left() + table.margin + 20, rect.center().y()))
    QTest.mouseMove(table.viewport(), QPoint(rect.left() + table.margin + 22, rect.center().y()))


def title(card: BriefCard) -> str:
    return card.findChildren(Elided)[0].text()


def test_it_comes_after_a_moment_over_a_name_and_goes_when_the_pointer_leaves(window: MainWindow, settle: Settle) -> None:
    table = page(window, settle, "entities").table
    focus = QApplication.focusWidget()
    began = time.monotonic()
    over_first(table)
    assert window.cards.card is None
    card = rest(window, settle)
    assert card is not None and card.isVisible() and time.monotonic() - began > DELAY_MS / 1000 * 0.9
    assert title(card) == table.model().index(0, 0).data(CELL).label
    assert QApplication.focusWidget() is focus
    assert window.rect().contains(card.geometry())

    QTest.mouseMove(table.viewport(), QPoint(table.width() - 20, table.height() - 4))
    assert rest(window, settle, there=False) is None


def test_the_pointer_may_go_into_it_and_press_what_it_offers(window: MainWindow, settle: Settle) -> None:
    table = page(window, settle, "entities").table
    ref = table.model().index(0, 0).data(CELL)
    over_first(table)
    card = rest(window, settle)
    assert card is not None
    QApplication.sendEvent(table.viewport(), QEvent(QEvent.Type.Leave))
    QApplication.sendEvent(card, QEvent(QEvent.Type.Leave))
    card._cards.entered()
    QTest.qWait(LEAVE_MS + 80)
    assert window.cards.card is card
    button = next(one for one in card.findChildren(QWidget) if one.accessibleName() == "Graph")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(window)
    assert (window.page().name, window.page().route.key) == ("graph", ref.key)
    assert window.cards.card is None


def test_by_key_for_the_current_row_with_keys_to_go_on(window: MainWindow, settle: Settle) -> None:
    table = page(window, settle, "entities").table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_J)
    ref = table.currentIndex().siblingAtColumn(0).data(CELL)
    QTest.keyClick(table, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    card = rest(window, settle)
    assert card is not None and title(card) == ref.label
    QTest.keyClick(table, Qt.Key.Key_Escape)
    assert window.cards.card is None and table.hasFocus()

    QTest.keyClick(table, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert rest(window, settle) is not None
    QTest.keyClick(table, Qt.Key.Key_F)
    settle(window)
    assert window.page().name == "activities"
    assert ref.key in window.page().route.option("filter")


def test_the_columns_of_a_row_one_after_the_other(window: MainWindow, settle: Settle) -> None:
    table = page(window, settle, "activities").table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down)
    settle(window)
    named = [index.data(CELL) for index in (table.currentIndex().siblingAtColumn(place) for place in range(9))]
    labels = [one.label for one in named if hasattr(one, "label")]
    assert len(labels) > 1
    for label in (*labels, labels[0]):
        QTest.keyClick(table, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
        card = rest(window, settle)
        assert card is not None and title(card) == label


def test_a_link_with_the_focus_offers_it_as_the_pointer_does(window: MainWindow, settle: Settle) -> None:
    alert = window.desk.alerts[0]
    shown = page(window, settle, "alert", alert.id)
    sentence = next(
        one
        for one in shown.findChildren(SentenceView)
        if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.entity_here() is not None
    )
    sentence.setFocus(Qt.FocusReason.TabFocusReason)
    card = rest(window, settle)
    here = sentence.entity_here()
    assert card is not None and here is not None and title(card) == here[0].label
    assert sentence.hasFocus()
    sentence.clearFocus()
    assert rest(window, settle, there=False) is None


def test_scrolling_closes_it_and_what_was_asked_once_is_not_asked_again(
    window: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = page(window, settle, "entities").table
    over_first(table)
    card = rest(window, settle)
    assert card is not None
    turn = QWheelEvent(
        QPointF(40, 40), table.viewport().mapToGlobal(QPointF(40, 40)), QPoint(0, -20), QPoint(0, -40), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(table.viewport(), turn)
    assert window.cards.card is None

    session = window.desk.session
    assert session is not None
    monkeypatch.setattr(type(session.queries), "brief", lambda *_: pytest.fail("asked again"))
    table.scrollToTop()
    over_first(table)
    assert rest(window, settle) is not None


def test_an_answer_that_comes_late_is_not_shown(window: MainWindow, settle: Settle) -> None:
    table = page(window, settle, "entities").table
    over_first(table)
    QTest.qWait(DELAY_MS + 5)
    window.desk.go("overview")
    settle(window)
    assert window.cards.card is None
