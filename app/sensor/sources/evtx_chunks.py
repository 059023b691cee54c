"""The ledger of an event log: what its own headers say of each chunk, compared with what its bytes hold.

Layout: file header of 4096 bytes ("ElfFile"), then chunks of 65536 bytes ("ElfChnk") whose records begin at offset 512 with
"**" and carry their size at both ends (MS-EVEN6 section 2.2.12 and the published descriptions of the EVTX format).
"""

import struct
import zlib
from collections.abc import Iterator
from mmap import mmap

from msgspec import Struct

from app.sensor.decoders.dtyp import FILETIME_OF_1970, micros

FILE, CHUNK, SIGNATURE = b"ElfFile\0", b"ElfChnk\0", b"**\0\0"
PAGE, SIZE, BODY = 4096, 65536, 512
SMALLEST = 28
"""Bytes of a record that holds nothing: header of 24, size once more."""
SKIPPED = (1 << 64) - 1
"""Number of the records that only bridge a hole, see mended()."""
_RECORD, _TAIL = struct.Struct("<IIQQ"), struct.Struct("<I")
_HEADER = struct.Struct("<QQQQIIII")

Place = tuple[int, int, int, int]
"""A record: offset in its chunk, bytes, number, UTC microseconds when it was written."""


class Chunk(Struct, frozen=True, gc=False):
    """One chunk. at, size: its bytes in the input, size is below SIZE when it is cut. number: from 0, in file order.

    pad: bytes of it that are missing at its beginning; offsets count from where it would begin.

    places: its records, in order. holes: (from, to) of what lies between them and is no record. expected: records that
    header and bytes promise. problems: short sentences. repaired: places whose header had to be guessed.
    """

    number: int
    at: int
    size: int
    places: list[Place]
    holes: list[tuple[int, int]]
    expected: int
    clean: bool
    problems: tuple[str, ...] = ()
    repaired: int = 0
    beyond: int = 0
    remains: int = 0
    pad: int = 0


def file_flags(data: bytes | mmap) -> tuple[str, ...]:
    """What the file header admits: problems in words, () for a log that was closed well or has no such header."""
    if data[:8] != FILE or len(data) < 128:
        return ("the log has no file header; its chunks were read",)
    out = []
    flags, crc = struct.unpack("<II", data[120:128])
    if zlib.crc32(data[:120]) != crc:
        out.append("checksum of the file header is wrong")
    elif flags & 1:
        out.append("the log was not closed (its header is marked dirty); what it holds was read all the same")
    if flags & 2 and flags < 4:
        out.append("the log is marked full: later events were not logged")
    return tuple(out)


def chunks(data: bytes | mmap) -> Iterator[Chunk | tuple[str, int, int]]:
    """Every chunk in file order, or (problem, byte, count) for what is none. The file header's count is not believed."""
    end, number, zeros, following = len(data), 0, (0, 0), 0
    at = PAGE if data[:8] == FILE or data[PAGE : PAGE + 8] == CHUNK else 0
    while at < end:
        bytes_here = bytes(data[at : at + SIZE])
        if bytes_here[:8] != CHUNK:
            if not bytes_here.strip(b"\0"):
                zeros = (zeros[0] or at, zeros[1] + 1)
                at += SIZE
                continue
            yield from _zeros("chunks of zeros between others", zeros)
            zeros = (0, 0)
            if 0 <= following < at or following == 0:
                following = data.find(CHUNK, at)
            gap = (following - at) % SIZE if following >= 0 else 0
            bytes_here = bytes_here[: gap or SIZE]
            if SIGNATURE not in bytes_here:
                yield "bytes that are no chunk", at, len(bytes_here)
                at += len(bytes_here)
                continue
        yield from _zeros("chunks of zeros between others", zeros)
        zeros = (0, 0)
        pad = 0 if bytes_here[:8] == CHUNK else missing_before(bytes_here)
        if pad:
            found = survey(bytes(pad) + bytes_here[: SIZE - pad], at, number, pad)
            yield found
            number, at = number + 1, at + found.size
            continue
        found = survey(bytes_here, at, number)
        if not found.clean:
            again = bytes_here.find(CHUNK, 8)
            if again > 0:
                found = survey(bytes_here[:again], at, number)
        yield found
        number += 1
        at += found.size
    yield from _zeros("chunks at the end that were never used", zeros)


