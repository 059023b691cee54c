"""The loop of a sensor without a window: its parts wired together, from the first report to the last."""

import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

import msgspec

from app import __version__, starting
from app.link import subjects
from app.link.asking import Done, NamesAsked, PacketsAsked, Reply, RestartAsked, decode_question, encode_reply
from app.link.envelope import FORM, LinkError
from app.link.jetstream import Link
from app.link.place import HubPlace
from app.model.counting import MB
from app.model.sensor import Backlog, SensorConfig, SensorReport
from app.model.source import LiveSource
from app.sensor.service import changes, evidence, systemd
from app.sensor.service.configuration import read_place
from app.sensor.service.configuring import TRIAL, Configuring
from app.sensor.service.files import Files, write_whole
from app.sensor.service.outbox import Outbox
from app.sensor.service.reporting import EVERY, QUICK, backlog_of, encoded, shortened, state_of, what_matters
from app.sensor.service.sending import Publisher, Sending
from app.sensor.service.sight import Sight, adapters
from app.sensor.service.supervisor import Supervisor
from app.sensor.service.synchronizing import Bucket, Synchronizing
from app.sensor.sources.evidence import trim

TURN, BUSY = 0.1, 0.01
"""Seconds that the loop waits for what its sources found; while there is much to send."""
ENDING, GRACE = 6.0, 3.0
"""Seconds in which the sources end; in which what is left is sent."""
TRIM = 2.0
"""Seconds between two looks at the size of the packets."""
LOOK = 2.0
"""Seconds between two looks for a hub while none is known."""
DEFAULT = SensorConfig()
RESTART = 64
"""What run() returns when somebody asked for a restart."""


class Hub(Publisher, Bucket, Protocol):
    """A link to a hub, as app.link.jetstream.Link. expires: end of its certificate, UTC microseconds."""

    expires: int | None

    def tell(self, subject: str, data: bytes) -> None:
        """Send what may be lost."""

    def answer(self, subject: str, handler: Callable[[bytes], bytes]) -> None:
        """Answer questions."""

    def watch(self, key: str, handler: Callable[[Any], None]) -> None:
        """Follow a key."""

    def listen(self, subject: str, handler: Callable[[str, bytes], None]) -> None:
        """Hear what is sent to a subject."""

    def close(self) -> None:
        """End it."""


def run(files: Files, stop: threading.Event, connect: Callable[[HubPlace], Hub] = Link, trial: float = TRIAL) -> int:
    """Run the sensor with these files until stop is set; 0, or RESTART. Raises Running when one runs already, OSError."""
    with files.hold():
        place = _place(files, stop)
        if place is None:
            return 0
        link = connect(place)
        try:
            outbox = _outbox(files, place, link, stop)
            if outbox is None:
                return 0
            service = _Service(files, place, link, outbox, trial)
            try:
                return service.run(stop)
            finally:
                service.close()
        finally:
            link.close()


def _place(files: Files, stop: threading.Event) -> HubPlace | None:
    """Where the hub is; waits until somebody says so, None when stop comes first."""
    since = time.time_ns() // 1000
    said = ""
    while not stop.is_set():
        join = f"{starting.sensor_words()} --join LINE --config {files.configuration}"
        why = f"No hub is known: run `{join}` with the line that the hub gives."
        try:
            place = read_place(files.place)
        except LinkError as error:
            place, why = None, str(error)
        if place is not None:
            return place
        if why != said:
            said = why
            _write_report(files, _nothing_yet("", "", "not configured", why, since))
            systemd.notify(READY="1", STATUS=why)
        _wait(stop)
    return None


def _outbox(files: Files, place: HubPlace, link: Hub, stop: threading.Event) -> Outbox | None:
    """The outbox; waits while the disk does not let it be opened, None when stop comes first."""
    since = time.time_ns() // 1000
    while not stop.is_set():
        try:
            return Outbox(files.outbox(place.id), DEFAULT.outbox * MB)
        except LinkError as error:
            report = _nothing_yet(place.id, place.name, "failed", str(error), since)
        link.tell(subjects.status(place.id), encoded(report))
        _write_report(files, report)
        systemd.notify(READY="1", STATUS=report.error)
        _wait(stop)
    return None


def _wait(stop: threading.Event) -> None:
    stop.wait(LOOK)
    if systemd.watchdog():
        systemd.notify(WATCHDOG="1")


def _nothing_yet(sensor: str, name: str, state: str, error: str, since: int) -> SensorReport:
    return SensorReport(
        sensor=sensor, name=name, version=__version__, form=FORM, host=socket.gethostname(), at=time.time_ns() // 1000,
        since=since, state=state, error=error, backlog=Backlog(full=error if sensor else ""),  # type: ignore[arg-type]
    )  # fmt: skip


def _write_report(files: Files, report: SensorReport) -> None:
    with suppress(OSError):  # a full disk: the hub hears it all the same
        write_whole(files.report, msgspec.json.encode(report))


