"""A sensor as a real process, beside a hub of its own; what came to the hub, and a hub in memory for what needs none."""

import atexit
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec

from app.link.codec import decode_batch
from app.link.envelope import Batch, Closed, LinkError, Message, Opened, unseal
from app.link.jetstream import Link
from app.link.numbers import split_message_id
from app.link.place import HubPlace
from app.link.subjects import ACTIVITIES, EVERY_ACTIVITY
from app.model.activity import Activity
from app.model.sensor import SensorConfig, SensorReport
from app.sensor.service.configuration import write_config, write_place
from app.sensor.service.files import Files
from tests.hub.running import until

ROOT = Path(__file__).resolve().parent.parent.parent.parent


class SensorProcess:
    """`wardlight sensor --config FILE` in a folder of its own."""

    def __init__(self, folder: Path, place: HubPlace | None, config: SensorConfig | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.files = Files(folder / "sensor.json")
        if place is not None:
            write_place(self.files.place, place)
        if config is not None:
            write_config(self.files.configuration, config)
        self.child: subprocess.Popen[bytes] | None = None
        self.home = folder / "home"

    def start(self, prefix: Iterable[str] = ()) -> "SensorProcess":
        """Run it, behind another program's words if there are some."""
        environment = dict(os.environ, PYTHONPATH=str(ROOT), WARDLIGHT_HOME=str(self.home))
        command = [*prefix, sys.executable, "-m", "app", "sensor", "--config", str(self.files.configuration)]
        self.child = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)
        atexit.register(_end, self.child)  # a test that failed leaves none behind
        return self

    def kill(self) -> None:
        """kill -9."""
        assert self.child is not None
        self.child.kill()
        self.child.communicate(timeout=30)  # what it started may hold its pipe

    def stop(self) -> int:
        """SIGTERM; its status."""
        assert self.child is not None
        if self.child.poll() is None:
            self.child.terminate()
        self.child.communicate(timeout=30)
        return int(self.child.returncode)

    def report(self) -> SensorReport | None:
        """What it said of itself last."""
        try:
            return msgspec.json.decode(self.files.report.read_bytes(), type=SensorReport)
        except (OSError, msgspec.MsgspecError):
            return None

    def until(self, what: Callable[[SensorReport], object], seconds: float = 120) -> SensorReport:
        """Wait until its report says so."""
        end = time.monotonic() + seconds
        while True:
            report = self.report()
            if report is not None and what(report):
                return report
            assert self.child is None or self.child.poll() is None, self.child.communicate()
            assert time.monotonic() < end, report
            time.sleep(0.05)


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.kill()
        child.wait()


class Came:
    """Everything that came to a hub, as a workspace would take it: each message once."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.twice = 0
        self._seen: set[tuple[str, int]] = set()

    def add(self, id: str, data: bytes) -> None:
        """One message of the stream."""
        name = split_message_id(id)
        self.twice += name in self._seen
        if name not in self._seen:
            self._seen.add(name)
            self.messages.append(unseal(data))

    def read(self, link: Link, durable: str, subject: str = EVERY_ACTIVITY) -> "Came":
        """What waits at the hub, until it says itself that there is no more."""
        consumer = link.consume(durable, ACTIVITIES, subject, 2_000)

        def all_came() -> bool:
            came = consumer.next(0.2)
            for one in came:
                self.add(one.id, one.data)
            consumer.acknowledge([one.reply for one in came])
            lag = consumer.lag()
            return not came and not lag.waiting and not lag.unacknowledged

        until(all_came, 60)
        return self

    @property
    def activities(self) -> list[Activity]:
        """In the order in which they came."""
        return [one for batch in self.messages if isinstance(batch, Batch) for one in decode_batch(batch.activities)]

    @property
    def opened(self) -> list[Opened]:
        return [one for one in self.messages if isinstance(one, Opened)]

    @property
    def closed(self) -> list[Closed]:
        return [one for one in self.messages if isinstance(one, Closed)]


class MemoryHub:
    """A hub within this process: keeps what is published, each id once. connected may be set; refuse: publishing fails so."""

    def __init__(self, connected: bool = True) -> None:
        self.connected, self.error, self.refuse = connected, "" if connected else "The hub cannot be reached.", ""
        self.expires: int | None = None
        self.kept: list[tuple[str, str, bytes]] = []
        self.reports: list[SensorReport] = []
        self.values: dict[str, bytes] = {}
        self.watching: dict[str, Callable[[Any], None]] = {}
        self.answers: dict[str, Callable[[bytes], bytes]] = {}
        self.held: list[tuple[Future[bool], str, str, bytes]] | None = None
        """When a list: messages wait here for release()."""

    def publish(self, subject: str, data: bytes, message_id: str = "") -> "Future[bool]":
        future: Future[bool] = Future()
        if self.held is not None:
            self.held.append((future, subject, message_id, data))
        else:
            self._land(future, subject, message_id, data)
        return future

    def release(self, ok: bool = True) -> None:
        """Let what is held arrive, or fail."""
        held, self.held = self.held or [], None
        for future, subject, id, data in held:
            if ok:
                self._land(future, subject, id, data)
            else:
                future.set_exception(LinkError("The connection to the hub broke."))

    def _land(self, future: "Future[bool]", subject: str, id: str, data: bytes) -> None:
        if not self.connected or self.refuse:
            future.set_exception(LinkError(self.refuse or self.error))
            return
        new = all(one[1] != id for one in self.kept)
        if new:
            self.kept.append((subject, id, data))
        future.set_result(new)

    @property
    def came(self) -> Came:
        came = Came()
        for _, id, data in self.kept:
            came.add(id, data)
        return came

    def tell(self, subject: str, data: bytes) -> None:
        if self.connected:
            self.reports.append(msgspec.json.decode(data, type=SensorReport))

    def answer(self, subject: str, handler: Callable[[bytes], bytes]) -> None:
        self.answers[subject] = handler

    def watch(self, key: str, handler: Callable[[Any], None]) -> None:
        self.watching[key] = handler

    def listen(self, subject: str, handler: Callable[[str, bytes], None]) -> None:
        pass

    def get(self, key: str) -> Any:
        if not self.connected:
            raise LinkError(self.error)
        return None if key not in self.values else type("Value", (), {"value": self.values[key]})()

    def close(self) -> None:
        pass


def place(id: str = "s1") -> HubPlace:
    """A place for a hub in memory."""
    return HubPlace(urls=("tls://127.0.0.1:1",), workspace="corp", role="sensor", id=id, name=f"sensor {id}", seed="none")


def lines(path: Path) -> list[dict[str, Any]]:
    """The JSON lines of a file."""
    return [json.loads(one) for one in path.read_text().splitlines()]
