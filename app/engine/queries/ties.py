"""The graph of what a filter matches: who met whom, by pairs of entities, joined by the database and not one by one."""

import json
from collections.abc import Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any, get_args

from app.engine import describe
from app.engine.queries.access import Access
from app.engine.queries.cards import tags_of
from app.model.alert import RANK, Alert
from app.model.entity import EntityKind, EntityRef
from app.model.graph import Ties, Traits
from app.model.rows import Edge
from app.model.tags import SENSITIVE

GROUPS = 24
"""Direct groups told of one entity."""
_PAIRS = """WITH f AS MATERIALIZED ({tally}) SELECT o, t, kind, sum(count), min(first), max(last), max(count) FROM (
  SELECT s.entity AS o, d.entity AS t, f.kind, f.count, f.first, f.last FROM f
  JOIN address_entities s ON s.address = f.source JOIN address_entities d ON d.address = f.destination
  UNION ALL SELECT c.entity, d.entity, f.kind, f.count, f.first, f.last FROM f
  JOIN actors c ON c.id = f.actor JOIN address_entities d ON d.address = f.destination
  WHERE NOT EXISTS (SELECT 1 FROM address_entities x WHERE x.address = f.source AND x.entity = c.entity)
  UNION ALL SELECT s.entity, c.entity, f.kind, f.count, f.first, f.last FROM f
  JOIN address_entities s ON s.address = f.source JOIN actors c ON c.id = f.actor
  WHERE NOT EXISTS (SELECT 1 FROM address_entities x WHERE x.address = f.destination AND x.entity = c.entity))
WHERE o <> t {about} GROUP BY o, t, kind"""
"""(origin, target) of three sorts: computer to computer, account to computer, computer to the account that it spoke as."""
_HOT = """SELECT coalesce(a.source, 0) AS source, coalesce(a.destination, 0) AS destination, coalesce(a.actor, 0) AS actor,
a.kind AS kind, max(s.severity) AS count, 0 AS first, 0 AS last FROM alert_evidence e JOIN activities a ON a.id = e.activity
JOIN alerts s ON s.number = e.alert WHERE s.state <> 'deleted' AND s.excluded = '' GROUP BY 1, 2, 3, 4"""
_SEVERITIES = {number: word for word, number in RANK.items()}
Pair = tuple[int, int]


def ties(access: Access, tally: tuple[str, tuple[object, ...]], about: str, limit: int) -> Ties:
    """Edges of what a tally counts (see Plan.tally), of those at one entity where about is its key."""
    where: str = ""
    more: tuple[int, ...] = ()
    if about:
        number = access.one("SELECT id FROM entities WHERE key = ?", (about,))
        if number is None:
            return Ties()
        where, more = "AND ? IN (o, t)", (number,)
    with access.snapshot():
        counted = access.all(_PAIRS.format(tally=tally[0], about=where), (*tally[1], *more))
        hot = {row[:3]: row[6] for row in access.all(_PAIRS.format(tally=_HOT, about=where), more)} if counted else {}
        families = {number: describe.family(word) for number, word in access.all("SELECT id, text FROM kinds")}
        found: dict[Pair, list[Any]] = {}
        for origin, target, kind, count, first, last, _ in counted:
            one = found.setdefault((origin, target), [0, first, last, {}, -1])
            one[0] += count
            one[1], one[2] = min(one[1], first), max(one[2], last)
            one[3][families[kind]] = one[3].get(families[kind], 0) + count
            one[4] = max(one[4], hot.get((origin, target, kind), -1))
        ranked = sorted(found, key=lambda pair: (-found[pair][4], -found[pair][0], pair))[: max(0, limit)]
        refs = _refs(access, sorted({number for pair in ranked for number in pair}))
    edges = tuple(_edge(refs[one], refs[other], *found[one, other]) for one, other in ranked if one in refs and other in refs)
    return Ties(edges=edges, total=len(found))


def _edge(origin: EntityRef, target: EntityRef, count: int, first: int, last: int, by: dict[str, int], rank: int) -> Edge:
    families = tuple(sorted(by.items(), key=lambda item: (-item[1], item[0])))
    return Edge(
        origin=origin, target=target, count=count, families=families, first=first, last=last, alerted=rank >= 0,
        severity=_SEVERITIES.get(rank, ""),
    )  # fmt: skip


