"""Where new suspicious activities and health alerts are told: destinations, how they are doing, tests, previews.

Long because every deed of the section runs as a job for the destination that is chosen and is told in the same place.
"""

from collections.abc import Callable, Sequence

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.model.notice import Target, TargetState, kind_of, label_of
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.jobs import Job
from app.ui.notifying.forms import TITLES
from app.ui.notifying.panel import TargetPanel
from app.ui.notifying.rows import COLUMNS, Row, row_of
from app.ui.page import scrolled
from app.ui.settings.section import Item, Section
from app.ui.tables.table import Table
from app.ui.widgets import side_panel
from app.ui.widgets.buttons import Button, MenuButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.words import Line, PageHeading, Paragraph

PANEL = 440
LOOK_MS = 1_000
"""Between two looks how destinations are doing, while they are on screen."""


class Notifications(Section):
    """A table of destinations, a panel to set one up."""

    word, title, icon = "notifications", "Notifications", "export"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._states: dict[str, TargetState] = {}
        self._ended = ""
        self._job: Job | None = None
        self._detectors: tuple[str, ...] = ()
        self.add = MenuButton(tr("Add"), self._fill, "plus")
        self.heading = PageHeading(tr(self.title), "", (self.add,))
        self.edit = Button(tr("Edit"), on_click=self._edit)
        self.test = Button(tr("Send a test"), on_click=self._test)
        self.preview = Button(tr("Preview"), on_click=self._preview)
        self.switch = Button(tr("Switch off"), on_click=self._switch)
        self.remove = Button(tr("Remove"), "close", on_click=self._remove)
        self.tools = QWidget()
        flow = FlowLayout(self.tools, 8)
        flow.setContentsMargins(0, 0, 0, 0)
        for one in (self.edit, self.test, self.preview, self.switch, self.remove):
            flow.addWidget(one)
        self.table = Table(COLUMNS)
        self.table.setAccessibleName(tr("Destinations"))
        self.table.chosen.connect(lambda _: self._enable())
        self.table.opened.connect(lambda _: self._edit())
        self.told = Paragraph("", look="quiet")
        self.nothing = Empty("", "x", "x", self._begin)
        self.panel = TargetPanel(desk)
        self.panel.wanted.connect(self._wanted)
        self.panel.closed.connect(self._hide_panel)
        self.panel.hide()
        margin = theme.space("margin")
        self._list = QWidget()
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(margin, theme.space("top"), margin, theme.px(10))
        head.setSpacing(theme.px(10))
        head.addWidget(self.heading)
        head.addWidget(self.tools)
        foot = QWidget()
        below = QVBoxLayout(foot)
        below.setContentsMargins(margin, theme.px(8), margin, theme.px(12))
        below.addWidget(self.told)
        rows = QWidget()
        whole = QVBoxLayout(rows)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.table)
        whole.addWidget(foot)
        whole.addStretch(1)
        self._area = scrolled(rows)
        inside = QWidget()
        self._inside = inside
        empty = QVBoxLayout(inside)
        empty.setContentsMargins(margin, theme.px(8), margin, 0)
        empty.addWidget(self.nothing)
        column = QVBoxLayout(self._list)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(Line())
        column.addWidget(self._area, 1)
        column.addWidget(inside, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._list, 1)
        outer.addWidget(self.panel)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        desk.session_changed.connect(self._another)
        self.refresh()

    def items(self) -> Sequence[Item]:
        """The kinds of destinations."""
        hint = "New suspicious activities and health alerts."
        return (
            Item("Notifications by mail", hint, "mail", "smtp email e-mail alert notify recipients"),
            Item("Notifications over syslog", hint, "syslog", "siem cef leef splunk sentinel qradar arcsight tls"),
            Item("Notifications to a webhook", hint, "webhook", "http post json hmac chat slack teams"),
        )

    def show_item(self, key: str) -> None:
        """The keyboard on the table, or on what adds a destination."""
        (self.table if self.table.isVisible() else self.add).setFocus(Qt.FocusReason.TabFocusReason)

    # ---- what is shown

    @property
    def _able(self) -> bool:
        session = self.desk.session
        return session is not None and not session.is_temporary and not session.read_only

    def refresh(self) -> None:
        """Show what is set; how it is doing follows."""
        targets = self.desk.notifying.targets if self._able else ()
        rows = [row_of(one, self._states.get(one.name)) for one in targets]
        self.table.show_rows(rows, key=lambda row: row.name)
        self.table.fit_rows()
        if rows and self.table.current_row() is None:
            self.table.setCurrentIndex(self.table.model().index(0, 0))
        self.add.setEnabled(self._able)
        for one in (self._area, self.tools):
            one.setVisible(bool(rows))
        self._inside.setVisible(not rows)
        self._say(rows)
        self._enable()
        if not rows:
            self._timer.stop()
        elif self.isVisible() and not self._timer.isActive():
            self._look()
            self._timer.start()

    def _say(self, rows: Sequence[Row]) -> None:
        ended = self.desk.session.notifier_error if self.desk.session is not None else ""
        delivered, waiting = sum(one.delivered for one in rows), sum(one.waiting for one in rows)
        self.heading.sentence.say(
            f"Nothing is delivered from here: {ended} Set anything anew, or open the case again, to try once more."
            if rows and ended
            else f"{wording.count(delivered, 'notice')} delivered, {waiting:,} waiting. "
            "What does not arrive is kept and tried again."
            if rows
            else "New suspicious activities and health alerts, told elsewhere. Nothing leaves unless it is set up here."
        )
        if self.desk.session is None:
            said = ("No case is open", "Open a case, then who is told of it stands here.", "Open evidence")
        elif self.desk.session.read_only:
            said = "The case is open for reading only", "Who is told of it is set where it is open for writing.", ""
        elif not self._able:
            said = "The case is not saved yet", "Destinations belong to a case that is kept. Save it first.", "Save case"
        else:
            said = (
                "Nobody is told", "A destination gets what is new from then on, while the case is open here or the commands "
                "notify and listen run.", "Add a mail destination",
            )  # fmt: skip
        self.nothing.heading.say(said[0])
        self.nothing.sentence.say(said[1])
        self.nothing.link.say(said[2])
        self.nothing.link.setVisible(bool(said[2]))

    def _begin(self) -> None:
        if self.desk.session is None:
            self.desk.command("open.files")
        elif not self._able:
            self.desk.command("case.save")
        else:
            self._set_up("mail", None)

    def _look(self) -> None:
        session = self.desk.session
        if session is None or not self._able or (self._job is not None and not self._job.ended):
            return
        self._job = self.desk.jobs.run(session.target_states, self._heard, lambda _: None, self)

    def _heard(self, states: Sequence[TargetState]) -> None:
        found = {one.name: one for one in states}
        ended = self.desk.session.notifier_error if self.desk.session is not None else ""
        if found != self._states or ended != self._ended:
            self._ended = ended
            self._states = found
            self.refresh()

    def leave(self) -> None:
        """Nothing is awaited."""
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()

    def hideEvent(self, event) -> None:
        """What is not on screen needs no looks."""
        self._timer.stop()
        super().hideEvent(event)

    def showEvent(self, event) -> None:
        """Look again."""
        super().showEvent(event)
        self.refresh()
        self._know_detectors(lambda: None)

    def _another(self) -> None:
        self._states = {}
        self._hide_panel()
        self.refresh()

    def _enable(self) -> None:
        row: Row | None = self.table.current_row()
        self.switch.say(tr("Switch on") if row is not None and not row.on else tr("Switch off"))
        if row is None:
            self.told.say("")
            return
        when = "" if row.last is None else f"The last one was delivered {wording.moment(row.last)}. "
        full = " Its queue is full; what is new waits in the case." if row.full else ""
        refused = f" {wording.count(row.refused, 'notice was', 'notices were')} refused and given up." if row.refused else ""
        self.told.set_role("high" if row.error and row.since is not None else "text-quiet")
        tries = f"{wording.count(row.failed, 'try', 'tries')} failed. " if row.error else ""
        self.told.say(
            f"{row.name}: {when}{tries}{row.error}{full}{refused}"
            if (when or row.error)
            else f"{row.name}: nothing was sent yet."
        )

    # ---- what is done

    def _fill(self, menu: QMenu) -> None:
        for kind, words in TITLES.items():
            action = QAction(tr(words), menu)
            action.triggered.connect(lambda *_, kind=kind: self._set_up(kind, None))
            menu.addAction(action)

    def _current(self) -> Target | None:
        row = self.table.current_row()
        return self.desk.notifying.target(row.name) if row is not None else None

    def _set_up(self, kind: str, before: Target | None) -> None:
        def show() -> None:
            taken = {one.name.lower() for one in self.desk.notifying.targets if before is None or one.name != before.name}
            self.panel.set_up(kind, before, taken, self._detectors)
            self._show_panel()

        self._know_detectors(show)

    def _know_detectors(self, then: Callable[[], object]) -> None:
        """Do something that needs the ids of detectors, which load slowly the first time."""
        if self._detectors:
            then()
            return

        def work() -> tuple[str, ...]:
            from app.session import detector_ids

            return detector_ids()

        def known(ids: tuple[str, ...]) -> None:
            self._detectors = ids
            then()

        self.desk.jobs.run(work, known, owner=self)

    def _edit(self) -> None:
        one = self._current()
        if one is not None:
            self._set_up(kind_of(one), one)

    def _wanted(self, target: Target, before: Target | None) -> None:
        targets = self.desk.notifying.targets
        names = [one.name for one in targets]
        if before is not None and before.name in names:
            targets = tuple(target if one.name == before.name else one for one in targets)
        else:
            targets = (*targets, target)
        self._hide_panel()
        self._keep(targets, f"{target.name}: {label_of(target)}.")

    def _keep(self, targets: tuple[Target, ...], said: str) -> None:
        mails = {one.name for one in targets if kind_of(one) == "mail"}
        held = self.desk.notifying
        reports = tuple(replace(one, mail=one.mail if one.mail in mails else "") for one in held.reports)
        self.desk.keep_notifying(replace(held, targets=targets, reports=reports), said, self.refresh)

    def _switch(self) -> None:
        one = self._current()
        if one is not None:
            changed = replace(one, on=not one.on)
            targets = tuple(changed if each.name == one.name else each for each in self.desk.notifying.targets)
            self._keep(targets, f"{one.name} is {'on' if changed.on else 'off; what is new waits in the case'}.")

    def _remove(self) -> None:
        one = self._current()
        if one is not None:
            self._states.pop(one.name, None)
            targets = tuple(each for each in self.desk.notifying.targets if each.name != one.name)
            self._keep(targets, f"{one.name} is told nothing any more; what waited for it is gone.")

    def _test(self) -> None:
        one, session = self._current(), self.desk.session
        if one is None or session is None:
            return

        def told(error: str) -> None:
            self.desk.tell(f"{one.name}: {error}" if error else f"{one.name}: the test was taken.", bool(error))
            self.test.setEnabled(True)

        def failed(error: str) -> None:
            self.desk.tell(error, True)
            self.test.setEnabled(True)

        self.test.setEnabled(False)
        self.desk.tell(f"Sending a test to {one.name} …")
        self.desk.jobs.run(lambda: session.test_target(one), told, failed, self, words=f"A test for {one.name}")

    def _preview(self) -> None:
        one, session = self._current(), self.desk.session
        alerts = self.desk.alerts
        if one is None or session is None:
            return
        if not alerts:
            self.desk.tell("There is no suspicious activity to show this with.")
            return
        newest = max(alerts, key=lambda alert: alert.finding.last)

        def show(text: str) -> None:
            self.panel.show_preview(one, newest.title, text)
            self._show_panel()

        self.desk.jobs.run(lambda: session.preview(newest.id, one), show, owner=self)

    # ---- the panel

    def _show_panel(self) -> None:
        self.panel.show()
        self._arrange()

    def _hide_panel(self) -> None:
        self.panel.hide()
        self._arrange()

    def _arrange(self) -> None:
        side_panel.arrange(self, self._list, self.panel, PANEL)

    def resizeEvent(self, event) -> None:
        """The panel takes all of a narrow page."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event) -> None:
        """Esc closes the panel, Del removes."""
        if event.key() == Qt.Key.Key_Escape and not self.panel.isHidden():
            self._hide_panel()
        elif event.key() == Qt.Key.Key_Delete and self.table.hasFocus():
            self._remove()
        else:
            super().keyPressEvent(event)
