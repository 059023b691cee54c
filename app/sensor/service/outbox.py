"""What a sensor has to send and its hub has not acknowledged: numbered messages on disk, bounded, surviving any end.

Every opening takes a name of its own and numbers its messages from 1, so that a machine that was set back to an old state, or
copied, never gives two messages one number. A message is published after it is on disk, and removed after the hub has it.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from app.link.envelope import LinkError
from app.model import counting

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages(
  id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL,
  alone INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS inputs(key TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places(mark TEXT PRIMARY KEY, place TEXT NOT NULL) WITHOUT ROWID;
"""
PAGE = 4096
OVERHEAD = 64
"""Bytes that a message takes beside its body."""
AHEAD = 16 << 20
"""Bytes of the log that is written ahead, at most."""


class Full(LinkError):
    """There is no room for more now; the sentence says whether the limit or the disk is the reason."""


class Entry(Struct, frozen=True):
    """A message that waits. id: its place in the outbox, run and number: its name for ever. alone: nothing may overtake it."""

    id: int
    run: str
    number: int
    alone: bool
    body: bytes


class New(NamedTuple):
    """A message to keep. alone: what came before must be there first, and it before what comes later."""

    body: bytes
    alone: bool = False


class OpenInput(Struct, frozen=True, array_like=True):
    """An input that was opened and is not closed; what its last word will be if the sensor dies."""

    key: str
    label: str
    kind: str
    records: int = 0
    first: int | None = None
    last: int | None = None


