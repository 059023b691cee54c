"""Health alerts as they are kept, their history, what others find wrong, sensors as health asks for them."""

import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from app.engine import schema
from app.engine.schema import StoreError
from app.engine.store.changing import changing
from app.model.health import Checked, HealthChange, HealthEvent, HealthFact, HealthIssue, HealthState

DAY = 86_400_000_000
SUPPRESSED, LONGEST = 7, 366
"""Days that an alert is suppressed when nobody says how long, and at most."""
HISTORY = 20_000
"""Entries of the history that are kept, the newest."""
GIVEN = "facts:"
"""Begins the keys of meta under which others state what they find wrong."""
MOST = 200
"""Facts of one origin."""
CHECKED = "health_checked"
ANEW = 60_000_000
"""Microseconds after which a new sentence of an open alert is written, and that it was seen again."""
Database = sqlite3.Connection
"""What a round is given, which speaks no SQL itself."""
_issue = msgspec.json.Decoder(HealthIssue).decode
_facts = msgspec.json.Decoder(tuple[HealthFact, ...]).decode
_Event = tuple[str, HealthEvent, str]


class _Said(msgspec.Struct, frozen=True):
    """What somebody may say of a health alert; the value that undo puts back."""

    state: HealthState
    closed: int | None = None
    until: int | None = None
    hand: bool = False


def issues(db: sqlite3.Connection) -> dict[str, HealthIssue]:
    """Id to health alert, all that are kept."""
    return {one.id: one for one in (_issue(row[0]) for row in db.execute("SELECT body FROM health"))}


