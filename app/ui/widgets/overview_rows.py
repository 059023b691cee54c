"""Rows of the lists of the overview: sources with their health, controllers with what was seen there, where to begin."""

from collections.abc import Mapping, Sequence

from app.model.about import Risk
from app.model.alert import RANK, Alert
from app.model.coverage import CoverageShare, Remedy
from app.model.health import Health
from app.model.incident import Incident
from app.model.rows import EntityRow, InputRow
from app.model.source import SourceState
from app.ui import wording
from app.ui.navigation import Route
from app.ui.widgets import health_rows
from app.ui.widgets.two_line_list import TwoLines

HEALTH = {"failed": 0, "partial": 1, "reading": 2, "waiting": 3, "done": 4}
"""Inputs that need a look come first."""
REASONS = 3


def sources(inputs: Sequence[InputRow], live: Mapping[str, SourceState], now: int, most: int) -> list[TwoLines]:
    """Every input with its state, when it was heard of last, how far behind it is, what was lost. now: UTC microseconds."""
    rows = []
    for one in sorted(inputs, key=lambda one: (HEALTH.get(one.state, 9), -_problems(one), -(one.last or 0)))[:most]:
        state = live.get(name_of(one).removesuffix(wording.LIVE))
        lost, number = state.dropped if state is not None else 0, _problems(one)
        parts = [wording.input_kind(one.kind, one.path), one.state]
        if one.last is not None:
            parts.append(f"last seen {wording.moment(one.last)[:-3]}")
        if state is not None and state.last is not None and state.state == "running":
            parts.append(f"{wording.span(max(0, now - state.last))} behind")
        if lost:
            parts.append(f"{lost:,} lost")
        if number:
            parts.append(wording.count(number, "problem"))
        well = one.state == "done" and not lost and not number
        sign = "coverage:seen" if well else "problem" if one.state == "failed" else "coverage:partial"
        rows.append(TwoLines(sign, name_of(one), ", ".join(parts), wording.number(one.records), target=one))
    return rows


def health(found: Health, most: int) -> list[TwoLines]:
    """Open health alerts, the gravest first; their targets are routes."""
    return [
        TwoLines(f"severity:{one.severity}", one.title, health_rows.said(one), "health",
                 target=Route("health", one.id))
        for one in found.opened[:most]
    ]  # fmt: skip


def problems(inputs: Sequence[InputRow]) -> list[TwoLines]:
    """What could not be used, with its first place."""
    return [
        TwoLines("problem", one.what, f"{name_of(item)}, {one.where}".rstrip(", "), wording.number(one.count), target=item)
        for item in inputs
        for one in item.problems
    ]


def controllers(shares: Sequence[CoverageShare], most: int) -> list[TwoLines]:
    """How much of what all detectors could have seen at each controller was seen, in part, or not at all; the blindest first."""
    of: dict[str, list[CoverageShare]] = {}
    for one in shares:
        of.setdefault(one.controller.key, []).append(one)
    made = []
    for some in of.values():
        ref, whole = some[0].controller, max(1, sum(one.whole for one in some))
        seen = 100 * sum(one.seen for one in some) / whole
        part = 100 * sum(one.partial for one in some) / whole
        told = f"Seen {seen:.0f} %, partial {part:.0f} %, blind {max(0.0, 100 - seen - part):.0f} % of detector hours"
        made.append((seen, TwoLines(f"entity:{ref.kind}", ref.label, told, f"{seen:.0f} %", None, seen / 100, ref)))
    return [row for _, row in sorted(made, key=lambda pair: pair[0])[:most]]


def exposed(found: Sequence[tuple[EntityRow, Risk]], most: int) -> list[TwoLines]:
    """Entities with their score and its heaviest reasons."""
    rows = []
    for one, risk in found[:most]:
        why = "; ".join(reason.words for reason in risk.reasons[:REASONS]) or wording.count(one.alerts, "alert")
        tags = ", ".join(one.tags[:2])
        told = f"{tags}{': ' if tags else ''}{why}"
        told = told[:1].upper() + told[1:]
        rows.append(TwoLines(f"entity:{one.ref.kind}", one.ref.label, told, str(risk.score), None, risk.score / 100, one.ref))
    return rows


def steps(
    alerts: Sequence[Alert], incidents: Sequence[Incident], risks: Sequence[tuple[EntityRow, Risk]], remedies: Sequence[Remedy]
) -> list[TwoLines]:
    """At most four places to begin, each with why; their targets are routes."""
    rows = []
    stories = sorted((one for one in incidents if one.open), key=lambda one: (-RANK[one.severity], -len(one.alerts)))[:1]
    for story in stories:
        why = f"{wording.count(story.open, 'open alert')} tell one story: {wording.phases(story).lower()}"
        place = Route("incident", story.id)
        rows.append(TwoLines(f"severity:{story.severity}", wording.incident(story), why, "incident", target=place))
    inside = {id for story in stories for id in story.alerts}
    alone = [one for one in alerts if one.state == "open" and one.id not in inside]
    for one in sorted(alone, key=lambda one: (-RANK[one.severity], -one.finding.first))[: 1 if stories else 2]:
        sentence = one.finding.story[0] if one.finding.story else one.phase
        rows.append(TwoLines(f"severity:{one.severity}", one.title, sentence, "alert", target=Route("alert", one.id)))
    for row, risk in risks[:1]:
        if risk.reasons:
            why = "; ".join(reason.words for reason in risk.reasons[:REASONS])
            why, place = why[:1].upper() + why[1:], Route("entity", row.ref.key)
            rows.append(TwoLines(f"entity:{row.ref.kind}", row.ref.label, why, f"exposed, {risk.score}", target=place))
    for remedy in remedies[:1]:
        words = remedy.words[:1].upper() + remedy.words[1:]
        why = f"{wording.count(remedy.detectors, 'detector')} would see more"
        rows.append(TwoLines("coverage:blind", words, why, "coverage", target=Route("coverage")))
    return rows


def name_of(one: InputRow) -> str:
    """File name of an input."""
    return one.path.replace("\\", "/").rsplit("/", 1)[-1]


def _problems(one: InputRow) -> int:
    return sum(problem.count for problem in one.problems)
