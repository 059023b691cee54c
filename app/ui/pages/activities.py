"""Activities: a query, its histogram with a brush, a table over all rows, the packet of the chosen one below."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.model.filter import ActivityFilter, FilterError, completions, parse
from app.model.rows import ActivityRow, Histogram, Packet, Record
from app.ui import conversation, theme, wording
from app.ui.desk import Desk
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.plots.histogram import HistogramView, Legend, Mark
from app.ui.tables.activity_model import COLUMNS, ActivityModel
from app.ui.tables.packet_view import PacketView
from app.ui.tables.record_view import RecordView
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.query_bar import QueryBar
from app.ui.widgets.twins import Twin, TwinLine, twins_of
from app.ui.widgets.words import Elided, Words

TYPING_MS = 220
BUCKETS = 120


class ActivitiesPage(Page):
    """Route options: filter (text), activity (id to choose). Enter opens the packet, Space the inspector."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._filter: ActivityFilter | None = None
        self._whole: tuple[int, int] | None = None
        self._proof_of = ""
        self._counted: ActivityFilter | None = None
        self._wanted = ""
        self.query = QueryBar()
        self.sentence = Elided("", role="text-quiet")
        self.legend = Legend(wording.FAMILIES)
        self.chart = HistogramView(wording.FAMILIES, height=84, label="Activities over time")
        self.model = ActivityModel(self._fetch, self)
        self.table = Table(COLUMNS, self.model)
        self.table.setAccessibleName("Activities")
        self.packet, self.record, self.twins = PacketView(), RecordView(), TwinLine(desk)
        self._build()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._typed)
        self.query.changed.connect(self._typing.start)
        self.chart.brushed.connect(self._brushed)
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(self._open_packet)
        self.packet.followed.connect(self.follow_conversation)
        self.packet.outside.connect(self.open_in_wireshark)
        self.query.complete = self._complete
        desk.session_changed.connect(self._forget)

    def visit(self, route: Route) -> None:
        """Show the query of the route."""
        super().visit(route)
        wanted = route.option("filter")
        self._wanted = route.option("activity") or route.key
        if wanted != self.query.text():
            self.query.set_text(wanted)
        self._typed()

    def _forget(self) -> None:
        """Another case: nothing of the one before is shown again."""
        self._counted, self._proof_of = None, ""
        self.proof.hide()

    def refresh(self) -> None:
        """Count again; the rows in view are fetched anew when their number changed."""
        if self._filter is not None:
            self._ask()

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """Put the caret into the query."""
        self.query.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def next_row(self) -> None:
        """One row down."""
        self.table.move(1)

    def previous_row(self) -> None:
        """One row up."""
        self.table.move(-1)

    def open_row(self) -> None:
        """Show the packet of the chosen row."""
        self.table.open_current()

    def clear(self) -> None:
        """Show everything again."""
        self.query.set_text("")
        self.chart.set_brush(None)
        self._typed()
        self.focus_filter()

    def export(self) -> None:
        """Ask where, save the activities that match."""
        name, _ = QFileDialog.getSaveFileName(self, "Save the activities that match", "activities.jsonl", "JSON lines (*.jsonl)")
        if name:
            self.write(Path(name))

    def write(self, out: Path) -> None:
        """Save the activities that match as JSON lines."""
        session, wanted = self.desk.session, self._filter
        if session is not None:
            told = lambda number: self.desk.tell(f"{wording.count(number, 'activity', 'activities')} saved as {out.name}.")  # noqa: E731
            words = f"Writing activities to {out.name}"
            self.desk.jobs.run(lambda: session.write_activities(out, wanted), told, owner=self, words=words)

    # ---- building

    def _build(self) -> None:
        top = QWidget()
        column = QVBoxLayout(top)
        margin = theme.space("margin")
        column.setContentsMargins(margin, theme.space("top"), margin, 0)
        column.setSpacing(theme.space("related"))
        first = QHBoxLayout()
        first.setSpacing(theme.space("related"))
        first.addWidget(Words("Activities", "page"))
        first.addWidget(self.query, 1)
        first.addWidget(Button("Clear", on_click=self.clear))
        first.addWidget(Button("Export", icon="export", on_click=self.export, tip="Save the activities that match (Ctrl+E)"))
        second = QHBoxLayout()
        second.addWidget(self.sentence, 1)
        second.addWidget(self.legend)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(self.chart)
        upper = QWidget()
        whole = QVBoxLayout(upper)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.px(4))
        whole.addWidget(top)
        self.empty = Empty("No activity matches this query.", link="Clear the query", on_link=self.clear)
        self.empty.layout().setContentsMargins(margin, theme.px(8), margin, 0)
        self.empty.hide()
        whole.addWidget(self.table, 1)
        whole.addWidget(self.empty, 1)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        self._split.addWidget(upper)
        self.proof = QWidget()
        below = QVBoxLayout(self.proof)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self.twins)
        self._proof = QStackedWidget()
        self._proof.addWidget(self.packet)
        self._proof.addWidget(self.record)
        below.addWidget(self._proof, 1)
        self._split.addWidget(self.proof)
        self._split.setSizes([560, 300])
        self._split.setStretchFactor(0, 1)
        self.keep_splitter("packet", self._split)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._split)
        self.proof.hide()

    # ---- query

    def _typed(self) -> None:
        text = self.query.text()
        parsed = parse(text)
        if isinstance(parsed, FilterError):
            self.query.say_wrong(parsed.message)
            return
        self._filter = parsed
        self.route = Route(self.name, "", (("filter", text),) if text else ())
        self._ask()

    def _ask(self) -> None:
        session, wanted = self.desk.session, self._filter
        if session is None or wanted is None:
            return
        queries = session.queries
        alerts = tuple(Mark(one.finding.first, one.severity) for one in self.desk.alerts)
        again = wanted == self._counted
        target = self._wanted or (self._proof_of if again and not self.proof.isHidden() else "")
        opened = bool(self._wanted)

        def work() -> tuple[int, Histogram | None, tuple[int, int] | None, int]:
            span = queries.span()
            bars = queries.histogram(wanted, span[0], span[1] + 1, BUCKETS) if span else None
            place = queries.place_of(wanted, target) if target else None
            return queries.count(wanted), bars, span, -1 if place is None else place

        def done(value: tuple[int, Histogram | None, tuple[int, int] | None, int]) -> None:
            number, bars, span, place = value
            total = self.desk.overview.activities if self.desk.overview else number
            self.query.say_right(f"valid, {wording.count(number, 'row')}" if self.query.text() else "")
            self.sentence.say(self._sentence(number, total, span))
            self.legend.show_series([name for name in wording.FAMILIES if bars and any(bars.series.get(name, ()))])
            self.chart.show_data(bars, alerts)
            at = self.table.verticalScrollBar().value()
            if not again or number != self.model.rowCount() or not self.desk.bridge.listening:
                self.model.show(number)
            self._counted = wanted
            self._wanted = ""
            self.table.setVisible(number > 0)
            self.chart.setVisible(number > 0 or self.chart.brush() is not None)
            self.empty.setVisible(not number and total > 0)
            if place >= 0 and not opened:  # more came while this row was looked at
                self.table.setCurrentIndex(self.model.index(place, 0))
                self.table.verticalScrollBar().setValue(at)
            elif place >= 0:
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)
                self.table.selectRow(place)
                self.table.scrollTo(self.model.index(place, 0), Table.ScrollHint.PositionAtCenter)
            if not number:
                self.proof.hide()

        self.ask("rows", work, done)

    def _sentence(self, number: int, total: int, span: tuple[int, int] | None) -> str:
        if not total:
            return "Nothing was read yet."
        when = f", {wording.period(*span)}" if span else ""
        return f"{wording.number(number)} of {wording.count(total, 'activity', 'activities')}{when}"

    def _fetch(self, first: int, limit: int, arrived) -> None:
        session, wanted = self.desk.session, self._filter
        if session is None or wanted is None:
            return

        def done(rows: tuple[ActivityRow, ...]) -> None:
            arrived(rows)
            current = self.table.currentIndex().row()
            if first <= current < first + limit:
                self._chosen(self.table.current_row())

        self.desk.jobs.run(lambda: session.queries.slice(wanted, first, limit), done, owner=self)

    def _brushed(self, start: int, end: int) -> None:
        words = [one for one in self.query.words() if not one.startswith("time:")]
        if end > start:
            words.append(f"time:{_typed_time(start)}..{_typed_time(end)}")
        self.query.set_text(" ".join(words), tell=True)
        self._typed()

    def _complete(self, text: str, cursor: int) -> list[str]:
        return completions(text, cursor)

    # ---- rows

    def _chosen(self, row: ActivityRow | None) -> None:
        if row is None or (row.id == self._proof_of and not self.proof.isHidden()):
            return
        self.desk.inspect(row, True)
        self._show_proof(row)

    def _open_packet(self, row: ActivityRow) -> None:
        if self._split.sizes()[1] < theme.px(160):
            self._split.setSizes([self.height() - theme.px(300), theme.px(300)])
        self._show_proof(row)
        shown = self.record.fields if self._proof.currentWidget() is self.record else self.packet.tree
        shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow_conversation(self) -> None:
        """All activities of the connection, or of the logon session, of the chosen row."""
        row = self.table.current_row()
        if row is not None:
            conversation.follow(self.desk, self, row)

    def open_in_wireshark(self) -> None:
        """The capture at the frame that is shown, in Wireshark."""
        row = self.table.current_row()
        if row is not None and not row.is_record and row.frame:
            conversation.open_in_wireshark(self.desk, self, row, self.packet.frame or row.frame)

    def _show_proof(self, row: ActivityRow, frame: int | None = None) -> None:
        """What proves a row: one of its frames, or the record of a log."""
        session = self.desk.session
        self.proof.show()
        if session is None or (frame is None and self._proof_of == row.id):
            return
        self._proof_of = row.id

        def work() -> _Proof:
            activity = session.queries.activity(row.id)
            twins = twins_of(self.desk, row.id)
            if activity is None or not activity.frames:
                number = activity.record if activity is not None else None
                facts = session.queries.record_facts(row.id)
                record = session.record(row.input, number or 0, activity.ordinal if activity is not None else 0)
                return _Proof(None, (), facts, record, number, twins)
            frames = activity.frames
            return _Proof(session.packet(row.input, frame or frames[0], frames), frames, (), None, None, twins)

        self.ask("proof", work, lambda found: self._proved(row, found))

    def _proved(self, row: ActivityRow, found: "_Proof") -> None:
        if self._proof_of != row.id:
            return
        self.twins.show_twins(found.twins)
        name = row.input_name.removesuffix(wording.LIVE)
        if found.packet is not None:
            self._proof.setCurrentWidget(self.packet)
            self.packet.show_packet(found.packet, name)
            self.packet.show_frames(found.frames, found.packet.frame, lambda other: self._show_proof(row, other))
        elif found.record is not None:
            self._proof.setCurrentWidget(self.record)
            title = f"Record {wording.number(found.number)}" if found.number else "Record"
            self.record.show_record(title, found.facts, found.record, name)


class _Proof(NamedTuple):
    """What proves a row: packet with the frames of its activity, or record with its facts."""

    packet: Packet | None
    frames: tuple[int, ...]
    facts: tuple[tuple[str, str, str], ...]
    record: Record | None
    number: int | None
    twins: list[Twin]


def _typed_time(at: int) -> str:
    """A time as the filter language reads it."""
    return f"{datetime.fromtimestamp(at // 1_000_000, tz=UTC):%Y-%m-%dT%H:%M:%S}"
