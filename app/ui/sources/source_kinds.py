"""The kinds of live sources in words: what each one takes in, and where it cannot run."""

import sys
from typing import NamedTuple


class SourceKind(NamedTuple):
    """word: tag of its spec. sentence: what it takes in. start: words of the button. windows: runs on Windows only."""

    word: str
    title: str
    icon: str
    sentence: str
    start: str
    windows: bool = False

    @property
    def here(self) -> bool:
        """Whether it can run on this system."""
        return not self.windows or sys.platform == "win32"


KINDS: tuple[SourceKind, ...] = (
    SourceKind("capture", "Live capture", "sensor", "Packets of network interfaces, as they pass.", "Start capture"),
    SourceKind("growing", "Growing capture", "packet", "A capture file that another program still writes.", "Follow the file"),
    SourceKind("syslog", "Syslog", "log", "Windows events that a SIEM or a forwarder sends.", "Start listening"),
    SourceKind("radius", "RADIUS accounting", "address", "Who got which address from a VPN gateway.", "Start listening"),
    SourceKind("directory", "Directory", "group", "Accounts, computers and groups over LDAP.", "Start synchronising"),
    SourceKind("windows-log", "Windows event log", "log", "The event log of this computer.", "Follow the log", True),
    SourceKind("trace", "Event trace", "activities", "A trace session of this computer (ETW).", "Start tracing", True),
    SourceKind("hub", "Hub of sensors", "link", "What sensors on other computers send.", "Connect"),
    SourceKind("resolver", "Name resolution", "search", "Asks computers on the network for their names.", "Start asking"),
)
"""In the order in which they are offered."""
BY_WORD: dict[str, SourceKind] = {one.word: one for one in KINDS}
ELSEWHERE = "Not available here: it runs on Windows only."
RESOLVING = (
    "Off unless it is started here. Addresses that nothing has named are asked for their names by packets of this computer: "
    "a few a second, private networks only unless others are named. Whoever watches the network sees the questions."
)
METHODS = (
    ("rpc-ntlm", "NTLM over RPC", "TCP 135"),
    ("netbios-status", "NetBIOS status", "UDP 137"),
    ("rdp-tls", "Remote desktop certificate", "TCP 3389"),
)
"""(word of the method, its name, where it asks)."""
STATES = {"starting": "starting", "running": "running", "failed": "failed, tries again", "stopped": "stopped"}
