"""Activities: a query, its histogram with a brush, a table over all rows or counts, the packet of the chosen one below.

Long because one route says what is asked, sorted, counted and chosen, and every way to change it goes through here.
"""

from collections.abc import Iterator
from functools import cached_property, partial

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from app.model.asking import GROUPS, SORTS, Explained, Looked, Order
from app.model.filter import ActivityFilter, FilterError, added, is_relative, parse, without_key
from app.model.filter_times import moment_of
from app.model.rows import ActivityRow
from app.ui import conversation, theme, wording
from app.ui.catalogue import tr
from app.ui.context_menu import for_values
from app.ui.desk import Desk
from app.ui.exporting import ask
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.plots.histogram import HistogramView, Mark
from app.ui.plots.legend import Legend
from app.ui.tables import activity_menus as menus
from app.ui.tables import columns
from app.ui.tables.activity_model import COLUMNS, ActivityModel
from app.ui.tables.group_table import GroupTable
from app.ui.tables.proof_panel import ProofPanel
from app.ui.tables.sql_console import SqlConsole
from app.ui.tables.table import Table
from app.ui.value_menu import typed_time
from app.ui.widgets.bar import Bar
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.jump_line import JumpLine
from app.ui.widgets.query_bar import QueryBar
from app.ui.widgets.saved_menu import SavedQueries
from app.ui.widgets.words import Elided, Words

TYPING_MS = 220
BUCKETS = 120
FIRST_S, ON_S = 0.02, 0.2
"""How long a filter that no list answers is followed before the rows found are shown: at first, then each time."""
NARROW, FOLDED = 1100, 640
"""Width of the page below which buttons have no words; below which the query stands below the title."""


