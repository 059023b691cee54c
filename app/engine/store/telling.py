"""The table of what is told twice, and the sorting of traces that finds it, on disk."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

SEPARATOR = "\x1f"
_TABLE = """CREATE TEMP TABLE traces(
  rule INTEGER, key INTEGER, at INTEGER, record INTEGER, rank INTEGER, number INTEGER, clock TEXT, lane INTEGER, told TEXT)"""
_SORTED = """WITH shared AS MATERIALIZED (
    SELECT rule, key FROM temp.traces GROUP BY rule, key
    HAVING count(*) > 1 AND (min(record) < max(record) OR rule IN (SELECT value FROM json_each(?))))
  SELECT t.rule, t.key, t.at - coalesce(o.ahead, 0) AS level, t.record, t.rank, t.number, t.clock, t.lane, t.told
  FROM shared s CROSS JOIN temp.traces t ON t.rule = s.rule AND t.key = s.key
  LEFT JOIN temp.ahead o ON o.clock = t.clock {} ORDER BY t.rule, t.key, level, t.rank"""
Make = Callable[..., Any]


class Sorting:
    """Rows of traces that wait to be read in order; the file of temporary tables holds them, not the memory."""

    def __init__(self, db: sqlite3.Connection, make: Make, same: Sequence[int]) -> None:
        self._db, self._make, self._same = db, make, json.dumps(list(same))
        self.close()
        db.execute(_TABLE)
        db.execute("CREATE TEMP TABLE ahead(clock TEXT PRIMARY KEY, ahead INTEGER) WITHOUT ROWID")

    def fill(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows: rule, key, time, record, rank, row id, clock, lane, told."""
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO temp.traces VALUES(?,?,?,?,?,?,?,?,?)", ((*row[:8], SEPARATOR.join(row[8])) for row in rows)
        )
        self._db.execute("CREATE INDEX temp.traces_key ON traces(rule, key, record)")
        self._db.execute("COMMIT")

    def level(self, ahead: Mapping[str, int]) -> None:
        """Clock to the microseconds that its times are too late."""
        self._db.executemany("INSERT OR REPLACE INTO temp.ahead VALUES(?,?)", sorted(ahead.items()))

    def rows(self, rules: Sequence[int] = (), most: int = 0) -> Iterator[Any]:
        """Rows by rule, key and levelled time, then rank, of keys that both sides have, or two rows by a rule of `same`.

        Those of some rules only, of so many keys that about `most` would remain of all.

        Which keys remain follows from the keys and from how many rows there are, not from their order.
        """
        make, where, values = self._make, "", list(rules)
        if rules:
            where = f"WHERE t.rule IN ({','.join('?' * len(rules))})"
            if most:
                count = self._db.execute(f"SELECT count(*) FROM temp.traces t {where}", values).fetchone()[0]
                where += f" AND abs(t.key % {1 + int(count) // most}) = 0"
        for row in self._db.execute(_SORTED.format(where), [self._same, *values]):
            yield make(row[0], row[1], row[2], bool(row[3]), row[4], row[5], row[6], row[7], tuple(row[8].split(SEPARATOR)))

    def close(self) -> None:
        """Drop the rows."""
        self._db.execute("DROP TABLE IF EXISTS temp.traces")
        self._db.execute("DROP TABLE IF EXISTS temp.ahead")


def replace(db: sqlite3.Connection, pairs: Iterable[tuple[int, int, str]]) -> int:
    """Put these pairs in the place of all earlier ones, inside a transaction; returns their number."""
    db.execute("DELETE FROM twins")
    db.executemany("INSERT OR IGNORE INTO twins VALUES(?,?,?)", pairs)
    return int(db.execute("SELECT count(*) FROM twins").fetchone()[0])
