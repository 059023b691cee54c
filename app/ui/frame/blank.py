"""What is on screen in the place of a page that is being made, or that waits for what the workspace holds."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout

from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.page_table import PageEntry
from app.ui.widgets.words import Words

SAY_MS = 700
"""Until it says why there is nothing yet; most pages are there before."""


class Blank(Page):
    """Nothing, and after a while a word."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "overview")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._words = Words("", "quiet")
        column = QVBoxLayout(self)
        column.addWidget(self._words, 0, Qt.AlignmentFlag.AlignCenter)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SAY_MS)
        self._soon.timeout.connect(lambda: self._words.say(tr("Opening the workspace")))

    def stand_for(self, entry: PageEntry, route: Route) -> None:
        """Be in the place of that page."""
        self.name, self.route = entry.name, route

    def visit(self, route: Route) -> None:
        """Nothing is said at first."""
        self._words.say("")
        self._soon.start()
        super().visit(route)

    def leave(self) -> None:
        """The page is there."""
        self._soon.stop()
        super().leave()
