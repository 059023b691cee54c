"""DCE/RPC protocol data units of connection-oriented RPC (C706 chapter 12, MS-RPCE section 2.2.2)."""

from struct import Struct as Layout
from uuid import UUID

from msgspec import Struct

REQUEST, RESPONSE, FAULT = 0, 2, 3
BIND, BIND_ACK, BIND_NAK, ALTER, ALTER_ACK, AUTH3 = 11, 12, 13, 14, 15, 16
SHUTDOWN, CANCEL, ORPHANED, RTS = 17, 18, 19, 20
"""Packet types (C706 section 12.6.4; RTS: MS-RPCH section 2.2.3)."""
FROM_CLIENT = frozenset({REQUEST, BIND, ALTER, AUTH3, CANCEL, ORPHANED})
FROM_SERVER = frozenset({RESPONSE, FAULT, BIND_ACK, BIND_NAK, ALTER_ACK, SHUTDOWN})
_KNOWN = FROM_CLIENT | FROM_SERVER | {RTS}

FIRST, LAST, OBJECT = 0x01, 0x02, 0x80
"""Flags (C706 section 12.6.3.1): first fragment, last fragment, object UUID present."""

HEADER_SIZE = 16
NDR32 = "8a885d04-1ceb-11c9-9fe8-08002b104860"
NDR64 = "71710533-beba-4937-8319-b5dbef9ccc36"
"""Transfer syntaxes (MS-RPCE section 2.2.4.12 and C706 appendix I)."""
BIND_TIME_FEATURES = "6cb71c2c-9812-4540"
"""First half of the transfer syntax by which features are agreed (MS-RPCE section 3.3.1.5.3); the second half is a bit mask."""
SEALED = 6
"""Authentication level packet privacy (MS-RPCE section 2.2.1.1.8)."""
HTTP_GREETING = b"ncacn_http/1.0"
"""What the server of RPC over HTTP says first (MS-RPCH section 2.1.1.1)."""

_MOST_CONTEXTS = 128
_USUAL_HEADER = Layout("<HBBIHHI").unpack_from
"""(version with minor version, packet type, flags, data representation, length, auth length, call id), little-endian."""
_HEADERS = (Layout("<HHI"), Layout(">HHI"))
_U16 = (Layout("<H"), Layout(">H"))
_U32 = (Layout("<I"), Layout(">I"))
_CALLS = (Layout("<IHH"), Layout(">IHH"))


class Header(Struct, frozen=True, gc=False):
    """Head of any unit: packet type, flags, big: integers are big-endian, sizes in bytes, id of the call."""

    type: int
    flags: int
    big: bool
    length: int
    auth_length: int
    call_id: int


class Context(Struct, frozen=True, gc=False):
    """One offered presentation context; offset: where it lies in the unit; transfers: UUIDs of the transfer syntaxes."""

    id: int
    interface: str
    version: str
    transfers: tuple[str, ...]
    offset: int


class Answer(Struct, frozen=True, gc=False):
    """Result for one offered context (0 accepted, 1 user refusal, 2 provider refusal, 3 features agreed), in the same order."""

    result: int
    reason: int
    transfer: str


class Verifier(Struct, frozen=True, gc=False):
    """Security trailer (MS-RPCE section 2.2.2.11). start: where it begins; pad: bytes of padding before it."""

    type: int
    level: int
    pad: int
    context: int
    start: int
    token: bytes


def plausible(data: bytes, start: int, end: int) -> bool:
    """Whether the bytes there can be the start of a unit of version 5; looks at what is there, at least one byte."""
    head = data[start : min(start + 10, end)]
    size = len(head)
    if not size or head[0] != 5:
        return False
    if (size > 1 and head[1] > 1) or (size > 2 and head[2] not in _KNOWN) or (size > 4 and head[4] not in (0, 1, 0x10, 0x11)):
        return False
    return not (size > 5 and head[5] > 3) and not (size > 7 and (head[6] or head[7]))


def unit_length(data: bytes, start: int) -> int:
    """Length of the unit whose first ten bytes are at start."""
    return int(_U16[data[start + 4] & 0xF0 == 0].unpack_from(data, start + 8)[0])


