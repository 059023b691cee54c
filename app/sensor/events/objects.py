"""Handles to, and operations on, objects of the directory and of SAM (4661, 4662)."""

from app.model.events import EventObjectAccess
from app.sensor.events.family import SECURITY, Family, by_subject

FAMILY = Family(EventObjectAccess, SECURITY, {4661: by_subject, 4662: by_subject})
