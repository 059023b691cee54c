"""All detectors through one runner: they fire, stay quiet, forget order; each has its page."""

import dataclasses
import random
import re
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine import detectors, running
from app.engine.alerting import EVIDENCE
from app.engine.detector import Detector
from app.engine.detectors import DETECTORS, coverage, watched_kinds
from app.engine.knowledge import Knowledge
from app.model.activity import Activity, event_order
from app.model.alert import Alert, plain
from app.model.details import KINDS
from app.model.rows import Problem
from app.model.tuning import Sensitivity, Tuning
from tests.cases.table import FIRES, STAYS_QUIET, Case
from tests.engine.detectors.builders import (
    DC1,
    DRSUAPI,
    HOUR,
    MINUTE,
    NETLOGON,
    SAMR,
    SECOND,
    SVCCTL,
    WMI,
    WS1,
    as_req,
    call,
    controller,
    ntlm,
)
from tests.engine.detectors.log_cases import SHELL
from tests.engine.detectors.logs import CHANGES, CHANGES_ALL, DC, checked, manager, refused_logon, tgt
from tests.engine.twins_of import told_of

FOLDER = Path(detectors.__file__).parent
HEADINGS = (
    "What it means", "What it reads", "How it decides", "When it is wrong", "What it cannot see", "What to do", "References",
)  # fmt: skip
BY_ID = {one.id: one for one in DETECTORS}


def alerts(detector: Detector, case: Case | list[Activity], sensitivity: Sensitivity | None = None) -> list[Alert]:
    """One detector over a case, with knowledge of the whole case."""
    given = case if isinstance(case, Case) else Case(case)
    tuning = given.tuning if sensitivity is None else Tuning(sensitivity=sensitivity)
    knowledge = Knowledge()
    for activity in given.activities:
        knowledge.observe(activity)
    if detector.tellings:
        told, others = told_of(given.activities, knowledge)
        return running.run_told([detector], told, knowledge, tuning=tuning, tags=given.tags, others=others)
    stream = ((activity, ()) for activity in sorted(given.activities, key=event_order))
    return running.run_told([detector], stream, knowledge, tuning=tuning, tags=given.tags)


def whole(alert: Alert) -> bool:
    """True when no party, arrow or link of an alert is without a name."""
    finding = alert.finding
    parties = (*finding.sources, *finding.accounts, *finding.targets, *finding.domain_controllers)
    ends = [end for step in finding.steps for end in (step.origin, step.target)]
    links = [link for line in (*finding.story, *(one.text for one in finding.facts)) for link in line]
    named = all(
        ref.key.partition(":")[2] and ref.label for ref in (*parties, *ends, *(one.entity for one in links if one.entity))
    )
    return named and all("  " not in plain(line) for line in finding.story)


def cases(table: object) -> list[object]:
    return [pytest.param(name, case, id=f"{name}: {case}") for name, rows in table.items() for case in rows]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "case"), cases(FIRES))
def test_fires(name: str, case: str) -> None:
    given = FIRES[name][case]
    found = alerts(BY_ID[name], given)

    assert len(found) == 1
    alert = found[0]
    assert given.external_id in (None, alert.external_id)
    assert alert.external_id in (BY_ID[name].external_id, *BY_ID[name].other_ids)
    assert given.severity in (None, alert.severity)
    ids = {one.id: one for one in given.activities}
    assert alert.finding.evidence
    assert set(alert.finding.evidence) <= set(ids)
    assert len(set(alert.finding.evidence)) == len(alert.finding.evidence)
    assert alert.finding.sources or alert.finding.accounts or alert.finding.targets
    assert alert.finding.story
    assert all(plain(one).endswith(".") for one in alert.finding.story)
    assert any(one.against for one in alert.finding.facts)
    assert any(not one.against for one in alert.finding.facts)
    named = alert.finding.sources or alert.finding.accounts  # an arrow begins somewhere
    assert any(one.accented for one in alert.finding.steps) or not named
    assert whole(alert)


@pytest.mark.parametrize(("name", "case"), cases(STAYS_QUIET))
def test_stays_quiet(name: str, case: str) -> None:
    assert alerts(BY_ID[name], STAYS_QUIET[name][case]) == []


@pytest.mark.parametrize(("name", "case"), cases(FIRES))
def test_the_order_of_arrival_changes_nothing(name: str, case: str) -> None:
    given = FIRES[name][case]
    first = alerts(BY_ID[name], given)
    activities = list(given.activities)
    random.Random(7).shuffle(activities)

    assert alerts(BY_ID[name], dataclasses.replace(given, activities=activities)) == first


