"""Tables about one sensor: its sources, its controllers, its health, its configurations."""

from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.model.sensor import ControllerSight
from app.model.source import SourceState
from app.ui import wording
from app.ui.sensors.revisions import Revision
from app.ui.sources.live_table import SIGNS as SOURCE_SIGNS
from app.ui.sources.source_kinds import BY_WORD, STATES
from app.ui.tables.cells import Column, RowDelegate
from app.ui.tables.table import Table
from app.ui.tables.two_lines import paint_two_lines

REVISION_SIGNS = {
    "applied": ("check", "good"), "refused": ("close", "high"), "sent": ("clock", "accent"), "earlier": ("clock", "text-quiet"),
}  # fmt: skip


def _label(one: SourceState) -> str:
    return one.label.removesuffix(wording.LIVE)


def _problems(one: SourceState) -> str:
    told = [f"{problem.what}: {wording.number(problem.count)}" for problem in one.problems]
    return "\n".join([one.error, *told][:12]) if one.error else "\n".join(told[:12])


SOURCES = (
    Column("Source", lambda one: _Titled(one), 210, tip=_label),
    Column("State", lambda one: one, 200, stretch=True, tip=lambda one: one.error or STATES.get(one.state, one.state)),
    Column("Rate", lambda one: wording.rate(one.rate) if one.state == "running" else "", 84, "number", firm=True),
    Column("Received", lambda one: wording.number(one.records), 92, "number", firm=True),
    Column("Activities", lambda one: wording.number(one.activities), 86, "number", firm=True),
    Column("Dropped", lambda one: wording.number(one.dropped), 76, "number", firm=True, tip=_problems),
    Column("Last", lambda one: wording.clock(one.last) if one.last else "", 84, "quiet", firm=True),
)
CONTROLLERS = (
    Column("Controller", lambda one: one.fqdn, 280, cut="middle", stretch=True, tip=lambda one: one.fqdn),
    Column("Last traffic", lambda one: wording.moment(one.last) if one.last else "nothing yet", 190, "quiet"),
    Column("Packets", lambda one: wording.number(one.packets), 100, "number", firm=True),
    Column("Answers", lambda one: _reached(one), 130, "quiet", firm=True, tip=lambda one: _reached_tip(one)),
)
REVISIONS = (
    Column("Revision", lambda one: str(one.config.revision), 70, "number", firm=True),
    Column("State", lambda one: one, 190, tip=lambda one: one.why or one.words),
    Column("When", lambda one: wording.moment(one.config.at) if one.config.at else "", 150, "quiet", firm=True),
    Column("Who", lambda one: one.config.who, 130, "quiet", cut="middle", tip=lambda one: one.config.who),
    Column("What changed", lambda one: one.summary, 260, stretch=True, tip=lambda one: "\n".join(map(str, one.changed[:20]))),
)


def _reached(one: ControllerSight) -> str:
    return {True: "yes", False: "no", None: "not asked"}[one.reachable]


def _reached_tip(one: ControllerSight) -> str:
    return {
        True: "Its directory answered this sensor.", False: "Its directory did not answer this sensor.",
        None: "This sensor does not synchronise with it, so nobody asked.",
    }[one.reachable]  # fmt: skip


class _Titled:
    """A source for the first cell, which is painted otherwise than its state."""

    def __init__(self, source: SourceState) -> None:
        self.source = source

    def __str__(self) -> str:
        return _label(self.source)


class TwoLineDelegate(RowDelegate):
    """Sources and revisions in two lines."""

    def __init__(self, parent) -> None:
        super().__init__(parent, "row-source")

    def paint_cell(self, painter: QPainter, rect: QRectF, column: Column, value: Any, dim: bool) -> None:
        """Paint one value into rect."""
        if isinstance(value, _Titled):
            kind = BY_WORD.get(value.source.kind)
            icon, title = (kind.icon, kind.title) if kind is not None else ("sources", value.source.kind)
            paint_two_lines(painter, rect, icon, "text-quiet", _label(value.source), title, "text-quiet", 18)
        elif isinstance(value, SourceState):
            icon, role = SOURCE_SIGNS.get(value.state, ("clock", "text-quiet"))
            words = STATES.get(value.state, value.state)
            paint_two_lines(painter, rect, icon, role, words, value.error, "high" if value.error else "text-quiet")
        elif isinstance(value, Revision):
            icon, role = REVISION_SIGNS[value.state]
            paint_two_lines(painter, rect, icon, role, value.words, value.why, "high" if value.why else "text-quiet")
        else:
            super().paint_cell(painter, rect, column, value, dim)


def two_line_table(columns: tuple[Column, ...], name: str) -> Table:
    """A table within a page that scrolls, with rows of two lines."""
    table = Table(columns, height="row-source")
    table.setItemDelegate(TwoLineDelegate(table))
    table.setAccessibleName(name)
    table.fit_rows()
    return table


def plain_table(columns: tuple[Column, ...], name: str) -> Table:
    """A table within a page that scrolls."""
    table = Table(columns)
    table.setAccessibleName(name)
    table.fit_rows()
    return table
