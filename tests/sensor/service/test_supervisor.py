"""Sources as the sensor runs them, their processes real ones."""

import time
from collections.abc import Callable
from pathlib import Path

from app.model.source import GrowingSource
from app.sensor.service.outbox import Outbox
from app.sensor.service.supervisor import Supervisor
from tests.material import SAMPLE


def test_how_often_a_source_began_again_is_known_after_it_began_again(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox", 64 << 20)
    supervisor = Supervisor("s1", outbox, tmp_path / "states", tmp_path / "sensor")

    def until(done: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not done():
            assert time.monotonic() < end, supervisor.states()
            supervisor.step(0.05)

    try:
        (id,) = supervisor.set([GrowingSource(path=str(SAMPLE))])
        until(lambda: supervisor.settled([id]))
        first = supervisor._sources[id]
        first.renew()  # as the governor does when memory does not come back
        until(lambda: supervisor._sources[id] is not first and supervisor.settled([id]))
        assert supervisor.states()[0].restarts == 1
    finally:
        supervisor.close(10)
        outbox.close()


def test_a_source_that_was_taken_off_while_nothing_of_it_ran_is_told_of_no_more(tmp_path: Path) -> None:
    """Also before the next step: a report of that moment would tell of a directory that is not read any more."""
    outbox = Outbox(tmp_path / "outbox", 64 << 20)
    supervisor = Supervisor("s1", outbox, tmp_path / "states", tmp_path / "sensor")
    (tmp_path / "no.pcap").write_bytes(b"this is no capture at all" * 100)
    try:
        (id,) = supervisor.set([GrowingSource(path=str(tmp_path / "no.pcap"))])
        supervisor.step(0.01)
        end = time.monotonic() + 60
        while supervisor._sources[id].process is not None:  # it ends at once, and is to be tried again
            assert time.monotonic() < end, supervisor.states()
            supervisor.step(0.05)
        before = supervisor.states()
        supervisor.set([])
        after = supervisor.states()
    finally:
        supervisor.close(10)
        outbox.close()

    assert len(before) == 1 and after == ()
