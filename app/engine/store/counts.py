"""Counts that are kept beside the activities: by time, by who did what to whom, by party."""

import sqlite3
import time
from typing import Any

from app.engine.arrays import Numbers, Places, np
from app.engine.postings import COLUMNS

MOST, SECONDS = 200_000, 2.0
"""Activities that wait in memory to be counted by parties, and for how long."""
MANY, LONGEST = 10_000, 10.0
"""More than MANY in that time wait longer: of a hundred sensors each party comes again after seconds, and a count that is written
once for both costs half."""
MINUTE, HOUR = 60_000_000, 3_600_000_000
COUNTED = "SELECT coalesce((SELECT value FROM meta WHERE key = 'counted'), 9223372036854775807)"
"""Row id up to which all activities are in the counts by parties."""
_UNCOUNTED = f"SELECT {COLUMNS} FROM activities WHERE id > ? ORDER BY id LIMIT ?"
_COUNT_TIME = """INSERT INTO {table}s VALUES(?,?,?,?,?)
  ON CONFLICT({table}, input, kind, result) DO UPDATE SET count = count + excluded.count"""
_COUNT_FLOW = """INSERT INTO flows VALUES(?,?,?,?,?,?,?,?,?)
  ON CONFLICT(source, destination, actor, kind, result, input)
  DO UPDATE SET count = count + excluded.count, first = min(first, excluded.first), last = max(last, excluded.last)"""
_COUNT_PARTY = """INSERT INTO sums VALUES(?,?,?,?) ON CONFLICT(party)
  DO UPDATE SET count = count + excluded.count, first = min(first, excluded.first), last = max(last, excluded.last)"""
_COUNT_MEETING = """INSERT INTO meetings VALUES(?,?,?,?)
  ON CONFLICT(source, destination, actor) DO UPDATE SET count = count + excluded.count"""

Row = tuple[Any, ...]
"""A row of activities without its id: at, took, kind, result, source, sport, destination, dport, actor, ..."""


def matrix(rows: list[Row], first: int) -> Numbers:
    """What is counted and listed of rows whose ids begin at first: a matrix of app.engine.postings.COLUMNS."""
    columns = list(zip(*rows, strict=True))
    found = np.empty((len(rows), 9), np.int64)
    found[:, 0] = np.arange(first, first + len(rows))
    found[:, 1] = columns[0]
    for place, column in ((2, 4), (3, 6), (4, 8)):
        found[:, place] = [number or 0 for number in columns[column]]
    found[:, 5] = columns[2]
    found[:, 5] *= 4
    found[:, 5] += columns[3]
    found[:, 6] = columns[10]
    found[:, 7], found[:, 8] = columns[5], columns[7]
    return found


def count_times(db: sqlite3.Connection, rows: Numbers) -> None:
    """Add rows, as matrix() gives them, to the counts by minute and by hour."""
    for table, length in (("minute", MINUTE), ("hour", HOUR)):
        (times, inputs, codes), first, order = grouped([rows[:, 1] // length, rows[:, 6], rows[:, 5]])
        counts = np.diff(first, append=len(order)).tolist()
        found = zip(times.tolist(), inputs.tolist(), codes.tolist(), counts, strict=True)
        values = [(time, input, code // 4, code % 4, count) for time, input, code, count in found]
        db.executemany(_COUNT_TIME.format(table=table), values)


def set_counted(db: sqlite3.Connection) -> None:
    """All activities that are there now are in the counts by parties."""
    db.execute("INSERT OR REPLACE INTO meta VALUES('counted', (SELECT coalesce(max(id), 0) FROM activities))")


def count_rest(db: sqlite3.Connection) -> None:
    """Count by parties what a writer that died had stored and not counted yet, inside a transaction."""
    last = db.execute(COUNTED).fetchone()[0]
    waiting = Flows()
    while rows := db.execute(_UNCOUNTED, (last, MOST)).fetchall():
        waiting.add(np.array(rows, np.int64))
        waiting.write(db)
        last = rows[-1][0]
    set_counted(db)


class Flows:
    """Counts by parties of inputs that are being read; most come again and again, so they are written now and then."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._waiting: list[Numbers] = []
        self._number = 0
        self._written = time.monotonic()

    @property
    def waiting(self) -> bool:
        """True while something is counted that is not written."""
        return self._number > 0

    def due(self) -> bool:
        """True when it is time to write."""
        waited = time.monotonic() - self._written
        return self._number > MOST or waited > (LONGEST if self._number > MANY else SECONDS)

    def add(self, rows: Numbers) -> None:
        """Count rows as matrix() gives them."""
        self._waiting.append(rows[:, 1:7])
        self._number += len(rows)

    def write(self, db: sqlite3.Connection) -> None:
        """Write what was counted since the last time."""
        if self._waiting:
            rows = np.concatenate(self._waiting)
            one = np.ones(len(rows), np.int64)
            keys, sums = _summed([rows[:, column] for column in (1, 2, 3, 4, 5)], one, rows[:, 0], rows[:, 0])
            source, destination, actor, code, input = keys
            values = np.stack([input, source, destination, actor, code // 4, code % 4, *sums], 1)
            db.executemany(_COUNT_FLOW, values.tolist())
            met, (together, *_) = _summed([source, destination, actor], *sums)
            db.executemany(_COUNT_MEETING, np.stack([*met, together], 1).tolist())
            there = (source > 0, (destination > 0) & (destination != source), actor > 0)
            parties = np.concatenate([keys[role][mask] * 4 + role for role, mask in enumerate(there)])
            spread = [np.concatenate([column[mask] for mask in there]) for column in sums]
            (party,), totals = _summed([parties], *spread)
            db.executemany(_COUNT_PARTY, np.stack([party, *totals], 1).tolist())
            set_counted(db)
        self.forget()


def _summed(keys: list[Numbers], count: Numbers, first: Numbers, last: Numbers) -> tuple[list[Numbers], list[Numbers]]:
    """The different keys; for each the sum of its counts, its first and its last time."""
    different, begins, order = grouped(keys)
    if not len(order):
        return different, [count, first, last]
    sums = [np.add.reduceat(count[order], begins), np.minimum.reduceat(first[order], begins)]
    return different, [*sums, np.maximum.reduceat(last[order], begins)]


def grouped(keys: list[Numbers]) -> tuple[list[Numbers], Places, Places]:
    """The different keys in order; where each begins in the order that sorts all; that order."""
    order = np.lexsort(keys[::-1])
    new = np.ones(len(order), bool)
    ordered = [key[order] for key in keys]
    new[1:] = False
    for key in ordered:
        new[1:] |= key[1:] != key[:-1]
    begins = np.flatnonzero(new)
    return [key[begins] for key in ordered], begins, order
