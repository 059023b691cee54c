"""Inputs as coverage sees them: from when to when, packets or records, and what of them could not be read."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from app.engine.context import Loss
from app.engine.knowledge.watched import HOUR
from app.engine.store.evidence import Row
from app.model.rows import Problem

CUT = ("cut short by the capture",)
LOST = ("never captured", "without the rest", "lost by", "dropped", "flows closed early", "ring full", "buffer full",
        "not analysed", "not read before the capture ended")  # fmt: skip
"""Words of problems that mean that packets are missing."""
GAPS = ("numbers skipped", "records that are lost", "overwritten before", "events without an end", "holes between records",
        "that are cut or damaged")  # fmt: skip
"""Words of problems that mean that a log is not whole."""
RARE = 0.001
"""Share of an input's packets from which on losses matter; a few are lost at the edges of every capture."""
MINUTE = 60_000_000
EVERY = (1 << 60) - 1
MOST = 20_000
"""Hours that are looked at, the latest ones: more than two years."""
SILENCE = 24
"""Hours in which no input holds anything, from which on they are no part of the time in question."""


class Evidence(Struct, frozen=True, kw_only=True):
    """One input. first, last: UTC microseconds of what it holds. packets: it is a capture, else a log. records: how many.

    hours: those (of the epoch) in which it holds activities; where they are not told, every one from first to last.
    """

    first: int
    last: int
    packets: bool
    records: int = 0
    problems: tuple[Problem, ...] = ()
    hours: tuple[int, ...] = ()

    @classmethod
    def of(cls, row: Row) -> "Evidence":
        """From a row of the store."""
        return cls(first=row[0], last=row[1], packets=row[2], records=row[3], problems=row[4], hours=row[5])

    def active(self) -> Iterable[int]:
        """Hours in which it holds something; its ends are among them."""
        low, high = self.first // HOUR, self.last // HOUR
        return (low, *self.hours, high) if self.hours else range(max(low, high - MOST), high + 1)

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


def losses(inputs: Iterable[Evidence]) -> tuple[Loss, ...]:
    """Times of inputs of which something is missing, as detectors are told of them."""
    return tuple((one.first, one.last, one.packets) for one in inputs if one.lossy())


class Hour(Struct, frozen=True, kw_only=True):
    """One hour (of the epoch) in question: captures and logs that reach into it.

    captured, minutes: minutes of it that captures hold, and that any input holds. lost: words for packets that are missing.
    gaps: records are missing. troubles: what could not be read.
    """

    number: int
    captures: tuple[Evidence, ...] = ()
    logs: tuple[Evidence, ...] = ()
    captured: int = 0
    minutes: int = 60
    lost: tuple[str, ...] = ()
    gaps: bool = False
    troubles: tuple[str, ...] = ()


def timeline(inputs: Sequence[Evidence]) -> list[Hour]:
    """Every hour in question, oldest first: with something in it, or between two such that are not a day apart."""
    missing = {id(one): one.losses() for one in inputs}
    found: list[Hour] = []
    waiting = sorted(inputs, key=lambda one: one.first, reverse=True)
    under_way: list[Evidence] = []
    for number in _bridged(sorted({hour for one in inputs for hour in one.active()})):
        while waiting and waiting[-1].first // HOUR <= number:
            under_way.append(waiting.pop())
        under_way = [one for one in under_way if one.last // HOUR >= number]
        captures = tuple(one for one in under_way if one.packets)
        logs = tuple(one for one in under_way if not one.packets)
        found.append(Hour(
            number=number, captures=captures, logs=logs, captured=minutes_in(number, captures),
            minutes=minutes_in(number, under_way) or 60,
            lost=tuple(sorted({words for one in captures for words in missing[id(one)]})),
            gaps=any(missing[id(one)] for one in logs),
            troubles=tuple(sorted({problem.what for one in captures for problem in one.problems})),
        ))  # fmt: skip
    return found


def _bridged(hours: Sequence[int]) -> Iterator[int]:
    """These hours and what lies between two that are not far apart; of too many the latest."""
    last = None
    for hour in hours[-MOST:]:
        if last is not None and hour - last <= SILENCE:
            yield from range(last + 1, hour)
        yield hour
        last = hour


def minutes_in(hour: int, inputs: Iterable[Evidence]) -> int:
    """Minutes of an hour, begun ones as whole, that lie in any of these inputs."""
    whole = 0
    for one in inputs:
        low, high = max(one.first, hour * HOUR), min(one.last, (hour + 1) * HOUR - 1)
        if low <= high:
            first, last = low // MINUTE % 60, high // MINUTE % 60
            whole |= ((1 << (last - first + 1)) - 1) << first
        if whole == EVERY:
            break
    return whole.bit_count()
