"""The event record that all forms of syslog payload end in."""

import re

from app.sensor.events.message_text import fields_of, is_foreign
from app.sensor.events.record import AUDIT_FAILURE, AUDIT_SUCCESS, EventRecord

FIELDS = 256
"""At most so many fields of one message are kept."""
_SECURITY = "Microsoft-Windows-Security-Auditing"
_AUDIT = range(4608, 6425)
_VAGUE = frozenset({"", "windows", "security", "microsoft windows", "n/a", "-"})
"""What forwarders write where they do not know the provider."""


def event_number(text: str) -> int:
    """Event id of a text; 0 when it is none. Of an identifier with its qualifiers (the log's high word) the low word."""
    text = text.strip()
    return int(text) & 0xFFFF if text.isascii() and text.isdecimal() and len(text) <= 10 else 0


def long_number(text: str) -> int:
    """A record number of a text; 0 when it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def keywords_of(text: str) -> int:
    """Keywords that the words of an outcome stand for; 0 when they say neither success nor failure."""
    word = text.lower()
    if "fail" in word:
        return AUDIT_FAILURE
    return AUDIT_SUCCESS if "success" in word else 0


def pairs_of(text: str, key: re.Pattern[str]) -> dict[str, str]:
    """Pairs whose names key finds (its group 1), each up to the next name; "Message" is the last and runs to the end."""
    values: dict[str, str] = {}
    name, start = "", 0
    for found in key.finditer(text):
        if name:
            values.setdefault(name, text[start : found.start()].strip())
        name, start = found[1], found.end()
        if name == "Message":
            break
    if name:
        values.setdefault(name, text[start:].strip())
    return values


def record_of(
    *,
    at: int,
    ordinal: int,
    event_id: int,
    provider: str = "",
    channel: str = "",
    computer: str = "",
    record: int = 0,
    keywords: int = 0,
    message: str = "",
    fields: dict[str, str] | None = None,
    sid: str | None = None,
) -> EventRecord:
    """One event; fields win over what the message text says, where they say something. ordinal: number of the message from 1.

    at: 0 or less when no time is known.
    """
    channel, provider = channel.strip(), provider.strip()
    if provider.lower() in _VAGUE:
        # senders of CEF and LEEF may name neither; these numbers are of the Security log alone (audit event schema)
        if not channel and event_id in _AUDIT:
            channel = "Security"
        provider = _SECURITY if channel.lower() == "security" else ""
    told = fields_of(event_id, message) if message else {}
    if not told and not fields and is_foreign(event_id, {"Message": message}):
        told = {"Message": message}
    for name, value in (fields or {}).items():
        if value or name not in told:
            told[name] = value
        if len(told) >= FIELDS:
            break
    return EventRecord(
        at=max(at, 0),
        provider=provider,
        event_id=event_id,
        channel=channel,
        computer=computer.strip(),
        record=record,
        place=ordinal,
        keywords=keywords,
        sid=sid,
        fields=told,
    )
