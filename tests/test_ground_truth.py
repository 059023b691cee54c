"""The lab's captures: every attack that a detector covers is found in its window, benign traffic stays quiet."""

import json
from functools import cache
from pathlib import Path

import pytest

from app.engine import detectors
from app.engine.knowledge import Knowledge
from app.model.activity import Activity, event_order
from app.model.alert import RANK, Alert
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs

SLACK = 2_000_000
"""Microseconds of tolerance at both ends of a labelled window."""

COVERED: dict[str, dict[str, frozenset[str]]] = {
    "asrep_roasting": {"AS-REP roasting": frozenset({"asrep_roasting"})},
    "brute_force_kerberos": {"Kerberos brute force": frozenset({"brute_force"})},
    "brute_force_ldap": {"LDAP simple-bind brute force": frozenset({"ldap_brute_force"})},
    "dcsync_secretsdump": {"DCSync": frozenset({"dcsync"})},
    "dcsync_success": {"DCSync all keys": frozenset({"dcsync"})},
    "dns_zone_transfer": {"DNS zone transfer": frozenset({"dns_reconnaissance"})},
    "dpapi_backup_key": {"DPAPI backup key request": frozenset({"dpapi_backup_key"})},
    "enum_samr": {
        "SAMR enumeration (rpcclient)": frozenset({"samr_reconnaissance"}),
        "SAMR enumeration (samrdump)": frozenset({"samr_reconnaissance"}),
        "SID brute force (lookupsid)": frozenset({"samr_reconnaissance"}),
    },
    "enum_smb_sessions": {
        "session enumeration denied": frozenset({"smb_session_enumeration"}),
        "session enumeration": frozenset({"smb_session_enumeration"}),
        "netview": frozenset({"smb_session_enumeration"}),
    },
    "golden_ticket": {
        "golden ticket golden_aes": frozenset({"golden_ticket_lifetime"}),
        "golden ticket golden_rc4": frozenset({"golden_ticket_downgrade"}),
        "golden ticket golden_ghost": frozenset({"golden_ticket_nonexistent"}),
    },
    "kerberoasting": {
        "SPN search + refused TGS-REQ": frozenset({"kerberoasting"}),
        "RC4 tickets for all SPNs": frozenset({"kerberoasting"}),
    },
    "ldap_cleartext_bind": {"clear-text LDAP bind": frozenset({"cleartext_ldap"})},
    "overpass_the_hash": {
        "overpass-the-hash": frozenset({"overpass_the_hash"}),
        "overpass-the-hash DA": frozenset({"overpass_the_hash"}),
    },
    "ldap_recon": {
        "directory dump": frozenset({"ldap_reconnaissance"}),
        "typical attack LDAP filters": frozenset({"ldap_reconnaissance"}),
    },
    "pass_the_hash": {"pass-the-hash wmiexec": frozenset({"remote_execution"})},
    "pass_the_ticket": {"stolen ticket used from another host": frozenset({"pass_the_ticket"})},
    "password_spray_kerberos": {"Kerberos password spray": frozenset({"brute_force"})},
    "remote_execution": {
        "psexec": frozenset({"remote_execution"}),
        "smbexec": frozenset({"remote_execution"}),
        "services create": frozenset({"remote_execution"}),
        "atexec": frozenset({"remote_execution"}),
        "wmiexec": frozenset({"remote_execution"}),
    },
}
"""Capture to label of each attack event in it that today's detectors cover, with the detectors that must speak."""
QUIET = ("benign_workday", "benign_dc_replication", "benign_ldaps", "dc_promotion", "vpn_radius", "password_reset")
"""Captures in which nothing that today's detectors look for was done."""


TOOLS = (("pcap/suri_baseline.2.flows.pcap", "overpass_the_hash"),)
"""Samples recorded for their protocol in which an attack tool asks as it does with a stolen hash."""


@cache
def analysed(path: Path) -> tuple[list[Alert], dict[str, Activity]]:
    """Alerts of a capture, and its activities by id."""
    activities: list[Activity] = []
    knowledge = Knowledge()
    for found in find_inputs([path]):
        read_input(found, activities.extend)
    for activity in activities:
        knowledge.observe(activity)
    activities.sort(key=event_order)
    return detectors.run(activities, knowledge), {one.id: one for one in activities}


def lab(shared: Path, name: str) -> tuple[Path, dict[str, object]]:
    path = shared / "lab" / "captures" / f"{name}.pcap"
    if not path.is_file():
        pytest.skip("this capture is not here")
    return path, json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "label"), [(name, label) for name, events in COVERED.items() for label in events])
