"""Ticks of a time axis in the zone of the screen."""

from typing import NamedTuple

from app.ui import wording
from app.ui.wording import DAY, HOUR, MINUTE, SECOND

STEPS = (
    1_000, 5_000, 10_000, 50_000, 100_000, 500_000, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE,
    2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY,
    7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY, 3650 * DAY,
)  # fmt: skip


YEAR = 365 * DAY


class Tick(NamedTuple):
    """A time with its words."""

    at: int
    words: str


def ticks(start: int, end: int, most: int) -> list[Tick]:
    """At most `most` (and never over 60) round times between start and end, in UTC microseconds."""
    length = max(1, end - start)
    most = max(1, min(60, most))
    step = next((one for one in STEPS if length / one <= most), STEPS[-1])
    first = -(-start // step) * step
    count = min(60, (end - first) // step + 1 if end >= first else 0)
    return [Tick(at, _words(at, step)) for at in (first + step * place for place in range(count))]


def _words(at: int, step: int) -> str:
    if step >= YEAR:
        return wording.month(at)
    if step >= DAY or (at % DAY == 0 and step >= HOUR):
        when = wording.day(at, short=True)
        return when.rsplit(" ", 1)[0] if step <= DAY else when.split(" ", 1)[1]
    if step >= MINUTE:
        return wording.clock(at)[:5]
    return wording.clock(at, millis=step < SECOND)
