"""The sensor as a real process with a real hub: killed, cut off, without disk, passive; what comes is whole, once, in order."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from app.link.asking import Packets, PacketsAsked, decode_reply, encode_question
from app.link.envelope import Closed, Opened
from app.link.subjects import EVERY_STATUS, STATUS, activities, ask, config_of, status
from app.model.sensor import SensorConfig, SensorReport
from app.model.source import CaptureSource, GrowingSource, SyslogSource
from app.sensor.service.changes import recorded
from app.sensor.service.outbox import New, Outbox
from app.sensor.sources.evidence import from_file
from app.sensor.sources.pcap import walk_pcap
from tests.hub.running import RunningHub, linked
from tests.material import CLIENT, guesses, save, spray
from tests.sensor.free_port import free_port
from tests.sensor.service.running import ROOT, Came, SensorProcess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    running = RunningHub(tmp_path_factory.mktemp("hub"))
    running.add("analyst", "ann")
    running.start()
    yield running
    running.stop()


def capture(path: Path, users: int = 40, at: int = 1_770_000_000_000_000, client: str = CLIENT) -> Path:
    names = [f"user{number}" for number in range(users)]
    return save(path, spray(names, at, client) + guesses(names, at + 1_000_000_000, client))


def read(hub: RunningHub, sensor: str, count: int, durable: str, seconds: float = 120) -> Came:
    """What came of a sensor, when it is so many activities."""
    came = Came()
    end = time.monotonic() + seconds
    with linked(hub.place("ann")) as link:
        while len(came.activities) < count:
            assert time.monotonic() < end, len(came.activities)
            came.read(link, durable, activities(sensor))
    assert came.twice == 0
    return came


def said(hub: RunningHub, sensor: str, what: Callable[[SensorReport], object], seconds: float = 120) -> SensorReport:
    """The last report that the hub has, when it says so: the file of a full disk says nothing."""
    end = time.monotonic() + seconds
    with linked(hub.place("ann")) as link:
        while True:
            for subject, data, _ in link.last_of_each(STATUS, EVERY_STATUS):
                report = msgspec.json.decode(data, type=SensorReport)
                if subject == status(sensor) and what(report):
                    return report
            assert time.monotonic() < end
            time.sleep(0.2)


def test_configured_by_the_hub_it_sends_answers_and_ends_in_order(hub: RunningHub, tmp_path: Path) -> None:
    path = capture(tmp_path / "c.pcap")
    sensor = SensorProcess(tmp_path / "s", hub.add("sensor", "whole"))
    hub.reload()
    sensor.start()
    sensor.until(lambda one: one.state == "not configured" and one.backlog.connected)
    config = SensorConfig(sources=(GrowingSource(path=str(path)),), reserve=0.0, revision=1, who="ann")
    with linked(hub.place("ann")) as link:
        link.put(config_of("whole"), msgspec.json.encode(config))
        sensor.until(lambda one: one.applied == 1 and one.state == "running")
        came = read(hub, "whole", 80, "whole")
        (opened,) = came.opened
        question = PacketsAsked(opened.key, tuple(range(1, 321)))
        reply = decode_reply(link.ask(ask("whole"), encode_question(question)))
    shown = subprocess.run(
        [sys.executable, "-m", "app", "sensor", "--status", "--config", str(sensor.files.configuration)],
        cwd=ROOT, capture_output=True, text=True, timeout=90,
    )  # fmt: skip
    twice = subprocess.run(
        [sys.executable, "-m", "app", "sensor", "--config", str(sensor.files.configuration)],
        cwd=ROOT, capture_output=True, text=True, timeout=90,
    )  # fmt: skip
    assert sensor.stop() == 0
    rest = read(hub, "whole", 80, "whole-again")

    assert isinstance(reply, Packets) and {one for two in came.activities for one in two.frames} <= set(
        from_file(reply.file, question.frames)
    )
    assert shown.returncode == 0 and json.loads(shown.stdout)["report"]["applied"] == 1
    assert twice.returncode == 1 and "already" in twice.stderr and "Traceback" not in twice.stderr
    assert [type(one) for one in rest.messages].count(Closed) == 1 and isinstance(rest.messages[0], Opened)
    assert isinstance(rest.messages[-1], Closed) and rest.messages[-1].state == "done"


def test_killed_again_and_again_it_loses_nothing_that_it_kept_and_tells_nothing_twice(hub: RunningHub, tmp_path: Path) -> None:
    """Numbered messages wait in its outbox while it is killed between any two steps of sending; all arrive once, in order."""
    place = hub.add("sensor", "killed")
    hub.reload()
    sensor = SensorProcess(tmp_path / "s", place, SensorConfig())
    put: list[bytes] = []
    for turn in range(6):
        outbox = Outbox(sensor.files.outbox("killed"), 1 << 26)
        more = [b"%d-%d" % (turn, number) for number in range(400)]
        outbox.put([New(one) for one in more])
        put += more
        outbox.close()
        sensor.start()
        end = time.monotonic() + 90
        while sensor.report() is None or not sensor.report().backlog.connected:  # type: ignore[union-attr]
            assert time.monotonic() < end
            time.sleep(0.02)
        time.sleep(0.05 * turn)  # at another step of sending each time
        sensor.kill()
        sensor.files.report.unlink()
    sensor.start()
    sensor.until(lambda one: one.backlog.connected and one.backlog.messages == 0)
    sensor.stop()
    found: list[bytes] = []
    ids: list[str] = []
    with linked(hub.place("ann")) as link:
        consumer = link.consume("kills", "ACTIVITIES", "act.killed", 10_000)
        left = True
        while left:  # until the hub says itself that there is no more
            came = consumer.next(0.5)
            found += [one.data for one in came if one.data[:1].isdigit()]
            ids += [one.id for one in came]
            consumer.acknowledge([one.reply for one in came])
            lag = consumer.lag()
            left = bool(came or lag.waiting or lag.unacknowledged)

    assert found == put and len(set(ids)) == len(ids)


def test_a_kill_with_activities_in_hand_is_said_and_the_next_run_goes_on_where_it_was(hub: RunningHub, tmp_path: Path) -> None:
    path = capture(tmp_path / "c.pcap")
    sensor = SensorProcess(
        tmp_path / "s", hub.add("sensor", "hand"), SensorConfig(sources=(GrowingSource(path=str(path)),), reserve=0.0)
    )
    hub.reload()
    sensor.start()
    first = read(hub, "hand", 80, "hand")
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(sensor.child.pid if sensor.child else 0)], capture_output=True, text=True
    ).stdout.split()
    sensor.kill()
    end = time.monotonic() + 60
    while any(Path(f"/proc/{one}/cmdline").exists() for one in children):  # its sources end with it
        assert time.monotonic() < end
        time.sleep(0.1)
    with path.open("ab") as file:
        file.write(capture(tmp_path / "d.pcap", users=7, at=1_770_009_000_000_000, client="10.9.0.99").read_bytes()[24:])
    sensor.start()
    read(hub, "hand", 94, "hand-again")
    sensor.stop()
    came = read(hub, "hand", 94, "hand-all")
    closed = [one for one in came.messages if isinstance(one, Closed)]

    assert children and len({one.key for one in came.opened}) == 2
    assert len(came.activities) == 94 == len({(one.at, one.kind) for one in came.activities})
    assert (
        closed[0].key == first.opened[0].key and closed[0].state == "partial" and "without order" in closed[0].problems[-1].what
    )


def test_killed_while_its_file_grows_it_goes_on_there_and_tells_each_act_once(hub: RunningHub, tmp_path: Path) -> None:
    """Question and answer are written at once, so that it has none in hand when it dies; where it was lies with what it kept."""
    whole = save(tmp_path / "w.pcap", spray([f"user{number}" for number in range(1_200)])).read_bytes()
    records = list(walk_pcap(whole, lambda what, place: None))
    ends = [24, *(one for part in records for one in (part.start + part.size).tolist()[1::2])]
    path = tmp_path / "growing.pcap"
    path.write_bytes(whole[:24])
    place = hub.add("sensor", "following")
    hub.reload()
    sensor = SensorProcess(tmp_path / "s", place, SensorConfig(sources=(GrowingSource(path=str(path)),), reserve=0.0))
    chance = random.Random(6)
    written = 0
    for _ in range(4):
        sensor.start()
        sensor.until(lambda one: one.state == "running")
        until = time.monotonic() + chance.uniform(0.3, 2.5)
        while time.monotonic() < until and written < 1_200:
            with path.open("ab") as file:
                file.write(whole[ends[written] : ends[written + 5]])
            written += 5
            time.sleep(0.02)
        sensor.kill()
        sensor.files.report.unlink()  # the next run has not said anything yet
    with path.open("ab") as file:
        file.write(whole[ends[written] :])
    sensor.start()
    came = read(hub, "following", 1_200, "following")
    sensor.until(lambda one: one.backlog.connected and not one.backlog.messages)
    sensor.stop()
    came = read(hub, "following", 1_200, "following-all")

    assert written > 100 and len(came.opened) > 2
    assert [one.at for one in came.activities] == [1_770_000_000_000_000 + 1_000_000 * number for number in range(1_200)]


def test_a_hub_that_goes_and_comes_gets_all_in_order(tmp_path: Path) -> None:
    own = RunningHub(tmp_path / "hub")
    place = own.add("sensor", "s1")
    own.add("analyst", "ann")
    own.start()
    path = tmp_path / "growing.pcap"
    whole = capture(tmp_path / "c.pcap", users=60).read_bytes()
    path.write_bytes(whole[: len(whole) // 4])
    sensor = SensorProcess(tmp_path / "s", place, SensorConfig(sources=(GrowingSource(path=str(path)),), reserve=0.0)).start()
    try:
        read(own, "s1", 10, "a")
        own.kill()
        sensor.until(lambda one: not one.backlog.connected and one.backlog.error)
        with path.open("ab") as file:
            file.write(whole[len(whole) // 4 :])
        waiting = sensor.until(lambda one: one.backlog.messages > 0 and one.state == "running")
        own.start(streams=False)
        came = read(own, "s1", 120, "b")
        sensor.stop()
    finally:
        if sensor.child is not None and sensor.child.poll() is None:
            sensor.kill()
        own.stop()

    assert "hub" in waiting.backlog.error.lower() or waiting.backlog.error
    frames = [one.frames[0] for one in came.activities]
    assert frames == sorted(frames) and len(frames) == 120


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="a small disk needs root")
def test_a_full_disk_is_a_state_and_not_the_end(hub: RunningHub, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a small disk")
    sensor = SensorProcess(disk / "s", hub.add("sensor", "full"))
    hub.reload()
    try:
        path = capture(tmp_path / "c.pcap")
        sensor.files.configuration.write_bytes(
            msgspec.json.encode(SensorConfig(sources=(GrowingSource(path=str(path)),), reserve=0.0))
        )
        outbox = Outbox(sensor.files.outbox("full"), 1 << 26)
        outbox.close()
        ballast = disk / "ballast"
        with pytest.raises(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        sensor.start()
        waiting = said(hub, "full", lambda one: one.backlog.full)
        ballast.unlink()
        came = read(hub, "full", 80, "full")
        with pytest.raises(OSError), ballast.open("wb", buffering=0) as file:  # and once more while it runs
            while True:
                file.write(bytes(4096))
        with path.open("ab") as more:
            more.write(capture(tmp_path / "d.pcap", users=300, at=1_770_009_000_000_000, client="10.9.0.99").read_bytes()[24:])
        held = said(hub, "full", lambda one: one.backlog.full and one.state == "running")
        ballast.unlink()
        came = read(hub, "full", 680, "full-again")
        assert sensor.stop() == 0
    finally:
        if sensor.child is not None and sensor.child.poll() is None:
            sensor.kill()
        subprocess.run(["umount", "-l", str(disk)], check=False)

    assert "outbox" in waiting.backlog.full and waiting.state == "failed"
    assert "cannot be written" in held.backlog.full and held.backlog.lost == 0
    assert len({one.id for one in came.activities}) == len(came.activities) == 680


def test_a_joined_sensor_checks_its_configuration_and_ends_with_its_parent(hub: RunningHub, tmp_path: Path) -> None:
    from app.link.place import to_line

    line = to_line(hub.add("sensor", "joined"))
    hub.reload()
    file = tmp_path / "sensor.json"

    def sensor(*words: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "app", "sensor", "--config", str(file), *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, input=given, timeout=120)

    nothing = sensor("--check")
    joined = sensor("--join", "-", "--name", "DC 1", "--no-run", given=line + "\n")
    file.write_bytes(msgspec.json.encode(SensorConfig(sources=(CaptureSource(interfaces=("nothere0",)),))))
    wrong = sensor("--check")
    file.write_bytes(msgspec.json.encode(SensorConfig(sources=(SyslogSource(address="127.0.0.1", port=free_port()),))))
    good = sensor("--check")
    bad = sensor("--join", "wardlight1:nonsense", "--no-run")
    command = [sys.executable, "-m", "app", "sensor", "--config", str(file), "--with-parent"]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)
    report = tmp_path / "sensor.data" / "report.json"
    end = time.monotonic() + 90
    while not (report.exists() and b'"state":"running"' in report.read_bytes()):
        assert time.monotonic() < end
        time.sleep(0.1)
    busy = sensor("--check")  # the port is in use, by itself
    assert child.stdin is not None
    child.stdin.close()

    assert child.wait(60) == 0
    assert nothing.returncode == 1 and "There is no configuration" in nothing.stdout and "No hub is known" in nothing.stdout
    assert joined.returncode == 0 and "DC 1" in joined.stderr
    assert wrong.returncode == 1 and "nothere0" in wrong.stdout
    assert good.returncode == 0 and "can run" in good.stdout
    assert busy.returncode == 0 and "can run" in busy.stdout
    assert re.search(r"its report of \d+ seconds ago", busy.stdout) and "seconds ago" not in good.stdout
    assert bad.returncode == 1 and len(bad.stderr.splitlines()) == 1
    assert recorded(tmp_path / "sensor.changes.jsonl")[0]["what"] == "joined"


JUMP = """
import os, time
real, real_ns = time.time, time.time_ns
def jumped(): return -86_400 * 30 if os.path.exists(os.path.join(os.path.dirname(__file__), "now")) else 0
time.time = lambda: real() + jumped()
time.time_ns = lambda: real_ns() + jumped() * 1_000_000_000
"""


def test_a_clock_that_jumps_changes_nothing(hub: RunningHub, tmp_path: Path) -> None:
    """Times come from packets, numbers from the outbox. The clock of all its processes goes back a month while it runs."""
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(JUMP)
    path = tmp_path / "growing.pcap"
    whole = capture(tmp_path / "c.pcap").read_bytes()
    path.write_bytes(whole[: len(whole) // 4])
    place = hub.add("sensor", "clock")
    hub.reload()
    sensor = SensorProcess(tmp_path / "s", place, SensorConfig(sources=(GrowingSource(path=str(path)),), reserve=0.0))
    sensor.start(["env", f"PYTHONPATH={tmp_path / 'clock'}{os.pathsep}{ROOT}"])
    sensor.until(lambda one: one.state == "running")
    read(hub, "clock", 10, "clock-before")
    before = time.time_ns() // 1000
    (tmp_path / "clock" / "now").touch()
    sensor.until(lambda one: one.at < before - 86_400_000_000)  # it jumped
    with path.open("ab") as file:
        file.write(whole[len(whole) // 4 :])
    read(hub, "clock", 80, "clock-behind")
    sensor.stop()
    with path.open("ab") as file:
        file.write(capture(tmp_path / "d.pcap", users=7, at=1_770_009_000_000_000, client="10.9.0.99").read_bytes()[24:])
    sensor.start()
    came = read(hub, "clock", 94, "clock-all")
    sensor.stop()

    def times(key: str) -> list[int]:
        return [one.at for one in came.activities if one.input == key]

    first, second = (one.key for one in came.opened)
    assert first != second and (len(times(first)), len(times(second))) == (80, 14)
    assert (min(times(first)), min(times(second))) == (1_770_000_000_000_000, 1_770_009_000_000_000)
