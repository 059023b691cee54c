"""How a picture of tickets is painted: axis, lanes, bars, elbows, jumps."""

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app.ui import theme, wording
from app.ui.plots.ticket_rows import Bar, Jump, Lane
from app.ui.plots.time_axis import ticks
from app.ui.plots.time_window import TimeWindow
from app.ui.widgets.glyphs import paint_entity

BAR, PITCH, PAD, AXIS, NAMES = 24, 31, 10, 26, 132
"""Height of a bar, of its row, air above and below the bars of a lane, height of the axis, width of the names."""
INDENT = 0
LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight | Qt.TextFlag.TextSingleLine
LIFE = 10 * wording.HOUR
"""How long a ticket may live where its end is sealed: what the policy of a domain says unless somebody changed it."""
ALARMING = frozenset({"never issued", "altered"})
ROLES = {"granting": "node-user", "referral": "node-group", "service": "node-service"}
LEGEND = {
    "ticket-granting ticket": "node-user",
    "service ticket": "node-service",
    "odd, or part of an alert": "edge-alert",
}  # fmt: skip
JUMPED = "same ticket, other host"


class Frame(NamedTuple):
    """Where things stand: the part for bars, the time in it, how far the rows are scrolled."""

    area: QRectF
    window: TimeWindow

    def x(self, at: float) -> float:
        """Pixel of a time, bounded so that far away times paint nothing strange."""
        return min(max(self.window.x(at, self.area.left(), self.area.width()), self.area.left() - 20_000), 60_000.0)


def role_of(bar: Bar) -> str:
    """Colour role of a bar."""
    if bar.kind == "refused":
        return "node-address"
    if bar.apart or (bar.kind == "ticket" and bar.ticket is not None and set(bar.ticket.odd) & ALARMING and not _home(bar)):
        return "edge-alert"
    if bar.kind == "more":
        return "node-service"
    return ROLES[bar.ticket.kind] if bar.ticket is not None else "node-user"


def _home(bar: Bar) -> bool:
    """True at the host that received a ticket which another one used: nothing is wrong there."""
    return bar.ticket is not None and bar.ticket.odd == ("two hosts",) and not bar.copy


def stripe_of(bar: Bar) -> str:
    """Colour role of the stripe at the left: that of alerts where one rests on the ticket."""
    return "edge-alert" if bar.odd and bar.kind == "ticket" else role_of(bar)


def may_live(bar: Bar) -> int:
    """Until when the ticket of a bar is valid, or may be where its end is sealed; 0 for bars that are no ticket."""
    one = bar.ticket
    if bar.kind != "ticket" or one is None:
        return 0
    if bar.until is not None:
        return bar.until
    if one.issued is None:
        return 0
    asked = one.asked_till or 0
    return min(asked, one.issued + LIFE) if asked > one.issued else one.issued + LIFE


def paint_axis(painter: QPainter, frame: Frame, height: float, bottom: float) -> None:
    """Words of times above, thin lines through all lanes."""
    painter.setFont(theme.font("quiet"))
    measure = theme.measure("quiet")
    free = -1.0
    for tick in ticks(frame.window.first, frame.window.last, int(frame.area.width() / theme.px(90))):
        x = round(frame.x(tick.at))
        if not frame.area.left() <= x <= frame.area.right():
            continue
        painter.fillRect(QRectF(x, height, 1, max(0.0, bottom - height)), theme.colour("line"))
        width = measure.horizontalAdvance(tick.words)
        left = min(max(frame.area.left(), x - width / 2), frame.area.right() - width)
        if left > free:
            painter.setPen(theme.colour("text-quiet"))
            painter.drawText(QRectF(left, 0, width + 2, height - theme.px(4)), LEFT, tick.words)
            free = left + width + theme.px(8)


def paint_name(painter: QPainter, lane: Lane, top: float, bottom: float, width: float) -> None:
    """Sign and name of a lane, its addresses below; they stay in sight while the lane is."""
    side = theme.space("glyph")
    y = min(top + theme.px(PAD), bottom - theme.px(40))
    paint_entity(painter, QRectF(1, y + (theme.px(20) - side) / 2, side, side), lane.ref.kind)
    left = side + theme.px(8)
    room = width - left - theme.px(8)
    painter.setFont(theme.font("strong"))
    painter.setPen(theme.colour("text"))
    name = painter.fontMetrics().elidedText(wording.tidy(lane.ref.label), Qt.TextElideMode.ElideMiddle, int(room))
    painter.drawText(QRectF(left, y, room, theme.px(20)), LEFT, name)
    painter.setFont(theme.font("quiet"))
    painter.setPen(theme.colour("text-quiet"))
    below = painter.fontMetrics().elidedText(wording.tidy(lane.below), Qt.TextElideMode.ElideMiddle, int(room))
    painter.drawText(QRectF(left, y + theme.px(19), room, theme.px(16)), LEFT, below)


def bar_rect(frame: Frame, bar: Bar, top: float) -> QRectF:
    """The solid part of a bar."""
    left = frame.x(bar.start)
    right = max(frame.x(bar.end), left + theme.px(4))
    return QRectF(left, top, right - left, theme.px(BAR))


