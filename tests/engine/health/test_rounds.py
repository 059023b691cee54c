"""Rounds over a real workspace: what is kept, what readers see, what is said by hand and undone."""

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.engine import schema
from app.engine.engine import Engine
from app.engine.health import rounds
from app.engine.health.computer import GB, Computer
from app.engine.health.life import issue_id
from app.engine.health.rounds import Looked
from app.engine.health.tallies import MINUTE, Tallies
from app.engine.queries import Queries
from app.engine.queries.sensors import sensors
from app.engine.store import StoreError, close_issue, give_facts, redo, reopen_issue, suppress_issue, undo
from app.engine.store.versions import meet, met
from app.link.envelope import FORM
from app.model.health import HealthFact, HealthIssue
from app.model.sensor import DELAY, SensorConfig, SensorReport
from app.model.source import SourceState

NOW = 1_800_000_000_000_000
SECOND = 1_000_000
WELL = Computer(free=100 * GB, total=200 * GB)
FULL = Computer(free=1 * GB, total=200 * GB)
DISK = issue_id("disk-low", "computer")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return tmp_path / "case.wardlight"


def tend(path: Path, computer: Computer = WELL, now: int = NOW, **more: Any) -> None:
    engine = Engine(path)
    try:
        engine.tend(computer, now, **more)
    finally:
        engine.close()


def issues(path: Path, now: int = NOW) -> dict[str, HealthIssue]:
    queries = Queries(path)
    try:
        return {one.rule: one for one in queries.health(now).issues}
    finally:
        queries.close()


def sensor(path: Path, heard: int, **more: Any) -> None:
    report = SensorReport(
        **({"sensor": "s1", "name": "dc1", "form": FORM, "at": heard, "since": heard, "state": "running"} | more)
    )
    db = schema.connect(path)
    db.execute(
        "INSERT OR REPLACE INTO sensors(id, name, added, heard, report) VALUES('s1', 'dc1', ?, ?, ?)",
        (heard, heard, msgspec.json.encode(report).decode()),
    )
    db.close()


def test_an_alert_opens_and_closes_with_its_history(case: Path) -> None:
    tend(case, FULL)
    assert (issues(case)["disk-low"].state, issues(case)["disk-low"].severity) == ("open", "high")
    tend(case, WELL, NOW + 2 * MINUTE)

    queries = Queries(case)
    try:
        one = queries.health(NOW + 2 * MINUTE)
        assert [(issue.rule, issue.state) for issue in one.issues] == [("disk-low", "closed")]
        assert one.checked.at == NOW + 2 * MINUTE and "This computer" in one.checked.areas and not one.checked.live
        told = queries.health_changes()
        assert [change.what for change in told] == ["opened", "closed"]
        assert queries.health_changes(told[0].number) == told[1:]
        assert [change.what for change in queries.health_history(DISK)] == ["closed", "opened"]
    finally:
        queries.close()


