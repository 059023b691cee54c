"""Single values of a directory: SID, GUID, times, intervals, the domain in a distinguished name."""

import re
from datetime import UTC, datetime
from uuid import UUID

from app.sensor.decoders import dtyp
from app.sensor.decoders.instants import LATEST

LIST = "; "
"""Joins the values of a fact that has several."""
MOST, LONGEST = 64, 1024
"""At most so many values and characters are kept of one fact."""
NEVER = 0x7FFFFFFFFFFFFFFF
"""The FILETIME and (negative) the interval that mean never (MS-ADTS section 3.1.1.3.4.1.9 and attribute accountExpires)."""
_SID = re.compile(r"S-1-\d{1,15}(?:-\d{1,10}){0,15}\Z")
_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,](\d{1,6})\d*)?(Z|[+-]\d{4})?\s*\Z")
_DC = re.compile(r"(?:\A|(?<!\\),)\s*DC=([^,]+)", re.I)


def sid(raw: bytes) -> str | None:
    """SID as text, of its packet form (MS-DTYP section 2.4.2.2) or its text form; None when it is neither."""
    found = dtyp.sid(raw)
    if found is not None:
        return found
    if raw[:4] in (b"S-1-", b"s-1-") and len(raw) < 200:
        text = raw.decode("ascii", "replace").upper()
        return text if _SID.match(text) else None
    return None


def guid(raw: bytes) -> str | None:
    """GUID as text in lower case, of its 16 bytes (MS-DTYP section 2.3.4.2) or its text form; None when it is neither."""
    if len(raw) == 16:
        return dtyp.guid(raw)
    if len(raw) in (36, 38):
        try:
            return str(UUID(raw.decode("ascii")))
        except ValueError:
            return None
    return None


def filetime(raw: bytes) -> int | None:
    """UTC microseconds of a FILETIME written as decimal text (MS-DTYP section 2.3.3); None for 0, never and nonsense."""
    number = integer(raw)
    return None if number is None else ticks(number)


def ticks(number: int) -> int | None:
    """UTC microseconds of so many 100 nanoseconds since 1601; None for what is no time of 1970 to 2100."""
    at = dtyp.micros(number)
    return at if 0 < at < LATEST else None


def generalized(raw: bytes) -> int | None:
    """UTC microseconds of a GeneralizedTime (RFC 4517 section 3.3.13) of 1970 to 2100; None when it is none."""
    found = _TIME.match(raw)
    if not found:
        return None
    year, month, day, hour, minute, second, part, zone = found.groups()
    try:
        at = datetime(int(year), int(month), int(day), int(hour), int(minute), min(int(second or 0), 59), tzinfo=UTC)
    except ValueError:
        return None
    micros = int(at.timestamp()) * 1_000_000 + (int(part.ljust(6, b"0")) if part else 0)
    if zone and zone != b"Z":
        micros -= (int(zone[1:3]) * 60 + int(zone[3:5])) * 60_000_000 * (-1 if zone[:1] == b"-" else 1)
    return micros if 0 < micros < LATEST else None


def integer(raw: bytes) -> int | None:
    """A decimal number of at most 64 bits; None when it is none."""
    if len(raw) > 21:
        return None
    try:
        number = int(raw)
    except ValueError:
        return None
    return number if -(1 << 63) <= number < 1 << 64 else None


def seconds(raw: bytes) -> str | None:
    """A negative count of 100 nanoseconds (maxPwdAge and the like) as seconds, "never" for none; None when it is no number."""
    number = integer(raw)
    if number is None:
        return None
    return "never" if number <= -NEVER else str(abs(number) // 10_000_000)


def text(raw: bytes) -> str:
    """UTF-8 text, invalid bytes replaced, without control characters, at most LONGEST characters."""
    out = raw[: 4 * LONGEST].decode("utf-8", "replace")[:LONGEST]
    return out if out.isprintable() else "".join([one if one.isprintable() else " " for one in out])


def moment(at: int) -> str:
    """UTC microseconds as ISO 8601 with seconds."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def listed(values: list[str]) -> str:
    """Values as the text of one fact, the first MOST of them, with a count of the rest."""
    if len(values) > MOST:
        return LIST.join([*values[:MOST], f"and {len(values) - MOST} more"])
    return LIST.join(values)


def domain_of(dn: str) -> str:
    """DNS name that the DC parts of a distinguished name give, in lower case; "" when it has none."""
    return ".".join([one.strip() for one in _DC.findall(dn)]).lower()[:255]