@pytest.mark.parametrize("lost", [("source",), ("destination",), ("source", "destination")], ids=" ".join)
@pytest.mark.parametrize(("name", "case"), cases(FIRES))
def test_an_end_that_nobody_names_is_no_party(name: str, case: str, lost: tuple[str, ...]) -> None:
    given = FIRES[name][case]
    activities = [replace(one, **dict.fromkeys(lost)) for one in given.activities]

    for alert in alerts(BY_ID[name], dataclasses.replace(given, activities=activities), "high"):
        assert whole(alert)
        assert not alert.finding.sources or alert.finding.sources[0].key


ADJECTIVES = "such|other|different|ordinary|unknown|wrong|new|long"
ONE_AS_MANY = re.compile(rf"(?<![\w.,:-])(?<!SMB )1 (?:(?:{ADJECTIVES}) )*(?!is\b|was\b|has\b|as\b|does\b)[a-z]+[a-rt-z]s\b")
"""1 names"""


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.id)
def test_one_of_something_is_told_as_one(detector: Detector) -> None:
    """Where every threshold is one: in what alerts tell, and in what would have kept them quiet."""
    lowest = {f"{detector.id}.{one.name}": 1.0 for one in detector.thresholds if not one.unit}
    for given in FIRES[detector.id].values():
        for values in ({}, lowest):
            tuning = replace(given.tuning, values={**given.tuning.values, **values})
            for one in alerts(detector, dataclasses.replace(given, tuning=tuning)):
                told = [*map(plain, one.finding.story), *(plain(fact.text) for fact in one.finding.facts)]
                told += [text for step in one.finding.steps for text in (step.label, step.caption)]
                assert [text for text in told if ONE_AS_MANY.search(text)] == []


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.id)
def test_low_sensitivity_reports_no_more_than_high(detector: Detector) -> None:
    for rows in (FIRES[detector.id], STAYS_QUIET[detector.id]):
        for given in rows.values():
            assert len(alerts(detector, given, "low")) <= len(alerts(detector, given, "high"))


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.id)
def test_a_detector_has_enough_cases(detector: Detector) -> None:
    assert len(FIRES[detector.id]) >= 2
    assert len(STAYS_QUIET[detector.id]) >= 3


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.id)
def test_a_detector_states_what_it_needs(detector: Detector) -> None:
    assert detector.watches
    assert all(kind in KINDS for kind in detector.watches)
    assert detector.needs.ports
    assert set(detector.needs.kinds) <= set(KINDS.values())
    assert detector.techniques
    assert all(one.startswith("T1") for one in detector.techniques)
    assert detector.window > 0
    assert detector.learning >= 0


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.id)
def test_a_detector_has_a_page_with_every_heading(detector: Detector) -> None:
    text = (FOLDER / f"{detector.id}.md").read_text(encoding="utf-8")
    sections = {part.split("\n", 1)[0].strip(): part.split("\n", 1)[1].strip() for part in text.split("\n## ")[1:]}

    assert text.startswith(f"# {detector.title}")
    assert tuple(sections) == HEADINGS
    assert all(len(body) > 40 for body in sections.values())


def test_every_file_is_registered_under_its_name() -> None:
    files = {one.stem for one in FOLDER.glob("*.py")} - {"__init__"}

    assert [one.id for one in DETECTORS] == sorted(files)
    assert set(FIRES) == set(STAYS_QUIET) == files
    numbers = [one.external_id for one in DETECTORS]
    assert len(set(numbers)) == len(numbers)


def test_a_detector_keeps_nothing_in_its_module() -> None:
    for path in FOLDER.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*global |\bself\.\w|^[a-z_]+ = (\{\}|\[\]|set\(\))", text, re.M), path


def test_findings_of_one_subject_far_apart_are_two_alerts() -> None:
    found = alerts(BY_ID["dcsync"], [controller(DC1), call(DRSUAPI, 3, WS1), call(DRSUAPI, 3, WS1, at=3 * HOUR)])

    assert len(found) == 2
    assert found[0].id != found[1].id


def test_a_success_joins_its_earlier_attempts() -> None:
    activities = [controller(DC1), call(DRSUAPI, 3, WS1, code=8453), call(DRSUAPI, 3, WS1, at=SECOND)]
    (found,) = alerts(BY_ID["dcsync"], activities)

    assert found.finding.succeeded is True
    assert found.title == BY_ID["dcsync"].title
    assert found.finding.evidence == tuple(one.id for one in activities[1:])


def test_a_promotion_is_told_once_and_quietly() -> None:
    activities = [controller(DC1), call(DRSUAPI, 17, WS1), call(DRSUAPI, 3, WS1, at=SECOND)]
    (found,) = alerts(BY_ID["dcshadow"], activities)

    assert (found.severity, found.external_id) == ("low", 2028)
    assert alerts(BY_ID["dcsync"], activities) == []


