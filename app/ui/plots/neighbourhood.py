"""What the graph shows: entities found step by step, large neighbourhoods folded into groups; plain data."""

from collections.abc import Iterable

from msgspec import Struct

from app.model.entity import EntityRef
from app.model.rows import Edge

FOLD_ABOVE = 10
"""Leaves of one kind around one entity that are folded into one disc."""
MOST_NODES = 250


class Node(Struct, frozen=True, kw_only=True):
    """An entity, or (members set) a fold of several of one kind around one entity."""

    key: str
    ref: EntityRef
    members: tuple[EntityRef, ...] = ()
    weight: int = 0
    alerted: bool = False


class Shown(Struct, frozen=True, kw_only=True):
    """What is drawn; edges are between node keys. hidden: entities left out because the picture is full."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[tuple[str, str, Edge], ...] = ()
    hidden: int = 0


def plural(kind: str) -> str:
    """What several entities of a kind are called."""
    return {"user": "accounts", "service": "services", "group": "groups", "address": "addresses", "domain": "domains"}.get(
        kind, "controllers" if kind == "controller" else "computers"
    )


def within(
    edges: Iterable[Edge], root: str, hidden: frozenset[str] = frozenset(), span: tuple[int, int] | None = None
) -> tuple[Edge, ...]:
    """Edges that touch no hidden kind (the root is never hidden) and whose first to last activity meets the span."""
    return tuple(
        edge
        for edge in edges
        if all(ref.key == root or ref.kind not in hidden for ref in (edge.origin, edge.target))
        and (span is None or (edge.first < span[1] and edge.last >= span[0]))
    )


def shown(root: EntityRef, edges: Iterable[Edge], unfolded: frozenset[str], expanded: frozenset[str]) -> Shown:
    """Fold what hangs on one entity only. unfolded: keys of folds that were opened; expanded: entities that were."""
    refs: dict[str, EntityRef] = {root.key: root}
    kept: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        pair = (edge.origin.key, edge.target.key)
        if pair[0] != pair[1] and (pair not in kept or kept[pair].count < edge.count):
            kept[pair] = edge
            refs.setdefault(pair[0], edge.origin)
            refs.setdefault(pair[1], edge.target)
    beside: dict[str, set[str]] = {key: set() for key in refs}
    weight, alerted = dict.fromkeys(refs, 0), set()
    for (one, other), edge in kept.items():
        beside[one].add(other)
        beside[other].add(one)
        for key in (one, other):
            weight[key] += edge.count
        if edge.alerted:
            alerted |= {one, other}
    folds = _folds(root, refs, beside, alerted, expanded, unfolded)
    name_of = {key: fold for fold, members in folds.items() for key in members}
    ranked = sorted(refs, key=lambda key: (key != root.key, key not in expanded, key not in alerted, -weight[key], key))
    single = [key for key in ranked if key not in name_of]
    drawn = set(single[: max(1, MOST_NODES - len(folds))])
    nodes = [Node(key=key, ref=refs[key], weight=weight[key], alerted=key in alerted) for key in single if key in drawn]
    for fold, members in sorted(folds.items()):
        kinds = refs[members[0]]
        around = fold.split("|")[1]
        if around in drawn:
            ref = EntityRef(kind=kinds.kind, key=fold, label=f"{len(members)}")
            total = sum(weight[key] for key in members)
            hot = fold.endswith("|alert")
            nodes.append(Node(key=fold, ref=ref, members=tuple(refs[key] for key in members), weight=total, alerted=hot))
            drawn.add(fold)
    joined: dict[tuple[str, str], Edge] = {}
    for (one, other), edge in sorted(kept.items()):
        pair = (name_of.get(one, one), name_of.get(other, other))
        if pair[0] in drawn and pair[1] in drawn:
            joined[pair] = _join(joined.get(pair), edge)
    hidden = len(single) - sum(key in drawn for key in single)
    return Shown(nodes=tuple(nodes), edges=tuple((one, other, edge) for (one, other), edge in joined.items()), hidden=hidden)


def _folds(
    root: EntityRef,
    refs: dict[str, EntityRef],
    beside: dict[str, set[str]],
    alerted: set[str],
    expanded: frozenset[str],
    unfolded: frozenset[str],
) -> dict[str, list[str]]:
    """Fold name to members: leaves of one kind on one entity, when there are many; those of alerts apart from the others."""
    leaves: dict[str, list[str]] = {}
    for key in sorted(refs):
        if key != root.key and key not in expanded and len(beside[key]) == 1:
            around = next(iter(beside[key]))
            why = "alert" if key in alerted else "quiet"
            leaves.setdefault(f"fold|{around}|{refs[key].kind}|{why}", []).append(key)
    return {name: members for name, members in leaves.items() if len(members) > FOLD_ABOVE and name not in unfolded}


def _join(before: Edge | None, edge: Edge) -> Edge:
    if before is None:
        return edge
    families = dict(before.families)
    for family, count in edge.families:
        families[family] = families.get(family, 0) + count
    return Edge(
        origin=before.origin,
        target=before.target,
        count=before.count + edge.count,
        families=tuple(families.items()),
        first=min(before.first, edge.first),
        last=max(before.last, edge.last),
        alerted=before.alerted or edge.alerted,
    )
