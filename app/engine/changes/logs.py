"""Changes that a controller's log or a synchronisation of the directory tells."""

from collections.abc import Callable, Iterator
from typing import Any

from app.engine.changes.change import CONTROL, DESCRIPTOR, PASSWORD, SAM_NAME, Change, Deed, Values
from app.engine.changes.wire import account_control
from app.engine.forms import VALIDATED_WRITE, WRITE_DACL, WRITE_PROPERTY
from app.engine.knowledge.sids import sid_in
from app.model.directory import DirectoryChange
from app.model.events import EventAccount, EventDirectoryChange, EventGroup, EventObjectAccess, WindowsEvent
from app.model.messages import is_placeholder, is_taken_away

MADE = {4720: "user", 4741: "computer", 4727: "group", 4731: "group", 4754: "group", 4749: "group", 4759: "group"}
GONE = {4726: "user", 4743: "computer", 4730: "group", 4734: "group", 4758: "group", 4753: "group", 4763: "group"}
IN, OUT = frozenset({4728, 4732, 4756}), frozenset({4729, 4733, 4757})
CHANGED, COMPUTER_CHANGED = frozenset({4738, 4742}), 4742
HISTORY, HISTORY_REFUSED, RENAMED, RESET, PASSWORD_CHANGED, ENABLED = 4765, 4766, 4781, 4724, 4723, 4722
FIELDS = {
    "UserPrincipalName": "userprincipalname", "SidHistory": "sidhistory", "PrimaryGroupId": "primarygroupid",
    "AllowedToDelegateTo": "msds-allowedtodelegateto", "DnsHostName": "dnshostname",
    "ServicePrincipalNames": "serviceprincipalname", "ScriptPath": "scriptpath",
    "HomeDirectory": "homedirectory", "ProfilePath": "profilepath",
}  # fmt: skip
"""Fields of 4720, 4738, 4741 and 4742 to the attribute that they show."""
PROPERTIES = {
    "17eb4278-d167-11d0-b002-0000f80367c1": "sidhistory",
    "3f78c3e5-f79a-46bd-a0b8-9d18116ddc79": "msds-allowedtoactonbehalfofotheridentity",
    "5b47d60f-6090-40b2-9f37-2a4de88f3063": "msds-keycredentiallink",
    "ea1dddc4-60ff-416e-8cc0-17cee534bce7": "mspki-certificate-name-flag",
    "32ff8ecc-783f-11d2-9916-0000f87a57d4": "gpcmachineextensionnames",
    "bf967a00-0de6-11d0-a285-00aa003049e2": "primarygroupid",
    "f3a64788-5306-11d1-a9c5-0000f80367c1": "serviceprincipalname",
    "72e39547-7b18-11d1-adef-00c04fd8d5cd": "dnshostname",
}
"""schemaIDGUID of attributes whose writing 4662 alone is worth telling."""
CLASSES = {
    "19195a5b-6da0-11d0-afd3-00c04fd930c9": "domaindns", "bf967a86-0de6-11d0-a285-00aa003049e2": "computer",
    "bf967aba-0de6-11d0-a285-00aa003049e2": "user", "bf967a9c-0de6-11d0-a285-00aa003049e2": "group",
    "bf967a8b-0de6-11d0-a285-00aa003049e2": "container", "f30e3bc2-9ff0-11d1-b603-0000f80367c1": "grouppolicycontainer",
    "bf967aa5-0de6-11d0-a285-00aa003049e2": "organizationalunit",
    "e5209ca2-3bba-11d2-90cc-00c04fd91ab1": "pkicertificatetemplate",
}  # fmt: skip
NOBODY_SID = "S-1-0-0"


def listed(text: str | None) -> Values:
    """Lines of a field that lists values."""
    return tuple(one.strip() for one in (text or "").split("\n")[:1024] if one.strip() and one.strip() != "-")


def is_removal(event: EventDirectoryChange) -> bool:
    """True for 5136 about a value that was taken away; its partner about the new value follows under the same number."""
    return event.event_id == 5136 and is_taken_away(event.text("OperationType"))


def _directory(d: EventDirectoryChange) -> Iterator[Change]:
    dn, kind = d.text("ObjectDN", "OldObjectDN") or "", (d.text("ObjectClass") or "").lower()
    if d.event_id == 5136:
        attribute = (d.text("AttributeLDAPDisplayName") or "").lower()
        value = d.fields.get("AttributeValue", "")
        values = (value,) if value else ()
        gone = is_removal(d)
        if attribute:
            yield Change(
                deed="remove" if gone else "add", attribute=attribute, old=values if gone else (), new=() if gone else values,
                dn=dn, guid=_guid(d), object_class=kind,
            )  # fmt: skip
        return
    deed: Deed = {5137: "create", 5141: "delete", 5139: "move"}.get(d.event_id, "touch")  # type: ignore[assignment]
    if deed == "touch":
        return
    new = (d.text("NewObjectDN") or dn,) if deed == "move" else (dn,)
    yield Change(
        deed=deed, old=() if deed == "create" else (dn,), new=() if deed == "delete" else new, dn=dn, guid=_guid(d),
        object_class=kind,
    )  # fmt: skip


def _guid(d: WindowsEvent) -> str:
    return (d.text("ObjectGUID") or "").strip("{}%").lower()


