"""The row of a heading: words at the left, controls at the right, or below where both have no room beside each other."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayoutItem, QWidget

from app.ui import theme
from app.ui.widgets.flow import FlowLayout

Placed = list[tuple[QLayoutItem, QRect]]


class HeadRow(FlowLayout):
    """Leads (words), then what is added by addWidget (controls); gap between all of them.

    Controls have the width that they want; fields that may grow give some of it first. Where the last lead, the title,
    would keep less than it needs, at most `enough` pixels, the controls go below, on as many lines as they need.
    """

    def __init__(self, title: QWidget, before: Sequence[QWidget] = (), behind: Sequence[QWidget] = (), enough: int = 200) -> None:
        super().__init__(gap=8)
        self._enough = theme.px(enough)
        for one in (*before, title, *behind):
            self.addWidget(one)
        self._title, self._leads = len(before), len(self._items)

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove one item; what stood behind it moves up."""
        item = super().takeAt(index)
        if item is not None:
            self._leads -= index < self._leads
            self._title -= index < self._title
        return item

    def expandingDirections(self) -> Qt.Orientation:
        """As wide as there is room."""
        return Qt.Orientation.Horizontal

    def sizeHint(self) -> QSize:
        """All on one line."""
        sizes = [one.sizeHint() for one in self._items if not one.isEmpty()]
        return QSize(
            sum(one.width() + self._gap for one in sizes) - (self._gap if sizes else 0),
            max((one.height() for one in sizes), default=0),
        )

    def minimumSize(self) -> QSize:
        """The widest item."""
        sizes = [one.minimumSize() for one in self._items if not one.isEmpty()]
        return QSize(max((one.width() for one in sizes), default=0), max((one.height() for one in sizes), default=0))

    def _arrange(self, rect: QRect, place: bool) -> int:
        placed = self._places(rect.width())
        for item, there in placed if place else ():
            item.setGeometry(there.translated(rect.topLeft()))
        return max((there.bottom() + 1 for _, there in placed), default=0)

    def _needs(self) -> int:
        """Width without which the title would be a stub."""
        title = self._items[self._title]
        least = getattr(title.widget(), "least", None)
        return min(self._enough, least() if callable(least) else title.sizeHint().width())

    def _places(self, width: int) -> Placed:
        leads = [one for one in self._items[: self._leads] if not one.isEmpty()]
        controls = [one for one in self._items[self._leads :] if not one.isEmpty()]
        title = self._items[self._title]
        others = sum(one.sizeHint().width() + self._gap for one in leads if one is not title)
        wide = [one.sizeHint().width() for one in controls]
        spare = width - others - sum(wide) - len(wide) * self._gap - self._needs()
        for place, one in enumerate(controls):
            if spare < 0 and one.expandingDirections() & Qt.Orientation.Horizontal:
                gives = max(0, min(-spare, wide[place] - one.minimumSize().width()))
                wide[place], spare = wide[place] - gives, spare + gives
        beside = not controls or spare >= 0
        room = width - others - (sum(wide) + len(wide) * self._gap if beside else 0)
        left = [min(room, title.sizeHint().width()) if one is title else one.sizeHint().width() for one in leads]
        if beside:
            used = sum(left) + max(0, len(left) - 1) * self._gap
            start = max(used + self._gap, width - sum(wide) - max(0, len(wide) - 1) * self._gap)
            return self._line(leads, left, 0, 0) if not controls else self._two(leads, left, controls, wide, start)
        found = self._line(leads, left, 0, 0)
        top = max((rect.bottom() + 1 for _, rect in found), default=0)
        line: list[QLayoutItem] = []
        for one in (*controls, None):
            want = [min(width, each.sizeHint().width()) for each in line]
            if line and (one is None or sum(want) + len(want) * self._gap + min(width, one.sizeHint().width()) > width):
                placed = self._line(line, want, 0, top + self._gap)
                top, line = max(rect.bottom() + 1 for _, rect in placed), []
                found += placed
            line += [one] if one is not None else []
        return found

    def _two(self, leads: list[QLayoutItem], left: list[int], controls: list[QLayoutItem], wide: list[int], start: int) -> Placed:
        """Leads and controls on one line, all of them centred on it."""
        placed = [*self._line(leads, left, 0, 0), *self._line(controls, wide, start, 0)]
        high = max(rect.height() for _, rect in placed)
        return [(item, QRect(QPoint(rect.x(), (high - rect.height()) // 2), rect.size())) for item, rect in placed]

    def _line(self, items: list[QLayoutItem], widths: list[int], x: int, top: int) -> Placed:
        """Items from x on, centred on their line."""
        sizes = [
            QSize(max(0, width), one.heightForWidth(width) if one.hasHeightForWidth() else one.sizeHint().height())
            for one, width in zip(items, widths, strict=True)
        ]
        high = max((one.height() for one in sizes), default=0)
        found: Placed = []
        for item, size in zip(items, sizes, strict=True):
            found.append((item, QRect(QPoint(x, top + (high - size.height()) // 2), size)))
            x += size.width() + self._gap
        return found