def _refs(access: Access, numbers: Sequence[int]) -> dict[int, EntityRef]:
    rows = access.all(
        "SELECT id, kind, key, label FROM entities WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(numbers),)
    )
    return {row[0]: EntityRef(*row[1:]) for row in rows}


def ref(access: Access, key: str) -> EntityRef:
    """The entity of a key: as activities name it, else as the directory does, else by the key itself."""
    rows = access.all("SELECT kind, key, label FROM entities WHERE key = ?", (key,))
    if rows:
        return EntityRef(*rows[0])
    known = access.knowledge()
    with access.lock:
        own = known.object_of(key)
        if own is not None:
            return known.entity_of_object(own)
    kind, _, rest = key.partition(":")
    return EntityRef(kind if kind in get_args(EntityKind) else "address", key, rest or key)  # type: ignore[arg-type]


def memberships(access: Access, keys: Sequence[str], limit: int) -> tuple[Edge, ...]:
    """Edges from members to groups; the directory says so, nothing need have passed. In the order of the keys, cut at limit."""
    known = access.knowledge()
    found: dict[tuple[str, str], Edge] = {}
    with access.lock:
        for key in keys:
            own = known.object_of(key)
            if own is None:
                continue
            me = known.entity_of_object(own)
            pairs = [(me, known.entity_of_object(one)) for one in known.directory.groups(own, nested=False)[:limit]]
            if key.startswith("group:"):
                pairs += [(known.entity_of_object(one), me) for one in known.directory.members(own, nested=False)[:limit]]
            for member, group in pairs:
                if len(found) >= limit:
                    return tuple(found.values())
                found[member.key, group.key] = Edge(origin=member, target=group, count=0, tie="member")
    return tuple(found.values())


def sensitive_groups(access: Access) -> frozenset[str]:
    """Keys of the groups that are tagged sensitive, by the program or by hand."""
    keys = [ref.key for ref, _, _ in access.principals() if ref.kind == "group"]
    return frozenset(key for key, tags in zip(keys, tags_of(access, keys), strict=True) if SENSITIVE in tags)


def traits(access: Access, keys: Sequence[str], concerned: Mapping[str, Sequence[Alert]]) -> dict[str, Traits]:
    """What tells entities apart, by key."""
    every = list(dict.fromkeys(keys))
    tags = tags_of(access, every)
    subnets = _subnets(access, every)
    known = access.knowledge()
    made: dict[str, Traits] = {}
    with access.lock:
        for key, own_tags in zip(every, tags, strict=True):
            alerts = concerned.get(key, ())
            worst = max((one.severity for one in alerts), key=RANK.__getitem__, default="")
            own = known.object_of(key)
            state = known.directory.state(own)
            unit, groups = "", tuple[str, ...]()
            if own is not None and state is not None:
                unit = state.object.facts.get("department", "").strip() or _container(state.object.dn)
                groups = tuple(known.directory.names(known.directory.groups(own, nested=False)[:GROUPS]))
            made[key] = Traits(
                tags=own_tags, alerts=len(alerts), severity=worst, subnet=subnets.get(key, ""), unit=unit[:120], groups=groups
            )
    return made


def _subnets(access: Access, keys: Sequence[str]) -> dict[str, str]:
    rows = access.all(
        """SELECT e.key, min(a.text) FROM entities e JOIN address_entities x ON x.entity = e.id
        JOIN addresses a ON a.id = x.address WHERE e.key IN (SELECT value FROM json_each(?)) GROUP BY e.id""",
        (json.dumps(list(keys)),),
    )
    found = {}
    for key, text in rows:
        try:
            at = ip_address(text)
        except ValueError:
            continue
        found[key] = str(ip_network(f"{at}/{24 if at.version == 4 else 64}", strict=False))
    return found


def _container(dn: str) -> str:
    """Organisational unit or container that a distinguished name lies in (RFC 4514): "Sales" of CN=Bob,OU=Sales,DC=corp."""
    for piece in dn.split(",")[1:]:
        kind, _, name = piece.partition("=")
        if kind.strip().upper() in ("OU", "CN"):
            return name.strip()
    return ""
