"""A network that is slow, silent or cut between sensor, hub and workspace; a hub that was away: nothing lost or twice."""

import subprocess
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.link.codec import encode_batch
from app.link.envelope import Batch, Closed, Opened, seal
from app.link.numbers import input_key
from app.link.place import to_line
from app.sensor.service.outbox import New, Outbox
from benchmarks import faults
from benchmarks.faults import Line, stored
from tests.engine.workspace import content, made
from tests.hub.air import air, why_no_air
from tests.hub.relay import Relay, Weather
from tests.hub.running import RunningHub, until
from tests.integration.namespace import namespace, why_not

pytestmark = pytest.mark.slow
WHY = why_not() or why_no_air()
LARGE = 1 << 30
WEATHERS: tuple[tuple[Weather, float], ...] = (("slow", 4), ("cut", 2), ("fair", 2), ("silent", 3), ("slow", 3), ("cut", 1))


def fill(path: Path, number: int, size: int) -> None:
    """An outbox with an input of so many activities in messages of one size."""
    key = input_key("s1", "0123456789ab")
    whole = made(number, key=key)
    new = [New(seal(Opened(key, "made (live)", "pcap", 1)), alone=True)]
    new += [New(seal(Batch(key, size, encode_batch(whole[at : at + size])))) for at in range(0, number, size)]
    new.append(New(seal(Closed(key, "done", number, whole[0].at, whole[-1].at)), alone=True))
    outbox = Outbox(path, LARGE)
    outbox.put(new)
    outbox.close()


class Between:
    """A hub behind a relay, and the line from an outbox to a workspace through it."""

    def __init__(self, folder: Path) -> None:
        self.hub = RunningHub(folder / "hub", always=True)
        places = {"sensor": self.hub.add("sensor", "s1"), "analyst": self.hub.add("analyst", "ann")}
        self.hub.start()
        self.relay = Relay(self.hub.hub.port)
        lines = {name: folder / f"{name}.line" for name in places}
        for name, place in places.items():
            lines[name].write_text(to_line(replace(place, urls=(f"tls://127.0.0.1:{self.relay.port}",))))
        self._made = folder, lines
        self.line: Line | None = None

    def begin(self) -> Line:
        folder, lines = self._made
        self.line = Line(folder, self.hub, lines, folder / "w")
        return self.line

    def close(self) -> None:
        self.relay.weather = "fair"
        if self.line is not None:
            self.line.close()
        self.relay.close()
        self.hub.stop()


def rows(workspace: Path) -> list[str]:
    return [repr(row) for row in content(workspace)["activities"]]


def test_a_network_that_is_slow_silent_and_cut_loses_and_doubles_nothing(tmp_path: Path) -> None:
    number = 3_000
    fill(tmp_path / "outbox", number, 5)
    between = Between(tmp_path)
    try:
        line = between.begin()
        until(lambda: line.stored() > 0, 60)
        for weather, seconds in WEATHERS:
            between.relay.weather = weather
            time.sleep(seconds)
        assert line.stored() < number, "it was over before the network was bad"
        between.relay.weather = "fair"
        until(lambda: line.stored() >= number, 120)
    finally:
        between.close()
    found = rows(tmp_path / "w")
    assert (len(found), len(set(found))) == (number, number)


def test_an_hour_of_traffic_waits_for_a_hub_that_was_away(tmp_path: Path) -> None:
    number = 30_000  # made() takes about half a second of event time for one: more than an hour
    fill(tmp_path / "outbox", number, 250)
    between = Between(tmp_path)
    try:
        between.relay.weather = "cut"
        line = between.begin()
        time.sleep(3)
        assert line.stored() == 0
        between.relay.weather = "fair"
        until(lambda: line.stored() >= number, 120)
    finally:
        between.close()
    found = rows(tmp_path / "w")
    assert (len(found), len(set(found))) == (number, number)


@pytest.mark.skipif(bool(WHY), reason=WHY or "-")
def test_packets_that_are_late_lost_doubled_and_out_of_order_change_nothing(tmp_path: Path) -> None:
    """Sensor and workspace in one network namespace, the hub in another; twice nothing passes for longer than TCP waits."""
    number = 3_000
    fill(tmp_path / "outbox", number, 5)
    workspace, said = tmp_path / "w", tmp_path / "said"
    children: list[subprocess.Popen[bytes]] = []
    with namespace() as here, namespace() as there, air(here, there) as between, said.open("ab") as out:
        hub = there.start(["-m", "tests.hub.apart", str(tmp_path), "10.77.0.2"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            assert hub.stdout is not None and hub.stdout.readline() == b"ready\n"
            lines = [str(tmp_path / f"{one}.line") for one in ("sensor", "analyst")]
            sender = [faults.__file__, "--send", lines[0], "--outbox", str(tmp_path / "outbox")]
            for words in (sender, ["-m", "app", "listen", str(workspace), "--hub", lines[1]]):
                child = here.start(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
                children.append(child)
            until(lambda: stored(workspace) > 0, 60)
            for weather, seconds in (("bad", 6), ("cut", 4), ("bad", 6), ("cut", 2)):
                between.weather = weather  # type: ignore[assignment]
                time.sleep(seconds)
            assert stored(workspace) < number, "it was over before the network was bad"
            between.weather = "bad"
            until(lambda: stored(workspace) >= number, 240)
        finally:
            for child in reversed(children):
                child.terminate()
                child.wait(120)
            hub.communicate(timeout=60)
    found = rows(workspace)
    assert (len(found), len(set(found))) == (number, number), said.read_text()
    assert min(between.overtaken, between.lost, between.twice) > 10
