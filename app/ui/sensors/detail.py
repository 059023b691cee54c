"""Everything about the chosen sensor: live picture, sources, controllers, health, its configurations."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.model.health import HealthIssue
from app.model.sensor import SensorConfig, SensorRow
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.entity.tabs import TabStrip
from app.ui.page import scrolled
from app.ui.sensors import states
from app.ui.sensors.detail_tables import CONTROLLERS, REVISIONS, SOURCES, plain_table, two_line_table
from app.ui.sensors.now_view import NowView
from app.ui.sensors.pulse import Pulse
from app.ui.sensors.revisions import Revision, revisions
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Elided, Paragraph

TABS = (
    ("now", "Now"),
    ("sources", "Sources"),
    ("controllers", "Controllers"),
    ("health", "Health"),
    ("history", "Configuration"),
)
NO_SOURCES = "Its sources appear here, each with its state and its losses. Set the sensor up to give it some."
OWN_SOURCES = "Live sources of this window appear here. The page Sources starts them."
NO_REPORT = "Its figures appear here when it was heard for the first time."
NO_CONTROLLERS = "Controllers whose traffic it should see appear here with their last packet. Name them in its configuration."
NO_ISSUES = "Nothing is wrong with it now. What goes wrong appears here, and goes when it is mended."
NO_HISTORY = "Configurations that were sent to it appear here: who, when, what changed, whether it runs. It has none yet."
NO_HUB = "The history lies on the hub, which cannot be reached now."


class Detail(QWidget):
    """What can be done is told by signals: the page does it."""

    configure = Signal()
    restart = Signal()
    remove = Signal()
    back_to = Signal(str, object)
    """Id of the sensor, which of its configurations."""
    tab_changed = Signal(str)
    issue_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.row: SensorRow | None = None
        self.name = Elided("", "section", cut=Qt.TextElideMode.ElideMiddle)
        self.name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_up = Button(tr("Set up"), "settings", on_click=self.configure.emit)
        self.again = Button(tr("Restart"), "restart", on_click=self.restart.emit)
        self.away = Button(tr("Remove"), "close", on_click=self.remove.emit)
        head = QHBoxLayout()
        head.setContentsMargins(theme.space("margin"), theme.px(12), theme.space("margin"), 0)
        head.setSpacing(theme.space("related"))
        head.addWidget(self.name, 1)
        for one in (self.set_up, self.again, self.away):
            head.addWidget(one)
        self.why = Paragraph("", look="quiet")
        said = QVBoxLayout()
        said.setContentsMargins(theme.space("margin"), 0, theme.space("margin"), 0)
        said.addWidget(self.why)
        self.tabs = TabStrip([(word, tr(words)) for word, words in TABS], tr("Parts"))
        strip = QVBoxLayout()
        strip.setContentsMargins(theme.space("margin"), theme.px(4), theme.space("margin"), 0)
        strip.addWidget(self.tabs)
        self.now = NowView()
        self.sources = two_line_table(SOURCES, tr("Sources of the sensor"))
        self.controllers = plain_table(CONTROLLERS, tr("Controllers of the sensor"))
        self.issues = TwoLineList(lambda id: self.issue_asked.emit(str(id)))
        self.issues.setAccessibleName(tr("Health of the sensor"))
        self.history = two_line_table(REVISIONS, tr("Configurations of the sensor"))
        self.back = Button(tr("Go back to this one"), "back", on_click=self._back)
        self.history.chosen.connect(lambda _: self._offer_back())
        self.nothing = Paragraph("", look="quiet")
        self._parts: dict[str, QWidget] = {
            "now": self.now, "sources": self.sources, "controllers": self.controllers, "health": self.issues,
            "history": self.history,
        }  # fmt: skip
        self._empty: dict[str, str] = {}
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, theme.px(14), 0, theme.space("margin"))
        self._column.setSpacing(theme.px(10))
        for word, part in self._parts.items():
            self._column.addWidget(self._within(part) if word in ("now", "health") else part)
        self._column.addWidget(self._within(self.back))
        self._column.addWidget(self._within(self.nothing))
        self._column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(said)
        column.addLayout(strip)
        column.addWidget(scrolled(content), 1)
        self.tabs.changed.connect(self._turned)
        self._arrange()

    def _within(self, part: QWidget) -> QWidget:
        """A part that does not reach from edge to edge."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(theme.space("margin"), 0, theme.space("margin"), 0)
        row.addWidget(part)
        if isinstance(part, Button):
            row.addStretch(1)
        return holder

    def show_row(self, row: SensorRow, pulse: Pulse | None, may: bool) -> None:
        """Another sensor, or news of the same one. may: whoever sits here may change sensors."""
        if self.row is None or self.row.id != row.id:
            self._forget()
        self.row = row
        report, own = row.report, row.id == states.EMBEDDED
        self.name.say(states.name(row))
        why = states.why(row)
        self.why.say(f"{row.status[:1].upper()}{row.status[1:]}. {why}".strip() if why else f"{states.below(row)}.")
        for one in (self.set_up, self.again, self.away):
            one.setVisible(not own)
            one.setEnabled(may)
        self.now.show_now(report, pulse, own, states.is_fresh(row))
        sources = report.sources if report is not None else ()
        self._fill(self.sources, sources, lambda one: one.id)
        sights = report.controllers if report is not None else ()
        self._fill(self.controllers, sights, lambda one: one.fqdn)
        self._empty["now"] = OWN_SOURCES if own and row.status == "stopped" else "" if report is not None else NO_REPORT
        self._empty["sources"] = "" if sources else OWN_SOURCES if own else NO_SOURCES
        self._empty["controllers"] = "" if sights else NO_CONTROLLERS
        self.tabs.count("sources", len(sources) or None)
        self.tabs.count("controllers", len(sights) or None)
        self.tabs.offer("controllers", not own)
        self.tabs.offer("history", not own)
        self._arrange()

    def _forget(self) -> None:
        """What was asked of the sensor before is nothing of the one that is shown now."""
        self._fill(self.history, (), lambda one: one.config.revision)
        self.issues.show_rows([])
        self.tabs.count("health", None)
        self._empty["history"] = self._empty["health"] = ""

    def show_health(self, id: str, issues: Sequence[HealthIssue]) -> None:
        """Open health alerts of a sensor; nothing happens when another one is shown by now."""
        if self.row is None or self.row.id != id:
            return
        self.issues.show_rows(
            [
                TwoLines(f"severity:{one.severity}", one.title, f"{one.what} {one.advice}".strip(), "", target=one.id)
                for one in issues
            ]
        )
        self._empty["health"] = "" if issues else NO_ISSUES
        self.tabs.count("health", len(issues) or None)
        self._arrange()

    def show_history(self, id: str, history: Sequence[SensorConfig] | None) -> None:
        """The configurations of a sensor, newest first; None: they cannot be had now. Nothing when another one is shown now."""
        if self.row is None or self.row.id != id:
            return
        report = self.row.report
        rows = revisions(history, report) if history else []
        self._fill(self.history, rows, lambda one: one.config.revision)
        self._empty["history"] = "" if rows else NO_HUB if history is None else NO_HISTORY
        self._offer_back()
        self._arrange()

    @staticmethod
    def _fill(table: Table, rows: Sequence[object], key) -> None:
        if list(rows) != table.rows_model().rows:
            table.show_rows(list(rows), key=key)

    def _turned(self, name: str) -> None:
        self._arrange()
        self.tab_changed.emit(name)

    def _arrange(self) -> None:
        current = self.tabs.current
        empty = self._empty.get(current, "")
        for word, part in self._parts.items():
            shown = word == current and not empty
            part.setVisible(shown)
            holder = part.parentWidget()
            if word in ("now", "health") and holder is not None:
                holder.setVisible(shown)
        self.nothing.say(empty)
        holder = self.nothing.parentWidget()
        if holder is not None:
            holder.setVisible(bool(empty))
        self._offer_back()

    def _offer_back(self) -> None:
        revision = self.history.current_row()
        holder = self.back.parentWidget()
        there = self.tabs.current == "history" and isinstance(revision, Revision) and revision.state in ("earlier", "refused")
        self.back.setEnabled(there and self.set_up.isEnabled())
        if holder is not None:
            holder.setVisible(self.tabs.current == "history" and bool(self.history.rows_model().rows))

    def _back(self) -> None:
        revision = self.history.current_row()
        if isinstance(revision, Revision) and self.row is not None:
            self.back_to.emit(self.row.id, revision.config)
