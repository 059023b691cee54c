"""The queue beside a workspace: what each destination knows, what waits for it, how it is doing.

Every destination has a queue of its own, so that one that is away holds up no other. A queue that is full takes nothing more;
what is new then waits in the workspace, where it is anyway, and is taken as it stands once there is room: nothing is lost, only
told later. This file is the one place beside the store that speaks SQL about notices.
"""

import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import msgspec

from app.model.notice import Notice, Target, TargetState, kind_of, label_of

SUFFIX = ".notices"
VERSION = 1
APPLICATION_ID = 0x57444C4E
MOST = 2_000
"""Notices that wait for one destination."""
MOST_BYTES = 32 << 20
LONGEST = 4 << 20
"""Bytes of one notice; a longer one loses its body."""
LONGEST_ERROR = 300
TABLES = """
-- since, last, tried, next: UTC microseconds. tries: failed ones in a row. delivered, failed, refused: counts for ever.
CREATE TABLE targets(
  name TEXT PRIMARY KEY, delivered INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL DEFAULT 0, last INTEGER,
  tried INTEGER, since INTEGER, error TEXT NOT NULL DEFAULT '', more INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
-- What a destination knows of a subject (an alert, a health issue): digest of what it was told last.
CREATE TABLE known(target TEXT, subject TEXT, digest TEXT NOT NULL, PRIMARY KEY(target, subject)) WITHOUT ROWID;
CREATE TABLE waiting(
  number INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, UNIQUE(target, id));
CREATE INDEX waiting_target ON waiting(target, number);
-- Up to when a scheduled report was written, UTC microseconds.
CREATE TABLE reports(id TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
"""
ALERTS, HEALTH = 1, 2
"""Bits in `more` of what was not taken because the queue was full."""
REMEMBER: Final = "remember"
PASS: Final = "pass"
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Notice)


class QueueError(OSError):
    """The queue cannot be used; the message is one sentence for the user."""


class Waiting(msgspec.Struct, frozen=True):
    """A notice in its place. tries: how often it was refused for its own sake."""

    number: int
    notice: Notice
    tries: int


class Told(msgspec.Struct, frozen=True):
    """A subject as it is now. before: names that it had earlier.

    make(known): its notice; REMEMBER to only note that the destination knows it, PASS to leave it as it is. known says that the
    destination heard of it before.
    """

    subject: str
    digest: str
    before: tuple[str, ...]
    make: Callable[[bool], Notice | Literal["remember", "pass"]]


def queue_path(workspace: Path) -> Path:
    """Where the queue of a workspace lies."""
    return workspace.with_name(workspace.name + SUFFIX)