def checked(db: sqlite3.Connection) -> Checked:
    """The last round."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (CHECKED,)).fetchone()
    return msgspec.json.decode(row[0], type=Checked) if row else Checked()


def write(
    db: sqlite3.Connection,
    before: Mapping[str, HealthIssue],
    after: Mapping[str, HealthIssue],
    events: Iterable[_Event],
    round: Checked,
) -> bool:
    """Keep what a round found, inside a transaction; True when readers shall look again.

    What was only seen again is written now and then, so that a round in which nothing happens writes next to nothing.
    """
    told = False
    for id, one in after.items():
        old = before.get(id)
        if old is not None and (old == one or (_alike(old, one) and one.last - old.last < ANEW)):
            continue
        told = told or old is None or replace(old, last=0) != replace(one, last=0)
        _put(db, one)
    for id in before.keys() - after.keys():
        db.execute("DELETE FROM health WHERE id = ?", (id,))
        told = True
    some = [(id, round.at, what, words[:2_000]) for id, what, words in events]
    if some:
        db.executemany("INSERT INTO health_history(issue, at, what, words) VALUES(?,?,?,?)", some)
        db.execute("DELETE FROM health_history WHERE id <= (SELECT max(id) FROM health_history) - ?", (HISTORY,))
    db.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (CHECKED, msgspec.json.encode(round).decode()))
    return told


def _alike(one: HealthIssue, other: HealthIssue) -> bool:
    """True when only figures and times differ."""
    return replace(one, what="", last=0) == replace(other, what="", last=0)


def _put(db: sqlite3.Connection, one: HealthIssue) -> None:
    body = msgspec.json.encode(one).decode()
    db.execute("INSERT OR REPLACE INTO health(id, state, last, body) VALUES(?,?,?,?)", (one.id, one.state, one.last, body))


def changes_since(db: sqlite3.Connection, number: int, limit: int) -> tuple[HealthChange, ...]:
    """What became of health alerts behind a change, the oldest first."""
    rows = db.execute("SELECT id, issue, at, what, words FROM health_history WHERE id > ? ORDER BY id LIMIT ?", (number, limit))
    return tuple(HealthChange(number=row[0], issue=row[1], at=row[2], what=row[3], words=row[4]) for row in rows)


def history(db: sqlite3.Connection, issue: str, limit: int) -> tuple[HealthChange, ...]:
    """What became of one health alert, the newest first."""
    rows = db.execute(
        "SELECT id, issue, at, what, words FROM health_history WHERE issue = ? ORDER BY id DESC LIMIT ?", (issue, limit)
    )
    return tuple(HealthChange(number=row[0], issue=row[1], at=row[2], what=row[3], words=row[4]) for row in rows)


# ---- what others find wrong


def give_facts(path: Path, origin: str, facts: Sequence[HealthFact]) -> None:
    """State all that somebody else than a round finds wrong now, in the place of what the same origin stated before.

    origin: a word, for example "notify". Works beside any other writer; the next round makes alerts of it, or closes them, and
    until somebody looks it is told as it stands.
    Raises StoreError.
    """
    text = msgspec.json.encode(tuple(facts)[:MOST]).decode()
    try:
        db = schema.connect(path)
        try:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (GIVEN + origin,)).fetchone()
            if (row[0] if row else "[]") == text:
                return
            db.execute("BEGIN IMMEDIATE")
            put_facts(db, origin, facts)
            db.execute("INSERT INTO changes VALUES('health',1) ON CONFLICT(topic) DO UPDATE SET value = value + 1")
            db.execute("COMMIT")
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be written: {error}.") from error


def put_facts(db: sqlite3.Connection, origin: str, facts: Sequence[HealthFact]) -> None:
    """The same inside a transaction."""
    text = msgspec.json.encode(tuple(facts)[:MOST]).decode()
    db.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (GIVEN + origin, text))


def given_facts(db: sqlite3.Connection) -> list[HealthFact]:
    """What all of them state."""
    rows = db.execute("SELECT value FROM meta WHERE key >= ? AND key < ? ORDER BY key", (GIVEN, f"{GIVEN[:-1]};"))
    found: list[HealthFact] = []
    for (text,) in rows:
        try:
            found += _facts(text)
        except msgspec.MsgspecError:
            continue
    return found


def sensors(db: sqlite3.Connection) -> list[tuple[str, str, int, int | None, str]]:
    """(id, name, added, heard, report as JSON) of every sensor that was not removed."""
    return db.execute("SELECT id, name, added, heard, report FROM sensors WHERE removed IS NULL ORDER BY id").fetchall()


# ---- by hand


def suppress_issue(path: Path, id: str, days: int = SUPPRESSED) -> bool:
    """Say nothing of it for so many days; behind them it is open if it is so then. False when there is none of that id."""
    now = time.time_ns() // 1000
    return _say(path, id, _Said("suppressed", until=now + max(1, min(days, LONGEST)) * DAY))


def close_issue(path: Path, id: str) -> bool:
    """Close it; it stays closed until what is wrong has gone and comes again."""
    return _say(path, id, _Said("closed", closed=time.time_ns() // 1000, hand=True))


def reopen_issue(path: Path, id: str) -> bool:
    """Open it again; what is mended closes by itself at the next round."""
    return _say(path, id, _Said("open"))


def _say(path: Path, id: str, said: _Said) -> bool:
    with changing(path, "health") as step:
        before = text(step.db, id)
        if before is None:
            return False
        after = msgspec.json.encode(said).decode()
        put(step.db, id, after)
        one = issues(step.db)[id]
        step.record("health", id, before, after, f"{one.title}: {one.where or one.subject}")
        what: HealthEvent = {"open": "reopened", "closed": "closed", "suppressed": "suppressed"}[said.state]  # type: ignore[assignment]
        step.db.execute(
            "INSERT INTO health_history(issue, at, what, words) VALUES(?,?,?,?)", (id, time.time_ns() // 1000, what, "By hand.")
        )
    return True


def text(db: sqlite3.Connection, id: str) -> str | None:
    """What is said of a health alert as it is kept for undo; None when there is none of that id."""
    row = db.execute("SELECT body FROM health WHERE id = ?", (id,)).fetchone()
    if row is None:
        return None
    one = _issue(row[0])
    return msgspec.json.encode(_Said(one.state, one.closed, one.until, one.hand)).decode()


def put(db: sqlite3.Connection, id: str, value: str | None) -> None:
    """Put it down, inside a transaction."""
    row = db.execute("SELECT body FROM health WHERE id = ?", (id,)).fetchone()
    if row is not None and value is not None:
        said = msgspec.json.decode(value, type=_Said)
        _put(db, replace(_issue(row[0]), state=said.state, closed=said.closed, until=said.until, hand=said.hand))
