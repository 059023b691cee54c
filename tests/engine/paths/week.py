"""An invented week: bob of the helpdesk administers WS1 by a group; a domain administrator signs in there, then bob comes."""

import itertools
from pathlib import Path

from app.model.activity import Account, Activity, Endpoint
from app.model.details import KerberosAs, KerberosTgs, NameObservation, SmbTree
from app.model.directory import DirectoryObject
from app.model.paths import HOUR
from tests.engine.workspace import START, fill

SID = "S-1-5-21-1-2-3"
SMITH, BOB, WS1 = "user:corp.test\\da.smith", "user:corp.test\\bob", "computer:ws1.corp.test"
_frames = itertools.count(1)


def at(hours: float) -> int:
    """UTC microseconds, so many hours after the beginning."""
    return START + int(hours * HOUR)


def make(path: Path) -> Path:
    """A workspace that holds the week."""
    fill(path, {"week": sorted(week(), key=lambda one: (one.at, one.frames, one.record or 0))})
    return path


def act(
    detail: object, hours: float, source: str = "", destination: str = "10.0.0.10", who: str = "", port: int = 445
) -> Activity:
    at = START + int(hours * HOUR)
    number = next(_frames)
    return Activity(
        at=at, until=at, input="week", frames=(number,), source=Endpoint(source, 50_000) if source else None,
        destination=Endpoint(destination, port), account=Account(name=who, domain="CORP.TEST") if who else None, detail=detail,
    )  # type: ignore[arg-type]  # fmt: skip


def thing(rid: int, name: str, kind: str = "user", **more: object) -> Activity:
    held = {"dns_name": f"{name.rstrip('$').lower()}.corp.test"} if kind == "computer" else {}
    one = DirectoryObject(
        dn=f"CN={name},DC=corp,DC=test", object_class=kind, domain="corp.test", sid=f"{SID}-{rid}", sam=name, **held, **more
    )  # type: ignore[arg-type]  # fmt: skip
    return Activity(at=START, until=START, input="week", record=rid, detail=one)


def tickets(who: str, hours: float, source: str) -> list[Activity]:
    ask = KerberosAs(
        client=who, realm="CORP.TEST", service="krbtgt/CORP.TEST", ticket_hash=f"{who}{source}{hours}", ticket_etype=18
    )
    use = KerberosTgs(client=who, realm="CORP.TEST", service="cifs/fs1.corp.test", presented_ticket_hash=f"{who}{source}{hours}")
    return [act(ask, hours, source, who=who, port=88), act(use, hours + 0.01, source, who=who, port=88)]


def week() -> list[Activity]:
    names = {"10.0.0.1": "ws1.corp.test", "10.0.0.2": "ws2.corp.test", "10.0.0.10": "dc1.corp.test"}
    made = [act(NameObservation(address=ip, name=name, method="dhcp"), 0, ip) for ip, name in names.items()]
    made += [
        thing(512, "Domain Admins", "group", members=(f"{SID}-1110",)), thing(1110, "da.smith"), thing(1101, "bob"),
        thing(1102, "carol"), thing(1201, "Helpdesk", "group", members=(f"{SID}-1101", f"{SID}-1102")),
        thing(2001, "WS1$", "computer", facts={"members of Administrators": f"{SID}-1201"}), thing(2002, "WS2$", "computer"),
    ]  # fmt: skip
    for day in range(7):
        made += tickets("bob", 24 * day + 8, "10.0.0.2") + tickets("carol", 24 * day + 8.2, "10.0.0.2")
    made += tickets("da.smith", 30, "10.0.0.1")
    made += [act(SmbTree(name="ADMIN$", path="\\\\ws1\\ADMIN$"), 100, "10.0.0.2", "10.0.0.1", "bob")]
    made += tickets("da.smith", 101, "10.0.0.1")
    return made
