"""Kerberos messages (RFC 4120 section 5): the fields that tell who asked what, and what was answered."""

from functools import lru_cache

from msgspec import Struct

from app.sensor.decoders.der import Malformed, content, element, fields, inner_integer, inner_text, reach
from app.sensor.decoders.kerberos_names import addresses, bits, principal, time_of
from app.sensor.decoders.kerberos_padata import METHOD_DATA_CODES, Padata, extended_status, method_data, padata
from app.sensor.decoders.kerberos_ticket import ApRequest, Ticket, ap_request, encrypted, ticket

# Application tags (RFC 4120 section 5.10); the low five bits are the message type.
AS_REQ, AS_REP, TGS_REQ, TGS_REP, AP_REQ, AP_REP = 10, 11, 12, 13, 14, 15
KRB_SAFE, KRB_PRIV, KRB_CRED, KRB_ERROR = 20, 21, 22, 30

_TYPES = {0x60 | kind: kind for kind in (*range(AS_REQ, AP_REP + 1), KRB_SAFE, KRB_PRIV, KRB_CRED, KRB_ERROR)}
_SEALED_AT = {AP_REP: 0xA2, KRB_PRIV: 0xA3, KRB_CRED: 0xA3}

CNAME_IN_ADDITIONAL_TICKET = 1 << 31 - 14
"""KDC option bit 14, S4U2proxy (MS-SFU section 2.2.3)."""

_NO_EDGE = 1 << 62
"""Where a whole message is cut: beyond everything."""
_MOST_ETYPES = 64
_SHORT = 256
"""Bytes of a list of etypes that is remembered."""


class Request(Struct, frozen=True, gc=False):
    """AS-REQ or TGS-REQ (section 5.4.1). options: 32 bits, bit 0 the highest. till, renew_till: UTC microseconds.

    additional_ticket_hash, _size: of the first additional ticket, the evidence of S4U2proxy or the TGT of user-to-user.
    cut: the end of the message is missing.
    """

    type: int
    padata: Padata
    client: str | None = None
    client_name_type: int | None = None
    realm: str | None = None
    service: str | None = None
    options: int | None = None
    till: int | None = None
    renew_till: int | None = None
    etypes: tuple[int, ...] = ()
    addresses: tuple[str, ...] = ()
    additional_ticket_hash: str | None = None
    has_authorization_data: bool = False
    cut: bool = False
    additional_ticket_size: int | None = None


class Reply(Struct, frozen=True, gc=False):
    """AS-REP or TGS-REP (section 5.4.2). etype: of the part for the client; realm: of the client."""

    type: int
    padata: Padata
    client: str | None = None
    realm: str | None = None
    ticket: Ticket | None = None
    etype: int | None = None
    cut: bool = False


class Error(Struct, frozen=True, gc=False):
    """KRB-ERROR (section 5.9.1). time: stime, UTC microseconds. status: NTSTATUS of KERB-ERROR-DATA (MS-KILE section 2.2.2)."""

    code: int
    client: str | None = None
    client_realm: str | None = None
    realm: str | None = None
    service: str | None = None
    text: str | None = None
    time: int | None = None
    padata: Padata = Padata()
    status: int | None = None
    type: int = KRB_ERROR


class Other(Struct, frozen=True, gc=False):
    """A message of which only the type and the etype of its sealed part are of use: AP-REP, KRB-PRIV, KRB-SAFE, KRB-CRED."""

    type: int
    etype: int | None = None


Message = Request | Reply | ApRequest | Error | Other


def is_tag(byte: int) -> bool:
    """Whether a Kerberos message can start with this byte."""
    return byte in _TYPES


def decode(data: bytes, at: int = 0, end: int | None = None) -> Message | None:
    """The Kerberos message that starts at data[at]; None when there is none. A cut message gives what is left of it."""
    stop = len(data) if end is None else min(end, len(data))
    try:
        kind = _TYPES.get(data[at])
        if kind is None:
            return None
        cut = reach(data, at) > stop
        edge = stop if cut else _NO_EDGE
        _, at, inner = element(data, at, stop)
        found = fields(data, *content(data, at, inner, 0x30))
        if kind in (AS_REQ, TGS_REQ):
            return _request(data, kind, found, edge)
        if kind in (AS_REP, TGS_REP):
            return _reply(data, kind, found, edge)
        if kind == AP_REQ:
            return ap_request(data, found, edge)
        if kind == KRB_ERROR:
            return _error(data, found, edge)
        sealed = found.get(_SEALED_AT.get(kind, 0))
        return Other(kind, encrypted(data, *sealed)[0] if sealed else None)
    except (Malformed, IndexError):
        return None


