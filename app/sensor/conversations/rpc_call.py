"""One remote procedure call while it is under way: its fragments joined within bounds."""

from collections import deque

from app.sensor.decoders.dcerpc import Verifier

STUB_KEPT = 65536
"""Bytes of a stub that are kept for decoding; the sizes count all."""
FRAMES_KEPT = 32
"""Frames kept at each end of a long call; a replication answer has thousands."""


class Frames:
    """Frame numbers in the order they came: the first and the last few, each once."""

    __slots__ = ("first", "last")

    def __init__(self) -> None:
        self.first: list[int] = []
        self.last: deque[int] | tuple[()] = ()

    def add(self, frames: tuple[int, ...]) -> None:
        """Remember the frames of one more unit."""
        for frame in frames:
            if len(self.first) < FRAMES_KEPT:
                if frame not in self.first:
                    self.first.append(frame)
            elif frame not in self.last and frame not in self.first:
                if not self.last:
                    self.last = deque(maxlen=FRAMES_KEPT)
                self.last.append(frame)

    def all(self) -> tuple[int, ...]:
        """All that are remembered, ascending."""
        first = self.first
        if len(first) == 2 and first[0] < first[1]:
            return first[0], first[1]
        return tuple(sorted((*first, *self.last)))


class Stub:
    """Bytes of one direction of a call. whole: nothing is missing so far; size: bytes seen, tail: its last four.

    hidden: a part of it was sealed, and no key opened that.
    """

    __slots__ = ("data", "hidden", "seen", "size", "tail", "whole")

    def __init__(self) -> None:
        self.data = bytearray()
        self.size = 0
        self.tail = b""
        self.whole = True
        self.seen = False
        self.hidden = False

    def add(self, part: bytes, size: int, joined: bool) -> None:
        """One more fragment of size bytes; joined: part is all of it."""
        self.seen = True
        before = self.size
        self.size = before + size
        if self.whole and before < STUB_KEPT:
            if part:
                self.data += part[: STUB_KEPT - before]
            if size and not joined:
                self.whole = False
        self.tail = part[-4:] if joined and len(part) >= 4 else b""


class Call:
    """What was asked and, as far as it has come, what was answered."""

    __slots__ = (
        "asked", "at", "auth_level", "auth_type", "big", "call_id", "complete", "context", "fault", "frames", "login",
        "object", "opnum", "ordinal", "reply", "reply_big", "sealed", "until",
    )  # fmt: skip

    def __init__(self, call_id: int, context: int, opnum: int, target: str | None, at: int, ordinal: int, big: bool) -> None:
        self.call_id = call_id
        self.context = context
        self.opnum = opnum
        self.object = target
        self.at = at
        self.until = at
        self.ordinal = ordinal
        self.big = big
        self.reply_big = big
        self.asked = Stub()
        self.reply = Stub()
        self.frames = Frames()
        self.sealed = False
        self.complete = False
        self.fault: int | None = None
        self.auth_type: int | None = None
        self.auth_level: int | None = None
        self.login: int | None = None

    @property
    def hidden(self) -> bool:
        """Whether a part of what was asked or answered was sealed, and no key opened it."""
        return self.asked.hidden or self.reply.hidden

    def secure(self, trailer: Verifier) -> None:
        """Take type and level of protection from a unit's trailer."""
        self.auth_type = trailer.type
        self.auth_level = trailer.level
        self.login = trailer.context
