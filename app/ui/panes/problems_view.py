"""Every problem of the evidence and of jobs: what, how often, where first, of which input; with the way to it."""

from typing import NamedTuple

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.model.filter import quoted
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.search_field import SearchField

MOST = 2000
"""Rows that are listed; the filter looks at all."""
MOST_INPUTS_WORDS = 300


class ProblemLine(NamedTuple):
    """One row. key, name: of the input, key "" for a job and a live source."""

    key: str
    name: str
    what: str
    where: str
    count: int
    kind: str = "input"

    @property
    def place(self) -> int:
        """Number of the first frame or record, 0 for none."""
        word, _, number = self.where.partition(" ")
        return int(number) if word in ("frame", "record") and number.isdecimal() and len(number) < 16 else 0


COLUMNS = (
    Column("", lambda line: "problem", 16, "sign", tip=lambda line: "Problem of the evidence", firm=True),
    Column("Input", lambda line: line.name, 190, "mono", cut="middle", sort="name"),
    Column("What", lambda line: line.what, 220, stretch=True, sort="what", kept=True),
    Column("Where first", lambda line: line.where, 150, "quiet"),
    Column("Count", lambda line: wording.number(line.count), 88, "number", sort="count", firm=True),
)


class ProblemsView(QWidget):
    """told(words): what the heading over it says."""

    told = Signal(str)

    def __init__(self, desk: Desk, margin: int | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._sort = ("count", True)
        self._lines: list[ProblemLine] = []
        self.search = SearchField(tr("Filter problems"))
        self.search.setFixedWidth(theme.px(200))
        self.copy = Button(tr("Copy all"), on_click=self._copy, bare=True)
        self.table = Table(COLUMNS, margin=margin, lends=True)
        self.table.setAccessibleName(tr("Problems"))
        self.table.sorted_by = self._sort
        self.table.sort_asked.connect(self._sorted)
        self.table.opened.connect(self.open_line)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._drop)
        self.nothing = Empty("", "", "Show all", self._show_all)
        self._holder = QWidget()
        box = QVBoxLayout(self._holder)
        box.setContentsMargins(theme.space("margin") if margin is None else margin, theme.px(4), theme.px(16), 0)
        box.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        column.addWidget(self._holder, 1)
        self.setFocusProxy(self.table)
        self.search.paused.connect(self.refresh)
        desk.summary_changed.connect(self.refresh)
        desk.session_changed.connect(self.refresh)
        desk.jobs.log.changed.connect(self._jobs_changed)
        desk.bridge.sources_changed.connect(self.refresh)
        self._failed = 0
        self.refresh()

    def buttons(self) -> tuple[QWidget, ...]:
        """What stands in the heading."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.search)
        row.addWidget(self.copy)
        return (holder,)

    def showEvent(self, event) -> None:
        """What changed while nobody looked."""
        super().showEvent(event)
        self.refresh()

    def show_filter(self, text: str) -> None:
        """Show the problems that match a text."""
        if self.search.text() != text:
            self.search.setText(text)
        self.refresh()

    def refresh(self) -> None:
        """All problems that match, the most frequent first unless sorted otherwise; nothing while nobody looks."""
        if not self.isVisible():
            return
        every = [*_of_inputs(self._desk), *_of_live(self._desk), *_of_jobs(self._desk)]
        total = sum(one.count for one in every)
        places = len({one.name for one in every})
        self.told.emit(
            f"{wording.count(total, 'problem')} of {wording.count(len(every), 'kind')} in {wording.count(places, 'place')}; "
            "nothing was dropped without a line here"
            if every
            else "none"
        )
        words = self.search.text().lower().split()
        found = [one for one in every if all(word in f"{one.name} {one.what} {one.where}".lower() for word in words)]
        key, descending = self._sort
        found.sort(key=lambda one: getattr(one, key), reverse=descending)
        shown = found[:MOST]
        if shown != self._lines or not self.table.model().rowCount():
            self._lines = shown
            self.table.show_rows(shown)
        if shown and self.table.current_row() is None:
            self.table.setCurrentIndex(self.table.model().index(0, 0))
        self.table.setVisible(bool(shown))
        self._holder.setVisible(not shown)
        self.copy.setEnabled(bool(shown))
        if not shown:
            self._say_nothing(len(every))

    def open_line(self, line: ProblemLine) -> None:
        """The activities around the first place; the input when it has none, or the jobs."""
        if line.kind == "job":
            self._desk.go("jobs")
        elif line.key and line.place:
            near = f"{max(1, line.place - 50)}-{line.place + 50}"
            self._desk.go("activities", filter=f"input:{quoted(line.key)} frame:{near}")
        else:
            self._desk.go("sources")

    def _say_nothing(self, total: int) -> None:
        self.nothing.heading.say("No problem matches" if total else "No problems")
        self.nothing.heading.show()
        self.nothing.sentence.say(
            f"{wording.count(total, 'kind')} of problems in this case."
            if total
            else "What cannot be read, decoded or opened of the evidence is counted here, with its first place. So far all was."
        )
        self.nothing.link.setVisible(bool(total))

    def _show_all(self) -> None:
        self.search.clear()
        self.refresh()

    def _sorted(self, key: str, descending: bool) -> None:
        self._sort = (key, descending)
        self.refresh()

    def _jobs_changed(self) -> None:
        failed = sum(one.state == "failed" for one in self._desk.jobs.log.entries)
        if failed != self._failed:
            self._failed = failed
            self.refresh()

    def _drop(self, at: QPoint) -> None:
        index = self.table.indexAt(at)
        line: ProblemLine | None = self.table.rows_model().row(index.row()) if index.isValid() else None
        if line is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if line.kind == "job":
            menu.addAction("Jobs").triggered.connect(lambda *_: self._desk.go("jobs"))
        else:
            if line.key and line.place:
                menu.addAction("Activities around the first place").triggered.connect(lambda *_: self.open_line(line))
            if line.key:
                whole = f"input:{quoted(line.key)}"
                menu.addAction("Activities of this input").triggered.connect(lambda *_: self._desk.go("activities", filter=whole))
            menu.addAction("Sources").triggered.connect(lambda *_: self._desk.go("sources"))
            menu.addAction("Coverage").triggered.connect(lambda *_: self._desk.go("coverage"))
        menu.addSeparator()
        menu.addAction("Only these words").triggered.connect(lambda *_: self.show_filter(line.what[:200]))
        menu.addAction("Only this input").triggered.connect(lambda *_: self.show_filter(line.name[:200]))
        menu.addAction("Copy").triggered.connect(lambda *_: QGuiApplication.clipboard().setText(_copied(line)))
        menu.popup(self.table.viewport().mapToGlobal(at))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(map(_copied, self._lines)))
        self._desk.tell(tr("Problems copied."))


def _copied(line: ProblemLine) -> str:
    return f"{line.name}\t{line.what}\t{line.where}\t{line.count}"


def _of_inputs(desk: Desk) -> list[ProblemLine]:
    inputs = desk.overview.inputs if desk.overview is not None else ()
    return [
        ProblemLine(one.key, _name(one.path), problem.what, problem.where, problem.count)
        for one in inputs
        for problem in one.problems
    ]


def _of_live(desk: Desk) -> list[ProblemLine]:
    return [ProblemLine("", one.label, one.error, "", 1, "live") for one in desk.bridge.states.values() if one.error]


def _of_jobs(desk: Desk) -> list[ProblemLine]:
    failed = [one for one in desk.jobs.log.entries if one.state == "failed"]
    return [
        ProblemLine("", one.words[:MOST_INPUTS_WORDS], one.detail, wording.moment(int(one.began * wording.SECOND)), 1, "job")
        for one in failed
    ]


def _name(path: str) -> str:
    return path.removesuffix(wording.LIVE).replace("\\", "/").rsplit("/", 1)[-1]
