"""Inputs as coverage asks for them."""

import sqlite3

import msgspec

from app.model.rows import Problem

_PROBLEMS = msgspec.json.Decoder(tuple[Problem, ...])
_SINCE = "coalesce((SELECT value FROM meta WHERE key = 'horizon'), -9223372036854775807)"
_SELECT = f"""SELECT i.id, max(coalesce(i.first, min(m.minute) * 60000000), {_SINCE}),
    coalesce(i.last, max(m.minute) * 60000000 + 59999999) AS until,
    max(k.text NOT LIKE 'event-%' AND k.text NOT LIKE 'radius-%'), i.records, i.problems
  FROM minutes m JOIN inputs i ON i.id = m.input JOIN kinds k ON k.id = m.kind
  WHERE k.text NOT LIKE 'directory-%' GROUP BY i.id HAVING until >= {_SINCE} ORDER BY i.id"""


Row = tuple[int, int, bool, int, tuple[Problem, ...], tuple[int, ...]]


def evidence(db: sqlite3.Connection) -> list[Row]:
    """First and last time (UTC microseconds), whether it holds packets, number of records, problems, hours with activities.

    Directories are left out: what they tell is of no time. So is all before a time to which activities were removed.
    """
    hours: dict[int, list[int]] = {}
    every = f"SELECT DISTINCT input, hour FROM hours WHERE hour >= {_SINCE} / 3600000000 ORDER BY input, hour"
    for number, hour in db.execute(every):
        hours.setdefault(number, []).append(hour)
    return [
        (first, last, bool(packets), records, _PROBLEMS.decode(problems), tuple(hours.get(number, ())))
        for number, first, last, packets, records, problems in db.execute(_SELECT)
    ]


def fed(db: sqlite3.Connection) -> tuple[int, int | None]:
    """(how many live sources and sensors it ever had, when one of them was last heard: UTC microseconds, None for never)."""
    live, late = db.execute("SELECT count(DISTINCT path), max(last) FROM inputs WHERE live").fetchone()
    sensors, heard = db.execute("SELECT count(*), max(heard) FROM sensors WHERE removed IS NULL").fetchone()
    return int(live + sensors), max((one for one in (late, heard) if one is not None), default=None)
