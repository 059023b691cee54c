"""Whether a configuration can run: what is wrong with it anywhere, and what it asks of this machine that is not here."""

import ipaddress
import socket
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.model.sensor import SensorConfig
from app.model.source import (
    CaptureSource,
    DirectorySource,
    GrowingSource,
    HubSource,
    LiveSource,
    RadiusSource,
    ResolverSource,
    SyslogSource,
    TraceSource,
    WindowsLogSource,
)
from app.sensor.live import LIVE, interface_names, label_of
from app.sensor.sources.living import Cannot
from app.sensor.sources.sockets import listening

MOST_SOURCES, MOST_CONTROLLERS = 64, 256
LONGEST = 1024
"""Characters of a text in a configuration."""


def wrong(config: SensorConfig) -> list[str]:
    """What can run on no machine of this system: a sentence for each; [] when nothing is wrong."""
    return [*_of_kind(config), *_of_sources(config), *_of_controllers(config)]


def unfit(config: SensorConfig, running: Iterable[LiveSource] = ()) -> list[str]:
    """What this machine does not have: a sentence for each. running: sources of this sensor, whose ports are its own."""
    own = {place for one in running if (place := _port(one)) is not None}
    return [sentence for one in config.sources for sentence in _missing(one, own)]


def _of_kind(config: SensorConfig) -> Iterator[str]:
    kinds = [type(one) for one in config.sources]
    if config.kind == "standalone" and TraceSource in kinds:
        yield "A standalone sensor has no event traces: they are of the controller, so a sensor on the controller reads them."
    if config.kind == "sensor" and len(config.controllers) > 1:
        yield "A sensor on a controller has one controller, the machine that it runs on; a standalone sensor may have many."
    if sys.platform != "win32":
        for kind, name in ((WindowsLogSource, "The event log of this computer"), (TraceSource, "Event traces")):
            if kind in kinds:
                yield f"{name} can be read on Windows only; this is {sys.platform}."


def _of_sources(config: SensorConfig) -> Iterator[str]:
    if len(config.sources) > MOST_SOURCES:
        yield f"There are {len(config.sources):,} sources; {MOST_SOURCES} are the most."
        return
    for one in config.sources:
        match one:
            case DirectorySource():
                yield "A directory stands under `directory`, not under `sources`: the hub says which sensor synchronises it."
            case ResolverSource():
                yield "Active name resolution stands under `resolver`, not under `sources`."
            case HubSource():
                yield "A hub is no source of a sensor: a sensor sends to the one that it joined, and follows none."
            case CaptureSource() if not one.interfaces or len(set(one.interfaces)) < len(one.interfaces):
                yield "A capture names no interface, or one of them twice."
            case GrowingSource(path="-"):
                yield "A sensor has no standard input to read a capture from."
            case SyslogSource() if one.transport not in ("udp", "tcp", "tls"):
                yield f"Syslog comes over udp, tcp or tls, not over {_short(one.transport)}."
            case SyslogSource(transport="tls") if not (one.certificate and one.key):
                yield "A syslog listener over TLS needs a certificate and its key."
            case RadiusSource(secret=""):
                yield "A RADIUS listener needs the name of its shared secret."
            case TraceSource(session=""):
                yield "An event trace needs the name of its session."
            case WindowsLogSource(channels=()):
                yield "The event log names no channel."
            case _:
                pass
        if isinstance(one, (SyslogSource, RadiusSource)) and not 0 < one.port < 65536:
            yield f"{one.port} is no port."
    ports = Counter(place for one in config.sources if (place := _port(one)) is not None)
    for (kind, _, port), count in ports.items():
        if count > 1:
            yield f"{count} sources listen on {kind} port {port} of the same address."
    labels = Counter(label_of(one) for one in config.sources if _port(one) is None)
    yield from (f"{label.removesuffix(LIVE)} is named {count} times." for label, count in labels.items() if count > 1)
    if config.directory is not None:
        yield from _of_directory(config.directory)


def _of_directory(spec: DirectorySource) -> Iterator[str]:
    from app.sensor.sources.ldap.connection import address_of  # loads ldap3

    try:
        _, port, _ = address_of(spec.url)
        if not 0 < port < 65536:
            yield f"{port} is no port of a directory."
    except ValueError as error:
        yield f"The directory cannot be reached: {_short(str(error))}."
    if spec.user and not spec.secret:
        yield "The directory's user needs the name of the secret that holds the password."
    if spec.every < 1:
        yield "A directory is synchronised every second at most."


def _of_controllers(config: SensorConfig) -> Iterator[str]:
    if len(config.controllers) > MOST_CONTROLLERS:
        yield f"There are {len(config.controllers):,} controllers; {MOST_CONTROLLERS} are the most."
        return
    for name, count in Counter(one.fqdn.lower().rstrip(".") for one in config.controllers).items():
        if count > 1:
            yield f"The controller {_short(name)} is named {count} times."
        if not name or len(name) > 255 or any(not part or len(part) > 63 for part in name.split(".")):
            yield f"{_short(name) or 'An empty text'} is no name of a controller."
    for one in config.controllers:
        for address in one.addresses:
            try:
                ipaddress.ip_address(address)
            except ValueError:
                yield f"{_short(address)} is no address of the controller {_short(one.fqdn)}."


def _missing(spec: LiveSource, own: set[tuple[str, str, int]]) -> Iterator[str]:
    match spec:
        case CaptureSource():
            have = interface_names()
            for name in spec.interfaces:
                if name not in have:
                    yield f"There is no interface {_short(name)} here; there are {', '.join(have)[:LONGEST] or 'none'}."
        case GrowingSource() if not Path(spec.path).exists():
            yield f"There is no file {_short(spec.path)}."
        case SyslogSource() if spec.transport == "tls":
            for path in (spec.certificate, spec.key):
                if path and not Path(path).is_file():
                    yield f"There is no file {_short(path)}."
        case _:
            pass
    place = _port(spec)
    if place is not None and place not in own:
        kind = socket.SOCK_DGRAM if place[0] == "UDP" else socket.SOCK_STREAM
        try:
            listening(kind, place[1], place[2]).close()
        except Cannot as error:
            yield str(error)


def _port(spec: LiveSource) -> tuple[str, str, int] | None:
    """Where a source listens: UDP or TCP, address, port."""
    match spec:
        case SyslogSource():
            return "UDP" if spec.transport == "udp" else "TCP", spec.address, spec.port
        case RadiusSource():
            return "UDP", spec.address, spec.port
    return None


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"
