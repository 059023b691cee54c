"""A pane around the page: moved to a side, resized, hidden, torn off to a window of its own, put back."""

from collections.abc import Callable, Sequence
from functools import cached_property

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.buttons import Button
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.words import Elided, Words

Area = Qt.DockWidgetArea
SIDES = ((Area.LeftDockWidgetArea, "left"), (Area.RightDockWidgetArea, "right"), (Area.BottomDockWidgetArea, "bottom"))
APART = (420, 520)
"""Size of a pane that is torn off for the first time."""


class PaneTitle(QWidget):
    """Title, a note, buttons; dragging it moves the pane. small: as quiet as the first line of a card.

    extra: what else can be done here, on a line of its own where there is no room beside the title.
    """

    def __init__(self, title: str, extra: Sequence[QWidget], buttons: Sequence[QWidget], small: bool) -> None:
        super().__init__()
        self.setObjectName("panetitle")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._high = theme.px(28 if small else 40)
        self.setFixedHeight(self._high)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.px(16 if small else 24), 0, theme.px(4 if small else 12), 0)
        self._column.setSpacing(0)
        self.row = QHBoxLayout()
        self.row.setSpacing(0 if small else theme.px(8))
        self.words = Words(title, "quiet" if small else "section", "quiet" if small else "")
        self.words.setMinimumHeight(self._high)
        self.note = Elided("", role="text-quiet")
        self._extra = QWidget()
        self._flow = FlowLayout(self._extra, gap=8)
        self._below = False
        self.row.addWidget(self.words)
        self.row.addWidget(self.note, 1)
        self.row.addWidget(self._extra, 0, Qt.AlignmentFlag.AlignVCenter)
        for widget in buttons:
            self.row.addWidget(widget)
        self._column.addLayout(self.row)
        self.add(*extra)

    def add(self, *extra: QWidget) -> None:
        """More that can be done here."""
        for one in extra:
            self._flow.addWidget(one)
        self._extra.setVisible(self._flow.count() > 0)
        self._fold()

    def _fold(self) -> None:
        """What can be done goes below the title, or beside it, as there is room."""
        if not self._flow.count():
            return
        margins = self._column.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        parts = [self.row.itemAt(place).widget() for place in range(self.row.count())]
        beside = [one for one in parts if one is not None and one not in (self.note, self._extra) and not one.isHidden()]
        needs = sum(one.sizeHint().width() + self.row.spacing() for one in beside) + self._flow.sizeHint().width() + theme.px(80)
        if (needs > room) != self._below:
            self._below = needs > room
            for layout in (self.row, self._column):
                layout.removeWidget(self._extra)
            if self._below:
                self._column.addWidget(self._extra)
            else:
                self.row.insertWidget(2, self._extra, 0, Qt.AlignmentFlag.AlignVCenter)
        more = self._flow.heightForWidth(room) + theme.px(8) if self._below else 0
        if self.height() != self._high + more:
            self.setFixedHeight(self._high + more)

    def resizeEvent(self, event) -> None:
        """More or less room."""
        super().resizeEvent(event)
        self._fold()

    def sizeHint(self) -> QSize:
        """The height that was set; a dock asks for nothing else."""
        return QSize(super().sizeHint().width(), self.maximumHeight())

    def minimumSizeHint(self) -> QSize:
        """The same; what can be done gives way."""
        margins = self._column.contentsMargins()
        parts = [self.row.itemAt(place).widget() for place in range(self.row.count())]
        firm = [one.minimumSizeHint().width() for one in parts if one not in (None, self._extra) and not one.isHidden()]
        wide = sum(firm) + len(firm) * self.row.spacing() + margins.left() + margins.right()
        return QSize(wide, self.maximumHeight())


