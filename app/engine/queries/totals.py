"""Counts of entities and between entities, from the sums of parties and the counts by parties."""

import json
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from app.engine import describe
from app.engine.queries.access import Access
from app.model.alert import Alert
from app.model.entity import EntityKind, EntityRef
from app.model.rows import Edge, EntityRow

HOSTS: tuple[EntityKind, ...] = ("computer", "controller", "address")
_SIDES = """
  SELECT e.entity AS entity, s.count AS count, s.first AS first, s.last AS last
  FROM address_entities e JOIN sums s ON s.party = e.address * 4
  UNION ALL
  SELECT e.entity, s.count, s.first, s.last FROM address_entities e JOIN sums s ON s.party = e.address * 4 + 1
  UNION ALL
  SELECT c.entity, s.count, s.first, s.last FROM actors c JOIN sums s ON s.party = c.id * 4 + 2 WHERE c.entity IS NOT NULL"""


class Totals(Struct, frozen=True):
    """Every entity with its counts, without tags, the most active first.

    An address that was several entities counts for each of them.
    """

    rows: tuple[EntityRow, ...]
    by_key: dict[str, EntityRow]


def totals(access: Access, alerts: Iterable[Alert]) -> Totals:
    """Totals of the workspace as it is now; what only a directory tells has no activities, and the times of its states."""
    concerned = alerts_by_entity(alerts)
    counted = access.all(
        f"""SELECT n.kind, n.key, n.label, sum(s.count), min(s.first), max(s.last) FROM ({_SIDES}) s
        JOIN entities n ON n.id = s.entity GROUP BY s.entity"""
    )
    rows = [
        EntityRow(ref=EntityRef(kind, key, label), first=first, last=last, activities=count, alerts=len(concerned.get(key, ())))
        for kind, key, label, count, first, last in counted
    ]
    met = {row.ref.key for row in rows}
    for ref, first, last in access.principals():
        if ref.key not in met:
            met.add(ref.key)
            rows.append(EntityRow(ref=ref, first=first, last=last, activities=0, alerts=len(concerned.get(ref.key, ()))))
    rows.sort(key=lambda row: (-row.activities, row.ref.key))
    return Totals(tuple(rows), {row.ref.key: row for row in rows})


def alerts_by_entity(alerts: Iterable[Alert]) -> dict[str, list[Alert]]:
    """Key of an entity to the alerts that name it as source, account or target."""
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        finding = alert.finding
        for key in {ref.key for ref in (*finding.sources, *finding.accounts, *finding.targets)}:
            found.setdefault(key, []).append(alert)
    return found


def edges(access: Access, key: str, limit: int) -> tuple[Edge, ...]:
    """What passed between an entity and its neighbours, the busiest first: computers to computers, accounts to computers."""
    refs = _Refs(access)
    chosen = {pair for pair, _ in _busiest(access, key, limit, refs)}
    if not chosen:
        return ()
    number = access.one("SELECT id FROM entities WHERE key = ?", (key,))
    hot = _alerted_pairs(access)
    found: dict[tuple[int, int], _Sum] = {}
    for source, destination, actor, _ in _met(access, number, refs):
        pairs = chosen.intersection(refs.pairs(source, destination, actor, number))
        if not pairs:
            continue
        alerted = (source, destination) in hot
        for kind, count, first, last in access.all(_PASSED, (source, destination, actor)):
            for pair in pairs:
                _add(found, pair, kind, count, first, last, alerted)
    made = [_edge(refs.ref(pair[0]), refs.ref(pair[1]), one) for pair, one in found.items()]
    return tuple(sorted(made, key=lambda edge: (-edge.count, edge.origin.key, edge.target.key)))


def peers(access: Access, key: str, limit: int) -> list[tuple[EntityRef, int]]:
    """The other ends of the busiest edges of an entity, with the activities of each edge."""
    number = access.one("SELECT id FROM entities WHERE key = ?", (key,))
    refs = _Refs(access)
    return [(refs.ref(pair[1] if pair[0] == number else pair[0]), count) for pair, count in _busiest(access, key, limit, refs)]


def _busiest(access: Access, key: str, limit: int, refs: "_Refs") -> list[tuple[tuple[int, int], int]]:
    """(origin, target) and count of the busiest edges; of those that are equally busy, the first by key."""
    number = access.one("SELECT id FROM entities WHERE key = ?", (key,))
    if number is None or limit <= 0:
        return []
    found: dict[tuple[int, int], int] = {}
    asked: dict[int, int] = {}
    met = _met(access, number, refs)
    pairs, addresses, actors = refs.pairs, refs.addresses.get, refs.actors.get
    own = (number,)
    for source, destination, actor, count in met:
        origins = addresses(source, ())
        if addresses(destination) == own and len(origins) == 1 and origins != own:  # what a server mostly sees
            who, origin = actors(actor), origins[0]
            if who != number:
                asked[origin] = asked.get(origin, 0) + count
                if who is not None and who != origin:
                    asked[who] = asked.get(who, 0) + count
                continue
        for pair in pairs(source, destination, actor, number):
            found[pair] = found.get(pair, 0) + count
    for origin, count in asked.items():
        found[origin, number] = found.get((origin, number), 0) + count
    least = sorted(found.values(), reverse=True)[limit - 1] if len(found) > limit else 0
    busy = [(pair, count) for pair, count in found.items() if count >= least]
    refs.look_up({one for pair, _ in busy for one in pair})
    busy.sort(key=lambda one: (-one[1], refs.ref(one[0][0]).key, refs.ref(one[0][1]).key))
    return busy[:limit]


