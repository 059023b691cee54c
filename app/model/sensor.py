"""Sensors on other machines: how each one is set up, and what it says of itself."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from app.model.health import HealthFact
from app.model.source import DirectorySource, LiveSource, ResolverSource, SourceState

SensorKind = Literal["sensor", "standalone"]
"""sensor: on a domain controller, with its traffic, its event log, its traces; standalone: beside it, with mirrored traffic."""
MEGABYTES = Meta(ge=16, le=1_048_576)
BEHIND = 3
"""Versions that a sensor may be behind."""
DELAY = 72 * 3_600_000_000
"""Microseconds by which a sensor with delayed update may follow a version later than the others."""
_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?")
NAME = Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")


class Controller(Struct, frozen=True, kw_only=True):
    """A domain controller whose traffic a sensor should see. read_only: RODC, which is never asked to synchronise."""

    fqdn: str
    addresses: tuple[str, ...] = ()
    read_only: bool = False


class SensorConfig(Struct, frozen=True, kw_only=True):
    """What a sensor does. revision: counts the changes; who made it and at what time (UTC microseconds).

    sources: what it listens to. directory: how it synchronises a directory when it is chosen. candidate: it may be chosen as
    domain synchronizer; None: as its kind is by default (standalone sensors are, sensors on controllers are not).
    resolver: active name resolution, None for none, which is the default: a sensor sends no packet of its own.
    delayed: it counts as outdated 72 hours later than the others, see version_due.
    evidence, outbox: MB of packets kept, of activities that wait.
    reserve: share of processor and memory that stays free for the host.
    """

    kind: SensorKind = "standalone"
    sources: tuple[LiveSource, ...] = ()
    controllers: tuple[Controller, ...] = ()
    directory: DirectorySource | None = None
    candidate: bool | None = None
    resolver: ResolverSource | None = None
    delayed: bool = False
    evidence: Annotated[int, MEGABYTES] = 500
    outbox: Annotated[int, MEGABYTES] = 1_000
    reserve: Annotated[float, Meta(ge=0.0, le=0.9)] = 0.15
    revision: int = 0
    who: str = ""
    at: int = 0


class Sampling(Struct, frozen=True, kw_only=True):
    """What the governor of a sensor says. Shares of the whole machine, 0..1: what the sensor uses, what others use, its quota.

    keep: share of the packets that were analysed since the last look, 1.0 for all. skipped: by class of traffic, packets that
    were not analysed since the start; skipped_bytes, skipped_flows: likewise. level: how much the governor lets through, 1 for
    all. why: what is short: processor, memory, speed (one core is too slow), "" for nothing. tight: how much memory is saved,
    0 to 2. restarts: captures that were started again because memory did not come back.
    """

    cpu: float = 0.0
    others: float = 0.0
    quota: float = 1.0
    memory: float = 0.0
    memory_others: float = 0.0
    memory_quota: float = 1.0
    keep: float = 1.0
    skipped: dict[str, int] = {}
    skipped_bytes: dict[str, int] = {}
    skipped_flows: dict[str, int] = {}
    level: float = 1.0
    why: str = ""
    tight: int = 0
    restarts: int = 0


class Backlog(Struct, frozen=True, kw_only=True):
    """What waits in a sensor's outbox. lost: activities that found no room. oldest: UTC microseconds of the oldest message.

    sent: bytes that left since the start; error: why nothing is sent now. full: why nothing more can be kept now, so that the
    sources are held back. word: what became of a damaged outbox.
    """

    messages: int = 0
    bytes: int = 0
    limit: int = 0
    oldest: int | None = None
    lost: int = 0
    sent: int = 0
    connected: bool = False
    error: str = ""
    full: str = ""
    word: str = ""


class ControllerSight(Struct, frozen=True, kw_only=True):
    """What a sensor saw of a controller since it started; last: UTC microseconds of its last packet or record."""

    fqdn: str
    packets: int = 0
    last: int | None = None
    reachable: bool | None = None


class SensorReport(Struct, frozen=True, kw_only=True):
    """What a sensor says of itself every few seconds, and at once when its state changes.

    sensor: its id, part of its key. form: version of the link's messages. at, since: UTC microseconds by its own clock.
    applied: revision of the configuration that runs. refused: the newest revision that could not run, and why.
    synchronizes: domains whose directory it reads now. expires: end of the certificate it trusts or shows, UTC microseconds.
    seen: bytes received by its sources. adapters: interfaces that it may capture on, "NAME" or "NAME ADDRESSES".
    facts: what it finds wrong with itself, beside what follows from the rest.
    """

    sensor: str
    name: str
    kind: SensorKind = "standalone"
    version: str = ""
    form: int = 0
    host: str = ""
    at: int = 0
    since: int = 0
    state: Literal["starting", "running", "syncing", "not configured", "failed", "stopping", "stopped"] = "starting"
    error: str = ""
    config: SensorConfig | None = None
    applied: int = 0
    refused: int = 0
    refusal: str = ""
    sources: tuple[SourceState, ...] = ()
    controllers: tuple[ControllerSight, ...] = ()
    sampling: Sampling = Sampling()
    backlog: Backlog = Backlog()
    seen: int = 0
    synchronizes: tuple[str, ...] = ()
    expires: int | None = None
    adapters: tuple[str, ...] = ()
    facts: tuple[HealthFact, ...] = ()


SensorStatus = Literal[
    "up to date", "outdated", "starting", "syncing", "not configured", "stopped communicating", "disconnected", "unreachable",
    "failed", "stopped",
]  # fmt: skip


class SensorRow(Struct, frozen=True, kw_only=True):
    """A sensor as the workspace knows it. heard: UTC microseconds, by this machine's clock, of its last word."""

    id: str
    name: str
    status: SensorStatus
    heard: int | None
    report: SensorReport | None = None
    activities: int = 0


def versions_behind(old: str, new: str) -> int:
    """How many versions one is behind another: by the first of major, minor and patch that differs; 0 when that is unknown."""
    before, now = _numbers(old), _numbers(new)
    if before is None or now is None:
        return 0
    return next((max(0, new - old) for old, new in zip(before, now, strict=True) if old != new), 0)


def version_due(config: SensorConfig | None, version: str, met: Mapping[str, int], now: int) -> str:
    """The version by which a sensor is measured, "" for none yet. version: of this program; now: UTC microseconds.

    With delayed update that is the newest one, up to this program's, that the workspace first met 72 hours ago or earlier.
    met: version to when that was, UTC microseconds.
    """
    if config is None or not config.delayed:
        return version
    own = _numbers(version)
    due = [(number, one) for one, at in met.items() if now - at >= DELAY and (number := _numbers(one))]
    return max(((number, one) for number, one in due if own is not None and number <= own), default=((), ""))[1]


def _numbers(version: str) -> tuple[int, ...] | None:
    found = _VERSION.match(version.strip())
    return None if found is None else tuple(int(one) for one in found.groups("0"))
