"""Several places open at once: the strip, and the tab on screen below it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.ui import keys, theme
from app.ui.desk import Desk
from app.ui.frame.tab import Tab
from app.ui.frame.tab_strip import TabStrip
from app.ui.navigation import Route
from app.ui.widgets.buttons import Button

MOST = 20
"""Tabs, in windows of their own or not."""


class Tabs(QWidget):
    """Signals: came (another tab is on screen), comes (a page will be in the one on screen), went (it shows another place),
    changed (tabs or their order), torn (a tab is to have a window of its own)."""

    came = Signal()
    comes = Signal(object)
    went = Signal()
    changed = Signal()
    torn = Signal(object)

    def __init__(self, desk: Desk, room: Callable[[], int]) -> None:
        """room: how many more tabs there may be."""
        super().__init__()
        self._desk, self._room = desk, room
        self.strip = TabStrip()
        self.stack = QStackedWidget()
        self._tabs: list[Tab] = []
        self._moving = False
        self.more = Button(
            "", "plus", bare=True, tip=f"New tab ({keys.shown('tab.new')})", on_click=lambda: self.copy(self.current())
        )
        self.bar = QWidget()
        self.bar.setObjectName("tabrow")
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        end = QWidget()
        end.setObjectName("tabmore")
        end.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = QHBoxLayout(end)
        inside.setContentsMargins(theme.px(4), 0, theme.px(4), 1)
        inside.addWidget(self.more)
        row.addWidget(self.strip, 1)
        row.addWidget(end)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.stack, 1)
        self.strip.currentChanged.connect(self._chosen)
        self.strip.tabMoved.connect(self._moved)
        self.strip.closed.connect(lambda place: self.close_tab(self.tab(place)))
        self.strip.others_closed.connect(self._close_others)
        self.strip.copied.connect(lambda place: self.copy(self.tab(place)))
        self.strip.torn.connect(lambda place: self.torn.emit(self.tab(place)))
        self.add(Tab(desk))

    def count(self) -> int:
        """How many tabs there are."""
        return len(self._tabs)

    def tab(self, place: int) -> Tab:
        """One tab, from the left."""
        return self._tabs[place]

    def every(self) -> list[Tab]:
        """All of them, from the left."""
        return list(self._tabs)

    def place(self) -> int:
        """Where the tab on screen stands, -1 before there is one."""
        widget = self.stack.currentWidget()
        return self._tabs.index(widget) if isinstance(widget, Tab) else -1

    def current(self) -> Tab:
        """The tab on screen."""
        widget = self.stack.currentWidget()
        assert isinstance(widget, Tab)
        return widget

    def add(self, tab: Tab, show: bool = True, place: int | None = None) -> None:
        """Put a tab behind the one on screen."""
        place = self.place() + 1 if place is None else min(place, self.count())
        self._moving = True
        self._tabs.insert(place, tab)
        self.stack.addWidget(tab)
        self.strip.add(place)
        self._moving = False
        tab.comes.connect(self._comes)
        tab.shown.connect(self._went)
        tab.titled.connect(self._titled)
        self._show_title(tab)
        self.bar.setVisible(self.count() > 1)
        if show:
            self.choose(tab)
        else:
            self._mark()
        self.changed.emit()

    def open(self, route: Route, show: bool = False) -> Tab | None:
        """A new tab at a route; None when there are too many, which is said."""
        if self._room() <= 0:
            self._desk.tell(f"There are {MOST} tabs already; close one first.", True)
            return None
        tab = Tab(self._desk)
        tab.history.visit(route)
        self.add(tab, show)
        if not show:
            self._desk.tell(f"Opened in a new tab: {tab.title()}.")
        return tab

    def copy(self, tab: Tab) -> None:
        """The same place with the same way back, in a new tab."""
        route = tab.route
        made = self.open(route, show=True) if route is not None else None
        if made is not None:
            made.history.take(*tab.history.kept(tab.history.LIMIT))
            self.went.emit()

    def close_tab(self, tab: Tab) -> None:
        """Close a tab; the last one goes to the overview instead."""
        if self.count() == 1:
            tab.visit(Route("overview"))
            return
        self.take(tab).deleteLater()

    def take(self, tab: Tab) -> Tab:
        """Take a tab out, whole; its neighbour comes on screen."""
        place = self._tabs.index(tab)
        if tab is self.current():
            self.choose(self.tab(place - 1 if place == self.count() - 1 else place + 1))
        self._moving = True
        self.stack.removeWidget(tab)
        self._tabs.remove(tab)
        self.strip.removeTab(place)
        self._moving = False
        self._mark()
        tab.comes.disconnect(self._comes)
        tab.shown.disconnect(self._went)
        tab.titled.disconnect(self._titled)
        self.bar.setVisible(self.count() > 1)
        self.changed.emit()
        return tab

    def choose(self, tab: Tab) -> None:
        """Bring a tab on screen."""
        before = self.current() if self.count() else None
        if before is tab and tab.on_screen:
            return
        if before is not None and before is not tab:
            before.go_away()
        self.stack.setCurrentWidget(tab)
        self._mark()
        self.came.emit()
        tab.come()
        if tab.page is not None and not self.strip.hasFocus():
            tab.page.setFocus()
        self.changed.emit()

    def keep_only(self, kept: Tab) -> None:
        """Close all but the tab on screen."""
        for tab in self.every():
            if tab is not kept:
                self.take(tab).deleteLater()

    def step(self, by: int) -> None:
        """To the next or previous tab, around the ends."""
        if self.count() > 1:
            self.choose(self.tab((self.place() + by) % self.count()))

    def _close_others(self, place: int) -> None:
        self.choose(self.tab(place))
        self.keep_only(self.current())

    def _mark(self) -> None:
        self._moving = True
        self.strip.setCurrentIndex(self.place())
        self._moving = False
        self.strip.arrange()

    def _chosen(self, place: int) -> None:
        if not self._moving and 0 <= place < self.count():
            self.choose(self.tab(place))

    def _moved(self, source: int, target: int) -> None:
        self._tabs.insert(target, self._tabs.pop(source))
        self.changed.emit()

    def _comes(self, page: object) -> None:
        if self.sender() is self.current():
            self.comes.emit(page)

    def _went(self) -> None:
        if self.sender() is self.current():
            self.went.emit()
        self.changed.emit()

    def _titled(self) -> None:
        tab = self.sender()
        if isinstance(tab, Tab):
            self._show_title(tab)
            if tab is self.current():
                self.went.emit()

    def _show_title(self, tab: Tab) -> None:
        self.strip.show_tab(self._tabs.index(tab), tab.title(), tab.entry.icon)
