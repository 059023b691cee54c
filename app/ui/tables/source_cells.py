"""Cells of the list of inputs: name over folder, covered span, share that was read."""

from typing import Any, NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from app.model.rows import InputRow, Progress
from app.ui import theme, wording
from app.ui.icons import paint_icon
from app.ui.tables.cells import Column, RowDelegate

ICONS = {
    "evtx": "log", "etl": "activities", "xml": "log", "json": "log", "table": "log", "syslog": "log", "radius": "address",
    "directory": "group", "bloodhound": "group", "resolver": "search",
}  # fmt: skip
STATES = {"done": ("read", "text"), "partial": ("read in part", "text"), "failed": ("could not be read", "high")}
"""Words and colour of an input that is over."""


class SourceLine(NamedTuple):
    """An input as the page shows it. whole: span of all inputs; progress: while it is read."""

    row: InputRow
    whole: tuple[int, int] | None
    progress: Progress | None

    def __str__(self) -> str:
        """What a screen reader says."""
        return f"{self.name}: {self.row.state}"

    @property
    def live(self) -> bool:
        """Whether it came live, not from a file."""
        return self.row.live

    @property
    def name(self) -> str:
        """File name, or what a live source is called."""
        if self.live:
            return self.row.path.removesuffix(wording.LIVE)
        return self.row.path.replace("\\", "/").rsplit("/", 1)[-1]

    @property
    def folder(self) -> str:
        """Folder of the file."""
        return "live" if self.live else self.row.path[: -len(self.name)].rstrip("/\\")


class SourceDelegate(RowDelegate):
    """Paints the cells whose column is named Input, Covers, Read; the others as in every table."""

    lined = True

    def __init__(self, parent) -> None:
        super().__init__(parent, "row-source")

    def room(self, column: Column, value: Any) -> int | None:
        """Of a name with its folder, and of a state in words; spans and bars take what there is."""
        if not isinstance(value, SourceLine):
            return super().room(column, value)
        if column.title == "Input":
            name, folder = wording.tidy(value.name), wording.tidy(value.folder)
            words = max(theme.measure("body").horizontalAdvance(name), theme.measure("quiet").horizontalAdvance(folder))
            return theme.px(30) + words + 1
        if column.title == "Read" and value.progress is None and value.row.state in STATES:
            return theme.px(14) + theme.px(8) + theme.measure("body").horizontalAdvance(STATES[value.row.state][0]) + 1
        return None

    def paint_cell(self, painter: QPainter, rect: QRectF, column: Column, value: Any, dim: bool) -> None:
        """Paint one value into rect."""
        if not isinstance(value, SourceLine):
            super().paint_cell(painter, rect, column, value, dim)
        elif column.title == "Input":
            _name(painter, rect, value)
        elif column.title == "Read":
            _state(painter, rect, value)
        else:
            _span(painter, rect, value)


def _name(painter: QPainter, rect: QRectF, line: SourceLine) -> None:
    side = theme.px(18)
    spot = QRectF(rect.left(), rect.center().y() - side / 2, side, side)
    paint_icon(painter, spot, ICONS.get(line.row.kind, "packet"), theme.colour("text-quiet"))
    inner = rect.adjusted(theme.px(30), 0, 0, 0)
    lines = theme.line_height() + (theme.line_height("quiet") if line.folder else 0)
    top = inner.center().y() - lines / 2
    painter.setFont(theme.font())
    painter.setPen(theme.colour("text"))
    name = painter.fontMetrics().elidedText(wording.tidy(line.name), Qt.TextElideMode.ElideMiddle, int(inner.width()))
    painter.drawText(QRectF(inner.left(), top, inner.width(), theme.line_height()), Qt.AlignmentFlag.AlignVCenter, name)
    painter.setFont(theme.font("quiet"))
    painter.setPen(theme.colour("text-quiet"))
    folder = painter.fontMetrics().elidedText(wording.tidy(line.folder), Qt.TextElideMode.ElideMiddle, int(inner.width()))
    below = QRectF(inner.left(), top + theme.line_height(), inner.width(), theme.line_height("quiet"))
    painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, folder)


def _span(painter: QPainter, rect: QRectF, line: SourceLine) -> None:
    middle = rect.center().y()
    painter.fillRect(QRectF(rect.left(), middle, rect.width(), 1), theme.colour("line"))
    for place in range(5):
        painter.fillRect(QRectF(rect.left() + (rect.width() - 1) * place / 4, middle - 4, 1, 9), theme.colour("line"))
    if line.whole is None or line.row.first is None or line.row.last is None:
        return
    length = max(1, line.whole[1] - line.whole[0])
    left = rect.left() + (line.row.first - line.whole[0]) / length * rect.width()
    width = max(3.0, (line.row.last - line.row.first) / length * rect.width())
    painter.fillRect(QRectF(min(left, rect.right() - 3), middle - 4, width, 8), theme.colour("chart-1"))


def _state(painter: QPainter, rect: QRectF, line: SourceLine) -> None:
    state, progress = line.row.state, line.progress
    high = theme.px(6)
    bar = QRectF(rect.left(), rect.center().y() - high / 2, min(theme.px(90), rect.width() * 0.4), high)
    words, role = STATES.get(state, ("waits" if state == "waiting" else state, "text-quiet"))
    left = bar.right() + theme.px(12)
    if progress is not None and state in ("reading", "waiting"):
        _bar(painter, bar, wording.share(progress))
        words, role = "  ".join(wording.progress_words(progress)), "text-quiet"
    elif line.live and state in ("reading", "done"):
        side = theme.px(14)
        spot = QRectF(rect.left(), rect.center().y() - side / 2, side, side)
        paint_icon(painter, spot, "sensor" if state == "reading" else "check", theme.colour("good"))
        left = spot.right() + theme.px(8)
        words, role = ("taken in live", "text") if state == "reading" else ("stopped", "text")
    elif state in ("waiting", "reading"):
        _bar(painter, bar, 0.0)
    else:
        side = theme.px(14)
        spot = QRectF(rect.left(), rect.center().y() - side / 2, side, side)
        icon, ink = {"done": ("check", "good"), "failed": ("close", "high")}.get(state, ("problem", "info"))
        paint_icon(painter, spot, icon, theme.colour(ink))
        left = spot.right() + theme.px(8)
    painter.setFont(theme.font())
    painter.setPen(theme.colour(role))
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(max(20, rect.right() - left)))
    painter.drawText(QRectF(left, rect.top(), rect.right() - left, rect.height()), Qt.AlignmentFlag.AlignVCenter, shown)


def _bar(painter: QPainter, rect: QRectF, share: float) -> None:
    painter.fillRect(rect, theme.colour("surface-3"))
    painter.fillRect(QRectF(rect.left(), rect.top(), rect.width() * share, rect.height()), theme.colour("accent"))
