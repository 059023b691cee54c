"""What a table column shows of a row, with the delegate that paints it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from PySide6.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate

from app.model.entity import EntityRef
from app.ui import theme, wording
from app.ui.widgets.glyphs import entity_pixmap, paint_sign
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
FOCUSED = QStyle.StateFlag.State_HasFocus


class Column(NamedTuple):
    """One column. value: row to str (text looks), EntityRef or None (entity), sign word (sign).

    width in pixels of the design; stretch: takes what is left; cut: where a long text is cut; dim: rows painted quiet;
    sort: key for the header's click, "" for none; narrow: shown also in a narrow window;
    firm: never made narrower; key: what activities are counted by for this column, "" for none; term: row to the term of a
    filter that keeps what has this value, "" for none; shown: unless the user hides it, or only when the user wants it;
    spare: goes as a whole where the others would be cut for it; kept: stays, however narrow the table is.
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
    key: str = ""
    term: Callable[[Any], str] | None = None
    shown: bool = True
    spare: bool = False
    kept: bool = False

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


@lru_cache(16_384)
def _elided(words: str, font: str, cut: str, width: int, _scale: int) -> str:
    """The words as they fit; the same ones are measured once, which is half of the time of scrolling."""
    mode = Qt.TextElideMode.ElideMiddle if cut == "middle" else Qt.TextElideMode.ElideRight
    return theme.measure(font).elidedText(words, mode, width)


class RowDelegate(QStyledItemDelegate):
    """Paints cells of all looks, hover over the whole row, the bar of the current row. lined: a line below each row."""

    lined = False

    def __init__(self, parent, height: str = "row") -> None:
        super().__init__(parent)
        self._table = parent
        self._height = height
        self.row_now = -1
        """Of the cell that is being painted."""

    def sizeHint(self, _option: object, _index: QModelIndex) -> QSize:
        """Height of a row."""
        return QSize(40, theme.space(self._height))

    def room(self, column: Column, value: Any) -> int | None:
        """Pixels that a value needs to be painted whole, None where it takes whatever there is."""
        if column.look == "sign":
            return theme.space("glyph")
        if isinstance(value, EntityRef):
            name = theme.measure("body").horizontalAdvance(wording.tidy(value.label, 600))
            return theme.space("glyph") + theme.px(GAP) + name + 1
        kind = column.look if column.look in ("mono", "strong") else "body"
        return theme.measure(kind).horizontalAdvance(wording.tidy(str(value if value is not None else ""), 600)) + 1

    def paint(self, painter: QPainter, option, index: QModelIndex) -> None:
        """Paint ground, then the cell."""
        rect, self.row_now = option.rect, index.row()
        self.paint_ground(painter, option, index)
        # Straight from the model: three calls of data() through Qt for each cell are a third of the time of a frame.
        model, place = self._table.model(), index.column()
        row = model.row(index.row())
        column: Column = model.columns[place]
        value = "" if row is None else column.value(row)
        dim = row is not None and column.dim is not None and bool(column.dim(row))
        left = rect.x() + (self._table.margin if place == self._table.edges[0] else 0)
        last = place == self._table.edges[1]
        right = rect.right() + 1 - (self._table.margin if last else theme.px(column.gap))
        if self._table.cell_shown and option.state & FOCUSED:
            painter.setPen(QPen(theme.colour("focus"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(left - rect.x() - 4.5, 1.5, -4.5, -1.5), 3, 3)
        self.paint_cell(painter, QRectF(left, rect.y(), max(0, right - left), rect.height()), column, value, dim)
        if self.lined:
            painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("line"))

    def paint_ground(self, painter: QPainter, option, index: QModelIndex) -> None:
        """Selection, hover, the bar at the left edge."""
        rect = option.rect
        if option.state & SELECTED:
            painter.fillRect(rect, theme.colour("selection"))
            if index.column() == self._table.edges[0]:
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
            top = rect.center().y() - side / 2
            painter.drawPixmap(QPointF(rect.left(), top), entity_pixmap(value.kind, side, painter.device().devicePixelRatioF()))
            painter.setFont(theme.font())
            painter.setPen(theme.colour("text-quiet" if dim else "text"))
            room = rect.adjusted(side + theme.px(GAP), 0, 0, 0)
            name = wording.tidy(value.label, 600)
            painter.drawText(room, LEFT, _elided(name, "body", "middle", int(room.width()), theme.px(1000)))
            return
        words = "—" if value is None and column.look == "entity" else wording.tidy(str(value if value is not None else ""), 600)
        kind = column.look if column.look in ("mono", "strong") else "body"
        painter.setFont(theme.font(kind))
        quiet = dim or column.look in ("quiet", "mono") or value is None
        painter.setPen(theme.colour("text-quiet" if quiet else "text"))
        shown = _elided(words, kind, column.cut, int(rect.width()), theme.px(1000))
        painter.drawText(rect, RIGHT if column.look == "number" else LEFT, shown)
