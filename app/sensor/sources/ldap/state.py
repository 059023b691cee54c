"""What the last synchronisation knew, in a file that only grows until it is written anew.

The file is a row of frames, each its length (4 bytes, little-endian) and a MessagePack value: objects, and after those of
one synchronisation a mark with the server's USN. Objects behind the last mark belong to a synchronisation that did not end
and are forgotten when it is read, so its changes are found, and told, again. It is read and written a frame at a time.
Delete it together with the workspace that it belongs to: a new workspace needs all objects again.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from app.sensor.decoders.directory.changes import Known

VERSION = 1
LARGEST = 1 << 28
SPARE = 4
"""The file is written anew when it holds more than so many times the objects that are known."""


class Mark(Struct, frozen=True, array_like=True, tag="mark"):
    """End of one synchronisation: server and its USN, UTC microseconds when it began, how many records were handed on."""

    version: int
    server: str
    usn: int
    at: int
    records: int


class Held(Struct, frozen=True, array_like=True, tag="held", gc=False):
    """One object by its GUID, as of a USN of the server."""

    guid: bytes
    usn: int
    known: Known


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Mark | Held).decode
_held = msgspec.msgpack.Decoder(Held).decode


class State:
    """Known objects, packed, by GUID; changes are appended to the file when there is one."""

    def __init__(self, path: Path | None) -> None:
        self.mark: Mark | None = None
        self._objects: dict[bytes, bytes] = {}
        self._path, self._frames = path, 0
        self._file: IO[bytes] | None = None
        self.damaged = False
        if path is not None and path.exists():
            self._read(path)

    def get(self, guid: bytes) -> Held | None:
        """What was known of this object."""
        packed = self._objects.get(guid)
        return None if packed is None else _held(packed)

    def put(self, held: Held) -> None:
        """Remember an object; it counts after the next commit. Raises OSError."""
        packed = _encode(held)
        self._objects[held.guid] = packed
        self._append(packed)

    def all(self) -> Iterator[Held]:
        """Every object that is known, also deleted ones."""
        for packed in list(self._objects.values()):
            yield _held(packed)

    def __len__(self) -> int:
        return len(self._objects)

    def commit(self, mark: Mark) -> None:
        """The synchronisation has ended and what it found was handed on. Raises OSError."""
        self.mark = mark
        if self._path is None:
            return
        if self._frames > SPARE * (len(self._objects) + 1000):
            self._rewrite()
        self._append(_encode(mark))
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def forget(self) -> None:
        """Know nothing any more. Raises OSError."""
        self.close()
        self.mark, self._objects, self._frames = None, {}, 0
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _append(self, packed: bytes) -> None:
        if self._path is None:
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab", 1 << 20)
        self._file.write(len(packed).to_bytes(4, "little"))
        self._file.write(packed)
        self._frames += 1

    def _rewrite(self) -> None:
        assert self._path is not None
        self.close()
        temporary = self._path.with_name(self._path.name + ".new")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb", 1 << 20) as out:
            for packed in self._objects.values():
                out.write(len(packed).to_bytes(4, "little"))
                out.write(packed)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(self._path)
        self._frames = len(self._objects)

    def _read(self, path: Path) -> None:
        """Take what is committed; the rest, and what is damaged, is cut off."""
        waiting: dict[bytes, bytes] = {}
        good = frames = 0
        with path.open("rb") as file:
            while len(size := file.read(4)) == 4:
                length = int.from_bytes(size, "little")
                packed = file.read(length) if length <= LARGEST else b""
                try:
                    found = _decode(packed)
                except (msgspec.MsgspecError, ValueError):  # ValueError: text that is no UTF-8
                    self.damaged = True
                    break
                frames += 1
                if isinstance(found, Held):
                    waiting[found.guid] = packed
                elif found.version != VERSION:
                    self.damaged = True
                    break
                else:
                    self._objects |= waiting
                    waiting.clear()
                    self.mark, good, self._frames = found, file.tell(), frames
        with path.open("r+b") as file:
            file.truncate(good)
