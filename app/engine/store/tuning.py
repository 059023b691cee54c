"""What the user set for the detectors of a workspace."""

import sqlite3
from pathlib import Path

import msgspec

from app.engine import schema
from app.engine.schema import StoreError
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


def set_tuning(path: Path, tuning: Tuning) -> None:
    """Keep them, in a short transaction beside any other writer; alerts follow at the next detection. Raises StoreError."""
    try:
        db = schema.connect(path)
        try:
            schema.check(db, path)
            db.execute("BEGIN IMMEDIATE")
            keep(db, tuning)
            db.execute("INSERT INTO changes VALUES('tuning',1) ON CONFLICT(topic) DO UPDATE SET value = value + 1")
            db.execute("COMMIT")
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be written: {error}.") from error