class ActivitiesPage(Page):
    """Route options: filter (text), activity (id to choose), sort (field, "-" before it for the greatest first), group (field),
    mode ("sql"). Enter opens the packet, Space the inspector.
    """

    more_keys = (
        ("Up", "In the query: what was asked before"),
        ("Tab", "In the query: take the suggestion"),
        ("Left", "In the table: the cell at the left, for what can be done with its value"),
    )

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._filter: ActivityFilter | None = None
        self._order = Order()
        self._group, self._mode = "", ""
        self._counted: tuple[ActivityFilter, Order] | None = None
        self._wanted = ""
        self._found = Looked(count=0)
        self._looking = False
        self._span: tuple[int, int] | None = None

    def build(self) -> Iterator[None]:
        """The query, the chart, the table, the proof below it."""
        desk = self.desk
        self._next_look = QTimer(self)
        self._next_look.setSingleShot(True)
        self._next_look.timeout.connect(self._ask)
        self.query = QueryBar()
        self.query.history = [desk.veiled(one) for one in desk.settings.typed]
        self.saved = SavedQueries(desk, self.query.text)
        self.sentence = Elided("", role="text-quiet")
        self.progress = Bar(0, 2)
        self.progress.hide()
        self.legend = Legend(wording.FAMILIES)
        self.chart = HistogramView(wording.FAMILIES, height=84, label="Activities over time")
        yield
        self.model = ActivityModel(self._fetch, self)
        self.table = Table(COLUMNS, self.model)
        self.table.painter.keeps = True
        self.table.setAccessibleName(tr("Activities"))
        self.table.let_choose(columns.read(desk.looks.get("activities/columns", ""), COLUMNS))
        self._offer = partial(for_values, desk=desk)
        self.jump = JumpLine()
        yield
        self.proof = ProofPanel(self, desk, self.follow_conversation, self.open_in_wireshark)
        yield
        self._build()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(lambda: self._typed())
        self._offer(self.table)
        self._connect()

    def _connect(self) -> None:
        desk = self.desk
        self.query.changed.connect(self._typing.start)
        self.query.asked.connect(self._keep_typed)
        self.query.wanted.connect(self._suggest)
        self.chart.brushed.connect(self._brushed)
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(self._open_packet)
        self.table.sort_asked.connect(self.sort)
        self.table.layout_changed.connect(self._keep_columns)
        header = self.table.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._header_menu)
        self.saved.chosen.connect(self.ask_for)
        self.jump.asked.connect(self._jump)
        desk.session_changed.connect(self._forget)

    @cached_property
    def groups(self) -> GroupTable:
        """Counts instead of rows; made when they are asked for first."""
        made = GroupTable(self._offer)
        made.chosen.connect(self._drill)
        made.closed.connect(self.show_rows)
        self._whole.insertWidget(self._whole.indexOf(self.empty), made, 1)
        return made

    @cached_property
    def sql(self) -> SqlConsole:
        """The console; made when it is asked for first."""
        made = SqlConsole(self, self._offer)
        made.closed.connect(self.show_rows)
        self._whole.insertWidget(self._whole.indexOf(self.empty), made, 1)
        return made

    def visit(self, route: Route) -> None:
        """Show what the route says; nothing is asked before it is known what."""
        self.route = route
        wanted, sort = route.option("filter"), route.option("sort")
        self._wanted = route.option("activity") or route.key
        by = sort.removeprefix("-")
        self._order = Order(by, sort.startswith("-")) if by in SORTS else Order()
        self._group = route.option("group") if route.option("group") in GROUPS else ""
        self._mode = "sql" if route.option("mode") == "sql" else ""
        if wanted != self.query.text():
            self.query.set_text(wanted)
        self._show_mode()
        self.saved.ask()
        self._typed()
        self.query.settle()

    def _forget(self) -> None:
        """Another case: nothing of the one before is shown again."""
        self._counted = None
        self.proof.forget()

    def refresh(self) -> None:
        """Count again; the rows in view are fetched anew when their number changed."""
        self.saved.ask()
        if self._filter is not None:
            self._ask()

    def leave(self) -> None:
        """Nobody waits for a search any more."""
        self._next_look.stop()
        super().leave()

    def export_view(self) -> tuple[ActivityFilter, tuple[str, ...], Order]:
        """What is on screen, for an export: the filter, the titles of the columns from left to right, the order."""
        layout = self.table.layout_now
        titles = tuple(title for title in layout.order if title not in layout.hidden)
        return self._filter or ActivityFilter(), titles, self._order

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """Put the caret into the query."""
        self.query.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def next_row(self) -> None:
        """One row down."""
        self._rows().move(1)

    def previous_row(self) -> None:
        """One row up."""
        self._rows().move(-1)

    def open_row(self) -> None:
        """Show the packet of the chosen row."""
        self._rows().open_current()

    def clear(self) -> None:
        """Show everything again."""
        self.chart.set_brush(None)
        self.ask_for("")
        self.focus_filter()

    def ask_for(self, text: str) -> None:
        """Show what another query finds, as a place of its own in the way back."""
        self.desk.go("activities", **self._view(filter=text))

    def sort(self, by: str, descending: bool) -> None:
        """Other rows first."""
        self.desk.go("activities", **self._view(sort=f"-{by}" if descending else by))

    def count_by(self, field: str) -> None:
        """Count instead of listing; "" lists again."""
        self.desk.go("activities", **self._view(group=field, mode=""))

    def show_rows(self) -> None:
        """List activities again."""
        self.desk.go("activities", **self._view(group="", mode=""))
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_sql(self) -> None:
        """The console for SQL."""
        self.desk.go("activities", **self._view(group="", mode="sql"))
        self.sql.open()

    def show_query(self) -> None:
        """What is asked: how the query is answered, and as which SQL, in the console."""
        session, wanted = self.desk.session, self._filter
        if session is None or wanted is None:
            return

        def told(found: Explained) -> None:
            self.open_sql()
            self.sql.open(found.sql, f"{found.way} This statement gives the same activities.")

        self.ask("explain", lambda: session.queries.explain(wanted), told)

    def go_to_time(self) -> None:
        """Ask for a moment, show the first activity at or after it."""
        row = self.table.current_row()
        self.jump.open(typed_time(row.at) if row is not None else "")

    def next_hit(self) -> None:
        """The next row that has the value of the current cell."""
        self._hit(False)

    def previous_hit(self) -> None:
        """The row before that has the value of the current cell."""
        self._hit(True)

    def save_query(self) -> None:
        """The list of saved queries, where this one gets its name."""
        self.saved.open_list(self.saved_button)

    def export(self) -> None:
        """Ask where and in which form, save what is seen: the rows that match, these columns, this order."""
        from app.session import View  # loaded by now, for there is a case

        filter, columns, order = self.export_view()
        view = View(filter=filter, columns=columns, order=order)
        ask(self.desk, self, ("xlsx", "csv", "jsonl", "timesketch", "pcapng"), "activities", view)

    def _build(self) -> None:
        top = QWidget()
        column = QVBoxLayout(top)
        margin = theme.space("margin")
        column.setContentsMargins(margin, theme.space("top"), margin, 0)
        column.setSpacing(theme.px(6))
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(theme.space("related"))
        self.clear_button = Button("", icon="close", bare=True, on_click=self.clear, tip="Clear the query")
        self.query.extras.addWidget(self.clear_button)
        self.saved_button = Button(tr("Saved"), icon="pin", on_click=self.save_query, tip="Saved queries (Ctrl+D)")
        first.addWidget(Words(tr("Activities"), "page"))
        first.addSpacing(theme.space("related"))
        first.addWidget(self.query, 1)
        first.addWidget(self.saved_button)
        first.addWidget(Button(tr("Export"), icon="export", on_click=self.export, tip="Save the activities that match (Ctrl+E)"))
        self.column_button = Button(
            tr("Columns"), icon="columns", bare=True, on_click=self._column_menu, tip="Which columns are shown"
        )
        self.count_button = Button(
            tr("Count by"), icon="fit", bare=True, on_click=self._count_menu, tip="Count instead of listing"
        )
        self.sql_button = Button(
            tr("SQL"), icon="search", bare=True, on_click=self.show_query, tip="What is asked, and SQL of your own"
        )
        second.setSpacing(theme.space("related"))
        second.addWidget(self.sentence, 1)
        second.addWidget(self.legend)
        for button in (self.column_button, self.count_button, self.sql_button):
            second.addWidget(button)
        self._head, self._lines = first, column
        column.addLayout(first)
        column.addWidget(self.saved)
        column.addLayout(second)
        column.addWidget(self.progress)
        column.addWidget(self.chart)
        upper = QWidget()
        self._whole = whole = QVBoxLayout(upper)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.px(4))
        whole.addWidget(top)
        self.empty = Empty(tr("No activity matches this query."), link="Clear the query", on_link=self.clear)
        self.empty.layout().setContentsMargins(margin, theme.px(8), margin, 0)
        self.empty.hide()
        whole.addWidget(self.jump)
        for part in (self.table, self.empty):
            whole.addWidget(part, 1)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        self._split.addWidget(upper)
        self._split.addWidget(self.proof)
        self._split.setSizes([560, 300])
        self._split.setStretchFactor(0, 1)
        self.keep_splitter("packet", self._split)
        self.setFocusProxy(self.table)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._split)
        self.proof.hide()

    def resizeEvent(self, event) -> None:
        """Buttons lose their words, the legend goes, the query goes below, before anything is cut."""
        super().resizeEvent(event)
        if (folded := self.width() < theme.px(FOLDED)) != (self._lines.indexOf(self.query) >= 0):
            self._lines.insertWidget(1, self.query) if folded else self._head.insertWidget(2, self.query, 1)
        wide = self.width() >= theme.px(NARROW)
        for button, words in ((self.column_button, "Columns"), (self.count_button, "Count by")):
            button.setText(words if wide else "")
            button.updateGeometry()
        self.legend.setVisible(wide)

    # ---- query

    def _rows(self) -> Table:
        return self.groups.table if self._group else self.table

    def _view(self, **changes: str) -> dict[str, str]:
        """Pairs of the route, with changes; what is empty is left out."""
        sort = f"{'-' if self._order.descending else ''}{self._order.by}"
        view = {
            "filter": self.query.text(), "sort": "" if self._order == Order() else sort, "group": self._group, "mode": self._mode,
        } | changes  # fmt: skip
        if view["sort"] == "time":
            view["sort"] = ""
        return {name: value for name, value in view.items() if value}

    def _keep_typed(self) -> None:
        self._typing.stop()
        self._typed(True)
        if self._filter is not None and self._filter.text == self.query.text():
            self.query.settle()
            self.desk.keep(typed=tuple(one[:4_000] for one in self.query.history[:50]))

    def _suggest(self, text: str, cursor: int) -> None:
        session = self.desk.session
        if session is not None:
            suggest = session.queries.suggest
            self.ask("suggest", lambda: suggest(text, cursor), lambda some: self.query.offer(text, cursor, some))

    def _typed(self, asked: bool = False) -> None:
        text = self.query.text()
        parsed = parse(text)
        self.clear_button.setVisible(bool(text))
        if isinstance(parsed, FilterError) and parsed.position >= len(text) and self.query.edit.hasFocus() and not asked:
            self.query.say_right("")  # a term whose value is still to be typed is not wrong yet
            return
        if isinstance(parsed, FilterError):
            self.query.say_wrong(parsed.message, parsed.position)
            return
        self._filter = parsed
        self.saved.follow(text)
        self.route = Route(self.name, "", tuple(sorted(self._view().items())))
        self._ask()

    def _ask(self) -> None:
        session, wanted, order = self.desk.session, self._filter, self._order
        if session is None or wanted is None:
            return
        queries = session.queries
        again = self._counted is not None and (wanted, order) == self._counted
        target = self._wanted or (self.proof.of if again and not self.proof.isHidden() else "")
        opened = bool(self._wanted)
        seconds = ON_S if again and self._looking else FIRST_S

        def work() -> tuple[Looked, tuple[int, int] | None, int, str]:
            span = queries.span()
            found = queries.look(wanted, (span[0], span[1] + 1) if span else None, BUCKETS, seconds)
            place, limited = None, ""
            if found.done and order.by != "time":
                try:
                    queries.slice(wanted, 0, 1, order=order)
                except ValueError as error:
                    limited = str(error)
            if target and found.done:
                place = queries.place_of(wanted, target, Order() if limited else order)
            return found, span, -1 if place is None else place, limited

        def done(value: tuple[Looked, tuple[int, int] | None, int, str]) -> None:
            found, span, place, limited = value
            self._arrived(found, span, limited)
            if not found.done:
                self._next_look.start(0)
                return
            self._wanted = ""
            self._choose(place, opened, found.count)
            if self._group:
                self._ask_groups()

        self.ask("rows", work, done)

    def _arrived(self, found: Looked, span: tuple[int, int] | None, limited: str) -> None:
        """Counts and chart are there; so far, when it is not done."""
        total = self.desk.overview.activities if self.desk.overview else found.count
        same = self._counted == (self._filter, self._order)
        going_on, self._looking = same and self._looking, not found.done
        if limited:
            self.desk.tell(limited, True)
            self._order = Order()
        number = found.count if found.done or self._order.by == "time" else 0  # rows are sorted when all are known
        self._found, self._span = found, span
        so_far = "" if found.done else " so far"
        self.query.say_right(f"valid, {wording.count(found.count, 'row')}{so_far}" if self.query.text() else "")
        self.sentence.say(self._sentence(found, total, span))
        self.progress.setVisible(not found.done)
        self.progress.show_share(found.share)
        alerts = tuple(Mark(one.finding.first, one.severity) for one in self.desk.alerts)
        bars = found.chart
        self.legend.show_series([name for name in wording.FAMILIES if bars and any(bars.series.get(name, ()))])
        self.chart.show_data(bars, alerts)
        self.table.sorted_by = (self._order.by, self._order.descending) if self._order != Order() else ("", True)
        self.table.horizontalHeader().viewport().update()
        if going_on:
            self.model.grow(number)
        elif not same or number != self.model.rowCount() or not self.desk.bridge.listening:
            self.model.show(number)
        self._counted = (self._filter, self._order)
        listing = not self._group and not self._mode
        self.table.setVisible(listing and (number > 0 or not found.done))
        self.chart.setVisible(number > 0 or not found.done or self.chart.brush() is not None)
        self.empty.setVisible(listing and found.done and not number and total > 0)
        if not number or not listing:
            self.proof.hide()

    def _choose(self, place: int, opened: bool, number: int) -> None:
        if place >= 0 and not opened:  # more came while this row was looked at
            at = self.table.verticalScrollBar().value()
            self.table.setCurrentIndex(self.model.index(place, max(0, self.table.currentIndex().column())))
            self.table.verticalScrollBar().setValue(at)
        elif place >= 0:
            self._show_place(place)

    def _show_place(self, place: int) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.table.selectRow(place)
        self.table.scrollTo(self.model.index(place, 0), Table.ScrollHint.PositionAtCenter)

    def _sentence(self, found: Looked, total: int, span: tuple[int, int] | None) -> str:
        if not total:
            return "Nothing was read yet."
        so_far = "" if found.done else f" so far, {100 * found.share:.0f} % looked through"
        words = f"{wording.number(found.count)} of {wording.count(total, 'activity', 'activities')}{so_far}"
        if self._order != Order():
            words += f", by {SORTS[self._order.by]}{', the greatest first' if self._order.descending else ''}"
        if span and self._filter is not None and is_relative(self._filter.root):
            words += f", times count back from {wording.moment(span[1])}"
        words += f", {wording.period(*span)}" if span else ""
        if wording.zone_name() != "UTC" and self._filter is not None and "time:" in self._filter.text:
            words += ". Times in the query are UTC"
        return words

    def _fetch(self, first: int, limit: int, arrived) -> None:
        session, wanted, order = self.desk.session, self._filter, self._order
        if session is None or wanted is None:
            return
        if not self._found.done:  # what is not found yet is not waited for
            limit = min(limit, self.model.rowCount() - first)

        def done(rows: tuple[ActivityRow, ...]) -> None:
            arrived(rows)
            current = self.table.currentIndex().row()
            if first <= current < first + limit:
                self._chosen(self.table.current_row())

        self.desk.jobs.run(lambda: session.queries.slice(wanted, first, limit, order=order), done, owner=self)

    def _brushed(self, start: int, end: int) -> None:
        text = without_key(self.query.text(), "time")
        if end > start:
            text = added(text, f"time:{typed_time(start)}..{typed_time(end)}")
        self.query.set_text(text, tell=True)
        self._typing.stop()
        self._typed()

    # ---- counts and SQL

    def _show_mode(self) -> None:
        listing = not self._group and not self._mode
        for name, wanted in (("groups", bool(self._group)), ("sql", self._mode == "sql")):
            if wanted or name in self.__dict__:  # what was made
                getattr(self, name).setVisible(wanted)
        if self._mode == "sql":
            self.sql.open()
        self.table.setVisible(listing)
        if not listing:
            self.empty.hide()
            self.proof.hide()

    def _ask_groups(self) -> None:
        session, wanted, field = self.desk.session, self._filter, self._group
        if session is not None and wanted is not None:
            self.ask("groups", lambda: session.queries.groups(wanted, field), self.groups.show_groups)

    def _drill(self, term: str) -> None:
        self.desk.go("activities", **self._view(filter=added(self.query.text(), term), group=""))

    # ---- columns

    def _keep_columns(self) -> None:
        self.desk.keep_look("activities/columns", columns.written(self.table.layout_now))

    def _column_menu(self) -> None:
        menus.drop(menus.of_columns(self, self.table, self._standard_columns), self.column_button)

    def _standard_columns(self) -> None:
        self.table.use_layout(columns.standard(COLUMNS))
        self._keep_columns()

    def _count_menu(self) -> None:
        menus.drop(menus.of_counts(self, self._group, self.count_by, self.show_rows), self.count_button)

    def _header_menu(self, where: QPoint) -> None:
        menus.of_header(self, self.table, where, self.sort, self.count_by, self._column_menu)

    # ---- rows

    def _chosen(self, row: ActivityRow | None) -> None:
        if row is None or (row.id == self.proof.of and not self.proof.isHidden()):
            return
        self.desk.inspect(row, True)
        self.proof.show_row(row)

    def _open_packet(self, row: ActivityRow) -> None:
        if self._split.sizes()[1] < theme.px(160):
            self._split.setSizes([self.height() - theme.px(300), theme.px(300)])
        self.proof.show_row(row)
        self.proof.focus()
        self.reveal(self.proof)

    def follow_conversation(self) -> None:
        """All activities of the connection, or of the logon session, of the chosen row."""
        row = self.table.current_row()
        if row is not None:
            conversation.follow(self.desk, self, row)

    def open_in_wireshark(self) -> None:
        """The capture at the frame that is shown, in Wireshark."""
        row = self.table.current_row()
        if row is not None and not row.is_record and row.frame:
            conversation.open_in_wireshark(self.desk, self, row, self.proof.packet.frame or row.frame)

    def _jump(self, text: str) -> None:
        """The first activity at or after a moment, or the row of a number."""
        session, wanted, span = self.desk.session, self._filter, self._span
        if session is None or wanted is None or span is None:
            return
        plain = text.replace(",", "")
        if plain.isdigit():
            self._show_place(max(0, min(self.model.rowCount() - 1, int(plain) - 1)))
            return
        row = self.table.current_row()
        at = moment_of(text, row.at if row is not None else span[0], span[1])
        if at is None:
            self.jump.complain("A moment is 14:02, 2026-01-05T14:02, -2h, or the number of a row.")
            return
        if self._order.by != "time":
            self._order = Order()
        descending = self._order.descending
        self.jump.hide()
        self.ask("jump", lambda: session.queries.place_at(wanted, at, descending), self._show_place)

    def _hit(self, backwards: bool) -> None:
        session, wanted, value, row = self.desk.session, self._filter, self.table.value_here(), self.table.current_row()
        if session is None or wanted is None or value is None or row is None or not value.term:
            return
        found = parse(added(wanted.text, value.term))
        if not isinstance(found, ActivityFilter):
            return
        order = self._order

        def work() -> int | None:
            page = session.queries.page(found, **{"before" if backwards else "after": (row.at, row.rowid)}, limit=1)
            return session.queries.place_of(wanted, page.rows[0].id, order) if page.rows else None

        def done(place: int | None) -> None:
            if place is None:
                self.desk.tell(f"No {'earlier' if backwards else 'later'} row has this value.")
            else:
                self.table.setCurrentIndex(self.model.index(place, self.table.currentIndex().column()))

        self.ask("hit", work, done)
