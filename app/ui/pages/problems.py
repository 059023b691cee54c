"""Problems as a page: what of the evidence could not be used, and which jobs failed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.panes.problems_view import ProblemsView
from app.ui.widgets.words import PageHeading


class ProblemsPage(Page):
    """Route option: filter (text)."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.view = ProblemsView(desk)
        self.heading = PageHeading(tr("Problems"), "", self.view.buttons())
        self.view.told.connect(lambda words: self.heading.sentence.say(f"{words[:1].upper()}{words[1:]}."))
        self.view.search.textChanged.connect(self._typed)
        top = QWidget()
        head = QVBoxLayout(top)
        margin = theme.space("margin")
        head.setContentsMargins(margin, theme.space("top"), margin, theme.px(12))
        head.addWidget(self.heading)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.view, 1)
        self.setFocusProxy(self.view)

    def visit(self, route: Route) -> None:
        """Show what the route filters."""
        self.route = route
        self.view.show_filter(route.option("filter") or route.key)

    def refresh(self) -> None:
        """As it is now."""
        self.view.refresh()

    def _typed(self, text: str) -> None:
        self.route = Route(self.name, "", (("filter", text),) if text else ())

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """Put the caret into the filter."""
        self.view.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def next_row(self) -> None:
        """The next problem."""
        self.view.table.move(1)

    def previous_row(self) -> None:
        """The problem before."""
        self.view.table.move(-1)

    def open_row(self) -> None:
        """Where the chosen problem leads."""
        self.view.table.open_current()
