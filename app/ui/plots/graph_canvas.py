"""The canvas of the entity graph: pan, zoom, choose by click, box or keys; drawn live while small, as ready pixels in a crowd.

Long because one widget answers for pointer, keys, geometry and what of it is on screen; how things look stands in graph_paint.
"""

import time
from collections.abc import Callable
from heapq import nsmallest
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.plots.crowd import crowd_pixels
from app.ui.plots.drawing import EMPTY, Drawing, name_of
from app.ui.plots.graph_paint import (
    DIMMED,
    Points,
    Room,
    paint_edge,
    paint_labels,
    paint_node,
    paint_ring,
    paint_words,
)
from app.ui.plots.layout import Place
from app.ui.plots.neighbourhood import Node
from app.ui.plots.raster import Pixels
from app.ui.widgets.words import plain_tip

MOVE = 0.2
"""Seconds in which nodes move to their new places."""
ZOOM_LEAST, ZOOM_MOST = 0.02, 4.0
LIVE_EDGES, LIVE_NODES = 700, 500
"""Edges and nodes within sight up to which they are drawn with arrows, dashes and rings in every frame."""
MARGIN = 0.25
"""Share of the widget that the pixels of a crowd reach over each side, so that a pan has something to show."""
LIT = 60
"""Edges of the chosen node that are drawn at once over a crowd; all of them come with the next pixels."""
KEYS = {
    Qt.Key.Key_E: "expand", Qt.Key.Key_Delete: "hide_chosen", Qt.Key.Key_Backspace: "collapse", Qt.Key.Key_P: "pin",
    Qt.Key.Key_I: "keep_only", Qt.Key.Key_N: "choose_neighbours", Qt.Key.Key_W: "way", Qt.Key.Key_L: "toggle_edges",
}  # fmt: skip
"""Keys that ask the page for a command while the canvas has the focus; the same commands stand in the table of actions."""
WAYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
WORDS = 16
"""Edges of what is chosen on which is written what passed."""
Run = Callable[[Callable[[], Any], Callable[[Any], None]], object]


def _now(work: Callable[[], Any], done: Callable[[Any], None]) -> None:
    done(work())


