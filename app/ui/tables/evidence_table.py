"""The activities on which an alert rests: how each name is known and how surely, sorted by any column, at first a few of many."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.entity import Resolution
from app.model.filter import term
from app.model.rows import ActivityRow
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.value_menu import entity_term, typed_time
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.chips import KeyHint
from app.ui.widgets.words import SectionHeading

AT_FIRST = 12
RESOLVED = "Resolved by"


class EvidenceTable(QWidget):
    """chosen(ActivityRow or None), opened(ActivityRow); proved(id): the activity that proves a name is asked for."""

    chosen = Signal(object)
    opened = Signal(object)
    proved = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[ActivityRow] = ()
        self.how: Mapping[str, Resolution] = {}
        self._whole = False
        self.table = Table(self._columns())
        self.table.setAccessibleName(tr("Evidence"))
        self.table.fit_rows()
        self.table.chosen.connect(self.chosen)
        self.table.opened.connect(self.opened)
        self.table.clicked.connect(self._prove)
        self.table.sort_asked.connect(lambda *_: self._show())
        self.heading = SectionHeading(tr("Evidence"), right=(KeyHint("Enter", "packet"), KeyHint("Space", "inspector")))
        self.every = LinkButton("", self.show_every)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        for one in (self.heading, self.table, self.every):
            inside = one if one is self.table else _padded(one)
            column.addWidget(inside)
        self.setFocusProxy(self.table)

    def _columns(self) -> tuple[Column, ...]:
        def result(row: ActivityRow) -> str:
            return row.reason if row.result != "success" and row.reason else row.result

        def tip(row: ActivityRow) -> str:
            found = self.how.get(row.id)
            return f"{self.resolved(row)}\nClick for what proves it" if found and found.proof else self.resolved(row)

        def place(row: ActivityRow) -> str:
            return wording.number(row.frame) if row.frame is not None else ""

        return (
            Column("Time", lambda row: wording.clock(row.at, True), 108, firm=True, sort="time", key="hour",
                   term=lambda row: f"time:{typed_time(row.at)}"),
            Column("What", lambda row: row.what, 250, stretch=True, sort="what", key="kind",
                   term=lambda row: term("kind", row.kind)),
            Column("Source", lambda row: row.origin, 122, "entity", sort="source", key="from",
                   term=lambda row: entity_term("from", row.origin)),
            Column(RESOLVED, self.resolved, 130, "quiet", narrow=False, sort="resolved", tip=tip),
            Column("Target", lambda row: row.target, 100, "entity", sort="target", key="to",
                   term=lambda row: entity_term("to", row.target)),
            Column("Result", result, 140, dim=lambda row: row.result != "success", sort="result", key="result",
                   term=lambda row: f"result:{row.result}"),
            Column("Input", lambda row: row.input_name, 120, "mono", cut="middle", narrow=False, sort="input", key="input",
                   term=lambda row: term("input", row.input)),
            Column("Place", place, 70, "number", firm=True, sort="place"),
        )  # fmt: skip

    def show_evidence(self, rows: Sequence[ActivityRow], how: Mapping[str, Resolution], total: int, fresh: bool) -> None:
        """Show other activities. total: how many there are; fresh: of another alert, so that few are shown again."""
        self.rows, self.how = rows, how
        self._whole = self._whole and not fresh
        told = wording.count(total, "activity", "activities")
        shown = told if total <= len(rows) else f"first {len(rows):,} of {told}"
        inputs = {row.input_name for row in rows}
        self.heading.note.say(f"{shown} in {next(iter(inputs))}" if len(inputs) == 1 else shown)
        self.table.leave_out(*(["Input"] if len(inputs) == 1 else []))
        self._show()

    def show_every(self) -> None:
        """All that are known."""
        self._whole = True
        self._show()

    def choose(self, id: str) -> None:
        """Make an activity the current row, when it is among them."""
        if not self._whole and any(row.id == id for row in self.rows[AT_FIRST:]):
            self.show_every()
        place = next((place for place, row in enumerate(self.table.rows_model().rows) if row.id == id), -1)
        if place >= 0:
            self.table.setCurrentIndex(self.table.model().index(place, 0))

    def move(self, step: int) -> None:
        """To the next or the previous row; beyond the last of those that are shown come all."""
        if step > 0 and not self._whole and self.table.currentIndex().row() == self.table.model().rowCount() - 1:
            self.show_every()
        self.table.move(step)

    def resolved(self, row: ActivityRow) -> str:
        """How the name of the source is known, and how surely."""
        found = self.how.get(row.id)
        return f"{found.certainty}, {found.method}" if found is not None else row.resolved_by

    def _prove(self, index: QModelIndex) -> None:
        row = self.table.rows_model().row(index.row())
        found = self.how.get(row.id) if row is not None else None
        if self.table.columns[index.column()].title == RESOLVED and found is not None and found.proof:
            self.proved.emit(found.proof)

    def _show(self) -> None:
        key, descending = self.table.sorted_by
        rows = sorted(self.rows, key=_WAYS.get(key, self.resolved), reverse=descending) if key else list(self.rows)
        cut = not self._whole and len(rows) > AT_FIRST + 3
        self.every.say(f"Show all {len(rows):,}")
        self.every.setVisible(cut)
        self.table.show_rows(rows[:AT_FIRST] if cut else rows, key=lambda row: row.id)
        if rows and self.table.current_row() is None:  # so that Enter opens the packet at once; nobody chose it, nothing follows
            blocked = self.table.blockSignals(True)
            self.table.setCurrentIndex(self.table.model().index(0, 0))
            self.table.blockSignals(blocked)


_WAYS: dict[str, Callable[[ActivityRow], object]] = {
    "time": lambda row: row.at,
    "what": lambda row: row.what,
    "source": lambda row: row.origin.label if row.origin else "",
    "target": lambda row: row.target.label if row.target else "",
    "result": lambda row: (row.result, row.reason),
    "input": lambda row: row.input_name,
    "place": lambda row: row.frame or 0,
}
"""How rows are sorted by the key of a column."""


def _padded(widget: QWidget) -> QWidget:
    holder = QWidget()
    box = QVBoxLayout(holder)
    box.setContentsMargins(theme.space("margin"), 0, theme.space("margin"), 0)
    box.addWidget(widget, 0, *((Qt.AlignmentFlag.AlignLeft,) if isinstance(widget, LinkButton) else ()))
    return holder
