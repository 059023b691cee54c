"""What a KDC logs of tickets (codes: RFC 4120 section 7.5.9).

36 to 38 and 43 of the System log: a ticket without authorization data, without or with the wrong account that asked for it
(KB 5008380), or whose full signature is wrong (KB 5020805).
"""

from app.model.activity import Account
from app.model.events import EventKerberos
from app.sensor.events.family import SECURITY, Facts, Family, Log
from app.sensor.events.fields import Fields, account, origin, split_account, status, target, text
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


MISMATCHED = 38
_STRANGE = {
    36: "ClientDomain ClientName ServiceName",
    37: "KdcName ClientDomain ClientName ServiceName",
    MISMATCHED: "KdcName ClientDomain ClientName ServiceName AccountSid TicketSid",
    43: "ClientDomain ClientName",
}
"""Values in the order of the messages."""
KDC_LOG = Log(
    frozenset({"microsoft-windows-kerberos-key-distribution-center", "kdcsvc"}),
    frozenset({"system", "microsoft-windows-kerberos-key-distribution-center/operational"}),
)


def _strange(record: EventRecord, fields: Fields) -> Facts:
    """The client stands in two values, whatever they are called, or in one as texts have it; 38 is always refused."""
    names, said = _STRANGE[record.event_id].split(), list(fields.values())
    if "Client" in fields:
        who = split_account(text(fields, "Client"))
    else:
        named = fields if "ClientName" in fields or len(said) < len(names) else dict(zip(names, said, strict=False))
        who = account(named.get("ClientName"), named.get("ClientDomain"))
    return Facts(who, None, None, True if record.event_id == MISMATCHED else None)


FAMILIES = (
    Family(
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
    ),
    Family(EventKerberos, KDC_LOG, dict.fromkeys(_STRANGE, _strange), _STRANGE),
)
