"""What sources say of themselves; their words are those that real ones gave, see tests/integration/test_health.py."""

from typing import Any

import pytest

from app.engine.health.sources import DAY, source_facts
from app.engine.health.tallies import MINUTE, Tallies
from app.model.rows import Problem
from app.model.source import SourceState
from app.model.troubles import BROKE, EXPIRED, LOW_RESOLUTION, NOT_KEPT, REFUSED, SET_ASIDE, TWO_PLACES, WRONG_SECRET

NOW = 1_800_000_000_000_000


def state(kind: str = "capture", **more: Any) -> SourceState:
    return SourceState(**{"id": "a", "kind": kind, "label": "ens1 (live)", "state": "running", "since": NOW - 60 * MINUTE} | more)


def rules(*states: SourceState, now: int = NOW, tallies: Tallies | None = None) -> list[str]:
    return [one.rule for one in source_facts(states, now, tallies or Tallies())]


def test_a_source_that_does_well_says_nothing() -> None:
    assert rules(state(), state("syslog", records=5), state("directory", expires=NOW + 90 * DAY), state(state="stopped")) == []


def test_what_fails_is_named_by_its_kind_and_reason() -> None:
    for kind, error, rule in (
        ("capture", "the interface ens1 is down", "adapter-gone"),
        ("capture", f"{BROKE}it ended with status -9", "source-failed"),
        ("syslog", "the port 514 is in use", "source-failed"),
        ("directory", f"{REFUSED}: the password is wrong", "directory-credentials"),
        ("directory", f"{REFUSED}: {EXPIRED[0]}; it is not tried again with this password", "directory-password-expired"),
        ("directory", "there is no secret directory in the keyring", "directory-credentials"),
        ("directory", "dc1:636 cannot be reached: connection refused", "controllers-unreachable"),
    ):
        for word in ("failed", "stopped"):
            assert rules(state(kind, state=word, error=error)) == [rule], (kind, error, word)


def test_one_that_runs_again_under_another_id_is_what_counts() -> None:
    old = state(id="a", state="stopped", error="the interface ens1 is down", since=NOW - 9 * MINUTE)
    assert rules(old, state(id="b", since=NOW - MINUTE)) == []
    assert rules(state(id="b", since=NOW - 10 * MINUTE), old) == ["adapter-gone"]


def test_an_end_is_pointed_out_in_time() -> None:
    assert rules(state("directory", expires=NOW + 29 * DAY)) == ["directory-password-expiring"]
    assert rules(state("directory", expires=NOW - 1)) == ["directory-password-expired"]
    assert rules(state("syslog", expires=NOW + 20 * DAY)) == ["certificate-expiring"]
    assert rules(state("syslog", expires=NOW + 22 * DAY)) == []
    assert rules(state("syslog", expires=NOW)) == ["certificate-expired"]


def test_a_capture_that_began_again_for_want_of_memory_is_told_for_an_hour() -> None:
    tallies = Tallies()
    assert rules(state(restarts=1, since=NOW), tallies=tallies) == ["sensor-memory"]
    assert rules(state(restarts=1, since=NOW), now=NOW + 61 * MINUTE, tallies=tallies) == []


def test_losses_count_while_they_go_on() -> None:
    for kind, rule in (("capture", "traffic-dropped"), ("windows-log", "events-dropped"), ("trace", "etw-dropped")):
        tallies = Tallies()
        assert rules(state(kind, dropped=500), tallies=tallies) == []  # when this began to look, it was over
        assert rules(state(kind, dropped=501), now=NOW + MINUTE, tallies=tallies) == [rule]
        assert rules(state(kind, dropped=501), now=NOW + 6 * MINUTE, tallies=tallies) == []


def test_another_secret_is_no_overload() -> None:
    one = state("radius", dropped=3, problems=(Problem(what=WRONG_SECRET, count=3, where="10.0.0.5"),), since=NOW - MINUTE)
    found = list(source_facts([one], NOW, Tallies()))
    assert [(fact.rule, "10.0.0.5" in fact.what) for fact in found] == [("radius-secret", True)]


def test_syslog_that_is_not_understood_needs_many_messages() -> None:
    def said(records: int, strange: int) -> list[str]:
        problems = (Problem(what="syslog message that is no Windows event", count=strange, where="10.0.0.5: hello"),)
        return rules(state("syslog", records=records, problems=problems, since=NOW - MINUTE))

    assert [said(19, 19), said(20, 18), said(20, 17)] == [[], ["syslog-unknown"], []]


def test_resolution_and_evidence() -> None:
    assert rules(state("resolver", problems=(Problem(what=f"{LOW_RESOLUTION}rpc-ntlm", count=1),), since=NOW - MINUTE)) == [
        "resolution-failing"
    ]
    found = list(source_facts([state(problems=(Problem(what=f"{NOT_KEPT}No space left on device"),))], NOW, Tallies()))
    assert [(one.rule, one.what) for one in found] == [("evidence-lost", "Packets are not kept: No space left on device.")]


def test_whose_source_it_is_is_part_of_the_subject() -> None:
    one = state(state="failed", error="down")
    mine, other = (next(source_facts([one], NOW, Tallies(), owner)).subject for owner in ("", "sensor:s1"))
    assert (mine, other) == ("source:ens1 (live)", "sensor:s1\nens1 (live)")


def test_a_hub_tells_of_its_sensors_and_of_itself() -> None:
    newer = Problem(what=f"{SET_ASIDE}7 of the link", count=9, where="sensor dc1")
    forged = Problem(what="A message is of another sensor's input.", count=3, where="sensor s2")
    twice = Problem(what=TWO_PLACES, count=3, where="sensor s3")
    found = list(source_facts([state("hub", problems=(newer, forged, twice), since=NOW - MINUTE)], NOW, Tallies()))
    assert [(one.rule, one.subject.partition("\n")[0], one.severity) for one in found] == [
        ("sensor-outdated", "sensor:dc1", "high"), ("sensor-messages", "sensor:s2", None),
        ("sensor-twice", "sensor:s3", None),
    ]  # fmt: skip
    assert rules(state("hub", problems=(forged,))) == []  # long ago
    assert rules(state("hub", state="failed", error="tls://hub:4222 cannot be reached")) == ["hub-unreachable"]


@pytest.mark.parametrize(("came", "read", "expected"), [(900, 300, ["store-overloaded"]), (300, 900, []), (300, 299, [])])
def test_a_hub_that_is_read_slower_than_it_is_filled_overloads_the_store_and_catching_up_does_not(
    came: int, read: int, expected: list[str]
) -> None:
    tallies, found = Tallies(), []
    for minute in range(8):
        one = state(kind="hub", state="running", since=NOW, records=minute * read, waiting=20_000 + minute * (came - read))
        found.append(rules(one, now=NOW + minute * MINUTE, tallies=tallies))
    assert found[-1] == expected and not any(found[:4])
