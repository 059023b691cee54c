"""Who took part in which activities, kept as packed lists: one row for each party, hour and chunk of activities."""

import sqlite3
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

HOUR = 3_600_000_000
"""Microseconds; the time within one fits into 32 bits."""
CHUNK = 65_536
"""Activities that are listed at one go; the more at once, the fewer rows."""
INTO = "INSERT INTO postings(party, hour, base, count, runs, entries) VALUES(?,?,?,?,?,?)"
UNLISTED = """SELECT id, at, coalesce(source, 0), coalesce(destination, 0), coalesce(actor, 0), kind * 4 + result
  FROM activities WHERE id > ? ORDER BY id LIMIT ?"""
"""Rows of the matrix of pack."""
_LISTED = "SELECT coalesce((SELECT value FROM meta WHERE key = 'listed'), 0)"
_PAIR = np.dtype("<u4")
Numbers = NDArray[np.int64]


def listed(db: sqlite3.Connection) -> int:
    """Row id up to which all activities are in the lists; readers look at later ones themselves."""
    return int(db.execute(_LISTED).fetchone()[0])


def set_listed(db: sqlite3.Connection, number: int) -> None:
    """Remember how far the lists go."""
    db.execute("INSERT OR REPLACE INTO meta VALUES('listed', ?)", (number,))


def fill(db: sqlite3.Connection) -> None:
    """List all activities that are not listed yet, inside a transaction."""
    last = listed(db)
    while rows := db.execute(UNLISTED, (last, CHUNK)).fetchall():
        db.executemany(INTO, pack(np.array(rows, np.int64)))
        last = rows[-1][0]
    set_listed(db, last)


def pack(rows: Numbers) -> list[tuple[Any, ...]]:
    """Rows of postings of activities, one in each row of a matrix, by ascending id; entries of a run are in order of time.

    The columns of the matrix are id, time, source, destination, actor (0 where there is none) and kind times 4 plus result.
    """
    if not len(rows):
        return []
    base = int(rows[0, 0])
    if (rows[1:, 1] < rows[:-1, 1]).any():
        rows = rows[np.argsort(rows[:, 1], kind="stable")]
    hours = rows[:, 1] // HOUR
    places = [np.flatnonzero(rows[:, column]) for column in (2, 3, 4)]
    parties = np.concatenate([rows[there, 2 + role] * 4 + role for role, there in enumerate(places)])
    place = np.concatenate(places)
    if not len(place):
        return []
    order = _order(parties, hours[place], rows[place, 5])
    parties, place = parties[order], place[order]
    hour, code = hours[place], rows[place, 5]
    entries = np.empty((len(place), 2), _PAIR)
    entries[:, 0] = rows[place, 1] - hour * HOUR
    entries[:, 1] = rows[place, 0] - base
    begins = np.ones(len(place), bool)
    begins[1:] = (parties[1:] != parties[:-1]) | (hour[1:] != hour[:-1])
    turns = begins.copy()
    turns[1:] |= code[1:] != code[:-1]
    run = np.flatnonzero(turns)
    runs = np.empty((len(run), 2), _PAIR)
    runs[:, 0] = code[run]
    runs[:, 1] = np.diff(run, append=len(place))
    first = np.flatnonzero(begins)
    cuts = [*(first * 8).tolist(), len(place) * 8]
    run_cuts = [*(np.searchsorted(run, first) * 8).tolist(), len(run) * 8]
    whole, run_bytes = entries.tobytes(), runs.tobytes()
    return [
        (party, at, base, (cuts[n + 1] - cuts[n]) // 8, run_bytes[run_cuts[n] : run_cuts[n + 1]], whole[cuts[n] : cuts[n + 1]])
        for n, (party, at) in enumerate(zip(parties[first].tolist(), hour[first].tolist(), strict=True))
    ]


def _order(parties: Numbers, hours: Numbers, codes: Numbers) -> NDArray[np.intp]:
    """Places sorted by the three, equal ones as they were."""
    low, codes_end = int(hours.min()), int(codes.max()) + 1
    span = int(hours.max()) - low + 1
    if (int(parties.max()) + 1) * span * codes_end < 2**63:
        return np.argsort((parties * span + (hours - low)) * codes_end + codes, kind="stable")
    return np.lexsort((codes, hours, parties))


def unpack(rows: Iterable[tuple[int, int, int, bytes, bytes]]) -> tuple[Numbers, Numbers, Numbers]:
    """Times, ids and codes (kind times 4 plus result) from (hour, base, count, runs, entries)."""
    found = list(rows)
    if not found:
        nothing = np.empty(0, np.int64)
        return nothing, nothing, nothing
    counts = [row[2] for row in found]
    pairs = np.frombuffer(b"".join([row[4] for row in found]), _PAIR).reshape(-1, 2).astype(np.int64)
    runs = np.frombuffer(b"".join([row[3] for row in found]), _PAIR).reshape(-1, 2).astype(np.int64)
    at = np.repeat(np.array([row[0] for row in found], np.int64) * HOUR, counts) + pairs[:, 0]
    ids = np.repeat(np.array([row[1] for row in found], np.int64), counts) + pairs[:, 1]
    return at, ids, np.repeat(runs[:, 0], runs[:, 1])


def remove(db: sqlite3.Connection, input: int) -> None:
    """Take the activities of an input, which must still be there, out of the lists, inside a transaction."""
    end = listed(db)
    for role, column in enumerate(("source", "destination", "actor")):
        places: dict[tuple[int, int], list[int]] = {}
        known = db.execute(
            f"SELECT {column}, at, id FROM activities WHERE input = ? AND id <= ? AND {column} IS NOT NULL", (input, end)
        )
        for number, at, activity in known:
            places.setdefault((number * 4 + role, at // HOUR), []).append(activity)
            if len(places) >= CHUNK:
                take_out(db, places)
                places = {}
        take_out(db, places)


def take_out(db: sqlite3.Connection, places: dict[tuple[int, int], list[int]]) -> None:
    """Take activities (ids by party and hour) out of the lists, inside a transaction."""
    for (party, hour), gone in places.items():
        out = np.array(gone, np.int64)
        low, high = int(out.min()), int(out.max())
        rows = db.execute(
            "SELECT id, base, count, runs, entries FROM postings WHERE party = ? AND hour = ? AND base <= ?", (party, hour, high)
        ).fetchall()
        for number, base, count, runs, entries in rows:
            pairs = np.frombuffer(entries, _PAIR).reshape(-1, 2)
            if base + int(pairs[:, 1].max()) < low:
                continue
            known = np.frombuffer(runs, _PAIR).reshape(-1, 2).astype(np.int64)
            kept = ~np.isin(pairs[:, 1].astype(np.int64) + base, out)
            left = int(kept.sum())
            if left == count:
                continue
            if not left:
                db.execute("DELETE FROM postings WHERE id = ?", (number,))
                continue
            lengths = np.add.reduceat(kept, np.cumsum(known[:, 1]) - known[:, 1], dtype=np.int64)
            there = lengths > 0
            packed = np.stack([known[there, 0], lengths[there]], 1).astype(_PAIR)
            db.execute(
                "UPDATE postings SET count = ?, runs = ?, entries = ? WHERE id = ?",
                (left, packed.tobytes(), pairs[kept].tobytes(), number),
            )
