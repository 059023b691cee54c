"""How parties and steps of paths are painted: signs, names, arrows by state, words on them."""

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from app.model.paths import AttackPath, PathEdge
from app.ui import theme, wording
from app.ui.icons import paint_icon
from app.ui.plots.path_layout import Arrow, Spot
from app.ui.widgets.glyphs import ENTITY_ROLES, paint_entity

DIM = 0.4
FEW = 8
"""Arrows up to which all of them carry their words."""
SIDE, SMALL = 36, 24
ROW, SMALL_ROW = 92, 62
TOP, BOTTOM, EDGE = 20, 34, 76
"""Air above and below, and at both sides for names."""
KINDS = {"member": "member of", "admin": "administrator of", "remote": "may enter", "session": "has credentials of",
         "control": "controls"}  # fmt: skip
"""Kind of an edge in words, between its two parties."""
SHORT_KINDS = {"member": "member", "admin": "admin", "remote": "remote", "session": "session", "control": "controls"}
"""The same where there is little room."""
CAPTIONS = {"controller": "domain controller", "address": "unknown computer"}
SHORT, LONG = 40, 132
"""Pixels between two parties from which on there is room for a word, for words."""


class Frame(NamedTuple):
    """Where columns and rows stand: the whole, columns, side of a sign, height of a row at most."""

    rect: QRectF
    columns: int
    side: float
    pitch: float


