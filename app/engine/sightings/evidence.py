"""Inputs as coverage sees them: from when to when, packets or records, and what of them could not be read."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from app.engine.knowledge.watched import HOUR
from app.model.rows import Problem

CUT = ("cut short by the capture",)
LOST = ("never captured", "without the rest", "lost by", "dropped", "flows closed early")
"""Words of problems that mean that packets are missing."""
GAPS = ("numbers skipped", "records that are lost", "overwritten before", "events without an end", "holes between records",
        "that are cut or damaged")  # fmt: skip
"""Words of problems that mean that a log is not whole."""
RARE = 0.001
"""Share of an input's packets from which on losses matter; a few are lost at the edges of every capture."""
SILENCE = 24
"""Hours in which no input holds anything, from which on they are no part of the time in question."""


class Evidence(Struct, frozen=True, kw_only=True):
    """One input. first, last: UTC microseconds of what it holds. packets: it is a capture, else a log. records: how many."""

    first: int
    last: int
    packets: bool
    records: int = 0
    problems: tuple[Problem, ...] = ()

    def lossy(self) -> bool:
        """True when a part of it is missing."""
        return bool(self.losses())

    def losses(self) -> tuple[str, ...]:
        """Words for what is missing of it."""
        if not self.packets:
            return tuple(one.what for one in self.problems if any(word in one.what for word in GAPS))
        cut = [one for one in self.problems if any(word in one.what for word in CUT)]
        lost = [one for one in self.problems if any(word in one.what for word in LOST)]
        return tuple(one.what for one in (*cut, *lost) if one.count > RARE * self.records)


def hours_of(inputs: Iterable[Evidence]) -> Iterator[int]:
    """Every hour (of the epoch) in question: from the first to the last of all inputs, without days in which none is."""
    last = None
    for one in sorted(inputs, key=lambda each: (each.first, each.last)):
        low, high = one.first // HOUR, one.last // HOUR
        begin = low if last is None or low - last > SILENCE else last + 1
        yield from range(begin, high + 1)
        last = high if last is None else max(last, high)


def minutes_in(hour: int, inputs: Iterable[tuple[int, int]]) -> int:
    """Minutes of an hour, begun ones as whole, that lie in any of these spans."""
    whole: set[int] = set()
    for first, last in inputs:
        low, high = max(first, hour * HOUR), min(last, (hour + 1) * HOUR - 1)
        if low <= high:
            whole.update(range(low // 60_000_000, high // 60_000_000 + 1))
    return len(whole)
