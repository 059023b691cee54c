"""What is new in a workspace for each of its destinations."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from app.engine.notices.issues import issue_digest, issue_notice
from app.engine.notices.reading import digest, notice_of, parties_of
from app.engine.queries import Queries
from app.model.alert import Alert
from app.model.health import HealthIssue
from app.model.notice import Notice, Target, Trigger, Wanted
from app.notify.queue import HEALTH, PASS, REMEMBER, Queue, Told

ISSUE = "health:"
"""Begins the subject of a health alert, where the others are ids of alerts."""


def collect(queries: Queries, alerts: Sequence[Alert], queue: Queue, targets: Sequence[Target], now: int) -> int:
    """Queue what these destinations do not know yet; returns how many notices. now: UTC microseconds. Raises QueueError."""
    digests = {one.id: digest(one) for one in alerts}
    made: dict[tuple[str, bool], Notice] = {}

    def notice(alert: Alert, known: bool) -> Notice:
        if (alert.id, known) not in made:
            made[alert.id, known] = notice_of(queries, alert, "update" if known else "new", now)
        return made[alert.id, known]

    taken = 0
    for target in targets:
        before = _earlier(queries, queue.known(target.name), digests)
        told = [
            Told(one.id, digests[one.id], before.get(one.id, ()), partial(_make, one, target.wanted, notice)) for one in alerts
        ]
        taken += queue.take(target.name, told)
    return taken


def collect_health(queries: Queries, queue: Queue, targets: Sequence[Target], now: int) -> int:
    """The same for health alerts that are open; one that the workspace has forgotten is new when it comes again."""
    health = queries.health(now)
    held = {f"{ISSUE}{one.id}" for one in health.issues}
    taken = 0
    for target in targets:
        queue.forget(target.name, {one for one in queue.known(target.name) if one.startswith(ISSUE)} - held)
        told = [
            Told(f"{ISSUE}{one.id}", issue_digest(one), (), partial(_make_health, one, target.wanted, now))
            for one in health.opened
        ]
        taken += queue.take(target.name, told, HEALTH)
    return taken


def _make_health(issue: HealthIssue, wanted: Wanted, now: int, known: bool) -> Notice | Literal["remember", "pass"]:
    return issue_notice(issue, now) if wanted.takes("health", issue.severity, "", ()) else PASS


def remember(queries: Queries, queue: Queue, name: str) -> None:
    """A destination knows all that there is now; it gets what comes. Raises QueueError."""
    queue.take(name, [Told(one.id, digest(one), (), lambda known: REMEMBER) for one in queries.alerts()])
    issues = queries.health().opened
    queue.take(name, [Told(f"{ISSUE}{one.id}", issue_digest(one), (), lambda known: REMEMBER) for one in issues], HEALTH)


def _make(
    alert: Alert, wanted: Wanted, notice: Callable[[Alert, bool], Notice], known: bool
) -> Notice | Literal["remember", "pass"]:
    trigger: Trigger = "update" if known else "new"
    if alert.state != "open":
        return PASS
    if not wanted.takes(trigger, alert.severity, alert.detector, parties_of(alert) if wanted.entity else ()):
        return REMEMBER if known else PASS  # what it does not want now may become graver, and is new to it then
    return notice(alert, known)


def _earlier(queries: Queries, known: frozenset[str], current: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Id of an alert to the ids under which it is known: an alert that grows takes another id."""
    found: dict[str, tuple[str, ...]] = {}
    gone = [old for old in known - current.keys() if not old.startswith(ISSUE)]
    for old, id in (queries.names_now(gone) if gone else {}).items():
        if id in current:
            found[id] = (*found.get(id, ()), old)
    return found
