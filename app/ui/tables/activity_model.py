"""Millions of activities as a table: rows are fetched in pages when they come into view."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QWidget

from app.model.rows import ActivityRow
from app.ui import wording
from app.ui.tables.cells import Column
from app.ui.tables.table import NONE, RowsModel

PAGE = 256
PAGES_KEPT = 24
COLUMNS = (
    Column(
        "Time", lambda row: wording.clock(row.at, millis=True), 102, firm=True, tip=lambda row: wording.period(row.at, row.at)
    ),
    Column("Kind", lambda row: wording.kind(row.kind), 116, narrow=False),
    Column("Who", lambda row: row.who, 128, "entity"),
    Column("From", lambda row: row.origin, 122, "entity", tip=lambda row: _resolved(row)),
    Column("To", lambda row: row.target, 104, "entity"),
    Column("What", lambda row: row.what, 220, stretch=True),
    Column("Result", lambda row: row.reason or row.result, 148, dim=lambda row: row.result != "success"),
    Column("Input", lambda row: row.input_name, 110, "mono", cut="middle", narrow=False),
    Column(
        "Place",
        lambda row: wording.number(row.frame) if row.frame else "",
        58,
        "number",
        firm=True,
        tip=lambda row: "Frame or record",
    ),
)
Fetch = Callable[[int, int, Callable[[tuple[ActivityRow, ...]], None]], None]
"""fetch(first, limit, arrived): ask for rows away from the window's thread; arrived is called with them on it."""


class ActivityModel(RowsModel):
    """Rows by position; a row that is not there yet is shown as empty and fetched."""

    def __init__(self, fetch: Fetch, parent: QWidget | None = None) -> None:
        super().__init__(COLUMNS, parent)
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

    def row(self, number: int) -> ActivityRow | None:
        """The row at a position, None while it is on its way."""
        page = self._pages.get(number // PAGE)
        if page is None:
            self._want(number // PAGE)
            return None
        inside = number % PAGE
        return page[inside] if inside < len(page) else None

    def rowCount(self, parent: QModelIndex = NONE) -> int:
        """Number of rows of the query."""
        return 0 if parent.isValid() else self._count

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """As of rows in memory; nothing is fetched for a position outside."""
        return super().data(index, role) if 0 <= index.row() < self._count else None

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
            last = max(first, min(first + PAGE, self._count) - 1)
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

        self._fetch(page * PAGE, PAGE, arrived)


def _resolved(row: ActivityRow) -> str:
    label = row.origin.label if row.origin else ""
    return f"{label}, known by {row.resolved_by}" if row.resolved_by else label
