"""An account that goes where neither it nor its peers ever went."""

from app.model.tuning import Tuning
from tests.cases.case import Case
from tests.engine.detectors.builders import MINUTE, WS2
from tests.engine.detectors.builders_behaviour import DAY, visits, workday, workdays
from tests.engine.detectors.logs import known, ticket

STAFF = [known(f"user{one}", facts={"department": "Sales"}) for one in range(8)]
COLLEAGUES = [
    one for number in range(1, 8) for one in workdays(26, f"user{number}", f"192.0.2.{100 + number}", ("files", "mail", "print"))
]
MOVED = [one for number in range(1, 8) for one in visits(25, 9, f"user{number}", f"192.0.2.{100 + number}", first=50, hour=9)]


def logged(days: int) -> list[object]:
    """The same work as a controller's log tells it."""
    return [
        ticket(service, at=day * DAY + number * MINUTE, etype=0x12)
        for day in range(days) for number, service in enumerate(("FILES$", "MAIL$"))
    ]  # fmt: skip


FIRES = {
    "nine servers after four weeks with two": [*workdays(28), *visits(28, 9)],
    "at night from somebody else's computer": [*workdays(28), *visits(28, 6, source=WS2, hour=2)],
    "spread over a week": [*workdays(28), *(one for day in range(28, 33) for one in visits(day, 4, first=4 * day))],
    "as no colleague of the department": [
        *STAFF, *workdays(25, "user0"), *COLLEAGUES, *visits(25, 9, "user0"),
    ],
    "as a controller's log tells it (4769)": [
        *logged(28), *(ticket(f"OTHER{one}$", at=28 * DAY + one * MINUTE, etype=0x12) for one in range(9)),
        ticket("FILES$", at=28 * DAY + 10 * MINUTE, etype=0x12),
    ],
    "at once in test mode": Case([*workdays(4), *visits(4, 9)], tuning=Tuning(test_mode=True)),
}  # fmt: skip
QUIET = {
    "the same in the second week": [*workdays(12), *visits(12, 9)],
    "a new starter": [*workdays(28, "bob", WS2), *workday(28), *visits(28, 9)],
    "one new server now and then": [*workdays(28), *(one for day in range(28, 40) for one in visits(day, 1, first=3 * day))],
    "an administrator who goes everywhere": [
        *(one for day in range(30) for one in visits(day, 9, first=9 * day)),
    ],
    "the whole department moves": [*STAFF, *workdays(25, "user0"), *COLLEAGUES, *MOVED, *visits(25, 9, "user0", first=50)],
    "a scanner that visits everything every day": [
        *(one for day in range(30) for one in visits(day, 40, "scan")), *visits(30, 40, "scan"),
    ],
}  # fmt: skip
