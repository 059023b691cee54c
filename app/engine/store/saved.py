"""Queries that are kept with a workspace."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.engine.store.changing import changing
from app.model.saved import SavedQuery, merged, without


def kept(db: sqlite3.Connection) -> tuple[SavedQuery, ...]:
    """The queries of this workspace; none where they cannot be read."""
    try:
        return msgspec.json.decode(text(db) or "[]", type=tuple[SavedQuery, ...])
    except msgspec.MsgspecError:
        return ()


def save_queries(path: Path, *some: SavedQuery) -> None:
    """Keep queries by their names; recorded, so it can be undone. Raises StoreError."""
    _change(path, lambda before: merged(before, *some), f"query {some[0].name}" if len(some) == 1 else f"{len(some)} queries")


def remove_query(path: Path, name: str) -> None:
    """Forget a query; recorded, so it can be undone. Raises StoreError."""
    _change(path, lambda before: without(before, name), f"query {name}")


def text(db: sqlite3.Connection) -> str | None:
    """The queries as they are kept, None when there are none."""
    row = db.execute("SELECT value FROM meta WHERE key = 'queries'").fetchone()
    return str(row[0]) if row else None


def put(db: sqlite3.Connection, value: str | None) -> None:
    """Keep queries as text, or none, inside a transaction."""
    if value is None:
        db.execute("DELETE FROM meta WHERE key = 'queries'")
    else:
        db.execute("INSERT OR REPLACE INTO meta VALUES('queries', ?)", (value,))


def _change(path: Path, how: Callable[[tuple[SavedQuery, ...]], tuple[SavedQuery, ...]], words: str) -> None:
    with changing(path, "queries") as step:
        before = text(step.db)
        found = how(kept(step.db))
        after = msgspec.json.encode(found).decode() if found else None
        put(step.db, after)
        step.record("query", "", before, after, words)
