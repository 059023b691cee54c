"""Traces of what packets tell."""

from collections.abc import Callable, Iterator
from typing import Any

from app.engine.knowledge import Knowledge
from app.engine.twins.trace import (
    Trace,
    account_at,
    actor,
    changed_object,
    coded,
    dn,
    first_name,
    last_number,
    origin,
    outcome,
    place,
    plain,
    service_account,
    signed_in_as,
    told,
)
from app.model.activity import Activity
from app.model.details import (
    KerberosAp,
    KerberosAs,
    KerberosPassword,
    KerberosTgs,
    LdapAdd,
    LdapBind,
    LdapDelete,
    LdapModify,
    LdapRename,
    LdapSearch,
    Ntlm,
    RadiusAccess,
    RpcCall,
    SmbSession,
)
from app.model.identifiers import ATSVC, DRSUAPI, SAMR, SVCCTL, TASKS

CREATE_SERVICE = frozenset({12, 24, 44, 45, 60})
"""RCreateService in five forms (MS-SCMR section 3.1.4)."""
TASK_REGISTERED, TASK_DELETED = 1, 13
"""SchRpcRegisterTask, SchRpcDelete (MS-TSCH section 3.2.5.4)."""
GET_NC_CHANGES = 3
"""IDL_DRSGetNCChanges (MS-DRSR section 4.1.10)."""
CREATE_USER = frozenset({12, 50})
"""SamrCreateUserInDomain and SamrCreateUser2InDomain (MS-SAMR section 3.1.5.4)."""
MEMBERS = frozenset({22, 24, 31, 32})
"""A member added to or removed from a group or alias (MS-SAMR section 3.1.5.8)."""
CHANGE_OWN_PASSWORD = frozenset({55, 63})
SAMR_CHANGES = MEMBERS | CHANGE_OWN_PASSWORD | {35, 37, 38, 58}
"""With SamrDeleteUser, SamrSetInformationUser, SamrChangePasswordUser, SamrSetInformationUser2."""
Traces = Iterator[Trace]


def _as(known: Knowledge, a: Activity, d: KerberosAs) -> Traces:
    ip, port = origin(a)
    if d.client and ip:
        etype = str(d.ticket_etype) if d.ticket_etype is not None else ""
        yield Trace(
            "as", f"{plain(d.client)} {ip}", False, told(place(known, a.destination, a.at), port, coded(a), "", "", etype)
        )


def _tgs(known: Knowledge, a: Activity, d: KerberosTgs) -> Traces:
    ip, port = origin(a)
    if ip:
        server, etype = place(known, a.destination, a.at), str(d.ticket_etype) if d.ticket_etype is not None else ""
        who = plain(d.client) or actor(known, a)
        yield Trace("tgs", ip, False, told(server, port, coded(a), who, service_account(known, d.service), etype))


def _radius(known: Knowledge, a: Activity, d: RadiusAccess) -> Traces:
    ip, _ = origin(a)
    if ip and a.account is not None and a.result != "unanswered":
        yield Trace("radius", f"{plain(a.account.name)} {ip}", False, told(place(known, a.destination, a.at), 0, outcome(a)))


def _ntlm(known: Knowledge, a: Activity, d: Ntlm) -> Traces:
    ip, port = origin(a)
    if d.user and not d.anonymous:
        who, client, server = (
            plain(d.user),
            plain(f"{d.workstation}$") if d.workstation else "",
            place(known, a.destination, a.at),
        )
        yield Trace("ntlm", who, False, told(server, 0, outcome(a), "", client))
        yield Trace("ntlm logon", f"{who} {ip}", False, told(server, port, outcome(a), "", client))
        yield Trace("explicit", who, False, told(server, 0, "", "", place(known, a.source, a.at)))


def _ap(known: Knowledge, a: Activity, d: KerberosAp) -> Traces:
    ip, port = origin(a)
    who, server = actor(known, a), place(known, a.destination, a.at)
    yield Trace("ticket logon", ip, False, told(server, port, outcome(a), who))
    if who:
        yield Trace("explicit", who, False, told(server, 0, "", "", place(known, a.source, a.at)))


def _session(known: Knowledge, a: Activity, d: SmbSession) -> Traces:
    ip, port = origin(a)
    if d.action == "logon" and not d.anonymous:
        yield Trace("smb logon", ip, False, told(place(known, a.destination, a.at), port, outcome(a), actor(known, a)))


def _call(known: Knowledge, a: Activity, d: RpcCall) -> Traces:
    server = ""
    if d.interface in (DRSUAPI, SVCCTL, TASKS, ATSVC):
        server = place(known, a.destination, a.at)
    if d.interface == DRSUAPI and d.opnum == GET_NC_CHANGES:
        yield Trace("replication", "", False, told(server, account=actor(known, a)))
    elif d.interface == SVCCTL and d.opnum in CREATE_SERVICE and a.result != "failure":
        yield Trace("service", "", False, told(server, account=actor(known, a), what=str(d.stub.get("service", "")).lower()))
    elif d.interface == TASKS and d.opnum in (TASK_REGISTERED, TASK_DELETED) and a.result != "failure":
        name = str(d.stub.get("path", "")).lower().strip("\\")
        yield Trace("task", "deleted" if d.opnum == TASK_DELETED else "registered", False, told(server, what=name))
    elif d.interface == ATSVC and d.opnum == 0 and a.result != "failure":
        yield Trace("task", "registered", False, told(server))
    elif d.interface == SAMR and d.opnum in CREATE_USER and a.result != "failure":
        name = plain(str(d.stub.get("account", "")))
        if name:
            yield Trace("create account", name.rstrip("$"), False, told(account=actor(known, a)))
    elif d.interface == SAMR and d.opnum in SAMR_CHANGES and a.result != "failure":
        yield from _samr(known, a, d)


