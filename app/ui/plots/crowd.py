"""What of a crowd goes into its pixels: lines by colour, small pictures of nodes, what is chosen over a veil."""

from collections.abc import Callable, Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from app.ui import theme
from app.ui.plots.drawing import Drawing
from app.ui.plots.graph_paint import Points, paint_ground
from app.ui.plots.raster import Pixels, Stamps, Strokes, Veil, raster
from app.ui.widgets.glyphs import ENTITY_ROLES, paint_entity

DENSE = 5_000
"""Edges from which on each is fainter."""
SMALL = 9
"""Pixels of a node below which it is a filled spot without an outline."""
Look = tuple[str, int, str, bool, str, bool]
"""Sign, side, role of the inside, alerted, theme, group."""


def crowd_pixels(
    drawn: Drawing, at: Points, sides: NDArray[np.float64], size: tuple[int, int], lit: set[int], near: set[int]
) -> Callable[[], Pixels]:
    """What makes the pixels, to be called away from the window; colours and small pictures are taken now.

    at, sides: of the nodes in pixels of a picture of this size. lit, near: edges and nodes that stand out, none: all alike.
    """
    side = np.maximum(3, np.round(sides)).astype(int).tolist()
    looks: list[Look] = [
        (node.sign, side[place], drawn.fill[place], node.alerted, theme.active(), bool(node.members))
        for place, node in enumerate(drawn.nodes)
    ]
    sprites = {look: sprite(*look) for look in set(looks)}
    colours = {role: theme.colour(role).getRgb()[:3] for role in {*drawn.role, "surface-1"}}
    strength = 0.75 if len(drawn.ends) < DENSE else 0.45

    def strokes(some: Iterable[int]) -> list[Strokes]:
        by_role: dict[str, list[int]] = {}
        for number in some:
            by_role.setdefault(drawn.role[number], []).append(number)
        return [
            Strokes(
                np.hstack((at[drawn.ends[held, 0]], at[drawn.ends[held, 1]])), colours[role], strength if role == "edge" else 0.9
            )
            for role, held in sorted(by_role.items(), key=lambda item: item[0] != "edge")
        ]

    def stamps(some: Iterable[int]) -> list[Stamps]:
        by_look: dict[Look, list[int]] = {}
        for place in some:
            by_look.setdefault(looks[place], []).append(place)
        return [Stamps(at[places], sprites[look]) for look, places in by_look.items()]

    def work() -> Pixels:
        layers: list[Strokes | Stamps | Veil] = [*strokes(range(len(drawn.ends))), *stamps(range(len(drawn.nodes)))]
        if near:
            layers += [Veil(0.7), *strokes(sorted(lit)), *stamps(sorted(near))]
        return raster(*size, colours["surface-1"], layers)

    return work


@lru_cache(maxsize=512)
def sprite(kind: str, side: int, fill: str, alerted: bool, _theme: str, members: bool) -> Pixels:
    """A node of a crowd as premultiplied pixels."""
    edge = side + 2 + (4 if members else 0)
    image = QImage(edge, edge, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rect = QRectF((edge - side) / 2, (edge - side) / 2, side, side)
    paint_ground(painter, rect, kind, fill or (ENTITY_ROLES.get(kind, "node-address") if side < SMALL else "surface-1"))
    if side >= SMALL:
        paint_entity(painter, rect, kind, 2.0 if alerted else 1.2)
    painter.end()
    found: Pixels = np.frombuffer(image.constBits(), np.uint32).reshape(edge, image.bytesPerLine() // 4)[:, :edge].copy()
    return found
