"""All users, computers, addresses, services that were seen, with what they did."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLineEdit, QMenu, QVBoxLayout, QWidget

from app.model.rows import EntityRow
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.page import Page
from app.ui.tables.cells import Column
from app.ui.tables.table import RowsModel, Table
from app.ui.widgets.buttons import MenuButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.words import PageHeading

PAGE = 200
TYPING_MS = 150
KINDS = {
    "": "All kinds",
    "user": "Users",
    "computer": "Computers",
    "address": "Addresses",
    "service": "Services",
    "group": "Groups",
    "domain": "Domains",
}
COLUMNS = (
    Column(
        "Name", lambda row: row.ref, 260, "entity", stretch=True, sort="name", tip=lambda row: f"{row.ref.label}\n{row.ref.key}"
    ),
    Column("Kind", lambda row: wording.ENTITIES.get(row.ref.kind, "Entity").split(" without")[0], 140, "quiet"),
    Column("Tags", lambda row: ", ".join(row.tags), 160),
    Column("Alerts", lambda row: wording.number(row.alerts) if row.alerts else "", 82, "number", sort="alerts", firm=True),
    Column("Activities", lambda row: wording.number(row.activities), 102, "number", sort="activities", firm=True),
    Column("First seen", lambda row: wording.moment(row.first), 140, "quiet", sort="first", narrow=False),
    Column("Last seen", lambda row: wording.moment(row.last), 140, "quiet", sort="last"),
)


class EntitiesPage(Page):
    """Rows come in pages as the list is scrolled; typing filters by name."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._kind, self._sort = "", "alerts"
        self.search = QLineEdit()
        self.search.setPlaceholderText("Name or address")
        self.search.setAccessibleName("Name or address")
        self.search.setMaxLength(200)
        self.search.setFixedWidth(theme.px(200))
        self.search.setClearButtonEnabled(True)
        self.kind = MenuButton(KINDS[""], self._fill_kinds)
        self.heading = PageHeading("Entities", "", (self.search, self.kind))
        self.model = RowsModel(COLUMNS, self, self._more)
        self.table = Table(COLUMNS, self.model)
        self.table.sorted_by = ("alerts", True)
        self.table.setAccessibleName("Entities")
        self.table.chosen.connect(lambda row: row is not None and self.desk.inspect(row.ref, True))
        self.table.opened.connect(self._open)
        self.table.sort_asked.connect(self._sorted)
        self.nothing = Empty("")
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(theme.space("margin"), theme.space("top"), theme.space("margin"), theme.px(8))
        head.setSpacing(theme.px(8))
        head.addWidget(self.heading)
        head.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.table, 1)
        self.nothing.hide()
        self.setFocusProxy(self.table)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._anew)
        self.search.textEdited.connect(lambda _: self._typing.start())

    def refresh(self) -> None:
        """The rows in memory, newer."""
        self._ask(0, max(PAGE, self.model.rowCount()))

    def leave(self) -> None:
        """What was typed and not asked yet is asked on return."""
        self._typing.stop()
        super().leave()

    def _anew(self) -> None:
        self.table.scrollToTop()
        self._ask(0, PAGE)

    def _ask(self, offset: int, limit: int) -> None:
        session = self.desk.session
        if session is None:
            return
        queries, kind, text, sort = session.queries, self._kind or None, self.search.text().strip(), self._sort

        def work() -> tuple[list[EntityRow], int]:
            return list(queries.entities(kind, text, sort, offset, limit)), queries.entities_count(kind, text)

        self.ask("rows", work, lambda found: self._show(offset, limit, *found))

    def _show(self, offset: int, limit: int, rows: list[EntityRow], total: int) -> None:
        if offset == 0:
            self.table.show_rows(rows, key=lambda row: row.ref.key)
        elif offset == self.model.rowCount():
            self.model.append(rows)
        self.model.has_more = self.model.rowCount() < total and len(rows) == limit
        text = self.search.text().strip()
        self.heading.sentence.say(
            f"{wording.count(total, 'entity', 'entities')}{' of that name' if text else ''}, those in most alerts first."
            if self._sort == "alerts"
            else wording.count(total, "entity", "entities")
        )
        self.nothing.setVisible(not total)
        self.nothing.sentence.say(
            "No entity has that name. Names, addresses and parts of them can be typed." if text else "No entity was seen yet."
        )
        self.table.setVisible(bool(total))
        if total and self.table.current_row() is None:
            self.table.setCurrentIndex(self.model.index(0, 0))

    def _more(self) -> None:
        self.model.has_more = False
        self._ask(self.model.rowCount(), PAGE)

    def _sorted(self, key: str, _descending: bool) -> None:
        # Each order has one useful direction: names from A, the rest from the most or the newest.
        self.table.sorted_by = (key, key not in ("name", "first"))
        self._sort = key
        self._anew()

    def _fill_kinds(self, menu: QMenu) -> None:
        for kind, words in KINDS.items():
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(kind == self._kind)
            action.triggered.connect(lambda *_, chosen=kind: self._choose(chosen))

    def _choose(self, kind: str) -> None:
        self._kind = kind
        self.kind.say(KINDS[kind])
        self._anew()

    def _open(self, row: EntityRow) -> None:
        if self.desk.can_go("entity"):
            self.desk.go("entity", row.ref.key)
        else:
            self.desk.inspect(row.ref)

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """Put the caret into the name."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def next_row(self) -> None:
        """The next entity."""
        self.table.move(1)

    def previous_row(self) -> None:
        """The entity before."""
        self.table.move(-1)

    def open_row(self) -> None:
        """The page of the current entity."""
        self.table.open_current()
