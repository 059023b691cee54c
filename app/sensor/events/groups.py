"""Groups: made, changed, deleted, members added and removed."""

from app.model.events import EventGroup
from app.sensor.events.family import SECURITY, Family, by_subject

_IDS = (*range(4727, 4738), *range(4744, 4765))
"""Security groups (4727-4735, 4737, 4754-4758), distribution groups (4744-4753, 4759-4763), type changed (4764)."""

FAMILY = Family(EventGroup, SECURITY, {id: by_subject for id in _IDS if id != 4736})
