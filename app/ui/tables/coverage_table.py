"""The table of coverage: a strip of cells for each controller; one cell is current, by pointer or arrows."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from math import ceil
from typing import Any, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.tables.cells import Column, RowDelegate
from app.ui.tables.coverage_strips import Cell, Grid, StripRow
from app.ui.tables.table import Table
from app.ui.widgets.glyphs import coverage_pixmap

DAY = 86_400_000_000
WIDE = 210
"""Pixels of a strip in the design."""


class _Paint(RowDelegate):
    def paint_cell(self, painter: QPainter, rect: QRectF, column: Column, value: Any, dim: bool) -> None:
        """Strips; phases as quiet heads; the times above the strips."""
        if isinstance(value, Axis):
            paint_axis(painter, rect, value)
        elif isinstance(value, tuple):
            paint_strip(painter, rect, value, self._table.cell_of(column, self.row_now))
        elif isinstance(value, Phase):
            painter.setFont(theme.font("quiet-strong"))
            painter.setPen(theme.colour("text-quiet"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, str(value))
        else:
            super().paint_cell(painter, rect, column, value, dim)


class Axis(NamedTuple):
    """Words at the beginning and the end of the strips below."""

    first: str
    last: str


class Phase(str):
    """Words of a head."""

    __slots__ = ()


def paint_strip(painter: QPainter, rect: QRectF, cells: Sequence[Cell], current: int = -1) -> None:
    """What is seen as a calm line, what is blind as hollow boxes of full height: blind is louder than seen."""
    if not cells:
        return
    colours = tuple(theme.colour(role).rgba() for role in ("line", "good", "good-quiet", "info", "text-quiet"))
    states = tuple(one.state for one in cells)
    size = (rect.width(), rect.height(), painter.device().devicePixelRatioF(), theme.px(1000))
    painter.drawPixmap(rect.topLeft(), _strip_pixmap(states, size, colours))
    if 0 <= current < len(cells):
        wide = rect.width() / len(cells)
        painter.setPen(QPen(theme.colour("focus"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        left = rect.left() + current * wide
        painter.drawRoundedRect(QRectF(left - 2, rect.top() + 2, max(wide, 8) + 4, rect.height() - 4), 3, 3)


@lru_cache(256)
def _strip_pixmap(states: tuple[str, ...], size: tuple[float, float, float, int], _colours: tuple[int, ...]) -> QPixmap:
    """A strip, painted once for the many detectors that could see the same: each has a hundred pieces."""
    width, height, ratio, _ = size
    found = QPixmap(max(1, ceil(width * ratio)), max(1, ceil(height * ratio)))
    found.setDevicePixelRatio(ratio)
    found.fill(Qt.GlobalColor.transparent)
    painter = QPainter(found)
    middle, wide = height / 2, width / len(states)
    side = min(theme.px(9), wide - 1)
    painter.setPen(QPen(theme.colour("line"), 1))
    painter.drawLine(QPointF(0, middle), QPointF(width, middle))
    good, quiet = theme.colour("good"), theme.colour("good-quiet")
    for state, place, many in _runs(states):
        left, span = place * wide, many * wide
        if state == "seen":
            painter.fillRect(QRectF(left, middle - 3, span, 6), good)
        elif state == "partial":
            painter.fillRect(QRectF(left, middle - 3, span, 6), quiet)
            painter.fillRect(QRectF(left, middle + 1, span, 2), good)
    for number, state in enumerate(states):
        if state in ("blind", "learning"):
            across = side if state == "blind" else min(side, theme.px(7))
            pitch = min(wide, theme.px(10 if state == "blind" else 14))
            for at in range(max(1, int(wide // pitch))):
                place = number * wide + at * pitch + (pitch - across) / 2
                painter.drawPixmap(QPointF(place, middle - across / 2), coverage_pixmap(state, across, ratio))
    painter.end()
    return found


def _runs(states: Sequence[str]) -> list[tuple[str, int, int]]:
    """Cells beside each other of one state: state, place of the first, how many."""
    found, place = [], 0
    for state, some in groupby(states):
        many = len(list(some))
        found.append((state, place, many))
        place += many
    return found


def axis_of(cells: Sequence[Cell]) -> Axis:
    """When a strip begins and ends; days alone where each of its cells is one or more, for neighbours stand close."""
    if not cells:
        return Axis("", "")
    whole = cells[0].last - cells[0].first >= DAY
    first, last = (wording.moment(at) for at in (cells[0].first, cells[-1].last))
    return Axis(*(one.rpartition(" ")[0] if whole else one[:-3] for one in (first, last)))


def paint_axis(painter: QPainter, rect: QRectF, axis: Axis) -> None:
    """The times of the first and the last cell."""
    painter.setFont(theme.font("quiet"))
    painter.setPen(theme.colour("text-quiet"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, axis.first)
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, axis.last)


class CoverageTable(Table):
    """picked: a StripRow, the key of a controller, a Cell."""

    picked = Signal(object, str, object)

    def __init__(self, grid: Grid, controllers: Sequence[str]) -> None:
        self.shown = tuple(controllers)
        self._place = (0, 0)
        cells = next((next(iter(row.strips.values()), ()) for row in grid.rows if row.strips), ())
        top = grid.rows[0] if grid.rows else None
        axis = axis_of(cells)
        strips = [
            Column(
                grid.controllers[key],
                lambda row, key=key: row.strips.get(key, ()) if row.detector else axis if row is top else "",
                WIDE,
                firm=True,
                tip=lambda row, key=key: self._tip(row, key),
            )
            for key in self.shown
        ]
        super().__init__(
            (
                Column("Detector", lambda row: row.title if row.detector else Phase(row.title), 250, stretch=True, firm=True),
                Column("Id", lambda row: row.external, 50, "quiet", narrow=False),
                *strips,
                Column("What is missing most", lambda row: row.missing, 180, "quiet", stretch=True, narrow=False),
            )
        )
        self.setItemDelegate(_Paint(self))
        self.painter.keeps = True
        self.setAccessibleName(tr("Coverage by detector, domain controller and time"))
        self.selectionModel().currentRowChanged.connect(lambda *_: self._tell())

    def _tip(self, row: StripRow, key: str) -> str:
        states: dict[str, int] = {}
        for cell in row.strips.get(key, ()):
            states[cell.state] = states.get(cell.state, 0) + 1
        return ", ".join(f"{state} {count}" for state, count in states.items() if state)

    def cell_of(self, column: Column, row: int) -> int:
        """The current cell of a strip, -1 when it has none."""
        controller, cell = self._place
        current = row == self.currentIndex().row() and bool(self.shown) and column is self.columns[2 + controller]
        return cell if current else -1

    def _tell(self) -> None:
        row = self.current_row()
        self.viewport().update()
        if row is None or not row.detector or not self.shown:
            return
        controller, number = self._place
        cells = row.strips.get(self.shown[controller], ())
        if cells:
            self.picked.emit(row, self.shown[controller], cells[min(number, len(cells) - 1)])

    def choose(self, controller: int, cell: int) -> None:
        """Make a cell of the current row current; beyond the end of a strip lies that of the next controller."""
        row = self.current_row()
        if row is None or not row.detector or not self.shown:
            return
        number = len(next(iter(row.strips.values()), ()))
        flat = min(max(controller * number + cell, 0), len(self.shown) * number - 1)
        self._place = (flat // number, flat % number) if number else (0, 0)
        self._tell()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a cell chooses it."""
        index = self.indexAt(event.position().toPoint())
        super().mousePressEvent(event)
        place = index.column() - 2
        row = self.current_row()
        if not index.isValid() or not 0 <= place < len(self.shown) or row is None or not row.detector:
            return
        rect = self.visualRect(index)
        cells = row.strips.get(self.shown[place], ())
        wide = max(1, rect.width() - theme.px(12))
        if cells:
            self.choose(place, min(len(cells) - 1, max(0, int((event.position().x() - rect.x()) * len(cells) / wide))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right choose the cell before and after; heads are passed over."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            self.choose(self._place[0], self._place[1] + step)
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            row = self.current_row()
            if row is not None and not row.detector:
                self.move(-1 if event.key() == Qt.Key.Key_Up and self.currentIndex().row() else 1)
