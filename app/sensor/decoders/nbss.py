"""NetBIOS session service framing, on port 139 and as the four bytes before SMB on port 445."""

import struct

# RFC 1002 section 4.3.1, packet types
MESSAGE = 0x00
REQUEST = 0x81
POSITIVE = 0x82
NEGATIVE = 0x83
RETARGET = 0x84
KEEP_ALIVE = 0x85

HEADER_LENGTH = 4

head = struct.Struct(">I4s").unpack_from
"""(type << 24 | length, first four bytes of the message); 24 bits of length as in MS-SMB2 section 2.1."""

_CONTROL_LENGTHS = {
    REQUEST: range(0, 1025),
    POSITIVE: range(0, 1),
    NEGATIVE: range(1, 2),
    RETARGET: range(6, 7),
    KEEP_ALIVE: range(0, 1),
}
_HALF = {character: index for index, character in enumerate(b"ABCDEFGHIJKLMNOP")}


def control_length(first: int) -> int | None:
    """Whole length of a control packet from its first four bytes (big endian), None when these begin no control packet."""
    allowed = _CONTROL_LENGTHS.get(first >> 24)
    length = first & 0xFFFFFF
    return length + HEADER_LENGTH if allowed is not None and length in allowed else None


def session_request(data: bytes) -> tuple[tuple[str, int], tuple[str, int]] | None:
    """((called name, suffix), (calling name, suffix)) of a whole session request (RFC 1002 section 4.3.2)."""
    called, offset = _name(data, HEADER_LENGTH)
    if called is None:
        return None
    calling, _ = _name(data, offset)
    return None if calling is None else (called, calling)


def _name(data: bytes, start: int) -> tuple[tuple[str, int] | None, int]:
    """One first-level encoded name (RFC 1001 section 14.1) with the offset behind its scope labels."""
    if start + 34 > len(data) or data[start] != 32:
        return None, start
    raw = bytearray()
    for place in range(start + 1, start + 33, 2):
        high, low = _HALF.get(data[place]), _HALF.get(data[place + 1])
        if high is None or low is None:
            return None, start
        raw.append(high << 4 | low)
    offset = start + 33
    for _ in range(8):
        if offset >= len(data) or data[offset] == 0:
            break
        offset += 1 + data[offset]
    return (raw[:15].split(b"\0")[0].decode("cp437").rstrip(" "), raw[15]), offset + 1
