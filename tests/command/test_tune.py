"""Settings of detectors from the command line: shown, changed, tried."""

import json
from pathlib import Path

import pytest

from app.command.main import run
from app.session import Session
from tests.material import guesses, save, spray

USERS = [f"user{number}" for number in range(7)]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A workspace with a spray that is too slow and too small to be told."""
    out = tmp_path / "case.wardlight"
    packets = [(1_770_000_000_000_000 + (at - 1_770_000_000_000_000) * 20, data) for at, data in spray(USERS)]
    session = Session.open(out)
    session.read_here([save(tmp_path / "spray.pcap", packets)], lambda _: None)
    assert session.queries.alerts() == ()
    session.close()
    return out


def wardlight(*words: object) -> int:
    return run([str(one) for one in words], lambda *_: None)


def test_every_detector_is_listed(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert wardlight("detectors", case) == 0
    out = capsys.readouterr().out
    assert "abnormal_behaviour  2001  medium  medium" in out and "0 of 21 days were read" in out
    assert "    brute_force.many = 10  [low 20, medium 10, high 5]" in out


def test_what_if_changes_nothing_and_tune_does(case: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert wardlight("what-if", case, "--set", "brute_force.many=6", "--json") == 0
    found = json.loads(capsysbinary.readouterr().out)
    assert [one["detector"] for one in found["appear"]] == ["brute_force"]
    assert (found["vanish"], found["changed"], found["detectors"]) == ([], [], ["brute_force"])
    session = Session.open(case)
    assert session.queries.alerts() == ()
    session.close()

    assert wardlight("tune", case, "--set", "brute_force.many=6") == 0
    assert b"kept; 1 alert\n" in capsysbinary.readouterr().out
    assert wardlight("detectors", case, "--json") == 0
    rows = {one["id"]: one for one in json.loads(capsysbinary.readouterr().out)["detectors"]}
    assert next(one for one in rows["brute_force"]["thresholds"] if one["key"] == "brute_force.many")["own"] is True
    assert wardlight("what-if", case, "--reset", "brute_force") == 0
    assert b"0 appear, 1 vanish" in capsysbinary.readouterr().out


def test_test_mode_is_kept_and_taken_back(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert wardlight("tune", case, "--test-mode", "on") == 0
    session = Session.open(case)
    assert session.tuning().test_mode and len(session.queries.alerts()) == 1
    assert all(row.level == "high" for row in session.queries.detectors())
    session.close()
    assert wardlight("tune", case, "--test-mode", "off", "--level", "brute_force=low") == 0
    session = Session.open(case)
    assert session.tuning().levels == {"brute_force": "low"} and session.queries.alerts() == ()
    session.close()


@pytest.mark.parametrize(
    "words",
    [
        ("--set", "brute_force.manny=6"), ("--set", "brute_force.many"), ("--set", "brute_force.many=six"), ("--off", "nothing"),
        ("--level", "brute_force=huge"), ("--set", "brute_force.many=-3"), (),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line(case: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert wardlight("tune", case, *words) == 1
    said = capsys.readouterr()
    assert said.err.startswith("wardlight: ") and said.err.count("\n") == 1


def test_beside_a_writer_settings_are_kept_for_its_next_detection(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from app.engine.engine import Engine

    engine = Engine(case)
    try:
        assert wardlight("what-if", case, "--set", "brute_force.many=6") == 0
        assert "1 appear" in capsys.readouterr().out
        assert wardlight("tune", case, "--set", "brute_force.many=6") == 0
        assert "takes it up at its next detection" in capsys.readouterr().out
        assert engine.settle().alerts == 1
    finally:
        engine.close()


def test_analyze_in_test_mode(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capture = save(tmp_path / "guesses.pcap", guesses(USERS, 1_770_000_100_000_000))
    assert wardlight("analyze", capture, "--test-mode") in (0, 2)
    assert wardlight("tune", tmp_path / "none.wardlight", "--test-mode", "on") == 1
