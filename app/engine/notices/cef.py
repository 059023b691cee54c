"""Common Event Format: the line of a notice as the product we answer writes it, with names of our own.

ArcSight Common Event Format, "Header Information" and "Character Encoding": header fields escape backslash and pipe, values of
the extension backslash and equals sign; line breaks inside values are written \\r and \\n.
"""

from app import __version__
from app.engine.notices.classes import LINES, ORDERS, USUAL
from app.engine.notices.times import ticks
from app.model.notice import Notice

VENDOR, PRODUCT = "Wardlight", "Wardlight"
NUMBERS = {"low": 3, "medium": 5, "high": 10}
LONGEST = 8_000
"""Characters of one value; the specification lets a receiver cut msg at 1,023 and others sooner."""


def header_field(text: str) -> str:
    """A field of the header: one line, pipe and backslash escaped."""
    return _one_line(text)[:LONGEST].replace("\\", "\\\\").replace("|", "\\|")


def value(text: str) -> str:
    """A value of the extension: backslash and equals sign escaped, line breaks as \\r\\n."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST]
    said = "".join(c if c.isprintable() or c == "\n" else " " for c in lines)
    return said.replace("\\", "\\\\").replace("=", "\\=").replace("\n", "\\r\\n")


def cef(one: Notice) -> str:
    """The notice as one line."""
    head = "|".join(
        header_field(str(part))
        for part in (VENDOR, PRODUCT, __version__, one.name, one.title, NUMBERS[one.severity])
    )  # fmt: skip
    return f"CEF:0|{head}|{' '.join(f'{key}={value(said)}' for key, said in extension(one) if said)}"


def extension(one: Notice) -> tuple[tuple[str, str], ...]:
    """Keys and values in order; empty values are left out by whoever writes them."""
    said = {
        "app": one.app, "suser": one.user, "shost": one.host, "dhost": one.domain, "request": one.request,
        "requestMethod": one.method, "reason": one.reason, "outcome": one.outcome, "msg": message(one),
        "cnt": "" if one.count is None else str(one.count),
    }  # fmt: skip
    middle = [(key, said[key]) for key in ORDERS.get(one.external_id, USUAL)]
    ends = [("externalId", str(one.external_id))] if one.trigger in ("new", "update") else []
    if one.link:
        ends += [("cs1Label", "url"), ("cs1", one.link)]
    ends += [("cs2Label", "trigger"), ("cs2", one.trigger)]
    if one.fqdn and said["shost"] and ("shost" in ORDERS.get(one.external_id, USUAL)):
        ends += [("cs3Label", "shostfqdn"), ("cs3", one.fqdn)]
    return (("start", ticks(one.first or one.at)), *middle, *ends)


def message(one: Notice) -> str:
    """The sentences: on lines where the class has them so, else behind each other."""
    return one.text if one.external_id in LINES else " ".join(one.text.splitlines())


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
