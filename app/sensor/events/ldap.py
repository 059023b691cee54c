"""What a controller logs of LDAP clients: searches that cost much (1644), binds that are not signed (2889)."""

from app.model.events import EventLdap
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, joined_address, split_account, text
from app.sensor.events.record import EventRecord

_DIRECTORY = Log(
    frozenset({"microsoft-windows-activedirectory_domainservice", "ntds ldap", "ntds general"}), frozenset({"directory service"})
)


def _search(record: EventRecord, fields: Fields) -> Facts:
    """The client is an address with its port, or the name of a part of the controller itself."""
    return Facts(split_account(text(fields, "User")), joined_address(text(fields, "Client")))


def _bind(record: EventRecord, fields: Fields) -> Facts:
    return Facts(split_account(text(fields, "Identity")), joined_address(text(fields, "ClientAddress")))


FAMILY = Family(EventLdap, _DIRECTORY, {1644: _search, 2889: _bind})
