"""Health alerts of sensors and of their hub, caused for real: real sensors, a real hub, a process that listens beside them.

Two things of their programs are made other than they are: a version, which each process says of itself, and the clock of one.
What only time makes wrong is asked for a later time. Long because a hub with its sensors is what all of them share.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import dpkt
import msgspec
import psutil
import pytest

from app.engine.engine import Engine, create_workspace
from app.engine.health.computer import measured
from app.engine.queries import Queries
from app.link.codec import encode_batch
from app.link.envelope import Batch, Opened, seal
from app.link.jetstream import Link
from app.link.numbers import input_key, message_id
from app.link.place import to_line
from app.link.subjects import ACTIVITIES, activities, config_of
from app.model.health import HealthIssue
from app.model.sensor import SensorConfig
from app.model.source import GrowingSource, HubSource, LiveSource, SyslogSource
from app.sensor.service.outbox import New, Outbox
from app.session import Session
from tests.engine.workspace import made
from tests.hub.running import RunningHub, linked, published
from tests.integration.limited import limited, why_no_group
from tests.material import save, spray
from tests.sensor.service.running import ROOT, SensorProcess

pytestmark = pytest.mark.slow
WHY, SMALL = why_no_group("stress-ng"), why_no_group()
MINUTE = 60_000_000
NEWER = "import app\napp.__version__ = '0.4.0'\n"
"""Three versions ahead of what the sensors here are."""
STRANGER = "from app.link import envelope\nenvelope.FORM = 99\n"
PATIENT = NEWER + "from app.engine.store import receipts\nreceipts.SETTLED = 1.0\n"
"""A gap counts after a second, not after ten minutes."""
HASTY = (
    "from app.sensor import governor\nfrom app.sensor.governing import Governing\n"
    "governor.LEAST_MEMORY = 16 << 20\nGoverning.__init__.__defaults__ = (0.15, 1.0, None)\n"
)
"""Looks at its machine every second instead of every ten; the least that it may always hold is less than it holds."""
PRESSED = "from app.engine.health import sources\nsources.FOLLOWED = 8_000_000\n"
Found = dict[tuple[str, str], HealthIssue]


def beginning(folder: Path, text: str) -> str:
    """A PYTHONPATH with which every Python process runs these lines first."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(text)
    return f"{folder}{os.pathsep}{ROOT}"


def health(workspace: Path, now: int | None = None) -> Found:
    """What is open; now: at another time than this."""
    with closing(Queries(workspace)) as queries:
        return {(one.rule, one.subject): one for one in queries.health(now).issues if one.state == "open"}


def comes(workspace: Path, *wanted: tuple[str, str], seconds: float = 60) -> Found:
    """Health as soon as all these are open."""
    end = time.monotonic() + seconds
    while not set(wanted) <= (found := health(workspace)).keys():
        assert time.monotonic() < end, found
        time.sleep(0.2)
    return found


