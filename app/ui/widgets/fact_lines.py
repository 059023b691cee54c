"""Names at the left, values at the right, painted by one widget: a card of fifty facts costs as much as one label."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.model.alert import Link
from app.ui import theme, wording
from app.ui.widgets.sentence import ALIGNED, Run, lay_out, paint_runs
from app.ui.widgets.tips import plain_tip

GAP, AIR = 8, 3
"""Between name and value, between two lines, in pixels of the design."""
KEPT = 8
"""Widths whose lines are kept; layouts ask for the same few again and again."""
Row = tuple[str, str, str]
"""Name, value, how it is known ("" where that is said elsewhere)."""


class FactLines(QWidget):
    """Rows of facts; width of the names in pixels of the design. Values wrap, names are cut; the whole is in the tooltip."""

    def __init__(self, rows: Sequence[Row], width: int, most: int = 400) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._width, self._most = width, most
        self._laid: dict[tuple[int, int], tuple[list[tuple[int, list[Run], list[Run]]], int]] = {}
        self.say(rows)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, rows: Sequence[Row]) -> None:
        """Other facts."""
        kept = [(wording.tidy(name, 80), wording.tidy(value, self._most), wording.tidy(how, 200)) for name, value, how in rows]
        if kept != self._rows:
            self._rows = kept
            self._laid.clear()
            self.setAccessibleName(wording.tidy("; ".join(f"{name} {value}" for name, value, _ in kept), 4000))
            self.updateGeometry()
            self.update()

    def texts(self) -> list[tuple[str, str]]:
        """Names with their values."""
        return [(name, value) for name, value, _ in self._rows]

    def hasHeightForWidth(self) -> bool:
        """Values wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """All lines at that width."""
        return self._lay_out(width)[1]

    def sizeHint(self) -> QSize:
        """At a usual width."""
        wide = max(self.width(), theme.px(280))
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        """A narrow column."""
        width = max(self.width(), theme.px(160))
        return QSize(theme.px(120), self.heightForWidth(width))

    def resizeEvent(self, event) -> None:
        """Another width gives another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _lay_out(self, width: int) -> tuple[list[tuple[int, list[Run], list[Run]]], int]:
        key = (width, theme.px(1000))
        if key not in self._laid:
            if len(self._laid) >= KEPT:
                self._laid.clear()
            room = max(40, width - theme.px(self._width + GAP))
            top, lines = 0, []
            for _, value, how in self._rows:
                runs, high = lay_out((Link(value),), room)
                below, more = lay_out((Link(how),), room, "quiet") if how else ([], 0)
                lines.append((top, runs, below))
                top += int(max(high, theme.line_height())) + int(more) + theme.px(AIR)
            self._laid[key] = (lines, max(0, top - theme.px(AIR)))
        return self._laid[key]

    def paintEvent(self, event) -> None:
        """Paint what is in sight."""
        painter = QPainter(self)
        lines, whole = self._lay_out(self.width())
        quiet, ink = theme.colour("text-quiet"), theme.colour("text")
        left, line = theme.px(self._width + GAP), theme.line_height()
        measure = theme.measure()
        for place, (top, runs, below) in enumerate(lines):
            end = lines[place + 1][0] if place + 1 < len(lines) else whole
            if end < event.rect().top() or top > event.rect().bottom():
                continue
            painter.setFont(theme.font())
            painter.setPen(quiet)
            name = measure.elidedText(self._rows[place][0], Qt.TextElideMode.ElideRight, theme.px(self._width))
            painter.drawText(QRectF(0, top, theme.px(self._width) + 2, line), ALIGNED, name)
            paint_runs(painter, runs, QPoint(left, top), ink, ink)
            if below:
                lines_above = max((run.rect.bottom() for run in runs), default=line)
                paint_runs(painter, below, QPoint(left, top + int(lines_above)), quiet, quiet, "quiet")

    def event(self, event: QEvent) -> bool:
        """The tooltip tells the fact under the pointer in whole."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            lines, _ = self._lay_out(self.width())
            place = next((number for number in reversed(range(len(lines))) if lines[number][0] <= event.pos().y()), None)
            if place is not None:
                QToolTip.showText(event.globalPos(), plain_tip("\n".join(part for part in self._rows[place] if part)), self)
            return True
        return super().event(event)
