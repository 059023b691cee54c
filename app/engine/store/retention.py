"""How long a workspace keeps activities: what goes, what stays because something rests on it, whole oldest hours first."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from app.engine.arrays import np
from app.engine.schema import StoreError
from app.engine.store import removing
from app.engine.store.alerts import named_activities, rowid
from app.engine.store.changing import changing, note
from app.engine.store.evidence import fed
from app.model.counting import MB, counted
from app.model.workspace import Outlook, Retention, of_mebibytes

HOUR, DAY = 3_600_000_000, 86_400_000_000
ROWS = 4_096
"""Activities that go in one transaction."""
SLACK = 0.95
"""Share of the size limit down to which activities go, so that not every hour removes a little."""
MOST_DAYS, MOST_MB = 36_500, 100_000_000
DIRECTORY = "SELECT id FROM kinds WHERE text LIKE 'directory-%'"
"""What a directory told is no act of a time but how things are: it stays as long as the workspace."""
Writing = Callable[[], AbstractContextManager[None]]


class Keeping(NamedTuple):
    """The limits, what they would remove now, whether anything was ever removed, and when a sensor was last heard."""

    limits: Retention
    outlook: Outlook
    begun: bool
    fed: int | None


class _Kept(Retention, frozen=True, kw_only=True):
    """As older programs kept them too: in mebibytes."""

    mib: int = 0


def kept(db: sqlite3.Connection) -> Retention:
    """The limits of this workspace; none when nothing is set."""
    value = text(db)
    try:
        found = msgspec.json.decode(value, type=_Kept) if value else _Kept()
    except (msgspec.MsgspecError, TypeError):
        return Retention()
    return Retention(days=found.days, mb=found.mb or of_mebibytes(found.mib))


def set_retention(path: Path, limits: Retention) -> None:
    """Set how long a workspace keeps activities; nothing goes yet. Raises StoreError."""
    if not (0 <= limits.days <= MOST_DAYS and 0 <= limits.mb <= MOST_MB):
        raise StoreError(f"Activities are kept for at most {MOST_DAYS:,} days and {MOST_MB:,} MB.")
    with changing(path, "retention") as step:
        before, after = text(step.db), msgspec.json.encode(limits).decode() if limits else None
        put(step.db, after)
        step.record("retention", "", before, after, said(limits))


def text(db: sqlite3.Connection) -> str | None:
    """The limits as they are kept, None when there are none."""
    row = db.execute("SELECT value FROM meta WHERE key = 'retention'").fetchone()
    return str(row[0]) if row else None


def put(db: sqlite3.Connection, value: str | None) -> None:
    """Keep limits, or none, inside a transaction."""
    if value is None:
        db.execute("DELETE FROM meta WHERE key = 'retention'")
    else:
        db.execute("INSERT OR REPLACE INTO meta VALUES('retention', ?)", (value,))


def said(limits: Retention) -> str:
    """The limits in words."""
    parts = [f"{limits.days:,} days"] if limits.days else []
    parts += [f"{limits.mb:,} MB"] if limits.mb else []
    return f"activities are kept for {' and '.join(parts)}" if parts else "activities are kept without a limit"


def horizon(db: sqlite3.Connection) -> int | None:
    """Time (UTC microseconds) before which activities were removed; those that are still there only prove something."""
    row = db.execute("SELECT value FROM meta WHERE key = 'horizon'").fetchone()
    return int(row[0]) if row else None


def used(db: sqlite3.Connection) -> int:
    """Bytes of the file that hold something; what was freed in it is used again."""
    pages, free, size = (int(db.execute(f"PRAGMA {one}").fetchone()[0]) for one in ("page_count", "freelist_count", "page_size"))
    return (pages - free) * size


def outlook(db: sqlite3.Connection, limits: Retention, now: int) -> Outlook:
    """What these limits would remove now; now: UTC microseconds by this machine's clock."""
    oldest, newest = db.execute("SELECT (SELECT min(at) FROM activities), (SELECT max(at) FROM activities)").fetchone()
    bound, full = _bound(db, limits, now), used(db)
    due = None
    if limits.days and oldest is not None:
        later = db.execute("SELECT min(at) FROM activities WHERE at >= ?", (max(oldest, horizon(db) or oldest),)).fetchone()[0]
        due = None if later is None else (later // HOUR + 1) * HOUR + limits.days * DAY
    common = {"oldest": oldest, "newest": newest, "used": full, "limit": limits.mb * MB, "due": due}
    if bound is None:
        return Outlook(**common)
    stay = json.dumps(sorted(_staying(db)))
    going, staying, alerts = db.execute(
        f"""WITH stay AS MATERIALIZED (SELECT value AS id FROM json_each(?2))
        SELECT (SELECT count(*) FROM activities WHERE at < ?1 AND id NOT IN (SELECT id FROM stay) AND +kind NOT IN ({DIRECTORY})),
        (SELECT count(*) FROM activities WHERE at < ?1 AND id IN (SELECT id FROM stay)),
        (SELECT count(*) FROM alerts WHERE first < ?1)""",
        (bound, stay),
    ).fetchone()
    if not going:
        return Outlook(**common)
    return Outlook(until=bound, activities=going, kept=staying, alerts=alerts, **common)


def _bound(db: sqlite3.Connection, limits: Retention, now: int) -> int | None:
    """Time before which activities go, a whole hour; None when nothing is too old or too much."""
    bounds = [horizon(db) or -(2**63)]
    if limits.days:
        bounds.append((now - limits.days * DAY) // HOUR * HOUR)
    full = used(db)
    if limits.mb and full > limits.mb * MB:
        hours = db.execute(
            f"SELECT hour, sum(count) FROM hours WHERE hour >= ? AND kind NOT IN ({DIRECTORY}) GROUP BY hour ORDER BY hour",
            (bounds[0] // HOUR,),
        ).fetchall()
        every = int(db.execute("SELECT coalesce(sum(activities), 0) FROM inputs").fetchone()[0])
        surplus = every * (full - limits.mb * MB * SLACK) / full
        for hour, count in hours[:-1]:  # the latest hour stays, whatever its size
            bounds.append((hour + 1) * HOUR)
            surplus -= count
            if surplus <= 0:
                break
    bound = max(bounds)
    return bound if bound > -(2**63) else None


def _staying(db: sqlite3.Connection) -> set[int]:
    """Activities that stay whatever their age: those that alerts rest on, and that their words, notes and tags name."""
    kinds = dict(db.execute("SELECT text, id FROM kinds"))
    named = named_activities(db)
    named |= {row[0] for row in db.execute("SELECT subject FROM notes UNION SELECT subject FROM tags")}
    rows = {rowid(db, one, kinds) for one in named}
    rows |= {row[0] for row in db.execute("SELECT DISTINCT activity FROM alert_evidence")}
    return {one for one in rows if one is not None}


def keeping(db: sqlite3.Connection, now: int) -> Keeping:
    """All of it; now: UTC microseconds by this machine's clock."""
    limits = kept(db)
    return Keeping(limits, outlook(db, limits, now), horizon(db) is not None, fed(db)[1])


def retain(db: sqlite3.Connection, now: int, writing: Writing) -> Iterator[None]:
    """Remove what is too old or too much, a little in each step; killed between two, the next retention goes on.

    now: UTC microseconds by this machine's clock. writing: one transaction, before which all that waits was written.
    """
    limits = kept(db)
    if not limits:
        return
    with writing():
        _note(db)
        bound, left = _bound(db, limits, now), _left(db)
        if bound is not None and _next(db, bound, -(2**63)):
            left = (max(bound, left[0]), left[1]) if left else (bound, 0)
            _begin(db, left)
        if left is None:
            return
    bound, gone, after = left[0], left[1], -(2**63)
    staying = db.execute("SELECT count(*) FROM activities WHERE at < ? AND id IN (SELECT id FROM temp.staying)", (bound,))
    stay = int(staying.fetchone()[0])
    while True:
        with writing():
            rows = _next(db, bound, after)
            if not rows:
                break
            removing.take_out(db, np.array(rows, np.int64))
            gone, after = gone + len(rows), rows[-1][1]
            _put_left(db, (bound, gone))
        yield
    yield from _settle_times(db, bound, writing)
    with writing():
        db.execute("DELETE FROM meta WHERE key = 'retaining'")
        note(
            db,
            "retained",
            "",
            str(bound),
            f"{counted(gone, 'activity', 'activities')} removed, {counted(stay, 'older one')} kept for alerts and notes",
        )


def _left(db: sqlite3.Connection) -> tuple[int, int] | None:
    """Bound of a retention that did not come to its end, and how many activities it has removed."""
    row = db.execute("SELECT value FROM meta WHERE key = 'retaining'").fetchone()
    return tuple(json.loads(row[0])) if row else None


def _put_left(db: sqlite3.Connection, left: tuple[int, int]) -> None:
    db.execute("INSERT OR REPLACE INTO meta VALUES('retaining', ?)", (json.dumps(left),))


def _begin(db: sqlite3.Connection, left: tuple[int, int]) -> None:
    """Detection begins at the bound from now on, and alerts that it cannot find again stay."""
    _put_left(db, left)
    bound, before = left[0], horizon(db)
    if before is None or bound > before:
        db.execute("INSERT OR REPLACE INTO meta VALUES('horizon', ?)", (bound,))
    stays = "SELECT coalesce(max(id), 0) FROM activities WHERE at >= ? OR id IN (SELECT id FROM temp.staying)"
    db.execute("INSERT OR REPLACE INTO meta VALUES('judging', ?)", db.execute(stays, (bound,)).fetchone())
    db.execute("UPDATE alerts SET kept = CASE WHEN first < ? THEN 1 ELSE 2 END WHERE kept <> 1", (bound,))


def _note(db: sqlite3.Connection) -> None:
    """Put down for this connection what stays."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS staying(id INTEGER PRIMARY KEY)")
    db.execute("DELETE FROM temp.staying")
    db.executemany("INSERT INTO temp.staying VALUES(?)", [(one,) for one in _staying(db)])


def _next(db: sqlite3.Connection, bound: int, after: int) -> list[tuple[Any, ...]]:
    return db.execute(
        f"""SELECT {removing.COLUMNS} FROM activities WHERE at < ? AND at >= ? AND id NOT IN (SELECT id FROM temp.staying)
        AND +kind NOT IN ({DIRECTORY}) ORDER BY at LIMIT {ROWS}""",
        (bound, after),
    ).fetchall()


def _settle_times(db: sqlite3.Connection, bound: int, writing: Writing) -> Iterator[None]:
    """First and last times of parties, after activities that were the first of them are gone."""
    since = int(db.execute("SELECT coalesce(max(id), 0) FROM activities").fetchone()[0])
    found: dict[removing.Key, tuple[int, int]] = {}
    wanted = removing.stale_flows(db, bound)
    yield from removing.find_times(db, bound, wanted, found)
    keys = list(found)
    for start in range(0, len(keys), removing.MANY):
        with writing():
            removing.settle_times(db, bound, {key: found[key] for key in keys[start : start + removing.MANY]}, since)
        yield
    parties = removing.stale_parties(db, bound)
    for start in range(0, len(parties), removing.MANY // 10):
        with writing():
            removing.settle_parties(db, parties[start : start + removing.MANY // 10])
        yield
