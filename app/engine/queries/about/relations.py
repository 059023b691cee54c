"""How an entity hangs together with others in the directory: the tree of its groups, members, managers, reports."""

from collections.abc import Sequence

from app.engine.knowledge import Knowledge
from app.engine.knowledge.states import Key, glance
from app.engine.queries import portrait
from app.engine.queries.access import Access
from app.model.about import Node, Relations
from app.model.entity import EntityRef

NODES, LISTED, DEEPEST = 400, 400, 24
"""Lines of the tree of groups, members or reports that are given, depth of the tree and of a chain of managers."""


class Reports:
    """Who manages whom: distinguished name of a manager in lower case to the objects that name it. Made once for a knowledge."""

    def __init__(self, known: Knowledge) -> None:
        self.of: dict[str, list[Key]] = {}
        for key, states in known.directory.states.seen.items():
            body = states[-1][2]
            if b"manager" not in body or key[2]:
                continue
            manager = glance(body).facts.get("manager")
            if manager:
                self.of.setdefault(manager.lower(), []).append(key)


def relations(access: Access, known: Knowledge, reports: Reports, key: str) -> Relations:
    """All of it; empty for what no directory knows. Hold the lock of the knowledge."""
    own = known.object_of(key)
    state = known.directory.state(own)
    if own is None or state is None:
        return Relations()
    direct: list[Key] = []
    nested = 0
    if _is_group(known, own):
        direct = known.directory.members(own, nested=False)
        nested = max(0, len(known.directory.members(own)) - len(direct))
    under = reports.of.get(state.object.dn.lower(), [])
    return Relations(
        source=portrait.source(state, access.kind_of_input),
        at=state.at,
        groups=_tree(known, own),
        total_groups=len(known.directory.groups(own)),
        members=tuple(_node(known, one) for one in _sorted(known, direct)[:LISTED]),
        total_members=len(direct),
        nested_members=nested,
        managers=_chain(known, own, state.object.facts.get("manager", "")),
        reports=tuple(known.entity_of_object(one) for one in _sorted(known, under)[:LISTED]),
        total_reports=len(under),
    )


def members_of(known: Knowledge, key: str) -> tuple[Node, ...]:
    """Direct members of a group, the first ones, groups before others."""
    own = known.object_of(key)
    return tuple(_node(known, one) for one in _sorted(known, known.directory.members(own, nested=False))[:LISTED]) if own else ()


def _sorted(known: Knowledge, keys: Sequence[Key]) -> list[Key]:
    names = dict(zip(keys, known.directory.names(keys), strict=True))
    return sorted(keys, key=lambda one: (not _is_group(known, one), names[one].lower(), one))


def _is_group(known: Knowledge, key: Key) -> bool:
    state = known.directory.state(key)
    kind = state.object.object_class.lower() if state is not None else ""
    return "group" in kind and "managed" not in kind


def _node(known: Knowledge, key: Key, depth: int = 0, again: bool = False) -> Node:
    state = known.directory.state(key)
    return Node(
        ref=known.entity_of_object(key),
        depth=depth,
        sensitive=bool(known.directory.why_sensitive(key)),
        again=again,
        members=len(known.directory.members(key, nested=False)) if _is_group(known, key) else 0,
        disabled=state is not None and bool((state.object.uac or 0) & portrait.DISABLED),
    )


def _tree(known: Knowledge, own: Key) -> tuple[Node, ...]:
    """Groups of an object with the groups of these below them; a group stands with its own groups once."""
    found: list[Node] = []
    shown = {own}
    waiting = [(one, 0) for one in reversed(_ranked(known, own))]
    while waiting and len(found) < NODES:
        key, depth = waiting.pop()
        again = key in shown
        shown.add(key)
        above = [] if again or depth >= DEEPEST else _ranked(known, key)
        found.append(_node(known, key, depth, again and bool(_ranked(known, key))))
        waiting += [(one, depth + 1) for one in reversed(above) if one != own]
    return tuple(found)


def _ranked(known: Knowledge, key: Key) -> list[Key]:
    """Direct groups of an object, those that lead to the whole domain first."""
    keys = known.directory.groups(key, nested=False)
    names = dict(zip(keys, known.directory.names(keys), strict=True))
    return sorted(keys, key=lambda one: (not known.directory.why_sensitive(one), names[one].lower(), one))


def _chain(known: Knowledge, own: Key, manager: str) -> tuple[EntityRef, ...]:
    found: dict[Key, EntityRef] = {}
    while manager and len(found) < DEEPEST:
        key = known.directory.find(manager)
        state = known.directory.state(key)
        if key is None or state is None or key == own or key in found:
            break
        found[key] = known.entity_of_object(key)
        manager = state.object.facts.get("manager", "")
    return tuple(found.values())
