"""A case as sheets, one for each role that a party plays, as analysts know it from the product (its Excel download)."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from app import __version__
from app.engine.export.analysis import iso
from app.engine.export.columns import COLUMNS
from app.engine.queries import Queries
from app.model.alert import Alert, plain
from app.model.entity import EntityRef
from app.model.rows import ActivityRow
from app.model.view import Cell, Column, Sheet

EVIDENCE = ("time", "kind", "who", "from", "to", "what", "result", "reason", "resolved", "log", "input", "place", "id")
RESOURCES = ("kerberos-tgs", "kerberos-ap", "smb-tree", "smb-file", "rpc-call", "ldap-search", "event-share", "event-service")
"""Kinds of activities that name what was reached for."""
LONGEST = 30_000
"""Characters of one cell of JSON: a spreadsheet holds 32,767."""
_SUMMARY = tuple(
    Column(*one)
    for one in (
        ("title", "Title"), ("description", "Description"), ("first", "Start Time (UTC)", "time"),
        ("last", "End Time (UTC)", "time"),
        ("severity", "Severity"), ("status", "Status"), ("changed", "Status Update Time (UTC)", "time"),
        ("classification", "Classification"), ("phase", "Phase"), ("techniques", "ATT&CK techniques"),
        ("external", "External Id", "number"), ("confidence", "Confidence"), ("incident", "Incident"),
        ("evidence", "Evidence", "number"), ("note", "Note"), ("id", "Id"),
    )
)  # fmt: skip
_PARTY = tuple(
    Column(*one)
    for one in (
        ("alert", "Alert"), ("alert id", "Alert Id"), ("name", "Name"), ("type", "Type"), ("sam", "SamName"),
        ("domain", "Domain"),
        ("tags", "Tags"), ("first", "First Seen (UTC)", "time"), ("last", "Last Seen (UTC)", "time"),
    )
)  # fmt: skip


def case_sheets(queries: Queries, alerts: Sequence[Alert]) -> Iterator[Sheet]:
    """The sheets of these alerts: summary, roles, activities, entities, then what the case was read from."""
    incidents = {id: one.title for one in queries.incidents() for id in one.alerts}
    changed: dict[str, int] = {}
    for act in queries.history(limit=100_000):
        if act.what in ("state", "classification"):
            changed.setdefault(act.subject, act.at)  # the newest comes first
    yield Sheet(
        name="Summary",
        columns=_SUMMARY,
        rows=tuple(_summary(one, incidents.get(one.id, ""), changed.get(one.id)) for one in alerts),
    )
    attacked = [one for one in alerts if one.attacked_accounts]
    acting = [one for one in alerts if not one.attacked_accounts]
    yield _parties(queries, "Source Computer", alerts, lambda one: one.finding.sources)
    yield _parties(queries, "Source User", acting, lambda one: one.finding.accounts)
    yield _parties(queries, "Attacked User", attacked, lambda one: one.finding.accounts)
    yield _parties(queries, "Destination", alerts, lambda one: one.finding.targets)
    yield _parties(queries, "Domain Controllers", alerts, lambda one: one.finding.domain_controllers)
    yield from _activities(queries, alerts)
    yield _entities(queries, alerts)
    yield from _about(queries)


def _summary(one: Alert, incident: str, changed: int | None) -> tuple[Cell, ...]:
    finding = one.finding
    story = " ".join(plain(each) for each in finding.story)
    return (
        one.title, story, finding.first, finding.last, one.severity, one.state, changed, one.classification, one.phase,
        ", ".join(one.techniques), one.external_id, finding.confidence, incident, len(finding.evidence), one.note, one.id,
    )  # fmt: skip


def _parties(queries: Queries, name: str, alerts: Iterable[Alert], of) -> Sheet:  # type: ignore[no-untyped-def]
    rows = []
    for one in alerts:
        for ref in of(one):
            card = queries.entity(ref.key)
            sam, domain = _sam(ref)
            row = card.row if card is not None else None
            tags = ", ".join(queries.tags(ref.key))
            rows.append(
                (one.title, one.id, ref.label, ref.kind, sam, domain, tags, row.first if row else None, row.last if row else None)
            )
    return Sheet(name=name, columns=_PARTY, rows=tuple(rows))


def _sam(ref: EntityRef) -> tuple[str, str]:
    """(account name, domain) as far as the key of an entity tells."""
    kind, _, rest = ref.key.partition(":")
    if kind == "user":
        domain, _, name = rest.rpartition("\\")
        return name or rest, domain
    if kind == "computer":
        host, _, domain = rest.partition(".")
        return f"{host}$".upper(), domain
    return "", ""


def _activities(queries: Queries, alerts: Iterable[Alert]) -> Iterator[Sheet]:
    """Evidence by where it was seen, and what was reached for; an activity of several alerts stands once for each."""
    columns = (Column("alert", "Alert"), *(COLUMNS[name][0] for name in EVIDENCE))
    network: list[tuple[Cell, ...]] = []
    events: list[tuple[Cell, ...]] = []
    reached: list[tuple[Cell, ...]] = []
    for one in alerts:
        for row in queries.rows_of(one.finding.evidence):
            line = (one.title, *(COLUMNS[name][1](row) for name in EVIDENCE))
            (events if row.is_record else network).append(line)
            if row.kind in RESOURCES:
                reached.append(_resource(one, row))
    yield Sheet(name="Network Activities", columns=columns, rows=tuple(network))
    yield Sheet(name="Event Activities", columns=columns, rows=tuple(events))
    names = (("time", "Time (UTC)", "time"), ("computer", "Computer"), ("name", "Name"), ("details", "Details"), ("type", "Type"),
             ("source", "Source Computer"), ("user", "Source User"), ("alert", "Alert"))  # fmt: skip
    yield Sheet(name="Accessed Resource", columns=tuple(Column(*each) for each in names), rows=tuple(reached))


def _resource(alert: Alert, row: ActivityRow) -> tuple[Cell, ...]:
    label = [one.label if one is not None else "" for one in (row.target, row.origin, row.who)]
    return row.at, label[0], row.what, row.reason, row.kind, label[1], label[2], alert.title


def _entities(queries: Queries, alerts: Iterable[Alert]) -> Sheet:
    """Every party once, with what a directory says of it and what was seen of it as JSON."""
    refs: dict[str, EntityRef] = {}
    for one in alerts:
        finding = one.finding
        for ref in (*finding.accounts, *finding.sources, *finding.targets, *finding.domain_controllers):
            refs.setdefault(ref.key, ref)
    rows = []
    for key, ref in refs.items():
        card, standing = queries.entity(key), queries.standing(key)
        told = standing.directory
        directory: dict[str, object] = {}
        if told is not None:
            directory = {"told_by": told.source, "at": iso(told.at), "options": told.options, **dict(told.facts)}
            directory["groups"] = [one.label for one in (*told.groups, *told.nested)]
        seen = {}
        if card is not None:
            seen = {
                "facts": {name: value for name, value, _ in card.facts},
                "names": [
                    {"address": one.address, "name": one.name, "by": one.method, "certainty": one.certainty}
                    for one in card.bindings
                ],
                "most_with": [one.label for one, _ in card.peers],
            }
        row = card.row if card is not None else None
        rows.append(
            (
                ref.key,
                ref.kind,
                ref.label,
                ", ".join(queries.tags(key)),
                row.first if row else None,
                row.last if row else None,
                row.activities if row else 0,
                _json(directory),
                _json(seen),
            )
        )
    names = (("id", "ID"), ("type", "Type"), ("name", "Name"), ("tags", "Tags"), ("first", "First Seen (UTC)", "time"),
             ("last", "Last Seen (UTC)", "time"), ("activities", "Activities", "number"), ("entity", "Unique Entity Json"),
             ("profile", "Unique Entity Profile Json"))  # fmt: skip
    return Sheet(name="Related Entities", columns=tuple(Column(*each) for each in names), rows=tuple(rows))


def _json(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _about(queries: Queries) -> Iterator[Sheet]:
    """What the case was read from and what could not have been seen."""
    names = (("path", "File"), ("kind", "Kind"), ("bytes", "Bytes", "number"), ("records", "Records", "number"),
             ("first", "First (UTC)", "time"), ("last", "Last (UTC)", "time"), ("state", "State"),
             ("sha256", "SHA-256"))  # fmt: skip
    inputs = queries.inputs()
    yield Sheet(
        name="Inputs",
        columns=tuple(Column(*each) for each in names),
        rows=tuple((one.path, one.kind, one.bytes, one.records, one.first, one.last, one.state, one.sha256) for one in inputs),
    )
    yield Sheet(
        name="Problems",
        columns=(
            Column("path", "File"),
            Column("what", "What"),
            Column("count", "Count", "number"),
            Column("where", "First place"),
        ),
        rows=tuple((one.path, each.what, each.count, each.where) for one in inputs for each in one.problems),
    )
    yield Sheet(
        name="Coverage",
        columns=(Column("title", "Detection"), Column("state", "State"), Column("reason", "Reason")),
        rows=tuple((one.title, one.state, one.reason) for one in queries.coverage()),
    )
    yield Sheet(
        name="Made by",
        columns=(Column("what", "What"), Column("value", "Value")),
        rows=(("Wardlight", __version__), ("Sensitivity", queries.sensitivity()), ("Times", "UTC")),
    )
