"""Rules of ours over event logs that others recorded, where they are at hand."""

from pathlib import Path

import pytest

from app.model.sigma import SigmaRun
from app.session import Session

RULES = Path(__file__).parent / "rules"


def sigma(shared: Path, log: str, workspace: Path) -> SigmaRun:
    path = shared / "corpus" / "evtx" / f"{log}.evtx"
    if not path.is_file():
        pytest.skip(f"{log} is not at hand")
    session = Session.open(workspace)
    try:
        session.read_here([path], lambda _: None)
        return session.sigma([RULES])
    finally:
        session.close()


@pytest.mark.parametrize(
    ("log", "title", "count"),
    [
        ("sb_CA_CA_DCSync_4662", "Directory replication by an account that is no computer", 3),
        ("md_T1558_ID4768-Kerberos_AS-REP_Roasting", "Ticket without pre-authentication", 1),
        ("md_T1543.003_ID7045-7036_PSexec_service_installation", "Service whose program PsExec brings", 1),
    ],
)
def test_a_recorded_attack_is_matched_by_its_rule_only(shared: Path, tmp_path: Path, log: str, title: str, count: int) -> None:
    result = sigma(shared, log, tmp_path / "a.wardlight")

    assert {one.title: one.count for one in result.rules if one.count} == {title: count}


def test_a_log_without_an_event_says_which_rules_it_leaves_blind(shared: Path, tmp_path: Path) -> None:
    rules = {one.title: one for one in sigma(shared, "sb_LM_LM_WMI_4624_4688_TargetHost", tmp_path / "a.wardlight").rules}

    started = rules["Program started by a service host of WMI"]
    assert (started.state, started.reason) == ("never", "no such event here says anything in ParentProcessName")
    assert rules["Ticket without pre-authentication"].reason == "this data has no event 4768 of the log security"
    assert rules["Handle to a process"].state == "cannot"


def test_matches_lead_to_their_records(shared: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "a.wardlight"
    result = sigma(shared, "sb_CA_CA_DCSync_4662", workspace)
    session = Session.open(workspace)
    try:
        (hit,) = (one for one in result.rules if one.count)
        found = session.queries.activities_of([match.activity for match in hit.matches])
        assert [one.record for one in found] == [match.record for match in hit.matches]
        assert "4662" in session.record(hit.matches[0].input, hit.matches[0].record or 0).text
    finally:
        session.close()
