"""Handles to, and operations on, objects of the directory and of SAM (4661, 4662); master keys of DPAPI (4692, 4693)."""

from app.model.activity import Endpoint
from app.model.events import EventObjectAccess
from app.sensor.events.family import SECURITY, Facts, Family, by_subject
from app.sensor.events.fields import Fields, computer, number, status, subject, text
from app.sensor.events.record import EventRecord


def _master_key(record: EventRecord, fields: Fields) -> Facts:
    """A computer had a key of its user kept safe (4692) or given back (4693) by a controller (MS-BKRP).

    Windows mixes up the values of server, reason and status of 4693: its status is no code, and the server is whichever is none.
    """
    asked = next((one for one in (text(fields, "RecoveryServer"), text(fields, "RecoveryReason")) if number(one) is None), None)
    code = status(fields, "FailureReason") if record.event_id == 4692 else None
    here, there = computer(record.computer), computer(asked)
    if there is None or here is None or _label(there) == _label(here):
        return Facts(subject(fields), None, None, None, code)
    return Facts(subject(fields), here, there, None, code)


def _label(end: Endpoint) -> str:
    """An address, or the first part of a computer's name."""
    return end.ip if not end.host else end.host.partition(".")[0].lower()


FAMILY = Family(EventObjectAccess, SECURITY, {4661: by_subject, 4662: by_subject, 4692: _master_key, 4693: _master_key})
