"""QRadar's form of a Windows event: AgentDevice=... and more pairs with tabs between, the message in one line at the end."""

import re

from app.sensor.events.record import AUDIT_FAILURE, AUDIT_SUCCESS, EventRecord
from app.sensor.events.syslog_frame import Frame
from app.sensor.events.syslog_record import event_number, long_number, pairs_of, record_of
from app.sensor.events.syslog_time import time_of

BEGIN = re.compile(r"AgentDevice=")
LONGEST = 1 << 17
_KEYS = (
    "AgentDevice", "AgentLogFile", "AgentLogFormat", "AgentLogProtocol", "PluginVersion", "OriginatingComputer", "Source",
    "Computer", "User", "Domain", "EventID", "EventIDCode", "EventType", "EventCategory", "RecordNumber", "TimeGenerated",
    "TimeWritten", "Level", "Keywords", "Task", "Opcode", "Message",
)  # fmt: skip
# tabs are lost on some ways: a key of the form behind white space, or behind "\t" spelled out, begins a pair too
_PAIR = re.compile(r"(?:^|(?<=\s)|\\t)(" + "|".join(_KEYS) + r")=")


def event_of(text: str, frame: Frame, at: int, ordinal: int) -> EventRecord | str:
    """The event of a message that begins with AgentDevice; a sort of problem where it is none. at: when it came."""
    text = text[:LONGEST]
    values = pairs_of(text, _PAIR)
    number = event_number(values.get("EventIDCode", "")) or event_number(values.get("EventID", ""))
    if not number:
        return "QRadar message without an event number"
    return record_of(
        at=time_of(values.get("TimeGenerated", "") or values.get("TimeWritten", ""), at) or frame.at or at,
        ordinal=ordinal,
        event_id=number,
        provider=values.get("Source", ""),
        channel=values.get("AgentLogFile", ""),
        computer=values.get("Computer", "") or frame.host,
        record=long_number(values.get("RecordNumber", "")),
        # types of an event in EVENTLOGRECORD
        keywords={"8": AUDIT_SUCCESS, "16": AUDIT_FAILURE}.get(values.get("EventType", ""), 0),
        message=values.get("Message", ""),
    )
