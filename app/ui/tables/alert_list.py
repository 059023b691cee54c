"""The list of alerts in groups that close: two lines each, with the sentence that says who did what; several can be chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from app.model.alert import Alert
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.navigation import in_new_tab
from app.ui.tables.alert_cells import ITEM, AlertDelegate
from app.ui.tables.alert_groups import Group
from app.ui.tables.alert_model import AlertModel, Row
from app.ui.widgets import hovering
from app.ui.widgets.clicks import press_beyond, release_beyond
from app.ui.widgets.sentence import named_at

FLAGS = QItemSelectionModel.SelectionFlag


class AlertList(QTableView):
    """chosen(Alert): the current one changed; opened(Alert), opened_group(Group): Enter or double click; followed(Link): a name.

    selection_changed: other alerts are chosen. A table of one column, whose heights Qt itself keeps: a list view asks for that of
    each of 5,000 rows.
    """

    chosen = Signal(object)
    opened = Signal(object)
    opened_group = Signal(object)
    followed = Signal(object)
    selection_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.hovered, self.link_under = -1, -1
        self._rows = AlertModel(self)
        self._delegate = AlertDelegate(self, self)
        self.setModel(self._rows)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Alerts"))
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        heights = self.verticalHeader()
        heights.setMinimumSectionSize(theme.space("row-group"))
        heights.setDefaultSectionSize(theme.space("row-alert"))
        heights.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heights.hide()

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Show other groups; what is current stays so, or gives way to what came behind it."""
        current, at = self.current_row(), self.verticalScrollBar().value()
        chosen = {one.id for one in self.selected()}
        behind = [one.id for one in self._rows.rows[self.currentIndex().row() + 1 :] if isinstance(one, Alert)][:200]
        before = [one.id for one in self._rows.rows[: max(0, self.currentIndex().row())] if isinstance(one, Alert)][-1:]
        self._rows.show_groups(groups)
        self._size_rows()
        places = self._rows.places
        row = -1
        if isinstance(current, Alert):
            wanted = (current.id, *behind, *before)
            row = next((places[one] for one in wanted if one in places), -1)
        elif current is not None:
            row = self._rows.place_of_group(current.key)
        if row < 0:
            row = min(places.values(), default=0 if self._rows.rows else -1)
        self.verticalScrollBar().setValue(at)
        if row >= 0:
            self._go(row)
        kept = chosen & places.keys()
        if len(kept) > 1:
            self._choose(places[one] for one in kept)

    def current_row(self) -> Row | None:
        """The alert or the header under the cursor."""
        return self._row(self.currentIndex())

    def current(self) -> Alert | None:
        """The alert under the cursor."""
        row = self.current_row()
        return row if isinstance(row, Alert) else None

    def selected(self) -> list[Alert]:
        """The alerts that are chosen, in the order of the list."""
        places = sorted({place for part in self.selectionModel().selection() for place in range(part.top(), part.bottom() + 1)})
        rows = (self._rows.rows[place] for place in places if place < len(self._rows.rows))
        return [one for one in rows if isinstance(one, Alert)]

    def targets(self) -> tuple[Alert, ...]:
        """What a command is about: all that is chosen; on a header, all of its group."""
        row = self.current_row()
        if isinstance(row, Group):
            return row.alerts
        return tuple(self.selected()) or ((row,) if row else ())

    def is_closed(self, group: Group) -> bool:
        """Whether the alerts of a group are left out."""
        return group.key in self._rows.closed

    def closed(self) -> frozenset[str]:
        """Keys of the closed groups."""
        return frozenset(self._rows.closed)

    def toggle(self, group: Group) -> None:
        """Open or close a group."""
        self._rows.closed ^= {group.key}
        self._again(group.key)

    def toggle_all(self) -> None:
        """Close every group, or open all when all are closed."""
        keys = {one.key for one in self._rows.groups}
        row = self.current_row()
        mine = next((one.key for one in self._rows.groups if row in one.alerts), "") if isinstance(row, Alert) else ""
        self._rows.closed = set() if keys <= self._rows.closed else keys
        self._again(mine)

    def _again(self, key: str) -> None:
        """The same groups, with the header of one as the current row."""
        at = self.verticalScrollBar().value()
        self._rows.show_groups(self._rows.groups)
        self._size_rows()
        self.verticalScrollBar().setValue(at)
        row = self._rows.place_of_group(key)
        if row >= 0:
            self._go(row)

    def move(self, step: int) -> None:
        """To the next or the previous alert, over headers."""
        row = self.currentIndex().row() + step
        while 0 <= row < len(self._rows.rows):
            if isinstance(self._rows.rows[row], Alert):
                self._go(row)
                return
            row += step

    def open_current(self) -> None:
        """Open the current alert, or what the header is about."""
        row = self.current_row()
        if isinstance(row, Group):
            self.opened_group.emit(row)
        elif row is not None:
            self.opened.emit(row)

    def _go(self, row: int) -> None:
        index = self._rows.index(row)
        header = isinstance(self._rows.rows[row], Group)
        self.selectionModel().setCurrentIndex(index, FLAGS.Clear if header else FLAGS.ClearAndSelect)
        self.scrollTo(index)

    def _choose(self, places) -> None:
        chosen = QItemSelection()
        for place in places:
            index = self._rows.index(place)
            chosen.select(index, index)
        self.selectionModel().select(chosen, FLAGS.Select)

    def _row(self, index: QModelIndex) -> Row | None:
        row = index.data(ITEM) if index.isValid() else None
        return row if isinstance(row, (Group, Alert)) else None

    def _size_rows(self) -> None:
        heights, high = self.verticalHeader(), theme.space("row-group")
        heights.setDefaultSectionSize(theme.space("row-alert"))  # Qt keeps the heights that rows had before
        for place, one in enumerate(self._rows.rows):
            if isinstance(one, Group):
                heights.resizeSection(place, high)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Tell the alert."""
        super().currentChanged(current, previous)
        self.viewport().update()
        row = self._row(current)
        if isinstance(row, Alert):
            self.chosen.emit(row)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell that others are chosen."""
        super().selectionChanged(selected, deselected)
        self.selection_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, with Ctrl in a new tab; the arrows go over all rows, Left and Right close and open a group."""
        key, row = event.key(), self.current_row()
        plain_key = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            with in_new_tab(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)):
                self.open_current()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and plain_key:
            there = self.currentIndex().row() + (1 if key == Qt.Key.Key_Down else -1)
            if 0 <= there < len(self._rows.rows):
                self._go(there)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and plain_key:
            group = row if isinstance(row, Group) else next((one for one in self._rows.groups if row in one.alerts), None)
            if group is not None and self.is_closed(group) == (key == Qt.Key.Key_Right):
                self.toggle(group)
        elif event.text().isalnum() and plain_key:
            event.ignore()  # letters and digits are commands of the page, not a search by first letter
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a header opens or closes it."""
        if press_beyond(self, event):
            return
        row = self._row(self.indexAt(event.position().toPoint()))
        if isinstance(row, Group) and event.button() == Qt.MouseButton.LeftButton:
            self.toggle(row)
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a name follows it; the middle button opens an alert in a new tab."""
        if release_beyond(self, event, self.open_current):
            return
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not event.modifiers():
            link = self._link(event)[1]
            if link is not None:
                self.followed.emit(link)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two clicks open an alert, or what a header is about."""
        if self._row(self.indexAt(event.position().toPoint())) is not None and event.button() == Qt.MouseButton.LeftButton:
            self.open_current()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The row under the pointer is lighter, a name under it underlined."""
        super().mouseMoveEvent(event)
        hovered, link = self.indexAt(event.position().toPoint()).row(), self._link(event)[0]
        if (hovered, link) != (self.hovered, self.link_under):
            self.hovered, self.link_under = hovered, link
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if link >= 0 else Qt.CursorShape.ArrowCursor)
            self.viewport().update()
        here = self._named(event.position().toPoint())
        if here is None:
            hovering.withdraw(self.viewport())
        else:
            hovering.offer(self.viewport(), *here)

    def leaveEvent(self, event) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        hovering.withdraw(self.viewport())
        self.hovered = self.link_under = -1
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """No tooltip over the name of an entity, which has its card."""
        if event.type() == QEvent.Type.ToolTip and self._named(event.pos()) is not None:
            return True
        return super().viewportEvent(event)

    def entity_here(self) -> hovering.Here | None:
        """The first entity that the story of the current alert names, or that a header is about."""
        row, rect = self.current_row(), self.visualRect(self.currentIndex())
        if isinstance(row, Group):
            return (row.entity, rect) if row.entity is not None else None
        piece = next((one for one in row.finding.story[0] if one.entity), None) if row and row.finding.story else None
        return (piece.entity, rect) if piece is not None and piece.entity is not None else None

    def _named(self, point: QPoint) -> hovering.Here | None:
        index = self.indexAt(point)
        row = self._row(index)
        if not isinstance(row, Alert) or not row.finding.story:
            return None
        runs, corner = self._delegate.runs(row, self.visualRect(index))
        return named_at(row.finding.story[0], runs, corner, point)

    def _link(self, event: QMouseEvent):
        index = self.indexAt(event.position().toPoint())
        row = self._row(index)
        if not isinstance(row, Alert):
            return -1, None
        rect: QRect = self.visualRect(index)
        return self._delegate.link_at(row, rect, event.position())

    def row_at(self, at: QPoint) -> Row | None:
        """What is under a point of the viewport."""
        return self._row(self.indexAt(at))

    def go_to(self, alert_id: str) -> None:
        """Make an alert the current one, and the only one that is chosen; nothing when it is not shown."""
        row = self._rows.places.get(alert_id, -1)
        if row >= 0:
            self._go(row)

    def go_to_row(self, row: Row) -> None:
        """The same for an alert or a header."""
        if isinstance(row, Alert):
            self.go_to(row.id)
        elif (place := self._rows.place_of_group(row.key)) >= 0:
            self._go(place)
