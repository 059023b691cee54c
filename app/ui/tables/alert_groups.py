"""Alerts cut into groups, each with a header that tells its story; made away from the window's thread."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from app.model.alert import RANK, Alert
from app.model.entity import EntityRef
from app.model.incident import Incident
from app.model.rows import Histogram
from app.ui import wording
from app.ui.plots.buckets import counted
from app.ui.tables.alert_filter import PHASES, AlertFilter, matching, parties

Grouping = Literal["day", "incident", "entity", "detector"]
GROUPINGS: dict[Grouping, str] = {"day": "By day", "incident": "By incident", "entity": "By entity", "detector": "By detector"}
BUCKETS = 120
OFFERED = 40
"""Entities that the menu offers, those of most alerts."""


class Group(NamedTuple):
    """One group. story: what the header says beside the title. phases: those reached, in the order of the kill chain.

    incident: id of the incident that it is, entity: who it is about, where it is one of these.
    """

    key: str
    title: str
    story: str
    severity: str
    phases: tuple[str, ...]
    alerts: tuple[Alert, ...]
    incident: str = ""
    entity: EntityRef | None = None


class Sifted(NamedTuple):
    """What the list shows, and what stands around it.

    shown: alerts in the order of the list; matched: how many match without the span; bars: these over time; apart: deleted
    or excluded ones that are not asked for; offered: entities with their number of alerts; detectors: id, title, number.
    """

    groups: tuple[Group, ...]
    shown: tuple[Alert, ...]
    matched: int
    total: int
    apart: int
    bars: Histogram | None
    offered: tuple[tuple[EntityRef, int], ...]
    detectors: tuple[tuple[str, str, int], ...]


def sifted(
    alerts: Sequence[Alert], hidden: Sequence[Alert], incidents: Sequence[Incident], filter: AlertFilter, grouping: Grouping,
    span: tuple[int | None, int | None] = (None, None),
) -> Sifted:  # fmt: skip
    """Filter, sort newest first, group, count. span: first and last time of the evidence."""
    asked = [one for one in hidden if not filter.state or wording.state(one) in filter.state]
    every = [*alerts, *asked]
    incident_of = {id: one.id for one in incidents for id in one.alerts}
    found = matching(every, filter, incident_of)
    within = filter.span
    shown = [one for one in found if within is None or within[0] <= one.finding.first < within[1]]
    shown.sort(key=lambda one: (-one.finding.first, one.id))
    groups = tuple(grouped(shown, incidents, incident_of, grouping))
    times = [one.finding.first for one in every]
    first = min([*times, *([span[0]] if span[0] is not None else [])], default=0)
    last = max([*times, *([span[1]] if span[1] is not None else [])], default=0)
    bars = counted([(one.finding.first, one.severity) for one in found], reversed(list(RANK)), first, last, BUCKETS)
    met: Counter[str] = Counter()
    refs: dict[str, EntityRef] = {}
    for one in every:
        for ref in {ref.key: ref for ref in parties(one)[:100] if ref.key}.values():
            met[ref.key] += 1
            refs.setdefault(ref.key, ref)
    rules = Counter(one.detector for one in every)
    titles = {one.detector: one.title for one in every}
    return Sifted(
        groups,
        tuple(alert for group in groups for alert in group.alerts),
        len(found),
        len(every),
        len(hidden) - len(asked),
        bars if found else None,
        tuple((refs[key], number) for key, number in sorted(met.items(), key=lambda one: (-one[1], one[0]))[:OFFERED]),
        tuple((id, titles[id], number) for id, number in sorted(rules.items(), key=lambda one: (-one[1], one[0]))),
    )


def grouped(
    alerts: Sequence[Alert], incidents: Sequence[Incident], incident_of: Mapping[str, str], grouping: Grouping
) -> list[Group]:
    """Groups in the order of their newest alert; what belongs to no incident comes last."""
    known = {one.id: one for one in incidents}
    members: dict[str, list[Alert]] = {}
    owners: dict[str, EntityRef | None] = {}
    for one in alerts:
        if grouping == "day":
            key = str(wording.day_key(one.finding.first))
        elif grouping == "incident":
            key = incident_of.get(one.id, "")
        elif grouping == "detector":
            key = one.detector
        else:
            owner = owner_of(one)
            key = owner.key if owner else ""
            owners.setdefault(key, owner)
        members.setdefault(key, []).append(one)
    if grouping != "day" and "" in members:
        members[""] = members.pop("")
    made = []
    for key, some in members.items():
        incident = known.get(key) if grouping == "incident" else None
        title, story = _told(key, some, incident, owners.get(key), grouping, known, incident_of)
        made.append(
            Group(
                f"{grouping}:{key}", title, story, max((one.severity for one in some), key=lambda one: RANK[one]),
                tuple(one for one in PHASES if any(alert.phase == one for alert in some)), tuple(some),
                incident.id if incident else "", owners.get(key),
            )
        )  # fmt: skip
    return made


def owner_of(alert: Alert) -> EntityRef | None:
    """Who an alert is most about: who acted, else whence, else who was attacked."""
    finding = alert.finding
    acting = () if alert.attacked_accounts else finding.accounts[:1]
    return next((one for one in (*acting, *finding.sources, *finding.accounts, *finding.targets) if one.key), None)


def _told(
    key: str, some: Sequence[Alert], incident: Incident | None, owner: EntityRef | None, grouping: Grouping,
    known: Mapping[str, Incident], incident_of: Mapping[str, str],
) -> tuple[str, str]:  # fmt: skip
    first, last = min(one.finding.first for one in some), max(one.finding.last for one in some)
    worst = ", ".join(f"{number:,} {severity}" for severity, number in wording.by_severity(some).items())
    when = f"{wording.moment(first)[:-3]}" + ("" if last // 60_000_000 == first // 60_000_000 else f" – {_end(first, last)}")
    if grouping == "day":
        return wording.day(first), _incidents(some, known, incident_of)
    if grouping == "incident":
        return (wording.incident(incident), f"{worst}, {when}") if incident else ("Part of no incident", worst)
    if grouping == "detector":
        return some[0].title, f"{worst}, {when}"
    return (owner.label if owner else "Nobody named"), f"{worst}, {when}"


def _end(first: int, last: int) -> str:
    return wording.clock(last)[:5] if wording.same_day(first, last) else wording.moment(last)[:-3]


def _incidents(some: Iterable[Alert], known: Mapping[str, Incident], incident_of: Mapping[str, str]) -> str:
    """What a day tells of incidents."""
    counts = Counter(incident_of[one.id] for one in some if one.id in incident_of)
    if len(counts) == 1:
        ((id, number),) = counts.items()
        return f"Incident: {wording.incident(known[id])}, {number:,} of {wording.count(len(known[id].alerts), 'alert')}"
    return wording.count(len(counts), "incident") if counts else ""
