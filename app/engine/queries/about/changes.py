"""Changes of the directory by and of an entity, whoever tells them; all changes are read once and found by whom they concern."""

from collections.abc import Sequence

from app.engine.changes import Change, actor_of, changes_of, object_of
from app.engine.changes.reading import READERS
from app.engine.context import Context
from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.model.about import ChangeRow
from app.model.activity import Activity
from app.model.details import RpcCall

READS = tuple(one for one in READERS if one is not RpcCall)
CALLS = (RpcCall,)
"""Most calls change nothing, so fewer of them are read."""
MOST, MOST_CALLS, MOST_ROWS = 50_000, 20_000, 1_000
"""Activities and calls that are read for all entities together; rows that are kept of one."""
LONGEST, VALUES = 1_000, 40
"""Characters of one value and values of one change that are told."""
DEEDS = {
    "create": "created", "delete": "deleted", "rename": "renamed", "move": "moved", "set": "set", "add": "added to",
    "remove": "removed from", "touch": "written",
}  # fmt: skip
WORDS = {
    "unicodepwd": "password", "member": "members", "useraccountcontrol": "account options",
    "serviceprincipalname": "service names",
    "ntsecuritydescriptor": "rights", "samaccountname": "account name", "msds-allowedtodelegateto": "delegation",
    "msds-allowedtoactonbehalfofotheridentity": "who may act on its behalf", "msds-keycredentiallink": "key credentials",
    "primarygroupid": "primary group", "sidhistory": "SID history", "admincount": "protection of administrators",
    "dnshostname": "DNS name", "userprincipalname": "user principal name", "displayname": "display name",
}  # fmt: skip
"""Attributes in words; others by their name."""
Indexed = dict[str, list[ChangeRow]]
"""Key of an entity to the changes by and of it, oldest first."""


def changes(known: Knowledge, activities: Sequence[Activity]) -> Indexed:
    """Changes that activities tell of, in order of time, by every entity that they concern."""
    ctx = Context(known, Memory())
    found: Indexed = {}
    for one in activities:
        told = changes_of(one, ctx)
        who = actor_of(one, ctx) if told else None
        for change in told:
            subject = object_of(change, ctx, one.at)
            for key in {who.key if who is not None else "", subject.key if subject is not None else ""} - {""}:
                rows = found.setdefault(key, [])
                rows.append(
                    ChangeRow(
                        at=one.at, what=_what(change), who=who, whom=subject, name=change.name[:LONGEST],
                        own=who is not None and key == who.key, old=_values(known, change.old), new=_values(known, change.new),
                        result=one.result, proof=one.id,
                    )
                )  # fmt: skip
                if len(rows) > 2 * MOST_ROWS:
                    del rows[:-MOST_ROWS]
    return found


def _what(change: Change) -> str:
    deed = DEEDS[change.deed]
    if not change.attribute:
        kind = change.object_class or "object"
        return f"{kind} {deed}"
    name = WORDS.get(change.attribute, change.attribute)
    return f"{name} {deed}" if change.deed not in ("add", "remove") else f"{deed} {name}"


def _values(known: Knowledge, values: Sequence[str]) -> tuple[str, ...]:
    """The first values; behind those that are a SID or a distinguished name, what the directory calls it."""
    return tuple(f"{_called(known, one)}{one[:LONGEST]}" for one in values[:VALUES])


def _called(known: Knowledge, value: str) -> str:
    if len(value) > LONGEST or not (value[:6] == "S-1-5-" or value[:3].lower() == "cn="):
        return ""
    key = known.directory.find(value)
    return f"{known.directory.names([key])[0][:100]}, " if key is not None else ""
