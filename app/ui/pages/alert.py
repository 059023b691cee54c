"""One alert: what happened, why it is said, what proves it, what to check."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QGridLayout, QMenu, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.model.alert import Alert, Classification, Link, State
from app.model.rows import ActivityRow
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.detector_page import section
from app.ui.navigation import Crumb, Route
from app.ui.page import Page, scrolled
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.alert_notes import NOTHING, About, Acts, Notices, Others
from app.ui.widgets.buttons import Button, LinkButton, MenuButton
from app.ui.widgets.chips import KeyHint
from app.ui.widgets.flow import flow
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.marks import marked
from app.ui.widgets.sentence import SentenceView
from app.ui.widgets.story_strip import StoryStrip
from app.ui.widgets.words import Line, PageHeading, Paragraph, SectionHeading, Words

MOST_EVIDENCE = 500
ATTACK = "https://attack.mitre.org/techniques/"
COLUMNS = (
    Column("Time", lambda row: wording.clock(row.at, True), 108, firm=True),
    Column("What", lambda row: row.what, 220, stretch=True),
    Column("Source", lambda row: row.origin, 122, "entity"),
    Column("Resolved", lambda row: row.resolved_by, 124, "quiet", narrow=False),
    Column("Target", lambda row: row.target, 100, "entity"),
    Column(
        "Result",
        lambda row: row.reason if row.result != "success" and row.reason else row.result,
        160,
        dim=lambda row: row.result != "success",
    ),
    Column("Input", lambda row: row.input_name, 120, "mono", cut="middle", narrow=False),
    Column("Place", lambda row: wording.number(row.frame) if row.frame is not None else "", 70, "number", firm=True),
)


class AlertPage(Page):
    """Route key: id of the alert."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.alert: Alert | None = None
        self._shown_key = ""
        self.sign = Sign("severity:low", 16)
        self.state = MenuButton("State", self._fill_state)
        self.classify = MenuButton("Classify", self._fill_classes)
        self.exclude = Button("Exclude…", on_click=self.exclude_party)
        report = Button("Save report", "reports", on_click=lambda: desk.command("report.save"))
        self.heading = PageHeading("", "", (self.state, self.classify, self.exclude, report), before=self.sign)
        self.heading.sentence.hide()
        self.line = QVBoxLayout()
        self.notices, self.acts = Notices(desk), Acts(desk)
        self.strip = StoryStrip(desk.follow)
        self.story = SentenceView((), desk.follow)
        self.why = QVBoxLayout()
        self.evidence = Table(COLUMNS)
        self.evidence.setAccessibleName("Evidence")
        self.evidence.fit_rows()
        self.evidence.chosen.connect(lambda row: self.desk.inspect(row, True))
        self.evidence.opened.connect(self._open_packet)
        self.evidence_heading = SectionHeading("Evidence", right=(KeyHint("Enter", "packet"), KeyHint("Space", "inspector")))
        self.other = Others(desk)
        self.check = QVBoxLayout()
        self.note = QPlainTextEdit()
        self.note.setPlaceholderText("Write what was found, for the report.")
        self.note.setFixedHeight(theme.px(72))
        self.note.setTabChangesFocus(True)
        self.note.setAccessibleName("Note")
        self.save_note = Button("Save note", on_click=self._save_note)
        self.save_note.setEnabled(False)
        self.note.textChanged.connect(self._note_changed)
        self._build()
        self.setFocusProxy(self.evidence)

    def _build(self) -> None:
        content = QWidget()
        content.setObjectName("page")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, theme.space("margin"))
        column.setSpacing(0)
        head = _padded(self.heading, top=theme.space("top"), bottom=theme.px(14))
        self.line.setContentsMargins(0, theme.px(4), 0, 0)
        head.layout().addLayout(self.line)
        head.layout().addWidget(self.notices)
        column.addWidget(head)
        self.band = QWidget()
        self.band.setObjectName("band")
        self.band.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QVBoxLayout(self.band)
        inner.setContentsMargins(theme.px(8), theme.px(8), theme.px(8), theme.px(8))
        inner.addWidget(self.strip)
        column.addWidget(self.band)
        column.addWidget(
            _padded(_two(_titled("What happened", self.story), _titled("Why", self.why)), top=theme.px(16), bottom=theme.px(16))
        )
        column.addWidget(_padded(self.evidence_heading, bottom=theme.px(2)))
        column.addWidget(self.evidence)
        column.addWidget(_padded(Line(), top=theme.px(16), bottom=theme.px(12)))
        column.addWidget(_padded(_two(_titled("What else", self.other), _titled("What to check", self.check))))
        note = QVBoxLayout()
        note.addWidget(self.note)
        note.addWidget(self.save_note, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(_padded(_two(_titled("Note", note), _titled("What was done", self.acts)), top=theme.px(20)))
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))

    def crumbs(self) -> tuple[Crumb, ...]:
        """Alerts, then its title."""
        return (Crumb("Alerts", Route("alerts")), Crumb(self.alert.title if self.alert else "…"))

    def refresh(self) -> None:
        """Ask for the alert, its evidence, the page of its detector."""
        session, key = self.desk.session, self.route.key
        if session is None:
            return

        def work() -> tuple[Alert | None, list[ActivityRow], str, About]:
            alert = session.queries.alert(key)
            if alert is None:
                return None, [], "", NOTHING
            by = next((one for one in session.exclusions() if one.id == alert.excluded), None)
            return (
                alert,
                list(session.queries.rows_of(alert.finding.evidence[:MOST_EVIDENCE])),
                session.detector_page(alert.detector),
                About(session.queries.incident(alert.id), by, session.covering(alert), session.history(alert.id)),
            )

        self.ask("alert", work, lambda value: self._show(*value))

    def _show(self, alert: Alert | None, rows: list[ActivityRow], page: str, about: About) -> None:
        if alert is None:
            self.desk.tell("This alert is no longer part of the case.", True)
            self.desk.go("alerts")
            return
        fresh = alert.id != self._shown_key
        changed = alert != self.alert
        self.alert, self._shown_key = alert, alert.id
        if changed:
            self._show_head(alert)
            self._show_words(alert, page)
        # The rest comes in a turn of its own, so that no single one is long.
        QTimer.singleShot(0, self, lambda: self._show_rest(alert, rows, fresh, about))

    def _show_rest(self, alert: Alert, rows: list[ActivityRow], fresh: bool, about: About) -> None:
        if alert is not self.alert:
            return
        self.notices.show_about(alert, about)
        self.acts.show_acts(about.acts, alert.id)
        self.other.show_near(alert)
        total = len(alert.finding.evidence)
        shown = (
            f"{wording.count(total, 'activity', 'activities')}"
            if total <= MOST_EVIDENCE
            else f"first {MOST_EVIDENCE} of {total:,} activities"
        )
        inputs = {row.input_name for row in rows}
        if len(inputs) == 1:
            shown += f" in {next(iter(inputs))}"
        self.evidence_heading.note.say(shown)
        self.evidence.leave_out(*(["Input"] if len(inputs) == 1 else []))
        self.evidence.show_rows(rows, key=lambda row: row.id)
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
        self.classify.say("Classify" if alert.classification == "unclassified" else wording.CLASSIFICATIONS[alert.classification])
        parts: list[QWidget] = [_quiet(f"{wording.period(finding.first, finding.last)} ·")]
        for technique in alert.techniques:
            link = LinkButton(technique, lambda technique=technique: _look_up(technique))
            link.setToolTip("Opens attack.mitre.org in the browser")
            parts += [link, _quiet("·")]
        outcome = {True: " · it succeeded", False: " · it was refused", None: ""}[finding.succeeded]
        parts.append(_quiet(f"{alert.phase} · external id {alert.external_id} · confidence {finding.confidence}{outcome}"))
        _empty(self.line)
        self.line.addWidget(flow(*parts))
        self.strip.show_steps(finding.steps)
        self.band.setVisible(bool(finding.steps))
        if self.note.toPlainText() != alert.note:
            self.note.setPlainText(alert.note)
        self.save_note.setEnabled(False)

    def _show_words(self, alert: Alert, page: str) -> None:
        story: list[Link] = []
        for sentence in alert.finding.story:
            story += [Link(" "), *sentence] if story else sentence
        self.story.say(tuple(story) or (Link("The detector tells no story; the evidence below speaks."),))
        _empty(self.why)
        for fact in sorted(alert.finding.facts, key=lambda one: one.against):
            view = SentenceView(fact.text, self.desk.follow, role="text-quiet" if fact.against else "text")
            self.why.addWidget(marked("close" if fact.against else "check", "text-quiet" if fact.against else "good", view))
        if not alert.finding.facts:
            self.why.addWidget(_quiet("No single fact is named."))
        self.why.addStretch(1)
        _empty(self.check)
        steps = section(page, "What to do")
        for step in steps:
            self.check.addWidget(marked("right", "text-quiet", Paragraph(step)))
        if not steps:
            self.check.addWidget(_quiet("The detector's page gives no steps."))
        self.check.addStretch(1)

    def _fill_state(self, menu: QMenu) -> None:
        self._fill(menu, wording.STATES, self.alert.state if self.alert else "", "state")

    def _fill_classes(self, menu: QMenu) -> None:
        self._fill(menu, wording.CLASSIFICATIONS, self.alert.classification if self.alert else "", "classification")

    def _fill(self, menu: QMenu, words: dict[str, str], now: str, field: str) -> None:
        for value, text in words.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(value == now)
            action.triggered.connect(lambda *_, value=value: self._change(**{field: value}))

    def _change(self, state: State | None = None, classification: Classification | None = None, note: str | None = None) -> None:
        if self.alert is not None:
            self.desk.change_alert(self.alert.id, state=state, classification=classification, note=note)

    def _note_changed(self) -> None:
        self.save_note.setEnabled(self.alert is not None and self.note.toPlainText() != self.alert.note)

    def _save_note(self) -> None:
        self._change(note=self.note.toPlainText()[:20_000])
        self.save_note.setEnabled(False)

    def _open_packet(self, row: ActivityRow) -> None:
        if self.desk.can_go("activities") and self.alert is not None:
            self.desk.go("activities", row.id, filter=f"alert:{self.alert.id}")

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """The next piece of evidence."""
        self.evidence.move(1)

    def previous_row(self) -> None:
        """The piece of evidence before."""
        self.evidence.move(-1)

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
        refused = lambda error: self.desk.tell(error.partition(": ")[2] or error, True)  # noqa: E731
        self.desk.jobs.run(
            lambda: session.proof(alert.id, out), lambda _: self.desk.tell(f"Proof saved as {out.name}."), refused, self
        )

    def suppress_alert(self) -> None:
        """Silent until seven quiet days have passed."""
        self._change(state="suppressed")

    def delete_alert(self) -> None:
        """Hide it for good; undo brings it back."""
        self._change(state="deleted")
        self.desk.tell("The alert is deleted; Ctrl+Z brings it back.")

    def exclude_party(self) -> None:
        """Say who of it is to be passed over."""
        if self.alert is not None and not self.alert.excluded:
            self.desk.go("exclusions", self.alert.id)


