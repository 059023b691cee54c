"""Who did what to whom as one line of signs with arrows."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.model.alert import Link, Step
from app.model.entity import EntityRef
from app.ui import theme, wording
from app.ui.icons import paint_icon
from app.ui.widgets import hovering
from app.ui.widgets.glyphs import ENTITY_ROLES, paint_entity

MOST_NODES = 6
CAPTIONS = {"address": "unknown computer", "controller": "domain controller"}


def nodes_of(steps: Sequence[Step]) -> list[EntityRef]:
    """Parties in order of appearance, at most MOST_NODES; the same entity is one node."""
    found: dict[str, EntityRef] = {}
    for step in steps:
        for ref in (step.origin, step.target):
            found.setdefault(ref.key, ref)
    return list(found.values())[:MOST_NODES]


class StoryStrip(QWidget):
    """Painted strip; small leaves out the words on the arrows. A click on a sign goes to follow."""

    def __init__(self, follow: Callable[[Link], object] | None = None, small: bool = False) -> None:
        super().__init__()
        self._follow, self._small = follow, small
        self._steps: tuple[Step, ...] = ()
        self._nodes: list[EntityRef] = []
        self._more, self._arcs = 0, False
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_steps(self, steps: Sequence[Step], targets: Sequence[EntityRef] = (), order: Sequence[EntityRef] = ()) -> None:
        """Show other steps. targets: all who were attacked; those that no step draws are counted below the last sign.

        order: parties from left to right, as they appear in the steps by default.
        """
        nodes = list(order[:MOST_NODES]) or nodes_of(steps)
        known = {one.key for one in nodes}
        self._steps = tuple(one for one in steps if one.origin.key in known and one.target.key in known)
        self._nodes = nodes
        self._more = len({one.key for one in targets} - known)
        place = {one.key: number for number, one in enumerate(nodes)}
        self._arcs = any(abs(place[one.origin.key] - place[one.target.key]) > 1 for one in self._steps)
        words = "; ".join(f"{one.origin.label} {one.label} {one.target.label}" for one in self._steps)
        self.setAccessibleName(wording.tidy(words, 2000))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Height of sign with two lines below."""
        return QSize(theme.px(280), theme.px(92 if self._small else 132 if self._arcs else 112))

    minimumSizeHint = sizeHint

    def _side(self) -> int:
        return theme.px(24 if self._small else 40)

    def _middle(self, place: int) -> QPointF:
        """Middle of a node's sign."""
        margin = theme.px(44 if self._small else 72)
        width = self.width() - 2 * margin
        steps = max(1, len(self._nodes) - 1)
        x = self.width() / 2 if len(self._nodes) == 1 else margin + width * place / steps
        return QPointF(x, theme.px(24 if self._small else 58 if self._arcs else 38))

    def _box(self, place: int) -> QRectF:
        side = self._side()
        wide = (
            side * 1.9
            if self._nodes[place].kind == "address" and not self._small
            else side * (1.5 if self._nodes[place].kind == "address" else 1)
        )
        middle = self._middle(place)
        return QRectF(middle.x() - wide / 2, middle.y() - side / 2, wide, side)

    def paintEvent(self, _event: object) -> None:
        """Paint arrows, signs, names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = {one.key: place for place, one in enumerate(self._nodes)}
        seen: dict[tuple[int, int], int] = {}
        for step in self._steps:
            pair = tuple(sorted((places[step.origin.key], places[step.target.key])))
            seen[pair] = seen.get(pair, 0) + 1
        drawn: dict[tuple[int, int], int] = {}
        # The deed itself is drawn last, over the others.
        for step in sorted(self._steps, key=lambda one: one.accented):
            one, other = places[step.origin.key], places[step.target.key]
            pair = (min(one, other), max(one, other))
            place = drawn[pair] = drawn.get(pair, 0) + 1
            if one != other:
                # Of several steps between the same two only the last, the accented one if there is one, keeps its words.
                self._paint_step(painter, step, one, other, place == seen[pair], seen[pair])
        for place, ref in enumerate(self._nodes):
            self._paint_node(painter, place, ref)

    def _paint_step(self, painter: QPainter, step: Step, one: int, other: int, with_words: bool, among: int) -> None:
        role = "edge-alert" if step.accented else "edge"
        pen = QPen(theme.colour(role), 2 if step.accented else 1.5)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        left, right = self._box(one), self._box(other)
        gap = theme.px(10 if not self._small else 5)
        forward = right.center().x() > left.center().x()
        start = QPointF(left.right() + gap if forward else left.left() - gap, left.center().y())
        end = QPointF(right.left() - gap if forward else right.right() + gap, right.center().y())
        if abs(one - other) > 1:
            path = QPainterPath(QPointF(left.center().x(), left.top() - 2))
            tip = QPointF(right.center().x(), right.top() - 2)
            path.quadTo(QPointF((path.currentPosition().x() + tip.x()) / 2, left.top() - theme.px(30)), tip)
            painter.drawPath(path)
            self._head(painter, tip, QPointF(0, 1), role)
            middle, room = (
                QPointF((left.center().x() + right.center().x()) / 2, left.top() - theme.px(19)),
                abs(tip.x() - left.center().x()) * 0.6,
            )
        else:
            painter.drawLine(start, QPointF(end.x() - (8 if forward else -8), end.y()))
            self._head(painter, end, QPointF(1 if forward else -1, 0), role)
            middle, room = QPointF((start.x() + end.x()) / 2, start.y()), abs(end.x() - start.x())
        if with_words and not self._small:
            self._paint_words(painter, step, middle, room, among, abs(one - other) > 1)

    def _head(self, painter: QPainter, tip: QPointF, way: QPointF, role: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(role))
        back, half = 9.0, 4.0
        side = QPointF(-way.y(), way.x())
        painter.drawPolygon(QPolygonF([tip, tip - way * back + side * half, tip - way * back - side * half]))

    def _paint_words(self, painter: QPainter, step: Step, middle: QPointF, room: float, among: int, arc: bool) -> None:
        painter.setFont(theme.font("quiet-strong" if step.accented else "quiet"))
        painter.setPen(theme.colour("high" if step.accented else "text-quiet"))
        label = wording.tidy(step.label) + (f" (+{among - 1})" if among > 1 else "")
        if arc and step.caption:
            label += f", {wording.tidy(step.caption)}"
        self._line(painter, label, middle.x(), middle.y() - theme.px(20), room)
        if step.caption and not arc:
            painter.setFont(theme.font("quiet"))
            painter.setPen(theme.colour("text-quiet"))
            self._line(painter, wording.tidy(step.caption), middle.x(), middle.y() + theme.px(5), room)

    @staticmethod
    def _line(painter: QPainter, words: str, x: float, y: float, room: float) -> None:
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, max(20, int(room - 8)))
        painter.drawText(QRectF(x - room / 2, y, room, theme.line_height("quiet")), Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_node(self, painter: QPainter, place: int, ref: EntityRef) -> None:
        box = self._box(place)
        colour = theme.colour(ENTITY_ROLES.get(ref.kind, "node-address"))
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(theme.colour("surface-2"))
        if self._small:
            paint_entity(painter, QRectF(box.center().x() - box.height() / 2, box.top(), box.height(), box.height()), ref.kind)
        elif ref.kind in ("computer", "controller"):
            painter.drawRoundedRect(box, theme.px(6), theme.px(6))
        elif ref.kind == "address":
            tall = box.height() * 0.8
            pill = QRectF(box.left(), box.center().y() - tall / 2, box.width(), tall)
            painter.drawRoundedRect(pill, tall / 2, tall / 2)
        elif ref.kind == "service":
            paint_entity(painter, box, ref.kind)
        else:
            painter.drawEllipse(box)
        if not self._small:
            side = theme.px(18)
            spot = QRectF(box.center().x() - side / 2, box.center().y() - side / 2, side, side)
            if ref.kind == "controller":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawRoundedRect(spot, 3, 3)
            else:
                paint_icon(painter, spot, {"domain": "group"}.get(ref.kind, ref.kind), colour)
        room = (self.width() / max(1, len(self._nodes))) - theme.px(8)
        room = (
            min(room, 2 * min(self._middle(place).x(), self.width() - self._middle(place).x()) - 4)
            if len(self._nodes) > 1
            else room
        )
        painter.setFont(theme.font("body" if self._small else "strong"))
        painter.setPen(theme.colour("text"))
        name = painter.fontMetrics().elidedText(wording.tidy(ref.label), Qt.TextElideMode.ElideMiddle, int(room))
        below = box.center().y() + self._side() / 2 + theme.px(4)
        painter.drawText(
            QRectF(box.center().x() - room / 2, below, room, theme.line_height()), Qt.AlignmentFlag.AlignCenter, name
        )
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("text-quiet"))
        caption = ref.kind if self._small else CAPTIONS.get(ref.kind, ref.kind)
        if self._more and place == len(self._nodes) - 1:
            caption += f" and {self._more:,} more"
        under = QRectF(box.center().x() - room / 2, below + theme.line_height() - 2, room, theme.line_height("quiet"))
        painter.drawText(
            under, Qt.AlignmentFlag.AlignCenter, painter.fontMetrics().elidedText(caption, Qt.TextElideMode.ElideRight, int(room))
        )

    def _node_at(self, point: QPointF) -> EntityRef | None:
        for place, ref in enumerate(self._nodes):
            if self._box(place).adjusted(-20, -6, 20, 36).contains(point):
                return ref
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The hand over a sign."""
        ref = self._node_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if ref and self._follow else Qt.CursorShape.ArrowCursor)
        if ref is None:
            hovering.withdraw(self)
        else:
            hovering.offer(self, ref, self._box(self._nodes.index(ref)).adjusted(-4, -4, 4, 4).toAlignedRect())

    def leaveEvent(self, event) -> None:
        """No sign is under the pointer."""
        super().leaveEvent(event)
        hovering.withdraw(self)

    def entity_here(self) -> hovering.Here | None:
        """The first sign."""
        return (self._nodes[0], self._box(0).toAlignedRect()) if self._nodes else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Follow the sign."""
        ref = self._node_at(event.position())
        if ref is not None and self._follow is not None:
            self._follow(Link(ref.label, entity=ref))
