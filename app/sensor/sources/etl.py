"""Event trace files (.etl): buffers, events, and those that providers of identities wrote."""

from collections import Counter
from collections.abc import Generator
from itertools import count

from app.sensor.decoders.etw import LARGEST, TraceEvent, events_of, trace_header
from app.sensor.decoders.etw_fields import KNOWN, NAMES, TEMPLATES, fields_of
from app.sensor.events.record import EventRecord
from app.sensor.events.traces import TRACES
from app.sensor.events.translate import activities_of
from app.sensor.frame import Emit
from app.sensor.sources.content import Refused
from app.sensor.sources.reading import Note, Opening, Step

AT_ONCE = 1 << 20
"""Bytes between two steps, about."""
PROVIDERS = 4096
"""Distinct providers counted by name; the rest is counted together."""


def read_etl(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """Every event is counted; those whose payload is not taken apart are counted by their provider."""
    data, key = opening.data, opening.key
    head = trace_header(bytes(data[: LARGEST // 64]))
    if head is None:
        raise Refused("an event trace without its header")
    for what, lost in (("events that the trace session lost", head.lost), ("buffers that the trace session lost", head.buffers_lost)):
        if lost:
            note(what, "trace header", lost)
    wide, numbers, unread = head.pointer == 8, count(1), Counter[str]()
    first_of: dict[str, int] = {}

    def counted(what: str, place: int, many: int) -> None:
        note(what, f"byte {place}", many)

    records, first, last, done, damaged = 0, None, None, 0, False
    for place in range(0, len(data), head.buffer):
        buffer = bytes(data[place : place + head.buffer])
        size = int.from_bytes(buffer[:4], "little")
        if len(buffer) < head.buffer or size not in (0, head.buffer):
            note("event trace buffers that are cut or damaged", f"byte {place}")
            damaged = True
        for event in events_of(buffer, place, wide, counted):
            number = next(numbers)
            at = head.clock.micros(event.at)
            records += 1
            first, last = at if first is None else min(first, at), at if last is None else max(last, at)
            name = _told(event, at, number, key, emit)
            if name:
                if len(unread) < PROVIDERS or name in unread:
                    unread[name] += 1
                    first_of.setdefault(name, number)
                else:
                    unread["further providers"] += 1
        if place + head.buffer - done >= AT_ONCE:
            done = place + head.buffer
            yield Step(done, records, first, last, damaged)
            records, first, last, damaged = 0, None, None, False
    for name, many in unread.most_common():
        note(f"trace events of {name} are not taken apart", f"event {first_of.get(name, 0)}", many)
    yield Step(len(data), records, first, last, damaged)


def _told(event: TraceEvent, at: int, number: int, key: str, emit: Emit) -> str:
    """Emit what an event tells; the name of its provider when its payload is not taken apart, else ""."""
    if not event.provider:
        return "the kernel"
    id_ = event.opcode if event.classic else event.id
    template = TEMPLATES.get((event.provider, id_))
    if template is None:
        return NAMES.get(event.provider) or KNOWN.get(event.provider) or f"provider {event.provider}"
    fields = fields_of(template, event.payload)
    if fields is None:
        return f"{NAMES[event.provider]} with a payload that is cut"
    record = EventRecord(
        at=at, provider=NAMES[event.provider], event_id=id_, channel="ETW Trace", place=number, fields=fields
    )
    maker = TRACES.get((record.provider, id_))
    if maker is None:
        for activity in activities_of(record, key):
            emit(activity)
        return ""
    made = maker(record, key)
    if made is not None:
        emit(made)
    return ""
