"""From a sensor over a hub into workspaces, with real processes: the same as without a hub, for each analyst."""

import os
import re
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import dpkt
import pytest
from msgspec.structs import replace

from app.hub.keys import make_pair
from app.link.place import HubPlace, to_line
from app.listen import Listener
from app.model.sensor import SensorConfig
from app.model.source import GrowingSource, HubSource, LiveSource, SourceState
from app.session import Session
from tests.engine.workspace import content
from tests.hub.running import RunningHub, until
from tests.material import SAMPLE
from tests.sensor.service.running import SensorProcess

pytestmark = pytest.mark.slow
NOT_COMPARED = {"inputs", "receipts", "sensors", "meta", "changes", "health", "health_history"}


@pytest.fixture(scope="module")
def packets() -> int:
    """How many there are in the sample."""
    with SAMPLE.open("rb") as file:
        return sum(1 for _ in dpkt.pcap.Reader(file))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, packets: int) -> Iterator[RunningHub]:
    """A hub with a sensor that has sent the sample, and two analysts."""
    folder = tmp_path_factory.mktemp("hub")
    running = RunningHub(folder / "hub", ("corp", "other"))
    place = running.add("sensor", "dc1")
    for id in ("ann", "bob"):
        running.add("analyst", id)
    running.add("analyst", "eve", "other")
    running.start()
    config = SensorConfig(sources=(GrowingSource(path=str(SAMPLE)),), reserve=0.0)
    sensor = SensorProcess(folder / "sensor", place, config).start()
    try:
        sensor.until(lambda report: report.sources and report.sources[0].records >= packets and not report.backlog.messages)
        sensor.stop()
        yield running
    finally:
        sensor.kill()
        running.stop()


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory, packets: int) -> Path:
    """The workspace of the embedded sensor that saw the same."""
    path = tmp_path_factory.mktemp("embedded") / "w"
    listen(path, GrowingSource(path=str(SAMPLE)), lambda listener: listener.states()[0].records >= packets)
    return path


def source(folder: Path, place: HubPlace) -> HubSource:
    """A source that follows a hub with this key."""
    file = folder / f"{place.id}.line"
    file.write_text(to_line(place))
    return HubSource(file=str(file))


def listen(
    path: Path, spec: LiveSource, done: Callable[[Listener], object], ask: Callable[[], object] = lambda: None
) -> list[SourceState]:
    """Listen until done(listener)."""
    states: list[SourceState] = []
    listener = Listener(path, states.append)
    try:
        listener.start("one", spec)
        until(lambda: listener.step() or done(listener), 60)
        ask()
    finally:
        listener.close()
    return states


def whole(embedded: Path) -> Callable[[Listener], bool]:
    """All that the sensor sent is there."""
    (number,) = sqlite3.connect(embedded).execute("SELECT count(*) FROM activities").fetchone()
    return lambda listener: listener.engine.activities >= number


def plain(path: Path) -> dict[str, str]:
    """What a workspace holds, with one name for its input."""
    database = sqlite3.connect(path)
    ((key,),) = database.execute("SELECT key FROM inputs").fetchall()
    database.close()
    return {
        table: re.sub(r"'[0-9a-f]{12,}'|[0-9a-f]{16,}", "ID", repr(rows).replace(key, "INPUT"))
        for table, rows in content(path).items()
        if table not in NOT_COMPARED
    }


def alerts(path: Path) -> list[str]:
    """All that is said of them, with one name for the input."""
    session = Session.open(path)
    (row,) = session.queries.inputs()
    found = [repr((one.detector, one.severity, one.finding)).replace(row.key, "INPUT") for one in session.queries.alerts()]
    session.close()
    return sorted(found)


def test_over_a_hub_the_same_activities_and_alerts_come(hub: RunningHub, embedded: Path, tmp_path: Path) -> None:
    listen(tmp_path / "w", source(tmp_path, hub.place("ann")), whole(embedded))
    one, other = plain(tmp_path / "w"), plain(embedded)

    for table in other:
        if not table.startswith(("alert", "incident", "evidence")):  # in the order of ids, which hold the key; compared below
            assert one[table] == other[table], table
    assert alerts(embedded) and alerts(tmp_path / "w") == alerts(embedded)


def test_two_analysts_follow_one_hub_and_go_on_where_each_was(hub: RunningHub, embedded: Path, tmp_path: Path) -> None:
    for name in ("ann", "bob"):
        path, spec = tmp_path / name, source(tmp_path, hub.place(name))
        listen(path, spec, lambda listener: listener.states()[0].activities > 0)
        listen(path, spec, whole(embedded))

    assert alerts(tmp_path / "ann") == alerts(tmp_path / "bob") == alerts(embedded)
    assert sqlite3.connect(tmp_path / "ann").execute("SELECT id, activities > 1000 FROM sensors").fetchall() == [("dc1", 1)]
    assert [row.id for row in Session.open(tmp_path / "bob").queries.sensors()] == ["dc1"]


def test_a_killed_reader_of_the_stream_is_started_again(hub: RunningHub, embedded: Path, tmp_path: Path) -> None:
    killed: list[int] = []

    def done(listener: Listener) -> bool:
        process = listener.sources()[0].process
        if process is not None and len(killed) < 2 and process.pid not in killed and listener.states()[0].state == "running":
            os.kill(process.pid, signal.SIGKILL)
            killed.append(process.pid)
        return whole(embedded)(listener) and len(killed) == 2

    listen(tmp_path / "w", source(tmp_path, hub.place("ann")), done)

    assert len(set(killed)) == 2 and alerts(tmp_path / "w") == alerts(embedded)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda place: replace(place, seed=make_pair().seed), "refuses this key"),
        (lambda place: replace(place, urls=("tls://127.0.0.1:1",)), "nothing listens there"),
        (
            lambda place: replace(place, urls=tuple(one.replace("127.0.0.1", "127.0.0.2") for one in place.urls)),
            "nothing listens",
        ),
        (lambda place: replace(place, authority=""), "is not of the authority that is trusted here"),
        (lambda place: replace(place, role="sensor"), "the line of a sensor"),
    ],
)
def test_a_refusal_is_seen_in_the_state_of_the_source(
    hub: RunningHub, tmp_path: Path, change: Callable[[HubPlace], HubPlace], words: str
) -> None:
    spec = source(tmp_path, change(hub.place("ann")))
    states = listen(tmp_path / "w", spec, lambda listener: words in listener.states()[0].error)

    assert any(words in one.error for one in states), {one.error for one in states}


def test_a_line_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "line").write_text("nonsense")
    states = listen(tmp_path / "w", HubSource(file=str(tmp_path / "line")), lambda listener: not listener.running)

    assert states[-1].state == "stopped" and "This is no line of" in states[-1].error


def test_the_key_of_another_workspace_reads_nothing_of_this_one(hub: RunningHub, tmp_path: Path) -> None:
    seen = listen(tmp_path / "w", source(tmp_path, hub.place("eve", "other")), lambda one: one.states()[0].state == "running")

    assert seen[-1].records == 0
    assert sqlite3.connect(tmp_path / "w").execute("SELECT count(*) FROM activities").fetchone() == (0,)
