"""What the fields of a Windows event say of accounts, addresses, computers and codes."""

import re
from functools import lru_cache

from app.model.activity import Account, Endpoint, named
from app.model.addresses import parsed
from app.model.principals import own_sid

Fields = dict[str, str]
LONGEST_NAME, LONGEST_ADDRESS = 255, 64
"""Characters of a computer's name (RFC 1035 section 2.3.4), of an address with its zone."""
NOTHING = frozenset({"", "-", "--", "N/A", "(NULL)", "NULL", "null", "%%1793", "UNKNOWN"})
"""Values by which Windows says that there is none."""
NOBODY = frozenset({"S-1-0-0", "NULL SID", "NONE_MAPPED"})
_NO_COMPUTER = frozenset({"localhost", "workstation", "mstsc", "null", "unknown", "none", "workgroup", "*smbserver", "*smbserv"})
"""Words that tools and RDP clients write where the name of a computer is due."""
_NEVER_IN_NAMES = frozenset(" /\\@,=*?<>|\"'\0\t\r\n")
_HERE = frozenset(
    {
        "local",
        "lokal",
        "locale",
        "localhost",
    }
)
"""Names by which a computer calls itself, and the word of remote desktop for its console, in lower case."""
_BARE = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{8}", re.I)
"""A code whose writer left out the 0x, where it cannot be a decimal number."""
WELL_KNOWN = {
    "S-1-5-7": ("ANONYMOUS LOGON", "NT AUTHORITY"),
    "S-1-5-18": ("SYSTEM", "NT AUTHORITY"),
    "S-1-5-19": ("LOCAL SERVICE", "NT AUTHORITY"),
    "S-1-5-20": ("NETWORK SERVICE", "NT AUTHORITY"),
}
"""Accounts that have the same SID everywhere (MS-DTYP section 2.4.2.4)."""


def text(fields: Fields, *names: str) -> str | None:
    """The first of these fields that says something."""
    for name in names:
        value = fields.get(name)
        if value is not None:
            value = value.strip()
            if value not in NOTHING:
                return value
    return None


def number(value: str | None) -> int | None:
    """A decimal or 0x number of at most 64 bits, as it is written in events; None for anything else."""
    if value is None or len(value) > 24:
        return None
    value = value.strip()
    try:
        found = int(value, 16) if value[:2] in ("0x", "0X") else int(value)
    except ValueError:
        return None
    return found if -(1 << 63) <= found < 1 << 63 else None


def status(fields: Fields, *names: str) -> int | None:
    """The first of these fields that is a code of 32 bits, unsigned as specifications write it, with its sign extended or not."""
    for name in names:
        value = fields.get(name)
        found = number(value)
        if found is not None:
            return found & 0xFFFFFFFF
        if value is not None and len(value) < 24 and _BARE.fullmatch(value.strip().lower().removeprefix("0xffffffff")):
            return int(value.strip()[-8:], 16)
    return None


def account(name: str | None, domain: str | None = None, sid: str | None = None) -> Account | None:
    """An account as the event names it; by its SID where it has no name, None where it has neither.

    Windows' own principals have the same SID everywhere, so that they have it where the event tells only what they are called.
    """
    if sid is not None and (sid in NOTHING or sid in NOBODY):
        sid = None
    if sid is None and domain is not None and name is not None:
        sid = own_sid(name, domain)
    name = "" if name is None else name.strip()
    if name in NOTHING:
        if sid is None:
            return None
        known = WELL_KNOWN.get(sid)
        return Account(name=sid, sid=sid) if known is None else Account(name=known[0], domain=known[1], sid=sid)
    return Account(name=name, domain=None if domain is None or domain in NOTHING else domain, sid=sid)


def subject(fields: Fields) -> Account | None:
    """Who did it: SubjectUserName, SubjectDomainName, SubjectUserSid."""
    return account(fields.get("SubjectUserName"), fields.get("SubjectDomainName"), fields.get("SubjectUserSid"))


def target(fields: Fields) -> Account | None:
    """Whom it is about: TargetUserName, TargetDomainName, TargetUserSid or TargetSid."""
    sid = fields.get("TargetUserSid")
    return account(fields.get("TargetUserName"), fields.get("TargetDomainName"), fields.get("TargetSid") if sid is None else sid)


def split_account(value: str | None, sid: str | None = None) -> Account | None:
    r"""The account of one text: "CORP\alice", "alice@corp.test", "alice"."""
    if value is None:
        return account(None, None, sid)
    domain, slash, name = value.rpartition("\\")
    if slash:
        return account(name, domain, sid)
    name, at, domain = value.rpartition("@")
    return account(name, domain, sid) if at and name else account(value, None, sid)


def computer(name: str | None) -> Endpoint | None:
    r"""The end that is the computer of this name, "\\WS1", "WS1$" or "ws1.corp.test"; an address is taken as one."""
    return None if name is None or len(name) > LONGEST_NAME else _computer(name)


@lru_cache(4096)
def _computer(name: str) -> Endpoint | None:
    value = name.strip().lstrip("\\")
    if value in NOTHING:
        return None
    if value[0].isdigit() or ":" in value:
        found = address(value)
        if found is not None:
            return found
        value = value.partition(":")[0]
    if value.lower() in _NO_COMPUTER or not _NEVER_IN_NAMES.isdisjoint(value):
        return None
    end = named(value)
    return end if end.host else None


@lru_cache(4096)
def _split(value: str) -> tuple[str, str]:
    """An address in its shortest spelling and the port behind it; "" for the computer itself, "-" for what is no address."""
    value = value.strip()
    if value.lower() in _HERE:
        return "", ""
    found = parsed(value) if value not in NOTHING else None
    if found is None or found[0].is_unspecified:
        return "-", ""
    return "" if found[0].is_loopback else str(found[0]), found[1]


def address(ip: str | None, port: str | None = None) -> Endpoint | None:
    """The end of an IpAddress and IpPort, or of both in one; None when it is no address or the logging computer's own."""
    if ip is None or len(ip) > LONGEST_ADDRESS:
        return None
    plain, behind = _split(ip)
    if plain in ("", "-"):
        return None
    return Endpoint(plain, port_of(port) or port_of(behind))


def is_here(ip: str | None) -> bool:
    """True when an address means the logging computer itself: ::1, 127.0.0.1, LOCAL."""
    return ip is not None and len(ip) <= LONGEST_ADDRESS and _split(ip)[0] == ""


def port_of(value: str | None) -> int:
    """A port, 0 when there is none."""
    if value is None or len(value) > 5 or not (value.isascii() and value.isdigit()):
        return 0
    found = int(value)
    return found if found < 65536 else 0


def origin(fields: Fields, logged_by: str, *names: str) -> Endpoint | None:
    """Where it came from: IpAddress and IpPort, else the computer that one of these fields names."""
    ip = fields.get("IpAddress")
    if ip is not None:
        found = address(ip, fields.get("IpPort"))
        if found is not None:
            return found
        if is_here(ip):
            return computer(logged_by)
    return computer(text(fields, *names)) if names else None
