"""RADIUS packets (RFC 2865, RFC 2866): the attributes that tell who came from where."""

import re
from ipaddress import IPv6Address

from msgspec import Struct

from app.model.activity import Account

ACCESS_REQUEST, ACCESS_ACCEPT, ACCESS_REJECT, ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE, ACCESS_CHALLENGE = 1, 2, 3, 4, 5, 11
CODES = {1: "Access-Request", 2: "Access-Accept", 3: "Access-Reject", 4: "Accounting-Request", 5: "Accounting-Response",
         11: "Access-Challenge", 12: "Status-Server", 13: "Status-Client"}  # fmt: skip
STATUS = {1: "Start", 2: "Stop", 3: "Interim-Update", 7: "Accounting-On", 8: "Accounting-Off", 15: "Failed"}
"""Acct-Status-Type (RFC 2866 section 5.1, RFC 2867 for the tunnel values 9 to 14)."""

_HEADER = 20


class RadiusPacket(Struct, frozen=True, gc=False):
    """One packet; None where an attribute is absent. state: the attribute that ties a challenge to the next request.

    tunnel_client: Tunnel-Client-Endpoint, else the ip:source-ip pair of Cisco's. client_name: MS-RAS-Client-Name (RFC 2548
    section 2.7.3). event_at: Event-Timestamp (RFC 2869 section 5.3), UTC microseconds. delay_seconds: Acct-Delay-Time.
    error: the number of MS-CHAP-Error (RFC 2548 section 2.1.5).
    proxy_states: in order. signed: a Message-Authenticator is there.
    """

    code: int
    id: int
    authenticator: bytes
    user: str | None = None
    nas: str | None = None
    nas_identifier: str | None = None
    framed_ip: str | None = None
    calling_station: str | None = None
    called_station: str | None = None
    tunnel_client: str | None = None
    status: str | None = None
    session: str | None = None
    session_seconds: int | None = None
    state: bytes = b""
    eap: bool = False
    client_name: str | None = None
    nas_port_type: int | None = None
    event_at: int | None = None
    delay_seconds: int | None = None
    proxy_states: tuple[bytes, ...] = ()
    signed: bool = False
    error: int | None = None


def decode(data: bytes) -> RadiusPacket | None:
    """One datagram; None when it is no RADIUS packet. Attributes beyond a broken one are left out."""
    if len(data) < _HEADER or data[0] not in CODES:
        return None
    end = int.from_bytes(data[2:4], "big")
    if not _HEADER <= end <= 4096:
        return None
    end = min(end, len(data))
    texts: dict[int, str] = {}
    raw: dict[int, bytes] = {}
    proxies: list[bytes] = []
    told = _Vendors()
    at = _HEADER
    while at + 2 <= end:
        kind = data[at]
        size = data[at + 1]
        if size < 2 or at + size > end:
            break
        if kind in _TEXTS:
            texts.setdefault(kind, data[at + 2 : at + size].rstrip(b"\0").decode("utf-8", "replace"))
        elif kind in _RAW:
            raw.setdefault(kind, data[at + 2 : at + size])
        elif kind == _PROXY_STATE:
            proxies.append(data[at + 2 : at + size])
        elif kind == _VENDOR:
            told = _vendor(data[at + 2 : at + size], told)
        at += size
    status = raw.get(40)
    when = _number(raw.get(55))
    tunnel = raw.get(66, b"")
    if tunnel[:1] <= b"\x1f":  # RFC 2868 section 3.3: a tag below 0x20 may stand before the text
        tunnel = tunnel[1:]
    number = _number(status) or 0
    return RadiusPacket(
        code=data[0],
        id=data[1],
        authenticator=data[4:20],
        user=texts.get(1) or None,
        nas=address(raw.get(4)) or address(raw.get(95)),
        nas_identifier=texts.get(32),
        framed_ip=address(raw.get(8)) or address(raw.get(168)) or _from_prefix(raw.get(97), raw.get(96)),
        calling_station=texts.get(31),
        called_station=texts.get(30),
        tunnel_client=tunnel.rstrip(b"\0").decode("utf-8", "replace") or told.outside,
        status=(STATUS.get(number) or str(number)) if status else None,
        client_name=told.client_name,
        error=told.error,
        nas_port_type=_number(raw.get(61)),
        event_at=when * 1_000_000 if when else None,
        delay_seconds=_number(raw.get(41)),
        proxy_states=tuple(proxies),
        signed=80 in raw,
        session=texts.get(44),
        session_seconds=_number(raw.get(46)),
        state=raw.get(24, b""),
        eap=79 in raw,
    )


