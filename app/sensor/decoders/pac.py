"""PAC of a ticket (MS-PAC): account, groups, and where its signatures are."""

from struct import Struct as Layout

from msgspec import Struct

from app.model.pac import Pac
from app.sensor.decoders import dtyp
from app.sensor.decoders.ndr import Ndr, NdrError

LOGON, CREDENTIALS, SERVER, KDC, CLIENT, DELEGATION, UPN = 1, 2, 6, 7, 10, 11, 12
CLIENT_CLAIMS, DEVICE, DEVICE_CLAIMS, TICKET, ATTRIBUTES, REQUESTOR, FULL = 13, 14, 15, 16, 17, 18, 19
"""Types of buffers (section 2.4)."""
_SIGNATURES = frozenset({SERVER, KDC, TICKET, FULL})
_ALWAYS = {LOGON: "logon information", CLIENT: "client information", UPN: "UPN and DNS information", SERVER: "server signature",
           KDC: "KDC signature"}  # fmt: skip
_GRANTING = {ATTRIBUTES: "attributes", REQUESTOR: "requestor"}
_SERVICE = {TICKET: "ticket signature", FULL: "full PAC signature"}
_MOST_BUFFERS = 64
_MOST_GROUPS = 4096
_HEAD = Layout("<II").unpack_from
_BUFFER = Layout("<IIQ").unpack_from
_PAIRS = Layout("<HHHH").unpack_from
_SIGNED = {-138: 16, 15: 12, 16: 12, 19: 16, 20: 24}
"""Bytes of a signature by its type (section 2.8.1)."""
_NEVER = 0x7FFFFFFF_00000000


class Signature(Struct, frozen=True, gc=False):
    """A signature: its checksum type, its bytes, where they are in the PAC."""

    kind: int
    value: bytes
    start: int


class Read(Struct, frozen=True, gc=False):
    """A PAC with its signatures by the type of their buffer."""

    pac: Pac
    signatures: dict[int, Signature]


def read(data: bytes, granting: bool) -> Read:
    """The PAC in data; granting: it is that of a ticket-granting ticket, which has other buffers than a service's."""
    found: dict[int, tuple[int, int]] = {}
    signatures: dict[int, Signature] = {}
    count = _HEAD(data, 0)[0] if len(data) >= 8 else 0
    for place in range(8, 8 + 16 * min(count, _MOST_BUFFERS), 16):
        if place + 16 > len(data):
            break
        kind, size, offset = _BUFFER(data, place)
        if offset + size <= len(data):
            found.setdefault(kind, (offset, offset + size))
    facts: dict[str, object] = {}
    unreadable: list[int] = []
    for kind, (start, stop) in found.items():
        part = data[start:stop]
        try:
            if kind in _SIGNATURES:
                sign = int.from_bytes(part[:4], "little", signed=True)
                size = _SIGNED.get(sign, len(part) - 4)
                if len(part) < 5 or size > len(part) - 4:
                    raise NdrError("signature")
                signatures[kind] = Signature(sign, part[4 : 4 + size], start + 4)
            elif kind in _READERS:
                _READERS[kind](part, facts)
        except (NdrError, ValueError, IndexError):
            unreadable.append(kind)
    expected = {**_ALWAYS, **(_GRANTING if granting else _SERVICE)}
    pac = Pac(
        **facts,  # type: ignore[arg-type]
        client_claims=CLIENT_CLAIMS in found,
        device_claims=DEVICE_CLAIMS in found,
        device_info=DEVICE in found,
        credentials=CREDENTIALS in found,
        buffers=tuple(sorted(found)),
        missing=tuple(name for kind, name in expected.items() if kind not in found),
        unreadable=tuple(unreadable),
    )
    return Read(pac, signatures)


def time_of(ticks: int) -> int | None:
    """UTC microseconds of a FILETIME; None for zero and for never."""
    return None if not 0 < ticks < _NEVER else dtyp.micros(ticks)


def _ticks(ndr: Ndr) -> int | None:
    """FILETIME, which is aligned as its halves are."""
    low = ndr.u32()
    return time_of(ndr.u32() << 32 | low)


def _serialized(part: bytes) -> Ndr:
    """Contents of a type serialization version 1 (MS-RPCE section 2.2.6), behind the pointer at its beginning."""
    if len(part) < 20 or part[0] != 1:
        raise NdrError("serialization")
    ndr = Ndr(part[16:], big=part[1] & 0xF0 == 0)
    if not ndr.pointer():
        raise NdrError("empty")
    return ndr


