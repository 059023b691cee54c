"""A short list of rows of two lines: sign, title, value at the right, sentence below."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QSizePolicy, QStyle, QStyledItemDelegate, QWidget

from app.model.alert import Link, Sentence
from app.model.entity import EntityRef
from app.ui import theme, wording
from app.ui.navigation import in_new_tab
from app.ui.widgets import hovering
from app.ui.widgets.clicks import asks_new_tab, press_beyond, release_beyond
from app.ui.widgets.glyphs import paint_sign
from app.ui.widgets.sentence import lay_out, paint_runs
from app.ui.widgets.tips import plain_tip

ITEM = Qt.ItemDataRole.UserRole


class TwoLines(NamedTuple):
    """One row. sign as in glyphs.paint_sign; text plain or with entities; share 0 to 1: a bar left of value; target: returned."""

    sign: str
    title: str
    text: str | Sentence = ""
    value: str = ""
    entity: EntityRef | None = None
    share: float | None = None
    target: object = None


class _Rows(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[TwoLines, ...] = ()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == ITEM:
            return row
        text = row.text if isinstance(row.text, str) else "".join(one.text for one in row.text)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{wording.tidy(row.title)}\n{wording.tidy(text, 600)}")
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return wording.tidy(f"{row.title}. {text} {row.value}")
        return None


class _Paint(QStyledItemDelegate):
    def __init__(self, parent: "TwoLineList") -> None:
        super().__init__(parent)
        self._list = parent

    def sizeHint(self, _option: object, _index: QModelIndex) -> QSize:
        return QSize(theme.px(80), theme.space("row-two-line"))

    def paint(self, painter: QPainter, option, index: QModelIndex) -> None:
        row: TwoLines = index.data(ITEM)
        rect = option.rect
        pad = self._list.pad
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus) and self._list.hasFocus()
        if option.state & QStyle.StateFlag.State_Selected and self._list.marks_selection:
            painter.fillRect(rect, theme.colour("selection"))
            painter.fillRect(rect.x(), rect.y(), 2, rect.height(), theme.colour("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver or focused:
            painter.fillRect(rect, theme.colour("hover"))
        if index.row() < index.model().rowCount() - 1 and not self._list.dense:
            painter.fillRect(rect.x() + pad, rect.bottom(), rect.width() - 2 * pad, 1, theme.colour("line"))
        side, indent = theme.space("glyph"), theme.px(24)
        top = rect.y() + (rect.height() - 2 * theme.line_height()) / 2
        line = theme.line_height()
        left, right = rect.x() + pad, rect.right() - pad
        paint_sign(painter, QRectF(left, top + (line - side) / 2, side, side), row.sign)
        left += indent
        title_right = self._right(painter, row, right, top, line)
        painter.setFont(theme.font("strong" if row.text else "body"))
        painter.setPen(theme.colour("text"))
        title = painter.fontMetrics().elidedText(
            wording.tidy(row.title), Qt.TextElideMode.ElideMiddle, max(20, int(title_right - left))
        )
        painter.drawText(QRectF(left, top, title_right - left, line), Qt.AlignmentFlag.AlignVCenter, title)
        text_right = self._entity(painter, row, right, top + line, left)
        quiet = theme.colour("text-quiet")
        pieces = (Link(row.text),) if isinstance(row.text, str) else row.text
        runs, _ = lay_out(pieces, max(40, text_right - left), one_line=True)
        paint_runs(painter, runs, QPoint(int(left), int(top + line)), quiet, theme.colour("text"))

    def _right(self, painter: QPainter, row: TwoLines, right: float, top: float, line: float) -> float:
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text-quiet" if row.share is None else "text"))
        width = painter.fontMetrics().horizontalAdvance(row.value) + 1 if row.value else 0
        painter.drawText(QRectF(right - width, top, width, line), Qt.AlignmentFlag.AlignVCenter, row.value)
        edge = right - width - theme.px(12)
        if row.share is not None:
            bar, height = theme.px(56), theme.px(4)
            edge = right - max(width, theme.px(44)) - theme.px(8)
            box = QRectF(edge - bar, top + (line - height) / 2, bar, height)
            painter.fillRect(box, theme.colour("surface-3"))
            box.setWidth(max(1.0, bar * min(1.0, row.share)))
            painter.fillRect(box, theme.colour("text-quiet"))
            edge -= bar + theme.px(12)
        return edge

    def _entity(self, painter: QPainter, row: TwoLines, right: float, top: float, left: float) -> float:
        if row.entity is None:
            return right
        room = min((right - left) * 0.45, theme.px(180))
        runs, _ = lay_out((Link(row.entity.label, entity=row.entity),), room, one_line=True)
        width = max((one.rect.right() for one in runs), default=0.0)
        paint_runs(painter, runs, QPoint(int(right - width), int(top)), theme.colour("text"), theme.colour("text"))
        return right - width - theme.px(12)


class TwoLineList(QListView):
    """Rows as high as they are many; Enter or a click opens a row by calling opened with its target."""

    def __init__(self, opened: Callable[[object], object], scrolls: bool = False, dense: bool = False, pad: int = 0) -> None:
        super().__init__()
        self.pad, self.dense, self.marks_selection = theme.px(pad), dense, scrolls
        self._opened, self._scrolls = opened, scrolls
        self._model = _Rows(self)
        self.setModel(self._model)
        self.setItemDelegate(_Paint(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(off)
        if not scrolls:
            self.setVerticalScrollBarPolicy(off)
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)

    def show_rows(self, rows: Sequence[TwoLines]) -> None:
        """Show other rows; the current row stays where it was."""
        current = self.currentIndex().row()
        self._model.beginResetModel()
        self._model.rows = tuple(rows)
        self._model.endResetModel()
        if 0 <= current < len(rows):
            self.setCurrentIndex(self._model.index(current))
        if not self._scrolls:
            self.setFixedHeight(max(1, len(rows)) * theme.space("row-two-line"))

    def rows(self) -> tuple[TwoLines, ...]:
        """What is shown."""
        return self._model.rows

    def move(self, step: int) -> None:
        """Make the next or the previous row the current one."""
        row = max(0, min(len(self._model.rows) - 1, self.currentIndex().row() + step))
        if self._model.rows:
            self.setCurrentIndex(self._model.index(row))

    def open_current(self) -> None:
        """Open the current row, or the first."""
        index = self.currentIndex()
        if not index.isValid() and self._model.rows:
            index = self._model.index(0)
        if index.isValid():
            self._open(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Back, forward and the middle button are no choice of rows."""
        if not press_beyond(self, event):
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click with Ctrl or the middle button opens the row in a new tab."""
        if not release_beyond(self, event, self.open_current):
            with in_new_tab(asks_new_tab(event)):
                super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, with Ctrl in a new tab."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            with in_new_tab(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)):
                self.open_current()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A row that is an entity offers its card, as does the entity at the right of a row."""
        super().mouseMoveEvent(event)
        point = event.position().toPoint()
        here = self._named(self.indexAt(point))
        if here is not None and here[1].contains(point):
            hovering.offer(self.viewport(), *here)
        else:
            hovering.withdraw(self.viewport())

    def leaveEvent(self, event) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        hovering.withdraw(self.viewport())

    def viewportEvent(self, event: QEvent) -> bool:
        """No tooltip over an entity, which has its card."""
        here = self._named(self.indexAt(event.pos())) if event.type() == QEvent.Type.ToolTip else None
        return True if here is not None and here[1].contains(event.pos()) else super().viewportEvent(event)

    def entity_here(self) -> hovering.Here | None:
        """The entity of the current row."""
        return self._named(self.currentIndex())

    def _named(self, index: QModelIndex) -> hovering.Here | None:
        row: TwoLines | None = index.data(ITEM) if index.isValid() else None
        if row is None:
            return None
        rect = self.visualRect(index)
        if isinstance(row.target, EntityRef):
            words = theme.measure("strong" if row.text else "body").horizontalAdvance(wording.tidy(row.title))
            return row.target, QRect(rect.left() + self.pad, rect.top(), min(rect.width(), theme.px(24) + words), rect.height())
        if row.entity is None:
            return None
        wide = min(int(rect.width() * 0.45), theme.px(180))
        return row.entity, QRect(rect.right() - self.pad - wide, rect.center().y(), wide, rect.height() // 2)

    def wheelEvent(self, event) -> None:
        """A list that does not scroll lets the page scroll."""
        if self._scrolls:
            super().wheelEvent(event)
        else:
            event.ignore()

    def _open(self, index: QModelIndex) -> None:
        self._opened(index.data(ITEM).target)
