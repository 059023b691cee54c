"""Windows events in one line of words: sign-ins, tickets, what ran, what was opened and asked."""

from html import unescape

from app.engine.describe import event_codes as codes
from app.engine.describe.codes import ETYPES
from app.engine.describe.event_values import field_words, listed, sid_words
from app.engine.describe.schema_names import schema_name
from app.model.activity import Activity
from app.model.events import WindowsEvent

LONGEST = 200
"""Characters of one value within a line."""
_HOW = {
    2: " at the keyboard",
    3: " over the network",
    4: " as a batch job",
    5: " as a service",
    7: " by unlocking",
    8: " over the network with the password in clear text",
    9: " with other credentials for the network",
    10: " by remote desktop",
    11: " at the keyboard with cached credentials",
    12: " by remote desktop with cached credentials",
    13: " by unlocking with cached credentials",
}


def said(d: WindowsEvent, *names: str) -> str:
    """The first of these fields that says something, cut, or empty."""
    value = (d.text(*names) or "")[: 4 * LONGEST]
    if "\n" in value or "\t" in value or "\r" in value:
        value = " ".join(value.split())
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"


def whom(d: WindowsEvent, name: str, sid: str = "") -> str:
    """A name, else what its SID is called, else the SID."""
    found = said(d, name)
    if found:
        return found
    text = said(d, sid) if sid else ""
    return sid_words(text) or text or "an unnamed account"


def here(a: Activity, d: WindowsEvent) -> str:
    """The computer that the line is about, as the event writes it, without its domain."""
    name = d.computer or (a.destination.host if a.destination else "")
    return name.partition(".")[0][:64] or "a computer"


def from_where(a: Activity, d: WindowsEvent) -> str:
    """ " from 10.0.0.5", empty when it is not known or the computer itself."""
    if a.source is None:
        return ""
    host = a.source.host
    if host and host.partition(".")[0] == d.computer.lower().partition(".")[0]:
        return ""
    return f" from {host or a.source.ip}"


def _package(d: WindowsEvent) -> str:
    name = said(d, "LmPackageName") or said(d, "AuthenticationPackageName")
    if name.upper().startswith("MICROSOFT_AUTH"):
        name = "NTLM"
    return f" with {name}" if name and name.lower() != "negotiate" else ""


def logged_on(a: Activity, d: WindowsEvent) -> str:
    """4624."""
    who = whom(d, "TargetUserName", "TargetUserSid")
    return f"{who} logged on to {here(a, d)}{_HOW.get(d.number('LogonType') or 0, '')}{_package(d)}{from_where(a, d)}"


def logon_failed(a: Activity, d: WindowsEvent) -> str:
    """4625."""
    who = whom(d, "TargetUserName", "TargetUserSid")
    return f"{who} could not log on to {here(a, d)}{_HOW.get(d.number('LogonType') or 0, '')}{_package(d)}{from_where(a, d)}"


def logged_off(a: Activity, d: WindowsEvent) -> str:
    """4634, 4647."""
    return f"{whom(d, 'TargetUserName', 'TargetUserSid')} logged off from {here(a, d)}"


def explicit(a: Activity, d: WindowsEvent) -> str:
    """4648."""
    server = said(d, "TargetServerName")
    where = here(a, d) if server.lower() in ("", "localhost") else server
    program = said(d, "ProcessName").rpartition("\\")[2]
    by = f" by {program}" if program else ""
    return f"Credentials of {whom(d, 'TargetUserName')} used on {here(a, d)} to sign in to {where}{by}"


def privileges(a: Activity, d: WindowsEvent) -> str:
    """4672."""
    held = (d.fields.get("PrivilegeList") or "").split()
    first = ", ".join(held[:3]) + (f" and {len(held) - 3} more" if len(held) > 3 else "")
    return (
        f"{whom(d, 'SubjectUserName', 'SubjectUserSid')} got special privileges on {here(a, d)}: {first[:LONGEST] or 'unknown'}"
    )


def special_group(a: Activity, d: WindowsEvent) -> str:
    """4964."""
    groups = listed(d.fields.get("SidList", "")) or " ".join(d.fields.get("SidList", "").split()).strip("%{}")
    return f"{whom(d, 'TargetUserName', 'TargetUserSid')} of a special group logged on to {here(a, d)}: {groups[:LONGEST]}"


def _etype(d: WindowsEvent) -> str:
    found = d.number("TicketEncryptionType")
    if found is None or found & 0xFFFFFFFF == 0xFFFFFFFF:
        return ""
    return f", {ETYPES.get(found) or ETYPES.get(found - (1 << 32)) or f'encryption type {found}'}"


def initial_ticket(a: Activity, d: WindowsEvent) -> str:
    """4768, 4772."""
    plain = ", without pre-authentication" if a.result == "success" and d.number("PreAuthType") == 0 else ""
    realm = said(d, "TargetDomainName")
    at = f"@{realm}" if realm else ""
    return f"Ticket-granting ticket for {whom(d, 'TargetUserName', 'TargetSid')}{at}{_etype(d)}{plain}{from_where(a, d)}"


