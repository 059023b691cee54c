"""Scheduled tasks: made, deleted, enabled, disabled, changed."""

from app.model.events import EventTask
from app.sensor.events.family import SECURITY, Family, by_subject

FAMILY = Family(EventTask, SECURITY, dict.fromkeys(range(4698, 4703), by_subject))
