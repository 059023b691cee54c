"""All users, computers, addresses, services that were seen, with what they did: narrowed down, sorted, tagged many at a time."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QVBoxLayout, QWidget

from app.model.brief import Brief
from app.model.entity import EntityRef
from app.model.entity_filter import KEYS, parse_entities, with_term
from app.model.filter import quoted
from app.model.rows import EntityRow
from app.ui import keys, theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.tables.cells import Column
from app.ui.tables.table import RowsModel, Table
from app.ui.widgets import hovering
from app.ui.widgets.buttons import MenuButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.search_field import SearchField
from app.ui.widgets.tag_menu import OFFERED
from app.ui.widgets.words import PageHeading

PAGE = 200
MOST_TAGGED = 5_000
"""Entities that are tagged at one go."""
MOST_ASKED = 40
"""Entities whose activities are asked for at once: a filter that can still be read."""
KINDS = {
    "": "All kinds",
    "user": "Users",
    "computer": "Computers",
    "address": "Addresses",
    "service": "Service accounts",
    "group": "Groups",
    "domain": "Domains",
}
HINT = "Name, or tag:sensitive department:it alerts:>0"
COLUMNS = (
    Column("Name", lambda row: row.ref, 220, "entity", stretch=True, sort="name", tip=lambda row: row.ref.label),
    Column("Kind", lambda row: wording.ENTITIES.get(row.ref.kind, "Entity").split(" without")[0], 146, "quiet", sort="kind",
           firm=True),
    Column("Tags", lambda row: ", ".join(row.tags), 162),
    Column("Department", lambda row: row.department, 110, "quiet", sort="department", narrow=False, spare=True),
    Column("Open alerts", lambda row: _alerts(row), 92, "number", sort="alerts", firm=True, tip=lambda row:
           f"{row.open:,} open of {wording.count(row.alerts, 'alert')}"),
    Column("Activities", lambda row: wording.number(row.activities), 92, "number", sort="activities", firm=True),
    Column("First seen", lambda row: wording.moment(row.first), 132, "quiet", sort="first", narrow=False, firm=True),
    Column("Last seen", lambda row: wording.moment(row.last), 132, "quiet", sort="last", firm=True),
)  # fmt: skip


class EntityTable(Table):
    """Several rows can be chosen; Shift+Space and the menu key act on all of them."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The menu key drops the menu below the current row."""
        if event.key() == Qt.Key.Key_Menu and self.currentIndex().isValid():
            self.customContextMenuRequested.emit(self.visualRect(self.currentIndex()).bottomLeft())
        else:
            super().keyPressEvent(event)

    def selected(self) -> list[EntityRow]:
        """The chosen rows in their order."""
        places = sorted(one.row() for one in self.selectionModel().selectedRows())
        return [row for row in (self.rows_model().row(place) for place in places) if row is not None]


