"""Tickets: Kerberos tickets by host or account over time, from their issue to their use, and the one that two hosts used.

Long because filter, lanes, exchanges and inspector of one page follow each other here.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QSplitter, QVBoxLayout, QWidget

from app.model.entity import EntityRef
from app.model.tickets import WEAK_ETYPES, Exchange, Genealogy, TicketNode, etype_name
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Crumb, Route
from app.ui.page import Page
from app.ui.plots.ticket_canvas import TicketCanvas, legend
from app.ui.plots.ticket_rows import Bar, Rows, arranged, chosen
from app.ui.tables.exchange_columns import EXCHANGES
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button, MenuButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.search_field import SearchField
from app.ui.widgets.ticket_words import about_all, sentence, worst
from app.ui.widgets.words import PageHeading, SectionHeading

BY = {"host": "By host", "account": "By account"}
KERBEROS = ("kerberos-as", "kerberos-tgs", "kerberos-ap", "kerberos-password", "event-kerberos")


class TicketsPage(Page):
    """Route key: id of a ticket. Options: account (key of an entity whose tickets only), activity (id; its ticket is chosen),
    text, etype ("weak" or a name), odd ("1"), by ("host" or "account")."""

    inspector_beside = True
    more_keys = (
        ("Up, Down", "Previous, next ticket"),
        ("Left, Right", "Move the time"),
        ("+, -", "Zoom the time"),
        ("Home, End", "Begin, end of the time"),
        ("0", "All of the time"),
        ("Enter", "Packet of the ticket; unfold a group"),
    )

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._found: Genealogy | None = None
        self._asked: tuple[object, ...] = ()
        self._total = ""
        """The sentence about all tickets."""
        self._arranged: tuple[object, ...] = ()
        """What the rows on screen were arranged for."""
        self._wanted = ""
        self._unfolded: set[str] = set()
        self._etype, self._odd, self._by = "", False, "host"
        self._ticket: TicketNode | None = None
        self.search = SearchField(tr("Account or service"), tr("Account, service or host"))
        self.search.setMinimumWidth(theme.px(150))
        self.search.setMaximumWidth(theme.px(220))
        self.etype_button = MenuButton(tr("All encryption"), self._fill_etypes)
        self.odd_button = Button(
            tr("Only odd"), icon="filter", on_click=self._toggle_odd, tip="Only tickets that are odd or part of an alert"
        )
        self.odd_button.setCheckable(True)
        self.by_button = MenuButton(BY["host"], self._fill_by)
        self.heading = PageHeading(tr("Tickets"), "", (self.search, self.odd_button, self.etype_button, self.by_button))
        self.canvas = TicketCanvas()
        self.when = SectionHeading("", "", (legend(),), whole=True)
        self.table = Table(EXCHANGES)
        self.table.setAccessibleName(tr("Exchanges of the ticket"))
        self.below = SectionHeading("")
        self.nothing = Empty("", "", "Show all tickets", self.clear)
        self._build()
        self.search.paused.connect(self._changed)
        self.search.returnPressed.connect(self._to_account)
        self.canvas.chosen.connect(self._chosen)
        self.canvas.opened.connect(self._opened)
        self.canvas.folded.connect(self._fold)
        self.canvas.moved.connect(self._moved)
        self.table.opened.connect(lambda one: self.desk.go("activities", one.id))
        desk.session_changed.connect(self._forget)

    def crumbs(self) -> tuple[Crumb, ...]:
        """Tickets, whose the chosen one is."""
        if self._ticket is None or not self._ticket.name:
            return (Crumb("Tickets"),)
        return (Crumb("Tickets", Route("tickets")), Crumb(self._ticket.name))

    def visit(self, route: Route) -> None:
        """Show what the route says."""
        self._etype, self._odd = route.option("etype"), route.option("odd") == "1"
        self._by = route.option("by") if route.option("by") in BY else "host"
        self._wanted = route.key
        self.search.setText(route.option("text"))
        self._show_choices()
        super().visit(route)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """Ask for the tickets when Kerberos was read, alerts came or another account is wanted; else show what is there."""
        session = self.desk.session
        if session is None:
            return
        account, counts = self.route.option("account"), self.desk.overview.by_kind if self.desk.overview else {}
        asked = (
            account,
            session.private,
            tuple(counts.get(kind, 0) for kind in KERBEROS),
            tuple(one.id for one in self.desk.alerts),
        )
        if self._found is not None and asked == self._asked:
            self._arrange()
            return
        queries = session.queries

        def done(value: tuple[Genealogy, str]) -> None:
            (self._found, self._total), self._asked = value, asked
            self._arrange()

        def work() -> tuple[Genealogy, str]:
            found = queries.tickets(account)
            return found, about_all(found, bool(account))

        if self._found is None:
            self.heading.sentence.say(tr("Following the tickets…"))
        self.ask("tickets", work, done)

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """Put the caret into the filter."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def next_row(self) -> None:
        """One ticket down."""
        self.canvas.move(1)

    def previous_row(self) -> None:
        """One ticket up."""
        self.canvas.move(-1)

    def open_row(self) -> None:
        """The packet of the chosen exchange, or of the chosen ticket; unfold a group."""
        if self.table.hasFocus():
            self.table.open_current()
        else:
            self.canvas.activate()

    def clear(self) -> None:
        """Show all tickets."""
        self.search.clear()
        self._etype, self._odd = "", False
        self.route = Route(self.name, self.route.key)
        self._show_choices()
        self._keep_route()
        self.refresh()

    # ---- building

    def _build(self) -> None:
        margin = theme.space("margin")
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(margin, theme.space("top"), margin, 0)
        head.setSpacing(theme.px(12))
        head.addWidget(self.heading)
        head.addWidget(self.nothing)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(margin, 0, margin, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self.when)
        column.addWidget(self.canvas, 1)
        lower = QWidget()
        rows = QVBoxLayout(lower)
        rows.setContentsMargins(0, theme.space("related"), 0, 0)
        rows.setSpacing(theme.px(4))
        title = QWidget()
        box = QVBoxLayout(title)
        box.setContentsMargins(margin, 0, margin, 0)
        box.addWidget(self.below)
        rows.addWidget(title)
        rows.addWidget(self.table, 1)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(1)
        self.split.addWidget(upper)
        self.split.addWidget(lower)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([520, 190])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.space("related"))
        outer.addWidget(top)
        outer.addWidget(self.split, 1)
        self.nothing.hide()

    def _forget(self) -> None:
        self._found, self._asked, self._ticket, self._arranged = None, (), None, ()
        self._unfolded.clear()
        self.canvas.show_rows(Rows())
        self.table.show_rows(())

    # ---- choices

    def _fill_etypes(self, menu: QMenu) -> None:
        found = {one.etype for one in self._found.tickets if one.etype is not None} if self._found else set()
        names = [("", "All encryption"), ("weak", "RC4 and DES")]
        names += [(etype_name(one), etype_name(one)) for one in sorted(found, key=lambda one: (one in WEAK_ETYPES, -one))]
        for value, words in names:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(value == self._etype)
            action.triggered.connect(lambda *_, value=value: self._choose(etype=value))

    def _fill_by(self, menu: QMenu) -> None:
        for value, words in BY.items():
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(value == self._by)
            action.triggered.connect(lambda *_, value=value: self._choose(by=value))

    def _choose(self, etype: str | None = None, by: str | None = None) -> None:
        self._etype, self._by = self._etype if etype is None else etype, by or self._by
        self._show_choices()
        self._changed()

    def _toggle_odd(self) -> None:
        self._odd = self.odd_button.isChecked()
        self._changed()

    def _show_choices(self) -> None:
        self.etype_button.say("All encryption" if not self._etype else "RC4 and DES" if self._etype == "weak" else self._etype)
        self.by_button.say(BY[self._by])
        self.odd_button.setChecked(self._odd)

    def _to_account(self) -> None:
        """Enter: where not all tickets were read, all those of the account that is typed; else on to the lanes."""
        session, text, found = self.desk.session, self.search.text().strip(), self._found
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        if session is None or not text or found is None or not found.cut:
            return

        def done(refs: tuple[EntityRef, ...]) -> None:
            user = next((one for one in refs if one.kind == "user"), None)
            if user is not None:
                self.desk.go("tickets", account=user.key)

        self.ask("search", lambda: session.queries.search(text, 20), done)

    def _changed(self) -> None:
        self._keep_route()
        self._arrange()

    def _keep_route(self) -> None:
        told = {
            "account": self.route.option("account"),
            "text": self.search.text(),
            "etype": self._etype,
            "odd": "1" if self._odd else "",
            "by": "" if self._by == "host" else self._by,
        }
        key = self._ticket.id if self._ticket is not None else self.route.key
        self.route = Route(self.name, key, tuple(sorted((name, value) for name, value in told.items() if value)))

    # ---- picture

    def _arrange(self) -> None:
        found, text, etype, odd = self._found, self.search.text(), self._etype, self._odd
        by, unfolded = self._by, frozenset(self._unfolded)
        if found is None:
            return
        activity = self.route.option("activity")
        wanted = (self._asked, text, etype, odd, by, unfolded, activity)
        if wanted == self._arranged and not self._wanted:
            if self._ticket is not None:
                self.desk.inspect(self._ticket, True)
            return

        def work() -> tuple[tuple[TicketNode, ...], Rows, TicketNode | None]:
            some = chosen(found, text, etype, odd)
            bursts = found.refusals if not (text or etype or odd) else ()
            every = found.tickets if activity else ()
            told = [(use.deed != "issued", one) for one in every for use in one.exchanges if use.id == activity]
            of = min(told, key=lambda pair: pair[0])[1] if told else None  # a TGS exchange tells of two; what it gave comes first
            return some, arranged(some, bursts, "account" if by == "account" else "host", unfolded), of

        def done(value: tuple[tuple[TicketNode, ...], Rows, TicketNode | None]) -> None:
            self._arranged = wanted
            self._arrived(found, *value)

        self.ask("rows", work, done)

    def _arrived(self, found: Genealogy, some: tuple[TicketNode, ...], rows: Rows, of: TicketNode | None) -> None:
        if of is not None:
            self._wanted = of.id
        wanted = self._wanted or (self._ticket.id if self._ticket is not None else "")
        before = self.canvas.current
        self.canvas.show_rows(rows)
        self._show_nothing(found, some)
        one = next((one for one in some if one.id == wanted), None) or worst(some)
        opened, self._wanted = bool(self._wanted), ""
        if one is None:
            self._ticket = None
            self.table.show_rows(())
        elif any(bar.key == before and (bar.folded or _is(bar, one)) for bar in rows.bars) and not opened:
            self.canvas.choose(before)
            self._show_ticket(one)
        else:
            self._unfold_to(one, some, rows)
        self.heading.sentence.say(sentence(self._total, self._ticket))

    def _unfold_to(self, one: TicketNode, some: tuple[TicketNode, ...], rows: Rows) -> None:
        """Choose the bar of a ticket; open the group that it is in."""
        key = self.canvas.key_of(one.id, bool(one.apart))
        if key:
            self.canvas.choose(key)
            self._show_ticket(one, self.canvas.bar())
            return
        self._show_ticket(one)
        groups = [
            bar.key for bar in rows.bars if bar.folded and bar.start <= one.first <= bar.end and bar.key not in self._unfolded
        ]
        named = [key for key in groups if key.endswith((f"|{one.name or '?'}", f"|{one.parent}|more"))]
        if named:
            self._unfolded.update(named)
            self._wanted = one.id
            self._arrange()

    def _show_nothing(self, found: Genealogy, some: tuple[TicketNode, ...]) -> None:
        empty = not some
        if empty and found.tickets:
            self.nothing.sentence.say(tr("No ticket matches."))
        elif empty:
            self.nothing.sentence.say(
                tr(
                    "Tickets are found in packets of Kerberos (port 88, and where they are shown to services), and in the events "
                    "4768, 4769 and 4770 of domain controllers."
                )
            )
        self.nothing.heading.say("" if found.tickets else "No Kerberos ticket was seen")
        self.nothing.heading.setVisible(not found.tickets)
        self.nothing.link.setVisible(bool(found.tickets))
        self.nothing.setVisible(empty)
        self.split.setVisible(not empty)

    def _moved(self) -> None:
        window = self.canvas.window_
        self.when.title.say(wording.period(window.first, window.last).rpartition(" (")[0])
        self.when.note.say(wording.span(window.length))

    def _fold(self, key: str) -> None:
        self._unfolded ^= {key}
        self._arrange()

    # ---- choosing

    def _chosen(self, bar: Bar) -> None:
        if bar.ticket is not None and bar.kind == "ticket":
            self._show_ticket(bar.ticket, bar)
        elif bar.refused is not None:
            self.desk.inspect(bar.refused.proof, True)

    def _show_ticket(self, one: TicketNode, bar: Bar | None = None) -> None:
        fresh = self._ticket is None or self._ticket != one
        self._ticket = one
        if fresh or not self.table.rows_model().rows:
            self.table.show_rows(one.exchanges)
        short = one.id.removeprefix("log:")[:8]
        title = f"TGT {short}" if one.kind == "granting" else one.service or short
        self.below.title.say(title)
        hosts = wording.count(len(one.hosts), "host")
        self.below.note.say(f"{wording.count(len(one.exchanges), 'exchange')}, {hosts}")
        if bar is not None and bar.copy and bar.host is not None:
            ref = bar.host.ref
            place = next((number for number, use in enumerate(one.exchanges) if use.origin == ref), -1)
            if place >= 0:
                self.table.setCurrentIndex(self.table.model().index(place, 0))
        self._keep_route()
        self.crumbs_changed.emit()
        if self._found is not None:
            self.heading.sentence.say(sentence(self._total, one))
        self.desk.inspect(one, True)

    def _opened(self, bar: Bar) -> None:
        use = _proof_of(bar)
        if use:
            self.desk.go("activities", use)


def _proof_of(bar: Bar) -> str:
    """The activity that shows a bar: the first at its host."""
    if bar.refused is not None:
        return bar.refused.proof
    uses: tuple[Exchange, ...] = bar.ticket.exchanges if bar.ticket is not None else ()
    here = [one for one in uses if bar.host is None or one.origin == bar.host.ref]
    return here[0].id if here else ""


def _is(bar: Bar, one: TicketNode) -> bool:
    return bar.ticket is not None and bar.ticket.id == one.id
