"""Rows in memory as a model of a table."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtWidgets import QWidget

from app.ui import wording
from app.ui.catalogue import tr
from app.ui.tables.cells import CELL, DIM, LOOK, ROW, Column
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
