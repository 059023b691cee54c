"""DNS messages (RFC 1035 section 4) as questions, answers, updates; LLMNR, mDNS have their form."""

import struct
from functools import lru_cache
from ipaddress import IPv6Address

from msgspec import Struct

HEADER = 12
QUERY, NOTIFY, UPDATE = 0, 4, 5
"""Opcodes (RFC 1035 section 4.1.1, RFC 1996, RFC 2136)."""

A, NS, CNAME, SOA, PTR, HINFO, MX, TXT, AAAA, SRV, DNAME, OPT = 1, 2, 5, 6, 12, 13, 15, 16, 28, 33, 39, 41
TKEY, TSIG, IXFR, AXFR, ANY = 249, 250, 251, 252, 255
TYPES = {
    1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL", 11: "WKS", 12: "PTR",
    13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25", 20: "ISDN", 21: "RT", 22: "NSAP", 24: "SIG",
    25: "KEY", 26: "PX", 27: "GPOS", 28: "AAAA", 29: "LOC", 30: "NXT", 33: "SRV", 34: "ATMA", 35: "NAPTR", 36: "KX", 37: "CERT",
    38: "A6", 39: "DNAME", 40: "SINK", 41: "OPT", 42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC",
    48: "DNSKEY", 49: "DHCID", 50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA", 55: "HIP", 59: "CDS", 60: "CDNSKEY",
    61: "OPENPGPKEY", 62: "CSYNC", 63: "ZONEMD", 64: "SVCB", 65: "HTTPS", 99: "SPF", 108: "EUI48", 109: "EUI64", 249: "TKEY",
    250: "TSIG", 251: "IXFR", 252: "AXFR", 253: "MAILB", 254: "MAILA", 255: "ANY", 256: "URI", 257: "CAA", 65281: "WINS",
    65282: "WINS-R",
}  # fmt: skip
"""Mnemonics of the IANA registry, with those of MS-DNSP section 2.2.2.1.1."""

ANSWER_LIMIT = 64
CHANGE_LIMIT = 256
_SHORT = 512
"""Bytes of a message that is remembered (RFC 1035 section 4.2.1: of a datagram without extension)."""
_JUMP_LIMIT = 32
_NAME_LIMIT = 255  # RFC 1035 section 2.3.4
_TEXT_LIMIT = 4096
_CLASS_NONE, _CLASS_ANY = 254, 255  # RFC 2136 section 2.5

_HEADER = struct.Struct(">6H").unpack_from
_QUESTION = struct.Struct(">2H").unpack_from
_RECORD = struct.Struct(">2HIH").unpack_from
_PAIR = struct.Struct(">2H").unpack_from
_SERVICE = struct.Struct(">3H").unpack_from
_NUMBERS = struct.Struct(">5I").unpack_from
_KEY = struct.Struct(">2I3H").unpack_from


class DnsMessage(Struct, frozen=True, gc=False):
    """One query or reply. kind is the question's type number, -1 when there is no question.

    hosts: (address, name) pairs that the records state. records: size of the answer section. first_serial, last_serial:
    the SOA serial when the first and the last record of the answer section is a SOA. complete: False when bytes lack.
    """

    id: int
    flags: int
    name: str
    kind: int
    answers: tuple[str, ...] = ()
    hosts: tuple[tuple[str, str], ...] = ()
    records: int = 0
    first_serial: int | None = None
    last_serial: int | None = None
    complete: bool = True


class Update(Struct, frozen=True, gc=False):
    """Dynamic update (RFC 2136). changes: "add NAME TYPE value", "delete NAME TYPE"; a reply has none."""

    id: int
    flags: int
    zone: str
    changes: tuple[str, ...]
    signed: bool


def type_name(number: int) -> str:
    """Mnemonic of a type number, or "TYPE123" (RFC 3597)."""
    return TYPES.get(number) or f"TYPE{number}"


def decode(data: bytes) -> DnsMessage | None:
    """Query or reply with its first question and its answer section; None when this is no DNS message."""
    if not HEADER <= len(data) <= _SHORT:
        return _decode(data)
    told = _remembered(data[2:])
    if told is None:
        return None
    return DnsMessage(
        data[0] << 8 | data[1], told.flags, told.name, told.kind, told.answers, told.hosts, told.records,
        told.first_serial, told.last_serial, told.complete,
    )  # fmt: skip


