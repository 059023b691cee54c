"""What a directory and gateways say of an entity, laid out for its page."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.entity import EntityRef
from app.model.rows import DirectoryEntry, VpnSession
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.tables.cells import Column
from app.ui.widgets.cards import facts
from app.ui.widgets.chips import Tag
from app.ui.widgets.flow import flow
from app.ui.widgets.sentence import EntityLabel
from app.ui.widgets.words import SectionHeading, Words

LABELS = 168
SHOWN = 120
"""Links of a list that are made; a group of thousands would hold up the window."""
SESSIONS = (
    Column("User", lambda one: one.who or one.name or "—", 160, "entity"),
    Column("Address inside", lambda one: ", ".join(one.inside) or "none told", 140, "mono"),
    Column("From outside", lambda one: ", ".join(one.outside) or "—", 140, "mono"),
    Column("Place", lambda one: one.place or "—", 150, "quiet", stretch=True),
    Column("Gateway", lambda one: one.gateway, 120, "mono", narrow=False),
    Column("Began", lambda one: wording.moment(one.first), 138, firm=True, tip=lambda one: wording.period(one.first, one.last)),
    Column("Length", lambda one: _length(one), 130, "quiet", tip=lambda one: wording.period(one.first, one.last)),
)


def _length(one: VpnSession) -> str:
    words = wording.span(max(0, one.last - one.first))
    return words if one.over else f"open, at least {words}" if one.last > one.first else "open"


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
