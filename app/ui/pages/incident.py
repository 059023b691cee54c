"""One story: what happened along the kill chain, in one drawing, with the entities that tie its alerts together."""

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.incident import Incident
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.frame.ask_name import AskName
from app.ui.navigation import Crumb, Route
from app.ui.page import Column, Page, scrolled
from app.ui.tables.alert_filter import PHASES
from app.ui.widgets import story
from app.ui.widgets.alert_parts import CLASSES, ClassButton
from app.ui.widgets.buttons import Button, LinkButton, MenuButton
from app.ui.widgets.flow import flow
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.kill_chain import KillChain
from app.ui.widgets.story_strip import StoryStrip
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Line, PageHeading, SectionHeading

VERBS = {"open": "Open again", "closed": "Close", "suppressed": "Suppress", "deleted": "Delete"}
LONGEST = 120


class IncidentPage(Page):
    """Route key: id of the incident, or of an alert of it."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.incident: Incident | None = None
        self.alerts: list[Alert] = []
        self.sign = Sign("severity:low", 16)
        self.all = MenuButton(tr("All alerts"), self._fill)
        self.rename = Button(tr("Rename…"), on_click=self.ask_name)
        self.more = MenuButton(tr("More"), self._fill_more)
        self.heading = PageHeading("", "", (self.all, self.rename, self.more), before=self.sign)
        self.classes = [ClassButton(value, key, lambda id=id: desk.command(id)) for value, key, id in CLASSES]
        self.in_list = LinkButton(tr("Show them in the list of alerts"), self._show_in_list)
        self.steps = KillChain(PHASES)
        self.steps.asked.connect(self._show_phase)
        self.strip = StoryStrip(desk.follow)
        self.band = QWidget()
        self.band.setObjectName("band")
        self.chain = TwoLineList(lambda one: desk.go("alert", one.id))
        self.chain.setAccessibleName(tr("Alerts of the incident"))
        self.chain_heading = SectionHeading(tr("Along the kill chain"), right=(self.in_list,), whole=True)
        self.ties = TwoLineList(self._inspect)
        self.ties.setAccessibleName(tr("What ties them together"))
        self.ties_heading = SectionHeading(tr("What ties them together"))
        column = Column()
        column.add(self.heading)
        column.add(flow(*self.classes, gap=6))
        column.add(self.steps)
        inner = QVBoxLayout(self.band)
        inner.setContentsMargins(theme.px(8), theme.px(8), theme.px(8), theme.px(8))
        inner.addWidget(self.strip)
        column.add(self.band)
        for one in (self.chain_heading, self.chain, Line(), self.ties_heading, self.ties):
            column.add(one)
        column.parts.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(column))
        column.parts.setSpacing(theme.px(12))
        self.setFocusProxy(self.chain)

    def crumbs(self) -> tuple[Crumb, ...]:
        """Alerts, then its title."""
        return (Crumb("Alerts", Route("alerts")), Crumb(wording.incident(self.incident) if self.incident else "…"))

    def refresh(self) -> None:
        """Ask for the incident and its alerts."""
        session, key = self.desk.session, self.route.key
        if session is None:
            return

        def work() -> tuple[Incident | None, dict[str, Alert]]:
            one = session.queries.incident(key)
            return one, {alert.id: alert for alert in session.queries.alerts()}

        self.ask("incident", work, lambda value: self._show(*value))

    def _show(self, incident: Incident | None, alerts: dict[str, Alert]) -> None:
        if incident is None:
            self.desk.tell(tr("This incident is no longer part of the case."), True)
            self.desk.go("alerts")
            return
        fresh = self.incident is None or self.incident.id != incident.id
        self.incident = incident
        if fresh and incident.shared:
            self.desk.inspect(incident.shared[0].entity, True)
        self.alerts = [alerts[id] for id in incident.alerts if id in alerts]
        self.desk.alert_order = tuple(one.id for one in self.alerts)
        self.sign.show_sign(f"severity:{incident.severity}")
        self.heading.title.say(wording.incident(incident))
        self.heading.sentence.say(story.summary(incident, self.alerts))
        said = {one.classification for one in self.alerts}
        for button in self.classes:
            button.setChecked(said == {button.value})
        self.steps.show_alerts(self.alerts)
        drawn, order = story.drawing(self.alerts)
        self.strip.show_steps(drawn, story.parties(self.alerts), order)
        self.band.setVisible(bool(drawn))
        rows = []
        for one in self.alerts:
            told = one.finding.story[0] if one.finding.story else ""
            when = wording.moment(one.finding.first)[:-3]
            state = "" if one.state == "open" else f", {one.state}"
            rows.append(TwoLines(f"severity:{one.severity}", one.title, told, f"{one.phase}{state} · {when}", target=one))
        self.chain.show_rows(rows)
        self.chain_heading.note.say(wording.count(len(rows), "alert"))
        self.ties.show_rows([
            TwoLines(
                f"entity:{one.entity.kind}", one.entity.label, f"{one.how[:1].upper()}{one.how[1:]}",
                wording.count(len(one.alerts), "alert"), target=one.entity,
            )
            for one in incident.shared
        ])  # fmt: skip
        self.crumbs_changed.emit()

    def _inspect(self, ref: object) -> None:
        assert isinstance(ref, EntityRef)
        self.desk.inspect(ref)

    def _show_in_list(self) -> None:
        if self.incident is not None:
            self.desk.go("alerts", incident=self.incident.id, state="all")

    def _show_phase(self, phase: str) -> None:
        if self.incident is not None:
            self.desk.go("alerts", incident=self.incident.id, phase=phase.replace(" ", "%20"), state="all")

    def _fill(self, menu: QMenu) -> None:
        for state, words in wording.STATES.items():
            menu.addAction(VERBS.get(state, words)).triggered.connect(lambda *_, state=state: self._change(state=state))
        menu.addSeparator()
        for value, words in wording.CLASSIFICATIONS.items():
            menu.addAction(words).triggered.connect(lambda *_, value=value: self._change(classification=value))

    def _fill_more(self, menu: QMenu) -> None:
        for words, work in (
            ("Save report of this incident…", self._save), ("Copy as text", self.copy_text), ("Print…", self.print_alert),
            ("History", lambda: self.desk.go("history", self.incident.id if self.incident else "")),
        ):  # fmt: skip
            menu.addAction(words).triggered.connect(lambda *_, work=work: work())

    def _change(self, **said: str) -> None:
        if self.incident is not None:
            self.desk.change_alerts(self.incident.alerts, **said)  # type: ignore[arg-type]

    def ask_name(self) -> None:
        """Ask what the incident shall be called; nothing gives it its own name back."""
        if self.incident is not None:
            now = wording.incident(self.incident)
            AskName(self.window(), tr("Rename the incident"), now, tr("Rename"), self._take_name, LONGEST).open()

    def _take_name(self, name: str) -> str:
        self.give_name(name)
        return ""

    def give_name(self, name: str) -> None:
        """Call the incident so; "" for the name that follows from its alerts."""
        if self.incident is not None:
            self.desk.name_incident(self.incident.id, " ".join(name.split())[:LONGEST])

    def text(self) -> str:
        """The incident as plain text."""
        return story.incident_text(self.incident, self.alerts) if self.incident is not None else ""

    def _save(self) -> None:
        name, chosen = QFileDialog.getSaveFileName(self, "Save report", "incident.pdf", "PDF (*.pdf);;Text (*.txt)")
        if name:
            suffix = ".txt" if "txt" in chosen else ".pdf"
            self.write_report(Path(name if Path(name).suffix.lower() in (".pdf", ".txt") else name + suffix))

    def write_report(self, out: Path) -> None:
        """Write the incident to a file whose suffix says the kind."""
        text = self.text()
        done = lambda _: self.desk.tell(f"Report of the incident saved as {out.name}.")  # noqa: E731
        if out.suffix.lower() == ".pdf":
            from app.ui.printing import text_to_pdf  # what prints loads slowly

            work = lambda: text_to_pdf(text, out)  # noqa: E731
        else:
            work = lambda: out.write_text(text, encoding="utf-8")  # noqa: E731
        self.desk.jobs.run(work, done, self.desk.refuse, self, keeps=True)

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """The next alert."""
        self.chain.move(1)

    def previous_row(self) -> None:
        """The alert before."""
        self.chain.move(-1)

    def open_row(self) -> None:
        """The page of the current alert."""
        self.chain.open_current()

    def classify_true(self) -> None:
        """All of it was an attack."""
        self._change(classification="true positive")

    def classify_benign(self) -> None:
        """All of it happened, with leave."""
        self._change(classification="benign true positive")

    def classify_false(self) -> None:
        """Nothing of it happened."""
        self._change(classification="false positive")

    def close_alert(self) -> None:
        """Close all of its alerts."""
        self._change(state="closed")

    def reopen_alert(self) -> None:
        """Open all of them again."""
        self._change(state="open")

    def suppress_alert(self) -> None:
        """Suppress all of them."""
        self._change(state="suppressed")

    def copy_text(self) -> None:
        """Put the incident as text on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())
        self.desk.tell(tr("The incident is on the clipboard as text."))

    def print_alert(self) -> None:
        """Ask for a printer, print the incident as text."""
        from app.ui.printing import print_text

        print_text(self.text(), self)
