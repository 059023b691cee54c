"""Log sources of Sigma to Windows logs: which channel a service is, which event a category is, what its fields are called.

Sources: SigmaHQ's "Standard Logsources" and taxonomy; the audit event 4688 in place of Sysmon's event 1.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

SERVICES: dict[str, tuple[str, ...]] = {
    "security": ("security",),
    "system": ("system",),
    "application": ("application",),
    "directory-service": ("directory service",),
    "authentication": ("microsoft-windows-authentication/authenticationpolicyfailures-domaincontroller",),
    "ntlm": ("microsoft-windows-ntlm/operational",),
    "sysmon": ("microsoft-windows-sysmon/operational",),
    "powershell": ("microsoft-windows-powershell/operational", "powershellcore/operational"),
    "powershell-classic": ("windows powershell",),
    "taskscheduler": ("microsoft-windows-taskscheduler/operational",),
    "wmi": ("microsoft-windows-wmi-activity/operational",),
    "winrm": ("microsoft-windows-winrm/operational",),
    "windefend": ("microsoft-windows-windows defender/operational",),
    "dns-server": ("dns server",),
    "dns-server-audit": ("microsoft-windows-dns-server/audit", "microsoft-windows-dnsserver/audit"),
    "dns-server-analytic": ("microsoft-windows-dns-server/analytical",),
    "dns-client": ("microsoft-windows-dns client events/operational",),
    "driver-framework": ("microsoft-windows-driverframeworks-usermode/operational",),
    "applocker": (
        "microsoft-windows-applocker/msi and script",
        "microsoft-windows-applocker/exe and dll",
        "microsoft-windows-applocker/packaged app-deployment",
        "microsoft-windows-applocker/packaged app-execution",
    ),
    "msexchange-management": ("msexchange management",),
    "printservice-admin": ("microsoft-windows-printservice/admin",),
    "printservice-operational": ("microsoft-windows-printservice/operational",),
    "terminalservices-localsessionmanager": ("microsoft-windows-terminalservices-localsessionmanager/operational",),
    "terminalservices-remoteconnectionmanager": ("microsoft-windows-terminalservices-remoteconnectionmanager/operational",),
    "kerberos-key-distribution-center": ("microsoft-windows-kerberos-key-distribution-center/operational",),
    "rdpcorets": ("microsoft-windows-remotedesktopservices-rdpcorets/operational",),
    "smbclient-security": ("microsoft-windows-smbclient/security",),
    "smbclient-connectivity": ("microsoft-windows-smbclient/connectivity",),
    "smbserver-connectivity": ("microsoft-windows-smbserver/connectivity",),
    "codeintegrity-operational": ("microsoft-windows-codeintegrity/operational",),
    "security-mitigations": (
        "microsoft-windows-security-mitigations/kernel mode",
        "microsoft-windows-security-mitigations/user mode",
    ),
    "firewall-as": ("microsoft-windows-windows firewall with advanced security/firewall",),
    "bits-client": ("microsoft-windows-bits-client/operational",),
    "bitlocker": ("microsoft-windows-bitlocker/bitlocker management",),
    "ldap": ("microsoft-windows-ldap-client/debug",),
    "ldap_debug": ("microsoft-windows-ldap-client/debug",),
    "lsa-server": ("microsoft-windows-lsa/operational",),
    "capi2": ("microsoft-windows-capi2/operational",),
    "certificateservicesclient-lifecycle-system": ("microsoft-windows-certificateservicesclient-lifecycle-system/operational",),
    "kernel-event-tracing": ("microsoft-windows-kernel-eventtracing",),
    "ntfs": ("microsoft-windows-ntfs/operational",),
    "openssh": ("openssh/operational",),
    "shell-core": ("microsoft-windows-shell-core/operational",),
    "diagnosis-scripted": ("microsoft-windows-diagnosis-scripted/operational",),
    "vhdmp": ("microsoft-windows-vhdmp/operational",),
    "hyper-v-worker": ("microsoft-windows-hyper-v-worker",),
    "iis-configuration": ("microsoft-iis-configuration/operational",),
    "appxdeployment-server": ("microsoft-windows-appxdeploymentserver/operational",),
    "appxpackaging-om": ("microsoft-windows-appxpackaging/operational",),
    "appmodel-runtime": ("microsoft-windows-appmodel-runtime/admin",),
    "kernel-shimengine": ("microsoft-windows-kernel-shimengine/operational",),
    "microsoft-servicebus-client": ("microsoft-servicebus-client",),
    "sense": ("microsoft-windows-sense/operational",),
}
"""Service to its channels, in lower case."""
_CHANNELS = frozenset(channel for channels in SERVICES.values() for channel in channels)
_PROVIDERS = {
    "microsoft-windows-security-auditing": "security",
    "ad fs auditing": "security",
    "service control manager": "system",
    "microsoft-windows-directory-services-sam": "system",
    "microsoft-windows-activedirectory_domainservice": "directory service",
    "ntds ldap": "directory service",
    "ntds general": "directory service",
    "ntds isam": "directory service",
    "esent": "application",
    "microsoft-windows-dnsserver": "microsoft-windows-dnsserver/audit",
    "microsoft-windows-dns-server-service": "dns server",
    "microsoft-windows-winrm": "microsoft-windows-winrm/operational",
    "microsoft-windows-taskscheduler": "microsoft-windows-taskscheduler/operational",
    "microsoft-windows-ntlm": "microsoft-windows-ntlm/operational",
    "microsoft-windows-security-netlogon": "microsoft-windows-ntlm/operational",
}
"""A collector may keep an event under a channel of its own; then the provider tells whose log it is."""

Fields = Mapping[str, str]


def log_of(channel: str, provider: str) -> str:
    """Canonical name of the log an event is from, in lower case."""
    name = channel.lower()
    return name if name in _CHANNELS else _PROVIDERS.get(provider.lower(), name)


class Source(Struct, frozen=True, kw_only=True):
    """What a log source means here. channels None: any Windows log. event_ids None: any event. why: set when it cannot run."""

    channels: frozenset[str] | None = None
    event_ids: frozenset[int] | None = None
    names: Mapping[str, str] = {}
    note: str = ""
    why: str = ""


_PROCESS_CREATION = Source(
    channels=frozenset({"security"}),
    event_ids=frozenset({4688}),
    names={
        "Image": "NewProcessName",
        "ParentImage": "ParentProcessName",
        "ProcessId": "NewProcessId",
        "ParentProcessId": "ProcessId",
        "LogonId": "SubjectLogonId",
        "User": "User",
        "IntegrityLevel": "IntegrityLevel",
    },
    note="process_creation is read from event 4688 of Security: Image is NewProcessName, ParentImage ParentProcessName, "
    "ParentProcessId ProcessId, ProcessId NewProcessId, User the subject, IntegrityLevel the mandatory label",
)


def source_of(product: str | None, category: str | None, service: str | None) -> Source:
    """What a rule's log source means, or why it cannot run."""
    product, category, service = ((one or "").strip().lower() for one in (product, category, service))
    said = ", ".join(
        f"{name} {value}" for name, value in (("product", product), ("category", category), ("service", service)) if value
    )
    if product not in ("windows", ""):
        return Source(why=f"its events are not kept here ({said}): only Windows events are")
    if category == "process_creation" and service in ("", "security"):
        return _PROCESS_CREATION
    if category:
        return Source(
            why=f"its events are not kept here ({said}): of the categories only process_creation is read, from event 4688"
        )
    if service:
        channels = SERVICES.get(service)
        if channels is None:
            return Source(why=f"no Windows log is known by its source ({said})")
        return Source(channels=frozenset(channels))
    return Source()


# ---- fields that an event does not have under this name, made from those it has


_LABELS = {
    "S-1-16-0": "Untrusted",
    "S-1-16-4096": "Low",
    "S-1-16-8192": "Medium",
    "S-1-16-8448": "Medium",
    "S-1-16-12288": "High",
    "S-1-16-16384": "System",
}  # [MS-DTYP] 2.4.2.4; the words are Sysmon's


def _user(fields: Fields) -> str:
    """DOMAIN\\name as Sysmon writes it; the computer's own account is SYSTEM when the subject's SID says so."""
    if fields.get("SubjectUserSid") == "S-1-5-18":
        return "NT AUTHORITY\\SYSTEM"
    name, domain = fields.get("SubjectUserName", ""), fields.get("SubjectDomainName", "")
    return f"{domain}\\{name}" if name and domain else name


def _integrity(fields: Fields) -> str:
    label = fields.get("MandatoryLabel", "")
    return _LABELS.get(label, label)


DERIVED: dict[str, Callable[[Fields], str]] = {"User": _user, "IntegrityLevel": _integrity}
"""Of event 4688 only."""
DERIVED_FROM = {"User": "SubjectUserName", "IntegrityLevel": "MandatoryLabel"}
