"""A record that comes a second time is known again; another one is another one."""

from dataclasses import replace as replaced

from msgspec.structs import replace

from app.engine.again import Again
from app.model.activity import Activity
from app.model.events import EventLogon, WindowsEvent
from tests.cases.table import FIRES, STAYS_QUIET
from tests.cases.test_spellings import OF_EVENTS, told
from tests.engine.detectors.builders import MINUTE, SECOND
from tests.engine.detectors.logs import logon


def known(*activities: Activity) -> list[bool]:
    again = Again()
    return [again.is_known(one, one.detail) for one in activities]  # type: ignore[arg-type]


def spelt(activity: Activity, at: int = 0, **changes: object) -> Activity:
    return replace(activity, at=activity.at + at, input="other", detail=replace(activity.detail, **changes))


def test_the_same_record_from_another_export() -> None:
    one = logon()
    event = one.detail
    assert isinstance(event, EventLogon)
    more = event.fields | {"IpAddress": event.fields["IpAddress"] + " ", "KeyLength": "0"}

    assert known(one, one) == [False, True]
    assert known(one, spelt(one, computer="DC1", channel="ForwardedEvents")) == [False, True]
    assert known(one, spelt(one, SECOND - 1, fields=more)) == [False, True]


def test_what_is_another_record() -> None:
    one, other = logon(), logon()

    assert known(one, other) == [False, False]  # the next number of the same computer
    assert known(one, spelt(one, computer="dc2.example.org")) == [False, False]
    second = spelt(one, computer="dc2.example.org")
    assert known(one, second, second, one) == [False, False, True, True]  # two computers, one number
    assert known(one, spelt(one, event_id=4634)) == [False, False]
    assert known(one, spelt(one, fields={"TargetUserName": "bob"})) == [False, False]
    assert known(one, spelt(one, MINUTE)) == [False, False]


def test_a_log_that_was_exported_twice_is_told_as_once() -> None:
    other = []
    for detector in OF_EVENTS:
        for name, case in (*FIRES[detector.id].items(), *STAYS_QUIET[detector.id].items()):
            twice = [one for activity in case.activities for one in copies(activity)]
            if told(detector, replaced(case, activities=twice)) != told(detector, case):
                other.append((detector.id, name))

    assert other == []


def copies(activity: Activity) -> tuple[Activity, ...]:
    return (activity, replace(activity, input="again")) if isinstance(activity.detail, WindowsEvent) else (activity,)
