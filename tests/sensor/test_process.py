"""Live sources in processes of their own: what they say, how they end, what happens when they break."""

import importlib
import os
import queue
import signal
import time
from pathlib import Path

import pytest

from app.link.codec import decode_batch
from app.listen import Listener
from app.model.source import CaptureSource, GrowingSource, LiveSource, SourceState, SyslogSource
from app.sensor import live
from app.sensor.governing import Governing
from app.sensor.governor import Measured
from app.sensor.process import (
    ACTIVITIES,
    ENDED,
    HEAD,
    PLACED,
    STATUS,
    Counted,
    SourceProcess,
    Status,
    Task,
    _Writer,
    decode_placed,
    decode_status,
)
from app.sensor.sources.living import Limits
from app.sensor.sources.pcap import walk_pcap
from app.session import Session
from tests.material import SAMPLE, guesses, save, spray

KEY = "0123456789ab"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    users = [f"user{number}" for number in range(40)]
    return save(tmp_path / "small.pcap", spray(users) + guesses(users, 1_770_000_100_000_000))


def until(what: object, seconds: float = 20) -> None:
    assert callable(what)
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_time_that_none_can_be_does_not_become_the_last_one() -> None:
    reading, writing = os.pipe()
    try:
        writer = _Writer(writing, None)
        for last in (5, 1 << 53, -1):
            writer.received(1, 10, last)
        writer.tell()
        status = decode_status(os.read(reading, 1 << 16)[HEAD.size :])
    finally:
        os.close(reading)
        os.close(writing)
    assert (status.records, status.last) == (3, 5)


def test_a_growing_file_comes_as_batches_and_words(small: Path, tmp_path: Path) -> None:
    came: queue.Queue[tuple[int, bytes]] = queue.Queue()
    task = Task(spec=GrowingSource(path=str(small)), key=KEY, evidence=str(tmp_path / "packets"))
    process = SourceProcess(task, lambda _, kind, body: came.put((kind, body)))
    got: list[tuple[int, bytes]] = []
    while not any(kind == STATUS and decode_status(body).records == 320 for kind, body in got):
        got.append(came.get(timeout=20))
    began = time.monotonic()
    process.stop()
    while got[-1][0] != ENDED:
        got.append(came.get(timeout=20))
    took = time.monotonic() - began
    placed = [decode_placed(body) for kind, body in got if kind == PLACED]
    activities = [one for two in placed for one in decode_batch(two.batch)]
    last = [decode_status(body) for kind, body in got if kind == STATUS][-1]

    assert process.status == 0 and took < 3
    assert {one.input for one in activities} == {KEY} and len(activities) > 40
    assert last.state == "running" and last.records > 80 and not last.dropped
    assert all(one.place for one in placed) and not any(kind == ACTIVITIES for kind, _ in got)
    assert list((tmp_path / "packets").glob("*.pcapng"))


def test_what_cannot_run_is_not_tried_again(tmp_path: Path) -> None:
    states: list[SourceState] = []
    listener = Listener(tmp_path / "w", states.append)
    try:
        listener.start("one", GrowingSource(path=str(tmp_path / "nothere.pcap")))
        until(lambda: listener.step() or not listener.running)
    finally:
        listener.close()
    session = Session.open(tmp_path / "w")
    (row,) = session.queries.inputs()
    session.close()

    assert states[-1].state == "stopped" and "nothere.pcap cannot be read" in states[-1].error
    assert row.state == "failed" and "cannot be read" in row.problems[-1].what


def test_a_broken_source_is_told_and_started_again_where_it_was(small: Path, tmp_path: Path) -> None:
    states: list[SourceState] = []
    listener = Listener(tmp_path / "w", states.append)
    try:
        listener.start("one", GrowingSource(path=str(small)))
        until(lambda: listener.step() or (states and (states[-1].records, states[-1].activities) == (320, 80)))
        listener.engine.flush()
        process = listener._sources["one"].process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: listener.step() or states[-1].state == "failed")
        more = save(tmp_path / "more.pcap", spray(["late"], 1_780_000_000_000_000)).read_bytes()[24:]
        with small.open("ab") as file:
            file.write(more)
        until(lambda: listener.step() or (states[-1].state == "running" and states[-1].records == 2))
    finally:
        listener.close()
    session = Session.open(tmp_path / "w")
    first, second = session.queries.inputs()
    session.close()

    assert any("broke" in one.error for one in states if one.state == "failed")
    assert first.state == "partial" and any("broke" in one.what for one in first.problems)
    assert first.activities == 80 and second.state == "done" and second.activities == 1 and second.key != first.key


