"""An account that goes where neither it nor its peers ever went."""

from app.model.activity import Activity
from app.model.tuning import Tuning
from tests.cases.case import Case
from tests.engine.detectors.builders import MINUTE, WS2
from tests.engine.detectors.builders_behaviour import DAY, visits, workday, workdays
from tests.engine.detectors.logs import known, logon, ticket

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


def served(days: int, first: int = 0, user: str = "alice", servers: tuple[str, ...] = ("files", "mail")) -> list[Activity]:
    """The same work as the logs of the servers tell it (4624)."""
    return [
        logon(user, at=day * DAY + number * MINUTE, computer=f"{one}.example.org", package="Kerberos", session=0x5000 + day)
        for day in range(first, first + days) for number, one in enumerate(servers)
    ]  # fmt: skip


OTHERS = tuple(f"other{one}" for one in range(9))


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
    "as the logs of servers tell it (4624)": [*served(28), *served(1, 28, servers=(*OTHERS, "files"))],
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
    "the same in the second week (4769)": [
        *logged(12), *(ticket(f"OTHER{one}$", at=12 * DAY + one * MINUTE, etype=0x12) for one in range(9)),
        ticket("FILES$", at=12 * DAY + 10 * MINUTE, etype=0x12),
    ],
    "one new server now and then (4769)": [
        *logged(28), *(ticket(f"OTHER{day}$", at=day * DAY + 5 * MINUTE, etype=0x12) for day in range(28, 50, 3)),
    ],
    "a program that visits everything every day (4624)": [
        *(one for day in range(30) for one in served(1, day, "svc_scan", tuple(f"srv{number}" for number in range(40)))),
        *served(1, 30, "svc_scan", tuple(f"srv{number}" for number in range(44))),
    ],
    "an administrator who goes everywhere (4624)": [
        one for day in range(30) for one in served(1, day, servers=tuple(f"srv{9 * day + number}" for number in range(9)))
    ],
}  # fmt: skip
