"""Every detector, one line each, with what the engine asks of all of them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from app.engine import coverage as _coverage
from app.engine import running as _running
from app.engine.alerting import Exclude
from app.engine.context import Loss, Tags
from app.engine.detector import Detector
from app.engine.detectors import (
    abnormal_behaviour,
    account_control,
    account_enumeration,
    adfs_configuration,
    admin_sd_holder,
    asrep_roasting,
    audit_log_cleared,
    azure_sso,
    bronze_bit,
    brute_force,
    certificate_audit,
    certificate_backup,
    certificate_database,
    certificate_logon,
    certificate_permissions,
    certificate_template,
    cleartext_ldap,
    coercion,
    computer_account_added,
    credential_copy,
    dc_certificate,
    dcshadow,
    dcsync,
    dkm_key_read,
    dmsa_abuse,
    dns_communication,
    dns_host_name,
    dns_reconnaissance,
    dns_remote_execution,
    domain_policy,
    dpapi_backup_key,
    dsrm_password,
    entra_connect,
    esx_group,
    exchange_rce,
    forged_pac,
    forged_ticket,
    gmsa_password_read,
    golden_ticket_anomaly,
    golden_ticket_downgrade,
    golden_ticket_lifetime,
    golden_ticket_nonexistent,
    golden_ticket_rbcd,
    gpo_tampering,
    honeytoken_activity,
    honeytoken_changed,
    honeytoken_queried,
    kerberoasting,
    key_list,
    ldap_brute_force,
    ldap_reconnaissance,
    logon_without_authentication,
    lsa_registration,
    massive_deletion,
    netsync,
    new_computer_delegation,
    ntlm_relay,
    ntlm_tampering,
    overpass_the_hash,
    pass_the_hash,
    pass_the_ticket,
    password_reset,
    primary_group,
    print_driver,
    rbcd,
    registry_secrets,
    remote_execution,
    replication_rights,
    rights_given,
    samaccountname_spoofing,
    samr_reconnaissance,
    sensitive_groups,
    shadow_credentials,
    sid_history,
    silver_ticket,
    skeleton_key,
    smb_exfiltration,
    smb_implementation,
    smb_packet_manipulation,
    smb_session_enumeration,
    spn_added,
    suspicious_service,
    suspicious_ticket_request,
    suspicious_vpn,
    timeroasting,
    trust_changed,
    unissued_ticket,
    unlogged_replication,
    unlogged_request,
    zerologon,
)
from app.engine.knowledge import Knowledge
from app.engine.running import Told
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.rows import Coverage, Problem
from app.model.tuning import DEFAULT, Tuning

DETECTORS: tuple[Detector, ...] = (
    abnormal_behaviour.DETECTOR,
    account_control.DETECTOR,
    account_enumeration.DETECTOR,
    adfs_configuration.DETECTOR,
    admin_sd_holder.DETECTOR,
    asrep_roasting.DETECTOR,
    audit_log_cleared.DETECTOR,
    azure_sso.DETECTOR,
    bronze_bit.DETECTOR,
    brute_force.DETECTOR,
    certificate_audit.DETECTOR,
    certificate_backup.DETECTOR,
    certificate_database.DETECTOR,
    certificate_logon.DETECTOR,
    certificate_permissions.DETECTOR,
    certificate_template.DETECTOR,
    cleartext_ldap.DETECTOR,
    coercion.DETECTOR,
    computer_account_added.DETECTOR,
    credential_copy.DETECTOR,
    dc_certificate.DETECTOR,
    dcshadow.DETECTOR,
    dcsync.DETECTOR,
    dkm_key_read.DETECTOR,
    dmsa_abuse.DETECTOR,
    dns_communication.DETECTOR,
    dns_host_name.DETECTOR,
    dns_reconnaissance.DETECTOR,
    dns_remote_execution.DETECTOR,
    domain_policy.DETECTOR,
    dpapi_backup_key.DETECTOR,
    dsrm_password.DETECTOR,
    entra_connect.DETECTOR,
    esx_group.DETECTOR,
    exchange_rce.DETECTOR,
    forged_pac.DETECTOR,
    forged_ticket.DETECTOR,
    gmsa_password_read.DETECTOR,
    golden_ticket_anomaly.DETECTOR,
    golden_ticket_downgrade.DETECTOR,
    golden_ticket_lifetime.DETECTOR,
    golden_ticket_nonexistent.DETECTOR,
    golden_ticket_rbcd.DETECTOR,
    gpo_tampering.DETECTOR,
    honeytoken_activity.DETECTOR,
    honeytoken_changed.DETECTOR,
    honeytoken_queried.DETECTOR,
    kerberoasting.DETECTOR,
    key_list.DETECTOR,
    ldap_brute_force.DETECTOR,
    ldap_reconnaissance.DETECTOR,
    logon_without_authentication.DETECTOR,
    lsa_registration.DETECTOR,
    massive_deletion.DETECTOR,
    netsync.DETECTOR,
    new_computer_delegation.DETECTOR,
    ntlm_relay.DETECTOR,
    ntlm_tampering.DETECTOR,
    overpass_the_hash.DETECTOR,
    pass_the_hash.DETECTOR,
    pass_the_ticket.DETECTOR,
    password_reset.DETECTOR,
    primary_group.DETECTOR,
    print_driver.DETECTOR,
    rbcd.DETECTOR,
    registry_secrets.DETECTOR,
    remote_execution.DETECTOR,
    replication_rights.DETECTOR,
    rights_given.DETECTOR,
    samaccountname_spoofing.DETECTOR,
    samr_reconnaissance.DETECTOR,
    sensitive_groups.DETECTOR,
    shadow_credentials.DETECTOR,
    sid_history.DETECTOR,
    silver_ticket.DETECTOR,
    skeleton_key.DETECTOR,
    smb_exfiltration.DETECTOR,
    smb_implementation.DETECTOR,
    smb_packet_manipulation.DETECTOR,
    smb_session_enumeration.DETECTOR,
    spn_added.DETECTOR,
    suspicious_service.DETECTOR,
    suspicious_ticket_request.DETECTOR,
    suspicious_vpn.DETECTOR,
    timeroasting.DETECTOR,
    trust_changed.DETECTOR,
    unissued_ticket.DETECTOR,
    unlogged_replication.DETECTOR,
    unlogged_request.DETECTOR,
    zerologon.DETECTOR,
)


def run(activities: Iterable[Activity], knowledge: Knowledge, *, tuning: Tuning = DEFAULT) -> list[Alert]:
    """Alerts of all detectors over activities in event order, with knowledge of the whole input."""
    return _running.run(DETECTORS, activities, knowledge, tuning=tuning)


def run_told(
    activities: Iterable[tuple[Activity, Told]],
    knowledge: Knowledge,
    *,
    tuning: Tuning = DEFAULT,
    tags: Tags | None = None,
    others: Callable[[str], Sequence[str]] | None = None,
    exclude: Exclude | None = None,
    losses: Sequence[Loss] = (),
    mistakes: dict[str, int] | None = None,
) -> list[Alert]:
    """The same over activities of which some tell of one act.

    Each activity comes with the kinds and results of what else tells of the same act; others gives the ids of those.
    losses: times of which something is missing. mistakes: as of app.engine.running.run_told.
    """
    return _running.run_told(
        DETECTORS,
        activities,
        knowledge,
        tuning=tuning,
        tags=tags,
        others=others,
        exclude=exclude,
        losses=losses,
        mistakes=mistakes,
    )


def watched_kinds() -> dict[str, bool]:
    """Kind words of the activities that detectors read; False where only what failed is read."""
    return _running.watched_kinds(DETECTORS)


def coverage(
    by_kind: Mapping[str, int],
    problems: Iterable[Problem] = (),
    knowledge: Knowledge | None = None,
    spans: Iterable[tuple[int, int]] | None = None,
    tuning: Tuning = DEFAULT,
    tags: Collection[str] | None = None,
) -> tuple[Coverage, ...]:
    """What each detector could have seen.

    spans: first and last time of each input, for what must be learned first. tags: those that an analyst gave to anybody.
    """
    return _coverage.coverage(DETECTORS, by_kind, problems, knowledge, spans, tuning, tags)
