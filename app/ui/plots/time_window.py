"""The part of time that a plot shows, and how wheel, drag and keys change it; plain numbers."""

from typing import NamedTuple

ZOOM = 0.8
"""Factor of one step of the wheel or a key."""
STEP = 0.2
"""Share of the window by which an arrow key moves it."""
SHORTEST = 10_000
"""Microseconds that are seen at least: ten milliseconds."""
AIR = 0.02
"""Share of the whole that may be seen before and behind it."""


class TimeWindow(NamedTuple):
    """first <= time < last is in view; UTC microseconds."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Microseconds in view, at least 1."""
        return max(1, self.last - self.first)

    def x(self, at: float, left: float, width: float) -> float:
        """Where a time is, in pixels."""
        return left + (at - self.first) / self.length * width

    def at(self, x: float, left: float, width: float) -> int:
        """The time at a pixel."""
        return self.first + round((x - left) / max(1.0, width) * self.length)

    def within(self, whole: "TimeWindow") -> "TimeWindow":
        """Moved so that it lies within the whole; as long as that when it was longer."""
        length = min(max(self.length, SHORTEST), max(whole.length, SHORTEST))
        first = min(max(self.first, whole.first), max(whole.first, whole.last - length))
        return TimeWindow(first, first + length)

    def zoomed(self, factor: float, around: int, whole: "TimeWindow") -> "TimeWindow":
        """factor < 1 shows less; the time `around` stays where it is."""
        length = min(max(SHORTEST, round(self.length * factor)), max(whole.length, SHORTEST))
        share = (around - self.first) / self.length
        first = around - round(length * share)
        return TimeWindow(first, first + length).within(whole)

    def moved(self, share: float, whole: "TimeWindow") -> "TimeWindow":
        """Moved by a share of its length."""
        by = round(self.length * share)
        return TimeWindow(self.first + by, self.last + by).within(whole)

    def centred(self, at: int, whole: "TimeWindow") -> "TimeWindow":
        """The same length around another time."""
        half = self.length // 2
        return TimeWindow(at - half, at - half + self.length).within(whole)


def around(at: int, minutes: float) -> TimeWindow:
    """So many minutes before and behind a time."""
    half = max(SHORTEST, round(minutes * 60_000_000))
    return TimeWindow(at - half, at + half)


def with_air(first: int, last: int, share: float = AIR) -> TimeWindow:
    """A span with some air before and behind it."""
    air = max(SHORTEST, round((last - first) * share))
    return TimeWindow(first - air, last + air)
