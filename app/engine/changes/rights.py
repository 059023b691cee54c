"""Security descriptors in SDDL: which entry gives whom which right that matters to an attacker (MS-DTYP section 2.5.1)."""

import re

from msgspec import Struct

from app.engine.knowledge.sids import SENSITIVE_SIDS, relative_id
from app.model.identifiers import EXTENDED_RIGHTS, WRITTEN_PROPERTIES
from app.model.rights import rights

ENTRY = re.compile(r"\((\w{1,2});([A-Z]*);([^;()]*);([^;()]*);([^;()]*);([^;()]+)(?:;[^)]*)?\)")
OWNED = re.compile(r"O:(S-[\d-]+|[A-Z]{2})")
ACES, LONGEST = 2_048, 262_144
"""Entries and characters looked at."""
CODES = {
    "CC": 0x1, "DC": 0x2, "LC": 0x4, "SW": 0x8, "RP": 0x10, "WP": 0x20, "DT": 0x40, "LO": 0x80, "CR": 0x100, "SD": 0x10000,
    "RC": 0x20000, "WD": 0x40000, "WO": 0x80000, "GA": 0x10000000, "GX": 0x20000000, "GW": 0x40000000, "GR": 0x80000000,
}  # fmt: skip
ALIASES = {
    "SY": "S-1-5-18", "BA": "S-1-5-32-544", "ED": "S-1-5-9", "PS": "S-1-5-10", "CO": "S-1-3-0", "AU": "S-1-5-11",
    "WD": "S-1-1-0", "AN": "S-1-5-7", "BU": "S-1-5-32-545", "AO": "S-1-5-32-548", "SO": "S-1-5-32-549", "BO": "S-1-5-32-551",
    "PO": "S-1-5-32-550", "RU": "S-1-5-32-554", "NU": "S-1-5-2", "IU": "S-1-5-4", "BG": "S-1-5-32-546",
}  # fmt: skip
PRIVILEGED_ALIASES = frozenset({"DA", "EA", "SA", "DD", "ED", "SY", "BA", "PS", "CO", "RO", "PA", "KA", "EK"})
"""Domain Admins, Enterprise Admins, Schema Admins, controllers, the system, the owner: they have these rights anyway."""
PRIVILEGED = frozenset({"S-1-5-18", "S-1-5-32-544", "S-1-5-9", "S-1-5-10", "S-1-3-0"})
NAMES = {"S-1-1-0": "Everyone", "S-1-5-11": "Authenticated Users", "S-1-5-7": "Anonymous", "S-1-5-32-545": "Users",
         "S-1-5-32-546": "Guests", "S-1-5-32-554": "Pre-Windows 2000 Compatible Access", "DU": "Domain Users",
         "DC": "Domain Computers", "DG": "Domain Guests"}  # fmt: skip
BORN = frozenset({498, 512, 516, 518, 519, 521, 526, 527})
"""Groups of controllers, administrators and key administrators that every domain has rights for from its birth."""
REPLICATION = frozenset({"GetChanges", "GetChangesAll", "GetChangesInFilteredSet"})
CONTROLLING = frozenset({"GenericAll", "GenericWrite", "WriteDacl", "WriteOwner", "AllExtendedRights"})
"""Rights with which the whole object can be taken over."""
TAKING = CONTROLLING | {"ForceChangePassword", "AddMember", "AddKeyCredentialLink", "AddAllowedToAct", "WriteSPN"}

EXTENDED, WRITTEN = frozenset(EXTENDED_RIGHTS.values()), frozenset(WRITTEN_PROPERTIES.values())


