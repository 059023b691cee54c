"""Watches over the synchronizers of a hub's domains: reads what its bucket says, and writes what it should say.

It asks over the network, so rounds run in a thread of their own; whoever steps never waits.
"""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from app.engine.synchronizer import Choose, decide
from app.link.bucket import Changed, Entry
from app.link.envelope import LinkError
from app.link.lease import MOST_DOMAINS, Assignment, decode, domain_of, encode
from app.link.subjects import synchronizer_of
from app.model.sensor import SensorRow

EVERY = 30.0
"""Seconds between two rounds."""
JUMP = 60_000_000
"""Microseconds by which the clock on the wall may run ahead of the steady one between two rounds before nobody trusts it."""


class Bucket(Protocol):
    """The part of a link that is used here."""

    @property
    def connected(self) -> bool:
        """True while there is a connection."""

    def get(self, key: str) -> Entry | None:
        """The newest value of a key; waits. Raises LinkError."""

    def put(self, key: str, value: bytes, after: int | None = None) -> int:
        """Set a key while this is its newest revision, 0 for none; waits. Raises Changed, LinkError."""


class Assigning:
    """sensors(): every sensor as the workspace knows it; called in the thread of a round.

    choose, clock (UTC microseconds), steady (seconds) are given by tests.
    """

    def __init__(
        self,
        bucket: Bucket,
        sensors: Callable[[], Sequence[SensorRow]],
        who: str,
        choose: Choose | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bucket, self._sensors, self._who = bucket, sensors, who
        self._choose = choose or random.SystemRandom().choice
        self._clock, self._steady = clock, steady
        self._round = ThreadPoolExecutor(1, thread_name_prefix="assigning")
        self._running: Future[list[Assignment]] | None = None
        self._due = 0.0
        self._followed: int | None = None
        self._last: tuple[int, float] | None = None
        self._known: dict[str, tuple[int, int]] = {}
        self.error = ""
        """Why the last round could not be ended."""

    def step(self) -> None:
        """Begin a round when it is time."""
        now = self._steady()
        if not self._bucket.connected:
            self._followed = None
        if self._running is not None:
            if not self._running.done():
                return
            if (broke := self._running.exception()) is not None:
                self.error = f"{type(broke).__name__}: {broke}"
        if now < self._due:
            return
        self._due = now + EVERY
        self._running = self._round.submit(self.look)

    def look(self) -> list[Assignment]:
        """One round; waits. Returns what was written."""
        if not self._bucket.connected:
            self._followed, self.error = None, ""
            return []
        now, steady = self._clock(), self._steady()
        if self._last is not None and abs((now - self._last[0]) - (steady - self._last[1]) * 1e6) > JUMP:
            # The clock was set, or the machine slept: how long anybody was silent is not known.
            self._followed = None
            self._known.clear()
        self._last = now, steady
        if self._followed is None:
            self._followed = now
        rows = self._sensors()
        written, error = [], ""
        for domain in domains(rows):
            try:
                new = self._one(domain, rows, now, self._followed)
            except Changed:  # another workspace was quicker; the next round reads what it said
                continue
            except LinkError as broke:
                error = str(broke)
                continue
            written += [new] if new is not None else []
        self.error = error
        return written

    def close(self) -> None:
        """No more rounds; one that runs ends by itself."""
        self._round.shutdown(wait=False, cancel_futures=True)

    def _one(self, domain: str, rows: Sequence[SensorRow], now: int, followed: int) -> Assignment | None:
        key = synchronizer_of(domain)
        entry = self._bucket.get(key)
        current = _said(entry)
        if current is not None and current.domain != domain:  # two names have one key; the first to come has it
            return None
        term = current.term if current is not None else 0
        if self._known.get(domain, (-1, 0))[0] != term:
            self._known[domain] = term, now
        new = decide(domain, current, rows, now, followed, self._known[domain][1], self._choose, self._who)
        if new is None:
            return None
        self._bucket.put(key, encode(new), entry.revision if entry is not None else 0)
        self._known[domain] = (new.term, now if new.term != term else self._known[domain][1])
        return new


def domains(rows: Sequence[SensorRow]) -> list[str]:
    """Domains whose directory a sensor could read, whether it is a candidate or not; bounded."""
    found: dict[str, None] = {}
    for row in sorted(rows, key=lambda one: one.id):
        config = row.report.config if row.report is not None else None
        if config is not None and len(found) < MOST_DOMAINS and (domain := domain_of(config)):
            found[domain] = None
    return list(found)


def _said(entry: Entry | None) -> Assignment | None:
    """What an entry says; a damaged one says nothing, and is written over."""
    if entry is None:
        return None
    try:
        return decode(entry.value)
    except LinkError:
        return None
