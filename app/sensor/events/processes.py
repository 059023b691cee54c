"""A process began (4688)."""

from app.model.events import EventProcess
from app.sensor.events.family import SECURITY, Family, by_subject

FAMILY = Family(EventProcess, SECURITY, {4688: by_subject})
