"""What a table column shows of a row, with the delegate that paints it."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate

from app.model.entity import EntityRef
from app.ui import theme, wording
from app.ui.widgets.glyphs import paint_entity, paint_sign
from app.ui.widgets.sentence import GAP

Look = Literal["text", "quiet", "mono", "number", "entity", "sign", "strong"]
CELL = Qt.ItemDataRole.UserRole + 1
ROW = Qt.ItemDataRole.UserRole + 2
LOOK = Qt.ItemDataRole.UserRole + 3
DIM = Qt.ItemDataRole.UserRole + 4


# Or-ing these flags in Python costs as much as drawing the word.
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
SELECTED = QStyle.StateFlag.State_Selected


class Column(NamedTuple):
    """One column. value: row to str (text looks), EntityRef or None (entity), sign word (sign).

    width in pixels of the design; stretch: takes what is left; cut: where a long text is cut; dim: rows painted quiet;
    sort: key for the header's click, "" for none; narrow: shown also in a narrow window;
    firm: never made narrower.
    """

    title: str
    value: Callable[[Any], Any]
    width: int = 120
    look: Look = "text"
    stretch: bool = False
    cut: Literal["end", "middle"] = "end"
    dim: Callable[[Any], bool] | None = None
    sort: str = ""
    tip: Callable[[Any], str] | None = None
    narrow: bool = True
    firm: bool = False

    @property
    def gap(self) -> int:
        """Air at its right, in pixels of the design; more where numbers stand against the next column's words."""
        return 24 if self.look == "number" else 12

    def words(self, row: Any) -> str:
        """The cell as plain text."""
        value = self.value(row)
        if value is None:
            return "—" if self.look == "entity" else ""
        return value.label if isinstance(value, EntityRef) else str(value)


class RowDelegate(QStyledItemDelegate):
    """Paints cells of all looks, hover over the whole row, the bar of the current row."""

    def __init__(self, parent, height: str = "row") -> None:
        super().__init__(parent)
        self._table = parent
        self._height = height

    def sizeHint(self, _option: object, _index: QModelIndex) -> QSize:
        """Height of a row."""
        return QSize(40, theme.space(self._height))

    def paint(self, painter: QPainter, option, index: QModelIndex) -> None:
        """Paint ground, then the cell."""
        rect = option.rect
        self.paint_ground(painter, option, index)
        column: Column = index.data(LOOK)
        value = index.data(CELL)
        dim = bool(index.data(DIM))
        first = index.column() == 0
        left = rect.x() + (self._table.margin if first else 0)
        last = index.column() == index.model().columnCount() - 1
        right = rect.right() + 1 - (self._table.margin if last else theme.px(column.gap))
        self.paint_cell(painter, QRectF(left, rect.y(), max(0, right - left), rect.height()), column, value, dim)

    def paint_ground(self, painter: QPainter, option, index: QModelIndex) -> None:
        """Selection, hover, the bar at the left edge."""
        rect = option.rect
        if option.state & SELECTED:
            painter.fillRect(rect, theme.colour("selection"))
            if index.column() == 0:
                painter.fillRect(rect.x(), rect.y(), 2, rect.height(), theme.colour("accent"))
        elif self._table.hovered == index.row():
            painter.fillRect(rect, theme.colour("hover"))

    def paint_cell(self, painter: QPainter, rect: QRectF, column: Column, value: Any, dim: bool) -> None:
        """Paint one value into rect."""
        if column.look == "sign":
            side = theme.space("glyph")
            paint_sign(painter, QRectF(rect.left(), rect.center().y() - side / 2, side, side), str(value))
            return
        if isinstance(value, EntityRef):
            side = theme.space("glyph")
            paint_entity(painter, QRectF(rect.left(), rect.center().y() - side / 2, side, side), value.kind)
            painter.setFont(theme.font())
            painter.setPen(theme.colour("text-quiet" if dim else "text"))
            room = rect.adjusted(side + theme.px(GAP), 0, 0, 0)
            name = wording.tidy(value.label, 600)
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(room.width()))
            painter.drawText(room, LEFT, shown)
            return
        words = "—" if value is None and column.look == "entity" else wording.tidy(str(value if value is not None else ""), 600)
        painter.setFont(theme.font("mono" if column.look == "mono" else "strong" if column.look == "strong" else "body"))
        quiet = dim or column.look in ("quiet", "mono") or value is None
        painter.setPen(theme.colour("text-quiet" if quiet else "text"))
        cut = Qt.TextElideMode.ElideMiddle if column.cut == "middle" else Qt.TextElideMode.ElideRight
        shown = painter.fontMetrics().elidedText(words, cut, int(rect.width()))
        painter.drawText(rect, RIGHT if column.look == "number" else LEFT, shown)
