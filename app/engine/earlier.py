"""The copy of a workspace from before it was brought up to date: whole or not there, never in the place of another one."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from app.model.stopping import go_on

MOST = 99
"""Copies of one version that lie beside a workspace."""
STEP = 2048
"""Pages that are copied at one go."""


def copy_of(path: Path, version: int, number: int = 1) -> Path:
    """Where the copy of a version lies; number: which one, where there are several."""
    return path.with_name(f"{path.name}.version-{version}{'' if number == 1 else f'-{number}'}")


def keep(path: Path, db: sqlite3.Connection, version: int, told: Callable[[str], None] = lambda words: None) -> Path:
    """Copy a workspace as db reads it, with what is only in its log yet; returns the copy. Nobody else may write meanwhile.

    told: how far it is. A copy that holds the same already, since somebody was killed behind it, is kept. Raises OSError,
    sqlite3.Error, Stopped when nobody waits any more (app.model.stopping); then there is no new copy, and no part of one.
    """
    free = next((one for number in range(1, MOST + 1) if not os.path.lexists(one := copy_of(path, version, number))), None)
    for number in range(1, MOST + 1):
        before = copy_of(path, version, number)
        if before == free:
            break
        if _is_same(before, db):
            return before
    if free is None:
        raise OSError(errno.EEXIST, f"there are {MOST} copies of version {version} beside it already")
    need = int(db.execute("PRAGMA page_count").fetchone()[0]) * int(db.execute("PRAGMA page_size").fetchone()[0])
    room = shutil.disk_usage(path.resolve().parent).free
    if room < need:
        raise OSError(errno.ENOSPC, f"{need:,} bytes are needed beside it and {room:,} are free")
    part = free.with_name(f"{free.name}.part")
    try:
        _remove(part)
        with closing(sqlite3.connect(part)) as target:
            db.backup(target, pages=STEP, progress=lambda _, left, every: _go_on(told, left, every))
            target.execute("PRAGMA journal_mode=DELETE")
        part.replace(free)
        _settle(free.parent)
    except BaseException:
        with suppress(OSError):
            _remove(part)
        raise
    return free


def _go_on(told: Callable[[str], None], left: int, every: int) -> None:
    go_on()
    told(f"copying it as it was, {100 * (every - left) // max(1, every)} %")


def _remove(part: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Make the name of a file last through a power cut, where the system can do that."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _is_same(copy: Path, db: sqlite3.Connection) -> bool:
    """Whether a copy holds what the workspace holds, by the numbers that every change moves on."""
    try:
        with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as other:
            return _standing(other) == _standing(db)
    except (OSError, sqlite3.Error):
        return False


def _standing(db: sqlite3.Connection) -> list[object]:
    """Version, size, counts of changes, and the last number of what is added to."""
    found: list[object] = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "page_count", "page_size")]
    found += [db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ("meta", "changes")]
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
        found.append(db.execute("SELECT name, seq FROM sqlite_sequence ORDER BY 1").fetchall())
    found.append(db.execute("SELECT max(id) FROM activities").fetchone()[0])
    return found
