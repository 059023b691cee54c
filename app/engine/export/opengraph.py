"""Entities and what passed between them as BloodHound OpenGraph JSON (nodes with at most three kinds, edges by id)."""

import re
from collections.abc import Iterable

from app.engine.export.analysis import iso
from app.model.entity import EntityRef
from app.model.rows import Edge, EntityRow

KINDS = {
    "user": "WardlightUser", "computer": "WardlightComputer", "controller": "WardlightComputer", "address": "WardlightAddress",
    "group": "WardlightGroup", "service": "WardlightService", "domain": "WardlightDomain",
}  # fmt: skip
"""Of our own, so that an import never changes what a collector told of User or Computer."""


def graph(entities: Iterable[EntityRow], edges: Iterable[Edge], name=lambda text: text) -> dict[str, object]:  # type: ignore[no-untyped-def]
    """The file. name: turns every name and key that leaves into what may be told."""
    nodes: dict[str, dict[str, object]] = {}
    for row in entities:
        nodes[row.ref.key] = _node(row.ref, name, row)
    lines = []
    for edge in edges:
        for ref in (edge.origin, edge.target):
            if ref.key not in nodes:
                nodes[ref.key] = _node(ref, name)
        for family, count in edge.families or (("Activity", edge.count),):
            lines.append(
                {
                    "kind": f"Wardlight{re.sub(r'[^A-Za-z0-9]', '', family) or 'Activity'}",
                    "start": {"value": _id(edge.origin, name), "match_by": "id"},
                    "end": {"value": _id(edge.target, name), "match_by": "id"},
                    "properties": {
                        "count": count, "firstseen": iso(edge.first), "lastseen": iso(edge.last), "inalert": edge.alerted
                    },
                }
            )  # fmt: skip
    return {"metadata": {"source_kind": "Wardlight"}, "graph": {"nodes": list(nodes.values()), "edges": lines}}


def _id(ref: EntityRef, name) -> str:  # type: ignore[no-untyped-def]
    kind, _, rest = ref.key.partition(":")
    return f"wardlight-{kind}-{name(rest)}"


def _node(ref: EntityRef, name, row: EntityRow | None = None) -> dict[str, object]:  # type: ignore[no-untyped-def]
    said: dict[str, object] = {"name": name(ref.label), "displayname": name(ref.label)}
    if row is not None:
        said |= {"firstseen": iso(row.first), "lastseen": iso(row.last), "activities": row.activities, "alerts": row.alerts}
        if row.tags:
            said["tags"] = list(row.tags)
    return {"id": _id(ref, name), "kinds": [KINDS[ref.kind], "WardlightEntity"], "properties": said}
