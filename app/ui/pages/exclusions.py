"""Who detectors pass over: the analyst's own exclusions and those that the program brings, each with its reason."""

import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.model.alert import Alert
from app.model.exclusion import Exclusion
from app.model.plain_file import text_of
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Crumb, Route
from app.ui.page import Page
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets import side_panel
from app.ui.widgets.buttons import Button
from app.ui.widgets.exclusion_panel import ExclusionPanel
from app.ui.widgets.words import PageHeading

PANEL = 490
"""Width of the panel."""
DAY = 86_400_000_000
LISTS = "Lists (*.csv *.json *.txt);;All files (*)"


def _off(row: Exclusion) -> bool:
    return not row.counts(time.time_ns() // 1000)


def _state(row: Exclusion) -> str:
    return "off" if not row.on else "ended" if _off(row) else "on"


COLUMNS = (
    Column("State", _state, 64, firm=True, dim=_off),
    Column("Kind", lambda row: wording.EXCLUSIONS[row.kind], 84, dim=_off, firm=True),
    Column("Who", lambda row: row.value, 170, "strong", dim=_off, stretch=True),
    Column("Detector", lambda row: "every detector" if row.detector == "*" else row.detector, 190, dim=_off),
    Column("Until", lambda row: wording.day(row.expires, year=True) if row.expires else "", 116, "quiet", narrow=False),
    Column("Reason", lambda row: row.reason, 260, "quiet", stretch=True),
    Column("By", lambda row: row.by, 90, "quiet", narrow=False),
)


class ExclusionsPage(Page):
    """Route key: ids of alerts, with commas, of which a party is to be excluded, "" for the list alone."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._alert, self._several = "", False
        self.switch = Button(tr("Switch on"), on_click=self._switch)
        self.remove = Button(tr("Remove"), "close", on_click=self.delete_alert)
        self.heading = PageHeading(tr("Exclusions"), "", (
            self.switch, self.remove, Button(tr("Import"), on_click=self._import), Button(tr("Export"), on_click=self._export),
            Button(tr("Add"), "plus", on_click=lambda: self._show_panel(())),
        ))  # fmt: skip
        self.table = Table(COLUMNS)
        self.table.setAccessibleName(tr("Exclusions"))
        self.table.chosen.connect(lambda _: self._enable())
        self.table.opened.connect(lambda _: self._switch())
        self.panel = ExclusionPanel()
        self.panel.wanted.connect(self._wanted)
        self.panel.closed.connect(self._hide_panel)
        self.panel.hide()
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(theme.space("margin"), theme.space("top"), theme.space("margin"), theme.px(8))
        head.addWidget(self.heading)
        self._list = QWidget()
        column = QVBoxLayout(self._list)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.table, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._list, 1)
        outer.addWidget(self.panel)
        self.setFocusProxy(self.table)
        desk.session_changed.connect(self._hide_panel)

    def crumbs(self) -> tuple[Crumb, ...]:
        """Alerts, then the exclusions."""
        return (Crumb("Alerts", Route("alerts")), Crumb("Exclusions"))

    def visit(self, route: Route) -> None:
        """With an alert in the route, the panel is filled from it."""
        super().visit(route)
        self._hide_panel()
        wanted = set(route.key.split(","))
        alerts = [one for one in (*self.desk.alerts, *self.desk.hidden) if one.id in wanted]
        if alerts:
            self._show_panel(alerts)

    def refresh(self) -> None:
        """Show what the desk holds."""
        rows = self.desk.exclusions
        now = time.time_ns() // 1000
        counting = sum(one.counts(now) for one in rows)
        hidden = sum(bool(one.excluded) for one in self.desk.hidden)
        said = wording.count(counting, "exclusion is on", "exclusions are on")
        kept = f", {wording.count(hidden, 'alert is', 'alerts are')} hidden" if hidden else ""
        self.heading.sentence.say(
            f"{said if counting else 'No exclusion is on'}{kept}. What comes with the program is off until you switch it on."
        )
        self.table.show_rows(rows, key=lambda one: one.id)
        if rows and self.table.current_row() is None:
            self.table.setCurrentIndex(self.table.model().index(0, 0))
        self._enable()

    def _enable(self) -> None:
        one = self.table.current_row()
        self.switch.setEnabled(one is not None)
        self.switch.say("Switch off" if one is not None and one.on else "Switch on")
        self.remove.setEnabled(one is not None and not one.shipped)

    def _switch(self) -> None:
        one = self.table.current_row()
        if one is not None:
            self.desk.switch_exclusions((one.id,), not one.on)

    def _show_panel(self, alerts: Sequence[Alert]) -> None:
        self._alert = alerts[0].id if len(alerts) == 1 else ""
        self._several = len(alerts) > 1
        self.panel.set_up(alerts, self.desk.veiled)
        self.panel.show()
        self._arrange()
        self.panel.begin()

    def _hide_panel(self) -> None:
        self.panel.hide()
        self._arrange()

    def _arrange(self) -> None:
        side_panel.arrange(self, self._list, self.panel, PANEL)

    def resizeEvent(self, event) -> None:
        """The panel takes all of a narrow page."""
        super().resizeEvent(event)
        self._arrange()

    def _wanted(self, detector: str, kind: str, value: str, reason: str, days: object) -> None:
        now = time.time_ns() // 1000
        expires = now + days * DAY if isinstance(days, int) else None
        self.desk.exclude(detector, kind, value, reason, expires)
        self._hide_panel()
        self.desk.tell(f"{wording.EXCLUSIONS[kind]} {wording.tidy(value, 80)} is excluded; alerts follow when detection is done.")
        if self._alert:
            self.desk.go("alert", self._alert)
        elif self._several:
            self.desk.go("alerts")

    def _import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Import exclusions", "", LISTS)
        if name:
            self.take_list(Path(name))

    def take_list(self, path: Path) -> None:
        """Add all that a file lists; what cannot be used is told with its line."""

        def told(number: int, refused: list[str]) -> None:
            words = f"{wording.count(number, 'exclusion is', 'exclusions are')} new or changed."
            more = f" {wording.count(len(refused), 'line')} cannot be used. {refused[0]}" if refused else ""
            self.desk.tell(words + more, bool(refused))

        self.ask("import", lambda: text_of(path), lambda text: self.desk.import_exclusions(text, told))

    def _export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export exclusions", "exclusions.csv", "CSV (*.csv);;JSON (*.json)")
        if name:
            self.write_list(Path(name))

    def write_list(self, out: Path) -> None:
        """Write all of them to a file whose suffix says the form."""
        session = self.desk.session
        form = "json" if out.suffix.lower() == ".json" else "csv"
        if session is not None:
            work = lambda: out.write_text(session.export_exclusions(form), encoding="utf-8")  # noqa: E731
            self.ask("export", work, lambda _: self.desk.tell(f"Exclusions saved as {out.name}."))

    def keyPressEvent(self, event) -> None:
        """Esc closes the panel."""
        if event.key() == Qt.Key.Key_Escape and not self.panel.isHidden():
            self._hide_panel()
        else:
            super().keyPressEvent(event)

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """The next exclusion."""
        self.table.move(1)

    def previous_row(self) -> None:
        """The exclusion before."""
        self.table.move(-1)

    def open_row(self) -> None:
        """On or off."""
        self._switch()

    def delete_alert(self) -> None:
        """Forget the exclusion."""
        one = self.table.current_row()
        if one is not None and not one.shipped:
            self.desk.remove_exclusions((one.id,))
