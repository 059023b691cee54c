"""Event trace buffers: where each event begins, whose it is, when it was, what it carries.

Layouts: WMI_BUFFER_HEADER, TRACE_LOGFILE_HEADER, EVENT_HEADER, EVENT_TRACE_HEADER, SYSTEM_TRACE_HEADER, PERFINFO_TRACE_HEADER
as published in the Windows SDK (evntrace.h, evntcons.h) and in public symbols; all little endian.
"""

import struct
from collections.abc import Callable, Iterator

from msgspec import Struct

from app.sensor.decoders.dtyp import guid, micros

HEADER = 72
"""Bytes of a buffer's header; events lie behind it, each begins at a multiple of eight."""
LARGEST = 1 << 24
COMPRESSED = 0x40
"""BufferFlag of a buffer whose events are compressed (EVENT_TRACE_COMPRESSED_MODE)."""
SYSTEM32, SYSTEM64, COMPACT32, COMPACT64 = 1, 2, 3, 4
FULL32, INSTANCE32, ERROR, MESSAGE, PERF32, PERF64, EVENT32, EVENT64, FULL64, INSTANCE64 = 10, 11, 13, 15, 16, 17, 18, 19, 20, 21
EXTENDED = 0x01
STRINGS = 0x04
"""Flags of EVENT_HEADER: extended items stand before the payload; the payload is one text (EventWriteString)."""
ITEMS = 64

WPP = "messages of a debug trace (WPP), which need its maker's symbols"

Note = Callable[[str, int, int], None]
"""Count what cannot be read: (what, offset in the file, how many)."""


class TraceEvent(Struct, frozen=True, gc=False):
    """One event. at: raw clock of the trace, see Clock. provider: control or class GUID in lower case, "" for the kernel's own.

    id, version: of a manifest event; a classic event (classic True) has id 0 and is told by its class GUID and opcode.
    wide: 64-bit pointers. text: the payload is one UTF-16 text.
    """

    at: int
    provider: str
    id: int
    version: int
    opcode: int
    process: int
    payload: bytes
    place: int
    classic: bool = False
    wide: bool = True
    text: bool = False


class Clock(Struct, frozen=True):
    """How the raw clock of a trace becomes UTC microseconds: start is the FILETIME that raw stood for, in ticks of frequency."""

    kind: int
    start: int
    raw: int
    frequency: int

    def micros(self, raw: int) -> int:
        """UTC microseconds. Kind 1: performance counter, 2: FILETIME, 3: processor cycles."""
        if self.kind == 2 or not self.frequency:
            return micros(raw)
        return micros(self.start) + (raw - self.raw) * 1_000_000 // self.frequency


class TraceHeader(Struct, frozen=True):
    """What the first event says of the whole trace. lost: events that the session could not keep; buffers_lost likewise."""

    clock: Clock
    buffer: int
    lost: int
    buffers_lost: int
    pointer: int


