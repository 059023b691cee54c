"""Setting up one sensor: the form, what it would change, sending it, what became of it."""

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.sensor import SensorConfig, SensorReport, SensorRow
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.sensors import states
from app.ui.sensors.changes import NONE, Change, changes
from app.ui.sensors.config_form import ConfigForm
from app.ui.sensors.side import Side
from app.ui.widgets.marks import marked
from app.ui.widgets.words import Line, Paragraph, Words

CHECKED = (
    "The sensor checks it before it runs it. What cannot run is refused and the sensor goes on as before; what it still has to "
    "send is kept."
)


class ConfigPanel(Side):
    """Steps: form, difference, sent. It follows the reports of its sensor until the change is applied or refused."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._row: SensorRow | None = None
        self._was = self._wanted = SensorConfig()
        self.form: ConfigForm | None = None
        self.sent: SensorConfig | None = None
        self.lines: list[Change] = []
        self.outcome: str = ""

    @property
    def sensor(self) -> str | None:
        """Id of the sensor that is set up here."""
        return self._row.id if self._row is not None else None

    def set_up(self, row: SensorRow, config: SensorConfig | None) -> None:
        """Show the form. config: the newest one of the hub; None: there is none yet."""
        report = row.report
        kind = report.kind if report is not None else "standalone"
        self._row, self._was = row, config or SensorConfig(kind=kind)
        self.sent, self.outcome = None, ""
        self.form = ConfigForm(self._was, report.adapters if report is not None else ())
        self._show_form()

    def go_back_to(self, row: SensorRow, config: SensorConfig, newest: SensorConfig) -> None:
        """Show what an earlier configuration would change; it is sent as a new revision."""
        self._row, self._was, self.form = row, newest, None
        self.sent, self.outcome = None, ""
        self._show_difference(config)

    def _show_form(self) -> None:
        assert self._row is not None and self.form is not None
        self.put(
            f"{tr('Set up')} {states.name(self._row)}", self.form, ("See the changes", self._checked),
            ("Cancel", self.closed.emit), words=f"{states.below(self._row)[:1].upper()}{states.below(self._row)[1:]}.",
        )  # fmt: skip

    def _checked(self) -> None:
        if self.form is None:
            return
        wrong = self.form.problems()
        if wrong:
            self.refuse(wrong[0] if len(wrong) == 1 else f"{wrong[0]} {len(wrong) - 1} more below its field.")
            return
        self._show_difference(self.form.config())

    def _show_difference(self, config: SensorConfig) -> None:
        assert self._row is not None
        self._wanted = config
        self.lines = changes(self._was if self._was.revision else None, config)
        content = difference(self.lines)
        title = f"{tr('Changes of')} {states.name(self._row)}"
        back = (("Back", self._show_form_again),) if self.form is not None else ()
        if not self.lines:
            self.put(title, content, *(back or (("Close", self.closed.emit),)))
            return
        self.put(title, content, ("Send", lambda: self._send(config)), *back, ("Cancel", self.closed.emit), words=tr(CHECKED))

    def _show_form_again(self) -> None:
        """The form as it was left; its widgets went with the step before."""
        assert self._row is not None
        self.form = ConfigForm(self._wanted, self._row.report.adapters if self._row.report is not None else ())
        self._show_form()

    def _send(self, config: SensorConfig) -> None:
        session, row = self._desk.session, self._row
        if session is None or row is None:
            return
        wanted = replace(config, revision=self._was.revision)

        def done(sent: SensorConfig) -> None:
            if row is not self._row and (self._row is None or self._row.id != row.id):
                return
            self.sent, self._was = sent, sent
            self._desk.tell(f"Revision {sent.revision} was sent to {states.name(row)}.")
            self.follow(row.report)

        if self.first is not None:
            self.first.setEnabled(False)
        self._desk.jobs.run(
            lambda: session.configure_sensor(row.id, wanted),
            done,
            lambda error: self.refuse(error.partition(": ")[2] or error),
            self,
            keeps=True,
        )

    def follow(self, report: SensorReport | None) -> None:
        """Say what became of what was sent; called with every newer report."""
        sent, row = self.sent, self._row
        if sent is None or row is None:
            return
        if report is not None and report.refused == sent.revision and report.applied != sent.revision:
            outcome = f"refused: {report.refusal}"
        elif report is not None and report.applied >= sent.revision:
            outcome = "applied"
        else:
            outcome = "sent"
        if outcome == self.outcome:
            return
        self.outcome = outcome
        self._show_outcome(outcome, sent)

    def _show_outcome(self, outcome: str, sent: SensorConfig) -> None:
        assert self._row is not None
        name = states.name(self._row)
        if outcome == "applied":
            icon, role, words = "check", "good", f"{name} runs revision {sent.revision} now."
        elif outcome == "sent":
            icon, role = "clock", "accent"
            words = (
                f"Revision {sent.revision} lies on the hub. {name} has not taken it up yet; it does as soon as it hears of it."
            )
        else:
            icon, role = "close", "high"
            why = outcome.removeprefix("refused: ")
            words = f"{name} refused revision {sent.revision} and goes on as before. {why}"
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(16))
        column.addWidget(marked(icon, role, Paragraph(words)))
        column.addWidget(difference(self.lines))
        column.addStretch(1)
        title = f"{tr('Changes of')} {name}"
        if outcome in ("applied", "sent"):
            self.put(title, content, ("Close", self.closed.emit))
        else:
            self.put(title, content, ("Change it again", self._again), ("Close", self.closed.emit))

    def _again(self) -> None:
        """The form with what was refused, to be mended."""
        assert self._row is not None and self.sent is not None
        self.set_up(self._row, self.sent)


def difference(lines: Sequence[Change]) -> QWidget:
    """Each change: what it is about, what it was, what it will be."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.px(10))
    if not lines:
        column.addWidget(Paragraph(tr("Nothing would change."), look="quiet"))
    for place, one in enumerate(lines):
        if place:
            column.addWidget(Line())
        column.addWidget(Words(one.what, "quiet-strong", "quiet", wrap=True))
        if one.before != NONE:
            column.addWidget(marked("minus", "text-quiet", Paragraph(one.before, look="quiet")))
        if one.after != NONE:
            column.addWidget(marked("plus", "accent", Paragraph(one.after)))
    column.addStretch(1)
    holder.setAccessibleName("; ".join(str(one) for one in lines))
    holder.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return holder
