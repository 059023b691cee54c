"""Traces of what logs and the directory tell."""

from collections.abc import Callable, Iterator
from typing import Any

from app.engine.knowledge import Knowledge
from app.engine.knowledge.names import host, is_one_host
from app.engine.knowledge.sids import relative_id, sid_in
from app.engine.twins.trace import Trace, changed_object, coded, dn, last_number, origin, outcome, plain, service_account, told
from app.model.activity import Activity
from app.model.directory import DirectoryChange
from app.model.events import (
    EventAccount,
    EventDirectoryChange,
    EventGroup,
    EventKerberos,
    EventLdap,
    EventLogon,
    EventNps,
    EventNtlm,
    EventObjectAccess,
    EventService,
    EventTask,
    WindowsEvent,
)
from app.model.identifiers import GET_CHANGES, GET_CHANGES_ALL, GET_CHANGES_IN_FILTERED_SET

REPLICATION_RIGHTS = (GET_CHANGES, GET_CHANGES_ALL, GET_CHANGES_IN_FILTERED_SET)
READ_PROPERTY, WRITE_PROPERTY = 0x10, 0x20
"""Bits of an access mask to an object of the directory (MS-ADTS section 5.1.3.2)."""
NO_TICKET = 0xFFFFFFFF
LOCKED_OUT = 6279
SIMPLE_BIND = "advapi"
"""Logon process of a controller that signs somebody in with the password of a simple bind."""
Traces = Iterator[Trace]


def _server(known: Knowledge, e: WindowsEvent) -> str:
    return known.computer_entity(e.computer).key if host(e.computer) else ""


def _name(e: WindowsEvent, *fields: str) -> str:
    return plain(e.text(*fields))


def _kerberos(known: Knowledge, a: Activity, e: EventKerberos) -> Traces:
    ip, port = origin(a)
    who, etype = _name(e, "TargetUserName"), e.number("TicketEncryptionType")
    kind = str(etype) if etype is not None and etype != NO_TICKET else ""
    if not ip:
        return
    if e.event_id in (4768, 4771, 4772):
        if who and a.destination is not None and ip == a.destination.ip:
            yield from _bound(known, a, e, who)
        if who:
            yield Trace("as", f"{who} {ip}", True, told(_server(known, e), port, coded(a), "", "", kind))
    elif e.event_id in (4769, 4770, 4773):
        service = service_account(known, e.text("ServiceName"))
        yield Trace("tgs", ip, True, told(_server(known, e), port, coded(a), who, service, kind))


def _ntlm(known: Knowledge, a: Activity, e: EventNtlm) -> Traces:
    if e.event_id not in (4776, 8004):
        return
    who, workstation = _name(e, "TargetUserName", "UserName"), host(e.text("Workstation", "WorkstationName"))
    if not who:
        return
    client = plain(f"{workstation}$") if workstation else ""
    server = ""
    if e.event_id == 8004 and host(e.text("SChannelName")):
        server = known.computer_entity(e.text("SChannelName") or "").key
    yield Trace("ntlm", who, True, told(server, 0, outcome(a) if e.event_id == 4776 else "", "", client))
    yield Trace("validated", f"{who} {_server(known, e)}", e.event_id == 8004, told(what=client))
    if e.event_id == 4776 and is_one_host(workstation, e.computer):
        yield from _bound(known, a, e, who)


def _bound(known: Knowledge, a: Activity, e: WindowsEvent, who: str) -> Traces:
    """A password that a controller validated for itself: perhaps for a client of LDAP."""
    yield Trace("bind validated", who, True, told(_server(known, e), 0, outcome(a)))
    yield Trace("bind at", _server(known, e), True, told(ended=outcome(a)))


def _logon(known: Knowledge, a: Activity, e: EventLogon) -> Traces:
    ip, port = origin(a)
    who, server = _name(e, "TargetUserName"), _server(known, e)
    if not who:
        return
    if e.event_id == 4648:
        where = host(e.text("TargetServerName"))
        target = known.computer_entity(where).key if where else ""
        yield Trace("explicit", who, True, told(target, 0, "", "", server))
    if e.event_id not in (4624, 4625) or not ip or ip.startswith("name:"):
        return
    package = (e.text("AuthenticationPackageName") or "").lower()
    if "kerberos" in package:
        yield Trace("ticket logon", ip, True, told(server, port, outcome(a), who))
    elif "ntlm" in package or e.text("LmPackageName") is not None:
        workstation = host(e.text("WorkstationName"))
        client = plain(f"{workstation}$") if workstation else ""
        yield Trace("ntlm logon", f"{who} {ip}", True, told(server, port, outcome(a), "", client))
    if (e.text("LogonProcessName") or "").lower() == SIMPLE_BIND:
        yield Trace("simple bind", ip, True, told(server, port, outcome(a), who))
    if e.number("LogonType") == 3:
        yield Trace("smb logon", ip, True, told(server, port, outcome(a), who))


def _access(known: Knowledge, a: Activity, e: EventObjectAccess) -> Traces:
    if e.event_id != 4662:
        return
    server, who = _server(known, e), _name(e, "SubjectUserName")
    properties = (e.text("Properties") or "").lower()
    if any(right in properties for right in REPLICATION_RIGHTS):
        yield Trace("replication", "", True, told(server, account=who))
        return
    name = e.text("ObjectName") or ""
    if "=" not in name:
        found = known.directory.state(known.directory.find(name.strip("%{}"))) if name else None
        name = found.object.dn if found is not None else ""
    if not name:
        return
    mask = e.number("AccessMask") or 0
    if mask & WRITE_PROPERTY:
        yield Trace("change", dn(name), True, told(server, account=who))
    elif mask & READ_PROPERTY:
        yield Trace("read", dn(name), True, told(server, account=who))


