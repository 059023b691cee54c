"""The sensors of a workspace, each with a status that follows from its last report and from when that came."""

import sqlite3
from collections.abc import Mapping

import msgspec

from app.engine.store.versions import met as versions_met
from app.link.codec import decode_body
from app.link.envelope import FORM, OLDEST
from app.model.sensor import BEHIND, SensorReport, SensorRow, SensorStatus, version_due, versions_behind

MINUTE = 60_000_000
QUIET, GONE = 5 * MINUTE, 10 * MINUTE
"""Microseconds of silence after which a sensor stopped communicating, and after which it is disconnected."""
_report = msgspec.json.Decoder(SensorReport).decode


def sensors(db: sqlite3.Connection, now: int, version: str) -> list[SensorRow]:
    """now: UTC microseconds by this machine's clock; version: of this program. In order of their names.

    What a sensor wrote is taken as if it had said nothing when it is no report.
    """
    rows = db.execute("SELECT id, name, heard, report, activities FROM sensors WHERE removed IS NULL ORDER BY name, id")
    met = versions_met(db)
    return [_row(id, name, heard, report, activities, now, version, met) for id, name, heard, report, activities in rows]


def alerted_packets(db: sqlite3.Connection, known: set[int]) -> dict[str, set[int]]:
    """Frames on which alerts rest, by key of a sensor's input; of activities that are not known, which are then."""
    rows = db.execute(
        """SELECT DISTINCT e.activity FROM alert_evidence e JOIN activities a ON a.id = e.activity
        JOIN inputs i ON i.id = a.input WHERE instr(i.key, '.')"""
    )
    new = [row[0] for row in rows if row[0] not in known]
    found: dict[str, set[int]] = {}
    for one in new:
        row = db.execute(
            "SELECT i.key, a.body FROM activities a JOIN inputs i ON i.id = a.input WHERE a.id = ?", (one,)
        ).fetchone()
        if row is not None:
            found.setdefault(row[0], set()).update(decode_body(row[1]).frames)
    known.update(new)
    return {key: frames for key, frames in found.items() if frames}


def unsynchronized(db: sqlite3.Connection, now: int) -> bool:
    """Whether sensors send here and no directory was read: then only what had traffic is known.

    False where a directory was read by other means, from files or by a source of this program.
    """
    reports = db.execute("SELECT heard, report FROM sensors WHERE removed IS NULL").fetchall()
    if not reports or db.execute("SELECT 1 FROM inputs WHERE kind IN ('directory', 'bloodhound') LIMIT 1").fetchone():
        return False
    for heard, text in reports:
        try:
            said = _report(text) if text and heard is not None and now - heard < GONE else None
        except (msgspec.MsgspecError, UnicodeError):
            continue
        if said is not None and said.synchronizes:
            return False
    return True


def _row(
    id: str, name: str, heard: int | None, report: str, activities: int, now: int, version: str, met: Mapping[str, int]
) -> SensorRow:
    """One of them."""
    try:
        said = _report(report) if report else None
    except (msgspec.MsgspecError, UnicodeError):
        said = None
    state = status(said, heard, now, version, met)
    return SensorRow(id=id, name=name, status=state, heard=heard, report=said, activities=activities)


def status(report: SensorReport | None, heard: int | None, now: int, version: str, met: Mapping[str, int] = {}) -> SensorStatus:
    """What may be said of a sensor now. met: as in app.model.sensor.version_due."""
    if report is None or heard is None:
        return "starting"
    if report.state in ("stopping", "stopped"):
        return "stopped"
    if now - heard >= GONE:
        return "disconnected"
    if now - heard >= QUIET:
        return "stopped communicating"
    due = version_due(report.config, version, met, now)
    if (report.form and not OLDEST <= report.form <= FORM) or versions_behind(report.version, due) >= BEHIND:
        return "outdated"
    match report.state:
        case "failed" | "not configured" | "starting" | "syncing":
            return report.state
    if report.controllers and all(one.reachable is False for one in report.controllers):
        return "unreachable"
    return "up to date"
