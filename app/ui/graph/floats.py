"""What floats over the graph: the legend, the bar that zooms."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.widgets.buttons import Button
from app.ui.widgets.emptying import emptied
from app.ui.widgets.glyphs import ENTITY_ROLES, Sign
from app.ui.widgets.words import Words


class Stroke(QWidget):
    """A short line in the colour of a role, dashed or not, or a square of it."""

    def __init__(self, role: str, dashed: bool = False, square: bool = False) -> None:
        super().__init__()
        self._role, self._dashed, self._square = role, dashed, square

    def sizeHint(self) -> QSize:
        """As wide as a line needs to show its dashes."""
        return QSize(theme.px(10 if self._square else 22), theme.px(12))

    minimumSizeHint = sizeHint

    def paintEvent(self, _event: object) -> None:
        """Paint it."""
        painter = QPainter(self)
        if self._square:
            side = theme.px(9)
            painter.fillRect(QRectF(0, (self.height() - side) / 2, side, side), theme.colour(self._role))
            return
        pen = QPen(theme.colour(self._role), 2)
        if self._dashed:
            pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.drawLine(0, self.height() // 2, self.width(), self.height() // 2)


class Legend(QFrame):
    """What signs and colours mean, of what is on the picture only."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("popup")
        self.setAccessibleName(tr("Legend"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        self._grid.setHorizontalSpacing(theme.px(16))
        self._grid.setVerticalSpacing(theme.px(4))
        self._shown: object = None

    def show_meaning(self, kinds: Sequence[str], colours: Sequence[tuple[str, str]], lines: bool, member: bool) -> None:
        """Kinds of entities; (role, words) of colours, as lines or squares; whether there is what is only possible."""
        wanted = (tuple(kinds), tuple(colours), lines, member)
        if wanted == self._shown:
            return
        self._shown = wanted
        emptied(self._grid)
        signs: list[tuple[QWidget, str]] = [(Sign(f"entity:{kind}"), _word(kind)) for kind in kinds if kind in ENTITY_ROLES]
        marks: list[tuple[QWidget, str]] = [(Stroke(role, square=not lines), words) for role, words in colours]
        if not any(role == "edge" for role, _ in colours):
            marks.append((Stroke("edge"), "seen, wider: more often"))
        if member:
            marks.append((Stroke("edge", dashed=True), "member of, rights: only possible"))
        for column, parts in enumerate((signs, marks)):
            for row, (sign, words) in enumerate(parts):
                entry = _entry(sign, words)
                self._grid.addWidget(entry, row, column)
                entry.show()  # a layout asks only what is shown for its size
        self._grid.activate()


def _word(kind: str) -> str:
    return "address" if kind == "address" else wording.entity_kind(kind).lower()


def _entry(sign: QWidget, words: str) -> QWidget:
    entry = QWidget()
    row = QHBoxLayout(entry)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(6))
    row.addWidget(sign)
    row.addWidget(Words(wording.tidy(words, 40), "quiet"))
    row.addStretch(1)
    return entry


def zoom_bar(parts: Sequence[tuple[str, str, Callable[[], object]]]) -> QWidget:
    """Buttons above each other: (icon, tip, what it does)."""
    bar = QFrame()
    bar.setObjectName("popup")
    column = QVBoxLayout(bar)
    column.setContentsMargins(2, 2, 2, 2)
    column.setSpacing(0)
    for icon, tip, does in parts:
        column.addWidget(Button("", icon=icon, tip=tip, bare=True, on_click=does), 0, Qt.AlignmentFlag.AlignHCenter)
    return bar
