"""What a list is narrowed to, as chips that a click takes away."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.icons import paint_icon
from app.ui.widgets.buttons import LinkButton, PaintedButton
from app.ui.widgets.emptying import emptied
from app.ui.widgets.flow import flow
from app.ui.widgets.tips import plain_tip

LONGEST = 40


class Narrowing(NamedTuple):
    """One chip: name and value that are given back when it is removed, its words."""

    name: str
    value: str
    words: str


class Chip(PaintedButton):
    """Words with a cross, 22 high; long ones are cut in the middle."""

    def __init__(self, words: str) -> None:
        super().__init__(wording.middle(words, LONGEST))
        self.setAccessibleName(f"Remove the filter {wording.tidy(words)}")
        self.setToolTip(plain_tip(f"{words}\nClick to remove"))

    def sizeHint(self) -> QSize:
        """Words, gap, cross."""
        return QSize(theme.measure("quiet").horizontalAdvance(self.text()) + theme.px(30), theme.px(22))

    minimumSizeHint = sizeHint

    def paintEvent(self, _event: object) -> None:
        """Paint ground, words, cross."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        corner, side = theme.space("chip-corner"), theme.px(10)
        painter.setPen(theme.colour("line-strong") if self.underMouse() else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent-quiet"))
        painter.drawRoundedRect(rect, corner, corner)
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("accent"))
        painter.drawText(rect.adjusted(theme.px(8), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        spot = QRectF(rect.right() - side - theme.px(6), rect.center().y() - side / 2, side, side)
        paint_icon(painter, spot, "close", theme.colour("accent"))
        self.paint_ring(painter, QRectF(self.rect()), corner)


class Chips(QWidget):
    """removed(name, value): a chip was clicked; cleared: all are to go. Hidden while there is none."""

    removed = Signal(str, str)
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._shown: tuple[Narrowing, ...] = ()
        self.chips: list[Chip] = []
        self.hide()

    def show_chips(self, narrowings: Sequence[Narrowing]) -> None:
        """Show others; the same ones stay as they are."""
        if tuple(narrowings) == self._shown:
            return
        self._shown = tuple(narrowings)
        emptied(self._column)
        self.chips = []
        for one in self._shown:
            chip = Chip(one.words)
            chip.clicked.connect(lambda *_, one=one: self.removed.emit(one.name, one.value))
            self.chips.append(chip)
        if self.chips:
            self._column.addWidget(flow(*self.chips, LinkButton(tr("Clear"), self.cleared.emit, "quiet"), gap=6))
        self.setVisible(bool(self.chips))
