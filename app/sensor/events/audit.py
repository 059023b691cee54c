"""The log itself: cleared (1102, 104), stopped (1100), told to audit other things (4719)."""

from app.model.events import EventAudit
from app.sensor.events.family import SECURITY, Facts, Family, Log, by_subject
from app.sensor.events.fields import Fields, account, subject
from app.sensor.events.record import EventRecord

_LOG_SERVICE = frozenset({"microsoft-windows-eventlog", "eventlog"})


def _cleared(record: EventRecord, fields: Fields) -> Facts:
    return Facts(subject(fields) or account(None, None, record.sid))


def _stopped(record: EventRecord, fields: Fields) -> Facts:
    return Facts()


FAMILIES = (
    Family(EventAudit, SECURITY, {4719: by_subject}),
    Family(EventAudit, Log(_LOG_SERVICE, frozenset({"security"})), {1102: _cleared, 1100: _stopped}),
    Family(EventAudit, Log(_LOG_SERVICE, frozenset({"system"})), {104: _cleared}),
)
