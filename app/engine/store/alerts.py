"""Alerts in the workspace: computed anew each time, while what the analyst said of them stays."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.engine import schema
from app.engine.schema import StoreError
from app.engine.store.place import split_id
from app.model.alert import RANK, Alert

UNTOUCHED = ("open", "unclassified", "")
"""State, classification and note of an alert of which nobody said anything."""


def replace(db: sqlite3.Connection, alerts: Sequence[Alert], kinds: Mapping[str, int]) -> None:
    """Put alerts in the place of all earlier ones, inside a transaction.

    An alert is its earlier self when detector and subject are the same and the spans overlap; it takes over what was said
    of that, and the id that it had then stays known as another name. Its own id follows from its content alone, so that
    the order in which inputs were opened does not show.
    """
    earlier: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for row in db.execute(
        "SELECT id, detector, subject, first, last, state, classification, note FROM alerts ORDER BY first, id"
    ):
        earlier.setdefault((row[1], row[2]), []).append(row)
    db.execute("DELETE FROM alerts")
    db.execute("DELETE FROM alert_evidence")
    now = {alert.id for alert in alerts}
    for number, alert in enumerate(alerts, 1):
        finding = alert.finding
        said = (alert.state, alert.classification, alert.note)
        same = earlier.get((alert.detector, finding.subject), ())
        overlapping = [old for old in same if old[3] <= finding.last and old[4] >= finding.first]
        for old in sorted(overlapping, key=lambda one: one[0] == alert.id):
            if old[5:8] != UNTOUCHED:
                said = old[5:8]
            if old[0] not in now:
                db.execute("INSERT OR REPLACE INTO alert_names VALUES(?,?)", (old[0], alert.id))
                db.execute("UPDATE alert_names SET id=? WHERE id=?", (alert.id, old[0]))
        kept = db.execute(
            "INSERT OR IGNORE INTO alerts VALUES(?,?,?,?,?,?,?,?,?,?,?)",
            (
                number, alert.id, alert.detector, finding.subject, RANK[alert.severity], finding.first, finding.last,
                *said, msgspec.msgpack.encode(alert),
            ),
        )  # fmt: skip
        if not kept.rowcount:
            continue
        db.executemany(
            "INSERT INTO alert_evidence VALUES(?,?,?)",
            [(number, place, rowid(db, one, kinds)) for place, one in enumerate(finding.evidence)],
        )
    db.execute("DELETE FROM alert_names WHERE old IN (SELECT id FROM alerts)")


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
) -> None:
    """Change what the analyst says of an alert, in a short transaction beside any other writer. Raises StoreError."""
    changes = {"state": state, "classification": classification, "note": note}
    wanted = {column: value for column, value in changes.items() if value is not None}
    if not wanted:
        return
    try:
        db = schema.connect(path)
        try:
            db.execute("BEGIN IMMEDIATE")
            db.execute(
                f"UPDATE alerts SET {', '.join(f'{column}=?' for column in wanted)} "
                "WHERE id = coalesce((SELECT id FROM alert_names WHERE old = ?), ?)",
                (*wanted.values(), alert_id, alert_id),
            )
            db.execute(
                "INSERT INTO changes VALUES('alerts',1) ON CONFLICT(topic) DO UPDATE SET value = value + 1",
            )
            db.execute("COMMIT")
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be written: {error}.") from error