def trace_header(data: bytes) -> TraceHeader | None:
    """The header of the trace that begins data (at least its first buffer); None when there is none."""
    size = int.from_bytes(data[:4], "little")
    at = HEADER
    if not 1024 <= size <= LARGEST or len(data) < at + 32 + 272 or data[at + 2] not in (SYSTEM32, SYSTEM64):
        return None
    raw = int.from_bytes(data[at + 16 : at + 24], "little")
    body = at + 32
    lost, pointer = _u32(data, body + 48), _u32(data, body + 44)
    if pointer not in (4, 8):
        return None
    rest = body + 56 + 2 * pointer + 172
    rest += -(rest - body) % 8
    _boot, frequency, start, kind, buffers = struct.unpack_from("<QQQII", data, rest) if len(data) >= rest + 32 else (0,) * 5
    return TraceHeader(Clock(kind or 2, start, raw, frequency), size, lost, buffers, pointer)


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def events_of(buffer: bytes, place: int, wide: bool, note: Note) -> Iterator[TraceEvent]:
    """Events of one buffer (header included) that begins at offset place of the file; kernel events come with provider ""."""
    if len(buffer) < HEADER:
        return
    if int.from_bytes(buffer[0x34:0x36], "little") & COMPRESSED:
        note("event trace buffers that are compressed", place, 1)
        return
    end = min(_u32(buffer, 0x30), len(buffer))
    at = HEADER
    while at + 8 <= end:
        kind, marker = buffer[at + 2], buffer[at + 3]
        if marker & 0xC0 == 0xC0 and kind in (SYSTEM32, SYSTEM64, COMPACT32, COMPACT64, PERF32, PERF64):
            size = int.from_bytes(buffer[at + 4 : at + 6], "little")
        else:
            size = int.from_bytes(buffer[at : at + 2], "little")
        if size < 8 or at + size > end:
            if buffer[at:end].strip(b"\xff\0"):
                note("event trace buffers with a broken event; the rest of the buffer is left out", place + at, 1)
            return
        event = _event(buffer[at : at + size], kind, marker, place + at, wide)
        if isinstance(event, str):
            note(event, place + at, 1)
        else:
            yield event
        at += size + -size % 8


def _event(data: bytes, kind: int, marker: int, place: int, wide: bool) -> TraceEvent | str:
    if marker & 0xC0 != 0xC0:
        return (
            "messages of a debug trace (WPP), which need its maker's symbols" if marker & 0x90 else "trace events of unknown form"
        )
    if kind in (EVENT32, EVENT64) and len(data) >= 80:
        flags = int.from_bytes(data[4:6], "little")
        id_, version, _channel, _level, opcode = struct.unpack_from("<HBBBB", data, 40)
        start = _behind_items(data) if flags & EXTENDED else 80
        return TraceEvent(
            int.from_bytes(data[16:24], "little"), guid(data[24:40]), id_, version, opcode, _u32(data, 12),
            data[start:], place, wide=kind == EVENT64, text=bool(flags & STRINGS),
        )  # fmt: skip
    if kind in (FULL32, FULL64) and len(data) >= 48:
        return _classic(data, 48, place, kind == FULL64)
    if kind in (INSTANCE32, INSTANCE64) and len(data) >= 72:
        return "trace events with an instance header"
    if kind in (SYSTEM32, SYSTEM64, COMPACT32, COMPACT64) and len(data) >= 24:
        start = 32 if kind in (SYSTEM32, SYSTEM64) else 24
        at = int.from_bytes(data[16:24], "little")
        return TraceEvent(at, "", data[7], 0, data[6], _u32(data, 12), data[start:], place, True, kind in (SYSTEM64, COMPACT64))
    if kind in (PERF32, PERF64) and len(data) >= 16:
        at = int.from_bytes(data[8:16], "little")
        return TraceEvent(at, "", data[7], 0, data[6], 0, data[16:], place, True, kind == PERF64)
    return "trace events of unknown form"


def _classic(data: bytes, start: int, place: int, wide: bool) -> TraceEvent:
    at, provider = int.from_bytes(data[16:24], "little"), guid(data[24:40])
    version = int.from_bytes(data[6:8], "little")
    return TraceEvent(at, provider, 0, version, data[4], _u32(data, 12), data[start:], place, True, wide)


def _behind_items(data: bytes) -> int:
    """Where the payload begins behind the extended items: each is {reserved u16, type u16, linkage u16, size u16} and its data.

    In a file an item is {size u16 of it all, type u16, ...}; the last one has no linkage bit.
    """
    at = 80
    for _ in range(ITEMS):
        if at + 8 > len(data):
            return len(data)
        size, linked = int.from_bytes(data[at : at + 2], "little"), data[at + 4] & 1
        if size < 8:
            return len(data)
        at += size + -size % 8
        if not linked:
            return min(at, len(data))
    return len(data)
