"""A picture of the graph made ready to be drawn: arrays instead of objects, looks by name of a colour role; no Qt."""

import math
from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from app.model.rows import Edge
from app.model.tags import HONEYTOKEN, SENSITIVE
from app.ui import wording
from app.ui.plots.neighbourhood import Node, Shown, plural
from app.ui.plots.sketch import Sketch

SERIES = ("chart-1", "chart-2", "chart-3", "chart-4", "chart-5", "chart-7", "chart-8", "chart-6")
"""Roles of the largest communities, in order."""
SEVERITY_ROLES = {"high": "high-fill", "medium": "medium-fill", "low": "low-fill"}
TAG_ROLES = {
    HONEYTOKEN: "chart-3", SENSITIVE: "accent", "Controller": "chart-2", "New": "chart-4", "Unresolved": "chart-6",
    "Disabled": "chart-7",
}  # fmt: skip
"""Tags that are coloured, the first that a node has."""
LONGEST_LABEL = 28


class Drawing(Struct, frozen=True, kw_only=True):
    """nodes, edges as shown; ends: positions of the nodes of each edge. side: of each node at zoom 1, unscaled pixels.

    order: positions by importance, for labels. fill: role of each node's inside, "" for none. role, width, dashed: of each edge.
    legend: (role, words) of what the colours mean beside kinds.
    """

    shown: Shown
    index: dict[str, int]
    ends: NDArray[np.int64]
    side: NDArray[np.float64]
    order: tuple[int, ...]
    words: tuple[str, ...]
    fill: tuple[str, ...]
    role: tuple[str, ...]
    width: NDArray[np.float64]
    dashed: NDArray[np.bool_]
    legend: tuple[tuple[str, str], ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes."""
        return self.shown.nodes


def drawing(shown: Shown, sketch: Sketch, importance: Mapping[str, float]) -> Drawing:
    """Make a picture ready. importance: key to 0 to 1; important nodes are larger, their names are written first."""
    index = {node.key: place for place, node in enumerate(shown.nodes)}
    side = np.array([_side(node, sketch.size) + 12 * importance.get(node.key, 0.0) for node in shown.nodes])
    order = sorted(
        range(len(shown.nodes)),
        key=lambda place: (
            -importance.get(shown.nodes[place].key, 0.0),
            not shown.nodes[place].alerted,
            -shown.nodes[place].weight,
            shown.nodes[place].key,
        ),
    )
    roles = tuple(_edge_role(edge, sketch.colour) for _, _, edge in shown.edges)
    fills = tuple(_fill(node, sketch.colour) for node in shown.nodes)
    return Drawing(
        shown=shown,
        index=index,
        ends=np.array([(index[one], index[other]) for one, other, _ in shown.edges], dtype=np.int64).reshape(-1, 2),
        side=side,
        order=tuple(order),
        words=tuple(label(node) for node in shown.nodes),
        fill=fills,
        role=roles,
        width=np.array([1.0 + min(3.0, math.log10(max(1, edge.count))) for _, _, edge in shown.edges]),
        dashed=np.array([edge.tie != "seen" for _, _, edge in shown.edges], dtype=bool),
        legend=_legend(sketch.colour, shown, set(fills) | set(roles)),
    )


def label(node: Node) -> str:
    """What is written below a node."""
    return (
        wording.middle(node.title or plural(node.ref.kind), 40) if node.members else wording.middle(node.ref.label, LONGEST_LABEL)
    )


def name_of(node: Node) -> str:
    """A node in a sentence: "DC1", "24 computers", "312 around DC1"."""
    return f"{node.ref.label} {label(node)}" if node.members else wording.middle(node.ref.label, 60)


def main_family(edge: Edge) -> str:
    """The family that an edge has most of, "member" for what is only possible."""
    if edge.tie != "seen":
        return "member"
    return max(edge.families, key=lambda pair: pair[1], default=("other", 0))[0]


def _side(node: Node, size: str) -> float:
    value = {"neighbours": node.degree * 20, "alerts": node.alerts * 200}.get(size, node.weight)
    return 22 + min(20.0, 5 * math.log10(1 + value)) + (10 if node.members else 0)


def _edge_role(edge: Edge, colour: str) -> str:
    if colour == "family":
        return wording.FAMILIES.get(main_family(edge), "edge")
    if colour == "severity":
        return SEVERITY_ROLES.get(edge.severity, "edge")
    return "edge-alert" if edge.alerted and colour == "kind" else "edge"


def _fill(node: Node, colour: str) -> str:
    if colour == "severity":
        return SEVERITY_ROLES.get(node.severity, "")
    if colour == "tag":
        return next((role for tag, role in TAG_ROLES.items() if tag in node.tags), "")
    if colour == "community" and node.community >= 0:
        return SERIES[node.community] if node.community < len(SERIES) else "edge"
    return ""


def _legend(colour: str, shown: Shown, used: set[str]) -> tuple[tuple[str, str], ...]:
    if colour == "family":
        return tuple((role, name) for name, role in wording.FAMILIES.items() if role in used)
    if colour == "severity":
        return tuple((role, wording.alert_kind(word)) for word, role in SEVERITY_ROLES.items() if role in used)
    if colour == "tag":
        return tuple((role, tag) for tag, role in TAG_ROLES.items() if role in used)
    if colour == "community":
        found: dict[int, Node] = {}
        for node in shown.nodes:
            if node.community not in found or node.degree > found[node.community].degree:
                found[node.community] = node
        return tuple((SERIES[one], _around(found[one])) for one in sorted(found) if 0 <= one < len(SERIES))
    return (("edge-alert", "an alert rests on it"),) if "edge-alert" in used else ()


def _around(node: Node) -> str:
    return node.title if node.mixed else f"around {label(node)}"


EMPTY = drawing(Shown(), Sketch(), {})
