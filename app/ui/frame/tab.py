"""One tab: a way through pages with its own history; pages are made when first shown, and work only while on screen.

A page that is shown first is loaded and made in steps between events, with a blank one in its place until it is there.
"""

import importlib
import time
from collections.abc import Generator, Iterable

import shiboken6
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget

from app.ui import wording
from app.ui.desk import Desk
from app.ui.frame.ahead import loading
from app.ui.frame.blank import Blank
from app.ui.navigation import History, Route
from app.ui.page import Page, scrolled
from app.ui.page_table import BY_NAME, PageEntry

LONGEST_TITLE = 120
STEP_S = 0.008
"""A page is made for so long at one go, unless one step of it takes longer."""


class Tab(QStackedWidget):
    """Signals: comes (a page will be on screen), shown (another page or place is), titled (its words may be others now).

    thing: what the inspector showed of this tab last.
    """

    comes = Signal(object)
    shown = Signal()
    titled = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.history = History()
        self.thing: object = None
        self.on_screen = False
        self._pages: dict[str, Page] = {}
        self._areas: dict[Page, QScrollArea] = {}
        """What each page is scrolled in where it has less room than its lines need."""
        self._title = ""
        self._stale = False
        self._blank: Blank | None = None
        self._half: dict[str, Generator[None, None, None]] = {}
        """What is left to do for pages that are being made."""
        half = self._half  # not the tab itself, which a connection of its own would keep
        self.destroyed.connect(lambda: _abandon(half))
        self._steps = QTimer(self)
        self._steps.setInterval(0)  # a timer comes after what is to be painted
        self._steps.timeout.connect(self._step)

    @property
    def page(self) -> Page | None:
        """The page on screen, a blank one while it is made; None before the tab was shown."""
        area = self.currentWidget()
        widget = area.widget() if isinstance(area, QScrollArea) else area
        return widget if isinstance(widget, Page) else None

    @property
    def making(self) -> bool:
        """Whether the page on screen is being made."""
        return self._steps.isActive()

    def finish(self) -> None:
        """Make what is left of the page on screen at once, for whoever needs it now."""
        while self.making:
            self._step(0.0)

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
        return entry if self._desk.has_case or self._desk.awaited or not entry.needs_case else BY_NAME["start"]

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
        if self._stale or self.page is None or self.page.name != self.entry.name or isinstance(self.page, Blank):
            self._show(route)
        else:
            self.page.come_back()
            self.shown.emit()

    def go_away(self) -> None:
        """Another tab is on screen now."""
        self.keep_place()
        self.on_screen = False
        self._steps.stop()
        if self.page is not None:
            self.page.leave()

    def refresh(self) -> None:
        """The data changed, or the case got its first input; a tab that is not on screen waits until it is."""
        route = self.history.current
        if not self.on_screen or route is None:
            return
        if self.page is None or self.page.name != self.entry.name:
            self._show(route)
        elif isinstance(self.page, Blank):
            self._steps.start()
        else:
            self.page.refresh()

    def shed(self) -> None:
        """Let go of pages that are not on screen; they are made anew when they are."""
        kept = self.page if self.on_screen else None
        if kept is None:
            self.keep_place()
            self._stale = True
        self._drop([one for one in self._pages.values() if one is not kept])
        self._pages = {name: one for name, one in self._pages.items() if one is kept}

    def strip(self) -> None:
        """Let go of the page on screen too: a blank one keeps its place until it is asked for again, or the tab goes."""
        route = self.history.current
        if route is None or self.page is None:
            return
        self.keep_place()
        pages = [*self._pages.values()]
        self._pages.clear()
        _abandon(self._half)
        self._stand_blank(route)
        self._drop(pages)

    def forget(self) -> None:
        """Another case, or other names: nothing of this one is found again, for its pages go with all that they hold."""
        self.history.clear()
        self._steps.stop()
        self._drop([*self._pages.values(), *([self._blank] if self._blank is not None else [])])
        self._pages.clear()
        _abandon(self._half)
        self._blank = None
        self.thing, self._title, self._stale = None, "", True

    def _drop(self, pages: Iterable[Page]) -> None:
        for page in pages:
            page.leave()
            area = self._areas.pop(page, None)
            held = page if area is None else area
            self.removeWidget(held)
            held.hide()
            held.deleteLater()

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
        entry = self.entry
        page = self._pages.get(entry.name)
        if page is not None and not self._waits(entry):
            self._put(page, route)
            return
        self._stand_blank(route)
        self._steps.start()

    def _stand_blank(self, route: Route) -> None:
        if self._blank is None:
            self._blank = Blank(self._desk)
            self.addWidget(self._blank)
        self._blank.stand_for(self.entry, route)
        self._put(self._blank, route)

    def _put(self, page: Page, route: Route) -> None:
        """Bring a page on screen."""
        self._steps.stop()
        before = self.page
        # Who is somewhere else already, while a page was made, stays there.
        focus = before is not page and (not isinstance(before, Blank) or before.window().focusWidget() is before)
        if before is not None and before is not page:
            before.leave()
        self._make_room(page)
        self.setCurrentWidget(self._areas.get(page, page))
        if focus:  # before the visit, which may have a better place for it
            page.setFocus(Qt.FocusReason.OtherFocusReason)
        page.visit(route)
        self._crumbs_changed()
        self.shown.emit()

    def _make_room(self, page: Page) -> None:
        """Let the window make room for a page: it gets its size at once, the one that goes keeps its own for the next visit.

        Else both would be laid out once more on each way there and back.
        """
        stacked = self.layout()
        assert stacked is not None
        stacked.setEnabled(False)
        self.comes.emit(page)
        stacked.setEnabled(True)
        self._areas.get(page, page).setGeometry(self.contentsRect())

    def _waits(self, entry: PageEntry) -> bool:
        """Whether a page is shown as soon as somebody knows what the workspace holds."""
        return entry.needs_case and self._desk.awaited

    def _step(self, seconds: float = STEP_S) -> None:
        """One step towards the page: some of what is to be loaded and made, or bring it on screen."""
        entry, route = self.entry, self.history.current
        self._steps.stop()  # for good where something raises
        if route is None:
            return
        if entry.name not in self._pages:
            self._make(entry, seconds)
            self._steps.start()
        elif not self._waits(entry):
            self._put(self._pages[entry.name], route)

    def _make(self, entry: PageEntry, seconds: float) -> None:
        """Go on with making a page, for a while or for one step that takes longer. seconds: 0 to the end."""
        left = self._half.setdefault(entry.name, self._making(entry))
        end = time.perf_counter() + seconds
        try:
            if not any(seconds and time.perf_counter() > end for _ in left):
                del self._half[entry.name]
        except BaseException:
            del self._half[entry.name]
            raise

    def _making(self, entry: PageEntry) -> Generator[None, None, None]:
        module, _, name = entry.place.partition(":")
        yield from loading(module)
        page: Page = getattr(importlib.import_module(module), name)(self._desk, entry.name)
        page.setParent(self)  # one that is never made to its end goes with the tab
        page.made = False
        try:
            yield
            yield from page.build()
            page.made = True
            page.crumbs_changed.connect(self._crumbs_changed)
            yield
        except BaseException:
            _let_go(page)
            raise
        area = self._areas[page] = scrolled(page)
        self.addWidget(area)
        self._pages[entry.name] = page

    def _crumbs_changed(self) -> None:
        if self.page is not None:
            crumbs = self.page.crumbs()
            known = crumbs and not isinstance(self.page, Blank)
            self._title = wording.tidy(crumbs[-1].words, LONGEST_TITLE) if known else ""
            self.titled.emit()


def _abandon(half: dict[str, Generator[None, None, None]]) -> None:
    """Nobody wants these pages any more."""
    for left in half.values():
        left.close()
    half.clear()


def _let_go(page: Page) -> None:
    """Delete a page that was not made to its end, and parts that it holds but that are not in it yet.

    A widget that is in no other is freed by nobody once a function that knows it waits for its signals.
    """
    for value in (page, *vars(page).values()):
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(one, QWidget) and shiboken6.isValid(one) and (one is page or one.parent() is None):
                one.deleteLater()
