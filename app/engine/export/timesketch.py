"""Lines that Timesketch imports: message, datetime, timestamp_desc are what it asks for (its CSV and JSONL formats)."""

from collections.abc import Iterable, Iterator

from app.engine.export.analysis import iso
from app.model.alert import Alert, plain
from app.model.rows import ActivityRow

FIELDS = (
    "message", "timestamp", "datetime", "timestamp_desc", "data_type", "kind", "account", "source", "destination", "result",
    "reason", "input", "place", "severity", "external_id", "techniques", "tag", "wardlight_id",
)  # fmt: skip


def alert_event(one: Alert) -> dict[str, object]:
    """An alert as one event at its beginning, tagged with severity and techniques."""
    finding = one.finding
    return _event(
        " ".join([f"{one.title}:", *(plain(each) for each in finding.story)]),
        finding.first,
        "Suspicious activity began",
        "wardlight:alert",
        kind=one.detector,
        account=", ".join(ref.label for ref in finding.accounts),
        source=", ".join(ref.label for ref in finding.sources),
        destination=", ".join(ref.label for ref in finding.targets),
        result=one.state,
        reason=one.classification,
        severity=one.severity,
        external_id=one.external_id,
        techniques=", ".join(one.techniques),
        tag=["wardlight", f"severity-{one.severity}", *one.techniques],
        wardlight_id=one.id,
    )


def activity_event(row: ActivityRow) -> dict[str, object]:
    """An activity as one event."""
    who, source, target = (one.label if one is not None else "" for one in (row.who, row.origin, row.target))
    said = " ".join(
        part for part in (who, f"from {source}" if source else "", f"to {target}:" if target else "", row.what) if part
    )
    return _event(
        said,
        row.at,
        "Activity",
        f"wardlight:{row.kind}",
        kind=row.kind,
        account=who,
        source=source,
        destination=target,
        result=row.result,
        reason=row.reason,
        input=row.input_name,
        place="" if row.frame is None else f"{'record' if row.is_record else 'frame'} {row.frame}",
        tag=["in-alert"] if row.alerted else [],
        wardlight_id=row.id,
    )


def events(alerts: Iterable[Alert], rows: Iterable[ActivityRow]) -> Iterator[dict[str, object]]:
    """Alerts, then activities; Timesketch sorts by itself."""
    yield from map(alert_event, alerts)
    yield from map(activity_event, rows)


def _event(message: str, at: int, desc: str, data_type: str, **rest: object) -> dict[str, object]:
    said = {"message": message, "timestamp": at, "datetime": iso(at), "timestamp_desc": desc, "data_type": data_type, **rest}
    return {name: said.get(name, "") for name in FIELDS}
