"""The evidence: live sources, what is being read, what was read, what of it could not be used."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.rows import InputRow, Problem, Progress
from app.model.source import DirectorySource, LiveSource
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.sources.keys_line import KeysLine
from app.ui.sources.live_table import LiveLine, LiveTable
from app.ui.sources.panel import SourcePanel
from app.ui.tables.cells import Column
from app.ui.tables.source_cells import SourceDelegate, SourceLine
from app.ui.tables.table import Table
from app.ui.widgets import side_panel
from app.ui.widgets.bar import Bar
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.words import Line, PageHeading, SectionHeading, Words

COLUMNS = (
    Column("Input", lambda line: line, 280, stretch=True, tip=lambda line: _whole(line.row)),
    Column("Kind", lambda line: wording.input_kind(line.row.kind, line.row.path), 104, "quiet", spare=True),
    Column("Covers", lambda line: line, 160, tip=lambda line: _covers(line.row), narrow=False),
    Column("Size", lambda line: "" if line.live else wording.size(line.row.bytes), 92, "number", firm=True),
    Column("Read", lambda line: line, 200, tip=lambda line: line.row.state),
    Column("Activities", lambda line: wording.number(line.row.activities), 84, "number", firm=True),
    Column("Found", lambda line: wording.records(line.row.kind, line.row.records), 132, "number", firm=True, spare=True),
    Column("Problems", lambda line: wording.number(sum(one.count for one in line.row.problems)), 76, "number"),
)


class ProblemLine(NamedTuple):
    """A problem with the input it is of."""

    input: str
    problem: Problem


PANEL = 360
"""Width of the panel."""
PROBLEMS = (
    Column("", lambda line: "problem", 16, "sign", tip=lambda line: "Problem of the evidence", firm=True),
    Column("Input", lambda line: line.input, 190, "mono", cut="middle"),
    Column("What", lambda line: line.problem.what, 300, stretch=True),
    Column("Where first", lambda line: line.problem.where, 150, "quiet"),
    Column("Count", lambda line: wording.number(line.problem.count), 80, "number"),
)


def _whole(row: InputRow) -> str:
    return f"{row.path}\nSHA-256 {row.sha256}" if row.sha256 else row.path


def _covers(row: InputRow) -> str:
    return wording.period(row.first, row.last) if row.first is not None and row.last is not None else "No time span is known yet."


class SourcesPage(Page):
    """Full width. The band with the progress is there while something is read."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._progress: Progress | None = None

    def build(self) -> Iterator[None]:
        """The tables, the band of what is read, the panel of live sources."""
        desk = self.desk
        self.add = Button(tr("Add a live source"), "sensor", on_click=self.show_panel)
        self.heading = PageHeading(tr("Sources"), "", (
            Button(tr("Add evidence"), "plus", "open.files", on_click=lambda: desk.command("open.files")),
            Button(tr("Add a folder"), "open", on_click=lambda: desk.command("open.folder")),
            self.add,
        ))  # fmt: skip
        self.keys = KeysLine(desk)
        self.live = LiveTable(self._start, desk.bridge.stop_source, self._change, self._forget)
        self._inputs: tuple[InputRow, ...] = ()
        self.total, self.bar, self.percent = Words("", "strong"), Bar(0, 8), Words("", "strong")
        self.stop = Button(tr("Stop"), "stop", "Esc", on_click=desk.bridge.cancel)
        self.rate = Words("", look="quiet")
        self.band = self._band()
        yield
        self.table = Table(COLUMNS, height="row-source", lends=True)
        self.table.setItemDelegate(SourceDelegate(self.table))
        self.table.setAccessibleName(tr("Inputs"))
        self.nothing = Empty(
            tr(
                "Drop captures, logs, directories or a folder anywhere on this window, or press Ctrl+O. "
                "A live source takes in what happens from now on."
            ),
            "No evidence yet",
            "Open evidence",
            lambda: desk.command("open.files"),
        )
        self.nothing_holder = QWidget()
        box = QVBoxLayout(self.nothing_holder)
        box.setContentsMargins(theme.space("margin"), theme.px(8), theme.space("margin"), 0)
        box.addWidget(self.nothing)
        self.problems_heading = SectionHeading(tr("Problems"), right=(Button(tr("Copy all"), on_click=self._copy, bare=True),))
        self.problems = Table(PROBLEMS, lends=True)
        self.problems.setAccessibleName(tr("Problems"))
        self.problems.setMinimumHeight(theme.px(112))
        yield
        self.panel = self._panel()
        self.left = QWidget()
        column = QVBoxLayout(self.left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(theme.space("margin"), theme.space("top"), theme.space("margin"), theme.px(14))
        head.setSpacing(theme.px(6))
        head.addWidget(self.heading)
        head.addWidget(self.keys)
        column.addWidget(top)
        column.addWidget(self.band)
        column.addWidget(self.live)
        self.gap = QWidget()
        self.gap.setFixedHeight(theme.px(12))
        column.addWidget(self.gap)
        column.addWidget(self.table, 3)
        column.addWidget(self.nothing_holder, 3)
        column.addWidget(self.panel, 1)
        yield
        self.add_panel = SourcePanel(desk)
        self.add_panel.wanted.connect(self._wanted)
        self.add_panel.closed.connect(self.hide_panel)
        self.add_panel.hide()
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.left, 1)
        outer.addWidget(self.add_panel)
        self.setFocusProxy(self.table)
        desk.bridge.started.connect(self._started)
        desk.bridge.progress.connect(self._progressed)
        desk.bridge.finished.connect(self._finished)
        desk.bridge.sources_changed.connect(self._show_live)
        desk.session_changed.connect(self.hide_panel)
        self.live.hide()
        self.band.setVisible(desk.bridge.reading)
        self.nothing_holder.hide()
        self.panel.hide()

    def _band(self) -> QWidget:
        band = QWidget()
        band.setObjectName("band")
        band.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(band)
        column.setContentsMargins(theme.space("margin"), theme.px(16), theme.space("margin"), theme.px(16))
        column.setSpacing(theme.px(8))
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(self.total)
        row.addWidget(self.bar, 1)
        row.addWidget(self.percent)
        row.addWidget(self.stop)
        column.addLayout(row)
        column.addWidget(self.rate)
        return band

    def _panel(self) -> QWidget:
        panel = QWidget()
        panel.setObjectName("band")
        panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, theme.px(8), 0, 0)
        column.setSpacing(0)
        head = QWidget()
        row = QVBoxLayout(head)
        row.setContentsMargins(theme.space("margin"), 0, theme.space("margin"), 0)
        row.addWidget(self.problems_heading)
        column.addWidget(head)
        column.addWidget(self.problems, 1)
        column.addWidget(Line())
        return panel

    def visit(self, route: Route) -> None:
        """Key "add": with the panel in which a live source is set up."""
        super().visit(Route(self.name))
        if route.key == "add":
            self.show_panel()

    def refresh(self) -> None:
        """Inputs by query, so that they are there before the first summary."""
        self._show_live()
        session = self.desk.session
        if session is not None:
            self.ask("inputs", session.queries.inputs, self._show)
        else:
            self._show(())

    # ---- live sources

    def show_panel(self, spec: LiveSource | None = None) -> None:
        """Offer the kinds of live sources, or the form of one that is there."""
        if self.desk.session is None:
            self.desk.command("source.add")
            return
        if spec is None:
            self.add_panel.choose()
        else:
            self.add_panel.set_up(str(spec.__struct_config__.tag), spec)
        self.add_panel.show()
        self._arrange()
        self.add_panel.setFocus(Qt.FocusReason.OtherFocusReason)

    def hide_panel(self) -> None:
        """Only the lists."""
        self.add_panel.hide()
        self.add_panel.choose()
        self._arrange()

    def _arrange(self) -> None:
        side_panel.arrange(self, self.left, self.add_panel, PANEL)

    def resizeEvent(self, event) -> None:
        """The panel takes all of a narrow page."""
        super().resizeEvent(event)
        self._arrange()

    def _wanted(self, spec: LiveSource, before: LiveSource | None) -> None:
        session = self.desk.session
        if isinstance(spec, DirectorySource) and not spec.state and session is not None and not session.is_temporary:
            mark = blake2b(spec.url.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
            spec = msgspec.structs.replace(spec, state=f"{session.path}.{mark}.directory")
        specs = [spec if one == before else one for one in self.desk.specs]
        if before is not None and before != spec:
            self.desk.bridge.forget_source(before)
        self.desk.keep_specs(tuple(dict.fromkeys((*specs, spec))))
        self.hide_panel()
        self._start(spec)

    def _start(self, spec: LiveSource) -> None:
        self.desk.bridge.start_source(spec, self.desk.settings.sensitivity, lambda error: self.desk.tell(error, True))
        self._show_live()

    def _change(self, spec: LiveSource) -> None:
        if spec.__struct_config__.tag == "hub":
            self.desk.go("sensors", "join")
        else:
            self.show_panel(spec)

    def _forget(self, spec: LiveSource) -> None:
        self.desk.keep_specs(tuple(one for one in self.desk.specs if one != spec))
        self.desk.bridge.forget_source(spec)

    def _lines(self) -> list[LiveLine]:
        session, bridge = self.desk.session, self.desk.bridge
        if session is None:
            return []
        return [
            LiveLine(one, session.source_label(one).removesuffix(wording.LIVE), bridge.state_of(one)) for one in self.desk.specs
        ]

    def _show_live(self) -> None:
        lines = self._lines()
        self.live.show_lines(lines)
        self.live.setVisible(bool(lines))
        self.gap.setVisible(bool(lines))
        self._show_problems(self._inputs)
        self._say(self._inputs)

    # ---- inputs

    def _show(self, inputs: tuple[InputRow, ...]) -> None:
        self._inputs = inputs
        spans = [(one.first, one.last) for one in inputs if one.first is not None and one.last is not None]
        whole = (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None
        progress = self._progress if self.desk.bridge.reading else None
        lines = [
            SourceLine(one, whole, progress if progress is not None and progress.path == one.path else None) for one in inputs
        ]
        self.table.show_rows(lines, key=lambda line: line.row.key)
        self.table.setVisible(bool(lines))
        self.nothing_holder.setVisible(not lines and not self.desk.bridge.reading)
        self._show_problems(inputs)
        self._say(inputs)

    def _show_problems(self, inputs: Sequence[InputRow]) -> None:
        problems = [ProblemLine(SourceLine(one, None, None).name, told) for one in inputs for told in one.problems]
        told = {one.problem.what for one in problems}
        for line in self._lines():
            if line.error and line.state is not None and line.state.error not in told:
                problems.insert(0, ProblemLine(line.label, Problem(what=line.error)))
        if [*problems] == self.problems.rows_model().rows:
            return
        self.problems.show_rows(problems)
        places = len({one.input for one in problems})
        self.problems_heading.note.say(
            f"{wording.count(len(problems), 'kind')} in {wording.count(places, 'input')}; nothing was dropped without a line here"
        )
        self.panel.setVisible(bool(problems))

    def _say(self, inputs: Sequence[InputRow]) -> None:
        total = sum(one.bytes for one in inputs)
        size = f", {wording.size(total)}" if total else ""
        found = wording.count(sum(one.activities for one in inputs), "activity", "activities")
        what = wording.count(len(inputs), "input")
        running = sum(one.state == "running" for one in self.desk.bridge.states.values())
        if self.desk.bridge.reading:
            alerts = wording.count(len(self.desk.alerts), "alert")
            self.heading.sentence.say(f"Reading. What was read is on all pages already: {found}, {alerts} so far.")
        elif running:
            self.heading.sentence.say(f"{wording.count(running, 'live source')} running. {what}{size}, {found} so far.")
        elif inputs:
            self.heading.sentence.say(f"{what}{size}, {found}. Files are read where they lie and never changed.")
        else:
            self.heading.sentence.say(tr("Nothing was read yet."))

    def _started(self) -> None:
        self._progress = None
        self.band.show()
        self.total.say(tr("Looking for inputs"))
        self.percent.say("")
        self.rate.say(tr("Stopping keeps what was read."))
        self.bar.show_share(0)
        self.refresh()

    def _progressed(self, progress: Progress) -> None:
        self._progress = progress
        share = wording.share(progress)
        self.total.say(f"{wording.size(progress.done_bytes)} of {wording.size(progress.total_bytes)}")
        self.bar.show_share(share)
        self.percent.say(f"{share * 100:.0f} %")
        place = min(progress.inputs_done + 1, progress.inputs_total)
        parts = [
            f"{wording.STAGES.get(progress.stage, progress.stage)} {place} of {wording.count(progress.inputs_total, 'input')}"
        ]
        if progress.rate > 0:
            parts.append(f"{wording.size(progress.rate)}/s")
        if left := wording.remaining(progress.remaining):
            parts.append(f"{left} left")
        parts += [wording.count(progress.activities, "activity", "activities"), "Stopping keeps what was read"]
        self.rate.say("     ".join(parts))
        model = self.table.rows_model()
        for place, line in enumerate(model.rows):
            mine = progress if line.row.path == progress.path else None
            if mine is not line.progress:
                model.rows[place] = line._replace(progress=mine)
        if self.isVisible():
            self.table.viewport().update()

    def _finished(self, error: str) -> None:
        self._progress = None
        self.band.hide()
        self.refresh()
        if error:
            self.heading.sentence.say(error)

    def _copy(self) -> None:
        lines = [
            f"{one.input}\t{one.problem.what}\t{one.problem.where}\t{one.problem.count}"
            for one in self.problems.rows_model().rows
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self.desk.tell(tr("Problems copied."))

    def keyPressEvent(self, event) -> None:
        """Esc closes the panel, then stops the reading."""
        if event.key() == Qt.Key.Key_Escape and not self.add_panel.isHidden():
            self.hide_panel()
        elif event.key() == Qt.Key.Key_Escape and self.desk.bridge.reading:
            self.desk.bridge.cancel()
        else:
            super().keyPressEvent(event)

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """The next input."""
        self.table.move(1)

    def previous_row(self) -> None:
        """The input before."""
        self.table.move(-1)
