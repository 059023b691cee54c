"""When a program that speaks Kerberos itself is told loudly: once, and not when it was rolled out."""

from collections.abc import Sequence

from app.model.activity import Activity
from app.model.alert import Alert
from app.model.tuning import Sensitivity
from tests.cases.own_kerberos import DAY, JAVA, KDC, TOOL, others
from tests.engine.detectors.builders import HOUR, MINUTE
from tests.engine.detectors.logs_remoting import connection
from tests.engine.detectors.test_detectors import BY_ID, alerts


def told(activities: Sequence[Activity], sensitivity: Sensitivity | None = None) -> list[Alert]:
    return alerts(BY_ID["own_kerberos"], [*KDC, *activities], sensitivity)


def severities(found: list[Alert]) -> list[str]:
    return sorted(one.severity for one in found)


def test_what_does_so_every_day_is_loud_once() -> None:
    days = [connection(TOOL, at=day * DAY) for day in range(5)]

    assert severities(told(days)) == ["low", "medium"]
    assert severities(told(days, "high")) == ["medium"] * 5


def test_another_program_on_the_same_computer_is_not_excused() -> None:
    found = told([connection(TOOL), connection(TOOL, at=DAY), connection(r"C:\t\b.exe", at=DAY + 13 * HOUR)])

    assert severities(found) == ["low", "medium", "medium"]


def test_a_program_that_was_rolled_out_is_quiet_from_the_sixth_computer_on() -> None:
    found = told(others(r"C:\agent\agent.exe", 30))

    assert severities(found) == ["low", *["medium"] * 5]


def test_installed_programs_are_told_while_few_have_them() -> None:
    found = told(others(JAVA, 30))

    assert 0 < len(found) <= 6
    assert set(severities(found)) == {"low"}


def test_an_installed_program_hides_no_tool_on_the_same_computer() -> None:
    found = told([connection(JAVA), connection(TOOL, at=MINUTE)])

    assert severities(found) == ["low", "medium"]
