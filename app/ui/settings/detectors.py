"""Every detector in a table, one beside it, what its settings would change, before they are saved."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.alert import RANK, Alert
from app.model.detection import DetectorRow, WhatIf
from app.model.tuning import Tuning
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.jobs import Job, Stop
from app.ui.settings import draft
from app.ui.settings.detector_panel import DetectorPanel
from app.ui.settings.section import Drafting, Item, Segments
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets import side_panel
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.fields import Check
from app.ui.widgets.flow import flow
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Elided, Line, PageHeading, Words

PANEL = 430
MOST_LISTED = 200
LEVELS = (("low", "Low"), ("medium", "Medium"), ("high", "High"))


class Detectors(Drafting):
    """Changes are a draft until they are saved; undo brings back what was saved before."""

    word, title, icon = "detectors", "Detectors", "sensor"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rows: tuple[DetectorRow, ...] = ()
        self.kept, self.draft = Tuning(), Tuning()
        self._wanted, self._sorted = "", ("title", False)
        self._jobs: list[Job] = []
        self._trial: Job | None = None
        self._stop = Stop()
        self.level = Segments(tr("Sensitivity of this case"), LEVELS, "medium")
        self.level.chosen.connect(lambda word: self._set(draft.with_sensitivity(self.draft, word)))
        self.test_mode = Check(tr("Test mode"), "all at high, none waits to learn")
        self.test_mode.clicked.connect(lambda on: self._set(draft.with_test_mode(self.draft, on)))
        self.heading = PageHeading(tr("Detectors"), "")
        self.table = Table(self._columns())
        self.table.sorted_by = self._sorted
        self.table.setAccessibleName(tr("Detectors"))
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(self._open)
        self.table.sort_asked.connect(self._sort)
        self.panel = DetectorPanel(desk, self._ask_page)
        self.panel.changed.connect(self._set)
        self.panel.typed.connect(self._show_draft)
        self.panel.closed.connect(self._close_panel)
        self.nothing = Empty(
            tr("Detectors are set for each case. Open evidence or a case, then every detector stands here with its thresholds."),
            "No case is open", "Open evidence", lambda: desk.command("open.files"),
        )  # fmt: skip
        self._build()

    def _build(self) -> None:
        self.said = Elided("", "strong")
        self.try_out = Button(tr("What would change"), on_click=self._try_out)
        self.discard = Button(tr("Discard"), on_click=lambda: self._set(self.kept, anew=True))
        self.save = Button(tr("Save"), primary=True, on_click=self._save)
        self.result = Elided("", role="text-quiet")
        self.found = TwoLineList(self._follow, scrolls=True, pad=theme.space("margin"))
        self.found.setAccessibleName(tr("Alerts that would appear, vanish or change"))
        margin = theme.space("margin")
        self.band = QWidget()
        self.band.setObjectName("band")
        self.band.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = QVBoxLayout(self.band)
        inside.setContentsMargins(0, theme.px(10), 0, theme.px(10))
        inside.setSpacing(theme.px(6))
        line = QHBoxLayout()
        line.setContentsMargins(margin, 0, margin, 0)
        line.setSpacing(theme.space("related"))
        line.addWidget(self.said, 1)
        copy = Button("", "link", bare=True, tip="Copy as command", on_click=lambda: self.desk.command("copy.command"))
        for one in (copy, self.try_out, self.discard, self.save):
            line.addWidget(one)
        inside.addLayout(line)
        below = QHBoxLayout()
        below.setContentsMargins(margin, 0, margin, 0)
        below.addWidget(self.result)
        inside.addLayout(below)
        inside.addWidget(self.found)
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(margin, theme.space("top"), margin, theme.px(8))
        head.setSpacing(theme.px(6))
        head.addWidget(self.heading)
        head.addWidget(flow(Words(tr("Sensitivity"), look="quiet"), self.level, self.test_mode, gap=16, down=6))
        self._list = QWidget()
        column = QVBoxLayout(self._list)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(Line())
        column.addWidget(self.table, 1)
        self._both = QWidget()
        sides = QHBoxLayout(self._both)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(0)
        sides.addWidget(self._list, 1)
        sides.addWidget(self.panel)
        self.panel.hide()
        self._without = QWidget()
        empty = QVBoxLayout(self._without)
        empty.setContentsMargins(margin, theme.space("top"), margin, 0)
        empty.addWidget(self.nothing)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._both, 1)
        outer.addWidget(self._without, 1)
        outer.addWidget(self.band)
        self._show()

    def _columns(self) -> tuple[Column, ...]:
        off = lambda row: row.id in self.draft.off  # noqa: E731
        return (
            Column("Detector", lambda row: row.title, 250, "text", stretch=True, dim=off, sort="title",
                   tip=lambda row: f"{row.title}\n{row.id}"),
            Column("Id", lambda row: str(row.external_id or ""), 58, "number", dim=off, sort="external_id", firm=True,
                   spare=True),
            Column("Phase", lambda row: row.phase, 150, "quiet", sort="phase", narrow=False),
            Column("Severity", lambda row: wording.SEVERITIES[row.severity], 76, "quiet", sort="severity", firm=True),
            Column("Sensitivity", self._level, 110, "text", dim=off, sort="level", firm=True),
            Column("Learning", lambda row: self._learns(row), 130, "quiet", narrow=False),
            Column("Own", self._own, 70, "quiet", sort="own", spare=True),
        )  # fmt: skip

    def _level(self, row: DetectorRow) -> str:
        if row.id in self.draft.off:
            return "Off"
        return self.draft.level(row.id).capitalize() + (
            " (own)" if row.id in self.draft.levels and not self.draft.test_mode else ""
        )

    def _learns(self, row: DetectorRow) -> str:
        if not row.learning:
            return ""
        return "does not wait" if not self.draft.learns(row.id) else f"{row.maturity:.0%} of {wording.span(row.learning)}"

    def _own(self, row: DetectorRow) -> str:
        number = sum(one.key in self.draft.values for one in row.thresholds)
        return wording.count(number, "number") if number else ""

    # ---- the section

    def items(self) -> Sequence[Item]:
        """Every detector and each of its thresholds."""
        return [
            Item("Sensitivity of this case", "Of every detector without a level of its own.", "", "sensitivity level"),
            Item("Test mode", "Every detector at high sensitivity; none waits to learn.", "", "test mode learning"),
            *(Item(one.title, f"{one.id}, external id {one.external_id}, {one.phase}", one.id, _more(one)) for one in self.rows),
        ]

    def refresh(self) -> None:
        """Ask how the detectors are set; a draft stays."""
        session = self.desk.session
        if session is None or not self.desk.is_open:
            self.rows = ()
            self._show()
            return
        self._jobs.append(
            self.desk.jobs.run(
                lambda: (session.queries.detectors(), session.tuning()), lambda got: self._arrived(*got), owner=self
            )
        )

    def show_item(self, key: str) -> None:
        """Open one detector."""
        self._wanted = key
        self._choose_wanted()
        self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def leave(self) -> None:
        """Nothing is awaited any more; the draft stays."""
        for one in (*self._jobs, *((self._trial,) if self._trial else ())):
            one.cancel()
        self._jobs.clear()
        self._trial = None

    def _arrived(self, rows: tuple[DetectorRow, ...], kept: Tuning) -> None:
        fresh, before = not self.rows, self.kept
        untouched = self.draft == self.kept or fresh
        self.rows, self.kept = rows, kept
        if untouched:
            self.draft = kept
        self._show(anew=fresh or (untouched and kept != before))  # who types in the form is not disturbed by every summary
        self._choose_wanted()
        if fresh:
            self.items_changed.emit()

    def _choose_wanted(self) -> None:
        place = next((number for number, one in enumerate(self.table.rows_model().rows) if one.id == self._wanted), None)
        if place is not None:
            self._wanted = ""
            self.table.setCurrentIndex(self.table.model().index(place, 0))
            self._open(self.table.current_row())

    def _show(self, anew: bool = True) -> None:
        there = bool(self.rows)
        self._both.setVisible(there)
        self._without.setVisible(not there)
        on = sum(one.id not in self.draft.off for one in self.rows)
        self.heading.sentence.say(f"{wording.count(len(self.rows), 'detector')}, {on} on. What is set here holds for this case.")
        self.level.show_value("high" if self.draft.test_mode else self.draft.sensitivity)
        self.level.setEnabled(not self.draft.test_mode)
        self.test_mode.setChecked(self.draft.test_mode)
        self.table.show_rows(self._in_order(), key=lambda one: one.id)
        if there and self.table.current_row() is None:
            self.table.setCurrentIndex(self.table.model().index(0, 0))
        one = self.table.current_row()
        if anew and one is not None and not self.panel.isHidden():
            self.panel.show_detector(one, self.draft)
        self._show_draft()

    def _show_draft(self) -> None:
        said = draft.summary(self.kept, self.draft, self.rows) if self.rows else ""
        wrong = self.panel.problems() if said and not self.panel.isHidden() else []
        self.band.setVisible(bool(said))
        self.said.say(said)
        self.save.setEnabled(not wrong)
        self.try_out.setEnabled(not wrong)
        if not said:
            self._forget_trial()

    def _forget_trial(self) -> None:
        if self._trial is not None:
            self._trial.cancel()
            self._stop.set()
            self._trial = None
        self.result.hide()
        self.found.hide()
        self.try_out.say(tr("What would change"))

    def _set(self, tuning: Tuning, anew: bool = False) -> None:
        """Another draft."""
        self.draft = tuning
        self._forget_trial()
        self._show(anew=anew or self.sender() is not self.panel)

    # ---- the table

    def _in_order(self) -> list[DetectorRow]:
        key, descending = self._sorted
        orders = {
            "title": lambda one: one.title.lower(), "external_id": lambda one: one.external_id, "phase": lambda one: one.phase,
            "severity": lambda one: RANK[one.severity], "level": lambda one: self._level(one),
            "own": lambda one: draft.is_own(self.draft, one.id),
        }  # fmt: skip
        return sorted(self.rows, key=orders[key], reverse=descending) if key else list(self.rows)

    def _sort(self, key: str, descending: bool) -> None:
        self._sorted = (key, descending)
        self.table.show_rows(self._in_order(), key=lambda one: one.id)

    def _chosen(self, row: DetectorRow) -> None:
        if not self.panel.isHidden() and row is not None and (self.panel.row is None or self.panel.row.id != row.id):
            self.panel.show_detector(row, self.draft)

    def _open(self, row: DetectorRow | None) -> None:
        if row is not None:
            self.panel.show()
            self.panel.show_detector(row, self.draft)
            self._arrange()

    def _close_panel(self) -> None:
        self.panel.hide()
        self._arrange()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        side_panel.arrange(self, self._list, self.panel, PANEL)

    def _ask_page(self, detector: str) -> None:
        session = self.desk.session
        if session is not None:
            self._jobs.append(
                self.desk.jobs.run(lambda: session.detector_page(detector), lambda page: self._page(detector, page), owner=self)
            )

    def _page(self, detector: str, page: str) -> None:
        if self.panel.row is not None and self.panel.row.id == detector:
            self.panel.show_page(page)

    # ---- what would change, saving

    def _try_out(self) -> None:
        session, wanted = self.desk.session, self.draft
        if self._trial is not None:
            self._forget_trial()
            return
        if session is not None:
            self.result.show()
            self.result.say(tr("Detecting with these settings; nothing is kept…"))
            self.try_out.say(tr("Stop"))
            self._stop = stop = Stop()
            self._trial = self.desk.jobs.run(lambda: session.what_if(wanted, stop.is_set), self._told, self._failed, self)

    def _failed(self, error: str) -> None:
        self._forget_trial()
        self.desk.refuse(error)

    def _told(self, found: WhatIf) -> None:
        self._trial = None
        self.try_out.say(tr("What would change"))
        self.result.say(draft.outcome(found))
        rows = [
            *(_line(one, "appears") for one in _gravest(found.appear)),
            *(_line(one, "vanishes") for one in _gravest(found.vanish)),
            *(_line(one.after, f"was {one.before.severity}") for one in found.changed),
        ][:MOST_LISTED]
        self.found.show_rows(rows)
        self.found.setVisible(bool(rows))
        self.found.setFixedHeight(min(len(rows), 4) * theme.space("row-two-line") + 2)

    def _follow(self, target: object) -> None:
        if isinstance(target, Alert):
            self.desk.inspect(target)

    def _save(self) -> None:
        if self.draft != self.kept:
            self.kept = self.draft
            self.desk.set_tuning(self.draft)
            self._show(anew=True)

    def resizeEvent(self, event) -> None:
        """The panel takes all of a narrow page."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event) -> None:
        """Esc closes the panel."""
        if event.key() == Qt.Key.Key_Escape and not self.panel.isHidden():
            self._close_panel()
        else:
            super().keyPressEvent(event)


def _more(row: DetectorRow) -> str:
    return " ".join((*row.techniques, *(one.words for one in row.thresholds)))


def _line(alert: Alert, what: str) -> TwoLines:
    text = alert.finding.story[0] if alert.finding.story else wording.period(alert.finding.first, alert.finding.last)
    return TwoLines(f"severity:{alert.severity}", alert.title, text, what, target=alert)


def _gravest(alerts: Sequence[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda one: (-RANK[one.severity], one.finding.first, one.id))
