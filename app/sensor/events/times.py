"""Times as event exports write them, as UTC microseconds."""

import re
from datetime import UTC, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SLASH = re.compile(r"^/Date\((-?\d{1,14})(?:[+-]\d{4})?\)/$")
_AMERICAN = re.compile(
    r"^(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,7}))?(?: ([AP]M))?( ?(?:Z|UTC))?$", re.I
)
QUARTER = 900_000_000
"""A quarter of an hour in microseconds: offsets of time zones are multiples of it."""


def instant(value: object) -> tuple[int, bool] | None:
    """(UTC microseconds, whether the zone was said) of a time in any usual spelling; None when it is none.

    Numbers are seconds, milliseconds or microseconds of 1970, told apart by their size. Times without zone count as UTC.
    """
    if type(value) is str and value[4:5] == "-" and len(value) <= 64:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is UTC:
                return epoch(moment), True
        except (ValueError, OverflowError):
            pass
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    if not isinstance(value, str) or not 8 <= len(value) <= 64:
        return None
    text = value.strip()
    if (found := _SLASH.match(text)) is not None:
        return int(found[1]) * 1000, True
    if (found := _AMERICAN.match(text)) is not None:
        return _american(found)
    if text.isdecimal():
        return _number(int(text))
    if text[4:5] == text[7:8] == "/":
        text = text.replace("/", "-")
    date, _, zone = text.rpartition(" ")
    if zone[:1] in ("+", "-") and " " in date:
        text = date + zone
    if text.endswith(" UTC"):
        text = text[:-4].rstrip("Z") + "Z"
    try:
        moment = datetime.fromisoformat(text)
        zoned = moment.tzinfo is not None
        return epoch(moment if zoned else moment.replace(tzinfo=UTC)), zoned
    except (ValueError, OverflowError):
        return None


def epoch(moment: datetime) -> int:
    """UTC microseconds of an aware moment, exactly."""
    gone = moment - EPOCH
    return (gone.days * 86400 + gone.seconds) * 1_000_000 + gone.microseconds


def _number(value: float) -> tuple[int, bool] | None:
    if not 1e8 < value < 1e17:  # also false for what is no number
        return None
    return int(value * (1_000_000 if value < 1e11 else 1000 if value < 1e14 else 1)), True


def _american(found: re.Match[str]) -> tuple[int, bool] | None:
    month, day, year, hour, minute, second = (int(found[one]) for one in range(1, 7))
    if found[8]:
        hour = hour % 12 + (12 if found[8].upper() == "PM" else 0)
    try:
        moment = datetime(year, month, day, hour, minute, second, int((found[7] or "0").ljust(6, "0")[:6]), UTC)
    except ValueError:
        return None
    return epoch(moment), found[9] is not None


def placed(local: int, known: int) -> int | None:
    """Local time without its zone, put right by a zoned time soon after the same event; None when the two do not fit.

    The difference is a zone's offset (a multiple of a quarter of an hour, at most 14 hours) and a delay of some minutes.
    """
    offset = (known - local + QUARTER // 3) // QUARTER * QUARTER
    return local + offset if abs(offset) <= 56 * QUARTER and abs(known - local - offset) < QUARTER * 2 // 3 else None
