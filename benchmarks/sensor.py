"""What a sensor takes of its machine: `sensor.py MIX.pcap [--rates 1000,5000,...] [--seconds 20] [--parts ...] [--json OUT]`.

Packets are replayed in a loop at constant rates over a pair of virtual interfaces in a network namespace. Needs root, tcpreplay.

capture: processor and private memory of one capture source; bytes it saw, bytes of the batches it wrote, bytes of the sealed
messages that a sensor would send. sensor: the same of the whole `wardlight sensor`, which sends to a hub.
The governor is off, so that all of the traffic is analysed. Where a control group can be made, sender and measured programs are
in one that comes before all others; figures are processor time.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.integration.limited import limited  # noqa: E402
from tests.integration.namespace import Namespace, namespace, why_not  # noqa: E402

SIZING = {1_000: (0.25, 2.5), 5_000: (0.75, 6.0), 10_000: (1.0, 6.5), 20_000: (2.0, 9.0), 50_000: (3.5, 9.5)}
"""Packets a second to (cores, GB) of the product's sizing table, for its own sensor."""
WARM = 6.0
"""Seconds of traffic before the first reading."""


def inside() -> int:
    """In the namespace: one capture source; at each line of standard input, one line about it."""
    from app.link.codec import decode_batch
    from app.model.source import CaptureSource
    from app.sensor.process import ACTIVITIES, STATUS, SourceProcess, Status, Task, decode_status
    from app.sensor.service.packing import Gathering

    told = {"activities": 0, "batches": 0, "sealed": 0}
    last = Status()
    gathering = Gathering()

    def got(process: SourceProcess, kind: int, body: bytes) -> None:
        nonlocal last
        if kind == STATUS:
            last = decode_status(body)
        elif kind == ACTIVITIES:
            told["activities"] += len(decode_batch(body))
            told["batches"] += len(body)
            gathering.add(body)
            if gathering.due:
                told["sealed"] += sum(map(len, gathering.pack("0123456789ab").bodies))
                gathering.clear()

    with tempfile.TemporaryDirectory() as scratch:
        process = SourceProcess(Task(spec=CaptureSource(interfaces=("in",)), key="0123456789ab", evidence=scratch), got)
        for _ in sys.stdin:
            dropped = sum(one.count for one in last.dropped.values())
            line = {"pid": process.pid, "state": last.state, "records": last.records, "bytes": last.bytes, "dropped": dropped}
            print(json.dumps(line | told), flush=True)
        process.stop()
    return 0


Enter = Callable[..., list[str]]
"""Makes a command line of another one, whose program comes before others."""


def preferring(run: Callable[[Enter], int]) -> int:
    """What run returns, which is given how programs come before others, where a control group can be made; 1, with the reason
    on standard error, where there can be no namespace."""
    if why := why_not():
        print(why, file=sys.stderr)
        return 1
    with ExitStack() as stack:
        enter: Enter = lambda *words: list(words)  # noqa: E731
        with suppress(OSError):
            enter = stack.enter_context(limited(os.cpu_count() or 1, 1 << 40)).command
        return run(enter)


class Preferred(Namespace):
    """A namespace whose programs come before others."""

    def __init__(self, name: str, enter: Enter) -> None:
        super().__init__(name)
        self._enter = enter

    def command(self, *words: str) -> list[str]:
        """A command line that runs inside."""
        return self._enter(*super().command(*words))


