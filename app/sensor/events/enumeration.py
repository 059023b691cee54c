"""Someone listed the local groups of a user (4798) or the members of a local group (4799)."""

from app.model.events import EventEnumeration
from app.sensor.events.family import SECURITY, Family, by_subject

FAMILY = Family(EventEnumeration, SECURITY, {4798: by_subject, 4799: by_subject})
