"""One line of words for each activity, with its protocol's codes named."""

from collections.abc import Callable
from typing import Any

from app.engine.describe.codes import (
    BIND_DATA,
    BIND_REASONS,
    DNS,
    ETYPES,
    FAULTS,
    KERBEROS,
    LDAP,
    NTSTATUS,
    WEAK_ETYPES,
    WIN32,
)
from app.engine.describe.event_codes import CHAP
from app.engine.describe.event_values import field_words
from app.engine.describe.events import event_facts, event_line, event_reason
from app.engine.describe.tickets import held
from app.model.activity import Activity
from app.model.details import (
    EVENTS,
    KINDS,
    DnsQuery,
    DnsUpdate,
    HttpRequest,
    KerberosAp,
    KerberosAs,
    KerberosPassword,
    KerberosTgs,
    LdapAdd,
    LdapBind,
    LdapDelete,
    LdapModify,
    LdapPing,
    LdapRename,
    LdapSearch,
    NameObservation,
    Negoex,
    Ntlm,
    NtpRequest,
    RadiusAccess,
    RadiusAccounting,
    RdpConnection,
    RpcBind,
    RpcCall,
    SmbFile,
    SmbSession,
    SmbTree,
    SmbViolation,
)
from app.model.directory import DirectoryChange, DirectoryObject
from app.model.events import WindowsEvent
from app.model.families import family

__all__ = ["WEAK_ETYPES", "bind_data", "code_words", "etype", "event_facts", "family", "field_words", "reason", "what"]


def etype(number: int | None) -> str:
    """Name of an encryption type."""
    return "unknown encryption" if number is None else ETYPES.get(number, f"encryption type {number}")


def _as(activity: Activity, d: KerberosAs) -> str:
    ticket = f", {etype(d.ticket_etype)} ticket" if d.ticket_etype is not None else ""
    plain = activity.result == "success" and not (d.padata_etype is not None or d.pkinit or d.fast)
    return (
        f"Asked for a ticket-granting ticket for {d.client or 'an unnamed client'}@{d.realm or ''}{ticket}"
        + (", without pre-authentication" if plain else "")
        + held(d.ticket, d.pac)
    )


def _tgs(activity: Activity, d: KerberosTgs) -> str:
    ticket = f", {etype(d.ticket_etype)}" if d.ticket_etype is not None else ""
    extra = f", on behalf of {d.s4u2self}" if d.s4u2self else ", constrained delegation" if d.s4u2proxy else ""
    return f"Asked for a ticket to {d.service or 'an unnamed service'}{ticket}{extra}{held(d.ticket, d.pac)}"


def _ap(activity: Activity, d: KerberosAp) -> str:
    return f"Presented a ticket for {d.service or 'an unnamed service'} over {d.carrier}{held(d.ticket, d.pac)}"


def _ntlm(activity: Activity, d: Ntlm) -> str:
    if d.anonymous or not d.user:
        return f"Signed in anonymously with NTLM over {d.carrier}"
    domain = f"{d.domain}\\" if d.domain else ""
    return f"Signed in as {domain}{d.user} with {d.version or 'NTLM'} over {d.carrier}"


def _bind(activity: Activity, d: LdapBind) -> str:
    if d.method == "simple":
        way = "with a password in clear text" if not d.encrypted and d.password_length != 0 else "with a password"
        return f"LDAP bind as {d.name or 'nobody'} {way}"
    if d.method == "anonymous":
        return "Anonymous LDAP bind"
    return f"LDAP bind with {d.method}" + (f" as {d.name}" if d.name else "")


def _search(activity: Activity, d: LdapSearch) -> str:
    return f"LDAP search {d.filter or '(no filter)'} under {d.base or 'the root'}, {d.entries:,} found"


def _ping(activity: Activity, d: LdapPing) -> str:
    about = f" about {d.user}" if d.user else ""
    return f"Looked for a controller of {d.domain or 'its domain'}{about}" + (f", found {d.server_name}" if d.server_name else "")


def _modify(activity: Activity, d: LdapModify) -> str:
    changed = ", ".join(f"{change[0]} {change[1]}" for change in d.changes[:4])
    return f"Changed {d.dn}: {changed}"


def _call(activity: Activity, d: RpcCall) -> str:
    name = f"{d.name or d.interface or 'unknown interface'} {d.operation or f'operation {d.opnum}'}"
    facts = [str(value) for value in d.stub.values() if isinstance(value, str) and value][:2]
    return name + (f": {', '.join(facts)}" if facts else "") + (" (sealed)" if d.hidden else "")


def _dns(activity: Activity, d: DnsQuery) -> str:
    way = {"llmnr": "LLMNR", "mdns": "multicast DNS"}.get(d.protocol, "DNS")
    found = f": {d.answers[0].partition(' ')[2]}" if d.answers else ""
    more = f" and {d.records - 1} more" if d.records > 1 else ""
    return f"{way} {d.type} {d.name or '.'}{found}{more}"


