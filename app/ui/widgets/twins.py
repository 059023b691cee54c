"""Where else the same act is told: in a log, or in packets."""

from typing import NamedTuple

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.model.events import WindowsEvent
from app.model.rows import ActivityRow
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.cards import Card, stacked
from app.ui.widgets.tips import plain_tip
from app.ui.widgets.words import Elided, Paragraph, Words

MOST = 6
BESIDE = 2
"""Links that stand in a line."""


class Twin(NamedTuple):
    """Another telling: its row, what tied the two, its words."""

    row: ActivityRow
    how: str
    words: str


def twins_of(desk: Desk, activity: str) -> list[Twin]:
    """Other tellings of an activity; asks the workspace, so it belongs into a job."""
    session = desk.session
    found = session.queries.twins(activity)[:MOST] if session is not None else ()
    if session is None or not found:
        return []
    details = {one.id: one.detail for one in session.queries.activities_of([row.id for row, _ in found])}
    twins = []
    for row, how in found:
        detail = details.get(row.id)
        if isinstance(detail, WindowsEvent):
            words = f"event {detail.event_id}" + (f" of {detail.computer}" if detail.computer else "")
        else:
            place = f", {desk.place_word(row.input, row.kind)} {wording.number(row.frame)}" if row.frame else ""
            words = f"{wording.kind(row.kind)} in {row.input_name}{place}"
        twins.append(Twin(row, how, wording.tidy(words, 120)))
    return twins


def add_twins(card: Card, desk: Desk, twins: list[Twin]) -> None:
    """A part of the card of an activity with a link to each."""
    lines: list[QWidget] = []
    for one in twins:
        link = LinkButton(one.words[:1].upper() + one.words[1:], lambda one=one: desk.go("activities", one.row.id), elide=True)
        lines.append(stacked([link, Paragraph(wording.tidy(one.how), "quiet", "quiet")], 0))
    if lines:
        card.part(stacked(lines, 6), "Also told by")


class TwinLine(QWidget):
    """One line: Also told by event 4769 of DC1 and so on; hidden while there is none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.links: list[LinkButton] = []
        self.setFixedHeight(theme.px(28))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.space("margin"), 0, theme.space("margin"), 0)
        self._row.setSpacing(theme.px(6))
        self.hide()

    def show_twins(self, twins: list[Twin]) -> None:
        """Show these."""
        while self._row.count():
            old = self._row.takeAt(0).widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self.links = []
        self.setVisible(bool(twins))
        if not twins:
            return
        self._row.addWidget(Words(tr("Also told by"), look="quiet"))
        for one in twins[:BESIDE]:
            link = LinkButton(wording.middle(one.words, 60), lambda one=one: self._desk.go("activities", one.row.id))
            link.setToolTip(plain_tip(one.how))
            self.links.append(link)
            self._row.addWidget(link)
        more = f"and {len(twins) - BESIDE} more" if len(twins) > BESIDE else wording.tidy(twins[0].how)
        self._row.addWidget(Elided(more, "quiet", "text-quiet"))
        self._row.addStretch(1)
