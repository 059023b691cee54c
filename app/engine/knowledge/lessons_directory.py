"""What directory objects and RADIUS accounting teach about accounts, computers, domains, addresses."""

import re
from collections.abc import Callable
from typing import Any

from app.engine.knowledge.names import host, is_address
from app.engine.knowledge.parts import Parts
from app.model.activity import Activity
from app.model.details import RadiusAccounting
from app.model.directory import DirectoryChange, DirectoryObject

PREFIX = re.compile(r"\AMSRAS-\d-")
"""Windows puts this before its computer name in MS-RAS-Client-Name (RFC 2548 section 2.7.3)."""
NETBIOS_FACTS = ("nETBIOSName", "netbios", "netBIOSName", "netbios_name")
"""Names under which a source may tell a domain's NetBIOS name."""


def learn_object(known: Parts, activity: Activity, one: DirectoryObject) -> None:
    """An object: kept as it is; its domain, its SID, its computer's name."""
    known.directory.learn(one, activity)
    domain = one.domain.lower()
    if one.object_class.lower() == "domaindns" or (one.sam and domain):
        netbios = next((one.facts[name] for name in NETBIOS_FACTS if name in one.facts), None)
        known.accounts.say_domain(netbios if one.object_class.lower() == "domaindns" else None, domain, activity)
    if one.sam and one.part == 0:
        known.accounts.say_sid(one.sid, one.sam, domain, activity)
    if one.dns_name and one.part == 0:
        known.addresses.call(host(one.dns_name), activity)


def learn_change(known: Parts, activity: Activity, change: DirectoryChange) -> None:
    """A change names an account with its SID."""
    if change.sam:
        known.accounts.say_sid(change.sid, change.sam, change.domain, activity)


def learn_accounting(known: Parts, activity: Activity, detail: RadiusAccounting) -> None:
    """A VPN session; the client's own name for the address that it was given."""
    known.sessions.learn(activity, detail)
    if detail.framed_ip and detail.client_name and is_address(detail.framed_ip):
        name = PREFIX.sub("", detail.client_name)
        known.addresses.say(detail.framed_ip, host(name), "radius", activity)


DIRECTORY_LESSONS: dict[type, Callable[[Parts, Activity, Any], object]] = {
    DirectoryObject: learn_object,
    DirectoryChange: learn_change,
    RadiusAccounting: learn_accounting,
}
"""Detail type to the function that learns from it."""
