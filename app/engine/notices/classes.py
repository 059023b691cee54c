"""What a suspicious activity is called in CEF: class name and field order by external id, as the product we answer has them.

Source: the sections on CEF of that product's documentation; names of classes that it never published are made from ours.
"""

SUFFIX = "SecurityAlert"
CLASSES: dict[int, str] = {
    2002: "AbnormalProtocol", 2003: "AccountEnumeration", 2004: "LdapBruteForce", 2006: "DirectoryServicesReplication",
    2007: "DnsReconnaissance", 2008: "EncryptionDowngrade", 2009: "GoldenTicketEncryptionDowngrade", 2010: "EncryptionDowngrade",
    2012: "EnumerateSessions", 2013: "ForgedPac", 2014: "HoneytokenActivity", 2017: "PassTheHash", 2018: "PassTheTicket",
    2019: "RemoteExecution", 2020: "RetrieveDataProtectionBackupKey", 2021: "SamrReconnaissance", 2022: "GoldenTicket",
    2023: "BruteForce", 2024: "AbnormalSensitiveGroupMembershipChange", 2025: "AbnormalVpn", 2026: "MaliciousServiceCreation",
    2027: "ForgedPrincipal", 2028: "DirectoryServicesRoguePromotion", 2029: "DirectoryServicesRogueReplication",
    2031: "DnsSuspiciousCommunication", 2032: "GoldenTicketSizeAnomaly", 2033: "AbnormalSmbBruteForce",
    2034: "AbnormalSmbMetasploit", 2035: "AbnormalSmbWannaCry", 2039: "AbnormalNtlmSigning", 2048: "BronzeBit",
    2412: "AsRepRoasting", 2413: "AdfsDistributedKeyManagerRead", 2424: "AbnormalAdfsAuthenticationUsingInvalidCertificate",
    2426: "DfsCoerce", 2430: "AdminSdHolderModification",
}  # fmt: skip
"""External id to class name without SUFFIX."""
APPS: dict[int, str] = {
    2002: "Kerberos", 2004: "Ldap", 2006: "Drsr", 2007: "Dns", 2008: "Kerberos", 2009: "Kerberos", 2010: "Kerberos",
    2012: "SrvSvc", 2013: "Kerberos", 2017: "Ntlm", 2018: "Kerberos", 2020: "LsaRpc", 2021: "Samr", 2022: "Kerberos",
    2024: "GroupMembershipChangeEvent", 2025: "VpnConnection", 2026: "ServiceInstalledEvent", 2027: "Kerberos", 2028: "Ldap",
    2029: "Replication Activity", 2031: "DnsEvent", 2032: "Kerberos", 2040: "Kerberos",
}  # fmt: skip
"""External id to the word in `app`, where it does not follow from the evidence."""
USUAL = ("app", "shost", "suser", "dhost", "request", "requestMethod", "reason", "outcome", "msg", "cnt")
ORDERS: dict[int, tuple[str, ...]] = {
    2003: ("app", "shost", "suser", "msg"),
    2004: ("app", "suser", "shost", "msg", "cnt"),
    2006: ("app", "shost", "msg", "outcome"),
    2007: ("app", "shost", "request", "requestMethod", "reason", "outcome", "msg"),
    2013: ("app", "suser", "msg"),
    2021: ("app", "shost", "suser", "outcome", "msg"),
    2023: ("app", "shost", "msg"),
    2024: ("app", "suser", "msg"),
    2025: ("app", "suser", "msg"),
    2026: ("app", "shost", "msg"),
    2027: ("app", "suser", "msg"),
    2028: ("app", "shost", "msg"),
    2029: ("app", "shost", "msg"),
    2031: ("app", "dhost", "msg"),
}
"""External id to the extension keys between start and externalId, in their order; what has no value is left out."""
LINES = frozenset({2021})
"""Classes whose message keeps its sentences on lines of their own."""
COUNTED = frozenset({2004})


def class_name(external_id: int, detector: str) -> str:
    """Class name of an alert: published, or made from the id of the detector."""
    known = CLASSES.get(external_id)
    return (known or "".join(part.capitalize() for part in detector.split("_"))) + SUFFIX
