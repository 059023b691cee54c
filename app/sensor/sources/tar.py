"""Members of a tar archive that lies mapped: names, places, sizes; nothing is written anywhere."""

import re
from collections.abc import Iterator
from mmap import mmap

from app.sensor.sources.layers import is_tar

BLOCK = 512
REGULAR = (b"0", b"\0", b"7")
_OCTAL = re.compile(rb"[0-7]{1,12}")
NAME = 1 << 12
"""Bytes of a name that are kept."""


def members(data: bytes | mmap) -> Iterator[tuple[str, int, int]]:
    """(name, offset, size) of every regular file, also one that is cut at the end (its size is then what is there).

    Ends with a nameless one where a header is damaged, at that header. Long names of GNU and POSIX (pax) are understood;
    links, devices, sparse files are left out.
    """
    at, long_name, long_size = 0, b"", None
    while at + BLOCK <= len(data):
        head = bytes(data[at : at + BLOCK])
        size = _number(head[124:136]) if is_tar(head) else None
        if size is None:
            if head.strip(b"\0"):
                yield "", at, 0
            return
        kind, start = head[156:157], at + BLOCK
        if kind == b"L":
            long_name = bytes(data[start : start + min(size, NAME)]).split(b"\0")[0]
        elif kind == b"x":
            told = _extended(bytes(data[start : start + min(size, 1 << 16)]))
            long_name = told.get(b"path", long_name)[:NAME]
            long_size = _decimal(told.get(b"size"))
        elif kind not in (b"K", b"g"):
            if long_size is not None:
                size = long_size
            if kind in REGULAR:
                name = long_name or b"/".join(one for one in (_prefix(head), head[:100].split(b"\0")[0]) if one)
                if not name.endswith(b"/"):
                    yield name.decode("utf-8", "backslashreplace"), start, min(size, len(data) - start)
            elif kind in (b"1", b"2", b"3", b"4", b"5", b"6"):
                size = 0
            long_name, long_size = b"", None
        at = start + (size + BLOCK - 1) // BLOCK * BLOCK


def _prefix(head: bytes) -> bytes:
    return head[345:500].split(b"\0")[0] if head[257:263] == b"ustar\0" else b""


def _number(text: bytes) -> int | None:
    """A number of a header: octal digits, or binary when its first bit is set (GNU)."""
    if text[:1] == b"\x80":
        return int.from_bytes(text[1:], "big")
    digits = text.strip(b"\0 ") or b"0"
    return int(digits, 8) if _OCTAL.fullmatch(digits) else None  # int() also takes signs: a negative size leads back for ever


def _decimal(text: bytes | None) -> int | None:
    return int(text) if text is not None and text.isdigit() and len(text) < 16 else None


def _extended(data: bytes) -> dict[bytes, bytes]:
    """Records of a pax header: "LENGTH KEY=VALUE\\n"."""
    out: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + 8)
        length = _decimal(data[at:space]) if space > 0 else None
        if not length or length <= space - at + 1:
            break
        key, _, value = data[space + 1 : at + length].rstrip(b"\n").partition(b"=")
        out[key] = value
        at += length
    return out
