"""TCP: the segments of a window, flow by flow; what is in order takes a short way."""

from collections.abc import Callable

import numpy as np

from app.sensor.conversations.conversation import Conversation
from app.sensor.frame import Array, Emit, Flow, Records
from app.sensor.packets.flows import Kind, Registry, says_reply, starts_known
from app.sensor.packets.layers import ACK, AUX, FIN, RST, SYN, Segments
from app.sensor.packets.stream import FAR, MASK, Caps, Stream, distance, hasty
from app.sensor.packets.table import TICK, Table, payload

STALE = 3
"""So many segments far behind what is expected belong to a new connection whose beginning was not captured."""
SNIFF = 64
HALF = 1 << 31


_Side = tuple[int, int, int, int]
"""One direction in a window: first sequence number (-1: no segment), SYN, number after the last, what the last acknowledges (-1:
nothing)."""


class Silent:
    """Conversation of a flow between known ports that nobody understands in this direction."""

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Everything is skipped."""
        return end - start, 0

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """Nothing."""

    def lost(self, from_client: bool) -> None:
        """Nothing."""

    def expire(self, now: int) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Connections:
    """Feeds the connections of one input. caps: what they may hold back."""

    def __init__(self, table: Table, registry: Registry, key: str, emit: Emit) -> None:
        self.caps = Caps()
        self._table, self._registry, self._input, self._emit = table, registry, key, emit

    def feed(self, records: Records, segments: Segments, pick: Array, keys: Array, clock: Array) -> None:
        """The picked segments of a window; keys as Keys.of gives them."""
        if not len(pick):
            return
        flow = keys >> np.uint64(1)
        # Two orders with the same groups: by flow, side and frame, to see gaps; by flow and frame, to deliver.
        by_side, by_frame = np.argsort(keys, kind="stable"), np.argsort(flow, kind="stable")
        sides, firsts, begin, end = _in_order(segments, pick[by_side], keys[by_side])
        work = _Columns(records, segments, pick[by_frame], (keys[by_frame] & np.uint64(1)), clock)
        early = _early(segments, pick[by_frame], keys[by_frame], begin, firsts)
        flows, table = self._table.flows, self._table
        # In the order of their first packets: keys differ from run to run, and which flow makes room for another must not.
        first = by_frame[begin].tolist()
        columns = zip(first, flow[by_frame][begin].tolist(), begin.tolist(), end.tolist(), early, *sides, strict=True)
        for _, key, a, z, soon, odd, one, other in sorted(columns):
            stream = flows.get(key)
            try:
                if odd or soon or (stream is not None and not isinstance(stream, Stream)):
                    self._long(work, key, a, z)
                else:
                    self._short(work, key, stream, a, z, one, other)
            except Exception:
                broken = flows.get(key)
                if broken is None:
                    table.tally("internal error in making a conversation", records.first + work.rows[a])
                else:
                    table.broken(broken, records.first + work.rows[a])
            left = flows.get(key)
            if left is not None:
                table.touch(key, left)

    def _short(self, work: "_Columns", key: int, stream: Stream | None, a: int, z: int, one: _Side, other: _Side) -> None:
        """Both directions come in order: feed their segments as they are; else take the long way."""
        if stream is None:
            stream = self._open(work, key, a, work.side[a]) if work.size[a] >= 0 else None
            if stream is None or work.side[a] != stream.side:  # a server that is the first to be seen may answer what comes later
                self._long(work, key, a, z)
                return
        elif not stream.dead and not (_fits(stream, 0, one, other) and _fits(stream, 1, other, one)):
            self._long(work, key, a, z)
            return
        if stream.dead:
            stream.last = work.now[z - 1]
            return
        halves = stream.halves
        now_tick = stream.tick
        for half, (first, begins, after, _) in zip(halves, (one, other), strict=True):
            if first >= 0:
                if half.next is None:
                    half.start(first + begins, bool(begins))
                half.next = after
        data, at, rows, frame = work.segments.data, work.at, work.rows, work.records.first
        measure, message = stream.conversation.measure, stream.conversation.message
        lines = zip(range(a, z), work.tick[a:z], work.size[a:z], work.side[a:z], work.start[a:z], strict=True)
        for p, tick, many, side, o in lines:
            if tick != now_tick:
                if p > a:
                    stream.last = work.now[p - 1]
                if self._table.over(stream, work.now[p]):
                    self._long(work, key, p, z)
                    return
                now_tick = tick
            if many <= 0:
                if many < 0:
                    self._ending(work, stream, p)
                continue
            half = halves[side]
            if half.need > many and half.have >= half.wanted:  # bulk that nobody wants
                half.need -= many
                continue
            part = data[o : o + many]
            if half.need or half.held:
                stream.push(half, part, 0, frame + rows[p], at[p])
                continue
            length, wanted = measure(half.from_client, part, 0, many)
            if length == many:
                half.synced = True
                message(half.from_client, part if wanted >= many else part[:wanted], at[p], (frame + rows[p],), 0)
            else:
                stream.push(half, part, 0, frame + rows[p], at[p])
        stream.last = work.now[z - 1]

    @staticmethod
    def _ending(work: "_Columns", stream: Stream, p: int) -> None:
        """Segment p ends a direction or the connection."""
        flags, halves = work.exact()[1][p], stream.halves
        if flags & FIN:
            halves[work.side[p]].fin = True
        if flags & RST or (halves[0].fin and halves[1].fin):
            stream.closing = True

    def _long(self, work: "_Columns", key: int, a: int, z: int) -> None:
        """Segment by segment, in any order they may have."""
        table, segments, first = self._table, work.segments, work.records.first
        seqs, all_flags, wires = work.exact()
        found = table.flows.get(key)
        stream = found if isinstance(found, Stream) else None
        for p in range(a, z):
            side, flags, now, row, sequence = work.side[p], all_flags[p], work.now[p], work.rows[p], seqs[p]
            frame = first + row
            if stream is not None:
                half, other = stream.halves[side], stream.halves[1 - side]
                if (
                    half.next == sequence
                    and not flags & (SYN | FIN | RST)
                    and work.tick[p] == stream.tick
                    and not (half.later or other.later or stream.dead)
                    and 0 < work.size[p] == wires[p]
                    and work.start[p] < AUX
                    and (half.deaf or not flags & ACK or not hasty(segments.ack.item(work.pick.item(p)), other))
                ):
                    half.next = sequence + wires[p] & MASK
                    half.stale = 0
                    stream.last = now
                    start = work.start[p]
                    stream.push(half, segments.data[start : start + wires[p]], 0, frame, work.at[p])
                    continue
                if (work.tick[p] != stream.tick and table.over(stream, now)) or self._new(stream, side, flags, sequence):
                    table.end(key)
                    stream = None
            if stream is None:
                if flags & RST:
                    continue
                stream = self._open(work, key, p, side)
                if stream is None:
                    continue
            stream.last = now
            if stream.dead:
                continue
            if flags & RST:
                stream.closing = True
                continue
            half, other = stream.halves[side], stream.halves[1 - side]
            if flags & ACK and other.later and other.next is not None:
                other.acked = distance(segments.ack.item(work.pick.item(p)), other.next) > 0
            data = payload(segments, work.start[p], max(work.size[p], 0))
            also = segments.frames.get(row, ())
            ack = segments.ack.item(work.pick.item(p)) if flags & ACK else -1
            stream.segment(half, sequence, data, wires[p], flags, frame, work.at[p], now, also, ack)
            if half.later or other.later:
                stream.settle(now)
            if half.fin and other.fin:
                stream.closing = True

    def _new(self, stream: Stream, side: int, flags: int, sequence: int) -> bool:
        """True when this segment begins another connection between the same two ports."""
        half = stream.halves[side]
        if flags & RST:
            return False
        if half.next is None:
            return bool(flags & SYN and not flags & ACK and stream.closing)
        if flags & SYN:
            return half.base != (sequence + 1 & MASK)
        if distance(sequence, half.next) > -FAR:
            half.stale = 0
            return False
        half.stale += 1
        return half.stale >= STALE

    def _open(self, work: "_Columns", key: int, p: int, side: int) -> Stream | None:
        """The connection whose first segment is p; None when it is on no known port and does not begin like anything known."""
        flags = work.exact()[1][p]
        source, target = self._table.ends(work.segments, work.pick.item(p))
        kinds = self._registry.tcp
        kind: Kind | None
        loose = source.port not in kinds and target.port not in kinds
        if loose:
            head = payload(work.segments, work.start[p], min(max(work.size[p], 0), SNIFF))
            kind = self._registry.sniff(head) if starts_known(head) else None
            if kind is None:
                return None
            asks = not says_reply(head)
        else:
            if flags & SYN:
                asks = not flags & ACK
            else:
                asks = source.port not in kinds or (target.port in kinds and target.port <= source.port)
            kind = kinds.get(target.port if asks else source.port)
        client, server = (source, target) if asks else (target, source)
        make: Callable[..., Conversation] = kind or _nobody
        now = work.now[p]
        stream = Stream(
            make(Flow(self._input, client, server, "tcp"), self._emit, self._table.tally),
            side if asks else 1 - side,
            self._table.tally,
            now,
            self.caps,
        )
        stream.tick = now // TICK
        stream.dead = kind is None
        self._table.keep(key, stream, work.records.first + work.rows[p])
        return stream


def _nobody(*_: object) -> Silent:
    return Silent()


def _in_order(
    segments: Segments, pick: Array, keys: Array
) -> tuple[tuple[list[bool], list[_Side], list[_Side]], Array, Array, Array]:
    """((what needs the long way, one side, the other side), first numbers of both, begin, end) of each flow.

    Segments are sorted by flow and side.
    """
    flags, seq, wire, ack = segments.flags[pick], segments.seq[pick], segments.wire[pick], segments.ack[pick]
    syn, fin, rst = (flags & SYN) >> 1, flags & FIN, flags & RST != 0
    after = (seq + wire + syn + fin) & MASK
    odd = (wire != segments.size[pick]) | (segments.start[pick] >= AUX) | ((syn | fin != 0) & (wire > 0))
    same = keys[1:] == keys[:-1]
    odd[1:] |= same & (((after[:-1] != seq[1:]) & ~rst[1:]) | (syn[1:] != 0))
    odd[:-1] |= same & rst[:-1]
    change = np.flatnonzero(np.concatenate((np.ones(1, bool), keys[1:] >> np.uint64(1) != keys[:-1] >> np.uint64(1))))
    end = np.append(change[1:], len(pick))
    middle = end - np.add.reduceat((keys & np.uint64(1)).astype(np.int64), change)
    sides: list[list[_Side]] = []
    firsts: list[Array] = []
    for low, high in ((change, middle), (middle, end)):
        some = high > low
        first, last = np.where(some, low, 0), np.where(some, high - 1, 0)
        some &= ~rst[first]
        last = np.where(some & rst[last], last - 1, last)  # a reset has a number of its own
        answers = np.where(some & (flags[last] & ACK != 0), ack[last], -1)
        columns = (np.where(some, seq[first], -1), syn[first], after[last], answers)
        firsts.append(columns[0])
        sides.append(list(zip(*(one.tolist() for one in columns), strict=True)))
    return (np.logical_or.reduceat(odd, change).tolist(), sides[0], sides[1]), np.stack(firsts), change, end


def _early(segments: Segments, pick: Array, keys: Array, begin: Array, firsts: Array) -> list[bool]:
    """Of each flow whether some segment acknowledges bytes of the other side that come behind it in this window or later.

    Segments are sorted by flow and frame. Numbers are counted from the first of each side in this window.
    """
    flags, wire = segments.flags[pick], segments.wire[pick]
    flow = np.repeat(np.arange(len(begin)), np.diff(begin, append=len(pick)))
    side = (keys & np.uint64(1)).astype(np.int64)
    other = firsts[1 - side, flow]
    shown = (segments.seq[pick] + wire + ((flags & SYN) >> 1) + (flags & FIN) - firsts[side, flow]) & MASK
    shown[shown > HALF] = 0
    lane = flow << 34  # what came of an earlier flow is below all of this one
    shown += lane
    one, two = (np.maximum.accumulate(np.where(side == which, shown, lane)) for which in (1, 0))
    wanted = (segments.ack[pick] - other) & MASK
    ahead = wanted + lane - np.where(side == 0, one, two)
    early = (ahead > 0) & (ahead < FAR) & (wanted < HALF) & (other >= 0) & (flags & ACK != 0) & (wire > 0)
    found: list[bool] = np.logical_or.reduceat(early, begin).tolist()
    return found


def _fits(stream: Stream, which: int, side: _Side, beside: _Side) -> bool:
    """True when what comes of a direction goes on from what was there, and answers nothing to come. beside: the other one."""
    half, (first, begins, _, ack) = stream.halves[which], side
    if first < 0:
        return True
    if beside[0] < 0 and ack >= 0 and not half.deaf and hasty(ack, stream.halves[1 - which]):
        return False
    return not half.later and (half.next is None or (half.next == first and not begins))


class _Columns:
    """Columns of the segments of a window as lists, sorted by flow and frame."""

    __slots__ = ("_exact", "at", "now", "pick", "records", "rows", "segments", "side", "size", "start", "tick")

    def __init__(self, records: Records, segments: Segments, pick: Array, side: Array, clock: Array) -> None:
        rows = segments.row[pick]
        self.records, self.segments = records, segments
        self.pick, self.side = pick, side.tolist()
        self.rows, self.at = rows.tolist(), records.at[rows].tolist()
        # Mostly the packets lie in order of time and within one tick: no second list of numbers then.
        self.now: list[int] = self.at if np.array_equal(records.at, clock) else clock[rows].tolist()
        low, high = int(clock[0]) // TICK, int(clock[-1]) // TICK
        self.tick: list[int] = [low] * len(rows) if low == high else (clock[rows] // TICK).tolist()
        size, flags = segments.size[pick], segments.flags[pick]
        # -1 marks what ends something and carries nothing; a reset carries nothing that counts.
        size = np.where((flags & RST != 0) | ((flags & FIN != 0) & (size == 0)), -1, size)
        self.start, self.size = segments.start[pick].tolist(), size.tolist()
        self._exact: tuple[list[int], list[int], list[int]] | None = None

    def exact(self) -> tuple[list[int], list[int], list[int]]:
        """Sequence numbers, flags, payload bytes on the wire; made when first asked for."""
        if self._exact is None:
            pick, segments = self.pick, self.segments
            self._exact = segments.seq[pick].tolist(), segments.flags[pick].tolist(), segments.wire[pick].tolist()
        return self._exact
