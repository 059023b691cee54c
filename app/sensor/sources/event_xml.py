"""Reader of Windows events as XML: with or without a root, with rendered texts, in UTF-8, UTF-16 or an ANSI code page.

Each Event element is cut out and parsed by itself: nothing outside of them is believed, a broken one costs only itself, and
no document type or entity can be declared.
"""

import codecs
import re
from collections.abc import Generator, Iterator
from mmap import mmap

from app.sensor.events.xml_form import LARGEST, xml_record
from app.sensor.frame import Emit
from app.sensor.sources.handing_on import STEP, HandingOn
from app.sensor.sources.reading import Note, Opening, Step

WINDOW = 1 << 18
"""Bytes that are looked at once."""
"""Events between two steps."""
_BEGIN = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,30}:)?Event[\s>]")
_END = re.compile(rb"</(?:[A-Za-z_][\w.-]{0,30}:)?Event\s*>")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.-]{1,20})["']""", re.I)
_PAGES = {
    "windows-1252": "cp1252",
    "iso-8859-1": "cp1252",
    "us-ascii": "cp1252",
    "windows-1251": "cp1251",
    "windows-1250": "cp1250",
}
"""Encodings that are believed; all others are read as UTF-8."""


def read_event_xml(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """Every event of the file; broken ones are counted. ordinal: its number in the file, from 1."""
    data, told = opening.data, HandingOn(opening, emit, note, "XML that holds no Windows events")

    for number, (text, done) in enumerate(events(data, note), 1):
        record = xml_record(text, number)
        if record is None:
            note("events that are broken or say no id and time", f"event {number}")
        else:
            told.take(record, f"event {number}")
        if number % STEP == 0:
            yield told.step(done)
    yield told.end(len(data))


def events(data: bytes | mmap, note: Note) -> Iterator[tuple[bytes, int]]:
    """(one Event element as UTF-8, bytes of data behind it) in file order."""
    held = b""
    for part, done in _utf8(data):
        held += part
        at = 0
        while True:
            begin = _BEGIN.search(held, at)
            if begin is None:
                at = max(at, len(held) - 40)  # a beginning may be cut by the window
                break
            end = _END.search(held, begin.end())
            if end is None:
                at = begin.start()
                break
            start = begin.start()
            again = _BEGIN.search(held, begin.end(), end.start())
            while again is not None:  # the one before it has no end
                note("events without an end", f"byte {done - len(held) + start}")
                start = again.start()
                again = _BEGIN.search(held, again.end(), end.start())
            yield held[start : end.end()], done - max(0, len(held) - end.end())
            at = end.end()
        held = held[at:]
        if len(held) > LARGEST:
            beginnings = [one.start() for one in _BEGIN.finditer(held)]
            keep = next((one for one in beginnings if one > len(held) - WINDOW), len(held) - 40)
            note("events without an end", f"byte {done - len(held)}", sum(one < keep for one in beginnings))
            held = held[keep:]
    if _BEGIN.search(held):
        note("events without an end", f"byte {len(data) - len(held)}")


def _utf8(data: bytes | mmap) -> Iterator[tuple[bytes, int]]:
    """The text in windows, as UTF-8, each with how many bytes of data it took so far."""
    name = encoding_of(bytes(data[:1024]))
    if name == "utf-8":
        for at in range(0, len(data), WINDOW):
            yield bytes(data[at : at + WINDOW]), min(at + WINDOW, len(data))
        return
    decoder = codecs.getincrementaldecoder(name)("replace")
    for at in range(0, len(data), WINDOW):
        text = decoder.decode(bytes(data[at : at + WINDOW]), at + WINDOW >= len(data))
        yield text.encode("utf-8", "replace"), min(at + WINDOW, len(data))


def encoding_of(head: bytes) -> str:
    """Name of the codec of a text that begins so."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head[:2] == b"<\0":
        return "utf-16-le"
    found = _ENCODING.search(head)
    return _PAGES.get(found[1].decode("ascii").lower(), "utf-8") if found else "utf-8"
