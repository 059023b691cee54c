"""Security descriptors of directory objects: the owner, and who is granted rights that matter to an attacker."""

from msgspec import Struct

from app.model.identifiers import GET_CHANGES, GET_CHANGES_ALL, GET_CHANGES_IN_FILTERED_SET
from app.sensor.decoders.directory.values import listed, sid
from app.sensor.decoders.dtyp import guid

ACES = 2048
"""At most so many entries of one list are looked at."""
INHERITED = 0x10
INHERIT_ONLY = 0x08
_ALLOWED = {0x00, 0x05, 0x09, 0x0B}
_OBJECT = {0x05, 0x06, 0x0B, 0x0C}
_ALL, _WRITE, _DACL, _OWNER = 0x10000000, 0x40000000, 0x40000, 0x80000
_FULL, _WRITES = 0xF01FF, 0x20
_CONTROL, _SELF = 0x100, 0x8
_EXTENDED = {
    "00299570-246d-11d0-a768-00aa006e0529": "ForceChangePassword",
    GET_CHANGES: "GetChanges",
    GET_CHANGES_ALL: "GetChangesAll",
    GET_CHANGES_IN_FILTERED_SET: "GetChangesInFilteredSet",
    "0e10c968-78fb-11d2-90d4-00c04f79dc55": "Enroll",
    "a05b8cc2-17bc-4802-a710-e7c15ab866a2": "AutoEnroll",
}
"""Extended rights by rightsGuid (MS-ADTS section 5.1.3.2.1), in the words that SharpHound uses."""
_PROPERTY = {
    "bf9679c0-0de6-11d0-a285-00aa003049e2": "AddMember",
    "5b47d60f-6090-40b2-9f37-2a4de88f3063": "AddKeyCredentialLink",
    "3f78c3e5-f79a-46bd-a0b8-9d18116ddc79": "AddAllowedToAct",
    "f3a64788-5306-11d1-a9c5-0000f80367c1": "WriteSPN",
    "4c164200-20c0-11d0-a768-00aa006e0529": "WriteAccountRestrictions",
    "f30e3bbe-9ff0-11d1-b603-0000f80367c1": "WriteGPLink",
}
"""Attributes and property sets by schemaIDGUID whose writing matters."""


class Ace(Struct, frozen=True, gc=False):
    """One entry. kind: AceType, flags: AceFlags (MS-DTYP section 2.4.4.1). object: the right or attribute it is about."""

    kind: int
    flags: int
    mask: int
    sid: str
    object: str | None = None


class Descriptor(Struct, frozen=True):
    """A self-relative security descriptor (MS-DTYP section 2.4.6). left: entries that could not be read."""

    owner: str | None = None
    aces: tuple[Ace, ...] = ()
    left: int = 0


def descriptor(raw: bytes) -> Descriptor | None:
    """Owner and discretionary list; None when the bytes are no descriptor. Lengths that do not fit end the list."""
    if len(raw) < 20 or raw[0] != 1:
        return None
    control = int.from_bytes(raw[2:4], "little")
    owner, acl = int.from_bytes(raw[4:8], "little"), int.from_bytes(raw[16:20], "little")
    if not control & 0x8000:  # SE_SELF_RELATIVE
        return None
    who = sid(raw[owner : owner + 68]) if 20 <= owner < len(raw) else None
    if not control & 4 or not 20 <= acl <= len(raw) - 8:  # SE_DACL_PRESENT
        return Descriptor(who)
    entries, left = _entries(raw, acl)
    return Descriptor(who, tuple(entries), left)


def _entries(raw: bytes, acl: int) -> tuple[list[Ace], int]:
    """ACEs of the ACL at acl (MS-DTYP sections 2.4.4 and 2.4.5), and how many were left out."""
    end = min(acl + int.from_bytes(raw[acl + 2 : acl + 4], "little"), len(raw))
    count, at, left = int.from_bytes(raw[acl + 4 : acl + 6], "little"), acl + 8, 0
    out: list[Ace] = []
    for number in range(count):
        size = int.from_bytes(raw[at + 2 : at + 4], "little")
        if number >= ACES or at + 16 > end or size < 16 or at + size > end:
            return out, left + count - number
        kind, place, about = raw[at], at + 8, None
        if kind in _OBJECT:
            there, place = int.from_bytes(raw[at + 8 : at + 12], "little"), at + 12
            if there & 1:
                about = guid(raw[place : place + 16]) if place + 16 <= at + size else None
                place += 16
            place += 16 if there & 2 else 0
        who = sid(raw[place : at + size])
        if who is None:
            left += 1
        else:
            out.append(Ace(kind, raw[at + 1], int.from_bytes(raw[at + 4 : at + 8], "little"), who, about))
        at += size
    return out, left


def trustees(found: Descriptor) -> tuple[str, ...]:
    """SIDs that any entry allows anything, in their order; whom msDS-AllowedToActOnBehalfOfOtherIdentity names."""
    return tuple(dict.fromkeys(one.sid for one in found.aces if one.kind in _ALLOWED and one.mask))


def rights(found: Descriptor) -> dict[str, str]:
    """Facts of the object: "owner", and for each right that matters the SIDs that have it, in the words of SharpHound.

    Entries that only children inherit do not count; denying entries are not weighed.
    """
    who: dict[str, dict[str, None]] = {}
    for one in found.aces:
        if one.kind in _ALLOWED and not one.flags & INHERIT_ONLY:
            for word in _words(one):
                who.setdefault(word, {})[one.sid] = None
    out = {word: listed(list(sids)) for word, sids in who.items()}
    if found.owner:
        out["owner"] = found.owner
    return out


def _words(ace: Ace) -> list[str]:
    mask = ace.mask
    out: list[str] = []
    if ace.object is None:
        if mask & _ALL or mask & _FULL == _FULL:
            return ["GenericAll"]
        if mask & (_WRITE | _WRITES):
            out.append("GenericWrite")
        if mask & _CONTROL:
            out.append("AllExtendedRights")
        elif mask & _SELF:
            out.append("AddSelf")
    else:
        if mask & _CONTROL and ace.object in _EXTENDED:
            out.append(_EXTENDED[ace.object])
        if mask & _WRITES and ace.object in _PROPERTY:
            out.append(_PROPERTY[ace.object])
        elif mask & _SELF and ace.object == "bf9679c0-0de6-11d0-a285-00aa003049e2":
            out.append("AddSelf")
    if mask & _DACL:
        out.append("WriteDacl")
    if mask & _OWNER:
        out.append("WriteOwner")
    return out
