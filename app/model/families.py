"""Families of kinds of activities: the words of charts, legends and filters."""

_FAMILIES = {
    "kerberos": "Kerberos",
    "ldap": "LDAP",
    "ntlm": "NTLM",
    "smb": "RPC and SMB",
    "rpc": "RPC and SMB",
    "dns": "DNS and names",
    "name": "DNS and names",
    "event": "Windows events",
    "directory": "Directory",
}


def family(kind: str) -> str:
    """The family of a kind word: Kerberos, LDAP, NTLM, RPC and SMB, DNS and names, Windows events, Directory, other."""
    return _FAMILIES.get(kind.split("-", 1)[0], "other")
