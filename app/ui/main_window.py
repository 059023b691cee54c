"""The window: rail, top bar, page, inspector, status bar; routes lead to pages.

Long because the parts of the frame know each other only here.
"""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QMenu, QVBoxLayout, QWidget

from app.ui import conversation, keys, theme, value_menu
from app.ui.actions import ACTIONS, BY_ID, MENUS, Action
from app.ui.catalogue import tr
from app.ui.commands import Commands
from app.ui.desk import Desk
from app.ui.frame import layouts
from app.ui.frame.ahead import Ahead
from app.ui.frame.arranger import Arranger
from app.ui.frame.blank import Blank
from app.ui.frame.body import Body
from app.ui.frame.inspector import Inspector
from app.ui.frame.keys_sheet import KeysSheet
from app.ui.frame.palette import Palette
from app.ui.frame.rail import Rail
from app.ui.frame.stage import Stage
from app.ui.frame.statusbar import StatusBar
from app.ui.frame.tabs import MOST, Tabs
from app.ui.frame.topbar import TopBar
from app.ui.frame.tour import Tour
from app.ui.interpreter import Sweeper
from app.ui.jobs import Job
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.rounds import in_turn
from app.ui.shelf.doing import unpack
from app.ui.tab_order import step
from app.ui.widgets import health_rows
from app.ui.widgets.hover_card import HoverCards
from app.ui.widgets.words import Words

SMALLEST = (860, 560)
PACK = ".wardlight-pack"
LATE_MS = 400
"""After which another look is shown though its page is not made yet."""
IDLE_MS = 700
"""Between the first paint and what is loaded because it will be needed."""


