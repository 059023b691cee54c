"""Counts of entities and between entities, from the sums of parties and the counts by parties."""

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
    number = access.one("SELECT id FROM entities WHERE key = ?", (key,))
    if number is None:
        return ()
    refs = _Refs(access)
    found: dict[tuple[int, int], _Sum] = {}
    hot = _alerted_pairs(access)
    for source, destination, actor, kind, count, first, last in access.all(_TOUCHING, (number,)):
        alerted = (source, destination) in hot
        for origin, target in refs.pairs(source, destination, actor, number):
            _add(found, (origin, target), kind, count, first, last, alerted)
    made = [_edge(refs.ref(pair[0]), refs.ref(pair[1]), one) for pair, one in found.items()]
    made.sort(key=lambda edge: (-edge.count, edge.origin.key, edge.target.key))
    return tuple(made[: max(0, limit)])


_TOUCHING = """
WITH mine AS MATERIALIZED (SELECT address FROM address_entities WHERE entity = ?1),
me AS MATERIALIZED (SELECT id FROM actors WHERE entity = ?1)
SELECT source, destination, actor, (SELECT text FROM kinds WHERE id = kind), sum(count), min(first), max(last) FROM (
  SELECT f.* FROM mine JOIN flows f ON f.source = mine.address
  UNION ALL SELECT f.* FROM mine JOIN flows f ON f.destination = mine.address WHERE f.source NOT IN mine
  UNION ALL SELECT f.* FROM me JOIN flows f ON f.actor = me.id WHERE f.source NOT IN mine AND f.destination NOT IN mine)
GROUP BY source, destination, actor, kind"""


def _alerted_pairs(access: Access) -> set[tuple[int, int]]:
    """(source, destination) of the activities that alerts rest on."""
    rows = access.all(
        """SELECT DISTINCT coalesce(a.source, 0), coalesce(a.destination, 0) FROM alert_evidence e
        JOIN activities a ON a.id = e.activity"""
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
    """Entities of addresses and actors, looked up once."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._addresses: dict[int, tuple[int, ...]] = {}
        self._actors: dict[int, int | None] = {}
        self._refs: dict[int, EntityRef] = {}

    def of_address(self, address: int) -> tuple[int, ...]:
        if address not in self._addresses:
            rows = self._access.all("SELECT entity FROM address_entities WHERE address = ? ORDER BY entity", (address,))
            self._addresses[address] = tuple(row[0] for row in rows)
        return self._addresses[address]

    def of_actor(self, actor: int) -> int | None:
        if actor not in self._actors:
            self._actors[actor] = self._access.one("SELECT entity FROM actors WHERE id = ?", (actor,))
        return self._actors[actor]

    def ref(self, number: int) -> EntityRef:
        if number not in self._refs:
            row: tuple[Any, ...] | None = (
                self._access.db().execute("SELECT kind, key, label FROM entities WHERE id = ?", (number,)).fetchone()
            )
            self._refs[number] = EntityRef(*row) if row else EntityRef("address", f"address:{number}", "?")
        return self._refs[number]

    def pairs(self, source: int, destination: int, actor: int, about: int) -> set[tuple[int, int]]:
        """(origin, target) that one count stands for, of those that touch the entity asked about."""
        origins, targets = self.of_address(source), self.of_address(destination)
        who = self.of_actor(actor) if actor else None
        found = {(one, other) for one in origins for other in targets if about in (one, other)}
        if who is not None:
            found |= {(who, other) for other in targets if about in (who, other)}
            if who == about:
                found |= {(one, who) for one in origins}
        return {(one, other) for one, other in found if one != other}
