"""How the graph is drawn: edges with arrows, nodes by kind, labels that keep clear of each other; by roles of the theme."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.model.tags import HONEYTOKEN, SENSITIVE
from app.ui import theme, wording
from app.ui.plots.drawing import Drawing
from app.ui.plots.neighbourhood import Node
from app.ui.widgets.glyphs import ENTITY_ROLES, entity_path, paint_entity

DIMMED = 0.28
TILE = 6
"""Pixels of a cell of the grid in which labels look for room."""
LABELS, TRIED = 80, 320
"""Labels written at most, and nodes that are asked whether theirs finds room."""
EARLY = 8
"""Most important nodes that are named even where the name covers part of a node."""
POSSIBLE = {"member": "member of", "admin": "administrator of", "remote": "may enter", "control": "controls"}
Points = NDArray[np.float64]


class Room:
    """Which parts of the widget are taken; a grid of cells."""

    def __init__(self, width: int, height: int) -> None:
        self._taken = np.zeros((max(1, height // TILE + 2), max(1, width // TILE + 2)), dtype=bool)

    def take(self, box: QRectF) -> None:
        """This part is taken."""
        self._part(box)[...] = True

    def claim(self, box: QRectF) -> bool:
        """Take a part when nothing of it is taken."""
        part = self._part(box)
        if not part.size or part.any():
            return False
        part[...] = True
        return True

    def _part(self, box: QRectF) -> NDArray[np.bool_]:
        top, left = max(0, int(box.top()) // TILE), max(0, int(box.left()) // TILE)
        bottom, right = int(box.bottom()) // TILE + 1, int(box.right()) // TILE + 1
        part: NDArray[np.bool_] = self._taken[top : max(top, bottom), left : max(left, right)]
        return part


def paint_edge(
    painter: QPainter, start: QPointF, end: QPointF, room: tuple[float, float], width: float, role: str, *,
    dashed: bool = False, lit: bool = True, on_way: bool = False,
) -> None:  # fmt: skip
    """One arrow between two points; room: half the side of the node at each end."""
    delta = end - start
    length = float(np.hypot(delta.x(), delta.y()))
    if length <= sum(room) + theme.px(8):
        return
    unit = delta / length
    tip, tail = end - unit * (room[1] + theme.px(4)), start + unit * (room[0] + theme.px(4))
    colour = QColor(theme.colour(role))
    colour.setAlphaF((0.75 if role == "edge" else 0.95) * (1.0 if lit else DIMMED))
    head = theme.px(5) + width
    if on_way:
        painter.setPen(QPen(theme.colour("accent", 0.35), width + theme.px(7), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(tail, tip)
    pen = QPen(colour, width)
    if dashed:
        pen.setDashPattern([4, 4])
    painter.setPen(pen)
    painter.drawLine(tail, tip - unit * head * 0.8)
    side = QPointF(-unit.y(), unit.x()) * head * 0.5
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([tip, tip - unit * head + side, tip - unit * head - side]))


def paint_node(painter: QPainter, node: Node, centre: QPointF, side: float, fill: str, pinned: bool = False) -> None:
    """One entity, or a group as a stack of discs with its number."""
    rect = QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
    kind = node.sign
    if node.members:
        for back in (2, 1):
            moved = rect.translated(back * theme.px(4), -back * theme.px(4))
            paint_ground(painter, moved, kind, "surface-1")
            paint_entity(painter, moved, kind)
    paint_ground(painter, rect, kind, "surface-1")
    if fill:
        painter.save()
        painter.setOpacity(painter.opacity() * 0.55)
        paint_ground(painter, rect, kind, fill)
        painter.restore()
    paint_entity(painter, rect, kind, 2.0 if node.alerted else 1.5)
    if SENSITIVE in node.tags or HONEYTOKEN in node.tags:
        pen = QPen(theme.colour("accent"), 1.5)
        if HONEYTOKEN in node.tags:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        grown = rect.adjusted(-3.5, -3.5, 3.5, 3.5)
        painter.drawRoundedRect(grown, *((theme.px(8),) * 2 if kind in ("computer", "controller") else (grown.width() / 2,) * 2))
    if node.members:
        painter.setFont(theme.font("body" if len(node.ref.label) < 4 else "quiet"))
        painter.setPen(theme.colour("text" if fill else ENTITY_ROLES.get(kind, "node-address")))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, node.ref.label)
    if pinned:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("text"))
        painter.drawEllipse(rect.topRight() + QPointF(-1, 1), theme.px(3), theme.px(3))


def paint_ring(painter: QPainter, centre: QPointF, side: float, role: str, width: float = 2) -> None:
    """A frame around a node that is chosen or under the pointer."""
    painter.setPen(QPen(theme.colour(role), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = side / 2 + 5
    painter.drawRoundedRect(QRectF(centre.x() - half, centre.y() - half, 2 * half, 2 * half), theme.px(8), theme.px(8))


def paint_ground(painter: QPainter, rect: QRectF, kind: str, role: str) -> None:
    """Fill the shape of a kind."""
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(rect.width(), rect.height())
    painter.fillPath(entity_path(kind), theme.colour(role))
    painter.restore()


def paint_labels(
    painter: QPainter, drawing: Drawing, at: Points, side: NDArray[np.float64], room: Room, first: Sequence[int],
    near: set[int], seen: NDArray[np.bool_], strong: set[int], blocks: Sequence[QRectF] = (),
    only: Sequence[int] | None = None,
) -> tuple[int, ...]:  # fmt: skip
    """Labels, those of `first` before the others by importance, where there is room; seen: nodes within the widget.

    blocks: what the others must not cover; the first EARLY may. near: what is not dimmed, empty for all. only: the others to
    try, while the picture moves: what was written last. Returns the nodes whose labels were written.
    """
    painter.setFont(theme.font("quiet"))
    height, written = theme.measure("quiet").height(), []
    ground = QColor(theme.colour("surface-1"))
    ground.setAlphaF(0.8)
    chosen = set(first)
    strong_ink, quiet_ink = theme.colour("text"), theme.colour("text-quiet")
    rest = drawing.order if only is None else only
    air, below, lower = theme.px(6), theme.px(3), theme.px(8)
    tried = 0
    for number, place in enumerate(chain(first, rest)):
        if number == EARLY:
            for one in blocks:
                room.take(one)
        if not seen[place] or (number >= len(first) and place in chosen):
            continue
        tried += 1
        if tried > TRIED or len(written) >= LABELS:
            break
        words = drawing.words[place]
        width = _width(words, theme.font("quiet").key()) + air
        x, y = at[place]
        box = QRectF(x - width / 2, y + side[place] / 2 + (lower if place in strong else below), width, height)
        if place in strong:
            room.take(box)
        elif not room.claim(box):
            continue
        written.append(place)
        painter.fillRect(box, ground)
        node = drawing.nodes[place]
        quiet = (near and place not in near) or not (node.alerted or place in strong or node.members)
        painter.setPen(quiet_ink if quiet else strong_ink)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
    return tuple(written)


@lru_cache(maxsize=20_000)
def _width(words: str, _font: str) -> int:
    return theme.measure("quiet").horizontalAdvance(words)


def paint_words(painter: QPainter, drawing: Drawing, at: Points, edges: Iterable[int], room: Room) -> None:
    """On these edges: what passed, how often; where there is room."""
    measure = theme.measure("quiet")
    painter.setFont(theme.font("quiet"))
    for number in edges:
        edge = drawing.shown.edges[number][2]
        middle = (at[drawing.ends[number, 0]] + at[drawing.ends[number, 1]]) / 2
        words = edge_words(edge)
        width = measure.horizontalAdvance(words) + theme.px(8)
        box = QRectF(middle[0] - width / 2, middle[1] - measure.height() / 2, width, measure.height())
        if not room.claim(box):
            continue
        painter.fillRect(box, theme.colour("surface-1", 0.85))
        painter.setPen(theme.colour("edge-alert" if edge.alerted else "text-quiet"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def edge_words(edge) -> str:
    """What passed on an edge: "Kerberos, LDAP 1,402", "member of"."""
    if edge.tie in POSSIBLE and not edge.count:
        return POSSIBLE[edge.tie]
    families = [wording.tidy(name, 40) for name, _ in sorted(edge.families, key=lambda pair: -pair[1]) if name != "other"][:2]
    return f"{', '.join(families)} {wording.number(edge.count)}".strip()
