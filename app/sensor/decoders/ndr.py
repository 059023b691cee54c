"""Bounded reader of NDR stubs, 32 and 64 bit (C706 chapter 14; MS-RPCE section 2.2.5)."""

from struct import Struct as Layout
from struct import error as StructError
from uuid import UUID

from app.sensor.decoders.dtyp import sid_text

TEXT_KEPT = 4096
"""Characters of one text that are kept."""
_MOST_ELEMENTS = 1 << 20
_LITTLE = (Layout("<H"), Layout("<I"), Layout("<Q"))
_BIG = (Layout(">H"), Layout(">I"), Layout(">Q"))


class NdrError(ValueError):
    """The stub ends too early, or says a length that cannot be."""


class Ndr:
    """Reads values one after the other; at is the place in data. wide: NDR64, where pointers and counts have eight bytes."""

    __slots__ = ("_u16", "_u32", "_u64", "at", "big", "data", "size", "wide")

    def __init__(self, data: bytes | bytearray, big: bool = False, wide: bool = False) -> None:
        self.data = bytes(data)
        self.size = len(self.data)
        self.at = 0
        self.big = big
        self.wide = wide
        self._u16, self._u32, self._u64 = _BIG if big else _LITTLE

    def align(self, size: int) -> None:
        """Go to the next multiple of size."""
        self.at = (self.at + size - 1) & -size

    def align_pointer(self) -> None:
        """Go to where a structure that holds pointers may begin."""
        self.align(8 if self.wide else 4)

    def align_union(self) -> None:
        """Go to where a union with its discriminant may begin; only NDR64 aligns it as its widest arm."""
        if self.wide:
            self.at = (self.at + 7) & -8

    def left(self) -> int:
        """Bytes that are left."""
        return max(self.size - self.at, 0)

    def u8(self) -> int:
        """One byte."""
        if self.at >= self.size:
            raise NdrError("cut")
        value = self.data[self.at]
        self.at += 1
        return value

    def u16(self) -> int:
        """Two bytes, aligned."""
        self.at = (self.at + 1) & -2
        try:
            value = self._u16.unpack_from(self.data, self.at)[0]
        except StructError:
            raise NdrError("cut") from None
        self.at += 2
        return int(value)

    def u32(self) -> int:
        """Four bytes, aligned."""
        self.at = (self.at + 3) & -4
        try:
            value = self._u32.unpack_from(self.data, self.at)[0]
        except StructError:
            raise NdrError("cut") from None
        self.at += 4
        return int(value)

    def u64(self) -> int:
        """Eight bytes, aligned (hyper)."""
        self.at = (self.at + 7) & -8
        try:
            value = self._u64.unpack_from(self.data, self.at)[0]
        except StructError:
            raise NdrError("cut") from None
        self.at += 8
        return int(value)

    def enum(self) -> int:
        """An enumeration: two bytes, four in NDR64 (MS-RPCE section 2.2.5.3.2)."""
        return self.u32() if self.wide else self.u16()

    def pointer(self) -> bool:
        """Referent id of a full or unique pointer; True when something follows for it."""
        return (self.u64() if self.wide else self.u32()) != 0

    def count(self) -> int:
        """Conformance, offset or length of an array."""
        value = self.u64() if self.wide else self.u32()
        if value > _MOST_ELEMENTS:
            raise NdrError("count")
        return value

    def take(self, size: int) -> bytes:
        """That many bytes."""
        end = self.at + size
        if size < 0 or end > self.size:
            raise NdrError("cut")
        value = self.data[self.at : end]
        self.at = end
        return value

    def skip(self, size: int) -> None:
        """Leave out that many bytes."""
        if size < 0 or self.at + size > self.size:
            raise NdrError("cut")
        self.at += size

    def varying(self, size: int) -> bytes:
        """Bytes of a conformant varying array of elements of size bytes."""
        self.count()
        self.count()
        return self.take(self.count() * size)

    def conformant(self, size: int = 1) -> bytes:
        """Bytes of a conformant array of elements of size bytes."""
        return self.take(self.count() * size)

    def text(self) -> str:
        """A [string] of UTF-16 characters, without its end mark."""
        return utf16(self.varying(2), self.big)

    def ascii(self) -> str:
        """A [string] of single bytes, without its end mark."""
        return self.varying(1).split(b"\0", 1)[0].decode("latin-1")[:TEXT_KEPT]

    def maybe_text(self) -> str | None:
        """A unique pointer to a [string] of UTF-16 characters that follows at once (top level of a call)."""
        return self.text() if self.pointer() else None

    def maybe_ascii(self) -> str | None:
        """A unique pointer to a [string] of single bytes."""
        return self.ascii() if self.pointer() else None

    def unicode_head(self) -> bool:
        """RPC_UNICODE_STRING without its buffer (MS-DTYP section 2.3.10); True when the buffer follows later."""
        self.align_pointer()
        self.u16()
        self.u16()
        return self.pointer()

    def unicode(self) -> str:
        """RPC_UNICODE_STRING whose buffer follows at once."""
        return self.text() if self.unicode_head() else ""

    def handle(self) -> bytes:
        """Context handle (ndr_context_handle of C706 appendix N): 20 bytes."""
        self.align(4)
        return self.take(20)

    def guid(self) -> str:
        """GUID as text, lower case."""
        self.align(4)
        raw = self.take(16)
        return str(UUID(bytes=raw) if self.big else UUID(bytes_le=raw))

    def sid(self) -> str:
        """RPC_SID with its conformance before it (MS-DTYP section 2.4.2.3)."""
        self.count()
        self.align(4)
        head = self.take(8)
        if head[0] != 1 or head[1] > 15:
            raise NdrError("sid")
        return sid_text(int.from_bytes(head[2:8], "big"), [self.u32() for _ in range(head[1])])


def utf16(raw: bytes, big: bool = False) -> str:
    """Text of UTF-16 bytes up to its end mark, invalid ones replaced, at most 4096 characters."""
    text = raw[: 2 * TEXT_KEPT].decode("utf-16-be" if big else "utf-16-le", "replace")
    return text.split("\0", 1)[0]