def test_an_unanswered_request_is_neither_success_nor_refusal() -> None:
    (found,) = alerts(BY_ID["dcsync"], FIRES["dcsync"]["no answer captured"])

    assert found.finding.succeeded is None
    assert "Attempted" not in found.title


def test_where_no_controller_answers_who_is_one_cannot_be_told() -> None:
    asked = call(DRSUAPI, 3, WS1, result="unanswered", code=None, sealed=True)
    for one, severity in ((asked, "high"), (replace(asked, account=None), "low")):
        (found,) = alerts(BY_ID["dcsync"], [one])
        assert found.severity == severity
    (found,) = alerts(BY_ID["dcsync"], [controller(DC1), replace(asked, account=None)])
    assert found.severity == "high"


def test_an_answer_that_the_capture_cut_is_encrypted_as_the_request_asked() -> None:
    for offered, severity in (((23,), "high"), ((23, 18), "low")):
        cut = as_req("kiosk", padata_etype=None, pa_types=(128,), request_etypes=offered, reply_etype=None)
        (found,) = alerts(BY_ID["asrep_roasting"], [cut])
        assert found.severity == severity


def test_a_late_sign_in_of_another_account_is_no_guess() -> None:
    activities = [as_req(f"user{one}", at=one * SECOND, code=24) for one in range(12)]
    (found,) = alerts(BY_ID["brute_force"], [*activities, ntlm("boss", at=16 * MINUTE), as_req("boss2", at=17 * MINUTE)])

    assert found.finding.succeeded is False
    assert "over Kerberos for" in plain(found.finding.story[0])


