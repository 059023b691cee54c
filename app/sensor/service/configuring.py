"""Which configuration runs: from its file or from the hub, tried before it counts, rolled back when it does not run."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from msgspec.structs import replace

from app.model.sensor import SensorConfig
from app.sensor.service import changes
from app.sensor.service.configuration import read_applied, read_config, rooted, understood, write_config
from app.sensor.service.files import Files
from app.sensor.service.fitness import unfit
from app.sensor.service.supervisor import Supervisor

TRIAL = 60.0
"""Seconds in which what is new in a configuration must run; what only still begins then counts as running."""
LOOK = 1.0
"""Seconds between two looks at the file; one that is the same at two of them is read."""

Use = Callable[[SensorConfig | None], list[str]]
"""Runs a configuration, None for nothing; ids of the sources that are new."""


class _Offer(NamedTuple):
    """A configuration that wants to run. mark: of its bytes; own: it came from the file."""

    config: SensorConfig
    mark: str
    own: bool


class _Trial(NamedTuple):
    offer: _Offer
    before: SensorConfig | None
    ids: list[str]
    until: float


class Configuring:
    """The configuration of one sensor; all methods belong to one thread.

    config: what runs, or is tried. applied: what ran last before. error: why the file cannot be used, "" while it can.
    there: whether there is a file. refused, refusal: newest revision that could not run, and why.
    """

    def __init__(self, files: Files, supervisor: Supervisor, use: Use, trial: float = TRIAL) -> None:
        self._files, self._supervisor, self._use, self._seconds = files, supervisor, use, trial
        self.config: SensorConfig | None = None
        self.error, self.there = "", True
        self.refused, self.refusal = 0, ""
        self._kept: SensorConfig | None = None
        self._mark = self._refused_mark = ""
        self._seen: tuple[int, ...] = ()
        self._unread = False
        self._looked = 0.0
        self._trial: _Trial | None = None
        self._next: _Offer | None = None

    @property
    def trying(self) -> bool:
        """True while a change is on trial."""
        return self._trial is not None

    @property
    def applied(self) -> int:
        """Revision of the configuration that runs well."""
        if self._trial is not None:
            return self._trial.before.revision if self._trial.before is not None else 0
        return self.config.revision if self.config is not None else 0

    def start(self) -> None:
        """Run what the file says, else what ran last."""
        last = self._kept = read_applied(self._files.applied)
        self._seen = self._signature()
        found = read_config(self._files.configuration)
        self.there, self._mark = found.there, found.mark
        if last is not None:
            self._run(last)
        if found.config is not None:
            self._offer(_Offer(found.config, found.mark, own=True))
        else:
            self.error = f"{found.why} The last good configuration runs." if last is not None else found.why

    def offered(self, data: bytes) -> None:
        """The hub has this configuration for us; one that ran or was refused already is passed over."""
        found = understood(data, "The configuration of the hub")
        if found.mark == self._refused_mark:
            return
        if found.config is None:
            self._refuse(None, found.mark, found.why, "hub")
            return
        now = self.config.revision if self.config is not None else -1
        if found.config.revision == now and (self._trial is None or found.mark == self._trial.offer.mark):
            return
        if found.config.revision < now:
            why = f"Revision {found.config.revision:,} is older than revision {now:,}, which runs."
            self._refuse(found.config, found.mark, why, found.config.who or "hub")
            return
        self._offer(_Offer(found.config, found.mark, own=False))

    def step(self, now: float) -> None:
        """Look at the file, and at what is tried. now: seconds as time.monotonic()."""
        if self._trial is not None:
            self._judge(self._trial, now)
        elif self._next is not None:
            offer, self._next = self._next, None
            self._offer(offer)
        elif now - self._looked >= LOOK:
            self._looked = now
            self._look()

    # ---- inside

    def _look(self) -> None:
        seen = self._signature()
        if seen != self._seen:  # somebody may still write it
            self._seen, self._unread = seen, True
            return
        if not self._unread:
            return
        self._unread = False
        found = read_config(self._files.configuration)
        if found.mark and found.mark == self._mark:
            self.there, self.error = True, ""
            return
        self.there, self._mark = found.there, found.mark
        if found.config is None:
            self.error = f"{found.why} What ran goes on." if self.config is not None else found.why
            return
        self.error = ""
        self._offer(_Offer(found.config, found.mark, own=True))

    def _signature(self) -> tuple[int, ...]:
        try:
            stat = self._files.configuration.stat()
        except OSError:
            return ()
        return stat.st_mtime_ns, stat.st_size, stat.st_ino

    def _offer(self, offer: _Offer) -> None:
        if self._trial is not None:
            self._next = offer
            return
        if offer.own and self.config is not None:  # else the hub's, which has a higher number, would take its place again
            newest = max(offer.config.revision, self.config.revision)
            offer = offer._replace(config=replace(offer.config, revision=newest))
        if offer.config == self.config:
            self._accept(offer)
            return
        who = offer.config.who or ("file" if offer.own else "hub")
        missing = unfit(rooted(offer.config, self._files.configuration), self._supervisor.specs())
        if missing and (self.config is not None or not offer.own):
            self._refuse(offer.config, offer.mark, " ".join(missing)[:1000], who)
            return
        before = self.config
        ids = self._run(offer.config)
        self._trial = _Trial(offer, before, ids, time.monotonic() + self._seconds)

    def _judge(self, trial: _Trial, now: float) -> None:
        late = now >= trial.until
        failing = self._supervisor.failing(trial.ids, late)
        if failing and trial.before is not None:
            self._trial = None
            self._run(trial.before)
            who = trial.offer.config.who or ("file" if trial.offer.own else "hub")
            self._refuse(trial.offer.config, trial.offer.mark, " ".join(failing)[:1000], who, "rolled back")
        elif late or self._supervisor.settled(trial.ids):
            self._trial = None
            self._accept(trial.offer)

    def _accept(self, offer: _Offer) -> None:
        self.config = offer.config
        self._mark = offer.mark
        if not offer.own:
            with suppress(OSError):
                self._mark = write_config(self._files.configuration, offer.config)
            self._seen, self._unread = self._signature(), False
        self.there, self.error = True, ""
        if offer.config.revision >= self.refused:
            self.refused, self.refusal = 0, ""
        if self._kept != offer.config:
            who = offer.config.who or ("file" if offer.own else "hub")
            with suppress(OSError):
                changes.record(self._files.changes, "applied", who, offer.config)
        self._keep(offer.config)

    def _refuse(self, config: SensorConfig | None, mark: str, why: str, who: str, what: changes.Outcome = "refused") -> None:
        self.refused = config.revision if config is not None else self.refused
        self.refusal, self._refused_mark = why, mark
        with suppress(OSError):  # a disk that takes no record changes nothing about what runs
            changes.record(self._files.changes, what, who, config, why)

    def _keep(self, config: SensorConfig) -> None:
        if self._kept != config:
            self._kept = config
            with suppress(OSError):
                write_config(self._files.applied, config)

    def _run(self, config: SensorConfig) -> list[str]:
        self.config = config
        return self._use(rooted(config, self._files.configuration))