@lru_cache(2048)
def _remembered(rest: bytes) -> DnsMessage | None:
    """A short message by all that follows its id (0 stands in its place): the same few names are asked for all day."""
    return _decode(b"\0\0" + rest)


def _decode(data: bytes) -> DnsMessage | None:
    if len(data) < HEADER:
        return None
    number, flags, questions, answers, authorities, additionals = _HEADER(data)
    name, kind, at = "", -1, HEADER
    try:
        for index in range(min(questions, 256)):
            stop = data.find(0, at)
            text = _uncompressed(data[at:stop]) if stop >= 0 else None
            if text is None:
                text, at = _name(data, at)
            else:
                at = stop + 1
            if not index:
                name = text
                kind = _QUESTION(data, at)[0]
            at += 4
        if at > len(data):
            return None
    except (IndexError, struct.error):
        return None
    if not flags & 0x8000:
        return DnsMessage(number, flags, name, kind)
    texts: list[str] = []
    hosts: list[tuple[str, str]] = []
    first_serial = last_serial = None
    complete = True
    try:
        for index in range(answers):
            if data[at : at + 2] == b"\xc0\x0c":
                owner = name
                at += 2
            else:
                owner, at = _name(data, at)
            type_number, _, _, size = _RECORD(data, at)
            at += 10
            if len(texts) < ANSWER_LIMIT:
                texts.append(_rdata(data, type_number, at, size))
                if type_number in (A, AAAA, PTR):
                    _host(owner, type_number, texts[-1], hosts)
            if type_number == SOA:
                if not index:
                    first_serial = _serial(data, at)
                if index == answers - 1:
                    last_serial = _serial(data, at)
            at += size
        if additionals and kind == SRV:
            for index in range(min(authorities + additionals, ANSWER_LIMIT)):
                owner, at = _name(data, at)
                type_number, _, _, size = _RECORD(data, at)
                at += 10
                if index >= authorities and (type_number in (A, AAAA)):
                    _host(owner, type_number, _rdata(data, type_number, at, size), hosts)
                at += size
    except (IndexError, struct.error):
        complete = False
    return DnsMessage(
        number, flags, name, kind, tuple(texts), tuple(hosts), answers, first_serial, last_serial, complete and at <= len(data)
    )


def update(data: bytes) -> Update | None:
    """Dynamic update or its reply (RFC 2136 section 2)."""
    if len(data) < HEADER:
        return None
    number, flags, zones, required, updates, additionals = _HEADER(data)
    zone = ""
    changes: list[str] = []
    signed = False
    try:
        at = HEADER
        for _ in range(min(zones, 16)):
            zone, at = _name(data, at)
            at += 4
        for index in range(min(required + updates + additionals, 4096)):
            owner, at = _name(data, at)
            type_number, group, _, size = _RECORD(data, at)
            at += 10
            if required <= index < required + updates:
                if flags & 0x8000 or len(changes) >= CHANGE_LIMIT:
                    pass
                elif group == _CLASS_ANY:
                    changes.append(f"delete {owner} {type_name(type_number)}")
                elif group == _CLASS_NONE:
                    changes.append(f"delete {owner} {_rdata(data, type_number, at, size)}")
                else:
                    changes.append(f"add {owner} {_rdata(data, type_number, at, size)}")
            elif type_number == TSIG:
                signed = True
            at += size
    except (IndexError, struct.error):
        pass
    return Update(number, flags, zone, tuple(changes), signed)


def tkey(data: bytes) -> tuple[str, int, bytes] | None:
    """(key name, error, token) of the first TKEY record of any section (RFC 2930 section 2) in GSS-API mode (RFC 3645)."""
    try:
        _, _, questions, answers, authorities, additionals = _HEADER(data)
        at = HEADER
        for _ in range(min(questions, 16)):
            _, at = _name(data, at)
            at += 4
        for _ in range(min(answers + authorities + additionals, ANSWER_LIMIT)):
            owner, at = _name(data, at)
            type_number, _, _, size = _RECORD(data, at)
            at += 10
            if type_number == TKEY:
                _, where = _name(data, at)
                _, _, mode, error, length = _KEY(data, where)
                where += 14
                return (owner, error, data[where : min(where + length, at + size)]) if mode == 3 else None
            at += size
    except (IndexError, struct.error):
        pass
    return None


