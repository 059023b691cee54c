"""One live source in a process of its own: what the process writes, and how its parent reads it."""

import gc
import os
import queue
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from app import paths, starting
from app.link.codec import cleaned, encode_batch
from app.link.errors import ErrorLines
from app.link.sound import LATEST
from app.model.activity import Activity
from app.model.source import GrowingSource, LiveSource, Skipped
from app.sensor.live import reader_of
from app.sensor.sources.forwarded import MESSAGE, REPORT
from app.sensor.sources.living import Cannot, Limits

ACTIVITIES, STATUS, ENDED = 1, 2, 0
"""Kinds of what a source's process writes: a batch by app.link.codec, a Status by MessagePack; its end."""
PLACED = 5
"""A batch with the place up to which it tells all; MESSAGE and REPORT lie between."""
KINDS = (ACTIVITIES, STATUS, MESSAGE, REPORT, PLACED)
HEAD = struct.Struct(">IB")
"""Before each: its length, its kind."""
LARGEST = 1 << 28
EVERY = 0.25
"""Seconds between two words about how a source is doing."""
REFUSED = 3
"""Status of a process whose source cannot run at all: starting it again would not help."""
PIPE = 1 << 20
WISHES = 10_000
"""Addresses that wait for a resolver."""
F_SETPIPE_SZ = 1031


class Task(Struct, frozen=True, kw_only=True):
    """What a source's process is told. evidence: folder for the packets of its activities, "" for none.

    place: where an earlier run of the source was, as it put it with a batch.
    """

    spec: LiveSource
    key: str
    evidence: str = ""
    place: str = ""


class Counted(Struct, array_like=True, frozen=True):
    """How often, and where first."""

    count: int
    where: str


class Status(Struct, array_like=True, kw_only=True):
    """How a source is doing since its process began. dropped, notes: by sentence. level, skipped, expires: as in SourceState.

    picked: packets that were in question while something was left out.
    """

    state: str = "starting"
    error: str = ""
    records: int = 0
    bytes: int = 0
    last: int | None = None
    dropped: dict[str, Counted] = {}
    notes: dict[str, Counted] = {}
    level: float = 1.0
    skipped: tuple[Skipped, ...] = ()
    expires: int | None = None
    waiting: int = 0
    pressed: bool = False
    picked: int = 0


class Placed(Struct, array_like=True, frozen=True):
    """A batch by app.link.codec, and the place that is kept with it."""

    batch: bytes
    place: str


_encode = msgspec.msgpack.Encoder().encode
decode_placed: Callable[[bytes], Placed] = msgspec.msgpack.Decoder(Placed).decode
decode_status: Callable[[bytes], Status] = msgspec.msgpack.Decoder(Status).decode


class _Writer:
    """The outlet of a source: writes to a descriptor, and blocks while the parent is behind."""

    def __init__(self, descriptor: int, evidence: Path | None, place: str = "") -> None:
        self.evidence, self.place = evidence, place
        self._descriptor = descriptor
        self._writing, self._counting = threading.Lock(), threading.Lock()
        self._status = Status()
        self._changed = True
        self.wishes: queue.Queue[str] = queue.Queue(WISHES)
        self.limits = Limits()

    def wished(self) -> str:
        """As an Outlet."""
        try:
            return self.wishes.get_nowait()
        except queue.Empty:
            return ""

    def hear(self, line: bytes) -> None:
        """A line of the parent: new limits as a JSON object, or an address that somebody wants named.

        Addresses are forgotten while too many wait; what is not understood is passed over.
        """
        if line.startswith(b"{"):
            with suppress(msgspec.MsgspecError):
                self.limits = msgspec.json.decode(line, type=Limits)
            return
        with suppress(queue.Full):
            self.wishes.put_nowait(line.decode("ascii", "replace").strip())

    def left_out(self, level: float, picked: int, skipped: tuple[Skipped, ...]) -> None:
        """As an Outlet of a capture."""
        with self._counting:
            own = self._status
            own.level, own.picked, own.skipped, self._changed = level, picked, skipped, True

    def put(self, batch: list[Activity], place: str = "") -> None:
        """As an Outlet."""
        if batch:
            try:
                body = encode_batch(batch)
            except (UnicodeEncodeError, OverflowError):
                body = encode_batch(cleaned(batch))
            self._write(PLACED if place else ACTIVITIES, _encode(Placed(body, place)) if place else body)

    def received(self, records: int, bytes: int, last: int | None) -> None:
        """As an Outlet; a time that none can be is no time."""
        with self._counting:
            own = self._status
            own.records += records
            own.bytes += bytes
            if last is not None and 0 <= last < LATEST:
                own.last = last if own.last is None else max(own.last, last)
            self._changed = True

    def dropped(self, what: str, count: int, where: str = "") -> None:
        """As an Outlet."""
        with self._counting:
            self._add(self._status.dropped, what, where, count)

    def note(self, what: str, where: str, count: int = 1) -> None:
        """As an Outlet."""
        with self._counting:
            self._add(self._status.notes, what, where, count)

    def expires(self, at: int | None) -> None:
        """As an Outlet."""
        with self._counting:
            self._changed = self._changed or self._status.expires != at
            self._status.expires = at

    def forward(self, kind: int, body: bytes) -> None:
        """As an outlet for a hub."""
        self._write(kind, body)

    def behind(self, messages: int, pressed: bool) -> None:
        """As an outlet for a hub."""
        with self._counting:
            self._changed = self._changed or (self._status.waiting, self._status.pressed) != (messages, pressed)
            self._status.waiting, self._status.pressed = messages, pressed

    def state(self, state: str, error: str = "") -> None:
        """As an Outlet; written at once."""
        with self._counting:
            self._status.state, self._status.error, self._changed = state, error, True
        self.tell()

    def tell(self) -> None:
        """Write how the source is doing when that changed."""
        with self._counting:
            if not self._changed:
                return
            body = _encode(self._status)
            self._changed = False
        self._write(STATUS, body)

    def _add(self, where_to: dict[str, Counted], what: str, where: str, count: int) -> None:
        before = where_to.get(what)
        where_to[what] = Counted(before.count + count, before.where) if before else Counted(count, where)
        self._changed = True

    def _write(self, kind: int, body: bytes) -> None:
        left = memoryview(HEAD.pack(len(body), kind) + body)
        with self._writing:
            while left:
                left = left[os.write(self._descriptor, left) :]


