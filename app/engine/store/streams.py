"""Activities in event time out of the workspace, a few in memory at a time, and what else tells of them."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from app.engine.store.reading import COLUMNS, RESULTS, Rows
from app.model.activity import Activity, Result, event_order
from app.model.stopping import go_on

FAILURE = RESULTS.index("failure")
ORDER = """a.at, (SELECT key FROM inputs WHERE id = a.input), coalesce(a.frame, 0), a.ordinal,
            (SELECT text FROM kinds WHERE id = a.kind)"""
"""The order of app.model.activity.event_order."""
Told = tuple[tuple[str, Result], ...]
"""Kind and result of each other activity that tells of the same act."""
MINUTE = 60_000_000
TIES = 4_096
"""Activities of one time that are put in order in memory."""
EVERY = 256
"""Activities after which it is asked whether anybody still waits."""


def stream(
    db: sqlite3.Connection,
    rows: Rows,
    kinds: Mapping[str, int],
    wanted: Iterable[str],
    when_failed: Iterable[str],
    span: tuple[int, int] | None = None,
    since: int | None = None,
    after: int = 0,
) -> Iterator[tuple[Activity, Told]]:
    """Activities of these kinds, and failed ones of the other kinds, in event order, with what else tells of the same act.

    span: first and last time (UTC microseconds), None for all times. since: what is older was removed but for single activities,
    which are left out as well; not what a directory told, which is how things are. after: id of a row, only later ones.
    """
    every, failed = ([kinds[kind] for kind in some if kind in kinds] for some in (wanted, when_failed))
    names = {number: kind for kind, number in kinds.items()}
    told = "NULL"
    if db.execute("SELECT EXISTS(SELECT 1 FROM twins)").fetchone()[0]:
        told = """(SELECT group_concat(b.kind * 4 + b.result) FROM twins t JOIN activities b ON b.id = t.other
            WHERE t.record = a.id)"""
    within = "" if span is None else "a.at BETWEEN ? AND ? AND"
    if since is not None:
        within += f" (a.at >= {since:d} OR +a.kind IN (SELECT id FROM kinds WHERE text LIKE 'directory-%')) AND"
    newer = ""
    if after:  # few rows of many: found by their ids, not on a walk through all times
        newer, within = "NOT INDEXED", f"a.id > {after:d} AND {within}"
    sql = f"""SELECT {told}, {COLUMNS} FROM activities a {newer} WHERE {within}
        (+a.kind IN ({_marks(every)}) OR (+a.kind IN ({_marks(failed)}) AND a.result = {FAILURE}))"""
    activity = rows.activity
    for number, row in enumerate(_ordered(db, sql, [*(span or ()), *every, *failed], activity)):
        if number % EVERY == 0:
            go_on()
        others: Told = ()
        if row[0] is not None:
            codes = sorted({int(one) for one in str(row[0]).split(",")})
            others = tuple((names[code // 4], RESULTS[code % 4]) for code in codes)
        yield activity(row[1:]), others


def _ordered(
    db: sqlite3.Connection, sql: str, values: list[int], activity: Callable[[tuple[Any, ...]], Activity]
) -> Iterator[tuple[Any, ...]]:
    """Rows of a question in event order, their second column the time. Hardly any two have one time: what else orders them is
    looked up for those alone, and by the database where there are too many to hold."""
    for at, same in groupby(db.execute(f"{sql} ORDER BY a.at", values), key=itemgetter(1)):
        some = list(islice(same, TIES))
        if len(some) == 1:
            yield some[0]
        elif len(some) < TIES:
            yield from sorted(some, key=lambda row: event_order(activity(row[1:])))
        else:
            yield from db.execute(f"{sql} AND a.at = ? ORDER BY {ORDER}", [*values, at])


def numbered(
    db: sqlite3.Connection, rows: Rows, kinds: Mapping[str, int], wanted: Iterable[str], spans: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, Activity]]:
    """(row id, activity) of these kinds within spans (UTC microseconds, in order, apart from one another), in event order."""
    every = sorted(kinds[kind] for kind in wanted if kind in kinds)
    sql = f"SELECT a.id, {COLUMNS} FROM activities a WHERE a.at BETWEEN ? AND ? AND +a.kind IN ({_marks(every)}) ORDER BY {ORDER}"
    activity = rows.activity
    for first, last in spans:
        for number, row in enumerate(db.execute(sql, [first, last, *every])):
            if number % EVERY == 0:
                go_on()
            yield row[0], activity(row[1:])


def spans(db: sqlite3.Connection, kinds: Mapping[str, int], wanted: Iterable[str], reach: int) -> list[tuple[int, int]]:
    """Spans of whole minutes with activities of these kinds, longer by reach on both sides; those that touch are one."""
    every = [kinds[kind] for kind in wanted if kind in kinds]
    found: list[tuple[int, int]] = []
    for (minute,) in db.execute(f"SELECT DISTINCT minute FROM minutes WHERE kind IN ({_marks(every)}) ORDER BY minute", every):
        first, last = minute * MINUTE - reach, (minute + 1) * MINUTE - 1 + reach
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def recorded(db: sqlite3.Connection, number: int) -> list[int]:
    """Row ids of the other tellings of an activity, in the order of event time; through a shared one they are told too."""
    rows = db.execute(
        """SELECT other FROM twins WHERE record = ?1 UNION SELECT record FROM twins WHERE other = ?1""", (number,)
    ).fetchall()
    return [int(row[0]) for row in rows]


def _marks(values: list[int]) -> str:
    return ",".join("?" * len(values))
