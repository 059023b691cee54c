"""What federation services audit: requests, credentials and tokens validated or refused, claims of callers, accounts locked out.

One request is told by several events (Microsoft, "AD FS troubleshooting: auditing events"): those of one request share an
activity id, and 500, 501 and 510 carry on the event that has the same instance id (299, 324, 403, 404, 412). Events of 2016 and
later (1200 to 1210) hold all of it as one XML text.
"""

import re
from itertools import pairwise

from app.model.activity import Account, Endpoint
from app.model.events import EventAdfs
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, address, number, split_account, text
from app.sensor.events.record import EventRecord

_ADFS = Log(frozenset({"ad fs auditing", "ad fs 2.0 auditing"}), frozenset({"security"}))
ELEMENTS = (
    "AuditResult", "FailureType", "ErrorCode", "RelyingParty", "ClaimsProvider", "UserId", "PrimaryAuth", "MfaPerformed",
    "MfaMethod", "DeviceId", "Server", "AuthProtocol", "NetworkLocation", "IpAddress", "ForwardedIpAddress", "ProxyIpAddress",
    "ProxyServer", "UserAgentString", "Endpoint",
)  # fmt: skip
"""Elements of the audit that become fields of their own."""
CLAIMS = (
    "windowsaccountname", "upn", "name", "primarysid", "emailaddress", "x-ms-forwarded-client-ip", "x-ms-client-ip",
    "x-ms-client-user-agent", "x-ms-endpoint-absolute-path", "x-ms-proxy", "authenticationmethod",
)  # fmt: skip
"""Last parts of the types of claims that become fields of their own: who, by which program, from where."""
_NAMES = ("windowsaccountname", "upn", "name", "emailaddress")
_CLIENTS = ("x-ms-forwarded-client-ip", "x-ms-client-ip")
LONGEST = 65_536
"""Characters of an audit text or of headers that are looked at."""
MOST = 512
"""Values of one event that are looked at as claims."""
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_FORWARDED = re.compile(r'"X-MS-Forwarded-Client-IP"\s{0,8}:\s{0,8}"([^"]{1,512})"', re.I)
_NAME = re.compile(r"[\w.-]{1,64}\\[^\\/:*?\"<>|\s]{1,64}")
_SAYS_NOTHING = frozenset({"-", "", "N/A"})
PASSWORD = "username"
"""Last part of the type of a token that is a name with a password."""
CLAIMED = frozenset({500, 501})
LONG_TEXT = 510


def with_elements(event_id: int, fields: Fields) -> Fields:
    """Fields with what stands inside of others beside them: elements of an audit text, claims, the client of headers.

    The texts are searched, never parsed.
    """
    if event_id in CLAIMED:
        return _with_claims(fields)
    if event_id == LONG_TEXT:
        whole = "".join(value for name, value in fields.items() if name.startswith(("LongText", "param")) and value != "-")[
            :LONGEST
        ]
        found = _FORWARDED.search(whole)
        return fields if found is None else {**fields, "x-ms-forwarded-client-ip": found[1]}
    audit = fields.get("AuditXml", "")[:LONGEST]
    if not audit:
        return fields
    known = dict(fields)
    for name in ELEMENTS:
        start = audit.find(f"<{name}>")
        if start >= 0:
            start += len(name) + 2
            end = audit.find(f"</{name}>", start, start + 4096)
            if end >= 0:
                known.setdefault(name, _unescaped(audit[start:end]))
    return known


def _unescaped(value: str) -> str:
    if "&" not in value:
        return value
    for entity, character in _ENTITIES.items():
        value = value.replace(entity, character)
    return value.replace("&amp;", "&")


def _with_claims(fields: Fields) -> Fields:
    """Claims come as a type and a value in turn behind the instance id, or all in one text of a rendered message."""
    values = [value for name, value in fields.items() if name.startswith(("ClaimType", "ClaimValue", "param"))][:MOST]
    if not values and "Claims" in fields:
        values = fields["Claims"][:LONGEST].split(" ")
    known = dict(fields)
    for kind, value in pairwise(values):
        name = kind.strip().rstrip("/").rpartition("/")[2].lower()
        if name in CLAIMS and "/claims/" in kind and value.strip() not in _SAYS_NOTHING and "/claims/" not in value:
            known.setdefault(name, value.strip())
    return known


