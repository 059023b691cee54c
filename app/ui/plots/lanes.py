"""Activities of one entity as lanes over time, one lane for each peer; zoomed by wheel, moved by drag.

Imports pyqtgraph, which takes a while: import this module in a job, not with the window.
"""

import math
from collections.abc import Sequence

from pyqtgraph import AxisItem, BarGraphItem, InfiniteLine, PlotWidget, ScatterPlotItem, mkPen
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QHBoxLayout, QSizePolicy, QToolTip, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.plots.histogram import RANK
from app.ui.plots.lane_bars import Bars, Lane, bars_of
from app.ui.plots.time_axis import ticks
from app.ui.widgets import hovering
from app.ui.widgets.buttons import KEYBOARD
from app.ui.widgets.glyphs import paint_entity, severity_path
from app.ui.widgets.tips import plain_tip

LANE, AXIS, NAMES = 28, 24, 150
"""Height of a lane, height of the time axis, width of the names, in pixels of the design."""
RING = 3
AIR = 0.02
"""Share of the span that may be seen before and behind it, for glyphs and words at its ends."""
STEP, ZOOM = 0.2, 0.8
"""Share of the view by which keys move it; factor by which they zoom it."""


class _TimeAxis(AxisItem):
    """Seconds since an origin, told as times of the screen's zone."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.origin = 0
        self._words: dict[float, str] = {}

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        """Round times, at most one in 90 pixels."""
        first, last = (self.origin + int(one * 1e6) for one in (minVal, maxVal))
        self._words = {(one.at - self.origin) / 1e6: one.words for one in ticks(first, last, int(size / theme.px(90)))}
        return [(1.0, list(self._words))]

    def tickStrings(self, values: Sequence[float], _scale: float, _spacing: float) -> list[str]:
        """Their words."""
        return [self._words.get(one, "") for one in values]


class _Plot(PlotWidget):
    """A plot that tells double clicks itself; those of its scene get lost when the first click changes the page."""

    doubled = Signal()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Tell it."""
        self.doubled.emit()


