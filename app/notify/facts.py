"""What is wrong with notifying, for the program's own health."""

from collections.abc import Iterable, Mapping

from app.model.health import HealthFact
from app.model.notice import TargetState

ORIGINS = ("notify", "reports", "rounds")
"""Under which the three below are stated: destinations, reports, rounds of the notifier."""
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


def report_facts(unwritten: Mapping[str, str]) -> tuple[HealthFact, ...]:
    """A fact for each scheduled report that could not be written. unwritten: id of it to why, in one sentence."""
    return tuple(
        HealthFact(rule="telling-failed", subject=f"workspace\n{id}"[:500], what=f"{words[:900]}.")
        for id, words in unwritten.items()
    )


def round_facts(error: str) -> tuple[HealthFact, ...]:
    """A fact when nothing can be taken from the workspace, or put into its queue. error: one sentence, "" when all is well."""
    return (HealthFact(rule="telling-failed", subject="workspace", what=error[:900]),) if error else ()
