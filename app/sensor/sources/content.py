"""The bytes of one input, mapped; compressed ones are unpacked to a nameless temporary file first."""

import gzip
import hashlib
import mmap
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

import zstandard
from msgspec import Struct

GZIP, ZSTD, ZIP = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
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


def packing(head: bytes) -> str:
    """Which wrapping a file that begins with head has: "gzip", "zstd", "zip" or ""."""
    for magic, name in ((GZIP, "gzip"), (ZSTD, "zstd"), (ZIP, "zip")):
        if head.startswith(magic):
            return name
    return ""


def _layer(stack: ExitStack, stream: IO[bytes], name: str) -> IO[bytes]:
    if name == "gzip":
        return cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=stream)))
    return cast(
        IO[bytes],
        stack.enter_context(zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(stream, read_across_frames=True)),
    )


def stream_of(stack: ExitStack, path: Path, member: str | None, layers: tuple[str, ...]) -> IO[bytes]:
    """Readable stream of the unpacked bytes of path, or of one member of the archive at path, through layers."""
    stream: IO[bytes]
    if member is not None:
        archive = stack.enter_context(zipfile.ZipFile(path))
        stream = stack.enter_context(archive.open(member))
    else:
        stream = stack.enter_context(path.open("rb"))
    for name in layers:
        stream = _layer(stack, stream, name)
    return stream


BROKEN = (
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    zstandard.ZstdError,
    gzip.BadGzipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What the unpackers raise on damaged, encrypted or unsupported data."""


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
                while block := stream.read(BLOCK):
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
