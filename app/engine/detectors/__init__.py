"""Every detector, one line each, with what the engine asks of all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from app.engine import coverage as _coverage
from app.engine import detector as _detector
from app.engine.context import Tags
from app.engine.detector import Detector, Exclude, Told
from app.engine.detectors import (
    abnormal_behaviour,
    account_enumeration,
    asrep_roasting,
    bronze_bit,
    brute_force,
    certificate_logon,
    cleartext_ldap,
    coercion,
    dcshadow,
    dcsync,
    dkm_key_read,
    dns_communication,
    dns_reconnaissance,
    dns_remote_execution,
    dpapi_backup_key,
    dsrm_password,
    forged_pac,
    forged_ticket,
    gmsa_password_read,
    golden_ticket_anomaly,
    golden_ticket_downgrade,
    golden_ticket_lifetime,
    golden_ticket_nonexistent,
    golden_ticket_rbcd,
    kerberoasting,
    key_list,
    ldap_brute_force,
    ldap_reconnaissance,
    netsync,
    new_computer_delegation,
    overpass_the_hash,
    pass_the_hash,
    pass_the_ticket,
    print_driver,
    registry_secrets,
    remote_execution,
    samaccountname_spoofing,
    samr_reconnaissance,
    silver_ticket,
    skeleton_key,
    smb_session_enumeration,
    suspicious_service,
    suspicious_ticket_request,
    suspicious_vpn,
    timeroasting,
    zerologon,
)
from app.engine.knowledge import Knowledge
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.rows import Coverage, Problem
from app.model.tuning import DEFAULT, Tuning

DETECTORS: tuple[Detector, ...] = (
    abnormal_behaviour.DETECTOR,
    account_enumeration.DETECTOR,
    asrep_roasting.DETECTOR,
    bronze_bit.DETECTOR,
    brute_force.DETECTOR,
    certificate_logon.DETECTOR,
    cleartext_ldap.DETECTOR,
    coercion.DETECTOR,
    dcshadow.DETECTOR,
    dcsync.DETECTOR,
    dkm_key_read.DETECTOR,
    dns_communication.DETECTOR,
    dns_reconnaissance.DETECTOR,
    dns_remote_execution.DETECTOR,
    dpapi_backup_key.DETECTOR,
    dsrm_password.DETECTOR,
    forged_pac.DETECTOR,
    forged_ticket.DETECTOR,
    gmsa_password_read.DETECTOR,
    golden_ticket_anomaly.DETECTOR,
    golden_ticket_downgrade.DETECTOR,
    golden_ticket_lifetime.DETECTOR,
    golden_ticket_nonexistent.DETECTOR,
    golden_ticket_rbcd.DETECTOR,
    kerberoasting.DETECTOR,
    key_list.DETECTOR,
    ldap_brute_force.DETECTOR,
    ldap_reconnaissance.DETECTOR,
    netsync.DETECTOR,
    new_computer_delegation.DETECTOR,
    overpass_the_hash.DETECTOR,
    pass_the_hash.DETECTOR,
    pass_the_ticket.DETECTOR,
    print_driver.DETECTOR,
    registry_secrets.DETECTOR,
    remote_execution.DETECTOR,
    samaccountname_spoofing.DETECTOR,
    samr_reconnaissance.DETECTOR,
    silver_ticket.DETECTOR,
    skeleton_key.DETECTOR,
    smb_session_enumeration.DETECTOR,
    suspicious_service.DETECTOR,
    suspicious_ticket_request.DETECTOR,
    suspicious_vpn.DETECTOR,
    timeroasting.DETECTOR,
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
    by_kind: Mapping[str, int],
    problems: Iterable[Problem] = (),
    knowledge: Knowledge | None = None,
    spans: Iterable[tuple[int, int]] | None = None,
    tuning: Tuning = DEFAULT,
) -> tuple[Coverage, ...]:
    """What each detector could have seen. spans: first and last time of each input, for what must be learned first."""
    return _coverage.coverage(DETECTORS, by_kind, problems, knowledge, spans, tuning)
