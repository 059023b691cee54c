"""Inputs as coverage asks for them."""

import sqlite3

import msgspec

from app.model.rows import Problem

_PROBLEMS = msgspec.json.Decoder(tuple[Problem, ...])
_SELECT = """SELECT i.id, coalesce(i.first, min(m.minute) * 60000000), coalesce(i.last, max(m.minute) * 60000000 + 59999999),
    max(k.text NOT LIKE 'event-%' AND k.text NOT LIKE 'radius-%'), i.records, i.problems
  FROM minutes m JOIN inputs i ON i.id = m.input JOIN kinds k ON k.id = m.kind
  WHERE k.text NOT LIKE 'directory-%' GROUP BY i.id ORDER BY i.id"""


Row = tuple[int, int, bool, int, tuple[Problem, ...], tuple[int, ...]]


def evidence(db: sqlite3.Connection) -> list[Row]:
    """First and last time (UTC microseconds), whether it holds packets, number of records, problems, hours with activities.

    Directories are left out: what they tell is of no time.
    """
    hours: dict[int, list[int]] = {}
    for number, hour in db.execute("SELECT DISTINCT input, hour FROM hours ORDER BY input, hour"):
        hours.setdefault(number, []).append(hour)
    return [
        (first, last, bool(packets), records, _PROBLEMS.decode(problems), tuple(hours.get(number, ())))
        for number, first, last, packets, records, problems in db.execute(_SELECT)
    ]
