"""The reader's side of a workspace: a connection for each thread, and knowledge that follows the writer."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from app.engine import schema
from app.engine.knowledge import Knowledge
from app.engine.queries.functions import register
from app.engine.schema import StoreError
from app.engine.store import Rows, opening
from app.engine.store.tags import all_tags
from app.model.entity import EntityRef
from app.model.stopping import go_on, is_stopped

STEPS = 20_000
"""Steps of SQLite, about a millisecond, after which it is asked whether anybody still waits."""


class Connection(NamedTuple):
    """What one thread reads with. quiet: opened as if nobody ever wrote the file."""

    db: sqlite3.Connection
    rows: Rows
    quiet: bool


class Access:
    """Connections that only read. Everything here may be called from any thread.

    What is asked within app.model.stopping.until ends when nobody waits any more: with Stopped before a statement, and within one
    with sqlite3.OperationalError ("interrupted"), which the doors of questions turn into Stopped too.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = self._path = path
        self._read_only = read_only
        self._open: dict[int, Connection] = {}
        """By the system's number of a thread: what Python keeps for a thread is gone after each job of a pool of Qt."""
        self._left: list[sqlite3.Connection] = []
        self.lock = threading.RLock()
        self._known = Knowledge()
        self._folded: set[int] = set()
        self._base = Knowledge()
        self._known_at: tuple[int, int] | None = None
        self._named: tuple[Knowledge, list[tuple[EntityRef, int, int]]] | None = None

    def db(self) -> sqlite3.Connection:
        """This thread's connection."""
        go_on()
        return self._mine().db

    def _mine(self) -> Connection:
        thread = threading.get_ident()
        found = self._open.get(thread)
        if found is not None:
            if not (self._read_only and self._is_written_now(found)):
                return found
            self._left.append(found.db)  # something may still be read from it
        try:
            quiet = self._read_only and not opening.is_being_written(self._path)
            db = opening.connect_to_read(self._path) if self._read_only else schema.connect(self._path)
            schema.check(db, self._path, newer=self._read_only)
            db.execute("PRAGMA query_only=ON")
            db.execute("PRAGMA cache_size=-16384")
            db.execute("PRAGMA mmap_size=268435456")
        except sqlite3.Error as error:
            raise StoreError(f"{self._path} cannot be read: {error}.") from error
        rows = Rows(db)
        db.create_function("entity_at", 2, lambda address, at: self.entity_key(rows.address(address), at))
        register(db)
        db.set_progress_handler(is_stopped, STEPS)
        mine = self._open[thread] = Connection(db, rows, quiet)
        return mine

    def _is_written_now(self, one: Connection) -> bool:
        """Somebody began to write what was opened as if nobody ever would: it must be opened anew."""
        return one.quiet and not one.db.in_transaction and opening.is_being_written(self._path)

    def rows(self) -> Rows:
        """Turns rows of this thread's connection into activities."""
        return self._mine().rows

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that this thread reads within sees one state of the workspace."""
        db = self.db()
        if db.in_transaction:
            yield
            return
        db.execute("BEGIN")
        try:
            yield
        finally:
            db.execute("COMMIT")

    def all(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Rows of a statement."""
        return self.db().execute(sql, values).fetchall()

    def one(self, sql: str, values: tuple[Any, ...] = ()) -> Any:
        """First column of the first row, None when there is none."""
        row = self.db().execute(sql, values).fetchone()
        return row[0] if row else None

    def changes(self) -> dict[str, int]:
        """How often each topic was changed: activities, inputs, knowledge, entities, alerts."""
        return dict(self.all("SELECT topic, value FROM changes"))

    def knowledge(self) -> Knowledge:
        """What all inputs tell, the one being read included as far as it was told."""
        changes = self.changes()
        now = (changes.get("knowledge", 0), changes.get("inputs", 0))
        with self.lock:
            if now != self._known_at:
                self._follow()
                self._named = None
                self._known_at = now
            return self._known

    def _follow(self) -> None:
        done = {
            row[0]
            for row in self.all("SELECT k.input FROM knowledge k JOIN inputs i ON i.id = k.input WHERE i.state <> 'reading'")
        }
        if not done >= self._folded:
            self._base, self._folded = Knowledge(), set()
        for number in sorted(done - self._folded):
            self._base.merge(Knowledge.from_bytes(self.one("SELECT body FROM knowledge WHERE input=?", (number,)) or b""))
            self._folded.add(number)
        unfinished = self.all("SELECT k.body FROM knowledge k JOIN inputs i ON i.id = k.input WHERE i.state = 'reading'")
        known = self._base
        if unfinished:
            known = Knowledge()
            known.merge(self._base)
            for (body,) in unfinished:
                known.merge(Knowledge.from_bytes(body))
        self._known = known

    def principals(self) -> list[tuple[EntityRef, int, int]]:
        """(entity, first, last time told) of everybody and everything that a directory names."""
        known = self.knowledge()
        with self.lock:
            if self._named is None or self._named[0] is not known:
                rows = [(known.entity_named(one), first, last) for _, one, first, last in known.directory.principals()]
                self._named = (known, rows)
            return self._named[1]

    def tags(self) -> dict[str, dict[str, bool]]:
        """Entity's key to what an analyst says of its tags."""
        return all_tags(self.db())

    def kind_of_input(self, key: str) -> str:
        """Kind of an input by its key, empty for an unknown one."""
        return str(self.one("SELECT kind FROM inputs WHERE key = ?", (key,)) or "")

    def entity_key(self, ip: str, at: int) -> str:
        """Key of what an address was at a time."""
        with self.lock:
            return self._known.address_entity(ip, at).key

    def close(self) -> None:
        """Close every connection; none of them may be in use."""
        with self.lock:
            for db in (*(one.db for one in self._open.values()), *self._left):
                with contextlib.suppress(sqlite3.Error):
                    db.close()
            self._open, self._left = {}, []
