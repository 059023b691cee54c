"""One TCP connection: bytes back in order, cut into messages, handed to its conversation."""

from collections.abc import Callable

from app.model import counting
from app.sensor.conversations.conversation import Conversation

LARGEST = 0x0100_0004
"""No message is longer: NetBIOS session service has 24 bits of length and a header of 4 (RFC 1002 section 4.3.1)."""
MOST = 4 << 20
"""At most so many bytes of one message are kept."""
HEADER = 1 << 16
"""A message that has not told its length within so many bytes is none."""
FRAMES = 64
"""Frames named for one message: the first ones and the last."""
PIECES, BYTES = 256, 1 << 18
"""Out-of-order segments and bytes kept in one direction before the missing ones count as lost."""
PATIENCE, SETTLED = 3_000_000, 100_000
"""Microseconds that missing bytes are waited for; the same once the other side has acknowledged them."""
FAR = 1 << 20
"""Segments so far behind are of another connection, not sent again; nor are bytes so far ahead waited for."""
MASK = 0xFFFF_FFFF

Count = Callable[[str, int], None]
Later = tuple[int, bytes, int, int, int, tuple[int, ...], int, int]
"""(sequence number, captured payload, payload on the wire, frame, time, other frames, FIN, acknowledged number or -1)."""


class Caps:
    """Bounds of what connections hold back: most of one message; pieces and bytes that came too early, of one direction."""

    __slots__ = ("bytes", "most", "pieces")

    def __init__(self) -> None:
        self.tighten(0)

    def tighten(self, tight: int) -> None:
        """0: as usual; each step leaves a quarter."""
        self.most, self.pieces, self.bytes = MOST >> 2 * tight, PIECES >> 2 * tight, BYTES >> 2 * tight


def distance(a: int, b: int) -> int:
    """a - b for sequence numbers (RFC 9293 section 3.4): -2**31 to 2**31 - 1."""
    return ((a - b + 0x8000_0000) & MASK) - 0x8000_0000


class Half:
    """One direction. next: sequence number expected, None before the first packet; base: the first one.

    synced: a message starts where the next bytes are. need: bytes missing of the message under way, wanted and have of
    those that are kept. held: a start too short to tell its length. later: what came too early: before bytes of its own
    direction, or of the other one that it acknowledges. deaf: the other one is not all captured, so that nothing waits for it.
    """

    __slots__ = (
        "acked",
        "at",
        "base",
        "deaf",
        "fin",
        "frames",
        "from_client",
        "have",
        "held",
        "kept",
        "later",
        "need",
        "next",
        "ordinal",
        "parts",
        "since",
        "stale",
        "synced",
        "wanted",
    )

    def __init__(self, from_client: bool) -> None:
        self.from_client = from_client
        self.next: int | None = None
        self.base = 0
        self.synced = False
        self.need = self.wanted = self.have = 0
        self.held = b""
        self.parts: list[bytes] = []
        self.frames: list[int] = []
        self.ordinal = self.at = 0
        self.later: list[Later] = []
        self.kept = self.since = self.stale = 0
        self.fin = self.acked = self.deaf = False

    def start(self, sequence: int, synced: bool) -> None:
        """The first byte that follows has this number; synced: nothing came before it."""
        self.next = self.base = sequence & MASK
        self.synced = synced

    def forget(self) -> None:
        """Drop the message under way."""
        self.need = self.wanted = self.have = 0
        self.held = b""
        self.parts = []
        self.frames = []