class Queue:
    """One open queue; its methods may be called from any thread. Raises QueueError."""

    def __init__(self, workspace: Path, most: int = MOST) -> None:
        self.path, self._most = queue_path(workspace), most
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None, timeout=10, check_same_thread=False)
            self._prepare()
        except sqlite3.Error as error:
            raise QueueError(f"The queue {self.path.name} cannot be used: {error}.") from error

    def _prepare(self) -> None:
        with self._lock:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")  # a notice that was crossed off must not come back, nor one be lost
            application = int(self._db.execute("PRAGMA application_id").fetchone()[0])
            if application == APPLICATION_ID:
                version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
                if version > VERSION:
                    raise QueueError(f"The queue {self.path.name} was made by a newer Wardlight.")
                return
            if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise QueueError(f"{self.path.name} is no queue of notices.")
            self._db.executescript(
                f"BEGIN IMMEDIATE;{TABLES}PRAGMA application_id={APPLICATION_ID};PRAGMA user_version={VERSION};COMMIT;"
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _reading(self):  # type: ignore[no-untyped-def]
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise QueueError(f"The queue {self.path.name} cannot be read: {error}.") from error

    @contextmanager
    def _changing(self):  # type: ignore[no-untyped-def]
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise QueueError(f"The queue {self.path.name} cannot be written: {error}.") from error
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    # ---- destinations

    def names(self) -> frozenset[str]:
        """Destinations that were met."""
        with self._reading() as db:
            return frozenset(row[0] for row in db.execute("SELECT name FROM targets"))

    def add(self, names: Iterable[str]) -> None:
        """There are these destinations too."""
        with self._changing() as db:
            db.executemany("INSERT OR IGNORE INTO targets(name) VALUES(?)", [(name,) for name in names])

    def meet(self, names: Iterable[str]) -> None:
        """These are the destinations from now on; of others all is forgotten."""
        wanted = set(names)
        with self._changing() as db:
            for name in self.names() - wanted:
                for table, column in (("targets", "name"), ("known", "target"), ("waiting", "target")):
                    db.execute(f"DELETE FROM {table} WHERE {column} = ?", (name,))
            db.executemany("INSERT OR IGNORE INTO targets(name) VALUES(?)", [(name,) for name in wanted])

    def take(self, target: str, told: Sequence[Told], part: int = ALERTS) -> int:
        """Queue what a destination does not know yet, and remember it; returns how many. Stops where the queue is full.

        part: ALERTS or HEALTH, of which each is taken whole at its own times.
        """
        taken, more = 0, False
        with self._changing() as db:
            known = dict(db.execute("SELECT subject, digest FROM known WHERE target = ?", (target,)).fetchall())
            count, size = self._room(target)
            for one in told:
                old = next((name for name in (one.subject, *one.before) if name in known), None)
                if old is not None and known[old] == one.digest:
                    if old != one.subject:
                        self._remember(target, one)
                    continue
                notice = one.make(old is not None)
                if notice == PASS:
                    continue
                if isinstance(notice, Notice):
                    if count >= self._most or size >= MOST_BYTES:
                        more = True
                        break
                    body = _packed(notice)
                    db.execute("INSERT OR IGNORE INTO waiting(target, id, body) VALUES(?, ?, ?)", (target, notice.id, body))
                    count, size, taken = count + 1, size + len(body), taken + 1
                self._remember(target, one)
            db.execute("UPDATE targets SET more = (more & ~?1) | ?2 WHERE name = ?3", (part, part if more else 0, target))
        return taken

    def _remember(self, target: str, one: Told) -> None:
        for name in one.before:
            self._db.execute("DELETE FROM known WHERE target = ? AND subject = ?", (target, name))
        self._db.execute("INSERT OR REPLACE INTO known VALUES(?, ?, ?)", (target, one.subject, one.digest))

    def known(self, target: str) -> frozenset[str]:
        """Subjects that a destination knows of."""
        with self._reading() as db:
            return frozenset(row[0] for row in db.execute("SELECT subject FROM known WHERE target = ?", (target,)))

    def forget(self, target: str, subjects: Iterable[str]) -> None:
        """A destination does not know these any more."""
        gone = [(target, one) for one in subjects]
        if gone:
            with self._changing() as db:
                db.executemany("DELETE FROM known WHERE target = ? AND subject = ?", gone)

    def put(self, target: str, notice: Notice) -> bool:
        """Queue one notice that no subject stands behind; False when it waits already or there is no room."""
        with self._changing() as db:
            if db.execute("SELECT count(*) FROM waiting WHERE target = ?", (target,)).fetchone()[0] >= self._most:
                return False
            body = _packed(notice)
            return (
                db.execute("INSERT OR IGNORE INTO waiting(target, id, body) VALUES(?, ?, ?)", (target, notice.id, body)).rowcount
                > 0
            )

    # ---- delivery

    def due(self, target: str, now: int, most: int) -> tuple[Waiting, ...]:
        """The oldest notices of a destination, none while it is to be left alone."""
        with self._reading() as db:
            row = db.execute("SELECT next FROM targets WHERE name = ?", (target,)).fetchone()
            if row is None or row[0] > now:
                return ()
            rows = db.execute(
                "SELECT number, body, tries FROM waiting WHERE target = ? ORDER BY number LIMIT ?", (target, most)
            ).fetchall()
        return tuple(Waiting(number, _decoder.decode(body), tries) for number, body, tries in rows)

    def delivered(self, target: str, numbers: Sequence[int], now: int, error: str = "") -> None:
        """Cross notices off. error: what went wrong although they were taken."""
        with self._changing() as db:
            db.executemany("DELETE FROM waiting WHERE number = ?", [(one,) for one in numbers])
            db.execute(
                """UPDATE targets SET delivered = delivered + ?, tries = 0, next = 0, last = ?, tried = ?, since = NULL, error = ?
                WHERE name = ?""",
                (len(numbers), now, now, error[:LONGEST_ERROR], target),
            )

    def failed(
        self, target: str, now: int, error: str, wait: Callable[[int], int], refused: int | None = None, most: int = 5
    ) -> None:
        """A try failed. wait: microseconds to leave it alone after so many failures in a row.

        refused: number of a notice that was refused for its own sake; after most such tries it is given up and counted.
        """
        with self._changing() as db:
            row = db.execute("SELECT tries FROM targets WHERE name = ?", (target,)).fetchone()
            tries = int(row[0]) + 1 if row else 1
            db.execute(
                """UPDATE targets SET failed = failed + 1, tries = ?, next = ?, tried = ?, since = coalesce(since, ?), error = ?
                WHERE name = ?""",
                (tries, now + wait(tries), now, now, error[:LONGEST_ERROR], target),
            )
            if refused is not None:
                db.execute("UPDATE waiting SET tries = tries + 1 WHERE number = ?", (refused,))
                if db.execute("DELETE FROM waiting WHERE number = ? AND tries >= ?", (refused, most)).rowcount:
                    db.execute("UPDATE targets SET refused = refused + 1, tries = 0 WHERE name = ?", (target,))

    def again(self, target: str) -> None:
        """Try a destination at once, whatever it was to wait."""
        with self._changing() as db:
            db.execute("UPDATE targets SET next = 0 WHERE name = ?", (target,))

    def next_try(self, target: str) -> int | None:
        """When a destination is to be tried next, UTC microseconds; None when nothing waits for it."""
        with self._reading() as db:
            row = db.execute(
                "SELECT next FROM targets WHERE name = ? AND EXISTS (SELECT 1 FROM waiting WHERE target = name)", (target,)
            ).fetchone()
        return None if row is None else int(row[0])

    def has_more(self, names: Collection[str]) -> bool:
        """Whether a queue of these destinations was full when it was filled last and has room now."""
        with self._reading() as db:
            full = [row[0] for row in db.execute("SELECT name FROM targets WHERE more") if row[0] in names]
            rooms = [self._room(name) for name in full]
        return any(count < self._most and size < MOST_BYTES for count, size in rooms)

    def _room(self, target: str) -> tuple[int, int]:
        """Number and bytes of what waits."""
        found: tuple[int, int] = self._db.execute(
            "SELECT count(*), coalesce(sum(length(body)), 0) FROM waiting WHERE target = ?", (target,)
        ).fetchone()
        return found

    def states(self, targets: Sequence[Target]) -> tuple[TargetState, ...]:
        """How these destinations are doing."""
        with self._reading() as db:
            rows = {
                row[0]: row[1:]
                for row in db.execute(
                    """SELECT name, delivered, failed, refused, more, last, tried, error, since,
                    (SELECT count(*) FROM waiting WHERE target = name) FROM targets"""
                )
            }
        found = []
        for one in targets:
            delivered, failed, refused, more, last, tried, error, since, waiting = rows.get(
                one.name, (0, 0, 0, 0, None, None, "", None, 0)
            )
            found.append(
                TargetState(
                    name=one.name, kind=kind_of(one), label=label_of(one), on=one.on, waiting=waiting, delivered=delivered,
                    failed=failed, refused=refused, full=bool(more), last=last, tried=tried, error=error, since=since,
                )
            )  # fmt: skip
        return tuple(found)

    # ---- reports

    def reported(self, id: str) -> int | None:
        """Up to when a scheduled report was written."""
        with self._reading() as db:
            row = db.execute("SELECT until FROM reports WHERE id = ?", (id,)).fetchone()
        return None if row is None else int(row[0])

    def report_written(self, id: str, until: int, mail: tuple[str, Notice] | None = None) -> None:
        """It was, up to this time; mail: (target, notice) that goes out with it, once."""
        with self._changing() as db:
            db.execute("INSERT OR REPLACE INTO reports VALUES(?, ?)", (id, until))
            if mail is not None:
                db.execute(
                    "INSERT OR IGNORE INTO waiting(target, id, body) VALUES(?, ?, ?)", (mail[0], mail[1].id, _packed(mail[1]))
                )


def _packed(notice: Notice) -> bytes:
    body = _encoder.encode(notice)
    if len(body) > LONGEST:
        cut = {"id": notice.subject, "cut": "it was too long to be told whole"}
        body = _encoder.encode(msgspec.structs.replace(notice, body=cut, text=notice.text[:100_000], parties=()))
    return body