def service_ticket(a: Activity, d: WindowsEvent) -> str:
    """4769, 4773."""
    service = said(d, "ServiceName") or "an unnamed service"
    delegated = said(d, "TransmittedServices")
    through = f", delegated through {delegated}" if delegated else ""
    return f"Ticket for {whom(d, 'TargetUserName')} to {service}{_etype(d)}{through}{from_where(a, d)}"


_STRANGE = {
    36: "holds no authorization data", 37: "does not tell which account asked for it",
    38: "was asked for by another account", 43: "has a wrong full signature",
}  # fmt: skip


def strange_ticket(a: Activity, d: WindowsEvent) -> str:
    """36 to 38, 43 of the KDC."""
    who = a.account.name if a.account is not None else "an unnamed account"
    service = said(d, "ServiceName")
    return f"A ticket of {who}{f' for {service}' if service else ''} {_STRANGE.get(d.event_id, 'is strange')}"


def renewed(a: Activity, d: WindowsEvent) -> str:
    """4770."""
    return f"Ticket of {whom(d, 'TargetUserName')} to {said(d, 'ServiceName') or 'a service'} renewed{from_where(a, d)}"


def preauthentication(a: Activity, d: WindowsEvent) -> str:
    """4771."""
    return f"Kerberos pre-authentication of {whom(d, 'TargetUserName', 'TargetSid')} failed{from_where(a, d)}"


def validated(a: Activity, d: WindowsEvent) -> str:
    """4776."""
    verb = "validated" if a.result == "success" else "refused"
    return f"NTLM credentials of {whom(d, 'TargetUserName')} {verb} by {here(a, d)}{from_where(a, d)}"


def passed_through(a: Activity, d: WindowsEvent) -> str:
    """8004."""
    server = said(d, "SChannelName") or "a server"
    return f"{whom(d, 'UserName')} signed in to {server} with NTLM{from_where(a, d)}"


def outgoing(a: Activity, d: WindowsEvent) -> str:
    """8001."""
    who = said(d, "UserName", "ClientUserName") or "an unnamed account"
    return f"{who} signed in to {said(d, 'TargetName') or 'a server'} with NTLM from {here(a, d)}"


def incoming(a: Activity, d: WindowsEvent) -> str:
    """8002, 8003."""
    who = said(d, "UserName", "ClientUserName") or "an unnamed account"
    return f"{who} signed in to {here(a, d)} with NTLM{from_where(a, d)}"


def service(a: Activity, d: WindowsEvent) -> str:
    """4697, 7045."""
    start = field_words(d.event_id, "ServiceStartType", d.fields.get("ServiceStartType", ""))
    how = f", {start}" if start in ("boot start", "system start", "auto start") else ""
    return f"Service {said(d, 'ServiceName') or 'without a name'} installed: {said(d, 'ImagePath', 'ServiceFileName')}{how}"


def task(a: Activity, d: WindowsEvent) -> str:
    """4698-4702, 106, 140, 141."""
    verb = {4698: "created", 106: "created", 4699: "deleted", 141: "deleted", 4700: "enabled", 4701: "disabled"}
    content = d.fields.get("TaskContentNew") or d.fields.get("TaskContent") or ""
    command = _element(content, "Command")
    runs = f": {command} {_element(content, 'Arguments')}".rstrip() if command else ""
    return f"Task {said(d, 'TaskName') or 'without a name'} {verb.get(d.event_id, 'changed')}{runs}"


def _element(content: str, name: str) -> str:
    start = content.find(f"<{name}>", 0, 65_536)
    if start < 0:
        return ""
    start += len(name) + 2
    end = content.find(f"</{name}>", start, start + 4096)
    return unescape(content[start:end].strip()[:LONGEST]) if end >= 0 else ""


def process(a: Activity, d: WindowsEvent) -> str:
    """4688, 1 of Sysmon."""
    return f"Process started: {said(d, 'CommandLine', 'NewProcessName', 'Image') or 'unknown'}"


def replayed(a: Activity, d: WindowsEvent) -> str:
    """4649."""
    return f"A Kerberos request of {whom(d, 'TargetUserName')} came to {here(a, d)} a second time{from_where(a, d)}"


def _few(words: str) -> str:
    """The first four of a list of rights."""
    parts = words.split(", ")
    return ", ".join(parts[:4]) + (f" and {len(parts) - 4} more" if len(parts) > 4 else "")


def object_access(a: Activity, d: WindowsEvent) -> str:
    """4661, 4662, 4692, 4693."""
    if d.event_id in (4692, 4693):
        verb = "had kept safe" if d.event_id == 4692 else "had given back"
        return f"{whom(d, 'SubjectUserName', 'SubjectUserSid')} {verb} the DPAPI master key {said(d, 'MasterKeyId')}".rstrip()
    kind = said(d, "ObjectType").strip("%{}")
    kind = schema_name(kind) or kind or "object"
    name = said(d, "ObjectName").strip("%{}")
    right = _few(field_words(d.event_id, "AccessMask", d.fields.get("AccessMask", ""), d.fields))
    verb = right.capitalize() if right and right != "none" else "Accessed"
    names = _properties(d)
    of = f" {names}" if names else ""
    return f"{verb}{of} of {kind} {name}".rstrip() if d.event_id == 4662 else f"Opened {kind} {name}: {right}".rstrip(": ")


