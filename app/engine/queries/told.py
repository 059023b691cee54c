"""What one record says, field by field: events of Windows, objects and changes of directories, RADIUS packets."""

from collections.abc import Iterator

import msgspec

from app.engine import describe
from app.engine.queries import portrait
from app.model.counting import counted
from app.model.details import RadiusAccess, RadiusAccounting
from app.model.directory import DirectoryChange, DirectoryObject
from app.model.events import WindowsEvent

Fact = tuple[str, str, str]
"""Name, value, what the value means or ""."""
MOST = 400
"""Values of one record that are given; the last line says how many more there are."""
PORTS = {5: "virtual", 15: "Ethernet", 19: "wireless"}
"""NAS-Port-Type of VPN, wired and wireless gateways (RFC 2865 section 5.41)."""


def facts(detail: object) -> tuple[Fact, ...]:
    """All that it says; empty for what came in packets that a dissector shows better."""
    if isinstance(detail, WindowsEvent):
        return describe.event_facts(detail)
    if isinstance(detail, DirectoryObject):
        return _cut(list(_object(detail)))
    if isinstance(detail, DirectoryChange):
        return _cut(list(_change(detail)))
    if isinstance(detail, (RadiusAccounting, RadiusAccess)):
        return _cut(list(_radius(detail)))
    return ()


def _cut(found: list[Fact]) -> tuple[Fact, ...]:
    more = len(found) - MOST
    return (*found[:MOST], ("More", counted(more, "value"), "")) if more > 0 else tuple(found)


def _object(one: DirectoryObject) -> Iterator[Fact]:
    yield "Class", one.object_class, ""
    for name, value in (("Name", one.sam), ("Domain", one.domain), ("DNS name", one.dns_name), ("GUID", one.guid)):
        if value:
            yield name, value, ""
    if one.uac is not None:
        yield "userAccountControl", f"0x{one.uac & 0xFFFFFFFF:X}", portrait.in_words(one.uac, portrait.UAC)
    for name, value, _ in portrait.object_facts(one, ""):
        if name != "Account options":
            yield name, value, ""
    if one.primary_group is not None:
        yield "Primary group", str(one.primary_group), "its number in the domain (RID)"
    if one.parts > 1:
        yield "Part", f"{one.part + 1} of {one.parts}", "a long list of members is spread over several activities"
    for member in one.members:
        yield "Member", member, ""


def _change(one: DirectoryChange) -> Iterator[Fact]:
    texts = (("Change", one.what), ("Object", one.dn), ("Class", one.object_class), ("Name", one.sam), ("Domain", one.domain),
             ("SID", one.sid), ("GUID", one.guid), ("Attribute", one.attribute))  # fmt: skip
    for name, value in texts:
        if value:
            yield name, value, ""
    for name, values in (("Before", one.old), ("After", one.new)):
        for value in values:
            yield name, value, ""
    if one.usn is not None:
        yield "uSNChanged", str(one.usn), ""


def _radius(one: RadiusAccounting | RadiusAccess) -> Iterator[Fact]:
    for name, value in msgspec.structs.asdict(one).items():
        if value in (None, "", False):
            continue
        words = name.replace("_", " ").capitalize().replace("Nas", "NAS").replace(" ip", " IP").replace("Eap", "EAP")
        meaning = ""
        if name == "event_at":
            value = portrait.minute(int(value))
        elif name == "nas_port_type":
            meaning = PORTS.get(int(value), "")
        elif name in ("session_seconds", "delay_seconds"):
            meaning = f"{int(value) // 60:,} min" if int(value) >= 120 else ""
        yield words, str(value), meaning
