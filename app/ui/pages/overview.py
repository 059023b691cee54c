"""The case at one look: numbers, activity over time, worst alerts, who to look at, what could not be seen."""

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.model.alert import RANK, Alert
from app.model.entity import EntityRef
from app.model.filter import parse
from app.model.incident import Incident
from app.model.rows import Coverage, EntityRow, Histogram, Overview
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.page import Column, Page, scrolled
from app.ui.plots.buckets import buckets
from app.ui.plots.histogram import HistogramView, Legend, Mark
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.flow import flow
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Elided, Line, PageHeading, SectionHeading, Words

BUCKETS = 110
MOST, STORIES = 5, 3
ENTITIES = 40
COVERAGE_ORDER = {"blind": 0, "partial": 1, "learning": 2, "seen": 3}


class Fact(QWidget):
    """A big number, what it counts, a quiet line below."""

    def __init__(self, words: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(10), theme.px(12), theme.px(10))
        column.setSpacing(theme.px(1))
        self.number, self.words = Words("–", "page"), Elided(words)
        self.below = QVBoxLayout()
        self.below.setContentsMargins(0, theme.px(3), 0, 0)
        column.addWidget(self.number)
        column.addWidget(self.words)
        column.addLayout(self.below)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_value(self, number: str, words: str, below: Sequence[QWidget]) -> None:
        """Show another number."""
        self.number.say(number)
        self.words.say(words)
        while (item := self.below.takeAt(0)) is not None:
            if item.widget():
                item.widget().hide()
                item.widget().deleteLater()
        self.below.addWidget(flow(*below))


