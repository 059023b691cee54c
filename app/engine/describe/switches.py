"""What to switch on, so that a kind of activity comes in at all."""

from collections.abc import Iterable

AUDITS: dict[str, str] = {
    "event-logon": "Audit Logon",
    "event-kerberos": "Audit Kerberos Authentication Service and Service Ticket Operations",
    "event-ntlm": "Audit Credential Validation",
    "event-group": "Audit Security Group Management",
    "event-account": "Audit User and Computer Account Management",
    "event-service": "the System log",
    "event-task": "Audit Other Object Access Events",
    "event-process": "Audit Process Creation",
    "event-host": "Sysmon (files, values of the registry, pipes, WMI) and Audit Registry",
    "event-script": "PowerShell's Script Block Logging or Module Logging",
    "event-object-access": "Audit Directory Service Access",
    "event-directory-change": "Audit Directory Service Changes",
    "event-share": "Audit Detailed File Share",
    "event-enumeration": "Audit Security Group and User Account Management",
    "event-certificate": "Audit Certification Services",
    "event-replication": "Audit Detailed Directory Service Replication",
    "event-ldap": "the Directory Service log with LDAP Interface Events",
    "event-adfs": "the AD FS log",
    "event-sam": "the log of SAM operations",
    "event-netlogon": "the System log of controllers",
    "event-policy": "Audit Authentication and Authorization Policy Change and Sensitive Privilege Use",
    "event-audit": "the Security log",
    "event-dns": "the audit log of DNS servers and their DNS Server log",
    "event-database": "the Application log of controllers",
    "event-nps": "Audit Network Policy Server",
    "event-connection": "Sysmon (network connections) or Audit Filtering Platform Connection",
    "event-remoting": "the operational log of WinRM",
    "event-printer": "the logs of the print spooler (PrintService Admin and Operational)",
    "event-desktop": "the operational logs of remote desktop (RdpCoreTS, RemoteConnectionManager, LocalSessionManager)",
}
"""Family of Windows events to the audit subcategory of Windows, or the log, that writes them."""


def switches(kinds: Iterable[str], ports: Iterable[str]) -> str:
    """What brings these kinds in, as the end of a sentence; empty where nothing is known."""
    wanted = list(kinds)
    found = []
    where = ", ".join(ports)
    packets = [kind for kind in wanted if not kind.startswith(("event-", "directory-", "radius-"))]
    if packets and where:
        found.append(f"capture the traffic of the domain controllers (ports {where})")
    audits = list(dict.fromkeys(AUDITS[kind] for kind in wanted if kind in AUDITS))
    if audits:
        found.append(f"collect logs with {', '.join(audits)}")
    if any(kind.startswith("directory-") for kind in wanted):
        found.append("synchronise or open the directory")
    if "radius-accounting" in wanted:  # sign-ins stand in captures
        found.append("send RADIUS accounting here")
    return " or ".join(found)
