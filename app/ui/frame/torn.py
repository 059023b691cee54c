"""A tab in a window of its own, as for a second screen; closing the window gives the tab back."""

from PySide6.QtCore import QByteArray, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.frame.pane import within
from app.ui.frame.tab import Tab
from app.ui.frame.topbar import Crumbs
from app.ui.tab_order import step
from app.ui.widgets.buttons import Button
from app.ui.widgets.clicks import STEPS

SIZE = (1100, 760)


class TornWindow(QMainWindow):
    """Belongs to the window it was torn off, whose keys work here too. given_back(self): it is closed. changed: moved, went."""

    given_back = Signal(object)
    changed = Signal()

    def __init__(self, owner: QMainWindow, desk: Desk, tab: Tab, geometry: str = "") -> None:
        super().__init__(owner, Qt.WindowType.Window)
        self.tab = tab
        self.setMinimumSize(theme.px(560), theme.px(360))
        self.addActions(owner.actions())
        self.back = Button("", "back", bare=True, tip="Back", on_click=lambda: tab.step(forward=False))
        self.forward = Button("", "forward", bare=True, tip="Forward", on_click=lambda: tab.step(forward=True))
        self.crumbs = Crumbs()
        self.dock = Button(tr("Put back"), "dock", bare=True, tip="Back into the window as a tab", on_click=self.close)
        bar = QWidget()
        bar.setObjectName("topbar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bar.setFixedHeight(theme.space("top-bar"))
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.px(8), 0, theme.px(8), 1)
        row.setSpacing(theme.px(4))
        row.addWidget(self.back)
        row.addWidget(self.forward)
        row.addSpacing(theme.px(4))
        row.addWidget(self.crumbs, 1)
        row.addWidget(self.dock)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(tab, 1)
        self.setCentralWidget(whole)
        self._open = desk.open
        tab.shown.connect(self._went)
        tab.titled.connect(self._went)
        if not geometry or not self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "replace"))):
            corner = owner.mapToGlobal(QPoint(theme.px(120), theme.px(80)))
            self.setGeometry(within(QRect(corner.x(), corner.y(), theme.px(SIZE[0]), theme.px(SIZE[1]))))
        else:
            self.setGeometry(within(self.geometry()))
        tab.show()
        tab.come()

    def place(self) -> str:
        """Where the window stands, base64."""
        return bytes(self.saveGeometry().toBase64()).decode()

    def take(self) -> Tab:
        """The tab, out of the window, which is of no use afterwards."""
        self.tab.shown.disconnect(self._went)
        self.tab.titled.disconnect(self._went)
        self.tab.go_away()
        self.tab.setParent(None)
        return self.tab

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The buttons of a mouse that mean back and forward."""
        if event.button() in STEPS:
            self.tab.step(forward=event.button() == Qt.MouseButton.ForwardButton)
        else:
            super().mouseReleaseEvent(event)

    def moveEvent(self, event) -> None:
        """Its place is kept."""
        super().moveEvent(event)
        self.changed.emit()

    def resizeEvent(self, event) -> None:
        """Its size is kept."""
        super().resizeEvent(event)
        self.changed.emit()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab goes as the window is read."""
        return step(self, next) or super().focusNextPrevChild(next)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The tab goes back."""
        super().closeEvent(event)
        self.given_back.emit(self)

    def _went(self) -> None:
        if self.tab.page is not None:
            self.back.setEnabled(self.tab.history.can_back)
            self.forward.setEnabled(self.tab.history.can_forward)
            self.crumbs.show_crumbs(self.tab.page.crumbs(), self._open)
        self.setWindowTitle(f"{wording.tidy(self.tab.title(), 80)} – Wardlight")
        self.changed.emit()
