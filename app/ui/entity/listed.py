"""A list in a tab: what it is in one line, pills that narrow it down, a table that sorts, a sentence where there is nothing."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.about import Read
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.entity.tabs import Pills
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.empty import Empty
from app.ui.widgets.words import SectionHeading

WAITING = "Asking…"


class Listed(QWidget):
    """Rows that are all in memory. proof_of: id of the activity that a row rests on; kind_of: the pill that a row belongs to."""

    def __init__(
        self,
        desk: Desk,
        title: str,
        columns: Sequence[Column],
        sorts: Mapping[str, Callable[[Any], Any]],
        nothing: str,
        proof_of: Callable[[Any], str],
        kind_of: Callable[[Any], str],
        right: tuple[QWidget, ...] = (),
        sort: str = "",
    ) -> None:
        """sort: what it is sorted by at first, the first of sorts by default."""
        super().__init__()
        self._desk, self._sorts, self._proof_of, self._kind_of = desk, sorts, proof_of, kind_of
        self._rows: tuple[Any, ...] = ()
        self._nothing_words = nothing
        self._title, self._columns, self._right, self._sort = title, columns, right, sort or next(iter(sorts))
        self._made = False
        for one in right:
            one.setParent(self)
            one.hide()

    def showEvent(self, event: QShowEvent) -> None:
        """Made when it is seen first: a page of an entity has five lists, of which most are never looked at."""
        self.table  # noqa: B018
        super().showEvent(event)

    @cached_property
    def heading(self) -> SectionHeading:
        """Title, what is to be said beside it."""
        for one in self._right:
            one.show()
        return SectionHeading(self._title, right=self._right)

    @cached_property
    def pills(self) -> Pills:
        """Kinds of rows."""
        made = Pills(f"{self._title}: kinds")
        made.changed.connect(lambda _: self._show())
        return made

    @cached_property
    def nothing(self) -> Empty:
        """What is said where there is no row."""
        return Empty(WAITING)

    @cached_property
    def table(self) -> Table:
        """The rows; with them all is made that stands above."""
        table = Table(self._columns)
        table.setAccessibleName(self._title)
        table.sorted_by = (self._sort, True)
        table.sort_asked.connect(lambda *_: self._show())
        table.chosen.connect(self._inspect)
        table.opened.connect(self._open)
        margin = theme.space("margin")
        above = QVBoxLayout()
        above.setContentsMargins(margin, theme.space("group"), margin, theme.px(8))
        above.setSpacing(theme.px(8))
        above.addWidget(self.heading)
        above.addWidget(self.pills)
        above.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(above)
        column.addWidget(table, 1)
        table.hide()
        column.addStretch(0)
        self._made = True
        return table

    def wait(self) -> None:
        """Forget the rows of another entity; new ones are on their way."""
        self._rows = ()
        if not self._made:
            return
        self.pills.show_choices(())
        self.heading.note.say("")
        self.nothing.sentence.say(WAITING)
        self._show()
        self.nothing.sentence.say(WAITING)

    def show_rows(self, rows: Sequence[Any], kinds: Sequence[tuple[str, str]], read: Read | None = None, note: str = "") -> None:
        """Other rows; kinds: (name, words) of the pills; read: how much was read for them."""
        self._rows = tuple(rows)
        self.table  # noqa: B018
        self.pills.show_choices(kinds if len(kinds) > 1 else ())
        said = [note] if note else []
        if read is not None and read.read < read.total:
            said.append(f"from the latest {wording.number(read.read)} of {wording.number(read.total)} activities")
        self.heading.note.say("; ".join(said))
        self.nothing.sentence.say(self._nothing_words)
        self._show()

    def rows(self) -> list[Any]:
        """What is shown, in its order."""
        return list(self.table.rows_model().rows)

    def _show(self) -> None:
        wanted = self.pills.current
        rows = [row for row in self._rows if not wanted or self._kind_of(row) == wanted]
        key, descending = self.table.sorted_by
        rows.sort(key=self._sorts[key], reverse=descending)
        self.table.show_rows(rows, key=self._proof_of)
        self.table.setVisible(bool(self._rows))
        self.nothing.setVisible(not self._rows)

    def _inspect(self, row: Any) -> None:
        if row is not None and self._proof_of(row):
            self._desk.inspect(self._proof_of(row), True)

    def _open(self, row: Any) -> None:
        if self._proof_of(row):
            self._desk.go("activities", self._proof_of(row))
