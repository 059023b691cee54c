"""User and computer accounts: made, changed, deleted, locked out, given a password or a SID history."""

from app.model.events import EventAccount
from app.sensor.events.family import SECURITY, Facts, Family, by_subject
from app.sensor.events.fields import Fields, account, computer, status, subject, text
from app.sensor.events.record import EventRecord

_BY_SUBJECT = (4720, 4722, 4723, 4724, 4725, 4726, 4738, 4739, 4741, 4742, 4743, 4765, 4767, 4780, 4781)


def _locked(record: EventRecord, fields: Fields) -> Facts:
    """The controller does it for what came from a computer, whose name stands where others have the target's domain."""
    who = account(text(fields, "TargetUserName"), fields.get("SubjectDomainName"), fields.get("TargetSid"))
    return Facts(who, computer(text(fields, "TargetDomainName")), None, False)


def _history_refused(record: EventRecord, fields: Fields) -> Facts:
    return Facts(subject(fields), None, None, True)


def _restore_password(record: EventRecord, fields: Fields) -> Facts:
    code = status(fields, "Status")
    return Facts(subject(fields), computer(text(fields, "Workstation")), None, None if code is None else code != 0, code)


FAMILY = Family(
    EventAccount,
    SECURITY,
    {**dict.fromkeys(_BY_SUBJECT, by_subject), 4740: _locked, 4766: _history_refused, 4794: _restore_password},
)
