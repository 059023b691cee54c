"""Policies: whom a domain trusts, what accounts may do, how its tickets are; what LSA loads (4610, 4614, 4622, 4673)."""

from app.model.events import EventPolicy
from app.sensor.events.family import SECURITY, Facts, Family, by_subject
from app.sensor.events.fields import Fields, subject
from app.sensor.events.record import EventRecord

REGISTERS = "lsaregisterlogonprocess"


def _privileged(record: EventRecord, fields: Fields) -> Facts | None:
    """Of the many privileged services only the registration as a logon process, which opens other people's tickets."""
    if REGISTERS not in fields.get("Service", "").lower():
        return None
    return Facts(subject(fields))


FAMILY = Family(
    EventPolicy,
    SECURITY,
    {4673: _privileged, **dict.fromkeys((4610, 4614, 4622, 4704, 4706, 4707, 4713, 4716, 4717), by_subject)},
)