def _properties(d: WindowsEvent) -> str:
    """Rights and attributes that an operation touched, without the class of the object that ends the list."""
    parts = d.fields.get("Properties", "")[:8192].replace("%%", " %%").split()
    wanted = [schema_name(part) for part in parts if part[:1] == "{"]
    kind = schema_name(d.fields.get("ObjectType", ""))
    named = [name for name in dict.fromkeys(wanted) if name and name != kind]
    return ", ".join(named[:4]) + (f" and {len(named) - 4} more" if len(named) > 4 else "")


def share(a: Activity, d: WindowsEvent) -> str:
    """5140, 5142-5145, 5168."""
    name = said(d, "ShareName")
    match d.event_id:
        case 5140:
            return f"Connected to share {name} of {here(a, d)}{from_where(a, d)}"
        case 5142:
            return f"Share {name} added: {said(d, 'ShareLocalPath')}"
        case 5143:
            return f"Share {name} changed"
        case 5144:
            return f"Share {name} deleted"
        case 5145:
            rights = _few(field_words(5145, "AccessMask", d.fields.get("AccessMask", "")))
            path = said(d, "RelativeTargetName").lstrip("\\")
            return f"Opened {name}\\{path} of {here(a, d)}{from_where(a, d)}: {rights}"
    return f"Service name {said(d, 'SpnName') or 'of nobody'} did not fit {here(a, d)}"


def enumeration(a: Activity, d: WindowsEvent) -> str:
    """4798, 4799."""
    program = said(d, "CallerProcessName").rpartition("\\")[2]
    by = f" by {program}" if program else ""
    target = whom(d, "TargetUserName", "TargetSid")
    return f"Listed members of {target}{by}" if d.event_id == 4799 else f"Listed local groups of {target}{by}"


_UNBOUND = {
    3039: "refused for its channel binding",
    3074: "with the channel binding of another connection",
    3075: "without channel binding",
}


def ldap(a: Activity, d: WindowsEvent) -> str:
    """1644, 2889, 3039, 3074, 3075."""
    if d.event_id in _UNBOUND:
        return f"LDAP bind over TLS as {said(d, 'Identity') or 'nobody'}, {_UNBOUND[d.event_id]}{from_where(a, d)}"
    if d.event_id == 2889:
        how = codes.BINDING_TYPES.get(d.number("BindingType", "param3") or 0, "without signing")
        return f"LDAP bind as {said(d, 'Identity') or 'nobody'}, {how}{from_where(a, d)}"
    found = said(d, "ReturnedEntries")
    return (
        f"LDAP search {said(d, 'Filter') or '(no filter)'} under {said(d, 'StartingNode') or 'the root'}"
        f"{f', {found} found' if found else ''}{from_where(a, d)}"
    )


def federation(a: Activity, d: WindowsEvent) -> str:
    """299 to 516, 1200 to 1210."""
    party = said(d, "RelyingParty", "TargetedRelyingParty")
    who = said(d, "UserId", "User", "Caller", "windowsaccountname", "upn", "CallerIdentity")
    who = who or (a.account.name if a.account is not None else "")
    if d.event_id == 307:
        return f"Configuration of the federation service was changed by {who or 'somebody'}"
    words = _FEDERATION.get(d.event_id, ("told of", "somebody"))
    if d.event_id in (403, 404):
        who = said(d, "UrlAbsolutePath", "StatusCode")
    return f"Federation {words[0]} {who or words[1]}{f' for {party}' if party else ''}{from_where(a, d)}"


_FEDERATION = {
    299: ("issued", "a token"), 324: ("refused a token to", "somebody"), 403: ("was asked for", "a page"),
    404: ("answered with", "a response"), 410: ("read the headers of", "a request"), 411: ("found invalid", "a token"),
    412: ("validated", "a token"), 500: ("issued a token for", "somebody"), 501: ("was given a token of", "somebody"),
    510: ("told more of", "a request"), 512: ("let try, though locked out,", "somebody"),
    515: ("was given, while locked out, the right password of", "somebody"), 516: ("locked out", "somebody"),
    1200: ("issued a token to", "somebody"), 1201: ("refused a token to", "somebody"), 1202: ("validated", "a credential"),
    1203: ("refused", "a credential"), 1204: ("changed the password of", "somebody"),
    1205: ("refused to change the password of", "somebody"), 1206: ("signed out", "somebody"),
    1207: ("could not sign out", "somebody"), 1210: ("locked out", "somebody"),
}  # fmt: skip
"""What it did, and to whom where that is not told."""
