"""What is wrong with notifying, for the program's own health."""

from collections.abc import Iterable

from app.model.health import HealthFact
from app.model.notice import TargetState

RULES = {"mail": "mail-failed", "syslog": "syslog-failed", "webhook": "webhook-failed"}


def facts(states: Iterable[TargetState]) -> tuple[HealthFact, ...]:
    """A fact for each destination whose last try failed; none once a delivery succeeded."""
    return tuple(_fact(one) for one in states if one.on and one.error and one.since is not None)


def _fact(one: TargetState) -> HealthFact:
    waits = f"{one.waiting:,} {'notice waits' if one.waiting == 1 else 'notices wait'}"
    more = "; its queue is full, and what is new waits in the workspace" if one.full else ""
    return HealthFact(
        rule=RULES[one.kind], subject=f"workspace\n{one.name}", what=f"{one.name}: {one.error} {waits}{more}.", where=one.label
    )
