"""Small curves over the last minutes, each with its name and its value now.

Imports pyqtgraph, which takes a while: import this module in a job, not with the window.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pyqtgraph import PlotCurveItem, PlotWidget, mkPen
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.widgets.words import Elided, Line, Words

HIGH = 72
"""Height of the curves in pixels of the design."""
SECOND = 1_000_000
LEAST = 60 * SECOND
"""Microseconds that a strip shows at least, so that two samples do not fill it."""


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
        self.plot = PlotWidget()
        self.plot.setFixedHeight(theme.px(HIGH))
        self.plot.setBackground(theme.colour("surface-1"))
        self.plot.setFrameShape(PlotWidget.Shape.NoFrame)
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.hideAxis("left")
        self.plot.hideAxis("bottom")
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        item = self.plot.getPlotItem()
        item.layout.setContentsMargins(0, 0, 0, 0)
        self._box = item.getViewBox()
        self._box.setDefaultPadding(0)
        self.curves: list[PlotCurveItem] = []
        for one in series:
            ground = theme.colour(one.role, 0.16)
            curve = PlotCurveItem(
                pen=mkPen(theme.colour(one.role), width=1.5), brush=ground, fillLevel=0, antialias=True, connect="finite"
            )
            self.plot.addItem(curve)
            self.curves.append(curve)
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
        nothing = float("nan")
        last = times[-1] if times else 0
        first = min(times[0], last - LEAST) if times else 0
        seconds = [(one - last) / SECOND for one in times]
        for curve, of in zip(self.curves, values, strict=True):
            curve.setData(seconds, [nothing if one is None else float(one) for one in of])
        self._box.setXRange((first - last) / SECOND or -1.0, 0.0, padding=0)
        most = max((one for of in values for one in of if one is not None), default=0.0)
        self._box.setYRange(0.0, max(most, 1e-9) * 1.12, padding=0)
        newest = next((one for one in reversed(values[0] if values else ()) if one is not None), None)
        now = words or (self._unit(newest) if newest is not None else "—")
        self.value.say(now)
        self.span.say(f"{wording.span(last - times[0])}, at most {self._unit(most)}" if len(times) > 1 else "")
        self.setAccessibleName(f"{self._title}: {now}")


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
