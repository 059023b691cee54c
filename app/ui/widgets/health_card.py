"""One health alert whole: what is wrong and since when, what to do, what became of it, what can be said of it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.model.health import HealthChange, HealthIssue
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.navigation import Route
from app.ui.widgets import health_rows
from app.ui.widgets.buttons import Button, LinkButton, MenuButton
from app.ui.widgets.emptying import emptied
from app.ui.widgets.flow import flow
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.words import Paragraph, Words

DAYS = (1, 7, 30)
"""How long can be chosen; the key of the action takes the product's seven."""
EVENTS = {"opened": "Opened", "reopened": "Opened again", "updated": "Changed", "closed": "Closed", "suppressed": "Suppressed"}


class HealthCard(QWidget):
    """suppress(id, days), close(id), reopen(id): what was pressed; go(route): where it leads."""

    def __init__(
        self,
        suppress: Callable[[str, int], object],
        close: Callable[[str], object],
        reopen: Callable[[str], object],
        go: Callable[[Route], object],
    ) -> None:
        super().__init__()
        self._suppress, self._go = suppress, go
        self.issue: HealthIssue | None = None
        self._place: Route | None = None
        self.sign = Sign("severity:low", 16)
        self.title = Paragraph("", "section")
        self.state = Paragraph("", "quiet", "quiet")
        self.what = Paragraph()
        self.where = Paragraph("", look="quiet")
        self.advice = Paragraph()
        self.link = LinkButton("", self._open)
        self.suppress = MenuButton(tr("Suppress"), self._fill)
        self.close_it = Button(tr("Close"), "check", on_click=lambda: close(self.issue.id) if self.issue else None)
        self.reopen = Button(tr("Open again"), on_click=lambda: reopen(self.issue.id) if self.issue else None)
        self._history = QVBoxLayout()
        self._history.setSpacing(theme.px(8))
        self._told: tuple[HealthChange, ...] | None = None
        column = QVBoxLayout(self)
        margin = theme.px(20)
        column.setContentsMargins(margin, theme.px(16), margin, margin)
        column.setSpacing(theme.px(6))
        head = QHBoxLayout()
        head.setSpacing(theme.space("related"))
        head.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.title, 1)
        column.addLayout(head)
        column.addWidget(self.state)
        column.addSpacing(theme.px(6))
        column.addWidget(self.what)
        column.addWidget(self.where)
        column.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(flow(self.close_it, self.suppress, self.reopen, gap=8))
        column.addSpacing(theme.px(10))
        column.addWidget(Words(tr("What to do"), "quiet-strong", "quiet"))
        column.addWidget(self.advice)
        column.addSpacing(theme.px(10))
        column.addWidget(Words(tr("What became of it"), "quiet-strong", "quiet"))
        column.addLayout(self._history)
        column.addStretch(1)
        self.setAccessibleName(tr("Health alert"))

    def show_issue(self, one: HealthIssue) -> None:
        """Show another one; its history comes by itself."""
        if self.issue is None or self.issue.id != one.id:
            self.show_history(())
        self.issue = one
        self.sign.show_sign(f"severity:{one.severity}")
        self.title.say(one.title)
        self.state.say(f"{one.severity.capitalize()}. {health_rows.state_words(one)}.")
        self.what.say(one.what)
        self.where.say(one.where)
        self.where.setVisible(bool(one.where))
        self.advice.say(one.advice.replace("`", ""))  # a command of the documentation
        place = health_rows.place_of(one)
        self._place = place[1] if place is not None else None
        self.link.setVisible(place is not None)
        if place is not None:
            self.link.say(place[0])
        self.suppress.setVisible(one.state == "open")
        self.close_it.setVisible(one.state != "closed")
        self.reopen.setVisible(one.state != "open")

    def show_history(self, changes: Sequence[HealthChange]) -> None:
        """What became of it, the newest first."""
        if tuple(changes) == self._told:
            return
        self._told = tuple(changes)
        emptied(self._history)
        for one in self._told:
            words = f"{wording.moment(one.at)}  {EVENTS.get(one.what, one.what)}. {one.words}"
            self._history.addWidget(Paragraph(words, "quiet", "quiet"))

    def _fill(self, menu: QMenu) -> None:
        for days in DAYS:
            entry = menu.addAction(f"for {wording.count(days, 'day')}")
            entry.triggered.connect(lambda *_, days=days: self._suppress(self.issue.id, days) if self.issue else None)

    def _open(self) -> None:
        if self._place is not None:
            self._go(self._place)
