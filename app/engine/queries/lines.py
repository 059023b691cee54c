"""Lines of the table of activities, resolved and worded as known now."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from app.engine import describe
from app.engine.knowledge import Knowledge
from app.engine.queries import told
from app.engine.queries.access import Access
from app.engine.queries.functions import etypes, service
from app.engine.store import COLUMNS, split_id
from app.model.activity import Activity
from app.model.details import KINDS
from app.model.entity import Resolution
from app.model.events import WindowsEvent
from app.model.rows import ActivityRow


def place_of(access: Access, activity: str) -> tuple[int, int] | None:
    """(time, row id) of an activity by its id."""
    parts = split_id(activity)
    if parts is None:
        return None
    row = (
        access.db()
        .execute(
            """SELECT at, id FROM activities WHERE input = (SELECT id FROM inputs WHERE key = ?)
            AND frame IS ? AND ordinal = ? AND kind = (SELECT id FROM kinds WHERE text = ?)""",
            parts,
        )
        .fetchone()
    )
    return (row[0], row[1]) if row else None


def record_facts(access: Access, activity: str) -> tuple[tuple[str, str, str], ...]:
    """(name, value, what the value means) of all that the record of an activity says; empty for what came in packets only."""
    place = place_of(access, activity)
    if place is None:
        return ()
    row = access.db().execute(f"SELECT {COLUMNS} FROM activities a WHERE a.id = ?", (place[1],)).fetchone()
    return told.facts(access.rows().activity(row).detail)


def resolutions(access: Access, activities: Sequence[Activity]) -> tuple[Resolution | None, ...]:
    """How the source of each of these activities got its name then, and how surely; None for one without a source."""
    known = access.knowledge()
    with access.lock:
        return tuple(known.resolve(one.source.ip, one.at) if one.source else None for one in activities)


def lines(access: Access, numbers: Sequence[int]) -> tuple[ActivityRow, ...]:
    """Lines of these row ids, in this order."""
    db, rows = access.db(), access.rows()
    found: dict[int, tuple[Any, ...]] = {}
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        sql = f"""SELECT a.id, EXISTS(
        SELECT 1 FROM alert_evidence e JOIN alerts s ON s.number = e.alert
        WHERE e.activity = a.id AND s.state <> 'deleted' AND s.excluded = ''), {COLUMNS}
        FROM activities a WHERE a.id IN ({",".join("?" * len(part))})"""
        found.update((row[0], row) for row in db.execute(sql, part))
    names = {row[0]: PurePath(row[1].replace("\\", "/")).name for row in access.all("SELECT key, path FROM inputs")}
    made = [(number, rows.activity(found[number][2:]), bool(found[number][1])) for number in numbers if number in found]
    known = access.knowledge()
    with access.lock:
        return tuple(_line(number, activity, known, names, alerted) for number, activity, alerted in made)


def _line(number: int, activity: Activity, known: Knowledge, names: dict[str, str], alerted: bool) -> ActivityRow:
    source, destination, detail = activity.source, activity.destination, activity.detail
    frame, kind = activity.frames[0] if activity.frames else activity.record, KINDS[type(detail)]
    origin, method = known.end(source.ip, activity.at) if source else (None, "")
    return ActivityRow(
        rowid=number,
        id=f"{activity.input}-{frame}-{activity.ordinal}-{kind}",
        at=activity.at,
        kind=kind,
        who=known.account_entity(activity),
        origin=origin,
        target=known.end(destination.ip, activity.at)[0] if destination else None,
        what=describe.what(activity),
        result=activity.result,
        code=activity.code,
        reason=describe.reason(activity),
        input=activity.input,
        input_name=names.get(activity.input, ""),
        frame=frame,
        resolved_by=method,
        alerted=alerted,
        log=f"{detail.channel} {detail.event_id}".strip() if isinstance(detail, WindowsEvent) else "",
        is_record=not activity.frames and activity.record is not None,
        took=activity.until - activity.at,
        sport=source.port if source else 0,
        dport=destination.port if destination else 0,
        etype=next(iter(etypes(detail)), None),
        service=service(detail),
    )