class Pane(QDockWidget):
    """closed: its cross was pressed, or it was asked away; the body decides what that means."""

    closed = Signal()

    def __init__(
        self, name: str, title: str, widget: QWidget | None, extra: Sequence[QWidget] = (), small: bool = False,
        make: Callable[[], tuple[QWidget, Sequence[QWidget]]] | None = None, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """make: gives the widget and the buttons of the title when the pane is shown first."""
        super().__init__(title, parent)
        self._make = make
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setAllowedAreas(Area.LeftDockWidgetArea | Area.RightDockWidgetArea | Area.BottomDockWidgetArea)
        self._title = lambda: PaneTitle(title, extra, (self.apart, self.cross), small)
        self._pane_side = "right"
        if make is None:
            self.setTitleBarWidget(self.title)
        if widget is not None:
            self._take(widget)
        self.topLevelChanged.connect(self._turned)
        self.dockLocationChanged.connect(self._moved)

    @cached_property
    def apart(self) -> Button:
        """The button that tears it off; like all of the title it is made when the pane is seen."""
        return Button("", "apart", bare=True, tip=f"{self.windowTitle()} in a window of its own", on_click=self.turn)

    @cached_property
    def cross(self) -> Button:
        """The button that hides it."""
        return Button("", "close", bare=True, tip=f"Hide {self.windowTitle().lower()}", on_click=self.closed.emit)

    @cached_property
    def title(self) -> PaneTitle:
        """Its first line."""
        made = self._title()
        made.setParent(self)
        return made

    def _take(self, widget: QWidget) -> None:
        if not widget.objectName():
            widget.setObjectName("paneview")
            widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(widget)

    def fill(self) -> None:
        """Make what it holds, unless that is done: a window that opens waits for no pane that nobody sees."""
        if self._make is None:
            return
        make, self._make = self._make, None
        self.setTitleBarWidget(self.title)
        widget, extra = make()
        self.title.add(*extra)
        self._take(widget)
        self._say_turn(self.isFloating())
        self.restyle()

    def showEvent(self, event) -> None:
        """What it holds is made when it is seen."""
        self.fill()
        super().showEvent(event)

    def turn(self) -> None:
        """Out of the window, or back into it."""
        if self.isFloating():
            self.setFloating(False)
            return
        corner = self.mapToGlobal(QPoint(0, 0))
        size = (max(theme.px(APART[0]), self.width()), max(theme.px(APART[1]), min(self.height(), theme.px(700))))
        self.setFloating(True)
        self.setGeometry(within(QRect(corner.x() - theme.px(24), corner.y() + theme.px(24), *size)))

    def put(self, area: Area) -> None:
        """To a side of the window."""
        window = self.parentWidget()
        if self.isFloating():
            self.setFloating(False)
        if hasattr(window, "addDockWidget"):
            window.addDockWidget(area, self)

    def contextMenuEvent(self, event) -> None:
        """Where the pane may stand."""
        if not self.title.geometry().contains(event.pos()):
            super().contextMenuEvent(event)
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for area, word in SIDES:
            menu.addAction(f"Move to the {word}").triggered.connect(lambda *_, area=area: self.put(area))
        menu.addAction("Put back" if self.isFloating() else "Move to a window of its own").triggered.connect(self.turn)
        menu.addAction("Hide").triggered.connect(self.closed.emit)
        menu.popup(event.globalPos())

    def closeEvent(self, event) -> None:
        """A torn off pane that is closed is hidden, as by its cross."""
        event.ignore()
        self.closed.emit()

    def _turned(self, apart: bool) -> None:
        self._say_turn(apart)
        self.restyle()

    def _say_turn(self, apart: bool) -> None:
        if self._make is None:
            words = "Put back" if apart else f"{self.windowTitle()} in a window of its own"
            self.apart.set_icon("dock" if apart else "apart", words)

    def _moved(self, area: Area) -> None:
        self._pane_side = next((word for one, word in SIDES if one == area), "right")
        self.restyle()

    def restyle(self) -> None:
        """The line towards the page, or around a window of its own."""
        side = "apart" if self.isFloating() else self._pane_side
        title = self.title if self._make is None else None  # else it has none yet
        for one in (title, self.widget()):
            if one is not None and one.property("side") != side:
                one.setProperty("side", side)
                one.style().unpolish(one)
                one.style().polish(one)


def within(rect: QRect) -> QRect:
    """The same rectangle moved and cut so that it lies on a screen."""
    screen = QGuiApplication.screenAt(rect.center()) or QGuiApplication.primaryScreen()
    room = screen.availableGeometry()
    rect = QRect(rect.topLeft(), rect.size().boundedTo(room.size()))
    rect.moveLeft(max(room.left(), min(rect.left(), room.right() + 1 - rect.width())))
    rect.moveTop(max(room.top(), min(rect.top(), room.bottom() + 1 - rect.height())))
    return rect
