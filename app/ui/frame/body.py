"""The page with panes around it: the inspector beside it, or over it when there is no room; jobs, problems below it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, Qt, Signal
from PySide6.QtWidgets import QMainWindow, QWidget

from app.ui import theme
from app.ui.desk import Desk
from app.ui.frame.inspector import Inspector
from app.ui.frame.pane import Area, Pane
from app.ui.frame.tabs import Tabs

if TYPE_CHECKING:
    from app.ui.panes.jobs_view import JobsView
    from app.ui.panes.problems_view import ProblemsView

VERSION = 1
"""Of the state of the panes; another one is not restored."""
BELOW, BESIDE = 200, 240
"""Height of a pane below the page at first, least width of one beside it."""


ROOMY = 1100
"""Width from which two panes stand side by side below the page."""


class Body(QMainWindow):
    """A window within the window, for its places for panes. changed: a pane came, went or was moved."""

    changed = Signal()

    def __init__(self, desk: Desk, tabs: Tabs, inspector: Inspector) -> None:
        super().__init__()
        self.setObjectName("body")
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.setCorner(Qt.Corner.BottomRightCorner, Area.RightDockWidgetArea)
        self.setCorner(Qt.Corner.BottomLeftCorner, Area.LeftDockWidgetArea)
        self.pages, self.inspector = tabs, inspector
        self.setCentralWidget(tabs)
        self._desk = desk
        self._views: dict[str, JobsView | ProblemsView] = {}
        self.panes = {
            "inspector": Pane("inspector", "Inspector", inspector, (inspector.pin,), small=True, parent=self),
            "problems": Pane("problems", "Problems", None, make=lambda: self._made("problems"), parent=self),
            "jobs": Pane("jobs", "Jobs", None, make=lambda: self._made("jobs"), parent=self),
        }
        self._over = False
        self._as_at_first = True
        self._sized: set[str] = set()
        """Panes whose size somebody chose, or that got their first one."""
        for name, pane in self.panes.items():
            self.addDockWidget(Area.RightDockWidgetArea if name == "inspector" else Area.BottomDockWidgetArea, pane)
            pane.hide()
            pane.dockLocationChanged.connect(self._moved)
            pane.topLevelChanged.connect(self._moved)
            pane.visibilityChanged.connect(lambda _: self.changed.emit())
        inspector.titled.connect(self.panes["inspector"].title.words.say)
        self.panes["inspector"].closed.connect(inspector.closed)
        for name in ("jobs", "problems"):
            self.panes[name].closed.connect(self.panes[name].hide)

    def _moved(self, _: object) -> None:
        self._as_at_first = False
        self.changed.emit()

    def _made(self, name: str) -> tuple[QWidget, Sequence[QWidget]]:
        from app.ui.panes.jobs_view import JobsView
        from app.ui.panes.problems_view import ProblemsView

        kind: type[JobsView | ProblemsView] = JobsView if name == "jobs" else ProblemsView
        view = kind(self._desk, theme.space("margin"))
        view.told.connect(self.panes[name].title.note.say)
        view.setMinimumHeight(theme.px(96))
        self._views[name] = view
        return view, view.buttons()

    def view(self, name: str) -> "JobsView | ProblemsView":
        """What the pane of jobs or problems holds."""
        self.panes[name].fill()
        return self._views[name]

    def createPopupMenu(self) -> None:  # type: ignore[override]
        """Panes are switched from the View menu."""
        return

    # ---- inspector

    @property
    def apart(self) -> bool:
        """Whether the inspector has a window of its own."""
        return self.panes["inspector"].isFloating()

    def show_inspector(self, show: bool, room: bool) -> None:
        """Show or hide it: in its own window, beside the page, or over it when there is no room."""
        pane = self.panes["inspector"]
        self._seat(over=not room and not self.apart)
        if self._over:
            self.inspector.setVisible(show)
            self._place()
        else:
            self.inspector.show()
            pane.setVisible(show)

    def _seat(self, over: bool) -> None:
        if over == self._over:
            return
        self._over = over
        pane = self.panes["inspector"]
        if over:
            pane.hide()
            self.inspector.setParent(self)
            self.inspector.set_over(True)
            self.inspector.setProperty("side", "right")
            self._place()
        else:
            self.inspector.set_over(False)
            pane.setWidget(self.inspector)
            pane.title.row.insertWidget(2, self.inspector.pin)
            pane.restyle()
        self.inspector.raise_()

    def _place(self) -> None:
        if self._over:
            width = min(theme.space("inspector"), self.width())
            self.inspector.setGeometry(QRect(self.width() - width, 0, width, self.height()))
            self.inspector.raise_()

    def resizeEvent(self, event) -> None:
        """What lies over the page follows."""
        super().resizeEvent(event)
        self._place()

    # ---- panes

    def toggle(self, name: str) -> bool:
        """Show or hide a pane; True when it is shown now. One that hides behind another comes to the front."""
        pane = self.panes[name]
        if pane.isVisible() and not pane.visibleRegion().isEmpty():
            pane.hide()
            return False
        new = pane.isHidden()
        if self.width() < theme.px(ROOMY):  # side by side they would have no room
            for other in self.panes.values():
                if other is not pane and not other.isFloating() and self.dockWidgetArea(other) == Area.BottomDockWidgetArea:
                    other.hide()
        pane.show()
        pane.raise_()
        if new and not pane.isFloating() and name not in self._sized:
            self._sized.add(name)
            self.resizeDocks([pane], [theme.px(BELOW)], Qt.Orientation.Vertical)
        widget = pane.widget()
        if widget is not None:
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def turn(self, name: str) -> None:
        """Tear a pane off, or put it back."""
        if name == "inspector":
            self._seat(over=False)
        pane = self.panes[name]
        pane.show()
        pane.turn()

    def state(self) -> str:
        """Where the panes stand, base64."""
        return bytes(self.saveState(VERSION).toBase64()).decode()

    def restore(self, state: str) -> bool:
        """Let them stand so again; False for a state that is none, which changes nothing."""
        over, shown = self._over, self.inspector.isVisibleTo(self)
        self._seat(over=False)
        done = bool(state) and self.restoreState(QByteArray.fromBase64(state.encode("ascii", "replace")), VERSION)
        self._seat(over)
        self.inspector.setVisible(shown or not over)
        if done:
            self._as_at_first = False
            self._sized = {one for one, pane in self.panes.items() if pane.isVisibleTo(self)}
        return done

    def reset(self) -> None:
        """The panes as at first: the inspector at the right, nothing below."""
        self._seat(over=False)
        for name, pane in self.panes.items():
            if not self._as_at_first:
                pane.setFloating(False)
                self.addDockWidget(Area.RightDockWidgetArea if name == "inspector" else Area.BottomDockWidgetArea, pane)
            if name != "inspector":
                pane.hide()
        self.resizeDocks([self.panes["inspector"]], [theme.space("inspector")], Qt.Orientation.Horizontal)

    def close_apart(self) -> None:
        """The window is going, with all that was torn off it."""
        for pane in self.panes.values():
            if pane.isFloating():
                pane.hide()
