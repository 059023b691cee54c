"""Millions of activities as a table: rows are fetched in pages when they come into view."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.model.rows import ActivityRow
from app.ui import wording

PAGE = 256
PAGES_KEPT = 24
COLUMNS = ("Time", "Kind", "Who", "From", "To", "What", "Result", "Input", "Frame")
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex
Fetch = Callable[[int, int, Callable[[tuple[ActivityRow, ...]], None]], None]
"""fetch(first, limit, arrived): ask for rows away from the window's thread; arrived is called with them on it."""


class ActivityModel(QAbstractTableModel):
    """Rows by position; a row that is not there yet is shown as empty and fetched."""

    def __init__(self, fetch: Fetch) -> None:
        super().__init__()
        self._fetch = fetch
        self._count = 0
        self._pages: OrderedDict[int, tuple[ActivityRow, ...]] = OrderedDict()
        self._asked: set[int] = set()
        self._generation = 0

    def show(self, count: int) -> None:
        """Another query, or the same with other results: count rows."""
        self.beginResetModel()
        self._count, self._generation = count, self._generation + 1
        self._pages.clear()
        self._asked.clear()
        self.endResetModel()

    def row(self, place: int) -> ActivityRow | None:
        """The row at a position, None while it is on its way."""
        page = self._pages.get(place // PAGE)
        if page is None:
            self._want(place // PAGE)
            return None
        inside = place % PAGE
        return page[inside] if inside < len(page) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of rows of the query."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of columns."""
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of the header."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = section == len(COLUMNS) - 1
            return Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text for copying, accessibility and tests; the delegate paints from ROW_ROLE."""
        if role not in (ROW_ROLE, Qt.ItemDataRole.DisplayRole):
            return None
        row = self.row(index.row())
        if role == ROW_ROLE or row is None:
            return row
        return cell(row, index.column())

    def _want(self, page: int) -> None:
        if page in self._asked:
            return
        self._asked.add(page)
        generation = self._generation

        def arrived(rows: tuple[ActivityRow, ...]) -> None:
            if generation != self._generation:
                return
            self._asked.discard(page)
            self._pages[page] = rows
            while len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
            first = page * PAGE
            last = min(first + PAGE, self._count) - 1
            self.dataChanged.emit(self.index(first, 0), self.index(max(first, last), len(COLUMNS) - 1))

        self._fetch(page * PAGE, PAGE, arrived)


def cell(row: ActivityRow, column: int) -> str:
    """Words of one cell."""
    if column == 0:
        return wording.clock(row.at, millis=True)
    if column == 1:
        return wording.kind(row.kind)
    if column in (2, 3, 4):
        ref = (row.who, row.origin, row.target)[column - 2]
        return wording.tidy(ref.label, 200) if ref else ""
    if column == 5:
        return wording.tidy(row.what, 400)
    if column == 6:
        return wording.tidy(row.reason or row.result, 120)
    if column == 7:
        return wording.tidy(row.input_name, 120)
    return wording.number(row.frame) if row.frame else ""
