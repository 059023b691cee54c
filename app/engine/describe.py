"""One line of words for each activity, with its protocol's codes named."""

from collections.abc import Callable
from typing import Any

from app.model.activity import Activity
from app.model.details import (
    DnsQuery,
    DnsUpdate,
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
    Ntlm,
    RadiusAccess,
    RadiusAccounting,
    RdpConnection,
    RpcBind,
    RpcCall,
    SmbFile,
    SmbSession,
    SmbTree,
)

KERBEROS: dict[int, str] = {
    0: "success",
    1: "client's entry has expired",
    2: "service's entry has expired",
    3: "protocol version not supported",
    4: "client's key is of an old master key",
    5: "service's key is of an old master key",
    6: "no such account",
    7: "no such service",
    8: "several entries for one name",
    9: "no key for this name",
    10: "ticket may not be postdated",
    11: "requested start is after its end",
    12: "policy refused it",
    13: "option not granted",
    14: "encryption type not supported",
    15: "checksum type not supported",
    16: "pre-authentication type not supported",
    17: "transited type not supported",
    18: "account disabled, expired or locked",
    19: "service's credentials revoked",
    20: "ticket-granting ticket revoked",
    21: "client not yet valid",
    22: "service not yet valid",
    23: "password expired",
    24: "wrong password",
    25: "pre-authentication required",
    26: "ticket is for another service",
    27: "user-to-user required",
    28: "path not accepted",
    29: "service unavailable",
    31: "integrity check failed (wrong key)",
    32: "ticket expired",
    33: "ticket not yet valid",
    34: "request is a replay",
    35: "ticket is not for us",
    36: "ticket and authenticator do not match",
    37: "clocks differ too much",
    38: "wrong address",
    39: "protocol version does not match",
    40: "wrong message type",
    41: "message was changed",
    42: "message out of order",
    44: "key version not available",
    45: "service's key not available",
    46: "mutual authentication failed",
    47: "wrong direction",
    48: "other authentication needed",
    49: "wrong sequence number",
    50: "inappropriate type of checksum",
    51: "policy refused the path",
    52: "answer too big for UDP",
    60: "generic error",
    61: "field too long",
    62: "client not trusted",
    63: "KDC not trusted",
    64: "signature invalid",
    65: "key too weak",
    66: "certificate does not match",
    67: "no ticket-granting ticket given",
    68: "wrong realm",
    69: "user-to-user required",
    70: "certificate cannot be verified",
    71: "certificate invalid",
    72: "certificate revoked",
    73: "revocation status unknown",
    74: "revocation status unavailable",
    75: "client's name does not match",
    76: "KDC's name does not match",
    91: "more pre-authentication data required",
    93: "critical FAST option unknown",
}
"""Kerberos error codes (RFC 4120 section 7.5.9, RFC 4556 section 3.1.3, RFC 6113 section 5) as Active Directory uses them."""

NTSTATUS: dict[int, str] = {
    0x00000000: "success",
    0x00000103: "pending",
    0x80000005: "more data",
    0x80000006: "no more files",
    0xC0000001: "unsuccessful",
    0xC0000002: "not implemented",
    0xC0000008: "invalid handle",
    0xC000000D: "invalid parameter",
    0xC000000F: "no such file",
    0xC0000016: "more processing required",
    0xC0000022: "access denied",
    0xC0000034: "name not found",
    0xC0000035: "name exists already",
    0xC000003A: "path not found",
    0xC0000043: "sharing violation",
    0xC0000059: "revision mismatch",
    0xC000005E: "no logon server reachable",
    0xC0000060: "no such privilege",
    0xC0000061: "privilege not held",
    0xC0000062: "invalid account name",
    0xC0000063: "user exists already",
    0xC0000064: "no such user",
    0xC0000065: "group exists already",
    0xC0000066: "no such group",
    0xC0000067: "member already in the group",
    0xC0000068: "member not in the group",
    0xC000006A: "wrong password",
    0xC000006B: "malformed password",
    0xC000006C: "password restriction",
    0xC000006D: "logon failure",
    0xC000006E: "account restriction",
    0xC000006F: "outside logon hours",
    0xC0000070: "not allowed from this workstation",
    0xC0000071: "password expired",
    0xC0000072: "account disabled",
    0xC0000073: "none of the names known",
    0xC000009A: "insufficient resources",
    0xC00000AC: "pipe not available",
    0xC00000B0: "pipe disconnected",
    0xC00000BA: "is a directory",
    0xC00000BB: "not supported",
    0xC00000C9: "network name deleted",
    0xC00000CC: "no such share",
    0xC00000DC: "server in the wrong state",
    0xC00000DF: "no such domain",
    0xC0000102: "file corrupt",
    0xC000010B: "invalid logon type",
    0xC0000120: "cancelled",
    0xC0000133: "clocks differ too much",
    0xC0000151: "no such alias",
    0xC0000152: "member not in the alias",
    0xC0000154: "alias exists already",
    0xC0000155: "logon not granted",
    0xC000015B: "logon type not granted",
    0xC000018A: "no trust secret",
    0xC000018B: "no trust account",
    0xC000018C: "trusted domain failure",
    0xC000018D: "trusted relationship failure",
    0xC0000190: "trust failure",
    0xC0000192: "Netlogon not started",
    0xC0000193: "account expired",
    0xC0000199: "workstation trust account",
    0xC000019A: "server trust account",
    0xC000019B: "domain trust account",
    0xC00001AE: "path consists of volatile parts",
    0xC0000203: "session deleted",
    0xC0000224: "password must change",
    0xC0000225: "not found",
    0xC0000233: "domain controller not found",
    0xC0000234: "account locked",
    0xC0000257: "path not covered",
    0xC000035C: "network session expired",
    0xC0000388: "downgrade detected",
    0xC0000413: "authentication firewall",
    0xC0000418: "NTLM blocked",
    0xC0020003: "binding wrong",
    0xC002001D: "procedure out of range",
    0xC0020030: "interface not found",
}
"""NTSTATUS values seen on the wire (MS-ERREF section 2.3.1)."""

