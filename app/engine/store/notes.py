"""Notes of analysts: several of one subject, each with when it was written and by whom."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from app.engine.schema import StoreError
from app.engine.store.changing import changing, user
from app.model.note import Note

LONGEST = 20_000
"""Characters of a note."""
COLUMNS = "id, subject, text, at, who, changed"


def write_note(path: Path, subject: str, words: str, id: int | None = None) -> int:
    """Write a note down, or (id) other words in the place of one; returns its number. Raises StoreError."""
    words = words.strip()[:LONGEST]
    if not words or not subject or "\n" in subject:
        raise StoreError("A note needs words and a subject.")
    with changing(path, "notes") as step:
        if id is None:
            last = step.db.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'notes'").fetchone()
            id = int(last[0]) + 1
        name = f"{subject}\n{id}"
        before = text(step.db, name)
        old = json.loads(before) if before else {"at": step.at, "who": user()}
        after = json.dumps({"text": words, "at": old["at"], "who": old["who"], "changed": step.at})
        put(step.db, name, after)
        step.record("remark", name, before, after, f"{subject.partition(':')[2] or subject}: {words}")
    return id


def remove_note(path: Path, id: int) -> bool:
    """Remove a note; False when there is none of that number. Raises StoreError."""
    with changing(path, "notes") as step:
        row = step.db.execute("SELECT subject, text FROM notes WHERE id = ?", (id,)).fetchone()
        if row is None:
            return False
        name = f"{row[0]}\n{id}"
        before = text(step.db, name)
        put(step.db, name, None)
        step.record("remark", name, before, None, f"{str(row[0]).partition(':')[2] or row[0]}: {row[1]}")
    return True


def text(db: sqlite3.Connection, name: str) -> str | None:
    """A note as it is kept for undo, JSON with text, at, who, changed; None for none. name: subject, line break, number."""
    subject, _, id = name.rpartition("\n")
    row = db.execute("SELECT text, at, who, changed FROM notes WHERE id = ? AND subject = ?", (int(id), subject)).fetchone()
    return json.dumps(dict(zip(("text", "at", "who", "changed"), row, strict=True))) if row else None


def put(db: sqlite3.Connection, name: str, value: str | None) -> None:
    """Put it down, inside a transaction."""
    subject, _, id = name.rpartition("\n")
    if value is None:
        db.execute("DELETE FROM notes WHERE id = ? AND subject = ?", (int(id), subject))
        return
    one = json.loads(value)
    db.execute(
        "INSERT OR REPLACE INTO notes(id, subject, text, at, who, changed) VALUES(?,?,?,?,?,?)",
        (int(id), subject, one["text"], one["at"], one["who"], one["changed"]),
    )


def notes(db: sqlite3.Connection, subject: str | None, words: Sequence[str], limit: int) -> tuple[Note, ...]:
    """Notes, the newest first: of a subject, or of all (None); those that hold every one of the words."""
    db.create_function("folded", 1, str.casefold, deterministic=True)  # SQLite's own lower knows ASCII only
    where = ["instr(folded(text || ' ' || subject), ?)"] * len(words) + (["subject = ?"] if subject is not None else [])
    values = (*(one.casefold() for one in words), *((subject,) if subject is not None else ()), limit)
    rows = db.execute(
        f"SELECT {COLUMNS} FROM notes {'WHERE ' + ' AND '.join(where) if where else ''} ORDER BY at DESC, id DESC LIMIT ?", values
    )
    return tuple(Note(id=row[0], subject=row[1], text=row[2], at=row[3], who=row[4], changed=row[5]) for row in rows)
