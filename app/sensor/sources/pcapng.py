"""Walk the packets of a pcapng file in windows, over damage (draft-ietf-opsawg-pcapng)."""

import struct
from collections.abc import Iterator
from mmap import mmap

import numpy as np
from msgspec import Struct

from app.sensor.frame import Array, Records
from app.sensor.sources.pcap import WINDOW, Note

SECTION, INTERFACE, PACKET, SIMPLE, NAMES, STATISTICS, ENHANCED = 0x0A0D0D0A, 1, 2, 3, 4, 5, 6
"""Block types (section 11.1)."""
PACKETS = frozenset((ENHANCED, PACKET, SIMPLE))
MAGIC = 0x1A2B3C4D
IF_TSRESOL, IF_TSOFFSET = 9, 14
LARGEST = 1 << 24
"""Bytes of a plausible block; custom blocks may be long, packets are not."""
SEARCH = 1 << 16


class Interface(Struct, frozen=True):
    """Link type, snap length, ticks in a second (10**power or 2**power), seconds to add."""

    link: int
    snap: int
    power: int = 6
    binary: bool = False
    offset: int = 0


class _Section:
    """Byte order and interfaces of the section that is being walked."""

    def __init__(self, order: str) -> None:
        self.order = order
        self.interfaces: list[Interface] = []


def walk_pcapng(data: bytes | mmap, note: Note, window: int = WINDOW) -> Iterator[Records]:
    """Windows of at most window packets, never across a section; what is damaged is noted and stepped over."""
    end, off, frame, last = len(data), 0, 1, 0
    section = _Section("<")
    ready = False
    blocks: list[int] = []
    kinds: set[int] = set()
    head = struct.Struct("<II").unpack_from

    def flush() -> Records | None:
        nonlocal frame, last
        if not blocks:
            return None
        records = _records(data, section, np.array(blocks, np.int64), kinds, frame, last, note)
        blocks.clear()
        kinds.clear()
        if records is not None:
            frame += len(records.start)
            last = int(records.at[-1])
        return records

    while off + 12 <= end:
        kind, size = head(data, off)
        if kind == SECTION:
            done = flush()
            if done is not None:
                yield done
            order = _order(data, off)
            if order:
                section, ready = _Section(order), True
                head = struct.Struct(order + "II").unpack_from
                kind, size = head(data, off)
        if size < 12 or size & 3 or size > LARGEST or off + size > end or not ready:
            again = _next(data, section.order, off + 1, end) if ready else end
            note("last block cut short" if again >= end else "damaged block", off)
            off = again
            continue
        if kind in PACKETS:
            blocks.append(off)
            kinds.add(kind)
            if len(blocks) >= window:
                done = flush()
                if done is not None:
                    yield done
        elif kind == INTERFACE:
            section.interfaces.append(_interface(data, off, size, section.order))
        off += size
    done = flush()
    if done is not None:
        yield done
    if off < end:
        note("last block cut short", off)


def _order(data: bytes | mmap, off: int) -> str:
    for order in "<>":
        if struct.unpack_from(order + "I", data, off + 8)[0] == MAGIC:
            return order
    return ""


def _interface(data: bytes | mmap, off: int, size: int, order: str) -> Interface:
    """Interface Description Block (section 4.2) with its options if_tsresol and if_tsoffset."""
    if size < 20:
        return Interface(1, 0)
    link, _reserved, snap = struct.unpack_from(order + "HHI", data, off + 8)
    power, binary, offset = 6, False, 0
    at, stop = off + 16, off + size - 4
    while at + 4 <= stop:
        code, length = struct.unpack_from(order + "HH", data, at)
        at += 4
        if code == 0 or at + length > stop:
            break
        if code == IF_TSRESOL and length >= 1:
            power, binary = data[at] & 0x7F, bool(data[at] & 0x80)
        elif code == IF_TSOFFSET and length >= 8:
            offset = struct.unpack_from(order + "q", data, at)[0]
        at += length + 3 & ~3
    return Interface(link, snap, power, binary, offset if abs(offset) < 1 << 40 else 0)


def _micros(ticks: Array, one: Interface) -> Array:
    """Ticks (uint64) of an interface as UTC microseconds (int64)."""
    if one.binary:
        power = min(one.power, 63)
        seconds = ticks >> np.uint64(power)
        rest = ticks & np.uint64((1 << power) - 1)
        cut = max(0, power - 43)
        micros = ((rest >> np.uint64(cut)) * np.uint64(1_000_000)) >> np.uint64(power - cut)
        return (seconds * np.uint64(1_000_000) + micros).astype(np.int64) + one.offset * 1_000_000
    if one.power <= 6:
        scaled = ticks * np.uint64(10 ** (6 - one.power))
    else:
        scaled = ticks // np.uint64(10 ** min(one.power - 6, 19))
    return scaled.astype(np.int64) + one.offset * 1_000_000


