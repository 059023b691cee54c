"""A process that waits to read: told what to, gone before it was, not needed."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app import ready
from app.children import GIVE_UP, STOP
from app.model.rows import Progress
from app.session import Session
from tests.material import guesses, outcome, save, wardlight


@pytest.fixture(autouse=True)
def nobody_waits() -> Iterator[None]:
    ready.close()
    yield
    ready.close()


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return save(tmp_path / "guesses.pcap", guesses([f"CORP\\user{number}" for number in range(30)]))


def read(workspace: Path, *inputs: Path) -> list[Progress]:
    """Read by the process of a session; what it told."""
    told: list[Progress] = []
    done: list[str | None] = []
    session = Session.open(workspace)
    try:
        session.read(inputs, told.append, done.append).wait(60)
    finally:
        session.close()
    assert done == [None]
    return told


def test_the_one_that_waits_reads_what_any_other_would(capture: Path, tmp_path: Path) -> None:
    ready.prepare()
    ready.prepare()
    (child,) = ready._waiting
    told = read(tmp_path / "w", capture)
    assert ready._waiting == [] and child.poll() == 0
    assert told[-1].stage == "done" and told[-1].activities == 30
    read(tmp_path / "other", capture)
    assert outcome(tmp_path / "w") == outcome(tmp_path / "other")
    assert outcome(tmp_path / "w")[0], "alerts"


def test_one_that_died_while_it_waited_is_replaced(capture: Path, tmp_path: Path) -> None:
    ready.prepare()
    ready._waiting[0].kill()
    ready._waiting[0].wait(10)
    assert read(tmp_path / "w", capture)[-1].stage == "done"
    ready.prepare()
    ready._waiting[0].kill()
    ready._waiting[0].wait(10)
    ready.prepare()
    (child,) = ready._waiting
    assert child.poll() is None


def test_a_name_that_is_no_text_is_read_too(capture: Path, tmp_path: Path) -> None:
    odd = Path(str(tmp_path / "w") + "\udcff.pcap")
    capture.rename(odd)
    ready.prepare()
    assert read(tmp_path / "w", odd)[-1].activities == 30


@pytest.mark.skipif(os.name == "nt", reason="a call has few words there")
def test_more_than_a_pipe_holds_is_not_written_to_one_that_may_still_be_loading(capture: Path, tmp_path: Path) -> None:
    ready.prepare()
    (waiting,) = ready._waiting
    child = ready.reader(ready.Wanted(str(tmp_path / "w"), (str(capture),) * 1_500))
    assert child is not waiting and ready._waiting == [waiting]
    assert child.stdin is not None and child.stdout is not None
    out = child.stdout.read()
    assert child.wait(60) == 0 and b'"activities":30' in out.splitlines()[-1]
    child.communicate()


def test_it_ends_when_nobody_needs_it_or_its_parent_is_gone(tmp_path: Path) -> None:
    ready.prepare()
    (child,) = ready._waiting
    ready.close()
    assert child.poll() is not None and ready._waiting == []
    gone = wardlight("_read", ready.WORD)  # its standard input is empty
    assert (gone.returncode, gone.stdout, gone.stderr) == (0, b"", b"")


@pytest.mark.parametrize("more", [STOP, STOP + GIVE_UP])
def test_what_is_said_together_with_what_is_wanted_counts(more: bytes, capture: Path, tmp_path: Path) -> None:
    wanted = ready.Wanted(str(tmp_path / "w"), (str(capture),))
    child = ready.start(ready.WORD)
    out, errors = child.communicate(msgspec.json.encode(wanted) + b"\n" + more, timeout=60)
    assert (child.returncode, errors) == (0, b"")
    assert [one["stage"] for one in map(msgspec.json.decode, out.splitlines())] == ["detect", "done"]
    session = Session.open(tmp_path / "w")
    assert session.queries.inputs() == ()
    session.close()


def test_without_a_workspace_nothing_is_read() -> None:
    assert subprocess.run(ready.starting.command("_read"), stdin=subprocess.DEVNULL, timeout=60).returncode == 1
