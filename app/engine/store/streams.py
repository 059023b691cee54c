"""Activities in event time out of the workspace, a few in memory at a time, and what else tells of them."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.engine.store.reading import COLUMNS, RESULTS, Rows
from app.model.activity import Activity, Result

FAILURE = RESULTS.index("failure")
ORDER = """a.at, (SELECT key FROM inputs WHERE id = a.input), coalesce(a.frame, 0), a.ordinal,
            (SELECT text FROM kinds WHERE id = a.kind)"""
"""The order of app.model.activity.event_order."""
Told = tuple[tuple[str, Result], ...]
"""Kind and result of each other activity that tells of the same act."""
MINUTE = 60_000_000


def stream(
    db: sqlite3.Connection, rows: Rows, kinds: Mapping[str, int], wanted: Iterable[str], when_failed: Iterable[str]
) -> Iterator[tuple[Activity, Told]]:
    """Activities of these kinds, and failed ones of the other kinds, in event order, with what else tells of the same act."""
    every, failed = ([kinds[kind] for kind in some if kind in kinds] for some in (wanted, when_failed))
    names = {number: kind for kind, number in kinds.items()}
    told = "NULL"
    if db.execute("SELECT EXISTS(SELECT 1 FROM twins)").fetchone()[0]:
        told = """(SELECT group_concat(b.kind * 4 + b.result) FROM twins t JOIN activities b ON b.id = t.other
            WHERE t.record = a.id)"""
    found = db.execute(
        f"""SELECT {told}, {COLUMNS} FROM activities a
        WHERE +a.kind IN ({_marks(every)}) OR (+a.kind IN ({_marks(failed)}) AND a.result = {FAILURE}) ORDER BY {ORDER}""",
        [*every, *failed],
    )
    activity = rows.activity
    for row in found:
        others: Told = ()
        if row[0] is not None:
            numbers = sorted({int(one) for one in str(row[0]).split(",")})
            others = tuple((names[number // 4], RESULTS[number % 4]) for number in numbers)
        yield activity(row[1:]), others


def numbered(
    db: sqlite3.Connection, rows: Rows, kinds: Mapping[str, int], wanted: Iterable[str], first: int, last: int
) -> Iterator[tuple[int, Activity]]:
    """(row id, activity) of these kinds from first to last (UTC microseconds), in event order."""
    every = [kinds[kind] for kind in wanted if kind in kinds]
    found = db.execute(
        f"SELECT a.id, {COLUMNS} FROM activities a WHERE a.at BETWEEN ? AND ? AND +a.kind IN ({_marks(every)}) ORDER BY {ORDER}",
        [first, last, *every],
    )
    activity = rows.activity
    for row in found:
        yield row[0], activity(row[1:])


def span(db: sqlite3.Connection, kinds: Mapping[str, int], wanted: Iterable[str]) -> tuple[int, int] | None:
    """Whole minutes (UTC microseconds) that hold all activities of these kinds; None when there are none."""
    every = [kinds[kind] for kind in wanted if kind in kinds]
    row: tuple[Any, ...] = db.execute(
        f"SELECT min(minute), max(minute) FROM minutes WHERE kind IN ({_marks(every)})", every
    ).fetchone()
    return None if row[0] is None else (row[0] * MINUTE, (row[1] + 1) * MINUTE)


def recorded(db: sqlite3.Connection, number: int) -> list[int]:
    """Row ids of the other tellings of an activity, in the order of event time; through a shared one they are told too."""
    rows = db.execute(
        """SELECT other FROM twins WHERE record = ?1 UNION SELECT record FROM twins WHERE other = ?1""", (number,)
    ).fetchall()
    return [int(row[0]) for row in rows]


def _marks(values: list[int]) -> str:
    return ",".join("?" * len(values))
