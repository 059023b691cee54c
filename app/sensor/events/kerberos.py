"""What a KDC logs of tickets (codes: RFC 4120 section 7.5.9)."""

from app.model.activity import Account
from app.model.events import EventKerberos
from app.sensor.events.family import SECURITY, Facts, Family
from app.sensor.events.fields import Fields, account, origin, status, target
from app.sensor.events.record import EventRecord


def _facts(who: Account | None, record: EventRecord, fields: Fields) -> Facts:
    code = status(fields, "Status", "FailureCode")
    return Facts(who, origin(fields, record.computer), None, None if code is None else code != 0, code)


def _initial(record: EventRecord, fields: Fields) -> Facts:
    return _facts(target(fields), record, fields)


def _service(record: EventRecord, fields: Fields) -> Facts:
    """The client is written "alice@CORP.TEST"."""
    name, at, realm = fields.get("TargetUserName", "").rpartition("@")
    domain = fields.get("TargetDomainName")
    who = account(name, realm or domain) if at and name else account(realm, domain)
    return _facts(who, record, fields)


def _preauthentication(record: EventRecord, fields: Fields) -> Facts:
    """The realm is told by the service "krbtgt/CORP.TEST" only."""
    service, slash, realm = fields.get("ServiceName", "").partition("/")
    domain = realm if slash and service.lower() == "krbtgt" else fields.get("TargetDomainName")
    who = account(fields.get("TargetUserName"), domain, fields.get("TargetSid"))
    code = status(fields, "Status", "FailureCode")
    return Facts(who, origin(fields, record.computer), None, True, code)


FAMILY = Family(
    EventKerberos,
    SECURITY,
    {
        4768: _initial,
        4769: _service,
        4770: _service,
        4771: _preauthentication,
        4772: _initial,
        4773: _service,
    },
)
