"""The list of sensors: how each one is doing, in figures; updated in place, so that the chosen one stays chosen."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from app.model.sensor import SensorReport, SensorRow
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.sensors import states
from app.ui.sensors.pulse import Sample
from app.ui.tables.cells import Column, RowDelegate
from app.ui.tables.table import Table
from app.ui.tables.two_lines import paint_two_lines

MOST_ROWS = 6
"""Rows after which the list scrolls."""


class SensorLine(NamedTuple):
    """A sensor with its latest rates."""

    row: SensorRow
    latest: Sample | None

    def __str__(self) -> str:
        """What a screen reader says."""
        why = states.why(self.row)
        return f"{states.name(self.row)}: {self.row.status}" + (f". {why}" if why else "")

    @property
    def report(self) -> SensorReport | None:
        """Its report, while its figures are of now."""
        return self.row.report if states.is_fresh(self.row) else None


def _of(take: Callable[[SensorReport], str]) -> Callable[[SensorLine], str]:
    return lambda line: take(line.report) if line.report is not None else ""


def _packets(line: SensorLine) -> str:
    return wording.rate(states.packets(line.report)) if line.report is not None else ""


def _activities(line: SensorLine) -> str:
    return wording.rate(line.latest.activities) if line.report is not None and line.latest is not None else ""


def _name_tip(line: SensorLine) -> str:
    heard = f"\nLast heard {wording.moment(line.row.heard)}" if line.row.heard else ""
    return f"{states.name(line.row)}\n{states.below(line.row)}{heard}"


def _dropped(report: SensorReport) -> str:
    return wording.number(states.dropped(report))


def _lag(line: SensorLine) -> str:
    return states.lag(line.report) if line.report is not None and line.row.id != states.EMBEDDED else ""


COLUMNS = (
    Column("Sensor", lambda line: line, 230, tip=_name_tip),
    Column("Status", lambda line: line, 190, stretch=True, tip=lambda line: states.why(line.row) or line.row.status),
    Column("Packets", _packets, 84, "number", firm=True, spare=True),
    Column("Activities", _activities, 84, "number", firm=True),
    Column("Dropped", _of(_dropped), 78, "number", firm=True, tip=_of(states.losses)),
    Column("Lag", _lag, 62, "number", firm=True, tip=_of(states.lag_tip)),
    Column("Quota", lambda line: line, 124, tip=_of(states.quota_tip)),
    Column("Controllers", _of(states.seen_controllers), 98, "number", tip=_of(states.controllers_tip), narrow=False, firm=True),
    Column("Version", lambda line: line.row.report.version if line.row.report else "", 84, "quiet", narrow=False, firm=True),
)


class SensorDelegate(RowDelegate):
    """Paints sensor, status, quota in two lines."""

    lined = True

    def __init__(self, parent) -> None:
        super().__init__(parent, "row-source")

    def paint_cell(self, painter: QPainter, rect: QRectF, column: Column, value: Any, dim: bool) -> None:
        """Paint one value into rect."""
        if not isinstance(value, SensorLine):
            super().paint_cell(painter, rect, column, value, dim)
        elif column.title == "Status":
            icon, role = states.sign(value.row)
            paint_two_lines(painter, rect, icon, role, value.row.status, states.why(value.row), "text-quiet")
        elif column.title == "Quota":
            if value.report is not None:
                _quota(painter, rect, value.report)
        else:
            icon = "controller" if value.row.report is not None and value.row.report.kind == "sensor" else "sensor"
            if value.row.id == states.EMBEDDED:
                icon = "computer"
            paint_two_lines(painter, rect, icon, "text-quiet", states.name(value.row), states.below(value.row), "text-quiet", 18)


def _quota(painter: QPainter, rect: QRectF, report: SensorReport) -> None:
    """What it uses as a bar with a mark where its quota ends; below in words, or that it samples."""
    sampling = report.sampling
    high = theme.px(4)
    top = rect.center().y() - theme.px(10)
    track = QRectF(rect.left(), top, rect.width(), high)
    painter.fillRect(track, theme.colour("surface-3"))
    used = min(1.0, max(0.0, sampling.cpu))
    painter.fillRect(QRectF(track.left(), top, track.width() * used, high), theme.colour("accent"))
    edge = track.left() + track.width() * min(1.0, max(0.0, sampling.quota))
    painter.fillRect(QRectF(min(edge, track.right() - 2), top - 3, 2, high + 6), theme.colour("text-quiet"))
    short = states.kept(report)
    painter.setFont(theme.font("quiet"))
    painter.setPen(theme.colour("medium" if short else "text-quiet"))
    words = QRectF(rect.left(), top + high + theme.px(4), rect.width(), theme.line_height("quiet"))
    shown = painter.fontMetrics().elidedText(short or states.quota(report), Qt.TextElideMode.ElideRight, int(words.width()))
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)


class SensorTable(Table):
    """Rows of SensorLine."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, height="row-source")
        self.setItemDelegate(SensorDelegate(self))
        self.setAccessibleName(tr("Sensors"))

    def show_lines(self, lines: Sequence[SensorLine]) -> None:
        """Show these; the same sensors as before only change their words."""
        if not self.change_rows(lines, key=lambda line: line.row.id):
            self.setFixedHeight(theme.space("row-header") + min(len(lines), MOST_ROWS) * theme.space("row-source") + 2)

    def choose(self, id: str) -> bool:
        """Make a sensor the current row; False when it is not there."""
        for place, line in enumerate(self.rows_model().rows):
            if line.row.id == id:
                if self.currentIndex().row() != place:
                    self.setCurrentIndex(self.model().index(place, 0))
                return True
        return False
