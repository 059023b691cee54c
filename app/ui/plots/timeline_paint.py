"""How a timeline is painted: axis, alerts, lanes with bars or single activities, what was not recorded, the chosen box."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen

from app.model.alert import RANK, Alert
from app.model.families import family
from app.ui import theme, wording
from app.ui.icons import paint_icon
from app.ui.plots.ticket_paint import LEFT
from app.ui.plots.time_axis import ticks
from app.ui.plots.time_window import TimeWindow
from app.ui.plots.timeline_lanes import Bar, Drawn, Picture, TimeLane, gaps
from app.ui.widgets.glyphs import paint_sign

LANE, AXIS, STRIP, NAMES, ROOM = 50, 26, 24, 168, 26
"""Height of a lane, of the axis, of the strip of alerts; width of the names; height of the bars of a lane."""
WIDEST = 300
"""Width of the names where they are long."""
NEAR = 28
"""Pixels within which marks of alerts are one."""


class Mark(NamedTuple):
    """Alerts that stand together. x: pixel of the first."""

    x: float
    alerts: tuple[Alert, ...]

    @property
    def worst(self) -> Alert:
        """The one of the highest severity, the first of these."""
        return max(self.alerts, key=lambda one: RANK[one.severity])


def placed(alerts: Sequence[Alert], window: TimeWindow, area: QRectF) -> list[Mark]:
    """Marks of alerts in view; those that would stand on one another are one."""
    found: list[Mark] = []
    for alert in sorted(alerts, key=lambda one: one.finding.first):
        if not window.first <= alert.finding.first <= window.last:
            continue
        x = window.x(alert.finding.first, area.left(), area.width())
        if found and x - found[-1].x < theme.px(NEAR):
            found[-1] = Mark(found[-1].x, (*found[-1].alerts, alert))
        else:
            found.append(Mark(x, (alert,)))
    return found


def paint_axis(painter: QPainter, window: TimeWindow, area: QRectF, bottom: float) -> None:
    """Times above, thin lines through the lanes, the zone at the left."""
    painter.setFont(theme.font("quiet"))
    painter.setPen(theme.colour("text-quiet"))
    painter.drawText(QRectF(0, 0, area.left() - theme.px(8), theme.px(AXIS) - theme.px(4)), LEFT, wording.zone_name())
    measure, free = theme.measure("quiet"), -1.0
    for tick in ticks(window.first, window.last, int(area.width() / theme.px(90))):
        x = round(window.x(tick.at, area.left(), area.width()))
        painter.fillRect(QRectF(x, theme.px(AXIS) - theme.px(4), 1, bottom - theme.px(AXIS) + theme.px(4)), theme.colour("line"))
        width = measure.horizontalAdvance(tick.words)
        left = min(max(area.left(), x - width / 2), area.right() - width)
        if left > free:
            painter.drawText(QRectF(left, 0, width + 2, theme.px(AXIS) - theme.px(4)), LEFT, tick.words)
            free = left + width + theme.px(8)


def paint_gaps(painter: QPainter, window: TimeWindow, area: QRectF, picture: Picture, top: float, bottom: float) -> None:
    """Hatched: nothing was recorded then, so nothing follows from an empty lane."""
    if not picture.spans:
        return
    brush = QBrush(theme.colour("line"), Qt.BrushStyle.BDiagPattern)
    for first, last in gaps(picture.spans, window.first, window.last):
        left, right = (window.x(one, area.left(), area.width()) for one in (first, last))
        if right - left >= 3:
            painter.fillRect(QRectF(left, top, right - left, bottom - top), brush)


def paint_mark(painter: QPainter, mark: Mark, top: float, current: bool, right: float) -> None:
    """The glyph of the worst, the number beside it when there are several."""
    side = theme.space("glyph")
    spot = QRectF(mark.x - side / 2, top + (theme.px(STRIP) - side) / 2, side, side)
    paint_sign(painter, spot, f"severity:{mark.worst.severity}")
    if current:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("focus"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(spot.adjusted(-4, -4, 4, 4), 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    if len(mark.alerts) > 1:
        painter.setFont(theme.font("quiet-strong"))
        painter.setPen(theme.colour(mark.worst.severity))
        words = wording.number(len(mark.alerts))
        width = painter.fontMetrics().horizontalAdvance(words)
        left = spot.right() + 5 if spot.right() + 5 + width < right else spot.left() - 5 - width
        painter.drawText(QRectF(left, top, width + 2, theme.px(STRIP)), LEFT, words)


def paint_name(painter: QPainter, lane: TimeLane, drawn: Drawn, top: float, width: float, current: bool) -> None:
    """Sign, name and how many activities are in view; the current lane on the ground of selections."""
    high = theme.px(LANE)
    if current:
        painter.fillRect(QRectF(0, top, width, high), theme.colour("selection"))
        painter.fillRect(QRectF(0, top, 2, high), theme.colour("accent"))
    side = theme.space("glyph")
    look, _, word = lane.sign.partition(":")
    spot = QRectF(theme.px(8), top + theme.px(8) + (theme.px(18) - side) / 2, side, side)
    if look == "role":
        painter.fillRect(spot.adjusted(2, 2, -2, -2), theme.colour(word))
    elif look == "icon":
        paint_icon(painter, spot, word, theme.colour("text-quiet"))
    else:
        paint_sign(painter, spot, lane.sign)
    left = spot.right() + theme.px(7)
    room = width - left - theme.px(10)
    painter.setFont(theme.font())
    painter.setPen(theme.colour("text"))
    pin = theme.px(14) if lane.pinned else 0
    name = painter.fontMetrics().elidedText(wording.tidy(lane.label, 300), Qt.TextElideMode.ElideMiddle, int(room - pin))
    painter.drawText(QRectF(left, top + theme.px(8), room - pin, theme.px(18)), LEFT, name)
    if lane.pinned:
        paint_icon(
            painter, QRectF(width - theme.px(22), top + theme.px(9), theme.px(12), theme.px(12)), "pin", theme.colour("accent")
        )
    painter.setFont(theme.font("quiet"))
    painter.setPen(theme.colour("text-quiet"))
    told = [wording.number(drawn.total)] if lane.asked is not None else []
    if lane.alerts:
        told.append(wording.count(len(lane.alerts), "alert"))
    painter.drawText(QRectF(left, top + theme.px(26), room, theme.px(16)), LEFT, ", ".join(told))


class BarRects:
    """The rectangles of the bars of one lane, found once for each picture and place: a picture is painted several times."""

    def __init__(self) -> None:
        self._bars: tuple[Bar, ...] = ()
        self._key: tuple[object, ...] = ()
        self._rects: dict[str, list[QRectF]] = {}

    def of(self, bars: tuple[Bar, ...], window: TimeWindow, area: QRectF, base: float, room: float) -> dict[str, list[QRectF]]:
        """Rectangles by the name of their family."""
        key = (window.first, window.last, area.getRect(), base, room)
        if key != self._key or (bars is not self._bars and bars != self._bars):  # asked for again, mostly they are the same
            self._key, self._rects = key, _rects(bars, window, area, base, room)
        self._bars = bars
        return self._rects


def paint_lane(
    painter: QPainter,
    lane: TimeLane,
    drawn: Drawn,
    window: TimeWindow,
    area: QRectF,
    top: float,
    chosen: str,
    families: dict[str, str],
    bars: BarRects,
) -> None:
    """Bars, or single activities; spans of alerts below, their glyphs above. bars: what this lane's bars are kept in."""
    base = top + theme.px(LANE) - theme.px(7)
    room = theme.px(ROOM)
    if drawn.rows:
        _paint_rows(painter, drawn, window, area, base, room, chosen, families)
    else:
        _paint_bars(painter, bars.of(drawn.bars, window, area, base, room), families)
    for alert in lane.alerts:
        finding = alert.finding
        if finding.last < window.first or finding.first > window.last:
            continue
        left = max(area.left(), window.x(finding.first, area.left(), area.width()))
        right = min(area.right(), window.x(finding.last, area.left(), area.width()))
        painter.fillRect(QRectF(left, base + 2, max(2.0, right - left), 2), theme.colour(f"{alert.severity}-fill"))
    for mark in placed(lane.alerts, window, area):
        paint_mark(painter, mark, top - theme.px(2), False, area.right())


