"""Live sources: how each one is set up, and how it is doing."""

from msgspec import Struct

from app.model.rows import Problem


class CaptureSource(Struct, frozen=True, kw_only=True, tag_field="kind", tag="capture"):
    """Packets of network interfaces; filter: pcap filter text, empty for the program's own choice of identity traffic."""

    interfaces: tuple[str, ...]
    filter: str = ""


class GrowingSource(Struct, frozen=True, kw_only=True, tag_field="kind", tag="growing"):
    """A capture file that another program still writes; "-" is standard input."""

    path: str


class SyslogSource(Struct, frozen=True, kw_only=True, tag_field="kind", tag="syslog"):
    """A syslog listener. transport: udp, tcp or tls; certificate and key: PEM files, needed for tls."""

    transport: str = "udp"
    address: str = "0.0.0.0"
    port: int = 514
    certificate: str = ""
    key: str = ""


class RadiusSource(Struct, frozen=True, kw_only=True, tag_field="kind", tag="radius"):
    """A RADIUS accounting listener (RFC 2866). secret: name of the shared secret in the keyring, never the secret itself."""

    address: str = "0.0.0.0"
    port: int = 1813
    secret: str = ""
    places: str = ""


class DirectorySource(Struct, frozen=True, kw_only=True, tag_field="kind", tag="directory"):
    """Synchronisation of a directory over LDAP. url: ldaps://host or ldap://host (StartTLS is then demanded).

    user: UPN or DN for a simple bind, empty for SASL GSSAPI with the ticket at hand. secret: name of the password in the
    keyring. authorities: PEM file of trusted certificates, empty for the system's. every: seconds between two synchronisations.
    state: file beside the workspace that keeps what the last synchronisation knew, empty to know nothing after a restart.
    since: UTC microseconds up to which another sensor synchronised this directory: what was created or deleted later is told
    although nothing is known yet, None when nobody did.
    """

    url: str
    user: str = ""
    secret: str = ""
    authorities: str = ""
    every: int = 300
    state: str = ""
    since: int | None = None


class WindowsLogSource(Struct, frozen=True, kw_only=True, tag_field="kind", tag="windows-log"):
    """The event log of this Windows machine, from the bookmark on: all channels that are read, where it has them.

    state: folder beside the workspace that keeps the bookmarks, empty for that of the settings.
    """

    channels: tuple[str, ...] = (
        "Security",
        "System",
        "Directory Service",
        "Microsoft-Windows-NTLM/Operational",
        "ForwardedEvents",
        "Application",
        "DNS Server",
        "Microsoft-Windows-DNSServer/Audit",
        "Microsoft-Windows-Kerberos-Key-Distribution-Center/Operational",
        "Microsoft-Windows-Authentication/AuthenticationPolicyFailures-DomainController",
        "Microsoft-Windows-TaskScheduler/Operational",
        "Microsoft-Windows-PrintService/Admin",
        "Microsoft-Windows-PrintService/Operational",
        "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational",
        "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
        "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
        "Microsoft-Windows-WMI-Activity/Operational",
        "Microsoft-Windows-WinRM/Operational",
        "Microsoft-Windows-Sysmon/Operational",
        "Microsoft-Windows-PowerShell/Operational",
        "PowerShellCore/Operational",
        "Windows PowerShell",
    )
    state: str = ""


class TraceSource(Struct, frozen=True, kw_only=True, tag_field="kind", tag="trace"):
    """An event trace session of this Windows machine (ETW)."""

    session: str = "Wardlight"


class ResolverSource(Struct, frozen=True, kw_only=True, tag_field="kind", tag="resolver"):
    """Asks computers on the network for their names, which is off unless the user switches it on.

    methods: rpc-ntlm (TCP 135), netbios-status (UDP 137), rdp-tls (TCP 3389). server: DNS server for reverse DNS, which is
    only asked when these say nothing or disagree; empty: not at all. rate: addresses a second. again: seconds until one
    address is asked once more. within: networks (CIDR) that may be asked, private ones when empty.
    """

    methods: tuple[str, ...] = ("rpc-ntlm", "netbios-status", "rdp-tls")
    server: str = ""
    rate: float = 5.0
    again: int = 3600
    within: tuple[str, ...] = ()


class HubSource(Struct, frozen=True, kw_only=True, tag_field="kind", tag="hub"):
    """What the sensors of a hub send (docs/hub.md). secret: name in the keyring of the line of `wardlight hub add-analyst`.

    file: a file with that line instead. url, workspace: where the line leads, for people. position: tells this reader of the
    stream from others, empty for one made of the workspace.
    """

    secret: str = ""
    file: str = ""
    url: str = ""
    workspace: str = ""
    position: str = ""


LiveSource = (
    CaptureSource
    | GrowingSource
    | SyslogSource
    | RadiusSource
    | DirectorySource
    | WindowsLogSource
    | TraceSource
    | ResolverSource
    | HubSource
)


class Skipped(Struct, frozen=True, kw_only=True):
    """Traffic of one class that a capture left out so that its machine keeps room, since it began; flows: how many were."""

    what: str
    packets: int
    bytes: int
    flows: int


class SourceState(Struct, frozen=True, kw_only=True):
    """How one live source is doing. state: starting, running, failed (tried again by itself), stopped (over for good).

    error: one sentence that says why it failed, or why it stopped when nobody asked it to.
    since, last: UTC microseconds of the start and of what came last. records, bytes: received so far; dropped: of them lost,
    each loss a problem with its count. rate: records per second of late. level: how much its governor lets it analyse, 1 for
    all; skipped: what it left out for that, which counts as dropped too. restarts: how often it began again for want of memory.
    expires: UTC microseconds of the end of the password (of a directory) or the certificate (of a listener) that it uses.
    waiting: messages known to wait on its hub; pressed: they are about to be removed there.
    """

    id: str
    kind: str
    label: str
    state: str
    since: int = 0
    last: int | None = None
    records: int = 0
    bytes: int = 0
    activities: int = 0
    dropped: int = 0
    rate: float = 0.0
    waiting: int = 0
    pressed: bool = False
    problems: tuple[Problem, ...] = ()
    error: str = ""
    level: float = 1.0
    skipped: tuple[Skipped, ...] = ()
    restarts: int = 0
    expires: int | None = None
