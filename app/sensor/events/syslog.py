"""One syslog message to the Windows event in it, whichever of the known forms it has."""

import re
from collections.abc import Callable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app.sensor.events import cef, json_forms, leef, qradar, rsa, snare, splunk
from app.sensor.events.message_text import fields_of
from app.sensor.events.record import EventRecord
from app.sensor.events.syslog_frame import Frame, frame_of, text_of
from app.sensor.events.xml_form import xml_record

LARGEST = 1 << 18
"""Bytes of a message that are looked at."""
SAMPLE = 200
"""Characters of a message that are kept as a sample."""
_AHEAD = 1024
"""A payload begins within so many characters of the body: relays put words of their own before it."""

_Form = Callable[[str, Frame, int, int], EventRecord | str]
_FORMS: tuple[tuple[re.Pattern[str], _Form], ...] = (
    (cef.BEGIN, cef.event_of),
    (leef.BEGIN, leef.event_of),
    (snare.BEGIN, snare.event_of),
    (qradar.BEGIN, qradar.event_of),
    (rsa.BEGIN, rsa.event_of),
    (splunk.BEGIN, splunk.event_of),
)
_ANY = re.compile("|".join(f"({one.pattern})" for one, _ in _FORMS) + r'|(\{\s*")')
_JSON = msgspec.json.Decoder()
_NXLOG = re.compile(r"NXLOG@\d+", re.I)


class Unknown(Struct, frozen=True, gc=False):
    """A message that tells no Windows event. sort: a short constant sentence; sample: its beginning in one line."""

    sort: str
    sample: str


def records_of(payload: bytes, at: int, ordinal: int) -> EventRecord | Unknown:
    """The event of one message. Never raises. ordinal: its number, from 1.

    at: UTC microseconds when it came; negative: the year of its time only; 0: neither. Where the message tells no time, that
    of its arrival is the event's, and 0 when nobody knows that. A time that cannot be is left as it is (sources.dated).
    """
    text = text_of(payload[:LARGEST])
    if not text.strip():
        return Unknown("empty syslog message", "")
    frame = frame_of(text, at)
    found = _payload(frame, at, ordinal)
    if isinstance(found, str):
        return Unknown(found, sample_of(text))
    return found


def sample_of(text: str) -> str:
    """The beginning of a message in one printable line."""
    cut = text[:SAMPLE]
    return "".join(one if one.isprintable() else " " for one in cut) + ("..." if len(text) > SAMPLE else "")


def _payload(frame: Frame, at: int, ordinal: int) -> EventRecord | str:
    body = frame.body
    start = body.find("<Event", 0, _AHEAD)
    if start >= 0 and body[start + 6 : start + 7] in (" ", ">"):
        record = xml_record(body[start : body.rfind("</Event>") + 8].encode("utf-8", "replace"), ordinal)
        return _counted(record, ordinal) or "XML message that is no Windows event"
    found = _ANY.search(body, 0, _AHEAD)
    if found is None:
        return _structured(frame, ordinal) or "syslog message that is no Windows event"
    if found[len(_FORMS) + 1] is not None:
        return _object(body[found.start() :], ordinal) or "JSON message that is no Windows event"
    form = _FORMS[(found.lastindex or 1) - 1][1]
    return form(body if form is splunk.event_of else body[found.start() :], frame, at, ordinal)


def _object(text: str, ordinal: int) -> EventRecord | str | None:
    try:
        value = _JSON.decode(text)
    except (msgspec.DecodeError, RecursionError):
        end = text.rfind("}")  # a relay may have put something behind it
        try:
            value = _JSON.decode(text[: end + 1])
        except (msgspec.DecodeError, RecursionError):
            return "JSON message that is cut or damaged"
    return _counted(json_forms.record_of(value, ordinal), ordinal) if isinstance(value, dict) else None


def _structured(frame: Frame, ordinal: int) -> EventRecord | None:
    """NXLog's own structured data (to_syslog_ietf) holds the fields that its JSON would."""
    for name, values in frame.structured.items():
        if _NXLOG.fullmatch(name) and "EventID" in values:
            whole: dict[str, object] = {**values, "Message": values.get("Message", frame.body)}
            whole.setdefault("Hostname", frame.host)
            return _counted(json_forms.record_of(whole, ordinal), ordinal)
    return None


def _counted(record: EventRecord | None, ordinal: int) -> EventRecord | None:
    """The record as one of this source: its place is the message's number; a message text alone is taken apart."""
    if record is None:
        return None
    fields = record.fields
    if len(fields) == 1 and "Message" in fields:
        fields = fields_of(record.event_id, fields["Message"]) or fields
    return replace(record, place=ordinal, ordinal=0, fields=fields)
