"""Snare for Windows: MSWinEventLog and its fields in a fixed order with tabs between."""

import re

from app.sensor.events.record import EventRecord
from app.sensor.events.syslog_frame import Frame
from app.sensor.events.syslog_record import event_number, keywords_of, record_of
from app.sensor.events.syslog_time import time_of

BEGIN = re.compile(r"MSWinEventLog(?=[\t, ])")
LONGEST = 1 << 17
_SOURCE, _COUNTER, _TIME, _EVENT, _PROVIDER, _USER, _KIND, _COMPUTER, _TEXT = 2, 3, 4, 5, 6, 7, 9, 10, 13
"""Places of the fields (Snare agent guide, appendix "Event output format"); 11 category, 12 data string."""
_LAST = 13


def event_of(text: str, frame: Frame, at: int, ordinal: int) -> EventRecord | str:
    """The event of a message that begins with MSWinEventLog; a sort of problem where it is none. at: when it came.

    The time is the sender's clock without a zone: the header's zone is used where it tells one, else see of_clock.
    """
    parts = text[:LONGEST].split("\t", 64)
    if len(parts) < _COMPUTER + 1:
        return "Snare message with too few fields"
    number = event_number(parts[_EVENT])
    if not number:
        return "Snare message without an event number"
    near = frame.at if frame.at and frame.zoned else at
    # the message may hold tabs of its own; the last field is a counter where it is a number
    tail = parts[_LAST:]
    if len(tail) > 1 and tail[-1].strip().isdecimal():
        tail = tail[:-1]
    message = "\t".join(tail) or (parts[12] if len(parts) > 12 else "")
    return record_of(
        at=time_of(parts[_TIME], near or 0) or frame.at or at,
        ordinal=ordinal,
        event_id=number,
        provider=parts[_PROVIDER],
        channel=parts[_SOURCE],
        computer=parts[_COMPUTER] or frame.host,
        keywords=keywords_of(parts[_KIND]),
        message=message,
    )
