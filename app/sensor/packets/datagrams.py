"""UDP: every datagram to the conversation of its two ends, mirrored doubles left out."""

from collections.abc import Mapping

from app.sensor.conversations.conversation import Conversation
from app.sensor.frame import Array, Emit, Flow, Records
from app.sensor.packets.flows import Kind
from app.sensor.packets.layers import AUX, Segments
from app.sensor.packets.table import TICK, Table, payload

SOON = 100_000
"""Microseconds in which a question may stand behind its answer, as cards with several queues and captures of several interfaces
leave them."""
TWICE, AT_ONCE = 1_000_000, 2_000
"""Microseconds within which the same datagram is the same packet captured twice: with an IP identification, and without."""
RECENT = 8


class Exchange:
    """Datagrams between two ends; side: which end of the flow key asks. first: an answer that came before any question."""

    __slots__ = ("asked", "closing", "conversation", "dead", "first", "last", "recent", "side", "tick")

    def __init__(self, conversation: Conversation, side: int, clock: int) -> None:
        self.conversation = conversation
        self.side = side
        self.last = clock
        self.tick = clock // TICK
        self.closing = True
        self.dead = False
        self.asked = False
        self.first: tuple[bytes, int, tuple[int, ...]] | None = None
        # A list: a deque of a few takes five times its memory, and there may be many exchanges.
        self.recent: list[tuple[int, int, bytes, int]] = []

    def close(self) -> None:
        """No more datagrams."""
        self.answered()
        self.conversation.close()

    def message(self, asks: bool, body: bytes, at: int, frames: tuple[int, ...]) -> None:
        """One datagram; an answer before all questions waits for the next one, which may be the one that it answers."""
        if not asks and not self.asked and self.first is None:
            self.first = body, at, frames
            return
        if self.first is not None and (not asks or at - self.first[1] > SOON):
            self.answered()
        self.asked = True
        self.conversation.message(asks, body, at, frames, 0)
        if self.first is not None:
            self.answered()

    def answered(self) -> None:
        """Hand on the answer that waited."""
        if self.first is not None:
            (body, at, frames), self.first = self.first, None
            self.conversation.message(False, body, at, frames, 0)

    def again(self, side: int, ident: int, data: bytes, at: int) -> bool:
        """True when this very packet was here just now."""
        recent = self.recent
        if recent:
            near = TWICE if ident > 0 else AT_ONCE
            for which, number, held, when in recent:
                if number == ident and which == side and abs(at - when) <= near and held == data:
                    return True
            if len(recent) >= RECENT:
                del recent[0]
        recent.append((side, ident, data, at))
        return False


def feed_datagrams(
    table: Table,
    kinds: Mapping[int, Kind],
    key_of_input: str,
    emit: Emit,
    records: Records,
    segments: Segments,
    pick: Array,
    keys: Array,
    clock: Array,
) -> None:
    """The picked datagrams of a window, in frame order."""
    rows = segments.row[pick]
    columns = zip(
        pick.tolist(),
        keys.tolist(),
        rows.tolist(),
        records.at[rows].tolist(),
        clock[rows].tolist(),
        (clock[rows] // TICK).tolist(),
        segments.start[pick].tolist(),
        segments.size[pick].tolist(),
        segments.ident[pick].tolist(),
        strict=True,
    )
    flows, first, data, frames_of = table.flows, records.first, segments.data, segments.frames
    touched: dict[int, Exchange] = {}
    for at, key, row, when, now, tick, start, size, ident in columns:
        side, key = key & 1, key >> 1
        frame = first + row
        flow = flows.get(key)
        try:
            if flow is not None and tick != flow.tick and table.over(flow, now):
                table.end(key)
                flow = None
            if flow is None:
                source, target = table.ends(segments, at)
                # The known port is the server's; of two known ones the lower; of two equal ones the first that speaks is client.
                asks = source.port not in kinds or (target.port in kinds and target.port <= source.port)
                client, server = (source, target) if asks else (target, source)
                talk = kinds[server.port](Flow(key_of_input, client, server, "udp"), emit, table.tally)
                flow = Exchange(talk, side if asks else 1 - side, now)
                table.keep(key, flow, frame)
            assert isinstance(flow, Exchange)
            flow.last = now
            if flow.dead:
                continue
            touched[key] = flow
            body = data[start : start + size] if start < AUX else payload(segments, start, size)
            if flow.again(side, ident, body, when):
                table.tally("duplicate packets", frame)
                continue
            flow.message(side == flow.side, body, when, frames_of.get(row) or (frame,))
        except Exception:
            if flow is None:
                table.tally("internal error in making a conversation", frame)
            else:
                table.broken(flow, frame)
    for key, one in touched.items():
        table.touch(key, one)
