"""Packets and a log in a workspace: what one of them does not tell is found only where both prove to see everything."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine.engine import Engine
from app.engine.queries import Queries
from app.model.activity import Activity
from app.model.rows import Problem
from app.proof import replay
from tests.engine.detectors.builders_tellings import logons, replications, tickets
from tests.engine.workspace import Found, Report
from tests.proof.bundles import prove

NEW = {"unlogged_request", "logon_without_authentication", "unlogged_replication", "unissued_ticket"}


def read(
    path: Path, activities: list[Activity], order: tuple[bool, ...] = (True, False), problems: tuple[Problem, ...] = ()
) -> Queries:
    """Packets and records as two inputs, in this order (True: packets)."""
    engine = Engine(path)
    try:
        for packets in order:
            mine = sorted((one for one in activities if (one.record is None) == packets), key=lambda one: one.at)
            key = "wire" if packets else "log"
            engine.begin_input(Found(key=key, path=f"/cases/{key}", kind="pcap" if packets else "evtx"))
            engine.ingest([replace(one, input=key) for one in mine])
            kept = problems if packets else ()
            engine.finish_input(Report(records=len(mine), first=mine[0].at, last=mine[-1].at, problems=kept))
        engine.settle("medium")
    finally:
        engine.close()
    return Queries(path)


def said(queries: Queries) -> list[str]:
    return [one.title for one in queries.alerts() if one.detector in NEW]


@pytest.mark.parametrize("order", [(True, False), (False, True)])
@pytest.mark.parametrize(
    ("activities", "titles"),
    [
        (tickets("record"), ["Ticket without its record in the controller's log"]),
        (tickets("wire"), ["Record of a ticket that nobody was seen to ask for"]),
        (logons(), ["Network logon without authentication on the wire"]),
        (replications(), ["Replication without its record in the controller's log"]),
        (tickets(), []),
    ],
    ids=["not logged", "not asked", "no authentication", "replication", "nothing missing"],
)
def test_what_one_does_not_tell(tmp_path: Path, activities: list[Activity], titles: list[str], order: tuple[bool, ...]) -> None:
    assert said(read(tmp_path / "w", activities, order)) == titles


def test_a_capture_that_lost_packets_proves_nothing(tmp_path: Path) -> None:
    lost = (Problem(what="TCP bytes never captured", count=50),)

    assert said(read(tmp_path / "w", tickets("wire"), problems=lost)) == []


def test_a_clock_that_is_ahead(tmp_path: Path) -> None:
    """The controller's clock is two minutes ahead; twins level it, and nothing is missing."""
    ahead = [
        one if one.record is None else replace(one, at=one.at + 120_000_000, until=one.until + 120_000_000) for one in tickets()
    ]

    assert said(read(tmp_path / "w", ahead)) == []


def test_coverage_of_both(tmp_path: Path) -> None:
    queries = read(tmp_path / "w", tickets())
    shares = {one.detector: one for one in queries.coverage_shares()}

    assert shares["asrep_roasting"].state == "seen"
    assert shares["asrep_roasting"].seen == shares["asrep_roasting"].whole == 120
    texts = [one.text for one in queries.statements()]
    assert any(
        text.startswith("No “Suspected AS-REP roasting” against DC1") and "120 of 120 minutes seen." in text for text in texts
    )
    assert len(queries.coverage_spans(hourly=True)) > len(queries.coverage_spans())
    assert all(one.words and one.detectors and one.minutes for one in queries.remedies())


def test_a_proof_states_it_again(tmp_path: Path) -> None:
    (alert,) = [one for one in read(tmp_path / "w", tickets("record")).alerts() if one.detector in NEW]
    prove(tmp_path / "w", alert.id, tmp_path / "proof.zip")
    answer = replay(tmp_path / "proof.zip")

    assert answer.same, answer