class Entry(Struct, frozen=True, gc=False):
    """One entry. allows: False denies. sid: trustee, an alias of two letters where the domain's SID would be needed."""

    allows: bool
    flags: str
    mask: int
    about: str
    sid: str

    @property
    def inherited(self) -> bool:
        """True when it came down from a parent."""
        return self._flagged("ID")

    @property
    def for_children_only(self) -> bool:
        """True when it says nothing of the object itself, only of what is below it."""
        return self._flagged("IO")

    def _flagged(self, code: str) -> bool:
        """Codes stand side by side in any order, two letters each: CIOI is no IO (MS-DTYP section 2.5.1.1)."""
        return any(self.flags.startswith(code, at) for at in range(0, min(len(self.flags), 16), 2))

    @property
    def words(self) -> tuple[str, ...]:
        """The rights that matter, in the words of SharpHound."""
        return rights(self.mask, self.about)


def _mask(text: str) -> int:
    if text[:2] == "0x":
        try:
            return int(text[:18], 16)
        except ValueError:
            return 0
    return sum({CODES.get(text[at : at + 2], 0) for at in range(0, min(len(text), 64), 2)})


def entries(sddl: str) -> tuple[Entry, ...]:
    """Entries of the discretionary list; what cannot be read is left out."""
    text = sddl[:LONGEST].partition("S:(")[0]
    found = []
    for match in ENTRY.finditer(text):
        kind, flags, mask, about, _, who = match.groups()
        if kind in ("A", "OA", "XA", "ZA", "D", "OD", "XD"):
            found.append(Entry(kind[-1] == "A", flags, _mask(mask), about.lower(), ALIASES.get(who, who).upper()))
            if len(found) >= ACES:
                break
    return tuple(found)


def owner(sddl: str) -> str:
    """SID of the owner, or an alias of two letters; empty when it is not told."""
    found = OWNED.match(sddl[:200])
    return ALIASES.get(found[1], found[1]).upper() if found is not None else ""


def added(old: str, new: str) -> tuple[Entry, ...]:
    """Entries of the new descriptor that the old one had not, inherited ones left out.

    Editors sort, split and join entries: what allows a trustee nothing of weight that he was not allowed before is not new.
    """
    before = entries(old) if old else ()
    held = {_same(one) for one in before}
    fresh = tuple(one for one in entries(new) if not one.inherited and _same(one) not in held)
    return tuple(one for one in fresh if not (one.allows and one.words and _had(one, before)))


def removed(old: str, new: str) -> tuple[Entry, ...]:
    """Entries of the old descriptor of a right that matters, which the new one does not make up for; inherited ones left out."""
    after = entries(new)
    kept = {_same(one) for one in after}
    gone = tuple(one for one in entries(old) if not one.inherited and one.words and _same(one) not in kept)
    return tuple(one for one in gone if not (one.allows and _had(one, after)))


def is_unchanged(old: str, new: str) -> bool:
    """True when owner and entries are the same, whatever their order."""
    return owner(old) == owner(new) and set(entries(old)) == set(entries(new))


def _same(one: Entry) -> tuple[bool, int, str, str, bool]:
    return one.allows, one.mask, one.about, one.sid, one.for_children_only


def _had(one: Entry, others: tuple[Entry, ...]) -> bool:
    """True when the trustee of an entry is allowed all of its words by the others together."""
    masks: dict[str, int] = {}
    for other in others:
        if other.allows and other.sid == one.sid and (one.for_children_only or not other.for_children_only):
            masks[other.about] = masks.get(other.about, 0) | other.mask
    had = {word for about, mask in masks.items() for word in rights(mask, about)}
    return all(word in had or not had.isdisjoint(_wider(word)) for word in one.words)


def _wider(word: str) -> tuple[str, ...]:
    if word in EXTENDED:
        return ("GenericAll", "AllExtendedRights")
    return ("GenericAll", "GenericWrite") if word in WRITTEN else ("GenericAll",)


def is_privileged(sid: str) -> bool:
    """True for trustees that can do everything with a domain's objects anyway."""
    number = relative_id(sid)
    return sid in PRIVILEGED or sid in PRIVILEGED_ALIASES or sid in SENSITIVE_SIDS or number in BORN
