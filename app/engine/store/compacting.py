"""A workspace written anew without the room that removed things left, or as a copy for somewhere else."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from app.engine import schema
from app.engine.schema import StoreError
from app.engine.store.changing import note
from app.engine.store.copying import remove_beside, remove_file
from app.engine.store.counts import COUNTED
from app.engine.store.presence import alone

ROOM = 32 << 20
"""Bytes that stay free on the disk beside what is written."""


def compact(path: Path) -> tuple[int, int]:
    """Write the file anew and put it in its place; returns its bytes before and after. The workspace must not be open.

    Raises StoreError. Killed at any moment, the workspace is the old one or the new one, whole.
    """
    with alone(path):
        before = path.stat().st_size
        schema.prepare(path).close()
        _forget_unused(path)
        part = path.with_name(f"{path.name}.part")
        try:
            write_copy(path, part)
            shutil.copymode(path, part)
            remove_beside(path)  # the last one who closed it has written all of it into the file
            part.replace(path)
            _settle_folder(path.parent)
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror or error}.") from error
        finally:
            with suppress(OSError):
                remove_file(part)
        after = path.stat().st_size
        with closing(schema.connect(path)) as db:
            db.execute("BEGIN IMMEDIATE")
            note(db, "compacted", "", f"{after}", f"{before:,} bytes, now {after:,}")
            db.execute("COMMIT")
        return before, after


def write_copy(path: Path, out: Path) -> None:
    """Write what readers see now as one whole file without free room, also while somebody writes. Raises StoreError."""
    try:
        remove_file(out)
        with closing(schema.connect(path)) as db:
            pages, free, size = (
                int(db.execute(f"PRAGMA {one}").fetchone()[0]) for one in ("page_count", "freelist_count", "page_size")
            )
            if shutil.disk_usage(out.parent).free < (pages - free) * size + ROOM:
                raise StoreError(f"{out.parent} has no room for another {(pages - free) * size:,} bytes.")
            db.execute("VACUUM INTO ?", (str(out),))
        with out.open("rb+") as file:
            os.fsync(file.fileno())
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            remove_file(out)
        raise StoreError(f"{out} cannot be written: {getattr(error, 'strerror', None) or error}.") from error


def _forget_unused(path: Path) -> None:
    """Addresses and accounts of which nothing is left are named no more, when every activity is counted."""
    with closing(schema.connect(path)) as db:
        db.execute("BEGIN IMMEDIATE")
        last = db.execute("SELECT coalesce(max(id), 0) FROM activities").fetchone()[0]
        if db.execute(COUNTED).fetchone()[0] >= last:
            db.execute(
                """DELETE FROM addresses WHERE id NOT IN (SELECT source FROM meetings UNION SELECT destination FROM meetings)"""
            )
            db.execute("DELETE FROM address_entities WHERE address NOT IN (SELECT id FROM addresses)")
            db.execute("DELETE FROM actors WHERE id NOT IN (SELECT actor FROM meetings)")
        db.execute("COMMIT")


def _settle_folder(folder: Path) -> None:
    """The new name is on the disk too."""
    if os.name != "nt":
        held = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(held)
        finally:
            os.close(held)
