"""Summary: what was detected, by type; suspicious activities and health issues that are open."""

from collections.abc import Iterator

from app.engine.queries import Queries
from app.engine.tabular.made import Made, Row, Span, Table
from app.model.alert import RANK, Alert, plain
from app.model.view import Column

TITLE = "Summary"
BY_TYPE = (
    Column("type", "Type"), Column("id", "External ID", "number"), Column("severity", "Severity"),
    Column("detected", "Detected", "number"), Column("open", "Open", "number"), Column("closed", "Closed", "number"),
    Column("suppressed", "Suppressed", "number"), Column("first", "First (UTC)", "time"), Column("last", "Last (UTC)", "time"),
)  # fmt: skip
OPEN = (
    Column("type", "Type"), Column("severity", "Severity"), Column("first", "Started (UTC)", "time"),
    Column("last", "Last seen (UTC)", "time"), Column("account", "Accounts"), Column("source", "Source computers"),
    Column("target", "Targets"), Column("words", "Description"), Column("techniques", "ATT&CK"),
    Column("number", "External ID", "number"), Column("id", "Alert ID"),
)  # fmt: skip
HEALTH = (
    Column("type", "Type"), Column("severity", "Severity"), Column("what", "What"), Column("where", "Where"),
    Column("first", "Since (UTC)", "time"), Column("last", "Last seen (UTC)", "time"), Column("advice", "What to do"),
)  # fmt: skip


def made(queries: Queries, span: Span | None) -> Made:
    """The report. Detected counts all of the span; open ones are those that are open now and were seen in it."""
    return Made(
        title=TITLE,
        span=span,
        tables=(
            Table(name="Summary", columns=BY_TYPE, rows=lambda: _by_type(_chosen(queries, span)), empty="Nothing was detected."),
            Table(
                name="Open suspicious activities", columns=OPEN, rows=lambda: _open(_chosen(queries, span)),
                empty="No suspicious activity is open.",
            ),
            Table(name="Open health issues", columns=HEALTH, rows=lambda: _health(queries), empty="No health issue is open."),
        ),
    )  # fmt: skip


def has_data(queries: Queries) -> bool:
    """Whether there is anything to sum up."""
    return bool(queries.inputs())


def _chosen(queries: Queries, span: Span | None) -> list[Alert]:
    """Alerts that were going on in the span, worst type first."""
    alerts = [one for one in queries.alerts() if span is None or (one.finding.first < span[1] and one.finding.last >= span[0])]
    worst: dict[str, int] = {}
    for one in alerts:
        worst[one.title] = max(worst.get(one.title, 0), RANK[one.severity])
    return sorted(alerts, key=lambda one: (-worst[one.title], one.title, one.finding.first, one.id))


def _by_type(alerts: list[Alert]) -> Iterator[Row]:
    kinds: dict[tuple[str, int], list[Alert]] = {}
    for one in alerts:
        kinds.setdefault((one.title, one.external_id), []).append(one)
    for (title, number), some in kinds.items():
        severity = max((one.severity for one in some), key=RANK.__getitem__)
        states = [one.state for one in some]
        yield (
            title, number or None, severity.capitalize(), len(some), states.count("open"), states.count("closed"),
            states.count("suppressed"), min(one.finding.first for one in some), max(one.finding.last for one in some),
        )  # fmt: skip


def _open(alerts: list[Alert]) -> Iterator[Row]:
    for one in alerts:
        if one.state == "open":
            finding = one.finding
            accounts, sources, targets = (
                ", ".join(ref.label for ref in refs) for refs in (finding.accounts, finding.sources, finding.targets)
            )
            yield (
                one.title, one.severity.capitalize(), finding.first, finding.last, accounts, sources, targets,
                " ".join(plain(each) for each in finding.story), ", ".join(one.techniques), one.external_id or None, one.id,
            )  # fmt: skip


def _health(queries: Queries) -> Iterator[Row]:
    for one in queries.health().opened:
        yield one.title, one.severity.capitalize(), one.what, one.where, one.first, one.last, one.advice
