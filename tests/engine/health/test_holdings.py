"""What the evidence lacks: the sample capture with logs and directories beside it, all read by the real readers."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.engine.engine import Engine
from app.engine.health.holdings import holding_facts
from app.engine.queries import Queries
from app.ingest import read_inputs
from app.model.health import HealthFact
from tests.material import SAMPLE

BEGIN = datetime(2026, 11, 23, 19, 5, tzinfo=UTC)
SECURITY = "Security", "Microsoft-Windows-Security-Auditing"
NTLM = "Microsoft-Windows-NTLM/Operational", "Microsoft-Windows-NTLM"
CONTROLLER = """dn: CN=DC9,OU=Domain Controllers,DC=corp,DC=test
objectClass: top
objectClass: computer
sAMAccountName: DC9$
dNSHostName: dc9.corp.test
userAccountControl: 532480
primaryGroupID: 516

"""


def event(number: int, event_id: int, **data: str) -> str:
    when = (BEGIN + timedelta(minutes=number % 30)).isoformat().replace("+00:00", "Z")
    channel, provider = NTLM if event_id > 8_000 else SECURITY
    body = {
        "event_id": event_id, "channel": channel, "computer_name": "dc1.corp.test", "record_id": number,
        "provider_name": provider, "event_data": {"TargetUserName": "alice", **data},
    }  # fmt: skip
    return json.dumps({"@timestamp": when, "winlog": body})


def log(path: Path, *ids: int) -> Path:
    lines = [event(number, ids[number % len(ids)], LogonType="3", Status="0x0") for number in range(10 * len(ids))]
    path.write_text("\n".join(lines) + "\n")
    return path


def facts(tmp_path: Path, *inputs: Path, live: bool = False) -> dict[tuple[str, str], HealthFact]:
    case = tmp_path / "case.wardlight"
    read_inputs(case, [SAMPLE, *inputs], lambda _: None, lambda: False)
    queries = Queries(case)
    try:
        found = holding_facts(queries.knowledge(), queries.evidence(), live)
        return {(one.rule, one.subject): one for one in found}
    finally:
        queries.close()


@pytest.fixture(autouse=True)
def same_hour() -> None:
    """The sample lies where the logs here are dated."""
    assert SAMPLE.is_file()


def test_captures_alone_prove_nothing_about_a_log(tmp_path: Path) -> None:
    assert facts(tmp_path) == {}


def test_a_controller_that_no_capture_shows(tmp_path: Path) -> None:
    ldif = tmp_path / "directory.ldif"
    ldif.write_text(CONTROLLER)
    found = facts(tmp_path, ldif)
    assert list(found) == [("no-traffic", "computer:dc9.corp.test")]
    one = found["no-traffic", "computer:dc9.corp.test"]
    assert (one.severity, one.where) == ("low", "DC9") and "No packet of DC9" in one.what


def test_a_log_that_holds_logons_only(tmp_path: Path) -> None:
    found = facts(tmp_path, log(tmp_path / "dc1.json", 4624))
    assert {rule for rule, _ in found} == {"audit-advanced", "audit-ntlm", "audit-object"}
    assert {subject for _, subject in found} == {"computer:dc1.corp.test"}
    advanced = found["audit-advanced", "computer:dc1.corp.test"]
    assert "Audit Kerberos Authentication Service" in advanced.what and "Audit Credential Validation" in advanced.what
    assert "Audit Logon" not in advanced.what and advanced.severity == "low"
    assert "directory replication" in found["audit-object", "computer:dc1.corp.test"].what


def test_what_is_switched_on_is_not_asked_for(tmp_path: Path) -> None:
    found = facts(tmp_path, log(tmp_path / "dc1.json", 4624, 4768, 4769, 4776, 4662))
    assert {rule for rule, _ in found} == {"audit-ntlm"}
    assert facts(tmp_path, log(tmp_path / "more.json", 8004)) == {}


def test_where_something_listens_it_can_still_be_mended(tmp_path: Path) -> None:
    found = facts(tmp_path, log(tmp_path / "dc1.json", 4624), live=True)
    assert {one.severity for one in found.values()} == {None}


def test_they_become_health_alerts_when_files_are_read(tmp_path: Path) -> None:
    case = tmp_path / "case.wardlight"
    read_inputs(case, [SAMPLE, log(tmp_path / "dc1.json", 4624)], lambda _: None, lambda: False)
    queries = Queries(case)
    try:
        assert {one.rule for one in queries.health().opened} == {"audit-advanced", "audit-ntlm", "audit-object"}
        read_inputs(case, [log(tmp_path / "all.json", 4768, 4769, 4776, 4662, 8004)], lambda _: None, lambda: False)
        engine = Engine(case)
        engine.tend(engine_free(), (queries.health().checked.at or 0) + 11 * 60_000_000)
        engine.close()
        assert {one.state for one in queries.health().issues} == {"closed"}
    finally:
        queries.close()


def engine_free():  # type: ignore[no-untyped-def]
    from app.engine.health.computer import GB, Computer

    return Computer(free=100 * GB, total=200 * GB)
