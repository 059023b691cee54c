"""Whom a RADIUS server let in or refused, and from which station."""

import pytest

from app.engine.readings.admissions import Admission, admission, station_of
from app.model.activity import Account, Activity
from app.model.details import DnsQuery, RadiusAccess
from app.model.events import EventNps


def answer(detail: RadiusAccess | EventNps, *, result: str = "failure", code: int | None = 3, name: str = "alice") -> Activity:
    who = Account(name=name) if name else None
    return Activity(at=0, until=0, input="made", account=who, result=result, code=code, detail=detail)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "gateways", "station"),
    [
        ("AA-BB-CC-00-11-22", (), "aa:bb:cc:00:11:22"),
        ("aabb.cc00.1122", (), "aa:bb:cc:00:11:22"),
        (" 203.0.113.7 ", ("192.0.2.40",), "203.0.113.7"),
        ("192.0.2.40", (None, "192.0.2.40"), ""),
        ("x" * 65, (), ""),
        (None, (), ""),
        ("+49 89 123", (), "+49 89 123"),
    ],
)
def test_a_station_has_one_spelling(text: str | None, gateways: tuple[str | None, ...], station: str) -> None:
    assert station_of(text, *gateways) == station


@pytest.mark.parametrize(
    ("error", "wrong"), [(None, None), (691, True), (649, False), (647, False)]
)  # fmt: skip
def test_the_wire_says_why_by_ms_chap_alone(error: int | None, wrong: bool | None) -> None:
    told = admission(answer(RadiusAccess(calling_station="203.0.113.7", nas="192.0.2.40", error=error)))
    assert told == Admission(station="203.0.113.7", admitted=False, wrong=wrong, remote=True)


@pytest.mark.parametrize(("reason", "wrong"), [(16, True), (8, True), (36, True), (65, False), (48, False), (None, None)])
def test_the_log_gives_a_reason(reason: int | None, wrong: bool | None) -> None:
    fields = {"CallingStationID": "AA-BB-CC-00-11-22", "NASPortType": "Wireless - IEEE 802.11", "ClientIPAddress": "192.0.2.40"}
    told = admission(answer(EventNps(event_id=6273, fields=fields), code=reason))
    assert told == Admission(station="aa:bb:cc:00:11:22", admitted=False, wrong=wrong, remote=False)


def test_what_is_no_answer() -> None:
    assert admission(answer(RadiusAccess(outcome="Access-Challenge"), result="unanswered")) is None
    assert admission(answer(EventNps(event_id=6279))) is None
    assert admission(Activity(at=0, until=0, input="made", detail=DnsQuery(name="x", type="A"))) is None
    for name in ("", "host/ws1.example.org", "WS1$"):  # nobody, and computers
        assert admission(answer(EventNps(event_id=6273), name=name)) is None
    let_in = admission(answer(EventNps(event_id=6272), result="success", code=0))
    assert let_in is not None and let_in.admitted
