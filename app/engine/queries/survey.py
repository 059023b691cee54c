"""A workspace at a glance, for a list of many: nothing is written, and nothing is counted that is not counted already."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from app.engine import schema
from app.engine.schema import StoreError
from app.engine.store import opening
from app.engine.store.evidence import fed
from app.engine.store.presence import is_open
from app.engine.store.retention import kept
from app.engine.store.roles import role_of
from app.model.workspace import WorkspaceRow


def survey(path: Path) -> WorkspaceRow:
    """What a workspace holds, as far as this program can read it; its sizes and times of opening are for others to say."""
    where = str(path)
    if not path.is_file():
        return WorkspaceRow(path=where, state="missing", why="There is no such file any more.")
    try:
        version = opening.version_of(path)
        if not version:
            return WorkspaceRow(path=where, why="Nothing was read into it yet.")
        with closing(opening.connect_to_read(path)) as db:
            try:
                opening.fits(db, path)
            except StoreError as error:
                older = version < schema.VERSION
                why = "It is brought up to date when it is opened." if older else str(error)
                return WorkspaceRow(path=where, state="older" if older else "newer", why=why, version=version, **_old(db))
            sensors, last = fed(db)
            row = replace(WorkspaceRow(path=where, version=version, sensors=sensors, fed=last, **_old(db)), role=role_of(db))
            row = replace(row, retention=kept(db))
    except StoreError as error:
        return WorkspaceRow(path=where, state="damaged", why=str(error))
    except sqlite3.Error as error:
        return WorkspaceRow(path=where, state="damaged", why=f"It cannot be read: {error}.")
    if version > schema.VERSION:
        return replace(row, state="newer", why="A newer Wardlight made it: it opens for reading only.")
    if is_open(path):
        return replace(row, state="in use", why="It is open now.")
    if not opening.may_write(path):
        return replace(row, state="read-only", why="You may not write it: it opens for reading only.")
    return row


def _old(db: sqlite3.Connection) -> dict[str, Any]:
    """What every version of the workspace tells."""
    inputs, activities = db.execute("SELECT count(*), coalesce(sum(activities), 0) FROM inputs").fetchone()
    first, last = db.execute("SELECT (SELECT min(at) FROM activities), (SELECT max(at) FROM activities)").fetchone()
    alerts = db.execute("SELECT count(*) FROM alerts WHERE state = 'open'").fetchone()[0]
    return {"inputs": inputs, "activities": activities, "first": first, "last": last, "alerts": alerts}
