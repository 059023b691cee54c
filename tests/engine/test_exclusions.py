"""Who is passed over: by name, pattern, address, subnet, group at the time, domain; never together with a stranger."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine.detectors import DETECTORS, dcsync, dns_reconnaissance, run_told
from app.engine.engine import Engine
from app.engine.exclusions import SHIPPED, Exclusions, every_exclusion, like
from app.engine.knowledge import Knowledge
from app.engine.queries import Queries
from app.engine.store import put_exclusions, remove_exclusions
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import NameObservation
from app.model.entity import EntityRef
from app.model.exclusion import EVERY, exclusion
from tests.cases.dns_communication import coded
from tests.engine.detectors.builders import DC1, DRSUAPI, HOUR, MINUTE, SECOND, START, WS1, act, as_req, call, controller, ntlm
from tests.engine.knowledge.test_directory import computer, group, known, person, told
from tests.engine.workspace import Found, Report

ALICE = EntityRef("user", "user:example.org\\alice", "alice")
BOB = EntityRef("user", "user:example.org\\bob", "bob")
WS = EntityRef("computer", "computer:ws1.example.org", "WS1")
OTHER = EntityRef("computer", "computer:ws2.example.org", "WS2")
BARE = EntityRef("address", "address:192.0.2.99", "192.0.2.99")
GMSA = EntityRef("computer", "computer:adsyncmsa12ab.example.org", "ADSYNCMSA12AB")


def named(ip: str, name: str, at: int = 0) -> Activity:
    return act(NameObservation(address=ip, name=name, method="dhcp"), ip, DC1, 67, at=at)


def knowledge() -> Knowledge:
    return known(
        *told(
            person("alice", 1106), person("bob", 1107), group("Sync", 1201, "Operators"), group("Operators", 1202, "alice"),
            computer("WS1", 1301), group("Scanners", 1203, f"{'CN=WS1$'},CN=Users,DC=example,DC=org"),
        ),
        as_req("alice"), ntlm("alice", at=SECOND), named(WS1, "ws1.example.org"), named("192.0.2.22", "ws2.example.org"),
    )  # fmt: skip


def finding(**more: object) -> Finding:
    values: dict[str, object] = {"subject": "x", "first": START, "last": START, "evidence": ("a",)}
    return Finding(**(values | more))  # type: ignore[arg-type]


def covers(kind: str, value: str, detector: str = "dcsync", at: int = 0, **parties: tuple[EntityRef, ...]) -> bool:
    one = exclusion(detector, kind, value)
    rule = next(rule for rule in DETECTORS if rule.id == ("dcsync" if detector == EVERY else detector))
    what = finding(first=START + at, **parties)
    return Exclusions((one,), knowledge()).covering(rule, what) == one.id


@pytest.mark.parametrize(
    "value",
    ["alice", "ALICE", "al*", "example.org\\alice", "EXAMPLE\\Alice", "alice@example.org",
     "S-1-5-21-1004336348-1177238915-682003330-1106"],
)  # fmt: skip
def test_an_account_in_any_spelling(value: str) -> None:
    assert covers("account", value, accounts=(ALICE,), sources=(WS,))
    assert not covers("account", value, accounts=(BOB,), sources=(WS,))
    assert not covers("account", value, accounts=(ALICE, BOB))
    assert not covers("account", value, sources=(WS,))


@pytest.mark.parametrize("value", ["other.org\\alice", "alice@other.org", "lice", "alic", "S-1-5-21-1-2-3-1106"])
def test_another_account_is_none(value: str) -> None:
    assert not covers("account", value, accounts=(ALICE,))


def test_a_managed_account_is_written_with_a_dollar() -> None:
    assert covers("account", "ADSyncMSA*$", accounts=(GMSA,))
    assert not covers("account", "ADSyncMSA*", accounts=(EntityRef("computer", "computer:ws1.example.org", "WS1"),))


@pytest.mark.parametrize("value", ["WS1", "ws1.example.org", "ws*", "*.example.org", "ws1$"])
def test_a_computer_by_name_or_pattern(value: str) -> None:
    assert covers("computer", value, sources=(WS,))
    assert not covers("computer", value, sources=(BARE,))
    assert not covers("computer", value, sources=(WS, BARE))
    assert not covers("computer", value, targets=(WS,), sources=(BARE,)), "who is attacked excludes nothing"


def test_addresses_and_subnets_also_of_computers_that_have_names() -> None:
    assert covers("address", WS1, sources=(WS,))
    assert not covers("address", WS1, sources=(OTHER,))
    assert covers("address", "192.0.2.99", sources=(BARE,))
    assert covers("subnet", "192.0.2.0/24", sources=(BARE, WS, OTHER))
    assert not covers("subnet", "192.0.2.0/28", sources=(BARE, WS))
    assert not covers("subnet", "2001:db8::/32", sources=(BARE,))
    assert covers("subnet", "2001:db8::/32", sources=(EntityRef("address", "address:2001:db8::7", "2001:db8::7"),))


@pytest.mark.parametrize("value", ["Sync", "operators", "EXAMPLE\\Sync", "S-1-5-21-1004336348-1177238915-682003330-1201"])
def test_a_group_through_groups(value: str) -> None:
    assert covers("group", value, accounts=(ALICE,))
    assert not covers("group", value, accounts=(ALICE, BOB))
    assert not covers("group", value, accounts=(BOB,))


def test_membership_counts_as_it_was_at_the_time() -> None:
    told_twice = [
        *told(person("alice", 1106), group("Sync", 1201, "alice")),
        *told(person("alice", 1106), group("Sync", 1201), at=HOUR, source="later"),
    ]
    one = exclusion("dcsync", "group", "Sync")
    excluding = Exclusions((one,), known(*told_twice))

    assert excluding.covering(dcsync.DETECTOR, finding(accounts=(ALICE,))) == one.id
    assert excluding.covering(dcsync.DETECTOR, finding(accounts=(ALICE,), first=START + 2 * HOUR)) == ""


def test_a_domain_of_who_acts_or_the_one_that_is_asked_for() -> None:
    tunnel = EntityRef("domain", "domain:cdn.example.com", "cdn.example.com")
    assert covers("domain", "example.org", accounts=(ALICE,))
    assert covers("domain", "EXAMPLE", accounts=(ALICE,))
    assert not covers("domain", "other.org", accounts=(ALICE,))
    assert covers("domain", "example.com", targets=(tunnel,), sources=(WS,))
    assert not covers("domain", "ample.com", targets=(tunnel,), sources=(WS,))
    assert not covers("domain", "example.org", targets=(tunnel,), sources=(WS,))


def test_accounts_that_are_attacked_exclude_nothing() -> None:
    assert not covers("account", "alice", "brute_force", accounts=(ALICE,), sources=(WS,))
    assert not covers("group", "Sync", "brute_force", accounts=(ALICE,), sources=(WS,))
    assert covers("computer", "ws1", "brute_force", accounts=(ALICE,), sources=(WS,))
    assert not covers("account", "alice", "golden_ticket_nonexistent", accounts=(ALICE,)), "a forger chooses the name"


def test_which_detectors_name_accounts_that_are_attacked() -> None:
    assert {one.id for one in DETECTORS if one.attacked_accounts} == {
        # guessed, asked about or asked for
        "account_enumeration", "asrep_roasting", "brute_force", "key_list", "ldap_brute_force",
        # signed in by whoever stands between, or whoever changed the controller
        "dc_certificate", "ntlm_relay", "ntlm_tampering", "skeleton_key",
        # taken along by delegation
        "bronze_bit", "golden_ticket_rbcd", "new_computer_delegation",
        # written into a ticket by whoever forged it
        "forged_ticket", "golden_ticket_anomaly", "golden_ticket_downgrade", "golden_ticket_lifetime",
        "golden_ticket_nonexistent", "silver_ticket", "unissued_ticket",
        # a decoy, which does nothing by itself
        "honeytoken_activity",
    }  # fmt: skip


def test_one_for_all_detectors_and_the_kinds_that_a_detector_allows() -> None:
    every = exclusion(EVERY, "account", "alice")
    own = exclusion("dcsync", "account", "alice")
    both = Exclusions((every, own), knowledge())
    assert covers("account", "alice", EVERY, accounts=(ALICE,))
    assert both.covering(dcsync.DETECTOR, finding(accounts=(ALICE,))) == own.id
    assert both.covering(dns_reconnaissance.DETECTOR, finding(accounts=(ALICE,))) == every.id
    narrow = replace(dcsync.DETECTOR, excludable=("computer",))
    assert both.covering(narrow, finding(accounts=(ALICE,))) == ""


def test_patterns() -> None:
    for pattern, text in (("*", ""), ("a*c", "ac"), ("A*b*C", "aXbYc"), ("*a*", "bab"), ("a**b", "ab")):
        assert like(pattern, text), (pattern, text)
    for pattern, text in (("a*a", "a"), ("a", "ab"), ("*b", "ba"), ("a*b*c", "acb"), ("ab*bc", "abc")):
        assert not like(pattern, text), (pattern, text)
    assert not like("*a" * 120 + "*", "a" * 119)


def test_what_ships_names_detectors_that_exist_and_is_off() -> None:
    ids = {one.id for one in DETECTORS}
    for one in SHIPPED:
        assert one.detector in ids and one.shipped and not one.on and len(one.reason) > 60
    assert len({one.id for one in SHIPPED}) == len(SHIPPED)
    on = replace(SHIPPED[0], on=True)
    assert [one.on for one in every_exclusion({on.id: on}) if one.id == on.id] == [True]


def test_excluded_findings_are_alerts_of_their_own() -> None:
    activities = [
        controller(DC1), call(DRSUAPI, 3, WS1, at=SECOND, name="MSOL_0123"), call(DRSUAPI, 3, WS1, at=MINUTE, name="mallory"),
    ]  # fmt: skip
    facts = known(*activities)
    excluding = Exclusions((exclusion("dcsync", "account", "MSOL_*"),), facts)
    alerts = run_told(((one, ()) for one in activities), facts, exclude=excluding.covering)
    found = {one.finding.accounts[0].label: bool(one.excluded) for one in alerts if one.detector == "dcsync"}

    assert len(found) == 2 and sorted(found.values()) == [False, True]


def test_a_flood_is_covered_by_its_source_when_it_is_over() -> None:
    guesses = [ntlm(f"user{number}", at=number * SECOND, code=0xC000006A) for number in range(60)]
    activities = [controller(DC1), named(WS1, "ws1.example.org"), *guesses]
    facts = known(*activities)
    hit = Exclusions((exclusion(EVERY, "address", WS1),), facts)
    missed = Exclusions((exclusion(EVERY, "address", "192.0.2.200"),), facts)

    for excluding, expected in ((hit, True), (missed, False)):
        alerts = run_told(((one, ()) for one in activities), facts, exclude=excluding.covering)
        assert alerts and all(bool(one.excluded) is expected for one in alerts)


def test_a_workspace_detects_again_when_an_exclusion_comes_goes_or_runs_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w"
    activities = [replace(one, input="aaaa", frames=(place + 1,)) for place, one in enumerate([
        controller(DC1), call(DRSUAPI, 3, WS1, at=SECOND, name="MSOL_0123"),
    ])]  # fmt: skip

    def settle() -> bool:
        engine = Engine(path)
        try:
            if engine.begin_input(Found(key="aaaa")):
                engine.ingest(activities)
                engine.finish_input(Report())
            return engine.settle().fresh
        finally:
            engine.close()

    assert settle() and not settle()
    queries = Queries(path)
    (alert,) = queries.alerts()
    assert [one.value for one in queries.covering(alert)] == ["MSOL_*"], "what ships is shown with the alert"

    one = exclusion("dcsync", "account", "MSOL_*", expires=2_000_000_000_000_000)
    put_exclusions(path, [one])
    assert settle() and not settle()
    assert queries.alerts() == () and [held.excluded for held in queries.hidden_alerts()] == [one.id]
    (hidden,) = queries.hidden_alerts()
    assert hidden.id == alert.id and not queries.rows_of(alert.finding.evidence)[0].alerted
    assert queries.covering(hidden) == ()
    put_exclusions(path, [replace(one, reason="other words")])
    assert not settle(), "words alone change no alert"

    monkeypatch.setattr("app.engine.engine.time.time_ns", lambda: 2_000_000_000_000_000_000)
    assert settle()
    assert queries.alerts() == (alert,)
    monkeypatch.undo()
    assert settle() and queries.alerts() == ()
    remove_exclusions(path, [one.id])
    assert settle() and queries.alerts() == (alert,)
    queries.close()


def test_communication_over_dns_is_excluded_by_the_domain_that_is_asked_for() -> None:
    activities = coded(80)
    facts = known(*activities)

    def hidden(value: str) -> list[bool]:
        excluding = Exclusions((exclusion("dns_communication", "domain", value),), facts)
        alerts = run_told(((one, ()) for one in activities), facts, exclude=excluding.covering)
        return [bool(one.excluded) for one in alerts if one.detector == "dns_communication"]

    (alert,) = (one for one in run_told(((one, ()) for one in activities), facts) if one.detector == "dns_communication")
    assert hidden(alert.finding.subject) == [True] and hidden("other.test") == [False]
