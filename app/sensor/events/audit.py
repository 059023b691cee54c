"""The log itself: cleared (1102, 104), stopped (1100), told to audit other things (4719), its service changed (7040) or broken
(7031, 7034: of the many services only this one is read).
"""

from app.model.events import EventAudit
from app.sensor.events.family import SECURITY, Facts, Family, Log, by_subject
from app.sensor.events.fields import Fields, account, subject
from app.sensor.events.record import EventRecord

_LOG_SERVICE = frozenset({"microsoft-windows-eventlog", "eventlog"})


def _cleared(record: EventRecord, fields: Fields) -> Facts:
    return Facts(subject(fields) or account(None, None, record.sid))


def _stopped(record: EventRecord, fields: Fields) -> Facts:
    return Facts()


SERVICE = frozenset({"eventlog", "windows event log"})
"""The service of the logs by its own name, which 7040 tells in every language, and as English systems show it."""


def _service(record: EventRecord, fields: Fields) -> Facts | None:
    if SERVICE.isdisjoint(fields.get(name, "").strip().lower() for name in ("param1", "param4", "Service", "ServiceName")):
        return None
    return Facts(account(None, None, record.sid))


_NAMES = {7040: "Service Before After ServiceName", **dict.fromkeys((7031, 7034), "Service Times")}
FAMILIES = (
    Family(EventAudit, SECURITY, {4719: by_subject}),
    Family(EventAudit, Log(_LOG_SERVICE, frozenset({"security"})), {1102: _cleared, 1100: _stopped}),
    Family(EventAudit, Log(_LOG_SERVICE, frozenset({"system"})), {104: _cleared}),
    Family(
        EventAudit,
        Log(frozenset({"service control manager"}), frozenset({"system"})),
        dict.fromkeys((7031, 7034, 7040), _service),
        _NAMES,
    ),
)
