"""The shape of one conversation: how the packets stage feeds it."""

from typing import Protocol

NEED_MORE = (0, 0)
"""measure(): the bytes so far do not tell the message's length."""

NOT_HERE = (-1, 0)
"""measure(): no message starts here; the stream is out of step and looks for the next segment at which one starts."""

UNANSWERED_AFTER = 30_000_000
"""Microseconds of event time after which a request counts as unanswered."""


class Conversation(Protocol):
    """One connection (TCP) or one exchange of datagrams (UDP), made as Kind(flow, emit, count).

    The packets stage calls message() in the order in which messages were complete on the wire, both directions merged.
    A conversation never raises on content, keeps bounded state, and emits through emit what it understood.
    """

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """(length, wanted) of the message that starts at data[start]; data[start:end] is all that is there so far.

        length is the whole message with its framing; wanted <= length is how many of its first bytes message() needs
        (the rest is skipped without being joined). TCP only. May return NEED_MORE or NOT_HERE. Must not change state.
        """
        ...

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One whole message (its first wanted bytes), or one datagram's payload.

        at: UTC microseconds of its last packet. frames: ascending numbers of the packets it came in.
        ordinal: place of the message in its first packet's payload (bytes; 0 for a datagram), for Activity.ordinal.
        """
        ...

    def lost(self, from_client: bool) -> None:
        """Bytes of this direction were lost; the next message starts anew."""
        ...

    def expire(self, now: int) -> None:
        """Emit as unanswered what was asked before now - UNANSWERED_AFTER. Called now and then, in event time."""
        ...

    def close(self) -> None:
        """The connection ended or the input did: emit what is pending as unanswered. Called once."""
        ...
