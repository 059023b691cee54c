"""Where the sealed parts of a Kerberos message lie (RFC 4120 sections 5.3 to 5.5, RFC 6113 section 5.4)."""

from msgspec import Struct

from app.sensor.decoders.der import Malformed, content, element, fields, inner_integer, inner_text
from app.sensor.decoders.kerberos_names import principal
from app.sensor.decoders.kerberos_padata import ENC_TIMESTAMP, FX_FAST, TGS_REQ
from app.sensor.decoders.kerberos_ticket import encrypted

_MOST = 32


class Sealed(Struct, frozen=True, gc=False):
    """One EncryptedData. realm, service: of the ticket that it belongs to."""

    etype: int | None
    kvno: int | None
    cipher: bytes
    realm: str = ""
    service: str = ""


class Parts(Struct, frozen=True, gc=False):
    """Sealed parts of one message. ticket: issued or shown. reply: for the client. timestamp: PA-ENC-TIMESTAMP.

    armor_ticket, armor_authenticator: those by which a FAST request says its armor key, fast: the reply's part under that key
    (RFC 6113 section 5.4).
    """

    ticket: Sealed | None = None
    authenticator: Sealed | None = None
    reply: Sealed | None = None
    timestamp: Sealed | None = None
    armor_ticket: Sealed | None = None
    armor_authenticator: Sealed | None = None
    fast: Sealed | None = None


_NOTHING = Parts()


def parts(data: bytes, at: int = 0, end: int | None = None) -> Parts:
    """Sealed parts of the Kerberos message at data[at]; empty where there are none."""
    stop = len(data) if end is None else min(end, len(data))
    try:
        tag, at, stop = element(data, at, stop)
        found = fields(data, *content(data, at, stop, 0x30))
        if tag == 0x6E:
            return Parts(_ticket(data, found.get(0xA3)), _sealed(data, found.get(0xA4)))
        if tag == 0x6F:
            return Parts(reply=_sealed(data, found.get(0xA2)))
        if tag in (0x6B, 0x6D):
            answer, sealed = _ticket(data, found.get(0xA5)), _sealed(data, found.get(0xA6))
            return Parts(answer, reply=sealed, fast=_armored(data, found.get(0xA2)))
        if tag in (0x6A, 0x6C):
            return _asked(data, found.get(0xA3))
    except (Malformed, IndexError):
        pass
    return _NOTHING


def _padata(data: bytes, place: tuple[int, int]) -> dict[int, tuple[int, int]]:
    """Type of each PA-DATA to where its value lies, the first of each type."""
    out: dict[int, tuple[int, int]] = {}
    at, stop = content(data, *place, 0x30)
    for _ in range(_MOST):
        if at + 1 >= stop:
            break
        _, start, at = element(data, at, stop)
        one = fields(data, start, at)
        if 0xA1 in one and 0xA2 in one:
            out.setdefault(inner_integer(data, *one[0xA1]), content(data, *one[0xA2], 0x04))
    return out


def _asked(data: bytes, place: tuple[int, int] | None) -> Parts:
    """What the pre-authentication data of a request holds."""
    if place is None:
        return _NOTHING
    given = _padata(data, place)
    shown = parts(data, *given[TGS_REQ]) if TGS_REQ in given else _NOTHING
    armor = _NOTHING
    if (one := given.get(FX_FAST)) and one[0] < one[1]:
        request = fields(data, *content(data, *content(data, *one, 0xA0), 0x30))
        if told := request.get(0xA0):
            armed = fields(data, *content(data, *told, 0x30))
            if 0xA1 in armed:
                armor = parts(data, *content(data, *armed[0xA1], 0x04))
    stamp = _sealed(data, given.get(ENC_TIMESTAMP))
    return Parts(shown.ticket, shown.authenticator, None, stamp, armor.ticket, armor.authenticator)


def _armored(data: bytes, place: tuple[int, int] | None) -> Sealed | None:
    """KrbFastArmoredRep among the pre-authentication data of a reply (RFC 6113 section 5.4.3)."""
    if place is None:
        return None
    try:
        one = _padata(data, place).get(FX_FAST)
        if one is None or one[0] >= one[1]:
            return None
        return _sealed(data, fields(data, *content(data, *content(data, *one, 0xA0), 0x30)).get(0xA0))
    except (Malformed, IndexError):
        return None


def _sealed(data: bytes, place: tuple[int, int] | None, realm: str = "", service: str = "") -> Sealed | None:
    if place is None:
        return None
    etype, kvno, start, stop = encrypted(data, *place)
    return Sealed(etype, kvno, data[start:stop], realm, service) if start < stop else None


def _ticket(data: bytes, place: tuple[int, int] | None) -> Sealed | None:
    if place is None:
        return None
    found = fields(data, *content(data, *content(data, *place, 0x61), 0x30))
    realm = inner_text(data, *found[0xA1]) if 0xA1 in found else ""
    service = principal(data, *found[0xA2])[1] if 0xA2 in found else ""
    return _sealed(data, found.get(0xA3), realm, service)


def sealed_private(data: bytes, at: int) -> Sealed | None:
    """Sealed part of the KRB-PRIV at data[at] (section 5.7.1)."""
    try:
        start, stop = content(data, at, len(data), 0x75)
        return _sealed(data, fields(data, *content(data, start, stop, 0x30)).get(0xA3))
    except (Malformed, IndexError):
        return None