def paint_bar(painter: QPainter, frame: Frame, bar: Bar, top: float, hovered: bool, current: bool) -> None:
    """Ground, edges, stripe at the left, words."""
    rect, area = bar_rect(frame, bar, top), frame.area
    role = role_of(bar)
    ink = theme.colour(role)
    tail = QRectF(rect)
    end = may_live(bar)
    if end:
        tail.setRight(max(rect.right(), frame.x(end)))
    shown = tail.intersected(QRectF(area.left(), top, area.width(), theme.px(BAR)))
    if shown.width() > 0:
        faint = theme.colour(role, 0.10 if bar.until is not None else 0.06)
        painter.fillRect(shown, faint)
        solid = rect.intersected(shown)
        painter.fillRect(solid, theme.colour(role, 0.24 if hovered else 0.16))
        edge = theme.colour(role, 0.9 if bar.until is not None else 0.35)
        for y in (top, top + theme.px(BAR) - 1):
            painter.fillRect(QRectF(shown.left(), y, shown.width(), 1), edge)
            painter.fillRect(QRectF(solid.left(), y, solid.width(), 1), ink)
        if bar.kind in ("more", "account") and solid.width() > 0:
            _paint_stack(painter, solid, ink)
    if area.left() <= rect.left() <= area.right():
        _paint_stripe(painter, rect, bar, theme.colour(stripe_of(bar)))
    if current:
        painter.setPen(QPen(theme.colour("focus"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = shown if shown.width() > 0 else rect
        painter.drawRoundedRect(ring.adjusted(-2, -2, 2, 2), 4, 4)
    _paint_words(painter, frame, bar, rect)


def _paint_stripe(painter: QPainter, rect: QRectF, bar: Bar, ink: QColor) -> None:
    if bar.ticket is not None and bar.ticket.seen != "issued" and not bar.copy and bar.kind == "ticket":
        for y in range(0, int(rect.height()), 6):  # its beginning was not seen
            painter.fillRect(QRectF(rect.left(), rect.top() + y, 3, 3), ink)
    else:
        painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), ink)


def _paint_stack(painter: QPainter, rect: QRectF, ink: QColor) -> None:
    faint = QColor(ink)
    faint.setAlphaF(0.5)
    painter.fillRect(QRectF(rect.left() + 3, rect.bottom() + 2, max(4.0, rect.width() - 6), 1), faint)


def _paint_words(painter: QPainter, frame: Frame, bar: Bar, rect: QRectF) -> None:
    area, gap = frame.area, theme.px(9)
    if rect.left() > area.right() or (may_live(bar) or bar.end) < frame.window.first:
        return
    title, words = wording.tidy(bar.title, 160), wording.tidy(bar.words, 200)
    strong, quiet = theme.measure("strong" if bar.kind != "more" else "body"), theme.measure("quiet")
    width = strong.horizontalAdvance(title) + (theme.px(8) + quiet.horizontalAdvance(words) if words else 0)
    left = max(rect.left(), area.left()) + gap
    room = area.right() - left
    aside = room < min(width, theme.px(140)) and rect.left() - area.left() > room + theme.px(40)
    if aside:
        room = min(width, rect.left() - area.left() - gap)
        left = rect.left() - gap - room
    top, high = rect.top(), rect.height()
    painter.setFont(theme.font("strong" if bar.kind in ("ticket", "account") and bar.depth == 0 else "body"))
    painter.setPen(theme.colour("text"))
    cut = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, int(room))
    painter.drawText(QRectF(left, top, room, high), LEFT, cut)
    used = painter.fontMetrics().horizontalAdvance(cut) + theme.px(8)
    if words and room - used > theme.px(24):
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("text-quiet"))
        cut = quiet.elidedText(words, Qt.TextElideMode.ElideRight, int(room - used))
        painter.drawText(QRectF(left + used, top, room - used, high), LEFT, cut)


def paint_elbow(painter: QPainter, frame: Frame, above: Bar, above_top: float, bar: Bar, top: float) -> None:
    """From the ticket that was shown to the one that came back."""
    x, to = frame.x(above.start) + 1, frame.x(bar.start)
    area = frame.area
    x, to = max(x, area.left()), min(to, area.right())
    if x > area.right():
        return
    middle = top + theme.px(BAR) / 2
    ink = theme.colour("line-strong")
    painter.fillRect(QRectF(x, above_top + theme.px(BAR), 1, middle - above_top - theme.px(BAR)), ink)
    if to > x:
        painter.fillRect(QRectF(x, round(middle), to - x, 1), ink)


def paint_jump(painter: QPainter, frame: Frame, jump: Jump, origin_top: float, target_top: float) -> None:
    """A dashed line from the host that received a ticket to the one that used it all the same, and what that is."""
    area, ink = frame.area, theme.colour("edge-alert")
    x = frame.x(jump.at) + 1
    if not area.left() <= x <= area.right():
        return
    half = theme.px(BAR) / 2
    start = QPointF(x, origin_top + half)
    down = target_top > origin_top
    end = QPointF(x, target_top - 2 if down else target_top + 2 * half + 2)
    pen = QPen(ink, 1.5, Qt.PenStyle.DashLine)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    ring = theme.px(4)
    painter.drawLine(QPointF(x, start.y() + (ring if down else -ring)), end)
    painter.setPen(QPen(ink, 1.5))
    painter.setBrush(theme.colour("surface-1"))
    painter.drawEllipse(start, ring, ring)
    sign, size = (1 if down else -1), theme.px(5)
    head = QPainterPath()
    head.addPolygon(QPolygonF([end, end + QPointF(-size, -sign * 1.6 * size), end + QPointF(size, -sign * 1.6 * size)]))
    head.closeSubpath()
    painter.fillPath(head, ink)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(theme.font("quiet-strong"))
    painter.setPen(theme.colour("high"))
    width = painter.fontMetrics().horizontalAdvance(JUMPED)
    left = x - theme.px(10) - width
    if left < area.left() + theme.px(4):
        return
    painter.fillRect(QRectF(left - 4, target_top, width + 8, 2 * half), theme.colour("surface-1"))
    painter.drawText(QRectF(left, target_top, width + 2, 2 * half), LEFT, JUMPED)
