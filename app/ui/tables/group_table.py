"""Activities counted by one field, with share and how they lie in time."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.asking import GROUPS, Group, Groups
from app.model.entity import EntityRef
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.tables.cells import Column, RowDelegate
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Elided


class Line(NamedTuple):
    """One group with what share of all it is, 0 to 1, and of the greatest one."""

    group: Group
    share: float
    bar: float
    field: str


def _columns(field: str) -> tuple[Column, ...]:
    return (
        Column(
            GROUPS.get(field, field).capitalize(),
            lambda line: line.group.ref if isinstance(line.group.ref, EntityRef) else line.group.value or "—",
            220,
            "entity" if field in ("who", "from", "to") else "text",
            stretch=True,
            cut="middle",
            key=field,
            term=lambda line: line.group.term,
        ),
        Column("Activities", lambda line: wording.number(line.group.count), 104, "number", firm=True),
        Column("Share", lambda line: _share(line.share), 86, "number", firm=True),
        Column("", lambda line: line, 120, "quiet", narrow=False),
        Column("Over time", lambda line: line, 150, "quiet", narrow=False),
        Column("First", lambda line: wording.moment(line.group.first), 128, "quiet"),
        Column("Last", lambda line: wording.moment(line.group.last), 128, "quiet"),
    )


def _share(part: float) -> str:
    return f"{100 * part:.0f} %" if part >= 0.095 or part == 0 else f"{100 * part:.1f} %" if part >= 0.001 else "< 0.1 %"


class _Paint(RowDelegate):
    """Rows with a bar of the share and small bars over time."""

    def paint_cell(self, painter: QPainter, rect: QRectF, column: Column, value: object, dim: bool) -> None:
        if not isinstance(value, Line):
            super().paint_cell(painter, rect, column, value, dim)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        if not column.title:
            height = theme.px(6)
            painter.setBrush(theme.colour("accent-quiet"))
            painter.drawRect(QRectF(rect.left(), rect.center().y() - height / 2, rect.width(), height))
            painter.setBrush(theme.colour("accent"))
            painter.drawRect(QRectF(rect.left(), rect.center().y() - height / 2, max(1.0, rect.width() * value.bar), height))
            return
        spark, most = value.group.spark, max(value.group.spark, default=0)
        step = rect.width() / max(1, len(spark))
        room = rect.height() - theme.px(8)
        painter.setBrush(theme.colour("chart-1"))
        for place, count in enumerate(spark):
            if count:
                height = max(1.5, room * count / most)
                painter.drawRect(
                    QRectF(rect.left() + place * step, rect.bottom() - theme.px(4) - height, max(1.0, step - 1), height)
                )


class GroupTable(QWidget):
    """A sentence, the groups, a way back to the rows. chosen(term): Enter or double click; closed: back to the rows."""

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, menu_for: Callable[[Table], object]) -> None:
        super().__init__()
        self._field = ""
        self._menu_for = menu_for
        self.sentence = Elided("", role="text-quiet")
        margin = theme.space("margin")
        head = QHBoxLayout()
        head.setContentsMargins(margin, 0, margin, 0)
        head.addWidget(self.sentence, 1)
        head.addWidget(Button(tr("Back to the rows"), icon="close", bare=True, on_click=self.closed.emit))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))
        self._column.addLayout(head)
        self.table = self._make("who")

    def _make(self, field: str) -> Table:
        table = Table(_columns(field))
        table.setAccessibleName(f"Counted by {GROUPS.get(field, field)}")
        table.setItemDelegate(_Paint(table))
        table.opened.connect(lambda line: self.chosen.emit(line.group.term) if line.group.term else None)
        self._menu_for(table)
        self._column.addWidget(table, 1)
        self._field = field
        return table

    def show_groups(self, found: Groups) -> None:
        """Show other groups."""
        if found.field != self._field:
            old = self.table
            focused = old.hasFocus()
            self.table = self._make(found.field)
            old.hide()
            old.deleteLater()
            if focused:
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        most = max((one.count for one in found.rows), default=1)
        lines = [Line(one, one.count / max(1, found.total), one.count / most, found.field) for one in found.rows]
        self.table.model().show_rows(lines)
        name = GROUPS.get(found.field, found.field)
        words = f"{wording.count(found.total, 'activity', 'activities')} by {name}: {wording.count(found.different, 'value')}"
        if found.different > len(found.rows):
            words += f", the {wording.number(len(found.rows))} of most activities are listed"
        if found.cut:
            words += (
                f". Only the first {wording.number(found.total)} of {wording.number(found.cut)} were counted: narrow the filter"
            )
        self.sentence.say(f"{words}. Enter keeps only one of them.")
        if lines and not self.table.currentIndex().isValid():
            self.table.selectRow(0)
