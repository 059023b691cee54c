"""Paths on the command line: the overview, to one, from one, at a date, as JSON, and their exit status."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.command.main import run as run_command
from tests.engine.paths.week import BOB, SMITH, make

Run = Callable[..., tuple[int, str, str]]
WALKED, BEFORE = "2026-01-09T16:00:00", "2026-01-07T02:00:00"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        status = run_command(["paths", *(str(one) for one in arguments)], lambda html, out: None)
        out, err = capsys.readouterr()
        return status, out, err

    return call


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("week") / "week.wardlight")


def test_the_overview_names_who_is_exposed_and_what_to_cut(run: Run, case: Path) -> None:
    status, out, _ = run(case, "--at", BEFORE)

    assert status == 0
    assert "da.smith  (user; Domain Admins (directory))  2 accounts, 1 path, shortest 3" in out
    assert (
        "cut 1: Take the group Helpdesk out of the administrators of WS1" in out
        and "1 of 1 paths end, 0 accounts still come" in out
    )
    assert "unknown: Local administrators are known of 1 of 2 computers" in out


def test_a_walked_path_is_told_step_by_step_and_by_the_exit_status(run: Run, case: Path) -> None:
    status, out, _ = run(case, "--to", "da.smith", "--at", WALKED)

    assert status == 2
    assert "walked    bob -[administrator of]-> WS1 -[has credentials of]-> da.smith" in out
    assert "2026-01-09T14:00:00" in out and "opened an administrative share" in out
    assert run(case, "--at", BEFORE, "--fail-on", "possible")[0] == 2


def test_from_an_account_as_json(run: Run, case: Path) -> None:
    status, out, _ = run(case, "--from", BOB, "--at", WALKED, "--window", "all", "--json")
    found = json.loads(out)

    assert (status, found["way"], found["window"]) == (2, "from", 0)
    assert {one["edges"][-1]["target"]["key"] for one in found["paths"]} == {SMITH}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--to", "nobody"), "Nothing leads"),
        (("--at", "soon"), "no date"),
        (("--window", "2y"), "48h"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(run: Run, case: Path, wrong: tuple[str, str], said: str) -> None:
    status, out, err = run(case, *wrong)

    assert (status, out) == (1, "")
    assert said in err and len(err.splitlines()) == 1
