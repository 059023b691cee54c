"""Names of the numbers in Windows events: logon types, flags, kinds of services, reasons."""

LOGON_TYPES: dict[int, str] = {
    0: "system",
    2: "interactive",
    3: "network",
    4: "batch",
    5: "service",
    7: "unlock",
    8: "network, password in clear text",
    9: "new credentials for the network",
    10: "remote interactive",
    11: "interactive, cached credentials",
    12: "remote interactive, cached credentials",
    13: "unlock, cached credentials",
}
"""Logon types (SECURITY_LOGON_TYPE of ntsecapi.h)."""

KDC_OPTIONS: dict[int, str] = {
    0x40000000: "forwardable",
    0x20000000: "forwarded",
    0x10000000: "proxiable",
    0x08000000: "proxy",
    0x04000000: "may be postdated",
    0x02000000: "postdated",
    0x00800000: "renewable",
    0x00400000: "initial",
    0x00200000: "pre-authenticated",
    0x00100000: "hardware authentication",
    0x00040000: "delegation allowed",
    0x00020000: "constrained delegation",
    0x00010000: "canonicalize",
    0x00008000: "anonymous",
    0x00000020: "no transited check",
    0x00000010: "renewable accepted",
    0x00000008: "encrypted in session key",
    0x00000002: "renew",
    0x00000001: "validate",
}
"""Options of a ticket request (RFC 4120 section 5.4.1, MS-SFU section 2.2.3, RFC 6806)."""

PREAUTHENTICATION: dict[int, str] = {
    0: "none",
    2: "encrypted timestamp",
    11: "encryption type info",
    15: "certificate (old form)",
    16: "certificate",
    17: "certificate",
    19: "encryption type info 2",
    20: "referral",
    138: "encrypted challenge (armoured)",
}
"""Pre-authentication types (RFC 4120 section 7.5.2, RFC 4556, RFC 6113)."""

USER_FLAGS: dict[int, str] = {
    0x1: "account disabled",
    0x2: "home directory required",
    0x4: "password not required",
    0x8: "temporary duplicate account",
    0x10: "normal account",
    0x20: "MNS logon account",
    0x40: "interdomain trust account",
    0x80: "workstation account",
    0x100: "server account",
    0x200: "password never expires",
    0x400: "account locked",
    0x800: "password stored reversibly",
    0x1000: "smart card required",
    0x2000: "trusted for delegation",
    0x4000: "sensitive, may not be delegated",
    0x8000: "DES keys only",
    0x10000: "pre-authentication not required",
    0x20000: "password expired",
    0x40000: "trusted to authenticate for delegation",
    0x80000: "no authorization data",
    0x100000: "read-only controller account",
    0x200000: "AES keys for tickets",
}
"""Account control as SAM and the Security log write it (MS-SAMR section 2.2.1.12)."""

DIRECTORY_FLAGS: dict[int, str] = {
    0x1: "logon script",
    0x2: "account disabled",
    0x8: "home directory required",
    0x10: "account locked",
    0x20: "password not required",
    0x40: "password cannot be changed",
    0x80: "password stored reversibly",
    0x100: "temporary duplicate account",
    0x200: "normal account",
    0x800: "interdomain trust account",
    0x1000: "workstation account",
    0x2000: "server account",
    0x10000: "password never expires",
    0x20000: "MNS logon account",
    0x40000: "smart card required",
    0x80000: "trusted for delegation",
    0x100000: "sensitive, may not be delegated",
    0x200000: "DES keys only",
    0x400000: "pre-authentication not required",
    0x800000: "password expired",
    0x1000000: "trusted to authenticate for delegation",
    0x2000000: "no authorization data",
    0x4000000: "read-only controller account",
}
"""The attribute userAccountControl (MS-ADTS section 2.2.16)."""

GROUP_FLAGS: dict[int, str] = {
    0x1: "made by the system",
    0x2: "global",
    0x4: "domain local",
    0x8: "universal",
    0x10: "application basic",
    0x20: "application query",
    0x80000000: "security",
}
"""The attribute groupType (MS-ADTS section 2.2.12)."""

ENCRYPTION_FLAGS: dict[int, str] = {
    0x1: "DES-CBC-CRC",
    0x2: "DES-CBC-MD5",
    0x4: "RC4",
    0x8: "AES128",
    0x10: "AES256",
    0x20: "AES256 session keys",
    0x40: "AES128-SHA2",
    0x80: "AES256-SHA2",
    0x10000: "FAST",
    0x20000: "compound identity",
    0x40000: "claims",
    0x80000: "no resource SID compression",
}
"""The attribute msDS-SupportedEncryptionTypes (MS-KILE section 2.2.7)."""

SERVICE_TYPES: dict[int, str] = {
    0x1: "kernel driver",
    0x2: "file system driver",
    0x4: "adapter",
    0x8: "recognizer driver",
    0x10: "own process",
    0x20: "shared process",
    0x40: "user service",
    0x80: "user service instance",
    0x100: "interactive",
}
START_TYPES: dict[int, str] = {0: "boot start", 1: "system start", 2: "auto start", 3: "demand start", 4: "disabled"}
"""Types and starts of services (MS-SCMR section 2.2.15)."""

CHANNEL_TYPES: dict[int, str] = {
    0: "none",
    1: "local",
    2: "workstation",
    3: "trusted DNS domain",
    4: "trusted domain",
    5: "LAN Manager server",
    6: "domain controller",
    7: "read-only domain controller",
}
"""Secure channels (MS-NRPC section 2.2.1.3.13)."""