class Outbox:
    """An outbox of at most limit bytes; all methods belong to one thread. Raises LinkError when it cannot be opened at all.

    run: name of this opening, hexadecimal digits. word: one sentence when a damaged file was set aside, else "".
    """

    def __init__(self, path: Path, limit: int) -> None:
        self._path, self.limit = path, limit
        self.word = ""
        self._base = 0
        try:
            self._db = _opened(path)
            self._count()
        except sqlite3.OperationalError as error:  # the disk, or who may write to it; the file itself may be well
            raise LinkError(f"The outbox {path} cannot be opened: {error}.") from error
        except sqlite3.DatabaseError as error:
            self._set_aside(error)

    def _count(self) -> None:
        """Know what waits, and be somebody new."""
        self.run = os.urandom(12).hex()
        self._number = 0
        self._measure()

    def _measure(self) -> None:
        row = self._db.execute("SELECT count(*), coalesce(sum(length(body)), 0), min(at) FROM messages").fetchone()
        self.messages, self._bytes, self.oldest = int(row[0]), int(row[1]), row[2]

    @property
    def bytes(self) -> int:
        """What waits takes so many bytes."""
        return self._bytes + self.messages * OVERHEAD

    def has_room(self, size: int = 0) -> bool:
        """Whether so many bytes more would be kept."""
        return self.bytes + size < self.limit

    def put(
        self,
        new: Sequence[New],
        opened: Iterable[OpenInput] = (),
        closed: Iterable[str] = (),
        must: bool = False,
        places: Mapping[str, str] = {},
    ) -> None:
        """Keep messages, all or none, and note which inputs are open; on disk when it returns. must: also beyond the limit.

        places: mark of a source to where it is with these messages, "" for nothing to note. Raises Full.
        """
        size = sum(len(one.body) + OVERHEAD for one in new)
        if not must and not self.has_room(size):
            raise Full(f"The outbox is full: {counting.size(self.limit)} wait for the hub.")
        now = time.time_ns() // 1000

        def write() -> None:  # an outbox that is begun anew in between has another name, and no gap in its numbers
            rows = [(self.run, self._number + place, now, one.alone, one.body) for place, one in enumerate(new, 1)]
            self._db.executemany("INSERT INTO messages(run, number, at, alone, body) VALUES(?, ?, ?, ?, ?)", rows)
            self._db.executemany(
                "INSERT OR REPLACE INTO inputs VALUES(?, ?)", [(one.key, msgspec.msgpack.encode(one)) for one in opened]
            )
            self._db.executemany("DELETE FROM inputs WHERE key = ?", [(key,) for key in closed])
            self._db.executemany("INSERT OR REPLACE INTO places VALUES(?, ?)", [one for one in places.items() if one[1]])

        self._do(write)
        self._number += len(new)
        self.messages += len(new)
        self._bytes += size - len(new) * OVERHEAD
        if self.oldest is None and new:
            self.oldest = now

    def waiting(self, after: int, most: int) -> list[Entry]:
        """What waits beyond this place, in order, so many at most."""
        try:
            rows = self._db.execute(
                "SELECT id, run, number, alone, body FROM messages WHERE id > ? ORDER BY id LIMIT ?", (after, most)
            ).fetchall()
        except sqlite3.OperationalError:
            return []
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
            return []
        return [Entry(id, run, number, bool(alone), bytes(body)) for id, run, number, alone, body in rows]

    def forget(self, entries: Collection[Entry]) -> bool:
        """The hub has these. False when the disk does not take that now: they are to be told again."""

        removed = 0

        def write() -> None:
            nonlocal removed
            ids = [(one.id,) for one in entries]
            removed = self._db.executemany("DELETE FROM messages WHERE id = ?", ids).rowcount

        try:
            self._do(write)
        except Full:
            return False
        with suppress(sqlite3.Error):
            if removed != len(entries):  # the file is another one since
                self._measure()
                return True
            row = self._db.execute("SELECT at FROM messages ORDER BY id LIMIT 1").fetchone()
            self.oldest = row[0] if row else None
            self.messages -= len(entries)
            self._bytes -= sum(len(one.body) for one in entries)
        return True

    def left_open(self) -> list[OpenInput]:
        """Inputs that an earlier run opened and never closed."""
        found = []
        with suppress(sqlite3.DatabaseError):
            for (body,) in self._db.execute("SELECT body FROM inputs").fetchall():
                with suppress(msgspec.MsgspecError):
                    found.append(msgspec.msgpack.decode(body, type=OpenInput))
        return found

    def place(self, mark: str) -> str:
        """Where the source of this mark was with the last of its messages that were kept; "" when nothing says so."""
        with suppress(sqlite3.DatabaseError):
            row = self._db.execute("SELECT place FROM places WHERE mark = ?", (mark,)).fetchone()
            return str(row[0]) if row else ""
        return ""

    def close(self) -> None:
        """Give the file back."""
        with suppress(sqlite3.Error):
            self._db.close()

    def _do(self, write: Callable[[], None]) -> None:
        """Inside one transaction. Raises Full; a damaged file is set aside and the rest written to a new one."""
        for again in (True, False):
            try:
                self._db.execute("BEGIN IMMEDIATE")
                write()
                self._db.execute("COMMIT")
                return
            except sqlite3.OperationalError as error:  # full, read-only, failing
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise Full(f"The outbox cannot be written: {error}.") from error
            except sqlite3.DatabaseError as error:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                if not again:
                    raise Full(f"The outbox cannot be written: {error}.") from error
                self._set_aside(error)

    def _set_aside(self, error: sqlite3.Error) -> None:
        """Begin a new file with what can be read of the old one, which stays beside it under another name."""
        with suppress(sqlite3.Error, AttributeError):
            self._db.close()
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.time_ns()}")
        try:
            for end in ("-wal", "-shm", ""):
                part = self._path.with_name(self._path.name + end)
                if part.exists():
                    part.replace(aside.with_name(aside.name + end))
            self._db = _opened(self._path)
            self._base += 1 << 40
            self._db.execute("INSERT INTO sqlite_sequence VALUES('messages', ?)", (self._base,))  # places are never used again
            saved = self._save(aside)
            self._count()
        except (OSError, sqlite3.Error) as worse:
            raise LinkError(f"The outbox {self._path} is damaged and cannot be replaced: {worse}.") from worse
        self.word = (
            f"The outbox was damaged ({error}) and set aside as {aside.name}; {counting.counted(saved, 'message')} of it saved."
        )

    def _save(self, aside: Path) -> int:
        """Copy the messages of a damaged file that can be read; they keep their names, so that none is stored twice."""
        saved = 0
        with suppress(sqlite3.Error):
            old = sqlite3.connect(aside, isolation_level=None)
            try:
                for row in old.execute("SELECT run, number, at, alone, body FROM messages ORDER BY id"):
                    if [type(one) for one in row] == [str, int, int, int, bytes]:
                        self._db.execute("INSERT INTO messages(run, number, at, alone, body) VALUES(?, ?, ?, ?, ?)", row)
                        saved += 1
                for row in old.execute("SELECT mark, place FROM places"):
                    if [type(one) for one in row] == [str, str]:
                        self._db.execute("INSERT OR REPLACE INTO places VALUES(?, ?)", row)
            finally:
                old.close()
        return saved


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        db.execute(f"PRAGMA page_size={PAGE}")
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")  # what was published must not be forgotten by a power cut, nor its number
        db.execute(f"PRAGMA journal_size_limit={AHEAD}")
        db.execute(f"PRAGMA wal_autocheckpoint={AHEAD // 4 // PAGE}")
        db.executescript(SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db
