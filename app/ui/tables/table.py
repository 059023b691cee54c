"""The table of the program: no lines between columns, row grounds from edge to edge, rows of one height.

Long because one Qt widget answers to keys, pointer, widths, order and choice of columns; its paint stands in cells and row_paint.
"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from app.model.entity import EntityRef
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.navigation import in_new_tab
from app.ui.tables.cells import CELL, ROW, Column, RowDelegate
from app.ui.tables.columns import GREATEST, LEAST, ColumnLayout, bearable, fitted, lent, standard, uncramped
from app.ui.tables.header import Header
from app.ui.tables.row_paint import RowPainter
from app.ui.tables.rows_model import NONE, RowsModel
from app.ui.value_menu import Value
from app.ui.widgets import hovering
from app.ui.widgets.clicks import press_beyond, release_beyond
from app.ui.widgets.sentence import GAP

__all__ = ["NONE", "Header", "RowsModel", "Table"]

FEW = 3
"""Rows that a table shows at least."""
MEASURED = 200
"""Rows whose texts are measured."""
NAMED = 84
"""Pixels of the design that a column of names keeps as long as others can give: under a sign alone nobody knows who it is."""


class Table(QTableView):
    """Read-only rows. opened(row): Enter or double click; chosen(row): the current row changed; sort_asked(key, descending).

    menu_asked(where): right click or menu key, see app.ui.context_menu; value_here is what it is about.

    margin: the page's margin inside the row ground, so that rows reach from edge to edge. lends: columns lend what their texts
    do not need to those whose texts would be cut.
    """

    opened = Signal(object)
    chosen = Signal(object)
    sort_asked = Signal(str, bool)
    menu_asked = Signal(QPoint)
    layout_changed = Signal()

    def __init__(
        self,
        columns: Sequence[Column],
        model: RowsModel | None = None,
        height: str = "row",
        margin: int | None = None,
        lends: bool = False,
    ) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.margin = theme.space("margin") if margin is None else margin
        self.hovered, self._asked_column = -1, -1
        self.sorted_by = ("", True)
        self._height, self._fits = height, False
        self._left_out: set[str] = set()
        self.edges = (0, len(self.columns) - 1)
        """The first and the last column on screen."""
        self.layout_now = standard(self.columns)
        self.cell_shown = False
        """Whether the current cell is marked: while the keyboard goes from cell to cell."""
        self._sizing, self.lends = False, lends
        self._needs: dict[int, int] | None = None
        self.painter = RowPainter(self)
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
        if lends:
            self.model().modelReset.connect(self._measure_anew)
            self.model().rowsInserted.connect(lambda _, first, last: self._measure_anew() if first < MEASURED else None)
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

    def change_rows(self, rows: Sequence[Any], key: Callable[[Any], Any]) -> bool:
        """As show_rows, but rows with the same keys as before only change what they say; whether they did."""
        model = self.rows_model()
        if [key(one) for one in model.rows] != [key(one) for one in rows]:
            self.show_rows(rows, key)
            return False
        for place, row in enumerate(rows):
            if model.rows[place] != row:
                model.rows[place] = row
                model.dataChanged.emit(model.index(place, 0), model.index(place, len(self.columns) - 1))
        return True

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
        self.cell_shown = False
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
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and any(one.term for one in self.columns):
            self._step(1 if event.key() == Qt.Key.Key_Right else -1)
        else:
            super().keyPressEvent(event)

    def _step(self, step: int) -> None:
        """The next cell of the row, as the columns stand."""
        header, current = self.horizontalHeader(), self.currentIndex()
        if not current.isValid():
            return
        place = header.visualIndex(current.column())
        while 0 <= place + step < header.count():
            place += step
            column = header.logicalIndex(place)
            if not self.isColumnHidden(column):
                self.cell_shown = True
                self.setCurrentIndex(current.siblingAtColumn(column))
                self.viewport().update()
                return

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
        if index.column() == self.edges[0]:
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

    def value_here(self) -> Value | None:
        """The value of the current cell, None in a table whose columns have no terms."""
        current = self.currentIndex()
        row = current.data(ROW) if current.isValid() else None
        if row is None or not any(one.term or one.key for one in self.columns):
            return None
        column = self.columns[current.column()]
        value = column.value(row)
        cells = tuple((one.title, one.words(row)) for place, one in enumerate(self.columns) if not self.isColumnHidden(place))
        return Value(
            term=column.term(row) if column.term else "",
            key=column.key,
            words=column.words(row),
            ref=value if isinstance(value, EntityRef) else None,
            row=row,
            cells=cells,
        )

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the value under the pointer, or with the current one."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            if not index.isValid():
                return
            self.setCurrentIndex(index)
        if self.value_here() is None:
            self.menu_asked.emit(event.globalPos())
            return
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        where = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            where = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
        self.menu_asked.emit(where)

    def viewportEvent(self, event: QEvent) -> bool:
        """No tooltip over the name of an entity, which has its card."""
        if event.type() == QEvent.Type.ToolTip:
            here = self._named(self.indexAt(event.pos()))
            if here is not None and here[1].contains(event.pos()):
                return True
        return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Rows as a whole, unless a delegate of its own paints the cells."""
        if getattr(type(self.itemDelegate()), "paint", None) is RowDelegate.paint:
            self.painter.paint(event.rect())
        else:
            super().paintEvent(event)

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
        self._sizing = True  # a column that comes or goes is resized too, and not by the user
        self._fit_columns()
        self._sizing = False

    def _fit_columns(self) -> None:
        width = self.viewport().width()
        narrow = width < theme.px(960)
        layout = self.layout_now
        shown = []
        for place, column in enumerate(self.columns):
            hidden = (narrow and not column.narrow) or column.title in self._left_out or column.title in layout.hidden
            self.setColumnHidden(place, hidden)
            if not hidden:
                shown.append(place)
        if not shown:
            return
        header = self.horizontalHeader()
        shown.sort(key=header.visualIndex)
        extra = {shown[0]: self.margin}
        extra[shown[-1]] = extra.get(shown[-1], 0) + self.margin
        own = {place: layout.widths.get(self.columns[place].title, self.columns[place].width) for place in shown}
        titles = {place: self._least_width(place) + extra.get(place, 0) for place in shown}
        widths = {
            place: theme.px(own[place]) + extra.get(place, 0)
            if self.columns[place].title in layout.widths  # as the user wants it
            else max(theme.px(own[place]) + extra.get(place, 0), titles[place])
            for place in shown
        }
        spare = {place for place in shown if self.columns[place].spare and self.columns[place].title not in layout.widths}
        chosen = {place for place in shown if self.columns[place].title in layout.widths}
        ordered = {place for place in shown if self.columns[place].sort and self.columns[place].sort == self.sorted_by[0]}
        kept = {shown[0], *chosen, *ordered, *(place for place in shown if self.columns[place].kept)}
        widths = bearable(uncramped(widths, spare, width), kept, width)
        for place in set(shown) - set(widths):
            self.setColumnHidden(place, True)
        if shown[-1] not in widths:  # the next one stands at the edge
            widths[list(widths)[-1]] += self.margin
        shown = list(widths)
        self.edges = (shown[0], shown[-1])
        stretching = [place for place in shown if self.columns[place].stretch] or [shown[-1]]
        widths = fitted(widths, titles, {place for place in shown if self.columns[place].firm}, stretching, width, theme.px(20))
        if self.lends:
            if self._needs is None:
                self._needs = self._measured()
            needs = {place: self._needs[place] + extra.get(place, 0) for place in shown if place in self._needs}
            widths = lent(widths, needs, titles, chosen)
        for place, value in widths.items():
            self.setColumnWidth(place, value)

    def _measured(self) -> dict[int, int]:
        """The room that the texts of the first rows need, and the air behind them, by the places of their columns."""
        model, delegate = self.model(), self.itemDelegate()
        rows = [row for number in range(min(MEASURED, model.rowCount())) if (row := model.row(number)) is not None]
        found = {}
        for place, column in enumerate(self.columns):
            room = [delegate.room(column, column.value(row)) for row in rows]
            if None not in room:
                found[place] = max(room, default=0) + theme.px(column.gap)
        return found if rows else {}

    def _measure_anew(self) -> None:
        self._needs = None
        self._size_columns()

    def _least_width(self, place: int) -> int:
        """Room for the title of a column with its arrow, or for some letters of a name, and the air behind it."""
        column = self.columns[place]
        arrow = theme.px(12) + 3 if column.sort and column.sort == self.sorted_by[0] else 0
        title = theme.measure("header").horizontalAdvance(tr(column.title)) + arrow + theme.px(column.gap) + 1
        return max(title, min(theme.px(column.width), theme.px(NAMED))) if column.look == "entity" else title

    def minimumSizeHint(self) -> QSize:
        """The header and a few rows: a page with less room is scrolled."""
        return QSize(super().minimumSizeHint().width(), theme.space("row-header") + FEW * theme.space(self._height))

    def let_choose(self, layout: ColumnLayout) -> None:
        """Let columns be dragged, resized, hidden; layout: as they stood. layout_changed tells of every change."""
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.sectionMoved.connect(lambda *_: self._moved())
        header.sectionResized.connect(self._resized)
        self.use_layout(layout)

    def use_layout(self, layout: ColumnLayout) -> None:
        """Show columns so."""
        header = self.horizontalHeader()
        self.layout_now, self._sizing = layout, True
        places = {one.title: place for place, one in enumerate(self.columns)}
        for target, title in enumerate(layout.order):
            header.moveSection(header.visualIndex(places[title]), target)
        self._sizing = False
        self._size_columns()
        self.viewport().update()

    def show_column(self, title: str, on: bool) -> None:
        """Show a column or hide it; the last one stays."""
        hidden = tuple(
            one for one in self.layout_now.order if (one == title and not on) or (one != title and one in self.layout_now.hidden)
        )
        if len(hidden) < len(self.columns):
            self.use_layout(replace(self.layout_now, hidden=hidden))
            self.layout_changed.emit()

    def _moved(self) -> None:
        if not self._sizing:
            header = self.horizontalHeader()
            order = tuple(self.columns[header.logicalIndex(place)].title for place in range(header.count()))
            self.layout_now = replace(self.layout_now, order=order)
            self._size_columns()
            self.layout_changed.emit()

    def _resized(self, place: int, _old: int, new: int) -> None:
        if self._sizing or not new:
            return
        extra = sum(self.margin for one in self.edges if one == place)
        width = max(LEAST, min(GREATEST, round((new - extra) / theme.px(100) * 100)))
        self.layout_now = replace(self.layout_now, widths={**self.layout_now.widths, self.columns[place].title: width})
        self.layout_changed.emit()

    def _sort(self, section: int) -> None:
        key = self.columns[section].sort
        if key:
            descending = not self.sorted_by[1] if self.sorted_by[0] == key else True
            self.sorted_by = (key, descending)
            self.horizontalHeader().viewport().update()
            self.sort_asked.emit(key, descending)
