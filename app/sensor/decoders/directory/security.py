"""Security descriptors of directory objects: the owner, and who is granted rights that matter to an attacker."""

from msgspec import Struct

from app.model.rights import rights as mask_rights
from app.sensor.decoders.directory.values import listed, sid
from app.sensor.decoders.dtyp import guid

ACES = 2048
"""At most so many entries of one list are looked at."""
INHERITED = 0x10
INHERIT_ONLY = 0x08
_ALLOWED = {0x00, 0x05, 0x09, 0x0B}
_OBJECT = {0x05, 0x06, 0x0B, 0x0C}


class Ace(Struct, frozen=True, gc=False):
    """One entry. kind: AceType, flags: AceFlags (MS-DTYP section 2.4.4.1). object: the right or attribute it is about."""

    kind: int
    flags: int
    mask: int
    sid: str
    object: str | None = None


class Descriptor(Struct, frozen=True):
    """A self-relative security descriptor (MS-DTYP section 2.4.6). left: entries that could not be read.

    listed: it has a discretionary list; without one it says nothing of rights.
    """

    owner: str | None = None
    aces: tuple[Ace, ...] = ()
    left: int = 0
    listed: bool = False


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
    return Descriptor(who, tuple(entries), left, True)


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


_KINDS = {0x00: "A", 0x01: "D", 0x05: "OA", 0x06: "OD", 0x09: "XA", 0x0A: "XD", 0x0B: "ZA"}
_FLAGS = ((0x02, "CI"), (0x01, "OI"), (0x04, "NP"), (INHERIT_ONLY, "IO"), (INHERITED, "ID"))


def text(found: Descriptor, limit: int) -> str:
    """The descriptor as logs write it (SDDL, MS-DTYP section 2.5.1), every SID in full; entries beyond the limit are left out."""
    pieces = [f"O:{found.owner}" if found.owner else "", "D:"]
    size = sum(map(len, pieces))
    for one in found.aces:
        flags = "".join(word for bit, word in _FLAGS if one.flags & bit)
        entry = f"({_KINDS.get(one.kind, 'AU')};{flags};{one.mask:#x};{one.object or ''};;{one.sid})"
        size += len(entry)
        if size > limit:
            break
        pieces.append(entry)
    return "".join(pieces)


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
            for word in mask_rights(one.mask, one.object or ""):
                who.setdefault(word, {})[one.sid] = None
    out = {word: listed(list(sids)) for word, sids in who.items()}
    if found.owner:
        out["owner"] = found.owner
    return out
