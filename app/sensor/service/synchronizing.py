"""Whether this sensor synchronises its directory now: asked of the hub, and over by itself when the hub cannot be asked."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from msgspec.structs import replace

from app.link.envelope import LinkError
from app.link.lease import READ, Assignment, Held, Moment, decode, domain_of, learned, may_run
from app.link.subjects import synchronizer_of
from app.model.sensor import SensorConfig
from app.model.source import DirectorySource

AGAIN = 5.0
"""Seconds until the hub is asked again when it did not answer."""


class Value(Protocol):
    """What a key of the bucket holds."""

    @property
    def value(self) -> bytes:
        """Its bytes."""


class Bucket(Protocol):
    """The part of a link that is asked here."""

    @property
    def connected(self) -> bool:
        """True while there is a connection."""

    def get(self, key: str) -> Value | None:
        """The newest value of a key; waits. Raises LinkError."""


def moment() -> Moment:
    """Now, by both clocks."""
    return Moment(time.monotonic(), time.time())


class Synchronizing:
    """Follows the assignment of one domain; all methods belong to one thread, questions are asked in another one.

    domain: of the configuration's directory, "" for none. elsewhere: the hub said that another sensor does it, or nobody.
    """

    def __init__(self, sensor: str, clock: Callable[[], Moment] = moment) -> None:
        self._sensor, self._clock = sensor, clock
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="synchronizer")
        self._asked: tuple[str, Moment, Future[Assignment | None]] | None = None
        self._held: Held | None = None
        self._due = 0.0
        self._directory: DirectorySource | None = None
        self.domain = ""
        self.elsewhere = False

    def configure(self, config: SensorConfig) -> None:
        """Follow the domain of this configuration."""
        domain = domain_of(config)
        self._directory = config.directory
        if domain != self.domain:
            self.domain, self._held, self._due, self.elsewhere = domain, None, 0.0, False

    def step(self, link: Bucket | None) -> None:
        """Ask when it is time, take an answer that came."""
        now = self._clock()
        if self._asked is not None:
            domain, began, future = self._asked
            if not future.done():
                return
            self._asked = None
            try:
                said = future.result()
            except LinkError:
                self._due = now.steady + AGAIN
                return
            if domain == self.domain:
                self._held = learned(self._held, said, began)
                self.elsewhere = said is None or said.sensor != self._sensor
        if link is not None and link.connected and self.domain and now.steady >= self._due:
            self._due = now.steady + READ
            self._asked = self.domain, now, self._asking.submit(_ask, link, self.domain)

    def source(self) -> DirectorySource | None:
        """What is to run now, None while another one does it or nobody knows."""
        if self._directory is None or self._held is None or not may_run(self._held, self._sensor, self._clock()):
            return None
        return replace(self._directory, since=self._held.assignment.since)

    def close(self) -> None:
        """Ask no more."""
        self._asking.shutdown(wait=False, cancel_futures=True)


def _ask(link: Bucket, domain: str) -> Assignment | None:
    found = link.get(synchronizer_of(domain))
    if found is None:
        return None
    said = decode(found.value)
    if said.domain.lower() != domain:  # two names may have one key
        raise LinkError("The hub's word is about another domain.")
    return said