class EntitiesPage(Page):
    """Rows come in pages as the list is scrolled. Route view: "filter", "kind", "sort" and "way" ("up" for rising)."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._kind, self._sort, self._falling = "", "alerts", True
        self.search = SearchField(HINT, tr("Which entities"), 400)
        self.search.setToolTip("\n".join(f"{key}: {what}" for key, what in KEYS.items()) + "\n-tag:new turns a term around")
        self.search.setFixedWidth(theme.px(320))
        self.kind = MenuButton(KINDS[""], self._fill_kinds)
        self.heading = PageHeading(tr("Entities"), "", (self.search, self.kind))
        self.model = RowsModel(COLUMNS, self, self._more)
        self.table = EntityTable(COLUMNS, self.model, lends=True)
        self.table.painter.keeps = True
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._drop_menu)
        self.table.sorted_by = ("alerts", True)
        self.table.setAccessibleName(tr("Entities"))
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
        self.search.paused.connect(self._anew)

    def visit(self, route: Route) -> None:
        """A list that is narrowed down, or as it was left."""
        if route.view:
            self.search.setText(route.option("filter"))
            self._kind = route.option("kind") if route.option("kind") in KINDS else ""
            self.kind.say(KINDS[self._kind])
            self._sort, self._falling = route.option("sort", "alerts"), route.option("way") != "up"
            self.table.sorted_by = (self._sort, self._falling)
        super().visit(route)
        self._keep_route()

    def refresh(self) -> None:
        """The rows in memory, newer."""
        self._ask(0, max(PAGE, self.model.rowCount()))

    def leave(self) -> None:
        """What was typed and not asked yet is asked on return."""
        self.search.hold()
        super().leave()

    def narrow(self, text: str) -> None:
        """Show what another filter chooses."""
        self.search.setText(self.desk.veiled(text))
        self._anew()

    def _anew(self) -> None:
        self.table.scrollToTop()
        self._keep_route()
        self._ask(0, PAGE)

    def _keep_route(self) -> None:
        pairs = {
            "filter": self.search.text().strip(), "kind": self._kind, "sort": self._sort if self._sort != "alerts" else "",
            "way": "" if self._falling else "up",
        }  # fmt: skip
        self.route = self.route._replace(view=tuple(sorted((name, value) for name, value in pairs.items() if value)))

    def _ask(self, offset: int, limit: int) -> None:
        session = self.desk.session
        if session is None:
            return
        text = self.search.text().strip()
        wanted = parse_entities(with_term(text, "kind", self._kind) if self._kind else text)
        queries, sort, falling = session.queries, self._sort, self._falling
        work = lambda: (*queries.find_entities(wanted, sort, falling, offset, limit), queries.unsynchronized())  # noqa: E731
        self.ask("rows", work, lambda found: self._show(offset, limit, *found, wanted.problem))

    def _show(self, offset: int, limit: int, rows: tuple[EntityRow, ...], total: int, blind: bool, problem: str) -> None:
        if offset == 0:
            chosen = {row.ref.key for row in self.table.selected()}
            self.table.show_rows(rows, key=lambda row: row.ref.key)
            self._choose_rows(chosen)
        elif offset == self.model.rowCount():
            self.model.append(rows)
        self.model.has_more = self.model.rowCount() < total and len(rows) == limit
        words = wording.count(total, "entity", "entities")
        narrowed = bool(self.search.text().strip() or self._kind)
        first = ", those in most open alerts first" if self._sort == "alerts" and self._falling else ""
        unknown = f" {wording.UNSYNCHRONIZED}" if blind else ""
        self.heading.sentence.say(problem or f"{words}{' chosen' if narrowed else ''}{first}.{unknown}")
        self.nothing.setVisible(not total)
        self.nothing.sentence.say(
            "Nothing is chosen by that. Parts of names and addresses can be typed, and "
            f"{', '.join(f'{key}:' for key in KEYS)} with a value behind."
            if narrowed
            else "No entity was seen yet. Open captures, logs or a directory with Ctrl+O."
        )
        self.table.setVisible(bool(total))
        if total and self.table.current_row() is None:
            self.table.setCurrentIndex(self.model.index(0, 0))

    def _choose_rows(self, keys: set[str]) -> None:
        """Choose the same rows again after newer data came."""
        if len(keys) < 2:
            return
        model, flags = self.table.selectionModel(), self.table.selectionModel().SelectionFlag
        for place, row in enumerate(self.model.rows):
            if row.ref.key in keys:
                model.select(self.model.index(place, 0), flags.Select | flags.Rows)

    def _more(self) -> None:
        self.model.has_more = False
        self._ask(self.model.rowCount(), PAGE)

    def _sorted(self, key: str, descending: bool) -> None:
        if key != self._sort:  # names and first times begin at the smallest, numbers at the greatest
            descending = key not in ("name", "first", "kind", "department")
        self._sort, self._falling = key, descending
        self.table.sorted_by = (key, descending)
        self.table.horizontalHeader().viewport().update()
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
        self.desk.go("entity", row.ref.key)

    # ---- what can be done with the chosen ones

    def _drop_menu(self, at: QPoint) -> None:
        rows = self.table.selected()
        session = self.desk.session
        if not rows or session is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu, rows)
        menu.popup(self.table.viewport().mapToGlobal(at))
        if len(rows) == 1:  # who else acts from the same place is asked meanwhile
            else_menu = menu.findChild(QMenu, "else")
            queries, ref = session.queries, rows[0].ref
            if else_menu is not None:
                done = lambda brief: self._add_places(else_menu, brief)  # noqa: E731
                self.desk.jobs.run(lambda: queries.brief(ref), done, owner=else_menu)

    def fill_menu(self, menu: QMenu, rows: list[EntityRow]) -> None:
        """What can be done with one or with several entities."""
        desk, first = self.desk, rows[0]
        if len(rows) == 1:
            key = first.ref.key
            menu.addAction(keys.beside("Open", "Enter")).triggered.connect(lambda *_: self._open(first))
            menu.addAction("Show in graph").triggered.connect(lambda *_: desk.go("graph", key))
            menu.addAction("Its activities").triggered.connect(lambda *_: desk.go("activities", filter=f"entity:{quoted(key)}"))
            menu.addAction(keys.beside("Its card", "Ctrl I")).triggered.connect(lambda *_: hovering.ask(self.table))
            menu.addAction("Write a note").triggered.connect(lambda *_: desk.go("entity", key, tab="notes"))
            who = menu.addMenu("Who else")
            who.setObjectName("else")
            self._fill_else(who, first)
        else:
            words = " or ".join(f"entity:{quoted(row.ref.key)}" for row in rows[:MOST_ASKED])
            some = f"these {len(rows)}" if len(rows) <= MOST_ASKED else f"the first {MOST_ASKED} of these {len(rows)}"
            menu.addAction(f"Activities of {some}").triggered.connect(lambda *_: desk.go("activities", filter=words))
        menu.addSeparator()
        tags = menu.addMenu("Tag" if len(rows) == 1 else f"Tag these {len(rows)}")
        offered = dict.fromkeys(tag for row in rows for tag in OFFERED.get(row.ref.kind, ()))
        for tag in offered:
            carrying = sum(tag in row.tags for row in rows)
            action = tags.addAction(tag)
            action.setCheckable(True)
            action.setChecked(carrying == len(rows))
            action.triggered.connect(lambda on, tag=tag: self.tag_rows(rows, tag, on))
        tags.setEnabled(bool(offered))
        menu.addSeparator()
        names = "\n".join(row.ref.label for row in rows)
        lines = "\n".join("\t".join(column.words(row) for column in COLUMNS) for row in rows)
        copy = QGuiApplication.clipboard().setText
        menu.addAction("Copy name" if len(rows) == 1 else "Copy names").triggered.connect(lambda *_: copy(names))
        menu.addAction("Copy row" if len(rows) == 1 else "Copy rows").triggered.connect(lambda *_: copy(lines))

    def tag_rows(self, rows: list[EntityRow], tag: str, on: bool) -> None:
        """Give a tag to all of these to which it can be given, or take it away, as one step of undo."""
        keys = [row.ref.key for row in rows if tag in OFFERED.get(row.ref.kind, ())][:MOST_TAGGED]
        self.desk.tag_all(keys, tag, on)

    def _fill_else(self, menu: QMenu, row: EntityRow) -> None:
        if row.department:
            term = with_term("", "department", row.department)
            menu.addAction(f"in department {wording.middle(row.department, 40)}".replace("&", "&&")).triggered.connect(
                lambda *_: self.narrow(term)
            )
        if row.ref.kind == "group":
            self._add(menu, "is in this group", with_term("", "member", row.ref.key))
        if row.ref.kind in ("computer", "controller", "address"):
            self._add(menu, f"acted from {wording.middle(row.ref.label, 40)}", with_term("", "source", row.ref.key))
        for tag in row.tags[:4]:
            self._add(menu, f"is tagged {tag}", with_term("", "tag", tag))

    def _add_places(self, menu: QMenu, brief: Brief) -> None:
        if brief.ref.kind in ("user", "service"):
            for place in brief.places:
                self._add(menu, f"acted from {wording.middle(place.label, 40)}", with_term("", "source", place.key))
        for group in brief.groups:
            self._add(menu, f"is in {wording.middle(group.label, 40)}", with_term("", "member", group.key))

    def _add(self, menu: QMenu, words: str, term: str) -> None:
        menu.addAction(words.replace("&", "&&")).triggered.connect(lambda *_: self.narrow(term))

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """Put the caret into the filter."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def next_row(self) -> None:
        """The next entity."""
        self.table.move(1)

    def previous_row(self) -> None:
        """The entity before."""
        self.table.move(-1)

    def open_row(self) -> None:
        """The page of the current entity."""
        self.table.open_current()

    def write_note(self) -> None:
        """Write a note of the current entity."""
        row = self.table.current_row()
        ref: EntityRef | None = row.ref if row is not None else None
        if ref is not None:
            self.desk.go("entity", ref.key, tab="notes")


def _alerts(row: EntityRow) -> str:
    return wording.number(row.open) if row.open else ""
