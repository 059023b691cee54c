"""The edges of the picture as a table: from, to, what passed, how often, when; the way through the graph for a screen reader."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.entity import EntityRef
from app.model.rows import Edge
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.plots.drawing import Drawing, name_of
from app.ui.plots.graph_paint import edge_words
from app.ui.plots.neighbourhood import Node
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.search_field import SearchField
from app.ui.widgets.words import Elided


class EdgeRow(NamedTuple):
    """One edge with the nodes at its ends."""

    origin: Node
    target: Node
    edge: Edge


def _end(node: Node) -> EntityRef:
    return EntityRef(node.ref.kind, node.key, name_of(node)) if node.members else node.ref


def _when(at: int) -> str:
    return wording.moment(at) if at else "—"


COLUMNS = (
    Column("", lambda row: f"severity:{row.edge.severity}" if row.edge.severity else "", 24, "sign", firm=True),
    Column("From", lambda row: _end(row.origin), 180, "entity", stretch=True, sort="from"),
    Column("To", lambda row: _end(row.target), 180, "entity", stretch=True, sort="to"),
    Column("What passed", lambda row: _what(row.edge), 220, "quiet", stretch=True, sort="what"),
    Column("Count", lambda row: wording.number(row.edge.count), 80, "number", sort="count"),
    Column("First", lambda row: _when(row.edge.first), 150, "quiet", narrow=False, sort="first"),
    Column("Last", lambda row: _when(row.edge.last), 150, "quiet", sort="last"),
)
SORTS = {
    "from": lambda row: (name_of(row.origin).lower(), name_of(row.target).lower()),
    "to": lambda row: (name_of(row.target).lower(), name_of(row.origin).lower()),
    "what": lambda row: _what(row.edge),
    "count": lambda row: row.edge.count,
    "first": lambda row: row.edge.first,
    "last": lambda row: row.edge.last,
}


def _what(edge: Edge) -> str:
    if edge.tie != "seen" and not edge.count:
        return edge_words(edge)
    return ", ".join(f"{wording.tidy(name, 40)} {wording.number(count)}" for name, count in edge.families)


def rows_of(drawing: Drawing, sort: str, descending: bool, text: str) -> list[EdgeRow]:
    """Edges of a picture whose ends or families hold a text, sorted; those of alerts first by default."""
    wanted = text.lower()
    nodes = drawing.nodes
    rows = [EdgeRow(nodes[drawing.index[one]], nodes[drawing.index[other]], edge) for one, other, edge in drawing.shown.edges]
    if wanted:
        rows = [
            row for row in rows
            if wanted in name_of(row.origin).lower() or wanted in name_of(row.target).lower() or wanted in _what(row.edge).lower()
        ]  # fmt: skip
    if sort in SORTS:
        return sorted(rows, key=SORTS[sort], reverse=descending)
    return sorted(rows, key=lambda row: (not row.edge.alerted, -row.edge.count, row.origin.key, row.target.key))


class EdgeList(QWidget):
    """changed: sort or text is another, the page asks for rows_of again. chosen(EdgeRow), opened(EdgeRow)."""

    changed = Signal()
    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.field = SearchField(tr("Find in the edges"))
        self.field.setMaximumWidth(theme.px(260))
        self.sentence = Elided("", "quiet", "text-quiet")
        self.table = Table(COLUMNS)
        self.table.setAccessibleName(tr("Edges of the picture"))
        head = QHBoxLayout()
        head.setContentsMargins(theme.space("margin"), theme.px(6), theme.space("margin"), theme.px(2))
        head.addWidget(self.sentence, 1)
        head.addWidget(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        self._quiet = False
        self.field.textChanged.connect(lambda *_: self.changed.emit())
        self.table.sort_asked.connect(lambda *_: self.changed.emit())
        self.table.chosen.connect(lambda row: None if self._quiet or row is None else self.chosen.emit(row))
        self.table.opened.connect(self.opened.emit)

    def show_rows(self, rows: Sequence[EdgeRow], total: int) -> None:
        """Show other rows, out of so many edges."""
        self._quiet = True
        self.table.show_rows(rows, lambda row: (row.origin.key, row.target.key))
        self._quiet = False
        some = f"{wording.number(len(rows))} of " if len(rows) < total else ""
        self.sentence.say(f"{some}{wording.count(total, 'edge')}; Enter opens the activities behind one")

    def show_ends(self, key: str) -> None:
        """Make the first edge of a node current, without telling."""
        rows = self.table.rows_model().rows
        now = self.table.current_row()
        if now is not None and key in (now.origin.key, now.target.key):
            return
        place = next((number for number, row in enumerate(rows) if key in (row.origin.key, row.target.key)), -1)
        if place >= 0:
            self._quiet = True
            self.table.setCurrentIndex(self.table.model().index(place, 0))
            self._quiet = False