def account(user: str | None) -> Account | None:
    r"""Account of a User-Name: DOMAIN\user, user@domain (RFC 7542), host/computer.domain or a bare name."""
    if not user:
        return None
    if "\\" in user:
        domain, _, name = user.partition("\\")
        return Account(name=name, domain=domain or None)
    name, at, domain = user.rpartition("@")
    return Account(name=name, domain=domain or None) if at and name else Account(name=user)


_TEXTS = frozenset({1, 30, 31, 32, 44})
_RAW = frozenset({4, 8, 24, 40, 41, 46, 55, 61, 66, 79, 80, 95, 96, 97, 168})
_VENDOR, _PROXY_STATE = 26, 33
_MICROSOFT, _CISCO = 311, 9
_SOURCE = ("ip:source-ip=", "source-ip=")
"""Pairs in which Cisco's gateways tell the client's outside address."""
_CHAP_ERROR = re.compile(r"E=(\d{1,9})(?: |$)")
"""In the text of MS-CHAP-Error (RFC 2759 section 6)."""


class _Vendors(Struct, frozen=True):
    """What vendor-specific attributes (RFC 2865 section 5.26) told so far."""

    client_name: str | None = None
    outside: str | None = None
    error: int | None = None


def _number(raw: bytes | None) -> int | None:
    return int.from_bytes(raw, "big") if raw is not None and len(raw) == 4 else None


def _vendor(raw: bytes, told: _Vendors) -> _Vendors:
    """The same with what one more attribute adds."""
    vendor, at = int.from_bytes(raw[:4], "big"), 4
    name, outside, error = told.client_name, told.outside, told.error
    while vendor in (_MICROSOFT, _CISCO) and at + 2 <= len(raw):
        kind, size = raw[at], raw[at + 1]
        if size < 2 or at + size > len(raw):
            break
        value = raw[at + 2 : at + size].rstrip(b"\0").decode("utf-8", "replace")
        if vendor == _MICROSOFT and kind == 34:
            name = name or value or None
        elif vendor == _MICROSOFT and kind == 2 and error is None:  # behind one byte, the identifier
            error = int(found[1]) if (found := _CHAP_ERROR.match(value[1:])) else None
        elif vendor == _CISCO and kind == 1 and outside is None:
            outside = next((value[len(one) :] for one in _SOURCE if value.lower().startswith(one)), None)
        at += size
    return _Vendors(name, outside, error)


def _from_prefix(prefix: bytes | None, interface: bytes | None) -> str | None:
    """Address of Framed-IPv6-Prefix (a byte, its length in bits, its octets) and Framed-Interface-Id (RFC 3162)."""
    if prefix is None or len(prefix) < 2 or prefix[1] > 128:
        return None
    octets = prefix[2:18]
    if prefix[1] == 128 and len(octets) == 16:
        return str(IPv6Address(octets))
    if interface is None or len(interface) != 8 or prefix[1] > 64:
        return None
    return str(IPv6Address(octets[:8].ljust(8, b"\0") + interface))


def address(raw: bytes | None) -> str | None:
    """IPv4 or IPv6 address; the values that mean "choose one" (RFC 2865 section 5.8) are none."""
    if raw is None or raw in (b"\xff\xff\xff\xff", b"\xff\xff\xff\xfe", b"\0\0\0\0"):
        return None
    if len(raw) == 4:
        return "%d.%d.%d.%d" % tuple(raw)  # noqa: UP031
    return str(IPv6Address(raw)) if len(raw) == 16 else None
