"""Line icons painted in the colour of a role."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap, QTransform
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from app.paths import resources
from app.ui import theme

MOVED = (QTransform.TransformationType.TxNone, QTransform.TransformationType.TxTranslate)
LARGE = 64
"""Pixels from which an icon is drawn anew each time, of which there are few."""


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    text = (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    # Qt's SVG does not take currentColor from a style sheet.
    return QSvgRenderer(QByteArray(text.replace("currentColor", colour).encode()))


@lru_cache(maxsize=1024)
def _picture(name: str, colour: str, side: float, ratio: float) -> QPixmap:
    """The icon as pixels: drawing its lines anew costs five times as much as everything else of a button."""
    pixels = max(1, round(side * ratio))
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    _renderer(name, colour).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def paint_icon(painter: QPainter, rect: QRectF, name: str, colour: QColor) -> None:
    """Paint the icon into rect (a square)."""
    device = painter.device()
    before = painter.opacity()
    opacity = colour.alphaF()
    if opacity < 1.0:
        painter.setOpacity(before * opacity)
    pixels = isinstance(device, QWidget | QPixmap | QImage) and painter.transform().type() in MOVED and rect.width() <= LARGE
    if pixels:
        painter.drawPixmap(rect.topLeft(), _picture(name, colour.name(), rect.width(), device.devicePixelRatioF()))
    else:  # a file of lines, or a drawing that is zoomed
        _renderer(name, colour.name()).render(painter, rect)
    if opacity < 1.0:
        painter.setOpacity(before)


def icon(name: str, role: str = "text", size: int = 16) -> QIcon:
    """Icon in the role's present colour, for the few places where Qt itself draws it."""
    ratio = 2.0
    pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_icon(painter, QRectF(0, 0, size * ratio, size * ratio), name, theme.colour(role))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return QIcon(pixmap)
