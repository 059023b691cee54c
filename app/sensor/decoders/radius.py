"""RADIUS packets (RFC 2865, RFC 2866): the attributes that tell who came from where."""

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
    """One packet; None where an attribute is absent. state: the attribute that ties a challenge to the next request."""

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
        at += size
    status = raw.get(40)
    seconds = raw.get(46)
    tunnel = raw.get(66, b"")
    if tunnel[:1] <= b"\x1f":  # RFC 2868 section 3.3: a tag below 0x20 may stand before the text
        tunnel = tunnel[1:]
    number = int.from_bytes(status, "big") if status else 0
    return RadiusPacket(
        code=data[0],
        id=data[1],
        authenticator=data[4:20],
        user=texts.get(1) or None,
        nas=_address(raw.get(4)) or _address(raw.get(95)),
        nas_identifier=texts.get(32),
        framed_ip=_address(raw.get(8)) or _address(raw.get(168)),
        calling_station=texts.get(31),
        called_station=texts.get(30),
        tunnel_client=tunnel.rstrip(b"\0").decode("utf-8", "replace") or None,
        status=(STATUS.get(number) or str(number)) if status else None,
        session=texts.get(44),
        session_seconds=int.from_bytes(seconds, "big") if seconds and len(seconds) == 4 else None,
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
_RAW = frozenset({4, 8, 24, 40, 46, 66, 79, 95, 168})


def _address(raw: bytes | None) -> str | None:
    """IPv4 or IPv6 address; the values that mean "choose one" (RFC 2865 section 5.8) are none."""
    if raw is None or raw in (b"\xff\xff\xff\xff", b"\xff\xff\xff\xfe", b"\0\0\0\0"):
        return None
    if len(raw) == 4:
        return "%d.%d.%d.%d" % tuple(raw)  # noqa: UP031
    return str(IPv6Address(raw)) if len(raw) == 16 else None
