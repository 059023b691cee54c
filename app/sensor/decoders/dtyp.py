"""Data types that Windows uses everywhere, in their packet form: SID, GUID, FILETIME (MS-DTYP)."""

from collections.abc import Iterable
from uuid import UUID

FILETIME_OF_1970 = 116_444_736_000_000_000
"""The beginning of UTC microseconds as a FILETIME, which counts 100 nanoseconds since 1601 (section 2.3.3)."""


def micros(ticks: int) -> int:
    """UTC microseconds of a FILETIME."""
    return (ticks - FILETIME_OF_1970) // 10


def sid(raw: bytes) -> str | None:
    """SID as text (section 2.4.2.2), whatever stands behind it; None when it is none."""
    if len(raw) < 8 or raw[0] != 1 or raw[1] > 15 or len(raw) < 8 + 4 * raw[1]:
        return None
    parts = [int.from_bytes(raw[at : at + 4], "little") for at in range(8, 8 + 4 * raw[1], 4)]
    return sid_text(int.from_bytes(raw[2:8], "big"), parts)


def sid_text(authority: int, parts: Iterable[int]) -> str:
    """SID as text of its identifier authority and sub-authorities (section 2.4.2.1)."""
    return "-".join(["S-1", str(authority), *map(str, parts)])


def guid(raw: bytes) -> str:
    """GUID of 16 bytes as text in lower case (section 2.3.4.2)."""
    return str(UUID(bytes_le=raw))