def _memberships(ndr: Ndr) -> tuple[int, ...]:
    """Array of GROUP_MEMBERSHIP (section 2.2.2): the RIDs."""
    count = ndr.count()
    out: list[int] = []
    for _ in range(count):
        rid = ndr.u32()
        ndr.u32()
        if len(out) < _MOST_GROUPS:
            out.append(rid)
    return tuple(out)


def _logon(part: bytes, facts: dict[str, object]) -> None:
    """KERB_VALIDATION_INFO (section 2.5)."""
    ndr = _serialized(part)
    facts["logon_time"] = _ticks(ndr)
    _ticks(ndr)
    _ticks(ndr)
    facts["password_set"] = _ticks(ndr)
    _ticks(ndr)
    _ticks(ndr)
    texts = [ndr.unicode_head() for _ in range(6)]
    facts["logon_count"] = ndr.u16()
    ndr.u16()
    facts["user_id"], facts["primary_group"] = ndr.u32(), ndr.u32()
    ndr.u32()
    groups = ndr.pointer()
    facts["user_flags"] = ndr.u32()
    ndr.skip(16)
    server, domain, domain_sid = ndr.unicode_head(), ndr.unicode_head(), ndr.pointer()
    ndr.skip(8)
    facts["account_control"] = ndr.u32()
    ndr.skip(28)
    ndr.u32()
    extra, resource_sid = ndr.pointer(), ndr.pointer()
    ndr.u32()
    resource = ndr.pointer()
    said = [ndr.text() if one else None for one in texts]
    facts["user"], facts["full_name"] = said[0] or None, said[1] or None
    if groups:
        facts["groups"] = _memberships(ndr)
    facts["logon_server"] = (ndr.text() or None) if server else None
    facts["domain"] = (ndr.text() or None) if domain else None
    facts["domain_sid"] = ndr.sid() if domain_sid else None
    if extra:
        there = []
        for _ in range(ndr.count()):
            there.append(ndr.pointer())
            ndr.u32()
        facts["extra_sids"] = tuple([ndr.sid() for one in there if one][:_MOST_GROUPS])
    if resource_sid:
        prefix = ndr.sid()
        if resource:
            facts["resource_groups"] = tuple(f"{prefix}-{rid}" for rid in _memberships(ndr))


def _client(part: bytes, facts: dict[str, object]) -> None:
    """PAC_CLIENT_INFO (section 2.7)."""
    if len(part) < 10:
        raise NdrError("cut")
    facts["client_time"] = time_of(int.from_bytes(part[:8], "little"))
    facts["client_name"] = _utf16(part, 10, int.from_bytes(part[8:10], "little"))


def _upn(part: bytes, facts: dict[str, object]) -> None:
    """UPN_DNS_INFO (section 2.10), with the account's name and SID where its second flag says so."""
    if len(part) < 12:
        raise NdrError("cut")
    upn_size, upn, dns_size, dns = _PAIRS(part, 0)
    facts["upn"], facts["dns_domain"] = _utf16(part, upn, upn_size), _utf16(part, dns, dns_size)
    if int.from_bytes(part[8:12], "little") & 2 and len(part) >= 20:
        name_size, name, sid_size, sid = _PAIRS(part, 12)
        facts["sam_name"], facts["upn_sid"] = _utf16(part, name, name_size), _sid(part[sid : sid + sid_size])


def _delegation(part: bytes, facts: dict[str, object]) -> None:
    """S4U_DELEGATION_INFO (section 2.9)."""
    ndr = _serialized(part)
    target = ndr.unicode_head()
    ndr.u32()
    path = ndr.pointer()
    facts["delegation_target"] = ndr.text() if target else None
    if path:
        there = [ndr.unicode_head() for _ in range(ndr.count())]
        facts["delegation_path"] = tuple([ndr.text() for one in there if one][:64])


def _attributes(part: bytes, facts: dict[str, object]) -> None:
    """PAC_ATTRIBUTES_INFO (section 2.14): 1 the PAC was asked for, 2 it was given without being asked for."""
    if len(part) < 8:
        raise NdrError("cut")
    facts["attributes"] = int.from_bytes(part[4:8], "little")


def _requestor(part: bytes, facts: dict[str, object]) -> None:
    """PAC_REQUESTOR (section 2.15)."""
    facts["requestor"] = _sid(part)


def _sid(raw: bytes) -> str:
    found = dtyp.sid(raw)
    if found is None:
        raise NdrError("sid")
    return found


def _utf16(part: bytes, start: int, size: int) -> str | None:
    return part[start : start + (size & ~1)].decode("utf-16-le", "replace").rstrip("\0") or None


_READERS = {
    LOGON: _logon,
    CLIENT: _client,
    UPN: _upn,
    DELEGATION: _delegation,
    ATTRIBUTES: _attributes,
    REQUESTOR: _requestor,
}
