"""Lanes over time: zoomed by the wheel, moved by drag, a box with Shift and drag, everything by keys.

Long because one widget answers to wheel, drag, box, click, hover and keys; how it is painted stands elsewhere.
"""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from app.model.alert import Alert
from app.model.rows import ActivityRow
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.plots import timeline_paint as paint
from app.ui.plots.time_window import STEP, ZOOM, TimeWindow
from app.ui.plots.timeline_lanes import Bar, Drawn, Picture, TimeLane
from app.ui.widgets.tips import plain_tip

DRAG, NEAR = 4, 5
"""Pixels from which on a press is a drag; within which a single activity is hit."""


class Box(NamedTuple):
    """A chosen span of some lanes, positions first to last."""

    window: TimeWindow
    first: int
    last: int


class TimelineCanvas(QAbstractScrollArea):
    """chosen(thing): an Alert, an ActivityRow or a TimeLane is chosen; opened(thing): Enter or double click on it, or on a Box.

    moved(TimeWindow): another time is in view. boxed(Box or None): the box was drawn, or went away.
    """

    chosen = Signal(object)
    opened = Signal(object)
    moved = Signal(object)
    boxed = Signal(object)

    def __init__(self, families: dict[str, str]) -> None:
        super().__init__()
        self._families = families
        self._bars: dict[int, paint.BarRects] = {}
        self.lanes: tuple[TimeLane, ...] = ()
        self.alerts: tuple[Alert, ...] = ()
        self.picture = Picture()
        self.window_ = TimeWindow(0, 1)
        self.whole = TimeWindow(0, 1)
        self.moment: int | None = None
        self.box: Box | None = None
        self.target: Alert | ActivityRow | TimeLane | None = None
        self._names = theme.px(paint.NAMES)
        self._press: tuple[QPointF, TimeWindow, int, bool] | None = None
        self._dragged = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Timeline"))
        self.viewport().setMouseTracking(True)

    def sizeHint(self) -> QSize:
        """Room for some lanes."""
        return QSize(theme.px(480), theme.px(420))

    def minimumSizeHint(self) -> QSize:
        """Room for two lanes."""
        return QSize(theme.px(280), theme.px(paint.AXIS + paint.STRIP + 2 * paint.LANE))

    # ---- what is shown

    def show_lanes(self, lanes: Sequence[TimeLane], alerts: Sequence[Alert], picture: Picture) -> None:
        """Show lanes with what was counted for them; what was chosen stays chosen when it is still there."""
        self.lanes, self.alerts, self.picture = tuple(lanes), tuple(alerts), picture
        if isinstance(self.target, TimeLane):
            self.target = next((one for one in lanes if one.key == self.target.key), None)  # type: ignore[union-attr]
        if self.box is not None and self.box.last >= len(self.lanes):
            self.clear_box()
        widest = max((theme.measure().horizontalAdvance(one.label[:200]) for one in self.lanes), default=0)
        self._names = min(max(theme.px(paint.NAMES), widest + theme.px(56)), theme.px(paint.WIDEST), self.width() // 3)
        self._fit()
        self._say()
        self.viewport().update()

    def show_window(self, window: TimeWindow, tell: bool = True) -> None:
        """Show another part of time."""
        window = window.within(self.whole)
        if window != self.window_:
            self.window_ = window
            if tell:
                self.moved.emit(window)
        self.viewport().update()

    def drawn(self, place: int) -> Drawn:
        """What was counted for a lane."""
        return self.picture.lanes[place] if place < len(self.picture.lanes) else Drawn()

    def choose(self, thing: Alert | ActivityRow | TimeLane | None, tell: bool = True) -> None:
        """Choose something; an alert or activity out of sight is brought into the middle."""
        self.target = thing
        at = thing.finding.first if isinstance(thing, Alert) else thing.at if isinstance(thing, ActivityRow) else None
        if at is not None and not self.window_.first <= at <= self.window_.last:
            self.show_window(self.window_.centred(at, self.whole))
        if isinstance(thing, TimeLane) and thing in self.lanes:
            self._reveal(self.lanes.index(thing))
        self._say()
        self.viewport().update()
        if tell and thing is not None:
            self.chosen.emit(thing)

    def step_alert(self, step: int) -> None:
        """The next or the previous alert in time; of all that are marked."""
        every = sorted(self.alerts, key=lambda one: (one.finding.first, one.id))
        if not every:
            return
        if isinstance(self.target, Alert):
            place = next((number for number, one in enumerate(every) if one.id == self.target.id), 0) + step
        else:
            middle = (self.window_.first + self.window_.last) // 2 if self.window_ != self.whole else self.whole.first
            later = [number for number, one in enumerate(every) if one.finding.first >= middle]
            place = (later[0] if later else len(every) - 1) if step > 0 else (later[0] - 1 if later else len(every) - 1)
        self.choose(every[max(0, min(len(every) - 1, place))])

    def step_lane(self, step: int) -> None:
        """The next or the previous lane."""
        if self.lanes:
            here = self.lanes.index(self.target) if isinstance(self.target, TimeLane) and self.target in self.lanes else -1
            if here < 0 and step < 0:
                here = len(self.lanes)
            self.choose(self.lanes[max(0, min(len(self.lanes) - 1, here + step))])

    def activate(self) -> None:
        """What Enter does: opens the box, or what is chosen."""
        thing = self.box or self.target
        if thing is not None:
            self.opened.emit(thing)

    def set_box(self, box: Box) -> None:
        """Choose a part of lanes and time."""
        self.box = box
        self.boxed.emit(box)
        self._say()
        self.viewport().update()

    def clear_box(self) -> None:
        """Let go of the box."""
        if self.box is not None:
            self.box = None
            self.boxed.emit(None)
            self.viewport().update()

    # ---- places

    def area(self) -> QRectF:
        """The part of the viewport in which time runs."""
        left, view = self._names, self.viewport()
        return QRectF(left, 0, max(10, view.width() - left - theme.px(8)), view.height())

    def _top(self) -> int:
        return theme.px(paint.AXIS) + theme.px(paint.STRIP)

    def lane_top(self, place: int) -> float:
        """Upper edge of a lane in the viewport."""
        return self._top() + place * theme.px(paint.LANE) - self.verticalScrollBar().value()

    def lane_at(self, y: float) -> int:
        """Position of the lane at a height, -1 for none."""
        place = int((y - self._top() + self.verticalScrollBar().value()) // theme.px(paint.LANE))
        return place if y >= self._top() and 0 <= place < len(self.lanes) else -1

    def at(self, x: float) -> int:
        """The time at a pixel."""
        area = self.area()
        return self.window_.at(x, area.left(), area.width())

    def x(self, at: int) -> float:
        """The pixel of a time."""
        area = self.area()
        return self.window_.x(at, area.left(), area.width())

    def box_rect(self) -> QRectF:
        """Where the box is; empty without one."""
        if self.box is None:
            return QRectF()
        left, right = (min(max(self.x(one), self.area().left()), self.area().right()) for one in self.box.window)
        top, bottom = self.lane_top(self.box.first), self.lane_top(self.box.last + 1)
        return QRectF(left, top, max(2.0, right - left), bottom - top)

    def thing_at(self, point: QPointF) -> Alert | ActivityRow | TimeLane | None:
        """The alert, the single activity or the lane under a point."""
        area = self.area()
        strip = theme.px(paint.AXIS) <= point.y() < self._top()
        place = self.lane_at(point.y())
        if point.x() >= area.left():
            some = self.alerts if strip else self.lanes[place].alerts if place >= 0 and self._over_glyphs(point, place) else ()
            side = theme.space("glyph") / 2 + 2
            for mark in paint.placed(some, self.window_, area):
                if abs(mark.x - point.x()) <= side:
                    return mark.worst
            if place >= 0:
                rows = self.drawn(place).rows
                near = min(rows, key=lambda row: abs(self.x(row.at) - point.x()), default=None)
                if near is not None and abs(self.x(near.at) - point.x()) <= NEAR:
                    return near
        return self.lanes[place] if place >= 0 else None

    def _over_glyphs(self, point: QPointF, place: int) -> bool:
        return point.y() < self.lane_top(place) + theme.px(paint.STRIP) - theme.px(2)

    def _reveal(self, place: int) -> None:
        bar, high = self.verticalScrollBar(), theme.px(paint.LANE)
        room = self.viewport().height() - self._top()
        if place * high < bar.value():
            bar.setValue(place * high)
        elif (place + 1) * high > bar.value() + room:
            bar.setValue((place + 1) * high - room)

    def _fit(self) -> None:
        room = self.viewport().height() - self._top()
        scroll = self.verticalScrollBar()
        scroll.setRange(0, max(0, len(self.lanes) * theme.px(paint.LANE) - room))
        scroll.setPageStep(max(1, room))
        scroll.setSingleStep(theme.px(paint.LANE))

    def _say(self) -> None:
        """What is chosen, for screen readers."""
        thing = self.target
        words = ""
        if isinstance(thing, Alert):
            words = f"{wording.alert_kind(thing.severity)}, {thing.title}, {wording.moment(thing.finding.first)}"
        elif isinstance(thing, ActivityRow):
            words = f"{wording.kind(thing.kind)}, {thing.what}, {wording.moment(thing.at)}"
        elif thing is not None and thing in self.lanes:
            words = f"{thing.label}, {wording.count(self.drawn(self.lanes.index(thing)).total, 'activity', 'activities')} in view"
        self.setAccessibleDescription(wording.tidy(words))

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The scroll bar follows."""
        super().resizeEvent(event)
        self._fit()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """The axis stays in sight, so all is painted anew."""
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel zooms the time around the pointer; Shift moves it; over the names it scrolls the lanes."""
        steps = event.angleDelta().y() or event.angleDelta().x()
        if event.position().x() < self.area().left() and not event.modifiers():
            super().wheelEvent(event)
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or (event.angleDelta().x() and not event.angleDelta().y()):
            self.show_window(self.window_.moved(-STEP * steps / 120, self.whole))
        else:
            self.show_window(self.window_.zoomed(ZOOM ** (steps / 120), self.at(event.position().x()), self.whole))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a drag, or with Shift or on the axis a box."""
        if event.button() == Qt.MouseButton.LeftButton:
            boxes = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) or event.position().y() < theme.px(paint.AXIS)
            self._press = (event.position(), self.window_, self.verticalScrollBar().value(), boxes)
            self._dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the time, draw the box, or tell by the pointer what can be pressed."""
        if self._press is None or not event.buttons() & Qt.MouseButton.LeftButton:
            thing = self.thing_at(event.position())
            hand = isinstance(thing, (Alert, ActivityRow)) or (thing is not None and event.position().x() < self.area().left())
            axis = event.position().y() < theme.px(paint.AXIS)
            other = Qt.CursorShape.CrossCursor if axis else Qt.CursorShape.OpenHandCursor
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else other)
            return
        start, window, scrolled, boxes = self._press
        by = event.position() - start
        if not self._dragged and by.manhattanLength() < DRAG:
            return
        self._dragged = True
        if boxes:
            self._draw_box(start, event.position())
            return
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self.show_window(window.moved(-by.x() / self.area().width(), self.whole))
        self.verticalScrollBar().setValue(int(scrolled - by.y()))

    def _draw_box(self, start: QPointF, end: QPointF) -> None:
        if not self.lanes:
            return
        first, last = sorted((self.at(start.x()), self.at(end.x())))
        first, last = max(first, self.window_.first), min(last, self.window_.last)
        if start.y() < theme.px(paint.AXIS):
            rows = (0, len(self.lanes) - 1)
        else:
            places = [int((one.y() - self.lane_top(0)) // theme.px(paint.LANE)) for one in (start, end)]
            low, high = (max(0, min(len(self.lanes) - 1, one)) for one in sorted(places))
            rows = (low, high)
        self.box = Box(TimeWindow(first, max(first + 1, last)), *rows)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell the box; a press without a drag chooses."""
        if self._press is None:
            return
        boxes, self._press = self._press[3], None
        if self._dragged and boxes and self.box is not None:
            self.boxed.emit(self.box)
        elif not self._dragged:
            self.clear_box()
            thing = self.thing_at(event.position())
            if thing is not None:
                self.choose(thing)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open an alert or an activity; on a lane zoom in there; on the axis show all of the time."""
        thing = self.thing_at(event.position())
        if isinstance(thing, (Alert, ActivityRow)):
            self.opened.emit(thing)
        elif event.position().y() < theme.px(paint.AXIS):
            self.show_window(self.whole)
        elif event.position().x() < self.area().left() and thing is not None:
            self.opened.emit(thing)
        else:
            self.show_window(self.window_.zoomed(ZOOM**4, self.at(event.position().x()), self.whole))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, plus and minus zoom, Home and End go to the ends, Shift and arrows draw a box, Enter opens."""
        key = event.key()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down) and shift:
            self._key_box(key)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.show_window(self.window_.moved(STEP if key == Qt.Key.Key_Right else -STEP, self.whole))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step_lane(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            factor = 1 / ZOOM if key == Qt.Key.Key_Minus else ZOOM
            self.show_window(self.window_.zoomed(factor, self._middle(), self.whole))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            at = self.whole.first if key == Qt.Key.Key_Home else self.whole.last
            self.show_window(self.window_.centred(at, self.whole))
        elif key == Qt.Key.Key_Escape and self.box is not None:
            self.clear_box()
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Escape):
            self.show_window(self.whole)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activate()
        else:
            super().keyPressEvent(event)

    def _middle(self) -> int:
        """Where keys zoom: at what is chosen when it is in view, else in the middle."""
        thing = self.target
        at = thing.finding.first if isinstance(thing, Alert) else thing.at if isinstance(thing, ActivityRow) else self.moment
        if at is not None and self.window_.first <= at <= self.window_.last:
            return at
        return (self.window_.first + self.window_.last) // 2

    def _key_box(self, key: Qt.Key) -> None:
        """A box without a mouse: it begins in the middle of the current lane and grows by an arrow at a time."""
        if not self.lanes:
            return
        here = self.lanes.index(self.target) if isinstance(self.target, TimeLane) and self.target in self.lanes else 0
        step = max(1, self.window_.length // 20)
        if self.box is None:
            middle = self._middle()
            box = Box(TimeWindow(middle - step, middle + step), here, here)
        else:
            (first, last), low, high = self.box
            if key == Qt.Key.Key_Right:
                last += step
            elif key == Qt.Key.Key_Left:
                first -= step
            elif key == Qt.Key.Key_Down:
                high = min(len(self.lanes) - 1, high + 1)
            else:
                low = max(0, low - 1)
            box = Box(TimeWindow(max(first, self.window_.first), min(last, self.window_.last)), low, high)
        self.set_box(box)

    def focusInEvent(self, event) -> None:
        """The ring appears."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event) -> None:
        """The ring goes."""
        super().focusOutEvent(event)
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """What is under the pointer, in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self.words_at(QPointF(event.pos()))
            if words:
                QToolTip.showText(event.globalPos(), plain_tip(words), self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def words_at(self, point: QPointF) -> str:
        """The alert, the activity or the bar under a point in words; that nothing was recorded, where that is so."""
        thing = self.thing_at(point)
        if isinstance(thing, Alert):
            when = wording.period(thing.finding.first, thing.finding.last)
            return f"{thing.title}\n{when}\n{wording.alert_kind(thing.severity)}"
        if isinstance(thing, ActivityRow):
            ends = " → ".join(ref.label for ref in (thing.who, thing.origin, thing.target) if ref is not None)
            return f"{wording.moment(thing.at, True)}  {wording.kind(thing.kind)}\n{thing.what}\n{ends}\n{thing.result}"
        if thing is None or point.x() < self.area().left():
            return thing.label if thing is not None else ""
        at = self.at(point.x())
        bar = next((one for one in self.drawn(self.lanes.index(thing)).bars if one.at <= at < one.at + one.width), None)
        if bar is not None:
            return _told(thing, bar)
        spans = self.picture.spans
        if spans and not any(first <= at < last for first, last in spans):
            return f"{thing.label}\n{wording.moment(at)}\nNothing was recorded then"
        return f"{thing.label}\n{wording.moment(at)}"

    # ---- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Axis, strip of alerts, lanes in sight, the moment, the box."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), theme.colour("surface-1"))
        area, top = self.area(), self._top()
        bottom = min(self.viewport().height(), int(self.lane_top(len(self.lanes))))
        if not self.lanes:
            return
        paint.paint_axis(painter, self.window_, area, bottom)
        painter.setPen(theme.colour("text-quiet"))
        painter.drawText(QRectF(theme.px(8), theme.px(paint.AXIS), area.left(), theme.px(paint.STRIP)), paint.LEFT, "Alerts")
        chosen = self.target.id if isinstance(self.target, (Alert, ActivityRow)) else ""
        for mark in paint.placed(self.alerts, self.window_, area):
            paint.paint_mark(painter, mark, theme.px(paint.AXIS), any(one.id == chosen for one in mark.alerts), area.right())
        for y in (theme.px(paint.AXIS) - 1, top - 1):
            painter.fillRect(QRectF(0, y, self.viewport().width(), 1), theme.colour("line"))
        painter.setClipRect(QRectF(0, top, self.viewport().width(), self.viewport().height() - top))
        paint.paint_gaps(painter, self.window_, area, self.picture, max(top, self.lane_top(0)), bottom)
        for place, lane in enumerate(self.lanes):
            y = self.lane_top(place)
            if y + theme.px(paint.LANE) < top or y > self.viewport().height():
                continue
            current = isinstance(self.target, TimeLane) and self.target.key == lane.key
            paint.paint_name(painter, lane, self.drawn(place), y, area.left(), current)
            painter.save()
            painter.setClipRect(QRectF(area.left(), top, area.width(), self.viewport().height() - top))
            bars = self._bars.setdefault(place, paint.BarRects())
            paint.paint_lane(painter, lane, self.drawn(place), self.window_, area, y, chosen, self._families, bars)
            painter.restore()
            painter.fillRect(QRectF(0, y + theme.px(paint.LANE) - 1, self.viewport().width(), 1), theme.colour("line"))
        painter.fillRect(QRectF(area.left(), top, 1, bottom - top), theme.colour("line"))
        if self.box is not None:
            paint.paint_box(painter, self.box_rect())
        painter.setClipping(False)
        if isinstance(self.target, Alert) and self.window_.first <= self.target.finding.first <= self.window_.last:
            painter.fillRect(QRectF(round(self.x(self.target.finding.first)), top, 1, bottom - top), theme.colour("focus", 0.6))
        if self.moment is not None and self.window_.first <= self.moment <= self.window_.last:
            paint.paint_moment(painter, self.x(self.moment), theme.px(paint.AXIS), bottom, wording.clock(self.moment, True), area)
        if self.hasFocus() and self.target is None and self.box is None:
            painter.fillRect(QRectF(0, theme.px(paint.AXIS) - 2, area.left(), 2), theme.colour("focus"))


def _told(lane: TimeLane, bar: Bar) -> str:
    """How many, of which families, when."""
    when = f"{wording.moment(bar.at)}, {wording.per(bar.width)}"
    number = wording.count(bar.total, "activity", "activities")
    return f"{lane.label}\n{when}\n{number}: {', '.join(name for name, _, _ in bar.parts)}"
