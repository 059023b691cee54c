"""What the graph shows: edges left after a sketch, what hangs on the same neighbours folded into groups; plain data."""

import zlib
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from app.model.entity import EntityRef
from app.model.graph import Traits
from app.model.rows import Edge
from app.ui.plots.sketch import Sketch

FOLD_ABOVE = 20
"""Entities of one kind with the same neighbours that are folded into one disc."""
LOOSE = 50
"""Entities that may stand alone; above, smaller sets of the same neighbours are folded as well, from FEWEST on."""
FEWEST = 5
CROWD = 400
"""Nodes from which on a picture is folded by community."""
MOST_NODES, MOST_EDGES = 10_000, 30_000
SEVERITIES = ("", "low", "medium", "high")
NONE = Traits()


class Node(Struct, frozen=True, kw_only=True):
    """An entity, or (members set) several that are drawn as one disc. weight: activities. degree: its neighbours in the picture.

    title: what a group is called beside its number; mixed: its members are of several kinds. community: its number, -1 while none
    was asked for.
    """

    key: str
    ref: EntityRef
    members: tuple[EntityRef, ...] = ()
    title: str = ""
    weight: int = 0
    degree: int = 0
    alerted: bool = False
    severity: str = ""
    alerts: int = 0
    tags: tuple[str, ...] = ()
    community: int = -1
    mixed: bool = False

    @property
    def sign(self) -> str:
        """Kind whose sign is drawn; "" for a group of several kinds."""
        return "" if self.mixed else self.ref.kind


class Shown(Struct, frozen=True, kw_only=True):
    """What is drawn; edges are between node keys. hidden: entities left out because the picture is full.

    group_of: key of an entity to the key of the group that it is in.
    """

    nodes: tuple[Node, ...] = ()
    edges: tuple[tuple[str, str, Edge], ...] = ()
    hidden: int = 0
    group_of: dict[str, str] = {}


def plural(kind: str) -> str:
    """What several entities of a kind are called."""
    return {
        "user": "accounts",
        "service": "service accounts",
        "group": "groups",
        "address": "addresses",
        "domain": "domains",
    }.get(kind, "controllers" if kind == "controller" else "computers")


def left(edges: Iterable[Edge], sketch: Sketch) -> dict[tuple[str, str], Edge]:
    """Edges by their ends that a sketch leaves, each once, with the families that it leaves; a root is never left out by kind."""
    removed, only, roots = set(sketch.removed), set(sketch.only), set(sketch.roots)
    kinds, families = set(sketch.kinds), set(sketch.families)
    kept: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        pair = (edge.origin.key, edge.target.key)
        if pair[0] == pair[1] or (removed and not removed.isdisjoint(pair)) or (only and not only.issuperset(pair)):
            continue
        if kinds and any(ref.kind in kinds and ref.key not in roots for ref in (edge.origin, edge.target)):
            continue
        if families:
            if edge.tie != "seen":
                if "member" in families:
                    continue
            else:
                some = tuple((name, count) for name, count in edge.families if name not in families)
                if not some and edge.families:
                    continue
                if len(some) < len(edge.families):
                    edge = replace(edge, families=some, count=sum(count for _, count in some))
        before = kept.get(pair)
        if before is None or (before.tie, before.count) < (edge.tie, edge.count):
            kept[pair] = edge
    return kept


def shown(
    edges: Iterable[Edge],
    sketch: Sketch,
    traits: Mapping[str, Traits] | None = None,
    communities: Mapping[str, int] | None = None,
    labels: Mapping[str, EntityRef] | None = None,
) -> Shown:
    """The picture. communities: key to number, for a sketch that groups or colours by them and for crowds.

    labels: entities that are drawn even when nothing passed, such as a root without edges.
    """
    traits, communities = traits or {}, communities or {}
    kept = left(edges, sketch)
    refs: dict[str, EntityRef] = {key: ref for key, ref in (labels or {}).items() if key in sketch.roots}
    for edge in kept.values():
        refs.setdefault(edge.origin.key, edge.origin)
        refs.setdefault(edge.target.key, edge.target)
    beside: dict[str, set[str]] = {key: set() for key in refs}
    weight, severity = dict.fromkeys(refs, 0), dict.fromkeys(refs, 0)
    for (one, other), edge in kept.items():
        beside[one].add(other)
        beside[other].add(one)
        rank = max(SEVERITIES.index(edge.severity), 1 if edge.alerted else 0)
        for key in (one, other):
            weight[key] += edge.count
            severity[key] = max(severity[key], rank)
    free = {*sketch.roots, *sketch.loose, *(key for key, _, _ in sketch.pinned)}
    folds = _folds(sketch, refs, beside, severity, traits, communities, free)
    name_of = {key: fold for fold, (_, members) in folds.items() for key in members}
    ranked = sorted(
        (key for key in refs if key not in name_of), key=lambda key: (key not in free, -severity[key], -weight[key], key)
    )
    room = max(1, MOST_NODES - len(folds))
    drawn = {*ranked[:room], *folds}
    joined: dict[tuple[str, str], Edge] = {}
    for (one, other), edge in sorted(kept.items()) if folds else kept.items():
        pair = (name_of.get(one, one), name_of.get(other, other))
        if pair[0] != pair[1] and pair[0] in drawn and pair[1] in drawn:
            joined[pair] = _join(joined.get(pair), edge)
    if len(joined) > MOST_EDGES:
        busy = sorted(joined.items(), key=lambda item: (-SEVERITIES.index(item[1].severity), -item[1].count, item[0]))
        joined = dict(busy[:MOST_EDGES])
    degree: dict[str, set[str]] = {}
    for one, other in joined:
        degree.setdefault(one, set()).add(other)
        degree.setdefault(other, set()).add(one)
    nodes = [
        _node(refs[key], weight[key], len(degree.get(key, ())), severity[key], traits.get(key, NONE), communities.get(key, -1))
        for key in ranked[:room]
    ]
    for fold, (title, members) in folds.items():
        ref = EntityRef(kind=refs[members[0]].kind, key=fold, label=f"{len(members):,}")
        worst = max(severity[key] for key in members)
        nodes.append(
            Node(
                key=fold, ref=ref, members=tuple(sorted((refs[key] for key in members), key=_by_name)), title=title,
                weight=sum(weight[key] for key in members), degree=len(degree.get(fold, ())), alerted=worst > 0,
                severity=SEVERITIES[worst], alerts=sum(traits.get(key, NONE).alerts for key in members),
                community=communities.get(members[0], -1), mixed=len({refs[key].kind for key in members}) > 1,
            )
        )  # fmt: skip
    return Shown(
        nodes=tuple(nodes),
        edges=tuple((one, other, edge) for (one, other), edge in joined.items()),
        hidden=len(ranked) - min(room, len(ranked)),
        group_of=name_of,
    )


