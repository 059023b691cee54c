"""Where parts of the window are, and whether all of them can be seen."""

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget


def inside(part: QWidget, around: QWidget) -> QRect:
    """Where a part is in what is around it."""
    return QRect(part.mapTo(around, QPoint(0, 0)), part.size())


def is_whole(part: QWidget, window: QWidget) -> bool:
    """Whether all of it is on screen, and nothing of it has too little room."""
    seen = part.visibleRegion().boundingRect()
    return (
        seen == part.rect() and window.rect().contains(inside(part, window)) and part.height() >= part.minimumSizeHint().height()
    )


def clash(parts: list[QWidget], around: QWidget) -> bool:
    """Whether one of them stands over another."""
    places = [inside(one, around) for one in parts]
    return any(one.intersects(other) for number, one in enumerate(places) for other in places[:number])
