"""Values of the fields of Windows events in words: codes, flags, rights, GUIDs, SIDs."""

import re
from collections.abc import Callable, Mapping

from app.engine.describe import event_codes as codes
from app.engine.describe.codes import ETYPES, KERBEROS, NTSTATUS, WIN32
from app.engine.describe.event_messages import MESSAGES
from app.engine.describe.event_rights import DIRECTORY, FILE, OBJECTS, STANDARD
from app.engine.describe.schema_names import schema_name

LONGEST, MOST = 16_384, 100
"""Characters of a value that are looked at, names that are listed."""
_TOKEN = re.compile(r"%%[0-9]{1,5}|%?\{[^{}\s]{1,80}\}|[^\s,]+")
_GUID = re.compile(r"%?\{?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?\Z")
_SID = re.compile(r"%?\{?(S-1-[0-9]{1,14}(?:-[0-9]{1,10}){0,15})\}?\Z")
_NO_TICKET = 0xFFFFFFFF
Words = Callable[[int, str, Mapping[str, str]], str]


def number(value: str) -> int | None:
    """A decimal or 0x number, None for anything else."""
    text = value.strip()[:24]
    try:
        return int(text, 16) if text[:2].lower() == "0x" else int(text)
    except ValueError:
        return None


def flags(value: int, table: Mapping[int, str]) -> str:
    """The bits of a number in words, those without a name as one number."""
    value &= 0xFFFFFFFF
    named = [(bit, words) for bit, words in table.items() if value & bit]
    rest = value & ~sum(bit for bit, _ in named)
    words = [words for _, words in named]
    return ", ".join(words + ([f"0x{rest:X}"] if rest else [])) or "none"


def status(value: int) -> str:
    """An NTSTATUS or, for small numbers, a Win32 code in words."""
    code = value & 0xFFFFFFFF
    return NTSTATUS.get(code) or (WIN32.get(code) if code < 0x10000 else "") or ""


def sid_words(value: str) -> str:
    """The name of a SID that means the same everywhere, empty for any other."""
    match = _SID.match(value.strip())
    if match is None:
        return ""
    sid = match[1]
    known = codes.SIDS.get(sid)
    if known is None and sid.startswith("S-1-5-21-"):
        known = codes.RIDS.get(int(sid.rpartition("-")[2]))
    return known or ""


def listed(value: str) -> str:
    """A list of "%%1537", "{GUID}" and "%{S-1-5-32-544}" in words; empty when nothing in it has a name."""
    found: dict[str, None] = {}
    named = False
    for token in _TOKEN.findall(value[:LONGEST]):
        words = ""
        if token.startswith("%%"):
            words = MESSAGES.get(number(token[2:]) or 0, "")
        elif _GUID.match(token):
            words = schema_name(token)
        elif "S-1-" in token:
            words = sid_words(token)
        named = named or bool(words)
        if words or token.strip("-:;"):
            found.setdefault(words or token.strip("%{}"))
        if len(found) >= MOST:
            break
    return ", ".join(found) if named else ""


def _of(table: Mapping[int, str]) -> Words:
    def words(event_id: int, value: str, fields: Mapping[str, str]) -> str:
        found = number(value)
        return "" if found is None else table.get(found) or table.get(found & 0xFFFFFFFF, "")

    return words


def _bits(table: Mapping[int, str]) -> Words:
    def words(event_id: int, value: str, fields: Mapping[str, str]) -> str:
        found = number(value)
        return "" if found is None else flags(found, table)

    return words


def _listed(event_id: int, value: str, fields: Mapping[str, str]) -> str:
    return listed(value)


def _status(event_id: int, value: str, fields: Mapping[str, str]) -> str:
    found = number(value)
    if found is None:
        return ""
    if event_id in (4768, 4769, 4770, 4771, 4772, 4773):
        return KERBEROS.get(found, status(found))
    return status(found)


