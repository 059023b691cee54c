"""The governor on a machine that is really busy: stress-ng beside a capture in one control group, packets over a virtual pair."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from app.engine.health.sensors import Seen, sensor_facts
from app.engine.health.tallies import Tallies
from app.model.sensor import Sampling, SensorReport
from tests.integration.limited import Limited, limited, why_no_group
from tests.integration.namespace import ROOT, Namespace, namespace, why_not
from tests.material import SAMPLE

WHY = why_not() or why_no_group("stress-ng")
pytestmark = [pytest.mark.skipif(bool(WHY), reason=WHY), pytest.mark.slow]
RECORDS, DROPPED, SKIPPED = 2, 5, 8
"""Places in a Status."""
SENSOR = """
import sys, time
import msgspec
from app.link.codec import decode_batch
from app.model.source import CaptureSource
from app.sensor import governor
from app.sensor.governing import Governing
from app.sensor.process import STATUS, SourceProcess, Task, decode_status
from app.sensor.running import RunningSource

governor.LEAST_MEMORY = 16 << 20  # it holds less than what it may always hold
source = RunningSource("one", CaptureSource(interfaces=("in",)))
def got(process, kind, body):
    if kind == STATUS:
        source.status = decode_status(body)
source.process = SourceProcess(Task(spec=source.spec, key="0123456789ab"), got)
governing = Governing(every=1.0)
while source.process.status is None:
    if governing.look(time.monotonic(), [source]) is not None:
        print(msgspec.json.encode((governing.sampling, source.status)).decode(), flush=True)
    time.sleep(0.05)
"""
"""A sensor without anything behind it, which looks every second instead of every ten."""


@pytest.fixture
def net() -> Iterator[Namespace]:
    with namespace() as one:
        yield one


class Running:
    """The sensor in its group; told: what it said, newest last."""

    def __init__(self, group: Limited, net: Namespace) -> None:
        self.child = subprocess.Popen(
            group.within(net.command(), sys.executable, "-c", SENSOR), stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        self.told: list[tuple[Any, list[Any]]] = []

    def until(self, good: Callable[[Any, list[Any]], bool], looks: int = 40) -> Any:
        """What it says when good(sampling, status); fails after so many looks."""
        assert self.child.stdout is not None
        for _ in range(looks):
            sampling, status = json.loads(self.child.stdout.readline())
            self.told.append((sampling, status))
            if good(sampling, status):
                return sampling
        raise AssertionError([{k: v for k, v in one.items() if "_" not in k} for one, _ in self.told])


def stress(group: Limited, *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(group.command("stress-ng", "--quiet", *words))


def health(told: list[Any]) -> list[list[str]]:
    """Rules of the health alerts at each word of a sensor, and six minutes after the last one."""
    now, tallies, out = 1_800_000_000_000_000, Tallies(), []
    for number, one in enumerate([*told, told[-1]]):
        at = now + number * 1_000_000 + (360_000_000 if number == len(told) else 0)
        sampling = msgspec.convert(one, Sampling)
        report = SensorReport(sensor="s", name="s", state="running", since=now - 1_000_000, at=at, sampling=sampling)
        facts = sensor_facts([Seen(id="s", name="s", added=now, heard=at, report=report)], at, tallies, "")
        out.append([fact.rule for fact in facts])
    return out


def end(*children: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    for one in children:
        one.send_signal(signal.SIGTERM)
    for one in children:
        one.wait(20)


def test_the_quota_falls_when_others_need_the_machine_and_traffic_is_left_out_until_they_are_done(net: Namespace) -> None:
    with limited(0.6, 2 << 30) as group:
        sensor = Running(group, net)
        sender = subprocess.Popen(
            net.command("tcpreplay", "-q", "-K", "--loop=0", "--pps=6000", "-i", "out", str(SAMPLE)), stdout=subprocess.DEVNULL
        )
        try:
            calm = sensor.until(lambda one, status: one["level"] == 1 and status[RECORDS] > 10_000)
            before = sum(calm["skipped"].values())  # its own start may have been too much
            others = stress(group, "--cpu", "1")
            try:
                short = sensor.until(lambda one, _: one["level"] < 0.5 and sum(one["skipped"].values()) > before + 1000)
                lowest = sensor.until(lambda one, _: one["level"] == 0 or one["cpu"] < one["quota"])
            finally:
                end(others)
            again = sensor.until(lambda one, _: one["level"] == 1, 60)
        finally:
            end(sender, sensor.child)
    after = sensor.told[-1][1]

    assert calm["quota"] > 0.5 and calm["why"] == "" and calm["cpu"] < calm["quota"]
    assert short["others"] > 0.5 and short["quota"] < 0.35 and short["why"] == "processor" and short["keep"] < 1
    assert lowest["cpu"] < calm["cpu"]
    assert again["quota"] > 0.5 and again["why"] == ""
    counted = {what: one[0] for what, one in after[DROPPED].items() if "quota" in what}
    assert counted == {f"not analysed, quota: {one['what']}": one["packets"] for one in after[SKIPPED]}
    told = health([one for one, _ in sensor.told])
    assert told[sensor.told.index(next(one for one in sensor.told if one[0] is lowest))] == ["traffic-dropped"]
    assert told[-1] == []


def test_memory_is_held_tight_when_others_hold_it(net: Namespace) -> None:
    with limited(1.0, 1 << 30) as group:
        sensor = Running(group, net)
        try:
            calm = sensor.until(lambda one, _: True)
            others = stress(group, "--vm", "1", "--vm-bytes", "840m", "--vm-keep", "--vm-hang", "0")
            try:
                # filling the memory takes the processor for a while, which is told first
                short = sensor.until(lambda one, _: one["tight"] == 2 and one["why"] == "memory")
            finally:
                end(others)
            sensor.until(lambda one, _: one["tight"] == 0)
        finally:
            end(sensor.child)

    assert calm["tight"] == 0 and calm["memory_quota"] > 0.6
    assert short["memory_others"] > 0.7 and short["why"] == "memory" and short["restarts"] == 0
