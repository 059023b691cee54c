"""The row of tabs above the page: stepped, moved, closed, torn off by mouse and keys."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QMenu, QSizePolicy, QTabBar, QWidget

from app.ui import theme
from app.ui.catalogue import tr
from app.ui.icons import paint_icon
from app.ui.widgets.buttons import KEYBOARD, PaintedButton
from app.ui.widgets.clicks import STEPS
from app.ui.widgets.tips import plain_tip

LEFT, RIGHT = QTabBar.ButtonPosition.LeftSide, QTabBar.ButtonPosition.RightSide
WIDEST, NARROWEST = 220, 44
AWAY = 36
"""Pixels above or below the strip from which a tab that is let go is torn off."""


class _Cross(PaintedButton):
    def __init__(self) -> None:
        super().__init__("Close tab")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip(tr("Close tab"))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(20), theme.px(20))

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("hover"))
            painter.drawRoundedRect(self.rect(), theme.space("chip-corner"), theme.space("chip-corner"))
        side = theme.px(12)
        spot = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        paint_icon(painter, spot, "close", theme.colour("text" if self.underMouse() else "text-quiet"))


class _Words(QWidget):
    """Icon and title of a tab from its left edge; the bar itself would put them into the middle."""

    def __init__(self, strip: "TabStrip") -> None:
        super().__init__(strip)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words, self.sign, self.current = "", "", False

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = theme.px(14)
        paint_icon(painter, QRectF(0, (self.height() - side) / 2, side, side), self.sign, theme.colour("text-quiet"))
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text" if self.current else "text-quiet"))
        room = self.rect().adjusted(side + theme.px(6), 0, 0, 0)
        shown = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class TabStrip(QTabBar):
    """Signals carry the place of a tab: closed, torn (let go away from the strip), others_closed, copied."""

    closed = Signal(int)
    torn = Signal(int)
    others_closed = Signal(int)
    copied = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._ring = False
        self._pressed = -1
        self.setObjectName("tabstrip")
        self.setAccessibleName(tr("Tabs"))
        self.setDrawBase(False)
        self.setMovable(True)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px(32))

    def add(self, place: int) -> None:
        """Make room for one more tab."""
        self.insertTab(place, "")
        cross = _Cross()
        cross.clicked.connect(lambda *_: self.closed.emit(self._place_of(cross)))
        self.setTabButton(place, RIGHT, cross)
        label = _Words(self)
        label.setFixedSize(theme.px(WIDEST - 44), theme.px(24))  # the bar centres it by the size that it has now
        self.setTabButton(place, LEFT, label)

    def show_tab(self, place: int, words: str, sign: str) -> None:
        """Words and icon of one tab."""
        label = self.tabButton(place, LEFT)
        if isinstance(label, _Words) and (label.words, label.sign) != (words, sign):
            label.words, label.sign = words, sign
            label.update()
            self.setTabToolTip(place, plain_tip(words))
            self.setAccessibleTabName(place, words)

    def _place_of(self, cross: _Cross) -> int:
        return next((place for place in range(self.count()) if self.tabButton(place, RIGHT) is cross), -1)

    def tabSizeHint(self, _place: int) -> QSize:
        """All of one width, narrower the more there are."""
        width = min(theme.px(WIDEST), max(theme.px(NARROWEST), self.width() // max(1, self.count())))
        return QSize(width, theme.px(32))

    def minimumTabSizeHint(self, place: int) -> QSize:
        """No wider than it wants to be."""
        return self.tabSizeHint(place)

    def resizeEvent(self, event) -> None:
        """Titles and crosses get their room."""
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Crosses of very narrow tabs give way to the icon, but for the tab on screen."""
        wide = self.tabSizeHint(0).width()
        for place in range(self.count()):
            cross, label = self.tabButton(place, RIGHT), self.tabButton(place, LEFT)
            shown = wide >= theme.px(96) or (place == self.currentIndex() and wide >= theme.px(64))
            if cross is not None:
                cross.setVisible(shown)
            if isinstance(label, _Words):
                label.current = place == self.currentIndex()
                label.setFixedSize(max(theme.px(16), wide - theme.px(44 if shown else 18)), theme.px(24))
                label.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember which tab is pressed."""
        if event.button() in STEPS:
            event.ignore()
            return
        self._pressed = self.tabAt(event.position().toPoint())
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The middle button closes; a tab let go away from the strip becomes a window."""
        at = event.position().toPoint()
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, -1
        if event.button() == Qt.MouseButton.MiddleButton and pressed >= 0 and self.tabAt(at) == pressed:
            self.closed.emit(pressed)
        elif event.button() == Qt.MouseButton.LeftButton and pressed >= 0:
            away = theme.px(AWAY)
            if at.y() < -away or at.y() > self.height() + away:
                self.torn.emit(self.currentIndex())

    def contextMenuEvent(self, event) -> None:
        """What can be done with a tab."""
        place = self.tabAt(event.pos()) if event.reason() == event.Reason.Mouse else self.currentIndex()
        if place < 0:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, signal in (
            ("Open the same in a new tab", self.copied),
            ("Move to a window of its own", self.torn),
            ("Close", self.closed),
            ("Close the others", self.others_closed),
        ):
            action = menu.addAction(words)
            action.triggered.connect(lambda *_, told=signal: told.emit(place))
            action.setEnabled(self.count() > 1 or signal is self.copied)
        menu.popup(event.globalPos() if event.reason() == event.Reason.Mouse else self.mapToGlobal(QPoint(0, self.height())))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The ring is for the keyboard only."""
        self._ring = event.reason() in KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No ring without focus."""
        self._ring = False
        super().focusOutEvent(event)

    def paintEvent(self, event) -> None:
        """The line below all but the present tab; its bar, the ring."""
        super().paintEvent(event)
        painter = QPainter(self)
        now = self.tabRect(self.currentIndex())
        end = self.tabRect(self.count() - 1).right() + 1 if self.count() else 0
        painter.fillRect(end, self.height() - 1, self.width() - end, 1, theme.colour("line"))
        if self._ring:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.drawRoundedRect(QRectF(now).adjusted(3, 3, -3, -3), theme.space("chip-corner"), theme.space("chip-corner"))
