"""Network shares and the files in them (5140, 5142-5145); a service name that did not fit (5168)."""

from app.model.events import EventShare
from app.sensor.events.family import SECURITY, Facts, Family, by_subject
from app.sensor.events.fields import Fields, origin, status, subject
from app.sensor.events.record import EventRecord


def _accessed(record: EventRecord, fields: Fields) -> Facts:
    return Facts(subject(fields), origin(fields, record.computer))


def _wrong_service(record: EventRecord, fields: Fields) -> Facts:
    return Facts(subject(fields), None, None, True, status(fields, "ErrorCode"))


FAMILY = Family(
    EventShare,
    SECURITY,
    {5140: _accessed, 5142: by_subject, 5143: by_subject, 5144: by_subject, 5145: _accessed, 5168: _wrong_service},
)
