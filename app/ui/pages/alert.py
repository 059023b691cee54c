"""One alert: what happened, why it is said, what proves it, what to check, what was done with it.

Long because every part of an alert is laid out and filled here; the parts themselves are elsewhere.
"""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.model.alert import Alert, Classification, Link, State
from app.model.coverage import CoverageSpan
from app.model.detection import ThresholdRow
from app.model.entity import Resolution
from app.model.note import Note
from app.model.rows import ActivityRow
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.context_menu import for_values
from app.ui.desk import Desk
from app.ui.detector_page import section
from app.ui.navigation import Crumb, Route
from app.ui.page import Page, scrolled
from app.ui.tables.evidence_table import EvidenceTable
from app.ui.widgets.alert_notes import About, Acts, Notices, Others
from app.ui.widgets.alert_parts import CLASSES, ClassButton, Two, coverage_line, padded, titled, what_it_is
from app.ui.widgets.alert_text import alert_text
from app.ui.widgets.alert_why import Why
from app.ui.widgets.buttons import Button, LinkButton, MenuButton
from app.ui.widgets.disclosure import Disclosure
from app.ui.widgets.emptying import emptied
from app.ui.widgets.flow import flow, whole
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.head_row import HeadRow
from app.ui.widgets.marks import marked
from app.ui.widgets.remarks import Remarks
from app.ui.widgets.sentence import SentenceView
from app.ui.widgets.story_strip import StoryStrip
from app.ui.widgets.veil import Veil
from app.ui.widgets.words import WHOLE, Line, PageHeading, Paragraph, Words

MOST_EVIDENCE, MOST_SPANS, MOST_THRESHOLDS = 500, 4, 12
ROOMY = 1000
"""Width of the page from which all its buttons stand beside its title."""
SECTIONS = ("What it means", "When it is wrong", "What it cannot see", "What it reads", "How it decides")
"""Parts of a detector's page that are closed until they are asked for."""


