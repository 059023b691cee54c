"""Which security identifiers are sensitive by birth, and how they are taken out of text."""

import re

SID = re.compile(r"S-1-\d{1,3}(?:-\d{1,10}){1,15}", re.I)
SENSITIVE_SIDS: dict[str, str] = {
    "S-1-5-32-544": "Administrators",
    "S-1-5-32-547": "Power Users",
    "S-1-5-32-548": "Account Operators",
    "S-1-5-32-549": "Server Operators",
    "S-1-5-32-550": "Print Operators",
    "S-1-5-32-551": "Backup Operators",
    "S-1-5-32-552": "Replicators",
    "S-1-5-32-556": "Network Configuration Operators",
    "S-1-5-32-557": "Incoming Forest Trust Builders",
}
"""Built-in groups whose members can reach the whole domain (MS-DTYP section 2.4.2.4)."""
SENSITIVE_RIDS: dict[int, str] = {
    498: "Enterprise Read-only Domain Controllers",
    512: "Domain Admins",
    516: "Domain Controllers",
    518: "Schema Admins",
    519: "Enterprise Admins",
    520: "Group Policy Creator Owners",
    521: "Read-only Domain Controllers",
    526: "Key Admins",
    527: "Enterprise Key Admins",
}
"""The same among a domain's own groups, by the last number of their SID."""
BORN_SENSITIVE: dict[int, str] = {500: "Administrator", 502: "krbtgt"}
"""Accounts that are sensitive by birth, by the last number of their SID (MS-DTYP section 2.4.2.4)."""


def sid_in(text: str | None) -> str:
    """The SID that a text is or ends with ("CORP.TEST-S-1-5-32-544"), in upper case; empty when there is none."""
    if not text or len(text) > 512:
        return ""
    found = SID.search(text)
    return found[0].upper() if found else ""


def relative_id(sid: str | None) -> int | None:
    """Last number of the SID of a domain's own object (S-1-5-21-a-b-c-RID), None for every other SID."""
    parts = (sid or "").split("-")
    return int(parts[7]) if len(parts) == 8 and parts[3] == "21" and parts[7].isdigit() else None


def is_sensitive_group(sid: str | None) -> bool:
    """True for a group whose members can reach the whole domain."""
    return sid is not None and (sid.upper() in SENSITIVE_SIDS or relative_id(sid) in SENSITIVE_RIDS)
