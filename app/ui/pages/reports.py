"""What can be written out of the case."""

from collections.abc import Iterator

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.exporting import ask
from app.ui.page import Column, Page, scrolled
from app.ui.reporting.rows import ReportRows
from app.ui.widgets.buttons import Button
from app.ui.widgets.marks import IconMark
from app.ui.widgets.offer import LONG, Offer
from app.ui.widgets.words import Line, PageHeading, Paragraph, SectionHeading

PARTS = (
    (
        "For people",
        (
            ("reports", "Report of the case", "Story, drawing, facts and evidence of every suspicious activity; notes; what "
             "could not be seen; what it rests on. One web page or PDF.", "report.save", ()),
            ("alerts", "Workbook of suspicious activities", "A summary and a sheet for each role: source computers and users, "
             "attacked accounts, destinations, activities, entities.", "Excel", ("case-xlsx",)),
            ("activities", "All activities", "Real dates, filters, a header that stays; as many sheets as it takes.",
             "Excel or CSV", ("xlsx", "csv")),
        ),
    ),
    (
        "For other programs",
        (
            ("log", "CEF and LEEF", "A line for each suspicious activity, for Sentinel, Splunk, ArcSight, QRadar.", "lines",
             ("cef", "leef")),
            ("alerts", "TheHive and MISP", "Alerts with what was observed, or one event of the case.", "alerts or event",
             ("thehive", "misp")),
            ("link", "STIX 2.1", "Sightings of techniques with what was observed, notes and incidents, for MISP, OpenCTI.",
             "STIX or TAXII", ("stix", "taxii")),
            ("coverage", "ATT&CK Navigator layer", "How often each technique was raised; in grey what could not have been seen.",
             "layer", ("navigator",)),
            ("clock", "Timesketch timeline", "Suspicious activities and activities as events.", "timeline", ("timesketch",)),
            ("graph", "BloodHound OpenGraph", "Entities and what passed between them.", "graph", ("opengraph",)),
            ("packet", "Packets", "The packets of all activities with a comment on each. Activities saves those of a filter.",
             "pcapng", ("pcapng",)),
            ("log", "JSON lines", "One object a line: activities with every detail, or suspicious activities.", "JSON lines",
             ("jsonl", "alerts-jsonl")),
        ),
    ),
)  # fmt: skip
"""(heading, rows of icon, title, sentence, action or words of the button, forms)."""


class ReportsPage(Page):
    """One row for each thing that can be written."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)

    def build(self) -> Iterator[None]:
        """The parts, one after the other."""
        desk = self.desk
        self.heading = PageHeading(tr("Reports"), "")
        self.buttons: dict[str, Button] = {}
        column = Column()
        column.add(self.heading)
        column.add(self._privacy())
        self.tables = ReportRows(desk)
        for place, (heading, rows) in enumerate(PARTS):
            yield
            column.add(self._part(heading, rows))
            if not place:
                column.add(self.tables)
        column.parts.addStretch(1)
        yield
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(column))
        self._show_privacy()
        desk.session_changed.connect(self.tables.another)

    def _part(self, heading: str, rows: tuple) -> QWidget:
        holder = QWidget()
        whole = QVBoxLayout(holder)
        whole.setContentsMargins(0, theme.px(8), 0, 0)
        whole.setSpacing(theme.px(10))
        whole.addWidget(SectionHeading(heading))
        for icon, title, sentence, words, forms in rows:
            whole.addWidget(Line())
            whole.addWidget(self._row(icon, title, sentence, self._button(title, words, forms)))
        return holder

    def _button(self, title: str, words: str, forms: tuple[str, ...]) -> Button:
        if not forms:
            button = Button(tr("Save report"), "reports", words, primary=True, on_click=lambda: self.desk.command(words))
            self.html = button
        else:
            button = Button(f"Save {words}", on_click=lambda: self.save(forms), tip=f"Save: {title}")
            self.buttons[forms[0]] = button
        return button

    def save(self, forms: tuple[str, ...]) -> None:
        """Ask where, write one of the forms."""
        session = self.desk.session
        if session is not None:
            name = "case" if session.is_temporary or session.private else session.path.stem
            ask(self.desk, self, forms, name)

    @staticmethod
    def _row(icon: str, title: str, sentence: str, button: QWidget) -> QWidget:
        button.setMinimumWidth(theme.px(152))
        return Offer(icon, title, sentence, button, LONG)

    def _privacy(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(IconMark("proof"))
        self.promise = Paragraph("", look="quiet")
        row.addWidget(self.promise, 1)
        tip = "Pseudonyms in the place of names, on screen and in what is saved"
        self.hide_names = Button(tr("Hide names"), tip=tip, on_click=lambda: self.desk.command("privacy"))
        row.addWidget(self.hide_names)
        return holder

    def _show_privacy(self) -> None:
        private = self.desk.private
        self.promise.say(
            "Names are pseudonyms, here and in everything that is saved; packets and proofs, which tell names, are not written."
            if private
            else "What is saved holds everything it shows: nothing is loaded from elsewhere when it is opened."
        )
        self.hide_names.say("Show names" if private else "Hide names")

    def refresh(self) -> None:
        """Say what a report would hold."""
        overview = self.desk.overview
        if overview is not None:
            alerts = wording.count(len(self.desk.alerts), "alert")
            found = wording.count(overview.activities, "activity", "activities")
            self.heading.sentence.say(f"This case holds {alerts} in {found} from {wording.count(len(overview.inputs), 'input')}.")
        self.tables.refresh()
        self._show_privacy()
