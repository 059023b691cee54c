"""Everything that runs or ran: what, how far, how it ended; stopped from here, nothing of it in a dialog."""

from typing import Any, NamedTuple

from PySide6.QtCore import QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.icons import paint_icon
from app.ui.job_log import Entry, Part
from app.ui.tables.cells import Column, RowDelegate
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty

STATES = {"running": "running", "done": "done", "failed": "failed", "cancelled": "stopped"}
ICONS = {"running": "clock", "done": "check", "failed": "problem", "cancelled": "stop", "live": "sensor"}
ROLES = {"running": "accent", "done": "good", "failed": "info", "cancelled": "text-quiet", "live": "accent"}
MOST_PARTS = 60
"""Files of one reading that are listed, those read now and last first."""
TICK_MS = 1000


class JobLine(NamedTuple):
    """One row. id: of the entry, -1 for a live source; path: of a file of a reading; state as in STATES, or "live"."""

    id: int
    path: str
    state: str
    words: str
    share: float | None
    said: str
    began: str
    took: str
    cancel: Any = None

    def __str__(self) -> str:
        """What a screen reader says."""
        return f"{self.words}: {STATES.get(self.state, self.state)}, {self.said}"


COLUMNS = (
    Column("", lambda line: line, 20, firm=True, tip=lambda line: STATES.get(line.state, line.state)),
    Column("Job", lambda line: ("    " if line.path else "") + line.words, 200, stretch=True, cut="middle"),
    Column("How far", lambda line: line, 104, tip=lambda line: _percent(line), firm=True),
    Column("What it says", lambda line: line.said, 200, "quiet", stretch=True, kept=True),
    Column("Began", lambda line: line.began, 70, "quiet", firm=True, narrow=False),
    Column("Took", lambda line: line.took, 64, "number", firm=True, spare=True),
)


def _percent(line: JobLine) -> str:
    return "" if line.share is None else f"{line.share * 100:.0f} %"


