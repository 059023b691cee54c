"""One line of words for each Windows event, and why it failed."""

from collections.abc import Callable

from app.engine.describe import event_changes as changes
from app.engine.describe import event_lines as lines
from app.engine.describe import event_servers as servers
from app.engine.describe.codes import KERBEROS, WIN32
from app.engine.describe.event_codes import NPS
from app.engine.describe.event_hosts import connection_line, host_line, remoting_line, script_line
from app.engine.describe.event_policies import filtered, policy
from app.engine.describe.event_values import field_words, status
from app.model.activity import Activity
from app.model.events import (
    EventAccount,
    EventAdfs,
    EventAudit,
    EventCertificate,
    EventConnection,
    EventDatabase,
    EventDesktop,
    EventDirectoryChange,
    EventDns,
    EventEnumeration,
    EventGroup,
    EventHost,
    EventKerberos,
    EventLdap,
    EventLogon,
    EventNetlogon,
    EventNps,
    EventNtlm,
    EventObjectAccess,
    EventPolicy,
    EventPrinter,
    EventProcess,
    EventRemoting,
    EventReplication,
    EventSam,
    EventScript,
    EventService,
    EventShare,
    EventTask,
    WindowsEvent,
)

_Line = Callable[[Activity, WindowsEvent], str]
_FAMILIES: dict[type[WindowsEvent], _Line] = {
    EventAccount: changes.account,
    EventAdfs: lines.federation,
    EventAudit: changes.audit,
    EventCertificate: changes.certificate,
    EventConnection: connection_line,
    EventDatabase: servers.database,
    EventDesktop: servers.desktop,
    EventDirectoryChange: changes.directory_change,
    EventDns: servers.dns,
    EventEnumeration: lines.enumeration,
    EventGroup: changes.group,
    EventHost: host_line,
    EventLdap: lines.ldap,
    EventNetlogon: changes.secure_channel,
    EventNps: servers.admission,
    EventObjectAccess: lines.object_access,
    EventPolicy: policy,
    EventPrinter: servers.printer,
    EventProcess: lines.process,
    EventRemoting: remoting_line,
    EventReplication: changes.replication,
    EventSam: changes.sam,
    EventScript: script_line,
    EventService: lines.service,
    EventShare: lines.share,
    EventTask: lines.task,
}
_LOGONS: dict[int, _Line] = {
    4624: lines.logged_on,
    4625: lines.logon_failed,
    4634: lines.logged_off,
    4647: lines.logged_off,
    4648: lines.explicit,
    4649: lines.replayed,
    4672: lines.privileges,
    4675: filtered,
    4778: servers.reconnected,
    4964: lines.special_group,
}
_KERBEROS: dict[int, _Line] = {
    **dict.fromkeys((36, 37, 38, 43), lines.strange_ticket),
    4768: lines.initial_ticket,
    4769: lines.service_ticket,
    4770: lines.renewed,
    4771: lines.preauthentication,
    4772: lines.initial_ticket,
    4773: lines.service_ticket,
}
_NTLM: dict[int, _Line] = {
    4776: lines.validated,
    8001: lines.outgoing,
    8002: lines.incoming,
    8003: lines.incoming,
    8004: lines.passed_through,
}
_BY_ID: dict[type[WindowsEvent], dict[int, _Line]] = {EventLogon: _LOGONS, EventKerberos: _KERBEROS, EventNtlm: _NTLM}


def event_line(activity: Activity, detail: WindowsEvent) -> str:
    """What the event tells; its number and log for one that no family knows."""
    kind = type(detail)
    line = _FAMILIES.get(kind) or _BY_ID.get(kind, {}).get(detail.event_id)
    if line is None or not detail.event_id:
        return f"Event {detail.event_id} of {detail.provider or detail.channel or 'an unknown log'}"
    return line(activity, detail)


def event_facts(detail: WindowsEvent) -> tuple[tuple[str, str, str], ...]:
    """(name, value, what the value means or "") of all that an event says, its log first, then its fields in their order."""
    head = (
        ("Event", str(detail.event_id), ""),
        ("Provider", detail.provider, ""),
        ("Channel", detail.channel, ""),
        ("Computer", detail.computer, ""),
        ("Record", str(detail.record) if detail.record else "", ""),
    )
    fields = detail.fields
    named = ((name, value, field_words(detail.event_id, name, value, fields)) for name, value in fields.items())
    return (*(one for one in head if one[1]), *named)


def event_reason(detail: WindowsEvent, code: int) -> str:
    """Why it failed, by the number that the event gives."""
    number = code & 0xFFFFFFFF
    if isinstance(detail, EventKerberos):
        return KERBEROS.get(code) or status(code) or f"Kerberos error {code}"
    if isinstance(detail, EventNps):
        return NPS.get(code) or f"reason {code} of the network policy server"
    if isinstance(detail, EventReplication):
        return WIN32.get(number) or status(code) or f"error {number}"
    return status(code) or f"status 0x{number:08X}"