_CHANGES = {5136: "change", 5137: "add", 5138: "change", 5139: "rename", 5141: "delete"}


def _change(known: Knowledge, a: Activity, e: EventDirectoryChange) -> Traces:
    name = e.text("OldObjectDN", "ObjectDN") if e.event_id == 5139 else e.text("ObjectDN", "OldObjectDN")
    rule = _CHANGES.get(e.event_id)
    if name and rule:
        yield Trace(rule, dn(name), True, told(_server(known, e), account=_name(e, "SubjectUserName")))
        attribute = (e.text("AttributeLDAPDisplayName") or "").lower()
        yield Trace("synchronised", dn(name), False, told(what=attribute))


_CHANGED = frozenset({4722, 4723, 4724, 4725, 4726, 4738, 4742, 4743})
"""An account enabled, given a password, disabled, deleted, changed."""


def _account(known: Knowledge, a: Activity, e: EventAccount) -> Traces:
    rule = {4720: "create account", 4741: "create account", 4726: "delete account", 4743: "delete account"}.get(e.event_id)
    who = _name(e, "TargetUserName").rstrip("$")
    subject, server = _name(e, "SubjectUserName"), _server(known, e)
    if rule and who:
        yield Trace(rule, who, True, told(account=subject))
    if e.event_id in _CHANGED:
        number = relative_id(e.text("TargetSid"))
        if number is not None:
            yield Trace("account number", str(number), True, told(server, account=subject))
        if who:
            yield Trace("account", who, True, told(server, account=subject))
    yield from changed_object(known, sid_in(e.text("TargetSid")), "")
    if who and e.event_id in (4723, 4724):
        yield Trace("password", who, True, told(server, account=subject))


def _group(known: Knowledge, a: Activity, e: EventGroup) -> Traces:
    if e.event_id not in (4728, 4729, 4732, 4733, 4756, 4757):
        return
    group, facts = _name(e, "TargetUserName"), told(_server(known, e), account=_name(e, "SubjectUserName"))
    if group:
        yield Trace("members", group, True, facts)
    sid, member = sid_in(e.text("TargetSid")), sid_in(e.text("MemberSid"))
    if sid and member:
        yield Trace("member", f"{last_number(sid)} {last_number(member)}", True, facts)
    yield from changed_object(known, sid, "member")


def _service(known: Knowledge, a: Activity, e: EventService) -> Traces:
    who = _name(e, "SubjectUserName")
    yield Trace("service", "", True, told(_server(known, e), account=who, what=(e.text("ServiceName") or "").lower()))


def _task(known: Knowledge, a: Activity, e: EventTask) -> Traces:
    if e.event_id in (4698, 4699, 4702):
        name = (e.text("TaskName") or "").lower().strip("\\")
        yield Trace("task", "deleted" if e.event_id == 4699 else "registered", True, told(_server(known, e), what=name))


def _nps(known: Knowledge, a: Activity, e: EventNps) -> Traces:
    """The address of the RADIUS client is where the request came from."""
    ip, _ = origin(a)
    if ip and a.account is not None and e.event_id != LOCKED_OUT:
        yield Trace("radius", f"{plain(a.account.name)} {ip}", True, told(_server(known, e), 0, outcome(a)))


def _ldap(known: Knowledge, a: Activity, e: EventLdap) -> Traces:
    ip, port = origin(a)
    if not ip:
        return
    server, who = _server(known, e), plain(a.account.name) if a.account is not None else ""
    if e.event_id == 1644:
        base = e.text("StartingNode") or ""
        yield Trace("search", ip, True, told(server, port, "", who, dn(base) if base else "", e.text("ReturnedEntries") or ""))
    elif e.event_id == 2889:
        yield Trace("bind", ip, True, told(server, port, "", who))


SAME_NAMES = frozenset({"member", "sIDHistory", "primaryGroupID", "servicePrincipalName", "dNSHostName", "msDS-KeyCredentialLink",
                        "msDS-AllowedToActOnBehalfOfOtherIdentity", "msDS-AllowedToDelegateTo"})  # fmt: skip
"""Attributes that a synchronisation calls as those do who write them; of others it tells parts, under names of its own."""


def _directory(known: Knowledge, a: Activity, d: DirectoryChange) -> Traces:
    if d.dn:
        yield Trace("synchronised", dn(d.dn), True, told(what=d.attribute.lower() if d.attribute in SAME_NAMES else ""))


def same_record(e: WindowsEvent) -> Trace | None:
    """What two logs that hold one record have in common; None for a record whose own number is not told."""
    if not e.record or not e.provider or not e.computer:
        return None
    return Trace("same", f"{e.provider.lower()} {e.event_id} {host(e.computer)} {e.record}", True, told())


RECORD_TRACES: dict[type, Callable[[Knowledge, Activity, Any], Traces]] = {
    EventKerberos: _kerberos,
    EventNtlm: _ntlm,
    EventLogon: _logon,
    EventObjectAccess: _access,
    EventDirectoryChange: _change,
    EventAccount: _account,
    EventGroup: _group,
    EventService: _service,
    EventTask: _task,
    EventLdap: _ldap,
    EventNps: _nps,
    DirectoryChange: _directory,
}
"""Detail type to the function that gives its traces."""
