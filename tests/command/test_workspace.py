"""Workspaces on the command line: a life from its making to the bin and back, what is refused, what the exit status says."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.command import main
from app.engine import schema
from app.engine.store.changing import user
from app.model.act import Act
from app.paths import sample_case
from app.session import Session
from tests.engine.test_schema import unpacked
from tests.engine.workspace import START, fill, made
from tests.workspaces.cases import made_case


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def unpacked_old(folder: Path, version: int) -> Path:
    """A workspace of an earlier version in a folder that is made."""
    folder.mkdir(parents=True, exist_ok=True)
    return unpacked(folder, version)


def called(*words: object) -> int:
    return main.run(["workspace", *map(str, words)], lambda text, out: None)


def told(capsys: pytest.CaptureFixture[str], *words: object) -> dict:
    capsys.readouterr()
    assert called(*words, "--json") in (0, 2)
    return json.loads(capsys.readouterr().out)


def test_a_life(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("create", "one") == 0
    path = home / "workspaces" / "one.wardlight"
    assert capsys.readouterr().out.strip() == str(path) and path.is_file()
    assert called("create", "one") == 1 and "already" in capsys.readouterr().err
    assert called("rename", "one", "two") == 0
    (row,) = told(capsys, "list")["workspaces"]
    assert row["path"].endswith("two.wardlight") and row["activities"] == 0
    assert called("delete", "two.wardlight") == 0
    assert told(capsys, "list")["workspaces"] == []
    (entry,) = told(capsys, "bin")["bin"]
    assert entry["name"] == "two.wardlight" and entry["who"] == user()
    assert called("restore", "two") == 0
    assert (home / "workspaces" / "two.wardlight").is_file()
    assert called("restore", "two") == 1 and "holds no two" in capsys.readouterr().err


def test_no_folder_is_made_for_a_slip_of_the_pen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("create", tmp_path / "csaes" / "one") == 1
    assert f"There is no folder {tmp_path / 'csaes'}; make it first." in capsys.readouterr().err
    assert not (tmp_path / "csaes").exists()
    assert called("create", tmp_path / "one") == 0
    assert called("pack", tmp_path / "one.wardlight", tmp_path / "csaes" / "one.pack") == 1
    assert capsys.readouterr().err == f"wardlight: There is no folder {tmp_path / 'csaes'}.\n"
    assert called("check", tmp_path / "one.wardlight") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0 activities, 0 files of packets, 0 faults"


def test_what_goes_for_good_is_said_before(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "c", "d"):
        called("create", name)
    for name in ("a", "b", "c"):
        assert called("delete", name) == 0
    assert called("delete", "d") == 1
    assert "a.wardlight would go for good" in capsys.readouterr().err
    assert called("delete", "d", "--yes") == 0
    assert [one["name"] for one in told(capsys, "bin")["bin"]] == ["d.wardlight", "c.wardlight", "b.wardlight"]


def test_limits_are_tried_before_they_are_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": made(2_000)})
    would = told(capsys, "retain", path, "--days", 10, "--dry-run")
    assert would["dry_run"] and would["would_go"]["activities"] > 1_000
    session = Session.open(path)
    assert not session.retention() and session.queries.count() == 2_000
    session.close()
    assert called("retain", path, "--days", 10) == 0
    words = capsys.readouterr().out
    assert "kept for 10 days" in words and "were removed" in words
    session = Session.open(path)
    assert session.queries.count() == 2_000 - would["would_go"]["activities"]
    session.close()
    assert called("retain", path, "--days", -1) == 1


def test_checked_mended_compacted_packed_and_unpacked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3

    path = made_case(tmp_path / "case.wardlight")
    assert called("check", path) == 0
    db = sqlite3.connect(path)
    db.execute("DELETE FROM meetings")
    db.commit()
    db.close()
    found = told(capsys, "check", path)
    assert "who met whom" in found["faults"][0]["what"]
    assert called("check", path) == 2 and "--mend" in capsys.readouterr().out
    assert called("check", path, "--mend") == 0
    assert called("compact", path) == 0
    assert called("pack", path, tmp_path / "p") == 0
    assert called("pack", path, tmp_path / "p") == 1
    (tmp_path / "there").mkdir()
    assert called("unpack", tmp_path / "p", tmp_path / "there", "--as", "other") == 0
    assert (tmp_path / "there" / "other.wardlight.packets").is_dir()
    assert called("repack", path) == 0
    assert not list((tmp_path / "case.wardlight.packets").glob("*.pcapng"))
    assert called("unpack", path) == 1
    assert "is no packed workspace" in capsys.readouterr().err.splitlines()[-1]


def test_roles_and_what_was_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": made(50)})
    assert called("roles", path, "--set", "alice=viewer") == 1
    assert called("roles", path, "--set", f"{user()}=administrator", "--set", "alice=administrator", "--set", "*=viewer") == 0
    assert told(capsys, "roles", path)["roles"] == {"*": "viewer", "alice": "administrator", user(): "administrator"}
    assert called("roles", path, "--set", f"{user()}=viewer") == 0
    for words in (("retain", path, "--days", 3), ("rename", path, "x"), ("delete", path), ("compact", path)):
        capsys.readouterr()
        assert called(*words) == 1
        assert "administrators" in capsys.readouterr().err
    assert called("pack", path, tmp_path / "p") == 0  # viewers read and share
    acts = told(capsys, "audit", path)["acts"]
    assert [one["what"] for one in acts if one["what"] != "opened"] == ["role"] * 4
    assert {one["who"] for one in acts} == {user()} and acts[0]["what"] == "opened"


def test_what_is_not_there_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("check", "nowhere"), ("rename", "nowhere", "x"), ("restore", "x"), ("unpack", "nowhere"), ("delete", "..")):
        assert called(*words) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_nothing_hostile_reaches_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": made(20)})
    session = Session.open(path)
    session.write_note("user:x", "red \x1b[31m")
    acts: tuple[Act, ...] = session.history()
    session.close()
    assert "\x1b" in acts[0].words
    assert called("audit", path) == 0
    assert "\x1b" not in capsys.readouterr().out
    assert START


def test_copies_from_before_it_was_brought_up_to_date_are_told_listed_and_removed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = unpacked_old(home / "workspaces", 3)
    assert main.run(["alerts", str(path)], lambda text, out: None) in (0, 2)
    assert "was brought up to date; as it was before it lies in old.wardlight.version-3" in capsys.readouterr().err
    assert main.run(["alerts", str(path)], lambda text, out: None) in (0, 2)
    assert "brought up" not in capsys.readouterr().err
    (row,) = told(capsys, "list")["workspaces"]
    copy = path.with_name("old.wardlight.version-3")
    assert (row["copies"], row["earlier"]) == (1, copy.stat().st_size)
    assert called("copies", "old") == 0 and str(copy) in capsys.readouterr().out
    assert called("copies", "old", "--remove") == 0 and not copy.exists() and path.exists()
    assert called("copies", "old", "--remove") == 0 and "0 copies removed" in capsys.readouterr().out
    words = [one["words"] for one in told(capsys, "audit", "old")["acts"]]
    assert any("version-3" in one for one in words)


def test_copies_stay_while_the_workspace_itself_is_damaged(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = unpacked_old(home / "workspaces", 3)
    Session.open(path).close()
    path.write_bytes(b"SQLite format 3\0" + bytes(500))
    assert called("copies", "old", "--remove") == 1
    assert path.with_name("old.wardlight.version-3").exists()


def test_a_newer_workspace_is_read_by_every_command_and_changed_by_none(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "workspaces").mkdir(parents=True)
    path = home / "workspaces" / "future.wardlight"
    fill(path, {"aaaa": made(40)})
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE moods(id INTEGER PRIMARY KEY)")
        db.execute("ALTER TABLE alerts ADD COLUMN mood TEXT NOT NULL DEFAULT ''")
        db.execute(f"PRAGMA user_version={schema.VERSION + 1}")
        db.execute("PRAGMA journal_mode=DELETE")
    before, beside = path.read_bytes(), set(path.parent.iterdir())
    call = lambda *words: main.run([str(one) for one in words], lambda text, out: None)  # noqa: E731
    assert call("query", path, "--count") == 0 and "40" in capsys.readouterr().out
    assert call("alerts", path) in (0, 2)
    assert call("export", path, "--format", "json", home / "out.json") == 0 and (home / "out.json").stat().st_size > 100
    writing = (
        ("tag", path, "user:x", "sensitive", "on"), ("analyze", sample_case(), "--workspace", path),
        ("tune", path, "--test-mode", "on"), ("workspace", "compact", path),
    )  # fmt: skip
    for words in writing:
        capsys.readouterr()
        assert call(*words) == 1, words
        told_why = capsys.readouterr().err
        assert "newer Wardlight" in told_why and f"version {schema.VERSION + 1}" in told_why, words
    assert path.read_bytes() == before and set(path.parent.iterdir()) == beside
