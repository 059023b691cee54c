"""The case at one look: numbers, what is new, where to begin, alerts by phase, who is exposed, sources, what was not seen."""

import time
from collections.abc import Iterator, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.about import Risk
from app.model.alert import RANK, Alert
from app.model.coverage import CoverageShare, Remedy
from app.model.entity import EntityRef
from app.model.filter import parse
from app.model.incident import Incident
from app.model.rows import Coverage, EntityRow, Histogram, Overview
from app.model.tags import SENSITIVE
from app.ui import wording
from app.ui.catalogue import tr
from app.ui.navigation import Route
from app.ui.page import Column, Page, scrolled
from app.ui.plots.buckets import buckets
from app.ui.plots.histogram import HistogramView, Mark
from app.ui.plots.legend import Legend
from app.ui.plots.phase_grid import PhaseGrid
from app.ui.tables.alert_filter import PHASES
from app.ui.value_menu import span_term
from app.ui.visits import news, visit
from app.ui.widgets import overview_rows
from app.ui.widgets.buttons import Button
from app.ui.widgets.news_band import NewsBand
from app.ui.widgets.summary import Fact, FactsRow, Listed, Side, signed
from app.ui.widgets.two_line_list import TwoLines
from app.ui.widgets.words import Elided, PageHeading, Paragraph, SectionHeading

BUCKETS = 110
MOST, STORIES = 5, 3
WRONG = 3
"""Health alerts at most that stand before the sources."""
ENTITIES, MOST_VISITS = 40, 20
COVERAGE_ORDER = {"blind": 0, "partial": 1, "learning": 2, "seen": 3}
EXPOSED = (
    "Points for open alerts by severity and role, for what the directory says of the account, for reaching the domain; "
    "100 at most"
)
"""How the score of an account is made; the page of an entity lists every point."""


