"""Secure channels that a controller refused, or let pass though they were weak (5722, 5723, 5805, 5827-5831; System log)."""

from app.model.events import EventNetlogon
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, account, text
from app.sensor.events.record import EventRecord

_NETLOGON = Log(frozenset({"netlogon", "microsoft-windows-netlogon"}), frozenset({"system"}))


def _session(record: EventRecord, fields: Fields) -> Facts:
    """The session setup of a computer failed. The name is the one it gave itself, so that it tells no place."""
    name = text(fields, "ComputerName")
    who = text(fields, "AccountName") or (f"{name}$" if name and not name.endswith("$") else name)
    return Facts(account(who), None, None, True)


def _weak(record: EventRecord, fields: Fields) -> Facts:
    """A channel without secure RPC (KB 4557222): 5827 and 5828 were refused, 5829 to 5831 let pass."""
    name, domain = text(fields, "SamAccountName", "TrustName"), text(fields, "Domain", "TrustTarget")
    return Facts(account(name, domain), None, None, record.event_id in (5827, 5828))


FAMILY = Family(
    EventNetlogon, _NETLOGON, {**dict.fromkeys((5722, 5723, 5805), _session), **dict.fromkeys(range(5827, 5832), _weak)}
)
