"""Security tokens as carriers hold them: GSS-API framing, SPNEGO, and the NTLM or Kerberos token inside."""

from functools import lru_cache

from msgspec import Struct

from app.sensor.decoders import negoex
from app.sensor.decoders.der import Malformed, content, element, fields, inner_integer, object_identifier
from app.sensor.decoders.ntlm import SIGNATURE

SPNEGO = "1.3.6.1.5.5.2"  # RFC 4178 section 4.1
KERBEROS = "1.2.840.113554.1.2.2"  # RFC 4121 section 4.1
MS_KERBEROS = "1.2.840.48018.1.2.2"  # MS-SPNG section 3.1.5.2
KERBEROS_USER_TO_USER = "1.2.840.113554.1.2.2.3"
NTLM = "1.3.6.1.4.1.311.2.2.10"  # MS-NLMP section 1.9
NEGOEX = "1.3.6.1.4.1.311.2.2.30"  # MS-NEGOEX section 1.9

NAMES = {
    KERBEROS: "Kerberos",
    MS_KERBEROS: "Kerberos",
    KERBEROS_USER_TO_USER: "Kerberos",
    NTLM: "NTLM",
    NEGOEX: "NEGOEX",
}
"""Mechanism names by object identifier."""

ACCEPTED, INCOMPLETE, REJECTED, REQUEST_MIC = 0, 1, 2, 3
"""negState (RFC 4178 section 4.2.2)."""

_DEPTH = 4
_MOST_MECHANISMS = 16
_SHORT = 128
"""Bytes of a list of mechanisms that is remembered."""
_OIDS = {
    b"\x2b\x06\x01\x05\x05\x02": SPNEGO,
    b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02": KERBEROS,
    b"\x2a\x86\x48\x82\xf7\x12\x01\x02\x02": MS_KERBEROS,
    b"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a": NTLM,
    b"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x1e": NEGOEX,
}
_KERBEROS_TAGS = (0x6E, 0x6F, 0x7E)
"""AP-REQ, AP-REP, KRB-ERROR (RFC 4120 section 5.10)."""
_KERBEROS_IDS = (b"\x01\x00", b"\x02\x00", b"\x03\x00")
"""Token ids of the same three (RFC 4121 section 4.1)."""


class Token(Struct, frozen=True, gc=False):
    """What one token holds. data[start:stop] is the message of mechanism "NTLM", "Kerberos" or "NEGOEX"; "" and 0, 0 without.

    offered: mechanisms of a NegTokenInit, object identifiers. chosen: supportedMech of a NegTokenResp. state: its negState.
    """

    mechanism: str = ""
    start: int = 0
    stop: int = 0
    offered: tuple[str, ...] = ()
    chosen: str | None = None
    state: int | None = None


def decode(data: bytes) -> Token | None:
    """The token in data: SPNEGO, GSS-API, raw NTLM, or a raw Kerberos message; None when it is none of these."""
    try:
        token = _peel(data, 0, len(data), _DEPTH)
    except (Malformed, IndexError):
        token = None
    if token is None or token.mechanism in ("", "NEGOEX"):
        # A broken or unknown wrapping does not hide what is plainly there.
        place = data.find(SIGNATURE)
        if place >= 0:
            token = token or Token()
            return Token("NTLM", place, len(data), token.offered, token.chosen, token.state)
    return token


def _peel(data: bytes, at: int, end: int, depth: int) -> Token | None:
    if at >= end or not depth:
        return None
    tag = data[at]
    if tag == 0x4E and data.startswith(SIGNATURE, at):
        return Token("NTLM", at, end)
    if tag == 0x4E and data.startswith(negoex.SIGNATURE, at):
        return Token("NEGOEX", at, end)
    if tag == 0x60:
        # InitialContextToken (RFC 2743 section 3.1): the mechanism, then what it says.
        start, stop = content(data, at, end, 0x60)
        _, first, last = element(data, start, stop)
        mechanism = _OIDS.get(data[first:last])
        if mechanism in (KERBEROS, MS_KERBEROS):
            if data[last : last + 2] in _KERBEROS_IDS:
                return Token("Kerberos", last + 2, stop)
            return Token(offered=(mechanism,))
        if mechanism == NTLM:
            return _peel(data, last, stop, depth - 1)
        if mechanism == SPNEGO:
            return _peel(data, last, stop, depth - 1)
        return Token(offered=(mechanism or object_identifier(data, first, last),))
    if tag == 0xA0:
        return _initial(data, at, end, depth)
    if tag == 0xA1:
        return _response(data, at, end, depth)
    if tag in _KERBEROS_TAGS:
        return Token("Kerberos", at, end)
    return None


def _initial(data: bytes, at: int, end: int, depth: int) -> Token:
    """NegTokenInit and NegTokenInit2 (RFC 4178 section 4.2.1, MS-SPNG section 2.2.1)."""
    found = fields(data, *content(data, *content(data, at, end, 0xA0), 0x30))
    offered: tuple[str, ...] = ()
    if one := found.get(0xA0):
        at, stop = content(data, *one, 0x30)
        listed = data[at:stop]
        offered = _remembered(listed) if stop - at <= _SHORT else _offered(listed)
    inner = _inner(data, found.get(0xA2), depth)
    return Token(inner.mechanism, inner.start, inner.stop, offered)


def _offered(listed: bytes) -> tuple[str, ...]:
    """Object identifiers of a MechTypeList's contents."""
    offered: list[str] = []
    at, stop = 0, len(listed)
    while at + 1 < stop and len(offered) < _MOST_MECHANISMS:
        _, start, at = element(listed, at, stop)
        offered.append(_OIDS.get(listed[start:at]) or object_identifier(listed, start, at))
    return tuple(offered)


_remembered = lru_cache(maxsize=64)(_offered)
"""The same for a short list: each kind of client always offers the same."""


def _response(data: bytes, at: int, end: int, depth: int) -> Token:
    """NegTokenResp (RFC 4178 section 4.2.2)."""
    found = fields(data, *content(data, *content(data, at, end, 0xA1), 0x30))
    state = inner_integer(data, *found[0xA0]) if 0xA0 in found else None
    chosen = None
    if one := found.get(0xA1):
        start, stop = content(data, *one, 0x06)
        chosen = _OIDS.get(data[start:stop]) or object_identifier(data, start, stop)
    inner = _inner(data, found.get(0xA2), depth)
    return Token(inner.mechanism, inner.start, inner.stop, (), chosen, state)


_NOTHING = Token()


def _inner(data: bytes, place: tuple[int, int] | None, depth: int) -> Token:
    if place is None:
        return _NOTHING
    try:
        start, stop = content(data, *place, 0x04)
        return _peel(data, start, stop, depth - 1) or _NOTHING
    except (Malformed, IndexError):
        return _NOTHING