def listened(workspace: Path, path: Path, records: int) -> None:
    """A file followed until so much of it came, and for a moment more."""
    states: list[SourceState] = []
    listener = Listener(workspace, states.append)
    try:
        listener.start("one", GrowingSource(path=str(path)))
        until(lambda: listener.step() or (states and states[-1].state == "running" and states[-1].records >= records))
        end = time.monotonic() + 1
        until(lambda: listener.step() or time.monotonic() > end)
    finally:
        listener.close()


def test_a_file_that_grew_while_nobody_listened_is_read_on_and_nothing_of_it_comes_twice(small: Path, tmp_path: Path) -> None:
    data = small.read_bytes()
    ends = [one for records in walk_pcap(data, lambda what, place: None) for one in (records.start + records.size).tolist()]
    for number, more in ((20, 20), (20, 0), (60, 40), (len(ends), 260)):  # behind an answer each time
        small.write_bytes(data[: ends[number - 1]])
        listened(tmp_path / "w", small, more)
    session = Session.open(tmp_path / "w")
    rows = session.queries.inputs()
    session.close()

    assert [one.activities for one in rows] == [10, 0, 20, 50] and [one.records for one in rows] == [20, 0, 40, 260]


def test_a_source_that_hangs_stops_nobody(small: Path, tmp_path: Path) -> None:
    states: dict[str, SourceState] = {}
    listener = Listener(tmp_path / "w", lambda state: states.__setitem__(state.id, state))
    try:
        listener.start("hangs", GrowingSource(path=str(small)))
        until(lambda: listener.step() or states["hangs"].state == "running")
        process = listener._sources["hangs"].process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        listener.start("runs", GrowingSource(path=str(SAMPLE)))
        until(lambda: listener.step() or states["runs"].activities > 1000)
        began = time.monotonic()
    finally:
        listener.close()

    assert time.monotonic() - began < 12
    assert states["runs"].state == states["hangs"].state == "stopped"
    assert [one.what for one in states["hangs"].problems] == ["the source did not end in time; what it still had is lost"]
    assert not any("did not end" in one.what for one in states["runs"].problems)
    session = Session.open(tmp_path / "w")
    (row,) = [one for one in session.queries.inputs() if one.path.startswith(str(small))]
    session.close()
    assert row.state == "partial"


