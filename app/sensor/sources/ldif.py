"""Read a directory that was written to a file as LDIF (RFC 2849): each entry becomes a directory object.

Its date: an LDIF says nothing of when it was made, and the file's own time changes when it is copied. So the newest
whenChanged, lastLogonTimestamp, pwdLastSet or the like in it is taken, which is the latest moment that it surely knew of;
only where it holds none, the file's own time, with a note.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Generator, Iterator
from mmap import mmap

from app.model.activity import Activity
from app.model.counting import size
from app.sensor.decoders.directory.object import objects_of
from app.sensor.decoders.directory.values import filetime, generalized
from app.sensor.frame import Emit
from app.sensor.sources.content import Refused
from app.sensor.sources.dating import own_time
from app.sensor.sources.reading import Note, Opening, Step

LARGEST = 1 << 28
"""Bytes of one entry at most: a group of two million members."""
WIDE = 1 << 28
"""Bytes of a file in UTF-16 at most, for it has to be turned into UTF-8 as a whole."""
SHOWN = 1 << 20
"""Bytes of an entry that are shown."""
EVERY = 200
_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_TIMES = re.compile(
    rb"^(?:when(?:Changed|Created): *(\d{14}\.\d+Z)|(?:lastLogon|lastLogonTimestamp|pwdLastSet|badPasswordTime): *(\d{18}))\s*$",
    re.M | re.I,
)


def read_ldif(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """Reader of the kind "directory"; record is the entry's number in the file, from 1."""
    data = _utf8(opening.data)
    at = _date(data)
    if at is None:
        at = own_time(opening.found, note)
    number, since = 0, 0
    for start, end in _entries(data):
        if end - start > LARGEST:
            note(f"an entry larger than {size(LARGEST)} is left out", f"byte {start}")
            continue
        entry = _entry(data[start:end], start, note)
        if entry is None:
            continue
        number += 1
        ordinal = 0
        for one in objects_of(entry[0], entry[1]):
            emit(Activity(at=at, until=at, input=opening.key, record=number, ordinal=ordinal, detail=one))
            ordinal += 1
        if not ordinal:
            note("entries of classes that tell nothing of identities", f"byte {start}")
        since += 1
        if since >= EVERY:
            yield Step(min(end, len(opening.data)), since, at, at)
            since = 0
    yield Step(len(opening.data), since, at if since else None, at if since else None)


def entry_text(data: bytes | mmap, number: int) -> str:
    """The lines of an entry by its number in the file, from 1, as read_ldif counts. Raises ValueError when it is not there."""
    data = _utf8(data)
    count = 0
    for start, end in _entries(data):
        if end - start <= LARGEST and _entry(data[start:end], start, lambda what, where, count=1: None) is not None:
            count += 1
            if count == number:
                return data[start : min(end, start + SHOWN)].decode("utf-8", "replace").replace("\r\n", "\n")
    raise ValueError(f"there is no entry {number}")


def _utf8(data: bytes | mmap) -> bytes | mmap:
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return data
    if len(data) > WIDE:
        raise Refused(f"UTF-16 of more than {size(WIDE)}; save it as UTF-8 first")
    return data[:].decode("utf-16", "replace").encode("utf-8", "replace")


def _date(data: bytes | mmap) -> int | None:
    newest = 0
    for found in _TIMES.finditer(data):
        when, ticks = found.groups()
        newest = max(newest, (generalized(when) if when else filetime(ticks)) or 0)
    return newest or None


def _entries(data: bytes | mmap) -> Iterator[tuple[int, int]]:
    """Where each group of lines between blank lines begins and ends."""
    start = 3 if data[:3] == b"\xef\xbb\xbf" else 0
    for found in _END.finditer(data, start):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < len(data):
        yield start, len(data)


def _entry(raw: bytes, start: int, note: Note) -> tuple[str, dict[str, list[bytes]]] | None:
    """(distinguished name, values by attribute) of a group of lines; None when it is no entry, which is noted."""
    where = f"byte {start}"
    lines = raw.replace(b"\r\n", b"\n").replace(b"\n ", b"").split(b"\n")
    entry: dict[str, list[bytes]] = {}
    dn: bytes | None = None
    for line in lines:
        if line[:1] in (b"#", b"") or line == b"-":
            continue
        name, colon, value = line.partition(b":")
        if not colon:
            note("lines that are no attribute", where)
            continue
        if value[:1] == b":":
            try:
                value = b64decode(value[1:].strip(), validate=True)
            except (Error, ValueError):
                note("values in base64 that are damaged", where)
                continue
        elif value[:1] == b"<":
            note("values that are elsewhere (a URL) are not fetched", where)
            continue
        else:
            value = value.removeprefix(b" ").rstrip(b"\r")
        key = name.decode("ascii", "replace").lower()
        if ";" in key:
            key, option = key.split(";", 1)
            if option.startswith("range=") and not option.endswith("-*"):
                note("lists of members that the server had cut (range)", where)
        if key == "dn" and dn is None:
            dn = value
        else:
            entry.setdefault(key, []).append(value)
    return _usable(dn, entry, where, note)


def _usable(dn: bytes | None, entry: dict[str, list[bytes]], where: str, note: Note) -> tuple[str, dict[str, list[bytes]]] | None:
    entry.pop("version", None)
    if dn is None:
        if "result" in entry and "search" in entry:  # how ldapsearch ends its pages
            if not entry["result"][0].startswith(b"0"):
                note("the search that made it did not end well; entries are missing", where)
        elif entry and "ref" not in entry:
            note("groups of lines without a distinguished name", where)
        return None
    change = entry.pop("changetype", [b"add"])[0].strip().lower()
    if change != b"add":
        note("records of changes are not read", where)
        return None
    return dn[:4096].decode("utf-8", "replace"), entry
