"""One entity: who it is and how that is known, what it did and what was done to it, its names, peers and alerts."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.filter import ActivityFilter, parse, quoted
from app.model.rows import ActivityRow, EntityCard, Histogram, Standing
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.navigation import Crumb, Route
from app.ui.page import Page, scrolled
from app.ui.plots.gantt import GanttView
from app.ui.plots.histogram import HistogramView, Legend, Mark
from app.ui.tables.activity_model import COLUMNS, ActivityModel
from app.ui.tables.session_columns import SESSIONS
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button, MenuButton
from app.ui.widgets.cards import by_analyst
from app.ui.widgets.chips import tag_row
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.standing import DirectoryView
from app.ui.widgets.tag_menu import OFFERED, fill_tags
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Elided, SectionHeading, Words

if TYPE_CHECKING:
    from app.ui.plots.lane_bars import Bars, Lane
    from app.ui.plots.lanes import LanesView

BUCKETS = 120
LANES = 8
WAYS = {"Activity": "", "Asked": "from", "Was asked": "to", "By host": ""}
"""Tabs with the table below: all, as source or account, as destination, all again below the lanes of its peers."""
BY_HOST = 3
DIRECTORY, VPN = len(WAYS) + 3, len(WAYS) + 4
"""Tabs that are there only when a directory, or a gateway, told of the entity."""
HEADING = ("Domain", "Full name", "Address", "Display name", "Operating system")
"""Facts that stand below the name."""
HOSTS = ("computer", "controller", "address")


NOTHING = Standing()


class EntityPage(Page):
    """Route key: EntityRef.key."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._card: EntityCard | None = None
        self._standing = NOTHING
        self._filter: ActivityFilter | None = None
        self._text = ""
        self._peer: EntityRef | None = None
        self.lanes: LanesView | None = None
        self.heading = QVBoxLayout()
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Parts of the entity")
        self.stack = QStackedWidget()
        self.chart = HistogramView(wording.FAMILIES, height=96, label="Activities of this entity over time")
        self.legend = Legend(wording.FAMILIES)
        self.model = ActivityModel(self._fetch, self)
        self.table = Table(COLUMNS, self.model)
        self.table.chosen.connect(lambda row: row is not None and self.desk.inspect(row, True))
        self.table.opened.connect(self._to_activities)
        self.gantt = GanttView()
        self.gantt.proof.connect(self.desk.inspect)
        self.peers = TwoLineList(self._open_peer, scrolls=True)
        self.directory = DirectoryView(desk)
        self.sessions = Table(SESSIONS)
        self.sessions.setAccessibleName("VPN sessions")
        self.sessions.opened.connect(lambda one: desk.go("activities", one.proof))
        self.alerts = TwoLineList(lambda key: self.desk.go("alert", str(key)), scrolls=True)
        self._build()
        self.tabs.setTabVisible(DIRECTORY, False)
        self.tabs.setTabVisible(VPN, False)
        self.tabs.currentChanged.connect(self._show_tab)

    def crumbs(self) -> tuple[Crumb, ...]:
        """Entities, then its name."""
        label = self._card.row.ref.label if self._card else self.route.key.partition(":")[2]
        return (Crumb("Entities", Route("entities")), Crumb(label))

    def visit(self, route: Route) -> None:
        """Another entity."""
        if route.key != self.route.key:
            self._card, self._peer = None, None
            self.tabs.setCurrentIndex(0)
            self.model.show(0)
            if self.lanes is not None:
                self.lanes.show_lanes(())
        super().visit(route)

    def refresh(self) -> None:
        """Ask for the card and the rows."""
        session, key = self.desk.session, self.route.key
        if session is not None:
            queries = session.queries
            work = lambda: (queries.entity(key), queries.span(), queries.standing(key))  # noqa: E731
            self.ask("card", work, lambda value: self._arrived(*value))

    def next_row(self) -> None:
        """One row down."""
        self.table.move(1)

    def previous_row(self) -> None:
        """One row up."""
        self.table.move(-1)

    def open_row(self) -> None:
        """The chosen row among all activities."""
        self.table.open_current()

    # ---- building

    def _build(self) -> None:
        margin = theme.space("margin")
        for name in (*WAYS, "Names and addresses", "Peers", "Alerts", "Directory", "VPN sessions"):
            self.tabs.addTab(name)
        activity = QWidget()
        column = QVBoxLayout(activity)
        column.setContentsMargins(0, theme.space("related"), 0, 0)
        column.setSpacing(theme.space("related"))
        above = QVBoxLayout()
        above.setContentsMargins(margin, 0, margin, 0)
        self.chart_heading = SectionHeading("Activities over time", right=(self.legend,))
        self.chart_heading.title.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        above.addWidget(self.chart_heading)
        above.addWidget(self.chart)
        self._above = above
        self._no_lanes = Words("No activity of this entity names another one.", look="quiet")
        self._no_lanes.hide()
        above.addWidget(self._no_lanes)
        column.addLayout(above)
        column.addWidget(self.table, 1)
        names = QWidget()
        rows = QVBoxLayout(names)
        rows.setContentsMargins(margin, theme.space("group"), margin, margin)
        rows.addWidget(SectionHeading("Names and addresses", "solid: certain; dashed: little certain; click for the proof"))
        rows.addWidget(self.gantt)
        self._no_names = Words("Nothing in the inputs names this entity or gives it an address.", look="quiet")
        rows.addWidget(self._no_names)
        rows.addStretch(1)
        for widget in (activity, scrolled(names), self.peers, self.alerts, scrolled(self.directory), self.sessions):
            self.stack.addWidget(widget)
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(margin, theme.space("top"), margin, 0)
        head.setSpacing(theme.space("related"))
        head.addLayout(self.heading)
        head.addWidget(self.tabs)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(top)
        outer.addWidget(self.stack, 1)

    def _arrived(self, card: EntityCard | None, span: tuple[int, int] | None, standing: Standing = NOTHING) -> None:
        self._standing = standing
        if card is None:
            self._card = None
            self._head(None)
            return
        fresh = self._card is None
        self._card = card
        self.crumbs_changed.emit()
        self._head(card)
        self.gantt.show_bindings(card.bindings, span)
        self._no_names.setVisible(not card.bindings)
        self.peers.show_rows([_peer(ref, count) for ref, count in card.peers])
        self.alerts.show_rows([_alert(one) for one in card.alerts])
        for place, number in enumerate((len(card.bindings), len(card.peers), len(card.alerts)), len(WAYS)):
            name = self.tabs.tabText(place).split("  ")[0]
            self.tabs.setTabText(place, f"{name}  {wording.number(number)}")
        self.directory.show_entry(standing.directory)
        self.sessions.show_rows(standing.sessions)
        self.tabs.setTabVisible(DIRECTORY, standing.directory is not None)
        self.tabs.setTabVisible(VPN, bool(standing.sessions))
        self.tabs.setTabText(VPN, f"VPN sessions  {wording.number(len(standing.sessions))}")
        if fresh and standing.directory is not None and not card.row.activities:
            self.tabs.setCurrentIndex(DIRECTORY)  # all that is known of it
        if fresh:
            self.desk.inspect(card.row.ref, True)
        self._show_tab(self.tabs.currentIndex())

    def _head(self, card: EntityCard | None) -> None:
        while self.heading.count():
            old = self.heading.takeAt(0)
            if old.widget():
                old.widget().deleteLater()
        if card is None:
            self.heading.addWidget(Words("No such entity", "page"))
            self.heading.addWidget(Words("Nothing in this case has that name. It may belong to another workspace.", look="quiet"))
            return
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space("related"))
        row.addWidget(Sign(f"entity:{card.row.ref.kind}", 20))
        name = Elided(card.row.ref.label, "page", cut=Qt.TextElideMode.ElideMiddle)
        row.addWidget(name)
        row.addWidget(tag_row(card.row.tags, card.row.alerts, by_analyst(card)), 1)
        if card.row.ref.kind in OFFERED:
            self.tag_button = MenuButton("Tags", self._fill_tags)
            row.addWidget(self.tag_button)
        row.addWidget(Button("All activities", icon="activities", on_click=lambda: self._to_activities(None)))
        row.addWidget(Button("Show in graph", icon="graph", on_click=lambda: self.desk.go("graph", card.row.ref.key)))
        self.heading.addWidget(line)
        told = [(name, value) for name, value, _ in card.facts if name in HEADING and value]
        facts = [f"{name} {value}" for name, value in dict(reversed(told)).items()][::-1]
        seen = f"first seen {wording.moment(card.row.first)}, last seen {wording.moment(card.row.last)}"
        words = [
            wording.entity_kind(card.row.ref.kind),
            seen,
            wording.count(card.row.activities, "activity", "activities"),
            *facts,
        ]
        self.heading.addWidget(Elided("   ".join(words), role="text-quiet"))

    def _fill_tags(self, menu: QMenu) -> None:
        if self._card is not None:
            ref = self._card.row.ref
            fill_tags(menu, self.desk, ref.kind, ref.key, self._card.row.tags, self._standing.said)

    # ---- rows

    def _show_tab(self, place: int) -> None:
        self.stack.setCurrentIndex(max(0, place - len(WAYS) + 1))
        if place >= len(WAYS) or not self.route.key:
            return
        by_host = place == BY_HOST
        self.chart.setVisible(not by_host)
        self.chart_heading.title.say("Activities by host" if by_host else "Activities over time")
        self.chart_heading.note.say("")
        if self.lanes is not None:
            self.lanes.setVisible(by_host)
        self._no_lanes.hide()
        if by_host:
            self._ask_lanes()
        self._show_rows(list(WAYS.values())[place], self._peer if by_host else None)

    def _show_rows(self, way: str, peer: EntityRef | None) -> None:
        """The table, the bars above it: of the entity, with a peer only what both took part in."""
        self._text = f"{way or 'entity'}:{quoted(self.route.key)}" + (f" entity:{quoted(peer.key)}" if peer else "")
        parsed = parse(self._text)
        session = self.desk.session
        if session is None or not isinstance(parsed, ActivityFilter):
            return
        self._filter = wanted = parsed
        queries = session.queries

        def work() -> tuple[int, Histogram | None]:
            span = queries.span()
            return queries.count(wanted), queries.histogram(wanted, span[0], span[1] + 1, BUCKETS) if span else None

        def done(value: tuple[int, Histogram | None]) -> None:
            number, bars = value
            self.model.show(number)
            marks = [Mark(one.finding.first, one.severity) for one in (self._card.alerts if self._card else ())]
            self.chart.show_data(bars, marks)
            if self.tabs.currentIndex() != BY_HOST:
                self.legend.show_series([name for name in wording.FAMILIES if bars and any(bars.series.get(name, ()))])

        self.ask("rows", work, done)

    # ---- lanes

    def _ask_lanes(self) -> None:
        """The lanes of the busiest peers; pyqtgraph is imported with the first of them, away from the window."""
        session, card = self.desk.session, self._card
        if session is None or card is None:
            return
        queries, key = session.queries, card.row.ref.key
        hosts_first = sorted(card.peers, key=lambda pair: pair[0].kind not in HOSTS)
        peers = [ref for ref, _ in hosts_first[:LANES]]
        marks = {ref.key: _marks(card.alerts, ref) for ref in peers}

        def work() -> "tuple[list[Lane], dict[str, Bars]]":
            import app.ui.plots.lanes  # noqa: F401 - takes a while, and is needed next
            from app.ui.plots.lane_bars import Lane, bars_of

            span = queries.span()
            lanes = []
            for ref in peers if span else ():
                wanted = parse(f"entity:{quoted(key)} entity:{quoted(ref.key)}")
                if span and isinstance(wanted, ActivityFilter):
                    lanes.append(Lane(ref, queries.histogram(wanted, span[0], span[1] + 1, BUCKETS), marks[ref.key]))
            return lanes, bars_of(lanes, list(wording.FAMILIES))

        self.ask("lanes", work, lambda found: self._show_lanes(*found, len(card.peers)))

    def _show_lanes(self, lanes: "list[Lane]", bars: "dict[str, Bars]", peers: int) -> None:
        from app.ui.plots.lanes import LanesView

        if self.lanes is None:
            self.lanes = LanesView(wording.FAMILIES)
            self.lanes.chosen.connect(self._choose_peer)
            self._above.insertWidget(2, self.lanes)
        by_host = self.tabs.currentIndex() == BY_HOST
        self.lanes.setVisible(by_host and bool(lanes))
        self._no_lanes.setVisible(by_host and not lanes)
        self.lanes.show_lanes(lanes, bars)
        if by_host:
            shown = f"{len(lanes)} of {wording.number(peers)} peers; " if peers > len(lanes) else ""
            self.chart_heading.note.say(f"{shown}heights by square root" if lanes else "")
            self.legend.show_series(list(bars))

    def _choose_peer(self, ref: EntityRef | None) -> None:
        self._peer = ref
        if ref is not None:
            self.desk.inspect(ref, True)
        if self.tabs.currentIndex() == BY_HOST:
            self._show_rows("", ref)

    def _fetch(self, first: int, limit: int, arrived) -> None:
        session, wanted = self.desk.session, self._filter
        if session is not None and wanted is not None:
            self.desk.jobs.run(lambda: session.queries.slice(wanted, first, limit), arrived, owner=self)

    def _to_activities(self, row: ActivityRow | None) -> None:
        if row is None:
            self.desk.go("activities", filter=self._text)
        else:
            self.desk.go("activities", filter=self._text, activity=row.id)

    def _open_peer(self, key: object) -> None:
        self.desk.go("entity", str(key))


def _marks(alerts: tuple[Alert, ...], ref: EntityRef) -> tuple[Mark, ...]:
    """Alerts that name a peer, at the time of their first evidence."""
    return tuple(
        Mark(one.finding.first, one.severity)
        for one in alerts
        if any(ref.key == party.key for party in (*one.finding.sources, *one.finding.accounts, *one.finding.targets))
    )


def _peer(ref: EntityRef, count: int) -> TwoLines:
    words = wording.count(count, "activity", "activities")
    return TwoLines(f"entity:{ref.kind}", ref.label, wording.entity_kind(ref.kind), words, target=ref.key)


def _alert(alert: Alert) -> TwoLines:
    story = alert.finding.story[0] if alert.finding.story else ""
    return TwoLines(f"severity:{alert.severity}", alert.title, story, wording.moment(alert.finding.first), target=alert.id)