class AlertPage(Page):
    """Route key: id of the alert. View pair "row": id of the activity that is chosen."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.alert: Alert | None = None
        self.rows: list[ActivityRow] = []
        self.how: dict[str, Resolution] = {}
        self._notes: tuple[Note, ...] = ()
        self._thresholds: tuple[ThresholdRow, ...] = ()
        self._page, self._shown_key = "", ""
        self.sign = Sign("severity:low", 16)
        self.state = MenuButton(tr("State"), self._fill_state)
        self.exclude = Button(tr("Exclude…"), on_click=self.exclude_party)
        self.proof = Button(tr("Save proof"), "proof", primary=True, on_click=self.save_proof)
        self.more = MenuButton(tr("More"), self._fill_more)
        self.heading = PageHeading("", "", (self.state, self.exclude, self.proof, self.more), before=self.sign)
        self.heading.sentence.hide()
        self.classes = [ClassButton(value, key, lambda id=id: desk.command(id)) for value, key, id in CLASSES]
        self.before = Button("", "back", bare=True, tip="Previous alert of the list (Shift+K)", on_click=self.previous_alert)
        self.after = Button("", "forward", bare=True, tip="Next alert of the list (Shift+J)", on_click=self.next_alert)
        self.place = Words("", look="quiet")
        self.line = QVBoxLayout()
        self.notices, self.acts = Notices(desk), Acts(desk)
        self.strip = StoryStrip(desk.follow)
        self.story = SentenceView((), desk.follow)
        self.why = Why(desk.follow)
        self.limits = QVBoxLayout()
        self.evidence_part = EvidenceTable()
        self.evidence = self.evidence_part.table
        for_values(self.evidence, desk)
        self.evidence_part.chosen.connect(self._row_chosen)
        self.evidence_part.opened.connect(self._open_packet)
        self.evidence_part.proved.connect(desk.inspect)
        self.other = Others(desk)
        self.check, self.about, self.coverage = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self.remarks = Remarks(self._write_note, self._remove_note, self.evidence.setFocus)
        self.note, self.save_note = self.remarks.field, self.remarks.save
        self._build()
        self.setFocusProxy(self.evidence)

    def _build(self) -> None:
        content = QWidget()
        content.setObjectName("page")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, theme.space("margin"))
        column.setSpacing(0)
        head = padded(self.heading, top=theme.space("top"), bottom=theme.px(12))
        self.line.setContentsMargins(0, theme.px(4), 0, 0)
        head.layout().addLayout(self.line)
        head.layout().addWidget(self.notices)
        walk = QWidget()
        beside = QHBoxLayout(walk)
        beside.setContentsMargins(0, 0, 0, 0)
        for one in (self.before, self.place, self.after):
            beside.addWidget(one)
        triage = HeadRow(whole(flow(*self.classes, gap=6)), enough=WHOLE)
        triage.addWidget(walk)
        head.layout().addSpacing(theme.px(10))
        head.layout().addLayout(triage)
        column.addWidget(head)
        self.band = QWidget()
        self.band.setObjectName("band")
        inner = QVBoxLayout(self.band)
        inner.setContentsMargins(theme.px(8), theme.px(8), theme.px(8), theme.px(8))
        inner.addWidget(self.strip)
        column.addWidget(self.band)
        gap = theme.px(16)
        story = QVBoxLayout()
        story.addWidget(self.story)
        story.addLayout(self.limits)
        story.addStretch(1)
        column.addWidget(padded(Two(titled("What happened", story), titled("Why", self.why)), top=gap, bottom=gap))
        column.addWidget(self.evidence_part)
        column.addWidget(padded(Line(), top=gap, bottom=theme.px(12)))
        column.addWidget(padded(Two(titled("What else", self.other), titled("What to do", self.check))))
        column.addWidget(padded(Line(), top=gap, bottom=theme.px(12)))
        seen = titled("What could be seen", self.coverage)
        column.addWidget(padded(Two(seen, titled("About this detection", self.about))))
        column.addWidget(padded(Line(), top=gap, bottom=theme.px(12)))
        column.addWidget(padded(Two(titled("Notes", self.remarks), titled("What was done", self.acts))))
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))
        self._veil: Veil | None = Veil(self, content)

    def crumbs(self) -> tuple[Crumb, ...]:
        """Alerts, then its title."""
        return (Crumb("Alerts", Route("alerts")), Crumb(self.alert.title if self.alert else "…"))

    def refresh(self) -> None:
        """Ask for the alert, its evidence, the page of its detector, what could be seen meanwhile."""
        session, key = self.desk.session, self.route.key
        if session is None:
            return

        def work() -> tuple[Alert, About, tuple[object, ...]] | None:
            queries = session.queries
            alert = queries.alert(key)
            if alert is None:
                return None
            by = next((one for one in session.exclusions() if one.id == alert.excluded), None)
            ids = alert.finding.evidence[:MOST_EVIDENCE]
            rule = next((one for one in queries.detectors() if one.id == alert.detector), None)
            about = About(queries.incident(alert.id), by, session.covering(alert), session.history(alert.id))
            rest = (
                list(queries.rows_of(ids)), session.detector_page(alert.detector), dict(queries.resolutions(ids)),
                session.notes(alert.id), _spans(alert, queries.coverage_spans()), rule.thresholds if rule else (),
            )  # fmt: skip
            return alert, about, rest

        self.ask("alert", work, self._show)

    def _show(self, found: tuple[Alert, About, tuple] | None) -> None:
        if found is None:
            self.desk.tell(tr("This alert is no longer part of the case."), True)
            self.desk.go("alerts")
            return
        alert, about, (rows, page, how, notes, spans, thresholds) = found
        fresh = alert.id != self._shown_key
        changed = alert != self.alert
        self.alert, self._shown_key = alert, alert.id
        self.rows, self.how, self._notes, self._page = rows, how, notes, page
        if changed:
            self._show_head(alert)
            story: list[Link] = []
            for sentence in alert.finding.story:
                story += [Link(" "), *sentence] if story else sentence
            self.story.say(tuple(story) or (Link("The detector tells no story; the evidence below speaks."),))
            self.why.show_facts(alert.finding.facts)
        self._show_limits(thresholds)
        # The rest comes in turns of its own, so that no single one is long.
        QTimer.singleShot(0, self, lambda: self._show_rest(alert, fresh, about))
        QTimer.singleShot(0, self, lambda: self._show_words(alert, fresh, spans))
        QTimer.singleShot(0, self, self._unveil)

    def _unveil(self) -> None:
        veil, self._veil = self._veil, None
        if veil is not None:
            veil.filled()

    def _show_limits(self, thresholds: tuple[ThresholdRow, ...]) -> None:
        """The numbers of its detector, as they are set in this case."""
        if thresholds == self._thresholds:
            return
        self._thresholds = thresholds
        emptied(self.limits)
        if thresholds:
            told = [
                f"{row.words}: {wording.threshold(row.value, row.unit)}{', set here' if row.own else ''}"
                for row in thresholds[:MOST_THRESHOLDS]
            ]
            self.limits.addSpacing(theme.px(8))
            self.limits.addWidget(Disclosure("Thresholds as they are set", told))
            link = LinkButton(tr("Change them"), lambda: self.desk.go("settings", "detectors"))
            self.limits.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_rest(self, alert: Alert, fresh: bool, about: About) -> None:
        if alert is not self.alert:
            return
        self.notices.show_about(alert, about)
        self.acts.show_acts(about.acts, alert.id)
        self.other.show_near(alert, about.incident)
        self.remarks.show_subject(alert.id)
        self.remarks.show_notes(self._notes, alert.note)
        self.evidence_part.show_evidence(self.rows, self.how, len(alert.finding.evidence), fresh)
        if fresh and self.route.option("row"):
            self.evidence_part.choose(self.route.option("row"))
        if fresh:
            party = next(iter((*alert.finding.sources, *alert.finding.accounts, *alert.finding.targets)), None)
            self.desk.inspect(party if party is not None else alert, True)
        self.crumbs_changed.emit()

    def _show_head(self, alert: Alert) -> None:
        finding = alert.finding
        self.sign.show_sign(f"severity:{alert.severity}")
        self.heading.title.say(alert.title)
        self.state.say(f"State: {wording.state(alert)}")
        self.exclude.setEnabled(not alert.excluded)
        for one in self.classes:
            one.setChecked(one.value == alert.classification)
        emptied(self.line).addWidget(what_it_is(alert))
        self.strip.show_steps(finding.steps, finding.targets)
        self.band.setVisible(bool(finding.steps))
        order = self._order()
        known = alert.id in order
        self.place.say(f"{order.index(alert.id) + 1:,} of {len(order):,}" if known else "")
        self.before.setEnabled(known and order[0] != alert.id)
        self.after.setEnabled(known and order[-1] != alert.id)

    def _show_words(self, alert: Alert, fresh: bool, spans: list[CoverageSpan]) -> None:
        if alert is not self.alert:
            return
        emptied(self.coverage)
        for one in spans:
            self.coverage.addWidget(coverage_line(one))
        if not spans:
            self.coverage.addWidget(Words(tr("No controller is known for that time."), look="quiet"))
        helping = list(dict.fromkeys(words for one in spans for words in one.remedies))[:4]
        for words in helping:
            self.coverage.addWidget(marked("plus", "text-quiet", Paragraph(words[:1].upper() + words[1:], look="quiet")))
        self.coverage.addStretch(1)
        if not fresh:
            return
        emptied(self.check)
        steps = section(self._page, "What to do")
        for step in steps:
            self.check.addWidget(marked("right", "text-quiet", Paragraph(step)))
        if not steps:
            self.check.addWidget(Words(tr("The detector's page gives no steps."), look="quiet"))
        self.check.addStretch(1)
        emptied(self.about)
        for title in SECTIONS:
            if lines := section(self._page, title):
                self.about.addWidget(Disclosure(title, lines))
        self.about.addStretch(1)

    # ---- evidence

    def _row_chosen(self, row: ActivityRow | None) -> None:
        self.desk.inspect(row, True)
        if row is not None:
            self.route = self.route._replace(view=(("row", row.id),))

    def _open_packet(self, row: ActivityRow) -> None:
        if self.desk.can_go("activities") and self.alert is not None:
            self.desk.go("activities", row.id, filter=f"alert:{self.alert.id}")

    # ---- what is said of it

    def _fill_state(self, menu: QMenu) -> None:
        for value, text in wording.STATES.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(self.alert is not None and value == self.alert.state)
            action.triggered.connect(lambda *_, value=value: self._change(state=value))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the title has the room of a button whose work is in the menu beside it too."""
        super().resizeEvent(event)
        self.exclude.setVisible(self.width() >= theme.px(ROOMY))

    def _fill_more(self, menu: QMenu) -> None:
        for words, work in (
            *((("Exclude…", self.exclude_party),) if self.exclude.isHidden() else ()),
            ("Copy as text", self.copy_text), ("Print…", self.print_alert),
            ("Save report…", lambda: self.desk.command("report.save")),
            ("Not classified", lambda: self._change(classification="unclassified")),
            ("History", lambda: self.desk.go("history", self._shown_key)), ("Delete", self.delete_alert),
        ):  # fmt: skip
            menu.addAction(words).triggered.connect(lambda *_, work=work: work())

    def _change(self, state: State | None = None, classification: Classification | None = None) -> None:
        if self.alert is not None:
            self.desk.change_alert(self.alert.id, state=state, classification=classification)

    def write_note(self) -> None:
        """The keyboard goes to the field of notes."""
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.reveal(self.remarks)

    def _write_note(self, words: str) -> None:
        if self.alert is not None:
            self.desk.write_note(self.alert.id, words)

    def _remove_note(self, number: int) -> None:
        self.desk.remove_note(number)

    def text(self) -> str:
        """The alert as plain text."""
        how = {id: f"{one.method}, {one.certainty}" for id, one in self.how.items()}
        return alert_text(self.alert, self.rows, how, self._notes, section(self._page, "What to do")) if self.alert else ""

    def _order(self) -> tuple[str, ...]:
        """Ids in the order of the list, newest first while none was shown."""
        order = self.desk.alert_order
        if self.alert is not None and self.alert.id in order:
            return order
        return tuple(one.id for one in sorted(self.desk.alerts, key=lambda one: (-one.finding.first, one.id)))

    def _step(self, step: int) -> None:
        order = self._order()
        place = order.index(self._shown_key) + step if self._shown_key in order else -1
        if 0 <= place < len(order):
            self.desk.go("alert", order[place])

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """The next piece of evidence."""
        self.evidence_part.move(1)

    def previous_row(self) -> None:
        """The piece of evidence before."""
        self.evidence.move(-1)

    def next_alert(self) -> None:
        """The next alert of the list."""
        self._step(1)

    def previous_alert(self) -> None:
        """The alert of the list before."""
        self._step(-1)

    def open_row(self) -> None:
        """The packet of the current piece."""
        self.evidence.open_current()

    def classify_true(self) -> None:
        """It was an attack."""
        self._change(classification="true positive")

    def classify_benign(self) -> None:
        """It happened, with leave."""
        self._change(classification="benign true positive")

    def classify_false(self) -> None:
        """It did not happen."""
        self._change(classification="false positive")

    def close_alert(self) -> None:
        """Done with it."""
        self._change(state="closed")

    def reopen_alert(self) -> None:
        """Not done with it."""
        self._change(state="open")

    def copy_text(self) -> None:
        """Put the alert as text on the clipboard."""
        if self.alert is not None:
            QGuiApplication.clipboard().setText(self.text())
            self.desk.tell(tr("The alert is on the clipboard as text."))

    def print_alert(self) -> None:
        """Ask for a printer, print the alert as text."""
        from app.ui.printing import print_text  # what prints loads slowly

        print_text(self.text(), self)

    def save_proof(self) -> None:
        """Ask where, write what proves the alert."""
        if self.alert is not None:
            name, _ = QFileDialog.getSaveFileName(
                self, "Save proof", f"{self.alert.detector}-{self.alert.id}.zip", "Proof (*.zip)"
            )
            if name:
                self.write_proof(Path(name))

    def write_proof(self, out: Path) -> None:
        """Write the packets and records of the alert as a zip that can be run again."""
        alert, session = self.alert, self.desk.session
        if alert is None or session is None:
            return
        self.desk.jobs.run(
            lambda: session.proof(alert.id, out), lambda _: self.desk.tell(f"Proof saved as {out.name}."), self.desk.refuse, self
        )

    def suppress_alert(self) -> None:
        """Silent until seven quiet days have passed."""
        self._change(state="suppressed")

    def subject(self) -> object:
        """The alert."""
        return self.alert

    def delete_alert(self) -> None:
        """Hide it for good; undo brings it back."""
        self._change(state="deleted")

    def exclude_party(self) -> None:
        """Say who of it is to be passed over."""
        if self.alert is not None and not self.alert.excluded:
            self.desk.go("exclusions", self.alert.id)


def _spans(alert: Alert, spans: tuple[CoverageSpan, ...]) -> list[CoverageSpan]:
    """What its detector could see while it happened, at its controllers, else at all."""
    finding = alert.finding
    during = [one for one in spans if one.detector == alert.detector and one.first <= finding.last and finding.first < one.last]
    named = {ref.key for ref in (*finding.domain_controllers, *finding.targets)}
    return ([one for one in during if one.controller.key in named] or during)[:MOST_SPANS]
