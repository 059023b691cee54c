"""One tab: a way through pages with its own history; pages are made when first shown, and work only while on screen."""

import importlib

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget

from app.ui import wording
from app.ui.desk import Desk
from app.ui.navigation import History, Route
from app.ui.page import Page
from app.ui.page_table import BY_NAME, PageEntry

LONGEST_TITLE = 120


class Tab(QStackedWidget):
    """Signals: shown (another page or place is on screen), titled (its words may be others now).

    thing: what the inspector showed of this tab last.
    """

    shown = Signal()
    titled = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.history = History()
        self.thing: object = None
        self.on_screen = False
        self._pages: dict[str, Page] = {}
        self._title = ""
        self._stale = False

    @property
    def page(self) -> Page | None:
        """The page on screen; None before the tab was shown."""
        widget = self.currentWidget()
        return widget if isinstance(widget, Page) else None

    @property
    def route(self) -> Route | None:
        """Where the tab stands, as it would be found again."""
        self.keep_place()
        return self.history.current

    @property
    def entry(self) -> PageEntry:
        """The page that the tab shows now or will show."""
        current = self.history.current
        entry = BY_NAME[current.page] if current is not None else BY_NAME["overview"]
        return entry if self._desk.has_case or not entry.needs_case else BY_NAME["start"]

    def keep_place(self) -> None:
        """Write down how the page on screen would be found again."""
        if self.page is not None and not self._stale:
            self.history.amend(self.page.route)

    def visit(self, route: Route) -> None:
        """Go to a new route."""
        self.keep_place()
        self.history.visit(route)
        self._show(route)

    def step(self, forward: bool) -> None:
        """To the route before or after."""
        self.keep_place()
        route = self.history.forward() if forward else self.history.back()
        if route is not None:
            self._show(route)

    def come(self) -> None:
        """The tab is on screen now."""
        self.on_screen = True
        route = self.history.current
        if route is None:
            return
        if self._stale or self.page is None or self.page.name != self.entry.name:
            self._show(route)
        else:
            self.page.come_back()
            self.shown.emit()

    def go_away(self) -> None:
        """Another tab is on screen now."""
        self.keep_place()
        self.on_screen = False
        if self.page is not None:
            self.page.leave()

    def refresh(self) -> None:
        """The data changed, or the case got its first input; a tab that is not on screen waits until it is."""
        route = self.history.current
        if not self.on_screen or route is None:
            return
        if self.page is None or self.page.name != self.entry.name:
            self._show(route)
        else:
            self.page.refresh()

    def forget(self) -> None:
        """Another case, or other names: nothing of this one is found again, for its pages go with all that they hold."""
        self.history.clear()
        for page in self._pages.values():
            page.leave()
            self.removeWidget(page)
            page.hide()
            page.deleteLater()
        self._pages.clear()
        self.thing, self._title, self._stale = None, "", True

    def title(self) -> str:
        """Words of the tab, at most LONGEST_TITLE characters."""
        if self.page is not None and self._title and not self._stale:
            return self._title
        route = self.history.current
        if route is not None and route.page == "alert":
            found = next((one.title for one in (*self._desk.alerts, *self._desk.hidden) if one.id == route.key), "")
            return wording.tidy(found or self.entry.words, LONGEST_TITLE)
        if route is not None and route.page == "entity" and ":" in route.key:
            return wording.tidy(self._desk.veiled(route.key.partition(":")[2]), LONGEST_TITLE)
        return self.entry.words

    def _show(self, route: Route) -> None:
        if not self.on_screen:
            self.titled.emit()
            return
        self._stale = False
        page = self._made(self.entry)
        before = self.page
        if before is not None and before is not page:
            before.leave()
        self.setCurrentWidget(page)
        if before is not page:  # before the visit, which may have a better place for it
            page.setFocus(Qt.FocusReason.OtherFocusReason)
        page.visit(route)
        self._crumbs_changed()
        self.shown.emit()

    def _made(self, entry: PageEntry) -> Page:
        if entry.name not in self._pages:
            module, _, name = entry.place.partition(":")
            page: Page = getattr(importlib.import_module(module), name)(self._desk, entry.name)
            page.crumbs_changed.connect(self._crumbs_changed)
            self._pages[entry.name] = page
            self.addWidget(page)
        return self._pages[entry.name]

    def _crumbs_changed(self) -> None:
        if self.page is not None:
            crumbs = self.page.crumbs()
            self._title = wording.tidy(crumbs[-1].words, LONGEST_TITLE) if crumbs else ""
            self.titled.emit()
