"""Alerts in the workspace: computed anew each time, while what the analyst said of them stays."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from app.engine.store import incidents
from app.engine.store.changing import changing
from app.engine.store.place import split_id
from app.model.alert import RANK, Alert

QUIET = 7 * 86_400_000_000
"""Microseconds without an alert after which a suppressed one speaks again."""
FIELDS = {"state": "own", "classification": "classification", "note": "note"}
"""What can be said of an alert, and the column that keeps it."""
DEFAULTS = {"own": "", "classification": "unclassified", "note": ""}
NOW = "coalesce((SELECT id FROM alert_names WHERE old = ?1), ?1)"
"""Id that an alert has now, by any that it ever had."""

_ALERT = msgspec.msgpack.Decoder(Alert)


class Earlier(NamedTuple):
    """An alert of the detection before, or one that is gone of which something was said."""

    id: str
    first: int
    last: int
    said: tuple[str, str, str]


def replace(
    db: sqlite3.Connection, alerts: Sequence[Alert], kinds: Mapping[str, int], covering: Callable[[Alert], str] = lambda _: ""
) -> None:
    """Put alerts in the place of all earlier ones, inside a transaction. covering: id of the exclusion that covers an alert.

    An alert is its earlier self when detector and subject are the same and the spans overlap; it takes over what was said
    of that, and the id that it had then stays known as another name. Its own id follows from its content alone, so that
    the order in which inputs were opened does not show. What was said of an alert that is gone waits until it comes back.
    Alerts that detection cannot find again since activities were removed stay as they are.
    """
    alerts, staying = _with_kept(db, alerts, kinds, covering)
    earlier: dict[tuple[str, str], list[Earlier]] = {}
    for detector, subject, id, first, last, *said in db.execute(
        """SELECT detector, subject, id, first, last, own, classification, note FROM alerts
        UNION ALL SELECT detector, subject, id, first, last, own, classification, note FROM said ORDER BY 4, 3"""
    ):
        earlier.setdefault((detector, subject), []).append(Earlier(id, first, last, (said[0], said[1], said[2])))
    for table in ("alerts", "alert_evidence", "said"):
        db.execute(f"DELETE FROM {table}")
    now = {alert.id for alert in alerts}
    untouched = tuple(DEFAULTS.values())
    found: set[Earlier] = set()
    for number, alert in enumerate(alerts, 1):
        finding = alert.finding
        said = untouched
        same = earlier.get((alert.detector, finding.subject), ())
        overlapping = [old for old in same if old.first <= finding.last and old.last >= finding.first]
        for old in sorted(overlapping, key=lambda one: one.id == alert.id):
            if (alert.id in staying or old.id in staying) and alert.id != old.id:
                if old.said != untouched and alert.id not in staying:
                    said = old.said
                continue
            found.add(old)
            if old.said != untouched:
                said = old.said
            if old.id not in now:
                db.execute("INSERT OR REPLACE INTO alert_names VALUES(?,?)", (old.id, alert.id))
                db.execute("UPDATE alert_names SET id=? WHERE id=?", (alert.id, old.id))
        kept = db.execute(
            """INSERT OR IGNORE INTO alerts(number, id, detector, subject, severity, first, last, state, own, classification,
            note, body, excluded, kept) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)""",
            (
                number, alert.id, alert.detector, finding.subject, RANK[alert.severity], finding.first, finding.last,
                said[0] or "open", *said, msgspec.msgpack.encode(alert), alert.excluded, int(alert.id in staying),
            ),
        )  # fmt: skip
        if not kept.rowcount:
            continue
        db.executemany(
            "INSERT INTO alert_evidence VALUES(?,?,?)",
            [(number, place, rowid(db, one, kinds)) for place, one in enumerate(finding.evidence)],
        )
    db.execute("DELETE FROM alert_names WHERE old IN (SELECT id FROM alerts)")
    db.executemany(
        "INSERT OR REPLACE INTO said(detector, subject, id, first, last, own, classification, note) VALUES(?,?,?,?,?,?,?,?)",
        [
            (detector, subject, old.id, old.first, old.last, *old.said)
            for (detector, subject), olds in earlier.items()
            for old in olds
            if old not in found and old.said != untouched
        ],
    )
    follow(db)
    incidents.renew(db)


def _with_kept(
    db: sqlite3.Connection, found: Sequence[Alert], kinds: Mapping[str, int], covering: Callable[[Alert], str]
) -> tuple[list[Alert], frozenset[str]]:
    """The alerts with those that stay though they were not found, and the ids of these.

    One that began before activities were removed stands for what is found of it within its span; any other that was there when
    they were removed stays when it is not found at all. What is found only since its past was removed is no alert: the whole
    was looked at before, with its past.
    """
    kept: dict[str, Alert] = {}
    for body, sure in db.execute("SELECT body, kept = 1 FROM alerts WHERE kept").fetchall():
        alert = _ALERT.decode(body)
        if sure or not any(_overlap(alert, one) for one in found):
            kept[alert.id] = msgspec.structs.replace(alert, excluded=covering(alert))
    rest = [one for one in found if one.id not in kept and not any(_within(one, old) for old in kept.values())]
    false = _judged(db, rest, kinds)
    rest = [one for one in rest if one.id not in false]
    whole = sorted([*kept.values(), *rest], key=lambda one: (one.finding.first, one.detector, one.id, one.excluded))
    return whole, frozenset(kept)


def _judged(db: sqlite3.Connection, found: Sequence[Alert], kinds: Mapping[str, int]) -> frozenset[str]:
    """Ids of what is no alert; told by the first detection after activities were removed (meta "judging": last id before)."""
    row = db.execute("SELECT value FROM meta WHERE key = 'judging'").fetchone()
    if row is None:
        row = db.execute("SELECT value FROM meta WHERE key = 'misjudged'").fetchone()
        return frozenset(msgspec.json.decode(row[0], type=list[str])) if row else frozenset()
    before = [_ALERT.decode(body) for (body,) in db.execute("SELECT body FROM alerts")]
    false = sorted(
        one.id
        for one in found
        if not any(_overlap(one, old) for old in before)
        and all((rowid(db, id, kinds) or 0) <= row[0] for id in one.finding.evidence)
    )
    db.execute("DELETE FROM meta WHERE key IN ('judging', 'misjudged')")
    if false:
        db.execute("INSERT INTO meta VALUES('misjudged', ?)", (msgspec.json.encode(false).decode(),))
    return frozenset(false)


def _overlap(one: Alert, other: Alert) -> bool:
    a, b = one.finding, other.finding
    return one.detector == other.detector and a.subject == b.subject and a.first <= b.last and b.first <= a.last


def _within(one: Alert, whole: Alert) -> bool:
    return _overlap(one, whole) and one.finding.last <= whole.finding.last


def follow(db: sqlite3.Connection) -> None:
    """State of every alert: what was said of it; of others open, or suppressed while it falls into the silence of one that is.

    Silence lasts while less than QUIET lies between an alert and the one before. It ends at an alert that has another state of
    its own. What an exclusion covers neither keeps it nor ends it.
    """
    before: tuple[str, str] | None = None
    leader, until = "", 0
    changed: list[tuple[str, str, str]] = []
    for id, detector, subject, first, last, state, own, follows, excluded in db.execute(
        """SELECT id, detector, subject, first, last, state, own, follows, excluded FROM alerts
        ORDER BY detector, subject, first, id"""
    ):
        if (detector, subject) != before:
            before, leader = (detector, subject), ""
        now, led = own or "open", ""
        if not excluded:
            if own == "suppressed":
                leader, until = id, last
            elif own or (leader and first - until >= QUIET):
                leader = ""
            elif leader:
                now, led, until = "suppressed", leader, max(until, last)
        if (now, led) != (state, follows):
            changed.append((now, led, id))
    db.executemany("UPDATE alerts SET state=?, follows=? WHERE id=?", changed)


def named_activities(db: sqlite3.Connection) -> set[str]:
    """Ids of all activities that alerts rest on or that their words lead to."""
    named: set[str] = set()
    for (body,) in db.execute("SELECT body FROM alerts"):
        finding = _ALERT.decode(body).finding
        named.update(finding.evidence)
        sentences = (*finding.story, *(one.text for one in finding.facts))
        named.update(link.activity for sentence in sentences for link in sentence if link.activity is not None)
    return named


def rowid(db: sqlite3.Connection, activity: str, kinds: Mapping[str, int]) -> int | None:
    """Row id of an activity by its id."""
    parts = split_id(activity)
    if parts is None:
        return None
    row = db.execute(
        """SELECT id FROM activities WHERE input = (SELECT id FROM inputs WHERE key = ?) AND frame IS ?
        AND ordinal = ? AND kind = ?""",
        (parts[0], parts[1], parts[2], kinds.get(parts[3])),
    ).fetchone()
    return int(row[0]) if row else None


def update_alert(
    path: Path, alert_id: str, *, state: str | None = None, classification: str | None = None, note: str | None = None
) -> bool:
    """Change what the analyst says of an alert, in a short transaction beside any other writer; recorded, so it can be undone.

    False when there is no such alert. Raises StoreError.
    """
    return update_alerts(path, (alert_id,), state=state, classification=classification, note=note) > 0


def update_alerts(
    path: Path, ids: Iterable[str], *, state: str | None = None, classification: str | None = None, note: str | None = None
) -> int:
    """The same for several alerts as one step of undo; returns how many of them there are. Raises StoreError."""
    wanted = {"state": state, "classification": classification, "note": note}
    known = 0
    with changing(path, "alerts") as step:
        for alert_id in dict.fromkeys(ids):
            row = step.db.execute(f"SELECT id, body, state FROM alerts WHERE id = {NOW}", (alert_id,)).fetchone()
            if row is None:
                continue
            known += 1
            title = _ALERT.decode(row[1]).title
            for field, value in wanted.items():
                if value is None or (field == "state" and value == row[2]):
                    continue
                before = said(step.db, row[0], field)
                say(step.db, row[0], field, value)
                step.record(field, row[0], before, value, title)  # type: ignore[arg-type]
        if known:
            settle(step.db)
    return known


def said(db: sqlite3.Connection, alert_id: str, field: str) -> str | None:
    """What was said of an alert that is there or is gone; None when it was never there."""
    for table in ("alerts", "said"):
        row = db.execute(f"SELECT {FIELDS[field]} FROM {table} WHERE id = {NOW}", (alert_id,)).fetchone()
        if row is not None:
            return str(row[0])
    return None


def say(db: sqlite3.Connection, alert_id: str, field: str, value: str | None) -> None:
    """Put it down, inside a transaction; None for what holds when nobody says anything. settle follows."""
    column = FIELDS[field]
    for table in ("alerts", "said"):
        db.execute(f"UPDATE {table} SET {column} = ?2 WHERE id = {NOW}", (alert_id, DEFAULTS[column] if value is None else value))


def settle(db: sqlite3.Connection) -> None:
    """After something was said of alerts: their states and stories."""
    follow(db)
    incidents.renew(db)


def decoded(row: Sequence[Any]) -> Alert:
    """An alert from body, state, classification, note, follows."""
    alert = _ALERT.decode(row[0])
    return msgspec.structs.replace(alert, state=row[1], classification=row[2], note=row[3], follows=row[4])
