"""The rail at the left: the menu button, one item for each page."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.ui import keys, theme, wording
from app.ui.catalogue import tr
from app.ui.icons import paint_icon
from app.ui.page_table import PAGES, PageEntry
from app.ui.widgets.buttons import DISABLED, PaintedButton
from app.ui.widgets.glyphs import paint_severity

LOWEST = 40
"""Height of an item below which it has no word."""
BARE = 56
"""Width of the rail where its items have no words, in pixels of the design."""
LEAST = 24
"""Height of an item in pixels of the screen, below which nobody hits it: a low window has smaller signs, but all of them."""


class RailItem(PaintedButton):
    """Icon over its word; the page on screen has a ground with a bar."""

    def __init__(self, words: str, icon: str) -> None:
        super().__init__(words)
        self._icon = icon
        self._badge = ("", 0)
        self._height = 0
        self.setCheckable(True)
        self.setToolTip(words)

    def show_badge(self, severity: str, number: int) -> None:
        """Number of open alerts of the worst severity; 0 for none."""
        self._badge = (severity, number)
        self.setAccessibleDescription(f"{number} open, {severity}" if number else "")
        self.update()

    def sizeHint(self) -> QSize:
        """72 by 52, less when the window is low."""
        return QSize(theme.space("rail") - 1, self._height or theme.space("rail-item"))

    def set_height(self, height: int) -> None:
        """Be so high, so that all items fit."""
        if height != self._height:
            self._height = height
            self.updateGeometry()

    def nextCheckState(self) -> None:
        """Only the window checks an item."""

    def paintEvent(self, _event: object) -> None:
        """Paint ground, icon, word, badge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else DISABLED)
        ink = theme.colour("text-quiet")
        if self.isChecked():
            painter.fillRect(self.rect(), theme.colour("accent-quiet"))
            painter.fillRect(0, 0, 2, self.height(), theme.colour("accent"))
            ink = theme.colour("text")
        elif self.underMouse() and self.isEnabled():
            painter.fillRect(self.rect(), theme.colour("hover"))
            ink = theme.colour("text")
        side = min(theme.px(20), self.height() - 4)
        bare = self.height() < theme.px(LOWEST)  # no room for the word, which is in the tooltip
        top = (self.height() - side) / 2 if bare else max(theme.px(2), (self.height() - theme.px(36)) / 2)
        spot = QRectF((self.width() - side) / 2, top, side, side)
        paint_icon(painter, spot, self._icon, theme.colour("accent") if self.isChecked() else ink)
        painter.setFont(theme.font("quiet"))
        painter.setPen(ink)
        if not bare:
            words = QRectF(0, top + theme.px(22), self.width(), theme.px(16))
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.text())
        severity, number = self._badge
        if number:
            mark = theme.px(8)
            painter.setFont(theme.font("quiet-strong"))
            words = wording.number(number) if number < 1000 else "999+"
            width = painter.fontMetrics().horizontalAdvance(words)
            left = min(spot.right() + 1, self.width() - width - mark - theme.px(6))
            paint_severity(painter, QRectF(left, top, mark, mark), severity)
            painter.setPen(theme.colour(severity))
            painter.drawText(QPointF(left + mark + 2, top + theme.px(8)), words)
        self.paint_ring(painter, QRectF(self.rect()), 4)


class Rail(QWidget):
    """asked(page): an item was pressed."""

    asked = Signal(str)

    def __init__(self, menu: QMenu) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(theme.space("rail"))
        self._menu = menu
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        self.mark = _Mark()
        self.mark.clicked.connect(self._drop)
        column.addWidget(self.mark)
        self.items: dict[str, RailItem] = {}
        for page in (one for one in PAGES if one.rail):
            column.addWidget(self._item(page))
        column.addStretch(1)
        self.settings = RailItem(tr("Settings"), "settings")
        column.addWidget(self.settings)
        column.addSpacing(theme.px(4))

    def _item(self, page: PageEntry) -> RailItem:
        item = RailItem(page.said, page.icon)
        item.clicked.connect(lambda *_: self.asked.emit(page.name))
        self.items[page.name] = item
        return item

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the items are lower, so that all of them are there."""
        super().resizeEvent(event)
        room = self.height() - self.mark.sizeHint().height() - theme.px(4)
        height = min(theme.space("rail-item"), max(LEAST, room // (len(self.items) + 1)))
        for item in (*self.items.values(), self.settings):
            item.set_height(height)
        wide = theme.px(BARE) if height < theme.px(LOWEST) else theme.space("rail")
        self.setFixedWidth(wide)
        for one in (self.mark, *self.items.values(), self.settings):
            one.setFixedWidth(wide - 1)

    def minimumSizeHint(self) -> QSize:
        """All items as low as they get."""
        return QSize(theme.px(BARE), self.mark.sizeHint().height() + theme.px(4) + LEAST * (len(self.items) + 1))

    def show_page(self, entry: PageEntry) -> None:
        """Mark the item of a page, or of the one above it."""
        current = entry.name if entry.name in self.items else entry.above
        for name, item in self.items.items():
            item.setChecked(name == current)
        self.settings.setChecked(entry.name == "settings")

    def show_case(self, has_case: bool) -> None:
        """Items that need a case are off without one."""
        for page in PAGES:
            if page.rail:
                self.items[page.name].setEnabled(has_case or not page.needs_case or page.name == "overview")

    def show_keys(self) -> None:
        """Tooltips with the keys that hold now."""
        for item, action in (*((one, f"go.{name}") for name, one in self.items.items()), (self.settings, "settings")):
            key = keys.shown(action)
            item.setToolTip(f"{item.text()} ({key})" if key else item.text())

    def _drop(self) -> None:
        self._menu.popup(self.mark.mapToGlobal(self.mark.rect().bottomLeft()))


class _Mark(PaintedButton):
    def __init__(self) -> None:
        super().__init__("Menu")
        self.setToolTip(tr("Menu"))

    def sizeHint(self) -> QSize:
        return QSize(theme.space("rail") - 1, theme.space("top-bar"))

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.fillRect(self.rect(), theme.colour("hover"))
        side = theme.px(22)
        paint_icon(
            painter, QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side), "mark", theme.colour("accent")
        )
        self.paint_ring(painter, QRectF(self.rect()), 4)
