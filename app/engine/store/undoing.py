"""Undo and redo of what was changed by hand; both are recorded themselves."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from app.engine.schema import StoreError
from app.engine.store import alerts, exclusions, health, incidents, notes, pictures, retention, saved, tags, tuning
from app.engine.store.changing import COLUMNS, Changing, changing, read
from app.model.act import Act, What

NOTHING = "There is nothing to undo."
NOTHING_AGAIN = "There is nothing to do again."


class Value(NamedTuple):
    """How a value that can be undone is read and put back, and whom to tell."""

    topic: str
    now: Callable[[sqlite3.Connection, str], str | None]
    put: Callable[[sqlite3.Connection, str, str | None], None]


def _alert(field: str) -> Value:
    return Value("alerts", lambda db, id: alerts.said(db, id, field), lambda db, id, value: alerts.say(db, id, field, value))


VALUES: dict[What, Value] = {
    "state": _alert("state"),
    "classification": _alert("classification"),
    "note": _alert("note"),
    "title": Value("alerts", incidents.title, incidents.put_title),
    "tag": Value("tags", tags.text, tags.put),
    "remark": Value("notes", notes.text, notes.put),
    "picture": Value("pictures", pictures.text, pictures.put),
    "exclusion": Value("exclusions", exclusions.text, exclusions.put),
    "health": Value("health", health.text, health.put),
    "query": Value("queries", lambda db, _: saved.text(db), lambda db, _, value: saved.put(db, value)),
    "tuning": Value("tuning", lambda db, _: tuning.text(db), lambda db, _, value: tuning.put(db, value)),
    "retention": Value("retention", lambda db, _: retention.text(db), lambda db, _, value: retention.put(db, value)),
}
UNDONE = ",".join(f"'{one}'" for one in VALUES)
TOPICS = tuple(dict.fromkeys(one.topic for one in VALUES.values()))


def _every(_: What) -> None:
    """Everything may be undone."""


def undo(path: Path, act: int | None = None, may: Callable[[What], None] = _every) -> list[Act]:
    """Undo one step: that of an act, or the last one that is not undone; returns what was undone. Raises StoreError.

    may: raises StoreError for what this user may not change.
    """
    with changing(path, *TOPICS) as step:
        if act is None:
            row = step.db.execute(f"SELECT max(id) FROM acts WHERE reverses = 0 AND NOT undone AND what IN ({UNDONE})").fetchone()
            if row[0] is None:
                raise StoreError(NOTHING)
            act = int(row[0])
        done = [one for one in _step(step.db, act) if not one.undone and not one.reverses]
        if not done:
            raise StoreError("It is undone already.")
        for one in done:
            may(one.what)
        for one in reversed(done):
            _put(step, one, one.after, one.before, "undo")
            step.db.execute("UPDATE acts SET undone = 1 WHERE id = ?", (one.id,))
        alerts.settle(step.db)
        return done


def redo(path: Path, act: int | None = None, may: Callable[[What], None] = _every) -> list[Act]:
    """Do again what was undone: the step of an act, or what was undone last when nothing else was done since."""
    with changing(path, *TOPICS) as step:
        db = step.db
        if act is None:
            row = db.execute(
                """SELECT u.id, u.reverses FROM acts u JOIN acts o ON o.id = u.reverses
                WHERE o.reverses = 0 AND o.undone AND NOT u.undone ORDER BY u.id DESC LIMIT 1"""
            ).fetchone()
            if (
                row is None
                or db.execute(f"SELECT 1 FROM acts WHERE reverses = 0 AND id > ? AND what IN ({UNDONE})", (row[0],)).fetchone()
            ):
                raise StoreError(NOTHING_AGAIN)
            act = int(row[1])
        done = [one for one in _step(db, act) if one.undone and not one.reverses]
        if not done:
            raise StoreError(NOTHING_AGAIN)
        for one in done:
            may(one.what)
        for one in done:
            undoing = db.execute("SELECT max(id) FROM acts WHERE reverses = ? AND NOT undone", (one.id,)).fetchone()[0]
            _put(step, one, one.before, one.after, "redo", undoing or one.id)
            db.execute("UPDATE acts SET undone = 0 WHERE id = ?", (one.id,))
            db.execute("UPDATE acts SET undone = 1 WHERE id = ?", (undoing,))
        alerts.settle(db)
        return done


def _step(db: sqlite3.Connection, act: int) -> list[Act]:
    """All acts of the step that an act belongs to."""
    rows = db.execute(f"SELECT {COLUMNS} FROM acts WHERE at = (SELECT at FROM acts WHERE id = ?) ORDER BY id", (act,))
    found = [read(row) for row in rows]
    if not found:
        raise StoreError("The history knows no such act.")
    return found


def _put(step: Changing, one: Act, now: str | None, then: str | None, verb: str, reverses: int = 0) -> None:
    if one.what not in VALUES:
        raise StoreError("That was done with the workspace as a whole and cannot be undone.")
    value = VALUES[one.what]
    if value.now(step.db, one.subject) != now:
        raise StoreError(f"The {one.what} was changed again since ({one.words or one.subject}); {verb} that first.")
    value.put(step.db, one.subject, then)
    step.record(one.what, one.subject, now, then, one.words, reverses or one.id)
