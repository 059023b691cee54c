"""Inputs as coverage asks for them."""

import sqlite3

import msgspec

from app.model.rows import Problem

_PROBLEMS = msgspec.json.Decoder(tuple[Problem, ...])
_SELECT = """SELECT i.key, coalesce(i.first, min(m.minute) * 60000000), coalesce(i.last, max(m.minute) * 60000000 + 59999999),
    max(k.text NOT LIKE 'event-%' AND k.text NOT LIKE 'radius-%'), i.records, i.problems
  FROM minutes m JOIN inputs i ON i.id = m.input JOIN kinds k ON k.id = m.kind
  WHERE k.text NOT LIKE 'directory-%' GROUP BY i.id ORDER BY i.id"""


def evidence(db: sqlite3.Connection) -> list[tuple[str, int, int, bool, int, tuple[Problem, ...]]]:
    """Key, first and last time (UTC microseconds), whether it holds packets, number of records, problems.

    Directories are left out: what they tell is of no time.
    """
    return [
        (key, first, last, bool(packets), records, _PROBLEMS.decode(problems))
        for key, first, last, packets, records, problems in db.execute(_SELECT)
    ]
