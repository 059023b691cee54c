"""The lab once more with the domain's keys: every labelled attack is still found, innocent traffic still stays quiet."""

from functools import cache
from pathlib import Path

import pytest

from app.engine import detectors
from app.engine.knowledge import Knowledge
from app.model.activity import Activity, event_order
from app.model.alert import RANK, Alert
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
from app.sensor.sources.keytabs import load_keys
from tests.test_ground_truth import COVERED, QUIET, SLACK, lab


@cache
def analysed(path: Path, keytab: Path) -> tuple[list[Alert], dict[str, Activity]]:
    """Alerts of a capture read with keys, and its activities by id."""
    activities: list[Activity] = []
    knowledge = Knowledge()
    for found in find_inputs([path]):
        read_input(found, activities.extend, keys=load_keys([keytab]))
    for activity in activities:
        knowledge.observe(activity)
    activities.sort(key=event_order)
    return detectors.run(activities, knowledge), {one.id: one for one in activities}


@pytest.mark.parametrize(("name", "label"), [(name, label) for name, events in COVERED.items() for label in events])
def test_a_labelled_attack_is_still_found(shared: Path, name: str, label: str) -> None:
    path, truth = lab(shared, name)
    alerts, activities = analysed(path, shared / "lab" / "domain.keytab")
    for event in [one for one in truth["attack_events"] if one["label"] == label]:  # type: ignore[attr-defined]
        first, last = event["start"] * 1e6 - SLACK, event["end"] * 1e6 + SLACK
        speaking = {
            alert.detector
            for alert in alerts
            for proof in alert.finding.evidence
            if first <= activities[proof].at <= last and activities[proof].source.ip == event["src_ip"]  # type: ignore[union-attr]
        }

        assert COVERED[name][label] <= speaking


@pytest.mark.parametrize("name", QUIET)
def test_innocent_traffic_still_stays_quiet(shared: Path, name: str) -> None:
    alerts, _ = analysed(lab(shared, name)[0], shared / "lab" / "domain.keytab")

    assert [(one.detector, one.title) for one in alerts if RANK[one.severity] >= RANK["medium"]] == []


def test_only_attackers_are_accused_with_keys_too(shared: Path) -> None:
    wrong = []
    for path in sorted((shared / "lab" / "captures").glob("*.pcap")):
        attackers = {one["src_ip"] for one in lab(shared, path.stem)[1]["attack_events"]}  # type: ignore[attr-defined]
        alerts, activities = analysed(path, shared / "lab" / "domain.keytab")
        for alert in alerts:
            if RANK[alert.severity] >= RANK["medium"]:
                accused = {activities[proof].source.ip for proof in alert.finding.evidence}  # type: ignore[union-attr]
                wrong += [(path.stem, alert.detector, one) for one in accused - attackers]

    assert wrong == []


def test_what_is_sealed_in_smb3_is_seen_with_keys(shared: Path) -> None:
    path, _ = lab(shared, "dcsync_secretsdump")
    alerts, _ = analysed(path, shared / "lab" / "domain.keytab")

    assert {one.detector for one in alerts} >= {"dcsync", "samr_reconnaissance"}
