"""From words to codes: which answers of which kinds of activities a name of a status means."""

from app.engine.describe.codes import BIND_DATA, DNS, FAULTS, KERBEROS, LDAP, NTSTATUS, WIN32

NAMES: dict[str, tuple[str, int]] = {
    "kdc_err_name_exp": ("kerberos", 1), "kdc_err_service_exp": ("kerberos", 2), "kdc_err_c_principal_unknown": ("kerberos", 6),
    "kdc_err_s_principal_unknown": ("kerberos", 7), "kdc_err_principal_not_unique": ("kerberos", 8),
    "kdc_err_null_key": ("kerberos", 9), "kdc_err_never_valid": ("kerberos", 11), "kdc_err_policy": ("kerberos", 12),
    "kdc_err_badoption": ("kerberos", 13), "kdc_err_etype_nosupp": ("kerberos", 14),
    "kdc_err_sumtype_nosupp": ("kerberos", 15), "kdc_err_padata_type_nosupp": ("kerberos", 16),
    "kdc_err_client_revoked": ("kerberos", 18), "kdc_err_service_revoked": ("kerberos", 19),
    "kdc_err_tgt_revoked": ("kerberos", 20), "kdc_err_key_expired": ("kerberos", 23),
    "kdc_err_preauth_failed": ("kerberos", 24), "kdc_err_preauth_required": ("kerberos", 25),
    "krb_ap_err_bad_integrity": ("kerberos", 31), "krb_ap_err_tkt_expired": ("kerberos", 32),
    "krb_ap_err_tkt_nyv": ("kerberos", 33), "krb_ap_err_repeat": ("kerberos", 34), "krb_ap_err_not_us": ("kerberos", 35),
    "krb_ap_err_badmatch": ("kerberos", 36), "krb_ap_err_skew": ("kerberos", 37), "krb_ap_err_modified": ("kerberos", 41),
    "krb_err_response_too_big": ("kerberos", 52), "krb_err_generic": ("kerberos", 60),
    "kdc_err_client_not_trusted": ("kerberos", 62), "kdc_err_wrong_realm": ("kerberos", 68),
    "status_access_denied": ("status", 0xC0000022), "status_object_name_not_found": ("status", 0xC0000034),
    "status_no_such_user": ("status", 0xC0000064), "status_wrong_password": ("status", 0xC000006A),
    "status_password_restriction": ("status", 0xC000006C), "status_logon_failure": ("status", 0xC000006D),
    "status_account_restriction": ("status", 0xC000006E), "status_invalid_logon_hours": ("status", 0xC000006F),
    "status_invalid_workstation": ("status", 0xC0000070), "status_password_expired": ("status", 0xC0000071),
    "status_account_disabled": ("status", 0xC0000072), "status_insufficient_resources": ("status", 0xC000009A),
    "status_bad_network_name": ("status", 0xC00000CC), "status_no_logon_servers": ("status", 0xC000005E),
    "status_trusted_relationship_failure": ("status", 0xC000018D), "status_account_expired": ("status", 0xC0000193),
    "status_password_must_change": ("status", 0xC0000224), "status_account_locked_out": ("status", 0xC0000234),
    "status_not_supported": ("status", 0xC00000BB), "status_path_not_covered": ("status", 0xC0000257),
    "status_user_session_deleted": ("status", 0xC0000203), "status_logon_type_not_granted": ("status", 0xC000015B),
    "error_access_denied": ("win32", 5), "rpc_s_access_denied": ("win32", 5), "nxdomain": ("dns", 3), "servfail": ("dns", 2),
    "formerr": ("dns", 1), "notimp": ("dns", 4),
}  # fmt: skip
"""Names that specifications give their codes, in lower case (RFC 4120 section 7.5.9, MS-ERREF, RFC 1035), to table and code."""
_TABLES: dict[str, tuple[dict[int, str], tuple[str, ...]]] = {
    "kerberos": (KERBEROS, ("kerberos-", "event-kerberos")),
    "status": (NTSTATUS, ("ntlm", "smb-", "rpc-", "event-")),
    "win32": ({**WIN32, **FAULTS}, ("rpc-", "event-replication")),
    "ldap": (LDAP, ("ldap-",)),
    "dns": (DNS, ("dns-",)),
}
"""Table of codes and the beginnings of the kinds that answer with them."""


def meaning(words: str) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
    """(beginnings of kinds, codes) that a name or some words of the meaning of a code stand for; - and _ are blanks."""
    wanted = " ".join(words.lower().replace("-", " ").replace("_", " ").split())
    if not wanted:
        return []
    named = {(table, code) for name, (table, code) in NAMES.items() if _holds(name.replace("_", " "), wanted)}
    found = []
    for name, (table, kinds) in _TABLES.items():
        codes = {code for code, said in table.items() if code and _holds(said.lower().replace("-", " "), wanted)}
        codes |= {code for one, code in named if one == name}
        if codes:
            found.append((kinds, tuple(sorted({*codes, *(code - 2**32 for code in codes if code >= 2**31)}))))
    return found


def bind_data_of(words: str) -> tuple[str, ...]:
    """Hexadecimal words behind "data" in Active Directory's answer to an LDAP bind that have this meaning."""
    wanted = " ".join(words.lower().replace("-", " ").replace("_", " ").split())
    return tuple(sorted(data for data, said in BIND_DATA.items() if wanted and _holds(said.lower(), wanted)))


def _holds(said: str, wanted: str) -> bool:
    """True when the words begin with what is wanted, or hold it at the beginning of a word."""
    return said.startswith(wanted) or f" {wanted}" in said.replace("(", " ")