class _Names(QWidget):
    """Sign and name of each lane."""

    def __init__(self, view: "LanesView") -> None:
        super().__init__()
        self._view = view
        self.setFixedWidth(theme.px(NAMES))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMouseTracking(True)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint them; the chosen one on the ground of selections."""
        painter = QPainter(self)
        painter.setFont(theme.font())
        side, height = theme.space("glyph"), theme.px(LANE)
        for place, lane in enumerate(self._view.lanes):
            row = QRect(0, place * height, self.width(), height)
            if place == self._view.current:
                painter.fillRect(row, theme.colour("selection"))
                painter.fillRect(0, row.top(), 2, height, theme.colour("accent"))
            paint_entity(painter, QRectF(theme.px(6), row.center().y() - side / 2, side, side), lane.ref.kind)
            painter.setPen(theme.colour("text"))
            room = row.adjusted(theme.px(6) + side + theme.px(6), 0, -theme.px(8), 0)
            name = wording.tidy(lane.ref.label, 300)
            words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, words)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A name offers the card of its entity."""
        lane = self._view.lane_at(event.position().y())
        height = theme.px(LANE)
        if lane is None:
            hovering.withdraw(self)
        else:
            hovering.offer(self, self._view.lanes[lane].ref, QRect(0, lane * height, self.width(), height))

    def leaveEvent(self, event) -> None:
        """No lane is under the pointer."""
        super().leaveEvent(event)
        hovering.withdraw(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the lane; the chosen one again chooses none."""
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._view.click_lane(self._view.lane_at(event.position().y()))


class LanesView(QWidget):
    """Signal chosen(EntityRef or None) when a lane is chosen by click or by the arrows.

    Wheel zooms the time, drag moves it, a double click or 0 shows all of it again.
    """

    chosen = Signal(object)

    def __init__(self, roles: dict[str, str]) -> None:
        super().__init__()
        self._roles = roles
        self._ring = False
        self.lanes: tuple[Lane, ...] = ()
        self.current: int | None = None
        self._tip: tuple[int, int] = (-1, -1)
        self._bars: list[tuple[BarGraphItem, str]] = []
        self._lines: list[InfiniteLine] = []
        self._scatter = ScatterPlotItem(pxMode=True)
        self._band = QGraphicsRectItem()
        self._names = _Names(self)
        self._axis = _TimeAxis()
        self.plot = _Plot(axisItems={"bottom": self._axis})
        self._build()
        self._colours()

    def _build(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Activities by host over time"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        plot = self.plot
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.hideAxis("left")
        plot.setMouseEnabled(x=True, y=False)
        plot.setAntialiasing(False)
        plot.setFrameShape(PlotWidget.Shape.NoFrame)
        item = plot.getPlotItem()
        item.layout.setContentsMargins(0, 0, 0, 0)
        item.layout.setSpacing(0)
        self.view = item.getViewBox()
        self.view.setDefaultPadding(0)
        self.view.invertY(True)
        self._axis.setHeight(theme.px(AXIS))
        self._axis.setStyle(tickLength=-4, tickTextOffset=4)
        self._axis.setTickFont(theme.font("quiet"))
        self._band.setZValue(-20)
        self._scatter.setZValue(20)
        plot.doubled.connect(self.reset)
        plot.scene().sigMouseClicked.connect(self._clicked)
        plot.scene().sigMouseMoved.connect(self._hovered)
        row = QHBoxLayout(self)
        row.setContentsMargins(RING, RING, RING, RING)
        row.setSpacing(0)
        row.addWidget(self._names)
        row.addWidget(plot, 1)

    def sizeHint(self) -> QSize:
        """All lanes and the axis."""
        return QSize(theme.px(400), len(self.lanes) * theme.px(LANE) + theme.px(AXIS) + 2 * RING)

    minimumSizeHint = sizeHint

    def show_lanes(self, lanes: Sequence[Lane], bars: dict[str, Bars] | None = None) -> None:
        """Show other lanes; the chosen peer stays chosen, and the time in view stays when the whole span is the same.

        bars: what bars_of(lanes, roles) gave, when that was asked in a job.
        """
        before = self.lanes[self.current].ref.key if self.current is not None else ""
        extent = self._extent()
        self.lanes = tuple(lanes)
        self.current = next((place for place, one in enumerate(self.lanes) if one.ref.key == before), None)
        self._axis.origin = self._extent()[0]
        self._draw(bars_of(lanes, list(self._roles)) if bars is None else bars)
        number = max(1, len(self.lanes))
        first, last = self._ends()
        self.view.setLimits(xMin=first, xMax=last, minXRange=min(0.01, self._length()), yMin=0, yMax=number)
        self.view.setYRange(0, number, padding=0)
        if self._extent() != extent:
            self.reset()
        self.updateGeometry()
        self._names.update()

    def reset(self) -> None:
        """Show the whole span."""
        self.view.setXRange(*self._ends(), padding=0)

    def span(self) -> tuple[int, int]:
        """The time in view, UTC microseconds."""
        first, last = self.view.viewRange()[0]
        return self._axis.origin + int(first * 1e6), self._axis.origin + int(last * 1e6)

    def lane_at(self, y: float) -> int | None:
        """Number of the lane at a height of this widget's names."""
        place = int(y // theme.px(LANE))
        return place if 0 <= place < len(self.lanes) else None

    def click_lane(self, place: int | None) -> None:
        """Choose a lane; the chosen one again, or None, chooses none."""
        self.current = None if place == self.current else place
        self._place_band()
        self._names.update()
        self.chosen.emit(None if self.current is None else self.lanes[self.current].ref)

    # ---- events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down choose a lane, left and right move the time, plus and minus zoom it, 0 shows all, Esc lets go."""
        key = event.key()
        first, last = self.view.viewRange()[0]
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.lanes:
            step = 1 if key == Qt.Key.Key_Down else -1
            place = max(0, min(len(self.lanes) - 1, (-1 if self.current is None else self.current) + step))
            if place != self.current:
                self.click_lane(place)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            move = (last - first) * (STEP if key == Qt.Key.Key_Right else -STEP)
            start, end = self._ends()
            move = max(start - first, min(end - last, move))
            self.view.setXRange(first + move, last + move, padding=0)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            factor = 1 / ZOOM if key == Qt.Key.Key_Minus else ZOOM
            self.view.scaleBy(x=factor)
        elif key == Qt.Key.Key_Escape and self.current is not None:
            self.click_lane(None)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Escape):
            self.reset()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event) -> None:
        """The ring appears, for the keyboard only."""
        super().focusInEvent(event)
        self._ring = event.reason() in KEYBOARD
        self.update()

    def focusOutEvent(self, event) -> None:
        """The ring goes."""
        super().focusOutEvent(event)
        self._ring = False
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ring of the keyboard focus."""
        if self._ring:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def changeEvent(self, event) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == event.Type.StyleChange and hasattr(self, "view"):
            self._colours()

    def _clicked(self, event) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        place = int(self.view.mapSceneToView(event.scenePos()).y())
        # Never lets go of a lane: a double click is a click before.
        if event.button() == Qt.MouseButton.LeftButton and 0 <= place < len(self.lanes) and place != self.current:
            self.click_lane(place)

    def _hovered(self, at: QPointF) -> None:
        point = self.view.mapSceneToView(at)
        place = math.floor(point.y())
        if not 0 <= place < len(self.lanes):
            return
        lane = self.lanes[place]
        bucket = int(point.x() * 1e6 // max(1, lane.data.width))
        if (place, bucket) == self._tip:
            return
        self._tip = (place, bucket)
        parts = [
            f"{name}: {wording.number(counts[bucket])}"
            for name, counts in lane.data.series.items()
            if 0 <= bucket < len(counts) and counts[bucket]
        ]
        when = f"{wording.moment(lane.data.start + bucket * lane.data.width)}, {wording.span(lane.data.width)}"
        words = "\n".join((wording.middle(lane.ref.label, 60), when, *(parts or ["nothing"])))
        where = self.plot.viewport().mapToGlobal(self.plot.mapFromScene(at))
        QToolTip.showText(where, plain_tip(words), self.plot)

    # ---- drawing

    def _extent(self) -> tuple[int, int]:
        if not self.lanes:
            return 0, 0
        data = self.lanes[0].data
        buckets = max((len(one) for lane in self.lanes for one in lane.data.series.values()), default=1)
        return data.start, data.start + data.width * max(1, buckets)

    def _length(self) -> float:
        first, last = self._extent()
        return max(1e-3, (last - first) / 1e6)

    def _ends(self) -> tuple[float, float]:
        return -AIR * self._length(), (1 + AIR) * self._length()

    def _draw(self, bars: dict[str, Bars]) -> None:
        for old in (*(item for item, _ in self._bars), *self._lines, self._scatter, self._band):
            if old.scene() is not None:
                self.view.removeItem(old)
        self._bars, self._lines = [], []
        self.view.addItem(self._band, ignoreBounds=True)
        for place in range(1, len(self.lanes)):
            line = InfiniteLine(pos=place, angle=0)
            line.setZValue(-10)
            self._lines.append(line)
            self.view.addItem(line, ignoreBounds=True)
        for name, role in self._roles.items():
            if name in bars:
                width = 0.86 * self.lanes[0].data.width / 1e6
                item = BarGraphItem(x0=bars[name].left, width=width, y0=bars[name].bottom, height=bars[name].height)
                self._bars.append((item, role))
                self.view.addItem(item, ignoreBounds=True)
        self._draw_marks()
        self.view.addItem(self._scatter, ignoreBounds=True)
        self._place_band()
        self._colours()

    def _draw_marks(self) -> None:
        spots = [
            {"pos": ((mark.at - self._axis.origin) / 1e6, place + 0.42), "data": mark, "symbol": _symbol(mark.severity)}
            for place, lane in enumerate(self.lanes)
            for mark in sorted(lane.marks, key=lambda one: RANK[one.severity])
        ]
        self._scatter.setData(spots=spots, size=theme.space("glyph"))

    def _place_band(self) -> None:
        shown = self.current is not None
        self._band.setVisible(shown)
        if shown:
            first, last = self._ends()
            self._band.setRect(QRectF(first, self.current or 0, last - first, 1))

    def _colours(self) -> None:
        """Colours of the theme on everything that is drawn."""
        self.plot.setBackground(theme.colour("surface-1"))
        self._axis.setPen(mkPen(theme.colour("line-strong")))
        self._axis.setTickPen(mkPen(theme.colour("line-strong")))
        self._axis.setTextPen(mkPen(theme.colour("text-quiet")))
        for bars, role in self._bars:
            bars.setOpts(brush=theme.colour(role), pen=mkPen(None))
        for line in self._lines:
            line.setPen(mkPen(theme.colour("line")))
        self._band.setBrush(theme.colour("selection"))
        self._band.setPen(mkPen(None))
        for spot in self._scatter.points():
            spot.setBrush(theme.colour(f"{spot.data().severity}-fill"))
            spot.setPen(mkPen(theme.colour("surface-1")))
        self._names.update()
        self.update()


def _symbol(severity: str) -> QPainterPath:
    """The shape of a severity around its middle, as the scatter plot wants it."""
    return severity_path(severity).translated(-0.5, -0.5)
