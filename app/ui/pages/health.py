"""What keeps the program from seeing: health alerts with since when, where and what to do; suppressed, closed, opened by hand."""

import time

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QVBoxLayout, QWidget

from app.model.health import HealthIssue
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.context_menu import fill
from app.ui.desk import Desk
from app.ui.navigation import Route
from app.ui.page import Page, scrolled
from app.ui.widgets import health_rows
from app.ui.widgets.buttons import MenuButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.fields import Segment
from app.ui.widgets.flow import flow
from app.ui.widgets.health_card import HealthCard
from app.ui.widgets.search_field import SearchField
from app.ui.widgets.two_line_list import TwoLineList
from app.ui.widgets.words import Line, PageHeading

WIDE, CARD = 900, 400
"""Width of the page from which on the card stands beside the list, and the card's."""
LONGEST = 200


class HealthPage(Page):
    """Route key: id of the health alert to choose. View: "state", "severity", "text" as they narrow the list."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._state, self._severity, self._wanted = "open", "", ""
        self._issues: list[HealthIssue] = []
        self.states = {word: Segment(words) for word, words in health_rows.STATES.items()}
        for word, button in self.states.items():
            button.clicked.connect(lambda *_, word=word: self._narrow(state=word))
        self.severity = MenuButton(tr("Severity"), self._fill_severities)
        self.field = SearchField(tr("Filter health alerts"), most=LONGEST)
        self.field.setMinimumWidth(theme.px(140))
        self.field.setMaximumWidth(theme.px(320))
        self.field.textChanged.connect(lambda _: self._narrow())
        self.heading = PageHeading(tr("Health"), "")
        self.list = TwoLineList(self._open, scrolls=True, pad=24)
        self.list.setAccessibleName(tr("Health alerts"))
        self.list.selectionModel().currentChanged.connect(self._chosen)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._drop)
        self.nothing = Empty("", "", "", self._show_all)
        self.card = HealthCard(desk.suppress_issue, desk.close_issue, desk.reopen_issue, desk.open)
        self._build()
        self.setFocusProxy(self.list)
        desk.health_changed.connect(self.refresh)

    def _build(self) -> None:
        margin = theme.space("margin")
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(margin, theme.space("top"), margin, theme.px(10))
        head.setSpacing(theme.px(10))
        head.addWidget(self.heading)
        line = QHBoxLayout()
        line.setSpacing(theme.space("related"))
        line.addWidget(flow(*self.states.values(), self.severity, gap=6), 3)
        line.addWidget(self.field, 2, Qt.AlignmentFlag.AlignTop)
        head.addLayout(line)
        self._below = QWidget()
        below = QVBoxLayout(self._below)
        below.setContentsMargins(margin, theme.px(16), margin, 0)
        below.addWidget(self.nothing)
        self._beside = scrolled(self.card)
        self._beside.setMinimumWidth(theme.px(280))
        self.splitter = QSplitter()
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(self._beside)
        self.splitter.setStretchFactor(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(Line())
        column.addWidget(self.splitter, 1)
        column.addWidget(self._below, 1)
        self._below.hide()

    def help(self) -> tuple[str, str]:
        """The article about health."""
        return "health", ""

    def visit(self, route: Route) -> None:
        """Narrowed as the route says."""
        view = dict(route.view)
        state, severity = view.get("state", "open"), view.get("severity", "")
        self._state = state if state in health_rows.STATES else "open"
        self._severity = severity if severity in health_rows.SEVERITIES else ""
        self._wanted = route.key
        if route.key and any(one.id == route.key and one.state != self._state for one in self.desk.health.issues):
            self._state = "all"
        self.field.blockSignals(True)
        self.field.setText(view.get("text", "")[:LONGEST])
        self.field.blockSignals(False)
        super().visit(route)
        self._keep()

    def refresh(self) -> None:
        """Show what the desk holds."""
        health, now = self.desk.health, time.time_ns() // 1000
        self.heading.sentence.say(health_rows.sentence(health, self.desk.bridge.listening))
        for word, button in self.states.items():
            number = len(health.issues) if word == "all" else sum(one.state == word for one in health.issues)
            button.say(f"{health_rows.STATES[word]} {wording.number(number)}" if number else health_rows.STATES[word])
            button.setChecked(word == self._state)
        self.severity.say(f"Severity: {self._severity}" if self._severity else tr("Severity"))
        current = self._wanted or (self.card.issue.id if self.card.issue is not None else "")
        self._issues = health_rows.chosen(health.issues, self._state, self._severity, self.field.text())
        place = next((place for place, one in enumerate(self._issues) if one.id == current), 0)
        self.list.show_rows(health_rows.rows(self._issues, now))
        self.splitter.setVisible(bool(self._issues))
        self._below.setVisible(not self._issues)
        self.setFocusProxy(self.list if self._issues else self.states[self._state])
        if self._issues:
            self.list.setCurrentIndex(self.list.model().index(place, 0))
            self._wanted = ""
            self._show(self._issues[place])
        else:
            self.card.issue = None
            self._say_nothing()

    def _say_nothing(self) -> None:
        health = self.desk.health
        narrowed = bool(self._severity or self.field.text()) and any(one.state == self._state for one in health.issues)
        if narrowed:
            heading, sentence = "No health alert matches", "Others are there that this filter leaves out."
        elif self._state == "open":
            heading = "Nothing is wrong that the program can see" if health.checked.at is not None else "Nothing was checked yet"
            sentence = health_rows.nothing(health.checked)
        else:
            heading = f"No health alert is {self._state}" if self._state != "all" else "There was no health alert yet"
            sentence = (
                health_rows.nothing(health.checked) if self._state == "all" else "What ends, or is silenced, is listed here."
            )
        self.nothing.heading.say(heading)
        self.nothing.heading.show()
        self.nothing.sentence.say(sentence)
        others = len(health.issues)
        self.nothing.link.setVisible((others > 0 and self._state != "all") or narrowed)
        self.nothing.link.say(f"Show all {wording.number(others)}")

    def _show_all(self) -> None:
        self._severity = ""
        self.field.setText("")
        self._narrow(state="all")

    def _narrow(self, state: str | None = None, severity: str | None = None) -> None:
        self._state = self._state if state is None else state
        self._severity = self._severity if severity is None else severity
        self.refresh()
        self._keep()

    def _keep(self) -> None:
        """The route says what is shown, so that it is found again."""
        view = {"state": self._state if self._state != "open" else "", "severity": self._severity, "text": self.field.text()}
        pairs = tuple(sorted((key, value) for key, value in view.items() if value))
        self.route = Route(self.name, self.card.issue.id if self.card.issue is not None else "", pairs)

    def _fill_severities(self, menu: QMenu) -> None:
        for word in ("", *health_rows.SEVERITIES):
            entry = menu.addAction(word.capitalize() or tr("Every severity"))
            entry.setCheckable(True)
            entry.setChecked(word == self._severity)
            entry.triggered.connect(lambda *_, word=word: self._narrow(severity=word))

    def _chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        if 0 <= current.row() < len(self._issues):
            self._show(self._issues[current.row()])
            self._keep()

    def _show(self, one: HealthIssue) -> None:
        self.card.show_issue(one)
        session = self.desk.session
        if session is not None:
            queries = session.queries
            self.ask("history", lambda: queries.health_history(one.id), lambda found: self._show_history(one.id, found))

    def _show_history(self, id: str, found) -> None:
        if self.card.issue is not None and self.card.issue.id == id:
            self.card.show_history(found)

    def _open(self, one: object) -> None:
        """A click only chooses; Enter goes where it leads."""
        if isinstance(one, HealthIssue):
            self._show(one)

    def _drop(self, at: QPoint) -> None:
        if self.list.indexAt(at).isValid():
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            fill(menu, self.desk, "health")
            menu.popup(self.list.viewport().mapToGlobal(at))

    def resizeEvent(self, event) -> None:
        """The card stands beside the list, or below where there is little room."""
        super().resizeEvent(event)
        wide = self.width() >= theme.px(WIDE)
        wanted = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if self.splitter.orientation() != wanted or not any(self.splitter.sizes()):
            self.splitter.setOrientation(wanted)
        room = self.splitter.width() if wide else self.splitter.height()
        card = theme.px(CARD) if wide else room // 2
        self.splitter.setSizes([max(1, room - card), card])

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """To the field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def next_row(self) -> None:
        """The next one."""
        self.list.move(1)

    def previous_row(self) -> None:
        """The one before."""
        self.list.move(-1)

    def open_row(self) -> None:
        """Where it leads."""
        place = health_rows.place_of(self.card.issue) if self.card.issue is not None else None
        if place is not None:
            self.desk.open(place[1])

    def suppress_issue(self) -> None:
        """Silent for seven days."""
        if self.card.issue is not None and self.card.issue.state == "open":
            self.desk.suppress_issue(self.card.issue.id, 7)

    def close_issue(self) -> None:
        """Closed until it comes again."""
        if self.card.issue is not None and self.card.issue.state != "closed":
            self.desk.close_issue(self.card.issue.id)

    def reopen_issue(self) -> None:
        """Open again."""
        if self.card.issue is not None and self.card.issue.state != "open":
            self.desk.reopen_issue(self.card.issue.id)
