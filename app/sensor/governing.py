"""The governor at work: measures the machine now and then, and tells the processes of sources what they may use."""

from collections.abc import Iterable

from app.model.sensor import Sampling
from app.model.source import Skipped
from app.sensor.governor import EVERY, RESERVE, Governor, Measured, Quota
from app.sensor.live import input_kind
from app.sensor.machine import Meter
from app.sensor.process import Status
from app.sensor.running import RunningSource
from app.sensor.sources.living import Limits

LOST = ("kernel ring full", "capture buffer full")
"""Losses of a capture whose process was too slow."""


class Governing:
    """For one process with sources as its children. quota: what is allowed now; sampling: how it stands, for reports.

    every: seconds between two decisions; reserve: share of the machine that stays free. restarts: how often captures had to begin
    again for want of memory.
    """

    def __init__(self, reserve: float = RESERVE, every: float = EVERY, meter: Meter | None = None) -> None:
        self.quota, self.sampling = Quota(), Sampling()
        self.restarts = 0
        self._every = every
        self._governor = Governor(reserve)
        self._meter = meter or Meter()
        self._due: float | None = None
        self._aside = False
        self._past: tuple[list[Skipped], tuple[int, int, int]] = ([], (0, 0, 0))
        self._before = (0, 0, 0)

    @property
    def limits(self) -> Limits:
        """What each source may use now."""
        return Limits(level=self.quota.level, tight=self.quota.tight)

    def reserve(self, share: float) -> None:
        """From now on so much of the machine stays free."""
        if share != self._governor.reserve:
            self._governor = Governor(share)

    def ended(self, status: Status) -> None:
        """A source is over, or begins again: what it said last stays counted."""
        skipped, counts = self._past
        self._past = added([*skipped, *status.skipped]), _plus(counts, _counts(status))

    def look(self, now: float, sources: Iterable[RunningSource], aside: bool = False) -> Quota | None:
        """Decide when it is time, and tell the sources; the new quota, None when it is not time yet.

        now: seconds as time.monotonic(). Captures whose memory does not come back are asked to begin again (their ending is
        "renewed"). A new process must be told the limits by whoever starts it. aside: this process does something else beside,
        as reading files that the user opened, which is no reason to leave traffic out.
        """
        if self._due is not None and now < self._due:
            return None
        first, self._due = self._due is None, now + self._every
        sources = list(sources)
        captured = [one.status for one in sources]
        counts = self._past[1]
        for one in captured:
            counts = _plus(counts, _counts(one))
        more = [max(a - b, 0) for a, b in zip(counts, self._before, strict=True)]
        self._before = counts
        seen = self._meter.measure(now, more[2], aside or self._aside)
        self._aside = aside
        if first or seen is None:
            return None
        quota = self.quota = self._governor.step(seen)
        self.restarts += quota.restart
        for source in sources:
            if source.process is not None:
                source.process.govern(self.limits)
            if quota.restart and input_kind(source.spec) == "pcap":
                source.renew()
        keep = 1.0 if not more[0] else max(1 - more[1] / more[0], 0.0)
        self.sampling = self._told(seen, quota, keep, captured)
        return quota

    def _told(self, seen: Measured, quota: Quota, keep: float, captured: Iterable[Status]) -> Sampling:
        parts = added([*self._past[0], *(part for one in captured for part in one.skipped)])
        memory = max(seen.memory, 1)
        return Sampling(
            cpu=seen.own_cpu,
            others=max(seen.cpu - seen.own_cpu, 0.0),
            quota=quota.cpu,
            memory=seen.own / memory,
            memory_others=max(seen.used - seen.own, 0) / memory,
            memory_quota=quota.memory / memory,
            keep=keep,
            level=quota.level,
            why=quota.why,
            tight=quota.tight,
            restarts=self.restarts,
            skipped={one.what: one.packets for one in parts},
            skipped_bytes={one.what: one.bytes for one in parts},
            skipped_flows={one.what: one.flows for one in parts},
        )


def _counts(status: Status) -> tuple[int, int, int]:
    """(packets in question while some were left out, those left out, lost besides because nobody came to them in time)."""
    lost = sum(one.count for what, one in status.dropped.items() if what in LOST)
    return status.picked, sum(one.packets for one in status.skipped), lost


def _plus(one: tuple[int, int, int], two: tuple[int, int, int]) -> tuple[int, int, int]:
    return one[0] + two[0], one[1] + two[1], one[2] + two[2]


def added(parts: Iterable[Skipped]) -> list[Skipped]:
    """One for each class."""
    sums: dict[str, Skipped] = {}
    for one in parts:
        two = sums.get(one.what)
        if two is not None:
            one = Skipped(
                what=one.what,
                packets=one.packets + two.packets,
                bytes=one.bytes + two.bytes,
                flows=one.flows + two.flows,
            )
        sums[one.what] = one
    return list(sums.values())