_MINE = """WITH mine AS MATERIALIZED (SELECT address FROM address_entities WHERE entity = ?1),
me AS MATERIALIZED (SELECT id FROM actors WHERE entity = ?1),
met AS (
  SELECT m.* FROM mine JOIN meetings m ON m.source = mine.address
  UNION ALL SELECT m.* FROM mine JOIN meetings m ON m.destination = mine.address WHERE m.source NOT IN mine
  UNION ALL SELECT m.* FROM me JOIN meetings m ON m.actor = me.id WHERE m.source NOT IN mine AND m.destination NOT IN mine)
"""
_MEETINGS = f"{_MINE} SELECT source, destination, actor, count FROM met"
_ADDRESSES = """SELECT address, entity FROM address_entities WHERE address IN (SELECT value FROM json_each(?))
ORDER BY address, entity"""
_ACTORS = "SELECT id, entity FROM actors WHERE id IN (SELECT value FROM json_each(?))"
_PASSED = """SELECT (SELECT text FROM kinds WHERE id = kind), sum(count), min(first), max(last) FROM flows
WHERE source = ? AND destination = ? AND actor = ? GROUP BY kind"""


def _met(access: Access, number: int, refs: "_Refs") -> list[tuple[Any, ...]]:
    """(source, destination, actor, count) of all that an entity took part in."""
    with access.snapshot():
        met = access.all(_MEETINGS, (number,))
        if met and not refs.addresses:
            source, destination, actor, _ = map(set, zip(*met, strict=True))
            refs.learn(access.all(_ADDRESSES, (_list(source | destination),)), access.all(_ACTORS, (_list(actor),)))
        return met


def _list(numbers: Iterable[int]) -> str:
    return json.dumps(sorted(numbers))


def _alerted_pairs(access: Access) -> set[tuple[int, int]]:
    """(source, destination) of the activities that alerts rest on."""
    rows = access.all(
        """SELECT DISTINCT coalesce(a.source, 0), coalesce(a.destination, 0) FROM alert_evidence e
        JOIN activities a ON a.id = e.activity JOIN alerts s ON s.number = e.alert
        WHERE s.state <> 'deleted' AND s.excluded = ''"""
    )
    return {(row[0], row[1]) for row in rows}


class _Sum:
    __slots__ = ("alerted", "count", "families", "first", "last")

    def __init__(self) -> None:
        self.count, self.first, self.last, self.alerted = 0, 2**63 - 1, 0, False
        self.families: dict[str, int] = {}


def _add(
    found: dict[tuple[int, int], _Sum], pair: tuple[int, int], kind: str, count: int, first: int, last: int, hot: bool
) -> None:
    one = found.get(pair)
    if one is None:
        one = found[pair] = _Sum()
    family = describe.family(kind)
    one.count += count
    one.families[family] = one.families.get(family, 0) + count
    one.first, one.last = min(one.first, first), max(one.last, last)
    one.alerted = one.alerted or hot


def _edge(origin: EntityRef, target: EntityRef, one: _Sum) -> Edge:
    families = tuple(sorted(one.families.items(), key=lambda item: (-item[1], item[0])))
    return Edge(
        origin=origin, target=target, count=one.count, families=families, first=one.first, last=one.last, alerted=one.alerted
    )


class _Refs:
    """Entities of the addresses and actors that took part, looked up together."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self.addresses: dict[int, tuple[int, ...]] = {}
        self.actors: dict[int, int | None] = {}
        self._refs: dict[int, EntityRef] = {}

    def learn(self, addresses: Iterable[tuple[Any, ...]], actors: Iterable[tuple[Any, ...]]) -> None:
        """Remember (address, entity), in order, and (actor, entity)."""
        for address, entity in addresses:
            self.addresses[address] = (*self.addresses.get(address, ()), entity)
        self.actors = dict(actors)

    def look_up(self, numbers: Iterable[int]) -> None:
        """Read these entities."""
        rows = self._access.all(
            "SELECT id, kind, key, label FROM entities WHERE id IN (SELECT value FROM json_each(?))", (_list(numbers),)
        )
        self._refs.update((row[0], EntityRef(*row[1:])) for row in rows)

    def ref(self, number: int) -> EntityRef:
        """The entity of a number."""
        if number not in self._refs:
            self.look_up([number])
        return self._refs.setdefault(number, EntityRef("address", f"address:{number}", "?"))

    def pairs(self, source: int, destination: int, actor: int, about: int) -> set[tuple[int, int]]:
        """(origin, target) that one count stands for, of those that touch the entity asked about."""
        origins, targets = self.addresses.get(source, ()), self.addresses.get(destination, ())
        who = self.actors.get(actor)
        found = {(one, other) for one in origins for other in targets if about in (one, other)}
        if who is not None:
            found |= {(who, other) for other in targets if about in (who, other)}
            if who == about:
                found |= {(one, who) for one in origins}
        return {(one, other) for one, other in found if one != other}
