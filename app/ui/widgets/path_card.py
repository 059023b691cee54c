"""What the inspector shows of one step of a path: who has what by it, who says so, the activities, what ends it."""

from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from app.model.paths import PathEdge
from app.model.rows import ActivityRow
from app.ui import wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.cards import Card, buttons, facts, stacked
from app.ui.widgets.chips import Tag
from app.ui.widgets.flow import flow
from app.ui.widgets.sentence import EntityLabel
from app.ui.widgets.words import Paragraph

MOST = 8
TITLES = {"member": "Member of a group", "admin": "Administrator of a computer", "remote": "May enter a computer",
          "session": "Credentials on a computer", "control": "Right over an object"}  # fmt: skip
ENDS = {
    "member": ("Account", "Group"), "admin": ("Who", "Computer"), "remote": ("Who", "Computer"),
    "session": ("Computer", "Credentials of"), "control": ("Who", "Over"),
}  # fmt: skip
MEANS = {
    "member": "Whoever is the account has all that the group may do.",
    "admin": "An administrator of the computer can take what lies in its memory: passwords, hashes and tickets of whoever is, or "
    "was, signed in there.",
    "remote": "Whoever may sign in or run commands there is on the computer; with a weakness of it also its administrator.",
    "session": "The credentials lie on this computer. Whoever administers it can use them as that account.",
    "control": "The right lets its holder take the object over, at once or with one more step.",
}
STATES = {"walked": "alerts", "possible": "", "dormant": "Option"}
STATE_WORDS = {
    "walked": "It was used within the time chosen.",
    "possible": "It holds at the time chosen; nobody was seen using it.",
    "dormant": "It held before, not at the time chosen.",
}


class StepShown(NamedTuple):
    """A step with the time it was asked for, so that its activities are those of that time."""

    edge: PathEdge
    at: int
    window: int


def path_card(desk: Desk, shown: StepShown, rows: tuple[ActivityRow, ...]) -> Card:
    """The card; rows: activities that show the step."""
    edge = shown.edge
    card = Card(tr("Step of a path"), TITLES[edge.kind], STATE_WORDS[edge.state])
    chips: list[QWidget] = [Tag(edge.state.capitalize(), STATES[edge.state] or edge.state)]
    chips.append(Tag(f"{edge.certainty} certainty", "Option"))
    titles = {alert.id: alert.title for alert in desk.alerts}
    card.part(flow(*chips, gap=6))
    one, other = ENDS[edge.kind]
    held: list[tuple[str, QWidget | str]] = [
        (one, EntityLabel(edge.origin, desk.follow, "accent")), (other, EntityLabel(edge.target, desk.follow, "accent")),
        ("Shown by", edge.how),
    ]  # fmt: skip
    if edge.seen:
        held += [("First seen", wording.moment(edge.first)), ("Last seen", wording.moment(edge.last))]
        held.append(("Seen", wording.count(edge.count, "time")))
    elif edge.last > 0:
        held.append(("Told", wording.day(edge.last, year=True)))
    card.part(facts(held, width=92))
    card.part(Paragraph(MEANS[edge.kind]), "What it means")
    card.part(_proof(desk, edge, rows), "Proof")
    named = [LinkButton(titles[id], lambda id=id: desk.go("alert", id), elide=True) for id in edge.alerts[:MOST] if id in titles]
    if named:
        card.part(stacked(list(named), 4), "Alerts that name both")
    if edge.remedy:
        card.part(Paragraph(f"{edge.remedy}."), "What ends it")
    card.part(
        buttons(
            Button(tr("Paths from here"), "paths", on_click=lambda: desk.go("paths", edge.origin.key, **{"way": "from"})),
            Button(tr("Show in graph"), "graph", on_click=lambda: desk.go("graph", edge.origin.key)),
        )
    )
    return card


def _proof(desk: Desk, edge: PathEdge, rows: tuple[ActivityRow, ...]) -> QWidget:
    if not rows:
        why = "It follows from what everybody is." if not edge.seen else "The activities are no longer in the workspace."
        return Paragraph(why, look="quiet")
    lines: list[QWidget] = []
    for row in rows[:MOST]:
        words = f"{wording.moment(row.at)}  {row.what}"
        lines.append(LinkButton(words, lambda id=row.id: desk.go("activities", id), elide=True))
    if len(rows) > MOST:
        lines.append(Paragraph(f"and {wording.number(len(rows) - MOST)} more or further ones", look="quiet"))
    return stacked(lines, 4)