def _client(fields: Fields, *names: str) -> Endpoint | None:
    """Each proxy on the way adds an address behind the client's."""
    for name in names:
        found = address((text(fields, name) or "").partition(",")[0])
        if found is not None:
            return found
    return None


def _audited(record: EventRecord, fields: Fields, failed: bool) -> Facts:
    who = split_account(text(fields, "UserId"))
    return Facts(who, _client(fields, "ForwardedIpAddress", "IpAddress"), None, failed)


def _granted(record: EventRecord, fields: Fields) -> Facts:
    return _audited(record, fields, False)


def _refused(record: EventRecord, fields: Fields) -> Facts:
    return _audited(record, fields, True)


def _claims(record: EventRecord, fields: Fields) -> Facts:
    """Whose token came in (501) or went out (500)."""
    return Facts(_claimed(fields), _client(fields, *_CLIENTS), None, False)


def _claimed(fields: Fields) -> Account | None:
    sid = text(fields, "primarysid")
    for name in _NAMES:
        found = text(fields, name)
        if found is not None and (name == "windowsaccountname" or "@" in found or "\\" in found):
            return split_account(found, sid)
    return split_account(None, sid)


def _request(record: EventRecord, fields: Fields) -> Facts:
    return Facts(split_account(text(fields, "CallerIdentity")), _client(fields, "ClientIP"), None, False)


def _response(record: EventRecord, fields: Fields) -> Facts:
    code = number(fields.get("StatusCode"))
    return Facts(None, None, None, code is not None and code >= 500, code)


def _headers(record: EventRecord, fields: Fields) -> Facts:
    return Facts(None, _client(fields, *_CLIENTS), None, False)


def _changed(record: EventRecord, fields: Fields) -> Facts:
    r"""The configuration was changed. Microsoft shows no record of it: who did it is the first text like CORP\alice."""
    named = (value.strip() for value in fields.values() if len(value) < LONGEST)
    return Facts(next((split_account(one) for one in named if _NAME.fullmatch(one)), None), None, None, False)


def _token(record: EventRecord, fields: Fields) -> Facts:
    return Facts(None, None, None, False)


def _not_authorized(record: EventRecord, fields: Fields) -> Facts:
    return Facts(split_account(text(fields, "Caller")), None, None, True)


def _invalid(record: EventRecord, fields: Fields) -> Facts:
    """A token was not valid; of a password the error begins with whose it was. AD FS 2.0 does not tell the client."""
    error, client = text(fields, "ErrorMessage"), _client(fields, "ClientIP")
    if client is None and "ExceptionDetails" not in fields:
        error = text(fields, "ClientIP") or error
    of_password = (fields.get("TokenType") or PASSWORD).rstrip("/").lower().endswith(PASSWORD)
    return Facts(split_account(_named_in(error)) if of_password else None, client, None, True)


def _named_in(error: str | None) -> str | None:
    r"""The account of "CORP\alice-The user name or password is incorrect", whatever the language of what follows."""
    if error is None:
        return None
    head, space, _ = error.strip().partition(" ")
    name, dash, rest = head.rpartition("-")
    if dash and (space or not rest.isascii()):
        return name or None
    return head if not space and ("@" in head or "\\" in head) else None


def _locked(record: EventRecord, fields: Fields) -> Facts:
    """Extranet lockout: tried while locked out (512), right while locked out (515), locked out by this attempt (516)."""
    return Facts(split_account(text(fields, "User")), _client(fields, "ClientIP"), None, record.event_id != 515)


FAMILY = Family(
    EventAdfs,
    _ADFS,
    {
        299: _token,
        307: _changed,
        324: _not_authorized,
        403: _request,
        404: _response,
        410: _headers,
        411: _invalid,
        412: _token,
        500: _claims,
        501: _claims,
        510: _headers,
        **dict.fromkeys((512, 515, 516), _locked),
        **dict.fromkeys((1200, 1202, 1204, 1206), _granted),
        **dict.fromkeys((1201, 1203, 1205, 1207, 1210), _refused),
    },
)
