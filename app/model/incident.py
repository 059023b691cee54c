"""Alerts that tell one story."""

from msgspec import Struct

from app.model.alert import Phase, Severity
from app.model.entity import EntityRef


class Shared(Struct, frozen=True, kw_only=True):
    """An entity that ties alerts together: how, and the ids of the alerts that show it, in order of time."""

    entity: EntityRef
    how: str
    alerts: tuple[str, ...]


class Incident(Struct, frozen=True, kw_only=True):
    """One story. alerts: ids along the kill chain. first, last: UTC microseconds. phases: those that were seen, in their order.

    open: how many of its alerts are open.
    """

    id: str
    title: str
    severity: Severity
    first: int
    last: int
    phases: tuple[Phase, ...]
    alerts: tuple[str, ...]
    shared: tuple[Shared, ...]
    open: int = 0
