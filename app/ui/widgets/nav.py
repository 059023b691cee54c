"""A column of names at the side of a page: its sections."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from app.ui import theme
from app.ui.icons import paint_icon
from app.ui.widgets.buttons import DISABLED, PaintedButton

WIDE = 184
"""Pixels of the design."""


class NavItem(PaintedButton):
    """Icon and name of a section; the one on screen has a ground with a bar."""

    def __init__(self, words: str, icon: str) -> None:
        super().__init__(words)
        self._icon = icon
        self.setCheckable(True)

    def sizeHint(self) -> QSize:
        """As wide as the column, 32 high."""
        return QSize(theme.px(WIDE) - 1, theme.px(32))

    def nextCheckState(self) -> None:
        """Only the page checks an item."""

    def paintEvent(self, _event: object) -> None:
        """Paint ground, icon, words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else DISABLED)
        on = self.isChecked()
        if on:
            painter.fillRect(self.rect(), theme.colour("accent-quiet"))
            painter.fillRect(0, 0, 2, self.height(), theme.colour("accent"))
        elif self.underMouse():
            painter.fillRect(self.rect(), theme.colour("hover"))
        side = theme.px(16)
        ink = theme.colour("accent" if on else "text-quiet")
        paint_icon(painter, QRectF(theme.px(16), (self.height() - side) / 2, side, side), self._icon, ink)
        painter.setFont(theme.font("strong" if on else "body"))
        painter.setPen(theme.colour("text"))
        room = self.rect().adjusted(theme.px(42), 0, -theme.px(8), 0)
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        self.paint_ring(painter, QRectF(self.rect()), 3)