def _rects(bars: tuple[Bar, ...], window: TimeWindow, area: QRectF, base: float, room: float) -> dict[str, list[QRectF]]:
    rects: dict[str, list[QRectF]] = {}
    first, last = window.first, window.last
    start, end, scale = area.left(), area.right(), area.width() / window.length
    for at, span, _, parts in bars:  # some thousand of them in each frame, so without a call for each
        if at + span <= first or at >= last:
            continue
        left = start + (at - first) * scale
        right = left + span * scale
        wide = right - left
        gap = 2 if wide >= 5 else 1 if wide >= 3 else 0
        left, right = left if left > start else start, right if right < end else end
        wide = right - left - gap
        wide = wide if wide > 1.0 else 1.0
        for name, low, high in parts:
            upper = int(base - high * room + 0.5)
            tall = int(base - low * room + 0.5) - upper
            rect = QRectF(left, upper, wide, tall if tall > 1 else 1)
            if name in rects:
                rects[name].append(rect)
            else:
                rects[name] = [rect]
    return rects


def _paint_bars(painter: QPainter, rects: dict[str, list[QRectF]], families: dict[str, str]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    for name, some in rects.items():
        painter.setBrush(theme.colour(families.get(name, "chart-5")))
        painter.drawRects(some)


def _paint_rows(
    painter: QPainter,
    drawn: Drawn,
    window: TimeWindow,
    area: QRectF,
    base: float,
    room: float,
    chosen: str,
    families: dict[str, str],
) -> None:
    rects: dict[str, dict[tuple[int, bool], QRectF]] = {}
    left, scale, first, last = area.left(), area.width() / window.length, window.first, window.last
    tall, low = round(room * 0.8), round(room * 0.45)
    for row in drawn.rows:
        if not first <= row.at <= last:
            continue
        x, good = round(left + (row.at - first) * scale) - 1, row.result == "success"
        role = "edge-alert" if row.alerted else families.get(family(row.kind), "chart-5")
        at_role = rects.setdefault(role, {})
        if (x, good) not in at_role:  # one line for all that share a pixel
            high = tall if good else low
            at_role[x, good] = QRectF(x, base - high, 2, high)
        if row.id == chosen:
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(x - 4, base - tall - 4, 10, tall + 8), 4, 4)
    painter.setPen(Qt.PenStyle.NoPen)
    for role in sorted(rects, key=lambda one: one == "edge-alert"):
        painter.setBrush(theme.colour(role))
        painter.drawRects(list(rects[role].values()))


def paint_moment(painter: QPainter, x: float, top: float, bottom: float, words: str, area: QRectF) -> None:
    """The moment that the timeline was asked to show the surroundings of."""
    painter.fillRect(QRectF(round(x), top, 1, bottom - top), theme.colour("accent"))
    painter.setFont(theme.font("quiet-strong"))
    width = painter.fontMetrics().horizontalAdvance(words) + theme.px(12)
    left = min(max(area.left(), x - width / 2), area.right() - width)
    box = QRectF(left, top - theme.px(20), width, theme.px(18))
    painter.fillRect(box, theme.colour("accent-quiet"))
    painter.setPen(theme.colour("accent"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def paint_box(painter: QPainter, rect: QRectF) -> None:
    """The chosen part of lanes and time."""
    painter.fillRect(rect, theme.colour("accent", 0.14))
    painter.setPen(QPen(theme.colour("accent"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
