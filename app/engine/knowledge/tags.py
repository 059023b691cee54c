"""Words beside an entity that follow from what is known: what it is, what it serves, how it stands in the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.knowledge.guests import MACHINES
from app.model.tags import HONEYTOKEN, SENSITIVE

if TYPE_CHECKING:
    from app.engine.knowledge import Knowledge
    from app.model.directory import DirectoryObject

TAGS: tuple[str, ...] = (
    "Controller", "DNS server", "DHCP server", "Certificate authority", "Exchange server", "SQL server", "AD FS", "VPN gateway",
    SENSITIVE, HONEYTOKEN, "Disabled", "Locked", "Expired", "Deleted", "New", "Unknown to the KDC", "VPN pool", "Shared address",
    "Unresolved",
)  # fmt: skip
"""Every tag that the program gives, in the order in which they are shown; an analyst may give these and others."""
DAY = 86_400_000_000
NEW = 30 * DAY
DISABLED, LOCKOUT = 0x2, 0x10
"""Bits of userAccountControl (MS-ADTS section 2.2.16)."""
EXCHANGE_GROUPS = frozenset({"exchange servers", "exchange trusted subsystem", "exchange install domain servers"})
SHARED = 2
"""Computers that signed in from one address, above which it is nobody's own."""


def automatic(known: Knowledge, key: str, now: int | None = None) -> tuple[str, ...]:
    """Tags of an entity by its key; now: UTC microseconds of the last activity, for what depends on the time."""
    kind, _, rest = key.partition(":")
    found: set[str] = set()
    if kind == "address":
        found |= _of_address(known, rest)
    elif kind == "computer":
        found |= _of_computer(known, rest)
    elif kind == "user":
        domain, _, name = rest.rpartition("\\")
        words = known.account_words(name, domain or None)
        if "unknown" in words and not words & {"signed in", "exists"}:
            found.add("Unknown to the KDC")
        if known.why_sensitive(key):
            found.add(SENSITIVE)
        found |= _standing(known, name, domain)
    if kind in ("user", "computer", "group"):
        own = known.directory.state(known.object_of(key))
        if own is not None:
            found |= of_object(own.object, own.last if now is None else now)
            if kind != "user" and known.directory.why_sensitive(known.object_of(key) or ("", "", 0)):
                found.add(SENSITIVE)
    return tuple(tag for tag in TAGS if tag in found)


def _of_address(known: Knowledge, ip: str) -> set[str]:
    found = {"Unresolved"}
    if known.is_controller(ip):
        found.add("Controller")
    if known.is_name_server(ip):
        found.add("DNS server")
    if ip in known.sessions.pool():
        found.add("VPN pool")
    if any(ip == gateway for gateway in known.gateways()):
        found.add("VPN gateway")
    names = known.addresses.names(ip, known.accounts.dns_domains)
    if sum(1 for _, spans in names if any(span[3] in MACHINES for span in spans)) > SHARED:
        found.add("Shared address")
    return found


def _of_computer(known: Knowledge, name: str) -> set[str]:
    found = set()
    if known.computer_entity(name).kind == "controller":
        found.add("Controller")
    found |= known.serves(name)
    own = known.object_of(f"computer:{name}")
    state = known.directory.state(own)
    if own is not None and state is not None:
        groups = known.directory.names(known.directory.groups(own, nested=False))
        if any(group.lower() in EXCHANGE_GROUPS for group in groups):
            found.add("Exchange server")
    return found


def _standing(known: Knowledge, name: str, domain: str) -> set[str]:
    """Disabled, locked, deleted as the logs tell: the later word counts."""
    words = known.accounts.words((name, domain))
    found = set()
    for bad, good, tag in (
        ("disabled", "enabled", "Disabled"),
        ("locked", "unlocked", "Locked"),
        ("deleted", "created", "Deleted"),
    ):
        if bad in words and (good not in words or words[good][1] < words[bad][1]):
            found.add(tag)
    return found


def of_object(one: DirectoryObject, now: int) -> set[str]:
    """Disabled, locked, expired, deleted, new, as the directory tells."""
    found = set()
    if one.deleted:
        found.add("Deleted")
    if one.uac is not None and one.uac & DISABLED:
        found.add("Disabled")
    if (one.uac is not None and one.uac & LOCKOUT) or one.facts.get("lockoutTime", "0") not in ("", "0"):
        found.add("Locked")
    if one.expires is not None and 0 < one.expires <= now:
        found.add("Expired")
    if one.created is not None and 0 <= now - one.created < NEW:
        found.add("New")
    return found
