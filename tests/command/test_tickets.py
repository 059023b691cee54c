"""Tickets on the command line: descent as text and as JSON, of one account, only the odd ones."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.command.main import run as run_command
from app.command.tickets import short_names
from tests.engine.genealogy.made import WS1, WS2, ask, names, show, sign_in
from tests.engine.workspace import fill

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        status = run_command([str(one) for one in arguments], lambda html, out: None)
        out, err = capsys.readouterr()
        return status, out, err

    return call


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.wardlight"
    own = names(ws1=WS1, ws2=WS2)
    fill(
        path,
        {
            "aaaa": [
                *own,
                sign_in("tgt-of-alice", minute=1),
                ask("tgt-of-alice", "st-of-alice", minute=2),
                show("st-of-alice", minute=3),
                sign_in("tgt-of-bob", "bob", minute=4),
                ask("tgt-of-alice", "st-two", source=WS2, minute=50),
            ]
        },
    )
    return path


def test_tickets_stand_below_the_ones_they_were_got_with(run: Run, case: Path) -> None:
    status, out, _ = run("tickets", case)
    lines = out.splitlines()
    granting = next(place for place, line in enumerate(lines) if line.startswith("TGT tgt-of-alice"))

    assert status == 0
    assert "[two hosts" in lines[granting] and "WS1 and WS2 are known to be two computers" in lines[granting + 1]
    assert any(line.startswith("  ticket st-of-alice") for line in lines[granting:])
    assert any("shown to" in line and "over smb2 from WS1" in line for line in lines)


def test_only_odd_ones_of_one_account_as_json(run: Run, case: Path) -> None:
    everything = json.loads(run("tickets", case, "--json")[1])
    status, out, _ = run("tickets", case, "--json", "--odd", "--account", "alice")
    found = json.loads(out)

    assert status == 0 and len(everything["tickets"]) > 4 and everything["cut"] is False
    assert {one["name"] for one in found["tickets"]} == {"alice"}
    assert "two hosts" in next(one for one in found["tickets"] if one["id"] == "tgt-of-alice")["odd"]


def test_an_account_that_nobody_is_is_said(run: Run, case: Path) -> None:
    status, _, err = run("tickets", case, "--account", "")

    assert status in (0, 1)
    assert run("tickets", case.with_name("none.wardlight"))[0] == 1 and "Traceback" not in err


def test_tickets_of_a_log_without_hashes_have_names_of_their_own() -> None:
    """Their id is the one of the event, which begins with its input."""
    logged = ["log:0123456789ab:7", "log:0123456789ab:8", "log:0123456789ab:8"]
    short = short_names([*logged, "log:qTbH1nVvWfE0x2aaaaaaaaaa", "9f" * 16])

    assert len(set(short.values())) == len(short) == 4
    assert short["log:0123456789ab:7"] == "0123456789ab:7"
    assert short["log:qTbH1nVvWfE0x2aaaaaaaaaa"] == "qTbH1nVvWfE0" and short["9f" * 16] == "9f" * 6


def test_one_ticket_is_one_ticket(run: Run, case: Path) -> None:
    assert run("tickets", case, "--account", "bob")[1].splitlines()[-1].startswith("1 ticket, 0 of them odd")
