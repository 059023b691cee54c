"""Logon sessions: who signed in where, from where, who used another account's credentials, whose were replayed."""

from app.model.events import EventLogon
from app.sensor.events.family import SECURITY, Facts, Family, by_subject
from app.sensor.events.fields import Fields, account, address, computer, is_here, origin, status, subject, target, text
from app.sensor.events.record import EventRecord


def _logon(record: EventRecord, fields: Fields) -> Facts:
    return Facts(target(fields), origin(fields, record.computer, "WorkstationName"), None, False)


def _failed(record: EventRecord, fields: Fields) -> Facts:
    """The sub-status says more where there is one."""
    code = status(fields, "SubStatus") or status(fields, "Status")
    return Facts(target(fields), origin(fields, record.computer, "WorkstationName"), None, True, code)


def _of_target(record: EventRecord, fields: Fields) -> Facts:
    return Facts(target(fields))


def _explicit(record: EventRecord, fields: Fields) -> Facts:
    """The subject used the target's credentials: at another server, or here, where the system itself signs people in."""
    who, whom = subject(fields), target(fields)
    where = text(fields, "TargetServerName")
    if where is None:
        where = (text(fields, "TargetInfo") or "").partition("/")[2].partition(":")[0]
    if where and not is_here(where):
        return Facts(who or whom, computer(record.computer), computer(where))
    system = who is None or who.sid == "S-1-5-18" or who.name.endswith("$")
    return Facts(whom if system and whom is not None else who, origin(fields, record.computer))


def _reconnected(record: EventRecord, fields: Fields) -> Facts:
    """A desktop session was taken up again (4778); the console calls itself LOCAL."""
    who = account(fields.get("AccountName"), fields.get("AccountDomain"))
    ip = text(fields, "ClientAddress")
    return Facts(who, computer(record.computer) if is_here(ip) else address(ip) or computer(text(fields, "ClientName")))


def _replayed(record: EventRecord, fields: Fields) -> Facts:
    """The same authenticator came a second time and was refused (4649; RFC 4120 section 3.2.3, KRB_AP_ERR_REPEAT)."""
    return Facts(target(fields), computer(text(fields, "WorkstationName")), None, True)


FAMILY = Family(
    EventLogon,
    SECURITY,
    {
        4624: _logon,
        4625: _failed,
        4634: _of_target,
        4647: _of_target,
        4648: _explicit,
        4649: _replayed,
        4672: by_subject,
        4675: _of_target,
        4778: _reconnected,
        4964: _of_target,
    },
)
