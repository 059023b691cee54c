"""When something can have been recorded, as UTC microseconds: damage, exports and clocks that were never set tell other times."""

from msgspec import Struct

EARLIEST, LATEST = 631_152_000_000_000, 4_102_444_800_000_000
"""The years 1990, before which nothing was captured, and 2100: a clock beyond was never set."""
AHEAD = 86_400_000_000
"""Microseconds that the clock of who sends may be ahead of who receives: a zone that was misread is less, a wrong month more."""
NEVER = "records with a time that cannot be"


class Timed(Struct, frozen=True, gc=False):
    """What was recorded at a time. at: UTC microseconds, as they were told."""

    at: int


def can_be(at: int) -> bool:
    """Whether something can have been recorded at this time."""
    return EARLIEST <= at < LATEST


def can_come(at: int, came: int) -> bool:
    """Whether what came then can have been recorded at this time. It may be years old: relays that were cut off send on."""
    return can_be(at) and (at <= came + AHEAD or not can_be(came))
