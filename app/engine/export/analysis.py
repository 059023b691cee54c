"""What scripts read: the analysis as one object, activities as JSON lines (design sections 6 and 7)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from app import __version__
from app.engine.knowledge import Knowledge
from app.engine.queries import Queries
from app.model.activity import Activity, Endpoint
from app.model.alert import Alert, plain
from app.model.coverage import CoverageSpan
from app.model.details import RpcCall
from app.model.events import WindowsEvent
from app.model.filter import ActivityFilter
from app.model.incident import Incident
from app.model.rows import InputRow

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCHEMA = 1


def iso(at: int | None) -> str | None:
    """UTC microseconds as ISO 8601 with microseconds and Z; None stays None."""
    if at is None:
        return None
    return (EPOCH + timedelta(microseconds=at)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def analysis(queries: Queries, seconds: dict[str, float], parameters: dict[str, object]) -> dict[str, object]:
    """The object that `analyze --json` prints; times are ISO 8601, seconds are wall-clock."""
    inputs = queries.inputs()
    knowledge = queries.knowledge()
    paths = {one.key: one.path for one in inputs}
    overview = queries.overview()
    return {
        "schema": SCHEMA,
        "version": __version__,
        "parameters": parameters,
        "inputs": [_input(one) for one in inputs],
        "activities": {"total": overview.activities, "by_kind": overview.by_kind},
        "alerts": [_alert(one, queries, knowledge, paths) for one in sorted(queries.alerts(), key=_in_time)],
        "incidents": [story(one) for one in queries.incidents()],
        "excluded": _excluded(queries),
        "coverage": [{"detector": c.detector, "state": c.state, "reason": c.reason} for c in queries.coverage()],
        "coverage_by_controller": [coverage_span(one) for one in queries.coverage_spans()],
        "statements": [one.text for one in queries.statements()],
        "switch_on": [{"what": one.words, "detectors": one.detectors, "minutes": one.minutes} for one in queries.remedies()],
        "seconds": {
            "read": round(seconds.get("read", 0.0), 3),
            "decode": round(seconds.get("decode", 0.0), 3),
            "store": round(seconds.get("store", 0.0), 3),
            "detect": round(seconds.get("detect", 0.0), 3),
            "total": round(seconds.get("total", 0.0), 3),
        },
    }


def coverage_span(span: CoverageSpan) -> dict[str, object]:
    """Hours that are alike for one detector at one controller."""
    return {
        "detector": span.detector,
        "controller": span.controller.label,
        "first": iso(span.first),
        "last": iso(span.last),
        "state": span.state,
        "reasons": list(span.reasons),
        "minutes": span.whole,
        "minutes_seen": span.seen,
    }


def activity_lines(
    queries: Queries, filter: ActivityFilter | None = None, veil: Callable[[object], object] = lambda value: value
) -> Iterator[bytes]:
    """Each activity that matches in event time as one JSON line without its line break.

    veil: turns what leaves into what may be told.
    """
    knowledge = queries.knowledge()
    paths = {one.key: one.path for one in queries.inputs()}
    encoder = msgspec.json.Encoder()
    for activity in queries.stream(filter):
        yield encoder.encode(veil(_activity(activity, knowledge, paths)))


def alert_lines(queries: Queries, alerts: Iterable[Alert]) -> Iterator[dict[str, object]]:
    """Each alert as `analyze --json` tells it, in order of time."""
    knowledge = queries.knowledge()
    paths = {one.key: one.path for one in queries.inputs()}
    for one in sorted(alerts, key=_in_time):
        yield _alert(one, queries, knowledge, paths)


def story(one: Incident) -> dict[str, object]:
    """An incident: its alerts along the kill chain, and what ties them together."""
    return {
        "id": one.id,
        "title": one.title,
        "severity": one.severity,
        "first": iso(one.first),
        "last": iso(one.last),
        "phases": list(one.phases),
        "open": one.open,
        "alerts": list(one.alerts),
        "shared": [
            {"entity": shared.entity.label, "kind": shared.entity.kind, "how": shared.how, "alerts": list(shared.alerts)}
            for shared in one.shared
        ],
    }


def _excluded(queries: Queries) -> list[dict[str, object]]:
    """Alerts that an exclusion covers: they are not among the others, and not silent."""
    exclusions = {one.id: one for one in queries.exclusions()}
    found: list[dict[str, object]] = []
    for alert in queries.hidden_alerts():
        if alert.excluded:
            by = exclusions.get(alert.excluded)
            found.append(
                {
                    "id": alert.id,
                    "detector": alert.detector,
                    "title": alert.title,
                    "severity": alert.severity,
                    "first": iso(alert.finding.first),
                    "exclusion": alert.excluded,
                    "kind": by.kind if by else None,
                    "value": by.value if by else None,
                    "reason": by.reason if by else None,
                }
            )
    return found


def _in_time(alert: Alert) -> tuple[int, str]:
    return alert.finding.first, alert.id


def _input(row: InputRow) -> dict[str, object]:
    return {
        "path": row.path,
        "kind": row.kind,
        "bytes": row.bytes,
        "sha256": row.sha256,
        "records": row.records,
        "first": iso(row.first),
        "last": iso(row.last),
        "problems": [{"what": p.what, "count": p.count, "where": p.where} for p in row.problems],
    }


def _alert(alert: Alert, queries: Queries, knowledge: Knowledge, paths: dict[str, str]) -> dict[str, object]:
    finding = alert.finding
    evidence = queries.activities_of(finding.evidence)
    wanted = {ref.key for ref in finding.sources}
    sources: dict[tuple[str | None, str | None], None] = {}
    guessed: dict[str, set[str | None]] = {}
    for activity in evidence:
        if activity.source is None:
            continue
        ip = activity.source.ip
        entity = knowledge.address_entity(ip, activity.at)
        if entity.key in wanted or f"address:{ip}" in wanted:
            name = knowledge.resolve(ip, activity.at).computer
            sources[(None if activity.source.host else ip, name)] = None
            if entity.key.startswith("address:"):
                guessed.setdefault(ip, set()).add(name)
    # an address that gives itself another name each time is one source, and none of the names is its own
    several = {ip for ip, names in guessed.items() if len(names) > 1}
    sources = {(ip, None if ip in several else name): None for ip, name in sources}
    if not sources:
        for ref in finding.sources:
            is_address = ref.key.startswith("address:")
            sources[(ref.key[8:] if is_address else None, None if is_address else ref.label)] = None
    return {
        "id": alert.id,
        "detector": alert.detector,
        "external_id": alert.external_id,
        "title": alert.title,
        "severity": alert.severity,
        "techniques": list(alert.techniques),
        "state": alert.state,
        "classification": alert.classification,
        "first": iso(finding.first),
        "last": iso(finding.last),
        "sources": [{"ip": ip, "computer": computer} for ip, computer in sources],
        "accounts": [ref.label for ref in finding.accounts],
        "targets": [ref.label for ref in finding.targets],
        "domain_controllers": [ref.label for ref in finding.domain_controllers],
        "why": [plain(fact.text) for fact in finding.facts if not fact.against] or [plain(one) for one in finding.story],
        "evidence": [place for activity in evidence for place in _places(activity, paths)],
    }


def _places(activity: Activity, paths: dict[str, str]) -> list[dict[str, object]]:
    where = paths.get(activity.input, activity.input)
    if activity.record is not None:
        return [{"input": where, "record": activity.record}]
    return [{"input": where, "frame": frame} for frame in activity.frames]


def _activity(activity: Activity, knowledge: Knowledge, paths: dict[str, str]) -> dict[str, Any]:
    detail = msgspec.to_builtins(activity.detail)
    detail.pop("kind", None)
    if isinstance(activity.detail, RpcCall):
        for name, value in detail.pop("stub").items():
            detail.setdefault(name, value)
    elif isinstance(activity.detail, WindowsEvent):
        detail = event_detail(activity.detail)
    return {
        "id": activity.id,
        "time": iso(activity.at),
        "kind": activity.kind,
        "source": _endpoint(activity.source, activity.at, knowledge),
        "destination": _endpoint(activity.destination, activity.at, knowledge),
        "account": _account(activity, knowledge),
        "result": activity.result,
        "code": activity.code,
        "detail": detail,
        "evidence": _places(activity, paths),
    }


def event_detail(event: WindowsEvent) -> dict[str, object]:
    """Event id, provider, channel, computer, record, and the event's own fields beside them.

    Fields called like one of these five stand under "fields".
    """
    detail: dict[str, object] = {
        "event_id": event.event_id,
        "provider": event.provider,
        "channel": event.channel,
        "computer": event.computer,
        "record": event.record,
    }
    clashing = {name: value for name, value in event.fields.items() if name in detail or name == "fields"}
    detail.update((name, value) for name, value in event.fields.items() if name not in clashing)
    if clashing:
        detail["fields"] = clashing
    return detail


def _endpoint(end: Endpoint | None, at: int, knowledge: Knowledge) -> dict[str, object] | None:
    if end is None:
        return None
    known = knowledge.resolve(end.ip, at)
    return {
        "ip": None if end.host else end.ip,
        "port": end.port,
        "computer": known.computer or end.host or None,
        "method": known.method,
        "certainty": known.certainty,
    }


def _account(activity: Activity, knowledge: Knowledge) -> dict[str, object] | None:
    said = activity.account
    if said is not None:
        return {"name": said.name, "domain": said.domain, "sid": said.sid}
    entity = knowledge.account_entity(activity)
    if entity is None:
        return None
    domain, _, name = entity.key.partition(":")[2].rpartition("\\")
    return {"name": name or entity.label, "domain": domain or None, "sid": None}