def capacity(height: int) -> int:
    """Rows that have room, small ones."""
    return max(2, int((height - theme.px(BOTTOM)) // theme.px(SMALL_ROW)))


def frame(rect: QRectF, columns: int, tallest: int) -> Frame:
    """Large signs where all rows have room, else small ones."""
    room = rect.height() - theme.px(BOTTOM)
    large = tallest * theme.px(ROW) <= room
    pitch = theme.px(ROW) if large else room / max(1, tallest)
    return Frame(rect, columns, theme.px(SIDE if large else SMALL), max(pitch, theme.px(SMALL_ROW) * 0.8))


def middle(within: Frame, one: Spot) -> QPointF:
    """Middle of a sign."""
    air = min(theme.px(EDGE), within.rect.width() / (2 * max(1, within.columns)))
    width = within.rect.width() - 2 * air
    x = within.rect.center().x() if within.columns < 2 else within.rect.left() + air + width * one.column / (within.columns - 1)
    tall = within.rect.height() - theme.px(BOTTOM)
    pitch = min(max(within.pitch, tall / max(1, one.rows) * 0.72), tall / max(1, one.rows))
    top = within.rect.top() + (tall - pitch * one.rows) / 2
    return QPointF(x, top + pitch * (one.row + 0.5) - within.side * 0.2)


def box(within: Frame, one: Spot) -> QRectF:
    """Square of a sign."""
    at, side = middle(within, one), within.side
    return QRectF(at.x() - side / 2, at.y() - side / 2, side, side)


def reach(within: Frame, one: Spot) -> QRectF:
    """Where a click is on a party: its sign and the name below."""
    found = box(within, one)
    return found.adjusted(-theme.px(12), -theme.px(4), theme.px(12), theme.px(22))


def room_of(within: Frame) -> float:
    """Width of a name."""
    return within.rect.width() / max(1, within.columns) - theme.px(10)


def line(within: Frame, origin: Spot, target: Spot) -> QPainterPath:
    """The arrow's line from one sign to another; back or within a column it bends around."""
    left, right = box(within, origin), box(within, target)
    gap = theme.px(6)
    if target.column > origin.column:
        start = QPointF(left.right() + gap, left.center().y())
        end = QPointF(right.left() - gap, right.center().y())
        bend = max(theme.px(16), (end.x() - start.x()) * 0.4)
        path = QPainterPath(start)
        path.cubicTo(QPointF(start.x() + bend, start.y()), QPointF(end.x() - bend, end.y()), end)
        return path
    start, end = QPointF(left.left() - gap, left.center().y()), QPointF(right.left() - gap, right.center().y())
    if target.column < origin.column:
        end = QPointF(right.right() + gap, right.center().y())
    path = QPainterPath(start)
    swing = theme.px(44)
    if target.column == origin.column:
        path.cubicTo(QPointF(start.x() - swing, start.y()), QPointF(end.x() - swing, end.y()), end)
    else:
        highest = within.rect.top() + theme.px(4)
        over = max(highest, min(start.y(), end.y()) - swing)
        path.cubicTo(QPointF(start.x() - swing, over), QPointF(end.x() + swing, over), end)
    return path


def pen_of(arrow: Arrow, marked: bool) -> QPen:
    """Walked stands out, possible is thin, dormant is dashed; memberships are dotted."""
    walked = arrow.state == "walked"
    role = "accent" if marked and not walked else "edge-alert" if walked else "line-strong"
    pen = QPen(theme.colour(role), theme.px(2 if walked or marked else 1))
    if arrow.state == "dormant":
        pen.setDashPattern([5, 4])
    elif all(one.kind == "member" for one in arrow.edges):
        pen.setDashPattern([1.5, 2.5])
    return pen


def arrow(
    painter: QPainter, within: Frame, one: Arrow, path: QPainterPath, spots: Mapping[str, Spot], marked: bool, words: bool
) -> None:
    """One arrow, with its words where there is room."""
    pen = pen_of(one, marked)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    tip, before = path.pointAtPercent(1.0), path.pointAtPercent(0.9)
    way = tip - before
    length = max(0.1, (way.x() ** 2 + way.y() ** 2) ** 0.5)
    way /= length
    back, half = theme.px(8), theme.px(3.6)
    side = QPointF(-way.y(), way.x())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    painter.drawPolygon(QPolygonF([tip, tip - way * back + side * half, tip - way * back - side * half]))
    if words:
        _words(painter, within, one, path, abs(spots[one.target].column - spots[one.origin].column), marked)


def _words(painter: QPainter, within: Frame, one: Arrow, path: QPainterPath, columns: int, marked: bool) -> None:
    gap = within.rect.width() / max(1, within.columns) * max(1, columns) - within.side - theme.px(28)
    if gap < theme.px(SHORT):
        return
    table = KINDS if gap >= theme.px(LONG) else SHORT_KINDS
    kinds = list(dict.fromkeys(table[edge.kind] for edge in one.edges))
    text = kinds[0] + (f" +{len(kinds) - 1}" if len(kinds) > 1 else "")
    painter.setFont(theme.font("quiet-strong" if marked else "quiet"))
    width, high = painter.fontMetrics().horizontalAdvance(text) + theme.px(6), theme.line_height("quiet")
    if width > gap + theme.px(8):
        return
    at = path.pointAtPercent(0.5)
    ground = QRectF(at.x() - width / 2, at.y() - high / 2, width, high)
    painter.fillRect(ground, theme.colour("surface-1"))
    painter.setPen(theme.colour("high" if one.state == "walked" else "text" if marked else "text-quiet"))
    painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, text)


def spot(painter: QPainter, within: Frame, one: Spot) -> None:
    """One party: its sign, its name, what is to be said of it below."""
    square = box(within, one)
    colour = theme.colour(ENTITY_ROLES.get(one.ref.kind, "node-address"))
    if one.folded:
        _stack(painter, square, one, colour)
    else:
        _sign(painter, square, one, within.side > theme.px(SMALL))
    _names(painter, within, square, one)


def _sign(painter: QPainter, square: QRectF, one: Spot, large: bool) -> None:
    colour, kind = theme.colour(ENTITY_ROLES.get(one.ref.kind, "node-address")), one.ref.kind
    if one.sensitive:
        painter.setPen(QPen(theme.colour("accent"), theme.px(2)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = square.adjusted(-theme.px(5), -theme.px(5), theme.px(5), theme.px(5))
        if kind in ("computer", "controller"):
            painter.drawRoundedRect(ring, theme.px(9), theme.px(9))
        else:
            painter.drawEllipse(ring)
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(theme.colour("surface-2"))
    if kind in ("computer", "controller"):
        painter.drawRoundedRect(square, theme.px(6), theme.px(6))
    elif kind in ("service", "address"):
        paint_entity(painter, square, kind)
    else:
        painter.drawEllipse(square)
    side = square.width() / 2
    inner = QRectF(square.center().x() - side / 2, square.center().y() - side / 2, side, side)
    if kind == "controller":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(inner, 3, 3)
    elif kind not in ("service", "address"):
        paint_icon(painter, inner, {"domain": "group"}.get(kind, kind), colour)


def _stack(painter: QPainter, square: QRectF, one: Spot, colour) -> None:
    painter.setBrush(theme.colour("surface-2"))
    painter.setPen(QPen(colour, 1))
    for shift in (theme.px(6), theme.px(3), 0):
        moved = square.translated(shift, -shift)
        painter.drawRoundedRect(moved, theme.px(6), theme.px(6))
    painter.setFont(theme.font("quiet-strong"))
    painter.setPen(theme.colour("text"))
    painter.drawText(square, Qt.AlignmentFlag.AlignCenter, wording.number(len(one.folded)))


def _names(painter: QPainter, within: Frame, square: QRectF, one: Spot) -> None:
    middle_x = square.center().x()
    beside = 2 * min(middle_x - within.rect.left(), within.rect.right() - middle_x) - 4
    room = max(theme.px(40), min(room_of(within), beside))
    left = middle_x - room / 2
    high, small = theme.line_height(), theme.line_height("quiet")
    top = square.bottom() + theme.px(6 if one.sensitive else 2)
    large = within.side > theme.px(SMALL)
    painter.setFont(theme.font("strong" if one.sensitive or large else "body"))
    painter.setPen(theme.colour("text"))
    name = f"and {wording.number(len(one.folded))} more" if one.folded else wording.tidy(one.ref.label)
    shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(room))
    painter.drawText(QRectF(left, top, room, high), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, shown)
    caption = caption_of(one)
    if caption and large:
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("text-quiet"))
        below = QRectF(left, top + high - theme.px(2), room, small)
        words = painter.fontMetrics().elidedText(caption, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, words)


def caption_of(one: Spot) -> str:
    """What stands below a name."""
    if one.folded:
        return ""
    if one.accounts > 1:
        return wording.count(one.accounts, "account")
    return "sensitive" if one.sensitive else CAPTIONS.get(one.ref.kind, one.ref.kind)


def focus_pen() -> QPen:
    """The ring around the drawing when it has the focus."""
    return QPen(theme.colour("focus"), 2)


def told(path: AttackPath) -> str:
    """A path in one line, with times where it was walked: bob, administrator of WS1 (14:02:11), has credentials of da.smith."""
    times = [f" ({wording.clock(at)})" for at in path.moments] or [""] * len(path.edges)
    return ", ".join([path.start.label, *(step(edge) + at for edge, at in zip(path.edges, times, strict=True))])


def step(edge: PathEdge) -> str:
    """A step in words, after the name of its origin."""
    return f"{KINDS[edge.kind]} {edge.target.label}"
