"""Live sources through the door of the window: started, watched, stopped; files are read beside them."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.children import TOO_MANY, Beside, Cancel
from app.model.source import GrowingSource, SourceState
from app.session import Reading, Session, StoreError
from tests.material import SAMPLE, guesses, save, spray


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    one = Session.open(tmp_path / "case.wardlight")
    yield one
    one.close()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    users = [f"user{number}" for number in range(40)]
    return save(tmp_path / "small.pcap", spray(users) + guesses(users, 1_770_000_100_000_000))


def until(what: Callable[[], object], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def state_of(session: Session, id: str) -> SourceState:
    return next(one for one in session.sources() if one.id == id)


def test_a_source_is_started_watched_and_stopped(session: Session, small: Path) -> None:
    said: list[SourceState] = []
    session.on_state = said.append
    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).activities > 40)
    until(lambda: session.queries.alerts())  # found while it still runs
    (running,) = session.queries.inputs()
    session.stop_source(id)
    until(lambda: state_of(session, id).state == "stopped")
    (row,) = session.queries.inputs()
    packet = session.packet(row.key, 1)

    assert list(dict.fromkeys(one.state for one in said)) == ["starting", "running", "stopped"]
    assert running.state == "reading" and row.state == "done" and row.records > 80
    assert packet.data and packet.fields and not packet.error
    assert {one.id for one in said} == {id} and not any(one.error for one in said)


def test_files_are_read_beside_a_source(session: Session, small: Path) -> None:
    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).state == "running")
    done: list[str | None] = []
    steps: list[object] = []
    reading = session.read([SAMPLE], steps.append, done.append)
    again = session.read([SAMPLE], steps.append, done.append)
    for one in (reading, again):
        one.wait(60)

    assert done == [None, None] and steps and not reading.running
    assert state_of(session, id).state == "running"
    assert sorted(one.state for one in session.queries.inputs()) == ["done", "reading"]


def test_a_reading_beside_a_source_is_cancelled(session: Session, small: Path) -> None:
    session.start_source(GrowingSource(path=str(small)))
    done: list[str | None] = []
    begun = threading.Event()
    reading = session.read([SAMPLE], lambda _: begun.set(), done.append)
    assert begun.wait(40)
    reading.cancel()
    reading.wait(20)

    assert done == [None]


def test_when_nothing_runs_the_workspace_is_free(session: Session, small: Path) -> None:
    """The listening process ends with its last source: another program may write the workspace."""
    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).state == "running")
    session.stop_source(id)
    until(lambda: not session.path.with_name(session.name + ".lock").exists())
    done: list[str | None] = []
    session.read([SAMPLE], lambda _: None, done.append).wait(60)
    other = small.with_name("other.pcap")  # the same one would be followed on from where it was
    other.write_bytes(small.read_bytes())
    second = session.start_source(GrowingSource(path=str(other)))
    until(lambda: state_of(session, second).activities > 40)

    assert done == [None]
    assert len(session.queries.inputs()) == 3 and len(session.sources()) == 2


def test_a_source_waits_for_a_reading(session: Session, small: Path) -> None:
    done: list[str | None] = []
    said: list[SourceState] = []
    session.on_state = said.append
    reading = session.read([SAMPLE], lambda _: None, done.append)
    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).activities > 40)
    reading.wait(60)

    assert done == [None]
    assert len(session.queries.inputs()) == 2


@pytest.mark.parametrize("cancel", [False, True])
def test_a_reading_that_a_source_was_quicker_than_goes_on_beside_it(
    session: Session, small: Path, monkeypatch: pytest.MonkeyPatch, cancel: bool
) -> None:
    done: list[str | None] = []
    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).activities > 40)
    listening, session._listening = session._listening, None  # as when both are started at the same moment
    monkeypatch.setattr("app.ready.reader", _end_told(session, listening))
    reading = session.read([SAMPLE], lambda _: None, done.append)
    if cancel:
        until(lambda: isinstance(reading, Reading) and reading.handed_on is not None)
        reading.cancel()
    reading.wait(60)

    assert done == [None] and not reading.running
    assert {one.state for one in session.queries.inputs() if one.path == str(SAMPLE)} <= {"done", "partial"}
    assert cancel or len(session.queries.inputs()) == 2


def test_a_reading_that_was_cancelled_before_it_is_handed_on_is_cancelled_there(
    session: Session, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).activities > 40)
    done: list[str | None] = []
    told: list[object] = []
    handing, goes, beside = threading.Event(), threading.Event(), session._read_beside
    listening, session._listening = session._listening, None
    assert listening is not None
    tell = listening.tell

    def late(*words: Any) -> Beside | None:
        if threading.current_thread().name == "reading":
            handing.set()
            assert goes.wait(20)
        return beside(*words)

    monkeypatch.setattr(session, "_read_beside", late)
    monkeypatch.setattr(listening, "tell", lambda command: (told.append(type(command)), tell(command)))
    reading = session.read([SAMPLE], lambda _: None, done.append)
    session._listening = listening
    assert handing.wait(40)
    reading.cancel()
    goes.set()
    reading.wait(60)

    assert done == [None] and told == [Cancel]


def test_a_reading_that_is_stopped_just_when_it_ended_is_over() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""], **dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE))
    child.wait(40)
    done: list[str | None] = []
    reading = Reading(child, lambda _: None, done.append)
    reading.cancel()
    reading.begin()
    reading.wait(20)

    assert done == [None] and child.stdin is not None and child.stdin.closed


def test_a_reading_that_is_over_before_whoever_asked_knows_it_goes_on_beside_a_source(
    session: Session, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(Reading):
        def __init__(self, child: Any, *words: Any) -> None:
            super().__init__(child, *words)
            child.wait(40)
            time.sleep(0.3)

    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).activities > 40)
    done: list[str | None] = []
    listening, session._listening = session._listening, None
    monkeypatch.setattr("app.session.Reading", Late)
    monkeypatch.setattr("app.ready.reader", _end_told(session, listening))
    session.read([SAMPLE], lambda _: None, done.append).wait(60)

    assert done == [None] and len(session.queries.inputs()) == 2


def _end_told(session: Session, listening: object) -> Callable[[object], object]:
    """The process that reads, with which the one that listens is known again."""
    from app import ready

    reader = ready.reader

    def known(wanted: Any) -> object:
        session._listening = listening  # type: ignore[assignment]
        return reader(wanted)

    return known


def test_the_first_word_of_a_source_is_that_it_starts(session: Session, small: Path) -> None:
    """Also when whoever hears it takes long: else it would be the last word, and nothing more would be said."""
    said: list[str] = []

    def hear(state: SourceState) -> None:
        if threading.current_thread() is threading.main_thread():
            end = time.monotonic() + 2
            while "running" not in said and time.monotonic() < end:
                time.sleep(0.02)
        said.append(state.state)

    session.on_state = hear
    session.start_source(GrowingSource(path=str(small)))
    until(lambda: "running" in said)

    assert said[0] == "starting" and said[-1] == "running"


def test_what_cannot_run_says_why_and_is_over(session: Session, tmp_path: Path) -> None:
    id = session.start_source(GrowingSource(path=str(tmp_path / "nothere")))
    until(lambda: state_of(session, id).state == "stopped")

    assert "nothere cannot be read" in state_of(session, id).error


def test_closing_ends_everything_in_order(tmp_path: Path, small: Path) -> None:
    session = Session.open(tmp_path / "other.wardlight")
    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).activities > 40)
    began = time.monotonic()
    session.close()
    took = time.monotonic() - began
    again = Session.open(tmp_path / "other.wardlight")
    (row,) = again.queries.inputs()
    again.close()

    assert took < 8 and row.state == "done"


def test_a_copy_brings_its_packets(session: Session, small: Path, tmp_path: Path) -> None:
    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).activities > 40)
    session.stop_source(id)
    until(lambda: state_of(session, id).state == "stopped")
    session.save_as(tmp_path / "copy.wardlight")
    copy = Session.open(tmp_path / "copy.wardlight")
    key = copy.queries.inputs()[0].key
    same = copy.packet(key, 2).data, session.packet(key, 2).data
    copy.close()

    assert same[0] == same[1] != b""


def test_files_whose_names_are_no_text_are_read_beside_a_source(session: Session, small: Path, tmp_path: Path) -> None:
    odd = Path(os.fsdecode(bytes(tmp_path) + b"/odd\xff.pcap"))
    odd.write_bytes(SAMPLE.read_bytes())
    keys = Path(os.fsdecode(bytes(tmp_path) + b"/odd\xff.keytab"))
    keys.write_bytes(b"\x05\x02")
    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).state == "running")
    done: list[str | None] = []
    session.read([odd], lambda _: None, done.append, keytabs=[keys]).wait(60)

    assert done == [None]
    (row,) = [one for one in session.queries.inputs() if "odd" in one.path]
    assert row.path.endswith("odd\\xff.pcap") and row.state == "done" and row.records > 100


def test_a_file_to_follow_whose_name_is_no_text_is_refused_with_why(session: Session, tmp_path: Path) -> None:
    odd = os.fsdecode(bytes(tmp_path) + b"/odd\xff.pcap")

    with pytest.raises(StoreError, match=r"odd\\udcff.pcap is no text in UTF-8"):
        session.start_source(GrowingSource(path=odd))
    assert session.sources() == ()


def test_more_files_than_can_be_told_end_with_why(session: Session, small: Path) -> None:
    """And the sources go on."""
    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).state == "running")
    done: list[str | None] = []
    session.read([small.with_name("x" * 200)] * 70_000, lambda _: None, done.append).wait(20)
    until(lambda: state_of(session, id).activities > 40)

    assert done == [TOO_MANY]
    session.read([SAMPLE] * 20_000, lambda _: None, done.append).wait(60)  # more than a megabyte
    assert done == [TOO_MANY, None] and state_of(session, id).state == "running"


def test_a_reading_asked_of_a_process_that_just_ended_is_done_by_another(session: Session, small: Path) -> None:
    id = session.start_source(GrowingSource(path=str(small)))
    until(lambda: state_of(session, id).activities > 40)
    listening = session._listening
    assert listening is not None
    listening._gone(None)  # its last act, after which its thread still lives for a moment

    assert listening.read([SAMPLE], lambda _: None, lambda _: None, "medium") is None
