"""Every detector, one line each, with what the engine asks of all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from app.engine import coverage as _coverage
from app.engine import detector as _detector
from app.engine.context import Tags
from app.engine.detector import Detector, Exclude, Told
from app.engine.detectors import (
    account_control,
    account_enumeration,
    admin_sd_holder,
    asrep_roasting,
    audit_log_cleared,
    azure_sso,
    brute_force,
    certificate_audit,
    certificate_database,
    certificate_permissions,
    certificate_template,
    cleartext_ldap,
    computer_account_added,
    dc_certificate,
    dcsync,
    dmsa_abuse,
    dns_host_name,
    dns_reconnaissance,
    entra_connect,
    esx_group,
    exchange_rce,
    golden_ticket_downgrade,
    golden_ticket_lifetime,
    golden_ticket_nonexistent,
    gpo_tampering,
    kerberoasting,
    ldap_brute_force,
    massive_deletion,
    password_reset,
    primary_group,
    rbcd,
    remote_execution,
    replication_rights,
    samr_reconnaissance,
    sensitive_groups,
    shadow_credentials,
    sid_history,
    smb_session_enumeration,
    spn_added,
    zerologon,
)
from app.engine.knowledge import Knowledge
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.rows import Coverage, Problem
from app.model.tuning import DEFAULT, Tuning

DETECTORS: tuple[Detector, ...] = (
    account_control.DETECTOR,
    account_enumeration.DETECTOR,
    admin_sd_holder.DETECTOR,
    asrep_roasting.DETECTOR,
    audit_log_cleared.DETECTOR,
    azure_sso.DETECTOR,
    brute_force.DETECTOR,
    certificate_audit.DETECTOR,
    certificate_database.DETECTOR,
    certificate_permissions.DETECTOR,
    certificate_template.DETECTOR,
    cleartext_ldap.DETECTOR,
    computer_account_added.DETECTOR,
    dc_certificate.DETECTOR,
    dcsync.DETECTOR,
    dmsa_abuse.DETECTOR,
    dns_host_name.DETECTOR,
    dns_reconnaissance.DETECTOR,
    entra_connect.DETECTOR,
    esx_group.DETECTOR,
    exchange_rce.DETECTOR,
    golden_ticket_downgrade.DETECTOR,
    golden_ticket_lifetime.DETECTOR,
    golden_ticket_nonexistent.DETECTOR,
    gpo_tampering.DETECTOR,
    kerberoasting.DETECTOR,
    ldap_brute_force.DETECTOR,
    massive_deletion.DETECTOR,
    password_reset.DETECTOR,
    primary_group.DETECTOR,
    rbcd.DETECTOR,
    remote_execution.DETECTOR,
    replication_rights.DETECTOR,
    samr_reconnaissance.DETECTOR,
    sensitive_groups.DETECTOR,
    shadow_credentials.DETECTOR,
    sid_history.DETECTOR,
    smb_session_enumeration.DETECTOR,
    spn_added.DETECTOR,
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
) -> list[Alert]:
    """The same over activities of which some tell of one act.

    Each activity comes with the kinds and results of what else tells of the same act; others gives the ids of those.
    """
    return _detector.run_told(DETECTORS, activities, knowledge, tuning=tuning, tags=tags, others=others, exclude=exclude)


def watched_kinds() -> dict[str, bool]:
    """Kind words of the activities that detectors read; False where only what failed is read."""
    return _detector.watched_kinds(DETECTORS)


def coverage(
    by_kind: Mapping[str, int], problems: Iterable[Problem] = (), knowledge: Knowledge | None = None
) -> tuple[Coverage, ...]:
    """What each detector could have seen."""
    return _coverage.coverage(DETECTORS, by_kind, problems, knowledge)