def _whole(found: dict[int, tuple[int, int]], edge: int) -> dict[int, tuple[int, int]]:
    """Fields that end before edge, where the message was cut: the rest of a name, a time or a list would be another one."""
    return found if edge == _NO_EDGE else {tag: place for tag, place in found.items() if place[1] < edge}


def _request(data: bytes, kind: int, found: dict[int, tuple[int, int]], edge: int) -> Request:
    given = found.get(0xA3)
    asked = padata(data, *given, edge) if given else Padata()
    place = found.get(0xA4)
    if place is None:
        return Request(kind, asked, cut=edge != _NO_EDGE)
    told = fields(data, *content(data, *place, 0x30))
    body = _whole(told, edge)
    client = client_type = None
    if one := body.get(0xA1):
        client_type, client = principal(data, *one)
    etypes: tuple[int, ...] = ()
    if one := body.get(0xA8):
        at, stop = content(data, *one, 0x30)
        listed = data[at:stop]
        etypes = _remembered(listed) if stop - at <= _SHORT else _etypes(listed)
    additional = size = None
    if (one := body.get(0xAB)) and (first := ticket(data, *content(data, *one, 0x30), edge)):
        additional, size = first.hash, first.size
    return Request(
        kind,
        asked,
        client,
        client_type,
        inner_text(data, *one) if (one := body.get(0xA2)) else None,
        principal(data, *one)[1] if (one := body.get(0xA3)) else None,
        bits(data, *one) if (one := body.get(0xA0)) else None,
        time_of(data, *one) if (one := body.get(0xA5)) else None,
        time_of(data, *one) if (one := body.get(0xA6)) else None,
        etypes,
        addresses(data, *one) if (one := body.get(0xA9)) else (),
        additional,
        0xAA in told,
        edge != _NO_EDGE,
        size,
    )


def _etypes(listed: bytes) -> tuple[int, ...]:
    """The INTEGERs of a list."""
    etypes: list[int] = []
    at, stop = 0, len(listed)
    while at + 2 < stop and len(etypes) < _MOST_ETYPES:
        start = at
        at += 2 + listed[at + 1]
        etypes.append(inner_integer(listed, start, min(at, stop)))
    return tuple(etypes)


_remembered = lru_cache(maxsize=256)(_etypes)
"""The same for a short list: each kind of client always offers the same."""


def _reply(data: bytes, kind: int, found: dict[int, tuple[int, int]], edge: int) -> Reply:
    whole = _whole(found, edge)
    return Reply(
        kind,
        padata(data, *one, edge) if (one := found.get(0xA2)) else Padata(),
        principal(data, *one)[1] if (one := whole.get(0xA4)) else None,
        inner_text(data, *one) if (one := whole.get(0xA3)) else None,
        ticket(data, *one, edge) if (one := found.get(0xA5)) else None,
        encrypted(data, *one)[0] if (one := found.get(0xA6)) else None,
        edge != _NO_EDGE,
    )


def _error(data: bytes, told: dict[int, tuple[int, int]], edge: int) -> Error:
    found = _whole(told, edge)
    code = inner_integer(data, *found[0xA6]) if 0xA6 in found else -1
    offered = Padata()
    status = None
    if one := told.get(0xAC):
        start, stop = content(data, *one, 0x04)
        if code in METHOD_DATA_CODES:
            offered = method_data(data, start, stop, edge)
        elif stop < edge:
            status = extended_status(data, start, stop)
    return Error(
        code,
        principal(data, *one)[1] if (one := found.get(0xA8)) else None,
        inner_text(data, *one) if (one := found.get(0xA7)) else None,
        inner_text(data, *one) if (one := found.get(0xA9)) else None,
        principal(data, *one)[1] if (one := found.get(0xAA)) else None,
        inner_text(data, *one) if (one := found.get(0xAB)) else None,
        time_of(data, *one) if (one := found.get(0xA4)) else None,
        offered,
        status,
    )
