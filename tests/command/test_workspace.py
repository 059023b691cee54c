"""Workspaces on the command line: a life from its making to the bin and back, what is refused, what the exit status says."""

import json
from pathlib import Path

import pytest

from app.command import main
from app.engine.store.changing import user
from app.model.act import Act
from app.session import Session
from tests.engine.workspace import START, fill, made
from tests.workspaces.cases import made_case


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


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