class Used:
    """Processor seconds and private memory of a process with all its children."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    def now(self) -> tuple[float, float]:
        """(seconds of processor of what lives, MB that nothing else shares)."""
        seconds = megabytes = 0.0
        for one in [self._process, *self._process.children(recursive=True)]:
            with suppress(psutil.Error):
                times, memory = one.cpu_times(), one.memory_info()
                seconds += times.user + times.system
                megabytes += (memory.rss - memory.shared) / 1e6
        return seconds, megabytes


@contextmanager
def traffic(net: Namespace, capture: Path, rate: int) -> Any:
    """Packets of the capture again and again, at this rate."""
    words = ("tcpreplay", "-q", "-K", "--loop=0", f"--pps={rate}", "-i", "out", str(capture))
    sender = subprocess.Popen(net.command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        sender.terminate()
        sender.wait()


def link(net: Namespace) -> tuple[int, int]:
    """(packets, bytes) that came in so far, before any filter."""
    return net.counter("in", "rx_packets"), net.counter("in", "rx_bytes")


def measured(net: Namespace, capture: Path, rate: int, seconds: float, pid: int, tell: Any) -> dict[str, Any]:
    """Figures of one rate. tell: what the program says of itself, a dictionary of counters."""
    used = Used(pid)
    with traffic(net, capture, rate):
        time.sleep(WARM)
        began, (cpu, _), first, before = time.monotonic(), used.now(), tell(), link(net)
        peak = 0.0
        while time.monotonic() - began < seconds:
            time.sleep(0.5)
            peak = max(peak, used.now()[1])
        took, (cpu_end, _), last, after = time.monotonic() - began, used.now(), tell(), link(net)
    grown = {name: last[name] - first[name] for name in first if isinstance(first[name], int) and name != "pid"}
    return {
        "rate": rate,
        "arrived": (after[0] - before[0]) / took,
        "mbits": 8 * (after[1] - before[1]) / took / 1e6,
        "cores": (cpu_end - cpu) / took,
        "megabytes": peak,
        **grown,
    }


def of_capture(net: Namespace, capture: Path, rate: int, seconds: float) -> dict[str, Any]:
    """One capture source."""
    words = net.command(sys.executable, __file__, "--inside", str(capture))
    child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert child.stdin is not None and child.stdout is not None

    def tell() -> dict[str, Any]:
        child.stdin.write("\n")
        child.stdin.flush()
        return json.loads(child.stdout.readline())

    try:
        while (said := tell())["state"] != "running":
            time.sleep(0.1)
        return measured(net, capture, rate, seconds, said["pid"], tell)
    finally:
        child.stdin.close()
        child.wait(20)


def hub() -> int:
    """In the namespace: a hub with one sensor, until standard input closes; says where it is."""
    from tests.hub.running import RunningHub

    with tempfile.TemporaryDirectory() as scratch:
        one = RunningHub(Path(scratch) / "hub")
        place = one.add("sensor", "s1")
        one.start()
        try:
            print(msgspec.json.encode(place).decode(), flush=True)
            sys.stdin.read()
        finally:
            one.stop()
    return 0


def of_sensor(net: Namespace, capture: Path, rate: int, seconds: float) -> dict[str, Any]:
    """The whole sensor, which sends to a hub."""
    from app.link.place import HubPlace
    from app.model.sensor import SensorConfig, SensorReport
    from app.model.source import CaptureSource
    from tests.sensor.service.running import SensorProcess

    helper = subprocess.Popen(
        net.command(sys.executable, __file__, "--hub", str(capture)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert helper.stdin is not None and helper.stdout is not None
    try:
        place = msgspec.json.decode(helper.stdout.readline(), type=HubPlace)
        config = SensorConfig(sources=(CaptureSource(interfaces=("in",)),), reserve=0, revision=1)
        with tempfile.TemporaryDirectory() as scratch:
            sensor = SensorProcess(Path(scratch) / "s", place, config)

            def tell() -> dict[str, Any]:
                one = sensor.report() or SensorReport(sensor="", name="")
                counters = {
                    name: sum(getattr(source, name) for source in one.sources)
                    for name in ("records", "bytes", "activities", "dropped")
                }
                return {"state": one.state, **counters, "sealed": one.backlog.sent + one.backlog.bytes}

            sensor.start(net.command())
            try:
                sensor.until(lambda one: one.state == "running" and one.backlog.connected)
                assert sensor.child is not None
                return measured(net, capture, rate, seconds, sensor.child.pid, tell)
            finally:
                sensor.stop()
    finally:
        helper.stdin.close()
        helper.wait(30)


def shown(part: str, one: dict[str, Any]) -> str:
    """A line about one rate."""
    cores, gigabytes = SIZING.get(one["rate"], (0.0, 0.0))
    seen, sent = max(one["bytes"], 1), one["sealed"]
    return (
        f"{part:8} {one['arrived']:8,.0f} packets/s, {one['mbits']:5,.0f} Mbit/s: {one['cores']:.2f} cores, "
        f"{one['megabytes']:.0f} MB (table: {cores} cores, {gigabytes} GB); {one['records']:,} analysed, "
        f"{one['dropped']:,} dropped, "
        f"{one['activities']:,} activities; {sent:,} of {seen:,} bytes would be sent ({100 * sent / seen:.2f} %)"
    )


def main() -> int:
    """Print a line for each part and rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("capture", type=Path)
    parser.add_argument("--rates", default="1000,5000,10000,20000,50000")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--parts", default="capture,sensor")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--hub", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside or options.hub:
        return hub() if options.hub else inside()
    return preferring(lambda enter: _run(options, enter))


def _run(options: argparse.Namespace, enter: Enter) -> int:
    """enter: command lines that come before others."""
    parts = options.parts.split(",")
    rows: dict[str, Any] = {}
    for part, run in (("capture", of_capture), ("sensor", of_sensor)):
        for rate in map(int, options.rates.split(",")) if part in parts else ():
            with namespace() as net:
                one = run(Preferred(net.name, enter), options.capture.resolve(), rate, options.seconds)
            rows.setdefault(part, []).append(one)
            print(shown(part, one), f"(load {os.getloadavg()[0]:.1f})", flush=True)
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
