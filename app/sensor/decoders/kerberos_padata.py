"""Pre-authentication data of Kerberos requests, replies, errors (RFC 4120 section 5.2.7)."""

from msgspec import Struct

from app.sensor.decoders.der import Malformed, content, element, fields, inner_integer
from app.sensor.decoders.kerberos_names import bits, principal
from app.sensor.decoders.kerberos_ticket import ApRequest, ap_request, encrypted

TGS_REQ, ENC_TIMESTAMP, ETYPE_INFO, ETYPE_INFO2 = 1, 2, 11, 19
PK_AS_REP = 17
PKINIT = frozenset({14, 15, 16, PK_AS_REP})
"""PA-PK-AS-REQ and PA-PK-AS-REP (RFC 4556 section 3.1.3) with the drafts' numbers that Windows 2000 used."""
PAC_REQUEST, PAC_OPTIONS = 128, 167
"""KERB-PA-PAC-REQUEST (MS-KILE section 2.2.3), PA-PAC-OPTIONS (section 2.2.10)."""
FOR_USER, S4U_X509_USER = 129, 130
"""PA-FOR-USER, PA-S4U-X509-USER (MS-SFU section 2.2.1, 2.2.2)."""
FX_FAST = 136
"""PA-FX-FAST (RFC 6113 section 5.4)."""

METHOD_DATA_CODES = frozenset({24, 25, 90, 91, 93})
"""Error codes whose e-data is METHOD-DATA (RFC 4120 section 5.9.1, RFC 6113 section 5.2)."""

_MOST = 32
_SHORT_TYPE = b"\xa1\x03\x02\x01"
_SHORT_ETYPE = b"\xa0\x03\x02\x01"
"""[1] padata-type, [0] etype with an INTEGER of one byte."""
_PAC_REQUESTS = {b"\x30\x05\xa0\x03\x01\x01" + bytes((told,)): told != 0 for told in (0, 1, 255)}
"""KERB-PA-PAC-REQUEST as it is always written."""
_ARMOR_AP_REQUEST = 1
"""FX_FAST_ARMOR_AP_REQUEST (RFC 6113 section 5.4.1.1)."""
_EXTENDED = 3
"""KERB_ERR_TYPE_EXTENDED (MS-KILE section 2.2.2)."""


class Padata(Struct, frozen=True, gc=False):
    """What a list of pre-authentication data tells. timestamp_etype: etype of PA-ENC-TIMESTAMP; offered: ETYPE-INFO(2).

    armor: the ticket that a FAST request names for its armor, which is a computer's (RFC 6113 section 5.4.1.1).
    """

    types: tuple[int, ...] = ()
    timestamp_etype: int | None = None
    offered: tuple[int, ...] = ()
    fast: bool = False
    pkinit: bool = False
    pac_request: bool | None = None
    pac_options: int | None = None
    for_user: str | None = None
    presented: ApRequest | None = None
    armor: ApRequest | None = None


def padata(data: bytes, start: int, end: int, edge: int) -> Padata:
    """The list of PA-DATA in data[start:end]. One broken entry costs that entry only.

    edge: where the message was cut, as in ticket().
    """
    at, stop = content(data, start, end, 0x30)
    types: list[int] = []
    offered: tuple[int, ...] = ()
    timestamp = pac_request = pac_options = user = presented = armor = None
    fast = False
    while at + 1 < stop and len(types) < _MOST:
        start = at + 2
        last = start + data[at + 1]
        if data[at + 1] < 128 and last <= stop:
            at = last
        else:
            _, start, at = element(data, at, stop)
        try:
            if data[start : start + 4] == _SHORT_TYPE and start + 5 <= at:
                last = start + 5
                kind = data[start + 4]
                if kind > 127:
                    kind -= 256
            else:
                start, last = content(data, start, at, 0xA1)
                if last >= edge:
                    break
                kind = inner_integer(data, start, last)
            types.append(kind)
            if kind not in _READ:
                continue
            start, last = content(data, last, at, 0xA2)
            start, last = content(data, start, last, 0x04)
            if start >= last:
                continue
            if kind == FX_FAST:
                # Empty it only says that FAST is understood.
                fast = True
                armor = armor or _armor(data, start, last, edge)
            elif kind == TGS_REQ:
                inner = content(data, *content(data, start, last, 0x6E), 0x30)
                presented = ap_request(data, fields(data, *inner), edge)
            elif kind == ENC_TIMESTAMP:
                timestamp = encrypted(data, start, last)[0]
            elif at >= edge:  # cut in the middle: the rest of a list or a name would be another one
                continue
            elif kind == ETYPE_INFO2 or (kind == ETYPE_INFO and not offered):
                offered = _offers(data, start, last)
            elif kind == PAC_REQUEST and (told := _PAC_REQUESTS.get(data[start:last])) is not None:
                pac_request = told
            elif kind == PAC_REQUEST:
                found = fields(data, *content(data, start, last, 0x30))
                pac_request = inner_integer(data, *found[0xA0]) != 0 if 0xA0 in found else None
            elif kind == PAC_OPTIONS:
                found = fields(data, *content(data, start, last, 0x30))
                pac_options = bits(data, *found[0xA0]) if 0xA0 in found else None
            elif user is None:
                user = _user(data, kind, start, last)
        except (Malformed, IndexError):
            continue
    return Padata(
        tuple(types),
        timestamp,
        offered,
        fast,
        not PKINIT.isdisjoint(types),
        pac_request,
        pac_options,
        user,
        presented,
        armor,
    )


