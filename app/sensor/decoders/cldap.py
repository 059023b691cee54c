"""Netlogon answers to an LDAP ping (MS-ADTS sections 6.3.1.7 to 6.3.1.9)."""

from msgspec import Struct

# Operation codes (MS-ADTS section 6.3.1.3).
LOGON_SAM_USER_UNKNOWN = 21
LOGON_SAM_USER_UNKNOWN_EX = 25
_CLASSIC = (19, 20, 21)
_EXTENDED = (23, 24, 25)

_NAME_LIMIT = 255
_JUMP_LIMIT = 16


class NetlogonReply(Struct, frozen=True, gc=False):
    """What a controller says of itself and of the user that was named. flags: DS_FLAG bits (section 6.3.1.2)."""

    opcode: int
    flags: int | None = None
    forest: str | None = None
    domain: str | None = None
    host: str | None = None
    netbios_domain: str | None = None
    netbios_server: str | None = None
    user: str | None = None
    server_site: str | None = None
    client_site: str | None = None


def netlogon_reply(data: bytes) -> NetlogonReply | None:
    """The attribute "netlogon"; None when its operation code is none of an answer."""
    opcode = int.from_bytes(data[:2], "little")
    if len(data) < 4 or opcode not in _CLASSIC + _EXTENDED:
        return None
    if opcode in _EXTENDED:
        names, at = _names(data, 24, 8)
        forest, domain, host, netbios_domain, netbios_server, user, server_site, client_site = names
        return NetlogonReply(
            opcode, int.from_bytes(data[4:8], "little"), forest, domain, host, netbios_domain, netbios_server, user, server_site,
            client_site,
        )  # fmt: skip
    server, at = _wide(data, 2)
    user, at = _wide(data, at)
    netbios_domain, at = _wide(data, at)
    server = server.lstrip("\\") if server else None
    if len(data) - at < 32:  # NT 4.0 answers end here (section 6.3.1.7)
        return NetlogonReply(opcode, None, None, None, None, netbios_domain, server, user)
    names, at = _names(data, at + 32, 3)
    flags = int.from_bytes(data[at + 4 : at + 8], "little") if at + 8 <= len(data) else None
    return NetlogonReply(opcode, flags, names[0], names[1], names[2], netbios_domain, server, user)


def _names(data: bytes, at: int, count: int) -> tuple[list[str | None], int]:
    """(count names compressed as in RFC 1035 section 4.1.4, byte after them); pointers count from the structure's start."""
    found: list[str | None] = []
    for _ in range(count):
        labels: list[str] = []
        here = at
        jumps = length = 0
        after = None
        while here < len(data) and length < _NAME_LIMIT:
            size = data[here]
            if size >= 0xC0:
                if here + 1 >= len(data) or jumps >= _JUMP_LIMIT:
                    here = len(data)
                    break
                after = here + 2 if after is None else after
                here = (size & 0x3F) << 8 | data[here + 1]
                jumps += 1
                continue
            here += 1
            if not size:
                break
            labels.append(data[here : here + size].decode("utf-8", "replace"))
            here += size
            length += size + 1
        at = here if after is None else after
        found.append(".".join(labels) or None)
    return found, at


def _wide(data: bytes, at: int) -> tuple[str | None, int]:
    """(UTF-16 text up to its zero, byte after it); at most 256 characters."""
    stop = at
    while stop + 1 < len(data) and stop - at < 512 and data[stop : stop + 2] != b"\0\0":
        stop += 2
    return data[at:stop].decode("utf-16-le", "replace") or None, stop + 2
