"""Security descriptors in LDAP messages: which of their parts a request writes, and what it changes of one that was read."""

from msgspec import Struct

from app.sensor.decoders.directory import security
from app.sensor.decoders.ldap import LIST_LIMIT, Changes
from app.sensor.decoders.ldap_ber import Malformed, element, integer
from app.sensor.decoders.ldap_values import DESCRIPTOR_LIMIT, DESCRIPTORS

FLAGS = b"1.2.840.113556.1.4.801"
"""LDAP_SERVER_SD_FLAGS_OID (MS-ADTS section 3.1.1.3.4.1.11): which parts of nTSecurityDescriptor are meant."""
OWNER, DACL, ALL = 0x1, 0x4, 0xF
FLAGGED = "ntsecuritydescriptor"
"""The attribute that the control is about; of the others a request means all parts."""


class Compared(Struct, frozen=True, gc=False):
    """What a request changes of a descriptor: entries and owner that are new, and those that go, both in SDDL."""

    attribute: str
    added: str
    removed: str


def parts(data: bytes, at: int, end: int) -> int:
    """The parts that the control of a request means; all of them without it, with none named, or where it cannot be read."""
    try:
        tag, at, end = element(data, at, end)
        for _ in range(32):
            if tag != 0xA0 or at >= end:
                break
            _, start, at = element(data, at, end)
            _, a, b = element(data, start, at)
            if data[a:b] != FLAGS:
                continue
            kind, a, b = element(data, b, at)
            if kind == 0x01:  # criticality
                kind, a, b = element(data, b, at)
            _, a, b = element(data, a, b)  # the value's SEQUENCE
            _, a, b = element(data, a, b)
            return integer(data, a, b) & ALL or ALL
    except (Malformed, IndexError):
        pass
    return ALL


def written(data: bytes, at: int, end: int) -> dict[str, bytes]:
    """Descriptors that a modify request writes whole, by attribute in lower case; of several of one attribute none."""
    found: dict[str, bytes] = {}
    twice = set()
    try:
        _, _, at = element(data, at, end)
        _, at, end = element(data, at, end)
        for _ in range(LIST_LIMIT):
            if at >= end:
                break
            _, start, at = element(data, at, end)
            _, a, b = element(data, start, at)
            operation = integer(data, a, b)
            _, start, stop = element(data, b, at)
            _, a, b = element(data, start, stop)
            name = data[a:b].decode("ascii", "replace").partition(";")[0].lower()
            if name not in DESCRIPTORS or operation not in (0, 2) or b >= stop:
                continue
            _, start, stop = element(data, b, stop)
            if start >= stop:
                continue
            _, a, b = element(data, start, stop)
            if name in found or b < stop:
                twice.add(name)
            found[name] = bytes(data[a:b])
    except (Malformed, IndexError):
        pass
    return {name: raw for name, raw in found.items() if name not in twice}


def meant(changes: Changes, raws: dict[str, bytes], flags: int) -> Changes:
    """The changes of a request, of nTSecurityDescriptor only the parts that it means."""
    raw = raws.get(FLAGGED)
    found = security.descriptor(raw) if raw is not None and flags & (OWNER | DACL) != OWNER | DACL else None
    if found is None:
        return changes
    shown = security.text(_limited(found, flags), DESCRIPTOR_LIMIT)
    return tuple((deed, name, (shown,) if name.lower() == FLAGGED and values else values) for deed, name, values in changes)


def compared(attribute: str, before: bytes, now: bytes, flags: int) -> Compared | None:
    """What now changes of before; None where one of them lacks a part that the other has, or was not read to its end."""
    old, new = security.descriptor(before), security.descriptor(now)
    if old is None or new is None or old.left or new.left:
        return None
    new = _limited(new, flags if attribute == FLAGGED else ALL)
    if (new.listed and not old.listed) or not (new.listed or (new.owner and old.owner)):
        return None
    other = bool(new.owner and old.owner and new.owner != old.owner)
    held, kept = set(old.aces), set(new.aces)
    fresh = [one for one in new.aces if one not in held]
    gone = [one for one in old.aces if one not in kept] if new.listed else []
    return Compared(
        attribute,
        security.text(security.Descriptor(new.owner if other else None, tuple(fresh)), DESCRIPTOR_LIMIT),
        security.text(security.Descriptor(old.owner if other else None, tuple(gone)), DESCRIPTOR_LIMIT),
    )


def tells_all(attribute: str, raw: bytes, flags: int) -> bool:
    """True when what was written says all that the object has then: its entries, and no owner that was not meant."""
    found = security.descriptor(raw)
    if found is None or not found.listed or attribute != FLAGGED:
        return found is not None and found.listed
    return bool(flags & DACL) and (bool(flags & OWNER) or found.owner is None)


def _limited(found: security.Descriptor, flags: int) -> security.Descriptor:
    listed = found.listed and bool(flags & DACL)
    return security.Descriptor(found.owner if flags & OWNER else None, found.aces if listed else (), found.left, listed)