class _Service:
    def __init__(self, files: Files, place: HubPlace, link: Hub, outbox: Outbox, trial: float) -> None:
        self._files, self._place, self._link, self._outbox = files, place, link, outbox
        self._since = time.time_ns() // 1000
        self._sight = Sight()
        self._supervisor = Supervisor(place.id, self._outbox, files.states, files.evidence, self._sight.see)
        self._configuring = Configuring(files, self._supervisor, self._use, trial)
        self._synchronizing = Synchronizing(place.id)
        self._config: SensorConfig | None = None
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._restart = self._elsewhere = False
        self._last: object = None
        self._reported = self._trimmed = 0.0
        self._adapters, self._looked = adapters(), time.monotonic()
        self._sending = Sending(self._outbox, self._link, subjects.activities(place.id))
        self._link.answer(subjects.ask(place.id), self._asked)
        self._link.watch(subjects.config_of(place.id), lambda entry: self._order(self._configuring.offered, entry.value))

    def run(self, stop: threading.Event) -> int:
        """The loop."""
        self._supervisor.recover()
        self._configuring.start()
        self._report("starting")
        pause = systemd.watchdog()
        turned = 0.0
        while not stop.is_set() and not self._restart:
            self._supervisor.step(TURN if self._sending.idle or not self._link.connected else BUSY)
            now = time.monotonic()
            with suppress(queue.Empty):
                while True:
                    self._orders.get_nowait()()
            self._configuring.step(now)
            self._follow_directory()
            self._sending.step(now)
            self._supervisor.govern(now)
            self._wish()
            self._due(now)
            if pause and now - turned >= pause:
                turned = now
                systemd.notify(WATCHDOG="1")
        return self._end()

    def close(self) -> None:
        """Give everything back, whatever happened."""
        self._supervisor.kill()
        self._synchronizing.close()
        self._outbox.close()

    # ---- inside

    def _end(self) -> int:
        systemd.notify(STOPPING="1")
        self._report("stopping")
        self._supervisor.close(ENDING)
        until = time.monotonic() + GRACE
        while not self._sending.idle and self._link.connected and time.monotonic() < until:
            self._sending.step(time.monotonic())
            time.sleep(BUSY)
        self._report("stopped")
        return RESTART if self._restart else 0

    def _use(self, config: SensorConfig | None) -> list[str]:
        """Run this configuration, whose files have whole names."""
        self._config = config
        if config is None:
            return self._supervisor.set([])
        self._outbox.limit = config.outbox * MB
        self._supervisor.governing.reserve(config.reserve)
        self._sight.configure(config)
        self._sight.wishing = config.resolver is not None
        self._synchronizing.configure(config)
        return self._supervisor.set(self._specs(config))

    def _specs(self, config: SensorConfig) -> list[LiveSource]:
        specs: list[LiveSource] = list(config.sources)
        if config.resolver is not None:
            specs.append(config.resolver)
        directory = self._synchronizing.source()
        if directory is not None:
            specs.append(directory)
        return specs

    def _follow_directory(self) -> None:
        """The directory's source runs exactly as long as it is ours to synchronise."""
        self._synchronizing.step(self._link)
        config = self._config
        if config is None:
            return
        wanted = self._synchronizing.source()
        if self._supervisor.directory() != wanted:
            self._supervisor.set(self._specs(config))
        elsewhere = self._synchronizing.elsewhere and not self._supervisor.synchronises
        if elsewhere and not self._elsewhere:
            self._supervisor.forget_states()
        self._elsewhere = elsewhere

    def _wish(self) -> None:
        if self._sight.addresses and self._supervisor.resolves:
            self._supervisor.wish(self._sight.take())

    def _due(self, now: float) -> None:
        if now - self._trimmed >= TRIM:
            self._trimmed = now
            config = self._configuring.config
            with suppress(OSError):
                trim(self._files.evidence, (config or DEFAULT).evidence * MB, lambda key: set())
        if now - self._reported >= QUICK:
            report = self._made()
            if now - self._reported >= EVERY or what_matters(report) != self._last:
                self._tell(report, now)

    def _report(self, state: str) -> None:
        self._tell(msgspec.structs.replace(self._made(), state=state), time.monotonic())

    def _made(self) -> SensorReport:
        if (now := time.monotonic()) - self._looked >= EVERY / 2:  # takes a while, in which a link may come up
            self._looked, self._adapters = now, adapters()
        sources = tuple(shortened(one) for one in self._supervisor.states())
        state, error = state_of(self._configuring, sources)
        config = self._configuring.config
        return SensorReport(
            sensor=self._place.id,
            name=self._place.name,
            kind=config.kind if config is not None else "standalone",
            version=__version__,
            form=FORM,
            host=socket.gethostname(),
            at=time.time_ns() // 1000,
            since=self._since,
            state=state,  # type: ignore[arg-type]
            error=error,
            config=config,
            applied=self._configuring.applied,
            refused=self._configuring.refused,
            refusal=self._configuring.refusal,
            sources=sources,
            controllers=self._sight.sights(self._supervisor.reachable()),
            backlog=backlog_of(self._outbox, self._sending, self._supervisor),
            seen=self._supervisor.seen,
            synchronizes=(self._synchronizing.domain,) if self._supervisor.synchronises else (),
            sampling=self._supervisor.governing.sampling,
            expires=self._link.expires,
            adapters=self._adapters,
        )

    def _tell(self, report: SensorReport, now: float) -> None:
        self._reported, self._last = now, what_matters(report)
        self._link.tell(subjects.status(self._place.id), encoded(report))
        _write_report(self._files, report)
        systemd.notify(READY="1", STATUS=f"{report.state}{f': {report.error}' if report.error else ''}")

    def _order(self, act: Callable[..., None], *words: object) -> None:
        """From a thread of the link to the loop."""
        self._orders.put(lambda: act(*words))

    def _asked(self, data: bytes) -> bytes:
        """A question of the workspace, in a thread of the link. Raises LinkError, which it tells who asked."""
        question = decode_question(data)
        reply: Reply = Done()
        match question:
            case PacketsAsked():
                reply = evidence.packets(self._files.evidence, self._place.id, question.input, question.frames)
            case NamesAsked():
                self._order(self._supervisor.wish, list(question.addresses))
            case RestartAsked():
                self._order(self._begin_again, question.who)
        return encode_reply(reply)

    def _begin_again(self, who: str) -> None:
        with suppress(OSError):
            changes.record(self._files.changes, "restart", who or "hub")
        self._restart = True
