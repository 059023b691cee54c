"""A gateway for remote desktop that lives on the computer is told loudly once, then quietly."""

from app.engine.detectors.remote_desktop import DETECTOR, is_itself
from tests.cases.case import Case
from tests.cases.remote_desktop import desktop
from tests.engine.detectors.builders import HOUR, MINUTE
from tests.engine.detectors.test_detectors import alerts


def test_many_accounts_over_a_computer_itself_are_those_of_a_gateway() -> None:
    people = [desktop(f"user{one}", at=one * MINUTE) for one in range(12)]

    assert [one.severity for one in alerts(DETECTOR, Case(people))] == ["medium", "low"]


def test_the_next_day_it_is_told_quietly() -> None:
    days = [desktop(at=day * 24 * HOUR) for day in range(5)]

    assert [one.severity for one in alerts(DETECTOR, Case(days))] == ["medium", "low"]


def test_what_an_address_of_the_computer_itself_is() -> None:
    here = ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "::1%3", "::ffff:127.0.0.1", "::%16777216")
    elsewhere = (None, "", "-", "LOCAL", "10.0.0.1", "::", "fe80::1", "x" * 100, "127.0.0", "localhost")

    assert all(map(is_itself, here)) and not any(map(is_itself, elsewhere))
