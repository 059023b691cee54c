"""All suspicious activities: when, how bad, who did what; filtered, opened, classified."""

from typing import get_args

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.model.alert import RANK, Alert, Classification, Phase, State
from app.ui import theme, wording
from app.ui.context_menu import fill
from app.ui.desk import Desk
from app.ui.page import Page
from app.ui.plots.buckets import counted
from app.ui.plots.histogram import HistogramView
from app.ui.tables.alert_list import ITEM, AlertList
from app.ui.widgets.buttons import Button, MenuButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.words import Line, PageHeading

SEVERITIES = {"low": "low-fill", "medium": "medium-fill", "high": "high-fill"}
MOST_BUCKETS = 120


class AlertsPage(Page):
    """Filters are kept while the case is open; an empty choice means all."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._chosen: dict[str, set[str]] = {"state": {"open"}, "severity": set(), "phase": set(), "detector": set()}
        self._span: tuple[int, int] | None = None
        self.menus = {key: MenuButton("", lambda menu, key=key: self._fill(menu, key)) for key in self._chosen}
        self.exclusions = Button("Exclusions", on_click=lambda: desk.go("exclusions"))
        self.heading = PageHeading("Alerts", "", (*self.menus.values(), self.exclusions))
        self.chart = HistogramView(SEVERITIES, 78, label="Alerts over time")
        self.chart.brushed.connect(self._brushed)
        self.list = AlertList()
        self.list.chosen.connect(lambda alert: self.desk.inspect(alert, True))
        self.list.opened.connect(lambda alert: self.desk.go("alert", alert.id))
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._drop)
        self.nothing = Empty("", "", "Show all", self._show_all)
        top = QWidget()
        head = QVBoxLayout(top)
        margin = theme.space("margin")
        head.setContentsMargins(margin, theme.space("top"), margin, theme.px(8))
        head.setSpacing(theme.px(10))
        head.addWidget(self.heading)
        head.addWidget(self.chart)
        self._below = QWidget()
        below = QVBoxLayout(self._below)
        below.setContentsMargins(margin, theme.px(16), margin, 0)
        below.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(Line())
        column.addWidget(self.list, 1)
        column.addWidget(self._below, 1)
        self.setFocusProxy(self.list)
        desk.session_changed.connect(self._forget)

    def refresh(self) -> None:
        """Filter what the desk holds."""
        states = self._chosen["state"]
        hidden = [one for one in self.desk.hidden if wording.state(one) in states]
        alerts = (*self.desk.alerts, *hidden)
        matching = [one for one in alerts if self._matches(one)]
        shown = [one for one in matching if self._span is None or self._span[0] <= one.finding.first < self._span[1]]
        said = wording.alerts_sentence(shown, len(shown), len(alerts))
        apart = len(self.desk.hidden) - len(hidden)
        self.heading.sentence.say(f"{said} {apart:,} deleted or excluded." if apart else said)
        counting = sum(one.on for one in self.desk.exclusions)
        self.exclusions.say(f"Exclusions: {counting}" if counting else "Exclusions")
        for key, button in self.menus.items():
            chosen = self._chosen[key]
            button.say(
                f"{key.capitalize()}: {next(iter(chosen))}"
                if len(chosen) == 1
                else f"{key.capitalize()}{f': {len(chosen)}' if chosen else ''}"
            )
        overview = self.desk.overview
        first = min(
            [one.finding.first for one in alerts] + ([overview.first] if overview and overview.first is not None else []),
            default=0,
        )
        last = max(
            [one.finding.first for one in alerts] + ([overview.last] if overview and overview.last is not None else []), default=0
        )
        pairs = [(one.finding.first, one.severity) for one in matching]
        self.chart.show_data(counted(pairs, SEVERITIES, first, last, MOST_BUCKETS) if matching else None)
        self.chart.setVisible(bool(matching))
        self.list.setVisible(bool(shown))
        self._below.setVisible(not shown)
        if not shown:
            self._say_nothing(len(self.desk.alerts) + len(self.desk.hidden))
        self.list.show_alerts(shown)
        if not shown:
            self.desk.inspect(None, True)

    def _say_nothing(self, total: int) -> None:
        if total:
            self.nothing.heading.say("No alert matches these filters")
            self.nothing.sentence.say(f"{wording.count(total, 'alert')} in this case.")
        else:
            self.nothing.heading.say("Nothing suspicious was found")
            self.nothing.sentence.say("The coverage page says what could not have been seen in this evidence.")
        self.nothing.heading.show()
        self.nothing.link.say("Show all" if total else "Coverage")

    def _matches(self, alert: Alert) -> bool:
        value = {"state": wording.state(alert), "severity": alert.severity, "phase": alert.phase, "detector": alert.detector}
        return all(not chosen or value[key] in chosen for key, chosen in self._chosen.items())

    def _fill(self, menu: QMenu, key: str) -> None:
        choices = {
            "state": [*get_args(State), wording.EXCLUDED],
            "severity": sorted(RANK, key=lambda one: -RANK[one]),
            "phase": list(get_args(Phase)),
            "detector": sorted({one.detector for one in self.desk.alerts}),
        }[key]
        for one in choices:
            action = menu.addAction(wording.tidy(one, 60).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(one in self._chosen[key])
            action.triggered.connect(lambda *_, word=one: self._toggle(key, word))
        menu.addSeparator()
        menu.addAction("All").triggered.connect(lambda *_: self._toggle(key, ""))

    def _toggle(self, key: str, word: str) -> None:
        self._chosen[key] = self._chosen[key] ^ {word} if word else set()
        self.refresh()

    def _show_all(self) -> None:
        if not self.desk.alerts and not self.desk.hidden:
            self.desk.go("coverage")
            return
        self._chosen = {key: set() for key in self._chosen}
        self._span = None
        self.chart.set_brush(None)
        self.refresh()

    def _brushed(self, start: int, end: int) -> None:
        self._span = (start, end) if end else None
        self.refresh()

    def _forget(self) -> None:
        self._chosen = {key: {"open"} if key == "state" else set() for key in self._chosen}
        self._span = None
        self.chart.set_brush(None)

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """The next alert."""
        self.list.move(1)

    def previous_row(self) -> None:
        """The alert before."""
        self.list.move(-1)

    def open_row(self) -> None:
        """The page of the current alert."""
        self.list.open_current()

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

    def suppress_alert(self) -> None:
        """Silent until seven quiet days have passed."""
        self._change(state="suppressed")

    def delete_alert(self) -> None:
        """Hide it for good; undo brings it back."""
        self._change(state="deleted")
        self.desk.tell("The alert is deleted; Ctrl+Z brings it back.")

    def exclude_party(self) -> None:
        """Say who of it is to be passed over."""
        alert = self.list.current()
        if alert is not None and not alert.excluded:
            self.desk.go("exclusions", alert.id)

    def _drop(self, at: QPoint) -> None:
        """What can be done with the alert under the pointer."""
        alert = self.list.indexAt(at).data(ITEM)
        if not isinstance(alert, Alert):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill(menu, self.desk, "alert")
        menu.popup(self.list.viewport().mapToGlobal(at))

    def _change(self, state: State | None = None, classification: Classification | None = None) -> None:
        alert = self.list.current()
        if alert is not None:
            self.desk.change_alert(alert.id, state=state, classification=classification)

    def keyPressEvent(self, event) -> None:
        """Esc clears the span."""
        if event.key() == Qt.Key.Key_Escape and self._span is not None:
            self.chart.clear_brush()
        else:
            super().keyPressEvent(event)
