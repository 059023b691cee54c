"""A tree of groups or members as indented lines; groups of members open to show theirs."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyledItemDelegate, QWidget

from app.model.about import Node
from app.model.entity import EntityRef
from app.ui import theme, wording
from app.ui.icons import paint_icon
from app.ui.widgets import hovering
from app.ui.widgets.glyphs import paint_entity
from app.ui.widgets.tips import plain_tip

ITEM = Qt.ItemDataRole.UserRole
NONE = QModelIndex()
INDENT, ARROW = 18, 16
MOST = 4_000
"""Lines of one tree, however much is opened."""


class Shown(NamedTuple):
    """A line: the node, whether it stands open."""

    node: Node
    open: bool = False


class _Lines(QAbstractListModel):
    def __init__(self, parent: QWidget, openable: bool) -> None:
        super().__init__(parent)
        self.openable = openable
        self.rows: list[Shown] = []

    def rowCount(self, parent: QModelIndex = NONE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        shown = self.rows[index.row()]
        if role == ITEM:
            return shown
        node = shown.node
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(node.ref.label)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            state = ", open" if shown.open else ""
            return wording.tidy(f"{node.ref.label}, level {node.depth + 1}, {_notes(node) or node.ref.kind}{state}")
        return None

    def has_more(self, row: int) -> bool:
        """Whether a line can be opened."""
        node = self.rows[row].node
        return self.openable and node.ref.kind == "group" and node.members > 0 and not node.again

    def fold(self, row: int) -> None:
        """Hide what stands below a line."""
        depth = self.rows[row].node.depth
        end = row + 1
        while end < len(self.rows) and self.rows[end].node.depth > depth:
            end += 1
        self.rows[row] = self.rows[row]._replace(open=False)
        if end > row + 1:
            self.beginRemoveRows(NONE, row + 1, end - 1)
            del self.rows[row + 1 : end]
            self.endRemoveRows()
        self.dataChanged.emit(self.index(row), self.index(row))

    def unfold(self, row: int, nodes: Sequence[Node]) -> None:
        """Show nodes below a line; a group that stands above it is marked and opens no more."""
        depth = self.rows[row].node.depth
        above, place = {self.rows[row].node.ref.key}, row
        for upper in range(row, -1, -1):
            if self.rows[upper].node.depth < self.rows[place].node.depth:
                place = upper
                above.add(self.rows[upper].node.ref.key)
        made = [Shown(replace(one, depth=depth + 1, again=one.ref.key in above)) for one in nodes]
        made = made[: max(0, MOST - len(self.rows))]
        self.rows[row] = self.rows[row]._replace(open=True)
        if made:
            self.beginInsertRows(NONE, row + 1, row + len(made))
            self.rows[row + 1 : row + 1] = made
            self.endInsertRows()
        self.dataChanged.emit(self.index(row), self.index(row))


class _Paint(QStyledItemDelegate):
    def __init__(self, parent: "NodeList") -> None:
        super().__init__(parent)
        self._list = parent

    def sizeHint(self, _option: object, _index: QModelIndex) -> QSize:
        return QSize(theme.px(80), theme.space("row"))

    def paint(self, painter: QPainter, option, index: QModelIndex) -> None:
        shown: Shown = index.data(ITEM)
        node, rect = shown.node, option.rect
        if option.state & QStyle.StateFlag.State_Selected and self._list.hasFocus():
            painter.fillRect(rect, theme.colour("selection"))
            painter.fillRect(rect.x(), rect.y(), 2, rect.height(), theme.colour("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        x = self._list.left_of(rect, node)
        side = theme.px(12)
        if index.model().has_more(index.row()):
            spot = QRectF(x, rect.center().y() - side / 2, side, side)
            paint_icon(painter, spot, "down" if shown.open else "right", theme.colour("text-quiet"))
        x += theme.px(ARROW) if index.model().openable else 0
        paint_entity(painter, QRectF(x, rect.center().y() - side / 2, side, side), node.ref.kind)
        x += side + theme.px(6)
        notes = _notes(node)
        painter.setFont(theme.font("quiet"))
        room = painter.fontMetrics().horizontalAdvance(notes) + theme.px(12) if notes else 0
        painter.setFont(theme.font("entity" if node.sensitive else "body"))
        painter.setPen(theme.colour("text-quiet" if node.again or node.disabled else "text"))
        width = max(20, int(rect.right() - self._list.pad - room - x))
        name = painter.fontMetrics().elidedText(wording.tidy(node.ref.label), Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(QRectF(x, rect.y(), width, rect.height()), Qt.AlignmentFlag.AlignVCenter, name)
        x += painter.fontMetrics().horizontalAdvance(name) + theme.px(12)
        painter.setFont(theme.font("quiet"))
        painter.setPen(theme.colour("accent" if node.sensitive and not node.again else "text-quiet"))
        painter.drawText(QRectF(x, rect.y(), room + 4, rect.height()), Qt.AlignmentFlag.AlignVCenter, notes)


class NodeList(QListView):
    """Lines of a tree. more: gives the nodes below a group to the function it is called with; None: nothing opens.

    Signals chosen(EntityRef), opened(EntityRef): Enter or double click.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, label: str, more: Callable[[EntityRef, Callable[[Sequence[Node]], None]], object] | None = None) -> None:
        super().__init__()
        self._more = more
        self.pad = theme.space("margin")
        self.lines = _Lines(self, more is not None)
        self.setModel(self.lines)
        self.setItemDelegate(_Paint(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(label)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.data(ITEM).node.ref))

    def show_nodes(self, nodes: Sequence[Node]) -> None:
        """Show another tree; the same one stays as it was opened."""
        roots = [one.node for one in self.lines.rows if one.node.depth == 0] if self._more else [o.node for o in self.lines.rows]
        if tuple(roots) == tuple(nodes):
            return
        self.lines.beginResetModel()
        self.lines.rows = [Shown(one) for one in nodes]
        self.lines.endResetModel()

    def left_of(self, rect: QRect, node: Node) -> int:
        """Where a line begins."""
        return rect.x() + self.pad + theme.px(INDENT) * min(node.depth, 16)

    def toggle(self, row: int) -> None:
        """Open or close a line."""
        if not self.lines.has_more(row) or self._more is None:
            return
        if self.lines.rows[row].open:
            self.lines.fold(row)
            return
        ref = self.lines.rows[row].node.ref

        def arrived(nodes: Sequence[Node]) -> None:
            there = row < len(self.lines.rows) and self.lines.rows[row].node.ref == ref and not self.lines.rows[row].open
            if there:
                self.lines.unfold(row, nodes)

        self._more(ref, arrived)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Tell the entity."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.chosen.emit(current.data(ITEM).node.ref)

    def move(self, step: int) -> None:
        """Make the next or the previous line current."""
        count = len(self.lines.rows)
        if count:
            self.setCurrentIndex(self.lines.index(max(0, min(count - 1, self.currentIndex().row() + step))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the page, right and left open and close a line."""
        index = self.currentIndex()
        if index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(index.data(ITEM).node.ref)
        elif index.isValid() and event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            if self.lines.rows[index.row()].open == (event.key() == Qt.Key.Key_Left):
                self.toggle(index.row())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on the arrow opens or closes the line."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            left = self.left_of(self.visualRect(index), index.data(ITEM).node)
            if left - 4 <= event.position().x() <= left + theme.px(ARROW):
                self.toggle(index.row())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A name offers its card."""
        super().mouseMoveEvent(event)
        here = self._named(self.indexAt(event.position().toPoint()))
        if here is not None and here[1].contains(event.position().toPoint()):
            hovering.offer(self.viewport(), *here)
        else:
            hovering.withdraw(self.viewport())

    def leaveEvent(self, event) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        hovering.withdraw(self.viewport())

    def viewportEvent(self, event: QEvent) -> bool:
        """No tooltip over a name, which has its card."""
        here = self._named(self.indexAt(event.pos())) if event.type() == QEvent.Type.ToolTip else None
        return True if here is not None and here[1].contains(event.pos()) else super().viewportEvent(event)

    def entity_here(self) -> hovering.Here | None:
        """The entity of the current line."""
        return self._named(self.currentIndex())

    def _named(self, index: QModelIndex) -> hovering.Here | None:
        if not index.isValid():
            return None
        node, rect = index.data(ITEM).node, self.visualRect(index)
        left = self.left_of(rect, node) + (theme.px(ARROW) if self._more else 0)
        wide = theme.px(18) + theme.measure().horizontalAdvance(wording.tidy(node.ref.label))
        return node.ref, QRect(left, rect.top(), min(wide, rect.right() - left), rect.height())


def _notes(node: Node) -> str:
    words = []
    if node.sensitive and node.ref.kind == "group":
        words.append("sensitive")
    if node.members:
        words.append(wording.count(node.members, "member"))
    if node.disabled:
        words.append("disabled")
    if node.again:
        words.append("see above")
    return ", ".join(words)
