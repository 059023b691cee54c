"""A workspace brought up to date: a whole copy before, all or nothing of it, whoever is killed or has no room."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from app.engine import earlier, schema
from app.engine.engine import Engine, create_workspace
from app.engine.schema import StoreError
from tests.engine.test_schema import unpacked

ROOT = Path(__file__).resolve().parent.parent.parent
KILLED = """
import os, pathlib, signal, sqlite3, sys
from app.engine import earlier, postings, schema
point, path = sys.argv[1], pathlib.Path(sys.argv[2])
end = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if point == "copying":
    real = pathlib.Path.replace
    pathlib.Path.replace = lambda self, to: end()
elif point == "copied":
    schema.MIGRATIONS[1] = end
elif point == "half of a step":
    postings.fill = end
elif point == "between steps":
    schema.MIGRATIONS[4] = end
elif point == "half of the ports":
    schema.postings.CHUNK = 5
    schema.postings.fill = lambda db: None
    schema.postings.pack = lambda *_, calls=[]: calls.append(1) or (end() if len(calls) > 2 else [])
elif point == "before the last word":
    last = max(schema.MIGRATIONS)
    step = schema.MIGRATIONS[last]
    schema.MIGRATIONS[last] = lambda db: (step(db), end())
schema.create_workspace(path)
"""
POINTS = ["copying", "copied", "half of a step", "half of the ports", "between steps", "before the last word"]
TABLES = ("inputs", "activities", "alerts", "alert_evidence", "flows", "minutes")


def told(path: Path) -> dict[str, object]:
    """What a workspace of any version holds."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        held: dict[str, object] = {one: db.execute(f"SELECT count(*) FROM {one}").fetchone() for one in TABLES}
        return held | {"version": db.execute("PRAGMA user_version").fetchone()[0]}


def beside(path: Path) -> set[str]:
    return {one.name[len(path.name) :] for one in path.parent.iterdir()} - {"", "-wal", "-shm"}


@pytest.mark.parametrize("point", POINTS)
def test_who_is_killed_leaves_the_workspace_as_it_was_and_the_next_one_goes_on(point: str, tmp_path: Path) -> None:
    path = unpacked(tmp_path, 1)
    before = told(path)
    run = subprocess.run([sys.executable, "-c", KILLED, point, str(path)], cwd=ROOT, capture_output=True)
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert told(path) == before
    assert beside(path) == ({".version-1.part"} if point == "copying" else {".version-1"})
    copy = create_workspace(path)
    assert copy == path.with_name("old.wardlight.version-1") and told(copy) == before
    assert told(path) == before | {"version": schema.VERSION}
    assert beside(path) == {".version-1"}


def test_the_copy_holds_what_is_only_in_the_log(tmp_path: Path) -> None:
    path = unpacked(tmp_path, 1)
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        with writer:
            writer.execute("INSERT INTO meta VALUES('late', 7)")
        assert path.with_name("old.wardlight-wal").stat().st_size
        copy = create_workspace(path)
    assert copy is not None
    shutil.copy(copy, tmp_path / "alone.wardlight")  # without any log beside it
    with closing(sqlite3.connect(tmp_path / "alone.wardlight")) as db:
        assert db.execute("SELECT value FROM meta WHERE key = 'late'").fetchone() == (7,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_who_goes_back_to_a_copy_and_works_on_it_loses_nothing(tmp_path: Path) -> None:
    path = unpacked(tmp_path, 1)
    first = create_workspace(path)
    assert first is not None
    shutil.copy(first, path)
    again = create_workspace(path)
    assert again == first, "the same content is not copied twice"
    shutil.copy(first, path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO meta VALUES('work of the older program', 1)")
    second = create_workspace(path)
    assert second == path.with_name("old.wardlight.version-1-2")
    with closing(sqlite3.connect(second)) as db:
        assert db.execute("SELECT count(*) FROM meta WHERE key LIKE 'work%'").fetchone() == (1,)
    with closing(sqlite3.connect(first)) as db:
        assert db.execute("SELECT count(*) FROM meta WHERE key LIKE 'work%'").fetchone() == (0,)


def test_what_is_called_as_the_copy_and_is_none_is_left_alone(tmp_path: Path) -> None:
    path = unpacked(tmp_path, 1)
    strange, link = path.with_name("old.wardlight.version-1"), path.with_name("old.wardlight.version-1-2")
    strange.write_bytes(b"mine")
    link.symlink_to(tmp_path / "elsewhere")
    assert create_workspace(path) == path.with_name("old.wardlight.version-1-3")
    assert strange.read_bytes() == b"mine" and link.is_symlink() and not (tmp_path / "elsewhere").exists()


FULL = """
import pathlib, resource, sys
from app.engine import schema
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    schema.create_workspace(pathlib.Path(sys.argv[1]))
except schema.StoreError as error:
    sys.exit(f"refused: {error}")
"""


@pytest.mark.parametrize("has_copy", [False, True])
@pytest.mark.parametrize("share", [0.4, 0.6, 0.9])
def test_without_room_nothing_is_changed_and_no_part_is_left(share: float, has_copy: bool, tmp_path: Path) -> None:
    path = unpacked(tmp_path, 1)
    before, limit = told(path), int(path.stat().st_size * share) // 4096 * 4096
    if has_copy:  # so that room ends in the migration itself
        create_workspace(path)
        shutil.copy(earlier.copy_of(path, 1), path)
    shown = [sys.executable, "-c", FULL, str(path), str(limit)]
    run = subprocess.run(shown, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1 and "refused: " in run.stderr and "Traceback" not in run.stderr
    assert told(path) == before
    assert ("left as it was" in run.stderr) is not has_copy
    assert beside(path) == ({".version-1"} if has_copy else set())
    assert create_workspace(path) is not None and told(path)["version"] == schema.VERSION


def test_a_disk_that_is_nearly_full_is_told_before_anything_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = unpacked(tmp_path, 1)
    monkeypatch.setattr(earlier.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 90, 10))  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match=r"bytes are needed beside it and 10 are free\. It was left as it was"):
        create_workspace(path)
    assert beside(path) == set()


def test_two_programs_that_come_at_once_bring_it_up_to_date_once(tmp_path: Path) -> None:
    path = unpacked(tmp_path, 1)
    copies: list[Path | None] = []
    both = [threading.Thread(target=lambda: copies.append(create_workspace(path))) for _ in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(copies) == 4 and sum(one is not None for one in copies) == 1
    assert told(path)["version"] == schema.VERSION
    engine = Engine(path)
    assert engine.activities == 24
    engine.close()
