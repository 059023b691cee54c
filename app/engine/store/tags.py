"""What an analyst says an entity is: tags given or taken away, kept beside what the program finds."""

import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

from app.engine.schema import StoreError
from app.engine.store.changing import changing

LONGEST = 100
"""Characters of a tag."""


def set_tag(path: Path, subject: str, tag: str, on: bool | None) -> None:
    """Say that an entity (its key) carries a tag, does not, or (None) that the program decides. Raises StoreError."""
    set_tags(path, (subject,), tag, on)


def set_tags(path: Path, subjects: Iterable[str], tag: str, on: bool | None) -> None:
    """The same of several entities, as one step of undo."""
    tag, every = " ".join(tag.split())[:LONGEST], tuple(subjects)
    if not tag or not every or not all(every):
        raise StoreError("A tag needs a name and an entity.")
    value = None if on is None else str(int(on))
    with changing(path, "tags") as step:
        for subject in every:
            name = f"{subject}\n{tag}"
            before = text(step.db, name)
            put(step.db, name, value)
            step.record("tag", name, before, value, f"{tag}: {subject.partition(':')[2] or subject}")


def text(db: sqlite3.Connection, name: str) -> str | None:
    """What is said of a tag, "1" or "0"; None when nothing is. name: key of the entity, line break, tag."""
    row = db.execute("SELECT state FROM tags WHERE subject = ? AND tag = ?", tuple(name.rsplit("\n", 1))).fetchone()
    return str(row[0]) if row else None


def put(db: sqlite3.Connection, name: str, value: str | None) -> None:
    """Put it down, inside a transaction."""
    subject, tag = name.rsplit("\n", 1)
    if value is None:
        db.execute("DELETE FROM tags WHERE subject = ? AND tag = ?", (subject, tag))
    else:
        db.execute(
            "INSERT OR REPLACE INTO tags(subject, tag, state, changed) VALUES(?,?,?,?)",
            (subject, tag, int(value), time.time_ns() // 1000),
        )


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
