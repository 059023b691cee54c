"""What a backup, a management system or a secondary name server does day after day is told once a day, then in a low voice."""

from app.engine import running
from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.model.activity import Account, Activity
from app.model.alert import Alert
from app.model.details import RpcCall
from app.model.tuning import DEFAULT, Tuning
from tests.engine.detectors.builders import DC1, HOUR, MINUTE, SECOND, SVCCTL, WS1, WS2, act, controller, dns
from tests.engine.detectors.builders import FILES as SERVER

DAY = 24 * HOUR
BY_ID = {one.id: one for one in DETECTORS}
ZONE = "example.org"


def alerts(name: str, activities: list[Activity], tuning: Tuning = DEFAULT) -> list[Alert]:
    knowledge = Knowledge()
    for one in activities:
        knowledge.observe(one)
    return running.run([BY_ID[name]], activities, knowledge, tuning=tuning)


def service(name: str, target: str = SERVER, *, at: int, source: str = WS1, user: str = "backup") -> list[Activity]:
    """A service made and started."""
    said = Account(name=user, domain="EXAMPLE")
    return [
        act(RpcCall(interface=SVCCTL, opnum=opnum, pipe="svcctl", stub={"service": name}), source, target, at=at + opnum * SECOND,
            account=said)
        for opnum in (12, 19)
    ]  # fmt: skip


def nights(count: int, name: str = "Helper") -> list[Activity]:
    """One service on three computers, each night."""
    targets = (SERVER, WS2, "192.0.2.77")
    return [
        one
        for night in range(count)
        for number, target in enumerate(targets)
        for one in service(name, target, at=night * DAY + number * 5 * MINUTE)
    ]


def test_one_service_on_many_computers_is_one_alert_and_a_routine_after_three_days() -> None:
    said = alerts("remote_execution", nights(5))

    assert [one.severity for one in said] == ["medium", "medium", "medium", "low", "low"]
    assert {len(one.finding.targets) for one in said} == {3}


def test_a_routine_excuses_no_other_service_account_or_source() -> None:
    other = [
        *service("PSEXESVC", at=5 * DAY),
        *service("Helper", at=6 * DAY, user="bob"),
        *service("Helper", at=7 * DAY, source=WS2),
    ]

    assert [one.severity for one in alerts("remote_execution", [*nights(4), *other])[4:]] == ["medium", "medium", "medium"]


def test_nothing_is_a_routine_at_high_sensitivity() -> None:
    said = alerts("remote_execution", nights(5), Tuning(sensitivity="high"))

    assert {one.severity for one in said} == {"medium"}


def transfer(*, at: int, source: str = WS1) -> Activity:
    return dns(ZONE, "AXFR", source, at=at, records=200)


def polls(hours: int) -> list[Activity]:
    """The zone's SOA record, asked for hour by hour."""
    return [controller(DC1), *(dns(ZONE, "SOA", at=hour * HOUR) for hour in range(hours))]


def test_whoever_keeps_to_the_refresh_timer_is_a_secondary_server() -> None:
    (alert,) = alerts("dns_reconnaissance", [*polls(5), transfer(at=4 * HOUR + MINUTE)])

    assert alert.severity == "low"


def test_a_tool_that_asks_for_the_record_just_before_is_none() -> None:
    (alert,) = alerts("dns_reconnaissance", [*polls(1), transfer(at=MINUTE)])

    assert alert.severity == "medium"
