"""What the user set for the detectors of a workspace."""

import sqlite3

import msgspec

from app.model.tuning import DEFAULT, Tuning


def kept(db: sqlite3.Connection) -> Tuning:
    """The settings of this workspace; the defaults where there are none, or none that can be read."""
    row = db.execute("SELECT value FROM meta WHERE key = 'tuning'").fetchone()
    try:
        return msgspec.json.decode(row[0], type=Tuning) if row else DEFAULT
    except (msgspec.MsgspecError, TypeError):
        return DEFAULT


def keep(db: sqlite3.Connection, tuning: Tuning) -> None:
    """Keep them, inside a transaction."""
    body = msgspec.json.encode(tuning, order="deterministic").decode()
    db.execute("INSERT OR REPLACE INTO meta VALUES('tuning', ?)", (body,))
