"""Four tasks of an analyst, done with pointer and keys; every press is counted, and the review tells the same numbers."""

import re
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

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
