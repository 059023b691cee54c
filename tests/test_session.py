"""The door of the window and of the command line: reading in a process of its own, packets, alerts, closing."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.model.notice import Notifying, SyslogTarget
from app.model.rows import Progress
from app.session import Session, StoreError
from tests.material import SAMPLE, START, guesses, save, spray, talk
from tests.sensor import ber


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    one = Session.open(tmp_path / "case.wardlight")
    yield one
    one.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    users = [f"user{number}" for number in range(40)]
    return save(tmp_path_factory.mktemp("small") / "small.pcap", spray(users) + guesses(users, 1_770_000_100_000_000))


def test_a_process_of_its_own_reads_as_this_one_does(session: Session, small: Path, tmp_path: Path) -> None:
    steps: list[Progress] = []
    done: list[str | None] = []
    reading = session.read([small, SAMPLE], steps.append, done.append)
    reading.wait(60)
    here = Session.open(tmp_path / "here.wardlight")
    here.read_here([small, SAMPLE], lambda _: None)

    assert done == [None] and not reading.running
    assert steps[-1].stage == "done" and (steps[-1].inputs_done, steps[-1].inputs_total) == (2, 2)
    assert [one.done_bytes for one in steps] == sorted(one.done_bytes for one in steps)
    assert steps[-1].done_bytes == steps[-1].total_bytes == small.stat().st_size + SAMPLE.stat().st_size
    assert [one.id for one in session.queries.alerts()] == [one.id for one in here.queries.alerts()] != []
    here.close()


def test_what_goes_wrong_is_one_sentence(session: Session, small: Path) -> None:
    session.path.with_name(session.name + ".lock").mkdir()
    done: list[str | None] = []
    session.read([small], lambda _: None, done.append).wait(60)
    (why,) = done

    assert why and "\n" not in why and "Traceback" not in why and session.name in why


def test_a_folder_of_evidence_brings_no_program(
    session: Session, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("raise SystemExit('not ours')")
    monkeypatch.chdir(tmp_path)
    done: list[str | None] = []
    session.read([small], lambda _: None, done.append).wait(60)
    packet = session.packet(session.queries.inputs()[0].key, 1)

    assert done == [None]
    assert packet.fields and not packet.error


def test_relative_paths_and_names_like_options(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("--json").write_bytes(small.read_bytes())
    session = Session.open(Path("w"))
    done: list[str | None] = []
    try:
        session.read([Path("--json")], lambda _: None, done.append).wait(60)
        assert done == [None] and session.queries.inputs()[0].activities
    finally:
        session.close()


def test_a_callback_that_fails_is_no_hang(session: Session, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    caught: list[object] = []
    monkeypatch.setattr(threading, "excepthook", caught.append)
    finished = threading.Event()

    def broken(_: Progress) -> None:
        raise RuntimeError("a mistake of the window")

    reading = session.read([small], broken, lambda _: finished.set())
    reading.wait(60)
    assert finished.wait(1) and not reading.running


def test_a_packet(session: Session, small: Path) -> None:
    session.read_here([small], lambda _: None)
    (known,) = session.queries.inputs()
    packet = session.packet(known.key, 1)

    assert packet.data.startswith(bytes(12)) and packet.at == 1_770_000_000_000_000
    assert [one.name for one in packet.fields][:3] == ["Ethernet", "IP", "UDP"]
    for key, frame in (("nothing", 1), (known.key, 0), (known.key, -1), (known.key, 10**9)):
        assert session.packet(key, frame).error


def test_the_packets_of_a_file_that_is_gone(session: Session, small: Path, tmp_path: Path) -> None:
    path = tmp_path / "gone.pcap"
    path.write_bytes(small.read_bytes())
    session.read_here([path], lambda _: None)
    path.unlink()
    packet = session.packet(session.queries.inputs()[0].key, 1)

    assert packet.error and "gone.pcap" in packet.error and not packet.data


def test_the_packets_of_a_file_that_was_exchanged(session: Session, small: Path, tmp_path: Path) -> None:
    """Another capture under the old name must not be shown as the proof."""
    path = tmp_path / "exchanged.pcap"
    path.write_bytes(small.read_bytes())
    session.read_here([path], lambda _: None)
    path.write_bytes(SAMPLE.read_bytes()[:100_000])
    packet = session.packet(session.queries.inputs()[0].key, 1)

    assert packet.error and not packet.data


def test_what_the_analyst_says_stays(session: Session, small: Path, tmp_path: Path) -> None:
    session.read_here([small], lambda _: None)
    alert = session.queries.alerts()[0]
    session.change_alert(alert.id, state="closed", classification="true positive", note="<b>ours</b>")
    more = save(tmp_path / "more.pcap", spray([f"late{number}" for number in range(30)], 1_770_000_040_000_000))
    session.read_here([more], lambda _: None)
    found = next(one for one in session.queries.alerts() if one.detector == alert.detector)

    assert (found.state, found.classification, found.note) == ("closed", "true positive", "<b>ours</b>")


def test_pages_of_detectors(session: Session) -> None:
    for one in session.queries.coverage():
        assert "What it cannot see" in session.detector_page(one.detector)
    assert session.detector_page("../../../../README") == session.detector_page("/etc/passwd") == session.detector_page("") == ""


def test_a_temporary_workspace_is_removed(small: Path) -> None:
    session = Session.open()
    session.read_here([small], lambda _: None)
    folder = session.path.parent

    assert session.is_temporary and folder.is_dir()
    session.close()
    assert not folder.exists()


def test_closing_ends_a_reading(session: Session) -> None:
    done: list[str | None] = []
    session.read([SAMPLE], lambda _: None, done.append)
    session.close()
    assert len(done) == 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(StoreError):
        Session.open(tmp_path / "w")


def test_a_message_of_several_frames_is_taken_apart_whole(session: Session, tmp_path: Path) -> None:
    long = ber.simple_bind("cn=" + "x" * 3000, "Winter2026")
    said = [(True, ber.message(1, long)), (False, ber.message(1, ber.result(0x61, 49, "no")))]
    session.read_here([save(tmp_path / "long.pcap", talk(389, said, START))], lambda _: None)
    (activity,) = session.queries.stream()
    middle = activity.frames[1]
    packet = session.packet(activity.input, middle, activity.frames)

    assert packet.message == ber.message(1, long) and packet.message_frames == activity.frames[:3]
    assert packet.fields[-1].joined and packet.fields[-1].length == len(packet.message)
    assert any("LDAP" in one.name for one in packet.fields[-1].children)
    assert session.packet(activity.input, middle).message == b""


def test_a_closed_session_begins_to_tell_nobody(tmp_path: Path) -> None:
    session = Session.open(tmp_path / "case.wardlight")
    wanted = Notifying(targets=(SyslogTarget(name="soc", address="127.0.0.1", on=False),))
    session.start_notifying(wanted)
    before = session._notifier
    session.close()
    session.start_notifying(wanted)  # a job of the window that came late

    assert before is not None and not before.running and session._notifier is None
