"""A heading that opens and closes what stands below it."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme
from app.ui.icons import paint_icon
from app.ui.widgets.buttons import PaintedButton
from app.ui.widgets.words import Paragraph


class _Head(PaintedButton):
    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(theme.measure("strong").horizontalAdvance(self.text()) + theme.px(26), theme.px(28))

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        side = theme.px(14)
        spot = QRectF(0, (self.height() - side) / 2, side, side)
        paint_icon(painter, spot, "down" if self.isChecked() else "right", theme.colour("text-quiet"))
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.colour("accent" if self.underMouse() else "text"))
        painter.drawText(self.rect().adjusted(theme.px(22), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        self.paint_ring(painter, QRectF(self.rect()), 3)


class Disclosure(QWidget):
    """Lines below a heading, closed at first; they are made when they are first looked at."""

    def __init__(self, title: str, lines: Sequence[str], opened: bool = False) -> None:
        super().__init__()
        self._lines = tuple(lines)
        self.head = _Head(title)
        self.head.toggled.connect(self._toggle)
        self._body: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.head, 0, Qt.AlignmentFlag.AlignLeft)
        if opened:
            self.head.setChecked(True)

    def _toggle(self, on: bool) -> None:
        self.head.setAccessibleDescription("open" if on else "closed")
        if on and self._body is None:
            self._body = QWidget()
            box = QVBoxLayout(self._body)
            box.setContentsMargins(theme.px(22), 0, 0, theme.px(8))
            box.setSpacing(theme.px(4))
            for one in self._lines:
                box.addWidget(Paragraph(one, look="quiet"))
            self._column.addWidget(self._body)
        if self._body is not None:
            self._body.setVisible(on)
