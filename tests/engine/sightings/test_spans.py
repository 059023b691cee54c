"""Coverage by controller and hour says what is missing: parts taken away from one made day."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import pytest
from msgspec.structs import replace

from app.engine import sightings
from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.engine.sightings import Evidence
from app.model.activity import Activity
from app.model.coverage import CoverageSpan
from app.model.details import LdapSearch, RpcCall
from app.model.identifiers import DRSUAPI, SAMR
from app.model.rows import Problem
from tests.engine.detectors.builders import DC1, HOUR, MINUTE, START, WS1, as_req, bind, call, controller, dns, search, tgs_req
from tests.engine.detectors.logs import DC, checked, handle, log, logon, tgt, ticket
from tests.engine.detectors.logs_commands import started

HOURS = 8
OPEN = HOUR - START % HOUR
"""Microseconds after START at which an hour begins."""
BEGIN = START + OPEN
NAMES = [dns("dc1.example.org", answers=(f"A {DC1}",), at=OPEN), controller(DC1, OPEN)]
SOME = {one.id: one for one in DETECTORS}


def packets(hours: Iterable[int] = range(HOURS), sealed: bool = False) -> list[Activity]:
    """Thirty moments an hour at which everything is asked of the controller."""
    made = list(NAMES)
    for hour in hours:
        for step in range(30):
            at = OPEN + hour * HOUR + step * 2 * MINUTE
            made += [as_req(at=at), tgs_req("cifs/x", at=at), call(SAMR, 13, at=at, sealed=sealed), search("(cn=a)", at=at)]
            made += [call(DRSUAPI, 1, at=at), bind("alice", at=at)]
    return made


def records(hours: Iterable[int] = range(HOURS), events: tuple[int, ...] = (4624, 4662, 4768, 4769)) -> list[Activity]:
    """The same in the controller's log."""
    made = []
    for hour in hours:
        for step in range(30):
            at = OPEN + hour * HOUR + step * 2 * MINUTE + 1000
            each = {4624: logon, 4768: tgt}
            made += [each[one]("alice", WS1, at=at) for one in events if one in each]
            made += [ticket("srv$", WS1, at=at)] if 4769 in events else []
            made += [checked("alice", at=at)] if 4662 in events else []
    return made


def covered(
    activities: Sequence[Activity],
    *,
    problems: tuple[Problem, ...] = (),
    inputs: Sequence[Evidence] | None = None,
    hourly: bool = False,
) -> dict[str, list[CoverageSpan]]:
    """Spans of the controller by detector."""
    known = Knowledge()
    for one in activities:
        known.observe(one)
    if inputs is None:
        inputs = []
        for side in (True, False):
            mine = [one.at for one in activities if (one.record is None) == side]
            if mine:
                inputs.append(Evidence(
                    first=min(mine), last=max(mine), packets=side, records=len(mine),
                    problems=tuple(one for one in problems if ("record" in one.what) != side),
                ))  # fmt: skip
    found: dict[str, list[CoverageSpan]] = {}
    for span in sightings.spans(DETECTORS, inputs, known, lambda detector: 0, hourly):
        assert span.controller.key == "computer:dc1.example.org"
        found.setdefault(span.detector, []).append(span)
    return found


def test_a_whole_capture_is_one_span_that_is_seen() -> None:
    found = covered(packets())

    for name in ("dcsync", "kerberoasting", "asrep_roasting", "account_enumeration", "golden_ticket_lifetime"):
        (one,) = found[name]
        assert (one.state, one.reasons, one.seen) == ("seen", (), one.whole), name
        assert one.whole == (HOURS - 1) * 60 + 59
        assert (one.first, one.last) == (BEGIN, BEGIN + HOURS * HOUR - MINUTE)


def test_each_hour_by_itself() -> None:
    found = covered(packets(), hourly=True)["dcsync"]

    assert [one.state for one in found] == ["seen"] * HOURS
    assert all(a.last == b.first for a, b in pairwise(found))


def test_the_first_half_is_cut_away() -> None:
    day = packets()
    half = BEGIN + HOURS // 2 * HOUR
    whole = [Evidence(first=day[0].at, last=day[-1].at, packets=True, records=len(day))]
    kept = [one for one in day if one.at >= half or one in NAMES[:1]]
    first, last = covered(kept, inputs=whole)["asrep_roasting"]

    assert (first.state, last.state) == ("blind", "seen")
    assert "a capture ran, and no packet of DC1 was in it" in first.reasons
    assert first.last == last.first == half