def test_a_labelled_attack_is_found_with_packets_of_its_window(shared: Path, name: str, label: str) -> None:
    path, truth = lab(shared, name)
    alerts, activities = analysed(path)
    events = [one for one in truth["attack_events"] if one["label"] == label]  # type: ignore[attr-defined]
    assert events, [one["label"] for one in truth["attack_events"]]  # type: ignore[attr-defined]
    for event in events:
        first, last = event["start"] * 1e6 - SLACK, event["end"] * 1e6 + SLACK
        speaking = {
            alert.detector
            for alert in alerts
            for proof in alert.finding.evidence
            if first <= activities[proof].at <= last and activities[proof].source.ip == event["src_ip"]  # type: ignore[union-attr]
        }

        assert COVERED[name][label] <= speaking


@pytest.mark.parametrize("name", QUIET)
def test_innocent_traffic_stays_quiet(shared: Path, name: str) -> None:
    path, _ = lab(shared, name)
    alerts, _ = analysed(path)

    assert [(one.detector, one.title) for one in alerts if RANK[one.severity] >= RANK["medium"]] == []


def test_only_attackers_are_accused_in_any_capture(shared: Path) -> None:
    folder = shared / "lab" / "captures"
    if not folder.is_dir():
        pytest.skip("the lab is not here")
    wrong = []
    for path in sorted(folder.glob("*.pcap")):
        attackers = {one["src_ip"] for one in lab(shared, path.stem)[1]["attack_events"]}  # type: ignore[attr-defined]
        alerts, activities = analysed(path)
        for alert in alerts:
            if RANK[alert.severity] >= RANK["medium"]:
                accused = {activities[proof].source.ip for proof in alert.finding.evidence}  # type: ignore[union-attr]
                wrong += [(path.stem, alert.detector, one) for one in accused - attackers]

    assert wrong == []


def test_benign_captures_of_others_stay_quiet(shared: Path) -> None:
    manifest = shared / "corpus" / "MANIFEST.tsv"
    if not manifest.is_file():
        pytest.skip("the corpus is not here")
    seen, loud = 0, []
    for line in manifest.read_text(encoding="utf-8").splitlines()[1:]:
        row = line.split("\t")
        if row[0].startswith("pcap/") and row[3].startswith("BENIGN"):
            seen += 1
            loud += [(row[0], one.detector) for one in analysed(shared / "corpus" / row[0])[0] if RANK[one.severity] >= 2]

    assert seen > 40
    assert [one for one in loud if one not in TOOLS] == []


def test_all_captures_together_accuse_only_attackers(shared: Path) -> None:
    folder = shared / "lab" / "captures"
    if not folder.is_dir():
        pytest.skip("the lab is not here")
    knowledge, everything = Knowledge(), []
    attackers = set()
    for path in sorted(folder.glob("*.pcap")):
        attackers |= {one["src_ip"] for one in lab(shared, path.stem)[1]["attack_events"]}  # type: ignore[attr-defined]
        everything += analysed(path)[1].values()
    for activity in everything:
        knowledge.observe(activity)
    by_id = {one.id: one for one in everything}
    loud = [one for one in detectors.run(sorted(everything, key=event_order), knowledge) if RANK[one.severity] >= RANK["medium"]]

    assert {one.detector for one in loud} >= {
        detector for events in COVERED.values() for one in events.values() for detector in one
    } - {"cleartext_ldap"}
    assert {by_id[proof].source.ip for one in loud for proof in one.finding.evidence} <= attackers  # type: ignore[union-attr]


@cache
def directory(path: Path) -> tuple[Activity, ...]:
    """Objects of the lab's directory, as exported after the last capture."""
    objects: list[Activity] = []
    for found in find_inputs([path]):
        read_input(found, objects.extend)
    return tuple(objects)


@pytest.mark.parametrize("name", [*COVERED, *QUIET])
def test_with_the_directory_nothing_is_missed_and_nobody_else_accused(shared: Path, name: str) -> None:
    path, truth = lab(shared, name)
    alerts, activities = analysed(path)
    knowledge = Knowledge()
    objects = directory(shared / "lab" / "directory.ldif")
    for activity in (*objects, *activities.values()):
        knowledge.observe(activity)
    more = detectors.run(sorted((*objects, *activities.values()), key=event_order), knowledge)
    attackers = {one["src_ip"] for one in truth["attack_events"]}  # type: ignore[attr-defined]
    loud = [one for one in more if RANK[one.severity] >= RANK["medium"]]

    assert {(one.detector, one.finding.first) for one in alerts} <= {(one.detector, one.finding.first) for one in more}
    assert {activities[proof].source.ip for one in loud for proof in one.finding.evidence} <= attackers  # type: ignore[union-attr]
    assert len(objects) > 100 and knowledge.why_sensitive("user:corp.test\\da.smith")
    assert all(knowledge.tags(f"computer:{name}.corp.test")[0] == "Controller" for name in ("dc1", "dc2"))
