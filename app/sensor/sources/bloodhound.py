"""Read a SharpHound or BloodHound collection: each collected element becomes a directory object.

One file holds one array of elements, up to gigabytes of it: the elements are cut out of the mapped bytes one at a time and
only then parsed. Versions 3 to 6 are read ("data", or before version 4 the type's own name, beside "meta").
Its date: "meta" has none. SharpHound and its kin begin the file's name with YYYYMMDDhhmmss, by the clock and in the zone of
the machine that collected. The newest time in the properties (whencreated, pwdlastset, lastlogon, lastlogontimestamp) is
known to be UTC and no later than the collection; the later of the two is taken. Without both, the date that the archive
gives its member, or that of the file, with a note.
"""

import re
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from mmap import mmap

import msgspec

from app.model.activity import Activity
from app.sensor.decoders.directory.collected import CLASSES, objects_of
from app.sensor.decoders.instants import LATEST
from app.sensor.frame import Emit
from app.sensor.sources.content import Refused
from app.sensor.sources.dating import own_time
from app.sensor.sources.inputs import Found
from app.sensor.sources.reading import Note, Opening, Step

LARGEST = 1 << 28
"""Bytes of one element at most."""
DEPTH = 64
"""Braces inside braces of one element at most."""
EVERY = 100
_KEY = re.compile(rb'"([a-zA-Z]{2,20})"\s*:\s*\[')
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[{}\]]', re.S)
"""A string (an endless one reaches to the end, or looking for its end at every quote would take for ever) or a bracket."""
_META = re.compile(rb'"meta"\s*:\s*(\{[^{}]{0,2000}\})')
_TIMES = re.compile(rb'"(?:whencreated|pwdlastset|lastlogon|lastlogontimestamp)"\s*:\s*(\d{9,10})(?!\d)', re.I)
_NAME = re.compile(r"(?:^|[/\\])((?:19|20)\d{12})_[^/\\]*\Z")


class Meta(msgspec.Struct, frozen=True):
    """What a collection says of itself; type: a word of CLASSES; count: elements, or -1."""

    type: str = ""
    count: int = -1
    version: int = 0


def read_bloodhound(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """Reader of the kind "bloodhound"; record is the element's number in the array, from 1."""
    data = opening.data
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused("a collection in UTF-16; save it as UTF-8 first")
    meta = _meta(data)
    start, kind = _array(data, meta)
    at = _date(opening.found, data, note)
    number = since = damaged = 0
    for begin, end in _elements(data, start):
        number += 1
        if end < 0:
            note("the collection is cut short or damaged; the rest is not read", f"byte {begin}")
            damaged = 1
            break
        try:
            one = msgspec.json.decode(data[begin:end]) if end - begin <= LARGEST else None
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            one = None
        if not isinstance(one, dict):
            note("elements that are no JSON or too large", f"byte {begin}")
            continue
        for ordinal, found in enumerate(objects_of(kind, one)):
            emit(Activity(at=at, until=at, input=opening.key, record=number, ordinal=ordinal, detail=found))
        since += 1
        if since >= EVERY:
            yield Step(end, since, at, at)
            since = 0
    if not damaged and meta.count >= 0 and meta.count != number:
        note("the collection counts other elements than it holds", f"meta: {meta.count} counted, {number} held")
    yield Step(len(data), since, at if since else None, at if since else None, damaged=bool(damaged))


def _meta(data: bytes | mmap) -> Meta:
    """The collection's own words, at its end or its beginning; without them its elements have no known type."""
    size = len(data)
    for part in (data[max(0, size - 4096) :], data[:4096]):
        for found in reversed(list(_META.finditer(part))):
            try:
                return msgspec.json.decode(found[1], type=Meta)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue
    return Meta()


def _array(data: bytes | mmap, meta: Meta) -> tuple[int, str]:
    """(offset behind the array's bracket, type of its elements). Raises Refused."""
    for found in _KEY.finditer(data, 0, min(len(data), 1 << 16)):
        name = found[1].decode("ascii").lower()
        if name == "data":
            if not meta.type:
                raise Refused("a collection whose end, which says what it holds, is missing")
            return found.end(), meta.type.lower()
        if name in CLASSES:
            return found.end(), name
        break
    raise Refused("no collection of SharpHound: it has no array of elements")


def _elements(data: bytes | mmap, at: int) -> Iterator[tuple[int, int]]:
    """Beginning and end of each object of the array; an end of -1 where the bytes end or nest too deeply inside one."""
    depth = begin = 0
    for found in _TOKEN.finditer(data, at):
        what = data[found.start()]
        if what == 0x7B:
            if not depth:
                begin = found.start()
            depth += 1
            if depth > DEPTH:
                yield begin, -1
                return
        elif what == 0x7D:
            depth -= 1
            if depth == 0:
                yield begin, found.end()
            elif depth < 0:
                return
        elif what == 0x5D and not depth:
            return
    yield begin if depth else len(data), -1


def _date(found: Found, data: bytes | mmap, note: Note) -> int:
    """UTC microseconds of the collection, as the module says."""
    newest = max((int(one[1]) for one in _TIMES.finditer(data)), default=0)
    at = newest * 1_000_000 if newest * 1_000_000 < LATEST else 0
    named = _NAME.search(found.member or found.path)
    if named:
        try:
            when = datetime.strptime(named[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            pass
        else:
            at = max(at, int(when.timestamp()) * 1_000_000)
    return at or own_time(found, note)
