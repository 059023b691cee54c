"""What DNS servers of Windows log: records and settings changed (their audit log), plug-ins loaded (DNS Server log).

515 and 516 are a change by an administrator's program, 519 and 520 a dynamic update (Microsoft, "DNS logging and diagnostics").
"""

from app.model.events import EventDns
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, account, address, text
from app.sensor.events.record import EventRecord

_AUDIT = Log(frozenset({"microsoft-windows-dnsserver"}), frozenset({"microsoft-windows-dnsserver/audit"}))
_SERVICE = Log(frozenset({"microsoft-windows-dns-server-service"}), frozenset({"dns server"}))
_VALUES = "Type NAME TTL BufferSize RDATA Zone ZoneScope"
_NAMES = {
    **dict.fromkeys((515, 516), f"{_VALUES} VirtualizationID"),
    **dict.fromkeys((519, 520), f"{_VALUES} SourceIP VirtualizationID"),
    541: "Setting Scope NewValue VirtualizationID",
    **dict.fromkeys((150, 770), "PluginDll ErrorCode"),
}


def _changed(record: EventRecord, fields: Fields) -> Facts:
    """By a console or its like, over RPC: the record's own user asked for it."""
    return Facts(account(None, None, record.sid))


def _updated(record: EventRecord, fields: Fields) -> Facts:
    """The server itself writes it; whose update it was is told by the address alone."""
    return Facts(None, address(text(fields, "SourceIP", "Source")))


def _loaded(record: EventRecord, fields: Fields) -> Facts:
    return Facts(None, None, None, record.event_id == 150)


FAMILIES = (
    Family(EventDns, _AUDIT, {515: _changed, 516: _changed, 519: _updated, 520: _updated, 541: _changed}, _NAMES),
    Family(EventDns, _SERVICE, {150: _loaded, 770: _loaded}, _NAMES),
)
