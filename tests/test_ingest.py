"""Many inputs into one workspace: none of them stops the others, whatever is wrong with it."""

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from app.engine.engine import Engine
from app.ingest import read_inputs, read_into
from app.model.rows import InputRow
from app.sensor import readers
from app.sensor.frame import Emit
from app.sensor.sources.event_json import read_event_json
from app.sensor.sources.reading import Note, Opening, Reader, Step
from app.session import Session
from tests.fuzz.exports import COLLECTION, DETAIL, JSON, LDIF, XML
from tests.material import guesses, save

LEAVE = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('SELECT 1 FROM meta').fetchone(); db.close()"


def breaks(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
    """Reads what it can and breaks then."""
    yield from read_event_json(opening, emit, note)
    raise RecursionError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    for name, data in (
        ("a.json", JSON[0]),
        ("b.xml", XML),
        ("c.ldif", LDIF),
        ("d-detail", DETAIL),
        ("e.users.json", COLLECTION[0]),
        ("f.xml", b"<Events><Event>no</Event></Events>"),
        ("g.evtx", b"ElfFile\0" + b"\xff" * 5000),
        ("h.etl", b"\0\x20\0\0" + b"\0" * 50 + b"\4\0" + bytes(19) + b"\xc0" + b"\xff" * 9000),
        ("i.zip", b"PK\3\4" + b"\xff" * 90),
        ("j.tar", b"\xff" * 512),
    ):
        (place / name).write_bytes(data)
    save(place / "z.pcap", guesses(["anna"], 1_770_000_100_000_000))
    return place


def rows(workspace: Path, folder: Path) -> dict[str, InputRow]:
    read_inputs(workspace, [folder], lambda one: None, lambda: False)
    session = Session.open(workspace)
    found = {Path(one.path).name: one for one in session.queries.inputs()}
    session.close()
    return found


def test_a_folder_of_good_and_bad_inputs_is_read_to_its_end(tmp_path: Path, folder: Path) -> None:
    found = rows(tmp_path / "w", folder)
    assert len(found) == 11
    assert all(found[one].activities for one in ("a.json", "b.xml", "c.ldif", "d-detail", "e.users.json", "z.pcap"))
    assert all(found[one].problems for one in ("f.xml", "g.evtx", "h.etl", "i.zip", "j.tar"))
    assert not any("mistake in the program" in problem.what for one in found.values() for problem in one.problems)


def test_a_reader_that_breaks_keeps_its_activities_and_stops_nobody(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reader_of(kind: str) -> Reader:
        return breaks if kind == "json" else readers.reader_of(kind)

    whole = rows(tmp_path / "whole", folder)
    monkeypatch.setattr("app.sensor.sensor.reader_of", reader_of)
    found = rows(tmp_path / "w", folder)
    assert found["a.json"].state == "partial"
    assert found["a.json"].activities == whole["a.json"].activities > 0
    assert "mistake in the program" in [one.what.partition(":")[0] for one in found["a.json"].problems]
    assert {name: one.activities for name, one in found.items()} == {name: one.activities for name, one in whole.items()}


def test_a_folder_that_holds_the_workspace_itself_does_not_cost_its_log(tmp_path: Path) -> None:
    workspace = tmp_path / "in" / "case.wardlight"
    workspace.parent.mkdir()
    save(workspace.parent / "z.pcap", guesses(["anna"], 1_770_000_100_000_000))
    engine = Engine(workspace)
    try:
        read_into(engine, [workspace.parent], lambda one: None, lambda: False)
        subprocess.run([sys.executable, "-c", LEAVE, str(workspace)], check=True)
        assert workspace.with_name("case.wardlight-wal").exists(), "the log was removed under its writer"
    finally:
        engine.close()
    session = Session.open(workspace)
    assert [Path(one.path).name for one in session.queries.inputs()] == ["z.pcap"]
    session.close()
