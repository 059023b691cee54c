"""Incidents in the workspace: made anew from the alerts whenever these change; ids that they had stay known."""

import sqlite3
from pathlib import Path

import msgspec

from app.engine.incidents import incidents
from app.engine.store.changing import changing
from app.model.alert import Alert
from app.model.incident import Incident

TITLE = "incident title "
"""Begins the keys of the table meta under which names that analysts gave to incidents are kept."""
LONGEST = 120
"""Characters of a name."""

_ALERT = msgspec.msgpack.Decoder(Alert)
_INCIDENT = msgspec.msgpack.Decoder(Incident)


def renew(db: sqlite3.Connection) -> None:
    """Put the stories that the alerts tell in the place of all earlier ones, inside a transaction."""
    alerts = [
        msgspec.structs.replace(_ALERT.decode(body), state=state, classification=classification)
        for body, state, classification in db.execute("SELECT body, state, classification FROM alerts ORDER BY first, id")
    ]
    names = dict(db.execute("SELECT old, id FROM alert_names"))
    found = incidents(alerts)
    of = {alert: one.id for one in found for alert in one.alerts}
    now = {one.id for one in found}
    for old, body in db.execute("SELECT id, body FROM incidents").fetchall():
        if old in now:
            continue
        members = (of.get(names.get(alert, alert)) for alert in _INCIDENT.decode(body).alerts)
        heir = next((one for one in members if one is not None), None)
        if heir is not None:
            db.execute("INSERT OR REPLACE INTO incident_names VALUES(?,?)", (old, heir))
            db.execute("UPDATE incident_names SET id=? WHERE id=?", (heir, old))
    db.execute("DELETE FROM incidents")
    db.executemany("INSERT INTO incidents VALUES(?,?,?)", [(one.id, one.first, msgspec.msgpack.encode(one)) for one in found])
    db.execute("DELETE FROM incident_names WHERE old IN (SELECT id FROM incidents)")


def name_incident(path: Path, id: str, name: str) -> bool:
    """Call an incident so, "" for the name that follows from its alerts; False when there is none of that id.

    Raises StoreError.
    """
    with changing(path, "alerts") as step:
        now = step.db.execute("SELECT id FROM incident_names WHERE old = ?", (id,)).fetchone()
        id = str(now[0]) if now else id
        if step.db.execute("SELECT 1 FROM incidents WHERE id = ?", (id,)).fetchone() is None:
            return False
        before, after = title(step.db, id), " ".join(name.split())[:LONGEST] or None
        put_title(step.db, id, after)
        step.record("title", id, before, after, after or before or "")
    return True


def title(db: sqlite3.Connection, id: str) -> str | None:
    """The name that an analyst gave to an incident, under any id that it had; None when nobody did."""
    row = db.execute(
        """SELECT value FROM meta WHERE key = ?1 || ?2
        OR key IN (SELECT ?1 || old FROM incident_names WHERE id = ?2) ORDER BY key = ?1 || ?2 DESC LIMIT 1""",
        (TITLE, id),
    ).fetchone()
    return str(row[0]) if row else None


def put_title(db: sqlite3.Connection, id: str, value: str | None) -> None:
    """Put it down, inside a transaction; None for no name."""
    every = "SELECT ?1 || old FROM incident_names WHERE id = ?2"
    db.execute(f"DELETE FROM meta WHERE key = ?1 || ?2 OR key IN ({every})", (TITLE, id))
    if value is not None:
        db.execute("INSERT INTO meta(key, value) VALUES(? || ?, ?)", (TITLE, id, value))


def kept(db: sqlite3.Connection) -> tuple[Incident, ...]:
    """All of them, oldest first, with the names that analysts gave."""
    found = tuple(_INCIDENT.decode(row[0]) for row in db.execute("SELECT body FROM incidents ORDER BY first, id"))
    if db.execute("SELECT 1 FROM meta WHERE key >= ?1 AND key < ?1 || char(1114111) LIMIT 1", (TITLE,)).fetchone() is None:
        return found
    names = ((one, title(db, one.id)) for one in found)
    return tuple(msgspec.structs.replace(one, title=name) if name else one for one, name in names)
