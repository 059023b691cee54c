"""Workspaces compacted, checked, mended, rid of packets; killed in the middle they are whole."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.engine.queries import Queries
from app.engine.store import StoreError, set_retention, update_alert, write_note
from app.model.workspace import Retention
from app.sensor.sources.evidence import DROPPED, folder_of, read_evidence, why_not_kept
from app.session import Session
from app.workspaces import check, compact, mend, repack
from tests.engine.workspace import content, fill, made
from tests.workspaces.cases import KEY, made_case

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return made_case(tmp_path / "case.wardlight")


def test_a_compacted_workspace_says_what_it_said_in_less_room(tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": made(4_000, step=20_000_000)}, batch=500)
    set_retention(path, Retention(days=1))
    session = Session.open(path)
    last = (session.plain.span() or (0, 0))[1]
    session.retain_here(last + 80_000_000_000)
    session.close()
    before = content(path)
    was, now = compact(path)

    assert now < was * 0.8 and path.stat().st_size == now
    assert content(path) == before
    assert [one.what for one in Queries(path).history()][:2] == ["compacted", "retained"]
    assert not check(path).faults
    assert [one.name for one in tmp_path.iterdir() if "part" in one.name or "copy" in one.name] == []


def test_a_workspace_that_is_open_is_not_compacted(case: Path) -> None:
    session = Session.open(case)
    with pytest.raises(StoreError, match="in use"):
        compact(case)
    session.close()


KILLED = """
import os, sys
from pathlib import Path
from app.engine.store import compacting
step = int(sys.argv[2])
def die(*_): os.kill(os.getpid(), 9)
if step == 0:
    compacting.shutil.copymode = die
elif step == 1:
    compacting.remove_beside = die
elif step == 2:
    compacting._settle_folder = die
compacting.compact(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("step", [0, 1, 2])
def test_killed_while_it_is_compacted_it_is_whole(case: Path, step: int) -> None:
    write_note(case, "user:corp.test\\alice", "kept")
    before = content(case)
    child = subprocess.run([sys.executable, "-c", KILLED, str(case), str(step)], cwd=ROOT, env={**os.environ})
    assert child.returncode == -signal.SIGKILL
    assert content(case) == before and not check(case).faults
    compact(case)
    assert content(case) == before
    assert Queries(case).notes(None)[0].text == "kept"
    assert not case.with_name(case.name + ".part").exists()


def test_killed_at_any_time_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": made(3_000)}, batch=500)
    before = content(path)
    words = "import sys; from pathlib import Path; from app.workspaces import compact\nwhile True: compact(Path(sys.argv[1]))"
    for delay in (0.9, 1.05, 1.2):
        child = subprocess.Popen([sys.executable, "-c", words, str(path)], cwd=ROOT)
        timer = threading.Timer(delay, child.kill)
        timer.start()
        child.wait()
        timer.join()
        assert content(path) == before


def test_a_whole_workspace_has_no_faults(case: Path) -> None:
    found = check(case)
    assert found.faults == () and found.activities == 359 and found.files == 1


def test_what_is_wrong_is_found_and_what_can_be_counted_is_mended(tmp_path: Path) -> None:
    case = tmp_path / "w.wardlight"
    fill(case, {"aaaa": made(9_000, step=100_000)}, batch=3_000)
    before = content(case)
    db = sqlite3.connect(case)
    db.execute("UPDATE flows SET count = count + 1")
    db.execute("DELETE FROM minutes WHERE minute IN (SELECT minute FROM minutes LIMIT 1)")
    db.execute("UPDATE sums SET first = first - 5 WHERE party IN (SELECT party FROM sums LIMIT 1)")
    db.execute("DELETE FROM postings WHERE id IN (SELECT id FROM postings LIMIT 3)")
    db.commit()
    db.close()
    faults = check(case).faults
    words = " ".join(one.what for one in faults)
    for part in ("counts by minute", "counts by parties", "sums of parties", "lists of parties"):
        assert part in words
    assert all(one.mends for one in faults)

    assert not mend(case).faults
    assert content(case) == before


def test_evidence_that_leads_nowhere_is_found(case: Path) -> None:
    db = sqlite3.connect(case)
    db.execute("INSERT INTO alert_evidence VALUES(999, 0, 999999)")
    db.commit()
    db.close()
    words = " ".join(one.what for one in check(case).faults)
    db = sqlite3.connect(case)
    (given,) = db.execute("SELECT value FROM meta WHERE key = 'facts:check'").fetchone()
    db.close()
    assert "database-damaged" in given and "not there" in given
    assert "1 activity on which alerts rest is not there" in words and "row of evidence belongs to no alert" in words


def test_a_damaged_file_is_said_to_be_damaged(case: Path) -> None:
    size = case.stat().st_size
    with case.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(60_000))
    faults = check(case).faults
    assert faults and any("damaged" in one.what for one in faults)


def test_damaged_packets_are_found(case: Path) -> None:
    (path,) = folder_of(case).glob("*.pcapng")
    data = bytearray(path.read_bytes())
    data[200] ^= 0xFF
    path.write_bytes(data[:-7])
    (fault,) = check(case).faults
    assert path.name in fault.what and ("damaged" in fault.what or "cut" in fault.what)


def test_repacked_without_packets_the_rest_is_as_it_was(case: Path) -> None:
    before = content(case)
    assert read_evidence(case, KEY, [3])
    was, now = repack(case)

    assert now < was and content(case) == before
    assert not list(folder_of(case).glob("*.pcapng")) and not read_evidence(case, KEY, [3])
    assert "was kept until" in why_not_kept(case, KEY, 3)
    assert not check(case).faults
    assert Queries(case).history()[1].what == "repacked"


def test_repacking_says_of_each_input_until_when_its_packets_were_kept(case: Path) -> None:
    folder = folder_of(case)
    chunk = next(folder.glob("*.pcapng"))
    for one in (chunk, chunk.with_suffix(".index")):
        one.rename(one.with_name(one.name.replace(KEY, "dc-1")))
    (folder / DROPPED).write_text('{"gone-2": [40, 1700000000]}')
    repack(case)
    assert "was kept until" in why_not_kept(case, "dc-1", 3)
    assert "was kept until 2023-11-14" in why_not_kept(case, "gone-2", 40)


def test_what_was_said_while_it_is_looked_through_does_no_harm(case: Path) -> None:
    session = Session.open(case)
    for alert in session.queries.alerts()[:1]:
        update_alert(case, alert.id, state="closed")
    assert not check(case).faults
    session.close()
