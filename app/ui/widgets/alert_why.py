"""Why an alert is raised: facts with ticks, numbers as bars against their limits, what would have made it quiet."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.model.alert import Fact, Link
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.widgets.emptying import emptied
from app.ui.widgets.marks import marked
from app.ui.widgets.sentence import SentenceView
from app.ui.widgets.words import Words


class MeasureBar(QWidget):
    """A number as a filled bar, with a line where the limit stands: how far beyond it the number lies."""

    def __init__(self, fact: Fact) -> None:
        super().__init__()
        self._seen, self._limit = fact.seen or 0.0, fact.limit or 0.0
        unit = f" {fact.unit}" if fact.unit else ""
        seen, limit = (wording.size(one) if fact.unit == "bytes" else f"{one:,g}" for one in (self._seen, self._limit))
        unit = "" if fact.unit == "bytes" else unit
        self.words = f"{seen}{unit} seen, reported from {limit} on"
        self.setAccessibleName(self.words)
        self.setToolTip(self.words)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Bar and words on one line."""
        return QSize(theme.px(120) + theme.measure("quiet").horizontalAdvance(self.words), theme.line_height("quiet") + 2)

    def minimumSizeHint(self) -> QSize:
        """The bar alone."""
        return QSize(theme.px(80), theme.line_height("quiet") + 2)

    def paintEvent(self, _event: object) -> None:
        """Paint track, fill, the line of the limit, the words."""
        painter = QPainter(self)
        wide, high = theme.px(96), theme.px(6)
        whole = max(self._seen, self._limit) * 1.05 or 1.0
        top = (self.height() - high) / 2
        painter.fillRect(QRectF(0, top, wide, high), theme.colour("surface-3"))
        painter.fillRect(QRectF(0, top, max(2.0, wide * self._seen / whole), high), theme.colour("chart-1"))
        painter.fillRect(QRectF(wide * self._limit / whole, top - theme.px(3), 2, high + theme.px(6)), theme.colour("text"))
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("text-quiet"))
        left = wide + theme.px(10)
        words = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, max(10, self.width() - left))
        painter.drawText(QRectF(left, 0, self.width() - left, self.height()), Qt.AlignmentFlag.AlignVCenter, words)


class Why(QWidget):
    """Facts of an alert, then what would have made it quiet."""

    def __init__(self, follow: Callable[[Link], object]) -> None:
        super().__init__()
        self._follow = follow
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.px(4))

    def count(self) -> int:
        """Lines."""
        return self.column.count()

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show those of another alert."""
        emptied(self.column)
        for one in (one for one in facts if not one.against):
            self.column.addWidget(marked("check", "good", SentenceView(one.text, self._follow)))
            if one.seen is not None and one.limit is not None:
                self.column.addWidget(indented(MeasureBar(one)))
        if not any(not one.against for one in facts):
            self.column.addWidget(Words(tr("No single fact is named."), look="quiet"))
        quiet = [one for one in facts if one.against]
        if quiet:
            self._title("What would have made it quiet")
        for one in quiet:
            self.column.addWidget(marked("close", "text-quiet", SentenceView(one.text, self._follow, role="text-quiet")))
        self.column.addStretch(1)

    def _title(self, words: str) -> None:
        self.column.addSpacing(theme.px(6))
        self.column.addWidget(Words(words, "quiet-strong", "quiet"))


def indented(widget: QWidget) -> QWidget:
    """Below the words of a marked line."""
    holder = QWidget()
    box = QVBoxLayout(holder)
    box.setContentsMargins(theme.px(23), 0, 0, theme.px(2))
    box.addWidget(widget)
    return holder