def _account(d: EventAccount) -> Iterator[Change]:
    sam, sid = d.text("TargetUserName", "NewTargetUserName") or "", sid_in(d.text("TargetSid"))
    kind = "computer" if sam.endswith("$") or d.event_id == COMPUTER_CHANGED else MADE.get(d.event_id, "")
    named: dict[str, Any] = {"sam": sam, "sid": sid, "domain": d.text("TargetDomainName") or ""}
    if d.event_id in MADE:
        yield Change(deed="create", object_class=MADE[d.event_id], **named)
    elif d.event_id in GONE:
        yield Change(deed="delete", object_class=GONE[d.event_id], **named)
    elif d.event_id in (RESET, PASSWORD_CHANGED):
        yield Change(deed="set", attribute=PASSWORD, new=("new",), object_class=kind, own=d.event_id == PASSWORD_CHANGED, **named)
    elif d.event_id in (HISTORY, HISTORY_REFUSED):
        source = sid_in(d.text("SourceSid")) or (d.text("SourceUserName") or "")
        yield Change(
            deed="add" if source else "touch", attribute="sidhistory", new=(source,) if source else (), object_class=kind, **named
        )
    elif d.event_id == ENABLED:
        yield Change(deed="set", attribute=CONTROL, old=(str(DISABLED),), new=("0",), object_class=kind, **named)
    elif d.event_id == RENAMED:
        old = d.text("OldTargetUserName") or ""
        yield Change(deed="set", attribute=SAM_NAME, old=(old,) if old else (), new=(sam,), object_class=kind, **named)
    if d.event_id in CHANGED or d.event_id in (4720, 4741):
        fresh = d.event_id not in CHANGED
        for field, attribute in FIELDS.items():
            values = listed(d.text(field))
            if values and not is_placeholder(values[0]):
                yield Change(deed="set", attribute=attribute, new=values, object_class=kind, fresh=fresh, **named)
        old_bits, new_bits = d.number("OldUacValue"), d.number("NewUacValue")
        if new_bits is not None and old_bits != new_bits:
            yield Change(
                deed="set", attribute=CONTROL, new=(str(account_control(new_bits)),), object_class=kind, fresh=fresh,
                old=() if old_bits is None else (str(account_control(old_bits)),), **named,
            )  # fmt: skip


def _group(d: EventGroup) -> Iterator[Change]:
    sam, sid, domain = d.text("TargetUserName") or "", sid_in(d.text("TargetSid")), d.text("TargetDomainName") or ""
    if d.event_id in IN or d.event_id in OUT:
        member = d.text("MemberSid")
        values = (member,) if member and member != NOBODY_SID else listed(d.text("MemberName"))
        into = d.event_id in IN
        yield Change(
            deed="add" if into else "remove", attribute="member", new=values if into else (), old=() if into else values, sam=sam,
            sid=sid, domain=domain, object_class="group",
        )  # fmt: skip
    elif d.event_id in MADE or d.event_id in GONE:
        deed: Deed = "create" if d.event_id in MADE else "delete"
        yield Change(deed=deed, sam=sam, sid=sid, domain=domain, object_class="group")


def _access(d: EventObjectAccess) -> Iterator[Change]:
    mask = d.number("AccessMask") or 0
    name = (d.text("ObjectName") or "").strip("%{}")
    kind = (d.text("ObjectType") or "").strip("%{}").lower()
    named: dict[str, Any] = {"dn": name} if "=" in name else {"guid": name.lower()}
    named["object_class"] = CLASSES.get(kind, "")
    if mask & WRITE_DACL:
        yield Change(deed="touch", attribute=DESCRIPTOR, **named)
    if mask & (WRITE_PROPERTY | VALIDATED_WRITE):
        text = (d.text("Properties") or "")[:32_768].lower()
        for guid, attribute in PROPERTIES.items():
            if guid in text:
                yield Change(deed="touch", attribute=attribute, **named)


DISABLED = 0x2
"""ADS_UF_ACCOUNT_DISABLE (MS-ADTS section 2.2.16)."""
WORDS = {
    "disabled": DISABLED,
    "password not required": 0x20, "reversible password": 0x80, "unconstrained delegation": 0x80000, "DES only": 0x200000,
    "no pre-authentication": 0x400000, "trusted to authenticate for delegation": 0x1000000, "domain controller": 0x2000,
}  # fmt: skip
"""Words that a synchronisation has for bits of userAccountControl."""


def _synchronised(d: DirectoryChange) -> Iterator[Change]:
    named: dict[str, Any] = {
        "dn": d.dn,
        "guid": (d.guid or "").lower(),
        "sid": d.sid or "",
        "sam": d.sam or "",
        "domain": d.domain,
    }
    attribute, old, new = d.attribute.lower(), d.old, d.new
    deed: Deed = "set"
    if d.what.endswith(" created"):
        deed, attribute = "create", ""
    elif d.what.endswith(" deleted"):
        deed, attribute = "delete", ""
    elif attribute == "distinguishedname":
        deed, attribute = "move", ""
    elif attribute == CONTROL:
        old, new = (tuple(str(WORDS.get(one, 0)) for one in values[:1]) for values in (old, new))
    elif attribute == "pwdlastset":
        attribute = PASSWORD
    elif attribute in ("member", "serviceprincipalname", "sidhistory") and not new:
        deed = "remove"
    elif attribute == "member":
        deed = "add"
    yield Change(deed=deed, attribute=attribute, old=old, new=new, object_class=d.object_class.lower(), **named)


LOGGED: dict[type, Callable[[Any], Iterator[Change]]] = {
    EventDirectoryChange: _directory, EventAccount: _account, EventGroup: _group, EventObjectAccess: _access,
    DirectoryChange: _synchronised,
}  # fmt: skip
"""Detail type to the function that reads changes from it."""
