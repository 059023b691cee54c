"""A window of a ring is valid while it is fed and no longer: nothing that is carried over may point into it."""

import mmap
import random
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import numpy as np
import pytest

from app.model.activity import Activity
from app.model.source import CaptureSource, GrowingSource, Skipped
from app.sensor.captures import known_conversations
from app.sensor.live_capture import PAUSE, _Pass, run_capture, run_growing
from app.sensor.packets.traffic import Traffic
from app.sensor.sources.living import Cannot, Limits
from app.sensor.sources.pcap import walk_pcap
from tests.material import SAMPLE, spray


class Outlet:
    """Keeps what it is given."""

    def __init__(self, evidence: Path | None) -> None:
        self.evidence, self.place = evidence, ""
        self.places: list[str] = []
        self.batch: list[Activity] = []
        self.records = 0
        self.notes: dict[str, int] = {}
        self.limits = Limits()
        self.skipped: tuple[Skipped, ...] = ()
        self.lost: dict[str, int] = {}
        self.states: list[str] = []

    def put(self, batch: list[Activity], place: str = "") -> None:
        self.batch += batch
        self.places.append(place)

    def received(self, records: int, bytes: int, last: int | None) -> None:
        self.records += records

    def dropped(self, what: str, count: int, where: str = "") -> None:
        self.lost[what] = self.lost.get(what, 0) + count

    def note(self, what: str, where: str, count: int = 1) -> None:
        self.notes[what] = self.notes.get(what, 0) + count

    def left_out(self, level: float, picked: int, skipped: tuple[Skipped, ...]) -> None:
        self.skipped = skipped

    def state(self, state: str, error: str = "") -> None:
        self.states.append(state)


def through_a_ring(data: bytes, window: int, outlet: Outlet) -> None:
    """Each window lies in a mapping that is overwritten, and unmapped, as soon as it was fed."""
    passing = _Pass("0123456789ab", outlet)
    for records in walk_pcap(data, lambda what, place: None, window):
        begin, end = int(records.start[0]), int(records.start[-1] + records.size[-1])
        ring = mmap.mmap(-1, end - begin + 4096)
        ring[100 : 100 + end - begin] = data[begin:end]
        moved = msgspec.structs.replace(records, data=ring, start=records.start - begin + 100)
        passing.feed(moved, ((0, len(ring)),), [0] * len(records.start))
        del moved
        ring[:] = random.Random(window).randbytes(len(ring))
        ring.close()  # raises when an array still looks into it
    passing.close()


def test_what_is_carried_over_is_copied(tmp_path: Path) -> None:
    data = SAMPLE.read_bytes()
    expected: list[Activity] = []
    traffic = Traffic("0123456789ab", known_conversations(), expected.append)
    for records in walk_pcap(data, lambda what, place: None):
        traffic.feed(records)
    traffic.close()
    key = msgspec.json.Encoder(order="sorted").encode
    for window in (7, 300, 5000):
        outlet = Outlet(tmp_path / str(window))
        through_a_ring(data, window, outlet)

        assert sorted(map(key, outlet.batch)) == sorted(map(key, expected))
        assert outlet.notes == {what: count for what, (count, _) in traffic.problems.items()}
        assert not outlet.lost
        assert outlet.records == sum(len(one.start) for one in walk_pcap(data, lambda what, place: None))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's ring")
@pytest.mark.parametrize(("level", "full", "pauses"), [(1.0, 0, 0), (0.5, 0, 3), (0.5, 16, 3), (0.5, 17, 0)])
def test_it_pauses_while_the_machine_is_short_but_not_when_the_ring_fills(
    monkeypatch: pytest.MonkeyPatch, level: float, full: int, pauses: int
) -> None:
    from app.sensor.sources import live_linux

    records = next(walk_pcap(SAMPLE.read_bytes(), lambda what, place: None))
    status = np.zeros(2 * live_linux.BLOCKS, np.uint32)
    status[live_linux.BLOCKS :][:full] = live_linux.USER

    class Rings(live_linux.Rings):
        """Rings of two interfaces, of the second of which so many blocks wait."""

        def __init__(self, *_: object) -> None:
            self._rings, self._status, self.left = [], status, 0

        def windows(self, stop: threading.Event) -> Iterator[live_linux.Window]:
            for _ in range(3):
                yield live_linux.Window(records, ((0, len(records.data)),), np.zeros(len(records.start), np.int64))
            stop.set()

    class Stop(threading.Event):
        waited: ClassVar[list[float]] = []

        def wait(self, timeout: float | None = None) -> bool:
            self.waited.append(timeout or 0.0)
            return False

    Stop.waited.clear()
    monkeypatch.setattr(live_linux, "Rings", Rings)
    outlet = Outlet(None)
    outlet.limits = Limits(level=level)
    run_capture(CaptureSource(interfaces=("a", "b")), "0123456789ab", outlet, Stop())

    assert Stop.waited == [PAUSE] * pauses


def test_an_unanswered_question_is_told_while_nothing_comes(tmp_path: Path) -> None:
    from tests.sensor.wire import pcap

    data = pcap(spray(["alice"])[:1])
    outlet = Outlet(None)
    passing = _Pass("0123456789ab", outlet)
    last = 0
    for records in walk_pcap(data, lambda what, place: None):
        passing.feed(records)
        last = int(records.at.max())
    before = len(outlet.batch)
    passing.idle(last + 5_000_000)
    soon = len(outlet.batch)
    passing.idle(last + 3600 * 1_000_000)
    late = len(outlet.batch)
    passing.close()

    assert (before, soon, late) == (0, 0, 1)
    assert outlet.batch[0].result == "unanswered"


def test_a_disk_that_is_full_costs_the_evidence_only(tmp_path: Path, monkeypatch: Any) -> None:
    from app.sensor.sources.evidence import Keeper

    def full(self: Keeper, *_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Keeper, "_write", full)
    outlet = Outlet(tmp_path)
    through_a_ring(SAMPLE.read_bytes(), 4000, outlet)

    assert len(outlet.batch) > 1000
    assert outlet.notes["packets are not kept: No space left on device"] == 1


def test_a_file_runs_once_its_beginning_is_that_of_a_capture(tmp_path: Path) -> None:
    """Whoever tries a configuration takes it when all of its sources run."""
    bad, empty, stop = tmp_path / "bad.pcap", tmp_path / "empty.pcap", threading.Event()
    bad.write_bytes(b"this is no capture at all" * 100)
    empty.touch()
    refused, waiting = Outlet(None), Outlet(None)
    with pytest.raises(Cannot, match="no capture"):
        run_growing(GrowingSource(path=str(bad)), "0123456789ab", refused, stop)
    threading.Timer(1, stop.set).start()
    run_growing(GrowingSource(path=str(empty)), "0123456789ab", waiting, stop)

    assert refused.states == [] and waiting.states == ["running"]
