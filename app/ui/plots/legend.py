"""The legend of a chart: names of its series with their squares."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme

WIDTHS = 16
"""Widths at which a legend remembers where its names stand."""


class Legend(QWidget):
    """Names of series with their squares, on as many lines as they need."""

    def __init__(self, roles: dict[str, str]) -> None:
        super().__init__()
        self._roles = roles
        self._shown = tuple(roles)
        self._measured: tuple[tuple[str, ...], int] = ((), 0)
        self._kept: dict[str, int] = {}
        self._placed: dict[int, dict[str, QRect]] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_series(self, names: Sequence[str]) -> None:
        """Show these only."""
        self._shown = tuple(name for name in self._roles if name in names)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """All names side by side."""
        return QSize(self._line(self._shown), theme.px(16))

    def minimumSizeHint(self) -> QSize:
        """The longest name."""
        return QSize(max((self._line((name,)) for name in self._shown), default=0), theme.px(16))

    def heightForWidth(self, width: int) -> int:
        """Its lines at that width."""
        return max((rect.bottom() + 1 for rect in self.places(width).values()), default=theme.px(16))

    def _widths(self) -> dict[str, int]:
        """Of each name with its square and the air behind it; measured once for a text size, as a layout asks dozens of times."""
        size = self._shown, theme.px(1_000)
        if self._measured != size:
            measure, beside = theme.measure("quiet"), theme.px(30)
            self._measured, self._kept = size, {name: measure.horizontalAdvance(name) + beside for name in self._shown}
            self._placed.clear()
        return self._kept

    def _line(self, names: Sequence[str]) -> int:
        """Width of names in a line with their squares and the air between them."""
        widths = self._widths()
        return sum(widths[name] for name in names) - (theme.px(16) if names else 0)

    def places(self, width: int) -> dict[str, QRect]:
        """Where each name stands with its square: lines end at the right edge."""
        self._widths()
        found = self._placed.get(width)
        if found is None:
            if len(self._placed) >= WIDTHS:
                self._placed.clear()
            found = self._placed[width] = self._place(width)
        return found

    def _place(self, width: int) -> dict[str, QRect]:
        lines: list[tuple[str, ...]] = [()]
        for name in self._shown:
            if lines[-1] and self._line((*lines[-1], name)) > width:
                lines.append(())
            lines[-1] = (*lines[-1], name)
        found: dict[str, QRect] = {}
        for number, line in enumerate(lines):
            x = max(0, width - self._line(line))
            for name in line:
                found[name] = QRect(x, number * theme.line_height("quiet"), self._line((name,)), theme.px(16))
                x += self._line((name,)) + theme.px(16)
        return found

    def paintEvent(self, _event: object) -> None:
        """Paint squares, names."""
        painter = QPainter(self)
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("text-quiet"))
        places, side = self.places(self.width()), theme.px(8)
        above = (self.height() - max((one.bottom() + 1 for one in places.values()), default=0)) // 2
        for name, rect in places.items():
            rect = rect.translated(0, above)
            square = QRectF(rect.x(), rect.y() + (rect.height() - side) / 2, side, side)
            painter.fillRect(square, theme.colour(self._roles[name]))
            painter.drawText(rect.adjusted(theme.px(14), 0, 2, 0), Qt.AlignmentFlag.AlignVCenter, name)