def test_only_a_log_is_a_part() -> None:
    found = covered(records())
    (one,) = found["asrep_roasting"]

    assert one.state == "partial"
    assert any("told by the log only" in words for words in one.reasons)
    assert 0 < one.seen <= one.whole
    assert found["golden_ticket_lifetime"][0].state == "blind"
    assert "capture the traffic of DC1" in one.remedies


def test_log_and_packets_of_different_hours() -> None:
    states = [one.state for one in covered([*packets(range(4)), *records(range(4, 8))])["asrep_roasting"]]

    assert states == ["seen", "partial"]


@pytest.mark.parametrize("what", ["TCP bytes never captured", "kernel ring full", "not analysed, quota: bulk transfers"])
def test_packets_that_are_lost(what: str) -> None:
    found = covered(packets(), problems=(Problem(what=what, count=90),))

    assert all(one.state == "partial" and "packets are missing in the capture" in one.reasons for one in found["dcsync"])
    assert "let the capture lose no packets" in found["dcsync"][0].remedies


def test_single_losses_are_no_reason() -> None:
    assert covered(packets(), problems=(Problem(what="TCP bytes never captured", count=1),))["dcsync"][0].state == "seen"


def test_packets_that_are_cut_short() -> None:
    (one,) = covered(packets(), problems=(Problem(what="packets cut short by the capture", count=900),))["kerberoasting"]

    assert one.state == "partial"
    assert one.remedies == ("capture whole packets (no snapshot length)",)


def test_only_requests() -> None:
    mute = [replace(one, result="unanswered", code=None) if one not in NAMES else one for one in packets()]
    found = covered(mute)

    assert found["account_enumeration"][-1].state in ("partial", "blind")
    assert "only requests were captured, no answers" in found["account_enumeration"][-1].reasons
    assert "mirror both directions of DC1" in found["dcsync"][-1].remedies


def test_the_bind_is_lost() -> None:
    unknown = [
        replace(one, detail=replace(one.detail, interface="")) if isinstance(one.detail, RpcCall) else one for one in packets()
    ]
    (one,) = covered(unknown)["dcsync"]

    assert one.state == "partial"
    assert "calls belong to connections that began before the capture" in one.reasons


def test_calls_are_sealed() -> None:
    (one,) = covered(packets(sealed=True))["samr_reconnaissance"]

    assert one.state in ("partial", "blind")
    assert "calls are sealed" in one.reasons
    assert "give the domain's keys (--keytab)" in one.remedies


def test_a_port_that_is_not_captured() -> None:
    without = [one for one in packets() if not isinstance(one.detail, LdapSearch) and one.detail.__class__.__name__ != "LdapBind"]
    (one,) = covered(without)["ldap_brute_force"]

    assert one.state == "blind"
    assert one.remedies[0].startswith("capture port")
    assert one.seen == 0


def test_what_is_not_audited() -> None:
    (one,) = covered(records(events=(4624, 4768)))["dcsync"]

    assert one.state == "blind"
    assert "the log of DC1 holds none of its events" in one.reasons
    assert "switch on for DC1: Audit Directory Service Access" in one.remedies


def test_command_lines_alone_are_no_sight_of_what_controllers_tell() -> None:
    handles = [handle("SAM_DOMAIN", "CN=x", at=OPEN + 2000), started("whoami", at=OPEN + 3000, computer=DC)]
    found = covered([*records(events=(4624, 4768)), *handles])

    assert [one.state for one in found["dcsync"]] == ["blind"]
    assert "blind" not in {one.state for one in found["credential_copy"]}


def test_auditing_that_stops() -> None:
    found = covered([*records(range(5)), *records(range(5, 8), (4624, 4662))])["asrep_roasting"]

    assert any("no event-kerberos at all, of which other hours are full" in one.reasons for one in found)
    assert found[-1].state == "partial"


def test_traffic_of_one_kind_that_stops() -> None:
    some = [one for one in packets(range(5, 8)) if one.kind.startswith("rpc")]
    found = covered([*packets(range(5)), *some])["asrep_roasting"]

    assert [one.state for one in found] == ["seen", "partial"]
    assert "no kerberos at all, of which other hours are full" in found[1].reasons


