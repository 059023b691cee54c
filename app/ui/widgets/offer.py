"""A row that offers something: sign, title, what it is, and buttons at the right, or below where there is no room for both."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.marks import IconTile
from app.ui.widgets.words import Paragraph, Words

WORDS = 150
"""Pixels of the design that the words keep beside the buttons."""
LONG = 220
"""The same of sentences that are long."""


class Offer(QWidget):
    """heading, said: its words; buttons: what is at the right."""

    def __init__(self, icon: str, title: str, sentence: str, buttons: QWidget, enough: int = WORDS) -> None:
        """enough: other pixels of the design that the words keep."""
        super().__init__()
        self.buttons, self._enough = buttons, enough
        self._sign = IconTile(icon)
        self.words = QWidget()
        self.heading, self.said = Words(title, "strong", wrap=True), Paragraph(sentence, look="quiet")
        column = QVBoxLayout(self.words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addWidget(self.said)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(16))
        self._grid.setVerticalSpacing(theme.px(8))
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self.words, 0, 1)
        self._below: bool | None = None
        self._fold(False)

    def _fold(self, below: bool) -> None:
        if below == self._below:
            return
        self._below = below
        for one in (self._sign, self.buttons):
            self._grid.removeWidget(one)
        self._grid.addWidget(self._sign, 0, 0, Qt.AlignmentFlag.AlignTop if below else Qt.AlignmentFlag(0))
        if below:
            self._grid.addWidget(self.buttons, 1, 1, Qt.AlignmentFlag.AlignLeft)
        else:
            self._grid.addWidget(self.buttons, 0, 2)

    def resizeEvent(self, event) -> None:
        """As there is room."""
        super().resizeEvent(event)
        wide = max(self.buttons.sizeHint().width(), self.buttons.minimumWidth())
        beside = self._sign.sizeHint().width() + wide + 2 * self._grid.horizontalSpacing()
        self._fold(self.width() - beside < theme.px(self._enough))
