"""Addresses as logs write them: in brackets, with a zone, with a port behind."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

LONGEST = 64
"""Characters of an address with its zone and a port."""


@lru_cache(maxsize=4096)
def parsed(text: str) -> tuple[IPv4Address | IPv6Address, str] | None:
    """The address in a text, an IPv4 one without its IPv6 wrapping, and the digits of the port behind it; None for no address."""
    text = text[: LONGEST + 1].strip()
    found = _alone(text)
    if found is not None:
        return found, ""
    ip, colon, port = text.rpartition(":")
    found = _alone(ip) if colon and port.isascii() and port.isdigit() else None
    return None if found is None else (found, port)


def _alone(text: str) -> IPv4Address | IPv6Address | None:
    if len(text) > LONGEST:
        return None
    try:
        found = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def is_loopback(text: str | None) -> bool:
    """True for 127.0.0.0/8 and ::1 in every spelling; "LOCAL" is the console and no connection."""
    found = parsed(text) if text else None
    return found is not None and found[0].is_loopback
