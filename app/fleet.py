"""The part of a session that speaks of sensors, and with them over their hub: configure, restart, add, remove."""

import shlex
import socket
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace

from app import __version__
from app.engine.queries import Queries
from app.engine.store.changing import user
from app.engine.store.sensors import list_sensor, remove_sensor
from app.model.health import HealthIssue
from app.model.sensor import Sampling, SensorConfig, SensorKind, SensorReport, SensorRow
from app.model.source import HubSource, SourceState
from app.model.workspace import Role

if TYPE_CHECKING:
    from app.link.jetstream import Link
    from app.link.place import HubPlace

PATIENCE = 10.0
"""Seconds until a hub, or a sensor, that does not answer is given up."""
LARGEST = 1 << 18
"""Bytes of a configuration."""
REVISIONS = 1 << 53
"""A revision beyond this is none."""
HERE = "This computer"
_config = msgspec.json.Decoder(SensorConfig).decode


class Fleet:
    """Methods that speak with a hub block and raise OSError with one clear sentence; each makes a connection of its own.

    They raise StoreError when the role of the user does not allow them.
    """

    path: Path
    plain: Queries
    queries: Queries
    hub: HubSource | None = None
    """The hub that this session follows, set by whoever starts it; None without one."""

    kinds: dict[str, SensorKind]
    """What kind each sensor that was added here shall be, for its first configuration."""

    sources: Callable[[], tuple[SourceState, ...]]
    sampling: Callable[[], Sampling]
    keep_secret: Callable[[str, str], None]
    """See Session."""
    may: Callable[[Role], bool]
    needs: Callable[[Role], None]
    """See Casework."""
    log_act: Callable[..., None]
    _hidden: "Callable[[], Callable[[SensorConfig], SensorConfig]]"
    """See Output."""

    # ---- how they do

    def sensor_rows(self) -> tuple[SensorRow, ...]:
        """The sensor of this session first, then every one on another machine; blocks."""
        return (self.embedded(), *self.queries.sensors())

    def embedded(self) -> SensorRow:
        """The sensor inside this session, as if it reported like the others; a hub that is followed is no source of it."""
        sources, now = tuple(one for one in self.sources() if one.kind != "hub"), time.time_ns() // 1000
        status = _status([one.state for one in sources])
        report = SensorReport(
            sensor="",
            name=HERE,
            version=__version__,
            host=socket.gethostname(),
            at=now,
            since=min((one.since for one in sources if one.since), default=0),
            state="running" if status == "up to date" else status,
            sources=sources,
            seen=sum(one.bytes for one in sources),
            sampling=self.sampling(),
        )
        made = sum(one.activities for one in sources)
        return SensorRow(id="", name=HERE, status=status, heard=now, report=report, activities=made)

    def health_of(self, sensor: str) -> tuple[HealthIssue, ...]:
        """Open health alerts of one sensor, "" for the one of this session; blocks."""
        owner = f"sensor:{sensor}"
        found = []
        for one in self.queries.health().opened:
            of = one.subject.partition("\n")[0]
            if of == owner if sensor else (of == "computer" or of.startswith("source:")):
                found.append(one)
        return tuple(found)

    def may_change_sensors(self) -> bool:
        """Whether whoever runs this may set up, add and remove sensors; blocks."""
        return self.may("administrator")

    # ---- the hub

    def join_hub(self, line: str) -> HubSource:
        """Reach the hub of an analyst's line and keep the line in the keyring; the live source that follows it."""
        from app.link.envelope import LinkError
        from app.link.place import from_line

        self.needs("administrator")
        try:
            place = from_line(line)
        except LinkError as error:
            raise OSError(str(error)) from error
        if place.role != "analyst":
            raise OSError("This is the line of a sensor; `wardlight hub add-analyst` on the hub's computer prints an analyst's.")
        with _linked(place):
            pass
        name = f"hub {place.workspace} {place.id}"
        self.keep_secret(name, "".join(line.split()))
        self.log_act("sensor", place.workspace, f"hub of {place.workspace} joined")
        return HubSource(secret=name, url=place.urls[0] if place.urls else "", workspace=place.workspace)

    def sensor_history(self, sensor: str) -> tuple[SensorConfig, ...]:
        """The configurations of a sensor that its hub keeps, the newest first, with pseudonyms in privacy mode."""
        from app.link.subjects import config_of

        with self._linked() as link:
            found = tuple(reversed([_decoded(one.value) for one in link.history(config_of(sensor))]))
        veil = self._hidden()
        return tuple(veil(one) for one in found)

    def configure_sensor(self, sensor: str, config: SensorConfig) -> SensorConfig:
        """Send a configuration; returns it with its new revision, who and when. config.revision: that which it was made from."""
        from app.link.bucket import Changed
        from app.link.subjects import config_of

        self.needs("administrator")
        key = config_of(sensor)
        with self._linked() as link:
            entry = link.get(key)
            newest = _decoded(entry.value).revision if entry is not None else 0
            if entry is not None and newest != config.revision:
                raise OSError(f"Somebody else sent revision {newest} meanwhile; look at it before you change it.")
            revision = max(newest, self._running_revision(sensor)) + 1
            sent = replace(config, revision=revision, who=user(), at=time.time_ns() // 1000)
            data = msgspec.json.encode(sent)
            if len(data) > LARGEST:
                raise OSError("The configuration is too long.")
            try:
                link.put(key, data, entry.revision if entry is not None else 0)
            except Changed as error:
                raise OSError("Somebody else changed it in this moment; look at it before you change it.") from error
        self.log_act("sensor", sensor, f"{sensor} set up, revision {sent.revision}")
        return sent

    def _running_revision(self, sensor: str) -> int:
        """What a sensor says that it runs: it may have had another key or hub before, and takes no older one."""
        report = next((one.report for one in self.queries.sensors() if one.id == sensor), None)
        if report is None:
            return 0
        runs = max(report.applied, report.config.revision if report.config is not None else 0)
        return runs if 0 <= runs < REVISIONS else 0

    def restart_sensor(self, sensor: str) -> None:
        """Ask a sensor to end in order and begin again."""
        from app.link.asking import Done, Refused, RestartAsked, decode_reply, encode_question
        from app.link.subjects import ask

        self.needs("administrator")
        with self._linked() as link:
            reply = decode_reply(link.ask(ask(sensor), encode_question(RestartAsked(who=user())), PATIENCE))
        if isinstance(reply, Refused):
            raise OSError(f"The sensor does not do it: {reply.why}")
        if not isinstance(reply, Done):
            raise OSError("The sensor gave an answer to another question.")
        self.log_act("sensor", sensor, f"{sensor} restarted")

    def fetch_packets(self, key: str, frames: Collection[int]) -> str:
        """Bring packets of a sensor's input into the workspace; one sentence about those that do not come, "" for none; blocks.

        Nothing is asked for an input of this computer, nor without a hub. Never raises.
        """
        if "." not in key or self.hub is None:  # as app.link.numbers.input_key makes keys
            return ""
        from app.fetching import packets_of  # loads the hub's client
        from app.link.envelope import LinkError

        try:
            with self._linked() as link:
                return packets_of(link.ask, self.path, key, frames)[1]
        except (LinkError, OSError) as error:
            return f"The packet is on its sensor, and that cannot be asked now: {error}"

    def add_sensor(self, name: str, kind: SensorKind) -> tuple[str, str]:
        """(line with the key of a new sensor, command for its computer); ("", command for the hub's) when that is another one."""
        from app.hub.making import add_user
        from app.hub.state import Folder, HubError
        from app.link.place import to_line

        self.needs("administrator")
        if not self._hub_here():
            return "", self._on_the_hub("add-sensor", name)
        assert self.hub is not None
        try:
            added, place = add_user(Folder(), self.hub.workspace, name, "sensor")
        except HubError as error:
            raise OSError(str(error)) from error
        list_sensor(self.path, added.id, name)
        self.log_act("sensor", added.id, f"{name} added")
        self.kinds[added.id] = kind  # nothing is sent: its computer may have a configuration, which it would take the place of
        line = to_line(place)
        return line, f"wardlight sensor --join {line}"

    def remove_sensor(self, sensor: str) -> str:
        """Take a sensor's key away and list it no longer; what is left to run on the hub's computer, "" when it is this one."""
        from app.hub.making import revoke
        from app.hub.state import Folder, HubError

        self.needs("administrator")
        here = self._hub_here()
        if here and self.hub is not None:
            try:
                if any(one.id == sensor for one in Folder().load().workspace(self.hub.workspace).active):
                    revoke(Folder(), self.hub.workspace, sensor)
            except HubError as error:
                raise OSError(str(error)) from error
        remove_sensor(self.path, sensor)
        self.log_act("sensor", sensor, f"{sensor} removed")
        return "" if here else self._on_the_hub("revoke", sensor)

    def _on_the_hub(self, verb: str, which: str) -> str:
        """A command for the hub's computer."""
        of = ["--workspace", self.hub.workspace] if self.hub is not None and self.hub.workspace else []
        return shlex.join(["wardlight", "hub", verb, which, *of])

    def _hub_here(self) -> bool:
        """Whether the files of the hub that is followed lie on this computer, for this user."""
        from app.hub.state import Folder, HubError

        if self.hub is None:
            return False
        try:
            found = Folder().load()
        except HubError:
            return False
        return self.hub.url in found.places and any(one.name == self.hub.workspace for one in found.workspaces)

    @contextmanager
    def _linked(self) -> "Iterator[Link]":
        """A short connection to the hub that this session follows."""
        from app.sensor.sources.hub import place_of
        from app.sensor.sources.living import Cannot

        if self.hub is None:
            raise OSError("No hub is followed; connect to one first.")
        try:
            place = place_of(self.hub)
        except Cannot as error:
            raise OSError(str(error)) from error
        with _linked(place) as link:
            yield link


@contextmanager
def _linked(place: "HubPlace") -> "Iterator[Link]":
    from app.link.envelope import LinkError
    from app.link.jetstream import Link  # loads the client's library, which most sessions never need

    try:
        link = Link(place)
        try:
            if not link.wait(PATIENCE):
                raise OSError(f"The hub cannot be reached: {link.error or 'it does not answer.'}")
            yield link
        finally:
            link.close()
    except LinkError as error:
        raise OSError(str(error)) from error


def _status(states: list[str]) -> Literal["up to date", "failed", "starting", "stopped"]:
    """Of the sensor of this session, by what its sources do: the best of them, for the others say so themselves."""
    if "running" in states:
        return "up to date"
    return "starting" if "starting" in states else "failed" if "failed" in states else "stopped"


def _decoded(data: bytes) -> SensorConfig:
    if len(data) > LARGEST:
        raise OSError("A configuration on the hub is too long.")
    try:
        return _config(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise OSError(f"A configuration on the hub is damaged: {error}.") from error
