"""Rows of a table painted as a whole: cells without a call through Qt for each, a row that was painted once as one picture."""

from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from app.ui import theme
from app.ui.tables.cells import RowDelegate

LEFT_TO_RIGHT = Qt.LayoutDirection.LeftToRight
"""Of a sentence that begins with an Arabic or Hebrew name too: else it would read as if somebody else did it to that name."""
KEPT = 160
"""Pictures of rows of one table, about three screens."""


class RowPainter:
    """Paints the rows of one table. keeps: what a cell shows follows from its row alone, so that a picture of it may be kept."""

    def __init__(self, table: Any) -> None:
        """table: the Table, which makes its painter and so cannot be named here."""
        self._table = table
        self.keeps = False
        self._kept: OrderedDict[int, tuple[Any, QPixmap]] = OrderedDict()
        self._stands: tuple[Any, ...] = ()

    def paint(self, area: QRect) -> None:
        """Paint what is in this part of the viewport."""
        table = self._table
        model, view = table.model(), table.viewport()
        painter = QPainter(view)
        painter.setClipRect(area)
        first, last = table.rowAt(area.top()), table.rowAt(area.bottom())
        count = model.rowCount()
        if first < 0 or not count:
            return
        last = count - 1 if last < 0 else last
        places = [
            (place, table.columnViewportPosition(place), table.columnWidth(place))
            for place in range(len(table.columns))
            if not table.isColumnHidden(place)
        ]
        height, width = table.rowHeight(first), view.width()
        ratio = view.devicePixelRatioF()
        stands = (places, table.edges, height, width, ratio, theme.active(), theme.px(1000))
        if stands != self._stands:
            self._kept.clear()
            self._stands = stands
        current = table.currentIndex()
        chosen = table.selectionModel()
        marked = current.column() if table.cell_shown and table.hasFocus() else -1
        top, lined = table.rowViewportPosition(first), table.itemDelegate().lined
        for number in range(first, last + 1):
            ground = QRect(0, top, width, height)
            selected = chosen.isRowSelected(number, current.parent()) if chosen is not None else False
            self._paint_ground(painter, ground, number, selected)
            cell = marked if number == current.row() else -1
            row = model.row(number)
            if row is not None and self.keeps and not selected and table.hovered != number:
                painter.drawPixmap(QPoint(0, top), self._picture(number, row, ground, places, ratio))
            else:
                self._paint_cells(painter, row, number, ground, places, cell)
            if lined:
                painter.fillRect(0, ground.bottom(), width, 1, theme.colour("line"))
            top += height

    def _paint_ground(self, painter: QPainter, rect: QRect, number: int, selected: bool) -> None:
        if selected:
            painter.fillRect(rect, theme.colour("selection"))
            painter.fillRect(rect.x(), rect.y(), 2, rect.height(), theme.colour("accent"))
        elif self._table.hovered == number:
            painter.fillRect(rect, theme.colour("hover"))

    def _picture(self, number: int, row: Any, rect: QRect, places: list[tuple[int, int, int]], ratio: float) -> QPixmap:
        found = self._kept.get(number)
        if found is not None and (found[0] is row or (type(found[0]) is type(row) and found[0] == row)):  # asked for again
            self._kept[number] = (row, found[1])
            self._kept.move_to_end(number)
            return found[1]
        picture = QPixmap(round(rect.width() * ratio), round(rect.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme.colour("surface-1"))
        inside = QPainter(picture)
        inside.setLayoutDirection(LEFT_TO_RIGHT)  # that of a widget has it already
        self._paint_cells(inside, row, number, QRect(0, 0, rect.width(), rect.height()), places, -1)
        inside.end()
        self._kept[number] = (row, picture)
        self._kept.move_to_end(number)  # where the picture of another row was
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return picture

    def _paint_cells(
        self, painter: QPainter, row: Any, number: int, ground: QRect, places: list[tuple[int, int, int]], marked: int
    ) -> None:
        table, top, height = self._table, ground.top(), ground.height()
        delegate = table.itemDelegate()
        assert isinstance(delegate, RowDelegate)
        delegate.row_now = number
        first, last = table.edges
        margin = table.margin
        columns = table.model().columns
        for place, left, width in places:
            column = columns[place]
            value = "" if row is None else column.value(row)
            dim = row is not None and column.dim is not None and bool(column.dim(row))
            start = left + (margin if place == first else 0)
            end = left + width - (margin if place == last else theme.px(column.gap))
            if place == marked:
                painter.setPen(QPen(theme.colour("focus"), 1))
                painter.drawRoundedRect(QRectF(start - 4.5, top + 1.5, left + width - start, height - 3), 3, 3)
            delegate.paint_cell(painter, QRectF(start, top, max(0, end - start), height), column, value, dim)