class Listed(QWidget):
    """A section heading with a link, then a short list or one quiet sentence."""

    def __init__(self, title: str, nothing: str, opened, link: str = "", on_link=None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        self.link = LinkButton(link, on_link)
        column.addWidget(SectionHeading(title, right=(self.link,)))
        self.link.setVisible(bool(link))
        self.list = TwoLineList(opened)
        self.list.setAccessibleName(title)
        self.nothing = Empty(nothing)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.list.hide()
        self.nothing.hide()  # before the first answer nothing is claimed

    def show_rows(self, rows: Sequence[TwoLines]) -> None:
        """Show other rows."""
        self.list.show_rows(rows)
        self.list.setVisible(bool(rows))
        self.nothing.setVisible(not rows)


class Side(QWidget):
    """Parts side by side with a line between: three on a row, two where there is little room."""

    def __init__(self, parts: Sequence[QWidget]) -> None:
        super().__init__()
        self._parts, self._across = tuple(parts), 0
        self._lines = [Line(vertical=True) for _ in parts]
        for one in self._lines:
            one.setParent(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, theme.px(8), 0, 0)
        self._grid.setHorizontalSpacing(theme.px(20))
        self._grid.setVerticalSpacing(theme.px(24))
        self._arrange(3)

    def _arrange(self, across: int) -> None:
        if across == self._across:
            return
        self._across = across
        for one in (*self._parts, *self._lines):
            self._grid.removeWidget(one)
        for place in range(3):
            self._grid.setColumnStretch(2 * place, (4 if place < 2 else 3) if place < across else 0)
        for place, part in enumerate(self._parts):
            row, column = divmod(place, across)
            self._grid.addWidget(part, row, 2 * column)
            if column:
                self._grid.addWidget(self._lines[place], row, 2 * column - 1)
            self._lines[place].setVisible(column > 0)

    def resizeEvent(self, event) -> None:
        """As many as there is room for."""
        super().resizeEvent(event)
        self._arrange(3 if self.width() >= theme.px(1040) else 2)


class OverviewPage(Page):
    """Full width; the inspector opens over it on demand."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.heading = PageHeading("Overview", "", (
            Button("Add evidence", "plus", "open.files", on_click=lambda: desk.command("open.files")),
            Button("Save report", "reports", on_click=lambda: desk.command("report.save")),
        ))  # fmt: skip
        self.facts = [
            Fact(words) for words in ("open suspicious activities", "activities", "accounts seen", "computers seen", "detectors")
        ]
        self.chart = HistogramView(wording.FAMILIES, 210, marks=True)
        self.chart.mark_clicked.connect(self._open_mark)
        self.chart.brushed.connect(self._brushed)
        self.legend = Legend(wording.FAMILIES)
        self.chart_heading = SectionHeading("Activities over time", right=(self.legend,))
        self.alerts = Listed(
            "Worst open alerts",
            "Nothing suspicious is open.",
            lambda one: desk.go("alert", one.id),
            "All",
            lambda: desk.go("alerts"),
        )
        self.incidents = Listed("Incidents", "", lambda one: desk.go("incident", one.id))
        self.entities = Listed(
            "Entities to look at", "No entity was seen yet.", self._open_entity, "All", lambda: desk.go("entities")
        )
        self.unseen = Listed(
            "What could not be seen", "Every detector had what it needs.", lambda one: desk.go("coverage", one.detector),
            "Coverage", lambda: desk.go("coverage"),
        )  # fmt: skip
        self.controllers = Listed("Domain controllers", "No controller was seen.", self._open_entity)
        self.protocols = Listed("Protocols", "No activity was decoded.", self._open_kind)
        self.problems = Listed(
            "Problems of the evidence",
            "Everything that was read could be used.",
            lambda _: desk.go("sources"),
            "Sources",
            lambda: desk.go("sources"),
        )
        column = Column()
        column.add(self.heading)
        column.add(self._facts_row())
        column.add(self.chart_heading)
        column.add(self.chart)
        column.add(self.incidents)
        column.add(Side((self.alerts, self.entities, self.unseen, self.controllers, self.protocols, self.problems)))
        column.parts.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(column))

    def _facts_row(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.setHorizontalSpacing(theme.px(16))
        spread = 2 * len(self.facts) - 1
        grid.addWidget(Line(), 0, 0, 1, spread)
        for place, fact in enumerate(self.facts):
            grid.addWidget(fact, 1, 2 * place)
            grid.setColumnStretch(2 * place, 1)
            if place:
                grid.addWidget(Line(vertical=True), 1, 2 * place - 1)
        grid.addWidget(Line(), 2, 0, 1, spread)
        return holder

    def refresh(self) -> None:
        """Numbers from the desk; chart and coverage by query."""
        overview, session = self.desk.overview, self.desk.session
        if overview is None or session is None:
            return
        opened = [one for one in self.desk.alerts if one.state == "open"]
        self.heading.sentence.say(wording.overview_sentence(overview, self.desk.alerts))
        self._show_facts(overview, opened)
        self._show_alerts(opened)
        self._show_incidents(self.desk.incidents)
        self._show_parties(overview)
        self._show_problems(overview)
        queries = session.queries
        if overview.first is not None and overview.last is not None:
            start, end, number = buckets(overview.first, overview.last, BUCKETS)
            everything = parse("")
            work = lambda: queries.histogram(everything, start, end, number)  # noqa: E731
            self.ask("histogram", work, lambda found: self._show_chart(found, overview))
        self.ask("entities", lambda: queries.entities(None, "", "alerts", 0, ENTITIES), self._show_entities)
        self.ask("coverage", lambda: tuple(queries.coverage()), self._show_coverage)

    def _show_facts(self, overview: Overview, opened: list[Alert]) -> None:
        alerts, activities, accounts, hosts, _ = self.facts
        signs: list[QWidget] = []
        for severity, number in wording.by_severity(opened).items():
            signs += [Sign(f"severity:{severity}"), Words(f"{number:,} {severity}", "quiet", "quiet")]
        alerts.show_value(
            wording.number(len(opened)), "open suspicious activity" if len(opened) == 1 else "open suspicious activities", signs
        )
        found = wording.listed(wording.found_in(overview.inputs))
        activities.show_value(wording.number(overview.activities), "activities", [_quiet(f"from {found}" if found else "")])
        sensitive = sum("Sensitive" in one.tags for one in overview.top_accounts)
        accounts.show_value(
            wording.number(overview.accounts),
            "accounts seen",
            [_quiet(f"{sensitive} of the busiest sensitive")] if sensitive else [],
        )
        hosts.show_value(
            wording.number(overview.hosts), "computers seen", [_quiet(wording.count(len(overview.controllers), "controller"))]
        )

    def _show_alerts(self, opened: list[Alert]) -> None:
        worst = sorted(opened, key=lambda one: (-RANK[one.severity], -one.finding.first))[:MOST]
        rows = []
        for one in worst:
            target = next(iter(one.finding.targets or one.finding.domain_controllers), None)
            story = one.finding.story[0] if one.finding.story else one.phase
            rows.append(
                TwoLines(f"severity:{one.severity}", one.title, story, wording.clock(one.finding.first), target, target=one)
            )
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
            rows.append(
                TwoLines(f"severity:{one.severity}", one.title, f"{alerts} since {begun}, tied together by {ties}", target=one)
            )
        self.incidents.show_rows(rows)
        self.incidents.setVisible(bool(rows))

    def _show_entities(self, found: Sequence[EntityRow]) -> None:
        # A controller takes part in everything; it has a list of its own.
        ranked = [one for one in found if one.ref.kind != "controller"][:MOST]
        most = max((one.activities for one in ranked), default=1) or 1
        rows = []
        for one in ranked:
            parts = [
                *one.tags[:2],
                wording.count(one.alerts, "alert") if one.alerts else "",
                wording.entity_kind(one.ref.kind).lower(),
            ]
            words = ", ".join(part for part in parts if part)
            rows.append(TwoLines(
                f"entity:{one.ref.kind}", one.ref.label, words[:1].upper() + words[1:], wording.number(one.activities), None,
                one.activities / most, one.ref,
            ))  # fmt: skip
        self.entities.show_rows(rows)

    def _show_parties(self, overview: Overview) -> None:
        controllers = [
            TwoLines(f"entity:{one.kind}", one.label, wording.tidy(one.key.partition(":")[2]), target=one)
            for one in overview.controllers
        ]
        self.controllers.show_rows(controllers[:MOST])
        kinds = sorted(overview.by_kind.items(), key=lambda one: -one[1])[:MOST]
        most = max((number for _, number in kinds), default=1) or 1
        share = max(1, overview.activities)
        self.protocols.show_rows(
            [
                TwoLines(
                    "",
                    wording.kind(kind),
                    f"{number * 100 / share:.0f} % of all activities",
                    wording.number(number),
                    None,
                    number / most,
                    kind,
                )
                for kind, number in kinds
            ]
        )

    def _show_problems(self, overview: Overview) -> None:
        rows = [
            TwoLines(
                "problem",
                one.what,
                f"{item.path.replace(chr(92), '/').rsplit('/', 1)[-1]}, {one.where}".rstrip(", "),
                wording.number(one.count),
                target=item,
            )
            for item in overview.inputs
            for one in item.problems
        ]
        self.problems.show_rows(rows[:MOST])
        self.problems.link.say(f"All {len(rows):,}" if len(rows) > MOST else "Sources")

    def _show_chart(self, found: Histogram, overview: Overview) -> None:
        marks = [Mark(one.finding.first, one.severity) for one in self.desk.alerts if one.state == "open"]
        covered = [(one.first, one.last) for one in overview.inputs if one.first is not None and one.last is not None]
        self.chart.show_data(found, marks, covered)
        self.legend.show_series([name for name, values in found.series.items() if any(values)])
        self.chart_heading.title.say(f"Activities per {wording.per(found.width)}")

    def _show_coverage(self, found: tuple[Coverage, ...]) -> None:
        rows = sorted((one for one in found if one.state != "seen"), key=lambda one: COVERAGE_ORDER.get(one.state, 9))
        self.unseen.show_rows(
            [TwoLines(f"coverage:{one.state}", one.title, one.reason, one.state, target=one) for one in rows[:MOST]]
        )
        states = [one.state for one in found]
        seen = states.count("seen")
        rest = ", ".join(f"{states.count(word)} {word}" for word in ("partial", "learning", "blind") if word in states)
        self.facts[4].show_value(f"{seen} of {len(states)}", "detectors had their data", [_quiet(rest)] if rest else [])

    def _open_mark(self, mark: Mark) -> None:
        near = next((one for one in self.desk.alerts if one.finding.first == mark.at and one.severity == mark.severity), None)
        if near is not None:
            self.desk.go("alert", near.id)

    def _brushed(self, start: int, end: int) -> None:
        if end and self.desk.can_go("activities"):
            self.chart.set_brush(None)
            self.desk.go("activities", span=f"{start}-{end}")

    def _open_entity(self, ref: object) -> None:
        assert isinstance(ref, EntityRef)
        self.desk.go("entity", ref.key) if self.desk.can_go("entity") else self.desk.inspect(ref)

    def _open_kind(self, kind: object) -> None:
        if self.desk.can_go("activities"):
            self.desk.go("activities", filter=f"kind:{kind}")


def _quiet(words: str) -> Words:
    return Words(words, "quiet", "quiet")
