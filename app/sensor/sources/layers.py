"""Wrappings that are taken off while reading: gzip, zstd, bzip2, xz, lz4; each with bounded memory."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from contextlib import ExitStack
from typing import IO, Any, cast

import zstandard

from app.sensor.sources import lz4

MEMORY = 1 << 28
"""Bytes that unpacking one xz stream may take; its own default for the strongest setting is 65 MB."""
BLOCK = 1 << 16
MAGIC = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\0", "xz"),
    (lz4.MAGIC, "lz4"),
    (b"PK\x03\x04", "zip"),
)
LAYERS = ("gzip", "zstd", "bzip2", "xz", "lz4")
BROKEN = (
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zstandard.ZstdError,
    gzip.BadGzipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What the unpackers raise on damaged, encrypted or unsupported data."""


def packing(head: bytes) -> str:
    """Which wrapping a file that begins with head has: one of LAYERS, "zip", "tar" or ""."""
    for magic, name in MAGIC:
        if head.startswith(magic):
            return name
    if head[:3] == b"BZh" and head[4:10] in (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90"):
        return "bzip2"
    return "tar" if is_tar(head) else ""


def is_tar(head: bytes) -> bool:
    """True for a header block of tar: its checksum is right (POSIX.1-1988 and the older form without "ustar")."""
    block = head[:512]
    if len(block) < 512 or not block[0] or not block[148:156].strip(b"\0 "):
        return False
    try:
        told = int(block[148:156].strip(b"\0 "), 8)
    except ValueError:
        return False
    return told == sum(block) - sum(block[148:156]) + 8 * 0x20


def unwrapped(stack: ExitStack, stream: IO[bytes], name: str) -> IO[bytes]:
    """A stream with one of LAYERS taken off."""
    inner: Any
    if name == "gzip":
        inner = gzip.GzipFile(fileobj=stream)
    elif name == "zstd":
        inner = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(stream, read_across_frames=True)
    elif name == "lz4":
        inner = io.BufferedReader(lz4.Lz4(stream), BLOCK)
    else:
        inner = io.BufferedReader(_Unpacking(stream, name), BLOCK)
    return cast(IO[bytes], stack.enter_context(inner))


class _Unpacking(io.RawIOBase):
    """bzip2 or xz, one stream after the other; raises EOFError when the last one is cut."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name
        self._unpacker = self._new()
        self._begun = False

    def _new(self) -> Any:
        return bz2.BZ2Decompressor() if self._name == "bzip2" else lzma.LZMADecompressor(memlimit=MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            if self._unpacker.eof:
                left = self._unpacker.unused_data.lstrip(b"\0") or self._stream.read(BLOCK).lstrip(b"\0")
                if not left:
                    return 0
                self._unpacker, given = self._new(), left
            else:
                given = self._stream.read(BLOCK) if self._unpacker.needs_input else b""
                if not given and self._unpacker.needs_input:
                    raise EOFError("it ends before its end marker")
            try:
                out = self._unpacker.decompress(given, len(buffer))
            except OSError as error:  # how bzip2 says that its data is damaged
                raise EOFError(str(error)) from error
            if out:
                buffer[: len(out)] = out
                return len(out)
