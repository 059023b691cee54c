"""Who synchronises a domain's directory, and how long that holds for a sensor that cannot ask any more.

The bucket says it, one key for each domain (app.link.subjects.synchronizer_of), written by the workspaces only. A sensor goes on
for LEASE after it began to read its own name there, so one that is cut off from the hub, but not from the directory, stops by
itself. One that comes after another waits longer than that, unless somebody saw that the wait is over (settled). All of it is
measured by the sensor's own clocks, as lengths: no two clocks have to agree (docs/decisions/0021-synchronizer-lease.md).
"""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from app.link.envelope import LinkError
from app.model.sensor import SensorConfig

LEASE, READ, MARGIN = 300.0, 60.0, 60.0
"""Seconds for which a reading counts; between two readings; that a successor waits beyond a lease, which covers how long it takes
to end a source and clocks that run a little apart."""
LARGEST = 8192
"""Bytes of what the bucket says of a domain."""
MOST_DOMAINS = 64
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\Z")


class Assignment(Struct, frozen=True, kw_only=True):
    """Which sensor synchronises a domain. sensor: its id, "" for nobody. term: counts the changes of sensor.

    before: who did it before and may not have stopped yet, "" for nobody. settled: it has stopped for certain.
    since: UTC microseconds from which on a predecessor may have missed something, None without one.
    at, who, why: when it was written, by whose workspace, and the reason in one sentence.
    """

    domain: str
    sensor: str = ""
    term: int = 0
    before: str = ""
    settled: bool = False
    since: int | None = None
    at: int = 0
    who: str = ""
    why: str = ""


class Moment(NamedTuple):
    """Seconds of a clock that is never set, and of the one on the wall.

    The first stands still while a machine sleeps or is suspended, the second jumps: a lease trusts whichever says more, a wait
    whichever says less.
    """

    steady: float
    wall: float


class Held(NamedTuple):
    """What a sensor knows of a domain. read: when its last reading began; first: when it first read this term."""

    assignment: Assignment
    read: Moment
    first: Moment


def encode(assignment: Assignment) -> bytes:
    """As it stands in the bucket: JSON."""
    return msgspec.json.encode(assignment)


def decode(data: bytes) -> Assignment:
    """The inverse of encode. Raises LinkError."""
    if len(data) > LARGEST:
        raise LinkError("What the hub says of a domain's synchronizer is too long.")
    try:
        return msgspec.json.decode(data, type=Assignment)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LinkError(f"What the hub says of a domain's synchronizer is damaged: {error}.") from error


def learned(held: Held | None, said: Assignment | None, began: Moment) -> Held | None:
    """What a sensor knows after a reading that began then and was answered so; None: the bucket says nothing of the domain.

    An older term is an answer of a server that lags behind; it renews nothing.
    """
    if said is None:
        return None
    if held is None or said.term > held.assignment.term:
        return Held(said, began, began)
    if said.term < held.assignment.term:
        return held
    return Held(said, began, held.first)


def may_run(held: Held | None, sensor: str, now: Moment) -> bool:
    """Whether this sensor may synchronise at this moment; it stops as soon as it may not."""
    if held is None or held.assignment.sensor != sensor:
        return False
    if max(now.steady - held.read.steady, now.wall - held.read.wall) >= LEASE:
        return False
    return held.assignment.settled or held.assignment.before in ("", sensor) or waited(held, now) >= LEASE + MARGIN


def waited(held: Held, now: Moment) -> float:
    """Seconds for which it certainly has known this term."""
    return min(now.steady - held.first.steady, now.wall - held.first.wall)


def domain_of(config: SensorConfig) -> str:
    """DNS name of the domain whose directory this configuration names, in lower case; "" when it cannot be told.

    dc1.corp.test is of corp.test; an address, or a name without a domain, is that of the controller that has it.
    """
    try:
        host = (urlsplit(config.directory.url).hostname or "") if config.directory is not None else ""
    except ValueError:
        return ""
    host = host.lower().rstrip(".")
    of = {one.fqdn.lower().rstrip("."): one for one in config.controllers}
    if _address(host) or "." not in host:
        host = next((name for name, one in of.items() if host in one.addresses or name.partition(".")[0] == host), "")
    parents = {name.partition(".")[2] for name in of}
    domain = host if host in parents else host.partition(".")[2]
    return domain if len(domain) <= 253 and _NAME.match(domain) else ""


def _address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
