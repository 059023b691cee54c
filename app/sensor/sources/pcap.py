"""Walk the records of a pcap file in windows, over damage (draft-ietf-opsawg-pcap section 4)."""

import struct
from collections.abc import Callable, Iterator
from itertools import pairwise
from mmap import mmap

import numpy as np
from msgspec import Struct

from app.sensor.frame import Array, Records

Note = Callable[[str, int], None]
"""Count one problem of the file: (short constant sentence, byte at which it first shows)."""

WINDOW = 8192
"""Packets of a window; a capture with much in it is read in smaller parts (app.sensor.captures)."""
LARGEST = 1 << 18
"""No plausible record holds more bytes, whatever the snap length says (MAXIMUM_SNAPLEN of libpcap)."""
ABSURD = 1 << 24
WEEK = 7 * 86400
SEARCH = 1 << 16
SPAN, CHAINS, SEEK, STEPS = 1 << 25, 256, 4096, 8192
"""Bytes that are walked from CHAINS places at once; each is looked for in SEEK bytes; after STEPS steps it is not worth it."""
STRIDE = 32
"""Steps between two looks at which walks have arrived."""


class Layout(Struct, frozen=True):
    """How records of one file lie: byte order, header bytes, sub-seconds in a second, link type, first record."""

    order: str
    header: int
    fraction: int
    link: int
    begin: int
    largest: int
    swapped: bool = False


MAGICS = {
    0xA1B2C3D4: (16, 1_000_000, 24),
    0xA1B23C4D: (16, 1_000_000_000, 24),
    0xA1B2CD34: (24, 1_000_000, 24),  # Kuznetzov's: interface, protocol and packet type follow
    0x1C0001AC: (16, 1_000_000_000, 28),  # Ixia, hardware and software: the size of all records follows the header
    0x1C0001AB: (16, 1_000_000_000, 28),
}


def layout(data: bytes | mmap) -> Layout | None:
    """Layout told from the file header (24 bytes), None when this is no pcap."""
    if len(data) < 24:
        return None
    for order in "<>":
        magic, major, minor, _zone, _figures, snap, link = struct.unpack_from(order + "IHHiIII", data)
        if magic in MAGICS:
            header, fraction, begin = MAGICS[magic]
            largest = max(LARGEST, min(snap, ABSURD))
            return Layout(order, header, fraction, link & 0xFFFF, begin, largest, major == 2 and minor < 3)
    return None


def walk_pcap(data: bytes | mmap, note: Note, window: int = WINDOW) -> Iterator[Records]:
    """Windows of at most window packets; what is damaged is noted and stepped over."""
    shape = layout(data)
    if shape is None:
        note("file header cut short", 0)
        return
    end, off, frame = len(data), shape.begin, 1
    last: int | None = None
    while off + shape.header <= end:
        leap = _leap(data, shape, off, end)
        starts, off, bad = _chain(data, shape, off, end, window) if leap is None else leap
        for at in range(0, len(starts), window):
            part = starts[at : at + window]
            records, kept = _records(data, shape, part, frame, last)
            if records is not None:
                frame += kept
                last = int(records.at[-1]) // 1_000_000
                yield records
            if kept < len(part):
                bad, off = True, int(part[kept])
                break
        if bad:
            again = _next(data, shape, off + 1, end, last)
            note("last record cut short" if again >= end else "damaged record", off)
            off = again
    if off < end:
        note("last record cut short", off)


