"""Times as senders of logs write them, as UTC microseconds."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from app.sensor.events.times import EPOCH, epoch

SECOND = 1_000_000
_DAY, _LAST = 86400 * SECOND, 200_000_000_000 * SECOND
_HALF_HOUR, _WIDEST, _NEAR = 1800 * SECOND, 14 * 3600 * SECOND, 60 * SECOND
_MONTHS = {one: at for at, one in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}  # noqa: SIM905

_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)[T ](\d\d?):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d)?(?![\d:])", re.I
)
_NAMED = re.compile(r"(\d{4})-([A-Z][a-z]{2})-(\d\d?) (\d\d?):(\d\d):(\d\d)(?:\.(\d{1,9}))?", re.I)
_CTIME = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+)?([A-Z][a-z]{2})\s+(\d\d?)(?:\s+(\d{4}))?\s+(\d\d?):(\d\d):(\d\d)(?:\.(\d{1,9}))?"
    r"(?:\s+(\d{4})(?!\S))?(?:\s(UTC|GMT)\b)?",
    re.I,
)
_WMI = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?([+-]\d{1,3})?(?!\d)")
_NUMBER = re.compile(r"\d{9,19}")


def of_clock(local: int, near: int) -> int:
    """UTC of a clock that tells no zone.

    local: what it shows, read as UTC. near: when its message came, 0 or less when nobody knows. A clock that is a whole number
    of half hours off, to the minute, shows its zone; any other difference is a delay, and the clock is read as UTC.
    """
    if near <= 0:
        return local
    off = local - near
    halves = round(off / _HALF_HOUR)
    if halves and abs(off) <= _WIDEST and abs(off - halves * _HALF_HOUR) <= _NEAR:
        return local - halves * _HALF_HOUR
    return local


def number_of(text: str) -> int | None:
    """UTC microseconds of a count since 1970, told apart by its size: seconds, milli-, micro- or nanoseconds."""
    if not _NUMBER.fullmatch(text):
        return None
    value = int(text)
    for limit, scale in ((10**11, SECOND), (10**14, 1000), (10**17, 1)):
        if value < limit:
            return value * scale
    return value // 1000


def time_of(text: str, near: int = 0) -> int | None:
    """UTC microseconds of a time in any of the known spellings; None when it is none.

    ISO 8601; 2015-May-19 09:07:09; Fri May 24 12:30:28 2013; yyyyMMddHHmmss.FFFFFF+UUU (minutes, CIM DATETIME); counts since
    1970. near: UTC microseconds of when it came, for a missing year and zone (see of_clock); negative: the year only; 0: neither.
    """
    text = text[:80].strip()
    return number_of(text) or stamp(text, near)[0]


def stamp(text: str, near: int = 0, whole: bool = True) -> tuple[int | None, int, bool]:
    """(UTC microseconds or None, characters used, whether year and zone were told) of the time that text begins with.

    whole: also read the spellings that stand in a field of their own only, not in the header of a message.
    """
    if found := _ISO.match(text):
        year, month, day, hour, minute, second, part, zone = found.groups()
        at = _made(int(year), int(month), int(day), int(hour), int(minute), int(second), part)
        return _shifted(at, zone, near), found.end(), zone is not None
    if whole and (found := _WMI.match(text)):
        year, month, day, hour, minute, second, part, off = found.groups()
        at = _made(int(year), int(month), int(day), int(hour), int(minute), int(second), part)
        if off is not None and at is not None:
            return at - int(off) * 60 * SECOND, found.end(), True
        return _shifted(at, None, near), found.end(), False
    if whole and (found := _NAMED.match(text)):
        year, name, day, hour, minute, second, part = found.groups()
        at = _made(int(year), _MONTHS.get(name.lower(), 0), int(day), int(hour), int(minute), int(second), part)
        return _shifted(at, None, near), found.end(), False
    if found := _CTIME.match(text):
        return _without_year(found, near)
    return None, 0, False


def _without_year(found: re.Match[str], near: int) -> tuple[int | None, int, bool]:
    name, day, before, hour, minute, second, part, after, zone = found.groups()
    month, year = _MONTHS.get(name.lower(), 0), before or after
    numbers = int(day), int(hour), int(minute), int(second), part
    if year:
        return _shifted(_made(int(year), month, *numbers), zone, near), found.end(), zone is not None
    if not near:
        return None, found.end(), False
    given, near = near, abs(near)
    now = (EPOCH + timedelta(microseconds=min(near, _LAST))).year
    # a message comes after it was written: the latest year that does not lie more than a day ahead
    for one in range(now + (month == 1), now - 5, -1):
        at = _made(one, month, *numbers)
        if at is not None and at <= near + _DAY:
            return _shifted(at, zone, given), found.end(), False
    return None, found.end(), False


@lru_cache(maxsize=8192)  # most messages of a second show the same one
def _made(year: int, month: int, day: int, hour: int, minute: int, second: int, part: str | None) -> int | None:
    micro = int((part or "0")[:6].ljust(6, "0"))
    try:
        return epoch(datetime(year, month, day, hour, minute, min(second, 59), micro, UTC))
    except ValueError:
        return None


def _shifted(at: int | None, zone: str | None, near: int) -> int | None:
    if at is None:
        return None
    if zone is None:
        return of_clock(at, near)
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        off = (int(digits[:2]) * 60 + int(digits[2:])) * 60 * SECOND
        return at - off if zone[0] == "+" else at + off
    return at
