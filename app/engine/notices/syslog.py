"""Syslog messages: headers of RFC 5424 and RFC 3164, and the frames of streams (RFC 6587, RFC 5425)."""

import re
from typing import Literal

import msgspec

from app.engine.notices.cef import cef
from app.engine.notices.leef import leef
from app.engine.notices.plain import as_json
from app.engine.notices.times import rfc3164, rfc5424
from app.model.notice import Notice

FACILITY = 4
"""auth: security and authorization messages (RFC 5424 section 6.2.1)."""
LEVELS = {"high": 3, "medium": 4, "low": 5}
"""error, warning, notice."""
BOM = "\ufeff"
MSGID = 32
"""Characters of a MSGID (RFC 5424 section 6.2.7); longer class names are cut there."""
LONGEST_DATAGRAM = 65_507
"""Bytes that fit into one UDP datagram over IPv4."""


def priority(one: Notice) -> int:
    """PRI: facility times eight and the level."""
    return FACILITY * 8 + LEVELS[one.severity]


def message(one: Notice, header: Literal["5424", "3164"], form: Literal["cef", "leef", "json"], host: str, process: int) -> bytes:
    """One message without frame. host: name of this machine; process: its number."""
    text = {"cef": cef, "leef": leef, "json": _json}[form](one)
    host = _name(host, 255)
    if header == "5424":
        app = {"cef": "CEF", "leef": "LEEF", "json": "Wardlight"}[form]
        head = f"<{priority(one)}>1 {rfc5424(one.at)} {host} {app} {process} {_name(one.name, MSGID)} - {BOM}"
    else:
        tag = "Wardlight: " if form == "json" else ""  # the others begin with a word that receivers take for the tag
        head = f"<{priority(one)}>{rfc3164(one.at)} {host} {tag}"
    return (head + text).encode("utf-8", "replace")


def framed(data: bytes, framing: Literal["octets", "lf"]) -> bytes:
    """A message in a stream: its length before it (RFC 6587 section 3.4.1), or a line feed behind it (section 3.4.2)."""
    return b"%d %s" % (len(data), data) if framing == "octets" else data.replace(b"\n", b" ") + b"\n"


def datagram(data: bytes) -> bytes:
    """What fits into one datagram; cut between characters."""
    return data if len(data) <= LONGEST_DATAGRAM else data[:LONGEST_DATAGRAM].decode("utf-8", "ignore").encode()


def _json(one: Notice) -> str:
    return msgspec.json.encode(as_json(one)).decode()


def _name(text: str, most: int) -> str:
    """PRINTUSASCII of a header field; "-" for none."""
    return re.sub(r"[^\x21-\x7e]", "_", text)[:most] or "-"