@contextmanager
def tending(workspace: Path, path: str, *specs: LiveSource) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that listens, and looks three times a second."""
    create_workspace(workspace)
    command = [sys.executable, "-m", "tests.integration.tending", str(workspace), msgspec.json.encode(specs).decode()]
    environment = dict(os.environ, PYTHONPATH=path)
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield child
    finally:
        _, errors = child.communicate(timeout=60)
        assert b"Traceback" not in errors, errors


class Line:
    """A hub, and a workspace that follows it."""

    def __init__(self, folder: Path, size: int = 64 << 20) -> None:
        self.folder = folder
        self.case = folder / "case.wardlight"
        self.hub = RunningHub(folder / "hub", size=size)
        file = folder / "ann.line"
        file.write_text(to_line(self.hub.add("analyst", "ann")))
        self.hub.start()
        self.source = HubSource(file=str(file))
        self.sensors: list[SensorProcess] = []

    def sensor(self, id: str, config: SensorConfig | None = None) -> SensorProcess:
        """A new one, not yet started."""
        place = self.hub.add("sensor", id)
        self.hub.reload()
        self.sensors.append(SensorProcess(self.folder / id, place, config))
        return self.sensors[-1]

    def stop(self) -> None:
        for one in self.sensors:
            if one.child is not None and one.child.poll() is None:
                one.kill()
        self.hub.stop()


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Line(tmp_path_factory.mktemp("line"))
    try:
        with tending(made.case, beginning(made.folder / "newer", NEWER), made.source):
            yield made
    finally:
        made.stop()


def test_a_sensor_of_another_version_and_one_whose_form_is_not_understood(line: Line, tmp_path: Path) -> None:
    line.sensor("old", SensorConfig()).start()
    other = line.sensor("stranger", SensorConfig())
    other.start(["env", f"PYTHONPATH={beginning(tmp_path / 'stranger', STRANGER)}"])
    found = comes(line.case, ("sensor-outdated", "sensor:old"), ("sensor-outdated", "sensor:stranger"))
    assert "3 behind 0.4.0" in found["sensor-outdated", "sensor:old"].what
    assert found["sensor-outdated", "sensor:stranger"].severity == "high"
    assert "form 99" in found["sensor-outdated", "sensor:stranger"].what


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed")
def test_a_sensor_whose_clock_is_ahead(line: Line) -> None:
    """Two reports say it, the second after ten seconds."""
    told = subprocess.run(["faketime", "-f", "+20m", "env"], capture_output=True, text=True, check=True, timeout=30).stdout
    words = [one for one in told.splitlines() if one.startswith(("LD_PRELOAD=", "FAKETIME="))]
    # without the program that would wait for it: a kill of that leaves the sensor
    line.sensor("ahead", SensorConfig()).start(["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", *words])
    found = comes(line.case, ("clock-skew", "sensor:ahead"))
    what = found["clock-skew", "sensor:ahead"].what
    assert "ahead of" in what and ("19 minutes" in what or "20 minutes" in what)
    assert ("clock-skew", "sensor:old") not in found


def test_a_configuration_that_a_sensor_refuses(line: Line) -> None:
    sensor = line.sensor("refusing", SensorConfig()).start()
    sensor.until(lambda one: one.backlog.connected, 60)
    bad = SensorConfig(sources=(SyslogSource(transport="tls", certificate="/nothere", key="/nothere"),), revision=1)
    with linked(line.hub.place("admin-corp")) as link:
        link.put(config_of("refusing"), msgspec.json.encode(bad))
    found = comes(line.case, ("sensor-configuration", "sensor:refusing"))
    assert "Revision 1 was refused" in found["sensor-configuration", "sensor:refusing"].what


def test_what_is_sent_under_the_key_of_a_sensor_and_is_none_of_its(line: Line) -> None:
    place = line.hub.add("sensor", "stolen")
    line.hub.reload()
    with linked(place) as link:
        published(link, activities("stolen"), b"nothing that a sensor says", "0123456789abcdef0123456789abcdef.1")
    end = time.monotonic() + 60
    while not (found := [one for (rule, _), one in health(line.case).items() if rule == "sensor-messages"]):
        assert time.monotonic() < end
        time.sleep(0.2)
    assert [one.where for one in found] == ["sensor stolen"] and found[0].subject.startswith("sensor:stolen")


def test_a_key_that_a_second_sensor_uses_and_one_that_is_started_again(line: Line) -> None:
    """The thief has nothing but the line with the key. The other sensor is killed and started anew, and is no thief."""
    owner, killed = line.sensor("owner", SensorConfig()), line.sensor("killed", SensorConfig())
    for one in (owner, killed):
        one.start().until(lambda report: report.backlog.connected, 60)
    for _ in range(2):
        killed.kill()
        killed.start().until(lambda report: report.backlog.connected, 60)
    thief = SensorProcess(line.folder / "thief", line.hub.place("owner"), SensorConfig())
    line.sensors.append(thief)
    thief.start()
    end = time.monotonic() + 90
    while not (found := [one for (rule, _), one in health(line.case).items() if rule == "sensor-twice"]):
        assert time.monotonic() < end
        time.sleep(0.2)
    assert [one.where for one in found] == ["sensor owner"] and found[0].severity == "high"


def test_an_outbox_that_was_damaged(line: Line) -> None:
    sensor = line.sensor("damaged", SensorConfig())
    outbox = sensor.files.outbox("damaged")
    outbox.parent.mkdir(parents=True, exist_ok=True)
    outbox.write_bytes(b"this is something else" * 1_000)
    sensor.start()
    found = comes(line.case, ("outbox-lost", "sensor:damaged\nword"))
    assert "set aside" in found["outbox-lost", "sensor:damaged\nword"].what


def test_a_hub_without_its_stream_and_one_that_is_gone_and_what_time_makes_of_it(tmp_path: Path) -> None:
    line = Line(tmp_path)
    sensor = line.sensor("s1", SensorConfig(outbox=16))
    old = 20 * 365 * 24 * 60 * MINUTE
    try:
        with tending(line.case, str(ROOT), line.source):
            with linked(line.hub.place("admin-corp")) as link:
                remove(link)
            outbox = Outbox(sensor.files.outbox("s1"), 16 << 20)
            outbox.put([New(os.urandom(500_000)) for _ in range(29)])
            outbox.close()
            sensor.start()
            found = comes(line.case, ("outbox-filling", "sensor:s1"))
            assert " % of the outbox" in found["outbox-filling", "sensor:s1"].what
            end = time.monotonic() + 60
            while "certificate-expired" not in certificate(line.case, time.time_ns() // 1000 + old):
                assert time.monotonic() < end  # its first word may have been thought of before it met the hub
                time.sleep(0.2)
            sensor.kill()
            line.hub.kill()
            end = time.monotonic() + 60
            while not (gone := [one for (rule, _), one in health(line.case).items() if rule == "hub-unreachable"]):
                assert time.monotonic() < end
                time.sleep(0.2)
            assert gone[0].severity == "medium"
    finally:
        line.stop()
    now = time.time_ns() // 1000
    assert ("sensor-silent", "sensor:s1") not in health(line.case, now + 2 * MINUTE)
    assert ("sensor-silent", "sensor:s1") in health(line.case, now + 6 * MINUTE)
    days = 24 * 60 * MINUTE
    soon = next(one for one in range(0, 20_000, 10) if certificate(line.case, now + one * days))
    assert certificate(line.case, now + soon * days) == {"certificate-expiring"}
    assert certificate(line.case, now + (soon + 30) * days) == {"certificate-expired"}
    for later, rule in ((11 * MINUTE, "synchronizer-missing"), (61 * days, "workspace-idle")):
        with closing(Engine(line.case)) as engine:
            engine.tend(measured(line.case), now + MINUTE, anew=True)
            assert rule not in {one for one, _ in health(line.case)}
            engine.tend(measured(line.case), now + later, anew=True)
            assert rule in {one for one, _ in health(line.case)}


def certificate(workspace: Path, now: int) -> set[str]:
    """What is said of certificates at that time."""
    return {rule for rule, _ in health(workspace, now) if rule.startswith("certificate-")}


def remove(link: Link) -> None:
    """Take the stream of activities from the hub."""

    async def ask(client: object) -> None:
        await client.jetstream().delete_stream(ACTIVITIES)  # type: ignore[attr-defined]

    link.do(ask, 20)


def test_a_stream_that_is_too_small_while_nobody_reads(tmp_path: Path) -> None:
    line = Line(tmp_path, size=96 << 10)
    path = tmp_path / "growing.pcap"
    path.write_bytes(names(tmp_path / "first.pcap", 40, 1_770_000_000_000_000))
    sensor = line.sensor("s1", SensorConfig(sources=(GrowingSource(path=str(path)),), reserve=0.0))
    try:
        with tending(line.case, beginning(tmp_path / "patient", PATIENT), line.source) as child:
            sensor.start()
            until(lambda: count(line.case) == 40)
            readers = psutil.Process(child.pid).children(recursive=True)
            for one in readers:
                one.send_signal(signal.SIGSTOP)
            until(lambda: not following(line.hub, asks=True))  # what it had asked for is over: it is given nothing more
            with path.open("rb") as packets:
                each = sum(1 for _ in dpkt.pcap.Reader(packets)) // 40
            for number in range(1, 9):  # in several messages, the first of which the hub removes
                before = newest(line.hub)
                with path.open("ab") as file:
                    more = names(tmp_path / "more.pcap", 500, 1_770_000_000_000_000 + number * 100_000_000)
                    file.write(more[24:])
                until(lambda before=before: newest(line.hub) > before)
            sensor.until(lambda one: one.sources and one.sources[0].records == 4_040 * each and not one.backlog.messages, 60)
            for one in readers:
                one.send_signal(signal.SIGCONT)
            until(lambda: "hub-lost" in {rule for rule, _ in health(line.case)})
            assert count(line.case) < 4_040
    finally:
        line.stop()


def test_a_stream_that_fills_while_a_workspace_stands_still(tmp_path: Path) -> None:
    line = Line(tmp_path, size=400 << 10)
    place = line.hub.add("sensor", "s1")
    line.hub.reload()
    try:
        with tending(line.case, str(ROOT), line.source) as child:
            until(lambda: "hub-unreachable" not in {rule for rule, _ in health(line.case)} and following(line.hub))
            child.send_signal(signal.SIGSTOP)  # which stores nothing, so that its reader acknowledges nothing
            try:
                with linked(place) as link:
                    sent = [
                        link.publish(activities("s1"), os.urandom(60), f"0123456789abcdef0123456789abcdef.{number}")
                        for number in range(1, 3_501)  # more than twice as many as a reader may hold
                    ]
                    sent[-1].result(30)
                asked: list[bytes] = []
                with linked(line.hub.place("admin-corp")) as admin:
                    admin.listen(f"$JS.API.STREAM.INFO.{ACTIVITIES}", lambda _, data: asked.append(data))
                    until(lambda: len(asked) > 1, 60)  # the reader asked how far behind it is, and again: it has an answer
            finally:
                child.send_signal(signal.SIGCONT)
            until(lambda: "hub-full" in {rule for rule, _ in health(line.case)})
    finally:
        line.stop()


@pytest.mark.skipif(bool(WHY), reason=WHY or "-")
def test_a_sensor_whose_memory_does_not_come_back_begins_its_capture_again_behind_what_it_told(tmp_path: Path) -> None:
    """What it holds grows with the conversations that it has seen; then somebody else takes the memory of its small machine."""
    line = Line(tmp_path)
    path = tmp_path / "growing.pcap"
    path.write_bytes(names(tmp_path / "first.pcap", 40, 1_770_000_000_000_000))
    sensor = line.sensor("s1", SensorConfig(sources=(GrowingSource(path=str(path)),)))
    try:
        with tending(line.case, str(ROOT), line.source), limited(2.0, 1 << 30) as group:
            sensor.start(group.command("env", f"PYTHONPATH={beginning(tmp_path / 'hasty', HASTY)}"))
            sensor.until(lambda one: one.state == "running" and one.sampling.memory)
            with path.open("ab") as file:
                for number in range(1, 4):
                    file.write(names(tmp_path / "more.pcap", 10_000, 1_770_000_000_000_000 + number * 100_000_000_000)[24:])
            until(lambda: count(line.case) == 30_040)
            assert "sensor-memory" not in {rule for rule, _ in health(line.case)}
            before = held_by_sources(sensor)
            words = ("stress-ng", "--quiet", "--vm", "1", "--vm-bytes", "820m", "--vm-keep", "--vm-hang", "0")
            others = subprocess.Popen(group.command(*words), stderr=subprocess.DEVNULL)
            try:
                found = comes(line.case, ("sensor-memory", f"sensor:s1\n{path} (live)"))
            finally:
                others.terminate()
                others.wait(20)
            with path.open("ab") as file:
                file.write(names(tmp_path / "more.pcap", 7, 1_780_000_000_000_000)[24:])
            until(lambda: count(line.case) == 30_047)
            report = sensor.until(lambda one: one.sampling.restarts == 1, 30)
            after = held_by_sources(sensor)
    finally:
        line.stop()
    assert [rule for rule, _ in found] == ["sensor-memory"]
    assert "started again once" in found["sensor-memory", f"sensor:s1\n{path} (live)"].what
    assert report.sources[0].restarts == 1 and after < before


def held_by_sources(sensor: SensorProcess) -> int:
    """Bytes of memory."""
    assert sensor.child is not None
    return sum(one.memory_info().rss for one in psutil.Process(sensor.child.pid).children(recursive=True))


@pytest.mark.skipif(bool(SMALL), reason=SMALL or "-")
def test_sensors_that_send_more_than_a_workspace_can_store(tmp_path: Path) -> None:
    """The process that stores gets a tenth of a processor; the five minutes are eight seconds."""
    line = Line(tmp_path, size=1 << 30)
    place = line.hub.add("sensor", "s1")
    line.hub.reload()
    key = input_key("s1", "0123456789ab")
    body = seal(Batch(key, 20, encode_batch(made(20, key=key))))
    try:
        path = beginning(tmp_path / "pressed", PRESSED)
        with tending(line.case, path, line.source) as child, limited(0.1, 2 << 30) as small, linked(place) as link:
            published(link, activities("s1"), seal(Opened(key, "made (live)", "pcap", 1)), message_id("ab" * 12, 1))
            link.publish(activities("s1"), body, message_id("ab" * 12, 2)).result(20)
            until(lambda: count(line.case) == 20)
            for folder in small.folders:
                (folder / "cgroup.procs").write_text(str(child.pid))
            number, found, end = 2, Found(), time.monotonic() + 150
            while not (found := {one: issue for one, issue in health(line.case).items() if one[0] == "store-overloaded"}):
                assert time.monotonic() < end
                sent = [link.publish(activities("s1"), body, message_id("ab" * 12, number + one)) for one in range(1, 201)]
                number += len(sent)
                sent[-1].result(30)
                time.sleep(0.2)
            for folder in small.folders:
                (folder.parent / "cgroup.procs").write_text(str(child.pid))
            until(lambda: count(line.case) == 20 * (number - 1), 120)  # what waited is stored
    finally:
        line.stop()
    ((_, subject),) = found
    assert subject.startswith("source:hub") and "could be read" in found["store-overloaded", subject].what


def following(hub: RunningHub, asks: bool = False) -> bool:
    """True when somebody reads its stream; asks: and has asked for more, which will be given."""

    async def ask(client: object) -> bool:
        found = await client.jetstream().consumers_info(ACTIVITIES)  # type: ignore[attr-defined]
        return any(one.num_waiting for one in found) if asks else bool(found)

    with linked(hub.place("admin-corp")) as link:
        return link.do(ask, 20)


def newest(hub: RunningHub) -> int:
    """Number of the last message that its stream took."""

    async def ask(client: object) -> int:
        return int((await client.jetstream().stream_info(ACTIVITIES)).state.last_seq)  # type: ignore[attr-defined]

    with linked(hub.place("admin-corp")) as link:
        return link.do(ask, 20)


def names(path: Path, number: int, at: int) -> bytes:
    """A capture with questions for users that nobody knows, and that compress badly."""
    chance = random.Random(at)
    return save(path, spray([f"{chance.getrandbits(96):024x}" for _ in range(number)], at)).read_bytes()


def count(workspace: Path) -> int:
    with closing(Queries(workspace)) as queries:
        return queries.count()


def until(what: Callable[[], object], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_a_sensor_that_was_added_and_never_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    hub = RunningHub(tmp_path / "home" / "hub")
    file = tmp_path / "ann.line"
    file.write_text(to_line(hub.add("analyst", "ann")))
    hub.folder.save(hub.hub)
    hub.start()
    try:
        with closing(Session.open(tmp_path / "case.wardlight")) as session:
            session.hub = HubSource(file=str(file), url=hub.place("ann").urls[0], workspace="corp")
            assert session.add_sensor("dc9", "sensor")[0]
            now = time.time_ns() // 1000
            found = {one.rule: one for one in session.queries.health(now + 31 * MINUTE).issues}
    finally:
        hub.stop()
    assert "never heard" in found["sensor-not-started"].what
