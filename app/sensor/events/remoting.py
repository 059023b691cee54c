r"""WinRM's own log: a client opened a session with another computer (6), a server was asked for a shell (91).

Both are logged for whoever asked, and tell that by the SID of the record alone; newer versions of Windows write name and address
of the client behind the kind of the shell ("http://... (CORP\alice clientIP: 10.0.0.5)").
Fields: manifest of Microsoft-Windows-WinRM.
"""

import re

from app.model.activity import Account, Endpoint
from app.model.events import EventRemoting
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, account, address, computer, is_here, split_account, text
from app.sensor.events.record import EventRecord

_LOG = Log(
    frozenset({"microsoft-windows-winrm", "microsoft-windows-windows remote management", "windows remote management"}),
    frozenset({"microsoft-windows-winrm/operational"}),
)
_NAMES = {6: "connection", 91: "resourceUri shellId"}
_SYSTEM = frozenset({"S-1-5-18", "S-1-5-19", "S-1-5-20"})
"""The system and its services, which send their logs this way."""
_CONNECTION = re.compile(
    r"^(?:https?://)?(?:[^/@\s]{1,255}@)?(\[[0-9a-f:.%]{2,64}\]|[^/:?@\s\[\]]{1,255})(?::(\d{1,5}))?(/[^?\s]{0,256})?(?:\?|$)",
    re.I,
)
"""Computer, port and path of a connection ("dc1/wsman?PSVersion=5.1.14393.0")."""
_SERVICE = "/wsman"
"""Where WinRM itself listens (MS-WSMV section 2.1); Exchange and others have shells of their own elsewhere."""
_CLIENT = re.compile(r"\(([^()]{1,300}?)\s{1,4}clientIP:\s{0,4}([0-9a-f:.%\[\]]{2,64})\)", re.I)


def target_of(connection: str) -> Endpoint | None:
    """The computer that a connection names, where it is one to WinRM."""
    found = _CONNECTION.match(connection.strip()[:1024])
    if found is None or (found[3] or _SERVICE).rstrip("/").lower() != _SERVICE:
        return None
    name = found[1].strip("[]")
    return None if is_here(name) else computer(name)


def _asked(record: EventRecord, fields: Fields) -> Facts | None:
    to = target_of(text(fields, "connection", "Connection") or "")
    if to is None or record.sid in _SYSTEM:
        return None
    return Facts(account(None, None, record.sid), computer(record.computer), to)


def _shell(record: EventRecord, fields: Fields) -> Facts | None:
    if record.sid in _SYSTEM:
        return None
    who: Account | None = account(None, None, record.sid)
    client = _CLIENT.search((text(fields, "resourceUri", "ResourceUri") or "")[:1024])
    if client is None:
        return Facts(who)
    named = split_account(client[1], record.sid)
    return Facts(named or who, computer(record.computer) if is_here(client[2]) else address(client[2]))


FAMILY = Family(EventRemoting, _LOG, {6: _asked, 91: _shell}, _NAMES)