class _Paint(RowDelegate):
    """Paints the sign of a state and the share as a bar."""

    def paint_cell(self, painter: QPainter, rect: QRectF, column: Column, value: Any, dim: bool) -> None:
        """Paint one value into rect."""
        if not isinstance(value, JobLine):
            super().paint_cell(painter, rect, column, value, dim)
        elif not column.title:
            if not value.path:
                side = theme.space("glyph")
                spot = QRectF(rect.left(), rect.center().y() - side / 2, side, side)
                paint_icon(painter, spot, ICONS.get(value.state, "clock"), theme.colour(ROLES.get(value.state, "text-quiet")))
        elif value.share is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            high = theme.px(4)
            track = QRectF(rect.left(), rect.center().y() - high / 2, theme.px(56), high)
            painter.setBrush(theme.colour("surface-3"))
            painter.drawRoundedRect(track, high / 2, high / 2)
            track.setWidth(max(high, track.width() * value.share))
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(track, high / 2, high / 2)
            painter.setPen(theme.colour("text"))
            painter.setFont(theme.font())
            painter.drawText(rect.adjusted(theme.px(62), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, _percent(value))


class JobsView(QWidget):
    """told(words): what the heading over it says."""

    told = Signal(str)

    def __init__(self, desk: Desk, margin: int | None = None) -> None:
        super().__init__()
        self._desk = desk
        self.table = Table(COLUMNS, margin=margin)
        self.table.setAccessibleName(tr("Jobs"))
        self.table.setItemDelegate(_Paint(self.table))
        self.table.opened.connect(self._open)
        self.table.chosen.connect(lambda _: self._enable())
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._drop)
        self.stop = Button(tr("Stop"), "stop", on_click=self.cancel, bare=True, tip="Stop what is chosen; what was read is kept")
        self.priority = Button(
            "",
            on_click=lambda: desk.set_low(not desk.bridge.low),
            bare=True,
            tip="Whether readings give way to others",
        )
        self.clear = Button(tr("Forget what ended"), on_click=desk.jobs.log.forget_ended, bare=True)
        self.nothing = Empty(
            tr("Reading, detection, exports and whatever else takes long is listed here while it runs, and how it ended."),
            "Nothing runs",
        )
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
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self.refresh)
        desk.jobs.log.changed.connect(self.refresh)
        desk.bridge.sources_changed.connect(self.refresh)
        self.refresh()

    def buttons(self) -> tuple[Button, ...]:
        """What stands in the heading."""
        return (self.priority, self.stop, self.clear)

    def showEvent(self, event) -> None:
        """What changed while nobody looked."""
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._tick.stop()

    def refresh(self) -> None:
        """The newest first, running ones above all; nothing while nobody looks."""
        self.priority.say("Low priority" if self._desk.bridge.low else "Normal priority")
        if not self.isVisible():
            return
        log = self._desk.jobs.log
        running = len(log.running)
        ended = len(log.entries) - running
        live = [one for one in self._desk.bridge.states.values() if one.state != "stopped"]
        words = [f"{running} running"] if running else []
        words += [wording.count(len(live), "live source")] if live else []
        words += [f"{ended} ended"] if ended else []
        self.told.emit(", ".join(words) or "nothing runs")
        lines: list[JobLine] = []
        for entry in sorted(log.entries, key=lambda one: not one.running):
            lines.append(_line(entry))
            if entry.running:
                latest = sorted(entry.parts.items(), key=lambda one: one[1].stage in ("", "read"))
                lines += [_part_line(entry, path, part) for path, part in latest[:MOST_PARTS]]
        for state in live:
            said = ", ".join((state.error or state.state, wording.count(state.activities, "activity", "activities")))
            lines.append(JobLine(-1, state.id, "live", state.label, None, said, "", ""))
        empty = ("How far", any(one.share is not None for one in lines)), ("What it says", any(one.said for one in lines))
        self.table.leave_out(*(title for title, told in empty if not told))
        self.table.show_rows(lines, key=lambda line: (line.id, line.path))
        if lines and self.table.current_row() is None:
            self.table.setCurrentIndex(self.table.model().index(0, 0))
        self.table.setVisible(bool(lines))
        self._holder.setVisible(not lines)
        self._enable()
        if running != int(self._tick.isActive()):
            self._tick.start() if running else self._tick.stop()

    def cancel(self) -> None:
        """Stop what is chosen."""
        line: JobLine | None = self.table.current_row()
        if line is not None and line.cancel is not None:
            line.cancel()

    def keyPressEvent(self, event) -> None:
        """Esc or Del stops what is chosen."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Delete) and self.stop.isEnabled():
            self.cancel()
        else:
            super().keyPressEvent(event)

    def _enable(self) -> None:
        line: JobLine | None = self.table.current_row()
        self.stop.setEnabled(line is not None and line.cancel is not None)
        self.clear.setEnabled(any(not one.running for one in self._desk.jobs.log.entries))

    def _open(self, line: JobLine) -> None:
        self._desk.go("sources" if line.path or line.words.startswith("Reading") else "problems")

    def _drop(self, at: QPoint) -> None:
        line = self.table.indexAt(at).siblingAtColumn(0)
        row: JobLine | None = self.table.rows_model().row(line.row()) if line.isValid() else None
        if row is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row.cancel is not None:
            menu.addAction("Stop").triggered.connect(lambda *_: row.cancel())
        words = f"{row.words}\t{STATES.get(row.state, row.state)}\t{row.said}"
        menu.addAction("Copy").triggered.connect(lambda *_: QGuiApplication.clipboard().setText(words))
        menu.popup(self.table.viewport().mapToGlobal(at))


def _line(entry: Entry) -> JobLine:
    began = wording.clock(int(entry.began * wording.SECOND))
    took = wording.span(entry.took())
    cancel = entry.cancel if entry.running else None
    return JobLine(entry.id, "", entry.state, entry.words, entry.share, entry.detail, began, took, cancel)


def _part_line(entry: Entry, path: str, part: Part) -> JobLine:
    said = f"{part.stage}, {wording.size(part.bytes)}" if part.bytes else part.stage
    return JobLine(entry.id, path, part.stage, part.name, None, said, "", "")
