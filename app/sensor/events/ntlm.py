"""NTLM: validated by a controller (4776, 8004), sent by a client (8001), taken by a server (8002, 8003)."""

from app.model.events import EventNtlm
from app.sensor.events.family import SECURITY, Facts, Family, Log
from app.sensor.events.fields import Fields, account, computer, is_here, split_account, status, text
from app.sensor.events.record import EventRecord

_NTLM = Log(
    frozenset({"microsoft-windows-ntlm", "microsoft-windows-security-netlogon"}),
    frozenset({"microsoft-windows-ntlm/operational"}),
)


def _validated(record: EventRecord, fields: Fields) -> Facts:
    code = status(fields, "Status")
    who = split_account(text(fields, "TargetUserName"))
    return Facts(who, computer(text(fields, "Workstation")), None, None if code is None else code != 0, code)


def _outgoing(record: EventRecord, fields: Fields) -> Facts:
    """The target is written as a service, "cifs/fs1.corp.test"."""
    who = account(text(fields, "UserName"), fields.get("DomainName"))
    if who is None:
        who = account(text(fields, "ClientUserName"), fields.get("ClientDomainName"))
    where = (text(fields, "TargetName") or "").rpartition("/")[2]
    return Facts(who, computer(record.computer), None if is_here(where) else computer(where))


def _incoming(record: EventRecord, fields: Fields) -> Facts:
    return Facts(account(text(fields, "ClientUserName"), fields.get("ClientDomainName")))


def _in_domain(record: EventRecord, fields: Fields) -> Facts:
    who = account(text(fields, "UserName"), fields.get("DomainName"))
    return Facts(who, computer(text(fields, "Workstation", "WorkstationName")))


def _passed_through(record: EventRecord, fields: Fields) -> Facts:
    """The server that was accessed asked the controller over its secure channel."""
    who = account(text(fields, "UserName"), fields.get("DomainName"))
    return Facts(who, computer(text(fields, "WorkstationName")), computer(text(fields, "SChannelName")))


FAMILIES = (
    Family(EventNtlm, SECURITY, {4776: _validated}),
    Family(EventNtlm, _NTLM, {8001: _outgoing, 8002: _incoming, 8003: _in_domain, 8004: _passed_through}),
)
