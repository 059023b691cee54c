"""Sensors: how each one does, what it is set up to do, how others join; the one of this window first."""

from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.sensor import SensorConfig, SensorRow
from app.model.source import LiveSource
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.sensors import states
from app.ui.sensors.config_panel import ConfigPanel
from app.ui.sensors.detail import TABS, Detail
from app.ui.sensors.onboarding import AddPanel, JoinPanel, confirm
from app.ui.sensors.pulse import Pulse
from app.ui.sensors.sensor_table import SensorLine, SensorTable
from app.ui.sensors.side import Side
from app.ui.widgets import side_panel
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.words import Line, PageHeading

EVERY_MS = 2_000
"""Milliseconds between two looks while the page is on screen."""
PANEL = 440
JOIN, ADD = "join", "add"
PULSES = 512
"""Sensors of which rates are remembered."""
NO_HUB = (
    "Sensors on controllers and beside them send to a hub, from which this workspace takes what they saw. Without one, the "
    "sensor of this window works alone: its live sources are on the page Sources."
)
NO_SENSORS = "The hub is followed; no sensor was heard on it yet. Add one here, or with `wardlight hub add-sensor NAME`."


class SensorsPage(Page):
    """Route key: id of the chosen sensor, or "join" or "add"; view "tab": part of what is shown of it."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._rows: tuple[SensorRow, ...] = ()
        self._pulses: dict[str, Pulse] = {}
        self._followed = False
        self._may = True
        self._history_of: tuple[str, int] | None = None

    def build(self) -> Iterator[None]:
        """The table, what is shown of a sensor, the panels."""
        desk = self.desk
        self.join = Button(tr("Connect to a hub"), "link", on_click=self.join_hub)
        self.add = Button(tr("Add a sensor"), "plus", on_click=self.add_sensor)
        self.heading = PageHeading(tr("Sensors"), "", (self.join, self.add))
        self.table = SensorTable()
        self.table.chosen.connect(lambda line: self._choose(line.row.id))
        self.table.opened.connect(lambda _: self.configure_sensor())
        self.hint = Empty(tr(NO_HUB), tr("No hub is connected"), tr("Connect to a hub"), self.join_hub)
        self.none_yet = Empty(tr(NO_SENSORS), tr("No sensor yet"), tr("Add a sensor"), self.add_sensor)
        yield
        self.detail = Detail()
        self.detail.configure.connect(self.configure_sensor)
        self.detail.restart.connect(self.restart_sensor)
        self.detail.remove.connect(self.remove_sensor)
        self.detail.back_to.connect(self._back_to)
        self.detail.tab_changed.connect(self._tab_changed)
        self.detail.issue_asked.connect(lambda id: desk.go("health", id))
        yield
        self.left = QWidget()
        column = QVBoxLayout(self.left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._within(self.heading, "top", 14))
        column.addWidget(self.table)
        column.addWidget(self._within(self.hint, 4, 0))
        column.addWidget(self._within(self.none_yet, 4, 0))
        column.addWidget(Line())
        column.addWidget(self.detail, 1)
        yield
        self.panels: dict[str, Side] = {"set-up": ConfigPanel(desk)}
        yield
        self.panels |= {JOIN: JoinPanel(desk), ADD: AddPanel(desk), "ask": Side()}
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.left, 1)
        for panel in self.panels.values():
            panel.closed.connect(self.hide_panel)
            panel.hide()
            outer.addWidget(panel)
        self.setting, self.joining, self.adding = (self.panels[word] for word in ("set-up", JOIN, ADD))
        assert isinstance(self.joining, JoinPanel) and isinstance(self.setting, ConfigPanel)
        self.joining.joined.connect(self._joined)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.refresh)
        desk.bridge.sources_changed.connect(self._heard)
        desk.session_changed.connect(self._forget)
        self.setFocusProxy(self.table)
        self.hint.hide()
        self.none_yet.hide()
        self.detail.hide()

    @staticmethod
    def _within(part: QWidget, above: int | str, below: int) -> QWidget:
        holder = QWidget()
        box = QVBoxLayout(holder)
        top = theme.space(above) if isinstance(above, str) else theme.px(above)
        box.setContentsMargins(theme.space("margin"), top, theme.space("margin"), theme.px(below))
        box.addWidget(part)
        return holder

    def visit(self, route: Route) -> None:
        """Show the sensor of the route, or the panel that it names."""
        panel = route.key if route.key in (JOIN, ADD) else ""
        self.route = Route(self.name, "" if panel else route.key, route.view)
        self.detail.tabs.choose(route.option("tab") or TABS[0][0])
        self.refresh()
        if panel == JOIN:
            self.join_hub()
        elif panel == ADD:
            self.add_sensor()

    def help(self) -> tuple[str, str]:
        """The document about sensors, where there is one."""
        return "synchronizer" if self.detail.tabs.current == "history" else "window", "Sensors"

    def showEvent(self, event) -> None:
        """Look now and then while it is on screen."""
        super().showEvent(event)
        if self.desk.session is not None:
            self._timer.start()

    def hideEvent(self, event) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    def refresh(self) -> None:
        """Reports by query."""
        session = self.desk.session
        if session is None:
            self._show((), False, True)
            return

        def work() -> tuple[tuple[SensorRow, ...], bool, bool]:
            return session.sensor_rows(), session.hub is not None, session.may_change_sensors()

        self.ask("sensors", work, lambda found: self._show(*found))

    def _heard(self) -> None:
        if self.isVisible():
            self.refresh()

    def _forget(self) -> None:
        self._pulses.clear()
        self._history_of = self.detail.row = None
        self.hide_panel()

    # ---- what is so

    def _show(self, rows: tuple[SensorRow, ...], followed: bool, may: bool) -> None:
        self._rows, self._followed, self._may = rows, followed, may
        for row in rows[:PULSES]:
            if row.report is not None:
                self._pulses.setdefault(row.id, Pulse()).add(row.report)
        for gone in self._pulses.keys() - {row.id for row in rows}:
            del self._pulses[gone]
        lines = [SensorLine(row, self._pulses[row.id].latest if row.id in self._pulses else None) for row in rows]
        self.table.show_lines(lines)
        self.table.setVisible(bool(rows))
        others = [one for one in rows if one.id != states.EMBEDDED]
        self._say(bool(others))
        self._shown(self.hint, not followed and not others)
        self._shown(self.none_yet, followed and not others)
        self.join.setVisible(not followed and bool(others))
        self.add.setVisible(bool(others))
        self.add.setEnabled(may)
        if rows:
            self.detail.now.make_strips()
            if not self.table.choose(self.route.key):
                self.table.choose(rows[0].id)
        self._show_chosen()

    @staticmethod
    def _shown(part: QWidget, on: bool) -> None:
        holder = part.parentWidget()
        part.setVisible(on)
        if holder is not None:
            holder.setVisible(on)

    def _say(self, others: bool) -> None:
        if others:
            self.heading.sentence.say(states.sentence(self._rows))
        elif self.desk.session is None:
            self.heading.sentence.say(tr("Open or make a case first; sensors send into one."))
        else:
            self.heading.sentence.say(tr("What sees the traffic and the logs, here and on other computers."))

    def _chosen(self) -> SensorRow | None:
        line = self.table.current_row()
        return line.row if line is not None else None

    def _choose(self, id: str) -> None:
        if id != self.route.key:
            self.route = Route(self.name, id, self.route.view)
            self._history_of = None
        self._show_chosen()

    def _show_chosen(self) -> None:
        row = self._chosen()
        self.detail.setVisible(row is not None)
        if row is None:
            return
        self.detail.show_row(row, self._pulses.get(row.id), self._may and not self.desk.private)
        setting = self.setting
        if isinstance(setting, ConfigPanel) and setting.sensor is not None:
            of = next((one for one in self._rows if one.id == setting.sensor), None)
            setting.follow(of.report if of is not None else None)
        self._ask_health(row.id)
        self._ask_history(row)

    def _ask_health(self, id: str) -> None:
        session = self.desk.session
        if session is not None:
            self.ask("health", lambda: session.health_of(id), lambda issues: self.detail.show_health(id, issues))

    def _ask_history(self, row: SensorRow) -> None:
        """Only when it is looked at, and again when the sensor runs another revision: it is asked over the network."""
        session, report = self.desk.session, row.report
        mark = (row.id, max(report.applied, report.refused) if report is not None else 0)
        if session is None or row.id == states.EMBEDDED or self.detail.tabs.current != "history" or self._history_of == mark:
            return
        self._history_of = mark

        def work() -> tuple[SensorConfig, ...] | None:
            try:
                return session.sensor_history(row.id)
            except OSError:
                return None

        self.ask("history", work, lambda history: self.detail.show_history(row.id, history))

    def _tab_changed(self, tab: str) -> None:
        self.route = Route(self.name, self.route.key, (("tab", tab),))
        row = self._chosen()
        if row is not None and tab == "history":
            self._history_of = None
            self._ask_history(row)

    # ---- panels

    def _open(self, word: str) -> None:
        for name, panel in self.panels.items():
            panel.setVisible(name == word)
        self._arrange()

    def hide_panel(self) -> None:
        """Only the list."""
        had_focus = any(panel.isAncestorOf(self.focusWidget()) for panel in self.panels.values() if self.focusWidget())
        for panel in self.panels.values():
            panel.hide()
        if isinstance(self.setting, ConfigPanel):
            self.setting.sent = None
        self._arrange()
        if had_focus:
            self.table.setFocus()

    def _arrange(self) -> None:
        shown = next((one for one in self.panels.values() if not one.isHidden()), self.setting)
        side_panel.arrange(self, self.left, shown, PANEL)

    def resizeEvent(self, event) -> None:
        """The panel takes all of a narrow page."""
        super().resizeEvent(event)
        self._arrange()

    def _joined(self, spec: LiveSource) -> None:
        self.desk.keep_specs(tuple(dict.fromkeys((*self.desk.specs, spec))))
        self.desk.bridge.start_source(spec, self.desk.settings.sensitivity, lambda error: self.desk.tell(error, True))
        self.hide_panel()
        self.desk.tell("The hub is followed from now on.")
        self.refresh()

    def _back_to(self, id: str, config: SensorConfig) -> None:
        row, session = self._chosen(), self.desk.session
        if row is None or row.id != id or session is None:
            return

        def shown(history: tuple[SensorConfig, ...]) -> None:
            chosen = self._chosen()
            if isinstance(self.setting, ConfigPanel) and history and chosen is not None and chosen.id == id:
                self._open("set-up")
                self.setting.go_back_to(row, config, history[0])

        self._run(lambda: session.sensor_history(row.id), shown)

    def _run(self, work: Callable[[], Any], done: Callable[[Any], object]) -> None:
        self.desk.jobs.run(work, done, self.desk.refuse, self)

    # ---- commands of app.ui.actions

    def join_hub(self) -> None:
        """Ask for the line of a hub."""
        if self.desk.session is None:
            self.desk.command("sensor.join")
            return
        if isinstance(self.joining, JoinPanel):
            self._open(JOIN)
            self.joining.ask()

    def add_sensor(self) -> None:
        """Ask for the name of a new sensor."""
        if not self._followed and not any(one.id for one in self._rows):
            self.join_hub()
        elif isinstance(self.adding, AddPanel) and self._may:
            self._open(ADD)
            self.adding.ask()

    def configure_sensor(self) -> None:
        """Show the form of the chosen sensor, filled with its newest configuration."""
        row, session = self._chosen(), self.desk.session
        if row is None or session is None:
            return
        if row.id == states.EMBEDDED:
            self.desk.go("sources")
            return
        if self.desk.private:
            self.desk.tell("In privacy mode sensors are not set up: names that are shown are not theirs.", True)
            return
        if not self._may:
            self.desk.tell("Only an administrator of the workspace changes sensors.", True)
            return

        def shown(history: tuple[SensorConfig, ...]) -> None:
            if isinstance(self.setting, ConfigPanel):
                self._open("set-up")
                newest = history[0] if history else row.report.config if row.report is not None else None
                kind = session.kinds.get(row.id)
                self.setting.set_up(row, newest or (SensorConfig(kind=kind) if kind else None))

        self._run(lambda: session.sensor_history(row.id), shown)

    def restart_sensor(self) -> None:
        """Ask the chosen sensor to begin again."""
        row, session = self._chosen(), self.desk.session
        if row is None or session is None or row.id == states.EMBEDDED or not self._may:
            return
        name = states.name(row)
        self._run(lambda: session.restart_sensor(row.id), lambda _: self.desk.tell(f"{name} begins again."))

    def remove_sensor(self) -> None:
        """Ask before the chosen sensor's key is taken away."""
        row, session = self._chosen(), self.desk.session
        if row is None or session is None or row.id == states.EMBEDDED or not self._may:
            return
        panel, name = self.panels["ask"], states.name(row)

        def removed(command: str) -> None:
            if command:
                self.desk.tell(f"It is no longer listed. Take its key away on the hub's computer: {command}")
            else:
                self.desk.tell(f"{name} is removed: its key opens nothing any more.")
            self.hide_panel()
            self.refresh()

        def act() -> None:
            refused = lambda error: panel.refuse(error.partition(": ")[2] or error)  # noqa: E731
            self.desk.jobs.run(lambda: session.remove_sensor(row.id), removed, refused, self, keeps=True)

        self._open("ask")
        confirm(
            panel, f"{tr('Remove')} {name}",
            f"{name} can no longer send: its key is taken away. What it sent stays in the workspace. To have it back it needs a "
            "new key.", "Remove", act,
        )  # fmt: skip

    def next_row(self) -> None:
        """The next sensor."""
        self.table.move(1)

    def previous_row(self) -> None:
        """The sensor before."""
        self.table.move(-1)

    def open_row(self) -> None:
        """Set the chosen one up."""
        self.configure_sensor()
