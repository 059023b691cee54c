"""Event trace files (.etl): buffers, events, and those that providers of identities wrote."""

from collections.abc import Generator

from app.sensor.decoders.etw import LARGEST, TraceEvent, TraceHeader, events_of, trace_header
from app.sensor.decoders.etw_fields import KNOWN, NAMES, NETLOGON, NTLM, TEMPLATES, fields_of
from app.sensor.decoders.instants import can_be
from app.sensor.events.record import EventRecord
from app.sensor.events.translate import activities_of
from app.sensor.frame import Emit
from app.sensor.sources.content import Refused
from app.sensor.sources.reading import Note, Opening, Step

AT_ONCE = 1 << 20
"""Bytes between two steps, about."""
CHANNELS = {NTLM: "Microsoft-Windows-NTLM/Operational", NETLOGON: "Microsoft-Windows-NTLM/Operational"}
"""Log that the same events are written to, by which they are told from those of other providers."""
PROVIDERS = 4096
"""Distinct providers counted by name; the rest is counted together."""


class Trace:
    """What a trace has told so far; buffers are given to it one after the other."""

    def __init__(self, head: TraceHeader, key: str, emit: Emit) -> None:
        self.head, self.events = head, 0
        self._key, self._emit = key, emit
        self._unread: dict[str, tuple[int, int]] = {}

    def buffer(self, data: bytes, place: int, note: Note) -> tuple[int, int | None, int | None]:
        """Tell the events of one whole buffer; returns their number and first and last time in UTC microseconds."""
        records, first, last = 0, None, None
        for event in events_of(data, place, self.head.pointer == 8, lambda what, at, many: note(what, f"byte {at}", many)):
            self.events += 1
            records += 1
            at = self.head.clock.micros(event.at)
            if not can_be(at):
                note("trace events with an impossible time", f"byte {event.place}")
                continue
            first, last = at if first is None else min(first, at), at if last is None else max(last, at)
            name = self._told(event, at)
            if name:
                if name not in self._unread and len(self._unread) >= PROVIDERS:
                    name = "further providers"
                count, number = self._unread.get(name, (0, self.events))
                self._unread[name] = (count + 1, number)
        return records, first, last

    def close(self, note: Note) -> None:
        """Say what was not taken apart."""
        for name, (many, number) in sorted(self._unread.items(), key=lambda one: (-one[1][0], one[0])):
            note(f"trace events of {name} are not taken apart", f"event {number}", many)

    def _told(self, event: TraceEvent, at: int) -> str:
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
            at=at, provider=NAMES[event.provider], event_id=id_, channel=CHANNELS.get(event.provider, "ETW Trace"),
            place=self.events, fields=fields,
        )  # fmt: skip
        for activity in activities_of(record, self._key):
            self._emit(activity)
        return ""


def read_etl(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """Every event is counted; those whose payload is not taken apart are counted by their provider."""
    data = opening.data
    head = trace_header(bytes(data[: LARGEST // 64]))
    if head is None:
        raise Refused("an event trace without its header")
    lost = (("events that the trace session lost", head.lost), ("buffers that the trace session lost", head.buffers_lost))
    for what, many in lost:
        if many:
            note(what, "trace header", many)
    trace = Trace(head, opening.key, emit)
    done, records, first, last, damaged = 0, 0, None, None, False
    for place in range(0, len(data), head.buffer):
        buffer = bytes(data[place : place + head.buffer])
        if len(buffer) < head.buffer or int.from_bytes(buffer[:4], "little") not in (0, head.buffer):
            note("event trace buffers that are cut or damaged", f"byte {place}")
            damaged = True
        many, low, high = trace.buffer(buffer, place, note)
        records += many
        if low is not None and high is not None:
            first, last = low if first is None else min(first, low), high if last is None else max(last, high)
        if place + head.buffer - done >= AT_ONCE:
            done = place + head.buffer
            yield Step(done, records, first, last, damaged)
            records, first, last, damaged = 0, None, None, False
    trace.close(note)
    yield Step(len(data), records, first, last, damaged)
