"""One record of a log again, for the analyst who wants to see what an activity came from."""

from mmap import mmap
from pathlib import Path

import msgspec
from msgspec import Struct

from app.sensor.events.json_forms import record_of
from app.sensor.events.record import EventRecord
from app.sensor.events.xml_form import xml_record
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
from app.sensor.sources.syslog_file import messages
from app.sensor.sources.xml_text import pretty

TEXTS = frozenset({"evtx", "xml", "json", "table", "syslog", "directory", "radius"})
"""Kinds of inputs whose records can be shown again."""
LONGEST = 1 << 20
"""Bytes of a paragraph."""
LIMIT = 10.0
"""Seconds that the reader of event logs may take for it."""


class RecordText(Struct, frozen=True, kw_only=True):
    """at: UTC microseconds. form: "xml", "json" or "text". text: laid out for reading. fields: (name, value)."""

    at: int
    form: str
    text: str
    fields: tuple[tuple[str, str], ...] = ()


def read_record(path: Path, record: int, ordinal: int, key: str | None = None) -> RecordText:
    """The record with this locator (Activity.record, Activity.ordinal) of the input that path names as Found.path does.

    Raises OSError when the file cannot be read, ValueError when it holds no such record, or when key is given and is not
    the content key of what is there now: another file's record proves nothing.
    """
    try:
        found = found_at(path)
        data = opened(found)[0].data
    except Refused as error:
        raise ValueError(str(error)) from error
    if key is not None and content_key(data) != key:
        raise ValueError("it has changed since it was read; read it again")
    match found.kind:
        case "evtx":
            return _evtx(data, record, ordinal)
        case "xml":
            return _xml(data, ordinal)
        case "json":
            return _json(data, ordinal)
        case "table":
            return _table(data, ordinal)
        case "syslog":
            return _syslog(data, record)
        case "directory":
            return RecordText(at=0, form="text", text=entry_text(data, record))
        case "radius":
            text = paragraph(data, record).decode("utf-8", "replace")
            return RecordText(at=0, form="text", text=text.replace("\r\n", "\n").replace("\t", "    "))
    raise ValueError(f"inputs of the kind {found.kind} have no records to show")


def _nothing(what: str, where: str, count: int = 1) -> None:
    """Problems were told when the input was read."""


def _told(text: str, form: str, event: EventRecord | None) -> RecordText:
    if event is None:
        return RecordText(at=0, form=form, text=text)
    named = (
        ("EventID", str(event.event_id)),
        ("Provider", event.provider),
        ("Channel", event.channel),
        ("Computer", event.computer),
        ("EventRecordID", str(event.record)),
        *event.fields.items(),
    )
    return RecordText(at=event.at, form=form, text=text, fields=named)


def _xml(data: bytes | mmap, ordinal: int) -> RecordText:
    for number, (text, _) in enumerate(events(data, _nothing), 1):
        if number == ordinal:
            return _told(pretty(text), "xml", xml_record(text, number))
    raise ValueError(f"there is no event {ordinal}")


def _json(data: bytes | mmap, ordinal: int) -> RecordText:
    for number, _, text in elements(data, _nothing):
        if number < ordinal:
            continue
        if number > ordinal:
            break
        try:
            value = msgspec.json.decode(text)
            laid_out = msgspec.json.format(text, indent=2).decode("utf-8", "replace")
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return RecordText(at=0, form="json", text=text.decode("utf-8", "replace"))
        return _told(laid_out, "json", record_of(value, number) if isinstance(value, dict) else None)
    raise ValueError(f"there is no event on line {ordinal}")


def _table(data: bytes | mmap, ordinal: int) -> RecordText:
    for number, _, row in rows(data, _nothing):
        if number == ordinal:
            laid_out = msgspec.json.format(msgspec.json.encode(row), indent=2).decode("utf-8", "replace")
            return _told(laid_out, "json", record_of(row, number))
    raise ValueError(f"there is no row {ordinal}")


def _syslog(data: bytes | mmap, record: int) -> RecordText:
    for line, _, message in messages(data):
        if line == record:
            return RecordText(at=0, form="text", text=message.decode("utf-8", "replace"))
    raise ValueError(f"there is no message on line {record}")


def paragraph(data: bytes | mmap, record: int) -> bytes:
    """The lines from this one (numbers from 1) to the next empty one. Raises ValueError when there is no such line."""
    at, size = 0, len(data)
    for _ in range(record - 1):
        at = data.find(b"\n", at, size) + 1
        if not at:
            raise ValueError(f"there is no line {record}")
    found = [end for mark in (b"\n\n", b"\n\r\n") if (end := data.find(mark, at, at + LONGEST)) >= 0]
    return data[at : min(found, default=min(size, at + LONGEST))]


def _evtx(data: bytes | mmap, record: int, ordinal: int) -> RecordText:
    number, rank = ordinal % CHUNKS, ordinal // CHUNKS
    for chunk in chunks(data):
        if isinstance(chunk, tuple) or (number and chunk.number != number - 1):
            continue
        positions = [at for at, one in enumerate(chunk.places) if one[2] == record]
        if len(positions) > rank:
            return _of_chunk(mended(content_of(data, chunk), chunk), chunk, positions[rank], rank)
    raise ValueError(f"there is no record {record}")


def _of_chunk(bytes_here: bytes, chunk: Chunk, position: int, rank: int) -> RecordText:
    place = chunk.places[position]
    child = Native(limit=LIMIT)
    try:
        parts = child.ask(wire.Ask("xml", [bytes_here])) or [wire.Part()]
        numbers = [int.from_bytes(parts[0].numbers[at : at + 8], "little") for at in range(0, len(parts[0].numbers), 8)]
        texts = [text for at, text in parts[0].texts if numbers[at] == place[2]]
        text = texts[rank] if len(texts) > rank else ""
        if not text:
            second = child.ask(wire.Ask("second", [bytes_here], [], [place[0]]))
            text = second[0].texts[0][1] if second and second[0].texts else ""
    finally:
        child.close()
    if not text:
        raise ValueError(f"record {place[2]} cannot be made out")
    data = text.encode("utf-8", "replace")
    return _told(pretty(data), "xml", xml_record(data, 0, place[2]))
