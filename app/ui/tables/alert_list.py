"""Alerts in groups by day: two lines each, with the sentence that says who did what."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyledItemDelegate

from app.model.alert import Alert, plain
from app.ui import theme, wording
from app.ui.icons import paint_icon
from app.ui.navigation import in_new_tab
from app.ui.widgets import hovering
from app.ui.widgets.clicks import press_beyond, release_beyond
from app.ui.widgets.glyphs import paint_severity
from app.ui.widgets.sentence import lay_out, named_at, paint_runs
from app.ui.widgets.tips import plain_tip

ITEM = Qt.ItemDataRole.UserRole
NONE = QModelIndex()


class Day(NamedTuple):
    """A group's header."""

    key: int
    words: str
    number: int
    closed: bool


class AlertModel(QAbstractListModel):
    """Alerts newest first, a header before each day; the rows of a closed day are left out."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._alerts: tuple[Alert, ...] = ()
        self._closed: set[int] = set()
        self.rows: list[Day | Alert] = []

    def show_alerts(self, alerts: Sequence[Alert]) -> None:
        """Show other alerts."""
        self.beginResetModel()
        self._alerts = tuple(sorted(alerts, key=lambda one: (-one.finding.first, one.id)))
        self.rows = []
        days: dict[int, list[Alert]] = {}
        for one in self._alerts:
            days.setdefault(wording.day_key(one.finding.first), []).append(one)
        for key, members in days.items():
            self.rows.append(Day(key, wording.day(members[0].finding.first), len(members), key in self._closed))
            if key not in self._closed:
                self.rows.extend(members)
        self.endResetModel()

    def toggle(self, day: Day) -> None:
        """Open or close a day."""
        self._closed ^= {day.key}
        self.show_alerts(self._alerts)

    def row_of(self, alert_id: str) -> int:
        """Row of an alert, -1 when it is not shown."""
        return next((place for place, one in enumerate(self.rows) if isinstance(one, Alert) and one.id == alert_id), -1)

    def rowCount(self, parent: QModelIndex = NONE) -> int:
        """Headers with alerts."""
        return 0 if parent.isValid() else len(self.rows)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Headers cannot be chosen."""
        chosen = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return chosen if isinstance(self.rows[index.row()], Alert) else Qt.ItemFlag.ItemIsEnabled

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row itself, its words."""
        row = self.rows[index.row()]
        if role == ITEM:
            return row
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if isinstance(row, Day):
            return None if role == Qt.ItemDataRole.ToolTipRole else f"{row.words}, {wording.count(row.number, 'alert')}"
        story = plain(row.finding.story[0]) if row.finding.story else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{row.title}\n{wording.tidy(story, 600)}\n{wording.period(row.finding.first, row.finding.last)}")
        words = f"{wording.alert_kind(row.severity)}, {wording.clock(row.finding.first)}, {row.title}. {story}"
        return wording.tidy(words, 600)


def story_place(rect: QRect) -> tuple[QPoint, int]:
    """Where the sentence of an alert begins in its row, and how wide it may be."""
    margin, line = theme.space("margin"), theme.line_height()
    left = rect.x() + margin + theme.px(100)
    top = rect.y() + (rect.height() - 2 * line) / 2 - 1
    return QPoint(left, int(top + line)), max(40, rect.right() - margin - left)


class _Paint(QStyledItemDelegate):
    def sizeHint(self, _option: object, index: QModelIndex) -> QSize:
        return QSize(theme.px(80), theme.space("row-group" if isinstance(index.data(ITEM), Day) else "row-alert"))

    def paint(self, painter: QPainter, option, index: QModelIndex) -> None:
        row, rect = index.data(ITEM), option.rect
        margin = theme.space("margin")
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        if isinstance(row, Day):
            self._day(painter, row, rect, margin)
            return
        body = rect.adjusted(0, 0, 0, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(body, theme.colour("selection"))
            painter.fillRect(rect.x(), rect.y(), 2, body.height(), theme.colour("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(body, theme.colour("hover"))
        self._alert(painter, row, rect, margin)

    def _day(self, painter: QPainter, day: Day, rect, margin: int) -> None:
        painter.fillRect(rect.adjusted(0, 0, 0, -1), theme.colour("surface-2"))
        side = theme.px(14)
        spot = QRectF(rect.x() + margin + 1, rect.center().y() - side / 2, side, side)
        paint_icon(painter, spot, "right" if day.closed else "down", theme.colour("text-quiet"))
        inner = rect.adjusted(margin + theme.px(22), 0, -margin, 0)
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.colour("text"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, day.words)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text-quiet"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, wording.count(day.number, "alert"))

    def _alert(self, painter: QPainter, alert: Alert, rect, margin: int) -> None:
        line = theme.line_height()
        top = rect.y() + (rect.height() - 2 * line) / 2 - 1
        side = theme.space("glyph")
        left = rect.x() + margin
        paint_severity(painter, QRectF(left + 3, top + (line - side) / 2, side, side), alert.severity)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text-quiet"))
        painter.drawText(
            QRectF(left + theme.px(28), top, theme.px(64), line),
            Qt.AlignmentFlag.AlignVCenter,
            wording.clock(alert.finding.first),
        )
        words = left + theme.px(100)
        right = rect.right() - margin
        state = (
            wording.state(alert).capitalize()
            if alert.classification == "unclassified"
            else wording.CLASSIFICATIONS[alert.classification]
        )
        painter.setPen(theme.colour("text-quiet"))
        room = painter.fontMetrics().horizontalAdvance(state) + 2
        painter.drawText(QRectF(right - room, top, room, line), Qt.AlignmentFlag.AlignVCenter, state)
        end = right - max(room, theme.px(60)) - theme.px(16)
        if rect.width() > theme.px(640):
            painter.setFont(theme.font("quiet"))
            painter.setPen(theme.colour("text-quiet"))
            technique = alert.techniques[0] if alert.techniques else ""
            room = painter.fontMetrics().horizontalAdvance(technique)
            painter.drawText(QRectF(end - room, top, room + 2, line), Qt.AlignmentFlag.AlignVCenter, technique)
            end -= max(room, theme.px(60)) + theme.px(16)
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.colour("text"))
        title = painter.fontMetrics().elidedText(
            wording.tidy(alert.title), Qt.TextElideMode.ElideRight, int(max(40, end - words))
        )
        painter.drawText(QRectF(words, top, end - words, line), Qt.AlignmentFlag.AlignVCenter, title)
        if alert.finding.story:
            corner, room = story_place(rect)
            runs, _ = lay_out(alert.finding.story[0], room, one_line=True)
            paint_runs(painter, runs, corner, theme.colour("text-quiet"), theme.colour("text"))


class AlertList(QListView):
    """chosen(Alert): the current one changed; opened(Alert): Enter or double click."""

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rows = AlertModel(self)
        self.setModel(self._rows)
        self.setItemDelegate(_Paint(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setAccessibleName("Alerts")
        self.doubleClicked.connect(lambda _: self.open_current())

    def show_alerts(self, alerts: Sequence[Alert]) -> None:
        """Show other alerts; the current one stays current."""
        current, at = self.current(), self.verticalScrollBar().value()
        self._rows.show_alerts(alerts)
        row = self._rows.row_of(current.id) if current else -1
        if row < 0:
            row = next((place for place, one in enumerate(self._rows.rows) if isinstance(one, Alert)), -1)
        if row >= 0:
            self.setCurrentIndex(self._rows.index(row))
        self.verticalScrollBar().setValue(at)

    def current(self) -> Alert | None:
        """The alert under the cursor."""
        index = self.currentIndex()
        row = index.data(ITEM) if index.isValid() else None
        return row if isinstance(row, Alert) else None

    def move(self, step: int) -> None:
        """To the next or the previous alert, over headers."""
        row = self.currentIndex().row() + step
        while 0 <= row < len(self._rows.rows):
            if isinstance(self._rows.rows[row], Alert):
                self.setCurrentIndex(self._rows.index(row))
                return
            row += step

    def open_current(self) -> None:
        """Open the current alert."""
        alert = self.current()
        if alert is not None:
            self.opened.emit(alert)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Tell the alert."""
        super().currentChanged(current, previous)
        alert = current.data(ITEM) if current.isValid() else None
        if isinstance(alert, Alert):
            self.chosen.emit(alert)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, with Ctrl in a new tab; the arrows go over headers."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            with in_new_tab(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)):
                self.open_current()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.move(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A name in a story offers the card of its entity."""
        super().mouseMoveEvent(event)
        point = event.position().toPoint()
        here = self._named(point)
        if here is None:
            hovering.withdraw(self.viewport())
        else:
            hovering.offer(self.viewport(), *here)

    def leaveEvent(self, event) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        hovering.withdraw(self.viewport())

    def viewportEvent(self, event: QEvent) -> bool:
        """No tooltip over the name of an entity, which has its card."""
        if event.type() == QEvent.Type.ToolTip and self._named(event.pos()) is not None:
            return True
        return super().viewportEvent(event)

    def entity_here(self) -> hovering.Here | None:
        """The first entity that the story of the current alert names."""
        alert = self.current()
        piece = next((one for one in alert.finding.story[0] if one.entity), None) if alert and alert.finding.story else None
        return (piece.entity, self.visualRect(self.currentIndex())) if piece is not None and piece.entity is not None else None

    def _named(self, point: QPoint) -> hovering.Here | None:
        index = self.indexAt(point)
        alert = index.data(ITEM) if index.isValid() else None
        if not isinstance(alert, Alert) or not alert.finding.story:
            return None
        corner, room = story_place(self.visualRect(index))
        runs, _ = lay_out(alert.finding.story[0], room, one_line=True)
        return named_at(alert.finding.story[0], runs, corner, point)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a day opens or closes it."""
        if press_beyond(self, event):
            return
        index = self.indexAt(event.position().toPoint())
        row = index.data(ITEM) if index.isValid() else None
        if isinstance(row, Day):
            self._rows.toggle(row)
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The middle button opens an alert in a new tab."""
        if not release_beyond(self, event, self.open_current):
            super().mouseReleaseEvent(event)
