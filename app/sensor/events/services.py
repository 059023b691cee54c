"""A service was installed: told by the audit (4697) and by the service control manager (7045)."""

from app.model.events import EventService
from app.sensor.events.family import SECURITY, Facts, Family, Log, by_subject
from app.sensor.events.fields import Fields, account
from app.sensor.events.record import EventRecord

_MANAGER = Log(frozenset({"service control manager"}), frozenset({"system"}))


def _installed(record: EventRecord, fields: Fields) -> Facts:
    """Only the SID of the record's own user says who installed it."""
    return Facts(account(None, None, record.sid))


FAMILIES = (Family(EventService, SECURITY, {4697: by_subject}), Family(EventService, _MANAGER, {7045: _installed}))
