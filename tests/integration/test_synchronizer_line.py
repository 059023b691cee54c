"""The whole line of a synchronizer with real processes: hub, two sensors, a workspace that assigns, a Samba domain.

The 30 minutes and the lease of the one that was killed are the workspace's clock, which is set forward here; the sensors keep
their own.
"""

import ctypes
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine.assigning import Assigning
from app.engine.queries import Queries
from app.engine.synchronizer import OFFLINE, WAIT
from app.hub import server
from app.hub.streams import prepare
from app.link.jetstream import Link
from app.link.place import to_line
from app.listen import Listener
from app.model.directory import DirectoryChange
from app.model.sensor import SensorConfig, SensorRow
from app.model.source import DirectorySource, HubSource
from tests.hub.running import RunningHub, linked
from tests.integration.samba.controller import HOST, PASSWORD, Controller, missing
from tests.integration.test_directory import person
from tests.sensor.service.running import SensorProcess

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=missing() or "a controller can be started")]
PEOPLE = 40
CLONE_NEWNET = 0x40000000
PASSPHRASE = "of this test"


@contextmanager
def within(namespace: str) -> Iterator[None]:
    """This thread, and what it starts, inside a network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    own = os.open("/proc/self/ns/net", os.O_RDONLY)
    other = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    assert libc.setns(other, CLONE_NEWNET) == 0
    try:
        yield
    finally:
        assert libc.setns(own, CLONE_NEWNET) == 0
        os.close(own)
        os.close(other)


@pytest.fixture
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    controller = Controller(tmp_path_factory.mktemp("domain"))
    try:
        controller.provision()
        controller.modify("".join(person(f"one{number}") for number in range(PEOPLE)))
        controller.start()
        yield controller
    finally:
        controller.remove()


def started(hub: RunningHub, domain: Controller) -> None:
    """The hub's server beside the sensors, where they reach the domain."""
    hub.child = subprocess.Popen(
        domain.outside(server.program(), "-c", str(hub.folder.configuration)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for one in hub.hub.workspaces:
        with linked(hub.place(f"admin-{one.name}", one.name)) as link:
            prepare(link, one)


def until(true: Callable[[], object], listener: Listener, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        listener.step()


def test_of_two_sensors_one_reads_the_directory_and_when_it_is_killed_the_other(
    domain: Controller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("WARDLIGHT_PASSPHRASE", PASSPHRASE)
    directory = DirectorySource(
        url=f"ldaps://{HOST}",
        user="Administrator@example.test",
        secret="directory",
        authorities=str(domain.authority.file),
        every=1,
    )
    path = tmp_path / "w.wardlight"
    sensors: dict[str, SensorProcess] = {}
    with within(domain.client):
        hub = RunningHub(tmp_path / "hub")
        places = {id: hub.add("sensor", id) for id in ("a", "b")}
        anna = hub.add("analyst", "anna")
        started(hub, domain)
        line = tmp_path / "anna.line"
        line.write_text(to_line(anna))
        link = Link(anna)
        listener = Listener(path, lambda _: None)
        queries = Queries(path)
        try:
            listener.start("hub", HubSource(file=str(line)))
            for id, place in places.items():
                sensor = sensors[id] = SensorProcess(tmp_path / id, place, SensorConfig(directory=directory))
                subprocess.run(["env", f"WARDLIGHT_HOME={sensor.home}", sys.executable, "-c", KEEP], check=True, cwd=ROOT)
                sensor.start(domain.outside())

            def synchronizing() -> list[str]:
                rows = queries.sensors()
                return [one.id for one in rows if one.report is not None and "example.test" in one.report.synchronizes]

            # The workspace that follows the hub assigns one of the two by chance; the other one leaves the directory alone.
            until(lambda: len(queries.sensors()) == 2 and len(synchronizing()) == 1, listener)
            (one,) = synchronizing()
            other = "b" if one == "a" else "a"
            until(lambda: known(queries) >= {f"one{number}" for number in range(PEOPLE)}, listener)
            before = sensors[other].report()
            assert before is not None and not [s for s in before.sources if s.kind == "directory"]

            sensors[one].kill()
            time.sleep(1.5)
            domain.modify(person("between"))

            # Set forward: it was silent for 30 minutes, and the other one was not.
            shift = OFFLINE + 60_000_000

            def rows() -> tuple[SensorRow, ...]:
                found = queries.sensors()
                return tuple(replace(r, heard=r.heard + shift) if r.id == other and r.heard else r for r in found)

            offset = [0]
            watching = Assigning(
                link,
                rows,
                "anna",
                clock=lambda: time.time_ns() // 1000 + offset[0],
                steady=lambda: time.monotonic() + offset[0] / 1e6,
            )
            assert link.wait(20) and watching.look() == []
            offset[0] = shift
            until(lambda: bool(watching.look()), listener)
            assert synchronizing() == [one], "the new one waits for the lease of the one before"
            report = sensors[other].report()
            assert report is not None and not report.synchronizes
            offset[0] = shift + WAIT
            assert [w.settled for w in watching.look()] == [True]
            until(lambda: "between" in known(queries), listener)
            domain.modify(person("after"))
            until(lambda: "after" in known(queries), listener)
            watching.close()

            told = Counter(
                (one.detail.what, one.detail.sam) for one in queries.stream() if isinstance(one.detail, DirectoryChange)
            )
            assert told["user created", "between"] == 1 and told["user created", "after"] == 1
            assert not [what for what, count in told.items() if count > 1]
            names = Counter(row.ref.label for row in queries.entities("user", "", "name", 0, 1000))
            assert not [name for name, count in names.items() if count > 1]
        finally:
            for sensor in sensors.values():
                if sensor.child is not None and sensor.child.poll() is None:
                    sensor.kill()
            link.close()
            listener.close()
            queries.close()
            hub.stop()


def known(queries: Queries) -> set[str]:
    """Users that the workspace knows."""
    return {one.ref.label for one in queries.entities("user", "", "name", 0, 1000)}


ROOT = Path(__file__).resolve().parent.parent.parent
KEEP = f"from app.sensor.sources.secrets import keep; keep('directory', {PASSWORD!r})"
