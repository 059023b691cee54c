"""What an analyst says an entity is: tags given or taken away, kept beside what the program finds."""

import sqlite3
import time
from pathlib import Path

from app.engine import schema
from app.engine.schema import StoreError

LONGEST = 100
"""Characters of a tag."""


def set_tag(path: Path, subject: str, tag: str, on: bool | None) -> None:
    """Say that an entity (its key) carries a tag, does not, or (None) that the program decides. Raises StoreError."""
    tag = " ".join(tag.split())[:LONGEST]
    if not tag or not subject:
        raise StoreError("A tag needs a name and an entity.")
    try:
        db = schema.connect(path)
        try:
            db.execute("BEGIN IMMEDIATE")
            if on is None:
                db.execute("DELETE FROM tags WHERE subject = ? AND tag = ?", (subject, tag))
            else:
                db.execute(
                    "INSERT OR REPLACE INTO tags(subject, tag, state, changed) VALUES(?,?,?,?)",
                    (subject, tag, int(on), time.time_ns() // 1000),
                )
            db.execute("INSERT INTO changes VALUES('tags',1) ON CONFLICT(topic) DO UPDATE SET value = value + 1")
            db.execute("COMMIT")
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be written: {error}.") from error


def all_tags(db: sqlite3.Connection) -> dict[str, dict[str, bool]]:
    """Entity's key to what an analyst says of its tags."""
    found: dict[str, dict[str, bool]] = {}
    for subject, tag, state in db.execute("SELECT subject, tag, state FROM tags ORDER BY subject, tag"):
        found.setdefault(subject, {})[tag] = bool(state)
    return found


def version(db: sqlite3.Connection) -> int:
    """Counts the changes of tags."""
    row = db.execute("SELECT value FROM changes WHERE topic = 'tags'").fetchone()
    return int(row[0]) if row else 0
