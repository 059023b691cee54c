"""Log Event Extended Format 2.0 of IBM QRadar: header, then tab-separated keys that QRadar knows.

IBM, "Log Event Extended Format (LEEF)", version 2: `LEEF:2.0|Vendor|Product|Version|EventID|Delimiter|attributes`. The delimiter
is given as x09, a tab, which no value holds.
"""

import ipaddress

from app import __version__
from app.engine.notices.cef import NUMBERS, PRODUCT, VENDOR, header_field
from app.engine.notices.times import ticks
from app.model.notice import Notice

DELIMITER = "x09"
TIME_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"
"""Java's SimpleDateFormat, in which the values of devTime are written."""
LONGEST = 8_000


def leef(one: Notice) -> str:
    """The notice as one line."""
    head = "|".join(header_field(part) for part in (VENDOR, PRODUCT, __version__, one.name))
    source = _address(one.address)
    said = (
        ("cat", "Health" if one.trigger == "health" else "Suspicious activity"),
        ("devTime", f"{ticks(one.first or one.at)[:23]}Z"), ("devTimeFormat", TIME_FORMAT),
        ("sev", str(NUMBERS[one.severity])), ("src", source), ("usrName", one.user), ("accountName", one.account),
        ("identHostName", one.fqdn or one.host), ("proto", one.app), ("dst", _address(one.target)),
        ("domain", one.domain), ("resource", one.request), ("reason", one.reason), ("outcome", one.outcome),
        ("title", one.title), ("msg", " ".join(one.text.splitlines())),
        ("externalId", str(one.external_id) if one.external_id else ""), ("attack", ",".join(one.techniques)),
        ("trigger", one.trigger), ("subject", one.subject), ("url", one.link),
    )  # fmt: skip
    return f"LEEF:2.0|{head}|{DELIMITER}|" + "\t".join(f"{key}={value(text)}" for key, text in said if text)


def value(text: str) -> str:
    """One line without tabs and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split(" "))[:LONGEST]


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
