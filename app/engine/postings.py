"""Who took part in which activities, and by which ports, as packed lists: one for each party, hour and chunk of activities."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from app.engine import ports
from app.engine.arrays import Numbers, Places, np

HOUR = 3_600_000_000
"""Microseconds; the time within one fits into 32 bits."""
CHUNK = 65_536
"""Activities that are listed at one go; the more at once, the fewer rows."""
INTO = "INSERT INTO postings(party, hour, base, count, runs, entries) VALUES(?,?,?,?,?,?)"
COLUMNS = "id, at, coalesce(source, 0), coalesce(destination, 0), coalesce(actor, 0), kind * 4 + result, input, sport, dport"
"""Columns of the matrix of activities that is counted and listed."""
UNLISTED = f"SELECT {COLUMNS} FROM activities WHERE id > ? ORDER BY id LIMIT ?"
_LISTED = "SELECT coalesce((SELECT value FROM meta WHERE key = 'listed'), 0)"
_PAIR = "<u4"


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


def fill_ports(db: sqlite3.Connection) -> None:
    """List the activities that are listed already by their ports, as if they never were, inside a transaction."""
    db.execute(f"DELETE FROM postings WHERE party & 3 = {ports.ROLE}")
    last, end = 0, listed(db)
    while rows := db.execute(UNLISTED, (last, CHUNK)).fetchall():
        matrix = np.array(rows, np.int64)
        db.executemany(INTO, pack(matrix[matrix[:, 0] <= end], (ports.ROLE,)))
        last = rows[-1][0]


def pack(rows: Numbers, roles: Iterable[int] = (0, 1, 2, ports.ROLE)) -> list[tuple[Any, ...]]:
    """Rows of postings of activities, one in each row of a matrix of COLUMNS, by ascending id.

    Entries of a run are in order of time. 0 stands for no source, destination or actor.
    """
    if not len(rows):
        return []
    base = int(rows[0, 0])
    if (rows[1:, 1] < rows[:-1, 1]).any():
        rows = rows[np.argsort(rows[:, 1], kind="stable")]
    hours = rows[:, 1] // HOUR
    parties, place = taking_part(rows, roles)
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


def taking_part(rows: Numbers, roles: Iterable[int] = (0, 1, 2, ports.ROLE)) -> tuple[Numbers, Places]:
    """Parties, and for each the place of the activity, among rows of a matrix of COLUMNS, that it has a part in."""
    found: list[Numbers] = []
    places: list[Places] = []
    for role in roles:
        party = ports.parties(rows[:, 7], rows[:, 8]) if role == ports.ROLE else rows[:, 2 + role] * 4 + role
        there = np.flatnonzero(party if role == ports.ROLE else rows[:, 2 + role])
        found.append(party[there])
        places.append(there)
    return np.concatenate(found), np.concatenate(places)


def _order(parties: Numbers, hours: Numbers, codes: Numbers) -> Places:
    """Places sorted by the three, equal ones as they were."""
    low, codes_end = int(hours.min()), int(codes.max()) + 1
    span = int(hours.max()) - low + 1
    if (max(int(parties.max()), -int(parties.min())) + 1) * span * codes_end < 2**63:
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
    known = db.execute(f"SELECT {COLUMNS} FROM activities WHERE input = ? AND id <= ?", (input, listed(db)))
    while rows := known.fetchmany(CHUNK):
        take_out(db, places_of(np.array(rows, np.int64)))


def places_of(rows: Numbers) -> dict[tuple[int, int], list[int]]:
    """Ids by party and hour of activities, rows of a matrix of COLUMNS."""
    parties, place = taking_part(rows)
    hours, ids = rows[place, 1] // HOUR, rows[place, 0]
    found: dict[tuple[int, int], list[int]] = {}
    for party, hour, id in zip(parties.tolist(), hours.tolist(), ids.tolist(), strict=True):
        found.setdefault((party, hour), []).append(id)
    return found


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
