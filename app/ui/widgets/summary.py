"""Pieces of the overview: big numbers, short lists with a heading, parts side by side."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.emptying import emptied
from app.ui.widgets.flow import flow
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Line, SectionHeading, Words


class Fact(QWidget):
    """A big number, what it counts as a link to the place that shows it, a quiet line below."""

    def __init__(self, words: str, on_click: Callable[[], object]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(10), theme.px(12), theme.px(10))
        column.setSpacing(theme.px(1))
        self.number, self.words = Words("–", "page"), LinkButton(words, on_click, elide=True)
        self.below = QVBoxLayout()
        self.below.setContentsMargins(0, theme.px(3), 0, 0)
        column.addWidget(self.number)
        column.addWidget(self.words)
        column.addLayout(self.below)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_value(self, number: str, words: str, below: Sequence[QWidget]) -> None:
        """Show another number."""
        self.number.say(number)
        self.words.say(words)
        emptied(self.below)
        for one in (flow(*below, gap=10),) if len(below) > 1 else below:
            self.below.addWidget(one)


class FactsRow(QWidget):
    """Big numbers side by side between two lines, as many on a row as there is room for."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        super().__init__()
        self._facts, self._across = tuple(facts), 0
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(24))
        grid.setVerticalSpacing(0)
        self._grid = grid
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Line())
        column.addLayout(grid)
        column.addWidget(Line())
        self._lines = [Line(vertical=True) for _ in facts]
        for one in self._lines:
            one.setParent(self)
        self._arrange(len(facts))

    def _arrange(self, across: int) -> None:
        if across == self._across:
            return
        self._across = across
        for one in (*self._facts, *self._lines):
            self._grid.removeWidget(one)
        for place in range(len(self._facts)):
            self._grid.setColumnStretch(2 * place, 1 if place < across else 0)
        for place, fact in enumerate(self._facts):
            row, column = divmod(place, across)
            self._grid.addWidget(fact, row, 2 * column)
            if column:
                self._grid.addWidget(self._lines[place], row, 2 * column - 1)
            self._lines[place].setVisible(column > 0)

    def resizeEvent(self, event) -> None:
        """As many as there is room for."""
        super().resizeEvent(event)
        self._arrange(len(self._facts) if self.width() >= theme.px(700) else 3 if self.width() >= theme.px(440) else 2)


def signed(sign: str, words: str) -> QWidget:
    """A small sign with words that stay beside it."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(5))
    row.addWidget(Sign(sign))
    row.addWidget(Words(words, "quiet", "quiet"))
    return holder


class Listed(QWidget):
    """A section heading with a link, then a short list or one quiet sentence."""

    def __init__(self, title: str, nothing: str, opened, link: str = "", on_link=None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        self.link = LinkButton(link, on_link)
        column.addWidget(SectionHeading(title, right=(self.link,), whole=True))
        self.link.setVisible(bool(link))
        self.list = TwoLineList(opened)
        self.list.setAccessibleName(title)
        self.nothing = Empty(nothing)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.list.hide()
        self.nothing.hide()  # before the first answer nothing is claimed

    def show_rows(self, rows: Sequence[TwoLines]) -> None:
        """Show other rows."""
        self.list.show_rows(rows)
        self.list.setVisible(bool(rows))
        self.nothing.setVisible(not rows)


class Side(QWidget):
    """Parts side by side with a line between: three on a row, two or one where there is little room."""

    def __init__(self, parts: Sequence[QWidget]) -> None:
        super().__init__()
        self._parts, self._across = tuple(parts), 0
        self._lines = [Line(vertical=True) for _ in parts]
        for one in self._lines:
            one.setParent(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, theme.px(8), 0, 0)
        self._grid.setHorizontalSpacing(theme.px(20))
        self._grid.setVerticalSpacing(theme.px(24))
        self._arrange(3)

    def _arrange(self, across: int) -> None:
        if across == self._across:
            return
        self._across = across
        for one in (*self._parts, *self._lines):
            self._grid.removeWidget(one)
        for place in range(3):
            self._grid.setColumnStretch(2 * place, (4 if place < 2 else 3) if place < across else 0)
        for place, part in enumerate(self._parts):
            row, column = divmod(place, across)
            self._grid.addWidget(part, row, 2 * column)
            if column:
                self._grid.addWidget(self._lines[place], row, 2 * column - 1)
            self._lines[place].setVisible(column > 0)

    def resizeEvent(self, event) -> None:
        """As many as there is room for."""
        super().resizeEvent(event)
        self._arrange(3 if self.width() >= theme.px(1040) else 2 if self.width() >= theme.px(500) else 1)
