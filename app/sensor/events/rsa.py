"""RSA Security Analytics' form of an NTLM validation: nine fields in a fixed order, each in a line of its own."""

import re

from app.sensor.events.record import AUDIT_FAILURE, AUDIT_SUCCESS, EventRecord
from app.sensor.events.syslog_frame import Frame
from app.sensor.events.syslog_record import event_number, record_of
from app.sensor.events.syslog_time import time_of

BEGIN = re.compile(r"RsaSA(?=[\r\n\\])")
_LINES = re.compile(r"\r?\n")


def event_of(text: str, frame: Frame, at: int, ordinal: int) -> EventRecord | str:
    r"""The event of a message that begins with RsaSA; a sort of problem where it is none. at: when it came.

    Fields: constant, time, event id, provider, log, controller, user, source host, result. Published samples spell the line
    feed as "\n", and once leave its n out; both are read.
    """
    text = text[:8192]
    parts = [one.strip() for one in (_LINES.split(text) if "\n" in text else text.split("\\n"))]
    if len(parts) == 8 and "\\" in parts[4]:
        log, _, computer = parts[4].partition("\\")
        parts[4:5] = [log, computer]
    while parts and not parts[-1]:
        parts.pop()
    if len(parts) != 9:
        return "RSA message with another number of fields"
    _, when, event, provider, log, computer, user, host, status = parts
    number = event_number(event)
    if not number:
        return "RSA message without an event number"
    return record_of(
        at=time_of(when, at) or frame.at or at,
        ordinal=ordinal,
        event_id=number,
        provider=provider,
        channel=log,
        computer=computer or frame.host,
        keywords=AUDIT_SUCCESS if re.fullmatch(r"0(?:x0+)?", status) else AUDIT_FAILURE,
        fields={"TargetUserName": user, "Workstation": host, "Status": status},
    )
