"""Jobs as a page: what runs, what ran, how it ended."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.page import Page
from app.ui.panes.jobs_view import JobsView
from app.ui.widgets.words import PageHeading


class JobsPage(Page):
    """The pane of the same name over the whole page."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.view = JobsView(desk)
        self.heading = PageHeading(tr("Jobs"), "", self.view.buttons())
        self.view.told.connect(lambda words: self.heading.sentence.say(f"{words[:1].upper()}{words[1:]}."))
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

    def refresh(self) -> None:
        """As it is now."""
        self.view.refresh()

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """The next job."""
        self.view.table.move(1)

    def previous_row(self) -> None:
        """The job before."""
        self.view.table.move(-1)

    def open_row(self) -> None:
        """Where the chosen job leads."""
        self.view.table.open_current()