def test_a_flood_is_told_once_with_all_its_numbers() -> None:
    activities = [as_req(f"user{one}", at=one * SECOND // 10, code=24) for one in range(3000)]
    began = time.perf_counter()
    (found,) = alerts(BY_ID["brute_force"], activities)

    assert "3,000 wrong passwords" in plain(found.finding.story[0])
    assert len(found.finding.evidence) == EVIDENCE
    assert found.finding.evidence[0] == activities[0].id
    assert found.finding.evidence[-1] == activities[-1].id
    assert time.perf_counter() - began < 3


def test_coverage_names_what_could_not_be_seen() -> None:
    sealed = [call(DRSUAPI, 3, sealed=True), call(SAMR, 13, sealed=True), call(SAMR, 13)]
    mute = [call(NETLOGON, 26, result="unanswered", code=None) for _ in range(3)]
    knowledge = Knowledge()
    for activity in [*sealed, *mute]:
        knowledge.observe(activity)
    rows = {one.detector: one for one in coverage({"rpc-call": 6}, (), Knowledge.from_bytes(knowledge.to_bytes()))}

    assert "1 of 2 calls are sealed" in rows["samr_reconnaissance"].reason
    assert rows["zerologon"].state == "blind"
    assert "only one direction" in rows["zerologon"].reason
    assert rows["remote_execution"].state == "seen"


def test_coverage_tells_seen_partial_and_blind() -> None:
    rows = {one.detector: one for one in coverage({"rpc-call": 5}, [Problem(what="SMB3 encrypted", count=3)])}

    assert rows["kerberoasting"].state == "blind"
    assert rows["samr_reconnaissance"].state == "partial"
    assert rows["golden_ticket_lifetime"].state == "blind"
    assert "rpc-call" in watched_kinds()


def test_a_port_that_was_read_and_held_nothing_of_a_kind_is_no_blindness() -> None:
    searched = {one.detector: one for one in coverage({"ldap-search": 9}, (), Knowledge())}
    sealed = {one.detector: one for one in coverage({"ldap-search": 9}, [Problem(what="LDAP sealed", count=3)], Knowledge())}
    shut = coverage({"ldap-bind": 2}, [Problem(what="LDAP sealed", count=3)], Knowledge())
    told = next(one for one in shut if one.detector == "ldap_reconnaissance")
    assert told.state == "blind" and "2 ldap-bind were read" in told.reason and "LDAP sealed (3)" in told.reason
    pinged = {one.detector: one for one in coverage({"ldap-ping": 9}, (), Knowledge())}

    assert searched["admin_sd_holder"].state == "seen"
    assert "9 ldap-search were read, and no ldap-modify" in searched["admin_sd_holder"].reason
    assert (sealed["admin_sd_holder"].state, pinged["admin_sd_holder"].state) == ("partial", "blind")
    assert searched["kerberoasting"].state == "blind"


def test_logs_alone_are_told_as_a_part() -> None:
    kinds = {"event-kerberos": 7, "event-object-access": 3, "event-logon": 9, "event-account": 1, "event-ldap": 2, "event-sam": 1}
    rows = {one.detector: one for one in coverage(kinds, (), Knowledge())}

    for name in ("dcsync", "kerberoasting", "asrep_roasting", "brute_force", "account_enumeration", "samr_reconnaissance",
                 "zerologon", "golden_ticket_nonexistent", "cleartext_ldap"):  # fmt: skip
        assert rows[name].state == "partial", name
        assert "told by logs only" in rows[name].reason
    for name in ("golden_ticket_downgrade", "golden_ticket_lifetime", "ldap_brute_force",
                 "remote_execution", "dns_reconnaissance"):  # fmt: skip
        assert rows[name].state == "blind", name


def test_packets_that_tell_a_part_are_no_logs() -> None:
    rows = {one.detector: one for one in coverage({"radius-access": 12}, (), Knowledge())}
    nothing = {one.detector: one for one in coverage({"dns-query": 1}, (), Knowledge())}

    assert rows["brute_force"].state == "partial"
    assert "told in part (12 radius-access)" in rows["brute_force"].reason and "audit policy" not in rows["brute_force"].reason
    assert "RADIUS accounting" not in nothing["brute_force"].reason and "1812" in nothing["brute_force"].reason
    assert "send RADIUS accounting here" in nothing["suspicious_vpn"].reason


def test_packets_with_logs_are_told_as_seen() -> None:
    rows = {one.detector: one for one in coverage({"kerberos-as": 4, "event-kerberos": 4}, (), Knowledge())}

    assert rows["asrep_roasting"].state == "seen"


def test_a_service_on_a_controller_is_high_and_psexec_elsewhere_low() -> None:
    there = [tgt("bob"), manager("BTOBTO", SHELL, at=SECOND, computer=DC)]
    (on_controller,) = alerts(BY_ID["remote_execution"], there)
    (everyday,) = alerts(BY_ID["remote_execution"], [manager("PSEXESVC", r"%SystemRoot%\PSEXESVC.exe")])

    assert (on_controller.severity, everyday.severity) == ("high", "low")


def test_a_right_without_secrets_and_a_computer_that_nothing_shows_are_low() -> None:
    (part,) = alerts(BY_ID["dcsync"], [checked("alice", CHANGES)])
    (unsure,) = alerts(BY_ID["dcsync"], [checked("WS9$", CHANGES_ALL)])
    (both,) = alerts(BY_ID["dcsync"], [checked("alice", CHANGES), checked("alice", CHANGES_ALL, at=SECOND)])

    assert (part.severity, unsure.severity, both.severity) == ("low", "low", "high")
    assert unsure.finding.confidence == "low"


def test_packets_and_log_of_one_source_are_one_alert() -> None:
    wire = [as_req(at=one * SECOND, code=24) for one in range(20)]
    told = [refused_logon("alice", at=MINUTE + one * SECOND) for one in range(20)]
    (found,) = alerts(BY_ID["brute_force"], [*wire, *told])

    assert "Kerberos and NTLM" in plain(found.finding.story[0])
    assert len(found.finding.evidence) == 40


def test_a_trace_without_its_caller_tells_services_but_no_replication() -> None:
    traced = [replace(call(interface, opnum, sealed=True, result="unanswered", code=None), source=None, frames=(), record=1)
              for interface, opnum in ((SVCCTL, 12), (DRSUAPI, 3), (SAMR, 13), (NETLOGON, 26), (WMI, 24))]  # fmt: skip
    found = running.run(DETECTORS, traced, Knowledge())

    assert [one.detector for one in found] == ["remote_execution"]
    assert found[0].finding.sources == ()
    assert found[0].finding.succeeded is None


def test_packets_and_a_log_of_one_act_make_one_surer_alert() -> None:
    wire, told = call(DRSUAPI, 3, "198.51.100.9", sealed=True), checked("alice", CHANGES_ALL, at=SECOND)
    knowledge = Knowledge()
    for one in (wire, told):
        knowledge.observe(one)
    pairs = {wire.id: (told.id,), told.id: (wire.id,)}
    stream = [(wire, ()), (told, (("rpc-call", "success"),))]
    (alone,) = running.run([BY_ID["dcsync"]], [wire], knowledge)
    (both,) = running.run_told([BY_ID["dcsync"]], stream, knowledge, others=lambda id: pairs.get(id, ()))  # type: ignore[arg-type]

    assert (alone.finding.confidence, both.finding.confidence) == ("medium", "high")
    assert both.finding.evidence == (wire.id, told.id)
    assert any("Packets and a log" in plain(one.text) for one in both.finding.facts)
