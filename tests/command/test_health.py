import json
from pathlib import Path
from typing import Any

import pytest

from app.command.main import run
from app.engine.engine import Engine
from app.engine.health.computer import GB, Computer
from tests.material import SAMPLE

FULL = Computer(free=5 * GB, total=200 * GB)


def no_pdf(html: str, out: Path) -> None:
    raise AssertionError("no report was asked for")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    import time

    path = tmp_path / "case.wardlight"
    engine = Engine(path)
    engine.tend(FULL, time.time_ns() // 1000)
    engine.close()
    return path


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out))


def test_exit_status_follows_what_is_open(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["health", str(case)], no_pdf) == 2
    text = capsys.readouterr().out
    assert "Running out of disk space" in text and "Free space on that disk" in text and "1 open; checked" in text
    assert run(["health", str(case), "--fail-on", "high"], no_pdf) == 0


def test_json_holds_everything(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["health", str(case), "--json"], no_pdf)
    found = said(capsys)
    one = found["issues"][0]
    assert (one["rule"], one["state"], one["severity"], one["first"][-1]) == ("disk-low", "open", "medium", "Z")
    assert [change["what"] for change in one["history"]] == ["opened"]
    assert found["schema"] == 1 and found["checked"]["at"] and "This computer" in found["checked"]["areas"]


def test_suppressed_closed_and_open_again(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["health", str(case), "--json"], no_pdf)
    id = said(capsys)["issues"][0]["id"]

    assert run(["health", str(case), "--suppress", id[:6], "--days", "3"], no_pdf) == 0
    assert "suppressed until" in capsys.readouterr().out
    assert run(["undo", str(case)], no_pdf) == 0
    assert "open -> suppressed" in capsys.readouterr().out
    assert run(["health", str(case), "--close", id], no_pdf) == 0
    assert capsys.readouterr().out.startswith("0 open")
    run(["health", str(case), "--json", "--all"], no_pdf)
    assert [one["state"] for one in said(capsys)["issues"]] == ["closed"]
    assert run(["health", str(case), "--reopen", id], no_pdf) == 2


def test_what_cannot_be_is_one_line(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--close", "zz"], ["--days", "3"], ["--suppress", "a", "--days", "0"], ["--close", "a", "--reopen", "b"]):
        assert run(["health", str(case), *words], no_pdf) == 1
        assert capsys.readouterr().err.count("\n") == 1
    assert run(["health", str(case.with_name("none"))], no_pdf) == 1


def test_reading_files_looks_at_the_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.wardlight"
    run(["analyze", str(SAMPLE), "--workspace", str(case)], no_pdf)
    capsys.readouterr()
    run(["health", str(case), "--json", "--all"], no_pdf)
    found = said(capsys)
    assert found["checked"]["at"] and not found["checked"]["live"]
    assert all(one["severity"] == "low" for one in found["issues"] if one["rule"].startswith(("audit-", "no-traffic")))
