"""What may be typed into the forms of live sources; each rule returns one sentence, "" when nothing is wrong."""

import ipaddress
from urllib.parse import urlsplit

MOST_SECONDS = 86_400


def needed(what: str):
    """A rule: something must be typed."""
    return lambda text: "" if text.strip() else what


def port(text: str) -> str:
    """A port of TCP or UDP."""
    return "" if text.isascii() and text.isdigit() and 0 < int(text) < 65536 else "A port is a number from 1 to 65535."


def address(text: str) -> str:
    """An address of this computer to listen on."""
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return "An address such as 0.0.0.0 (all of them), 127.0.0.1 or ::."
    return ""


def server(text: str) -> str:
    """An address, or nothing."""
    return "" if not text or not address(text) else "An address such as 10.0.0.1, or nothing."


def url(text: str) -> str:
    """Where a directory is."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("ldap", "ldaps") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        good = False
    return "" if good else "Such as ldaps://dc1.corp.test, or ldap:// with StartTLS."


def seconds(text: str) -> str:
    """How often something is done."""
    good = text.isascii() and text.isdigit() and 0 < int(text) <= MOST_SECONDS
    return "" if good else "A number of seconds, at most a day."


def rate(text: str) -> str:
    """Addresses a second."""
    try:
        good = 0 < float(text) <= 1000
    except ValueError:
        good = False
    return "" if good else "A number such as 5, at most 1000."


def networks(text: str) -> str:
    """Networks between commas or blanks, or nothing."""
    for one in split(text):
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError:
            return f"{one[:40]} is no network; write such as 10.0.0.0/8."
    return ""


def split(text: str) -> tuple[str, ...]:
    """The words between commas or blanks."""
    return tuple(text.replace(",", " ").split())
