"""Every detector, one line each, with what the engine asks of all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from app.engine import coverage as _coverage
from app.engine import detector as _detector
from app.engine.context import Loss, Tags
from app.engine.detector import Detector, Exclude, Told
from app.engine.detectors import (
    account_enumeration,
    asrep_roasting,
    brute_force,
    cleartext_ldap,
    dcsync,
    dns_reconnaissance,
    golden_ticket_downgrade,
    golden_ticket_lifetime,
    golden_ticket_nonexistent,
    kerberoasting,
    ldap_brute_force,
    logon_without_authentication,
    remote_execution,
    samr_reconnaissance,
    smb_session_enumeration,
    unissued_ticket,
    unlogged_replication,
    unlogged_request,
    zerologon,
)
from app.engine.knowledge import Knowledge
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.rows import Coverage, Problem
from app.model.tuning import DEFAULT, Tuning

DETECTORS: tuple[Detector, ...] = (
    account_enumeration.DETECTOR,
    asrep_roasting.DETECTOR,
    brute_force.DETECTOR,
    cleartext_ldap.DETECTOR,
    dcsync.DETECTOR,
    dns_reconnaissance.DETECTOR,
    golden_ticket_downgrade.DETECTOR,
    golden_ticket_lifetime.DETECTOR,
    golden_ticket_nonexistent.DETECTOR,
    kerberoasting.DETECTOR,
    ldap_brute_force.DETECTOR,
    logon_without_authentication.DETECTOR,
    remote_execution.DETECTOR,
    samr_reconnaissance.DETECTOR,
    smb_session_enumeration.DETECTOR,
    unissued_ticket.DETECTOR,
    unlogged_replication.DETECTOR,
    unlogged_request.DETECTOR,
    zerologon.DETECTOR,
)


def run(activities: Iterable[Activity], knowledge: Knowledge, *, tuning: Tuning = DEFAULT) -> list[Alert]:
    """Alerts of all detectors over activities in event order, with knowledge of the whole input."""
    return _detector.run(DETECTORS, activities, knowledge, tuning=tuning)


def run_told(
    activities: Iterable[tuple[Activity, Told]],
    knowledge: Knowledge,
    *,
    tuning: Tuning = DEFAULT,
    tags: Tags | None = None,
    others: Callable[[str], Sequence[str]] | None = None,
    exclude: Exclude | None = None,
    losses: Sequence[Loss] = (),
) -> list[Alert]:
    """The same over activities of which some tell of one act.

    Each activity comes with the kinds and results of what else tells of the same act; others gives the ids of those.
    losses: times of which something is missing.
    """
    return _detector.run_told(
        DETECTORS, activities, knowledge, tuning=tuning, tags=tags, others=others, exclude=exclude, losses=losses
    )


def watched_kinds() -> dict[str, bool]:
    """Kind words of the activities that detectors read; False where only what failed is read."""
    return _detector.watched_kinds(DETECTORS)


def coverage(
    by_kind: Mapping[str, int], problems: Iterable[Problem] = (), knowledge: Knowledge | None = None
) -> tuple[Coverage, ...]:
    """What each detector could have seen."""
    return _coverage.coverage(DETECTORS, by_kind, problems, knowledge)
