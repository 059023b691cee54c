"""Tabs that wrap to a second line where there is no room, and pills that narrow a list down."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.widgets.buttons import KEYBOARD, PaintedButton
from app.ui.widgets.flow import FlowLayout

HIGH, GAP = 30, 18
PILL = 24


class Tab(PaintedButton):
    """Words with a quiet number behind; the chosen one is underlined."""

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(words, parent)
        self.words, self._number = words, ""
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def count(self, number: int | None) -> None:
        """The number behind the words; None for none."""
        self._number = "" if number is None else wording.number(number)
        self.setAccessibleName(f"{self.words}, {self._number}" if self._number else self.words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Words, gap, number."""
        face = theme.measure("strong")  # the place of the others stays when one is chosen
        number = theme.px(5) + theme.measure("quiet").horizontalAdvance(self._number) if self._number else 0
        return QSize(face.horizontalAdvance(self.words) + number + 2, theme.px(HIGH))

    def paintEvent(self, _event: object) -> None:
        """Paint them."""
        painter = QPainter(self)
        chosen = self.isChecked()
        painter.setFont(theme.font("strong" if chosen else "body"))
        painter.setPen(theme.colour("text" if chosen or self.underMouse() else "text-quiet"))
        width = theme.measure("strong").horizontalAdvance(self.words)
        painter.drawText(QRectF(0, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, self.words)
        if self._number:
            painter.setFont(theme.font("quiet"))
            painter.setPen(theme.colour("text-quiet"))
            rest = QRectF(width + theme.px(5), 0, self.width(), self.height())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self._number)
        if chosen:
            painter.fillRect(QRectF(0, self.height() - 2, self.width(), 2), theme.colour("accent"))
        self.paint_ring(painter, QRectF(self.rect()), 3)


class TabStrip(QWidget):
    """Signal changed(name) when another tab is chosen, by click or by the arrow keys."""

    changed = Signal(str)

    def __init__(self, tabs: Sequence[tuple[str, str]], label: str) -> None:
        super().__init__()
        self._flow = FlowLayout(self, GAP, 0)
        self._ring = False
        self.tabs: dict[str, Tab] = {}
        for name, words in tabs:
            tab = self.tabs[name] = Tab(words, self)
            tab.clicked.connect(lambda *_, chosen=name: self._clicked(chosen))
            self._flow.addWidget(tab)
        self.current = next(iter(self.tabs))
        self.tabs[self.current].setChecked(True)
        self.setAccessibleName(label)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def offer(self, name: str, there: bool) -> None:
        """Show a tab or not; what is not there and was chosen gives way to the first one."""
        if self.tabs[name].isHidden() == there:
            self.tabs[name].setVisible(there)
            self._flow.invalidate()
            self.updateGeometry()
        if not there and self.current == name and self.offered():
            self._clicked(self.offered()[0])

    def offered(self) -> list[str]:
        """Names of the tabs that are there."""
        return [name for name, tab in self.tabs.items() if not tab.isHidden()]

    def count(self, name: str, number: int | None) -> None:
        """The number behind the words of a tab."""
        self.tabs[name].count(number)

    def choose(self, name: str) -> None:
        """Choose a tab, quietly when it is chosen already."""
        if name in self.tabs and name != self.current and not self.tabs[name].isHidden():
            self._clicked(name)

    def _clicked(self, name: str) -> None:
        self.tabs[name].setChecked(True)
        if name != self.current:
            self.current = name
            self._flow.invalidate()
            self.updateGeometry()
            self.changed.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End go through the tabs."""
        there = self.offered()
        place = there.index(self.current) if self.current in there else 0
        steps = {
            Qt.Key.Key_Left: place - 1, Qt.Key.Key_Right: place + 1, Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(there) - 1,
        }  # fmt: skip
        if event.key() in steps:
            self._ring = True
            self._clicked(there[max(0, min(len(there) - 1, steps[event.key()]))])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event) -> None:
        """The chosen tab shows the ring."""
        super().focusInEvent(event)
        self._ring = event.reason() in KEYBOARD
        self.update()

    def focusOutEvent(self, event) -> None:
        """No ring without focus."""
        super().focusOutEvent(event)
        self._ring = False
        self.update()

    def paintEvent(self, _event: object) -> None:
        """The line below, the ring around the chosen tab while the keys go there."""
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("line"))
        if self._ring:
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.drawRoundedRect(QRectF(self.tabs[self.current].geometry()).adjusted(-4, 3, 4, -3), 4, 4)


class Pill(PaintedButton):
    """A word in a frame that is on or off."""

    def __init__(self, words: str) -> None:
        super().__init__(wording.tidy(words, 60))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        """Words with 8 on both sides."""
        return QSize(theme.measure("quiet").horizontalAdvance(self.text()) + theme.px(16), theme.px(PILL))

    def paintEvent(self, _event: object) -> None:
        """Paint frame or ground, words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        on = self.isChecked()
        painter.setPen(Qt.PenStyle.NoPen if on else QPen(theme.colour("line-strong", 0.6), 1))
        painter.setBrush(theme.colour("accent-quiet" if on else "hover") if on or self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, theme.px(PILL) / 2, theme.px(PILL) / 2)
        painter.setPen(theme.colour("accent" if on else "text"))
        painter.setFont(theme.font("quiet"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.text())
        self.paint_ring(painter, QRectF(self.rect()), theme.px(PILL) / 2)


class Pills(QWidget):
    """At most one is on. Signal changed(name): "" for none."""

    changed = Signal(str)

    def __init__(self, label: str, firm: bool = False) -> None:
        super().__init__()
        self._firm = firm
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._holder: QWidget | None = None
        self._shown: tuple[tuple[str, str], ...] = ()
        self.pills: dict[str, Pill] = {}
        self.current = ""
        self.setAccessibleName(label)
        self.hide()

    def show_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """(name, words) of other choices; the one that is on stays on while it is there."""
        if tuple(choices) == self._shown:
            return
        self._shown = tuple(choices)
        if self._holder is not None:
            self._holder.hide()
            self._holder.deleteLater()
        self._holder = QWidget()
        box = FlowLayout(self._holder, 6)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self._holder.setSizePolicy(policy)
        self.pills = {}
        for name, words in choices:
            pill = self.pills[name] = Pill(words)
            pill.setChecked(name == self.current)
            pill.clicked.connect(lambda *_, chosen=name: self.choose("" if chosen == self.current and not self._firm else chosen))
            box.addWidget(pill)
        self._column.addWidget(self._holder)
        if self.current not in self.pills:
            self.current = next(iter(self.pills), "") if self._firm else ""
            if self.current:
                self.pills[self.current].setChecked(True)
        self.setVisible(bool(self.pills))

    def choose(self, name: str) -> None:
        """Switch one on, all others off."""
        for one, pill in self.pills.items():
            pill.setChecked(one == name)
        if name != self.current:
            self.current = name
            self.changed.emit(name)
