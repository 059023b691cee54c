"""A discrete event simulation: what is planned happens in time, and what it says comes out in event order, as a stream."""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from random import Random
from typing import Any

from app.model.activity import Account, Activity, Endpoint, Result, event_order
from app.model.details import Detail
from app.sensor.events.record import AUDIT_FAILURE, AUDIT_SUCCESS, EventRecord
from app.sensor.events.translate import activities_of

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
START = 1_767_571_200_000_000
"""Monday, 5 January 2026, 00:00 UTC."""
SECURITY = ("Microsoft-Windows-Security-Auditing", "Security")
TRAFFIC, EVENTS, DIRECTORY = "traffic", "events", "directory"


class Simulation:
    """The plan and what was said. told: which of TRAFFIC, EVENTS and DIRECTORY anybody records. Same seed, same days."""

    def __init__(self, seed: int, told: frozenset[str]) -> None:
        self.random = Random(seed)
        self.told = told
        self.now = START
        self._plan: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._said: list[tuple[tuple[str, str, int, int, str], int, Activity]] = []
        self._planned = self._frame = self._record = 0

    # ---- time

    def at(self, when: float, act: Callable[..., None], *args: Any) -> None:
        """Plan something."""
        self._planned += 1
        heappush(self._plan, (int(when), self._planned, act, args))

    def every(self, first: float, period: float, until: float, act: Callable[..., None], *args: Any) -> None:
        """Plan something again and again, each time a tenth earlier or later."""
        when = first
        while when < until:
            self.at(when, act, *args)
            when += period * self.random.uniform(0.9, 1.1)

    def pause(self, low: float = 0.001, high: float = 0.02) -> None:
        """Seconds go by."""
        self.now += int(self.random.uniform(low, high) * SECOND)

    def chance(self, share: float) -> bool:
        """True as often as this."""
        return self.random.random() < share

    def hexadecimal(self, digits: int = 16) -> str:
        """A fingerprint that nobody had before."""
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def run(self, until: int) -> Iterator[Activity]:
        """Let time pass; what is said comes in event order."""
        while self._plan and self._plan[0][0] < until:
            when, _, act, args = heappop(self._plan)
            while self._said and self._said[0][0][0] < when:
                yield heappop(self._said)[2]
            self.now = when
            act(*args)
        while self._said and self._said[0][0][0] < until:
            yield heappop(self._said)[2]

    # ---- saying

    def packet(
        self, detail: Detail, source: str, target: str, port: int, *, result: Result | None = None, code: int | None = None,
        account: Account | None = None, ticket: str | None = None, frames: int = 2,
    ) -> None:  # fmt: skip
        """One exchange that a sensor at the data centre's switch records."""
        self.pause(0.0005, 0.004)
        if TRAFFIC not in self.told:
            return
        self._frame += frames
        took = 300 + self._frame % 1_700
        self._say(
            Activity(
                at=self.now, until=self.now + took, input="traffic", frames=tuple(range(self._frame, self._frame + frames)),
                source=Endpoint(source, 49_152 + self._frame % 16_000), destination=Endpoint(target, port), account=account,
                ticket=ticket, result=result or ("failure" if code else "success"), code=code, detail=detail,
            )
        )  # fmt: skip

    def log(
        self, computer: str, event_id: int, fields: dict[str, str], *, failed: bool = False,
        where: tuple[str, str] = SECURITY, sid: str | None = None,
    ) -> None:  # fmt: skip
        """One event that a controller or a member server writes."""
        if EVENTS not in self.told:
            return
        self._record += 1
        record = EventRecord(
            at=self.now + 1_500, provider=where[0], channel=where[1], event_id=event_id, computer=computer,
            record=self._record, place=self._record, keywords=AUDIT_FAILURE if failed else AUDIT_SUCCESS, sid=sid, fields=fields,
        )  # fmt: skip
        for one in activities_of(record, "events"):
            self._say(one)

    def seen(self, detail: Detail) -> None:
        """One object as a synchronisation of the directory reads it."""
        if DIRECTORY in self.told:
            self._record += 1
            self._say(Activity(at=self.now, until=self.now, input="directory", record=self._record, detail=detail))

    def _say(self, activity: Activity) -> None:
        self._planned += 1
        heappush(self._said, (event_order(activity), self._planned, activity))
