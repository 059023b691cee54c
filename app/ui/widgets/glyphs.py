"""Small signs painted in the colour of their role: entities, severities, coverage."""

from functools import cache, lru_cache
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from app.ui import theme, wording

# Role of the pen for each kind of entity.
ENTITY_ROLES = {
    "user": "node-user", "computer": "node-computer", "controller": "node-computer", "address": "node-address",
    "group": "node-group", "service": "node-service", "domain": "node-group",
}  # fmt: skip
COVERAGE_STATES = ("seen", "partial", "learning", "blind")


@cache
def entity_path(kind: str) -> QPainterPath:
    """Outline in the unit square."""
    path = QPainterPath()
    if kind in ("computer", "controller"):
        path.addRoundedRect(QRectF(0.08, 0.08, 0.84, 0.84), 0.18, 0.18)
    elif kind == "address":
        path.addRoundedRect(QRectF(0.02, 0.26, 0.96, 0.48), 0.24, 0.24)
    elif kind == "service":
        corners = ((0.5, 0.02), (0.93, 0.26), (0.93, 0.74), (0.5, 0.98), (0.07, 0.74), (0.07, 0.26))
        path.addPolygon(QPolygonF([QPointF(*one) for one in corners]))
        path.closeSubpath()
    elif kind == "group":
        path.addEllipse(QRectF(0.0, 0.2, 0.62, 0.62))
        path.addEllipse(QRectF(0.38, 0.2, 0.62, 0.62))
    else:
        path.addEllipse(QRectF(0.06, 0.06, 0.88, 0.88))
    if kind == "domain":
        path.moveTo(0.06, 0.5)
        path.lineTo(0.94, 0.5)
    return path


def paint_entity(painter: QPainter, rect: QRectF, kind: str, width: float = 1.5) -> None:
    """Paint the sign of an entity kind into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = theme.colour(ENTITY_ROLES.get(kind, "node-address"))
    painter.translate(rect.topLeft())
    painter.scale(rect.width(), rect.height())
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(entity_path(kind))
    if kind == "controller":
        painter.fillRect(QRectF(0.31, 0.31, 0.38, 0.38), colour)
    painter.restore()


def entity_pixmap(kind: str, side: int, ratio: float) -> QPixmap:
    """The sign of an entity kind, painted once for each colour: a table shows hundreds of them in a frame."""
    return _entity_pixmap(kind, side, ratio, theme.colour(ENTITY_ROLES.get(kind, "node-address")).rgba())


@lru_cache(256)
def _entity_pixmap(kind: str, side: int, ratio: float, _colour: int) -> QPixmap:
    found = QPixmap(round(side * ratio), round(side * ratio))
    found.setDevicePixelRatio(ratio)
    found.fill(Qt.GlobalColor.transparent)
    painter = QPainter(found)
    paint_entity(painter, QRectF(0, 0, side, side), kind)
    painter.end()
    return found


@cache
def severity_path(severity: str) -> QPainterPath:
    """Filled shape in the unit square: triangle, diamond, disc."""
    path = QPainterPath()
    if severity == "high":
        path.addPolygon(QPolygonF([QPointF(0.5, 0.06), QPointF(1.0, 0.94), QPointF(0.0, 0.94)]))
    elif severity == "medium":
        path.addPolygon(QPolygonF([QPointF(0.5, 0.0), QPointF(1.0, 0.5), QPointF(0.5, 1.0), QPointF(0.0, 0.5)]))
    else:
        path.addEllipse(QRectF(0.12, 0.12, 0.76, 0.76))
    path.closeSubpath()
    return path


def paint_severity(painter: QPainter, rect: QRectF, severity: str) -> None:
    """Paint the sign of a severity into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width(), rect.height())
    painter.fillPath(severity_path(severity), theme.colour(f"{severity}-fill"))
    painter.restore()


def paint_coverage(painter: QPainter, rect: QRectF, state: str) -> None:
    """Paint a coverage state into a square: full, lower half, dot in a frame, hollow with a slash."""
    painter.save()
    box = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
    if state == "seen":
        painter.fillRect(rect, theme.colour("good"))
    elif state == "partial":
        painter.fillRect(rect, theme.colour("good-quiet"))
        painter.fillRect(QRectF(rect.left(), rect.center().y(), rect.width(), rect.height() / 2), theme.colour("good"))
    else:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("info" if state == "learning" else "text-quiet"), 1))
        painter.drawRect(box)
        if state == "learning":
            third = rect.width() / 3
            painter.fillRect(rect.adjusted(third, third, -third, -third), theme.colour("info"))
        else:
            painter.drawLine(box.bottomLeft(), box.topRight())
    painter.restore()


def coverage_pixmap(state: str, side: float, ratio: float) -> QPixmap:
    """A coverage state, painted once for each colour: the grid shows a thousand of them."""
    role = {"seen": "good", "partial": "good", "learning": "info"}.get(state, "text-quiet")
    return _coverage_pixmap(state, round(side, 2), ratio, theme.colour(role).rgba())


@lru_cache(64)
def _coverage_pixmap(state: str, side: float, ratio: float, _colour: int) -> QPixmap:
    found = QPixmap(ceil(side * ratio), ceil(side * ratio))
    found.setDevicePixelRatio(ratio)
    found.fill(Qt.GlobalColor.transparent)
    painter = QPainter(found)
    paint_coverage(painter, QRectF(0, 0, side, side), state)
    painter.end()
    return found


def paint_problem(painter: QPainter, rect: QRectF) -> None:
    """Paint the mark of a problem of the evidence: a ring with a stroke, never a severity."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(theme.colour("info"), 1.2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawEllipse(rect.adjusted(0.6, 0.6, -0.6, -0.6))
    x, y, side = rect.center().x(), rect.top(), rect.height()
    painter.drawLine(QPointF(x, y + side * 0.28), QPointF(x, y + side * 0.55))
    painter.drawPoint(QPointF(x, y + side * 0.74))
    painter.restore()


def paint_sign(painter: QPainter, rect: QRectF, sign: str) -> None:
    """Paint a sign named "severity:high", "coverage:blind", "entity:user" or "problem"."""
    family, _, word = sign.partition(":")
    if family == "severity":
        paint_severity(painter, rect, word)
    elif family == "coverage":
        paint_coverage(painter, rect, word)
    elif family == "entity":
        paint_entity(painter, rect, word)
    elif family == "problem":
        paint_problem(painter, rect)


class Sign(QWidget):
    """One sign as a widget, with its word as tooltip, accessible name."""

    def __init__(self, sign: str, side: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.show_sign(sign)

    def show_sign(self, sign: str) -> None:
        """Show another sign."""
        self._sign = sign
        family, _, word = sign.partition(":")
        name = (
            wording.alert_kind(word)
            if family == "severity"
            else wording.entity_kind(word)
            if family == "entity"
            else word or family
        )
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        """Side of the sign with a pixel of air."""
        return QSize(theme.px(self._side) + 2, theme.px(self._side) + 2)

    minimumSizeHint = sizeHint

    def paintEvent(self, _event: object) -> None:
        """Paint the sign in the middle."""
        painter = QPainter(self)
        side = theme.px(self._side)
        paint_sign(painter, QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side), self._sign)
