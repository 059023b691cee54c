"""Incidents in the workspace: made anew from the alerts whenever these change; ids that they had stay known."""

import sqlite3

import msgspec

from app.engine.incidents import incidents
from app.model.alert import Alert
from app.model.incident import Incident

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


def kept(db: sqlite3.Connection) -> tuple[Incident, ...]:
    """All of them, oldest first."""
    return tuple(_INCIDENT.decode(row[0]) for row in db.execute("SELECT body FROM incidents ORDER BY first, id"))
