"""Replication of the directory: the destination's agent asks, the source's agent answers (MS-DRSR section 4.1.10)."""

from app.model.activity import Endpoint
from app.model.events import EventReplication
from app.sensor.events.family import SECURITY, Facts, Family
from app.sensor.events.fields import Fields, computer, status, text
from app.sensor.events.record import EventRecord


def _agent(value: str | None) -> Endpoint | None:
    """The controller of "CN=NTDS Settings,CN=DC1,CN=Servers,..." or of a name; an agent's GUID names no computer."""
    if value is None:
        return None
    parts = value[:4096].split(",", 2)
    if parts[0].strip().lower() == "cn=ntds settings" and len(parts) > 1:
        kind, _, name = parts[1].strip().partition("=")
        return computer(name) if kind.lower() == "cn" else None
    if "=" in value:
        return None
    first = value.partition(".")[0]
    return None if len(first) == 36 and first.count("-") == 4 else computer(value)


def _replicated(record: EventRecord, fields: Fields) -> Facts:
    code = status(fields, "StatusCode", "ReplicationStatusCode", "AuditStatusCode")
    asked = _agent(text(fields, "DestinationDRA"))
    answered = _agent(text(fields, "SourceDRA")) or _agent(text(fields, "SourceAddr"))
    return Facts(None, asked, answered, None if code is None else code != 0, code)


FAMILY = Family(EventReplication, SECURITY, dict.fromkeys(range(4928, 4938), _replicated))
