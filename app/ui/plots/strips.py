"""Small curves over the last minutes, each with its name and its value now.

Painted by itself, not by pyqtgraph: a plot of it brings seven menus along, which nobody opens and which outlive the page.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.widgets.words import Elided, Line, Words

HIGH = 72
"""Height of the curves in pixels of the design."""
LEAST = 60 * 1_000_000
"""Microseconds that a strip shows at least, so that two samples do not fill it."""
ABOVE = 1.12
"""The upper edge, in parts of the greatest value."""


class Series(NamedTuple):
    """One curve: its name, "" for the only one of a strip, and its colour role."""

    name: str
    role: str


class Strip(QWidget):
    """One figure over time. unit: value to words; a gap of None in the values stays a gap."""

    def __init__(self, title: str, series: Sequence[Series], unit: Callable[[float], str]) -> None:
        super().__init__()
        self._title, self._unit = title, unit
        self.value, self.span = Words("", "section"), Elided("", "quiet", "text-quiet")
        head = QHBoxLayout()
        head.setSpacing(theme.space("related"))
        name = Words(title, "quiet-strong", "quiet")
        name.setFixedHeight(theme.line_height("quiet"))
        head.addWidget(name)
        for one in series:
            if one.name:
                head.addWidget(_Key(one))
        head.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(theme.space("related"))
        below.addWidget(self.value)
        below.addStretch(1)
        below.addWidget(self.span)
        self.plot = _Curves([one.role for one in series])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        column.addLayout(head)
        column.addLayout(below)
        column.addWidget(self.plot)
        column.addWidget(Line())
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_values(self, times: Sequence[int], values: Sequence[Sequence[float | None]], words: str = "") -> None:
        """times: UTC microseconds, ascending; values: of each series. words: in the place of the newest value."""
        last = times[-1] if times else 0
        first = min(times[0], last - LEAST) if times else 0
        most = max((one for of in values for one in of if one is not None), default=0.0)
        self.plot.show_values(times, values, (first, last), max(most, 1e-9) * ABOVE)
        newest = next((one for one in reversed(values[0] if values else ()) if one is not None), None)
        now = words or (self._unit(newest) if newest is not None else "—")
        self.value.say(now)
        self.span.say(f"{wording.span(last - times[0])}, at most {self._unit(most)}" if len(times) > 1 else "")
        self.setAccessibleName(f"{self._title}: {now}")


class _Curves(QWidget):
    """Lines over a faint ground of their colour."""

    def __init__(self, roles: Sequence[str]) -> None:
        super().__init__()
        self._roles = roles
        self._times: Sequence[int] = ()
        self._values: Sequence[Sequence[float | None]] = ()
        self._span, self._top = (0, 1), 1.0
        self.setFixedHeight(theme.px(HIGH))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_values(
        self, times: Sequence[int], values: Sequence[Sequence[float | None]], span: tuple[int, int], top: float
    ) -> None:
        """span: times at the left and right edge; top: value at the upper edge, 0 is at the lower one."""
        self._times, self._values, self._span, self._top = times, values, span, top
        self.update()

    def pieces(self, values: Sequence[float | None]) -> list[list[QPointF]]:
        """Places of a curve's values in pixels, cut where values are missing."""
        first, last = self._span
        across, high = self.width() / max(1, last - first), self.height() / self._top
        found: list[list[QPointF]] = [[]]
        for at, value in zip(self._times, values, strict=True):
            if value is None:
                found.append([])
            else:
                found[-1].append(QPointF((at - first) * across, self.height() - float(value) * high))
        return [one for one in found if one]

    def paintEvent(self, _event: object) -> None:
        """Paint them, the first one at the bottom."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for role, values in zip(self._roles, self._values, strict=False):
            for piece in self.pieces(values):
                foot = [QPointF(piece[-1].x(), self.height()), QPointF(piece[0].x(), self.height())]
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.colour(role, 0.16))
                painter.drawPolygon(QPolygonF([*piece, *foot]))
                painter.setPen(QPen(theme.colour(role), 1.5))
                painter.drawPolyline(QPolygonF(piece))


class _Key(QWidget):
    """A square of a curve's colour and its name."""

    def __init__(self, series: Series) -> None:
        super().__init__()
        self._series = series
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Square, gap, name."""
        return QSize(theme.px(14) + theme.measure("quiet").horizontalAdvance(self._series.name), theme.line_height("quiet"))

    def paintEvent(self, _event: object) -> None:
        """Paint them."""
        painter = QPainter(self)
        side = theme.px(8)
        painter.fillRect(QRectF(0, (self.height() - side) / 2, side, side), theme.colour(self._series.role))
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("text-quiet"))
        painter.drawText(self.rect().adjusted(theme.px(12), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._series.name)