def _look_up(technique: str) -> None:
    QDesktopServices.openUrl(QUrl(ATTACK + technique.replace(".", "/") + "/"))


def _quiet(words: str) -> Words:
    return Words(words, look="quiet")


def _padded(widget: QWidget, top: int = 0, bottom: int = 0) -> QWidget:
    holder = QWidget()
    box = QVBoxLayout(holder)
    box.setContentsMargins(theme.space("margin"), top, theme.space("margin"), bottom)
    box.setSpacing(0)
    box.addWidget(widget)
    return holder


def _titled(title: str, content: QWidget | QVBoxLayout) -> QWidget:
    holder = QWidget()
    box = QVBoxLayout(holder)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(theme.px(4))
    box.addWidget(Words(title, "section"))
    if isinstance(content, QVBoxLayout):
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(theme.px(4))
        box.addLayout(content)
    else:
        box.addWidget(content)
        box.addStretch(1)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    holder.setSizePolicy(policy)
    return holder


def _two(left: QWidget, right: QWidget) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.px(40))
    grid.addWidget(left, 0, 0, Qt.AlignmentFlag.AlignTop)
    grid.addWidget(right, 0, 1, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(0, 11)
    grid.setColumnStretch(1, 13)
    return holder


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if item.widget():
            item.widget().hide()
            item.widget().deleteLater()