class OverviewPage(Page):
    """Full width; the inspector opens over it on demand."""

    def build(self) -> Iterator[None]:
        """The numbers, what to look at first, the charts, the lists below them."""
        desk = self.desk
        self.heading = PageHeading(tr("Overview"), "", (
            Button(tr("Add evidence"), "plus", "Ctrl O", on_click=lambda: desk.command("open.files")),
            Button(tr("Save report"), "reports", on_click=lambda: desk.command("report.save")),
        ))  # fmt: skip
        self.news = NewsBand(desk, self.mark_seen)
        go = desk.go
        places = ("alerts", "activities", "entities", "entities", "coverage")
        words = ("open alerts", "activities", "accounts seen", "computers seen", "detectors")
        self.facts = [Fact(one, lambda place=place: go(place)) for one, place in zip(words, places, strict=True)]
        yield
        self.steps = Listed("What to look at first", "", self._open_route)
        self.grid_heading = SectionHeading(tr("Alerts by phase over time"), "every state but deleted and excluded")
        self.grid = PhaseGrid(PHASES)
        self.grid.asked.connect(self._open_cell)
        self.chart = HistogramView(wording.FAMILIES, 210, marks=True)
        self.chart.mark_clicked.connect(self._open_mark)
        self.chart.brushed.connect(self._brushed)
        self.legend = Legend(wording.FAMILIES)
        self.chart_heading = SectionHeading(tr("Activities over time"), right=(self.legend,), whole=True)
        yield
        self.incidents = Listed("Incidents", "", lambda one: go("incident", one.id))
        self.alerts = Listed(
            "Worst open alerts", "Nothing suspicious is open.", lambda one: go("alert", one.id), "All", lambda: go("alerts")
        )
        self.entities = Listed("Most exposed", "No entity was seen yet.", self._open_entity, "All", lambda: go("entities"))
        self.entities.setToolTip(EXPOSED)
        self.unseen = Listed(
            "What could not be seen", "Every detector had what it needs.", lambda one: go("coverage", one.detector), "Coverage",
            lambda: go("coverage"),
        )  # fmt: skip
        yield
        self.controllers = Listed(
            "Domain controllers", "No controller was seen.", self._open_entity, "Coverage", lambda: go("coverage")
        )
        self.sources = Listed(
            "Sources and their health", "Nothing was read yet.", self._open_source, "Sources", lambda: go("sources")
        )
        self.problems = Listed(
            "Problems of the evidence", "Everything that was read could be used.", lambda _: go("sources"), "Sources",
            lambda: go("sources"),
        )  # fmt: skip
        self.protocols = Listed("Protocols", "No activity was decoded.", self._open_kind)
        yield
        outer, column = QVBoxLayout(self), Column()
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(column))  # first: what comes into it is styled where it stays
        for one in (self.heading, self.news, FactsRow(self.facts), self.steps, self.incidents, self.grid_heading, self.grid):
            column.add(one)
        self.steps.hide()
        self.setFocusProxy(self.steps.list)
        yield
        column.add(self.chart_heading)
        column.add(self.chart)
        column.add(Side((self.alerts, self.entities, self.unseen, self.controllers, self.sources, self.problems)))
        yield
        column.add(self.protocols)
        column.parts.addStretch(1)
        desk.health_changed.connect(self._health_changed)
        self._risks: tuple[tuple[EntityRow, Risk], ...] = ()
        self._remedies: tuple[Remedy, ...] = ()

    def refresh(self) -> None:
        """Numbers from the desk; charts, risks and coverage by query."""
        overview, session = self.desk.overview, self.desk.session
        if overview is None or session is None:
            return
        opened = [one for one in self.desk.alerts if one.state == "open"]
        self.heading.sentence.say(wording.overview_sentence(overview, self.desk.alerts))
        self._show_news(overview)
        self._show_facts(overview, opened)
        self._show_alerts(opened)
        self._show_incidents(self.desk.incidents)
        self._show_parties(overview)
        self._show_sources(overview)
        queries = session.queries
        if overview.first is not None and overview.last is not None:
            start, end, number = buckets(overview.first, overview.last, BUCKETS)
            everything = parse("")
            work = lambda: queries.histogram(everything, start, end, number)  # noqa: E731
            self.ask("histogram", work, lambda found: self._show_chart(found, overview))
            self.grid.show_alerts(self.desk.alerts, overview.first, overview.last)
        for one in (self.grid, self.grid_heading):
            one.setVisible(bool(self.desk.alerts) and overview.first is not None)

        def exposed() -> tuple[tuple[EntityRow, Risk], ...]:
            found = [
                one for one in queries.entities(None, "", "alerts", 0, ENTITIES) if one.ref.kind not in ("controller", "domain")
            ]
            ranked = [(one, queries.about.risk(one.ref.key)) for one in found]
            return tuple(sorted(ranked, key=lambda pair: (-pair[1].score, -pair[0].alerts, pair[0].ref.key)))

        self.ask("entities", exposed, self._show_entities)
        self.ask("coverage", lambda: (tuple(queries.coverage()), queries.coverage_shares(), queries.remedies()), self._show_seen)

    # ---- what is new

    def _where(self) -> str:
        """Path of a workspace that stays, "" for one that is removed on close."""
        session = self.desk.session
        return "" if session is None or session.is_temporary else str(session.path)

    def _show_news(self, overview: Overview) -> None:
        where = self._where()
        before = self.desk.settings.visits.get(where)
        if where and before is None and overview.inputs and not self.desk.bridge.reading:
            self.mark_seen()  # the first visit: from now on something can be new
        found = news(before, overview, self.desk.alerts, self.desk.incidents) if before is not None else None
        self.news.show_news(found)

    def mark_seen(self) -> None:
        """All that is here is no longer new."""
        overview, where = self.desk.overview, self._where()
        if overview is None or not where:
            return
        now = visit(time.time_ns() // 1000, overview, self.desk.alerts, self.desk.incidents)
        others = [(path, one) for path, one in self.desk.settings.visits.items() if path != where]
        self.desk.keep(visits=dict([*others[-MOST_VISITS:], (where, now)]))
        self.news.show_news(None)

    # ---- parts

    def _show_facts(self, overview: Overview, opened: list[Alert]) -> None:
        alerts, activities, accounts, hosts, _ = self.facts
        signs: list[QWidget] = []
        for severity, number in wording.by_severity(opened).items():
            signs.append(signed(f"severity:{severity}", f"{number:,} {severity}"))
        alerts.show_value(wording.number(len(opened)), "open alert" if len(opened) == 1 else "open alerts", signs)
        found = wording.listed(wording.found_in(overview.inputs))
        activities.show_value(
            wording.number(overview.activities), "activities", [Paragraph(f"from {found}", "quiet", "quiet")] if found else []
        )
        sensitive = sum(SENSITIVE in one.tags for one in overview.top_accounts)
        told = [Paragraph(f"{sensitive} busy, sensitive", "quiet", "quiet")] if sensitive else []
        accounts.show_value(wording.number(overview.accounts), "accounts seen", told)
        controllers = wording.count(len(overview.controllers), "controller")
        hosts.show_value(wording.number(overview.hosts), "computers seen", [Paragraph(controllers, "quiet", "quiet")])

    def _show_alerts(self, opened: list[Alert]) -> None:
        worst = sorted(opened, key=lambda one: (-RANK[one.severity], -one.finding.first))[:MOST]
        rows = []
        for one in worst:
            target = next(iter(one.finding.targets or one.finding.domain_controllers), None)
            story = one.finding.story[0] if one.finding.story else one.phase
            when = wording.clock(one.finding.first)
            rows.append(TwoLines(f"severity:{one.severity}", one.title, story, when, target, target=one))
        self.alerts.show_rows(rows)
        self.alerts.link.say(f"All {len(opened):,}" if opened else "All")

    def _show_incidents(self, incidents: Sequence[Incident]) -> None:
        """Stories that are not done with, the worst and newest first; nothing at all where there are none."""
        opened = [one for one in incidents if one.open]
        rows = []
        for one in sorted(opened, key=lambda one: (-RANK[one.severity], -one.last))[:STORIES]:
            ties = wording.listed(tie.entity.label for tie in one.shared[:3])
            alerts = wording.count(len(one.alerts), "alert")
            begun = wording.moment(one.first)[:-3]
            told = f"{alerts} since {begun}, tied together by {ties}"
            rows.append(TwoLines(f"severity:{one.severity}", one.title, told, target=one))
        self.incidents.show_rows(rows)
        self.incidents.setVisible(len(rows) > 1)  # a single one is where to begin, above

    def _show_entities(self, found: tuple[tuple[EntityRow, Risk], ...]) -> None:
        self._risks = found
        self.entities.show_rows(overview_rows.exposed(found, MOST))
        self._show_steps()

    def _show_parties(self, overview: Overview) -> None:
        kinds = sorted(overview.by_kind.items(), key=lambda one: -one[1])[:MOST]
        most = max((number for _, number in kinds), default=1) or 1
        whole = max(1, overview.activities)
        self.protocols.show_rows([
            TwoLines(
                "", wording.kind(kind), f"{number * 100 / whole:.0f} % of all activities", wording.number(number), None,
                number / most, kind,
            )
            for kind, number in kinds
        ])  # fmt: skip

    def _show_sources(self, overview: Overview) -> None:
        live = {one.label: one for one in self.desk.bridge.states.values()}
        wrong = overview_rows.health(self.desk.health, WRONG)
        now = time.time_ns() // 1000
        self.sources.show_rows([*wrong, *overview_rows.sources(overview.inputs, live, now, MOST - len(wrong))])
        self.sources.link.say(f"All {len(overview.inputs):,}" if len(overview.inputs) > MOST else "Sources")
        problems = overview_rows.problems(overview.inputs)
        self.problems.show_rows(problems[:MOST])
        self.problems.link.say(f"All {len(problems):,}" if len(problems) > MOST else "Sources")

    def _health_changed(self) -> None:
        if self.desk.overview is not None and self.isVisible():
            self._show_sources(self.desk.overview)

    def _show_chart(self, found: Histogram, overview: Overview) -> None:
        marks = [Mark(one.finding.first, one.severity) for one in self.desk.alerts if one.state == "open"]
        covered = [(one.first, one.last) for one in overview.inputs if one.first is not None and one.last is not None]
        self.chart.show_data(found, marks, covered)
        self.legend.show_series([name for name, values in found.series.items() if any(values)])
        self.chart_heading.title.say(f"Activities per {wording.per(found.width)}")

    def _show_seen(self, value: tuple[tuple[Coverage, ...], tuple[CoverageShare, ...], tuple[Remedy, ...]]) -> None:
        found, shares, self._remedies = value
        rows = sorted((one for one in found if one.state != "seen"), key=lambda one: COVERAGE_ORDER.get(one.state, 9))
        self.unseen.show_rows(
            [TwoLines(f"coverage:{one.state}", one.title, one.reason, one.state, target=one) for one in rows[:MOST]]
        )
        states = [one.state for one in found]
        told = [_quiet(f"{states.count(word)} {word}") for word in ("partial", "learning", "blind") if word in states]
        self.facts[4].show_value(f"{states.count('seen')} of {len(states)}", "detectors saw all", told)
        self._show_controllers(shares)
        self._show_steps()

    def _show_controllers(self, shares: tuple[CoverageShare, ...]) -> None:
        known = self.desk.overview.controllers if self.desk.overview else ()
        plain = [TwoLines(f"entity:{ref.kind}", ref.label, "", target=ref) for ref in known]
        self.controllers.show_rows(overview_rows.controllers(shares, MOST) or plain[:MOST])

    def _show_steps(self) -> None:
        rows = overview_rows.steps(self.desk.alerts, self.desk.incidents, self._risks, self._remedies)
        self.steps.show_rows(rows)
        self.steps.setVisible(bool(rows))

    # ---- where things lead

    def _open_route(self, route: object) -> None:
        assert isinstance(route, Route)
        self.desk.open(route)

    def _open_source(self, target: object) -> None:
        if isinstance(target, Route):
            self.desk.open(target)
        else:
            self.desk.go("sources")

    def _open_cell(self, phase: str, first: int, last: int) -> None:
        view = {"span": f"{first}-{last}", "state": "all"} | ({"phase": phase.replace(" ", "%20")} if phase else {})
        self.desk.go("alerts", **view)

    def _open_mark(self, mark: Mark) -> None:
        near = next((one for one in self.desk.alerts if one.finding.first == mark.at and one.severity == mark.severity), None)
        if near is not None:
            self.desk.go("alert", near.id)

    def _brushed(self, start: int, end: int) -> None:
        if end and self.desk.can_go("activities"):
            self.chart.set_brush(None)
            self.desk.go("activities", filter=span_term(start, end))

    def _open_entity(self, ref: object) -> None:
        assert isinstance(ref, EntityRef)
        self.desk.go("entity", ref.key) if self.desk.can_go("entity") else self.desk.inspect(ref)

    def _open_kind(self, kind: object) -> None:
        if self.desk.can_go("activities"):
            self.desk.go("activities", filter=f"kind:{kind}")


def _quiet(words: str) -> Elided:
    return Elided(words, "quiet", "text-quiet")
