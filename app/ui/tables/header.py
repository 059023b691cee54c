"""The header of the program's tables."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView

from app.ui import theme
from app.ui.catalogue import tr
from app.ui.icons import paint_icon


class Header(QHeaderView):
    """Quiet titles, an arrow behind the sorted one, one line below."""

    def __init__(self, table) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self.setFixedHeight(theme.space("row-header"))
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.setMinimumSectionSize(theme.px(16))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one title."""
        column = self._table.columns[section]
        painter.save()
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        painter.setFont(theme.font("header"))
        painter.setPen(theme.colour("text-quiet"))
        last = section == self._table.edges[1]
        inner = rect.adjusted(
            self._table.margin if section == self._table.edges[0] else 0,
            0,
            -(self._table.margin if last else theme.px(column.gap)),
            0,
        )
        number = column.look == "number"
        side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
        words = painter.fontMetrics().elidedText(tr(column.title), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, words)
        if column.sort and column.sort == self._table.sorted_by[0]:
            width, size = painter.fontMetrics().horizontalAdvance(words), theme.px(12)
            left = inner.right() - width - size - 3 if number else inner.left() + width + 3
            spot = QRect(left, inner.center().y() - size // 2 + 1, size, size)
            if not self._table.sorted_by[1]:
                painter.translate(spot.center())
                painter.rotate(180)
                painter.translate(-spot.center())
            paint_icon(painter, spot.toRectF(), "down", theme.colour("text-quiet"))
        painter.restore()
