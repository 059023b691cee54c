"""The icon of the program in the sizes of menus (Icon Theme Specification, hicolor), drawn from its one picture."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
PICTURE = HERE / "wardlight.svg"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def png(size: int, picture: Path = PICTURE) -> bytes:
    """The picture as PNG, so many pixels wide and high. Needs Qt, no display."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(picture)).render(painter)
    painter.end()
    data = QByteArray()
    out = QBuffer(data)
    out.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(out, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())