def _samr(known: Knowledge, a: Activity, d: RpcCall) -> Traces:
    target, facts = str(d.stub.get("target", "")), told(place(known, a.destination, a.at), account=actor(known, a))
    if d.opnum in MEMBERS:
        member = str(d.stub.get("member", ""))
        if target and member:
            yield Trace("member", f"{last_number(target)} {last_number(member)}", False, facts)
            yield from changed_object(known, target, "member")
    elif d.opnum in CHANGE_OWN_PASSWORD:
        name = plain(str(d.stub.get("account", "")))
        if name:
            yield Trace("password", name.rstrip("$"), False, told(facts[0]))
    elif target:
        yield Trace("account number", last_number(target), False, facts)
        yield from changed_object(known, target, "")


def _kpasswd(known: Knowledge, a: Activity, d: KerberosPassword) -> Traces:
    name = plain(d.target) if d.target else actor(known, a) if d.protocol_version == 1 else ""
    if name and a.result != "failure":
        yield Trace("password", name.rstrip("$"), False, told(place(known, a.destination, a.at)))


def _search(known: Knowledge, a: Activity, d: LdapSearch) -> Traces:
    ip, port = origin(a)
    server = place(known, a.destination, a.at)
    yield Trace("search", ip, False, told(server, port, "", actor(known, a), dn(d.base) if d.base else "", str(d.entries)))
    if d.base and d.scope == 0:
        yield Trace("read", dn(d.base), False, told(server, account=actor(known, a)))


def _bind(known: Knowledge, a: Activity, d: LdapBind) -> Traces:
    ip, port = origin(a)
    server = place(known, a.destination, a.at)
    yield Trace("bind", ip, False, told(server, port, "", plain(d.name) or actor(known, a)))
    if d.method == "simple" and d.name and a.result != "unanswered":
        who = signed_in_as(known, d.name)
        yield Trace("simple bind", ip, False, told(server, port, outcome(a), who))
        if who:
            yield Trace("bind validated", who, False, told(server, 0, outcome(a)))
        elif server:  # a name that only a directory could translate
            yield Trace("bind at", server, False, told(ended=outcome(a)))


def _changed(rule: str, known: Knowledge, a: Activity, name: str) -> Traces:
    if a.result == "failure" or not name:
        return
    server, who = place(known, a.destination, a.at), actor(known, a)
    yield Trace(rule, dn(name), False, told(server, account=who))
    yield Trace("synchronised", dn(name), False, told())


def _modify(known: Knowledge, a: Activity, d: LdapModify) -> Traces:
    yield from _changed("change", known, a, d.dn)
    if a.result != "failure" and any(attribute.lower() == "member" for _, attribute, _ in d.changes):
        yield Trace("members", first_name(d.dn), False, told(place(known, a.destination, a.at), account=actor(known, a)))
    elif a.result != "failure" and d.dn:
        yield Trace("account", account_at(known, d.dn), False, told(place(known, a.destination, a.at), account=actor(known, a)))


def _add(known: Knowledge, a: Activity, d: LdapAdd) -> Traces:
    yield from _changed("add", known, a, d.dn)
    sam = next((values[0] for _, attribute, values in d.changes if attribute.lower() == "samaccountname" and values), "")
    if a.result != "failure" and d.dn:
        yield Trace("create account", (plain(sam) or first_name(d.dn)).rstrip("$"), False, told(account=actor(known, a)))


def _delete(known: Knowledge, a: Activity, d: LdapDelete) -> Traces:
    yield from _changed("delete", known, a, d.dn)
    if a.result != "failure" and d.dn:
        yield Trace("delete account", account_at(known, d.dn), False, told(account=actor(known, a)))


def _rename(known: Knowledge, a: Activity, d: LdapRename) -> Traces:
    yield from _changed("rename", known, a, d.dn)


WIRE_TRACES: dict[type, Callable[[Knowledge, Activity, Any], Traces]] = {
    KerberosAs: _as,
    KerberosPassword: _kpasswd,
    KerberosTgs: _tgs,
    KerberosAp: _ap,
    Ntlm: _ntlm,
    RadiusAccess: _radius,
    SmbSession: _session,
    RpcCall: _call,
    LdapSearch: _search,
    LdapBind: _bind,
    LdapModify: _modify,
    LdapAdd: _add,
    LdapDelete: _delete,
    LdapRename: _rename,
}
"""Detail type to the function that gives its traces."""