BINDING_TYPES: dict[int, str] = {0: "SASL without signing", 1: "simple, password in clear text"}
"""Binding type of event 2889."""

DISPOSITIONS: dict[int, str] = {
    0: "incomplete",
    1: "error",
    2: "denied",
    3: "issued",
    4: "issued out of band",
    5: "pending",
    6: "revoked",
}
"""Disposition of a certificate request (MS-WCCE section 3.2.1.4.2.1.3)."""

REVOCATIONS: dict[int, str] = {
    0: "unspecified",
    1: "key compromised",
    2: "authority compromised",
    3: "affiliation changed",
    4: "superseded",
    5: "operation ceased",
    6: "on hold",
    8: "removed from the list",
    0xFFFFFFFF: "not revoked any more",
}
"""Reasons of a revocation (RFC 5280 section 5.3.1, MS-CSRA section 3.1.4.1.1)."""

AUDIT_FILTER: dict[int, str] = {
    0x1: "start and stop",
    0x2: "backup and restore",
    0x4: "requests",
    0x8: "revocations and lists",
    0x10: "security settings",
    0x20: "key archival",
    0x40: "configuration",
}
"""What a certification authority audits (MS-CSRA section 3.1.1.10)."""

INTEGRITY: dict[str, str] = {
    "S-1-16-0": "untrusted integrity",
    "S-1-16-4096": "low integrity",
    "S-1-16-8192": "medium integrity",
    "S-1-16-8448": "medium plus integrity",
    "S-1-16-12288": "high integrity",
    "S-1-16-16384": "system integrity",
    "S-1-16-20480": "protected process",
}
SIDS: dict[str, str] = {
    "S-1-0-0": "nobody",
    "S-1-1-0": "Everyone",
    "S-1-2-0": "local",
    "S-1-3-0": "Creator Owner",
    "S-1-3-1": "Creator Group",
    "S-1-5-2": "Network",
    "S-1-5-3": "Batch",
    "S-1-5-4": "Interactive",
    "S-1-5-6": "Service",
    "S-1-5-7": "anonymous",
    "S-1-5-9": "domain controllers of the forest",
    "S-1-5-10": "itself",
    "S-1-5-11": "Authenticated Users",
    "S-1-5-13": "Terminal Server users",
    "S-1-5-14": "Remote Interactive Logon",
    "S-1-5-15": "This Organization",
    "S-1-5-18": "the system",
    "S-1-5-19": "Local Service",
    "S-1-5-20": "Network Service",
    "S-1-5-32-544": "Administrators",
    "S-1-5-32-545": "Users",
    "S-1-5-32-546": "Guests",
    "S-1-5-32-547": "Power Users",
    "S-1-5-32-548": "Account Operators",
    "S-1-5-32-549": "Server Operators",
    "S-1-5-32-550": "Print Operators",
    "S-1-5-32-551": "Backup Operators",
    "S-1-5-32-552": "Replicators",
    "S-1-5-32-554": "Pre-Windows 2000 Compatible Access",
    "S-1-5-32-555": "Remote Desktop Users",
    "S-1-5-32-556": "Network Configuration Operators",
    "S-1-5-32-557": "Incoming Forest Trust Builders",
    "S-1-5-32-558": "Performance Monitor Users",
    "S-1-5-32-559": "Performance Log Users",
    "S-1-5-32-560": "Windows Authorization Access Group",
    "S-1-5-32-562": "Distributed COM Users",
    "S-1-5-32-568": "IIS_IUSRS",
    "S-1-5-32-569": "Cryptographic Operators",
    "S-1-5-32-573": "Event Log Readers",
    "S-1-5-32-574": "Certificate Service DCOM Access",
    "S-1-5-32-578": "Hyper-V Administrators",
    "S-1-5-32-580": "Remote Management Users",
    **INTEGRITY,
}
RIDS: dict[int, str] = {
    498: "Enterprise Read-only Domain Controllers",
    500: "Administrator",
    501: "Guest",
    502: "krbtgt",
    512: "Domain Admins",
    513: "Domain Users",
    514: "Domain Guests",
    515: "Domain Computers",
    516: "Domain Controllers",
    517: "Cert Publishers",
    518: "Schema Admins",
    519: "Enterprise Admins",
    520: "Group Policy Creator Owners",
    521: "Read-only Domain Controllers",
    522: "Cloneable Domain Controllers",
    525: "Protected Users",
    526: "Key Admins",
    527: "Enterprise Key Admins",
    553: "RAS and IAS Servers",
    571: "Allowed RODC Password Replication Group",
    572: "Denied RODC Password Replication Group",
}
"""SIDs and relative identifiers that mean the same everywhere (MS-DTYP section 2.4.2.4)."""
NPS: dict[int, str] = {
    1: "internal error of the server",
    7: "the domain does not exist",
    8: "the account does not exist",
    16: "wrong name or password",
    22: "the way of authentication cannot be used (EAP type)",
    23: "error of the EAP session",
    33: "the password must be changed",
    34: "the account is disabled",
    35: "the account is expired",
    36: "the account is locked",
    37: "outside of the allowed hours",
    48: "no network policy fits",
    49: "no connection request policy fits",
    64: "locked out of remote access",
    65: "no right to dial in",
    66: "the network policy does not allow this way of authentication",
}
"""Reasons of a network policy server (NPS reason codes of Windows Server's documentation)."""
CHAP: dict[int, str] = {
    646: "outside of the allowed hours",
    647: "the account is disabled",
    648: "the password is expired",
    649: "no right to dial in",
    691: "wrong name or password",
    709: "the password could not be changed",
}
"""Errors of MS-CHAP (RFC 2759 section 6)."""
