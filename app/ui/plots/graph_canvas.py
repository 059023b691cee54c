"""The canvas of the entity graph: nodes, arrows, labels that do not overlap; pan, zoom, choose, expand."""

import math
import time
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.ui import theme, wording
from app.ui.plots.layout import Place
from app.ui.plots.neighbourhood import Node, Shown, plural
from app.ui.widgets.glyphs import ENTITY_ROLES, entity_path, paint_entity
from app.ui.widgets.words import plain_tip

MOVE = 0.2
"""Seconds in which nodes move to their new places."""
ZOOM_LEAST, ZOOM_MOST = 0.08, 4.0
DIMMED = 0.28


class GraphCanvas(QWidget):
    """Shows a Shown at places. chosen(node or None) on click or arrow keys, opened(node) on double click or Enter."""

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Graph of entities")
        self._shown = Shown()
        self._nodes: dict[str, Node] = {}
        self._places: dict[str, Place] = {}
        self._from: dict[str, Place] = {}
        self._goal: dict[str, Place] = {}
        self._began = 0.0
        self._zoom, self._centre = 1.0, QPointF(0, 0)
        self._chosen = ""
        self._importance: dict[str, float] = {}
        self._way: tuple[str, ...] = ()
        self._drag: QPointF | None = None
        self._moved = False
        self._untouched = True
        self._timer = QTimer(self)
        self._timer.setInterval(16)
        self._timer.timeout.connect(self._advance)

    def show_graph(
        self, shown: Shown, places: dict[str, Place], importance: dict[str, float] | None = None, animate: bool = True
    ) -> None:
        """Show another graph; nodes that stood move smoothly, nothing is reshuffled.

        importance: node key to 0 to 1; important nodes are larger, their names are written first.
        """
        self._shown, self._nodes = shown, {one.key: one for one in shown.nodes}
        self._importance, self._way = importance or {}, ()
        self._from = {key: self._places.get(key, place) for key, place in places.items()}
        self._goal = dict(places)
        if self._chosen not in self._nodes:
            self._chosen = ""
        moved = any(self._from[key] != place for key, place in places.items())
        if animate and moved:
            self._began = time.monotonic()
            self._timer.start()
        else:
            self._places = dict(places)
        if self._untouched:
            self.fit()
        self.update()

    def places(self) -> dict[str, Place]:
        """Where nodes stand, or are going to."""
        return dict(self._goal)

    def choose(self, key: str) -> None:
        """Choose a node by key; "" chooses none."""
        self._chosen = key if key in self._nodes else ""
        self._way = ()
        self.update()
        self.chosen.emit(self._nodes.get(self._chosen))

    def show_way(self, keys: tuple[str, ...]) -> None:
        """Light the way over these nodes; () for none."""
        self._way = keys
        self.update()

    def way(self) -> tuple[str, ...]:
        """The nodes of the way that is lit."""
        return self._way

    def fit(self) -> None:
        """Show all nodes."""
        places = list(self._goal.values())
        if not places or self.width() < 2:
            return
        xs, ys = [one[0] for one in places], [one[1] for one in places]
        margin = theme.px(90)
        wide, high = max(xs) - min(xs) + 1, max(ys) - min(ys) + 1
        free = max(80, self.width() - 2 * margin), max(80, self.height() - 2 * margin)
        self._zoom = max(ZOOM_LEAST, min(1.4, free[0] / wide, free[1] / high))
        self._centre = QPointF((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2)
        self.update()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point of the widget (its middle by default)."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        before = self._scene(at)
        self._zoom = max(ZOOM_LEAST, min(ZOOM_MOST, self._zoom * factor))
        self._centre += before - self._scene(at)
        self._untouched = False
        self.update()

    def node_at(self, point: QPointF) -> Node | None:
        """The node under a point of the widget."""
        for node in reversed(self._shown.nodes):
            if node.key in self._places:
                centre, half = self._point(node.key), self._side(node) / 2 + theme.px(4)
                if abs(point.x() - centre.x()) <= half and abs(point.y() - centre.y()) <= half:
                    return node
        return None

    def point_of(self, key: str) -> QPointF:
        """Where a node is on the widget."""
        return self._point(key)

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep all in view until the user moved the picture."""
        super().resizeEvent(event)
        if self._untouched:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.zoom(1.0015 ** event.angleDelta().y(), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag the picture, or choose on release."""
        self._drag, self._moved = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the picture; a hand over nodes."""
        if self._drag is not None and event.buttons():
            delta = event.position() - self._drag
            if self._moved or delta.manhattanLength() > 4:
                self._moved, self._untouched, self._drag = True, False, event.position()
                self._centre -= delta / self._zoom
                self.update()
        else:
            over = self.node_at(event.position())
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            self.setToolTip("" if over is None or over.members else plain_tip(over.ref.label))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what is under the pointer."""
        if not self._moved:
            node = self.node_at(event.position())
            self.choose(node.key if node else "")
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open what is under the pointer."""
        node = self.node_at(event.position())
        if node is not None:
            self.opened.emit(node)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk to the next node in that direction, Enter opens, plus and minus zoom, 0 fits."""
        key = Qt.Key(event.key())
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        if key in ways:
            self._walk(*ways[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen:
            self.opened.emit(self._nodes[self._chosen])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.zoom(1.25 if key == Qt.Key.Key_Plus else 0.8)
        elif key == Qt.Key.Key_0:
            self._untouched = True
            self.fit()
        else:
            super().keyPressEvent(event)

    # ---- painting

    def paintEvent(self, _event: object) -> None:
        """Edges, nodes, labels."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour("surface-1"))
        near = self._near()
        steps = {frozenset(pair) for pair in pairwise(self._way)}
        for one, other, edge in sorted(self._shown.edges, key=lambda item: (frozenset(item[:2]) in steps, item[2].alerted)):
            if one in self._places and other in self._places:
                on_way = frozenset((one, other)) in steps
                lit = not near or on_way or (self._chosen in (one, other))
                self._paint_edge(painter, self._nodes[one], self._nodes[other], edge.count, edge.alerted, lit, on_way)
        for node in self._shown.nodes:
            if node.key in self._places:
                painter.setOpacity(1.0 if not near or node.key in near else DIMMED)
                self._paint_node(painter, node)
        painter.setOpacity(1.0)
        taken = self._paint_labels(painter, near)
        self._paint_words(painter, taken)

    def _paint_edge(self, painter: QPainter, one: Node, other: Node, count: int, alerted: bool, lit: bool, on_way: bool) -> None:
        start, end = self._point(one.key), self._point(other.key)
        length = math.hypot(end.x() - start.x(), end.y() - start.y())
        room = self._side(one) / 2 + self._side(other) / 2 + theme.px(8)
        if length <= room:
            return
        unit = QPointF((end.x() - start.x()) / length, (end.y() - start.y()) / length)
        tip = end - unit * (self._side(other) / 2 + theme.px(4))
        tail = start + unit * (self._side(one) / 2 + theme.px(4))
        colour = QColor(theme.colour("edge-alert" if alerted else "edge"))
        colour.setAlphaF((0.95 if alerted else 0.75) * (1.0 if lit else DIMMED))
        width = 1.0 + min(3.0, math.log10(max(1, count)))
        head = theme.px(5) + width
        if on_way:
            painter.setPen(
                QPen(theme.colour("accent", 0.35), width + theme.px(7), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            )
            painter.drawLine(tail, tip)
        painter.setPen(QPen(colour, width))
        painter.drawLine(tail, tip - unit * head * 0.8)
        side = QPointF(-unit.y(), unit.x()) * head * 0.5
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([tip, tip - unit * head + side, tip - unit * head - side]))

    def _paint_node(self, painter: QPainter, node: Node) -> None:
        centre, side = self._point(node.key), self._side(node)
        rect = QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
        role = ENTITY_ROLES.get(node.ref.kind, "node-address")
        if node.members:
            for back in (2, 1):
                paint_entity(painter, rect.translated(back * theme.px(4), -back * theme.px(4)), node.ref.kind)
        self._fill(painter, rect, node.ref.kind)
        paint_entity(painter, rect, node.ref.kind, 2.0 if node.alerted else 1.5)
        if node.members:
            painter.setFont(theme.font("body"))
            painter.setPen(theme.colour(role))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, node.ref.label)
        if node.key == self._chosen:
            painter.setPen(QPen(theme.colour("focus" if self.hasFocus() else "accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            grown = rect.adjusted(-5, -5, 5, 5)
            painter.drawRoundedRect(grown, theme.px(8), theme.px(8))

    def _fill(self, painter: QPainter, rect: QRectF, kind: str) -> None:
        painter.save()
        painter.translate(rect.topLeft())
        painter.scale(rect.width(), rect.height())
        painter.fillPath(entity_path(kind), theme.colour("surface-1"))
        painter.restore()

    def _paint_words(self, painter: QPainter, taken: list[QRectF]) -> None:
        """On the edges of the chosen node, and on those of alerts: what passed, how often; where there is room."""
        measure = theme.measure("quiet")
        painter.setFont(theme.font("quiet"))
        for one, other, edge in sorted(self._shown.edges, key=lambda item: (not item[2].alerted, -item[2].count)):
            if self._chosen not in (one, other) or one not in self._places or other not in self._places:
                continue
            families = [name for name, _ in sorted(edge.families, key=lambda pair: -pair[1]) if name != "other"][:2]
            words = f"{', '.join(families)} {wording.number(edge.count)}".strip()
            middle = (self._point(one) + self._point(other)) / 2
            width = measure.horizontalAdvance(words) + theme.px(8)
            box = QRectF(middle.x() - width / 2, middle.y() - measure.height() / 2, width, measure.height())
            if any(box.intersects(place) for place in taken):
                continue
            taken.append(box)
            painter.fillRect(box, theme.colour("surface-1", 0.85))
            painter.setPen(theme.colour("edge-alert" if edge.alerted else "text-quiet"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_labels(self, painter: QPainter, near: set[str]) -> list[QRectF]:
        """Labels by importance; one that would cover another, or any node, is left out until there is room."""
        painter.setFont(theme.font("quiet"))
        measure = theme.measure("quiet")
        taken = [self._box(node) for node in self._shown.nodes if node.key in self._places]
        order = sorted(
            self._shown.nodes,
            key=lambda n: (
                n.key != self._chosen,
                n.key not in self._way,
                n.key not in near,
                -self._importance.get(n.key, 0.0),
                not n.alerted,
                -n.weight,
                n.key,
            ),
        )
        for node in order:
            if node.key not in self._places or (self._zoom < 0.35 and node.key != self._chosen and not node.alerted):
                continue
            words = plural(node.ref.kind) if node.members else wording.middle(node.ref.label, 28)
            width, height = measure.horizontalAdvance(words) + theme.px(6), measure.height()
            centre, half = self._point(node.key), self._side(node) / 2
            box = QRectF(centre.x() - width / 2, centre.y() + half + theme.px(3), width, height)
            if node.key != self._chosen and any(box.intersects(other) for other in taken):
                continue
            taken.append(box)
            ground = QColor(theme.colour("surface-1"))
            ground.setAlphaF(0.8)
            painter.fillRect(box, ground)
            dim = near and node.key not in near
            painter.setPen(theme.colour("text-quiet" if dim or not (node.alerted or node.key == self._chosen) else "text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        return taken

    # ---- geometry

    def _box(self, node: Node) -> QRectF:
        centre, half = self._point(node.key), self._side(node) / 2
        return QRectF(centre.x() - half, centre.y() - half, 2 * half, 2 * half)

    def _side(self, node: Node) -> float:
        size = 22 + min(20.0, 5 * math.log10(1 + node.weight)) + (10 if node.members else 0)
        size += 12 * self._importance.get(node.key, 0.0)
        return theme.px(size) * max(0.55, min(1.3, self._zoom**0.5))

    def _point(self, key: str) -> QPointF:
        x, y = self._places.get(key) or self._goal.get(key, (0.0, 0.0))
        middle = QPointF(self.width() / 2, self.height() / 2)
        return middle + (QPointF(x, y) - self._centre) * self._zoom

    def _scene(self, point: QPointF) -> QPointF:
        return self._centre + (point - QPointF(self.width() / 2, self.height() / 2)) / self._zoom

    def _near(self) -> set[str]:
        if not self._chosen:
            return set()
        beside = {one if other == self._chosen else other for one, other, _ in self._shown.edges if self._chosen in (one, other)}
        return beside | {self._chosen, *self._way}

    def _walk(self, dx: int, dy: int) -> None:
        here = self._places.get(self._chosen, (self._centre.x(), self._centre.y()))
        best, found = math.inf, ""
        for key, (x, y) in self._places.items():
            ahead, aside = (x - here[0]) * dx + (y - here[1]) * dy, abs((x - here[0]) * dy) + abs((y - here[1]) * dx)
            if key != self._chosen and ahead > 1 and ahead + 2 * aside < best:
                best, found = ahead + 2 * aside, key
        if found:
            self.choose(found)

    def _advance(self) -> None:
        part = min(1.0, (time.monotonic() - self._began) / MOVE)
        eased = 1 - (1 - part) ** 3
        self._places = {
            key: (start[0] + (goal[0] - start[0]) * eased, start[1] + (goal[1] - start[1]) * eased)
            for key, goal in self._goal.items()
            for start in (self._from[key],)
        }
        if part >= 1.0:
            self._timer.stop()
        self.update()
