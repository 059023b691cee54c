"""Alerts over time: bars stacked by severity above one row for each phase of the kill chain; a cell leads to its alerts."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.model.alert import RANK, Alert
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.plots.buckets import buckets
from app.ui.plots.time_axis import ticks
from app.ui.widgets.glyphs import paint_severity

SEVERITIES = ("high", "medium", "low")
BARS, ROW, AXIS, LABELS = 44, 24, 22, 190
"""Heights of bars, row and axis, width of the names, in pixels of the design."""
MOST = 36


class PhaseGrid(QWidget):
    """asked(phase, first, last): the alerts of a cell are wanted; phase "" for all of a column. Arrows move, Enter asks."""

    asked = Signal(str, object, object)

    def __init__(self, phases: Sequence[str]) -> None:
        super().__init__()
        self._phases = tuple(phases)
        self._cells: list[list[dict[str, int]]] = []
        self._start, self._width = 0, 1
        self._cursor: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Alerts by phase over time"))

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(theme.px(400), theme.px(BARS + ROW * len(self._phases) + AXIS))

    minimumSizeHint = sizeHint

    def show_alerts(self, alerts: Sequence[Alert], first: int, last: int) -> None:
        """Count alerts by phase and time. first, last: UTC microseconds of the evidence."""
        starts = [one.finding.first for one in alerts]
        start, end, number = buckets(min([first, *starts]), max([last, *starts]), MOST)
        self._start, self._width = start, (end - start) // number
        self._cells = [[{} for _ in range(number)] for _ in self._phases]
        places = {phase: place for place, phase in enumerate(self._phases)}
        for one in alerts:
            row, column = places.get(one.phase), (one.finding.first - start) // self._width
            if row is not None and 0 <= column < number:
                cell = self._cells[row][column]
                cell[one.severity] = cell.get(one.severity, 0) + 1
        self._cursor = None
        told = [f"{phase}: {sum(sum(one.values()) for one in row)}" for phase, row in zip(self._phases, self._cells, strict=True)]
        self.setAccessibleDescription(", ".join(told))
        self.update()

    @property
    def columns(self) -> int:
        """Number of cells of a row."""
        return len(self._cells[0]) if self._cells else 0

    def cell(self, row: int, column: int) -> dict[str, int]:
        """Severity to number; row -1 for all phases."""
        if row >= 0:
            return self._cells[row][column]
        total: dict[str, int] = {}
        for line in self._cells:
            for severity, number in line[column].items():
                total[severity] = total.get(severity, 0) + number
        return total

    def rect_of(self, row: int, column: int) -> QRectF:
        """Where a cell is painted; row -1 is the bar above the column."""
        area, wide = self._area(), self._area().width() / max(1, self.columns)
        high = theme.px(ROW)
        if row < 0:
            return QRectF(area.left() + column * wide, 0, wide, theme.px(BARS))
        return QRectF(area.left() + column * wide, area.top() + row * high, wide, high)

    def _area(self) -> QRectF:
        left = float(theme.px(LABELS))
        return QRectF(left, theme.px(BARS), max(10.0, self.width() - left), theme.px(ROW) * len(self._phases))

    def paintEvent(self, _event: object) -> None:
        """Paint bars, names of phases, cells, the axis."""
        painter = QPainter(self)
        if not self._cells:
            return
        area = self._area()
        self._paint_bars(painter)
        for row, phase in enumerate(self._phases):
            line = self.rect_of(row, 0)
            painter.fillRect(QRectF(0, line.top(), self.width(), 1), theme.colour("line"))
            reached = any(self._cells[row])
            painter.setFont(theme.font("body"))
            painter.setPen(theme.colour("text" if reached else "text-quiet"))
            name = QRectF(0, line.top(), area.left() - theme.px(8), line.height())
            words = painter.fontMetrics().elidedText(phase, Qt.TextElideMode.ElideRight, int(name.width()))
            painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, words)
            for column, cell in enumerate(self._cells[row]):
                if cell:
                    self._paint_cell(painter, self.rect_of(row, column), cell)
        self._paint_axis(painter, area)
        if self._cursor is not None and self.hasFocus():
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect_of(*self._cursor).adjusted(1, 1, -1, -1), 3, 3)

    def _paint_bars(self, painter: QPainter) -> None:
        most = max((sum(self.cell(-1, column).values()) for column in range(self.columns)), default=0) or 1
        area = self._area()
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("text-quiet"))
        box = QRectF(0, 0, area.left() - theme.px(8), theme.px(16))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, wording.number(most))
        painter.fillRect(QRectF(area.left(), theme.px(6), area.width(), 1), theme.colour("line"))
        high = theme.px(BARS - 8)
        for column in range(self.columns):
            cell, rect, bottom = self.cell(-1, column), self.rect_of(-1, column), float(theme.px(BARS - 2))
            gap = 2 if rect.width() > 5 else 0
            for severity in reversed(SEVERITIES):
                if number := cell.get(severity, 0):
                    tall = max(2.0, high * number / most)
                    bar = QRectF(rect.left(), bottom - tall, max(1.0, rect.width() - gap), tall)
                    painter.fillRect(bar, theme.colour(f"{severity}-fill"))
                    bottom -= tall

    def _paint_cell(self, painter: QPainter, rect: QRectF, cell: dict[str, int]) -> None:
        worst = max(cell, key=lambda one: RANK[one])
        number = sum(cell.values())
        inner = rect.adjusted(1, 2, -1, -2)
        painter.fillRect(inner, theme.colour(f"{worst}-quiet"))
        side = min(theme.px(10), inner.width() - 2)
        words = str(number) if number > 1 else ""
        painter.setFont(theme.font("quiet-strong"))
        wide = painter.fontMetrics().horizontalAdvance(words) + 3 if words else 0
        if side + wide > inner.width():
            wide, words = 0, ""
        left = inner.center().x() - (side + wide) / 2
        paint_severity(painter, QRectF(left, inner.center().y() - side / 2, side, side), worst)
        if words:
            painter.setPen(theme.colour(worst))
            box = QRectF(left + side + 3, inner.top(), wide, inner.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_axis(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), theme.colour("line-strong"))
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("text-quiet"))
        end, free = self._start + self._width * self.columns, -1.0
        for tick in ticks(self._start, end, int(area.width() / theme.px(90))):
            x = area.left() + (tick.at - self._start) / max(1, end - self._start) * area.width()
            wide = painter.fontMetrics().horizontalAdvance(tick.words)
            left = min(max(area.left(), x - wide / 2), area.right() - wide)
            if left > free:
                painter.fillRect(QRectF(round(x), area.bottom(), 1, 4), theme.colour("line-strong"))
                painter.drawText(QPointF(left, area.bottom() + theme.px(18)), tick.words)
                free = left + wide + theme.px(8)

    def _at(self, point: QPointF) -> tuple[int, int] | None:
        area = self._area()
        column = int((point.x() - area.left()) / area.width() * self.columns) if self.columns else -1
        row = int((point.y() - area.top()) // theme.px(ROW)) if point.y() >= area.top() else -1
        return (row, column) if 0 <= column < self.columns and row < len(self._phases) and point.x() >= area.left() else None

    def _ask(self, place: tuple[int, int] | None) -> None:
        if place is not None and self.cell(*place):
            first = self._start + place[1] * self._width
            self.asked.emit(self._phases[place[0]] if place[0] >= 0 else "", first, first + self._width)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click asks for the alerts of a cell."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._ask(self._at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is under the pointer."""
        place = self._at(event.position())
        cell = self.cell(*place) if place is not None else {}
        self.setCursor(Qt.CursorShape.PointingHandCursor if cell else Qt.CursorShape.ArrowCursor)
        if place is not None and cell:
            first = self._start + place[1] * self._width
            told = ", ".join(f"{cell[one]:,} {one}" for one in SEVERITIES if one in cell)
            name = self._phases[place[0]] if place[0] >= 0 else "All phases"
            words = f"{name}\n{wording.moment(first)}, {wording.span(self._width)}\n{told}"
            QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows move from cell to cell, Enter asks for the alerts of one."""
        steps = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        if event.key() in steps and self.columns:
            row, column = self._cursor or (0, 0)
            down, right = steps[event.key()] if self._cursor else (0, 0)
            self._cursor = (
                min(len(self._phases) - 1, max(-1, row + down)), min(self.columns - 1, max(0, column + right)),
            )  # fmt: skip
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask(self._cursor)
        else:
            super().keyPressEvent(event)
