"""A capture that is still being written: a growing file, standard input, or the output of another program."""

import hashlib
import io
import os
import select
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from app.sensor.frame import Records
from app.sensor.sources.clock import Clock
from app.sensor.sources.kinds import PCAP, PCAPNG
from app.sensor.sources.living import Cannot
from app.sensor.sources.pcap import Layout, layout, walk_pcap
from app.sensor.sources.pcapng import LARGEST, MAGIC, PACKETS, SECTION, walk_pcapng

NO_CAPTURE = "what comes is no capture; logs and directories are read as files, with analyze or by opening them"
BITE = 1 << 20
"""Bytes that are read at once; what is there is used at once, however little it is."""
PATIENCE = 0.2
"""Seconds between two looks at a file that did not grow."""
HEADERS = 1 << 20
"""Bytes of a section's headers (interfaces) that are remembered; no honest section has more."""

NEAR = 4096
"""Bytes before a place that tell whether a file is still the one that was read up to there."""
FIRST = 28
"""Bytes at the beginning of a capture that say how it is written."""

Note = Callable[[str, str, int], None]


class Place(Struct, frozen=True, array_like=True):
    """How far a file was read: offset in bytes, behind the last whole packet. mark: of what stands there and at the beginning.

    head: headers of a pcapng section that its next packets need, order: its byte order, "" for pcap.
    """

    offset: int
    mark: bytes
    head: bytes = b""
    order: str = ""


class Trail:
    """Where a walk is: place is written down as text, "" until there is one. more: windows of the same bytes follow.

    What is found in all windows up to one without more belongs to its place.
    """

    def __init__(self) -> None:
        self.place = ""
        self.more = False


class Feed(Protocol):
    """Where the bytes come from."""

    def read(self, seconds: float) -> bytes | None:
        """What came, b"" when nothing came within so many seconds, None at the end."""

    def restarted(self) -> str:
        """Why the next bytes begin a new capture, "" when they go on; asked before each read."""

    def resume(self) -> "tuple[Place, bytes] | None":
        """Where an earlier walk was, with the first bytes of the file, when the next bytes go on from there; asked once."""

    def mark(self, left: int) -> tuple[int, bytes] | None:
        """Offset of the bytes that come so many before the next ones, and their mark; None where nobody can go on later."""


