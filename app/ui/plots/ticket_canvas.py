"""Tickets over time, lanes of hosts or accounts: zoomed with Ctrl and wheel, moved by drag, chosen by click and arrows."""

from bisect import bisect_right

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.plots import ticket_paint as paint
from app.ui.plots.ticket_rows import Bar, Rows
from app.ui.plots.time_window import STEP, ZOOM, TimeWindow, with_air
from app.ui.widgets.tips import plain_tip

DRAG = 4
"""Pixels from which on a press is a drag."""


class TicketCanvas(QAbstractScrollArea):
    """chosen(Bar): by click or arrows. opened(Bar): Enter or double click; folded bars fold and unfold instead: folded(key).

    moved: another time is in view.
    """

    chosen = Signal(object)
    opened = Signal(object)
    folded = Signal(str)
    moved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows = Rows()
        self.window_ = TimeWindow(0, 1)
        self.whole = TimeWindow(0, 1)
        self.current = ""
        self._hover = -1
        self._tops: list[float] = []
        self._lanes: list[float] = [0.0]
        self._places: dict[str, int] = {}
        self._press: tuple[QPointF, TimeWindow, int] | None = None
        self._dragged = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Tickets over time"))
        self.viewport().setMouseTracking(True)

    def sizeHint(self) -> QSize:
        """Room for a few lanes."""
        return QSize(theme.px(400), theme.px(320))

    def minimumSizeHint(self) -> QSize:
        """Room for one lane."""
        return QSize(theme.px(240), theme.px(120))

    # ---- what is shown

    def show_rows(self, rows: Rows, keep: bool = True) -> None:
        """Show other rows. keep: the time in view stays when it lies within; else all is shown."""
        self.rows = rows
        y = 0.0
        self._tops, self._lanes = [], [0.0]
        for lane in rows.lanes:
            y += theme.px(paint.PAD)
            for _ in range(lane.first, lane.last):
                self._tops.append(y)
                y += theme.px(paint.PITCH)
            y = max(y + theme.px(paint.PAD), self._lanes[-1] + theme.px(56))
            self._lanes.append(y)
        self._places = {bar.key: place for place, bar in enumerate(rows.bars)}
        whole = with_air(rows.first, rows.last, 0.04)
        narrowed = self.window_ != self.whole and self.window_.first < whole.last and whole.first < self.window_.last
        self.window_ = self.window_.within(whole) if keep and narrowed else whole
        self.whole = whole
        self._fit()
        self._say()
        self.moved.emit()
        self.viewport().update()

    def show_window(self, window: TimeWindow) -> None:
        """Show another part of time."""
        self.window_ = window.within(self.whole)
        self.moved.emit()
        self.viewport().update()

    def reset(self) -> None:
        """Show all of the time."""
        self.show_window(self.whole)

    def choose(self, key: str, tell: bool = False) -> None:
        """Make a bar current and bring it into sight, in height and in time."""
        place = self._places.get(key)
        self.current = key if place is not None else ""
        if place is not None:
            self._reveal(place)
            if tell:
                self.chosen.emit(self.rows.bars[place])
        self._say()
        self.viewport().update()

    def bar(self) -> Bar | None:
        """The current bar."""
        place = self._places.get(self.current)
        return None if place is None else self.rows.bars[place]

    def key_of(self, ticket: str, copy: bool = False) -> str:
        """Key of the bar of a ticket, of the one at the other host when wanted and there; "" for none."""
        found = [bar for bar in self.rows.bars if bar.kind == "ticket" and bar.ticket is not None and bar.ticket.id == ticket]
        found.sort(key=lambda bar: bar.copy != copy)
        return found[0].key if found else ""

    def move(self, step: int) -> None:
        """The next or the previous bar."""
        if not self.rows.bars:
            return
        place = self._places.get(self.current, -1 if step > 0 else len(self.rows.bars))
        self.choose(self.rows.bars[max(0, min(len(self.rows.bars) - 1, place + step))].key, True)

    def activate(self) -> None:
        """What Enter does with the current bar."""
        bar = self.bar()
        if bar is None:
            return
        if bar.folded:
            self.folded.emit(bar.key)
        else:
            self.opened.emit(bar)

    # ---- places

    def frame_of(self) -> paint.Frame:
        """Where bars stand now."""
        left = theme.px(paint.NAMES)
        return paint.Frame(
            QRectF(left, 0, max(10, self.viewport().width() - left - theme.px(8)), self.viewport().height()), self.window_
        )

    def rect_of(self, key: str) -> QRectF:
        """Where a bar is, in pixels of the viewport; empty when there is none."""
        place = self._places.get(key)
        if place is None:
            return QRectF()
        return paint.bar_rect(self.frame_of(), self.rows.bars[place], self._y(place))

    def _y(self, place: int) -> float:
        return self._tops[place] + theme.px(paint.AXIS) - self.verticalScrollBar().value()

    def place_at(self, point: QPointF) -> int:
        """Position of the bar of the row under a point, -1 for none."""
        if point.y() < theme.px(paint.AXIS):
            return -1
        y = point.y() - theme.px(paint.AXIS) + self.verticalScrollBar().value()
        place = bisect_right(self._tops, y + (theme.px(paint.PITCH) - theme.px(paint.BAR)) / 2) - 1
        if place < 0 or y > self._tops[place] + theme.px(paint.PITCH):
            return -1
        return place

    def _reveal(self, place: int) -> None:
        bar = self.verticalScrollBar()
        top, room = self._tops[place], self.viewport().height() - theme.px(paint.AXIS)
        near, pitch = theme.px(paint.PAD), theme.px(paint.PITCH)
        if not bar.value() - 2 * pitch <= top <= bar.value() + room + pitch:
            bar.setValue(int(top - room / 2))  # far away: into the middle, with what stands around it
        elif top - near < bar.value():
            bar.setValue(int(top - near))
        elif top + pitch > bar.value() + room:
            bar.setValue(int(top + pitch - room))
        one = self.rows.bars[place]
        if not self.window_.first <= one.start <= self.window_.last and not one.start <= self.window_.first <= one.end:
            self.show_window(self.window_.centred(one.start, self.whole))

    def _fit(self) -> None:
        room = self.viewport().height() - theme.px(paint.AXIS)
        scroll = self.verticalScrollBar()
        scroll.setRange(0, max(0, int(self._lanes[-1] - room)))
        scroll.setPageStep(max(1, room))
        scroll.setSingleStep(theme.px(paint.PITCH))

    def _say(self) -> None:
        bar = self.bar()
        self.setAccessibleDescription("" if bar is None else f"{self.rows.lanes[bar.lane].ref.label}: {bar.title}. {bar.words}")

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The scroll bar follows."""
        super().resizeEvent(event)
        self._fit()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Names stay in sight, so all is painted anew."""
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl zooms the time around the pointer, Shift moves it; alone it scrolls the rows."""
        steps = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            area = self.frame_of().area
            at = self.window_.at(event.position().x(), area.left(), area.width())
            self.show_window(self.window_.zoomed(ZOOM ** (steps / 120), at, self.whole))
            event.accept()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.show_window(self.window_.moved(-STEP * steps / 120, self.whole))
            event.accept()
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._press = (event.position(), self.window_, self.verticalScrollBar().value())
            self._dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move time and rows, or mark the bar under the pointer."""
        if self._press is not None and event.buttons() & Qt.MouseButton.LeftButton:
            start, window, scrolled = self._press
            by = event.position() - start
            if not self._dragged and by.manhattanLength() < DRAG:
                return
            self._dragged = True
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.show_window(window.moved(-by.x() / self.frame_of().area.width(), self.whole))
            self.verticalScrollBar().setValue(int(scrolled - by.y()))
            return
        place = self.place_at(event.position())
        if place != self._hover:
            self._hover = place
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A press without a drag chooses."""
        if self._press is not None and not self._dragged:
            place = self.place_at(event.position())
            if place >= 0:
                self.choose(self.rows.bars[place].key, True)
        if self._dragged:
            self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self._press = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the bar, unfold it, or show all of the time where there is none."""
        place = self.place_at(event.position())
        if place < 0:
            self.reset()
        else:
            self.choose(self.rows.bars[place].key, True)
            self.activate()

    def leaveEvent(self, event: QEvent) -> None:
        """No hover outside."""
        super().leaveEvent(event)
        self._hover = -1
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down choose, left and right move the time, plus and minus zoom it, Home and End go to its ends, 0 shows all."""
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.move(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.move(10 if key == Qt.Key.Key_PageDown else -10)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.show_window(self.window_.moved(STEP if key == Qt.Key.Key_Right else -STEP, self.whole))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            bar = self.bar()
            middle = (self.window_.first + self.window_.last) // 2
            seen = bar is not None and self.window_.first <= bar.start <= self.window_.last
            factor = 1 / ZOOM if key == Qt.Key.Key_Minus else ZOOM
            self.show_window(self.window_.zoomed(factor, bar.start if bar is not None and seen else middle, self.whole))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            at = self.whole.first if key == Qt.Key.Key_Home else self.whole.last
            self.show_window(self.window_.centred(at, self.whole))
        elif key == Qt.Key.Key_0:
            self.reset()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activate()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event) -> None:
        """The first bar is chosen when there is none."""
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
        """The whole of a bar in a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._tip(event.pos(), event.globalPos())
            return True
        return super().viewportEvent(event)

    def _tip(self, at: QPoint, where: QPoint) -> None:
        place = self.place_at(QPointF(at))
        if place < 0:
            QToolTip.hideText()
            return
        bar = self.rows.bars[place]
        lines = [bar.title, bar.words, wording.period(bar.start, bar.end)]
        if bar.ticket is not None and bar.kind == "ticket":
            lines += [bar.ticket.about, *(host.why for host in bar.ticket.apart)]
        if bar.refused is not None:
            lines += [f"{reason}: {wording.number(number)}" for reason, number in bar.refused.reasons[:4]]
        QToolTip.showText(where, plain_tip("\n".join(one for one in lines if one)), self.viewport())

    # ---- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Axis, the lanes in sight with their bars, jumps last."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), theme.colour("surface-1"))
        frame, axis, height = self.frame_of(), theme.px(paint.AXIS), self.viewport().height()
        if not self.rows.bars:
            return
        scrolled = self.verticalScrollBar().value()
        bottom = min(float(height), self._lanes[-1] + axis - scrolled)
        paint.paint_axis(painter, frame, axis, bottom)
        painter.fillRect(QRectF(0, axis - 1, self.viewport().width(), 1), theme.colour("line"))
        painter.setClipRect(QRectF(0, axis, self.viewport().width(), height - axis))
        for number, lane in enumerate(self.rows.lanes):
            top, end = (self._lanes[place] + axis - scrolled for place in (number, number + 1))
            if end < axis or top > height:
                continue
            paint.paint_name(painter, lane, max(top, float(axis)), end, frame.area.left())
            painter.fillRect(QRectF(0, round(end), self.viewport().width(), 1), theme.colour("line"))
        painter.fillRect(QRectF(frame.area.left(), axis, 1, bottom - axis), theme.colour("line"))
        painter.setClipRect(QRectF(frame.area.left(), axis, frame.area.width() + theme.px(4), height - axis))
        first = max(0, bisect_right(self._tops, scrolled - theme.px(paint.PITCH)) - 1)
        for place in range(first, len(self.rows.bars)):
            y = self._y(place)
            if y > height:
                break
            self._paint_elbow(painter, frame, place, y)
        for place in range(first, len(self.rows.bars)):
            y = self._y(place)
            if y > height:
                break
            bar = self.rows.bars[place]
            paint.paint_bar(painter, frame, bar, y, place == self._hover, bar.key == self.current)
        for jump in self.rows.jumps:
            ends = self._y(jump.origin), self._y(jump.target)
            if min(ends) < height and max(ends) > 0:
                paint.paint_jump(painter, frame, jump, *ends)

    def _paint_elbow(self, painter: QPainter, frame: paint.Frame, place: int, y: float) -> None:
        bar = self.rows.bars[place]
        if bar.parent >= 0:
            paint.paint_elbow(painter, frame, self.rows.bars[bar.parent], self._y(bar.parent), bar, y)


def legend(parent: QWidget | None = None) -> QWidget:
    """What the colours mean."""
    from app.ui.plots.legend import Legend

    found = Legend(paint.LEGEND)
    found.setParent(parent)
    return found
