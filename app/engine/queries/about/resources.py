"""What an entity used and what it was asked for: shares, files, calls, searches, services, each summed in one row."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from app.engine.knowledge import Knowledge
from app.model.about import Read, Resource, Resources
from app.model.activity import Activity
from app.model.details import KerberosTgs, LdapSearch, RpcCall, SmbFile, SmbTree
from app.model.entity import EntityRef
from app.model.events import EventService, EventShare, EventTask

READS = (SmbTree, SmbFile, RpcCall, LdapSearch, KerberosTgs, EventShare, EventService, EventTask)
LONGEST = 400
"""Characters of a name."""


class _Sum(Struct):
    count: int = 0
    failed: int = 0
    first: int = 0
    last: int = 0
    proof: str = ""


def resources(known: Knowledge, key: str, activities: Sequence[Activity], read: Read) -> Resources:
    """Sums of activities in order of time; key: of the entity whose activities they are."""
    sums: dict[tuple[str, str, EntityRef | None, bool], _Sum] = {}
    kinds: Counter[str] = Counter()
    for one in activities:
        told = _named(one)
        if told is None:
            continue
        who = known.account_entity(one)
        origin = known.end(one.source.ip, one.at)[0] if one.source else None
        target = known.end(one.destination.ip, one.at)[0] if one.destination else None
        asked = key in (who.key if who else "", origin.key if origin else "")
        other = target if asked else who or origin
        found = sums.setdefault((*told, other, asked), _Sum(first=one.at))
        kinds[told[0]] += 1
        found.count += 1
        found.failed += one.result != "success"
        found.last, found.proof = one.at, one.id
    rows = [
        Resource(
            kind=kind, name=name, other=other, asked=asked, count=one.count, failed=one.failed, first=one.first, last=one.last,
            proof=one.proof,
        )
        for (kind, name, other, asked), one in sums.items()
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row.count, row.kind, row.name, row.other.key if row.other else ""))
    return Resources(rows=tuple(rows), kinds=tuple(kinds.most_common()), read=read)


def _named(one: Activity) -> tuple[str, str] | None:
    """Kind and name of what was used; None where nothing is named."""
    detail = one.detail
    kind, name = "", ""
    if isinstance(detail, SmbTree):
        kind, name = ("pipe share" if detail.share_type == "pipe" else "share"), detail.path or detail.name
    elif isinstance(detail, SmbFile):
        kind, name = "file", f"{detail.path}\\{detail.name}".strip("\\") if detail.path else detail.name
    elif isinstance(detail, RpcCall):
        called = detail.operation or f"operation {detail.opnum}"
        kind, name = "remote call", f"{detail.name or detail.interface or 'unknown interface'} {called}"
    elif isinstance(detail, LdapSearch):
        kind, name = "LDAP search", f"{detail.filter or '(no filter)'} under {detail.base or 'the root'}"
    elif isinstance(detail, KerberosTgs):
        kind, name = "service ticket", detail.service or ""
    elif isinstance(detail, EventShare):
        path = detail.text("RelativeTargetName")
        kind, name = ("file" if path else "share"), "\\".join(p for p in (detail.text("ShareName") or "", path or "") if p)
    elif isinstance(detail, EventService):
        kind, name = "service installed", detail.text("ServiceName", "param1") or ""
    elif isinstance(detail, EventTask):
        kind, name = "scheduled task", detail.text("TaskName") or ""
    return (kind, name[:LONGEST]) if name else None