def _nano(ticks: Array, one: Interface) -> Array:
    """Nanoseconds beyond the microsecond; 0 where an interface counts no finer, or in powers of two."""
    if one.binary or one.power <= 6:
        return np.zeros(len(ticks), np.int64)
    fine = ticks // np.uint64(10 ** min(one.power - 9, 19)) if one.power > 9 else ticks * np.uint64(10 ** (9 - one.power))
    return (fine % np.uint64(1000)).astype(np.int64)


def _records(
    data: bytes | mmap, section: _Section, blocks: Array, kinds: set[int], frame: int, last: int, note: Note
) -> Records | None:
    """The window that these packet blocks make; a packet block that does not fit its own sizes keeps its number, empty."""
    order, end = section.order, len(data)
    rows = np.ndarray((max(end - 27, 0),), "V28", data, 0, (1,))[np.minimum(blocks, max(end - 28, 0))]
    table = rows.view(order + "u4").reshape(-1, 7).astype(np.int64)
    near = blocks > end - 28  # only a simple packet block can be so short
    for row in np.flatnonzero(near).tolist():
        place = int(blocks[row])
        short = data[place:] + bytes(28)
        table[row] = np.frombuffer(short[:28], order + "u4")
    kind, size = table[:, 0], table[:, 1]
    which, high, low, captured, length, start = table[:, 2], table[:, 3], table[:, 4], table[:, 5], table[:, 6], blocks + 28
    room = blocks + size - 4
    timed = np.ones(len(blocks), bool)
    if kinds != {ENHANCED}:
        old = kind == PACKET  # interface and drops are 16 bits each (appendix A)
        which = np.where(old, which >> 16 if order == ">" else which & 0xFFFF, which)
        simple = kind == SIMPLE
        snap = section.interfaces[0].snap if section.interfaces else 0
        timed = ~simple
        which = np.where(simple, 0, which)
        length = np.where(simple, table[:, 2], length)
        start = np.where(simple, blocks + 12, start)
        held = np.minimum(size - 16, table[:, 2])
        captured = np.where(simple, np.minimum(held, snap) if snap else held, captured)
    bad = captured > room - start
    if bad.any():
        note("packet longer than its block", int(blocks[np.argmax(bad)]))
        captured = np.where(bad, np.maximum(room - start, 0), captured)
    ticks = (high.astype(np.uint64) << np.uint64(32)) | low.astype(np.uint64)
    known = section.interfaces or [Interface(1, 0)]
    stray = which >= len(section.interfaces)
    if stray.any():
        note("packet of an interface that is not described", int(blocks[np.argmax(stray)]))
        which = np.where(stray, 0, which)
        if section.interfaces:  # what its clock counts is not known: a time of another one may lie decades away
            timed &= ~stray
    link: int | Array
    at: Array
    nano: Array | None = np.zeros(len(blocks), np.int64) if any(one.power > 6 for one in known) else None
    if len(known) == 1:
        at = _micros(ticks, known[0])
        nano = None if nano is None else _nano(ticks, known[0])
        link = known[0].link
    else:
        at = np.zeros(len(blocks), np.int64)
        for number in np.unique(which).tolist():
            mine = which == number
            at[mine] = _micros(ticks[mine], known[number])
            if nano is not None:
                nano[mine] = _nano(ticks[mine], known[number])
        link = np.array([one.link for one in known], np.int64)[which]
    if not timed.all():
        note("packets without a time", int(blocks[np.argmin(timed)]))
        # The time of the packet before stands in, so that order in time is order in the file.
        before = np.maximum.accumulate(np.where(timed, np.arange(len(blocks)), -1))
        at = np.where(before >= 0, at[np.maximum(before, 0)], last)
    return Records(data=data, first=frame, link=link, start=start, size=captured, length=length, at=at, nano=nano)


def _next(data: bytes | mmap, order: str, off: int, end: int) -> int:
    """Offset of the next block whose two lengths agree; end when there is none."""
    off = off + 3 & ~3
    trailer = struct.Struct(order + "I").unpack_from
    while off + 12 <= end:
        count = min(SEARCH, (end - off - 8) // 4)
        pairs = np.frombuffer(data, order + "u4", count + 1, off)
        kind, size = pairs[:-1], pairs[1:].astype(np.int64)
        places = off + 4 * np.arange(count, dtype=np.int64)
        good = ((kind <= 12) | (kind == SECTION)) & (kind > 0) & (size >= 12) & (size & 3 == 0) & (size <= LARGEST)
        good &= places + size <= end
        for at in np.flatnonzero(good).tolist():
            place, span = int(places[at]), int(size[at])
            if trailer(data, place + span - 4)[0] == span:
                return place
        off += count * 4
    return end
