"""What each detector could have seen in this evidence, by controller and time, and what it could not."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.model.coverage import CoverageSpan
from app.model.entity import EntityRef
from app.model.rows import Coverage
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.tables.coverage_strips import Cell, Grid, StripRow, grid
from app.ui.tables.coverage_table import WIDE, CoverageTable
from app.ui.widgets.buttons import Button
from app.ui.widgets.chips import KeyHint
from app.ui.widgets.coverage_cards import CellShown
from app.ui.widgets.empty import Empty
from app.ui.widgets.emptying import emptied
from app.ui.widgets.flow import flow, whole
from app.ui.widgets.glyphs import COVERAGE_STATES, Sign
from app.ui.widgets.head_row import HeadRow
from app.ui.widgets.words import PageHeading, Words

BESIDE = 330
"""Pixels of the design that the other columns take at least."""
Known = tuple[tuple[CoverageSpan, ...], Grid, int]
"""What a grid was made from, the grid, the number of detectors."""
Answer = tuple[tuple[Coverage, ...], Grid, Known]


class CoveragePage(Page):
    """Route key: detector to choose. View: controllers, the number of the first one that is shown."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._wanted, self._from = "", 0
        self._grid = Grid((), {}, 0, 1, {})
        self._known: Known | None = None
        self.report = Button(tr("Save as report"), "reports", on_click=lambda: desk.command("report.save"))
        self.heading = PageHeading(tr("Coverage"), "", (self.report,))
        states = flow(gap=18, down=4)
        self.legend = states.layout()
        self.others = Button("", on_click=self._choose_controllers, menu=True, tip="Other domain controllers")
        self.table = CoverageTable(self._grid, ())
        self.nothing = Empty(tr("Read some evidence first."), "Nothing to say yet")
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(theme.space("margin"), theme.space("top"), theme.space("margin"), theme.px(8))
        head.setSpacing(theme.px(12))
        head.addWidget(self.heading)
        line = HeadRow(whole(states), enough=260)  # the states are whole before the controls stand beside them
        line.addWidget(self.others)
        line.addWidget(KeyHint("←"))
        line.addWidget(KeyHint("→", "cell"))
        head.addLayout(line)
        head.addWidget(self.nothing)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.table, 1)
        self.nothing.hide()
        self.others.hide()
        self.setFocusProxy(self.table)

    def visit(self, route: Route) -> None:
        """Choose the detector of the route."""
        self._wanted = route.key
        start = route.option("controllers")
        self._from = int(start) if start.isdigit() else 0
        super().visit(route)

    def refresh(self) -> None:
        """Ask for all detectors, hour by hour."""
        session = self.desk.session
        if session is not None:
            queries, known = session.queries, self._known

            def work() -> Answer:
                spans, detectors = queries.coverage_spans(), queries.detectors()
                same = known is not None and known[0] == spans and known[1].rows and len(detectors) == known[2]
                made = known[1] if known is not None and same else grid(spans, detectors)
                return queries.coverage(), made, (spans, made, len(detectors))

            self.ask("coverage", work, self._show)

    def resizeEvent(self, event) -> None:
        """As many controllers as there is room for."""
        super().resizeEvent(event)
        if self._grid.rows and len(self._shown()) != len(self.table.shown):
            self._lay_out()

    def _shown(self) -> list[str]:
        room = max(1, (self.width() - theme.px(BESIDE)) // theme.px(WIDE + 12))
        keys = list(self._grid.controllers)
        first = min(self._from, max(0, len(keys) - room))
        return keys[first : first + room]

    def _lay_out(self) -> None:
        """The table anew, with the controllers that are shown."""
        old, before = self.table, self.table.current_row()
        shown = self._shown()
        self.table = CoverageTable(self._grid, shown)
        self.table.picked.connect(self._picked)
        self.table.opened.connect(lambda row: row.detector and self.desk.go("alerts", detector=row.detector))
        self._column.replaceWidget(old, self.table)
        self.setFocusProxy(self.table)
        focus = old.hasFocus()
        old.hide()
        old.deleteLater()
        self.table.show_rows(self._grid.rows)
        wanted = self._wanted or (before.detector if before is not None else "")
        self._choose(wanted)
        if focus:
            self.table.setFocus()
        keys = list(self._grid.controllers)
        self.others.setVisible(len(keys) > len(shown))
        if shown and len(keys) > len(shown):
            first = keys.index(shown[0]) + 1
            self.others.say(f"Controllers {first} to {first + len(shown) - 1} of {len(keys)}")

    def _choose(self, detector: str) -> None:
        """Make a detector current, the first one when there is no such."""
        rows = self._grid.rows
        place = next((n for n, one in enumerate(rows) if one.detector and one.detector == detector), -1)
        if place < 0:
            place = next((n for n, one in enumerate(rows) if one.detector), -1)
        if place >= 0:
            self.table.setCurrentIndex(self.table.model().index(place, 0))

    def _choose_controllers(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, label in enumerate(self._grid.controllers.values()):
            menu.addAction(wording.tidy(label, 60)).triggered.connect(lambda *_, number=number: self._start_at(number))
        menu.popup(self.others.mapToGlobal(QPoint(0, self.others.height())))

    def _start_at(self, number: int) -> None:
        self._from = number
        self.route = Route(self.name, self.route.key, (("controllers", str(number)),) if number else ())
        self._lay_out()

    def _show(self, answer: Answer) -> None:
        found, made, self._known = answer
        blind = sum(one.state == "blind" for one in found)
        step = "hour by hour" if made.step == 1 else f"in steps of {wording.span(made.step * wording.HOUR)}"
        if made.rows:
            lacking = f"{blind} of {len(found)} were blind throughout" if blind else "none was blind throughout"
            self.heading.sentence.say(f"What each detector had to see, {step}; {lacking}.")
        else:
            self.heading.sentence.say(
                "No domain controller was seen, so there is nothing to tell by controller." if found else ""
            )
        self._show_legend(made)
        self.nothing.setVisible(not made.rows)
        self.table.setVisible(bool(made.rows))
        if made is not self._grid or not self.table.shown:
            self._grid = made
            self._lay_out()
        elif self._wanted:
            self._choose(self._wanted)
        self._wanted = ""

    def _show_legend(self, made: Grid) -> None:
        emptied(self.legend)
        states = [one for one in COVERAGE_STATES if made.minutes.get(one)]
        for state, share in zip(states, wording.percentages([made.minutes[one] for one in states]), strict=True):
            told = QWidget()
            row = QHBoxLayout(told)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(theme.px(6))
            row.addWidget(Sign(f"coverage:{state}"))
            row.addWidget(Words(f"{state} {share}", "quiet", "quiet"))
            self.legend.addWidget(told)

    def _picked(self, row: StripRow, controller: str, cell: Cell) -> None:
        place = row.strips[controller].index(cell)
        others = [one for one in self._grid.rows if one.detector and controller in one.strips]
        blind = sum(one.strips[controller][place].state == "blind" for one in others)
        ref = cell.spans[0].controller if cell.spans else EntityRef("controller", controller, self._grid.controllers[controller])
        self.desk.inspect(
            CellShown(row.detector, row.title, ref, cell.state, cell.first, cell.last, cell.spans, blind, len(others)), True
        )  # fmt: skip

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """The next detector."""
        self.table.move(1)

    def previous_row(self) -> None:
        """The detector before."""
        self.table.move(-1)

    def open_row(self) -> None:
        """The alerts of the detector."""
        self.table.open_current()
