"""Policies: whom a domain trusts, what accounts may do, how its tickets are; what LSA loads (4610, 4614, 4622, 4673).

Sign-ins that an authentication policy or silo refused: 4820 and 4821 of the Security log, which are 105 and 106 of a log of their
own; 4822 and 4823 for NTLM; 4824 for a weak key of one of the Protected Users.
"""

from app.model.events import EventPolicy
from app.sensor.events.family import SECURITY, Facts, Family, Log, by_subject
from app.sensor.events.fields import Fields, account, computer, origin, split_account, status, subject, target, text
from app.sensor.events.record import EventRecord

REGISTERS = "lsaregisterlogonprocess"
JOINS = "semachineaccountprivilege"
"""What somebody uses who may make computers' accounts by the quota alone (MS-SAMR section 3.1.5.4.4)."""


def _privileged(record: EventRecord, fields: Fields) -> Facts | None:
    """Of the many privileges only what opens other people's tickets, the registration as a logon process, and what makes
    computers' accounts."""
    if REGISTERS not in fields.get("Service", "").lower() and JOINS not in fields.get("PrivilegeList", "").lower():
        return None
    return Facts(subject(fields))


def _ticket_refused(record: EventRecord, fields: Fields) -> Facts:
    """The client of 4821 is written "alice@CORP.TEST"; the device is the one whose ticket armoured the request."""
    name, at, realm = fields.get("TargetUserName", "").rpartition("@")
    who = account(name, realm) if at and name else target(fields)
    return Facts(who, origin(fields, record.computer, "DeviceName"), None, True, status(fields, "Status", "FailureCode"))


def _ntlm_refused(record: EventRecord, fields: Fields) -> Facts:
    who = split_account(text(fields, "AccountName", "TargetUserName"))
    return Facts(who, computer(text(fields, "DeviceName")), None, True, status(fields, "Status"))


_POLICY_LOG = Log(
    frozenset({"microsoft-windows-kerberos-key-distribution-center"}),
    frozenset({"microsoft-windows-authentication/authenticationpolicyfailures-domaincontroller"}),
)
FAMILIES = (
    Family(
        EventPolicy,
        SECURITY,
        {
            4673: _privileged,
            **dict.fromkeys((4610, 4614, 4622, 4704, 4706, 4707, 4713, 4716, 4717), by_subject),
            **dict.fromkeys((4820, 4821, 4824), _ticket_refused),
            **dict.fromkeys((4822, 4823), _ntlm_refused),
        },
    ),
    Family(EventPolicy, _POLICY_LOG, dict.fromkeys((105, 106), _ticket_refused)),
)
