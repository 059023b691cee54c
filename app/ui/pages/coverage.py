"""What each detector could have seen in this evidence, and what it could not."""

from collections.abc import Iterable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.coverage import CoverageShare
from app.model.rows import Coverage
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.empty import Empty
from app.ui.widgets.glyphs import COVERAGE_STATES, Sign
from app.ui.widgets.words import PageHeading, Words

ORDER = {"blind": 0, "partial": 1, "learning": 2, "seen": 3}
MOST = 6
"""Controllers that have a column; the card beside the table names all."""
FIRST = (
    Column("", lambda row: f"coverage:{row.state}", 20, "sign", tip=lambda row: row.state),
    Column("Detector", lambda row: row.title, 300, "strong", stretch=True),
    Column("State", lambda row: row.state, 80, dim=lambda row: row.state == "seen"),
)
LAST = (Column("Reason", lambda row: row.reason, 260, "quiet", stretch=True),)
Shares = dict[tuple[str, str], CoverageShare]


def columns_of(controllers: dict[str, str], shares: Shares) -> tuple[Column, ...]:
    """Columns of the table: one for each controller between what is said of the whole and why. controllers: key to label."""
    made = []
    for key, label in list(controllers.items())[:MOST]:
        made.append(Column(
            label,
            lambda row, key=key: f"coverage:{shares[row.detector, key].state}" if (row.detector, key) in shares else "",
            min(120, 28 + 8 * len(label)), "sign",
            tip=lambda row, key=key: wording.sighted(shares[row.detector, key]) if (row.detector, key) in shares else "",
        ))  # fmt: skip
    return (*FIRST, *made, *LAST)


class CoveragePage(Page):
    """Route key: detector to choose."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._wanted = ""
        self.heading = PageHeading("Coverage", "")
        self.legend = QHBoxLayout()
        self.legend.setSpacing(theme.px(6))
        self._controllers: dict[str, str] = {}
        self._shares: Shares = {}
        self.table = self._make_table()
        self.nothing = Empty("Read some evidence first.", "Nothing to say yet")
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(theme.space("margin"), theme.space("top"), theme.space("margin"), theme.px(8))
        head.setSpacing(theme.px(12))
        head.addWidget(self.heading)
        head.addLayout(self.legend)
        head.addWidget(self.nothing)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.table, 1)
        self.nothing.hide()
        self.setFocusProxy(self.table)

    def visit(self, route: Route) -> None:
        """Choose the detector of the route."""
        self._wanted = route.key
        super().visit(route)

    def refresh(self) -> None:
        """Ask for all detectors."""
        session = self.desk.session
        if session is not None:
            queries = session.queries
            self.ask("coverage", lambda: (tuple(queries.coverage()), queries.coverage_shares()), self._show)

    def _make_table(self) -> Table:
        """The table with a column for each controller."""
        table = Table(columns_of(self._controllers, self._shares))
        table.setAccessibleName("Coverage")
        table.chosen.connect(lambda row: self.desk.inspect(row, True))
        table.opened.connect(lambda row: self.desk.inspect(row))
        return table

    def _show_shares(self, shares: Iterable[CoverageShare]) -> None:
        """Other shares; the table is made anew where other controllers are known."""
        rows = list(shares)
        self._shares.clear()
        self._shares.update({(one.detector, one.controller.key): one for one in rows})
        controllers = {one.controller.key: one.controller.label for one in rows}
        if controllers != self._controllers:
            self._controllers = controllers
            old, self.table = self.table, self._make_table()
            self._column.replaceWidget(old, self.table)
            self.setFocusProxy(self.table)
            old.hide()
            old.deleteLater()

    def _show(self, answer: tuple[tuple[Coverage, ...], tuple[CoverageShare, ...]]) -> None:
        found, shares = answer
        self._show_shares(shares)
        rows = sorted(found, key=lambda one: (ORDER.get(one.state, 9), one.title))
        counts = {state: sum(one.state == state for one in rows) for state in COVERAGE_STATES}
        blind = counts["blind"]
        said = (
            f"{blind} of {len(rows)} detectors were blind: what they look for would have left no trace here."
            if blind
            else f"All {len(rows)} detectors had at least part of what they look for."
        )
        self.heading.sentence.say(said if rows else "")
        while (item := self.legend.takeAt(0)) is not None:
            if item.widget():
                item.widget().hide()
                item.widget().deleteLater()
        for state in COVERAGE_STATES:
            if counts[state]:
                self.legend.addWidget(Sign(f"coverage:{state}"))
                self.legend.addWidget(Words(f"{state} {counts[state]}", "quiet", "quiet"))
                self.legend.addSpacing(theme.px(12))
        self.legend.addStretch(1)
        self.nothing.setVisible(not rows)
        self.table.setVisible(bool(rows))
        self.table.show_rows(rows, key=lambda row: row.detector)
        place = next((number for number, one in enumerate(rows) if one.detector == self._wanted), -1)
        if place < 0 and self.table.current_row() is None and rows:
            place = 0
        if place >= 0:
            self._wanted = ""
            self.table.setCurrentIndex(self.table.model().index(place, 0))

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """The next detector."""
        self.table.move(1)

    def previous_row(self) -> None:
        """The detector before."""
        self.table.move(-1)
