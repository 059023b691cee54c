"""What every page is: shown for a route, refreshed when the data changed, never waiting."""

from collections.abc import Callable, Iterator
from typing import Any

import shiboken6
from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app.model.tuning import Tuning
from app.ui import theme
from app.ui.desk import Desk
from app.ui.jobs import Job
from app.ui.navigation import Crumb, Route
from app.ui.page_table import BY_NAME
from app.ui.tab_order import scroll_to

UNMADE = (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)
"""Events whose handlers of pages ask for parts that build() makes."""


class Page(QWidget):
    """Base of all pages.

    inspector_beside: the inspector stays open beside this page when the window is wide enough.
    A page may have methods named by "page:" commands of app.ui.actions (next_row, open_row, ...).
    """

    crumbs_changed = Signal()
    inspector_beside = False
    more_keys: tuple[tuple[str, str], ...] = ()
    """Keys that the page takes itself, beside its actions: ("Esc", "Let go of the span"); for the sheet of keys."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.desk = desk
        self.name = name
        self.route = Route(name)
        self._first: QWidget | None = None
        self._lost: QWidget | None = None
        """What had the focus and was hidden, while the page keeps the focus for it."""
        self._jobs: dict[str, Job] = {}
        self._cut_short = False
        self.made = True
        """False while build() is on its way."""

    def event(self, event: QEvent) -> bool:
        """Its size and place are none of its business while it is made; it is told them when it is."""
        if not self.made and event.type() in UNMADE:
            return True
        return super().event(event)

    def build(self) -> Iterator[None]:
        """Make the widgets of a page that has many, a step up to each yield, between which the window answers.

        Whoever makes a page runs it to its end before anything else is asked of it.
        """
        return iter(())

    def heightForWidth(self, width: int) -> int:
        """What its lines need at least, below which the page is scrolled; tables and plots take what is left above it."""
        layout = self.layout()
        return layout.minimumHeightForWidth(width) if layout is not None and layout.hasHeightForWidth() else -1

    def minimumSizeHint(self) -> QSize:
        """The height follows from the width; Qt's own hint is that of lines that wrap at the least width."""
        hint, layout = super().minimumSizeHint(), self.layout()
        return QSize(hint.width(), 0) if layout is not None and layout.hasHeightForWidth() else hint

    def setFocusProxy(self, part: QWidget | None) -> None:
        """The part that gets the focus when the page does.

        Not by Qt's own proxy: Tab goes past everything else that is inside of a widget that has one.
        """
        self._first = part

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the focus on to its part, once that can be seen; until then the page keeps it."""
        super().focusInEvent(event)
        self._hand_on(event.reason())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Somebody chose another part."""
        super().focusOutEvent(event)
        self._lost = None

    def _hand_on(self, reason: Qt.FocusReason) -> None:
        part = self._lost or self._first
        if part is not None and shiboken6.isValid(part) and part.isVisible() and part.isEnabled():
            part.setFocus(reason)

    def focusNextPrevChild(self, next: bool) -> bool:
        """Keep the focus of a part that is hidden or off by now, until it is there again; Qt would give it to the rail.

        Where Tab leads else is said by the window.
        """
        held = self.focusWidget()
        if not self.isVisible() or held is None:
            return super().focusNextPrevChild(next)
        if held is not self and not (held.isVisible() and held.isEnabled()):
            self._lost = held
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return super().focusNextPrevChild(next)

    def reveal(self, part: QWidget) -> None:
        """Scroll to a part that was opened, where the page has less room than it needs; once it has its place."""
        QTimer.singleShot(0, part, lambda: scroll_to(part))

    def visit(self, route: Route) -> None:
        """The route is shown now; ask for what it needs. Call refresh by default."""
        self.route = route
        self.refresh()

    def refresh(self) -> None:
        """The data may have changed while the page is on screen; keep selection, scroll position."""

    def come_back(self) -> None:
        """On screen again in its tab, as it was left; what had not arrived is asked for again."""
        if self._cut_short:
            self.visit(self.route)
        else:
            self.refresh()

    def leave(self) -> None:
        """Another page is shown now; what was asked for is no longer wanted."""
        self._cut_short = any(not one.ended for one in self._jobs.values())
        for job in self._jobs.values():
            job.cancel()
        self._jobs.clear()

    def crumbs(self) -> tuple[Crumb, ...]:
        """Words of the breadcrumb."""
        return (Crumb(BY_NAME[self.name].said),)

    def keep_splitter(self, name: str, splitter: QSplitter) -> None:
        """Let a splitter stand as it stood in this workspace, also after a restart. Call it when its widgets are in it."""
        where = f"{self.name}/{name}"
        kept = self.desk.looks.get(where)
        if kept:
            splitter.restoreState(QByteArray.fromBase64(kept.encode("ascii", "replace")))
        write = lambda *_: self.desk.keep_look(where, bytes(splitter.saveState().toBase64()).decode())  # noqa: E731
        splitter.splitterMoved.connect(write)

    def help(self) -> tuple[str, str]:
        """Article of the help about this page, and the heading in it."""
        return "window", BY_NAME[self.name].words

    def subject(self) -> object:
        """The one alert that all of the page is about, for what is done with it whatever else is chosen; else None."""
        return None

    def tuning(self) -> tuple[Tuning, Tuning] | None:
        """What holds for the detectors and what is to hold, on a page where that is changed; for copying as a command."""
        return None

    def ask(self, topic: str, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Run a query away from the window; a newer question of the same topic replaces the older one."""
        if topic in self._jobs:
            self._jobs[topic].cancel()

        def arrived(value: Any) -> None:
            done(value)
            if self.hasFocus():  # the part that it is for may be seen now
                self._hand_on(Qt.FocusReason.OtherFocusReason)

        self._jobs[topic] = self.desk.jobs.run(work, arrived, owner=self)


class Column(QWidget):
    """Vertical content of a scrolled page: page margins, parts 16 apart."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        margin = theme.space("margin")
        self.parts = QVBoxLayout(self)
        self.parts.setContentsMargins(margin, theme.space("top"), margin, margin)
        self.parts.setSpacing(theme.space("group"))

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Add one part below."""
        self.parts.addWidget(widget, stretch)


def scrolled(content: QWidget) -> QScrollArea:
    """A vertical scroll area around content; never scrolls sideways."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    content.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    area.setWidget(content)
    # Its ground comes from the style sheet. With a ground of its own too it would be painted by itself, then again with the page.
    content.setAutoFillBackground(False)
    return area
