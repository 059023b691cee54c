"""What a directory says of an entity, laid out for its page."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.entity import EntityRef
from app.model.rows import DirectoryEntry
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.widgets.cards import facts
from app.ui.widgets.chips import Tag
from app.ui.widgets.flow import flow
from app.ui.widgets.sentence import EntityLabel
from app.ui.widgets.words import SectionHeading, Words

LABELS = 168
SHOWN = 120
"""Links of a list that are made; a group of thousands would hold up the window."""


class DirectoryView(QWidget):
    """One entry of a directory: account options, facts, groups, members."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._shown: DirectoryEntry | None = None
        self._parts = QVBoxLayout(self)
        margin = theme.space("margin")
        self._parts.setContentsMargins(margin, theme.space("group"), margin, margin)
        self._parts.setSpacing(theme.px(8))

    def show_entry(self, entry: DirectoryEntry | None) -> None:
        """Show another entry; the same one stays as it is."""
        if entry == self._shown:
            return
        self._shown = entry
        while self._parts.count():
            old = self._parts.takeAt(0).widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        if entry is None:
            return
        self._parts.addWidget(SectionHeading("In the directory", f"{entry.source}, as of {wording.period(entry.at, entry.at)}"))
        if entry.options:
            self._parts.addWidget(flow(*(Tag(one, "Option") for one in entry.options), gap=6))
        if entry.facts:
            self._parts.addWidget(facts([(name, value) for name, value in entry.facts], LABELS, 4000))
        self._list("Member of", entry.groups, len(entry.groups))
        self._list("Member of, through groups", entry.nested, entry.total_nested)
        deeper = f", {wording.number(entry.deeper)} more through groups" if entry.deeper else ""
        self._list("Members", entry.members, entry.total_members, deeper)
        self._parts.addStretch(1)

    def _list(self, title: str, refs: Sequence[EntityRef], total: int, more: str = "") -> None:
        if not refs and not total:
            return
        self._parts.addSpacing(theme.px(8))
        self._parts.addWidget(SectionHeading(title, wording.number(total) + more))
        self._parts.addWidget(flow(*(EntityLabel(one, self._desk.follow, "text") for one in refs[:SHOWN]), gap=14))
        if total > SHOWN:
            self._parts.addWidget(Words(f"{wording.number(total - SHOWN)} more are not shown here.", look="quiet"))
