"""Time messages of domain members: NTP with an authenticator that names an account (MS-SNTP section 2.2)."""

from msgspec import Struct

PLAIN, SIGNED, EXTENDED = 48, 68, 120
"""Bytes of a message without, with, and with an extended authenticator."""
CLIENT, SERVER = 3, 4
"""Modes (RFC 5905 section 7.3); symmetric ones (1, 2) are written by some clients and answered alike."""
ASKING, ANSWERING = frozenset({1, 3}), frozenset({2, 4})
PREVIOUS = 0x80000000
"""Bit of the key identifier that asks for the account's previous password (MS-SNTP section 3.1.5.1)."""


class Message(Struct, frozen=True, gc=False):
    """One message with an authenticator. rid: whose password's hash signs the answer. mark: what ties an answer to its request:
    the client's transmit time, which the server sends back as the origin's."""

    asks: bool
    rid: int
    previous: bool
    extended: bool
    mark: bytes


def decode(data: bytes) -> Message | None:
    """A message that names an account; None for any other."""
    if len(data) not in (SIGNED, EXTENDED) or not 3 <= data[0] >> 3 & 7 <= 4:
        return None
    mode, extended = data[0] & 7, len(data) == EXTENDED
    key = int.from_bytes(data[PLAIN : PLAIN + 4], "little")
    if mode not in ASKING | ANSWERING or not key & ~PREVIOUS:
        return None
    asks = mode in ASKING
    mark = data[40:48] if asks else data[24:32]
    return Message(asks, key & ~PREVIOUS, bool(key & PREVIOUS), extended, mark)
