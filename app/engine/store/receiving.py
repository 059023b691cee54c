"""What a store does for sensors on other machines: inputs that go on, receipts, messages set aside, reports."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from app.engine.schema import StoreError
from app.engine.store.receipts import Receipt, Receipts
from app.model.rows import Problem

PARKED = 64 << 20
"""Bytes of messages that are set aside until a newer program understands them; beyond, they stay on the hub."""
_PROBLEMS = msgspec.json.Decoder(tuple[Problem, ...])


class Before(Struct, frozen=True, kw_only=True):
    """An input as it stood before it was resumed. knowledge: what was learned from it."""

    state: str
    records: int
    first: int | None
    last: int | None
    problems: tuple[Problem, ...]
    knowledge: bytes


class Parked(Struct, frozen=True):
    """A message that nobody understands yet. form: version of the link that it speaks; data: as it came."""

    id: int
    receipt: Receipt
    form: int
    data: bytes


class Receiving:
    """The part of a Store that sensors on other machines need; used as one with it."""

    _db: sqlite3.Connection
    _path: Path
    _input: int
    _receipts: Receipts
    _unparked: list[int]
    _writing: Callable[[], AbstractContextManager[None]]
    _settle_open: Callable[[], None]
    _write_pending: Callable[[], None]
    _changed: Callable[..., None]
    _flows: Any

    def received(self, receipt: Receipt) -> bool:
        """Whether the workspace holds this message already."""
        return self._receipts.has(receipt)

    def receive(self, receipt: Receipt) -> None:
        """It is received; said in the next transaction of any kind, so do behind this what it asks for, in one transaction."""
        self._receipts.note(receipt)

    def missing(self) -> dict[str, int]:
        """Id of a sensor to how many of its messages never came."""
        return self._receipts.missing(time.monotonic())

    def resume_input(self, key: str, path: str, kind: str) -> Before | None:
        """Use an input of a sensor, new or as it was left; None for a new one. path, kind: of a new one."""
        with self._writing():
            self._settle_open()
            row = self._db.execute(
                """SELECT i.id, i.state, i.records, i.first, i.last, i.problems, k.body FROM inputs i
                LEFT JOIN knowledge k ON k.input = i.id WHERE i.key=?""",
                (key,),
            ).fetchone()
            if row is None:
                self._db.execute(
                    "INSERT INTO inputs(key, path, kind, bytes, sha256, state, live) VALUES(?,?,?,0,'','reading',1)",
                    (key, path, kind),
                )
                self._input = int(self._db.execute("SELECT id FROM inputs WHERE key=?", (key,)).fetchone()[0])
            else:
                self._input = int(row[0])
                self._db.execute("UPDATE inputs SET state='reading' WHERE id=?", (self._input,))
            self._changed("inputs")
        self._flows.forget()
        if row is None:
            return None
        return Before(
            state=row[1], records=row[2], first=row[3], last=row[4], problems=_PROBLEMS.decode(row[5]), knowledge=row[6] or b""
        )

    def _keep_broken_off(self) -> list[str]:
        """Keys of live inputs that nobody finished: what was stored of them stays, in part."""
        rows = self._db.execute("SELECT key FROM inputs WHERE state = 'reading' AND live").fetchall()
        if rows:
            self._db.execute("UPDATE inputs SET state = 'partial' WHERE state = 'reading' AND live")
            self._changed("inputs")
        return [str(row[0]) for row in rows]

    def _keep_knowledge(self, body: bytes) -> None:
        """Inside a transaction in which all that it was learned from is written."""
        self._db.execute(
            "INSERT OR REPLACE INTO knowledge VALUES(?, ?, (SELECT coalesce(max(id), 0) FROM activities))", (self._input, body)
        )

    def learned(self, key: str) -> tuple[bytes, int]:
        """What was learned from an input, and the id of the last activity in it; nothing when it is not known from which."""
        row = self._db.execute(
            "SELECT body, upto FROM knowledge WHERE upto > 0 AND input = (SELECT id FROM inputs WHERE key=?)", (key,)
        ).fetchone()
        return (row[0], int(row[1])) if row else (b"", 0)

    def describe_input(self, path: str, kind: str) -> None:
        """What the input in use is called, once that is known."""
        with self._writing():
            self._settle_open()
            self._db.execute("UPDATE inputs SET path=?, kind=? WHERE id=?", (path, kind, self._input))
            self._changed("inputs")

    def inputs_of(self, prefix: str) -> int:
        """Number of inputs whose key begins so."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return int(self._db.execute("SELECT count(*) FROM inputs WHERE key >= ? AND key < ?", (prefix, end)).fetchone()[0])

    def knows(self, key: str) -> bool:
        """Whether there is an input with this key."""
        return self._db.execute("SELECT 1 FROM inputs WHERE key=?", (key,)).fetchone() is not None

    def secure(self) -> None:
        """What was committed so far outlives a power cut. (A commit is in the file's log; here the log gets to the disk.)"""
        try:
            log = os.open(f"{self._path}-wal", os.O_RDWR | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:  # all of it is in the file itself
            return
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror}.") from error
        try:
            os.fsync(log)
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror}.") from error
        finally:
            with suppress(OSError):
                os.close(log)

    # ---- messages set aside

    def park(self, receipt: Receipt, form: int, data: bytes) -> bool:
        """Set a message aside; False when there is no room for it."""
        held = int(self._db.execute("SELECT coalesce(sum(length(data)), 0) FROM parked").fetchone()[0])
        if held + len(data) > PARKED:
            return False
        with self._writing():
            self._receipts.note(receipt)
            self._settle_open()
            self._db.execute(
                "INSERT INTO parked(sensor, outbox, number, form, data) VALUES(?,?,?,?,?)",
                (receipt.sensor, receipt.outbox, receipt.number, form, data),
            )
            self._changed("sensors")
        return True

    def parked(self, forms: tuple[int, int], after: int = 0, limit: int = 256) -> list[Parked]:
        """Messages set aside whose version is between these two, in the order of their coming."""
        rows = self._db.execute(
            """SELECT id, sensor, outbox, number, form, data FROM parked WHERE form BETWEEN ? AND ? AND id > ?
            ORDER BY id LIMIT ?""",
            (*forms, after, limit),
        )
        return [Parked(row[0], Receipt(*row[1:4]), row[4], row[5]) for row in rows]

    def parked_by_sensor(self) -> dict[str, tuple[int, int]]:
        """Id of a sensor to (number of messages set aside, their newest version)."""
        return {
            row[0]: (row[1], row[2]) for row in self._db.execute("SELECT sensor, count(*), max(form) FROM parked GROUP BY sensor")
        }

    def unpark(self, id: int) -> None:
        """A message that was set aside is understood now: gone in the next transaction, with which its activities come."""
        self._unparked.append(id)

    def _write_receipts(self) -> None:
        """Inside a transaction, with what they are about."""
        self._receipts.write(self._db)
        if self._unparked:
            self._db.executemany("DELETE FROM parked WHERE id=?", [(one,) for one in self._unparked])
            self._unparked = []

    # ---- sensors

    def sensor_names(self) -> dict[str, str]:
        """Id of a sensor to its name."""
        return {row[0]: row[1] for row in self._db.execute("SELECT id, name FROM sensors")}

    def put_report(self, sensor: str, name: str, heard: int, report: str) -> None:
        """A sensor said this of itself. heard: UTC microseconds by this machine's clock."""
        with self._writing():
            self._db.execute(
                """INSERT INTO sensors(id, name, added, heard, report) VALUES(?1,?2,?3,?3,?4) ON CONFLICT(id) DO UPDATE
                SET name=excluded.name, heard=max(coalesce(heard, 0), excluded.heard), report=excluded.report""",
                (sensor, name, heard, report),
            )
            self._changed("sensors")

    def heard_of(self, sensors: dict[str, tuple[int, int]]) -> None:
        """Id of a sensor to (UTC microseconds when something came of it, activities more)."""
        with self._writing():
            self._write_pending()
            self._db.executemany(
                """INSERT INTO sensors(id, name, added, heard, activities) VALUES(?1,?1,?2,?2,?3) ON CONFLICT(id) DO UPDATE
                SET heard=max(coalesce(heard, 0), excluded.heard), activities=activities + excluded.activities""",
                [(sensor, at, count) for sensor, (at, count) in sensors.items()],
            )
            self._changed("sensors")
