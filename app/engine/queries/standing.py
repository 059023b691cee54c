"""How an entity stands in the directory and at gateways, as values that a view lays out."""

from collections.abc import Sequence

from app.engine.knowledge import Knowledge
from app.engine.knowledge.sessions import Session
from app.engine.knowledge.states import Key
from app.engine.queries import portrait
from app.engine.queries.access import Access
from app.model.entity import EntityRef
from app.model.rows import DirectoryEntry, Standing, VpnSession

LISTED = 400
"""Groups or members given of one entity; their number is given whole."""
APART = frozenset({"Account options", "Created", "Changed", "Password set", "Expires", *portrait.TIMES})
"""Facts that have a place of their own."""


def standing(access: Access, key: str) -> Standing:
    """All of it; empty where neither a directory nor a gateway told of the entity."""
    known = access.knowledge()
    with access.lock:
        return Standing(
            directory=_entry(access, known, key),
            sessions=tuple(_session(known, one) for one in reversed(portrait.sessions(known, key))),
            said=access.tags().get(key, {}),
        )


def _entry(access: Access, known: Knowledge, key: str) -> DirectoryEntry | None:
    own = known.object_of(key)
    state = known.directory.state(own)
    if own is None or state is None:
        return None
    one = state.object
    direct = known.directory.groups(own, nested=False)
    held = set(direct)
    nested = [group for group in known.directory.groups(own) if group not in held]
    members: list[Key] = []
    every = 0
    if "group" in one.object_class.lower() and "managed" not in one.object_class.lower():
        members = known.directory.members(own, nested=False)
        every = len(known.directory.members(own))

    def refs(keys: Sequence[Key]) -> tuple[EntityRef, ...]:
        return tuple(known.entity_of_object(other) for other in keys[:LISTED])

    return DirectoryEntry(
        source=portrait.source(state, access.kind_of_input),
        at=state.at,
        options=tuple(part for part in portrait.in_words(one.uac, portrait.UAC).split(", ") if part) if one.uac else (),
        groups=refs(direct),
        nested=refs(nested),
        total_nested=len(nested),
        members=refs(members),
        total_members=len(members),
        deeper=max(0, every - len(members)),
        bits=one.uac,
        dates=portrait.dates(one),
        first=state.first,
        facts=tuple((name, value) for name, value, _ in portrait.object_facts(one, "") if name not in APART),
    )


def _session(known: Knowledge, one: Session) -> VpnSession:
    name, domain = one.user
    return VpnSession(
        who=known.account(name, domain or None) if name else None,
        name=f"{domain}\\{name}" if domain else name,
        inside=one.framed,
        outside=one.outside,
        place=one.place,
        gateway=one.nas,
        first=one.start,
        last=one.end,
        over=one.over,
        proof=one.proof,
    )
