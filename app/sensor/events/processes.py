"""A process began: 4688 of the Security log, 1 of Sysmon."""

from app.model.events import EventProcess
from app.sensor.events.computers import SYSMON
from app.sensor.events.family import SECURITY, Facts, Family, by_subject
from app.sensor.events.fields import Fields, number, split_account, text
from app.sensor.events.record import EventRecord

_SESSIONS = {0x3E7: "S-1-5-18", 0x3E4: "S-1-5-20", 0x3E5: "S-1-5-19"}
"""Logon sessions of the system, of network service and of local service, which are the same everywhere (ntsecapi.h)."""


def _of_sysmon(record: EventRecord, fields: Fields) -> Facts:
    """For whom it runs, called in the language of the system; 4688 tells whose program started it."""
    return Facts(split_account(text(fields, "User"), _SESSIONS.get(number(fields.get("LogonId")) or 0)))


FAMILIES = (
    Family(EventProcess, SECURITY, {4688: by_subject}),
    Family(EventProcess, SYSMON, {1: _of_sysmon}),
)
