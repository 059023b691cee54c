"""The figures of a sensor over the last minutes: rates between one report and the next, bounded."""

from collections import deque
from typing import NamedTuple

from app.model.sensor import SensorReport
from app.ui.sensors.states import packets

KEPT = 720
"""Samples of one sensor."""
SECOND = 1_000_000
WIDEST = 120 * SECOND
"""Microseconds between two reports beyond which nothing is said of the time between."""


class Sample(NamedTuple):
    """at: UTC microseconds. Rates per second: packets, activities, bytes seen, bytes sent; None where they are not known."""

    at: int
    packets: float
    activities: float | None
    seen: float | None
    sent: float | None


class Pulse:
    """Reports of one sensor, added as they come; the same one twice counts once."""

    def __init__(self) -> None:
        self.samples: deque[Sample] = deque(maxlen=KEPT)
        self._before: SensorReport | None = None

    def add(self, report: SensorReport) -> None:
        """A newer report; one that goes back in time begins anew."""
        before = self._before
        if before is not None and report.at == before.at:
            return
        length = (report.at - before.at) / SECOND if before is not None else 0.0
        same = before is not None and before.since == report.since and 0 < length <= WIDEST / SECOND
        if before is not None and length < 0:
            self.samples.clear()

        def rate(now: int, then: int) -> float | None:
            return (now - then) / length if same and now >= then else None

        made = sum(one.activities for one in report.sources)
        was = before
        self.samples.append(
            Sample(
                report.at,
                packets(report),
                rate(made, sum(one.activities for one in was.sources)) if was is not None else None,
                rate(report.seen, was.seen) if was is not None else None,
                rate(report.backlog.sent, was.backlog.sent) if was is not None else None,
            )
        )
        self._before = report

    @property
    def latest(self) -> Sample | None:
        """The newest one."""
        return self.samples[-1] if self.samples else None