def header(data: bytes) -> Header | None:
    """Head of the unit in data; None when these are not the bytes of a unit."""
    if len(data) < HEADER_SIZE:
        return None
    version, kind, flags, representation, length, auth_length, call_id = _USUAL_HEADER(data)
    if version & 0xFEFF == 5 and representation == 0x10 and kind in _KNOWN:
        if length < HEADER_SIZE or (auth_length and auth_length + 8 > length - HEADER_SIZE):
            return None
        return Header(kind, flags, False, length, auth_length, call_id)
    if not plausible(data, 0, len(data)):
        return None
    big = data[4] & 0xF0 == 0
    length, auth_length, call_id = _HEADERS[big].unpack_from(data, 8)
    if length < HEADER_SIZE or (auth_length and auth_length + 8 > length - HEADER_SIZE):
        return None
    return Header(data[2], data[3], big, length, auth_length, call_id)


def verifier(head: Header, data: bytes) -> Verifier | None:
    """Security trailer of a whole unit; None when it has none or was cut."""
    if not head.auth_length or len(data) < head.length:
        return None
    start = head.length - head.auth_length - 8
    kind, level, pad = data[start], data[start + 1], data[start + 2]
    context = int(_U32[head.big].unpack_from(data, start + 4)[0])
    return Verifier(kind, level, min(pad, start - HEADER_SIZE), context, start, data[start + 8 : head.length])


def _uuid(data: bytes, at: int, big: bool) -> str:
    raw = data[at : at + 16]
    return str(UUID(bytes=raw) if big else UUID(bytes_le=raw))


def bind(head: Header, data: bytes) -> tuple[Context, ...]:
    """Contexts of bind or alter-context (C706 section 12.6.4.3); those that were cut are left out."""
    out: list[Context] = []
    u16 = _U16[head.big]
    if len(data) < 28:
        return ()
    at = 28
    for _ in range(min(data[24], _MOST_CONTEXTS)):
        if at + 24 > len(data):
            break
        transfers = data[at + 2]
        end = at + 24 + 20 * transfers
        if end > len(data):
            break
        major, minor = u16.unpack_from(data, at + 20)[0], u16.unpack_from(data, at + 22)[0]
        if head.big:
            major, minor = minor, major
        syntaxes = tuple(_uuid(data, place, head.big) for place in range(at + 24, end, 20))
        context = int(u16.unpack_from(data, at)[0])
        out.append(Context(context, _uuid(data, at + 4, head.big), f"{major}.{minor}", syntaxes, at))
        at = end
    return tuple(out)


def bind_ack(head: Header, data: bytes) -> tuple[Answer, ...]:
    """Results of bind-ack or alter-context response (C706 section 12.6.4.4)."""
    u16 = _U16[head.big]
    if len(data) < 26:
        return ()
    at = (26 + int(u16.unpack_from(data, 24)[0]) + 3) & ~3
    if at + 4 > len(data):
        return ()
    out: list[Answer] = []
    for place in range(at + 4, at + 4 + 24 * min(data[at], _MOST_CONTEXTS), 24):
        if place + 24 > len(data):
            break
        result, reason = u16.unpack_from(data, place)[0], u16.unpack_from(data, place + 2)[0]
        out.append(Answer(result, reason, _uuid(data, place + 4, head.big)))
    return tuple(out)


def bind_nak(head: Header, data: bytes) -> int | None:
    """Reason of a refused bind (C706 section 12.6.4.5; MS-RPCE section 2.2.2.5)."""
    return int(_U16[head.big].unpack_from(data, 16)[0]) if len(data) >= 18 else None


def request(head: Header, data: bytes) -> tuple[int, int, str | None, int] | None:
    """(context id, opnum, object UUID, offset of the stub) of a request (C706 section 12.6.4.9)."""
    if len(data) < 24:
        return None
    _, context, opnum = _CALLS[head.big].unpack_from(data, 16)
    if not head.flags & OBJECT:
        return context, opnum, None, 24
    if len(data) < 40:
        return None
    return context, opnum, _uuid(data, 24, head.big), 40


def fault(head: Header, data: bytes) -> int | None:
    """Status of a fault (C706 section 12.6.4.7)."""
    return int(_U32[head.big].unpack_from(data, 24)[0]) if len(data) >= 28 else None


def netlogon_token(token: bytes) -> tuple[str, str] | None:
    """(computer, domain) of the first NL_AUTH_MESSAGE of a secure channel (MS-NRPC section 2.2.1.3.1)."""
    if len(token) < 8 or token[:4] != b"\0\0\0\0":
        return None
    flags = int.from_bytes(token[4:8], "little")
    if flags & ~0x1F or not flags & 0x02:
        return None
    texts = token[8:].split(b"\0", 2)
    domain = texts.pop(0) if flags & 0x01 else b""
    if not texts or not texts[0] or len(texts[0]) > 64 or len(domain) > 64:
        return None
    return texts[0].decode("latin-1"), domain.decode("latin-1")
