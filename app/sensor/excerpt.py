"""The packets of a capture on which activities rest, with what opened their connections, so that they can be read alone."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from app.model.activity import Activity
from app.sensor.frame import Captured, Records
from app.sensor.packets.fragments import Fragments
from app.sensor.packets.joined import ends_of, records_of
from app.sensor.packets.layers import ACK, SYN, Segments, transport
from app.sensor.sources.frames import captured_of, read_frames, walk_capture

OPENING, WHOLE, BEFORE, WITHIN = 128, 16_384, 64, 8_192
"""Packets kept of the beginning of a connection, where it is agreed who talks about what, and where that is not enough to read
the evidence alone; before each piece of evidence; and of one connection between the first and the last packet of an activity,
which names some of them only where a reply is long."""
MOST_BYTES = 1 << 28
"""Bytes of packets around the evidence; beyond it only the evidence itself is kept."""
PART = 1024
MAPPER, DYNAMIC = 135, 1024
"""Port of the RPC endpoint mapper (MS-RPCE section 2.1.1.1), and the lowest port that it gives away."""
Ends = tuple[tuple[bytes, int], tuple[bytes, int]]
"""(address, port) of both ends, the lesser first."""


class Excerpt(Struct, frozen=True, kw_only=True):
    """frames: number in the capture to the packet, ascending. proof: those that activities name. skipped: packets of their
    connections that lie between and are left out. missing: frames that activities name and the capture does not have."""

    frames: dict[int, Captured]
    proof: frozenset[int]
    skipped: int = 0
    missing: tuple[int, ...] = ()


def excerpt(path: Path, key: str, activities: Sequence[Activity], opening: int = OPENING) -> Excerpt:
    """The packets of these activities of the capture that path names as Found.path does, and of their TCP connections
    those that opened them and stand just before. Raises OSError or ValueError as read_frames does.

    opening: packets kept of the beginning of each connection.
    """
    proof = {frame for one in activities for frame in one.frames}
    got = read_frames(path, proof, key=key)
    around = _Around(_wanted(got), _spans(activities), opening)
    for records in walk_capture(path, key) if got else ():
        around.look(records)
        if around.done(records):
            break
    return Excerpt(
        frames=dict(sorted((around.kept | got).items())),
        proof=frozenset(got),
        skipped=around.skipped,
        missing=tuple(sorted(proof - got.keys())),
    )


def alone(got: dict[int, Captured], activities: Iterable[Activity]) -> Excerpt:
    """What there is when only the packets of the activities were ever kept."""
    proof = {frame for one in activities for frame in one.frames}
    return Excerpt(
        frames=dict(sorted(got.items())), proof=frozenset(proof & got.keys()), missing=tuple(sorted(proof - got.keys()))
    )


def _wanted(got: dict[int, Captured]) -> dict[Ends, int]:
    """Ends of the TCP connections of these frames, each with the last frame of interest."""
    frames = sorted(got)
    wanted: dict[Ends, int] = {}
    for at in range(0, len(frames), PART):  # the evidence of a flood may be thousands of large frames
        part = frames[at : at + PART]
        segments = _segments(records_of([got[frame] for frame in part]), Fragments())
        for place in np.flatnonzero(segments.tcp).tolist():
            ends, frame = _ends(segments, place), part[int(segments.row[place])]
            wanted[ends] = max(frame, wanted.get(ends, 0))
    return wanted


def _spans(activities: Iterable[Activity]) -> list[tuple[int, int, int]]:
    """(first frame, last frame named, time of the last one) of the activities, in order; those that overlap are one."""
    out: list[tuple[int, int, int]] = []
    for first, last, until in sorted((one.frames[0], one.frames[-1], one.until) for one in activities if one.frames):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(last, out[-1][1]), max(until, out[-1][2]))
        else:
            out.append((first, last, until))
    return out


class _Walk:
    """The connections between one pair of ends, one after the other; whole: all of it is of interest, not what leads to
    evidence only."""

    __slots__ = ("before", "inside", "most", "opening", "pending", "skipped", "until", "whole")

    def __init__(self, until: int, most: int, whole: bool = False) -> None:
        self.until, self.most, self.whole = until, most, whole
        self.opening = self.inside = self.skipped = 0
        self.pending: dict[int, Captured] = {}
        self.before: deque[tuple[int, Captured]] = deque()

    def begin(self) -> None:
        """What went before belongs to another connection."""
        self.opening = self.inside = self.skipped = 0
        self.pending.clear()
        self.before.clear()

    def add(self, frame: int, captured: Captured, inside: bool) -> None:
        """One more packet, which waits until evidence follows it; inside: it lies between packets of one activity."""
        if self.opening < self.most or (inside and self.inside < WITHIN):
            self.opening += 1
            self.inside += inside
            self.pending[frame] = captured
            return
        self.before.append((frame, captured))
        if len(self.before) > BEFORE:
            self.before.popleft()
            self.skipped += 1

    def take(self) -> dict[int, Captured]:
        """All that waits."""
        taken = self.pending | dict(self.before)
        self.pending.clear()
        self.before.clear()
        return taken


class _Around:
    """Takes the packets around the evidence out of the windows of a capture.

    To a connection with a port that the endpoint mapper gives away belongs what its client asked the mapper.
    """

    def __init__(self, wanted: dict[Ends, int], spans: list[tuple[int, int, int]], opening: int) -> None:
        self.kept: dict[int, Captured] = {}
        self.skipped = self._size = 0
        self._spans, self._fragments = spans, Fragments()
        self._opening = opening
        self._walks = {ends: _Walk(until, opening) for ends, until in wanted.items()}
        self._mappers: dict[tuple[bytes, bytes], int] = {}
        for ends, until in wanted.items():
            (one, port), (other, another) = ends
            if min(port, another) >= DYNAMIC:
                pair = min(one, other), max(one, other)
                self._mappers[pair] = max(until, self._mappers.get(pair, 0))
        self._last = max(wanted.values(), default=0)
        self._until = max((until for _, _, until in spans), default=0)
        codes = {port for ends in wanted for port in (ends[0][1] << 16 | ends[1][1], ends[1][1] << 16 | ends[0][1])}
        self._codes = np.array(sorted(codes), np.int64)

    def done(self, records: Records) -> bool:
        """True when nothing of interest comes behind this window."""
        return records.first + len(records.start) > self._last and int(records.at.max()) > self._until

    def look(self, records: Records) -> None:
        """Take what is of interest out of the next window."""
        if not self._walks:
            return
        segments = _segments(records, self._fragments)
        mine = np.isin((segments.source << 16) | segments.target, self._codes)
        if self._mappers:
            mine |= (segments.source == MAPPER) | (segments.target == MAPPER)
        for place in np.flatnonzero(mine & segments.tcp).tolist():
            row = int(segments.row[place])
            frame = records.first + row
            ends = _ends(segments, place)
            walk = self._walks.get(ends) or self._mapper(ends)
            if walk is None:
                continue
            inside = self._inside(frame, int(records.at[row]))
            if inside or frame <= walk.until:
                begins = int(segments.flags[place]) & (SYN | ACK) == SYN
                self._take(walk, frame, captured_of(records, row), begins, inside)

    def _inside(self, frame: int, at: int) -> bool:
        """True for what lies between the first and the last packet of an activity, of which a long one does not name all."""
        place = bisect_right(self._spans, (frame, 1 << 62, 0)) - 1
        return place >= 0 and (frame <= self._spans[place][1] or at <= self._spans[place][2])

    def _mapper(self, ends: Ends) -> _Walk | None:
        """The walk of a talk with the endpoint mapper between the ends of a connection that followed from it."""
        (one, port), (other, another) = ends
        until = self._mappers.get((min(one, other), max(one, other)), 0) if MAPPER in (port, another) else 0
        if not until:
            return None
        walk = self._walks[ends] = _Walk(until, self._opening, whole=True)
        return walk

    def _take(self, walk: _Walk, frame: int, captured: Captured, begins: bool, inside: bool) -> None:
        if begins:  # the first packet of TCP (RFC 9293 section 3.5)
            walk.begin()
        walk.add(frame, captured, inside)
        if not inside and not walk.whole:
            return
        self.skipped, walk.skipped = self.skipped + walk.skipped, 0
        for number, one in walk.take().items():
            if self._size < MOST_BYTES:
                self.kept[number] = one
                self._size += len(one.data)


def _segments(records: Records, fragments: Fragments) -> Segments:
    """Problems were told when the capture was read."""
    return transport(records, fragments, lambda what, frame, many: None)


def _ends(segments: Segments, place: int) -> Ends:
    source, target = ends_of(segments, place)
    one, other = (source, int(segments.source[place])), (target, int(segments.target[place]))
    return (one, other) if one <= other else (other, one)