_PAGES = {
    "adfs-configuration": "Asked for the configuration of AD FS",
    "certificate-request": "Asked for a certificate on the web pages",
}
_WORDS: dict[type, Callable[[Activity, Any], str]] = {
    KerberosAs: _as,
    KerberosTgs: _tgs,
    KerberosAp: _ap,
    KerberosPassword: lambda a, d: (
        "Changed its own password"
        if d.protocol_version == 1
        else f"Set the password of {d.target}"
        if d.target
        else "Set or changed a password over Kerberos"
    ),
    Ntlm: _ntlm,
    Negoex: lambda a, d: f"Signed in by NEGOEX over {d.carrier}",
    LdapBind: _bind,
    LdapSearch: _search,
    LdapPing: _ping,
    LdapModify: _modify,
    LdapAdd: lambda a, d: f"Created {d.dn}",
    LdapDelete: lambda a, d: f"Deleted {d.dn}",
    LdapRename: lambda a, d: f"Renamed {d.dn}",
    SmbSession: lambda a, d: (
        f"SMB {'logoff' if d.action == 'logoff' else 'session'} {d.dialect}" + (", encrypted" if d.encrypted else "")
    ),
    SmbTree: lambda a, d: f"Opened share {d.path or d.name}",
    SmbViolation: lambda a, d: f"Broke the rules of {d.dialect or 'SMB'}: {d.what}",
    SmbFile: lambda a, d: f"{d.action.capitalize()} {d.path or d.name}" + (f", {d.bytes:,} bytes" if d.bytes else ""),
    RpcBind: lambda a, d: f"Bound to {d.name or d.interface or 'an unknown interface'}",
    RpcCall: _call,
    DnsQuery: _dns,
    DnsUpdate: lambda a, d: f"Dynamic update of {d.zone}: {d.changes[0] if d.changes else 'nothing'}",
    NameObservation: lambda a, d: f"{d.address} is {d.name}, said by {d.method}",
    HttpRequest: lambda a, d: f"{_PAGES.get(d.page, 'Asked a web page')}, {d.method} {d.path}",
    NtpRequest: lambda a, d: f"Time, signed with the key of account {d.rid}" + (" (previous password)" if d.previous else ""),
    RdpConnection: lambda a, d: "Remote desktop connection" + (f" as {d.cookie}" if d.cookie else ""),
    RadiusAccounting: lambda a, d: f"RADIUS {d.status or 'accounting'}" + (f", given {d.framed_ip}" if d.framed_ip else ""),
    RadiusAccess: lambda a, d: f"RADIUS {d.outcome or 'sign-in'}",
    DirectoryObject: lambda a, d: f"{d.object_class or 'Object'} {d.sam or d.dn} in the directory",
    DirectoryChange: lambda a, d: f"{d.what or d.attribute} of {d.sam or d.dn}",
    **dict.fromkeys(EVENTS, event_line),
}


def what(activity: Activity) -> str:
    """One line that says what was asked."""
    return _WORDS[type(activity.detail)](activity, activity.detail)


def _kerberos_reason(code: int) -> str:
    return KERBEROS.get(code, f"Kerberos error {code}")


def _status_reason(code: int) -> str:
    return NTSTATUS.get(code & 0xFFFFFFFF, f"status 0x{code & 0xFFFFFFFF:08X}")


def _ldap_reason(code: int) -> str:
    return LDAP.get(code, f"LDAP result {code}")


def _rpc_reason(code: int) -> str:
    number = code & 0xFFFFFFFF
    known = FAULTS.get(number) or NTSTATUS.get(number) or WIN32.get(number) or WIN32.get(number & 0xFFFF)
    return known or f"returned 0x{number:08X}"


def _dns_reason(code: int) -> str:
    return DNS.get(code, f"DNS code {code}")


_REASONS: dict[type, Callable[[int], str]] = {
    KerberosAs: _kerberos_reason,
    KerberosTgs: _kerberos_reason,
    KerberosAp: _kerberos_reason,
    KerberosPassword: _kerberos_reason,
    Ntlm: _status_reason,
    SmbSession: _status_reason,
    SmbTree: _status_reason,
    SmbViolation: _status_reason,
    SmbFile: _status_reason,
    LdapBind: _ldap_reason,
    LdapSearch: _ldap_reason,
    LdapPing: _ldap_reason,
    LdapModify: _ldap_reason,
    LdapAdd: _ldap_reason,
    LdapDelete: _ldap_reason,
    LdapRename: _ldap_reason,
    DnsQuery: _dns_reason,
    DnsUpdate: _dns_reason,
    RpcCall: _rpc_reason,
    HttpRequest: lambda code: f"HTTP status {code}",
    RpcBind: lambda code: BIND_REASONS.get(code, f"bind refused, reason {code}"),
}


def code_words(kind: str, code: int) -> str:
    """What an answer's number means in activities of a kind word; the number itself where no table tells."""
    words = next((said for one, said in _REASONS.items() if KINDS[one] == kind), None)
    return words(code) if words else NTSTATUS.get(code & 0xFFFFFFFF) or KERBEROS.get(code) or f"code {code}"


def bind_data(text: str | None) -> str:
    """Hexadecimal word after "data" in Active Directory's error text of a bind, lower case, or empty."""
    _, found, rest = (text or "").partition(", data ")
    return rest.split(",", 1)[0].strip().lower() if found else ""


def reason(activity: Activity) -> str:
    """Why it failed, in words; empty when it did not, "no answer" when nothing came back."""
    if activity.result == "success":
        return ""
    if activity.result == "unanswered":
        return "no answer"
    detail = activity.detail
    if isinstance(detail, LdapBind):
        said = BIND_DATA.get(bind_data(detail.error_text))
        if said:
            return said
        if detail.method.upper() not in ("SIMPLE", "ANONYMOUS") and activity.code is not None and activity.code > 255:
            return _status_reason(activity.code)
    if isinstance(detail, Ntlm) and activity.code is not None and 0 < activity.code < 256:
        return _ldap_reason(activity.code)
    if isinstance(detail, RadiusAccess) and detail.error is not None:
        return CHAP.get(detail.error) or f"MS-CHAP error {detail.error}"
    if activity.code is None:
        return "refused"
    if isinstance(detail, WindowsEvent):
        return event_reason(detail, activity.code)
    words = _REASONS.get(type(detail))
    return words(activity.code) if words else "refused"
