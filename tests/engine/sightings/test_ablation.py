"""A capture of the lab with something taken away: coverage must say so."""

from pathlib import Path

import pytest

from app.model.coverage import CoverageShare
from app.session import Session
from benchmarks.quality.ablation import cut


def shares(path: Path) -> dict[str, CoverageShare]:
    """Shares of the first controller by detector."""
    session = Session.open()
    try:
        session.read_here([path], lambda _: None)
        found = session.queries.coverage_shares()
        return {one.detector: one for one in found if one.controller.label == "DC1"}
    finally:
        session.close()


@pytest.fixture(scope="module")
def whole(shared: Path) -> Path:
    return shared / "lab" / "captures" / "benign_workday.pcap"


def test_the_whole_capture(whole: Path) -> None:
    found = shares(whole)

    for name in ("dcsync", "asrep_roasting", "golden_ticket_lifetime", "remote_execution"):
        assert (found[name].state, found[name].seen) == ("seen", found[name].whole), name


@pytest.mark.parametrize(
    ("how", "detector", "words"),
    [
        ("no bind", "samr_reconnaissance", "calls"),
        ("5 % of packets lost", "dcsync", "packets are missing in the capture"),
        ("5 % of packets lost", "asrep_roasting", "packets are missing in the capture"),
    ],
)
def test_something_is_taken_away(whole: Path, tmp_path: Path, how: str, detector: str, words: str) -> None:
    cut(whole, tmp_path / "cut.pcap", how)
    found = shares(tmp_path / "cut.pcap")[detector]

    assert found.state in ("partial", "blind")
    assert any(words in one for one in found.reasons), found.reasons


def test_the_second_half_says_how_long_it_is(whole: Path, tmp_path: Path) -> None:
    cut(whole, tmp_path / "cut.pcap", "second half only")

    assert 0 < shares(tmp_path / "cut.pcap")["asrep_roasting"].whole <= shares(whole)["asrep_roasting"].whole
