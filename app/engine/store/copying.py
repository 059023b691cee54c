"""A workspace copied while it may be in use: a whole and consistent file, or none."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from app.engine import schema
from app.engine.schema import StoreError
from app.engine.store import opening
from app.engine.store.lease import Lease


def copy_workspace(source: Path, target: Path) -> None:
    """Copy the state that readers of source see now; replaces target. Raises StoreError, which leaves target as it was."""
    if source.resolve() == target.resolve():
        raise StoreError(f"{target.name} is the workspace that is open.")
    lease = Lease(target)
    part = target.with_name(f"{target.name}.part")
    try:
        remove_file(part)
        with closing(_reading(source)) as here, closing(sqlite3.connect(part)) as there:
            here.backup(there)  # all pages in one step: one snapshot, whoever writes meanwhile
            there.execute("PRAGMA journal_mode = DELETE")
        remove_beside(target)  # a journal of the file that is replaced would be applied to the copy
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{target} cannot be written: {getattr(error, 'strerror', None) or error}.") from error
    finally:
        with suppress(OSError):
            remove_file(part)
        lease.release()


def _reading(source: Path) -> sqlite3.Connection:
    return schema.connect(source) if opening.may_write(source) else opening.connect_to_read(source)


def remove_file(path: Path) -> None:
    """Remove a database with its journals, when they are there."""
    path.unlink(missing_ok=True)
    remove_beside(path)


def remove_beside(path: Path) -> None:
    """Remove the journals of a database that nobody has open."""
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
