"""Retention: what is left is what a workspace holds that never saw the rest; alerts and what they rest on stay."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app import listen
from app.engine import schema
from app.engine.engine import Engine
from app.engine.health.computer import Computer
from app.engine.health.keeping import keeping_facts
from app.engine.queries import Queries
from app.engine.store import set_retention, undo, update_alert, write_note
from app.engine.store.retention import DAY, HOUR, SLACK
from app.model.activity import Account, Activity, Endpoint
from app.model.details import DnsQuery, KerberosTgs
from app.model.workspace import Outlook, Retention
from tests.engine.test_postings import check
from tests.engine.workspace import MINUTE, START, content, fill, made

ROOT = Path(__file__).resolve().parent.parent.parent
DERIVED = ("activities", "minutes", "hours", "flows", "parties", "sums", "evidence")
"""What must be equal; entities are named by what is known, and what is known stays."""


def roasting(at: int, key: str = "aaaa", frame: int = 900_000) -> list[Activity]:
    """Service tickets with RC4 of many services in a few seconds."""
    return [
        Activity(
            at=at + number * 1_000_000,
            until=at + number * 1_000_000 + 900,
            input=key,
            frames=(frame + 2 * number, frame + 2 * number + 1),
            source=Endpoint("10.0.0.66", 50_000 + number),
            destination=Endpoint("10.0.1.1", 88),
            account=Account(name="mallory", domain="CORP.TEST"),
            detail=KerberosTgs(
                client="mallory", service=f"MSSQLSvc/db{number}.corp.test", realm="CORP.TEST", request_etypes=(23,),
                ticket_etype=23, reply_etype=23,
            ),
        )
        for number in range(12)
    ]  # fmt: skip


def asked(number: int) -> list[Activity]:
    """Questions of DNS, eight seconds apart, that mean no harm."""
    return [
        Activity(
            at=START + place * 8_000_000,
            until=START + place * 8_000_000 + 500,
            input="aaaa",
            frames=(2 * place + 1, 2 * place + 2),
            source=Endpoint(f"10.0.0.{place % 12 + 1}", 50_000),
            destination=Endpoint("10.0.1.1", 53),
            detail=DnsQuery(name=f"server{place % 40}.corp.test", type="A", answers=(f"A 10.1.0.{place % 40}",)),
        )
        for place in range(number)
    ]


def retained(path: Path, now: int) -> None:
    """Run a retention to its end."""
    engine = Engine(path)
    try:
        for _ in engine.retain(now):
            pass
        engine.settle()
    finally:
        engine.close()


def met(path: Path) -> list[tuple[object, ...]]:
    """Who met whom, by name."""
    db = sqlite3.connect(path)
    rows = db.execute(
        """SELECT (SELECT text FROM addresses WHERE id = source), (SELECT text FROM addresses WHERE id = destination),
        (SELECT hex(raw) FROM actors WHERE id = actor), count FROM meetings ORDER BY 1, 2, 3"""
    ).fetchall()
    db.close()
    return rows


def long_case() -> dict[str, list[Activity]]:
    """Ten thousand activities of two inputs over some thirty hours, each with both its ends in other hours."""
    return {
        "aaaa": sorted(made(6_000, step=12_000_000), key=lambda one: one.at),
        "bbbb": made(4_000, key="bbbb", seed=2, step=15_000_000, start=START + 3 * HOUR),
    }


@pytest.fixture(scope="module")
def ten_thousand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "w.wardlight"
    fill(path, long_case(), batch=500)
    return path


def copied(source: Path, target: Path) -> Path:
    one, other = sqlite3.connect(source), sqlite3.connect(target)
    one.backup(other)
    one.close()
    other.close()
    return target


def test_every_count_is_that_of_a_workspace_that_never_held_what_was_removed(ten_thousand: Path, tmp_path: Path) -> None:
    path = copied(ten_thousand, tmp_path / "w.wardlight")
    whole = [one for some in long_case().values() for one in some]
    last = max(one.at for one in whole)
    set_retention(path, Retention(days=1))
    now = last // HOUR * HOUR + DAY - 6 * HOUR
    bound = (now - DAY) // HOUR * HOUR
    queries = Queries(path)
    staying = {id for alert in (*queries.alerts(), *queries.hidden_alerts()) for id in alert.finding.evidence}
    foreseen = queries.outlook(Retention())
    queries.close()
    assert foreseen.until is None
    left = {key: [one for one in some if one.at >= bound or one.id in staying] for key, some in long_case().items()}
    number = sum(map(len, left.values()))
    assert 2_000 < number < 6_000

    retained(path, now)
    fill(tmp_path / "other", left, batch=500)
    one, other = content(path), content(tmp_path / "other")
    for name in DERIVED[:-1]:
        assert one[name] == other[name], name
    assert met(path) == met(tmp_path / "other")
    check(path)
    db = sqlite3.connect(path)
    assert db.execute("SELECT sum(activities) FROM inputs").fetchone() == (number,)
    assert db.execute("SELECT count(*) FROM meta WHERE key = 'retaining'").fetchone() == (0,)
    db.close()


def test_alerts_stay_with_their_evidence_and_what_was_said_of_them(tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": [*roasting(START), *made(3_000, start=START + HOUR, step=40_000_000)]})
    queries = Queries(path)
    before = queries.alerts()
    (alert,) = (one for one in before if one.detector == "kerberoasting")
    update_alert(path, alert.id, state="closed", note="the scanner of the owner")
    _, last = queries.span() or (0, 0)
    set_retention(path, Retention(days=1))
    now = last + DAY - HOUR

    retained(path, now)
    again = queries.alert(alert.id)
    assert again is not None and (again.state, again.note) == ("closed", "the scanner of the owner")
    assert again.finding == alert.finding
    assert {one.id for one in queries.alerts()} == {one.id for one in before}
    rows = queries.rows_of(alert.finding.evidence)
    assert [one.id for one in rows] == list(alert.finding.evidence)
    first, _ = queries.span() or (0, 0)
    assert first == START

    retained(path, now + 30 * MINUTE)  # and again, also when detection begins anew
    db = sqlite3.connect(path)
    db.execute("DELETE FROM meta WHERE key = 'settled'")
    db.commit()
    db.close()
    retained(path, now + 31 * MINUTE)
    again = queries.alert(alert.id)
    assert again is not None and again.finding == alert.finding and again.note == "the scanner of the owner"
    (act,) = [one for one in queries.history() if one.what == "retained"][-1:]
    assert "activities removed" in act.words
    queries.close()


def test_a_note_keeps_the_activity_that_it_is_about(tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    activities = made(1_000, step=40_000_000)
    fill(path, {"aaaa": activities})
    write_note(path, activities[3].id, "look at this again")
    set_retention(path, Retention(days=1))
    retained(path, activities[-1].at + DAY - HOUR)
    queries = Queries(path)
    assert queries.rows_of((activities[3].id,))
    assert not queries.rows_of((activities[4].id,))
    queries.close()


def test_a_limit_that_an_older_program_set_in_mebibytes_holds_and_removes_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": asked(20)})
    db = sqlite3.connect(path)
    with db:
        db.execute("INSERT INTO meta VALUES('retention', '{\"days\":30,\"mib\":1024}')")
    db.close()
    queries = Queries(path)
    limits = queries.retention()
    queries.close()

    assert limits == Retention(days=30, mb=1074)
    assert 1024 << 20 <= limits.mb * 1_000_000 < (1024 << 20) + 1_000_000


def test_size_removes_the_oldest_hours_until_the_limit_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": asked(20_000)}, batch=2_000)
    db = sqlite3.connect(path)
    pages, size = (db.execute(f"PRAGMA {one}").fetchone()[0] for one in ("page_count", "page_size"))
    db.close()
    assert pages * size > 3_000_000
    set_retention(path, Retention(mb=3))
    queries = Queries(path)
    outlook = queries.outlook()
    assert outlook.until is not None and outlook.until % HOUR == 0
    assert 0 < outlook.activities < 20_000 and outlook.limit == 3_000_000 < outlook.used

    retained(path, 0)
    after = queries.outlook()
    assert after.used <= 3_000_000
    assert after.used > 3_000_000 * SLACK / 2
    assert 20_000 / 4 < queries.count() <= 20_000 - outlook.activities
    queries.close()
    check(path)


def test_nothing_is_removed_and_nothing_said_without_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": made(500)})
    before = content(path)
    retained(path, START + 10_000 * DAY)
    assert content(path) == before
    set_retention(path, Retention(days=36_000))
    retained(path, START + DAY)
    assert content(path) == before
    assert [one.what for one in Queries(path).history()] == ["retention"]
    undo(path)
    assert not Queries(path).retention()


RUN = """
import sys, time
from pathlib import Path
from app.engine.engine import Engine
engine = Engine(Path(sys.argv[1]))
for number, _ in enumerate(engine.retain(int(sys.argv[2]))):
    print(number, flush=True)
    if number == int(sys.argv[3]):
        time.sleep(60)