def test_a_disk_that_refuses_to_tidy_up_costs_no_source(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.listen.trim", full)
    monkeypatch.setattr("app.listen.TRIM", 0.0)
    states: list[SourceState] = []
    listener = Listener(tmp_path / "w", states.append)
    try:
        listener.start("one", GrowingSource(path=str(small)))
        until(lambda: listener.step() or (states and states[-1].records > 80 and states[-1].problems))
    finally:
        listener.close()
    assert [(one.what, one.where) for one in states[-1].problems] == [
        ("old packets could not be removed", "No space left on device")
    ]
    assert states[-1].activities > 40


def test_several_sources_at_once_keep_their_activities_apart(small: Path, tmp_path: Path) -> None:
    states: dict[str, SourceState] = {}
    other = save(tmp_path / "other.pcap", spray(["x", "y", "z"], client="10.9.0.77"))
    here = Session.open(tmp_path / "here")
    here.read_here([small, SAMPLE, other], lambda _: None)
    expected = {Path(one.path).name: (one.activities, one.records) for one in here.queries.inputs()}
    here.close()
    read = {"a": expected[small.name][1], "b": expected[SAMPLE.name][1], "c": expected[small.name][1]}
    listener = Listener(tmp_path / "w", lambda state: states.__setitem__(state.id, state))
    try:
        for name, path in (("a", small), ("b", SAMPLE), ("c", small)):
            listener.start(name, GrowingSource(path=str(path)))
            time.sleep(0.01)
        until(lambda: listener.step() or all(states[one].records == read[one] for one in "abc"), 60)
        done: list[object] = []
        listener.read([other], done.append, lambda: False)
    finally:
        listener.close()
    session = Session.open(tmp_path / "w")
    rows = session.queries.inputs()
    alerts = {one.detector for one in session.queries.alerts()}
    counts = session.queries.by_kind()
    session.close()

    assert len(rows) == 4 and all(one.state == "done" for one in rows)
    for row in rows:
        assert (row.activities, row.records) == expected[Path(row.path.removesuffix(live.LIVE)).name], row.path
    assert sum(counts.values()) == sum(one.activities for one in rows)
    assert alerts


@pytest.mark.parametrize("spec", [SyslogSource(), CaptureSource(interfaces=("eth0", "eth1")), GrowingSource(path="-")])
def test_every_kind_has_a_name_and_a_key_of_its_own(spec: LiveSource) -> None:
    first, second = live.key_of(spec, 1), live.key_of(spec, 2)

    assert live.label_of(spec).endswith(" (live)") and live.kind_of(spec) in live.RUNS
    assert first != second and len(first) == 12 and int(first, 16) >= 0


def test_every_kind_of_source_has_something_that_runs_it() -> None:
    for module, name in live.RUNS.values():
        assert callable(getattr(importlib.import_module(module), name))


def test_a_capture_is_told_its_quota_and_tells_what_it_left_out(small: Path) -> None:
    came: queue.Queue[tuple[int, bytes]] = queue.Queue()
    data = small.read_bytes()
    growing = small.with_name("growing.pcap")
    growing.write_bytes(data[:24])
    process = SourceProcess(Task(spec=GrowingSource(path=str(growing)), key=KEY), lambda _, kind, body: came.put((kind, body)))
    process.wish(["10.0.0.1"])
    process.govern(Limits(level=0.2, tight=1))
    told: list[Status] = [Status()]
    activities = []

    def take() -> int:
        kind, body = came.get(timeout=20)
        if kind == STATUS:
            told.append(decode_status(body))
        elif kind == PLACED:
            activities.extend(decode_batch(decode_placed(body).batch))
        return kind

    while told[-1].level == 1:
        assert take() != ENDED
    with growing.open("ab") as file:
        file.write(data[24:])
    while told[-1].records < 320:
        assert take() != ENDED
    process.stop()
    while take() != ENDED:
        pass
    last = told[-1]
    (left,) = last.skipped

    assert last.level == 0.2 and (left.what, left.flows) == ("sessions and directory", 40)
    assert last.dropped == {"not analysed, quota: sessions and directory": Counted(left.packets, "")}
    assert {one.kind for one in activities} == {"kerberos-as"}


def test_a_capture_that_holds_too_much_memory_begins_again_as_another_input(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        """A machine that is full, on which the sensor takes twice of what it took at first."""

        own = 1 << 28

        def measure(self, now: float, lost: int = 0, aside: bool = False) -> Measured:
            self.own = min(self.own * 2, 2 << 30)
            return Measured(cores=2, cpu=0.1, own_cpu=0.1, memory=8 << 30, used=(7 << 30) + self.own, own=self.own)

    monkeypatch.setattr("app.sensor.governor.BETWEEN", 3)
    states: list[SourceState] = []
    listener = Listener(tmp_path / "w", states.append)
    listener.governing = Governing(every=0.0, meter=Full())  # type: ignore[arg-type]
    try:
        listener.start("one", GrowingSource(path=str(small)))
        source = listener._sources["one"]
        key = source.key
        until(lambda: listener.step() or source.key not in ("", key), 30)
        until(lambda: listener.step() or states[-1].state == "running")
    finally:
        listener.close()
    session = Session.open(tmp_path / "w")
    first, second = session.queries.inputs()
    session.close()

    assert first.state == "partial" and first.problems[-1].what.startswith("started again as another input")
    assert second.state == "done" and listener.governing.restarts == 1 and listener.governing.sampling.tight == 2
