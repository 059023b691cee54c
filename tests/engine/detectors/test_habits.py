"""What a computer does again and again is told on the first days, and no longer when it is a habit."""

import pytest

from app.engine import running
from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.tuning import DEFAULT, Tuning
from tests.engine.detectors.builders import DC1, SAMR, SECOND, WS2, as_req, call, controller, dns
from tests.engine.detectors.builders_behaviour import DAY

LIST_GROUPS, LIST_USERS, WRONG, NO_SUCH_NAME = 11, 13, 24, 3
BY_ID = {one.id: one for one in DETECTORS}
DAYS = 8


def stale(day: int, user: str = "alice", source: str = WS2) -> list[Activity]:
    """An old password, tried every second for half a minute."""
    return [as_req(user, source, at=day * DAY + one * SECOND, code=WRONG) for one in range(30)]


def sweep(day: int, source: str = WS2) -> list[Activity]:
    """Names of the domain that there are not."""
    asked = [dns(f"host{one}.example.org", source=source, at=day * DAY + one * SECOND, code=NO_SUCH_NAME) for one in range(150)]
    return [as_req(at=day * DAY), *asked]


HABITS = {
    "samr_reconnaissance": [controller(DC1), *(call(SAMR, LIST_USERS, at=day * DAY) for day in range(DAYS))],
    "brute_force": [one for day in range(DAYS) for one in stale(day)],
    "dns_reconnaissance": [
        call(SAMR, 5, at=0), dns("_ldap._tcp.dc._msdcs.example.org", "SRV", answers=("SRV 0 100 389 dc1.example.org",)),
        *(one for day in range(DAYS) for one in sweep(day)),
    ],
}  # fmt: skip


def alerts(name: str, activities: list[Activity], tuning: Tuning = DEFAULT) -> list[Alert]:
    knowledge = Knowledge()
    for one in activities:
        knowledge.observe(one)
    return running.run([BY_ID[name]], activities, knowledge, tuning=tuning)


@pytest.mark.parametrize("name", HABITS)
def test_a_habit_is_told_on_three_days_only(name: str) -> None:
    """Where what was told before is told quietly, the second and third day are one alert."""
    said = alerts(name, HABITS[name])

    assert len(said) == (3 if name == "brute_force" else 2)
    assert max(one.finding.last for one in said) < 3 * DAY + said[0].finding.first


@pytest.mark.parametrize("name", HABITS)
def test_nothing_is_a_habit_at_high_sensitivity_and_in_test_mode(name: str) -> None:
    assert len(alerts(name, HABITS[name], Tuning(sensitivity="high"))) == DAYS
    assert len(alerts(name, HABITS[name], Tuning(test_mode=True))) == DAYS


def test_a_habit_excuses_neither_others_nor_other_lists() -> None:
    more = [call(SAMR, LIST_USERS, WS2, at=DAYS * DAY), call(SAMR, LIST_GROUPS, at=DAYS * DAY)]

    assert len(alerts("samr_reconnaissance", [*HABITS["samr_reconnaissance"], *more])) == 4


def test_an_old_password_excuses_no_spray_and_no_other_account() -> None:
    spray = [as_req(f"user{one}", WS2, at=DAYS * DAY + one * SECOND, code=WRONG) for one in range(12)]

    assert len(alerts("brute_force", [*HABITS["brute_force"], *spray])) == 4
    assert len(alerts("brute_force", [*HABITS["brute_force"], *stale(DAYS, "bob")])) == 4
