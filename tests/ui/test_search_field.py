"""The field above a list says once that typing paused, and nothing of what a page puts there itself."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.ui.widgets.search_field import PAUSE_MS, SearchField


def test_it_says_once_that_typing_paused_and_that_it_was_emptied(qtbot) -> None:
    field = SearchField("Find", most=5)
    qtbot.addWidget(field)
    said: list[str] = []
    field.paused.connect(lambda: said.append(field.text()))
    QTest.keyClicks(field, "abcdefg")
    qtbot.waitUntil(lambda: said == ["abcde"])
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    field.hold()
    field.setText("put there")
    field.setText("")
    QTest.qWait(2 * PAUSE_MS)
    assert said == ["abcde"]
    field.clear()
    qtbot.waitUntil(lambda: said == ["abcde", ""])
    assert field.accessibleName() == field.placeholderText() == "Find"
