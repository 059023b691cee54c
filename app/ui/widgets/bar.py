"""A share as a filled track."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme


class Bar(QWidget):
    """width 0 takes the room that is left; role colours the filled part."""

    def __init__(self, width: int, height: int = 4, role: str = "accent") -> None:
        super().__init__()
        self._role, self._share, self._width, self._high = role, 0.0, width, height
        if width:
            self.setFixedWidth(theme.px(width))
        self.setSizePolicy(QSizePolicy.Policy.Fixed if width else QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The track with air above, below."""
        return QSize(theme.px(self._width or 100), theme.px(self._high + 4))

    def show_share(self, share: float) -> None:
        """0 to 1."""
        if share != self._share:
            self._share = share
            self.update()

    def paintEvent(self, _event: object) -> None:
        """Paint track, fill."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        high = theme.px(self._high)
        rect = QRectF(0, (self.height() - high) / 2, self.width(), high)
        painter.setBrush(theme.colour("surface-3"))
        painter.drawRoundedRect(rect, high / 2, high / 2)
        rect.setWidth(max(high, rect.width() * self._share))
        painter.setBrush(theme.colour(self._role))
        if self._share > 0:
            painter.drawRoundedRect(rect, high / 2, high / 2)
