"""Records of a log as they stand in it, many at once, so that they can be read alone."""

import re
from collections.abc import Collection, Iterator
from mmap import mmap
from pathlib import Path

import msgspec

from app.sensor.sources import evtx_wire as wire
from app.sensor.sources.content import Refused, content_key
from app.sensor.sources.event_json import elements
from app.sensor.sources.event_table import rows
from app.sensor.sources.event_xml import events
from app.sensor.sources.evtx_chunks import Chunk, chunks, content_of, mended
from app.sensor.sources.evtx_order import CHUNKS
from app.sensor.sources.evtx_process import Native
from app.sensor.sources.inputs import found_at, opened
from app.sensor.sources.ldif import entry_text
from app.sensor.sources.records import LIMIT, paragraph
from app.sensor.sources.syslog_file import messages

Place = tuple[int, int]
"""Activity.record, Activity.ordinal."""
_BREAKS = re.compile(rb"[\r\n]+")
FORMS = {
    "evtx": ".xml",
    "xml": ".xml",
    "json": ".jsonl",
    "table": ".jsonl",
    "syslog": ".log",
    "radius": ".txt",
    "directory": ".ldif",
}
"""Kinds of inputs whose records can be written again, with the ending of that file's name."""


def read_texts(path: Path, places: Collection[Place], key: str) -> tuple[str, dict[Place, bytes]]:
    """(kind, text of each of these records that is there) of the input that path names as Found.path does, in one walk.

    Raises OSError when the file cannot be read, ValueError when it is not the content of that key, or has no records.
    """
    try:
        found = found_at(path)
        data = opened(found)[0].data
    except Refused as error:
        raise ValueError(str(error)) from error
    if content_key(data) != key:
        raise ValueError("it has changed since it was read; read it again")
    wanted = set(places)
    match found.kind:
        case "evtx":
            got = _evtx(data, wanted)
        case "xml":
            got = _numbered((text for text, _ in events(data, _nothing)), wanted)
        case "json":
            # A line break inside an object stands between its parts: those of texts are escaped (RFC 8259 section 7).
            lines = ((number, _BREAKS.sub(b" ", text)) for number, _, text in elements(data, _nothing))
            got = _by_ordinal(lines, wanted)
        case "table":  # as the objects that they are read as: a row without the names of its columns says nothing
            got = _by_ordinal(((number, msgspec.json.encode(row)) for number, _, row in rows(data, _nothing)), wanted)
        case "syslog":
            got = ((place, text) for line, _, text in messages(data) for place in wanted if place[0] == line)
        case "radius":
            got = ((place, paragraph(data, place[0])) for place in sorted(wanted))
        case "directory":
            got = ((place, entry_text(data, place[0]).encode()) for place in sorted(wanted))
        case _:
            raise ValueError(f"inputs of the kind {found.kind} have no records to show")
    return found.kind, dict(got)


def texts_file(kind: str, texts: Collection[bytes]) -> bytes:
    """The file of these records, in a form that can be read as an input."""
    if kind in ("evtx", "xml"):
        return b'<?xml version="1.0" encoding="utf-8"?>\n<Events>\n' + b"".join(one + b"\n" for one in texts) + b"</Events>\n"
    between = b"\n" if kind in ("json", "table", "syslog") else b"\n\n"
    return between.join(one.strip(b"\r\n") for one in texts) + b"\n"


def _nothing(what: str, where: str, count: int = 1) -> None:
    """Problems were told when the input was read."""


def _numbered(texts: Iterator[bytes], wanted: set[Place]) -> Iterator[tuple[Place, bytes]]:
    return _by_ordinal(enumerate(texts, 1), wanted)


def _by_ordinal(texts: Iterator[tuple[int, bytes]], wanted: set[Place]) -> Iterator[tuple[Place, bytes]]:
    """Those whose number is an ordinal that is wanted."""
    left: dict[int, list[Place]] = {}
    for place in wanted:
        left.setdefault(place[1], []).append(place)
    for number, text in texts:
        for place in left.pop(number, ()):
            yield place, text
        if not left:
            return


def _evtx(data: bytes | mmap, wanted: set[Place]) -> Iterator[tuple[Place, bytes]]:
    """Chunk by chunk, as the records' places say."""
    left = set(wanted)
    child = Native(limit=LIMIT)
    try:
        for chunk in chunks(data):
            if isinstance(chunk, tuple):
                continue
            numbers = [one[2] for one in chunk.places]
            here = {
                place
                for place in left
                if place[0] in numbers
                and place[1] % CHUNKS in (0, chunk.number + 1)
                and numbers.count(place[0]) > place[1] // CHUNKS
            }
            if here:
                yield from _of_chunk(child, mended(content_of(data, chunk), chunk), chunk, here)
                left -= here
            if not left:
                return
    finally:
        child.close()


def _of_chunk(child: Native, whole: bytes, chunk: Chunk, here: set[Place]) -> Iterator[tuple[Place, bytes]]:
    parts = child.ask(wire.Ask("xml", [whole])) or [wire.Part()]
    numbers = [int.from_bytes(parts[0].numbers[at : at + 8], "little") for at in range(0, len(parts[0].numbers), 8)]
    texts: dict[int, list[str]] = {}
    for at, text in parts[0].texts:
        texts.setdefault(numbers[at], []).append(text)
    for record, ordinal in sorted(here):
        found = texts.get(record, [])
        rank = ordinal // CHUNKS
        text = found[rank] if len(found) > rank else ""
        if not text:  # the second reader copes with more damage
            offset = [one[0] for one in chunk.places if one[2] == record][rank]
            second = child.ask(wire.Ask("second", [whole], [], [offset]))
            text = second[0].texts[0][1] if second and second[0].texts else ""
        # A parser of XML would read a carriage return as a line's end (XML 1.0 section 2.11).
        for event, _ in events(text.replace("\r", "&#13;").encode("utf-8", "replace"), _nothing):
            yield (record, ordinal), event
            break
