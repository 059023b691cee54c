"""How the list of alerts paints an alert and the header of a group, and which link is where in it."""

from typing import Protocol

from PySide6.QtCore import QModelIndex, QObject, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate

from app.model.alert import Alert, Link
from app.ui import theme, wording
from app.ui.icons import paint_icon
from app.ui.tables.alert_filter import PHASES
from app.ui.tables.alert_groups import Group
from app.ui.widgets.glyphs import paint_severity
from app.ui.widgets.sentence import Run, lay_out, paint_runs

ITEM = Qt.ItemDataRole.UserRole
TIME, WORDS = 28, 100
"""Left edges of time and words behind the page's margin, in pixels of the design."""
SIDE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
RIGHT = SIDE | Qt.AlignmentFlag.AlignRight


def state_of(alert: Alert) -> str:
    """The word at the right of an alert."""
    unclassified = alert.classification == "unclassified"
    return wording.state(alert).capitalize() if unclassified else wording.CLASSIFICATIONS[alert.classification]


class View(Protocol):
    """What painting asks of the list: the row under the pointer, the link there, what is closed, where the cursor is."""

    hovered: int
    link_under: int

    def is_closed(self, group: Group) -> bool: ...
    def currentIndex(self) -> QModelIndex: ...
    def hasFocus(self) -> bool: ...


