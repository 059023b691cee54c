"""Whether a span of time is covered without holes."""

from app.engine.knowledge import Knowledge
from app.engine.knowledge.station import Station
from app.model.activity import Activity
from tests.engine.detectors.builders import DC1, MINUTE, SECOND, START, WS1, as_req, call, dns, tgs_req
from tests.engine.detectors.logs import log, tgt, ticket

KEY = "computer:dc1.example.org"
TWO_HOURS = range(0, 120 * MINUTE, MINUTE)


def station(*activities: Activity) -> Station:
    known = Knowledge()
    for one in (dns("dc1.example.org", answers=(f"A {DC1}",)), *activities):
        known.observe(one)
    return known.station(KEY)


def traffic(times: range) -> list[Activity]:
    return [tgs_req("cifs/x", at=at) for at in times]


def logged(times: range) -> list[Activity]:
    return [ticket("srv$", WS1, at=at) for at in times]


def test_traffic_without_holes_is_covered() -> None:
    one = station(as_req(), *traffic(TWO_HOURS))

    assert one.traffic(("kerberos-tgs",), START + 30 * MINUTE, START + 90 * MINUTE)
    assert not one.traffic(("ntlm",), START + 30 * MINUTE, START + 90 * MINUTE), "never seen there"
    assert not one.traffic(("kerberos-tgs",), START, START + 90 * MINUTE), "at the edge"
    assert not one.traffic(("kerberos-tgs",), START + 30 * MINUTE, START + 119 * MINUTE), "at the other edge"


def test_a_long_hole_is_not_covered() -> None:
    one = station(*(each for each in traffic(TWO_HOURS) if not 50 * MINUTE < each.at - START < 85 * MINUTE))

    assert not one.traffic(("kerberos-tgs",), START + 30 * MINUTE, START + 100 * MINUTE)
    assert one.traffic(("kerberos-tgs",), START + 10 * MINUTE, START + 40 * MINUTE)


def test_requests_without_answers_are_not_covered() -> None:
    one = station(*(tgs_req("cifs/x", at=at, code=-1 if at % (10 * MINUTE) == 0 else 0) for at in TWO_HOURS))

    assert not one.traffic(("kerberos-tgs",), START + 30 * MINUTE, START + 90 * MINUTE)


def test_a_log_is_whole_from_before_to_behind() -> None:
    one = station(*logged(TWO_HOURS))

    assert one.logged((4769,), START + 30 * MINUTE, START + 90 * MINUTE)
    assert not one.logged((4768,), START + 30 * MINUTE, START + 90 * MINUTE), "not audited"
    assert not one.logged((4769,), START + 30 * MINUTE, START + 119 * MINUTE)


def test_a_cleared_log_is_not_whole() -> None:
    cleared = log(1102, {}, at=60 * MINUTE + SECOND, where=("Microsoft-Windows-Eventlog", "Security"))

    assert not station(*logged(TWO_HOURS), cleared).logged((4769,), START + 30 * MINUTE, START + 90 * MINUTE)


def test_absurd_spans_are_not_covered() -> None:
    one = station(*traffic(range(0, 10 * MINUTE, MINUTE)), call("x", 1), tgt())

    assert not one.traffic(("kerberos-tgs",), 0, 1 << 62)
    assert not one.logged((4768,), -(1 << 62), 1 << 62)
