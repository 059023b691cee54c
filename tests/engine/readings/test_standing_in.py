"""A controller stands for clients of LDAP: what it validates for them is theirs, whichever of its records comes first, and
what packets tell of the same binds is no second story."""

from collections.abc import Iterator, Sequence

import pytest

from app.engine.detector import Detector
from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.engine.running import run, run_told
from app.model.activity import Activity
from app.model.alert import Alert, plain
from tests.engine.detectors.builders import MINUTE, SECOND, WS2, bind
from tests.engine.detectors.logs import DC, log, logon, proof_failed, refused_logon, tgt, validated
from tests.engine.twins_of import told_of

PORTAL = "192.0.2.77"
OWN = DC.partition(".")[0].upper()
NO_SUCH_USER = 0xC0000064
BRUTE_FORCE, OVER_LDAP, ENUMERATION = (
    next(one for one in DETECTORS if one.id == name) for name in ("brute_force", "ldap_brute_force", "account_enumeration")
)


def judged(user: str, at: int, right: bool, by: str) -> Activity:
    """What the controller logs of the password that it validated for itself."""
    if by == "4776":
        return validated(user, OWN, at=at, status=0 if right else 0xC000006A)
    return tgt(user, "127.0.0.1", at=at) if right else proof_failed(user, "127.0.0.1", at=at)


def bound(user: str, at: int, *, right: bool = False, by: str = "4776", last: bool = False) -> Iterator[Activity]:
    """What a controller logs of one simple bind. by: who judged it; last: the logon comes before that."""
    yield judged(user, at + last * 1000, right, by)
    when = at + (not last) * 1000
    yield logon(user, PORTAL, at=when, package="Negotiate") if right else refused_logon(user, PORTAL, at=when)


def told(activities: Sequence[Activity], *before: Activity, detectors: Sequence[Detector] = (BRUTE_FORCE,)) -> list[Alert]:
    knowledge, ordered = Knowledge(), sorted([*before, *activities], key=lambda one: one.at)
    for one in ordered:
        knowledge.observe(one)
    return run(detectors, ordered, knowledge)


def domains(number: int) -> list[Activity]:
    """Tickets of so many domains, the first of which is the controller's own."""
    other = tgt("eve", WS2, computer="dc1.other.test", at=-MINUTE, TargetDomainName="OTHER.TEST")
    return [tgt("bob", WS2, at=-MINUTE), other][:number]


@pytest.mark.parametrize("by", ["4776", "4771"])
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("number", [1, 2])
def test_a_spray_by_simple_binds_is_the_client_s(by: str, last: bool, number: int) -> None:
    spray = [one for person in range(12) for one in bound(f"user{person}", person * 2 * SECOND, by=by, last=last)]

    (alert,) = told(spray, *domains(number))

    words = plain(alert.finding.story[0])
    assert PORTAL in words and "12 wrong passwords" in words and "12 accounts" in words


@pytest.mark.parametrize("by", ["4776", "4771"])
def test_where_only_validations_are_logged_the_controller_is_named(by: str) -> None:
    spray = [judged(f"user{person}", person * 2 * SECOND, False, by) for person in range(12)]

    (alert,) = told(spray, *domains(2))

    assert "12 accounts" in plain(alert.finding.story[0])


@pytest.mark.parametrize("by", ["4776", "4771"])
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("number", [1, 2])
def test_a_portal_on_its_first_morning_is_quiet(by: str, last: bool, number: int) -> None:
    morning = [
        one
        for person in range(80)
        for tries in range(2 if person % 4 == 0 else 1)
        for one in bound(f"user{person}", (person * 20 + tries * 8) * SECOND, right=tries == (person % 4 == 0), by=by, last=last)
    ]

    assert not told(morning, *domains(number))


def refused(user: str, packet: Activity, at: int) -> list[Activity]:
    """The two records of a bind that packets tell, with its port."""
    assert packet.source is not None
    fields = {
        "TargetUserName": user, "TargetDomainName": "EXAMPLE", "Status": "0xc000006d", "SubStatus": "0xc000006a",
        "LogonType": "3", "LogonProcessName": "Advapi  ", "AuthenticationPackageName": "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0",
        "WorkstationName": OWN, "IpAddress": packet.source.ip, "IpPort": str(packet.source.port),
    }  # fmt: skip
    return [validated(user, OWN, at=at + 1000), log(4625, fields, at=at + 2000, failed=True)]


def test_guesses_that_packets_and_logs_tell_are_one_alert_with_both_as_proof() -> None:
    packets, records = [], []
    for person in range(12):
        name, at = f"user{person}", person * 2 * SECOND
        packets.append(bind(f"{name}@example.org", at=at, code=49))
        records += refused(name, packets[-1], at)
    activities = [*domains(1), *packets, *records]
    knowledge = Knowledge()
    for one in activities:
        knowledge.observe(one)
    stream, others = told_of(activities, knowledge)

    (alert,) = run_told([BRUTE_FORCE, OVER_LDAP], stream, knowledge, others=others)

    assert alert.detector == OVER_LDAP.id
    assert {one.id for one in (*packets, *records)} <= set(alert.finding.evidence)


@pytest.mark.parametrize("client", [OWN, "KALI", "-"])
@pytest.mark.parametrize("last", [False, True])
def test_names_that_two_logs_tell_were_asked_once_and_by_an_address(client: str, last: bool) -> None:
    asked = [
        one
        for person in range(30)
        for one in (
            validated(f"name{person}", client, at=person * SECOND + last * 1000, status=NO_SUCH_USER),
            refused_logon(f"name{person}", PORTAL, at=person * SECOND + (not last) * 1000, sub=NO_SUCH_USER),
        )
    ]

    (alert,) = told([*domains(1), *asked], detectors=[ENUMERATION, BRUTE_FORCE])

    words = plain(alert.finding.story[0])
    assert alert.detector == ENUMERATION.id and PORTAL in words and "30 user names" in words
    assert len(alert.finding.evidence) == 30