def serve(
    line: bytes, descriptor: int, stop: threading.Event, more: Callable[[Callable[[bytes], None]], None] = lambda hear: None
) -> int:
    """Run the source of a Task (one line of JSON) until stop is set; returns the status of the process.

    more is given what takes the lines that the parent writes later (_Writer.hear).
    """
    task = msgspec.json.decode(line, type=Task)
    writer = _Writer(descriptor, Path(task.evidence) if task.evidence else None, task.place)
    more(writer.hear)
    over = threading.Event()

    def tell() -> None:
        with suppress(OSError):
            while not over.wait(EVERY):
                writer.tell()

    ticker = threading.Thread(target=tell, name="status", daemon=True)
    ticker.start()
    status = 0
    # As when a file is read: many short-lived values, few cycles.
    gc.set_threshold(200_000, 50, 50)
    try:
        reader_of(task.spec)(task.spec, task.key, writer, stop)
        writer.tell()
    except Cannot as error:
        writer.state("failed", str(error))
        status = REFUSED
    except BrokenPipeError:  # whoever listened is gone
        status = 1
    finally:
        over.set()
    return status


Got = Callable[["SourceProcess", int, bytes], None]


class SourceProcess:
    """The process of one source, read by a thread: got(self, kind, body) for all that it writes, ENDED last.

    got may block, which holds the source back. status: exit status once it ended; words: its last line of error output.
    """

    def __init__(self, task: Task, got: Got) -> None:
        line = msgspec.json.encode(task)
        self._piped = isinstance(task.spec, GrowingSource) and task.spec.path == "-"
        command = starting.command("_source", *(["--task", line.decode()] if self._piped else []))
        self._child: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            stdin=None if self._piped else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=paths.program(),
            start_new_session=os.name != "nt",  # a stroke of Ctrl-C is for us, who then stop it in order
        )
        self.status: int | None = None
        self.words = ""
        self._got = got
        self._stopped = 0.0
        self._limits = Limits()
        self._widen()
        if self._child.stdin is not None:
            with suppress(OSError):
                self._child.stdin.write(line + b"\n")
                self._child.stdin.flush()
        self._thread = threading.Thread(target=self._follow, name="source", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; returns at once."""
        self._stopped = self._stopped or time.monotonic()
        if self._child.stdin is not None:
            with suppress(OSError):
                self._child.stdin.close()
        elif self._child.poll() is None:
            self._child.terminate()

    def wish(self, addresses: list[str]) -> None:
        """Tell a resolver which addresses nobody named; or a hub's source what is stored, see app.sensor.sources.hub."""
        self._tell("".join(f"{one}\n" for one in addresses).encode())

    def govern(self, limits: Limits) -> None:
        """Tell it what it may use from now on; one that reads standard input cannot be told."""
        if limits != self._limits:
            self._limits = limits
            self._tell(msgspec.json.encode(limits) + b"\n")

    def _tell(self, lines: bytes) -> None:
        if self._child.stdin is not None and not self._stopped:
            with suppress(OSError, ValueError):
                self._child.stdin.write(lines)
                self._child.stdin.flush()

    def kill(self) -> None:
        """End it whatever it does."""
        if self._child.poll() is None:
            self._child.kill()

    @property
    def overdue(self) -> float:
        """Seconds since it was asked to end; 0 when it was not."""
        return time.monotonic() - self._stopped if self._stopped else 0.0

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._child.pid

    def _widen(self) -> None:
        if sys.platform == "linux":
            import fcntl

            assert self._child.stdout is not None
            with suppress(OSError):
                fcntl.fcntl(self._child.stdout.fileno(), F_SETPIPE_SZ, PIPE)

    def _follow(self) -> None:
        out: Any = self._child.stdout
        assert self._child.stderr is not None
        errors = ErrorLines(self._child.stderr, "source-errors")
        try:
            while len(head := out.read(HEAD.size)) == HEAD.size:
                length, kind = HEAD.unpack(head)
                if length > LARGEST or kind not in KINDS:
                    self.kill()
                    break
                body = out.read(length)
                if len(body) < length:
                    break
                self._got(self, kind, body)
        finally:
            self.status = self._child.wait()
            out.close()
            if self._child.stdin is not None:
                with suppress(OSError):
                    self._child.stdin.close()
            self.words = errors.last()
            self._got(self, ENDED, b"")