class Stream:
    """One connection. last, tick: clock of its last packet. side: which side of the flow key is the client."""

    __slots__ = ("caps", "closing", "conversation", "count", "dead", "halves", "last", "side", "tick")

    def __init__(self, conversation: Conversation, side: int, count: Count, clock: int, caps: Caps) -> None:
        self.conversation = conversation
        self.caps = caps
        self.side = side
        self.halves = (Half(side == 0), Half(side == 1))
        self.count = count
        self.last = clock
        self.tick = 0
        self.closing = False
        self.dead = False

    # -- bytes in order -----------------------------------------------------------------------------------------------

    def push(self, half: Half, data: bytes, base: int, frame: int, at: int, also: tuple[int, ...] = ()) -> None:
        """The next bytes of one direction; base: how far into its packet's payload data starts."""
        size, o = len(data), 0
        conversation, from_client = self.conversation, half.from_client
        if half.need:
            have = half.have
            if have < half.wanted:
                part = data[: min(half.wanted - have, half.need)]
                half.parts.append(part)
                half.have = have + len(part)
                self._name(half, frame, at, also)
            if size < half.need:
                half.need -= size
                return
            o = half.need
            self._name(half, frame, at, also)
            self._deliver(half)
        elif half.held:
            o = self._longer(half, data, frame, at, also)
        measure = conversation.measure
        while o < size:
            length, wanted = measure(from_client, data, o, size)
            if length == 0 and size - o < HEADER:
                half.held = data[o:]
                half.ordinal, half.at, half.frames = base + o, at, [*also, frame] if also else [frame]
                return
            if not 0 < length <= LARGEST:
                self._adrift(half, frame, length == 0)
                return
            half.synced = True
            stop = o + length
            if stop <= size:
                conversation.message(from_client, data[o : o + min(wanted, length)], at, also or (frame,), base + o)
                o = stop
                continue
            half.need = stop - size
            half.wanted = min(wanted, length, self.caps.most)
            if wanted > self.caps.most:
                self.count(
                    f"message over {counting.size(MOST)} cut" if self.caps.most == MOST else "message cut, memory is short", frame
                )
            half.parts = [data[o : o + half.wanted]]
            half.have = len(half.parts[0])
            half.ordinal, half.at, half.frames = base + o, at, [*also] if also else [frame]
            return

    def _name(self, half: Half, frame: int, at: int, also: tuple[int, ...]) -> None:
        half.at = max(half.at, at)
        frames = half.frames
        if len(frames) >= FRAMES:
            del frames[FRAMES - 1 :]
        frames.extend(also or (frame,))

    def _deliver(self, half: Half) -> None:
        data, at, ordinal = b"".join(half.parts), half.at, half.ordinal
        frames = tuple(sorted(set(half.frames)))
        half.forget()
        self.conversation.message(half.from_client, data, at, frames, ordinal)

    def _longer(self, half: Half, data: bytes, frame: int, at: int, also: tuple[int, ...]) -> int:
        """A start that was too short has got more; how much of data went into its message."""
        before = len(half.held)
        whole = half.held + data
        length, wanted = self.conversation.measure(half.from_client, whole, 0, len(whole))
        if length == 0 and len(whole) < HEADER:
            half.held = whole
            self._name(half, frame, at, also)
            return len(data)
        if not before < length <= LARGEST:
            half.forget()
            if half.synced:
                self._adrift(half, frame, length == 0)
            return 0  # a message may start where this segment does
        half.synced = True
        self._name(half, frame, at, also)
        half.held = b""
        half.wanted = min(wanted, length, self.caps.most)
        half.parts = [whole[: half.wanted]]
        half.have = len(half.parts[0])
        if length <= len(whole):
            self._deliver(half)
            return length - before
        half.need = length - len(whole)
        return len(data)

    def _adrift(self, half: Half, frame: int, endless: bool) -> None:
        """No message starts here; wait for a segment at which one does."""
        half.forget()
        if half.synced:
            half.synced = False
            self.count("TCP message that does not tell its length" if endless else "TCP stream out of step", frame)
            self.conversation.lost(half.from_client)

    def gap(self, half: Half, missing: int, frame: int, cut: bool) -> None:
        """missing bytes of one direction were never captured; cut: only because packets were cut short by the capture."""
        if half.need and (cut or half.have >= half.wanted) and half.need >= missing:
            if half.have < half.wanted:
                half.wanted = half.have
            half.need -= missing
            if not half.need:
                self._deliver(half)
            return
        if half.need and cut:
            self._deliver(half)
        half.forget()
        half.synced = False
        self.conversation.lost(half.from_client)

    # -- segments in any order ----------------------------------------------------------------------------------------

    def segment(
        self,
        half: Half,
        sequence: int,
        data: bytes,
        wire: int,
        flags: int,
        frame: int,
        at: int,
        clock: int,
        also: tuple[int, ...],
        ack: int = -1,
    ) -> None:
        """One segment as captured; wire: payload bytes it had on the wire. ack: what it acknowledges, -1 when nothing."""
        if flags & 2:
            sequence = sequence + 1 & MASK
        if half.next is None:
            half.start(sequence, bool(flags & 2))
            if self._other(half).later:  # answers to what was before the capture
                self._drain(self._other(half))
        assert half.next is not None
        ahead = distance(sequence, half.next)
        if ahead > 0 or (data and self._hasty(half, ack)):
            if wire or flags & 1:
                if not half.later:
                    half.since = clock
                half.later.append((sequence, data, wire, frame, at, also, flags & 1, ack))
                half.kept += len(data)
            return
        self._place(half, ahead, data, wire, flags & 1, frame, at, also)
        if self.halves[0].later or self.halves[1].later:
            self._release(half)

    def _other(self, half: Half) -> Half:
        return self.halves[1] if half is self.halves[0] else self.halves[0]

    def _hasty(self, half: Half, ack: int) -> bool:
        """True for what answers bytes of the other direction that the capture has not shown yet: it may show them later, as cards
        with several queues and captures of several interfaces do. What a server says first answers something too."""
        other = self._other(half)
        return ack >= 0 and not half.deaf and (hasty(ack, other) or (other.next is None and not half.from_client))

    def _release(self, half: Half) -> None:
        """Take what waited in either direction, for as long as one lets the other go on."""
        idle = 0
        while idle < 2:
            idle = 0 if half.later and self._drain(half) else idle + 1
            half = self._other(half)

    def _place(
        self, half: Half, ahead: int, data: bytes, wire: int, fin: int, frame: int, at: int, also: tuple[int, ...]
    ) -> None:
        """Bytes of which the first is expected or already seen (ahead <= 0); what was seen first stays."""
        assert half.next is not None
        fresh = wire + fin + ahead
        if fresh <= 0:
            return
        if wire + ahead > 0:
            data = data[-ahead:] if ahead else data
            if data:
                self.push(half, data, -ahead, frame, at, also)
            missing = wire + ahead - len(data)
            if missing > 0:
                self.gap(half, missing, frame, True)
        if fin:
            half.fin = True
        half.next = half.next + fresh & MASK

    def _drain(self, half: Half) -> int:
        """Take what came too early as far as it is in order now; how many segments."""
        assert half.next is not None
        expected = half.next
        half.later.sort(key=lambda one: distance(one[0], expected))
        taken = 0
        for sequence, data, wire, frame, at, also, fin, ack in half.later:
            ahead = distance(sequence, half.next)
            if ahead > 0 or self._hasty(half, ack):
                break
            taken += 1
            half.kept -= len(data)
            self._place(half, ahead, data, wire, fin, frame, at, also)
        if taken:
            del half.later[:taken]
        return taken

    def skip(self, half: Half) -> None:
        """Give up the missing bytes before what came too early."""
        assert half.next is not None
        expected = half.next
        first = min(half.later, key=lambda one: distance(one[0], expected))
        missing = distance(first[0], expected)
        if missing > 0:
            self.count("TCP bytes never captured", first[3])
            self.gap(half, missing, first[3], False)
            half.next = first[0]
        half.deaf = half.deaf or self._hasty(half, first[7])
        self._release(half)

    def settle(self, clock: int) -> None:
        """Decide whether missing bytes are still worth waiting for."""
        while due := [half for half in self.halves if half.later and _impatient(half, clock, self.caps)]:
            half = min(due, key=_turn)
            self.skip(half)
            half.since, half.acked = clock, False

    def close(self) -> None:
        """The connection is over: use what is left, then close its conversation."""
        if self.dead:
            return
        while any(half.later for half in self.halves):
            self.skip(min((half for half in self.halves if half.later), key=_turn))
        self.conversation.close()


def _impatient(half: Half, clock: int, caps: Caps) -> bool:
    waited = clock - half.since
    return len(half.later) > caps.pieces or half.kept > caps.bytes or waited > PATIENCE or (half.acked and waited > SETTLED)


def _turn(half: Half) -> tuple[bool, int]:
    """Bytes that are missing are given up before those that answer them go on. Else the direction whose early bytes were captured
    first goes first, as it did on the wire, whatever its side."""
    return any(one[0] == half.next for one in half.later), min(one[3] for one in half.later)


def hasty(ack: int, other: Half) -> bool:
    """Whether bytes of that direction are acknowledged that were not captured yet."""
    return other.next is not None and 0 < distance(ack, other.next) < FAR
