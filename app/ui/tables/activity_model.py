"""Millions of activities as a table: rows are fetched in pages when they come into view."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QWidget

from app.model.filter import term
from app.model.rows import ActivityRow
from app.ui import wording
from app.ui.tables.cells import Column
from app.ui.tables.table import NONE, RowsModel
from app.ui.value_menu import entity_term, typed_time

PAGE = 256
PAGES_KEPT = 24
COLUMNS = (
    Column(
        "Time", lambda row: wording.clock(row.at, millis=True), 102, firm=True, sort="time", key="hour",
        tip=lambda row: wording.period(row.at, row.at), term=lambda row: f"time:{typed_time(row.at)}",
    ),
    Column("Date", lambda row: wording.day(row.at, short=True), 88, key="day", shown=False,
           term=lambda row: f"time:{typed_time(row.at)[:10]}"),
    Column("Kind", lambda row: wording.kind(row.kind), 116, narrow=False, sort="kind", key="kind",
           term=lambda row: term("kind", row.kind)),
    Column("Who", lambda row: row.who, 128, "entity", sort="who", key="who", term=lambda row: entity_term("who", row.who)),
    Column("From", lambda row: row.origin, 122, "entity", tip=lambda row: _resolved(row), sort="from", key="from",
           term=lambda row: entity_term("from", row.origin)),
    Column("To", lambda row: row.target, 104, "entity", sort="to", key="to", term=lambda row: entity_term("to", row.target)),
    Column("Port", lambda row: str(row.dport or ""), 58, "number", sort="port", key="port", shown=False,
           term=lambda row: f"port:{row.dport}" if row.dport else ""),
    Column("What", lambda row: row.what, 220, stretch=True, sort="what",
           term=lambda row: term("text", row.service) if row.service else ""),
    Column("Service", lambda row: row.service, 160, cut="middle", sort="spn", key="spn", shown=False,
           term=lambda row: term("spn", row.service) if row.service else ""),
    Column("Encryption", lambda row: wording.etype(row.etype), 90, sort="etype", key="etype", shown=False,
           term=lambda row: f"etype:{row.etype}" if row.etype is not None else ""),
    Column("Event", lambda row: row.log, 96, key="event", shown=False,
           term=lambda row: f"event:{row.log.split()[-1]}" if row.log else ""),
    Column("Result", lambda row: row.reason or row.result, 148, dim=lambda row: row.result != "success",
           sort="result", key="result",
           term=lambda row: f"code:{row.code}" if row.reason and row.code else f"result:{row.result}"),
    Column("Code", lambda row: "" if row.code is None else wording.code(row.code), 84, "number",
           sort="code", key="code", shown=False,
           term=lambda row: f"code:{row.code}" if row.code is not None else ""),
    Column("Took", lambda row: wording.took(row.took), 70, "number", sort="took", shown=False,
           term=lambda row: f"took:>={max(1, row.took)}us"),
    Column("Known by", lambda row: row.resolved_by, 110, "quiet", shown=False),
    Column("Alert", lambda row: "evidence" if row.alerted else "", 76, "quiet", shown=False,
           term=lambda row: "alert:*" if row.alerted else ""),
    Column("Input", lambda row: row.input_name, 110, "mono", cut="middle", narrow=False, sort="input", key="input",
           term=lambda row: term("input", row.input)),
    Column(
        "Place", lambda row: wording.number(row.frame) if row.frame else "", 58, "number", firm=True, sort="frame",
        tip=lambda row: "Frame or record", term=lambda row: f"frame:{row.frame}" if row.frame else "",
    ),
)  # fmt: skip
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

    def grow(self, count: int) -> None:
        """More rows of the same query were found; those that are there stay."""
        if count > self._count:
            self.beginInsertRows(NONE, self._count, count - 1)
            self._count = count
            self.endInsertRows()

    def row(self, number: int) -> ActivityRow | None:
        """The row at a position, None while it is on its way."""
        page, inside = self._pages.get(number // PAGE), number % PAGE
        if page is not None and inside < len(page):
            return page[inside]
        self._want(number // PAGE)  # a page that was fetched when fewer rows were known is fetched again
        return None

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
