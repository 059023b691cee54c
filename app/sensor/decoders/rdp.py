"""RDP connection opening (MS-RDPBCGR section 2.2.1): cookie, protocols, name of the client's computer."""

from msgspec import Struct

TPKT_VERSION = 3  # T.123 section 8
_CONNECTION_REQUEST, _CONNECTION_CONFIRM = 0xE0, 0xD0  # X.224 section 13.3, 13.4
_VARIABLE = 11
"""Where the variable part of both begins: after the TPKT head and the fixed X.224 part."""
_COOKIE = b"Cookie: mstshash="
_NEGOTIATION_REQUEST, _NEGOTIATION_RESPONSE, _NEGOTIATION_FAILURE = 1, 2, 3
_GCC_KEY = b"Duca"  # T.124, the key of the client's conference data
_CLIENT_CORE = 0xC001
_CLIENT_NAME_AT, _CLIENT_NAME_BYTES = 24, 32  # MS-RDPBCGR section 2.2.1.3.2
_MOST_BLOCKS = 16


class Request(Struct, frozen=True, gc=False):
    """Client X.224 connection request (section 2.2.1.1). protocols: None when it does not say any, which means plain RDP."""

    cookie: str | None = None
    protocols: int | None = None


class Confirm(Struct, frozen=True, gc=False):
    """Server X.224 connection confirm (section 2.2.1.2). failure: code of RDP_NEG_FAILURE."""

    protocol: int | None = None
    failure: int | None = None


def decode(data: bytes) -> Request | Confirm | None:
    """The connection request or confirm in data, which starts at its TPKT head; None when it is another message."""
    if len(data) < _VARIABLE or data[0] != TPKT_VERSION:
        return None
    kind = data[5] & 0xF0
    if kind == _CONNECTION_REQUEST:
        return _request(data)
    if kind == _CONNECTION_CONFIRM:
        what, value = _negotiation(data, _VARIABLE)
        if what == _NEGOTIATION_FAILURE:
            return Confirm(failure=value)
        return Confirm(protocol=value if what == _NEGOTIATION_RESPONSE else None)
    return None


def client_name(data: bytes) -> str | None:
    """Name of the client's computer in an MCS connect-initial (section 2.2.1.3), which only plain RDP sends in the clear."""
    at = data.find(_GCC_KEY, 0, 1024)
    if at < 0 or len(data) < at + 8:
        return None
    at += len(_GCC_KEY)
    # Length of what follows, in one byte or two (X.691 section 10.9).
    at += 2 if data[at] & 0x80 else 1
    for _ in range(_MOST_BLOCKS):
        kind, size = int.from_bytes(data[at : at + 2], "little"), int.from_bytes(data[at + 2 : at + 4], "little")
        if kind == _CLIENT_CORE:
            raw = data[at + _CLIENT_NAME_AT : at + _CLIENT_NAME_AT + _CLIENT_NAME_BYTES]
            if size < _CLIENT_NAME_AT + _CLIENT_NAME_BYTES or len(raw) < _CLIENT_NAME_BYTES:
                return None
            return raw.decode("utf-16-le", "replace").split("\0")[0] or None
        if size < 4:
            return None
        at += size
    return None


def _request(data: bytes) -> Request:
    cookie = None
    after = _VARIABLE
    line = data.find(b"\r\n", _VARIABLE)
    if line >= 0:
        after = line + 2
        if data.startswith(_COOKIE, _VARIABLE):
            cookie = data[_VARIABLE + len(_COOKIE) : line][:4096].decode("utf-8", "replace") or None
    what, value = _negotiation(data, after)
    return Request(cookie, value if what == _NEGOTIATION_REQUEST else None)


def _negotiation(data: bytes, at: int) -> tuple[int, int | None]:
    """(type, value) of the negotiation structure at data[at] (section 2.2.1.1.1, 2.2.1.2.1, 2.2.1.2.2); (0, None) without."""
    if len(data) < at + 8 or data[at + 2 : at + 4] != b"\x08\x00":
        return 0, None
    return data[at], int.from_bytes(data[at + 4 : at + 8], "little")
