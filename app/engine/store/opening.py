"""A workspace opened for reading only, also one of another version or of somebody else: nothing is written."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from app.engine import schema
from app.engine.schema import StoreError
from app.model.details import KINDS


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing, not even beside the file as long as nobody else has it open for writing."""
    quiet = "" if is_being_written(path) else "&immutable=1"
    uri = f"{path.resolve().as_uri()}?mode=ro{quiet}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5, check_same_thread=False, cached_statements=256)
    connection.execute("PRAGMA query_only=ON")
    return connection


def is_being_written(path: Path) -> bool:
    """Whether what somebody wrote may lie beside the file and not in it yet."""
    return path.with_name(f"{path.name}-wal").exists()


def may_write(path: Path) -> bool:
    """Whether this user may write a workspace that is there: the file, and beside it."""
    return os.access(path, os.W_OK) and os.access(path.resolve().parent, os.W_OK)


def version_of(path: Path) -> int:
    """Version of a workspace, 0 for an empty or missing file. Raises StoreError."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}.") from error
    if size < schema.HEADER:
        if size:
            raise StoreError(f"{path} is not a Wardlight workspace.")
        return 0
    try:
        with closing(_reading(path)) as connection:
            return schema.check(connection, path, newer=True)
    except sqlite3.Error as error:
        if schema.is_foreign(error):
            raise StoreError(f"{path} is not a Wardlight workspace.") from error
        raise StoreError(f"{path} is damaged or cannot be opened: {error}.") from error


def _reading(path: Path) -> sqlite3.Connection:
    try:
        return connect_to_read(path)
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be opened: {schema.why_closed(path, error)}.") from error


def can_be_read(path: Path) -> None:
    """Raises StoreError unless this program can read the workspace as it stands."""
    try:
        with closing(_reading(path)) as connection:
            schema.check(connection, path, newer=True)
            fits(connection, path)
    except sqlite3.Error as error:
        raise StoreError(f"{path} is damaged or cannot be opened: {error}.") from error


def fits(connection: sqlite3.Connection, path: Path) -> None:
    """Raises StoreError unless a workspace of another version has all tables and columns, and only kinds, that are known here."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version == schema.VERSION:
        return
    with closing(sqlite3.connect(":memory:")) as own:
        own.executescript(schema.TABLES)
        wanted = _columns(own)
    there = _columns(connection)
    missing = sorted(f"{table}.{column}" for table, columns in wanted.items() for column in columns - there.get(table, set()))
    strange = (
        {str(row[0]) for row in connection.execute("SELECT text FROM kinds")} - set(KINDS.values()) if not missing else set()
    )
    if not missing and not strange:
        return
    who = "a newer" if version > schema.VERSION else "an older"
    made = f"{path} was made by {who} Wardlight (workspace version {version}, this program knows {schema.VERSION}) and cannot be "
    made += "opened for reading here"
    if version < schema.VERSION:
        raise StoreError(f"{made}: open it for writing once, or a copy of it, which brings it up to date.")
    why = f"it has no {missing[0]}" if missing else f"it holds activities of the kind {min(strange)}"
    raise StoreError(f"{made}: {why}.")


def strangers(path: Path) -> str:
    """What in a workspace no program of ours makes, and that would act by itself: a view, a trigger; "" for nothing.

    Raises StoreError when it is no workspace.
    """
    if not version_of(path):
        raise StoreError(f"{path} is empty.")
    try:
        with closing(connect_to_read(path)) as db:
            row = db.execute("SELECT type, name FROM sqlite_master WHERE type NOT IN ('table', 'index') LIMIT 1").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{path} is damaged: {error}.") from error
    return f"the {row[0]} {row[1]}" if row else ""


def _columns(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """Table to its columns, without those that belong to indices of words."""
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        str(name): {str(row[1]) for row in connection.execute("SELECT * FROM pragma_table_info(?)", (name,))}
        for name in tables
        if not str(name).startswith(("sqlite_", "names_"))
    }


def why_only_read(path: Path, wanted: bool) -> str:
    """Why a workspace is opened for reading only, one sentence; "" when it can be written and nobody wanted otherwise.

    wanted: somebody did. Raises StoreError with one sentence when it cannot be read either.
    """
    version, there = version_of(path), path.exists()
    if wanted and not version:
        raise StoreError(f"There is no workspace {path} to read.")
    newer = version > schema.VERSION
    allowed = may_write(path) if there else True
    if not (wanted or newer or (version and not allowed)):
        return ""
    can_be_read(path)
    if newer:
        return f"{path.name} was made by a newer Wardlight (workspace version {version}): it is open for reading only."
    if not allowed:
        return f"You may not write {path.name} or beside it: it is open for reading only."
    return f"{path.name} is open for reading only."