class AlertDelegate(QStyledItemDelegate):
    """Rows of alerts and headers of groups."""

    def __init__(self, view: View, parent: QObject) -> None:
        super().__init__(parent)
        self._list = view

    def paint(self, painter: QPainter, option, index: QModelIndex) -> None:
        """Paint the ground, then an alert or a header."""
        row, rect = index.data(ITEM), option.rect
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        body = rect.adjusted(0, 0, 0, -1)
        current = index.row() == self._list.currentIndex().row()
        header = isinstance(row, Group)
        if option.state & QStyle.StateFlag.State_Selected or (header and current and self._list.hasFocus()):
            painter.fillRect(body, theme.colour("selection"))
        elif self._list.hovered == index.row():
            painter.fillRect(body, theme.colour("hover"))
        elif header:
            painter.fillRect(body, theme.colour("surface-2"))
        if current:
            painter.fillRect(rect.x(), rect.y(), 2, body.height(), theme.colour("accent"))
        if isinstance(row, Group):
            self._group(painter, row, rect)
        elif isinstance(row, Alert):
            self._alert(painter, row, rect, self._list.link_under if self._list.hovered == index.row() else -1)

    def runs(self, alert: Alert, rect: QRect) -> tuple[list[Run], QPoint]:
        """Pieces of the sentence of an alert in its row, and where they begin."""
        line = theme.line_height()
        left = rect.x() + theme.space("margin") + theme.px(WORDS)
        top = rect.y() + (rect.height() - 2 * line) / 2 - 1
        room = max(40, rect.right() - theme.space("margin") - left - self._tail(alert, rect))
        if not alert.finding.story:
            return [], QPoint(int(left), int(top + line))
        return lay_out(alert.finding.story[0], room, one_line=True)[0], QPoint(int(left), int(top + line))

    def link_at(self, alert: Alert, rect: QRect, at: QPointF) -> tuple[int, Link | None]:
        """Number of the piece under a point and the link that it is; (-1, None) for none."""
        runs, origin = self.runs(alert, rect)
        local = at - QPointF(origin)
        number = next((one.link for one in runs if one.link >= 0 and one.rect.contains(local)), -1)
        return (number, alert.finding.story[0][number]) if number >= 0 else (-1, None)

    def _tail(self, alert: Alert, rect: QRect) -> int:
        """Room at the end of the second line for the length of the alert."""
        wide = rect.width() > theme.px(640) and alert.finding.last // 1_000_000 != alert.finding.first // 1_000_000
        return theme.px(76) if wide else 0

    def _group(self, painter: QPainter, group: Group, rect: QRect) -> None:
        margin, side = theme.space("margin"), theme.px(14)
        spot = QRectF(rect.x() + margin + 1, rect.center().y() - side / 2, side, side)
        closed = self._list.is_closed(group)
        paint_icon(painter, spot, "right" if closed else "down", theme.colour("text-quiet"))
        left, right = rect.x() + margin + theme.px(TIME - 4), rect.right() - margin
        if not group.key.startswith("day:"):
            glyph = theme.space("glyph")
            paint_severity(painter, QRectF(left, rect.center().y() - glyph / 2, glyph, glyph), group.severity)
            left += glyph + theme.px(8)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text-quiet"))
        words = wording.count(len(group.alerts), "alert")
        room = max(painter.fontMetrics().horizontalAdvance(words), theme.px(60))
        painter.drawText(QRectF(right - room, rect.y(), room, rect.height()), RIGHT, words)
        right -= room + theme.px(16)
        if rect.width() > theme.px(640):
            right = self._phases(painter, group, right, rect) - theme.px(16)
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.colour("text"))
        title = painter.fontMetrics().elidedText(
            wording.tidy(group.title), Qt.TextElideMode.ElideMiddle, max(40, int((right - left) * (0.7 if group.story else 1)))
        )
        painter.drawText(QRectF(left, rect.y(), right - left, rect.height()), SIDE, title)
        left += painter.fontMetrics().horizontalAdvance(title) + theme.px(10)
        if group.story and right - left > theme.px(60):
            painter.setFont(theme.font())
            painter.setPen(theme.colour("text-quiet"))
            story = painter.fontMetrics().elidedText(wording.tidy(group.story), Qt.TextElideMode.ElideRight, int(right - left))
            painter.drawText(QRectF(left, rect.y(), right - left, rect.height()), SIDE, story)

    def _phases(self, painter: QPainter, group: Group, right: float, rect: QRect) -> float:
        """One bar for each phase of the kill chain, filled where it was reached; returns the left edge."""
        wide, high, gap = theme.px(10), theme.px(4), theme.px(2)
        left = right - len(PHASES) * (wide + gap)
        for place, phase in enumerate(PHASES):
            role = "text-quiet" if phase in group.phases else "surface-3"
            painter.fillRect(QRectF(left + place * (wide + gap), rect.center().y() - high / 2, wide, high), theme.colour(role))
        return left

    def _alert(self, painter: QPainter, alert: Alert, rect: QRect, under: int) -> None:
        line, margin, side = theme.line_height(), theme.space("margin"), theme.space("glyph")
        top = rect.y() + (rect.height() - 2 * line) / 2 - 1
        left, right = rect.x() + margin, rect.right() - margin
        paint_severity(painter, QRectF(left + 3, top + (line - side) / 2, side, side), alert.severity)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text-quiet"))
        painter.drawText(QRectF(left + theme.px(TIME), top, theme.px(64), line), SIDE, wording.clock(alert.finding.first))
        words = left + theme.px(WORDS)
        state = state_of(alert)
        room = painter.fontMetrics().horizontalAdvance(state) + 2
        painter.drawText(QRectF(right - room, top, room, line), RIGHT, state)
        end = right - max(room, theme.px(60)) - theme.px(16)
        if rect.width() > theme.px(640):
            painter.setFont(theme.font("quiet"))
            technique = wording.tidy(alert.techniques[0], 20) if alert.techniques else ""
            room = painter.fontMetrics().horizontalAdvance(technique)
            painter.drawText(QRectF(end - room, top, room + 2, line), SIDE, technique)
            end -= max(room, theme.px(60)) + theme.px(16)
        if self._tail(alert, rect):
            painter.setFont(theme.font("quiet"))
            lasted = wording.span(alert.finding.last - alert.finding.first)
            box = QRectF(right - theme.px(70), top + line, theme.px(70), line)
            painter.drawText(box, RIGHT, lasted)
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.colour("text"))
        title = painter.fontMetrics().elidedText(
            wording.tidy(alert.title), Qt.TextElideMode.ElideRight, int(max(40, end - words))
        )
        painter.drawText(QRectF(words, top, end - words, line), SIDE, title)
        runs, at = self.runs(alert, rect)
        paint_runs(painter, runs, at, theme.colour("text-quiet"), theme.colour("text"), under=under)
