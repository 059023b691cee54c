"""What the user set for the detectors of a workspace."""

import sqlite3
from pathlib import Path

import msgspec

from app.engine.store.changing import changing
from app.model.tuning import DEFAULT, Tuning


def kept(db: sqlite3.Connection) -> Tuning:
    """The settings of this workspace; the defaults where there are none, or none that can be read."""
    row = db.execute("SELECT value FROM meta WHERE key = 'tuning'").fetchone()
    try:
        return msgspec.json.decode(row[0], type=Tuning) if row else DEFAULT
    except (msgspec.MsgspecError, TypeError):
        return DEFAULT


def set_tuning(path: Path, tuning: Tuning) -> None:
    """Set what holds for the detectors of a workspace; recorded, so it can be undone. Raises StoreError."""
    after = None if tuning == DEFAULT else msgspec.json.encode(tuning, order="deterministic").decode()
    with changing(path, "tuning") as step:
        before = text(step.db)
        put(step.db, after)
        step.record("tuning", "", before, after, "how sensitive detectors are")


def text(db: sqlite3.Connection) -> str | None:
    """The settings as they are kept, None when there are none."""
    row = db.execute("SELECT value FROM meta WHERE key = 'tuning'").fetchone()
    return str(row[0]) if row else None


def put(db: sqlite3.Connection, value: str | None) -> None:
    """Keep settings, or none, inside a transaction."""
    if value is None:
        db.execute("DELETE FROM meta WHERE key = 'tuning'")
    else:
        db.execute("INSERT OR REPLACE INTO meta VALUES('tuning', ?)", (value,))


def keep(db: sqlite3.Connection, tuning: Tuning) -> None:
    """Keep them, inside a transaction."""
    body = msgspec.json.encode(tuning, order="deterministic").decode()
    db.execute("INSERT OR REPLACE INTO meta VALUES('tuning', ?)", (body,))
