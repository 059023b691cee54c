"""Objects of the directory: changed, made, restored, moved, deleted (5136-5139, 5141)."""

from app.model.events import EventDirectoryChange
from app.sensor.events.family import SECURITY, Family, by_subject

FAMILY = Family(EventDirectoryChange, SECURITY, dict.fromkeys((5136, 5137, 5138, 5139, 5141), by_subject))
