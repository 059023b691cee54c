"""Exclusions of a workspace: the analyst's own, and what he said of those that the program brings."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.engine.store.changing import changing
from app.model.exclusion import Exclusion


def kept(db: sqlite3.Connection) -> dict[str, Exclusion]:
    """Id to exclusion."""
    rows = db.execute("SELECT id, body FROM exclusions ORDER BY id")
    return {id: msgspec.json.decode(body, type=Exclusion) for id, body in rows}


def count(db: sqlite3.Connection, counting: Iterable[Exclusion]) -> None:
    """Keep which exclusions the last detection went by, inside a transaction."""
    body = msgspec.json.encode(tuple(counting)).decode()
    db.execute("INSERT OR REPLACE INTO meta VALUES('exclusions', ?)", (body,))


def counted(db: sqlite3.Connection) -> tuple[Exclusion, ...]:
    """The exclusions that the last detection went by: others may count by now."""
    row = db.execute("SELECT value FROM meta WHERE key = 'exclusions'").fetchone()
    return msgspec.json.decode(row[0], type=tuple[Exclusion, ...]) if row else ()


def version(db: sqlite3.Connection) -> int:
    """Counts the changes of exclusions."""
    row = db.execute("SELECT value FROM changes WHERE topic = 'exclusions'").fetchone()
    return int(row[0]) if row else 0


def put_exclusions(path: Path, exclusions: Iterable[Exclusion]) -> int:
    """Add exclusions, or change those of the same id, as one step; returns how many differ from what was. Raises StoreError."""
    with changing(path, "exclusions") as step:
        for one in exclusions:
            before, after = text(step.db, one.id), written(one)
            put(step.db, one.id, after)
            step.record("exclusion", one.id, before, after, words(one))
        return len(step.acts)


def remove_exclusions(path: Path, ids: Iterable[str]) -> int:
    """Remove exclusions as one step; returns how many there were. Raises StoreError."""
    with changing(path, "exclusions") as step:
        held = kept(step.db)
        for id in ids:
            one = held.get(id)
            if one is not None:
                put(step.db, id, None)
                step.record("exclusion", id, written(one), None, words(one))
        return len(step.acts)


def text(db: sqlite3.Connection, id: str) -> str | None:
    """An exclusion as it is kept, None when there is none."""
    row = db.execute("SELECT body FROM exclusions WHERE id = ?", (id,)).fetchone()
    return str(row[0]) if row else None


def put(db: sqlite3.Connection, id: str, value: str | None) -> None:
    """Keep one, or none, inside a transaction."""
    if value is None:
        db.execute("DELETE FROM exclusions WHERE id = ?", (id,))
    else:
        db.execute("INSERT OR REPLACE INTO exclusions VALUES(?,?)", (id, value))


def written(one: Exclusion) -> str:
    """As text, the same for equal ones."""
    return msgspec.json.encode(one, order="deterministic").decode()


def words(one: Exclusion) -> str:
    """What it covers, for the history."""
    return f"{one.kind} {one.value} ({'every detector' if one.detector == '*' else one.detector})"
