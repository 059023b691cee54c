"""What a controller logs of LDAP clients: costly searches (1644), binds not signed (2889) or not bound to TLS (3039 to 3075)."""

from app.model.events import EventLdap
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, address, split_account, text
from app.sensor.events.record import EventRecord

_DIRECTORY = Log(
    frozenset({"microsoft-windows-activedirectory_domainservice", "ntds ldap", "ntds general"}), frozenset({"directory service"})
)


def _search(record: EventRecord, fields: Fields) -> Facts:
    """The client is an address with its port, or the name of a part of the controller itself."""
    return Facts(split_account(text(fields, "User")), address(text(fields, "Client")))


def _bind(record: EventRecord, fields: Fields) -> Facts:
    return Facts(split_account(text(fields, "Identity")), address(text(fields, "ClientAddress")))


def _unbound(record: EventRecord, fields: Fields) -> Facts:
    """A bind over TLS that names another channel or none: refused (3039), or would be if it were demanded (3074, 3075)."""
    return Facts(_bind(record, fields).account, address(text(fields, "ClientAddress")), None, record.event_id == 3039)


FAMILY = Family(EventLdap, _DIRECTORY, {1644: _search, 2889: _bind, **dict.fromkeys((3039, 3074, 3075), _unbound)})
