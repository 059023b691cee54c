"""What scripts are told of an alert."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.session import Seconds, Session

CLIENT = "10.0.0.66"


def refused(number: int, workstation: str) -> dict[str, object]:
    """4625: a wrong password over the network, from a client that calls itself so."""
    return {
        "EventTime": f"2024-05-01T10:{number // 60:02d}:{number % 60:02d}Z", "Hostname": "files.corp.test", "EventID": 4625,
        "EventType": "AUDIT_FAILURE", "SourceName": "Microsoft-Windows-Security-Auditing", "Channel": "Security",
        "RecordNumber": number + 1, "TargetUserName": "alice", "TargetDomainName": "CORP", "Status": "0xc000006d",
        "SubStatus": "0xc000006a", "LogonType": "3", "AuthenticationPackageName": "NTLM", "WorkstationName": workstation,
        "IpAddress": CLIENT, "IpPort": "50000",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), [("ws7", "ws7"), ("", None)])
def test_a_client_that_calls_itself_another_name_each_time_is_one_source(tmp_path: Path, name: str, expected: str | None) -> None:
    lines = [json.dumps(refused(one, name or f"made-up-{one}")) for one in range(120)]
    (tmp_path / "log.json").write_text("\n".join(lines))
    session = Session.open()
    try:
        session.read_here([tmp_path / "log.json"], lambda _: None)
        whole: Any = session.analysis(Seconds(), {})
    finally:
        session.close()
    (alert,) = (one for one in whole["alerts"] if one["detector"] == "brute_force")
    found = [(one["ip"], one["computer"] and one["computer"].lower()) for one in alert["sources"]]

    assert found == [(CLIENT, expected)]
