"""Every edge of the case at once: which computer asked which, which account was used at which."""

from app.engine import describe
from app.engine.queries.access import Access
from app.model.entity import EntityRef
from app.model.rows import Edge

_EDGES = """
SELECT s.entity, d.entity, f.kind, sum(f.count), min(f.first), max(f.last) FROM flows f
JOIN address_entities s ON s.address = f.source JOIN address_entities d ON d.address = f.destination
WHERE s.entity <> d.entity GROUP BY 1, 2, 3
UNION ALL
SELECT a.entity, d.entity, f.kind, sum(f.count), min(f.first), max(f.last) FROM flows f
JOIN actors a ON a.id = f.actor AND a.entity IS NOT NULL JOIN address_entities d ON d.address = f.destination
WHERE a.entity <> d.entity
AND NOT EXISTS (SELECT 1 FROM address_entities s WHERE s.address = f.source AND s.entity = a.entity) GROUP BY 1, 2, 3"""
"""From the counts by parties, which never need the activities; an address that was several computers counts for each."""
_HOT = """
SELECT DISTINCT s.entity, d.entity FROM alert_evidence e JOIN alerts t ON t.number = e.alert
JOIN activities a ON a.id = e.activity
JOIN address_entities s ON s.address = a.source JOIN address_entities d ON d.address = a.destination
WHERE t.state <> 'deleted' AND t.excluded = ''
UNION
SELECT DISTINCT c.entity, d.entity FROM alert_evidence e JOIN alerts t ON t.number = e.alert
JOIN activities a ON a.id = e.activity JOIN actors c ON c.id = a.actor
JOIN address_entities d ON d.address = a.destination WHERE t.state <> 'deleted' AND t.excluded = ''"""


def all_edges(access: Access, limit: int) -> tuple[Edge, ...]:
    """Edges of the whole case, the busiest first, at most limit."""
    with access.snapshot():
        rows = access.all(_EDGES)
        hot = {(row[0], row[1]) for row in access.all(_HOT)}
        refs = {row[0]: EntityRef(*row[1:]) for row in access.all("SELECT id, kind, key, label FROM entities")}
        kinds = dict(access.all("SELECT id, text FROM kinds"))
    found: dict[tuple[int, int], list[tuple[str, int, int, int]]] = {}
    for origin, target, kind, count, first, last in rows:
        found.setdefault((origin, target), []).append((describe.family(kinds[kind]), count, first, last))
    busiest = sorted(found, key=lambda pair: (-sum(one[1] for one in found[pair]), pair))[:limit]
    return tuple(_edge(refs[one], refs[other], found[one, other], (one, other) in hot) for one, other in busiest)


def _edge(origin: EntityRef, target: EntityRef, parts: list[tuple[str, int, int, int]], alerted: bool) -> Edge:
    families: dict[str, int] = {}
    for family, count, _, _ in parts:
        families[family] = families.get(family, 0) + count
    return Edge(
        origin=origin,
        target=target,
        count=sum(families.values()),
        families=tuple(sorted(families.items(), key=lambda one: (-one[1], one[0]))),
        first=min(part[2] for part in parts),
        last=max(part[3] for part in parts),
        alerted=alerted,
    )
