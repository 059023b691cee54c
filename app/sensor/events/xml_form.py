"""One event as XML, as an EventRecord: no entities, no document type, bounded depth."""

import re
from xml.parsers import expat

from app.sensor.events.record import EventRecord
from app.sensor.events.times import instant
from app.sensor.events.values import add

DEPTH = 48
_ILLEGAL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:1?[0-8bcef]|1[9ad])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.I)
LARGEST = 4 << 20
"""Bytes of one event; Windows allows 64 KiB."""


class _Refused(Exception):
    """What an event never holds."""


class _Reading:
    """Collects what System, EventData and UserData of one event say."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.system: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self.message = ""
        self.name = ""
        self.text: list[str] = []
        self.leaf = False
        self.unnamed = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        self.path.append(tag)
        if len(self.path) > DEPTH:
            raise _Refused
        self.text, self.leaf = [], True
        if len(self.path) == 3 and self.path[1] == "System":
            for name, value in attributes.items():
                self.system[f"{tag}.{name}"] = value
        elif len(self.path) >= 3 and self.path[1] == "EventData":
            self.name = attributes.get("Name", "")

    def characters(self, text: str) -> None:
        self.text.append(text)

    def end(self, tag: str) -> None:
        path, leaf = self.path, self.leaf
        here = path.pop()
        self.leaf = False
        if not leaf or not path:
            return
        text = "".join(self.text)
        if "\n" in text and text.isspace():  # layout of a writer that breaks empty elements
            text = ""
        part = path[1] if len(path) > 1 else ""
        if part == "System" and len(path) == 2:
            self.system[here] = text.strip()
        elif part == "EventData":
            name = self.name
            if not name and here == "Data":
                self.unnamed += 1
                name = f"param{self.unnamed}"
            add(self.fields, name or here, text)
        elif part == "UserData":
            add(self.fields, here, text)
        elif part == "RenderingInfo" and here == "Message":
            self.message = text

    def refuse(self, *_: object) -> None:
        raise _Refused


def _read(data: bytes) -> _Reading | None:
    if len(data) > LARGEST:
        return None
    reading = _Reading()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.characters
    parser.StartDoctypeDeclHandler = reading.refuse
    parser.EntityDeclHandler = reading.refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, _Refused, ValueError):
        return None
    return reading


def _cleaned(data: bytes) -> bytes:
    """What writers leave in that XML does not allow: control characters, and bytes that are no UTF-8."""
    return _ILLEGAL.sub(b"?", data[:LARGEST].decode("utf-8", "replace").encode())


def xml_record(data: bytes, ordinal: int, place: int | None = None) -> EventRecord | None:
    """The event in one Event element (UTF-8), None when it is broken or says no event id or time.

    place: as in EventRecord, by default its EventRecordID.
    """
    reading = _read(data) or _read(_cleaned(data))
    if reading is None:
        return None
    system = reading.system
    when = instant(system.get("TimeCreated.SystemTime", ""))
    try:
        event_id, record = int(system["EventID"]), int(system.get("EventRecordID") or 0)
        keywords = int(system.get("Keywords") or "0", 16)
    except (KeyError, ValueError):
        return None
    if when is None:
        return None
    fields = reading.fields
    if not fields and reading.message:
        fields["Message"] = reading.message
    return EventRecord(
        at=when[0],
        provider=system.get("Provider.Name", ""),
        event_id=event_id & 0xFFFF,
        channel=system.get("Channel", ""),
        computer=system.get("Computer", ""),
        record=record,
        place=record if place is None else place,
        ordinal=ordinal,
        keywords=keywords & 0xFFFFFFFFFFFFFFFF,
        sid=system.get("Security.UserID") or None,
        fields=fields,
    )


def data_fields(text: str) -> dict[str, str]:
    """Fields of an EventData element, alone or wrapped in another, as some tables keep it; {} when it is none."""
    begin, end = text.find("<EventData"), text.rfind("</EventData>")
    if not 0 <= begin < end:
        return {}
    reading = _read(b"<Event>" + text[begin : end + 12].encode("utf-8", "replace") + b"</Event>")
    return reading.fields if reading is not None else {}
