"""The list of live sources: how each one is doing, with its buttons; updated in place, so that buttons stay under the pointer."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.model.source import LiveSource, SourceState
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.sources.source_kinds import BY_WORD, STATES
from app.ui.tables.cells import Column, RowDelegate
from app.ui.tables.table import Table
from app.ui.tables.two_lines import paint_two_lines
from app.ui.widgets.buttons import Button

OPENING = frozenset({"a", "an", "capturing", "it", "no", "the", "there", "what"})
"""First words of a sentence that is no name, and gets a capital."""
MOST_ROWS = 5
"""Rows after which the list scrolls."""
SIGNS = {"running": ("check", "good"), "failed": ("problem", "high"), "stopped": ("stop", "text-quiet")}


class LiveLine(NamedTuple):
    """A source with its last word; state None: it was not started since this case was opened."""

    spec: LiveSource
    label: str
    state: SourceState | None

    def __str__(self) -> str:
        """What a screen reader says."""
        return f"{self.label}: {self.words}" + (f". {self.error}" if self.error else "")

    @property
    def kind(self) -> str:
        """Word of its kind."""
        return str(self.spec.__struct_config__.tag)

    @property
    def over(self) -> bool:
        """Whether it can be started."""
        return self.state is None or self.state.state == "stopped"

    @property
    def words(self) -> str:
        """Its state in words."""
        if self.state is None:
            return "not started"
        if self.state.state == "stopped" and self.state.error:
            return "could not run"
        return STATES.get(self.state.state, self.state.state)

    @property
    def error(self) -> str:
        """Why it does not run, as a sentence."""
        said = self.state.error.strip() if self.state is not None else ""
        first = said.split(" ", 1)[0]
        return f"{said[:1].upper()}{said[1:]}" if first in OPENING else said


def lost(line: LiveLine) -> str:
    """Which losses, each with its count."""
    state = line.state
    if state is None or not state.dropped:
        return "Nothing was lost." if state is not None else ""
    told = [f"{one.what}: {wording.number(one.count)}" + (f" ({one.where})" if one.where else "") for one in state.problems]
    return "\n".join((f"{wording.number(state.dropped)} lost", *told))


def _number(take: Callable[[SourceState], int]) -> Callable[[LiveLine], str]:
    return lambda line: wording.number(take(line.state)) if line.state is not None else ""


def _last(line: LiveLine) -> str:
    return wording.clock(line.state.last) if line.state is not None and line.state.last else ""


def _latest(line: LiveLine) -> str:
    return f"The latest: {wording.period(line.state.last, line.state.last)}" if line.state and line.state.last else ""


def _rate(line: LiveLine) -> str:
    return wording.rate(line.state.rate) if line.state is not None and line.state.state == "running" else ""


COLUMNS = (
    Column("Live source", lambda line: line, 220, tip=lambda line: line.label),
    Column("State", lambda line: line, 210, stretch=True, tip=lambda line: line.error or line.words),
    Column("Rate", _rate, 70, "number", firm=True),
    Column("Received", _number(lambda state: state.records), 86, "number", firm=True),
    Column("Activities", _number(lambda state: state.activities), 80, "number", firm=True),
    Column("Dropped", _number(lambda state: state.dropped), 72, "number", firm=True, tip=lost),
    Column("Last", _last, 84, "quiet", tip=lambda line: _latest(line), narrow=False, firm=True),
    Column("", lambda line: "", 140, firm=True, tip=lambda line: ""),
)


class LiveDelegate(RowDelegate):
    """Paints source and state in two lines."""

    lined = True

    def __init__(self, parent) -> None:
        super().__init__(parent, "row-source")

    def paint_cell(self, painter: QPainter, rect: QRectF, column: Column, value: Any, dim: bool) -> None:
        """Paint one value into rect."""
        if not isinstance(value, LiveLine):
            super().paint_cell(painter, rect, column, value, dim)
            return
        kind = BY_WORD[value.kind]
        if column.title == "State":
            icon, role = SIGNS.get(value.state.state if value.state is not None else "", ("clock", "text-quiet"))
            if value.state is not None and value.state.state == "stopped" and value.error:
                icon, role = "close", "high"
            paint_two_lines(painter, rect, icon, role, value.words, value.error, "high" if value.error else "text-quiet")
        else:
            paint_two_lines(painter, rect, kind.icon, "text-quiet", value.label, kind.title, "text-quiet", 18)


class LiveTable(Table):
    """start, stop, change, forget are called with the spec of a row."""

    def __init__(
        self,
        start: Callable[[LiveSource], object],
        stop: Callable[[LiveSource], object],
        change: Callable[[LiveSource], object],
        forget: Callable[[LiveSource], object],
    ) -> None:
        super().__init__(COLUMNS, height="row-source")
        self._start, self._stop, self._change, self._forget = start, stop, change, forget
        self.setItemDelegate(LiveDelegate(self))
        self.setAccessibleName(tr("Live sources"))
        self.buttons: list[dict[str, Button]] = []

    def show_lines(self, lines: Sequence[LiveLine]) -> None:
        """Show these; the same sources as before only change their words."""
        if self.change_rows(lines, key=lambda line: line.spec):
            for place, line in enumerate(lines):
                self._name_buttons(place, line)
            return
        self.buttons = []
        for place, line in enumerate(lines):
            self.setIndexWidget(self.model().index(place, len(COLUMNS) - 1), self._row_buttons(line.spec))
            self._name_buttons(place, line)
        high = theme.space("row-header") + min(len(lines), MOST_ROWS) * theme.space("row-source") + 2
        self.setFixedHeight(high)

    def _row_buttons(self, spec: LiveSource) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, self.margin, 0)
        row.setSpacing(theme.px(2))
        made = {
            "start": Button(tr("Start"), on_click=lambda: self._start(spec)),
            "stop": Button(tr("Stop"), "stop", on_click=lambda: self._stop(spec)),
            "change": Button("", "settings", bare=True, tip="Change how it is set up", on_click=lambda: self._change(spec)),
            "forget": Button("", "close", bare=True, tip="Take it off this list", on_click=lambda: self._forget(spec)),
        }
        row.addStretch(1)
        for one in made.values():
            row.addWidget(one)
        self.buttons.append(made)
        return holder

    def _name_buttons(self, place: int, line: LiveLine) -> None:
        for name, button in self.buttons[place].items():
            button.setVisible((name == "stop") != line.over)
            if name in ("start", "stop"):
                button.setAccessibleName(wording.tidy(f"{button.text()} {line.label}"))
