"""NetBIOS name service (RFC 1002 section 4.2): which names a station says it has."""

import struct

from msgspec import Struct

# Opcodes (RFC 1002 section 4.2.1.1; 9 is the second value of refresh, 15 Microsoft's registration of several addresses).
QUERY, REGISTRATION, RELEASE, WACK, REFRESH, REFRESH_ALSO, REGISTRATION_MANY = 0, 5, 6, 7, 8, 9, 15
_SPEAKS = frozenset({REGISTRATION, REFRESH, REFRESH_ALSO, REGISTRATION_MANY})
_NB, _NBSTAT = 0x20, 0x21
_RECORD_LIMIT = 64
_NAME_LIMIT = 255

_HEADER = struct.Struct(">6H").unpack_from
_RECORD = struct.Struct(">2HIH").unpack_from


class Claim(Struct, frozen=True, gc=False):
    """One name that a station has. address "" is the sender's own. role: computer, domain or user."""

    address: str
    name: str
    role: str


class NameMessage(Struct, frozen=True, gc=False):
    """What one datagram states. hardware: the unit id of a node status, "aa:bb:cc:dd:ee:ff"."""

    reply: bool
    opcode: int
    code: int
    claims: tuple[Claim, ...] = ()
    hardware: str | None = None


def decode(data: bytes) -> NameMessage | None:
    """One datagram of port 137; None when it is no NetBIOS name message."""
    if len(data) < 12:
        return None
    _, flags, questions, answers, authorities, additionals = _HEADER(data)
    opcode = flags >> 11 & 15
    reply = bool(flags & 0x8000)
    code = flags & 15
    if questions > 16 or answers + authorities + additionals > _RECORD_LIMIT:
        return None
    if (reply and code) or not (reply or opcode in _SPEAKS):
        return NameMessage(reply, opcode, code)
    claims: list[Claim] = []
    hardware = None
    try:
        at = 12
        for _ in range(questions):
            _, at = _name(data, at)
            at += 4
        for _ in range(answers + authorities + additionals):
            raw, at = _name(data, at)
            kind, _, _, size = _RECORD(data, at)
            at += 10
            if kind == _NBSTAT and reply:
                hardware = _status(data, at, at + size, claims)
            elif kind == _NB and opcode != RELEASE and opcode != WACK:
                for where in range(at, min(at + size, len(data)) - 5, 6):
                    _claim(raw, bool(data[where] & 0x80), "%d.%d.%d.%d" % tuple(data[where + 2 : where + 6]), claims)  # noqa: UP031
            at += size
    except (IndexError, struct.error):
        if not claims:
            return None
    return NameMessage(reply, opcode, code, tuple(claims), hardware)


def first_level(encoded: bytes) -> bytes:
    """The 16 bytes that a first-level encoded name of 32 letters stands for (RFC 1001 section 14.1); b"" when it is none."""
    if len(encoded) != 32 or not all(0x41 <= one <= 0x50 for one in encoded):
        return b""
    return bytes([(encoded[at] - 0x41) << 4 | encoded[at + 1] - 0x41 for at in range(0, 32, 2)])


def _name(data: bytes, at: int) -> tuple[bytes, int]:
    """(16 bytes of the name, byte after it); b"" for a name that is no NetBIOS name. Raises IndexError at the end."""
    after = -1
    first = b""
    for index in range(32):
        size = data[at]
        if size >= 0xC0:
            after = at + 2 if after < 0 else after
            at = (size & 0x3F) << 8 | data[at + 1]
            continue
        at += 1
        if not size:
            break
        if size > 63:
            raise IndexError
        if not first and (not index or after >= 0):
            first = data[at : at + size]
        at += size
    return first_level(first), at if after < 0 else after


def _status(data: bytes, at: int, end: int, claims: list[Claim]) -> str | None:
    """Node status (RFC 1002 section 4.2.18): names of 18 bytes, then the unit id; returns it."""
    count = data[at]
    at += 1
    for _ in range(count):
        if at + 18 > min(end, len(data)):
            return None
        _claim(data[at : at + 16], bool(data[at + 16] & 0x80), "", claims)
        at += 18
    raw = data[at : at + 6]
    return raw.hex(":") if len(raw) == 6 and any(raw) else None


def _claim(raw: bytes, group: bool, address: str, claims: list[Claim]) -> None:
    """Adds what a name of 15 bytes and a suffix says (MS-BRWS section 2.1.1; the suffixes of MS-NBTE section 2.2.1)."""
    if len(raw) != 16 or address == "0.0.0.0" or raw[:15] == b"\x01\x02__MSBROWSE__\x02":
        return
    name = raw[:15].rstrip(b" \0").decode("cp437", "replace")
    suffix = raw[15]
    if not name or name == "*" or not name.isprintable():
        return
    if suffix == 0x1B or suffix == 0x1C or (suffix == 0 and group):
        role = "domain"
    elif (suffix == 0 or suffix == 0x20) and not group:
        role = "computer"
    elif suffix == 3 and not group:
        # The messenger registers the computer's own name with this suffix too.
        if name.endswith("$") or any(one.name == name and one.role == "computer" for one in claims):
            return
        role = "user"
    else:
        return
    claim = Claim(address, name, role)
    if claim not in claims:
        claims.append(claim)
