"""Times of the filter language: moments, spans, times of day, and what is counted back from the last activity."""

import re
from datetime import UTC, datetime

from app.model.filter_tree import DAY, HOUR, MINUTE, SECOND, During, Wrong

WEEK = 7 * DAY
LONGEST = 2**62
UNITS = {
    "us": 1, "ms": 1_000, "s": SECOND, "sec": SECOND, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY, "day": DAY, "days": DAY,
    "w": WEEK,
}  # fmt: skip
"""Units of a length of time in microseconds."""
HELP = "A time is 13:50, 13:50-14:25, 14:00±5m, 2026-01-05, 2026-01-05T13:50.., <2026-01-06 or >-2h."
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T_](\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?)?Z?")
_LENGTH = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([a-z]+)", re.IGNORECASE)
_COMPARED = re.compile(r"(>=|<=|>|<)(.*)", re.DOTALL)
_AROUND = re.compile(r"(.+?)(?:±|\+/?-)(.+)", re.DOTALL)
Moment = tuple[int, int, bool, bool]
"""First and last microsecond of what a text names; whether it is a time of day; whether it is counted back from the end."""


def length(text: str) -> int | None:
    """Microseconds of 500ms, 2h, 1.5d; None for what is no length of time."""
    match = _LENGTH.fullmatch(text)
    unit = UNITS.get(match[2].lower()) if match else None
    return None if match is None or unit is None else min(round(float(match[1]) * unit), LONGEST)


def during(text: str, at: int, shift: int) -> During:
    """13:50, 13:50-14:25, 14:00±5m, 2026-01-05, A..B, A.., <A, >=A, >-2h; an end is included to its last digit."""
    compared, around = _COMPARED.fullmatch(text), _AROUND.fullmatch(text)
    if compared is not None:
        return _compared(compared[1], compared[2], at, shift)
    if around is not None:
        return _around(around[1], around[2], at, shift)
    first, dots, last = text.partition("..")
    if not dots and _CLOCK.match(text):
        first, dots, last = text.partition("-")
    begin, end = _moment(first, at, shift), _moment(last, at, shift) if dots else None
    if begin is None and end is None:
        raise Wrong(at, HELP)
    if begin is not None and end is not None and begin[2:] != end[2:]:
        raise Wrong(at, "Both ends of a time need a date, or neither.")
    _, _, daily, relative = begin or end or (0, 0, False, False)
    if relative and not dots:
        return During(begin[0] if begin else None, None, relative=True)
    low = begin[0] if begin else None
    high = end[1] if end else (None if dots else begin[1] if begin else None)
    return During(low, high, daily, shift if daily else 0, relative)


def moment_of(text: str, near: int, end: int, shift: int = 0) -> int | None:
    """Microseconds of a moment: 14:02 of the day of near, 2026-01-05T14:02, -2h before end; None for what is none."""
    try:
        found = _moment(text.strip(), 0, shift)
    except Wrong:
        return None
    if found is None:
        return None
    first, _, daily, relative = found
    if relative:
        return end + first
    return (near + shift) // DAY * DAY - shift + first if daily else first


def _compared(sign: str, text: str, at: int, shift: int) -> During:
    moment = _moment(text, at, shift)
    if moment is None:
        raise Wrong(at, HELP)
    first, last, daily, relative = moment
    low = (first if sign == ">=" else last) if sign.startswith(">") else None
    high = (last if sign == "<=" else first) if sign.startswith("<") else None
    if daily:
        return During(low or 0, DAY if high is None else high, True, shift)
    return During(low, high, relative=relative)


def _around(text: str, much: str, at: int, shift: int) -> During:
    moment, side = _moment(text, at, shift), length(much)
    if moment is None or side is None or moment[3]:
        raise Wrong(at, "Around a time is 14:00±5m or 2026-01-05T14:00±30s.")
    first, last, daily, _ = moment
    if not daily:
        return During(first - side, last + side)
    if 2 * side >= DAY:
        raise Wrong(at, "A day has no more than 24 hours.")
    return During((first - side) % DAY, (last + side) % DAY or DAY, True, shift)


def _moment(text: str, at: int, shift: int) -> Moment | None:
    """What a text names; None for an empty one."""
    if not text:
        return None
    back = length(text[1:]) if text.startswith("-") else 0 if text.lower() == "end" else None
    if back is not None:
        return -back, -back, False, True
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        first, unit = _since_midnight(clock.groups(), at)
        return first, first + unit, True, False
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise Wrong(at, f"{text[:40]} is no time such as 13:50, 2026-01-05T13:50 or -2h.")
    try:
        day = datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    except ValueError:
        raise Wrong(at, f"There is no day {text[:10]}.") from None
    midnight = int(day.timestamp()) * SECOND - shift
    if match[4] is None:
        return midnight, midnight + DAY, False, False
    first, unit = _since_midnight(match.groups()[3:], at)
    return midnight + first, midnight + first + unit, False, False


def _since_midnight(parts: tuple[str | None, ...], at: int) -> tuple[int, int]:
    """(microseconds since midnight, length of the smallest unit named)."""
    hours, minutes, seconds, fraction = parts
    total = int(hours or 0) * HOUR + int(minutes or 0) * MINUTE + int(seconds or 0) * SECOND
    if int(hours or 0) > 24 or int(minutes or 0) > 59 or int(seconds or 0) > 59:
        raise Wrong(at, "There is no such time of day.")
    if fraction:
        return total + int(fraction.ljust(6, "0")), 10 ** (6 - len(fraction))
    return total, SECOND if seconds else MINUTE if minutes else HOUR