class GraphCanvas(QWidget):
    """Shows a Drawing at places. chosen(node or None) when the current node changed, opened(node) on double click or Enter.

    asked(word): a key of KEYS. menu(node or None, point): right click or the menu key. moved(key, place): a node was dragged.
    run(work, done): how pixels of a crowd are made; at once by default, the page gives a way that does not hold the window.
    """

    chosen = Signal(object)
    opened = Signal(object)
    asked = Signal(str)
    menu = Signal(object, object)
    moved = Signal(str, object)
    hovered = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Graph of entities"))
        self.run: Run = _now
        self.resized: Callable[[], object] = lambda: None
        self.drawing: Drawing = EMPTY
        self.pinned: frozenset[str] = frozenset()
        self._at: Points = np.zeros((0, 2))
        self._from, self._goal = self._at, self._at
        self._began = 0.0
        self._zoom, self._centre = 1.0, QPointF(0, 0)
        self._current = ""
        self._others: frozenset[str] = frozenset()
        self._hover = ""
        self._way: tuple[str, ...] = ()
        self._press: tuple[str, QPointF, str] | None = None
        self._trail: list[QPointF] = []
        self._moved, self._untouched = False, True
        self._pixels: tuple[QImage, float, QPointF] | None = None
        self._stale, self._making = True, False
        self._named: tuple[int, ...] = ()
        self._chosen_parts: tuple[set[int], set[int], set[int]] = (set(), set(), set())
        self._told: list[int] = []
        self._named_of: Drawing = EMPTY
        self._timer = QTimer(self)
        self._timer.setInterval(16)
        self._timer.timeout.connect(self._advance)

    # ---- what is shown

    def show_drawing(self, drawing: Drawing, places: dict[str, Place], animate: bool = True) -> None:
        """Show another picture; nodes that stood move smoothly, nothing is reshuffled."""
        before = self.places()
        self.drawing = drawing
        if self._press is not None and self._press[2] and self._press[2] not in drawing.index:
            self._press = None  # who was dragged is gone
        self._goal = np.array([places[node.key] for node in drawing.nodes], dtype=float).reshape(-1, 2)
        self._from = np.array([before.get(node.key, places[node.key]) for node in drawing.nodes], dtype=float).reshape(-1, 2)
        self._way = tuple(key for key in self._way if key in drawing.index) if set(self._way) <= set(drawing.index) else ()
        if self._current not in drawing.index:
            self._current = ""
        self._others = frozenset(key for key in self._others if key in drawing.index)
        self._find_chosen()
        if animate and not self.crowded and len(self._goal) and not np.allclose(self._from, self._goal):
            self._began = time.monotonic()
            self._at = self._from.copy()
            self._timer.start()
        else:
            self._timer.stop()
            self._at = self._goal
        if self._untouched:
            self.fit()
        self._changed(True)

    @property
    def crowded(self) -> bool:
        """Whether there is too much to draw it anew in every frame wherever one looks."""
        return len(self.drawing.ends) > LIVE_EDGES or len(self.drawing.nodes) > LIVE_NODES

    def places(self) -> dict[str, Place]:
        """Where nodes stand, or are going to."""
        return {node.key: (x, y) for node, (x, y) in zip(self.drawing.nodes, self._goal.tolist(), strict=True)}

    def choose(self, key: str, others: frozenset[str] = frozenset()) -> None:
        """Choose a node by key, "" none; others: more that are chosen beside it."""
        self._current = key if key in self.drawing.index else ""
        self._others = frozenset(one for one in others if one in self.drawing.index and one != self._current)
        self._way, self._stale = (), True
        self._find_chosen()
        node = self.current
        self.setAccessibleDescription(
            f"{name_of(node)}, {wording.entity_kind(node.ref.kind)}, {wording.count(node.degree, 'neighbour')}" if node else ""
        )
        self.update()
        self.chosen.emit(node)

    @property
    def current(self) -> Node | None:
        """The node that was chosen last."""
        return self.drawing.nodes[self.drawing.index[self._current]] if self._current in self.drawing.index else None

    def selection(self) -> tuple[Node, ...]:
        """Every node that is chosen, the current one first."""
        keys = ([self._current] if self._current else []) + sorted(self._others)
        return tuple(self.drawing.nodes[self.drawing.index[key]] for key in keys if key in self.drawing.index)

    def show_way(self, keys: tuple[str, ...]) -> None:
        """Light the way over these nodes; () for none."""
        self._way, self._stale = tuple(key for key in keys if key in self.drawing.index), True
        self._find_chosen()
        self.update()

    def way(self) -> tuple[str, ...]:
        """The nodes of the way that is lit."""
        return self._way

    # ---- geometry

    def fit(self) -> None:
        """Show all nodes."""
        if not len(self._goal) or self.width() < 2:
            return
        low, high = self._goal.min(axis=0), self._goal.max(axis=0)
        margin = min(theme.px(90 if not self.crowded else 40), self.width() // 8, self.height() // 6)
        free = max(80, self.width() - 2 * margin), max(80, self.height() - 2 * margin)
        self._zoom = max(ZOOM_LEAST, min(1.4, *(room / (float(far) + 1) for room, far in zip(free, high - low, strict=True))))
        self._centre = QPointF(*((low + high) / 2).tolist())
        self._changed()

    def see_all(self) -> None:
        """Follow the picture again, as before the user moved it."""
        self._untouched = True

    def look_at(self, key: str) -> None:
        """Bring a node into the middle when it is out of sight or too small to read."""
        place = self.drawing.index.get(key)
        if place is None:
            return
        point = self.point_of(key)
        if self._zoom < 0.3 or not self.rect().adjusted(40, 40, -40, -40).contains(point.toPoint()):
            self._zoom = max(self._zoom, 0.5)
            self._centre = QPointF(*self._at[place].tolist())
            self._untouched = False
            self._changed()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point of the widget (its middle by default)."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        before = self._scene(at)
        self._zoom = max(ZOOM_LEAST, min(ZOOM_MOST, self._zoom * factor))
        self._centre += before - self._scene(at)
        self._untouched = False
        self._changed()

    def pan(self, delta: QPointF) -> None:
        """Move the picture by pixels."""
        self._untouched = False
        self._centre -= delta / self._zoom
        self._changed()

    def points(self) -> Points:
        """Where every node is on the widget."""
        middle = np.array((self.width() / 2, self.height() / 2))
        found: Points = (self._at - (self._centre.x(), self._centre.y())) * self._zoom + middle
        return found

    def sides(self) -> NDArray[np.float64]:
        """Side of every node on the widget, in pixels."""
        scale = max(0.42, min(1.3, self._zoom**0.5)) if not self.crowded else max(0.13, min(1.3, self._zoom**0.7))
        scale *= theme.px(100) / 100
        found: NDArray[np.float64] = self.drawing.side * scale
        return found

    def point_of(self, key: str) -> QPointF:
        """Where a node is on the widget."""
        return QPointF(*self.points()[self.drawing.index[key]].tolist())

    def rect_of(self, key: str) -> QRect:
        """What a node covers of the widget."""
        side = int(self.sides()[self.drawing.index[key]]) + 4
        point = self.point_of(key).toPoint()
        return QRect(point.x() - side // 2, point.y() - side // 2, side, side)

    def node_at(self, point: QPointF) -> Node | None:
        """The node under a point of the widget, the one whose middle is nearest."""
        if not self.drawing.nodes:
            return None
        away = np.abs(self.points() - (point.x(), point.y())).max(axis=1)
        inside = np.flatnonzero(away <= self.sides() / 2 + theme.px(4))
        return self.drawing.nodes[int(inside[np.argmin(away[inside])])] if len(inside) else None

    def _scene(self, point: QPointF) -> QPointF:
        return self._centre + (point - QPointF(self.width() / 2, self.height() / 2)) / self._zoom

    # ---- pointer

    def sizeHint(self) -> QSize:
        """As much as there is."""
        return QSize(theme.px(600), theme.px(400))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep all in view until the user moved the picture."""
        super().resizeEvent(event)
        if self._untouched:
            self.fit()
        self._changed()
        self.resized()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.zoom(1.0015 ** event.angleDelta().y(), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag the picture or a node, to draw a box (Shift) or a lasso (Alt), or choose on release."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        node = self.node_at(event.position())
        shift, alt = (
            bool(event.modifiers() & one) for one in (Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier)
        )
        how = "box" if shift else "lasso" if alt else "node" if node is not None and not self.crowded else "pan"
        self._press, self._moved = (how, event.position(), node.key if node else ""), False
        self._trail = [event.position()]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with what was begun; a hand and a ring over nodes."""
        if self._press is None or not event.buttons():
            self._hover_at(event)
            return
        how, last, key = self._press
        delta = event.position() - last
        if not self._moved and delta.manhattanLength() <= 4:
            return
        self._moved = True
        self._press = (how, event.position(), key)
        if how == "pan":
            self.pan(delta)
        elif how == "node":
            place = self.drawing.index[key]
            self._goal = self._goal.copy()
            self._goal[place] += np.array((delta.x(), delta.y())) / self._zoom
            self._timer.stop()
            self._at = self._goal
            self._untouched = False
            self.update()
        else:
            self._trail = [self._trail[0], event.position()] if how == "box" else [*self._trail, event.position()][-2_000:]
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what is under the pointer or in the box, or put down what was dragged."""
        press, self._press = self._press, None
        if press is None or event.button() != Qt.MouseButton.LeftButton:
            return
        how, _, key = press
        if self._moved and how == "node":
            self.moved.emit(key, tuple(self._goal[self.drawing.index[key]].tolist()))
        elif self._moved and how in ("box", "lasso"):
            inside = self._caught(how)
            self.choose(inside[0] if inside else "", frozenset(inside))
        elif not self._moved:
            node = self.node_at(event.position())
            several = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
            if node is not None and several:
                before = {one.key for one in self.selection()}
                if node.key in before:
                    rest = sorted(before - {node.key})
                    self.choose(rest[0] if rest else "", frozenset(rest))
                else:
                    self.choose(node.key, frozenset(before))
            else:
                self.choose(node.key if node else "")
        self._trail = []
        self.update()

    def _caught(self, how: str) -> list[str]:
        shape = QPolygonF(QRectF(self._trail[0], self._trail[-1]).normalized()) if how == "box" else QPolygonF(self._trail)
        box = shape.boundingRect()
        at = self.points()
        inside = (at[:, 0] >= box.left()) & (at[:, 0] <= box.right()) & (at[:, 1] >= box.top()) & (at[:, 1] <= box.bottom())
        rule = Qt.FillRule.OddEvenFill
        places = [
            int(one) for one in np.flatnonzero(inside) if how == "box" or shape.containsPoint(QPointF(*at[one].tolist()), rule)
        ]
        rank = {place: number for number, place in enumerate(self.drawing.order)}
        return [self.drawing.nodes[one].key for one in sorted(places, key=rank.__getitem__)]

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open what is under the pointer."""
        node = self.node_at(event.position())
        if node is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(node)

    def contextMenuEvent(self, event) -> None:
        """The menu of the node under the pointer, or of the chosen one by the menu key."""
        by_key = event.reason() == event.Reason.Keyboard
        node = self.current if by_key else self.node_at(QPointF(event.pos()))
        if node is not None and node.key not in {one.key for one in self.selection()}:
            self.choose(node.key)
        at = self.point_of(node.key).toPoint() if by_key and node is not None else event.pos()
        self.menu.emit(node, self.mapToGlobal(at))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        self._hover = ""
        self.hovered.emit(None, None)
        self.update()
        super().leaveEvent(event)

    def _hover_at(self, event: QMouseEvent) -> None:
        over = self.node_at(event.position())
        key = over.key if over else ""
        if key == self._hover:
            return
        self._hover = key
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        self.setToolTip(plain_tip(name_of(over)) if over is not None and over.members else "")
        self.hovered.emit(over, self.mapToGlobal(event.position().toPoint()))
        self.update()

    # ---- keys

    def event(self, event: QEvent) -> bool:
        """The keys of the graph are its own while it has the focus, whatever else they do in the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain and (event.key() in KEYS or event.key() in WAYS):
                event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk to a neighbour in that direction, Enter opens, plus and minus zoom, 0 fits, Esc chooses none; see KEYS."""
        key = event.key()
        if key in WAYS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.pan(QPointF(*WAYS[key]) * -theme.px(80))
        elif key in WAYS:
            self._walk(*WAYS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.opened.emit(self.current)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.zoom(1.25 if key == Qt.Key.Key_Plus else 0.8)
        elif key == Qt.Key.Key_0:
            self._untouched = True
            self.fit()
        elif key == Qt.Key.Key_Escape and (self._current or self._others):
            self.choose("")
        elif key == Qt.Key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            keys = [self.drawing.nodes[place].key for place in self.drawing.order]
            self.choose(self._current or (keys[0] if keys else ""), frozenset(keys))
        elif key in KEYS and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.asked.emit(KEYS[key])
        else:
            super().keyPressEvent(event)

    def _walk(self, dx: int, dy: int) -> None:
        """To the nearest node in a direction, a neighbour when there is one."""
        if not self.drawing.nodes:
            return
        here = self.drawing.index.get(self._current)
        start = self._at[here] if here is not None else np.array((self._centre.x(), self._centre.y()))
        delta = self._at - start
        ahead, aside = delta[:, 0] * dx + delta[:, 1] * dy, np.abs(delta[:, 0] * dy) + np.abs(delta[:, 1] * dx)
        cost = np.where(ahead > 1, ahead + 2 * aside, np.inf)
        if here is not None:
            cost[here] = np.inf
            beside = np.zeros(len(cost), bool)
            for mine, theirs in ((0, 1), (1, 0)):
                beside[self.drawing.ends[self.drawing.ends[:, mine] == here, theirs]] = True
            if np.isfinite(np.where(beside, cost, np.inf)).any():
                cost = np.where(beside, cost, np.inf)
        best = int(np.argmin(cost))
        if np.isfinite(cost[best]):
            key = self.drawing.nodes[best].key
            self.choose(key)
            self.look_at(key)

    # ---- painting

    def paintEvent(self, _event: object) -> None:
        """Edges, nodes, labels."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter)
        self._paint_trail(painter)

    def paint(self, painter: QPainter, whole: bool = False) -> None:
        """Paint what is seen; whole: every edge and node as itself, for a picture that is kept."""
        painter.fillRect(self.rect(), theme.colour("surface-1"))
        if not self.drawing.nodes:
            return
        at, side = self.points(), self.sides()
        reach = side + 20
        seen = ((at > -reach[:, None]) & (at < np.array((self.width(), self.height())) + reach[:, None])).all(axis=1)
        few = whole or int(seen.sum()) <= LIVE_NODES
        edges = self._edges_in_sight(at) if few else np.empty(0, np.int64)
        live = whole or (few and len(edges) <= LIVE_EDGES)
        chosen, lit, near = self._chosen_parts
        if live:
            self._paint_live(painter, at, side, edges, seen, near, lit)
        else:
            self._paint_crowd(painter, at, side, lit)
        self._paint_rings(painter, at, side)
        room = Room(self.width(), self.height())
        half = np.maximum(1.0, side / 2 - 4)  # cells are coarse: its own label must find room
        blocks = [QRectF(*(at[one] - half[one]), 2 * half[one], 2 * half[one]) for one in np.flatnonzero(seen)] if live else []
        way = [self.drawing.index[key] for key in self._way]
        first = list(
            dict.fromkeys([*chosen, *([self.drawing.index[self._hover]] if self._hover in self.drawing.index else []), *way])
        )
        if near and len(near) <= 60:
            first += [one for one in self.drawing.order if one in near and one not in first]
        some = self._named if not live and (self._stale or self._making) and self._named_of is self.drawing else None
        self._named = paint_labels(painter, self.drawing, at, side, room, first, near, seen, chosen | set(way), blocks, some)
        self._named_of = self.drawing
        paint_words(painter, self.drawing, at, self._told, room)

    def _edges_in_sight(self, at: Points) -> NDArray[np.int64]:
        if not len(self.drawing.ends):
            return np.empty(0, np.int64)
        one, other = at[self.drawing.ends[:, 0]], at[self.drawing.ends[:, 1]]
        size = np.array((self.width(), self.height()))
        out = (np.maximum(one, other) < 0).any(axis=1) | (np.minimum(one, other) > size).any(axis=1)
        return np.flatnonzero(~out)

    def _find_chosen(self) -> None:
        """Which nodes are chosen, which edges are at them or on the way, which nodes are at these; what is told of them."""
        chosen = {self.drawing.index[one.key] for one in self.selection()}
        lit = set()
        if chosen and len(self.drawing.ends):
            some = np.isin(self.drawing.ends, sorted(chosen)).any(axis=1) if len(chosen) <= 60 else np.empty(0, bool)
            lit = set(np.flatnonzero(some).tolist()) | self._way_edges()
        near = set(self.drawing.ends[sorted(lit)].ravel().tolist()) | chosen if chosen else set()
        self._chosen_parts = (chosen, lit, near)
        shown = self.drawing.shown.edges
        self._told = nsmallest(WORDS, lit, key=lambda one: (not shown[one][2].alerted, -shown[one][2].count, one))

    def _way_edges(self) -> set[int]:
        steps = {frozenset(self.drawing.index[key] for key in pair) for pair in pairwise(self._way)}
        if not steps:
            return set()
        return {number for number, (one, other) in enumerate(self.drawing.ends.tolist()) if frozenset((one, other)) in steps}

    def _paint_live(
        self, painter: QPainter, at: Points, side: NDArray[np.float64], edges: NDArray[np.int64], seen: NDArray[np.bool_],
        near: set[int], lit: set[int],
    ) -> None:  # fmt: skip
        on_way = self._way_edges()
        shown = self.drawing.shown.edges
        for number in sorted(edges.tolist(), key=lambda one: (one in on_way, one in lit, shown[one][2].alerted)):
            self._paint_edge(painter, at, side, number, not near or number in lit, number in on_way)
        for place in np.flatnonzero(seen).tolist():
            painter.setOpacity(1.0 if not near or place in near else DIMMED)
            node = self.drawing.nodes[place]
            paint_node(
                painter, node, QPointF(*at[place].tolist()), side[place], self.drawing.fill[place], node.key in self.pinned
            )
        painter.setOpacity(1.0)

    def _paint_edge(self, painter: QPainter, at: Points, side: NDArray[np.float64], number: int, lit: bool, on_way: bool) -> None:
        one, other = self.drawing.ends[number].tolist()
        paint_edge(
            painter, QPointF(*at[one].tolist()), QPointF(*at[other].tolist()), (side[one] / 2, side[other] / 2),
            float(self.drawing.width[number]), self.drawing.role[number], dashed=bool(self.drawing.dashed[number]), lit=lit,
            on_way=on_way,
        )  # fmt: skip

    def _paint_crowd(self, painter: QPainter, at: Points, side: NDArray[np.float64], lit: set[int]) -> None:
        """The pixels made last, moved and scaled to where they belong now; new ones are asked for."""
        if self._pixels is not None:
            image, zoom, centre = self._pixels
            scale = self._zoom / zoom
            middle = QPointF(self.width() / 2, self.height() / 2) + (centre - self._centre) * self._zoom
            wide, high = image.width() * scale, image.height() * scale
            painter.drawImage(QRectF(middle.x() - wide / 2, middle.y() - high / 2, wide, high), image)
        if self._stale and not self._making:
            self._make_pixels()
        if self._making and lit:
            on_way = self._way_edges()
            for number in sorted(lit, key=lambda one: (one in on_way, self.drawing.shown.edges[one][2].alerted))[-LIT:]:
                self._paint_edge(painter, at, side, number, True, number in on_way)

    def _make_pixels(self) -> None:
        """Have the crowd drawn away from the window as it should look now."""
        width, height = (int(one * (1 + 2 * MARGIN)) for one in (self.width(), self.height()))
        zoom, centre, drawn = self._zoom, QPointF(self._centre), self.drawing
        at = (self._at - (centre.x(), centre.y())) * zoom + (width / 2, height / 2)
        work = crowd_pixels(drawn, at, self.sides(), (width, height), self._chosen_parts[1], self._chosen_parts[2])
        self._stale, self._making = False, True

        def done(pixels: Pixels) -> None:
            self._making = False
            if drawn is self.drawing:
                image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
                self._pixels, self._kept = (image, zoom, centre), pixels
            self.update()

        self.run(work, done)

    def _changed(self, other: bool = False) -> None:
        """What is on screen is no longer what it was; other: it is another picture."""
        self._stale = True
        if other and not self.crowded:
            self._pixels = None
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Another theme, another text size: the pixels are of the one before."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._changed()
        super().changeEvent(event)

    def _paint_rings(self, painter: QPainter, at: Points, side: NDArray[np.float64]) -> None:
        for key in (*self._others, *([self._current] if self._current else [])):
            place = self.drawing.index[key]
            role = "focus" if self.hasFocus() and key == self._current else "accent"
            paint_ring(painter, QPointF(*at[place].tolist()), side[place], role)
        if self._hover in self.drawing.index:
            place = self.drawing.index[self._hover]
            paint_ring(painter, QPointF(*at[place].tolist()), side[place], "line-strong", 1)

    def _paint_trail(self, painter: QPainter) -> None:
        if self._press is None or not self._moved or self._press[0] not in ("box", "lasso") or len(self._trail) < 2:
            return
        painter.setPen(QPen(theme.colour("accent"), 1))
        painter.setBrush(theme.colour("accent", 0.14))
        if self._press[0] == "box":
            painter.drawRect(QRectF(self._trail[0], self._trail[-1]).normalized())
        else:
            painter.drawPolygon(QPolygonF(self._trail))

    def _advance(self) -> None:
        part = min(1.0, (time.monotonic() - self._began) / MOVE)
        self._at = self._from + (self._goal - self._from) * (1 - (1 - part) ** 3)
        if part >= 1.0:
            self._timer.stop()
            self._at = self._goal
        self.update()