class MainWindow(Stage):
    """Owns the desk. session, when given, is closed with the window."""

    def __init__(self, session=None, settings_folder: Path | None = None) -> None:
        super().__init__()
        self.setWindowTitle("Wardlight")
        self.setMinimumSize(*SMALLEST)
        self.setAcceptDrops(True)
        self.desk = Desk(settings_folder, self)
        self.sweeper = Sweeper(self.desk.jobs, self)
        self.sweeper.begin()
        self.zoom = self.desk.settings.zoom
        self.commands = Commands(self, self)
        self.cards = HoverCards(self, self.desk)
        self.arranger = Arranger(self.desk, settings_folder, self.standing, self)
        self._waiting: list[Path] = []
        self._actions: dict[str, QAction] = {}
        self.sheet: KeysSheet | None = None
        self.tour: Tour | None = None
        self._tour_waits = False
        self.ahead = Ahead(self.desk.jobs, self)
        self.menu = QMenu(self)
        self._anew = QTimer(self)
        self._anew.setSingleShot(True)
        self._anew.timeout.connect(lambda: in_turn(self, self._strip, self._look_anew))  # behind the round in which pages go
        self._shown_late = QTimer(self)
        self._shown_late.setSingleShot(True)
        self._shown_late.timeout.connect(self._look_shown)
        self._make_actions()
        self._make_frame()
        self._connect()
        self.rail.show_case(False)
        self.desk.attach(session)
        self.stand(self.arranger.standing())
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._get_ready)

    def showEvent(self, event) -> None:
        """Whoever sees an empty window will open something."""
        super().showEvent(event)
        if self.focusWidget() is None:  # else Qt gives the keys to the first button of the frame
            self.page().setFocus(Qt.FocusReason.OtherFocusReason)
        self._idle.start(IDLE_MS)

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab goes as the window is read."""
        return step(self, next) or super().focusNextPrevChild(next)

    def _get_ready(self) -> None:
        if self.desk.session is None:
            self.desk.get_ready()

    # --- making ---

    def _make_actions(self) -> None:
        menus = {name: self.menu.addMenu(tr(name)) for name in MENUS}
        for one in ACTIONS:
            action = QAction(one.said, self)
            action.setAutoRepeat(one.command.startswith("page:"))
            action.triggered.connect(lambda *_, chosen=one: self.do(chosen))
            self.addAction(action)
            self._actions[one.id] = action
            if one.menu:
                menus[one.menu].addAction(action)
        self._own_layouts = menus["View"].addMenu("Layouts of mine")
        self._own_layouts.aboutToShow.connect(lambda: self.fill_layouts(self._own_layouts))
        self.menu.aboutToShow.connect(self._enable_actions)
        self.desk.can = lambda id: self.can_do(BY_ID[id])
        self.bind_keys()

    def bind_keys(self) -> None:
        """Give every action the keys that hold now."""
        for id, action in self._actions.items():
            action.setText(keys.beside(BY_ID[id].said, keys.shown(id)))  # Qt's own column of keys has no room at large text
            action.setShortcuts([QKeySequence(key) for key in keys.of(id)])
        if hasattr(self, "rail"):
            self._show_keys()

    def _show_keys(self) -> None:
        self.rail.show_keys()
        self.topbar.show_keys()

    def _make_frame(self) -> None:
        central = QWidget(self)  # and its layouts first: each part comes into its place once, with all that is in it
        grid = QGridLayout(central)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        grid.addLayout(right, 0, 1)
        self.rail, self.topbar, self.statusbar = Rail(self.menu), TopBar(), StatusBar(self.desk)
        self.inspector = Inspector(self.desk)
        self.tabs = Tabs(self.desk, lambda: MOST - self.tabs.count() - len(self.torn))
        self.body = Body(self.desk, self.tabs, self.inspector)
        grid.addWidget(self.rail, 0, 0)
        right.addWidget(self.topbar)
        self.read_only = Words("", "quiet-strong", wrap=True)
        self.read_only.setObjectName("band")
        self.read_only.setContentsMargins(theme.space("margin"), theme.px(6), theme.space("margin"), theme.px(6))
        right.addWidget(self.read_only)
        right.addWidget(self.body, 1)
        grid.addWidget(self.statusbar, 1, 0, 1, 2)
        self.setCentralWidget(central)
        self.palette_list = Palette(
            self, self.topbar.field, self.desk, self.can_do, lambda: self.arranger.held.recent, self.arranger.choose,
            lambda: layouts.actions(self.arranger.held),
        )  # fmt: skip
        self.tabs.came.connect(self._came)
        self.tabs.comes.connect(self._comes)
        self.tabs.went.connect(self._went)
        self.tabs.changed.connect(self.arranger.touch)
        self.tabs.torn.connect(self.tear)
        self.body.changed.connect(self.arranger.touch)
        self.inspector.pin.toggled.connect(self.arranger.touch)
        self.rail.asked.connect(self.desk.go)
        self.rail.settings.clicked.connect(lambda *_: self.do_by_id("settings"))
        self.topbar.back.connect(self.back)
        self.topbar.forward.connect(self.forward)
        self.topbar.zone_changed.connect(self._zone_chosen)
        self.inspector.closed.connect(self.toggle_inspector)
        self._show_keys()

    def _connect(self) -> None:
        self.desk.went.connect(self.show_route)
        self.desk.opened_apart.connect(lambda route: self.tabs.open(route))
        self.desk.inspected.connect(self._inspect)
        self.desk.commanded.connect(self.do_by_id)
        self.desk.names_changed.connect(self._forget_names)
        self.desk.summary_changed.connect(self._summary)
        self.desk.health_changed.connect(self._show_health)
        self.desk.keys_changed.connect(self.bind_keys)
        self.desk.look_kept.connect(self.arranger.touch)
        self.desk.look_changed.connect(self._look_changed, Qt.ConnectionType.QueuedConnection)
        self.desk.bridge.started.connect(self._summary)
        self.desk.bridge.finished.connect(self._finished)

    # --- actions ---

    def do_by_id(self, action: str) -> None:
        """Do an action by its id."""
        found = layouts.action(action, self.arranger.held)
        if found is not None:
            self.do(found)

    def do(self, action: Action) -> None:
        """Do an action, when it can be done now."""
        if not self.can_do(action):
            return
        owner, _, name = action.command.rpartition(":")
        function = getattr(self.page(), name) if owner else getattr(self.commands, name)
        function(action.argument) if action.argument else function()

    def can_do(self, action: Action) -> bool:
        """Whether an action makes sense now."""
        if (action.needs == "case" and not self.desk.has_case) or (action.needs == "reading" and not self.desk.bridge.reading):
            return False
        owner, _, name = action.command.rpartition(":")
        if action.command == "value":
            return value_menu.allowed(action.argument, value_menu.value_at_focus())
        return not owner or hasattr(self.page(), name)

    def _enable_actions(self) -> None:
        for one in ACTIONS:
            self._actions[one.id].setEnabled(self.can_do(one))
        # A disabled action would keep its key dead; all are enabled again once the menu is gone.
        self.menu.aboutToHide.connect(self._free_actions, Qt.ConnectionType.SingleShotConnection)

    def _free_actions(self) -> None:
        for action in self._actions.values():
            action.setEnabled(True)

    # --- routes ---

    def show_route(self, route: Route) -> None:
        """Go to a new route."""
        self.tab().visit(route)

    def here(self) -> Route | None:
        """The route on screen, as the page would be found again."""
        return self.tab().route

    def back(self) -> None:
        """Go to the route before."""
        self.tab().step(forward=False)

    def forward(self) -> None:
        """Go to the route after."""
        self.tab().step(forward=True)

    def _came(self) -> None:
        """Another tab is on screen: the inspector shows what it showed there."""
        self.inspector.show_thing(self.tabs.current().thing)

    def _comes(self, page: Page) -> None:
        """Make room for a page before it is there, so that it is laid out once."""
        if self._page_shown is not page and not isinstance(page, Blank):
            self._page_shown = page
            self.show_beside(page)
            layout = self.body.layout()
            if layout is not None:
                layout.activate()

    def _went(self) -> None:
        """The tab on screen shows another place."""
        tab = self.tabs.current()
        if tab.page is None:
            return
        self.rail.show_page(tab.entry)
        self.topbar.back_button.setEnabled(tab.history.can_back)
        self.topbar.forward_button.setEnabled(tab.history.can_forward)
        self.topbar.crumbs.show_crumbs(tab.page.crumbs(), self.desk.open)
        if self._page_shown is not tab.page and not isinstance(tab.page, Blank):
            self._page_shown = tab.page
            self.show_beside(tab.page)
        if not isinstance(tab.page, Blank):
            if self._shown_late.isActive():
                self._look_shown()
            if self.desk.has_case:
                self.ahead.begin()

    def _summary(self) -> None:
        """The data changed, or the case got its first input."""
        self._tell_summary()
        for tab in (self.tabs.current(), *(one.tab for one in self.torn)):
            tab.refresh()
        self.inspector.refresh()
        self._tour_when_read()

    def _tell_summary(self) -> None:
        """The summary in the frame."""
        overview = self.desk.overview
        self.rail.show_case(self.desk.has_case)
        opened = [one.severity for one in self.desk.alerts if one.state == "open"]
        worst = next((one for one in ("high", "medium", "low") if one in opened), "low")
        self.rail.items["alerts"].show_badge(worst, opened.count(worst))
        self._show_health()
        self.topbar.show_span(overview.first if overview else None, overview.last if overview else None)
        self._say_read_only()
        self.setWindowTitle(
            f"{self.desk.session.name} – Wardlight" if self.desk.session and not self.desk.session.is_temporary else "Wardlight"
        )

    def _show_health(self) -> None:
        self.rail.items["health"].show_badge(*health_rows.worst(self.desk.health))

    def _say_read_only(self) -> None:
        """Above every page: why nothing can be written, while that is so."""
        why = self.desk.session.why_read_only if self.desk.session is not None else ""
        self.read_only.say(why)
        self.read_only.setVisible(bool(why))

    def _zone_chosen(self, name: str) -> None:
        self.desk.set_look(zone=name)

    # --- search, text size ---

    def focus_search(self) -> None:
        """Open the palette."""
        self.activateWindow()
        self.topbar.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.topbar.field.selectAll()

    def start_tour(self) -> None:
        """Cards beside the parts of the window; over the sample case when nothing is open."""
        if self.tour is not None:
            self.tour.end()
        if not self.desk.has_case:
            self._tour_waits = True
            self.commands.open_sample()
            return
        self._tour_waits = False
        self.desk.keep(toured=True)
        self.tour = Tour(self, self.desk, self.page)
        self.tour.ended.connect(self._tour_ended)
        self.tour.begin()

    def _tour_when_read(self) -> None:
        if self._tour_waits and self.desk.alerts and not self.desk.bridge.reading:
            self.start_tour()

    def _tour_ended(self) -> None:
        self.tour = None
        self.page().setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle_keys(self) -> None:
        """Show the sheet of keys over the page, or take it away."""
        if self.sheet is not None:
            self.sheet.dismiss()
            return
        self.sheet = KeysSheet(self, self.page(), self.can_do)
        self.sheet.closed.connect(self._sheet_closed)
        self.sheet.open()

    def _sheet_closed(self) -> None:
        self.sheet = None

    def set_zoom(self, zoom: float) -> None:
        """Another text size; pages are made anew at it."""
        self.zoom = zoom
        self.desk.set_look(zoom=zoom)

    def _look_changed(self) -> None:
        """Pages that nobody sees go first, in a round of their own; what is on screen follows, however often it was changed.

        The picture stays as it is until the new one is there.
        """
        self.zoom = self.desk.settings.zoom
        self.bind_keys()
        for window in (self, *self.torn):
            window.setUpdatesEnabled(False)
        self._shed()
        self._anew.start()

    def recolour(self) -> None:
        """The theme of the settings on what is on screen; pages that nobody sees go first, for it is put on all that is alive.

        They go in a round of their own, the theme of before in the next, and the picture stays until the new one is there.
        """
        self._shed()
        self.sweeper.wanted = True
        for window in (self, *self.torn):
            window.setUpdatesEnabled(False)
        in_turn(self, lambda: None, theme.take_off, self._recolour)

    def _recolour(self) -> None:
        theme.apply(self.desk.settings.theme, self.zoom)
        for window in (self, *self.torn):
            window.setUpdatesEnabled(True)

    def _shed(self) -> None:
        """A theme is put on everything that is alive."""
        for one in (*self.tabs.every(), *(one.tab for one in self.torn)):
            one.shed()

    def _look_shown(self) -> None:
        """The new picture is there, or took long enough."""
        self._shown_late.stop()
        if not self.updatesEnabled():
            self.setUpdatesEnabled(True)

    def _strip(self) -> None:
        """What is on screen goes too, in a round of its own; blank pages keep its places."""
        for one in (self.tabs.current(), *(one.tab for one in self.torn)):
            one.strip()

    def _look_anew(self) -> None:
        """Make the frame and all pages anew, for what is set of theme, text size, density, zone.

        What is there goes before: the sheet is put on everything that is alive. It goes where it stands, for a frame that is
        taken out first is styled once more as a window of its own, which takes as long as to delete it.
        """
        standing, things = self.standing(), [one.thing for one in self.tabs.every()]
        pinned, shown = self.inspector.pin.isChecked(), self.inspector.shown
        for one in (self.tabs.current(), *(one.tab for one in self.torn)):
            one.go_away()
        self.body.close_apart()
        for gone in (self.palette_list, self.centralWidget()):
            gone.deleteLater()
            QCoreApplication.sendPostedEvents(gone, QEvent.Type.DeferredDelete)
        self._page_shown = None
        self.sweeper.wanted = True
        theme.apply(self.desk.settings.theme, self.zoom)
        self._make_frame()
        self.stand(standing)
        for tab, thing in zip(self.tabs.every(), things, strict=False):
            tab.thing = thing
        self.inspector.show_thing(shown)
        self.inspector.pin.setChecked(pinned)
        self._tell_summary()  # its pages asked when they came
        self._shown_late.start(LATE_MS)
        self._went()

    # --- cases ---

    def read(self, paths: Sequence[Path]) -> None:
        """Read evidence into the case; while reading, more evidence waits for its turn."""
        case = next((one for one in paths if one.suffix == ".wardlight"), None)
        if case is not None:
            self.open_case(case, there=True)
            return
        packed = next((one for one in paths if one.suffix == PACK), None)
        if packed is not None:
            unpack(self.desk, packed, lambda path: self.open_case(path, there=True))
            return
        if self.desk.bridge.reading or self.desk.session is None:
            self._waiting.extend(paths)
            if self.desk.session is None:
                self.desk.get_ready()  # meanwhile
                self.open_case(None)
            else:
                if self.desk.bridge.anew:
                    self.desk.bridge.cancel()  # detection follows what is read next, over everything
                self.desk.tell(tr("Read next, after what is being read now."))
            return
        self.desk.bridge.read(paths, self.desk.settings.sensitivity)
        self.desk.go("sources")

    def open_case(self, path: Path | None, route: Route | None = None, stay: bool = False, there: bool = False) -> None:
        """Open a workspace, None for a temporary one, away from the window's thread.

        route: where to go in it; stay: it holds the same case, so that all tabs stay where they are; there: none is made where
        there is none.
        """

        held: list[Job] = []  # empty until it is known here which job it is; by then it may have begun
        shown = path.name if path is not None else "a temporary case"

        def told(words: str) -> None:
            self.desk.jobs.note(lambda: held[0], f"Opening {shown}", words)

        def open_it():
            from app.session import Session

            if there and path is not None and not path.is_file():
                raise FileNotFoundError(f"There is no workspace {path}.")
            session = Session.open(path, told=told)
            if self.desk.settings.privacy:
                session.hide_names(True)
            return session

        def opened(session) -> None:
            self.set_session(session, route, stay)
            if path is not None:
                self.desk.remember(path)
            if session.brought:
                self.desk.tell(session.brought)
            waiting, self._waiting = self._waiting, []
            if waiting:
                self.read(waiting)

        def refused(error: str) -> None:
            self.desk.refuse(error)
            if self.desk.session is None and path is not None:
                self.open_case(None)

        held.append(self.desk.jobs.run(open_it, opened, refused, self))
        held[0].stopped = lambda: refused(f"Stopped: {shown} was not opened; it is as it was.")
        held[0].dropped = lambda session: self.desk.jobs.run(session.close, keeps=True)  # it was open just before

    def set_session(self, session, route: Route | None = None, stay: bool = False) -> None:
        """Show another case, close the one before; it stands as it stood when it was seen last."""
        before = self.desk.session
        self.arranger.gather()
        standing = self.standing() if stay else None
        self.inspector.pin.setChecked(False)
        self.inspector.show_thing(None)
        self.desk.attach(session)
        if before is not None:
            self.desk.jobs.run(before.close, keeps=True)
            self.sweeper.wanted = True
        self.stand(standing or (None if session is not None and session.private else self.arranger.standing()))
        if route is not None:
            self.show_route(route)

    def _forget_names(self) -> None:
        """Places that were visited tell names; so the window begins again."""
        self.inspector.pin.setChecked(False)
        self.inspector.show_thing(None)
        self.stand(None)

    def _finished(self, error: str) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.read(waiting)
        elif not error and not self.desk.bridge.anew and self.page().name == "sources":
            self.desk.go("overview")  # who stayed to watch the reading wants to know what it found
        self._tour_when_read()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files or folders may be dropped anywhere."""
        if any(one.isLocalFile() for one in event.mimeData().urls()):
            event.acceptProposedAction()
            self.desk.get_ready()

    def dropEvent(self, event: QDropEvent) -> None:
        """Read what was dropped."""
        paths = [Path(one.toLocalFile()) for one in event.mimeData().urls() if one.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.read(paths)

    def resizeEvent(self, event) -> None:
        """The inspector comes or goes with the room."""
        super().resizeEvent(event)
        widget = self.tab().page if hasattr(self, "tabs") else None
        threshold = theme.space("inspector-beside-from")
        crossed = (event.oldSize().width() >= threshold) != (event.size().width() >= threshold)
        if widget is not None and crossed:
            self.show_beside(widget)

    def restore(self, size: tuple[int, int]) -> None:
        """Stand where the window stood last time, or have this size."""
        kept = self.desk.settings.geometry
        if not kept or not self.restoreGeometry(QByteArray.fromBase64(kept.encode("ascii", "replace"))):
            self.resize(*size)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the place of the window, stop reading, stop jobs, close the case."""
        if self.isVisible():
            self.desk.keep(geometry=bytes(self.saveGeometry().toBase64()).decode())
        self.arranger.close()
        for tab in (*self.tabs.every(), *(one.tab for one in self.torn)):
            tab.go_away()
        for window in self.torn:
            window.hide()
        session = self.desk.session
        self.body.close_apart()
        for timer in self.findChildren(QTimer):
            timer.stop()
        self.hide()  # live sources are ended in order, which takes a moment
        self.desk.close()
        conversation.clear()
        self.sweeper.end()
        if session is not None:
            session.close()
            self.desk.session = None
        for timer in self.findChildren(QTimer):  # what ended may have started one
            timer.stop()
        super().closeEvent(event)
