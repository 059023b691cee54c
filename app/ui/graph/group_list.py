"""What is in a group of the graph: a panel over the canvas with a search; members can be taken out one by one."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.model.entity import EntityRef
from app.model.graph import Traits
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.plots.drawing import name_of
from app.ui.plots.neighbourhood import Node
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.search_field import SearchField
from app.ui.widgets.words import Elided

MOST = 2_000
"""Members listed at once; the search finds among all."""
NONE = Traits()


class GroupList(QFrame):
    """taken(keys): these shall stand alone. opened(EntityRef): Enter or double click. closed: Esc or the cross."""

    taken = Signal(object)
    opened = Signal(object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("popup")
        self._members: tuple[EntityRef, ...] = ()
        self._traits: dict[str, Traits] = {}
        self._held: list[str] = []
        """What the search looks in, member by member; made for the first search."""
        self.title = Elided("", "section")
        self.field = SearchField(tr("Find in the group"))
        columns = (
            Column("Member", lambda ref: ref, 160, "entity", stretch=True),
            Column("", lambda ref: self._of(ref).subnet or self._of(ref).unit, 110, "quiet"),
        )
        self.table = Table(columns, margin=theme.px(12))
        self.table.setAccessibleName(tr("Members of the group"))
        self.count = Elided("", "quiet", "text-quiet")
        self.take = Button(tr("Take out"), tip="Let it stand alone in the picture", on_click=self._take)
        close = Button("", "close", bare=True, tip="Close the list", on_click=self.closed.emit)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(close)
        foot = QHBoxLayout()
        foot.addWidget(self.count, 1)
        foot.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, theme.px(8), 1, theme.px(8))
        column.setSpacing(theme.px(6))
        for part in (head, foot):
            part.setContentsMargins(theme.px(12), 0, theme.px(8), 0)
        search = QHBoxLayout()
        search.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        search.addWidget(self.field)
        column.addLayout(head)
        column.addLayout(search)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self.setFixedWidth(theme.px(320))
        self.field.paused.connect(self._search)
        self.table.opened.connect(self.opened.emit)
        self.table.installEventFilter(self)

    def show_group(self, node: Node, traits: dict[str, Traits]) -> None:
        """List the members of a group."""
        self._members, self._traits, self._held = node.members, traits, []
        self.title.say(name_of(node))
        self.field.clear()
        self._search()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event) -> None:
        """Nothing waits to be searched."""
        self.field.hold()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes, Down goes from the search to the members."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() == Qt.Key.Key_Down and self.field.hasFocus():
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.table.move(1)
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched, event: QEvent) -> bool:
        """Esc in the table closes as well."""
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return True
        return super().eventFilter(watched, event)

    def _of(self, ref: EntityRef) -> Traits:
        return self._traits.get(ref.key, NONE)

    def _search(self) -> None:
        wanted = self.field.text().lower().strip()
        if wanted and not self._held:
            self._held = [f"{one.label.lower()}\n{one.key}\n{self._of(one).subnet}" for one in self._members]
        found = [one for one, held in zip(self._members, self._held, strict=True) if wanted in held] if wanted else self._members
        self.table.show_rows(found[:MOST])
        some = f"{wording.number(len(found))} of " if len(found) < len(self._members) else ""
        first = f", the first {wording.number(MOST)} listed" if len(found) > MOST else ""
        self.count.say(f"{some}{wording.count(len(self._members), 'member')}{first}")
        self.take.setEnabled(bool(found))

    def _take(self) -> None:
        row = self.table.current_row() or (self.table.rows_model().row(0) if self.field.text() else None)
        if row is not None:
            self.taken.emit((row.key,))
