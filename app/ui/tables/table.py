"""The table of the program: no lines between columns, row grounds from edge to edge, rows of one height."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from app.model.entity import EntityRef
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.icons import paint_icon
from app.ui.navigation import in_new_tab
from app.ui.tables.cells import CELL, DIM, LOOK, ROW, Column, RowDelegate
from app.ui.widgets import hovering
from app.ui.widgets.clicks import press_beyond, release_beyond
from app.ui.widgets.sentence import GAP
from app.ui.widgets.tips import plain_tip

NONE = QModelIndex()


class RowsModel(QAbstractTableModel):
    """Rows that are all in memory. more is called when the view comes near the end, to append the next ones."""

    def __init__(
        self, columns: Sequence[Column], parent: QWidget | None = None, more: Callable[[], object] | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[Any] = []
        self._more = more
        self.has_more = False

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def append(self, rows: Sequence[Any]) -> None:
        """Add rows below."""
        if rows:
            self.beginInsertRows(NONE, len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()

    def rowCount(self, parent: QModelIndex = NONE) -> int:
        """Rows in memory."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = NONE) -> int:
        """Columns."""
        return 0 if parent.isValid() else len(self.columns)

    def canFetchMore(self, parent: QModelIndex) -> bool:
        """Whether the end is not in memory yet."""
        return not parent.isValid() and self.has_more

    def fetchMore(self, _parent: QModelIndex) -> None:
        """Ask for the next rows."""
        if self._more is not None:
            self._more()

    def row(self, number: int) -> Any:
        """The row itself, None while it is not in memory."""
        return self.rows[number] if 0 <= number < len(self.rows) else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Value, words, tooltip of a cell; the row itself."""
        row = self.row(index.row())
        column = self.columns[index.column()]
        if role == LOOK:
            return column
        if row is None:
            return "" if role in (CELL, Qt.ItemDataRole.DisplayRole) else None
        if role == CELL:
            return column.value(row)
        if role == ROW:
            return row
        if role == DIM:
            return column.dim is not None and column.dim(row)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return wording.tidy(column.words(row), 600)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(column.tip(row) if column.tip else column.words(row))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(self.columns[section].title)
        return None


class Header(QHeaderView):
    """Quiet titles, an arrow behind the sorted one, one line below."""

    def __init__(self, table: "Table") -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setFixedHeight(theme.space("row-header"))
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.setMinimumSectionSize(theme.px(16))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one title."""
        column = self._table.columns[section]
        painter.save()
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        painter.setFont(theme.font("header"))
        painter.setPen(theme.colour("text-quiet"))
        last = section == len(self._table.columns) - 1
        inner = rect.adjusted(
            self._table.margin if section == 0 else 0, 0, -(self._table.margin if last else theme.px(column.gap)), 0
        )
        number = column.look == "number"
        side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
        words = painter.fontMetrics().elidedText(tr(column.title), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, words)
        if column.sort and column.sort == self._table.sorted_by[0]:
            width, size = painter.fontMetrics().horizontalAdvance(words), theme.px(12)
            left = inner.right() - width - size - 3 if number else inner.left() + width + 3
            spot = QRect(left, inner.center().y() - size // 2 + 1, size, size)
            if not self._table.sorted_by[1]:
                painter.translate(spot.center())
                painter.rotate(180)
                painter.translate(-spot.center())
            paint_icon(painter, spot.toRectF(), "down", theme.colour("text-quiet"))
        painter.restore()


class Table(QTableView):
    """Read-only rows. opened(row): Enter or double click; chosen(row): the current row changed; sort_asked(key, descending).

    margin: the page's margin inside the row ground, so that rows reach from edge to edge.
    """

    opened = Signal(object)
    chosen = Signal(object)
    sort_asked = Signal(str, bool)

    def __init__(
        self, columns: Sequence[Column], model: RowsModel | None = None, height: str = "row", margin: int | None = None
    ) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.margin = theme.space("margin") if margin is None else margin
        self.hovered, self._asked_column = -1, -1
        self.sorted_by = ("", True)
        self._height, self._fits = height, False
        self._left_out: set[str] = set()
        self.setHorizontalHeader(Header(self))
        self.setModel(model or RowsModel(columns, self))
        self.setItemDelegate(RowDelegate(self, height))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.space(height))
        rows.setMinimumSectionSize(theme.space(height))
        rows.hide()
        self.horizontalHeader().sectionClicked.connect(self._sort)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.data(ROW)))
        self._size_columns()

    def rows_model(self) -> RowsModel:
        """The model when all rows are in memory."""
        model = self.model()
        assert isinstance(model, RowsModel)
        return model

    def show_rows(self, rows: Sequence[Any], key: Callable[[Any], Any] = lambda row: row) -> None:
        """Show other rows; the current row stays current when a row with its key is there."""
        before = self.current_row()
        at = self.verticalScrollBar().value()
        self.rows_model().show_rows(rows)
        if before is not None:
            wanted = key(before)
            place = next((number for number, one in enumerate(rows) if key(one) == wanted), -1)
            if place >= 0:
                self.setCurrentIndex(self.model().index(place, 0))
        self.verticalScrollBar().setValue(at)
        if self._fits:
            self.fit_rows()

    def fit_rows(self) -> None:
        """Be as high as the rows, for a table within a page that scrolls."""
        self._fits = True
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(theme.space("row-header") + self.model().rowCount() * theme.space(self._height) + 2)

    def leave_out(self, *titles: str) -> None:
        """Hide these columns, for rows that they would tell nothing of."""
        if set(titles) != self._left_out:
            self._left_out = set(titles)
            self._size_columns()

    def current_row(self) -> Any:
        """The row under the cursor, None when there is none."""
        index = self.currentIndex()
        return index.data(ROW) if index.isValid() else None

    def move(self, step: int) -> None:
        """Make the next or the previous row current."""
        count = self.model().rowCount()
        if count:
            row = max(0, min(count - 1, self.currentIndex().row() + step))
            self.setCurrentIndex(self.model().index(row, 0))

    def open_current(self) -> None:
        """Open the current row."""
        row = self.current_row()
        if row is not None:
            self.opened.emit(row)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Tell the row; the view moves only when the row is out of sight."""
        super().currentChanged(current, previous)
        if current.isValid() and current.row() != previous.row():
            self._asked_column = -1
            self.chosen.emit(current.data(ROW))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Back, forward and the middle button are no choice of cells."""
        if not press_beyond(self, event):
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The middle button opens a row in a new tab."""
        if not release_beyond(self, event, self.open_current):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, with Ctrl in a new tab."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            with in_new_tab(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)):
                self.open_current()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover is of the whole row; a name offers the card of its entity."""
        point = event.position().toPoint()
        index = self.indexAt(point)
        self._hover(index.row())
        here = self._named(index) if index.isValid() else None
        if here is not None and here[1].contains(point) and not event.buttons():
            column, row = self.columns[index.column()], index.data(ROW)
            label, _, how = (column.tip(row) if column.tip else "").partition(", known by ")
            hovering.offer(self.viewport(), *here, note=how if label == here[0].label else "")
        else:
            hovering.withdraw(self.viewport())
        super().mouseMoveEvent(event)

    def _named(self, index: QModelIndex) -> hovering.Here | None:
        """The entity of a cell and where its name is painted."""
        ref = index.data(CELL)
        if not isinstance(ref, EntityRef):
            return None
        rect = self.visualRect(index)
        if index.column() == 0:
            rect.setLeft(rect.left() + self.margin)
        words = theme.measure().horizontalAdvance(wording.tidy(ref.label, 600))
        rect.setWidth(min(rect.width(), words + theme.space("glyph") + theme.px(GAP)))
        return ref, rect

    def entity_here(self) -> hovering.Here | None:
        """An entity of the current row: that of the current cell, then those at its right, one after the other."""
        current = self.currentIndex()
        if not current.isValid():
            return None
        count = self.model().columnCount()
        for step in range(count):
            place = (self._asked_column + 1 + step) % count
            found = self._named(current.siblingAtColumn(place)) if not self.isColumnHidden(place) else None
            if found is not None:
                self._asked_column = place
                return found[0], found[1].translated(self.viewport().pos())
        return None

    def viewportEvent(self, event: QEvent) -> bool:
        """No tooltip over the name of an entity, which has its card."""
        if event.type() == QEvent.Type.ToolTip:
            here = self._named(self.indexAt(event.pos()))
            if here is not None and here[1].contains(event.pos()):
                return True
        return super().viewportEvent(event)

    def leaveEvent(self, event) -> None:
        """No hover outside."""
        self._hover(-1)
        hovering.withdraw(self.viewport())
        super().leaveEvent(event)

    def wheelEvent(self, event) -> None:
        """A table as high as its rows lets the page scroll."""
        if self._fits:
            event.ignore()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event) -> None:
        """Columns follow the width; the ones for wide windows hide."""
        super().resizeEvent(event)
        self._size_columns()

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def _size_columns(self) -> None:
        width = self.viewport().width()
        narrow = width < theme.px(960)
        last = len(self.columns) - 1
        shown = []
        for place, column in enumerate(self.columns):
            hidden = (narrow and not column.narrow) or column.title in self._left_out
            self.setColumnHidden(place, hidden)
            if not hidden:
                shown.append(place)
        extra = {0: self.margin, last: self.margin}
        widths = {place: theme.px(self.columns[place].width) + extra.get(place, 0) for place in shown}
        stretching = [place for place in shown if self.columns[place].stretch]
        spare = width - sum(widths.values())
        if stretching and spare > 0:
            for place in stretching:
                widths[place] += spare // len(stretching)
        elif spare < 0:
            # Too narrow: columns that may give do so in proportion, so that no page scrolls sideways.
            firm = sum(value for place, value in widths.items() if self.columns[place].firm)
            soft = sum(widths.values()) - firm
            if firm + soft // 4 > width:
                firm, soft = 0, sum(widths.values())
            for place, value in widths.items():
                if not (firm and self.columns[place].firm):
                    widths[place] = max(theme.px(20), value * (width - firm) // max(1, soft))
        for place, value in widths.items():
            self.setColumnWidth(place, value)

    def _sort(self, section: int) -> None:
        key = self.columns[section].sort
        if key:
            descending = not self.sorted_by[1] if self.sorted_by[0] == key else True
            self.sorted_by = (key, descending)
            self.horizontalHeader().viewport().update()
            self.sort_asked.emit(key, descending)
