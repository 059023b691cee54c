"""The engine: whatever the order of inputs and the cuts between batches, the same alerts; what was said of them stays."""

from itertools import permutations
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine import detectors
from app.engine.engine import Engine
from app.engine.knowledge import Knowledge
from app.engine.knowledge.called import entities_of
from app.engine.queries import Queries
from app.engine.store import update_alert
from app.model.activity import Activity
from app.model.alert import Alert, Finding
from app.model.details import NameObservation
from tests.engine.detectors.cases import FIRES
from tests.engine.workspace import START, Found, Report, content, fill, made


def attacks() -> dict[str, list[Activity]]:
    """The activities that make the detectors fire, dealt out over three inputs that overlap in time."""
    every = [activity for cases in FIRES.values() for case in list(cases.values())[:1] for activity in case]
    inputs: dict[str, list[Activity]] = {"aaaa": [], "bbbb": [], "cccc": []}
    for place, activity in enumerate(every):
        key = ("aaaa", "bbbb", "cccc")[place % 3]
        inputs[key].append(replace(activity, input=key, frames=(place + 1,)))
    for one in inputs.values():
        one.sort(key=lambda activity: activity.at)
    return inputs


def alerts_of(path: Path) -> tuple[Alert, ...]:
    queries = Queries(path)
    try:
        return queries.alerts()
    finally:
        queries.close()


def test_any_order_of_inputs_gives_the_same_workspace(tmp_path: Path) -> None:
    inputs = attacks()
    found = []
    for number, order in enumerate(permutations(inputs)):
        fill(tmp_path / f"w{number}", {key: inputs[key] for key in order}, batch=17 + number)
        found.append(content(tmp_path / f"w{number}"))

    assert len(found[0]["alerts"]) >= 5
    for one in found[1:]:
        assert one == found[0]


def test_detection_between_the_inputs_does_not_show(tmp_path: Path) -> None:
    inputs = attacks()
    fill(tmp_path / "once", inputs)
    for key in ("cccc", "aaaa", "bbbb"):
        fill(tmp_path / "often", {key: inputs[key]})
    once, often = content(tmp_path / "once"), content(tmp_path / "often")

    assert often == once


def test_nothing_new_is_not_detected_again(tmp_path: Path) -> None:
    fill(tmp_path / "w", {"aaaa": made(100)})
    engine = Engine(tmp_path / "w")

    assert not engine.settle().fresh
    assert engine.settle("high").fresh
    engine.close()
    queries = Queries(tmp_path / "w")
    assert queries.sensitivity() == "high"
    queries.close()


def toy(first: int, last: int, id: str, evidence: tuple[str, ...], subject: str = "alice") -> Alert:
    return Alert(
        id=id, detector="toy", external_id=1, title="Toy", severity="low", phase="Reconnaissance", techniques=(),
        finding=Finding(subject=subject, first=first, last=last, evidence=evidence),
    )  # fmt: skip


def settle(path: Path, monkeypatch: pytest.MonkeyPatch, alerts: list[Alert], more: str | None = None) -> None:
    monkeypatch.setattr(detectors, "run_told", lambda activities, knowledge, **more: alerts)
    fill(path, {more: made(5, key=more)} if more else {}, sensitivity="high" if not more else "medium")


def test_what_was_said_of_an_alert_follows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    activities = made(30)
    evidence = (activities[0].id, activities[9].id)
    settle(
        path, monkeypatch, [toy(START, START + 100, "early", evidence), toy(START, START + 100, "bob", evidence, "bob")], "aaaa"
    )
    update_alert(path, "early", state="closed", classification="false positive", note="backup job")
    settle(
        path,
        monkeypatch,
        [toy(START - 50, START + 10, "moved", evidence), toy(START + 900, START + 901, "later", evidence)],
        "bbbb",
    )
    queries = Queries(path)
    moved, later = queries.alert("moved"), queries.alert("later")

    assert moved is not None
    assert (moved.state, moved.classification, moved.note) == ("closed", "false positive", "backup job")
    assert queries.alert("early") == moved
    assert later is not None
    assert (later.state, later.note) == ("open", "")
    assert queries.alert("bob") is None
    queries.close()
    update_alert(path, "early", note="by its old name")
    queries = Queries(path)
    renamed = queries.alert("moved")
    assert renamed is not None
    assert renamed.note == "by its old name"
    queries.close()


def test_evidence_leads_back_to_the_activities(tmp_path: Path) -> None:
    inputs = attacks()
    fill(tmp_path / "w", inputs)
    known = {activity.id: activity for one in inputs.values() for activity in one}
    queries = Queries(tmp_path / "w")
    for alert in queries.alerts():
        evidence = alert.finding.evidence
        assert queries.activities_of(evidence) == tuple(known[id] for id in evidence)
        rows = queries.rows_of(evidence)
        assert [row.id for row in rows] == list(evidence)
        assert all(row.alerted for row in rows)
    queries.close()


def test_a_reader_sees_names_while_an_input_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.engine.engine.PAUSE", 0.0)
    monkeypatch.setattr("app.engine.engine.SHARE", 1e9)
    monkeypatch.setattr("app.engine.store.store.FLUSH_ROWS", 10)
    engine = Engine(tmp_path / "w")
    engine.begin_input(Found(key="aaaa"))
    named = [replace(one, detail=NameObservation(address="10.0.0.1", name="ws1.corp.test", method="dhcp")) for one in made(40)]
    queries = Queries(tmp_path / "w")
    before = queries.version()
    engine.ingest(named)

    assert queries.version() != before
    assert queries.count() == 40
    assert queries.knowledge().resolve("10.0.0.1", START).computer is not None
    assert [ref.key for ref in queries.search("ws1")] == ["computer:ws1.corp.test"]
    engine.finish_input(Report())
    assert [binding.count for binding in queries.knowledge().bindings("10.0.0.1")] == [40]
    engine.close()
    queries.close()


def test_an_address_that_two_computers_had_is_both() -> None:
    known = Knowledge()
    day = 24 * 3_600_000_000
    for number, name in enumerate(("ws1.corp.test", "ws2.corp.test")):
        observation = NameObservation(address="10.0.0.5", name=name, method="kerberos-host")
        known.observe(Activity(at=START + number * day, until=0, input="a", frames=(number + 1,), detail=observation))
    found = {ref.key for ref in entities_of(known, "10.0.0.5", START, START + day)}

    assert {"computer:ws1.corp.test", "computer:ws2.corp.test"} <= found
