"""Stacked bars over time with alert marks, hatched spans without evidence, a brush.

Painted by itself, not by pyqtgraph: a few hundred rectangles need no scene, and the window opens before pyqtgraph is imported.
"""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.model.rows import Histogram
from app.ui import theme, wording
from app.ui.plots.time_axis import ticks
from app.ui.widgets.glyphs import paint_severity

RANK = {"high": 3, "medium": 2, "low": 1}
HANDLE = 8


class Mark(NamedTuple):
    """An alert over the bars."""

    at: int
    severity: str


class HistogramView(QWidget):
    """Bars of app.model.rows.Histogram. roles: series to colour role, in stack order.

    Drag draws the brush, drag inside moves it, double-click or Esc clears it: signal brushed(start, end), (0, 0) when cleared.
    """

    brushed = Signal(object, object)
    mark_clicked = Signal(object)

    def __init__(
        self, roles: dict[str, str], height: int = 200, marks: bool = False, label: str = "Activities over time"
    ) -> None:
        super().__init__()
        self._roles, self._height, self._with_marks = roles, height, marks
        self._data: Histogram | None = None
        self._columns: list[list[int]] = []
        self._most = 0
        self._marks: list[tuple[int, str, int]] = []
        self._all_marks: tuple[Mark, ...] = ()
        self._covered: tuple[tuple[int, int], ...] = ()
        self._brush: tuple[int, int] | None = None
        self._drag: tuple[str, float, tuple[int, int] | None] | None = None
        self._drawn: dict[tuple[str, bool], list[QRectF]] = {}
        self._drawn_for: tuple[object, ...] | None = None
        self.setAccessibleName(label)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(theme.px(400), theme.px(self._height))

    minimumSizeHint = sizeHint

    def show_data(self, data: Histogram | None, marks: Sequence[Mark] = (), covered: Sequence[tuple[int, int]] = ()) -> None:
        """Show other bars. covered: spans with evidence; where bars could be outside of them it is hatched."""
        self._data, self._drawn_for = data, None
        self._all_marks = tuple(marks)
        self._covered = tuple(sorted(covered))
        known = [data.series[name] for name in self._roles if name in data.series] if data else []
        buckets = max((len(one) for one in known), default=0)
        self._columns = [[one[place] if place < len(one) else 0 for one in known] for place in range(buckets)]
        self._most = max((sum(one) for one in self._columns), default=0)
        self.update()

    def brush(self) -> tuple[int, int] | None:
        """The chosen span."""
        return self._brush

    def set_brush(self, span: tuple[int, int] | None) -> None:
        """Choose a span without telling."""
        self._brush = span
        self.update()

    @property
    def end(self) -> int:
        """Right edge in UTC microseconds."""
        return self._data.start + self._data.width * len(self._columns) if self._data else 0

    def _area(self) -> QRectF:
        left = theme.measure("quiet").horizontalAdvance(wording.number(_round_up(self._most))) + theme.px(8)
        top = theme.px(26 if self._with_marks else 6)
        left = max(left, theme.px(44) if self._with_marks else left)
        return QRectF(left, top, max(10, self.width() - left), max(10, self.height() - top - theme.px(22)))

    def _x(self, at: float, area: QRectF) -> float:
        assert self._data is not None
        return area.left() + (at - self._data.start) / max(1, self.end - self._data.start) * area.width()

    def _at(self, x: float) -> int:
        area = self._area()
        assert self._data is not None
        share = min(1.0, max(0.0, (x - area.left()) / area.width()))
        return int(self._data.start + share * (self.end - self._data.start))

    def paintEvent(self, _event: object) -> None:
        """Paint grid, hatch, bars, axis, marks, brush."""
        painter = QPainter(self)
        if not self._columns or self._data is None:
            return
        area = self._area()
        painter.setFont(theme.font("quiet"))
        top = _round_up(self._most)
        self._paint_grid(painter, area, top)
        self._paint_hatch(painter, area)
        self._paint_bars(painter, area, top)
        self._paint_axis(painter, area)
        if self._with_marks:
            self._paint_marks(painter, area)
        if self._brush is not None:
            self._paint_brush(painter, area)

    def _paint_grid(self, painter: QPainter, area: QRectF, top: int) -> None:
        for value in {top // 2, top} if top >= 2 and area.height() > 60 else {top}:
            y = area.bottom() - value / max(1, top) * area.height()
            painter.fillRect(QRectF(area.left(), round(y), area.width(), 1), theme.colour("line"))
            painter.setPen(theme.colour("text-quiet"))
            box = QRectF(0, y - theme.px(8), area.left() - theme.px(8), theme.px(16))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, wording.number(value))

    def _paint_hatch(self, painter: QPainter, area: QRectF) -> None:
        if not self._covered or self._data is None:
            return
        at = self._data.start
        gaps = []
        for start, end in self._covered:
            if start > at:
                gaps.append((at, start))
            at = max(at, end)
        gaps.append((at, self.end))
        brush = QBrush(theme.colour("line"), Qt.BrushStyle.BDiagPattern)
        for start, end in gaps:
            left, right = self._x(start, area), self._x(min(end, self.end), area)
            if right - left >= 3:
                painter.fillRect(QRectF(left, area.top(), right - left, area.height()), brush)

    def _paint_bars(self, painter: QPainter, area: QRectF, top: int) -> None:
        key = (self._brush, area.getRect(), top)
        if key != self._drawn_for:
            self._drawn_for, self._drawn = key, self._rects(area, top)
        painter.setPen(Qt.PenStyle.NoPen)
        for (role, outside), rects in self._drawn.items():
            painter.setOpacity(0.45 if outside else 1.0)
            painter.setBrush(theme.colour(role))
            painter.drawRects(rects)
        painter.setOpacity(1.0)

    def _rects(self, area: QRectF, top: int) -> dict[tuple[str, bool], list[QRectF]]:
        """The bars by role and whether they lie outside of the brush: a thousand of them, drawn in a few calls."""
        assert self._data is not None
        roles = [self._roles[name] for name in self._roles if name in self._data.series]
        step = area.width() / len(self._columns)
        gap = 2 if step >= 5 else 1 if step >= 3 else 0
        bottom, scale = area.bottom(), area.height() / max(1, top)
        found: dict[tuple[str, bool], list[QRectF]] = {}
        for place, column in enumerate(self._columns):
            left = round(area.left() + place * step)
            width = max(1, round(area.left() + (place + 1) * step) - left - gap)
            outside = self._brush is not None and not self._in_brush(place)
            y, total = bottom, 0
            for value, role in zip(column, roles):
                if not value:
                    continue
                total += value
                upper = bottom - max(2.0, total * scale)
                rect = QRectF(left, round(upper), width, max(1, round(y) - round(upper)))
                found.setdefault((role, outside), []).append(rect)
                y = upper
        return found

    def _in_brush(self, place: int) -> bool:
        assert self._data is not None and self._brush is not None
        start = self._data.start + place * self._data.width
        return start + self._data.width > self._brush[0] and start < self._brush[1]

    def _paint_axis(self, painter: QPainter, area: QRectF) -> None:
        assert self._data is not None
        painter.fillRect(QRectF(area.left(), round(area.bottom()), area.width(), 1), theme.colour("line-strong"))
        painter.setPen(theme.colour("text-quiet"))
        measure = theme.measure("quiet")
        free = -1.0
        for tick in ticks(self._data.start, self.end, int(area.width() / theme.px(90))):
            x = self._x(tick.at, area)
            painter.fillRect(QRectF(round(x), area.bottom() + 1, 1, 4), theme.colour("line-strong"))
            width = measure.horizontalAdvance(tick.words)
            left = min(max(area.left(), x - width / 2), area.right() - width)
            if left > free:
                painter.drawText(QPointF(left, area.bottom() + theme.px(18)), tick.words)
                free = left + width + theme.px(8)

    def _paint_marks(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(theme.colour("text-quiet"))
        painter.drawText(QRectF(0, 0, area.left(), theme.px(20)), Qt.AlignmentFlag.AlignVCenter, "Alerts")
        side = theme.space("glyph")
        for x, severity, number in self._placed(area):
            paint_severity(painter, QRectF(x - side / 2, (theme.px(20) - side) / 2, side, side), severity)
            if number > 1:
                painter.setPen(theme.colour(severity))
                painter.setFont(theme.font("quiet-strong"))
                words = wording.number(number)
                width = painter.fontMetrics().horizontalAdvance(words)
                after = x + side / 2 + 3
                left = after if after + width <= self.width() else x - side / 2 - 3 - width
                painter.drawText(QRectF(left, 0, width + 2, theme.px(20)), Qt.AlignmentFlag.AlignVCenter, words)

    def _placed(self, area: QRectF) -> list[tuple[float, str, int]]:
        """Marks that fall within 30 pixels of each other are one: the worst, with their number."""
        groups: list[list[float | str | int]] = []
        half = theme.space("glyph") / 2
        for mark in sorted(self._all_marks):
            x = min(max(self._x(mark.at, area), area.left() + half), area.right() - half)
            if groups and x - float(groups[-1][0]) < theme.px(30):
                last = groups[-1]
                last[2] = int(last[2]) + 1
                if RANK[mark.severity] > RANK[str(last[1])]:
                    last[1] = mark.severity
            else:
                groups.append([x, mark.severity, 1])
        return [(float(x), str(severity), int(number)) for x, severity, number in groups]

    def _paint_brush(self, painter: QPainter, area: QRectF) -> None:
        assert self._brush is not None
        left, right = (min(max(self._x(one, area), area.left()), area.right()) for one in self._brush)
        painter.fillRect(QRectF(left, area.top(), right - left, area.height()), theme.colour("accent", 0.14))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for x in (left, right):
            painter.fillRect(QRectF(x, area.top(), 1, area.height()), theme.colour("accent"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(QRectF(x - 2, area.center().y() - 8, 5, 16), 2, 2)
        painter.setPen(QPen())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to draw, move or stretch the brush; a press on a mark tells its time."""
        if self._data is None or event.button() != Qt.MouseButton.LeftButton:
            return
        x, area = event.position().x(), self._area()
        if self._with_marks and event.position().y() < area.top():
            return
        if self._brush is not None:
            left, right = (self._x(one, area) for one in self._brush)
            if abs(x - left) < HANDLE or abs(x - right) < HANDLE:
                self._drag = ("left" if abs(x - left) < abs(x - right) else "right", x, self._brush)
                return
            if left < x < right:
                self._drag = ("move", x, self._brush)
                return
        self._drag = ("new", x, None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Change the brush, or tell what is under the pointer."""
        if self._data is None:
            return
        x = event.position().x()
        if self._drag is None:
            self._tell(event)
            return
        how, from_x, before = self._drag
        if how == "new":
            if abs(x - from_x) < 4:
                return
            self._brush = tuple(sorted((self._at(from_x), self._at(x))))
        elif before is not None and how == "move":
            shift = self._at(x) - self._at(from_x)
            shift = max(self._data.start - before[0], min(self.end - before[1], shift))
            self._brush = (before[0] + shift, before[1] + shift)
        elif before is not None:
            other = before[1] if how == "left" else before[0]
            self._brush = tuple(sorted((self._at(x), other)))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell the brush; a click without a drag on a mark tells the mark."""
        if self._drag is not None:
            how, _, before = self._drag
            self._drag = None
            if self._brush != before and self._brush is not None:
                self.brushed.emit(*self._brush)
            elif how == "new" and self._brush is not None:
                self.clear_brush()
        elif self._data is not None and self._with_marks and event.position().y() < self._area().top():
            area = self._area()
            near = min(self._all_marks, key=lambda one: abs(self._x(one.at, area) - event.position().x()), default=None)
            if near is not None and abs(self._x(near.at, area) - event.position().x()) < theme.px(30):
                self.mark_clicked.emit(near)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Clear the brush."""
        self.clear_brush()

    def keyPressEvent(self, event) -> None:
        """Esc clears the brush."""
        if event.key() == Qt.Key.Key_Escape and self._brush is not None:
            self.clear_brush()
        else:
            super().keyPressEvent(event)

    def clear_brush(self) -> None:
        """Choose no span, and tell."""
        if self._brush is not None:
            self._brush = None
            self.update()
            self.brushed.emit(0, 0)

    def _tell(self, event: QMouseEvent) -> None:
        area = self._area()
        if self._data is None or not area.contains(event.position()):
            return
        place = min(len(self._columns) - 1, int((event.position().x() - area.left()) / area.width() * len(self._columns)))
        at = self._data.start + place * self._data.width
        names = [name for name in self._roles if name in self._data.series]
        parts = [f"{name}: {wording.number(value)}" for name, value in zip(names, self._columns[place]) if value]
        words = f"{wording.moment(at)}, {wording.span(self._data.width)}\n" + ("\n".join(parts) or "nothing")
        QToolTip.showText(event.globalPosition().toPoint(), words, self)


def _round_up(value: int) -> int:
    """The next even round number, so that half of it is round as well."""
    if value <= 2:
        return 2
    power = 1
    while power * 10 < value:
        power *= 10
    return next(one * power for one in (2, 4, 6, 8, 10) if one * power >= value)
