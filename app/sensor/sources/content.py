"""The bytes of one input, mapped; compressed ones are unpacked to a nameless temporary file first."""

import hashlib
import io
import mmap
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, cast

from msgspec import Struct

from app.sensor.sources.layers import BROKEN, packing, unwrapped

__all__ = ["BROKEN", "Content", "Refused", "content_key", "file_sha256", "open_content", "packing", "stream_of"]
LARGEST = 1 << 36
"""No compressed input may grow over this many bytes."""
RATIO, FREE = 250, 1 << 28
"""Compressed captures shrink 3 to 40 times; what grows over RATIO times, beyond FREE bytes, is a bomb."""
SPARE = 1 << 29
"""Bytes of disk that unpacking leaves free."""
BLOCK = 1 << 20
PAGE, PAGES = 4096, 64


class Refused(Exception):
    """An input that cannot be used; the text is one short sentence."""


class Content(Struct, frozen=True):
    """Mapped bytes of an input (b"" when empty); the mapping keeps a temporary file alive."""

    data: bytes | mmap.mmap


class Slice(io.RawIOBase):
    """A part of mapped bytes as a stream."""

    def __init__(self, data: bytes | mmap.mmap, start: int, size: int) -> None:
        self._data, self._at, self._end = data, start, min(start + size, len(data))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._end - self._at)
        buffer[:size] = self._data[self._at : self._at + size]
        self._at += size
        return size


def stream_of(stack: ExitStack, path: Path, member: str | None, layers: tuple[str, ...]) -> IO[bytes]:
    """Readable stream of the unpacked bytes of path, or of one member of the archive at path, through layers.

    With "tar" among the layers those before it are the archive's own, and member is the member's offset and size in it.
    """
    stream: IO[bytes]
    if member is not None and "tar" in layers:
        outer = layers.index("tar")
        start, _, size = member.partition("+")
        stream = cast(
            IO[bytes],
            stack.enter_context(io.BufferedReader(Slice(open_tar(path, layers[:outer])[0].data, int(start), int(size)))),
        )
        layers = layers[outer + 1 :]
    elif member is not None:
        archive = stack.enter_context(zipfile.ZipFile(path))
        stream = stack.enter_context(archive.open(member))
    else:
        stream = stack.enter_context(path.open("rb"))
    for name in layers:
        stream = unwrapped(stack, stream, name)
    return stream


def open_tar(path: Path, layers: tuple[str, ...]) -> tuple[Content, str]:
    """A whole tar archive as open_content() gives it; kept until another one is asked for. Raises OSError or Refused."""
    state = path.stat()
    ident = (str(path), layers, state.st_size, state.st_mtime_ns)
    if not _tar or _tar[0][0] != ident:
        _tar.clear()
        _tar.append((ident, *open_content(path, None, layers)))
    return _tar[0][1:]


_tar: list[tuple[tuple[object, ...], Content, str]] = []
"""The archive that was unpacked last."""


def open_content(
    path: Path, member: str | None = None, layers: tuple[str, ...] = (), cancelled: Callable[[], bool] = lambda: False
) -> tuple[Content, str]:
    """(content, problem): problem is "" or says why only the beginning could be unpacked. Raises OSError or Refused."""
    if member is None and not layers:
        with path.open("rb") as file:
            return Content(_mapped(file)), ""
    packed = max(path.stat().st_size, 1)
    room = shutil.disk_usage(tempfile.gettempdir()).free - SPARE
    problem, size = "", 0
    with tempfile.TemporaryFile() as out:
        try:
            with ExitStack() as stack:
                stream = stream_of(stack, path, member, layers)
                while block := stream.read1(BLOCK):  # type: ignore[attr-defined]  # all that comes before damage
                    size += len(block)
                    if size > LARGEST or (size > FREE and size > RATIO * packed):
                        raise Refused("unpacks to more than any capture does")
                    if size > room:
                        raise Refused("does not fit on the disk when unpacked")
                    out.write(block)
                    if cancelled():
                        break
        except BROKEN as error:
            if not size:
                raise Refused(f"cannot be unpacked: {_why(error)}") from error
            problem = f"unpacked only in part: {_why(error)}"
        out.flush()
        return Content(_mapped(cast(IO[bytes], out))), problem


def _why(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:120] or type(error).__name__


def _mapped(file: IO[bytes]) -> bytes | mmap.mmap:
    if not os.fstat(file.fileno()).st_size:
        return b""
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def content_key(data: bytes | mmap.mmap) -> str:
    """12 hex characters that stay the same for the same content: BLAKE2b over size, head, tail and sampled pages."""
    size = len(data)
    digest = hashlib.blake2b(size.to_bytes(8, "little"), digest_size=6)
    digest.update(data[: PAGE * 4])
    digest.update(data[max(0, size - PAGE * 4) :])
    if size > PAGE * (PAGES + 8):
        for number in range(1, PAGES + 1):
            at = size * number // (PAGES + 1)
            digest.update(data[at : at + PAGE])
    else:
        digest.update(data[:])
    return digest.hexdigest()


def file_sha256(path: Path, stop: Callable[[], bool] = lambda: False, size: int | None = None) -> str:
    """SHA-256 of the file as it lies on disk, or of its first size bytes; "" when it cannot be read or stop() said so."""
    digest, left = hashlib.sha256(), size if size is not None else LARGEST << 16
    try:
        with path.open("rb") as file:
            while block := file.read(min(BLOCK, left)):
                digest.update(block)
                left -= len(block)
                if stop():
                    return ""
    except OSError:
        return ""
    return digest.hexdigest()
