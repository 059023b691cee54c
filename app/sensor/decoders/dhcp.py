"""DHCP messages (RFC 2131 section 2; options of RFC 2132, client FQDN of RFC 4702)."""

from msgspec import Struct

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = 1, 2, 3, 4, 5, 6, 7, 8  # RFC 2132 section 9.6
_COOKIE = b"\x63\x82\x53\x63"  # RFC 2131 section 3
_OPTIONS_AT = 240
_ETHERNET = 1


class DhcpMessage(Struct, frozen=True, gc=False):
    """One message. message: type of option 53 (0: BOOTP). address: the one assigned, in use, or asked for."""

    reply: bool
    transaction: int
    message: int
    address: str | None
    host: str | None
    hardware: str | None


def decode(data: bytes) -> DhcpMessage | None:
    """One datagram of ports 67 and 68; None when it is no DHCP or BOOTP message."""
    if len(data) < _OPTIONS_AT - 4 or data[0] not in (1, 2):
        return None
    reply = data[0] == 2
    own = _address(data[12:16])
    given = _address(data[16:20])
    hardware = data[28:34].hex(":") if data[1] == _ETHERNET and data[2] == 6 and any(data[28:34]) else None
    message = 0
    host = qualified = wanted = None
    if data[236:240] == _COOKIE:
        at = _OPTIONS_AT
        while at + 1 < len(data):
            code = data[at]
            if code == 255:
                break
            if not code:
                at += 1
                continue
            size = data[at + 1]
            value = data[at + 2 : at + 2 + size]
            at += 2 + size
            if code == 53 and value:
                message = value[0]
            elif code == 12:
                host = _text(value)
            elif code == 50 and len(value) == 4:
                wanted = _address(value)
            elif code == 81 and len(value) > 3:
                qualified = _labels(value[3:]) if value[0] & 4 else _text(value[3:])
    address = given if reply else own or wanted
    name = qualified or host
    if qualified and "." not in qualified and host and "." in host:
        name = host
    return DhcpMessage(reply, int.from_bytes(data[4:8], "big"), message, address, name, hardware)


def _address(raw: bytes) -> str | None:
    return "%d.%d.%d.%d" % tuple(raw) if len(raw) == 4 and any(raw) else None  # noqa: UP031


def _text(raw: bytes) -> str | None:
    text = raw.rstrip(b"\0").decode("utf-8", "replace").strip().rstrip(".")
    return text if text.isprintable() and text else None


def _labels(raw: bytes) -> str | None:
    """Name in the form of RFC 1035 section 3.1, without pointers (RFC 4702 section 2.3.1); it may lack its end."""
    labels: list[str] = []
    at = 0
    while at < len(raw) and 0 < raw[at] < 64:
        labels.append(raw[at + 1 : at + 1 + raw[at]].decode("utf-8", "replace"))
        at += 1 + raw[at]
    text = ".".join(labels)
    return text if text.isprintable() and text else None
