"""NEGOEX messages inside a security token (MS-NEGOEX section 2.2.6): which conversation they belong to, what they offer."""

import struct
from uuid import UUID

from msgspec import Struct

SIGNATURE = b"NEGOEXTS"
INITIATOR_NEGO, ACCEPTOR_NEGO, INITIATOR_META, ACCEPTOR_META, CHALLENGE, AP_REQUEST, VERIFY, ALERT = range(8)
"""MESSAGE_TYPE (section 2.2.6.1)."""
_HEAD = struct.Struct("<8sIIII16s")
"""MESSAGE_HEADER (section 2.2.6.2)."""
_SCHEMES = struct.Struct("<IH")
"""AUTH_SCHEME_VECTOR: where the schemes lie in the message, how many there are (section 2.2.5.2.3)."""
_SCHEMES_AT = _HEAD.size + 32 + 8
"""Where it stands in NEGO_MESSAGE: behind the random bytes and the version (section 2.2.6.3)."""
_MOST = 16
"""Messages of one token, and schemes of one message, that are read; both sides send four or five."""


class Message(Struct, frozen=True, gc=False):
    """The messages of one token. conversation: GUID that the client drew at random for this one negotiation.

    types: MESSAGE_TYPE of each. schemes: GUIDs of the mechanisms offered or chosen.
    """

    conversation: str
    types: tuple[int, ...]
    schemes: tuple[str, ...] = ()


def decode(data: bytes, at: int, end: int) -> Message | None:
    """The messages in data[at:end], which stand one behind the other; None when there is none. What is cut is left out."""
    end = min(end, len(data))
    conversation: bytes | None = None
    types: list[int] = []
    schemes: list[str] = []
    while len(types) < _MOST and at + _HEAD.size <= end:
        signature, kind, _, head, size, mine = _HEAD.unpack_from(data, at)
        if signature != SIGNATURE or kind > ALERT or head < _HEAD.size or size < head:
            break
        if conversation is None:
            conversation = mine
        elif mine != conversation:  # section 3.1.5.2: the same in the whole exchange
            break
        types.append(kind)
        stop = min(at + size, end)
        if kind in (INITIATOR_NEGO, ACCEPTOR_NEGO) and at + _SCHEMES_AT + _SCHEMES.size <= stop:
            where, count = _SCHEMES.unpack_from(data, at + _SCHEMES_AT)
            for place in range(at + where, at + where + 16 * min(count, _MOST), 16):
                if place + 16 > stop:
                    break
                schemes.append(str(UUID(bytes_le=data[place : place + 16])))
        elif kind in (CHALLENGE, AP_REQUEST) and at + _HEAD.size + 16 <= stop:  # EXCHANGE_MESSAGE (section 2.2.6.4)
            schemes.append(str(UUID(bytes_le=data[at + _HEAD.size : at + _HEAD.size + 16])))
        at += size
    if conversation is None:
        return None
    return Message(str(UUID(bytes_le=conversation)), tuple(types), tuple(dict.fromkeys(schemes)))