def _etype(event_id: int, value: str, fields: Mapping[str, str]) -> str:
    found = number(value)
    if found is None:
        return ""
    if found & 0xFFFFFFFF == _NO_TICKET:
        return "none, no ticket was issued"
    return ETYPES.get(found) or ETYPES.get(found - (1 << 32), "")


def _access(event_id: int, value: str, fields: Mapping[str, str]) -> str:
    found = number(value)
    if found is None:
        return ""
    kind = fields.get("ObjectType", "").strip().lower()
    if event_id in (5140, 5145):
        return flags(found, FILE)
    if event_id == 4662 or fields.get("ObjectServer", "").strip() == "DS":
        return flags(found, DIRECTORY)
    return flags(found, OBJECTS.get(kind, STANDARD))


def _attribute_value(event_id: int, value: str, fields: Mapping[str, str]) -> str:
    """The value of an attribute that is a number of flags, or a SID."""
    name = fields.get("AttributeLDAPDisplayName", fields.get("Attribute", "")).lower()
    table = _ATTRIBUTES.get(name)
    found = number(value)
    if table is not None and found is not None:
        return flags(found, table)
    return sid_words(value)


_ATTRIBUTES: dict[str, dict[int, str]] = {
    "useraccountcontrol": codes.DIRECTORY_FLAGS,
    "grouptype": codes.GROUP_FLAGS,
    "msds-supportedencryptiontypes": codes.ENCRYPTION_FLAGS,
    "ntsecuritydescriptor": {},
}
_ENCRYPTION_LISTS = ("MSDSSupportedEncryptionTypes", "ServiceSupportedEncryptionTypes", "AccountSupportedEncryptionTypes",
                     "DCSupportedEncryptionTypes")  # fmt: skip
_FIELDS: dict[str, Words] = {
    "LogonType": _of(codes.LOGON_TYPES),
    "Status": _status,
    "SubStatus": _status,
    "FailureCode": _status,
    "ErrorCode": _status,
    "StatusCode": _status,
    "AuditStatusCode": _status,
    "ReplicationStatusCode": _status,
    "TicketEncryptionType": _etype,
    "PreAuthEncryptionType": _etype,
    "SessionKeyEncryptionType": _etype,
    "TicketOptions": _bits(codes.KDC_OPTIONS),
    "PreAuthType": _of(codes.PREAUTHENTICATION),
    "AccessMask": _access,
    "OldUacValue": _bits(codes.USER_FLAGS),
    "NewUacValue": _bits(codes.USER_FLAGS),
    "PrimaryGroupId": _of(codes.RIDS),
    "ServiceType": _bits(codes.SERVICE_TYPES),
    "ServiceStartType": _of(codes.START_TYPES),
    "SChannelType": _of(codes.CHANNEL_TYPES),
    "BindingType": _of(codes.BINDING_TYPES),
    "Disposition": _of(codes.DISPOSITIONS),
    "RevocationReason": _of(codes.REVOCATIONS),
    "AuditFilter": _bits(codes.AUDIT_FILTER),
    "AttributeValue": _attribute_value,
    "NewValue": _attribute_value,
    **dict.fromkeys(_ENCRYPTION_LISTS, _bits(codes.ENCRYPTION_FLAGS)),
    **dict.fromkeys(
        ("AccessList", "Properties", "ObjectType", "ObjectName", "AccessReason", "SidList", "GroupMembership"), _listed
    ),
}
_NO_FIELDS: dict[str, str] = {}


def field_words(event_id: int, name: str, value: str, fields: Mapping[str, str] | None = None) -> str:
    """What the value of a field means, empty when it says so itself. Never raises.

    fields: the other fields of the event, which say what kind of object a mask or an attribute belongs to.
    """
    words = _FIELDS.get(name)
    if words is not None:
        return words(event_id, value[:LONGEST], _NO_FIELDS if fields is None else fields)
    if "%%" in value[:64] and value.lstrip()[:2] == "%%":
        return listed(value)
    return sid_words(value) if "S-1-" in value[:8] else ""