def _zeros(what: str, zeros: tuple[int, int]) -> Iterator[tuple[str, int, int]]:
    if zeros[1]:
        yield what, zeros[0], zeros[1]


def missing_before(data: bytes) -> int:
    """How many bytes of a chunk are missing before these, told by a record that carries its own template.

    A template instance says at which offset in the chunk its definition lies; where the definition follows at once, that
    is its own place (BinXml: fragment header, template token, id, offset, then definition with a fragment of its own).
    """
    at = -1
    while (at := data.find(SIGNATURE, at + 1)) >= 0:
        if (place := _place(data, at, len(data))) is None or place[1] < 80:
            continue
        body = data[at + 24 : at + 66]
        if body[:6] == b"\x0f\1\1\0\x0c\1" and body[38:42] == b"\x0f\1\1\0":
            told: int = _TAIL.unpack_from(body, 10)[0]
            return max(0, min(SIZE - SMALLEST, told - (at + 38)))
    return 0


def content_of(data: bytes | mmap, chunk: Chunk) -> bytes:
    """The chunk's bytes as places count them."""
    return bytes(chunk.pad) + data[chunk.at : chunk.at + chunk.size]


def survey(data: bytes, at: int, number: int, pad: int = 0) -> Chunk:
    """Walk the records of one chunk, over damage; data may be shorter than a chunk when it was cut, pad bytes are made up."""
    problems: list[str] = []
    promised, free, trusted = 0, len(data), False
    if len(data) < SIZE:
        problems.append("chunks cut short")
    if data[:8] == CHUNK and len(data) >= BODY:
        first, last, _, _, _, _, free_at, body_crc = _HEADER.unpack_from(data, 8)
        trusted = zlib.crc32(data[128:BODY], zlib.crc32(data[:120])) == _TAIL.unpack_from(data, 124)[0]
        if not trusted:
            problems.append("checksum of a chunk's header is wrong")
        if BODY <= free_at <= SIZE and 0 <= last - first < SIZE // SMALLEST:
            promised, free = last - first + 1, min(free_at, len(data))
            if len(data) >= free_at and zlib.crc32(data[BODY:free_at]) != body_crc:
                problems.append("checksum of a chunk's records is wrong")
        elif (first, last) != (1, 0) and (last - first + 1) % (1 << 64):  # an empty chunk says that it ends before it begins
            problems.append("a chunk's header is not possible")
    else:
        problems.append("chunks whose header is destroyed")
    places, holes, repaired = _walk(data, free)
    beyond = _beyond(data, places, free) if trusted or promised else []
    remains = data.count(SIGNATURE, beyond[-1][0] + beyond[-1][1] if beyond else free)
    clean = not problems and not holes and not beyond and promised == len(places)
    return Chunk(
        number,
        at,
        len(data) - pad,
        places + beyond,
        holes,
        max(promised, len(places)) + len(beyond),
        clean,
        tuple(problems),
        repaired,
        len(beyond),
        remains,
        pad,
    )


def _place(data: bytes, at: int, end: int) -> Place | None:
    if at + SMALLEST > end:
        return None
    magic, size, number, ticks = _RECORD.unpack_from(data, at)
    if magic != 0x2A2A or not SMALLEST <= size <= end - at or _TAIL.unpack_from(data, at + size - 4)[0] != size:
        return None
    return at, size, number, micros(ticks)