WIN32: dict[int, str] = {
    1: "incorrect function",
    2: "not found",
    5: "access denied",
    6: "invalid handle",
    8: "not enough memory",
    50: "not supported",
    53: "network path not found",
    87: "invalid parameter",
    110: "cannot open",
    122: "buffer too small",
    123: "invalid name",
    124: "level not supported",
    234: "more data",
    259: "no more items",
    1056: "service is running already",
    1060: "no such service",
    1062: "service not started",
    1072: "service marked for deletion",
    1073: "service exists already",
    1115: "shutting down",
    1168: "not found",
    1219: "credential conflict",
    1326: "wrong name or password",
    1332: "none of the names known",
    1355: "no such domain",
    1717: "interface unknown",
    1722: "server unavailable",
    1727: "call failed",
    1753: "no more end points",
    1783: "bad stub data",
    2221: "user not found",
    8333: "object not found",
    8341: "directory error",
    8418: "schema mismatch",
    8420: "naming context not found",
    8439: "distinguished name invalid for replication",
    8440: "bad naming context",
    8442: "replication internal error",
    8451: "replication database error",
    8452: "naming context is being removed",
    8453: "replication access denied",
    8456: "source disabled",
    8457: "destination disabled",
    8464: "source was rebuilt",
}
"""Win32 codes that calls return (MS-ERREF section 2.2)."""

FAULTS: dict[int, str] = {
    0x1C000002: "range error (call not offered)",
    0x1C010002: "operation not offered",
    0x1C010003: "unknown interface",
    0x1C010014: "server too busy",
    0x1C00001A: "context mismatch",
    0x1C00001C: "fault in the server",
    0x1C00001D: "invalid request",
    0x00000005: "access denied",
    0x00000721: "security package error",
    0x000006F7: "bad stub data",
    0x000006E4: "call not possible",
    0x80070005: "access denied",
    0x80004005: "unspecified error",
    0x80041001: "WMI: failed",
    0x80041003: "WMI: access denied",
    0x8004100E: "WMI: no such namespace",
    0x80041002: "WMI: not found",
    0x80040154: "class not registered",
    0x80070002: "not found",
    0x80070057: "invalid parameter",
}
"""RPC faults (C706 appendix E, MS-RPCE section 2.2.2) and HRESULTs of DCOM."""

BIND_REASONS: dict[int, str] = {
    0: "bind refused",
    1: "interface not offered",
    2: "encoding not offered",
    3: "server's limit reached",
    4: "protocol version not supported",
    8: "authentication type not recognised",
    9: "invalid checksum",
}
"""Why a presentation context was refused (C706 section 12.6.3.1; MS-RPCE section 2.2.2.5)."""

LDAP: dict[int, str] = {
    0: "success",
    1: "operations error",
    2: "protocol error",
    3: "time limit exceeded",
    4: "size limit exceeded",
    5: "compare false",
    6: "compare true",
    7: "method not supported",
    8: "stronger authentication required",
    10: "referral",
    11: "administrative limit exceeded",
    12: "critical extension unavailable",
    13: "confidentiality required",
    14: "bind in progress",
    16: "no such attribute",
    17: "undefined attribute type",
    18: "inappropriate matching",
    19: "constraint violation",
    20: "value exists already",
    21: "invalid syntax",
    32: "no such object",
    33: "alias problem",
    34: "invalid name",
    48: "inappropriate authentication",
    49: "wrong name or password",
    50: "insufficient rights",
    51: "busy",
    52: "unavailable",
    53: "unwilling to perform",
    64: "naming violation",
    65: "object class violation",
    66: "not allowed on an entry with children",
    67: "not allowed on the name",
    68: "entry exists already",
    69: "object class cannot be changed",
    71: "affects several servers",
    80: "other error",
}
"""LDAP result codes (RFC 4511 appendix A)."""

