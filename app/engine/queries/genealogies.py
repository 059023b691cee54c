"""Kerberos tickets from stored activities: which are read, and what else tells the same."""

import contextlib
import json
from collections.abc import Iterator

from msgspec.structs import replace

from app.engine.genealogy import genealogy
from app.engine.genealogy.reading import KINDS
from app.engine.queries.access import Access
from app.engine.queries.plan import Plan
from app.engine.store import COLUMNS
from app.model.activity import Activity
from app.model.tickets import Genealogy

MOST = 60_000
"""Exchanges that are read at one go, in a few seconds: half a day of a domain of a thousand computers."""
LOGONS = 60_000
"""Logon events that are looked at for the one that a service ticket opened."""
MINUTE = 60_000_000


def tickets(access: Access, plan: Plan, logons: Plan, low: int, high: int, most: int = MOST) -> Genealogy:
    """Genealogy of the exchanges that a filter (of kinds, and perhaps a party) gives; when there are more than most, the first.

    logons: the same filter for logon events, which name the ticket that opened them by a GUID.
    low, high: the span that was asked for, UTC microseconds.
    """
    with plan.lock:
        total = plan.count()
        numbers = plan.open(0, min(most, total))
    number_of_logged = access.one(
        "SELECT sum(count) FROM hours WHERE kind = (SELECT id FROM kinds WHERE text = 'event-kerberos')"
    )
    with logons.lock:
        opened = logons.open(0, min(LOGONS, logons.count())) if number_of_logged else []
    alerts: dict[str, set[str]] = {}
    began = access.one("SELECT min(at) FROM activities") or 0
    known = access.knowledge()

    @contextlib.contextmanager
    def hold() -> Iterator[None]:
        with access.lock:
            yield

    with access.snapshot():
        activities = list(_activities(access, numbers))
        sessions = list(_activities(access, opened))
        ids = {number: activity.id for number, activity in zip(numbers, activities, strict=False)}
        for number, alert in access.all(
            """SELECT e.activity, s.id FROM alert_evidence e JOIN alerts s ON s.number = e.alert
            WHERE s.state <> 'deleted' AND s.excluded = ''"""
        ):
            if number in ids:
                alerts.setdefault(ids[number], set()).add(alert)
        pairs = {
            ids[record]: ids[other]
            for record, other in access.all("SELECT record, other FROM twins")
            if record in ids and other in ids
        }
    activities = sorted((*activities, *sessions), key=lambda one: one.at) if sessions else activities
    found = genealogy(activities, known, pairs, alerts, began, hold)
    return replace(found, exchanges=len(numbers), total=total, cut=total > len(numbers), first=low, last=high)


def _activities(access: Access, numbers: list[int]) -> Iterator[Activity]:
    make = access.rows().activity
    for start in range(0, len(numbers), 5_000):
        rows = access.db().execute(
            f"""SELECT {COLUMNS} FROM json_each(?) j JOIN activities a ON a.id = j.value ORDER BY j.key""",
            (json.dumps(numbers[start : start + 5_000]),),
        )
        for row in rows:
            yield make(row)


__all__ = ["KINDS", "MOST", "tickets"]
