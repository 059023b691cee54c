"""What can be written out of the case."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.page import Column, Page, scrolled
from app.ui.widgets.buttons import Button
from app.ui.widgets.marks import IconMark, IconTile
from app.ui.widgets.words import Line, PageHeading, Paragraph, Words


class ReportsPage(Page):
    """One row for each thing that can be written."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.heading = PageHeading("Reports", "")
        self.html = Button("Save report", "reports", "report.save", primary=True, on_click=lambda: desk.command("report.save"))
        rows = (
            (
                "reports",
                "Report of the case",
                "Alerts with their story, their facts, their evidence; what could not be seen. One web page or PDF.",
                self.html,
            ),
            (
                "activities",
                "All activities",
                "One JSON object a line, in order of time, for other programs.",
                Button("Save activities", on_click=lambda: desk.command("activities.save")),
            ),
        )
        column = Column()
        column.add(self.heading)
        for icon, title, sentence, button in rows:
            column.add(Line())
            holder = QWidget()
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(theme.px(16))
            row.addWidget(IconTile(icon))
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(Words(title, "strong"))
            words.addWidget(Paragraph(sentence, look="quiet"))
            row.addLayout(words, 1)
            row.addWidget(button)
            column.add(holder)
        column.add(Line())
        promise = QWidget()
        row = QHBoxLayout(promise)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(IconMark("proof"))
        row.addWidget(
            Paragraph("A report holds everything it shows: nothing is loaded from elsewhere when it is opened.", look="quiet"), 1
        )
        column.add(promise)
        column.parts.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(column))

    def refresh(self) -> None:
        """Say what a report would hold."""
        overview = self.desk.overview
        if overview is not None:
            alerts = wording.count(len(self.desk.alerts), "alert")
            found = wording.count(overview.activities, "activity", "activities")
            self.heading.sentence.say(f"This case holds {alerts} in {found} from {wording.count(len(overview.inputs), 'input')}.")
