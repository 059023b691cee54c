"""What one configuration of a sensor changes against another, line by line."""

from collections.abc import Iterator
from typing import NamedTuple

from app.model.sensor import Controller, SensorConfig
from app.model.source import (
    CaptureSource,
    DirectorySource,
    LiveSource,
    RadiusSource,
    ResolverSource,
    SyslogSource,
    TraceSource,
    WindowsLogSource,
)
from app.ui import wording
from app.ui.sensors.states import percent
from app.ui.sources.source_kinds import METHODS

NONE = "none"
CANDIDATE = {None: "as its kind is", True: "yes", False: "no"}


class Change(NamedTuple):
    """One line: what it is about, what it was, what it will be."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        """As one sentence of a list."""
        return f"{self.what}: {self.before} → {self.after}"


def changes(old: SensorConfig | None, new: SensorConfig) -> list[Change]:
    """Every difference, in the order of the form; of a first configuration everything that is not as by default."""
    before = old or SensorConfig(kind=new.kind)
    return [
        one
        for one in (
            *_plain(before, new),
            *_sources(before.sources, new.sources),
            *_controllers(before.controllers, new.controllers),
            *_directory(before.directory, new.directory),
            *_limits(before, new),
        )
        if one.before != one.after
    ]


def _plain(old: SensorConfig, new: SensorConfig) -> Iterator[Change]:
    yield Change("Kind", old.kind, new.kind)


def _sources(old: tuple[LiveSource, ...], new: tuple[LiveSource, ...]) -> Iterator[Change]:
    captures = [[one for one in of if isinstance(one, CaptureSource)] for of in (old, new)]
    names = [", ".join(name for one in of for name in one.interfaces) or NONE for of in captures]
    yield Change("Adapters", *names)
    yield Change("Filter", *("; ".join(one.filter or "identity traffic" for one in of) or NONE for of in captures))
    others = [[one for one in of if not isinstance(one, CaptureSource)] for of in (old, new)]
    for one in others[0]:
        if one not in others[1]:
            yield Change(_title(one), source(one), NONE)
    for one in others[1]:
        if one not in others[0]:
            yield Change(_title(one), NONE, source(one))


def _title(one: LiveSource) -> str:
    titles = {
        SyslogSource: "Syslog listener", RadiusSource: "RADIUS listener", WindowsLogSource: "Event log",
        TraceSource: "Event trace", ResolverSource: "Name resolution",
    }  # fmt: skip
    return titles.get(type(one), "Source")


def source(one: LiveSource) -> str:
    """A source in words, with all that can be set of it."""
    match one:
        case SyslogSource():
            tls = f", certificate {one.certificate}, key {one.key}" if one.transport == "tls" else ""
            return f"{one.transport} {one.address}:{one.port}{tls}"
        case RadiusSource():
            places = f", places of {one.places}" if one.places else ""
            return f"{one.address}:{one.port}, secret {one.secret or NONE}{places}"
        case WindowsLogSource():
            return ", ".join(one.channels)
        case TraceSource():
            return one.session
        case CaptureSource():
            return ", ".join(one.interfaces)
        case DirectorySource():
            return one.url
        case ResolverSource():
            return resolver(one)
    return str(one.__struct_config__.tag)


def resolver(one: ResolverSource | None) -> str:
    """Active name resolution in words."""
    if one is None:
        return "off"
    within = ", ".join(one.within) or "private networks"
    server = f", DNS server {one.server}" if one.server else ""
    names = {word: title for word, title, _ in METHODS}
    methods = ", ".join(names.get(word, word) for word in one.methods)
    return f"{methods or NONE}; {one.rate:g} a second within {within}{server}"


def _controllers(old: tuple[Controller, ...], new: tuple[Controller, ...]) -> Iterator[Change]:
    before, after = ({one.fqdn: one for one in of} for of in (old, new))
    for name in [*before, *(one for one in after if one not in before)]:
        yield Change(f"Controller {name}", controller(before.get(name)), controller(after.get(name)))


def controller(one: Controller | None) -> str:
    """A controller in words."""
    if one is None:
        return NONE
    words = ", ".join(one.addresses) or "addresses by its name"
    return f"{words}, read-only" if one.read_only else words


def _directory(old: DirectorySource | None, new: DirectorySource | None) -> Iterator[Change]:
    yield Change("Directory", old.url if old else NONE, new.url if new else NONE)
    if new is None:
        return
    was = old or DirectorySource(url="")
    yield Change("Directory user", was.user or "Kerberos ticket", new.user or "Kerberos ticket")
    yield Change("Name of its password", was.secret or NONE, new.secret or NONE)
    yield Change("Trusted authorities", was.authorities or "those of its system", new.authorities or "those of its system")
    yield Change("Between two synchronisations", f"{was.every} s", f"{new.every} s")


def _limits(old: SensorConfig, new: SensorConfig) -> Iterator[Change]:
    yield Change("Domain synchronizer candidate", CANDIDATE[old.candidate], CANDIDATE[new.candidate])
    yield Change("Active name resolution", resolver(old.resolver), resolver(new.resolver))
    yield Change("Delayed update", "yes" if old.delayed else "no", "yes" if new.delayed else "no")
    yield Change("Packets kept as evidence", *(f"{wording.number(one.evidence)} MB" for one in (old, new)))
    yield Change("Outbox", *(f"{wording.number(one.outbox)} MB" for one in (old, new)))
    yield Change("Free for the host", percent(old.reserve), percent(new.reserve))
