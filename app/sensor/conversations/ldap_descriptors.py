"""What one LDAP connection read of security descriptors, and what it changes when it writes one of them back.

Tools and consoles read a descriptor, change it and write all of it, mostly over one connection. It is kept as bytes, which are a
tenth of what its entries take as objects, and only of a search that finds few objects: one that finds more lists the directory,
and costs no more than a few entries read in full.
"""

import re

from app.sensor.decoders import ldap, ldap_descriptors
from app.sensor.decoders.ldap_values import DESCRIPTORS

FEW = 4
"""Entries of one search of which descriptors are kept; none of them when it finds more."""
ENTRY_LIMIT = 1 << 17
"""Bytes of one entry that are looked at; a descriptor has at most 64 KiB (MS-DTYP section 2.4.5)."""
KEPT, BYTES = 16, 1 << 17
"""Descriptors and bytes of them that one connection keeps; the oldest go first."""
WINDOW = 1_800_000_000
"""Microseconds for which what was read counts; somebody may have an editor of permissions open for a while."""
_COMMA = re.compile(r"\s*,\s*")
_NUMBERED = "<"

Found = list[tuple[str, dict[str, bytes]]]
"""Entries of one search: name, descriptors by attribute in lower case."""
Compared = tuple[tuple[str, str, str], ...]


def asks(request: ldap.SearchRequest) -> bool:
    """True when a search asks for descriptors, or for all there is of one object."""
    if any(one.partition(";")[0].lower() in DESCRIPTORS for one in request.attributes):
        return True
    return request.scope == 0 and bool(request.base) and (not request.attributes or "*" in request.attributes)


def is_whole(data: bytes) -> bool:
    """False for a message that the capture cut short."""
    return 0 < ldap.size(data, 0, len(data)) <= len(data)


class Descriptors:
    """What one connection read, by object and attribute."""

    __slots__ = ("held", "size")

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], tuple[int, bytes]] = {}
        self.size = 0

    def keep(self, request: ldap.SearchRequest, found: Found, at: int) -> None:
        """The entries of a search that is over. One that was asked for by its number is written by that number, too."""
        for dn, values in found:
            for attribute, raw in values.items():
                self._note(dn, attribute, raw, at)
                if request.base.startswith(_NUMBERED) and request.scope == 0:
                    self._note(request.base, attribute, raw, at)

    def compared(self, dn: str, written: dict[str, bytes], flags: int, at: int) -> Compared:
        """What a request changes of the descriptors of an object that this connection read."""
        out = []
        for attribute, raw in written.items():
            since, before = self.held.get((_plain(dn), attribute), (0, b""))
            if before and at - since <= WINDOW:
                one = ldap_descriptors.compared(attribute, before, raw, flags)
                if one is not None:
                    out.append((one.attribute, one.added, one.removed))
        return tuple(out)

    def wrote(self, dn: str, written: dict[str, bytes], flags: int, at: int) -> None:
        """An object has from now on what was written; where only parts of it were meant, its next reading tells what it has."""
        for attribute, raw in written.items():
            if ldap_descriptors.tells_all(attribute, raw, flags):
                self._note(dn, attribute, raw, at)
            else:
                _, old = self.held.pop((_plain(dn), attribute), (0, b""))
                self.size -= len(old)

    def _note(self, dn: str, attribute: str, raw: bytes, at: int) -> None:
        if not dn or not raw or len(raw) > BYTES:
            return
        key = (_plain(dn), attribute)
        _, old = self.held.pop(key, (0, b""))
        self.held[key] = (at, raw)
        self.size += len(raw) - len(old)
        while len(self.held) > KEPT or self.size > BYTES:
            _, old = self.held.pop(next(iter(self.held)))
            self.size -= len(old)


def _plain(dn: str) -> str:
    return _COMMA.sub(",", dn.strip().lower())
