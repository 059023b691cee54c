"""Rows of activities painted as the design draws them: entity signs, tabular numbers, cut names, the current row."""

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from app.model.entity import EntityRef
from app.model.rows import ActivityRow
from app.ui import theme, wording
from app.ui.tables.activity_model import COLUMNS, ROW_ROLE, ActivityModel, cell
from app.ui.widgets.glyphs import paint_entity
from app.ui.widgets.words import plain_tip

WIDTHS = {"Time": 96, "Kind": 118, "Who": 132, "From": 128, "To": 112, "What": 0, "Result": 150, "Input": 112, "Frame": 66}
"""Pixels at normal text size; What takes the rest."""
NARROW_HIDES = ("Input", "Kind")
"""Columns that go first when the table is narrow."""
NARROW = 880
ENTITY_COLUMNS = {"Who": 0, "From": 1, "To": 2}


class _Cells(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        return QSize(40, theme.space("row"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        table: ActivityTable = self.parent()  # type: ignore[assignment]
        row: ActivityRow | None = index.data(ROW_ROLE)
        rect = QRectF(option.rect)
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        if current:
            painter.fillRect(rect, theme.colour("selection"))
        elif table.hovered == index.row():
            painter.fillRect(rect, theme.colour("hover"))
        if current and index.column() == 0:
            painter.fillRect(QRectF(rect.left(), rect.top(), 2, rect.height()), theme.colour("accent"))
        if row is None:
            return
        name = COLUMNS[index.column()]
        left = theme.space("margin") if index.column() == 0 else theme.px(6)
        right = theme.space("margin") if name == "Frame" else theme.px(6)
        inner = rect.adjusted(left, 0, -right, 0)
        if name in ENTITY_COLUMNS:
            ref: EntityRef | None = (row.who, row.origin, row.target)[ENTITY_COLUMNS[name]]
            if ref is None:
                return
            side = theme.space("glyph")
            paint_entity(painter, QRectF(inner.left(), inner.center().y() - side / 2, side, side), ref.kind)
            inner.adjust(side + theme.px(5), 0, 0, 0)
        quiet = row.result != "success" if name == "Result" else name in ("Input",)
        painter.setPen(theme.colour("text-quiet" if quiet else "text"))
        painter.setFont(theme.font("mono" if name in ("Input", "Frame") else "body"))
        metrics = QFontMetrics(painter.font())
        cut = Qt.TextElideMode.ElideMiddle if name in (*ENTITY_COLUMNS, "Input") else Qt.TextElideMode.ElideRight
        text = metrics.elidedText(cell(row, index.column()), cut, int(inner.width()))
        side = Qt.AlignmentFlag.AlignRight if name == "Frame" else Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | side, text)


class ActivityTable(QTableView):
    """A table over an ActivityModel. current(row or None) when the chosen row changes, opened(row) on Enter or double click."""

    current = Signal(object)
    opened = Signal(object)

    def __init__(self, model: ActivityModel) -> None:
        super().__init__()
        self.hovered = -1
        self.setModel(model)
        self.setItemDelegate(_Cells(self))
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Activities")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.space("row"))
        header = self.horizontalHeader()
        header.setFixedHeight(theme.space("row-header"))
        header.setFont(theme.font("header"))
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        header.setSectionsClickable(False)
        header.setStretchLastSection(False)
        self.entered.connect(self._hover)
        self.doubleClicked.connect(lambda index: self._open(index))
        self.selectionModel().currentRowChanged.connect(lambda index, _: self.current.emit(index.data(ROW_ROLE)))


    def chosen(self) -> ActivityRow | None:
        """The chosen row."""
        index = self.currentIndex()
        return index.data(ROW_ROLE) if index.isValid() else None

    def resizeEvent(self, event) -> None:
        """Share the width: What takes what is left."""
        super().resizeEvent(event)
        width = self.viewport().width()
        narrow = width < theme.px(NARROW)
        for place, name in enumerate(COLUMNS):
            self.setColumnHidden(place, narrow and name in NARROW_HIDES)
        scale = 1.0 if width >= theme.px(1100) else max(0.72, width / theme.px(1100))
        used = 0
        for place, name in enumerate(COLUMNS):
            if WIDTHS[name] and not self.isColumnHidden(place):
                extra = theme.space("margin") - theme.px(6) if name in ("Time", "Frame") else 0
                wide = round(theme.px(WIDTHS[name]) * (1.0 if name in ("Time", "Frame") else scale)) + extra
                self.setColumnWidth(place, wide)
                used += wide
        self.setColumnWidth(COLUMNS.index("What"), max(theme.px(80), width - used))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        self.hovered = -1
        self.viewport().update()

    def viewportEvent(self, event) -> bool:
        """The whole value of a cut cell as tooltip."""
        if event.type() == event.Type.ToolTip:
            index = self.indexAt(event.pos())
            row = index.data(ROW_ROLE) if index.isValid() else None
            tip = ""
            if row is not None:
                tip = cell(row, index.column())
                if COLUMNS[index.column()] == "From" and row.resolved_by:
                    tip = f"{tip}, {wording.tidy(row.resolved_by)}"
            self.setToolTip(plain_tip(tip))
        return super().viewportEvent(event)

    def _hover(self, index: QModelIndex) -> None:
        if index.row() != self.hovered:
            self.hovered = index.row()
            self.viewport().update()

    def _open(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE) if index.isValid() else None
        if row is not None:
            self.opened.emit(row)