def _walk(data: bytes, end: int) -> tuple[list[Place], list[tuple[int, int]], int]:
    places: list[Place] = []
    holes: list[tuple[int, int]] = []
    repaired, at = 0, BODY
    while at + SMALLEST <= end:
        place = _place(data, at, end)
        if place is not None:
            places.append(place)
            at += place[1]
            continue
        following = at
        while (following := data.find(SIGNATURE, following + 1, end)) >= 0:
            if _place(data, following, end):
                break
        stop = following if following >= 0 else end
        guess = _guessed(data, at, stop, places[-1] if places else None)
        if guess is not None:
            places.append(guess)
            repaired, stop = repaired + 1, at + guess[1]
        elif following >= 0 or data[at:stop].strip(b"\0"):
            holes.append((at, stop))
        at = stop
    return places, holes, repaired


def _guessed(data: bytes, at: int, stop: int, before: Place | None) -> Place | None:
    """The record in a hole whose header or end is damaged: of what it says three times, one may be wrong.

    Its size stands at its end too, and the hole has that size; or header and number are right and the end was not written.
    """
    room = stop - at
    if room < SMALLEST:
        return None
    magic, size, number, ticks = _RECORD.unpack_from(data, at)
    follows = before is None or before[2] < number <= before[2] + 1
    if _TAIL.unpack_from(data, stop - 4)[0] == room:
        size = room
    elif magic != 0x2A2A or not follows:
        return None
    elif not SMALLEST <= size <= room:
        size = room
    if before is not None and not before[2] < number < before[2] + SIZE:
        number = before[2] + 1
    written = micros(ticks)
    if before is not None and not -(10**15) < written - before[3] < 10**15:
        written = before[3]
    return at, size, number, written


def _beyond(data: bytes, places: list[Place], free: int) -> list[Place]:
    """Records that follow without a gap after the end that the header gives: it was not brought up to date."""
    out: list[Place] = []
    at, last = free, places[-1][2] if places else None
    while last is not None and (place := _place(data, at, len(data))) is not None and place[2] == last + 1:
        out.append(place)
        at, last = at + place[1], place[2]
    return out


def mended(data: bytes, chunk: Chunk) -> bytes:
    """The chunk's bytes as a reader can use them: header that lets all be read, holes bridged by records numbered SKIPPED.

    Only the first 24 bytes and the last 4 of a hole change, so that templates in it stay.
    """
    if chunk.clean:
        return data
    out = bytearray(data.ljust(SIZE, b"\0"))
    end = max((at + size for at, size, _, _ in chunk.places), default=BODY)
    out[:8] = CHUNK
    _HEADER.pack_into(out, 8, 1, SKIPPED >> 1, 1, SKIPPED >> 1, 128, 0, end, 0)
    for at, size, number, written in chunk.places:
        _RECORD.pack_into(out, at, 0x2A2A, size, number, max(0, written * 10 + FILETIME_OF_1970))
        _TAIL.pack_into(out, at + size - 4, size)
    for begin, stop in chunk.holes:
        if stop > end:
            continue
        if stop - begin < SMALLEST:  # too short for a record of its own: the one before it reaches over it
            before = next((one for one in chunk.places if one[0] + one[1] == begin), None)
            if before is None:
                continue
            begin = before[0]
        _RECORD.pack_into(out, begin, 0x2A2A, stop - begin, SKIPPED, 0)
        _TAIL.pack_into(out, stop - 4, stop - begin)
    return bytes(out)


def log_of(bodies: list[bytes]) -> bytes:
    """Chunks with a file header that suits them."""
    head = bytearray(PAGE)
    head[:8] = FILE
    struct.pack_into("<QQQIHHHH", head, 8, 0, len(bodies) - 1, 1, 128, 1, 3, PAGE, len(bodies))
    struct.pack_into("<I", head, 124, zlib.crc32(head[:120]))
    return b"".join((bytes(head), *bodies))