BIND_DATA: dict[str, str] = {
    "525": "no such user",
    "52e": "wrong password",
    "52f": "account restriction",
    "530": "outside logon hours",
    "531": "not allowed from this workstation",
    "532": "password expired",
    "533": "account disabled",
    "568": "too many tokens",
    "701": "account expired",
    "773": "password must change",
    "775": "account locked",
}
"""The "data" word of Active Directory's bind error text is a Win32 code in hexadecimal."""

DNS: dict[int, str] = {
    0: "success",
    1: "format error",
    2: "server failure",
    3: "no such name",
    4: "not implemented",
    5: "refused",
    6: "name exists",
    7: "record set exists",
    8: "record set missing",
    9: "not authorised",
    10: "not within the zone",
    16: "bad signature",
    17: "bad key",
    18: "bad time",
}
"""DNS response codes (RFC 6895 section 2.3)."""

ETYPES: dict[int, str] = {
    1: "DES-CBC-CRC",
    3: "DES-CBC-MD5",
    17: "AES128",
    18: "AES256",
    19: "AES128-SHA2",
    20: "AES256-SHA2",
    23: "RC4",
    24: "RC4-EXP",
    -133: "RC4 (old)",
    -128: "RC4-MD4",
    -135: "RC4-EXP (old)",
}
"""Encryption types (RFC 3961 section 8, RFC 4757)."""
WEAK_ETYPES = frozenset({1, 2, 3, 23, 24, -128, -133, -135})
"""DES and RC4 in all their numbers."""


def etype(number: int | None) -> str:
    """Name of an encryption type."""
    return "unknown encryption" if number is None else ETYPES.get(number, f"encryption type {number}")


def _as(activity: Activity, d: KerberosAs) -> str:
    ticket = f", {etype(d.ticket_etype)} ticket" if d.ticket_etype is not None else ""
    plain = activity.result == "success" and not (d.padata_etype is not None or d.pkinit or d.fast)
    return f"Asked for a ticket-granting ticket for {d.client or 'an unnamed client'}@{d.realm or ''}{ticket}" + (
        ", without pre-authentication" if plain else ""
    )


def _tgs(activity: Activity, d: KerberosTgs) -> str:
    ticket = f", {etype(d.ticket_etype)}" if d.ticket_etype is not None else ""
    extra = f", on behalf of {d.s4u2self}" if d.s4u2self else ", constrained delegation" if d.s4u2proxy else ""
    return f"Asked for a ticket to {d.service or 'an unnamed service'}{ticket}{extra}"


def _ap(activity: Activity, d: KerberosAp) -> str:
    return f"Presented a ticket for {d.service or 'an unnamed service'} over {d.carrier}"


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
    return name + (f": {', '.join(facts)}" if facts else "") + (" (sealed)" if d.sealed else "")


def _dns(activity: Activity, d: DnsQuery) -> str:
    way = {"llmnr": "LLMNR", "mdns": "multicast DNS"}.get(d.protocol, "DNS")
    found = f": {d.answers[0].partition(' ')[2]}" if d.answers else ""
    more = f" and {d.records - 1} more" if d.records > 1 else ""
    return f"{way} {d.type} {d.name or '.'}{found}{more}"


_WORDS: dict[type, Callable[[Activity, Any], str]] = {
    KerberosAs: _as,
    KerberosTgs: _tgs,
    KerberosAp: _ap,
    KerberosPassword: lambda a, d: (
        "Changed its own password" if d.protocol_version == 1 else "Set or changed a password over Kerberos"
    ),
    Ntlm: _ntlm,
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
    SmbFile: lambda a, d: f"{d.action.capitalize()} {d.path or d.name}" + (f", {d.bytes:,} bytes" if d.bytes else ""),
    RpcBind: lambda a, d: f"Bound to {d.name or d.interface or 'an unknown interface'}",
    RpcCall: _call,
    DnsQuery: _dns,
    DnsUpdate: lambda a, d: f"Dynamic update of {d.zone}: {d.changes[0] if d.changes else 'nothing'}",
    NameObservation: lambda a, d: f"{d.address} is {d.name}, said by {d.method}",
    RdpConnection: lambda a, d: "Remote desktop connection" + (f" as {d.cookie}" if d.cookie else ""),
    RadiusAccounting: lambda a, d: f"RADIUS {d.status or 'accounting'}" + (f", given {d.framed_ip}" if d.framed_ip else ""),
    RadiusAccess: lambda a, d: f"RADIUS {d.outcome or 'sign-in'}",
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
    RpcBind: lambda code: BIND_REASONS.get(code, f"bind refused, reason {code}"),
}


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
    if activity.code is None:
        return "refused"
    words = _REASONS.get(type(detail))
    return words(activity.code) if words else "refused"


_FAMILIES = {
    "kerberos": "Kerberos",
    "ldap": "LDAP",
    "ntlm": "NTLM",
    "smb": "RPC and SMB",
    "rpc": "RPC and SMB",
    "dns": "DNS and names",
    "name": "DNS and names",
}


def family(kind: str) -> str:
    """The family of a kind word: Kerberos, LDAP, NTLM, RPC and SMB, DNS and names, other."""
    return _FAMILIES.get(kind.split("-", 1)[0], "other")