def _leap(data: bytes | mmap, shape: Layout, off: int, end: int) -> tuple[Array, int, bool] | None:
    """Offsets of the record headers of the next SPAN bytes, walked from many guessed places at once; None when that fails.

    A guess is proven right when the walk from the guess before it arrives exactly there; the first walk starts at off,
    which is known. So the answer is that of _chain, about five times faster.
    """
    stop = min(off + SPAN, end - shape.largest - 2 * SEEK)
    if stop - off < SPAN // 8 or shape.swapped:
        return None
    seconds = struct.unpack_from(shape.order + "I", data, off)[0]
    guesses = [_guess(data, shape, place, seconds, end) for place in range(off, stop, (stop - off) // CHAINS + 1)]
    places = np.unique(np.array([off] + [one for one in guesses[1:] if one >= 0], np.int64))
    limits = np.append(places[1:], stop)
    sizes = np.ndarray((end - 11,), shape.order + "u4", data, 8, (1,))
    arrived, walking = places.copy(), np.arange(len(places))
    at, until, room, header = places, limits, end - 16, shape.header
    walked: list[Array] = []
    steps = 0
    while len(at):
        steps += STRIDE
        if steps > STEPS:
            return None
        # A walk may go on past its end: those steps are left out below, and none starts behind the last header.
        rows = np.empty((STRIDE + 1, len(at)), np.int64)
        rows[0] = at
        for before, after in pairwise(rows):
            np.minimum(before, room, out=before)
            np.add(before, sizes[before], out=after)
            after += header
        inside = rows[:-1] < until
        walked.append(rows[:-1][inside])
        at = rows[-1]
        done = np.flatnonzero(at >= until)
        if len(done):
            # The first place at or behind the end: as many steps as were inside.
            arrived[walking[done]] = rows[inside[:, done].sum(axis=0), done]
            left = np.flatnonzero(at < until)
            walking, at, until = walking[left], at[left], until[left]
    if not (arrived[:-1] == places[1:]).all():
        return None
    starts: Array = np.sort(np.concatenate(walked))
    if (sizes[starts] > shape.largest).any():
        return None
    return starts, int(arrived[-1]), False


def _guess(data: bytes | mmap, shape: Layout, place: int, seconds: int, end: int) -> int:
    """The first place from place on where records may start, near in time; -1 when there is none within SEEK bytes."""
    stamps = np.ndarray((SEEK,), shape.order + "u4", data, place, (1,))
    near = stamps - np.uint32((seconds - 86400) & 0xFFFFFFFF) < np.uint32(2 * 86400)
    header = struct.Struct(shape.order + "IIII").unpack_from
    candidates: list[int] = np.flatnonzero(near)[:64].tolist()
    for one in candidates:
        at = place + one
        for _ in range(3):
            if at + 16 > end:
                break
            second, fraction, size, length = header(data, at)
            fits = 0 < size <= length <= ABSURD and size <= shape.largest and fraction < shape.fraction
            if not fits or abs(second - seconds) > 86400:
                break
            at += shape.header + size
        else:
            return place + one
    return -1


def _chain(data: bytes | mmap, shape: Layout, off: int, end: int, window: int) -> tuple[Array, int, bool]:
    """(offsets of record headers, where the next is, whether that one cannot be right)."""
    read = struct.Struct(shape.order + "I").unpack_from
    starts: list[int] = []
    append = starts.append
    header, largest = shape.header, shape.largest
    place = 12 if shape.swapped else 8
    limit, bad, left = end - header, False, window
    while off <= limit and left:
        size = read(data, off + place)[0]
        after = off + header + size
        if size > largest or after > end:
            bad = True
            break
        append(off)
        off = after
        left -= 1
    return np.array(starts, np.int64), off, bad


def _headers(data: bytes | mmap, shape: Layout, starts: Array) -> Array:
    """Rows of four numbers: seconds, fraction, captured, original."""
    rows = np.ndarray((len(data) - 15,), "V16", data, 0, (1,))[starts]
    table = rows.view(shape.order + "u4").reshape(-1, 4).astype(np.int64)
    return table[:, (0, 1, 3, 2)] if shape.swapped else table


def _records(data: bytes | mmap, shape: Layout, starts: Array, frame: int, last: int | None) -> tuple[Records | None, int]:
    """(the window, how many of starts it holds): it ends where headers begin to make no sense."""
    if not len(starts):
        return None, 0
    table = _headers(data, shape, starts)
    odd = np.flatnonzero((table[:, 1] >= shape.fraction) | (table[:, 2] > table[:, 3]))
    kept = len(starts)
    for at in odd[:64].tolist():
        # Some writers are careless; a header counts as damage only when the next one makes no sense either.
        if at + 1 < kept and not _plausible(table[at + 1], shape, int(table[at - 1, 0]) if at else last):
            kept = at
            break
    if not kept:
        return None, 0
    table, starts = table[:kept], starts[:kept]
    micros = table[:, 1] if shape.fraction == 1_000_000 else table[:, 1] // (shape.fraction // 1_000_000)
    return Records(
        data=data,
        first=frame,
        link=shape.link,
        start=starts + shape.header,
        size=table[:, 2],
        length=table[:, 3],
        at=table[:, 0] * 1_000_000 + micros,
        nano=table[:, 1] % 1000 if shape.fraction == 1_000_000_000 else None,
    ), kept


def _plausible(row: Array, shape: Layout, last: int | None) -> bool:
    seconds, fraction, size, length = (int(one) for one in row)
    near = last is None or abs(seconds - last) < WEEK
    return near and fraction < shape.fraction and size <= length <= ABSURD and size <= shape.largest


def _next(data: bytes | mmap, shape: Layout, off: int, end: int, last: int | None) -> int:
    """Offset of the next record that makes sense and is followed by another or by the end; end when there is none."""
    while off + shape.header < end:
        count = min(SEARCH, end - shape.header - off)
        places = np.arange(off, off + count, dtype=np.int64)
        table = _headers(data, shape, places)
        good = (table[:, 1] < shape.fraction) & (table[:, 2] <= table[:, 3]) & (table[:, 3] <= ABSURD)
        good &= (table[:, 2] <= shape.largest) & (table[:, 2] > 0) & (places + shape.header + table[:, 2] <= end)
        if last is not None:
            good &= np.abs(table[:, 0] - last) < WEEK
        for at in np.flatnonzero(good).tolist():
            place = off + at
            after = place + shape.header + int(table[at, 2])
            if after == end:
                return place
            if after + shape.header <= end and _plausible(_headers(data, shape, np.array([after]))[0], shape, int(table[at, 0])):
                return place
        off += count
    return end
