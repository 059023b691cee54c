"""Widgets side by side that wrap to the next line."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from app.ui import theme


class FlowLayout(QLayout):
    """Items from left to right, gap apart, as many lines as needed, these down apart (as gap by default).

    fills: those that may grow take what is left of their line, up to their greatest width.
    """

    def __init__(self, parent: QWidget | None = None, gap: int = 4, down: int | None = None, fills: bool = False) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}
        """By width: layouts around ask for the same few widths again and again."""
        self._fills = fills
        self._gap, self._down = theme.px(gap), theme.px(gap if down is None else down)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Add one item."""
        self._items.append(item)

    def count(self) -> int:
        """Number of items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """One item."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove one item."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None by itself."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The lines follow from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines."""
        height = self._heights.get(width)
        if height is None:
            height = self._heights[width] = self._arrange(QRect(0, 0, width, 0), False)
        return height

    def invalidate(self) -> None:
        """An item came, went, or wants another size."""
        self._heights.clear()
        super().invalidate()

    def setGeometry(self, rect: QRect) -> None:
        """Place the items."""
        super().setGeometry(rect)
        self._arrange(rect, True)

    def sizeHint(self) -> QSize:
        """All on one line."""
        sizes = [one.sizeHint() for one in self._items]
        return QSize(sum(one.width() + self._gap for one in sizes), max((one.height() for one in sizes), default=0))

    def minimumSize(self) -> QSize:
        """The widest item."""
        sizes = [one.minimumSize() for one in self._items]
        return QSize(max((one.width() for one in sizes), default=0), max((one.height() for one in sizes), default=0))

    def _arrange(self, rect: QRect, place: bool) -> int:
        lines: list[list[QLayoutItem]] = [[]]
        x = rect.x()
        for item in self._items:
            if item.isEmpty():  # what is hidden takes no place
                continue
            width = min(item.sizeHint().width(), rect.width())
            if lines[-1] and x + width > rect.right() + 1:
                lines.append([])
                x = rect.x()
            lines[-1].append(item)
            x += width + self._gap
        y = rect.y()
        for line in lines:
            high = max((item.sizeHint().height() for item in line), default=0)
            x = rect.x()
            sizes = [item.sizeHint().boundedTo(QSize(max(1, rect.width()), 1 << 20)) for item in line]
            rest = rect.width() - sum(size.width() + self._gap for size in sizes) + self._gap
            for item, size in zip(line, sizes, strict=True):
                if self._fills and rest > 0 and item.expandingDirections() & Qt.Orientation.Horizontal:
                    wide = max(size.width(), min(size.width() + rest, item.maximumSize().width()))
                    size, rest = QSize(wide, size.height()), rest - (wide - size.width())
                if place:
                    item.setGeometry(QRect(QPoint(x, y + (high - size.height()) // 2), size))
                x += size.width() + self._gap
            y += high + self._down
        return y - self._down - rect.y()


def flow(*widgets: QWidget, gap: int = 4, down: int | None = None) -> QWidget:
    """A widget that holds widgets in a flow."""
    holder = QWidget()
    layout = FlowLayout(holder, gap, down)
    for one in widgets:
        layout.addWidget(one)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    holder.setSizePolicy(policy)
    return holder


def whole(part: QWidget) -> QWidget:
    """The same flow, which wants to be as wide as all of it on one line where somebody asks."""
    policy = part.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Policy.Preferred)
    part.setSizePolicy(policy)
    return part
