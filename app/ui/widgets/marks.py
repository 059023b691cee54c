"""A small icon in front of a line of words."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui import theme
from app.ui.icons import paint_icon


class IconMark(QWidget):
    """One icon in a role's colour."""

    def __init__(self, name: str, role: str = "text-quiet", side: int = 14) -> None:
        super().__init__()
        self._name, self._role, self._side = name, role, side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as a line."""
        return QSize(theme.px(self._side) + 1, max(theme.line_height(), theme.px(self._side)))

    def paintEvent(self, _event: object) -> None:
        """Paint the icon in the middle."""
        painter = QPainter(self)
        side = theme.px(self._side)
        paint_icon(painter, QRectF(0, (self.height() - side) / 2, side, side), self._name, theme.colour(self._role))


class IconTile(QWidget):
    """An icon on a quiet ground, 36 by 36."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setFixedSize(theme.px(36), theme.px(36))

    def paintEvent(self, _event: object) -> None:
        """Paint ground, icon."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent-quiet"))
        painter.drawRoundedRect(self.rect(), theme.space("corner"), theme.space("corner"))
        side = theme.px(18)
        spot = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, spot, self._name, theme.colour("accent"))


def marked(icon: str, role: str, words: QWidget) -> QWidget:
    """An icon at the left of words, at the height of their first line."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(8))
    row.addWidget(IconMark(icon, role), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(words, 1)
    return holder
