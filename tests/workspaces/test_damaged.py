"""A workspace that is damaged for real, as health tells it on the command line: beside one who listens, and when nobody does."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from app.model.source import SyslogSource
from tests.engine.workspace import fill, made
from tests.integration.test_health import comes
from tests.material import ROOT, wardlight
from tests.sensor.free_port import free_port
from tests.workspaces.cases import made_case


def told(workspace: Path) -> tuple[int, dict[str, tuple[str, str]]]:
    """(status, rule to state and sentence) of `wardlight health`."""
    done = wardlight("health", workspace, "--json", "--all")
    assert done.returncode in (0, 2), done.stderr
    return done.returncode, {one["rule"]: (one["state"], one["what"]) for one in json.loads(done.stdout)["issues"]}


def miscount(workspace: Path) -> None:
    """Counts that are not those of the activities, as after a write that the disk lost."""
    with closing(sqlite3.connect(workspace)) as db:
        db.execute("UPDATE flows SET count = count + 1")
        db.execute("DELETE FROM minutes WHERE minute IN (SELECT minute FROM minutes LIMIT 1)")
        db.commit()


@pytest.mark.parametrize("part", [0.3, 0.6])
def test_a_damaged_file_is_health_on_the_command_line(tmp_path: Path, part: float) -> None:
    case = made_case(tmp_path / "case.wardlight")
    assert "database-damaged" not in told(case)[1]
    place = int(case.stat().st_size * part) // 4096 * 4096
    with case.open("r+b") as file:
        file.seek(place)
        file.write(os.urandom(16_384))
    checked = wardlight("workspace", "check", case)
    status, found = told(case)

    assert checked.returncode == 2 and b"The file is damaged" in checked.stdout
    assert status == 2 and found["database-damaged"][0] == "open" and "The file is damaged" in found["database-damaged"][1]


def test_a_file_in_which_health_itself_is_damaged_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    case = made_case(tmp_path / "case.wardlight")
    with closing(sqlite3.connect(case)) as db:
        db.execute("PRAGMA journal_mode=DELETE")  # nothing beside the file holds a good copy
        ((page,), (size,)) = (
            db.execute(one).fetchone() for one in ("SELECT rootpage FROM sqlite_master WHERE name = 'health'", "PRAGMA page_size")
        )
    with case.open("r+b") as file:
        file.seek(size * (page - 1))
        file.write(os.urandom(size))
    done = wardlight("health", case)

    assert done.returncode == 1 and done.stderr.decode().count("\n") == 1
    assert b"cannot be read: database disk image is malformed" in done.stderr


def test_what_can_be_mended_is_health_until_it_is(tmp_path: Path) -> None:
    case = tmp_path / "case.wardlight"
    fill(case, {"aaaa": made(3_000)})
    miscount(case)
    specs = msgspec.json.encode([SyslogSource(address="127.0.0.1", port=free_port())]).decode()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.tending", str(case), specs],
        cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        comes(case, lambda one: "workspace-idle" not in one and "store-overloaded" not in one)
        assert wardlight("workspace", "check", case).returncode == 2
        found = comes(case, lambda one: "database-damaged" in one)["database-damaged"]
        assert found.severity == "high" and "do not agree" in found.what
        with pytest.raises(AssertionError, match="in use"):
            mended(case)
    finally:
        _, errors = child.communicate(timeout=60)
    assert b"Traceback" not in errors, errors
    assert told(case)[1]["database-damaged"][0] == "open"
    mended(case)
    assert told(case)[1]["database-damaged"][0] == "closed"


def mended(case: Path) -> None:
    done = wardlight("workspace", "check", case, "--mend")
    assert done.returncode == 0, done.stderr.decode()