def test_a_round_in_which_nothing_happens_tells_readers_nothing(case: Path) -> None:
    tend(case, FULL)
    queries = Queries(case)
    try:
        before = queries.version()
        tend(case, FULL, NOW + 10 * SECOND)
        assert queries.version() == before
        tend(case, Computer(free=GB // 2, total=200 * GB), NOW + 20 * SECOND)
        assert queries.version() == before  # other figures wait for a minute
        tend(case, Computer(free=GB // 2, total=200 * GB), NOW + 80 * SECOND)
        assert queries.version() == before + 1
    finally:
        queries.close()


def test_live_sources_are_known_only_where_they_run(case: Path) -> None:
    down = SourceState(id="a", kind="capture", label="ens1 (live)", state="failed", error="the interface ens1 is down", since=NOW)
    tend(case, live=[down])
    assert issues(case)["adapter-gone"].state == "open"
    tend(case, now=NOW + 60 * MINUTE)  # a file was read
    assert issues(case)["adapter-gone"].state == "open"
    tend(case, now=NOW + 61 * MINUTE, live=[])
    assert issues(case)["adapter-gone"].state == "closed"


HUB = SourceState(id="h", kind="hub", label="hub of test (live)", state="running", since=NOW)


def test_a_sensor_falls_silent_also_when_nobody_looks(case: Path) -> None:
    tend(case, live=[HUB])
    sensor(case, NOW)
    tend(case, live=[HUB])
    assert "sensor-silent" not in issues(case, NOW + MINUTE)

    late = issues(case, NOW + 6 * MINUTE)["sensor-silent"]
    assert (late.state, late.severity, late.first) == ("open", "low", NOW + 6 * MINUTE)
    tend(case, now=NOW + 6 * MINUTE, live=[HUB])
    assert issues(case, NOW + 6 * MINUTE)["sensor-silent"].severity == "medium"
    sensor(case, NOW + 7 * MINUTE)
    tend(case, now=NOW + 7 * MINUTE, live=[HUB])
    assert issues(case, NOW + 7 * MINUTE)["sensor-silent"].state == "closed"


def test_what_was_wrong_with_a_sensor_stays_so_while_it_is_silent(case: Path) -> None:
    tend(case)
    down = SourceState(id="a", kind="capture", label="ens1 (live)", state="failed", error="the interface ens1 is down")
    sensor(case, NOW, sources=(down,))
    tend(case, live=[HUB])
    tend(case, now=NOW + 60 * MINUTE, live=[HUB])
    assert {one.rule: one.state for one in issues(case, NOW + 60 * MINUTE).values() if one.rule != "synchronizer-missing"} == {
        "adapter-gone": "open", "sensor-silent": "open",
    }  # fmt: skip


def test_facts_of_others(case: Path) -> None:
    tend(case)
    give_facts(case, "notify", [HealthFact(rule="mail-failed", subject="workspace", what="mx.example.test refuses.")])
    give_facts(case, "workspaces", [HealthFact(rule="retention-due", subject="workspace", what="In 2 days.")])
    tend(case)
    assert {one.rule for one in issues(case).values()} == {"mail-failed", "retention-due"}
    give_facts(case, "notify", [])
    tend(case, now=NOW + 2 * MINUTE)
    assert {one.rule: one.state for one in issues(case).values()} == {"mail-failed": "closed", "retention-due": "open"}


def test_by_hand_and_undone(case: Path) -> None:
    now = time.time_ns() // 1000  # as those who say something say it
    tend(case, FULL, now)
    assert suppress_issue(case, DISK, 3)
    assert issues(case, now)["disk-low"].state == "suppressed"
    undo(case)
    assert issues(case, now)["disk-low"].state == "open"
    redo(case)
    assert issues(case, now)["disk-low"].state == "suppressed"
    assert reopen_issue(case, DISK) and issues(case, now)["disk-low"].state == "open"
    assert close_issue(case, DISK) and issues(case, now)["disk-low"].state == "closed"
    tend(case, FULL, now + MINUTE)
    assert issues(case, now)["disk-low"].state == "closed"
    assert not close_issue(case, "nothing")
    with pytest.raises(StoreError):
        undo(case, 1)


def test_a_report_that_is_none_harms_nobody(case: Path) -> None:
    tend(case)
    sensor(case, NOW)
    db = schema.connect(case)
    db.execute("UPDATE sensors SET report = ?", ("{" * 5_000,))
    db.close()
    tend(case, live=[])
    assert issues(case) == {}


def test_the_disk_by_share_and_by_bytes() -> None:
    from app.engine.health.computer import computer_facts
    from app.engine.health.tallies import Tallies

    def severities(free: int, total: int) -> list[str | None]:
        return [one.severity for one in computer_facts(Computer(free=free, total=total), NOW, Tallies())]

    assert severities(11 * GB, 100 * GB) == [] and severities(9 * GB, 100 * GB) == ["medium"]
    assert severities(21 * GB, 4_000 * GB) == [] and severities(19 * GB, 4_000 * GB) == ["medium"]
    assert severities(1 * GB, 100 * GB) == ["high"] and severities(0, 0) == []


def test_a_store_that_stays_behind(case: Path) -> None:
    engine = Engine(case)
    try:
        for at, busy in ((0, 0.6), (10, 0.9), (20, 0.4), (30, 0.8), (59, 0.8)):
            engine.tend(Computer(queue=busy, listening=True), NOW + at * SECOND, live=[])
        assert "store-overloaded" not in issues(case)
        engine.tend(Computer(queue=0.7, listening=True), NOW + 60 * SECOND, live=[])
        assert issues(case)["store-overloaded"].severity == "high"
    finally:
        engine.close()


def test_a_delayed_sensor_is_outdated_once_the_workspace_knew_the_version_for_three_days(
    case: Path,
) -> None:
    def looked(now: int, version: str) -> bool:
        """Health and status of the sensor agree; each look is a start of the program."""
        sensor(case, now, version="1.1.0", config=SensorConfig(delayed=True))
        engine = Engine(case)
        engine._store.tend(lambda db: rounds.look(db, Looked(now=now, computer=WELL), Tallies(), version))
        engine.close()
        db = schema.connect(case)
        (row,) = sensors(db, now, version)
        db.close()
        outdated = [one.state for one in issues(case, now).values() if one.rule == "sensor-outdated"] == ["open"]
        assert outdated == (row.status == "outdated")
        return outdated

    tend(case)
    assert not looked(NOW, "1.3.0") and not looked(NOW + SECOND, "1.4.0")
    assert not looked(NOW + DELAY, "1.4.0") and looked(NOW + DELAY + SECOND, "1.4.0")


def test_versions_met_while_a_clock_was_ahead_delay_nothing_for_ever(case: Path) -> None:
    tend(case)
    db = schema.connect(case)
    meet(db, "1.4.0", NOW + 100 * DELAY)
    assert meet(db, "1.4.0", NOW)["1.4.0"] == NOW == meet(db, "1.4.0", NOW + DELAY)["1.4.0"]
    for one in range(200):
        meet(db, f"2.{one}.0", NOW + one)
    assert len(met(db)) == 50 and "2.199.0" in met(db) and "1.4.0" not in met(db)
    db.execute("UPDATE meta SET value = '{' WHERE key = 'versions_met'")
    assert met(db) == {}
    db.close()
