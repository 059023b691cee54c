"""TCP: the segments of a window, flow by flow; runs in order take a short way, the rest goes segment by segment."""

from bisect import bisect_left
from collections.abc import Callable

import numpy as np

from app.sensor.conversations.conversation import Conversation
from app.sensor.frame import Array, Emit, Flow, Records
from app.sensor.packets.flows import Kind, Registry, says_reply
from app.sensor.packets.layers import ACK, AUX, FIN, RST, SYN, Segments
from app.sensor.packets.stream import FAR, MASK, Half, Stream, distance
from app.sensor.packets.table import SILENT, TICK, Table, payload

STALE = 3
"""So many segments far behind what is expected belong to a new connection whose beginning was not captured."""
SNIFF = 64


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
    """Feeds the connections of one input."""

    def __init__(self, table: Table, registry: Registry, key: str, emit: Emit) -> None:
        self._table, self._registry, self._input, self._emit = table, registry, key, emit

    def feed(self, records: Records, segments: Segments, pick: Array, keys: Array, clock: Array) -> None:
        """The picked segments of a window; keys as Keys.of gives them."""
        if not len(pick):
            return
        order = np.argsort(keys, kind="stable")
        pick, keys = pick[order], keys[order]
        rows, flags, seq = segments.row[pick], segments.flags[pick], segments.seq[pick]
        wire = segments.wire[pick]
        size = segments.size[pick]
        now = clock[rows]
        syn, fin = flags & SYN, flags & FIN
        span = wire + (syn >> 1) + fin
        same = keys[1:] == keys[:-1]
        odd = np.zeros(len(pick), bool)
        odd[1:] = same & ((((seq[:-1] + span[:-1]) & MASK) != seq[1:]) | (syn[1:] != 0) | (now[1:] - now[:-1] >= SILENT))
        odd |= (flags & RST != 0) | (wire != size) | (segments.start[pick] >= AUX) | ((syn != 0) & (size > 0))
        flow = keys >> np.uint64(1)
        begin = np.flatnonzero(np.concatenate((np.ones(1, bool), flow[1:] != flow[:-1])))
        end = np.append(begin[1:], len(pick))
        middle = end - np.add.reduceat((keys & np.uint64(1)).astype(np.int64), begin)
        bad = np.logical_or.reduceat(odd, begin)
        total = np.cumsum(size)
        work = _Columns(
            records,
            segments,
            pick.tolist(),
            rows.tolist(),
            segments.start[pick].tolist(),
            size.tolist(),
            total.tolist(),
            seq.tolist(),
            flags.tolist(),
            span.tolist(),
            records.at[rows].tolist(),
            now.tolist(),
            (now // TICK).tolist(),
        )
        for key, a, m, z, slow in zip(
            flow[begin].tolist(), begin.tolist(), middle.tolist(), end.tolist(), bad.tolist(), strict=True
        ):
            one = self._table.flows.get(key)
            stream = one if isinstance(one, Stream) else None
            try:
                if slow or not self._short(work, key, stream, a, m, z):
                    self._long(work, key, a, m, z)
            except Exception:
                broken = self._table.flows.get(key)
                if broken is None:
                    self._table.tally("internal error in making a conversation", records.first + work.rows[a])
                else:
                    self._table.broken(broken, records.first + work.rows[a])
            left = self._table.flows.get(key)
            if left is not None:
                self._table.touch(key, left)

    # -- the short way ------------------------------------------------------------------------------------------------

    def _short(self, work: "_Columns", key: int, stream: Stream | None, a: int, m: int, z: int) -> bool:
        """Both directions come in order: feed them run by run. False: nothing was done, take the long way."""
        first = a if m == z or (a < m and work.rows[a] < work.rows[m]) else m
        if stream is not None and stream.dead:
            stream.last = max(work.now[m - 1] if m > a else 0, work.now[z - 1] if z > m else 0)
            return True
        if stream is None:
            stream = self._open(work, key, first, int(first >= m))
            if stream is None:
                return False
        elif work.now[first] - stream.last >= SILENT:
            return False
        halves = stream.halves
        for half, p, q in ((halves[0], a, m), (halves[1], m, z)):
            if p < q:
                if half.later:
                    return False
                if half.next is None:
                    continue
                if half.next != work.seq[p] or work.flags[p] & SYN:
                    return False
        for half, p, q in ((halves[0], a, m), (halves[1], m, z)):
            if p < q:
                if half.next is None:
                    begins = work.flags[p] & SYN
                    half.start(work.seq[p] + (begins >> 1), bool(begins))
                half.next = work.seq[q - 1] + work.span[q - 1] & MASK
        rows, now, tick = work.rows, work.now, work.tick
        p, q = a, m
        while p < m or q < z:
            if q >= z or (p < m and rows[p] < rows[q]):
                half, at, stop = halves[0], p, (bisect_left(rows, rows[q], p, m) if q < z else m)
                p = stop
            else:
                half, at, stop = halves[1], q, (bisect_left(rows, rows[p], q, z) if p < m else z)
                q = stop
            while at < stop:
                # SILENT cannot pass inside a run (that is odd); between two runs it can.
                if (tick[at] != stream.tick or now[at] - stream.last >= SILENT) and self._table.over(stream, now[at]):
                    self._again(work, key, p if half is halves[1] else at, m, at if half is halves[1] else q, z)
                    return True
                if tick[stop - 1] == tick[at]:
                    part = stop
                else:
                    part = bisect_left(tick, tick[at] + 1, at, stop)
                self._run(work, stream, half, at, part)
                stream.last = now[part - 1]
                at = part
        ended = [bool(work.flags[e - 1] & FIN) if e > b else False for b, e in ((a, m), (m, z))]
        for half, fin in zip(halves, ended, strict=True):
            half.fin = half.fin or fin
        stream.closing = stream.closing or (halves[0].fin and halves[1].fin)
        return True

    def _run(self, work: "_Columns", stream: Stream, half: Half, p: int, q: int) -> None:
        """Segments p to q of one direction, in order, nothing between them; bulk that nobody wants is jumped over."""
        size, total, start, data = work.size, work.total, work.start, work.segments.data
        first, rows, at = work.records.first, work.rows, work.at
        while p < q:
            many = size[p]
            if not many:
                p += 1
                continue
            if half.need > many and half.have >= half.wanted:
                before = total[p] - many
                stop = bisect_left(total, before + half.need, p, q)
                if stop >= q:
                    half.need -= total[q - 1] - before
                    return
                half.need -= total[stop] - size[stop] - before
                p, many = stop, size[stop]
            o = start[p]
            stream.push(half, data[o : o + many], 0, first + rows[p], at[p])
            p += 1

    # -- the long way -------------------------------------------------------------------------------------------------

    def _again(self, work: "_Columns", key: int, a: int, m: int, q: int, z: int) -> None:
        """The rest of a group whose connection ended in its middle: a to m of one side, q to z of the other."""
        self._one_by_one(work, key, sorted([*range(a, m), *range(q, z)], key=work.rows.__getitem__), m)

    def _long(self, work: "_Columns", key: int, a: int, m: int, z: int) -> None:
        self._one_by_one(work, key, sorted(range(a, z), key=work.rows.__getitem__) if a < m < z else list(range(a, z)), m)

    def _one_by_one(self, work: "_Columns", key: int, places: list[int], m: int) -> None:
        table, segments = self._table, work.segments
        for p in places:
            side, flags, now, row = int(p >= m), work.flags[p], work.now[p], work.rows[p]
            frame = work.records.first + row
            one = table.flows.get(key)
            stream = one if isinstance(one, Stream) else None
            if stream is not None:
                late = work.tick[p] != stream.tick or now - stream.last >= SILENT
                if (late and table.over(stream, now)) or self._new(stream, side, flags, work.seq[p]):
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
            data = payload(segments, work.start[p], work.size[p])
            wire = work.span[p] - (flags & SYN) // SYN - (flags & FIN)
            if flags & ACK and other.later and other.next is not None:
                other.acked = distance(int(segments.ack[work.pick[p]]), other.next) > 0
            stream.segment(half, work.seq[p], data, wire, flags, frame, work.at[p], now, segments.frames.get(row, ()))
            if half.later or other.later:
                stream.settle(now)
            if half.fin and other.fin:
                stream.closing = True

    def _new(self, stream: Stream, side: int, flags: int, sequence: int) -> bool:
        """True when this segment begins another connection between the same two ports."""
        half = stream.halves[side]
        if half.next is None:
            return bool(flags & SYN and not flags & ACK and stream.closing)
        if flags & SYN:
            return half.base != (sequence + 1 & MASK)
        if flags & RST or distance(sequence, half.next) > -FAR:
            half.stale = 0
            return False
        half.stale += 1
        return half.stale >= STALE

    def _open(self, work: "_Columns", key: int, p: int, side: int) -> Stream | None:
        """The connection whose first segment is p; None when it is on no known port and does not begin like anything known."""
        flags = work.flags[p]
        source, target = self._table.ends(work.segments, work.pick[p])
        kinds = self._registry.tcp
        kind: Kind | None
        loose = source.port not in kinds and target.port not in kinds
        if loose:
            head = payload(work.segments, work.start[p], min(work.size[p], SNIFF))
            kind = self._registry.sniff(head) if len(head) >= 8 else None
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
        )
        stream.tick = now // TICK
        stream.dead = kind is None
        self._table.keep(key, stream, work.records.first + work.rows[p])
        return stream


def _nobody(*_: object) -> Silent:
    return Silent()


class _Columns:
    """Columns of the segments of a window as lists, sorted by flow, then side, then frame."""

    __slots__ = (
        "at",
        "flags",
        "now",
        "pick",
        "records",
        "rows",
        "segments",
        "seq",
        "size",
        "span",
        "start",
        "tick",
        "total",
    )

    def __init__(
        self,
        records: Records,
        segments: Segments,
        pick: list[int],
        rows: list[int],
        start: list[int],
        size: list[int],
        total: list[int],
        seq: list[int],
        flags: list[int],
        span: list[int],
        at: list[int],
        now: list[int],
        tick: list[int],
    ) -> None:
        self.records, self.segments = records, segments
        self.pick, self.rows, self.start, self.size, self.total = pick, rows, start, size, total
        self.seq, self.flags, self.span, self.at, self.now, self.tick = seq, flags, span, at, now, tick
