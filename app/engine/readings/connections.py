"""Which program connected to a port of Kerberos, as a computer's own log tells it, and how much that says."""

import re
from ipaddress import IPv6Address, ip_address

from msgspec import Struct

from app.engine.readings.commands import base
from app.model.activity import Activity
from app.model.events import EventConnection

PASSWORDS = 464
"""Port of the protocol by which passwords are set (RFC 3244 section 2)."""
_VOLUME = re.compile(r"^(?:\\\?\?\\)?(?:[a-z]:|\\device\\[^\\]{1,80}(?:\\partition\d{1,3})?)(?=\\)", re.I)
_PROFILE = re.compile(r"^\\users\\[^\\]{1,256}\\")
_INSTALLED = re.compile(r"^\\(?:program files(?: \(x86\)| \(arm\))?|programdata\\microsoft\\windows defender[^\\]{0,40})\\")
"""Where only an administrator puts programs, and products lie: Java, MIT Kerberos, agents of monitoring and backup, scanners,
Windows' own defence, which looks for other computers."""
_INTERPRETERS = re.compile(r"^(?:python|pythonw|pypy|perl|ruby|node|powershell|pwsh)[\d.]{0,8}(?:_ise)?\.exe$")
"""They do what they are given, wherever they lie. Java is none of them: it brings a Kerberos that its programs use."""
_RELAYS = frozenset({"\\windows\\system32\\svchost.exe", "system"})
"""The first has the proxy of KDCs (MS-KKDCP) and ports that are passed on (iphlpsvc), the second translates addresses."""
_NOT_TOLD = re.compile(r"^(?:<|&lt;)?unknown process", re.I)
"""What Sysmon writes where the process was over before it looked."""


class Program(Struct, frozen=True, kw_only=True):
    """Who connected. name: for people, "" when it is not told. path: in lower case, without volume and name of the user.

    kind: "installed", "relay" of Windows, "unknown", or "" for any other. port: to which.
    """

    name: str
    path: str
    told: str
    kind: str
    port: int


def program_of(activity: Activity) -> Program | None:
    """The program of an event of this kind; None for other events."""
    event = activity.detail
    if not isinstance(event, EventConnection):
        return None
    told = (event.text("Image", "Application") or "")[:1024]
    port = event.number("DestinationPort", "DestPort") or 0
    if not told or _NOT_TOLD.match(told):
        return Program(name="", path="", told="", kind="unknown", port=port)
    path = _PROFILE.sub(r"\\users\\*\\", _VOLUME.sub("", told.lower()))
    name = base(told)
    if path in _RELAYS:
        kind = "relay"
    elif _INSTALLED.match(path) and not _INTERPRETERS.match(name):
        kind = "installed"
    else:
        kind = ""
    return Program(name=name, path=path, told=told, kind=kind, port=port)


def own_end(activity: Activity) -> tuple[str, int]:
    """Address and port from which the computer connected, as a controller would write them; "" and 0 where they are not told."""
    event = activity.detail
    if not isinstance(event, EventConnection):
        return "", 0
    return _plain(event.text("SourceIp", "SourceAddress")), event.number("SourcePort") or 0


def is_to_itself(activity: Activity) -> bool:
    """True when the addresses of both ends are one."""
    return activity.destination is not None and own_end(activity)[0] == activity.destination.ip


def is_inside(activity: Activity) -> bool:
    """True for an address that networks use inside (RFC 1918, RFC 4193): a port 88 of the Internet is no KDC of a domain."""
    try:
        return activity.destination is not None and ip_address(activity.destination.ip).is_private
    except ValueError:
        return True  # a name: the computer itself


def _plain(text: str | None) -> str:
    try:
        found = ip_address((text or "")[:64].partition("%")[0])
    except ValueError:
        return ""
    return str(found.ipv4_mapped if isinstance(found, IPv6Address) and found.ipv4_mapped is not None else found)
