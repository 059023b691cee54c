"""The TCP payload of frames that carry one message together, for the packet view."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from app.sensor.frame import Captured, Records
from app.sensor.packets.fragments import Fragments
from app.sensor.packets.layers import AUX, Segments, transport

MOST_FRAMES = 64
MOST_BYTES = 1 << 20
"""More than this is not joined."""


class Joined(Struct, frozen=True):
    """Bytes of one direction in sequence order. source, target: ports. members: which of the frames gave bytes, ascending."""

    source: int
    target: int
    data: bytes
    members: tuple[int, ...]


class _Piece(Struct):
    row: int
    end: int
    ack: int
    data: bytes
    start: int


def joined(frames: Sequence[Captured], chosen: int) -> Joined | None:
    """What frames[chosen] and those of its direction say together; None unless at least two whole pieces fit each other.

    What the other side said in between ends a message: a question asked after the answer to the first is another one.
    The first bytes captured win where segments overlap (RFC 9293 section 3.10.7.4); a hole is nothing to guess about.
    """
    if not 0 <= chosen < len(frames) or not 2 <= len(frames) <= MOST_FRAMES:
        return None
    segments = transport(records_of(frames), Fragments(), lambda what, frame, many: None)
    places = np.flatnonzero(segments.tcp & (segments.row == chosen) & (segments.size > 0)).tolist()
    if not places:
        return None
    one = places[0]
    ends, ports = ends_of(segments, one), (int(segments.source[one]), int(segments.target[one]))
    own, other = (int(segments.seq[one]), int(segments.ack[one]))
    mine: list[_Piece] = []
    theirs: list[int] = []
    for place in np.flatnonzero(segments.tcp & (segments.size > 0)).tolist():
        pair = (int(segments.source[place]), int(segments.target[place]))
        if pair == ports and ends_of(segments, place) == ends:
            mine.append(_piece(segments, place, own, other))
        elif pair == ports[::-1] and ends_of(segments, place) == ends[::-1]:
            theirs.append(_piece(segments, place, other, own).end)
    said = sum(end <= 0 for end in theirs)
    return _together([piece for piece in mine if sum(end <= piece.ack for end in theirs) == said], ports)


def _together(pieces: list[_Piece], ports: tuple[int, int]) -> Joined | None:
    """The pieces in sequence order without what is there twice."""
    pieces.sort(key=lambda piece: (piece.start, piece.row))
    out, members = bytearray(), set()
    begin = pieces[0].start if pieces else 0
    for piece in pieces:
        known = begin + len(out) - piece.start
        if known < 0:
            return None
        if known < len(piece.data):
            out += piece.data[known:]
            members.add(piece.row)
        if len(out) > MOST_BYTES:
            return None
    return Joined(*ports, bytes(out), tuple(sorted(members))) if len(members) > 1 else None


def _piece(segments: Segments, place: int, seq: int, ack: int) -> _Piece:
    """One segment; start, end, ack relative to given numbers, which wrap (RFC 9293 section 3.4)."""
    at, size = int(segments.start[place]), int(segments.size[place])
    start = _signed(int(segments.seq[place]) - seq)
    data, at = (segments.extra, at - AUX) if at >= AUX else (segments.data, at)
    return _Piece(
        int(segments.row[place]),
        start + int(segments.wire[place]),
        _signed(int(segments.ack[place]) - ack),
        bytes(data[at : at + size]),
        start,
    )


def _signed(number: int) -> int:
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)


def ends_of(segments: Segments, place: int) -> tuple[bytes, bytes]:
    """One segment's (source address, destination address)."""
    at, width = int(segments.host[place]), 16 if segments.wide[place] else 4
    data, at = (segments.extra, at - AUX) if at >= AUX else (segments.data, at)
    return bytes(data[at : at + width]), bytes(data[at + width : at + 2 * width])


def records_of(frames: Sequence[Captured]) -> Records:
    """Frames from anywhere as one window."""
    size = np.array([len(one.data) for one in frames], np.int64)
    return Records(
        data=b"".join(one.data for one in frames),
        first=0,
        link=np.array([one.link for one in frames], np.int64),
        start=np.cumsum(size) - size,
        size=size,
        length=np.array([one.length for one in frames], np.int64),
        at=np.array([one.at for one in frames], np.int64),
    )
