"""Counts that are kept beside the activities: by minute, by who did what to whom."""

import sqlite3
import time
from collections import Counter
from operator import itemgetter
from typing import Any

MOST, SECONDS = 50_000, 1.0
"""Counts by parties that wait in memory, and for how long."""
MINUTE = 60_000_000
_COUNT_MINUTE = """INSERT INTO minutes VALUES(?,?,?,?,?)
  ON CONFLICT(minute, input, kind, result) DO UPDATE SET count = count + excluded.count"""
_COUNT_FLOW = """INSERT INTO flows VALUES(?,?,?,?,?,?,?,?,?)
  ON CONFLICT(source, destination, actor, kind, result, input)
  DO UPDATE SET count = count + excluded.count, first = min(first, excluded.first), last = max(last, excluded.last)"""

Row = tuple[Any, ...]
"""A row of activities without its id: at, took, kind, result, source, sport, destination, dport, actor, ..."""


def count_minutes(db: sqlite3.Connection, input: int, rows: list[Row]) -> None:
    """Add rows of an input to the counts by minute."""
    minutes = Counter((row[0] // MINUTE, input, row[2], row[3]) for row in rows)
    db.executemany(_COUNT_MINUTE, [(*key, count) for key, count in minutes.items()])


class Flows:
    """Counts by parties of the input that is being read; most come again and again, so they are written now and then."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._counts: Counter[tuple[int, ...]] = Counter()
        self._first: dict[tuple[int, ...], int] = {}
        self._last: dict[tuple[int, ...], int] = {}
        self._written = time.monotonic()

    def due(self) -> bool:
        """True when it is time to write."""
        return len(self._counts) > MOST or time.monotonic() - self._written > SECONDS

    def add(self, rows: list[Row]) -> None:
        """Count rows; sorts them by time."""
        rows.sort(key=itemgetter(0))
        keys = [(row[4] or 0, row[6] or 0, row[8] or 0, row[2], row[3]) for row in rows]
        times = [row[0] for row in rows]
        self._counts.update(keys)
        for key, at in dict(zip(keys, times)).items():
            self._last[key] = max(at, self._last.get(key, at))
        keys.reverse()
        times.reverse()
        for key, at in dict(zip(keys, times)).items():
            self._first[key] = min(at, self._first.get(key, at))

    def write(self, db: sqlite3.Connection, input: int) -> None:
        """Write what was counted since the last time."""
        first, last = self._first, self._last
        db.executemany(_COUNT_FLOW, [(input, *key, count, first[key], last[key]) for key, count in self._counts.items()])
        self.forget()