@lru_cache(8192)
def _uncompressed(raw: bytes) -> str | None:
    """Text of a name without pointers (its final zero taken off); None when the labels do not end with raw."""
    if not raw:
        return "."
    labels: list[str] = []
    at = 0
    while at < len(raw):
        size = raw[at]
        if size > 63 or not size:
            return None
        at += 1 + size
        labels.append(raw[at - size : at].decode("utf-8", "replace"))
    return ".".join(labels) if at == len(raw) <= _NAME_LIMIT else None


def _name(data: bytes, at: int) -> tuple[str, int]:
    """(name at data[at], byte after it), pointers followed (RFC 1035 section 4.1.4). Raises IndexError at the end."""
    labels: list[str] = []
    after = -1
    jumps = length = 0
    while True:
        size = data[at]
        at += 1
        if not size:
            break
        if size >= 0xC0:
            if after < 0:
                after = at + 1
            at = (size & 0x3F) << 8 | data[at]
            jumps += 1
            if jumps > _JUMP_LIMIT:
                break
            continue
        if size > 63:
            raise IndexError
        labels.append(data[at : at + size].decode("utf-8", "replace"))
        at += size
        length += size + 1
        if length > _NAME_LIMIT:
            if after < 0:
                raise IndexError
            break
    return ".".join(labels) or ".", at if after < 0 else after


def _rdata(data: bytes, kind: int, at: int, size: int) -> str:
    """A record's data as "TYPE value"; what is not spelled out has its size."""
    if at + size > len(data):
        raise IndexError
    try:
        if kind == A and size == 4:
            return "A %d.%d.%d.%d" % tuple(data[at : at + 4])  # noqa: UP031  (half the time of an f-string here)
        if kind == AAAA and size == 16:
            return f"AAAA {_ipv6(data[at : at + 16])}"
        if kind in (PTR, CNAME, NS, DNAME):
            return f"{TYPES[kind]} {_name(data, at)[0]}"
        if kind == SRV:
            priority, weight, port = _SERVICE(data, at)
            return f"SRV {priority} {weight} {port} {_name(data, at + 6)[0]}"
        if kind == SOA:
            primary, where = _name(data, at)
            mailbox, where = _name(data, where)
            return f"SOA {primary} {mailbox} {' '.join([str(one) for one in _NUMBERS(data, where)])}"
        if kind == MX:
            return f"MX {data[at] << 8 | data[at + 1]} {_name(data, at + 2)[0]}"
        if kind in (TXT, HINFO):
            return f"{TYPES[kind]} {_strings(data, at, at + size)}"
    except (IndexError, struct.error):
        return f"{type_name(kind)} malformed"
    return f"{type_name(kind)} {size} bytes" if size else type_name(kind)


def _strings(data: bytes, at: int, end: int) -> str:
    """Character strings (RFC 1035 section 3.3.14) joined by a blank."""
    pieces: list[str] = []
    while at < end:
        size = data[at]
        pieces.append(data[at + 1 : min(at + 1 + size, end)].decode("utf-8", "replace"))
        at += 1 + size
    return " ".join(pieces)[:_TEXT_LIMIT]


@lru_cache(1024)
def _ipv6(raw: bytes) -> str:
    return str(IPv6Address(raw))


def _serial(data: bytes, at: int) -> int:
    _, at = _name(data, at)
    _, at = _name(data, at)
    return int(_NUMBERS(data, at)[0])


def _host(owner: str, kind: int, text: str, hosts: list[tuple[str, str]]) -> None:
    """Adds (address, name) of an A, AAAA or PTR record."""
    if kind == PTR:
        address = reverse_address(owner)
        if address:
            hosts.append((address, text[4:]))
    elif not text.endswith(("bytes", "malformed")):
        hosts.append((text.partition(" ")[2], owner))


def reverse_address(name: str) -> str | None:
    """Address that a name of in-addr.arpa or ip6.arpa stands for (RFC 1035 section 3.5, RFC 3596 section 2.5)."""
    labels = name.lower().rstrip(".").split(".")
    if labels[-2:] == ["in-addr", "arpa"] and len(labels) == 6:
        numbers = labels[3::-1]
        return ".".join(numbers) if all(one.isdecimal() and int(one) < 256 for one in numbers) else None
    if labels[-2:] == ["ip6", "arpa"] and len(labels) == 34 and all(len(one) == 1 for one in labels[:32]):
        try:
            return _ipv6(bytes.fromhex("".join(labels[31::-1])))
        except ValueError:
            return None
    return None