def test_records_that_are_missing_and_a_log_that_was_cleared() -> None:
    (gaps,) = covered(records(), problems=(Problem(what="record numbers skipped between chunks", count=900),))["asrep_roasting"]
    cleared = log(1102, {}, at=OPEN + 3 * HOUR + MINUTE, where=("Microsoft-Windows-Eventlog", "Security"))
    found = covered([*records(), cleared])["asrep_roasting"]

    assert "records of the log are missing" in gaps.reasons
    assert [("the log was cleared or stopped" in one.reasons) for one in found] == [False, True, False]


def test_a_baseline_that_is_not_learned() -> None:
    known = Knowledge()
    day = packets()
    for one in day:
        known.observe(one)
    inputs = [Evidence(first=day[0].at, last=day[-1].at, packets=True, records=len(day))]
    found = [
        one
        for one in sightings.spans([SOME["dcsync"]], inputs, known, lambda detector: BEGIN + 3 * HOUR)
        if one.detector == "dcsync"
    ]

    assert [one.state for one in found] == ["learning", "seen"]
    assert found[0].reasons == ("still learning what is usual",)
    assert found[0].last == found[1].first == BEGIN + 3 * HOUR


def test_months_are_few_spans() -> None:
    found = covered([*NAMES, *(as_req(at=OPEN + hour * HOUR) for hour in range(24 * 60))])

    assert sum(map(len, found.values())) <= 3 * len(DETECTORS)


def test_days_without_any_input_are_not_in_question() -> None:
    day, later = packets(range(2)), packets(range(24 * 400, 24 * 400 + 2))
    inputs = [Evidence(first=mine[-1].at - HOUR, last=mine[-1].at, packets=True, records=len(mine)) for mine in (day, later)]
    whole = sum(one.whole for one in covered([*day, *later], inputs=inputs)["dcsync"])

    assert whole < 200


@pytest.mark.parametrize("lose", [lambda one: one % 20 == 0, lambda one: one % 20 != 0], ids=["5 %", "95 %"])
def test_activities_that_are_lost_never_make_more_seen(lose: Callable[[int], bool]) -> None:
    day = packets()
    whole = [Evidence(first=min(one.at for one in day), last=max(one.at for one in day), packets=True, records=len(day))]
    kept = [*NAMES, *(one for number, one in enumerate(day) if not lose(number))]
    before, after = covered(day, inputs=whole), covered(kept, inputs=whole)

    for name, spans in after.items():
        assert sum(one.seen for one in spans if one.state == "seen") <= sum(
            one.seen for one in before[name] if one.state == "seen"
        )


def test_inputs_of_years_are_quick_and_hours_are_bounded() -> None:
    """A log with one record of long ago, and one whose clock was wrong, ask for no hour in between."""
    day = packets(range(2))
    odd = Evidence(first=0, last=START + 2 * HOUR, packets=False, records=9, hours=(0, START // HOUR))
    found = covered(day, inputs=[odd, Evidence(first=day[0].at, last=day[-1].at, packets=True, records=len(day))])

    assert len(sightings.timeline([odd])) < 10
    assert len(sightings.timeline([Evidence(first=0, last=START, packets=True)])) <= 20_001
    assert {span.state for span in found["dcsync"]} == {"seen", "blind"}


def test_minutes_of_an_hour_in_several_inputs() -> None:
    def one(first: int, last: int) -> Evidence:
        return Evidence(first=BEGIN + first * MINUTE, last=BEGIN + last * MINUTE, packets=True)

    (hour,) = sightings.timeline([one(0, 9), one(5, 14), one(50, 59)])

    assert (hour.captured, hour.minutes) == (25, 25)
    assert sightings.timeline([one(-90, 200)])[2].minutes == 60


def test_nobody_is_tagged_so_that_nothing_of_honeytokens_is_seen() -> None:
    known = Knowledge()
    day = packets()
    for one in day:
        known.observe(one)
    inputs = [Evidence(first=day[0].at, last=day[-1].at, packets=True, records=len(day))]
    detectors = [SOME["honeytoken_activity"]]
    (untagged,) = sightings.spans(detectors, inputs, known, tags=())
    (tagged,) = sightings.spans(detectors, inputs, known, tags=("Honeytoken",))

    assert (untagged.state, untagged.seen, tagged.state) == ("blind", 0, "seen")
    assert untagged.reasons == ("nothing is tagged as honeytoken",)