class PipeFeed:
    """Bytes of an open descriptor, until its end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self, seconds: float) -> bytes | None:
        """As Feed; where pipes cannot be waited for (Windows) it waits until something comes."""
        if os.name != "nt" and not select.select([self._descriptor], [], [], seconds)[0]:
            return b""
        return os.read(self._descriptor, BITE) or None

    def restarted(self) -> str:
        """Never."""
        return ""

    def resume(self) -> None:
        """Never: what was read of a pipe is gone."""

    def mark(self, left: int) -> None:
        """None."""

    def close(self) -> None:
        """Nothing: whoever opened the descriptor closes it."""


class FileFeed:
    """Bytes of a file as it grows; a file that is cut, or another one under its name, begins anew.

    place: how far an earlier run read it, as a Trail wrote it down; what is no such place, or of another file, counts as none.
    """

    def __init__(self, path: Path, stop: threading.Event, place: str = "") -> None:
        self._path, self._stop, self._place = path, stop, place
        self._file: io.FileIO | None = None
        self._why = ""

    def _opened(self) -> io.FileIO:
        if self._file is None:
            try:
                self._file = io.FileIO(self._path)
            except OSError as error:
                raise Cannot(f"{self._path} cannot be read: {error.strerror}") from error
        return self._file

    def resume(self) -> tuple[Place, bytes] | None:
        """As Feed."""
        file = self._opened()
        place = _decoded(self._place)
        if place is None or place.offset > os.fstat(file.fileno()).st_size or self._marked(place.offset) != place.mark:
            return None
        first = file.read(FIRST)
        file.seek(place.offset)
        return place, first

    def mark(self, left: int) -> tuple[int, bytes] | None:
        """As Feed."""
        at = self._opened().tell() - left
        return at, self._marked(at)

    def _marked(self, at: int) -> bytes:
        """What tells the file by its first bytes and those before an offset; elsewhere in it is read on after that."""
        file = self._opened()
        here = file.tell()
        seen = hashlib.blake2b(digest_size=16)
        for begin, size in ((0, min(FIRST, at)), (max(0, at - NEAR), min(NEAR, at))):
            file.seek(begin)
            seen.update(file.read(size))
        file.seek(here)
        return seen.digest()

    def read(self, seconds: float) -> bytes | None:
        """As Feed; never at an end."""
        part = self._opened().read(BITE)
        if not part:
            self._stop.wait(seconds)
            self._look()
        return part or b""

    def _look(self) -> None:
        """Told only when all of the file that is open was read."""
        assert self._file is not None
        own = os.fstat(self._file.fileno())
        if own.st_size < self._file.tell():
            self._why = "the file became shorter; it is read from its beginning"
            self._file.seek(0)
            return
        try:
            there = self._path.stat()
        except OSError:  # moved away, and no new one yet
            return
        if not os.path.samestat(own, there) and not self._file.read(0) and own.st_size == self._file.tell():
            self._why = "another file took the place of this one; it is read on from there"
            self._file.close()
            self._file = io.FileIO(self._path)

    def restarted(self) -> str:
        """As Feed."""
        why, self._why = self._why, ""
        return why

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def feed_of(path: str, stop: threading.Event, place: str = "") -> PipeFeed | FileFeed:
    """The bytes of a growing file, "-" being standard input. place: how far an earlier run read it."""
    return PipeFeed(sys.stdin.fileno()) if path == "-" else FileFeed(Path(path), stop, place)


def _decoded(text: str) -> Place | None:
    try:
        place = msgspec.json.decode(text, type=Place) if text else None
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return None
    fits = place is not None and place.offset >= FIRST and place.order in ("", "<", ">") and len(place.head) <= HEADERS
    return place if fits else None


def windows(feed: Feed, note: Note, stop: threading.Event, trail: Trail | None = None) -> Iterator[Records | None]:
    """Windows of the packets that came whole, None when nothing came; ends with the bytes or when stop is set.

    trail: told, before each window, where the walk is behind it. Frames count from 1 wherever it began.
    Raises Cannot when what comes is no capture, OSError when it cannot be read any more.
    """
    trail = trail or Trail()
    resumed = feed.resume()
    whole = _Whole() if resumed is None else _Whole.at(*resumed)
    frame, clock = 1, Clock()
    while not stop.is_set():
        why = feed.restarted()
        if why:
            if whole.rest:
                note("last packet cut short", "", 1)
            note(why, f"frame {frame}", 1)
            whole = _Whole()
        part = feed.read(PATIENCE)
        if part is None:
            break
        got = whole.add(part) if part else b""
        if not got:
            yield None
            continue

        def broken(what: str, place: int, frame: int = frame) -> None:
            note(what, f"frame {frame}", 1)

        walk = walk_pcapng if whole.blocks else walk_pcap
        before: Records | None = None
        for one in clock.windows(walk(got, broken), broken):
            if before is not None:
                trail.more = True
                yield before
            before = msgspec.structs.replace(one, first=frame)
            frame += len(one.start)
        trail.more = False
        if (marked := feed.mark(len(whole.rest))) is not None:
            trail.place = msgspec.json.encode(whole.place(*marked)).decode()
        yield before
    if whole.rest:
        note("last packet cut short", f"frame {frame}", 1)


class _Whole:
    """Cuts a stream behind its last whole packet, and puts before each part the headers that it needs to be read alone."""

    def __init__(self) -> None:
        self.rest = b""
        self.blocks = False
        self._head = b""
        self._layout: Layout | None = None
        self._order = ""

    @classmethod
    def at(cls, place: Place, first: bytes) -> "_Whole":
        """As it was at a place of a file that begins with these bytes; whoever wrote down another place gets no packet of it."""
        whole = cls()
        whole.rest = first
        whole._begin()
        whole.rest = b""
        if whole.blocks:
            whole._head, whole._order = place.head, place.order or whole._order
        return whole

    def place(self, offset: int, mark: bytes) -> Place:
        """Where it is, when its rest begins at that offset."""
        return Place(offset, mark, self._head, self._order) if self.blocks else Place(offset, mark)

    def add(self, part: bytes) -> bytes:
        """A capture of the packets that are whole now, b"" when there are none. Raises Cannot when this is no capture."""
        self.rest += part
        if not self._layout and not self._order and not self._begin():
            return b""
        return self._of_blocks() if self.blocks else self._of_records()

    def _begin(self) -> bool:
        data = self.rest
        if data[:4] == PCAPNG:
            self.blocks = True
            if len(data) < 28:
                return False
            self._order = next((one for one in "<>" if struct.unpack_from(one + "I", data, 8)[0] == MAGIC), "")
            if not self._order:
                raise Cannot(NO_CAPTURE)
            return True
        if len(data) >= 4 and data[:4] not in PCAP:
            raise Cannot(NO_CAPTURE)
        if len(data) < 28:
            return False
        self._layout = layout(data)
        if self._layout is None:
            raise Cannot(NO_CAPTURE)
        self._head, self.rest = data[: self._layout.begin], data[self._layout.begin :]
        return True

    def _of_records(self) -> bytes:
        shape = self._layout
        assert shape is not None
        data, at, header = self.rest, 0, shape.header
        read, place = struct.Struct(shape.order + "I").unpack_from, 12 if shape.swapped else 8
        limit = len(data) - header
        while at <= limit:
            size = read(data, at + place)[0]
            if size > shape.largest:  # damage: whoever walks it finds the next record and counts
                at = len(data)
                break
            after = at + header + size
            if after > len(data):
                break
            at = after
        self.rest = data[at:]
        return self._head + data[:at] if at else b""

    def _of_blocks(self) -> bytes:
        data, at, packets, order, head = self.rest, 0, False, self._order, self._head
        own: list[bytes] = []
        while at + 12 <= len(data):
            kind, size = struct.unpack_from(order + "II", data, at)
            if kind == SECTION:
                order = "<" if struct.unpack_from("<I", data, at + 8)[0] == MAGIC else ">"
                size = struct.unpack_from(order + "I", data, at + 4)[0]
            if size < 12 or size & 3 or size > LARGEST:
                at, packets = len(data), True
                break
            if at + size > len(data):
                break
            if kind == SECTION:
                own, self._head = [], b""
            if kind in PACKETS:
                packets = True
            elif kind in (SECTION, 1):
                own.append(data[at : at + size])
            at += size
        self.rest, self._order = data[at:], order
        self._head += b"".join(own)
        if len(self._head) > HEADERS:
            raise Cannot("a section has more headers than any capture")
        return head + data[:at] if packets else b""
