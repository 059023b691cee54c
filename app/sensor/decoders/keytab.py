"""Keytab files of MIT Kerberos, versions 0x0501 and 0x0502: principals with their keys."""

import sys

from msgspec import Struct

_MOST_ENTRIES = 1 << 20
_MOST_PARTS = 64
_MOST_KEY = 64


class KeytabError(ValueError):
    """The bytes are no keytab; the text says why in one clear sentence."""


class Key(Struct, frozen=True, gc=False):
    """A key with its encryption type (RFC 3961 section 8). Its value is never shown."""

    etype: int
    value: bytes

    def __repr__(self) -> str:
        return f"Key(etype={self.etype})"

    __str__ = __repr__


class Entry(Struct, frozen=True, gc=False):
    """One key of one principal. principal: components joined by "/", without realm."""

    principal: str
    realm: str
    kvno: int
    key: Key


class Keys(Struct, frozen=True):
    """All keys that a user gave. Empty is the normal case."""

    entries: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __repr__(self) -> str:
        return f"Keys({len(self.entries)} entries)"

    __str__ = __repr__


NO_KEYS = Keys()


def parse(data: bytes) -> tuple[Entry, ...]:
    """Entries of a keytab in file order; deleted ones are left out. Raises KeytabError for anything that is none."""
    if data[:1] != b"\x05" or data[1:2] not in (b"\x01", b"\x02"):
        raise KeytabError("this is no keytab: it does not begin with 05 01 or 05 02")
    old = data[1] == 1
    order = sys.byteorder if old else "big"  # version 1 is written in the order of whatever machine wrote it
    if old and len(data) >= 6 and abs(int.from_bytes(data[2:6], order, signed=True)) > len(data):
        order = "big" if order == "little" else "little"
    out: list[Entry] = []
    at = 2
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], order, signed=True)
        at += 4
        if size == 0:
            break
        stop = at + abs(size)
        if stop > len(data):
            raise KeytabError("this keytab is cut: its last entry reaches past its end")
        if size > 0:
            if len(out) >= _MOST_ENTRIES:
                raise KeytabError(f"this keytab has more than {_MOST_ENTRIES:,} entries")
            out.append(_entry(data[at:stop], order, old))
        at = stop
    return tuple(out)


class _Cursor:
    """Counted fields of one entry."""

    __slots__ = ("at", "data", "order")

    def __init__(self, data: bytes, order: str) -> None:
        self.data, self.order, self.at = data, order, 0

    def take(self, size: int) -> bytes:
        part = self.data[self.at : self.at + size]
        if len(part) < size:
            raise KeytabError("this keytab is damaged: a length in it reaches past its entry")
        self.at += size
        return part

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big" if self.order == "big" else "little")

    def text(self) -> str:
        return self.take(self.number(2)).decode("utf-8", "replace")


def _entry(data: bytes, order: str, old: bool) -> Entry:
    """One entry: counted realm in the first version, name type after the components in the second."""
    cursor = _Cursor(data, order)
    parts = cursor.number(2) - (1 if old else 0)
    if not 0 <= parts <= _MOST_PARTS:
        raise KeytabError("this keytab is damaged: a principal in it has too many parts")
    realm = cursor.text()
    principal = "/".join(cursor.text() for _ in range(parts))
    if not old:
        cursor.number(4)
    cursor.number(4)
    kvno = cursor.number(1)
    etype = cursor.number(2)
    value = cursor.take(cursor.number(2))
    if len(data) - cursor.at >= 4:
        kvno = cursor.number(4) or kvno  # the wide number came later; zero means that it is not there
    return Entry(principal, realm, kvno, Key(etype if etype < 32768 else etype - 65536, value[:_MOST_KEY]))