"""


@pytest.mark.parametrize("step", [0, 1, 2])
def test_killed_between_any_two_steps_it_goes_on(ten_thousand: Path, tmp_path: Path, step: int) -> None:
    path, whole = copied(ten_thousand, tmp_path / "w.wardlight"), copied(ten_thousand, tmp_path / "whole.wardlight")
    now = max(one.at for some in long_case().values() for one in some) + 16 * HOUR
    for one in (path, whole):
        set_retention(one, Retention(days=1))
    child = subprocess.Popen(
        [sys.executable, "-c", RUN, str(path), str(now), str(step)], cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ}
    )
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) == step:
            break
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    retained(path, now)
    retained(whole, now)
    one, other = content(path), content(whole)
    for name in DERIVED:
        assert one[name] == other[name], name
    assert met(path) == met(whole)
    assert Queries(path).history()[0].words == Queries(whole).history()[0].words


def test_what_comes_meanwhile_is_counted_too(ten_thousand: Path, tmp_path: Path) -> None:
    path = copied(ten_thousand, tmp_path / "w.wardlight")
    now = max(one.at for some in long_case().values() for one in some) + 16 * HOUR
    set_retention(path, Retention(days=1))
    from tests.engine.workspace import Found, Report

    engine = Engine(path)
    more = made(800, key="cccc", seed=3, start=now - DAY, step=2_000_000)
    engine.begin_input(Found(key="cccc", path="/live"), live=True)
    chunks = iter([more[start : start + 100] for start in range(0, 800, 100)])
    for _ in engine.retain(now):
        engine.ingest(next(chunks, []))
    for chunk in chunks:
        engine.ingest(chunk)
    engine.finish_input(Report(records=800))
    engine.settle()
    engine.close()
    queries = Queries(path)
    bound = queries.span()
    staying = {id for alert in queries.alerts() for id in alert.finding.evidence}
    queries.close()
    assert bound is not None
    horizon = (now - DAY) // HOUR * HOUR
    every = {**long_case(), "cccc": more}
    left = {key: [one for one in some if one.at >= horizon or one.id in staying] for key, some in every.items()}
    fill(tmp_path / "other", left, batch=500)
    one, other = content(path), content(tmp_path / "other")
    for name in DERIVED[:-1]:
        assert one[name] == other[name], name
    check(path)


def test_a_listener_removes_a_little_in_each_turn(ten_thousand: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = copied(ten_thousand, tmp_path / "w.wardlight")
    set_retention(path, Retention(days=1))  # by this machine's clock all of it is too old
    monkeypatch.setattr(listen, "RETAIN_FIRST", 0.0)
    monkeypatch.setattr(listen, "STEP", 0.0001)
    queries = Queries(path)
    alerts = {one.id for one in queries.alerts()}
    listener = listen.Listener(path, lambda state: None)
    settled, left = list[str](), list[int]()
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "settle", lambda self, sensitivity: settled.append(sensitivity))
        _until_retained(listener, queries, left)
    assert not settled  # it is another process that detects: the sources would wait for it
    listener.close()
    assert len(set(left)) >= 3 and left[-1] < 2_000
    assert {one.id for one in queries.alerts()} == alerts
    queries.close()
    check(path)


def _until_retained(listener: listen.Listener, queries: Queries, left: list[int]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and queries.history()[0].what != "retained":
        listener.step(0.0 if len(set(left)) > 1 else 0.01)
        left.append(queries.count())


def facts(**changes: Any) -> list[str]:
    outlook = Outlook(**{"oldest": 0, "newest": 40 * DAY, "used": 50, "limit": 100, "due": 30 * DAY, **changes})
    return [one.rule for one in keeping_facts(Retention(days=30, mb=1), outlook, False, None, 20 * DAY)]


def test_health_tells_before_anything_goes_and_when_nothing_more_can() -> None:
    assert facts() == []
    assert facts(due=20 * DAY + HOUR) == ["retention-due"]
    assert facts(used=95) == ["retention-due"]
    assert facts(used=120, until=DAY, activities=5) == ["retention-due"]
    assert facts(used=120) == ["retention-due", "retention-impossible"]
    quiet = Outlook(used=95, limit=100)
    assert not list(keeping_facts(Retention(mb=1), quiet, True, None, 0))
    idle = list(keeping_facts(Retention(), quiet, False, 0, 61 * DAY))
    assert [one.rule for one in idle] == ["workspace-idle"] and "61 days" in idle[0].what
    assert not list(keeping_facts(Retention(), quiet, False, 0, 59 * DAY))


def test_health_of_a_workspace_tells_that_its_limit_is_near(tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": made(300)})
    set_retention(path, Retention(days=10))
    engine = Engine(path)
    engine.tend(Computer(), START + 10 * DAY - HOUR)
    engine.close()
    queries = Queries(path)
    assert "retention-due" in {one.rule for one in queries.health().issues}
    queries.close()


def test_the_step_of_a_retention_is_short(ten_thousand: Path, tmp_path: Path) -> None:
    path = copied(ten_thousand, tmp_path / "w.wardlight")
    set_retention(path, Retention(days=1))
    engine = Engine(path)
    steps = 0
    began = time.monotonic()
    for _ in engine.retain(START + 400 * DAY):
        steps += 1
    assert steps >= 3  # ten thousand activities are more than two steps' worth
    assert time.monotonic() - began < 60
    engine.close()


def test_the_version_of_the_schema_holds_what_retention_needs() -> None:
    assert "kept INTEGER" in schema.TABLES


def test_health_tells_when_all_that_is_left_must_stay(tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    activities = asked(6_000)
    fill(path, {"aaaa": activities}, batch=2_000)
    for one in range(40):  # one in each twentieth of an hour
        write_note(path, activities[one * 150].id, "look at this again" + " and again" * 1_500)
    set_retention(path, Retention(mb=1))
    retained(path, START)
    engine = Engine(path)
    engine.tend(Computer(), START)
    engine.close()
    queries = Queries(path)
    left, outlook, found = queries.count(), queries.outlook(), {one.rule: one.what for one in queries.health().issues}
    queries.close()
    assert 40 <= left < 6_000 and outlook.until is None and outlook.used > outlook.limit, (left, outlook)
    assert "may not be removed" in found["retention-impossible"]
