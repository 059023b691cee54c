"""Activities taken out with every count that they are in, a few thousand in one transaction."""

import sqlite3
from collections.abc import Iterator, Sequence

from app.engine import postings
from app.engine.arrays import Numbers, np
from app.engine.store.counts import COUNTED, HOUR, MINUTE, grouped, set_counted

SCAN = 50_000
"""Activities that are looked at in one step while first and last times are looked for."""
MANY = 2_000
"""Rows of counts that are written in one step."""
COLUMNS = postings.COLUMNS
Key = tuple[int, int, int, int, int, int]
"""source, destination, actor, kind, result, input of a row of flows."""


def take_out(db: sqlite3.Connection, rows: Numbers) -> None:
    """Remove these activities (rows of COLUMNS), inside a transaction; readers never see a count without its activity.

    First and last times of parties are right again after settle_times.
    """
    ids = [(number,) for number in rows[:, 0].tolist()]
    _unlist(db, rows)
    db.executemany("DELETE FROM twins WHERE record = ?", ids)
    db.executemany("DELETE FROM twins WHERE other = ?", ids)
    db.executemany("DELETE FROM activities WHERE id = ?", ids)
    for table, length in (("minute", MINUTE), ("hour", HOUR)):
        counted = _counted([rows[:, 1] // length, rows[:, 6], rows[:, 5]])
        gone = [(count, time, input, code // 4, code % 4) for time, input, code, count in counted]
        where = f"{table} = ?2 AND input = ?3 AND kind = ?4 AND result = ?5"
        _less(db, f"{table}s", where, gone)
    by_party = _counted([rows[:, one] for one in (2, 3, 4, 5, 6)])
    flows = [(count, *key[:3], key[3] // 4, key[3] % 4, key[4]) for *key, count in by_party]
    _less(db, "flows", "source = ?2 AND destination = ?3 AND actor = ?4 AND kind = ?5 AND result = ?6 AND input = ?7", flows)
    met = [(count, *key) for *key, count in _counted([rows[:, one] for one in (2, 3, 4)])]
    _less(db, "meetings", "source = ?2 AND destination = ?3 AND actor = ?4", met)
    there = (rows[:, 2] > 0, (rows[:, 3] > 0) & (rows[:, 3] != rows[:, 2]), rows[:, 4] > 0)
    parties = np.concatenate([rows[mask, 2 + role] * 4 + role for role, mask in enumerate(there)])
    _less(db, "sums", "party = ?2", [(count, party) for party, count in _counted([parties])])
    inputs = [(count, input) for input, count in _counted([rows[:, 6]])]
    db.executemany("UPDATE inputs SET activities = activities - ?1 WHERE id = ?2", inputs)
    after_removal(db)


def after_removal(db: sqlite3.Connection) -> None:
    """Ids behind the last activity are given again, so nothing behind it counts as listed or counted any more."""
    last = int(db.execute("SELECT coalesce(max(id), 0) FROM activities").fetchone()[0])
    if last < postings.listed(db):
        postings.set_listed(db, last)
    db.execute("UPDATE knowledge SET upto = ?1 WHERE upto > ?1", (last,))  # ids behind the last are given again
    if last < db.execute(COUNTED).fetchone()[0]:
        set_counted(db)


def _unlist(db: sqlite3.Connection, rows: Numbers) -> None:
    """Take activities out of the lists of their parties."""
    end = postings.listed(db)
    listed = rows[rows[:, 0] <= end]
    postings.take_out(db, postings.places_of(listed))


def _counted(columns: list[Numbers]) -> list[list[int]]:
    """Each different key with how often it is there, last."""
    keys, begins, order = grouped(columns)
    counts = np.diff(begins, append=len(order))
    return [list(row) for row in zip(*(one.tolist() for one in keys), counts.tolist(), strict=True)]


def _less(db: sqlite3.Connection, table: str, where: str, gone: Sequence[tuple[int, ...]]) -> None:
    """Lower the counts of rows (count first); those that come to nothing go."""
    db.executemany(f"UPDATE {table} SET count = count - ?1 WHERE {where}", gone)
    db.executemany(f"DELETE FROM {table} WHERE {where} AND count <= 0 AND ?1 = ?1", gone)


def stale_flows(db: sqlite3.Connection, until: int) -> set[Key]:
    """Counts by parties that begin before a time: what was removed may have been their first or last."""
    rows = db.execute("SELECT source, destination, actor, kind, result, input FROM flows WHERE first < ?", (until,))
    return {(a, b, c, d, e, f) for a, b, c, d, e, f in rows}


def find_times(db: sqlite3.Connection, until: int, wanted: set[Key], found: dict[Key, tuple[int, int]]) -> Iterator[None]:
    """Find the first time of counts by parties, and the last of those that end before `until`; SCAN activities in each step."""
    missing, after, last = set(wanted), -(2**63), 0
    while missing:
        rows = db.execute(
            f"SELECT {COLUMNS} FROM activities WHERE at > ?1 OR (at = ?1 AND id > ?2) ORDER BY at, id LIMIT {SCAN}", (after, last)
        ).fetchall()
        if not rows:
            return
        for row in rows:
            key, at = _key(row), row[1]
            if key in wanted and (key in missing or at < until):
                before = found.get(key)
                found[key] = (before[0], at) if before else (at, at)
                missing.discard(key)
        after, last = rows[-1][1], rows[-1][0]
        yield


def settle_times(db: sqlite3.Connection, until: int, found: dict[Key, tuple[int, int]], since: int) -> None:
    """Write what find_times found, inside a transaction. since: last id when it began; later ones are looked at here."""
    for row in db.execute(f"SELECT {COLUMNS} FROM activities WHERE id > ?", (since,)):
        key, at = _key(row), row[1]
        if key in found:
            found[key] = (min(found[key][0], at), max(found[key][1], at))
    db.executemany(
        """UPDATE flows SET first = ?7, last = CASE WHEN last < ?9 THEN ?8 ELSE last END WHERE source = ?1 AND destination = ?2
        AND actor = ?3 AND kind = ?4 AND result = ?5 AND input = ?6""",
        [(*key, *times, until) for key, times in found.items()],
    )


def _key(row: tuple[int, ...]) -> Key:
    return row[2], row[3], row[4], row[5] // 4, row[5] % 4, row[6]


def stale_parties(db: sqlite3.Connection, until: int) -> list[int]:
    """Parties whose sums begin before a time."""
    return [row[0] for row in db.execute("SELECT party FROM sums WHERE first < ?", (until,))]


def settle_parties(db: sqlite3.Connection, parties: list[int]) -> None:
    """First and last times of parties from their counts, inside a transaction."""
    for party in parties:
        role = party % 4
        where = ("m.source = ?1", "m.destination = ?1 AND m.source <> ?1", "m.actor = ?1")[role]
        row = db.execute(
            f"""SELECT min(f.first), max(f.last) FROM meetings m CROSS JOIN flows f
            ON f.source = m.source AND f.destination = m.destination AND f.actor = m.actor WHERE {where}""",
            (party // 4,),
        ).fetchone()
        if row[0] is not None:
            db.execute("UPDATE sums SET first = ?, last = ? WHERE party = ?", (*row, party))
