"""The event in the JSON of the fast EVTX reader: typed, which takes half the time of the general form."""

from typing import Any

import msgspec
from msgspec import Struct, field

from app.sensor.events.json_forms import schema_record
from app.sensor.events.record import EventRecord
from app.sensor.events.times import instant
from app.sensor.events.values import MOST, event_data, text_of, user_data
from app.sensor.sources.evtx_chunks import Place


class _Attributes(Struct, gc=False):
    Name: str = ""
    SystemTime: str = ""
    UserID: str = ""


class _Element(Struct, gc=False):
    attributes: _Attributes = field(name="#attributes", default_factory=_Attributes)
    text: int = field(name="#text", default=-1)


class _System(Struct, gc=False):
    EventID: int | _Element
    TimeCreated: _Element
    Provider: _Element | None = None
    Keywords: str = "0x0"
    EventRecordID: int = 0
    Channel: str | None = ""
    Computer: str | None = ""
    Security: _Element | None = None


class _Event(Struct):
    System: _System
    EventData: dict[str, Any] | None = None
    UserData: dict[str, Any] | None = None


class _Log(Struct):
    Event: _Event


_TYPED, _ANY = msgspec.json.Decoder(_Log), msgspec.json.Decoder()


def record_of_fast(text: str, place: Place, ordinal: int) -> EventRecord | None:
    """The event in one text of the fast reader; None when it is none."""
    try:
        event = _TYPED.decode(text).Event
        system = event.System
        when = instant(system.TimeCreated.attributes.SystemTime)
        event_id = system.EventID if isinstance(system.EventID, int) else system.EventID.text
        if when is None or event_id < 0:
            return None
        keywords = int(system.Keywords, 16) & 0xFFFFFFFFFFFFFFFF
    except (msgspec.MsgspecError, ValueError):
        return _general(text, place, ordinal)
    data = event.EventData
    if data is None:
        fields = {}
    elif "Data" in data or "#attributes" in data or len(data) > MOST:
        fields = event_data(data)
    else:
        fields = {name: value if type(value) is str else text_of(value) for name, value in data.items()}
    if event.UserData is not None:
        fields |= user_data(event.UserData)
    provider, security = system.Provider, system.Security
    return EventRecord(
        at=when[0],
        provider=provider.attributes.Name if provider is not None else "",
        event_id=event_id & 0xFFFF,
        channel=system.Channel or "",
        computer=system.Computer or "",
        record=system.EventRecordID,
        place=place[2],
        ordinal=ordinal,
        keywords=keywords,
        sid=(security.attributes.UserID or None) if security is not None else None,
        fields=fields,
    )


def _general(text: str, place: Place, ordinal: int) -> EventRecord | None:
    """The same by the general form, for events that are odd in some way."""
    try:
        event = _ANY.decode(text)["Event"]
        return schema_record(event, event["System"], place[2], ordinal)
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError, RecursionError):
        return None
