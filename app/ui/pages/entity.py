"""One entity: who it is and how that is known, what it did and what was done to it, part by part in tabs.

Long because it is the place where all parts of an entity come together; what stands in each part is in app/ui/entity.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.model.about import Changes, Logons, Relations, Resources, Risk
from app.model.alert import Alert
from app.model.brief import Brief
from app.model.entity import EntityRef
from app.model.filter import ActivityFilter, parse, quoted
from app.model.note import Note
from app.model.paths import AttackPath, PathPicture
from app.model.rows import ActivityRow, EntityCard, Histogram, Standing
from app.model.tickets import Genealogy
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.context_menu import for_values
from app.ui.desk import Desk
from app.ui.entity.columns import KINDS
from app.ui.entity.directory import DirectoryView
from app.ui.entity.head import Head
from app.ui.entity.lists import make_lists
from app.ui.entity.nodes import NodeList
from app.ui.entity.notes import NotesView
from app.ui.entity.tabs import Pills, TabStrip
from app.ui.navigation import Crumb, Route
from app.ui.page import Page, scrolled
from app.ui.plots.gantt import GanttView
from app.ui.plots.histogram import HistogramView, Mark
from app.ui.plots.legend import Legend
from app.ui.tables.activity_model import COLUMNS, ActivityModel
from app.ui.tables.session_columns import SESSIONS
from app.ui.tables.table import Table
from app.ui.widgets.empty import Empty
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import SectionHeading, Words

if TYPE_CHECKING:
    from app.ui.plots.lane_bars import Bars, Lane
    from app.ui.plots.lanes import LanesView

BUCKETS = 120
LANES = 8
MOST_TICKETS = 3_000
"""Kerberos exchanges that are read for the list of tickets; the page of tickets reads more."""
WAYS = {"all": "All", "from": "Asked", "to": "Was asked", "hosts": "By host", "whom": "With whom"}
"""What of its activities is shown: all, as source or account, as destination, below the lanes of its peers; its peers."""
TABS = {
    "activity": "Activity", "logons": "Logons", "tickets": "Tickets", "resources": "Resources", "directory": "Directory",
    "members": "Members", "groups": "Groups", "names": "Names", "vpn": "VPN", "changes": "Changes",
    "paths": "Paths", "alerts": "Alerts", "notes": "Notes",
}  # fmt: skip
ACTING = ("user", "computer", "controller", "address", "service")
"""Kinds of entities that do something by themselves."""
HOSTS = ("computer", "controller", "address")


class Told(NamedTuple):
    """What is asked when the page is shown; the rest when its tab is."""

    card: EntityCard | None
    span: tuple[int, int] | None
    standing: Standing
    brief: Brief
    risk: Risk
    relations: Relations
    notes: tuple[Note, ...]


class EntityPage(Page):
    """Route key: EntityRef.key; view: "tab", a name of TABS, and "way", a name of WAYS."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._card: EntityCard | None = None
        self._filter: ActivityFilter | None = None
        self._listed: ActivityFilter | None = None
        """Whose activities the rows on screen are."""
        self._text = ""
        self._peer: EntityRef | None = None
        self._asked: set[str] = set()
        self._wanted = ""
        self._told: Told | None = None
        self.lanes: LanesView | None = None

    def build(self) -> Iterator[None]:
        """The head and its tabs, what is on each of them."""
        desk = self.desk
        self.head = Head(desk)
        self.tabs = TabStrip(tuple(TABS.items()), "Parts of the entity")
        self.ways = Pills("Which activities", firm=True)
        self.ways.show_choices(tuple(WAYS.items()))
        self.stack = QStackedWidget()
        self.chart = HistogramView(wording.FAMILIES, height=96, label="Activities of this entity over time")
        self.legend = Legend(wording.FAMILIES)
        self.model = ActivityModel(self._fetch, self)
        self.table = Table(COLUMNS, self.model)
        self.table.painter.keeps = True
        for_values(self.table, desk)
        self.table.setAccessibleName(tr("Activities of this entity"))
        self.table.chosen.connect(lambda row: row is not None and self.desk.inspect(row, True))
        self.table.opened.connect(self._to_activities)
        yield
        self.peers = TwoLineList(self._open, scrolls=True, pad=24)
        self.peers.setAccessibleName(tr("Entities it met"))
        self.gantt = GanttView()
        self.gantt.proof.connect(lambda proof: proof and self.desk.inspect(proof))
        self.directory = DirectoryView(desk)
        yield
        self.sessions = Table(SESSIONS)
        self.sessions.setAccessibleName(tr("VPN sessions"))
        self.sessions.opened.connect(lambda one: desk.go("activities", one.proof))
        self.sessions.chosen.connect(lambda one: one is not None and self.desk.inspect(one.proof, True))
        self.alerts = TwoLineList(lambda key: self.desk.go("alert", str(key)), scrolls=True, pad=24)
        self.alerts.setAccessibleName(tr("Alerts that name this entity"))
        self.groups = NodeList("Groups that it is in")
        self.members = NodeList("Members", self._ask_members)
        for tree in (self.groups, self.members):
            tree.chosen.connect(lambda ref: self.desk.inspect(ref, True))
            tree.opened.connect(self._open)
        yield
        self.notes = NotesView(desk)
        self.lists = make_lists(desk, lambda: self.desk.go("tickets", self.route.key), self._to_paths, self._path_way)
        yield
        self._build()
        self.tabs.changed.connect(self._show_tab)
        self.ways.changed.connect(self._show_way)

    def crumbs(self) -> tuple[Crumb, ...]:
        """Entities, then its name."""
        label = self._card.row.ref.label if self._card else "Entity"
        return (Crumb("Entities", Route("entities")), Crumb(label))

    def visit(self, route: Route) -> None:
        """Another entity, or another part of the same one."""
        if route.key != self.route.key:
            self._card, self._told, self._peer = None, None, None
            for name in TABS:
                self.tabs.offer(name, True)
            self.model.show(0)
            for one in self.lists.values():
                one.wait()
            if self.lanes is not None:
                self.lanes.show_lanes(())
        self.route, self._wanted = route, route.option("tab")
        self._asked = set(TABS)  # what its tab shows is asked for once, when it is known who it is
        self.tabs.choose(route.option("tab", "activity" if self._card is None else self.tabs.current))
        self.ways.choose(route.option("way", "all"))
        self.refresh()

    def refresh(self) -> None:
        """Ask for who it is, and for what its tab shows."""
        session, key = self.desk.session, self.route.key
        self._asked.clear()
        if session is None:
            return
        queries = session.queries

        def work() -> Told:
            card = queries.entity(key)
            ref = card.row.ref if card is not None else EntityRef("user", key, key)
            return Told(
                card, queries.span(), queries.standing(key), queries.brief(ref), queries.about.risk(key),
                queries.about.relations(key), queries.notes(key),
            )  # fmt: skip

        self.ask("card", work, self._arrived)

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """One row down."""
        self._moving().move(1)

    def previous_row(self) -> None:
        """One row up."""
        self._moving().move(-1)

    def open_row(self) -> None:
        """Open the row."""
        moving = self._moving()
        if isinstance(moving, NodeList):
            index = moving.currentIndex()
            if index.isValid():
                self._open(moving.lines.rows[index.row()].node.ref)
        else:
            moving.open_current()

    def write_note(self) -> None:
        """Put the caret where a note is written."""
        self.tabs.choose("notes")
        self.notes.field.setFocus()

    def _moving(self) -> Any:
        tab = self.tabs.current
        if tab in self.lists:
            return self.lists[tab].table
        parts = {"members": self.members, "groups": self.groups, "vpn": self.sessions, "alerts": self.alerts}
        return parts.get(tab) or (self.peers if self.ways.current == "whom" else self.table)

    # ---- building

    def _build(self) -> None:
        margin = theme.space("margin")
        names = QWidget()
        rows = QVBoxLayout(names)
        rows.setContentsMargins(margin, theme.space("group"), margin, margin)
        rows.addWidget(SectionHeading(tr("Names and addresses"), "solid: certain; dashed: little certain; click for the proof"))
        rows.addWidget(self.gantt)
        self._no_names = Words(tr("Nothing in the inputs names this entity or gives it an address."), look="quiet")
        rows.addWidget(self._no_names)
        rows.addStretch(1)
        self._no_alerts = Empty(tr("No suspicious activity names this entity."))
        parts: dict[str, QWidget] = {
            "activity": self._activity(), **self.lists, "directory": scrolled(self.directory), "names": scrolled(names),
            "groups": self._titled("Groups", self.groups), "members": self._titled("Members", self.members),
            "vpn": self.sessions, "alerts": self._below(self._no_alerts, self.alerts), "notes": scrolled(self.notes),
        }  # fmt: skip
        for name in TABS:
            self.stack.addWidget(parts[name])
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(margin, theme.space("top"), margin, 0)
        column.setSpacing(theme.space("related"))
        column.addWidget(self.head)
        column.addWidget(self.tabs)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        top.setSizePolicy(policy)  # tables below give way, its lines never do
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(top)
        outer.addWidget(self.stack, 1)
        self.setFocusProxy(self.tabs)

    def _activity(self) -> QWidget:
        margin = theme.space("margin")
        activity = QWidget()
        column = QVBoxLayout(activity)
        column.setContentsMargins(0, theme.space("related"), 0, 0)
        column.setSpacing(theme.space("related"))
        above = QVBoxLayout()
        above.setContentsMargins(margin, theme.px(4), margin, 0)
        above.addWidget(self.ways)
        self.chart_heading = SectionHeading(tr("Activities over time"), right=(self.legend,))
        self.chart_heading.title.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        above.addWidget(self.chart_heading)
        above.addWidget(self.chart)
        self._above = above
        self._no_lanes = Words(tr("No activity of this entity names another one."), look="quiet")
        self._no_lanes.hide()
        above.addWidget(self._no_lanes)
        column.addLayout(above)
        column.addWidget(self.table, 1)
        column.addWidget(self.peers, 1)
        self.peers.hide()
        return activity

    def _titled(self, title: str, tree: NodeList) -> QWidget:
        heading = SectionHeading(title)
        setattr(self, f"{title.lower()}_heading", heading)
        holder = QWidget()
        holder.setContentsMargins(theme.space("margin"), theme.space("group"), theme.space("margin"), 0)
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, theme.px(8))
        inner.addWidget(heading)
        return self._below(holder, tree)

    @staticmethod
    def _below(above: QWidget, content: QWidget) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if isinstance(above, Empty):
            above.setContentsMargins(theme.space("margin"), theme.space("group"), theme.space("margin"), 0)
        column.addWidget(above)
        column.addWidget(content, 1)
        return holder

    # ---- arriving

    def _arrived(self, told: Told) -> None:
        card = told.card
        self.tabs.setVisible(card is not None)
        self.stack.setVisible(card is not None)
        if card is None:
            self._card = None
            self.head.show_nobody()
            return
        fresh = self._card is None
        self._card = card
        self.crumbs_changed.emit()
        self.head.show_entity(card, told.brief, told.risk, told.standing.said)
        self._offer_tabs(card, told)
        self._told = told
        self.peers.show_rows([_peer(ref, count) for ref, count in card.peers])
        if fresh and not card.row.activities and told.standing.directory is not None and not self._wanted:
            self.tabs.choose("members" if card.row.ref.kind == "group" else "directory")  # all that is known of it
        if fresh:
            self.desk.inspect(card.row.ref, True)
        self._show_tab(self.tabs.current)

    def _offer_tabs(self, card: EntityCard, told: Told) -> None:
        acting = card.row.ref.kind in ACTING
        there = {
            "logons": acting, "tickets": acting, "resources": acting, "activity": acting or bool(card.row.activities),
            "directory": told.standing.directory is not None, "groups": bool(told.relations.groups),
            "members": card.row.ref.kind == "group", "names": acting, "vpn": bool(told.standing.sessions),
            "paths": card.row.ref.kind not in ("address", "service"),
        }  # fmt: skip
        for name, on in there.items():
            self.tabs.offer(name, on)
        if self.tabs.current not in self.tabs.offered():
            self.tabs.choose(self.tabs.offered()[0])
        numbers = {
            "activity": card.row.activities, "groups": told.relations.total_groups, "members": told.relations.total_members,
            "alerts": len(card.alerts), "notes": len(told.notes), "vpn": len(told.standing.sessions),
        }  # fmt: skip
        for name, number in numbers.items():
            self.tabs.count(name, number or None)

    def _show_trees(self, told: Relations) -> None:
        when = f"{told.source}, as of {wording.period(told.at, told.at)}" if told.source else ""
        through = told.total_groups - sum(one.depth == 0 for one in told.groups)
        more = f"; {wording.number(through)} through groups" if through > 0 else ""
        self.groups_heading.note.say(f"{when}{more}")  # type: ignore[attr-defined]
        self.groups.show_nodes(told.groups)
        inside = f"; {wording.number(told.nested_members)} more through groups" if told.nested_members else ""
        cut = f"; the first {wording.number(len(told.members))} are shown" if len(told.members) < told.total_members else ""
        words = when or "No directory was read, so nobody tells who is in it"
        self.members_heading.note.say(f"{words}{inside}{cut}")  # type: ignore[attr-defined]
        self.members.show_nodes(told.members)

    def _ask_members(self, ref: EntityRef, arrived: Callable[[Any], None]) -> None:
        session = self.desk.session
        if session is not None:
            self.desk.jobs.run(lambda: session.queries.about.members(ref.key), arrived, owner=self)

    # ---- tabs

    def _show_tab(self, name: str) -> None:
        self.stack.setCurrentIndex(list(TABS).index(name))
        view = {"tab": name, **({"way": self.ways.current} if name == "activity" and self.ways.current != "all" else {})}
        self.route = self.route._replace(view=tuple(sorted(view.items())))
        session, key = self.desk.session, self.route.key
        if session is None or not key or self._card is None or name in self._asked:
            return
        self._asked.add(name)
        about, queries = session.queries.about, session.queries
        self._show_told(name)
        if name == "activity":
            self._show_way(self.ways.current)
        elif name == "logons":
            self.ask(name, lambda: about.logons(key), self._show_logons)
        elif name == "tickets":
            self.ask(name, lambda: queries.tickets(key, most=MOST_TICKETS), self._show_tickets)
        elif name == "resources":
            self.ask(name, lambda: about.resources(key), self._show_resources)
        elif name == "changes":
            self.ask(name, lambda: about.changes(key), self._show_changes)
        elif name == "paths":
            self.ask(name, lambda: (queries.paths_to(key), queries.paths_from(key)), lambda found: self._show_paths(*found))
        elif name == "names":
            self.ask(name, lambda: (about.names(key), queries.span()), lambda found: self._show_names(*found))

    def _show_told(self, name: str) -> None:
        """A part for which nothing more needs to be asked; made when it is looked at, for widgets take their time."""
        card, told = self._card, self._told
        if card is None or told is None:
            return
        if name == "directory":
            self.directory.show_entry(told.standing.directory, told.relations)
        elif name in ("groups", "members"):
            self._show_trees(told.relations)
        elif name == "vpn":
            self.sessions.show_rows(told.standing.sessions)
        elif name == "alerts":
            self.alerts.show_rows([_alert(one) for one in reversed(card.alerts)])
            self._no_alerts.setVisible(not card.alerts)
        elif name == "notes":
            self.notes.show_notes(card.row.ref.key, told.notes)

    def _show_logons(self, found: Logons) -> None:
        self.tabs.count("logons", len(found.rows))
        words = lambda number, failed: f"{wording.number(number)}{f', {wording.number(failed)} failed' if failed else ''}"  # noqa: E731
        pills = [(way, f"{way}  {words(number, failed)}") for way, number, failed in found.ways]
        self.lists["logons"].show_rows(found.rows, pills, found.read)

    def _show_tickets(self, found: Genealogy) -> None:
        self.tabs.count("tickets", len(found.tickets))
        kinds = {kind: sum(one.kind == kind for one in found.tickets) for kind in KINDS}
        pills = [(kind, f"{KINDS[kind]}  {wording.number(number)}") for kind, number in kinds.items() if number]
        odd = sum(bool(one.apart) for one in found.tickets)
        note = f"{wording.count(odd, 'ticket was', 'tickets were')} used by a computer that did not receive it" if odd else ""
        cut = f"from the first {wording.number(found.exchanges)} of {wording.number(found.total)} exchanges" if found.cut else ""
        self.lists["tickets"].show_rows(found.tickets, pills, None, "; ".join(part for part in (note, cut) if part))

    def _show_resources(self, found: Resources) -> None:
        self.tabs.count("resources", len(found.rows))
        pills = [(kind, f"{kind}  {wording.number(number)}") for kind, number in found.kinds]
        self.lists["resources"].show_rows(found.rows, pills, found.read)

    def _show_changes(self, found: Changes) -> None:
        self.tabs.count("changes", len(found.rows))
        own = sum(one.own for one in found.rows)
        pills = [("by", f"by it  {wording.number(own)}"), ("of", f"of it  {wording.number(len(found.rows) - own)}")]
        both = own and own < len(found.rows)
        self.lists["changes"].show_rows(found.rows, pills if both else (), found.read)

    def _path_way(self, row: AttackPath) -> str:
        return "from" if row.start.key == self.route.key else "to"

    def _show_paths(self, to: PathPicture | None, away: PathPicture | None) -> None:
        rows = [one for picture in (to, away) if picture is not None for one in picture.paths]
        number = {"to": len(to.paths) if to else 0, "from": len(away.paths) if away else 0}
        self.tabs.count("paths", len(rows))
        pills = [(way, f"{way} it  {wording.number(count)}") for way, count in number.items()]
        more = "there are more" if any(one is not None and one.more for one in (to, away)) else ""
        self.lists["paths"].show_rows(rows, pills if all(number.values()) else (), None, more)

    def _to_paths(self) -> None:
        rows = self.lists["paths"].rows()
        way = self._path_way(rows[0]) if rows else "to"
        self.desk.go("paths", self.route.key, way=self.lists["paths"].pills.current or way)

    def _show_names(self, found: tuple[Any, ...], span: tuple[int, int] | None) -> None:
        self.tabs.count("names", len(found))
        self.gantt.show_bindings(found, span)
        self._no_names.setVisible(not found)

    # ---- activities

    def _show_way(self, way: str) -> None:
        if not self.route.key or self.tabs.current != "activity":
            return
        pairs = {"tab": "activity", **({"way": way} if way != "all" else {})}
        self.route = self.route._replace(view=tuple(sorted(pairs.items())))
        by_host, whom = way == "hosts", way == "whom"
        self.chart.setVisible(not by_host and not whom)
        self.table.setVisible(not whom)
        self.peers.setVisible(whom)
        self.legend.setVisible(not whom)
        titles = {"hosts": "Activities by host", "whom": "Whom it met, the busiest first"}
        self.chart_heading.title.say(titles.get(way, "Activities over time"))
        self.chart_heading.note.say("")
        if self.lanes is not None:
            self.lanes.setVisible(by_host)
        self._no_lanes.hide()
        if by_host:
            self._ask_lanes()
        if not whom:
            self._show_rows(way if way in ("from", "to") else "", self._peer if by_host else None)

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
            self._show_number(number, wanted)
            marks = [Mark(one.finding.first, one.severity) for one in (self._card.alerts if self._card else ())]
            self.chart.show_data(bars, marks)
            if self.ways.current != "hosts":
                self.legend.show_series([name for name in wording.FAMILIES if bars and any(bars.series.get(name, ()))])

        self.ask("rows", work, done)

    def _show_number(self, number: int, wanted: ActivityFilter) -> None:
        """The rows anew, for names may have come; where they are of the same question the place in them stays."""
        same, at, row = wanted == self._listed, self.table.verticalScrollBar().value(), self.table.currentIndex().row()
        self._listed = wanted
        self.model.show(number)
        if same and number:
            self.table.verticalScrollBar().setValue(at)
            if 0 <= row < number:
                self.table.setCurrentIndex(self.model.index(row, 0))

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
            self._above.insertWidget(3, self.lanes)
        by_host = self.ways.current == "hosts"
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
        if self.ways.current == "hosts":
            self._show_rows("", ref)

    def _fetch(self, first: int, limit: int, arrived) -> None:
        session, wanted = self.desk.session, self._filter
        if session is not None and wanted is not None:
            self.desk.jobs.run(lambda: session.queries.slice(wanted, first, limit), arrived, owner=self)

    def _to_activities(self, row: ActivityRow) -> None:
        self.desk.go("activities", filter=self._text, activity=row.id)

    def _open(self, ref: object) -> None:
        if isinstance(ref, EntityRef):
            self.desk.go("entity", ref.key)


def _marks(alerts: tuple[Alert, ...], ref: EntityRef) -> tuple[Mark, ...]:
    """Alerts that name a peer, at the time of their first evidence."""
    return tuple(
        Mark(one.finding.first, one.severity)
        for one in alerts
        if any(ref.key == party.key for party in (*one.finding.sources, *one.finding.accounts, *one.finding.targets))
    )


def _peer(ref: EntityRef, count: int) -> TwoLines:
    words = wording.count(count, "activity", "activities")
    return TwoLines(f"entity:{ref.kind}", ref.label, wording.entity_kind(ref.kind), words, target=ref)


def _alert(alert: Alert) -> TwoLines:
    story = alert.finding.story[0] if alert.finding.story else ""
    return TwoLines(f"severity:{alert.severity}", alert.title, story, wording.moment(alert.finding.first), target=alert.id)