def _node(ref: EntityRef, weight: int, degree: int, severity: int, traits: Traits, community: int) -> Node:
    return Node(
        key=ref.key, ref=ref, weight=weight, degree=degree, alerted=severity > 0, severity=SEVERITIES[severity],
        alerts=traits.alerts, tags=traits.tags, community=community,
    )  # fmt: skip


Folds = dict[str, tuple[str, list[str]]]
"""Key of a group to its title and the keys of its members."""


def _folds(
    sketch: Sketch,
    refs: Mapping[str, EntityRef],
    beside: Mapping[str, set[str]],
    severity: Mapping[str, int],
    traits: Mapping[str, Traits],
    communities: Mapping[str, int],
    free: set[str],
) -> Folds:
    if sketch.grouping == "none":
        return {}
    found: Folds = {}
    crowded = True
    if sketch.grouping == "fold":
        found = _by_neighbours(refs, beside, severity, free)
        crowded = len(refs) - sum(len(members) for _, members in found.values()) > CROWD
    if crowded:
        inside = {key for _, members in found.values() for key in members}
        found |= _by_community(refs, beside, severity, communities, free | inside)
    split = dict(sketch.split)
    for name in [one for one in found if one in split]:
        _, members = found.pop(name)
        found |= _split(name, split[name], members, refs, traits)
    opened = set(sketch.opened)
    return {name: found[name] for name in sorted(found) if name not in opened}


def _by_neighbours(
    refs: Mapping[str, EntityRef], beside: Mapping[str, set[str]], severity: Mapping[str, int], free: set[str]
) -> Folds:
    """Sets of one kind that hang on the same neighbours; those that an alert rests on apart from the others."""
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for key in sorted(refs):
        if key not in free and beside[key]:
            why = "alert" if severity[key] else "quiet"
            alike.setdefault((refs[key].kind, why, tuple(sorted(beside[key]))), []).append(key)
    loose = len(refs) - sum(len(one) for one in alike.values() if len(one) > FOLD_ABOVE)
    least = FOLD_ABOVE if loose <= LOOSE else FEWEST
    return {
        f"fold|{kind}|{why}|{_mark(around)}": (plural(kind), members)
        for (kind, why, around), members in alike.items()
        if len(members) > least
    }


def _by_community(
    refs: Mapping[str, EntityRef], beside: Mapping[str, set[str]], severity: Mapping[str, int],
    communities: Mapping[str, int], apart: set[str],
) -> Folds:  # fmt: skip
    """Communities as discs; the busiest of each gives it its name."""
    members: dict[int, list[str]] = {}
    for key in sorted(refs):
        if key not in apart and key in communities:
            members.setdefault(communities[key], []).append(key)
    found: Folds = {}
    for some in members.values():
        if len(some) >= FEWEST:
            first = max(some, key=lambda key: (severity[key], len(beside[key]), key))
            found[f"fold|community|{first}"] = (f"around {refs[first].label[:40]}", some)
    return found


def _split(name: str, by: str, members: list[str], refs: Mapping[str, EntityRef], traits: Mapping[str, Traits]) -> Folds:
    """Smaller groups of one group; those that have nothing to be told by stay together, one alone stands alone."""
    parts: dict[str, list[str]] = {}
    for key in members:
        parts.setdefault(trait(refs[key], traits.get(key, NONE), by), []).append(key)
    return {
        f"{name}|{by}={value}": (value or f"other {plural(refs[some[0]].kind)}", some)
        for value, some in sorted(parts.items())
        if len(some) > 1
    }


def trait(ref: EntityRef, traits: Traits, by: str) -> str:
    """What an entity is told apart by: its subnet, unit, first group, kind, or whether alerts name it."""
    if by == "kind":
        return plural(ref.kind)
    if by == "alerts":
        return "named by alerts" if traits.alerts else "without alerts"
    if by == "group":
        return traits.groups[0] if traits.groups else ""
    return traits.subnet if by == "subnet" else traits.unit


def _mark(around: tuple[str, ...]) -> str:
    return f"{zlib.crc32(chr(10).join(around).encode('utf-8', 'surrogatepass')):08x}"


def _by_name(ref: EntityRef) -> tuple[str, str]:
    """Members of a group stand by their names wherever they are listed; sorted here, away from the window."""
    return ref.label.lower(), ref.key


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
        first=min(before.first, edge.first) if before.count and edge.count else before.first or edge.first,
        last=max(before.last, edge.last),
        alerted=before.alerted or edge.alerted,
        severity=max(before.severity, edge.severity, key=SEVERITIES.index),
        tie="seen" if "seen" in (before.tie, edge.tie) else before.tie,
    )
