"""Reader of Windows events as JSON: one object a line, one array, or objects one after the other; see events.json_forms."""

import codecs
import re
from collections.abc import Generator, Iterator
from mmap import mmap
from typing import Any

import msgspec

from app.sensor.events.json_forms import record_of
from app.sensor.frame import Emit
from app.sensor.sources.event_xml import encoding_of
from app.sensor.sources.handing_on import HandingOn
from app.sensor.sources.reading import Note, Opening, Step

WINDOW = 1 << 18
LARGEST = 4 << 20
"""Bytes of one event."""
DEPTH = 200
HEAD, LOOKED = 1 << 23, 20
"""Bytes and lines that tell whether a file has one object on each line."""
NONE = "JSON that holds no Windows events in a form that is known"
_DECODER = msgspec.json.Decoder()
_MARK = re.compile(rb'["{}\[\]]')
_STRING_END = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.S)  # never steps back: that would cost memory for each character
Element = tuple[int, int, bytes]
"""(number of the element from 1, bytes of the input behind it, its text)."""


def read_event_json(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """Every event of the file; what is no JSON and what is no event is counted. ordinal: line or number of the element."""
    data, told = opening.data, HandingOn(opening, emit, note, NONE)

    for number, done, text in elements(data, note):
        where = f"line {number}"
        try:
            value: Any = _DECODER.decode(text)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            told.pass_over("lines that are no JSON", where)
        else:
            record = record_of(value, number, lambda what, where=where: note(what, where)) if isinstance(value, dict) else None  # type: ignore[misc]
            if record is None:
                told.pass_over("objects that are no Windows event", where)
            else:
                told.take(record, where)
        if told.due:
            yield told.step(done)
    yield told.end(len(data))


def elements(data: bytes | mmap, note: Note) -> Iterator[Element]:
    """The objects of a JSON text: those of its lines when each begins and ends on one, else those of its outermost array.

    An object that wraps an array ({"value": [...]}, {"hits": {"hits": [...]}}) is looked into.
    """
    if by_lines(data):
        yield from _lines(data, note)
    else:
        yield from _scanned(data, note)


def by_lines(data: bytes | mmap) -> bool:
    """True when one of the first lines is one whole object of some size; the very first may be damaged."""
    looked = 0
    for _, _, line in _lines(data[:HEAD], lambda what, where, count=1: None):
        looked += 1
        if looked > LOOKED or line.startswith(b"["):
            return False
        if not line.startswith(b"{") or _wraps(line):
            if looked == 1:
                return False
            continue
        try:
            value = _DECODER.decode(line)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            continue
        if isinstance(value, dict) and (len(value) > 2 or looked == 1):
            return True
    return False


def _wraps(line: bytes) -> bool:
    return re.match(rb'\{\s*"(?:value|hits|took|events|records|results|rows|Events)"\s*:', line) is not None


def _lines(data: bytes | mmap, note: Note) -> Iterator[Element]:
    held, number, name = b"", 0, encoding_of(bytes(data[:1024]))
    skipping = False
    for part, done in _utf8(data, name):
        pieces = (held + part).split(b"\n")
        held = pieces.pop()
        left = len(held) + sum(len(one) + 1 for one in pieces)
        for one in pieces:
            number += 1
            left -= len(one) + 1
            if skipping:
                skipping = False
                continue
            if line := one.strip():
                yield number, max(0, done - left), line
        if len(held) > LARGEST:
            if not skipping:
                note("lines too long for an event", f"line {number + 1}")
            skipping, held = True, b""
    if not skipping and (line := held.strip()):
        yield number + 1, len(data), line


def _utf8(data: bytes | mmap, name: str) -> Iterator[tuple[bytes, int]]:
    decoder = codecs.getincrementaldecoder(name)("replace") if name != "utf-8" else None
    for at in range(0, len(data), WINDOW):
        part, done = bytes(data[at : at + WINDOW]), min(at + WINDOW, len(data))
        if decoder is not None:
            part = decoder.decode(part, done == len(data)).encode("utf-8", "replace")
        if at == 0:
            part = part.removeprefix(b"\xef\xbb\xbf")
        yield part, done


def _floor(data: bytes | mmap) -> int:
    """How many brackets are open around an element: 1 in an array, 0 for objects in a row, -1 when it must be found."""
    _, text = next(((done, part.lstrip()) for part, done in _utf8(data[:4096], encoding_of(bytes(data[:1024])))), (0, b""))
    if text.startswith(b"["):
        return 1
    return -1 if _wraps(text) else 0


def _scanned(data: bytes | mmap, note: Note) -> Iterator[Element]:
    """Objects of an array, or one after the other whatever stands between them; found by counting brackets."""
    floor = _floor(data)
    wrapped = floor < 0
    held, at, start, number = b"", 0, -1, 0
    stack: list[bytes] = []
    for part, done in _utf8(data, encoding_of(bytes(data[:1024]))):
        held += part
        while (found := _MARK.search(held, at)) is not None:
            mark = found[0]
            if mark == b'"':
                end = _STRING_END.match(held, found.end())
                if end is None:
                    break
                at = end.end()
                continue
            at = found.end()
            if mark in (b"{", b"["):
                if floor < 0 and mark == b"{" and stack[-1:] == [b"["]:
                    floor = len(stack)
                if mark == b"{" and len(stack) == floor:
                    start = found.start()
                stack.append(mark)
                if len(stack) > DEPTH:
                    note("JSON nested too deep; the rest was not read", f"element {number + 1}")
                    return
            elif stack:
                stack.pop()
                if start >= 0 and len(stack) == floor:
                    number += 1
                    yield number, max(0, done - len(held) + at), held[start:at]
                    start = -1
                if wrapped and len(stack) < floor:
                    return
        keep = start if start >= 0 else at
        if len(held) - keep > LARGEST:
            note("an object too long for an event; the rest was not read", f"element {number + 1}")
            return
        held, at, start = held[keep:], at - keep, -1 if start < 0 else 0
    if stack:
        note("JSON that ends in the middle", f"element {number + 1}")
