"""Splunk's key=value form of a Windows event, one pair a line; the message is the last pair and runs over many lines."""

import re

from app.sensor.events.record import EventRecord
from app.sensor.events.syslog_frame import Frame
from app.sensor.events.syslog_record import event_number, keywords_of, long_number, pairs_of, record_of
from app.sensor.events.syslog_time import of_clock, time_of
from app.sensor.events.times import instant

KEYS = (
    "EventCode", "EventType", "EventIdentifier", "Logfile", "LogName", "SourceName", "TimeGenerated", "TimeWritten",
    "ComputerName", "Type", "User", "Sid", "SidType", "Category", "CategoryString", "RecordNumber", "TaskCategory", "OpCode",
    "Keywords", "InsertionStrings", "Message",
)  # fmt: skip
BEGIN = re.compile(r"(?:^|(?<=\s))(?:EventCode|LogName|Logfile|SourceName|ComputerName|TimeGenerated)=")
LONGEST = 1 << 17
PROVIDERS = {"microsoft windows security auditing.": "Microsoft-Windows-Security-Auditing"}
"""Names for people that stand in the place of the provider's own."""
_TIME = re.compile(r"\s*(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d(?:\.\d{1,7})? [AP]M)\s")
_PAIR = re.compile(r"(?:^|[\r\n]|(?<=[\r\n\t ]))(" + "|".join(KEYS) + r")=")


def provider_of(name: str) -> str:
    """The provider's own name."""
    return PROVIDERS.get(name.lower(), name)


def _above(text: str, near: int) -> int | None:
    """The time that stands alone above the pairs; near: when it came, as of time_of()."""
    found = _TIME.match(text)
    when = instant(found[1]) if found is not None else None
    return None if when is None else of_clock(when[0], near)


def pairs(text: str) -> dict[str, str]:
    """The pairs of such a message."""
    return pairs_of(text[:LONGEST], _PAIR)


def event_of(text: str, frame: Frame, at: int, ordinal: int) -> EventRecord | str:
    """The event of such a message; a sort of problem where it is none. at: when it came.

    Pairs stand in any order, only Message must be the last. ComputerName is the computer that logged the event, whatever
    descriptions of the form say.
    """
    text = text[:LONGEST]
    values = pairs_of(text, _PAIR)
    number = event_number(values.get("EventCode", "")) or event_number(values.get("EventIdentifier", ""))
    if not number:
        return "Splunk message without an event number"
    words = " ".join((values.get("Keywords", ""), values.get("Type", "")))
    return record_of(
        at=time_of(values.get("TimeGenerated", "") or values.get("TimeWritten", ""), at) or _above(text, at) or frame.at or at,
        ordinal=ordinal,
        event_id=number,
        provider=provider_of(values.get("SourceName", "")),
        channel=values.get("Logfile", "") or values.get("LogName", ""),
        computer=values.get("ComputerName", "") or frame.host,
        record=long_number(values.get("RecordNumber", "")),
        keywords=keywords_of(words),
        message=values.get("Message", ""),
    )
