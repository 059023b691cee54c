"""Paths drawn from left to right: who stands where, how one leads to the other, walked, possible or dormant."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.model.paths import AttackPath, PathEdge
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.plots import path_paint as paint
from app.ui.plots.path_layout import Arrow, Drawing, Spot, drawn
from app.ui.widgets import hovering
from app.ui.widgets.tips import plain_tip

NEAR = 9
"""Pixels from an arrow that still hit it."""


class PathCanvas(QWidget):
    """edge_chosen(PathEdge): by click or Left and Right along the chosen path. entity_chosen, entity_opened(EntityRef).

    stepped(int): Up and Down ask for the path before or after. folded_opened: the parties that have no room were clicked.
    """

    edge_chosen = Signal(object)
    entity_chosen = Signal(object)
    entity_opened = Signal(object)
    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.paths: tuple[AttackPath, ...] = ()
        self.chosen = -1
        self.edge: PathEdge | None = None
        self._forward = False
        self.drawing = Drawing()
        self._spots: dict[str, Spot] = {}
        self._lines: dict[tuple[str, str], QPainterPath] = {}
        self._hover: tuple[str, str] | None = None
        self._size = (0, 0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Room for three rows."""
        return QSize(theme.px(560), theme.px(330))

    def minimumSizeHint(self) -> QSize:
        """Room for two rows."""
        return QSize(theme.px(240), theme.px(150))

    # ---- what is shown

    def show_paths(self, paths: Sequence[AttackPath], forward: bool, chosen: int = 0) -> None:
        """Show other paths; chosen: place of the one that stands out, -1 for none."""
        self.paths, self._forward = tuple(paths), forward
        self.chosen = chosen if 0 <= chosen < len(self.paths) else -1
        self.edge = None
        self._arrange()

    def choose_path(self, place: int) -> None:
        """Let another path stand out."""
        self.chosen = place if 0 <= place < len(self.paths) else -1
        self.edge = None
        self._arrange()

    def choose_edge(self, edge: PathEdge | None) -> None:
        """Mark an edge."""
        self.edge = edge
        self._say()
        self.update()

    def path(self) -> AttackPath | None:
        """The path that stands out."""
        return self.paths[self.chosen] if 0 <= self.chosen < len(self.paths) else None

    def _arrange(self) -> None:
        self._size = (self.width(), self.height())
        rows = paint.capacity(self.height())
        self.drawing = drawn(self.paths, self._forward, rows, max(0, self.chosen))
        self._spots = {one.key: one for one in self.drawing.spots}
        frame = self._frame()
        self._lines = {
            (one.origin, one.target): paint.line(frame, self._spots[one.origin], self._spots[one.target])
            for one in self.drawing.arrows
        }
        self._say()
        self.update()

    def _frame(self) -> paint.Frame:
        tallest = max((one.rows for one in self.drawing.spots), default=1)
        return paint.frame(QRectF(self.rect()), self.drawing.columns, tallest)

    def _say(self) -> None:
        path = self.path()
        words = f"{path.state} path {self.chosen + 1} of {len(self.paths)}: {paint.told(path)}" if path else "No path"
        if self.edge is not None:
            words += f"; step from {self.edge.origin.label} to {self.edge.target.label}: {self.edge.how}"
        self.setAccessibleName(tr("Drawing of the paths"))
        self.setAccessibleDescription(wording.tidy(words, 1000))

    # ---- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint arrows, then parties over them."""
        painter = QPainter(self)
        self.render_to(painter, self._frame(), self._lines)
        if self.hasFocus() and self.edge is None:
            painter.setPen(paint.focus_pen())
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), theme.space("corner"), theme.space("corner"))

    def render_to(self, painter: QPainter, frame: paint.Frame, lines: dict[tuple[str, str], QPainterPath]) -> None:
        """Paint the drawing into a frame."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self._lit()
        few = len(self.drawing.arrows) <= paint.FEW
        for arrow in sorted(self.drawing.arrows, key=lambda one: (self._is_lit(one, lit), one.state == "walked")):
            pair = (arrow.origin, arrow.target)
            bright = lit is None or self._is_lit(arrow, lit)
            marked = self.edge is not None and any(one.id == self.edge.id for one in arrow.edges)
            words = marked or pair == self._hover or few or (bright and lit is not None)
            painter.setOpacity(1.0 if bright or pair == self._hover else paint.DIM)
            paint.arrow(painter, frame, arrow, lines[pair], self._spots, marked or pair == self._hover, words)
        bright_keys = {
            key for one in self.drawing.arrows if lit is None or self._is_lit(one, lit) for key in (one.origin, one.target)
        }
        for spot in self.drawing.spots:
            painter.setOpacity(1.0 if spot.key in bright_keys else paint.DIM)
            paint.spot(painter, frame, spot)
        painter.setOpacity(1.0)

    def _lit(self) -> frozenset[tuple[str, str]] | None:
        path = self.path()
        return frozenset((edge.origin.key, edge.target.key) for edge in path.edges) if path is not None else None

    @staticmethod
    def _is_lit(arrow: Arrow, lit: frozenset[tuple[str, str]] | None) -> bool:
        return lit is not None and any((one.origin.key, one.target.key) in lit for one in arrow.edges)

    def picture(self, size: QSizeF, painter: QPainter) -> None:
        """The same on another surface, of this size."""
        rect = QRectF(QPointF(0, 0), size)
        tallest = max((one.rows for one in self.drawing.spots), default=1)
        frame = paint.frame(rect, self.drawing.columns, tallest)
        lines = {
            (one.origin, one.target): paint.line(frame, self._spots[one.origin], self._spots[one.target])
            for one in self.drawing.arrows
        }
        painter.fillRect(rect, theme.colour("surface-1"))
        self.render_to(painter, frame, lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer rows have room."""
        super().resizeEvent(event)
        if self._size != (self.width(), self.height()):
            self._arrange()

    def changeEvent(self, event) -> None:
        """Follow theme and text size."""
        super().changeEvent(event)
        if event.type() == event.Type.StyleChange:
            self._arrange()

    # ---- pointer and keys

    def spot_at(self, point: QPointF) -> Spot | None:
        """The party under a point."""
        frame = self._frame()
        return next((one for one in self.drawing.spots if paint.reach(frame, one).contains(point)), None)

    def arrow_at(self, point: QPointF) -> Arrow | None:
        """The arrow near a point; of several the one that is lit."""
        stroker = QPainterPathStroker()
        stroker.setWidth(theme.px(NEAR) * 2)
        lit = self._lit()
        found = [
            one for one in self.drawing.arrows
            if self._lines[one.origin, one.target].boundingRect().adjusted(-NEAR, -NEAR, NEAR, NEAR).contains(point)
            and stroker.createStroke(self._lines[one.origin, one.target]).contains(point)
        ]  # fmt: skip
        return min(found, key=lambda one: not self._is_lit(one, lit), default=None)

    def place_of(self, key: str) -> QPointF:
        """Middle of a party's sign, in pixels; of the fold that it is in."""
        frame = self._frame()
        for one in self.drawing.spots:
            if one.key == key or key in {ref.key for ref in one.folded}:
                return paint.middle(frame, one)
        return QPointF(-1, -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """What can be clicked shows it; parties have their card, arrows a tooltip."""
        spot = self.spot_at(event.position())
        arrow = None if spot is not None else self.arrow_at(event.position())
        hover = (arrow.origin, arrow.target) if arrow is not None else None
        self.setCursor(Qt.CursorShape.PointingHandCursor if spot or arrow else Qt.CursorShape.ArrowCursor)
        self.setToolTip(self._tip(spot, arrow))
        if spot is not None and not spot.folded:
            hovering.offer(self, spot.ref, paint.box(self._frame(), spot).toAlignedRect())
        else:
            hovering.withdraw(self)
        if hover != self._hover:
            self._hover = hover
            self.update()

    @staticmethod
    def _tip(spot: Spot | None, arrow: Arrow | None) -> str:
        if spot is not None and spot.folded:
            return plain_tip(wording.listed(ref.label for ref in spot.folded[:30]))
        if arrow is not None:
            lines = [f"{one.origin.label} → {one.target.label}: {one.how} ({one.state})" for one in arrow.edges[:6]]
            return plain_tip("\n".join(wording.tidy(one, 300) for one in lines))
        return ""

    def leaveEvent(self, event) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        hovering.withdraw(self)
        self._hover = None
        self.update()

    def entity_here(self) -> hovering.Here | None:
        """The target of the marked step, or of the path."""
        path = self.path()
        ref = self.edge.target if self.edge is not None else path.target if path is not None else None
        spot = self._spots.get(ref.key) if ref is not None else None
        return (spot.ref, paint.box(self._frame(), spot).toAlignedRect()) if spot is not None and not spot.folded else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a party or a step."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        spot = self.spot_at(event.position())
        if spot is not None:
            if not spot.folded:
                self.entity_chosen.emit(spot.ref)
            return
        arrow = self.arrow_at(event.position())
        if arrow is not None:
            lit = self._lit() or frozenset()
            edge = next((one for one in arrow.edges if (one.origin.key, one.target.key) in lit), arrow.edges[0])
            self._mark(edge)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the party."""
        spot = self.spot_at(event.position())
        if spot is not None and not spot.folded:
            self.entity_opened.emit(spot.ref)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right go along the path, Up and Down to other paths, Enter opens where a step leads."""
        key, path = event.key(), self.path()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and path is not None:
            ids = [one.id for one in path.edges]
            place = ids.index(self.edge.id) if self.edge is not None and self.edge.id in ids else None
            step = 1 if key == Qt.Key.Key_Right else -1
            wanted = (0 if step > 0 else len(ids) - 1) if place is None else max(0, min(len(ids) - 1, place + step))
            self._mark(path.edges[wanted])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and path is not None:
            self.entity_opened.emit(self.edge.target if self.edge is not None else path.target)
        else:
            super().keyPressEvent(event)

    def _mark(self, edge: PathEdge) -> None:
        self.choose_edge(edge)
        self.edge_chosen.emit(edge)
