"""Bindings over time: which address had which name, how surely; click for the proof."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.model.entity import Binding
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.plots.time_axis import ticks
from app.ui.widgets.words import plain_tip

OPACITY = {"high": 0.16, "medium": 0.10, "low": 0.05}
LANES = 40
"""Bindings drawn; more are counted below."""
LABELS = 150


class GanttView(QWidget):
    """One lane for each binding; proof(activity id) when one is clicked."""

    proof = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._bindings: tuple[Binding, ...] = ()
        self._span = (0, 1)
        self._hover = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Names and addresses over time"))

    def show_bindings(self, bindings: Sequence[Binding], span: tuple[int, int] | None) -> None:
        """Show other bindings over the span of the case."""
        self._bindings = tuple(sorted(bindings, key=lambda one: (-one.count, one.first, one.name))[:LANES])
        if span is not None and span[1] > span[0]:
            self._span = span
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """One row for each binding, one for the axis."""
        return QSize(theme.px(400), theme.px(26) * len(self._bindings) + theme.px(24))

    minimumSizeHint = sizeHint

    def lane_of(self, point: QPointF) -> int:
        """Position of the binding under a point, -1 for none."""
        lane = int(point.y() // theme.px(26))
        return lane if 0 <= lane < len(self._bindings) else -1

    def paintEvent(self, _event: object) -> None:
        """Lanes, bars, words, axis."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right = theme.px(LABELS), self.width() - theme.px(2)
        for lane, one in enumerate(self._bindings):
            self._paint_lane(painter, lane, one, left, right)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        bottom = theme.px(26) * len(self._bindings)
        painter.fillRect(QRectF(left, bottom, right - left, 1), theme.colour("line-strong"))
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("text-quiet"))
        free = -1.0
        for tick in ticks(*self._span, max(2, int((right - left) / theme.px(90)))):
            width = theme.measure("quiet").horizontalAdvance(tick.words)
            x = min(max(left, self._x(tick.at, left, right) - width / 2), right - width)
            if x > free:
                painter.drawText(QPointF(x, bottom + theme.px(16)), tick.words)
                free = x + width + theme.px(8)

    def _paint_lane(self, painter: QPainter, lane: int, one: Binding, left: int, right: int) -> None:
        top, high = theme.px(26) * lane + theme.px(3), theme.px(20)
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("text-quiet"))
        label = theme.measure("quiet").elidedText(wording.tidy(one.address), Qt.TextElideMode.ElideMiddle, left - theme.px(10))
        painter.drawText(QRectF(0, top, left - theme.px(8), high), Qt.AlignmentFlag.AlignVCenter, label)
        start = self._x(one.first, left, right)
        width = max(theme.px(6), self._x(one.last, left, right) - start)
        bar = QRectF(min(start, right - width), top, width, high).adjusted(0.5, 0.5, -0.5, -0.5)
        pen = QPen(theme.colour("accent"), 2 if lane == self._hover else 1)
        if one.certainty == "low":
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.colour("accent", OPACITY[one.certainty]))
        painter.drawRoundedRect(bar, theme.px(4), theme.px(4))
        self._paint_words(painter, bar, one, right)

    def _paint_words(self, painter: QPainter, bar: QRectF, one: Binding, right: int) -> None:
        name, how = wording.tidy(one.name, 80), f"{one.method}, {wording.count(one.count, 'time')}"
        body, quiet = theme.measure(), theme.measure("quiet")
        needed = body.horizontalAdvance(name) + quiet.horizontalAdvance(how) + theme.px(26)
        x = bar.left() + theme.px(8)
        if needed > bar.width():  # words that do not fit stand beside the bar, on the side that has room
            x = bar.right() + theme.px(8) if bar.right() + needed < right else max(theme.px(LABELS), bar.left() - needed)
        room = right - x
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text"))
        name = body.elidedText(name, Qt.TextElideMode.ElideMiddle, int(room))
        painter.drawText(QRectF(x, bar.top(), room, bar.height()), Qt.AlignmentFlag.AlignVCenter, name)
        x += body.horizontalAdvance(name) + theme.px(8)
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("text-quiet"))
        painter.drawText(QRectF(x, bar.top(), max(0.0, right - x), bar.height()), Qt.AlignmentFlag.AlignVCenter, how)

    def _x(self, at: int, left: int, right: int) -> float:
        first, last = self._span
        return left + min(1.0, max(0.0, (at - first) / max(1, last - first))) * (right - left)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the lane under the pointer."""
        lane = self.lane_of(event.position())
        if lane != self._hover:
            self._hover = lane
            self.setCursor(Qt.CursorShape.PointingHandCursor if lane >= 0 else Qt.CursorShape.ArrowCursor)
            one = self._bindings[lane] if lane >= 0 else None
            self.setToolTip(
                plain_tip(
                    f"{one.address} was {one.name}\n{one.method}, certainty {one.certainty}\n"
                    f"{wording.period(one.first, one.last)}"
                )
                if one
                else ""
            )
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell the proof of the binding."""
        lane = self.lane_of(event.position())
        if lane >= 0:
            self.proof.emit(self._bindings[lane].proof)