_READ = frozenset({FX_FAST, TGS_REQ, ENC_TIMESTAMP, ETYPE_INFO, ETYPE_INFO2, PAC_REQUEST, PAC_OPTIONS, FOR_USER, S4U_X509_USER})


def _armor(data: bytes, start: int, end: int, edge: int) -> ApRequest | None:
    """The AP-REQ by which a FAST request says under which ticket it stands (RFC 6113 section 5.4.1); None in a reply."""
    if data[start] != 0xA0:
        return None
    request = fields(data, *content(data, *content(data, start, end, 0xA0), 0x30))
    if 0xA0 not in request:
        return None  # within a TGS-REQ the ticket shown is the armor
    told = fields(data, *content(data, *request[0xA0], 0x30))
    if 0xA1 not in told or 0xA0 not in told or inner_integer(data, *told[0xA0]) != _ARMOR_AP_REQUEST:
        return None
    start, end = content(data, *told[0xA1], 0x04)
    return ap_request(data, fields(data, *content(data, *content(data, start, end, 0x6E), 0x30)), edge)


def method_data(data: bytes, start: int, end: int, edge: int) -> Padata:
    """METHOD-DATA of a KRB-ERROR in data[start:end]; empty when it is something else. edge: as of padata()."""
    try:
        return padata(data, start, end, edge)
    except (Malformed, IndexError):
        return Padata()


def extended_status(data: bytes, start: int, end: int) -> int | None:
    """NTSTATUS in the KERB-ERROR-DATA of a Windows KDC's KRB-ERROR (MS-KILE section 2.2.2)."""
    try:
        found = fields(data, *content(data, start, end, 0x30))
        if 0xA1 not in found or 0xA2 not in found or inner_integer(data, *found[0xA1]) != _EXTENDED:
            return None
        start, end = content(data, *found[0xA2], 0x04)
    except (Malformed, IndexError):
        return None
    # KERB-EXT-ERROR: status, reserved, flags; little-endian.
    return int.from_bytes(data[start : start + 4], "little") if end - start >= 4 else None


def _offers(data: bytes, start: int, end: int) -> tuple[int, ...]:
    """Etypes of ETYPE-INFO or ETYPE-INFO2 (RFC 4120 section 5.2.7.4, 5.2.7.5)."""
    at, stop = content(data, start, end, 0x30)
    offered: list[int] = []
    while at + 1 < stop and len(offered) < _MOST:
        _, start, at = element(data, at, stop)
        if data[start : start + 4] == _SHORT_ETYPE and start + 5 <= at:
            etype = data[start + 4]
            offered.append(etype if etype < 128 else etype - 256)
            continue
        one = fields(data, start, at)
        if 0xA0 in one:
            offered.append(inner_integer(data, *one[0xA0]))
    return tuple(offered)


def _user(data: bytes, kind: int, start: int, end: int) -> str | None:
    """Name of the user for whom a service asks for a ticket to itself, "name@realm" when the realm is said."""
    found = fields(data, *content(data, start, end, 0x30))
    name, realm = found.get(0xA0), found.get(0xA1)
    if kind == S4U_X509_USER:
        if name is None:
            return None
        # S4UUserID: nonce, cname, crealm.
        found = fields(data, *content(data, *name, 0x30))
        name, realm = found.get(0xA1), found.get(0xA2)
    if name is None:
        return None
    text = principal(data, *name)[1]
    if realm and "@" not in text:
        _, start, end = element(data, *realm)
        text = f"{text}@{data[start : min(end, start + 256)].decode('utf-8', 'replace')}"
    return text or None
