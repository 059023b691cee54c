"""What else decides how an alert is to be read, and what was done with it."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.model.act import Act
from app.model.alert import Alert, Link, plain
from app.model.exclusion import Exclusion
from app.model.incident import Incident
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.emptying import emptied
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.marks import IconMark, marked
from app.ui.widgets.related import Related, related
from app.ui.widgets.sentence import SentenceView
from app.ui.widgets.tips import plain_tip
from app.ui.widgets.words import Elided, Paragraph, Words

MOST_ACTS, MOST_ELSE = 6, 8
LINKED = 280
"""Pixels of the design without which a link stands below the words before it."""


class About(NamedTuple):
    """What is known of an alert beside itself; covering: exclusions that are switched off and would hide it."""

    incident: Incident | None = None
    excluded: Exclusion | None = None
    covering: tuple[Exclusion, ...] = ()
    acts: tuple[Act, ...] = ()


NOTHING = About()


class Notices(QWidget):
    """An exclusion, a suppression, the incident that an alert is part of; one line each with a link, none when there is none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.px(10), 0, 0)
        self._column.setSpacing(theme.px(4))
        self.links: list[LinkButton] = []
        self.hide()

    def show_about(self, alert: Alert, about: About) -> None:
        """Show those of another alert."""
        _empty(self._column)
        self.links = []
        go = self._desk.go
        if alert.excluded:
            words = f"Excluded by {wording.exclusion(about.excluded)}."
            self._add("filter", words, "Exclusions", lambda: go("exclusions"))
        if alert.follows:
            words = "Suppressed, because it falls into the silence of a suppressed alert."
            self._add("pause", words, "That alert", lambda: go("alert", alert.follows))
        incident = about.incident
        if incident is not None:
            others = wording.count(len(incident.alerts) - 1, "other alert")
            self._add("link", f"Part of an incident with {others}:", incident.title, lambda: go("incident", incident.id))
        for one in about.covering[:1] if not alert.excluded else ():
            words = f"An exclusion that is switched off would hide it: {one.kind} {one.value}."
            self._add("filter", words, "Look at it", lambda: go("exclusions"))
        self.setVisible(bool(self.links))

    def _add(self, icon: str, words: str, link: str, on_link: Callable[[], object]) -> None:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(IconMark(icon), 0, Qt.AlignmentFlag.AlignTop)
        button = LinkButton(link, on_link, elide=True, least=LINKED)
        button.setMaximumWidth(theme.measure().horizontalAdvance(button.text()) + 4)
        beside = FlowLayout(gap=8, down=0, fills=True)
        beside.addWidget(Elided(words))
        beside.addWidget(button)
        row.addLayout(beside, 1)
        self.links.append(button)
        self._column.addWidget(holder)


class Acts(QWidget):
    """The newest acts with a link to all of them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))

    def show_acts(self, acts: tuple[Act, ...], subject: str) -> None:
        """Show those of another alert."""
        _empty(self._column)
        for one in acts[:MOST_ACTS]:
            about = wording.tidy(one.words, 120)  # that is this alert
            done = wording.act(one).removeprefix(f"{about}: ").replace(f" of {about}", "")
            more = ", undone since" if one.undone else ", by undo" if one.reverses else ""
            line = Paragraph(f"{wording.moment(one.at)[:-3]}, {wording.tidy(one.who, 60)}: {done}{more}", look="quiet")
            self._column.addWidget(marked("right", "text-quiet", line))
        if acts:
            self.link = LinkButton(tr("History"), lambda: self._desk.go("history", subject))
            self._column.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            self._column.addWidget(Words(tr("Nothing was said of this alert yet."), look="quiet"))
        self._column.addStretch(1)


class Others(QWidget):
    """Other alerts that share a party, the nearest in time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))

    def show_near(self, alert: Alert, incident: Incident | None) -> None:
        """Show those near another alert."""
        near = related(alert, self._desk.alerts, incident)
        _empty(self._column)
        for one in sorted(near[:MOST_ELSE], key=lambda one: one.alert.finding.first):
            self._column.addWidget(self._row(one, alert))
        if len(near) > MOST_ELSE:
            refs = (*alert.finding.accounts, *alert.finding.sources, *alert.finding.targets)
            keys = ",".join(quote(ref.key, safe="") for ref in refs[:6] if ref.kind not in ("controller", "domain"))
            more = f"{len(near) - MOST_ELSE:,} more"
            link = LinkButton(more, lambda: self._desk.go("alerts", entity=keys, state="all"))
            self._column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        if not near:
            self._column.addWidget(
                Words(tr("No other alert shares an account, a source, a target or an incident."), look="quiet")
            )
        self._column.addStretch(1)

    def _row(self, near: Related, alert: Alert) -> QWidget:
        one = near.alert
        first = one.finding.first
        same = wording.same_day(first, alert.finding.first)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, theme.px(4))
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(2, 1)
        grid.addWidget(Sign(f"severity:{one.severity}"), 0, 0)
        grid.addWidget(Words(wording.clock(first)[:5] if same else wording.moment(first)[:-3]), 0, 1)
        link = LinkButton(one.title, lambda: self._desk.go("alert", one.id), elide=True)
        link.setToolTip(plain_tip(plain(one.finding.story[0]) if one.finding.story else one.title))
        grid.addWidget(link, 0, 2)
        party = (Link(": "), Link(near.party.label, entity=near.party)) if near.party is not None else ()
        reason = (Link(f"{near.reason[:1].upper()}{near.reason[1:]}"), *party)
        grid.addWidget(SentenceView(reason, self._desk.follow, "text-quiet", "text", one_line=True), 1, 2)
        return holder


def _empty(layout: QVBoxLayout) -> None:
    emptied(layout)
