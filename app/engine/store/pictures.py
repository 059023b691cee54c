"""Pictures of the graph that an analyst keeps in the case, by name; what they hold is the window's affair."""

import sqlite3
from pathlib import Path

from app.engine.schema import StoreError
from app.engine.store.changing import changing

LONGEST, LARGEST, MOST = 120, 2_000_000, 500
"""Characters of a name, characters of a picture, pictures of one case."""
PREFIX = "picture:"
"""Before the name, in the table of single values."""


def keep_picture(path: Path, name: str, body: str | None) -> None:
    """Keep a picture under a name, in the place of one of that name; None removes it. Raises StoreError."""
    name = " ".join(name.split())[:LONGEST]
    if not name or (body is not None and len(body) > LARGEST):
        raise StoreError("A picture needs a name." if not name else "The picture is too large to be kept.")
    with changing(path, "pictures") as step:
        before = text(step.db, name)
        if before is None and body is not None and len(all_pictures(step.db)) >= MOST:
            raise StoreError(f"The case keeps {MOST} pictures: remove one first.")
        put(step.db, name, body)
        step.record("picture", name, before, body, name)


def text(db: sqlite3.Connection, name: str) -> str | None:
    """A picture as it is kept; None when there is none of that name."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (PREFIX + name,)).fetchone()
    return str(row[0]) if row else None


def put(db: sqlite3.Connection, name: str, value: str | None) -> None:
    """Put it down, inside a transaction."""
    if value is None:
        db.execute("DELETE FROM meta WHERE key = ?", (PREFIX + name,))
    else:
        db.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (PREFIX + name, value))


def all_pictures(db: sqlite3.Connection) -> dict[str, str]:
    """Name to picture, by name."""
    rows = db.execute("SELECT key, value FROM meta WHERE key >= ? AND key < ? ORDER BY key", (PREFIX, PREFIX[:-1] + ";"))
    return {str(row[0])[len(PREFIX) :]: str(row[1]) for row in rows}
