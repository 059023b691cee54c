"""The places of the window: tabs, here or in windows of their own, panes, layouts; how all of it stands and is found again."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from app.arrangement import Panes, Standing
from app.ui import theme
from app.ui.desk import Desk
from app.ui.frame import layouts
from app.ui.frame.arranger import Arranger, place_of, take_way, thing_at, way_of
from app.ui.frame.ask_name import AskName
from app.ui.frame.body import Body
from app.ui.frame.inspector import Inspector
from app.ui.frame.tab import Tab
from app.ui.frame.tabs import MOST, Tabs
from app.ui.frame.torn import TornWindow
from app.ui.navigation import History, Route
from app.ui.page import Page


class Stage(QMainWindow):
    """What the window knows of its places; the window itself makes them and fills the frame around."""

    desk: Desk
    arranger: Arranger
    tabs: Tabs
    body: Body
    inspector: Inspector

    def __init__(self) -> None:
        super().__init__()
        self.torn: list[TornWindow] = []
        self.asking: AskName | None = None
        self.inspector_wanted = True
        """Whether the inspector is beside the pages that want it."""
        self._page_shown: Page | None = None

    # --- tabs ---

    def tab(self) -> Tab:
        """The tab that the user works in: that of the window that is active."""
        active = QApplication.activeWindow()
        return next((one.tab for one in self.torn if one is active), None) or self.tabs.current()

    @property
    def history(self) -> History:
        """The way of that tab."""
        return self.tab().history

    def page(self) -> Page:
        """The page on screen, made to its end; a blank one only while nobody knows what the workspace holds."""
        tab = self.tab()
        tab.finish()
        assert tab.page is not None
        return tab.page

    def new_tab(self) -> None:
        """The present place once more, in a tab of its own."""
        self.tabs.copy(self.tab())

    def close_tab(self) -> None:
        """Close the tab on screen; the last one goes to the overview, one in a window of its own is gone with it."""
        window = next((one for one in self.torn if one.tab is self.tab()), None)
        if window is None:
            self.tabs.close_tab(self.tab())
        else:
            self._untear(window).deleteLater()

    def tear_tab(self) -> None:
        """Give the tab on screen a window of its own, or put it back."""
        window = next((one for one in self.torn if one.tab is self.tab()), None)
        if window is None:
            self.tear(self.tabs.current())
        else:
            window.close()

    def tear(self, tab: Tab, geometry: str = "") -> None:
        """Give a tab a window of its own; a tab that is alone leaves another in its place."""
        if self.tabs.count() == 1:
            self.tabs.copy(tab)
            if self.tabs.count() == 1:
                return
        window = TornWindow(self, self.desk, self.tabs.take(tab), geometry)
        self.torn.append(window)
        window.given_back.connect(self._put_back)
        window.changed.connect(self.arranger.touch)
        window.show()
        window.activateWindow()
        self.arranger.touch()

    def _put_back(self, window: TornWindow) -> None:
        if window in self.torn:
            tab = self._untear(window)
            self.tabs.add(tab)
            self.activateWindow()

    def _untear(self, window: TornWindow) -> Tab:
        self.torn.remove(window)
        tab = window.take()
        window.hide()
        window.deleteLater()
        self.arranger.touch()
        return tab

    def step_tab(self, by: int) -> None:
        """To another tab."""
        self.tabs.step(by)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The buttons of a mouse that mean back and forward, wherever they were pressed."""
        if event.button() == Qt.MouseButton.BackButton:
            self.tabs.current().step(forward=False)
        elif event.button() == Qt.MouseButton.ForwardButton:
            self.tabs.current().step(forward=True)
        else:
            super().mouseReleaseEvent(event)

    # --- inspector, panes ---

    def show_beside(self, page: Page) -> None:
        """The inspector comes or goes with a page, unless it has a window of its own."""
        if not self.body.apart:
            self._show_inspector(page.inspector_beside and self.inspector_wanted and self._has_room())

    def _has_room(self) -> bool:
        return self.width() >= theme.space("inspector-beside-from")

    def _inspect(self, thing: object, quietly: bool) -> None:
        self.tab().thing = thing
        self.inspector.show_thing(thing)
        if thing is not None and not quietly:
            self._show_inspector(True)

    def toggle_inspector(self) -> None:
        """Show or hide the inspector; hidden on a page that has it beside, it stays hidden there."""
        show = not self.inspector.isVisible()
        if self.page().inspector_beside and self._has_room() and not self.body.apart:
            self.inspector_wanted = show
            self.arranger.touch()
        self._show_inspector(show)

    def _show_inspector(self, show: bool) -> None:
        self.body.show_inspector(show, self._has_room())

    def toggle_pane(self, name: str) -> None:
        """Show or hide jobs or problems beside the page."""
        if not self.body.toggle(name):
            self.page().setFocus(Qt.FocusReason.OtherFocusReason)

    def turn_pane(self, name: str) -> None:
        """Tear a pane off into a window of its own, or put it back."""
        if name == "inspector" and not self.inspector.isVisible():
            self._show_inspector(True)
        self.body.turn(name)
        if name == "inspector" and not self.body.apart:
            self._show_inspector(True)

    # --- layouts ---

    def use_layout(self, name: str) -> None:
        """Let the panes stand as a layout says, on the page that it is for."""
        built_in, held = layouts.BUILT_IN.get(name), self.arranger.held.layouts.get(name)
        panes = layouts.panes(built_in) if built_in is not None else held
        if panes is None:
            return
        if built_in is not None or not self.body.restore(panes.state):
            self.body.reset()
        for below in built_in.below if built_in is not None else ():
            if not self.body.panes[below].isVisible():
                self.body.toggle(below)
        self.inspector_wanted = panes.inspector
        if panes.page and self.page().name != panes.page and self.desk.has_case:
            self.desk.go(panes.page)
        page = self.page()
        page.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.body.apart:
            beside = page.inspector_beside or (built_in is None and panes.inspector)
            self._show_inspector(beside and panes.inspector and self._has_room())
        self.arranger.touch()
        self.desk.tell(f"Layout {name}.")

    def save_layout(self) -> None:
        """Ask for a name, keep the panes under it."""

        def take(typed: str) -> str:
            name, why = layouts.name_of(typed, self.arranger.held)
            if name:
                shown = self.inspector.isVisible()
                panes = Panes(state=self.body.state(), inspector=shown, page=self.page().name if self.desk.has_case else "")
                self.arranger.keep_layout(name, panes)
                self.desk.tell(f"The panes are kept as layout {name}.")
            return why

        self.asking = AskName(self, "Name of this layout", "", "Save", take)
        self.asking.open()

    def rename_layout(self, name: str) -> None:
        """Ask for another name of a layout."""

        def take(typed: str) -> str:
            new, why = layouts.name_of(typed, self.arranger.held, but=name)
            panes = self.arranger.held.layouts.get(name)
            if new and panes is not None:
                self.arranger.keep_layout(name, None)
                self.arranger.keep_layout(new, panes)
            return why

        self.asking = AskName(self, "Another name of this layout", name, "Rename", take)
        self.asking.open()

    def remove_layout(self, name: str) -> None:
        """Forget a layout of the user."""
        self.arranger.keep_layout(name, None)
        self.desk.tell(f"Layout {name} is removed.")

    def fill_layouts(self, menu: QMenu) -> None:
        """The user's layouts, and what can be done with them."""
        menu.clear()
        for one in layouts.actions(self.arranger.held):
            menu.addAction(one.words.replace("&", "&&")).triggered.connect(lambda *_, id=one.id: self.desk.command(id))
        if menu.isEmpty():
            menu.addAction("None yet").setEnabled(False)

    # --- how the window stands ---

    def standing(self) -> Standing:
        """What of the window is found again after a restart."""
        for tab in (*self.tabs.every(), *(one.tab for one in self.torn)):
            tab.keep_place()
        pinned = place_of(self.inspector.shown) if self.inspector.pin.isChecked() else None
        return Standing(
            tabs=(
                *(way_of(one.history) for one in self.tabs.every()),
                *(way_of(one.tab.history, one.place()) for one in self.torn),
            ),
            current=self.tabs.place(),
            panes=Panes(state=self.body.state(), inspector=self.inspector_wanted),
            pinned=pinned,
            looks=self.desk.looks,
        )

    def stand(self, standing: Standing | None) -> None:
        """Stand as this workspace stood; as at first when nothing is known of it."""
        standing = standing or Standing()
        self.desk.looks = dict(standing.looks)
        self.inspector_wanted = standing.panes.inspector
        self.body.restore(standing.panes.state) or self.body.reset()
        for window in list(self.torn):
            self._untear(window).deleteLater()
        self.tabs.keep_only(self.tabs.current())
        self.tabs.current().forget()
        first, apart = self.tabs.current(), []
        for way in standing.tabs[:MOST]:
            tab = first if first.history.current is None else Tab(self.desk)
            if take_way(tab.history, way) and tab is not first:
                self.tabs.add(tab, show=False, place=self.tabs.count())
                if way.geometry:
                    apart.append((tab, way.geometry))
        if first.history.current is None:
            first.visit(Route("overview"))
        elif 0 < standing.current < self.tabs.count() - len(apart):
            self.tabs.choose(self.tabs.tab(standing.current))
        else:
            first.come()
        for tab, geometry in apart:
            self.tear(tab, geometry)
        pinned = thing_at(standing.pinned)
        if pinned is not None:
            self.inspector.show_thing(pinned)
            self.inspector.pin.setChecked(True)
