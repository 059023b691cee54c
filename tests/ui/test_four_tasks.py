"""Four tasks of an analyst, done with pointer and keys; every press is counted, and the review tells the same numbers."""

import re
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

REVIEW = Path(__file__).resolve().parents[2] / "docs" / "ux-review.md"


class Hands:
    """Presses through Qt as a person would, and counts."""

    def __init__(self, qtbot: Any) -> None:
        self._qtbot, self.presses = qtbot, 0

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        self.presses += 1
        self._qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())

    def double(self, widget: QWidget, at: QPoint) -> None:
        self.presses += 1
        self._qtbot.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=at)

    def key(self, widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.presses += 1
        self._qtbot.keyClick(widget, key, modifier)

    def type(self, widget: QWidget, text: str) -> None:
        self.presses += 1
        self._qtbot.keyClicks(widget, text)


def told(task: str) -> int:
    """What the review says of a task."""
    line = next(one for one in REVIEW.read_text(encoding="utf-8").splitlines() if one.startswith(f"| {task}"))
    number = re.search(r"\| (\d+) ", line)
    assert number is not None
    return int(number.group(1))


def row_at(view: Any, number: int = 0) -> QPoint:
    return view.visualRect(view.model().index(number, 0)).center() + QPoint(40, 0)


@pytest.fixture
def hands(qtbot: Any) -> Hands:
    return Hands(qtbot)


def test_the_worst_alert_and_its_packet(window: Any, settle: Any, hands: Hands) -> None:
    window.desk.go("overview")
    settle(window)
    worst = window.page().alerts.list
    hands.click(worst.viewport(), row_at(worst))
    settle(window)
    assert window.page().name == "alert"
    top = max({"high": 3, "medium": 2, "low": 1}[one.severity] for one in window.desk.alerts if one.state == "open")
    alert = window.desk.session.queries.alert(window.page().route.key)
    assert {"high": 3, "medium": 2, "low": 1}[alert.severity] == top
    hands.key(window.focusWidget() or window.page().evidence, Qt.Key.Key_Return)
    settle(window, 40)
    assert window.page().name == "activities" and window.page().proof.packet.frame > 0
    assert hands.presses == told("the worst alert")


def test_who_else_did_this(window: Any, settle: Any, hands: Hands) -> None:
    """From the packet of an alert: only what was done there, then counted by who."""
    alert = next(one for one in window.desk.alerts if one.detector == "kerberoasting")
    window.desk.go("activities", alert.finding.evidence[0])
    settle(window, 40)
    table = window.page().table
    kind = next(n for n, one in enumerate(table.columns) if one.title == "Kind")
    who = next(n for n, one in enumerate(table.columns) if one.title == "Who")
    row = table.currentIndex().row()
    hands.click(table.viewport(), table.visualRect(table.model().index(row, kind)).center())
    hands.key(table, Qt.Key.Key_F)
    settle(window, 40)
    table = window.page().table
    hands.click(table.viewport(), table.visualRect(table.model().index(0, who)).center())
    hands.key(table, Qt.Key.Key_B)
    settle(window, 40)
    assert window.page().route.option("group") == "who"
    assert hands.presses == told("who else")


def test_what_an_account_did_between_two_moments(window: Any, settle: Any, hands: Hands, qtbot: Any) -> None:
    window.desk.go("activities")
    settle(window, 40)
    page = window.page()
    activity = next(one for one in window.desk.session.queries.stream() if one.account is not None)
    span = window.desk.session.queries.span()
    name = window.desk.session.queries.rows_of((activity.id,))[0].who.label
    hands.key(page.table, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    from app.model.comparison import Span, said

    hands.type(window.focusWidget(), f"account:{name} time:{said(Span(span[0], activity.at + 60_000_000))}")
    qtbot.waitUntil(lambda: page._filter is not None and page._filter.root is not None, timeout=10_000)
    settle(window, 40)
    found = list(window.desk.session.queries.stream(page._filter))
    assert activity.id in {one.id for one in found}
    assert hands.presses == told("what did this account")


def test_it_is_reported(window: Any, settle: Any, hands: Hands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def accepted(*_: Any) -> tuple[str, str]:
        hands.presses += 1  # Enter in the dialog of the system, which a test cannot press
        return str(tmp_path / "report.html"), "Web page (*.html)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", accepted)
    hands.key(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(window, 60)
    assert (tmp_path / "report.html").stat().st_size > 10_000
    assert hands.presses == told("report it")
