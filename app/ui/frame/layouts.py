"""Named layouts: which panes stand where, for which page; some come with the program, more are the user's."""

from typing import NamedTuple

from app.arrangement import Arrangement, Panes
from app.ui.actions import BY_ID, Action

LONGEST = 60


class Layout(NamedTuple):
    """One that comes with the program. page: where it leads; inspector: beside that page; below: panes under it."""

    page: str
    inspector: bool
    below: tuple[str, ...] = ()


BUILT_IN: dict[str, Layout] = {
    "Triage": Layout("alerts", True),
    "Packet": Layout("activities", False, ("problems",)),
    "Graph": Layout("graph", False),
}


def actions(held: Arrangement) -> list[Action]:
    """What can be done with the user's layouts: the rows that the table of actions cannot know."""
    rows = []
    for name in held.layouts:
        for verb, command in (
            ("Layout", "use_layout"),
            ("Rename the layout", "rename_layout"),
            ("Remove the layout", "remove_layout"),
        ):
            rows.append(Action(f"{command}:{name}", f"{verb}: {name}", "columns", "", command, argument=name))
    return rows


def action(id: str, held: Arrangement) -> Action | None:
    """An action by its id, of the table or of a layout of the user."""
    return BY_ID.get(id) or next((one for one in actions(held) if one.id == id), None)


def name_of(typed: str, held: Arrangement, but: str = "") -> tuple[str, str]:
    """The name that was typed and "", or "" and one sentence that says why it cannot be one. but: a layout that is renamed."""
    name = " ".join(typed.split())[:LONGEST]
    if not name:
        return "", "A layout needs a name."
    if name.lower() in (one.lower() for one in BUILT_IN):
        return "", f"{name} is a layout of the program; take another name."
    if name in held.layouts and but and name != but:
        return "", f"There is a layout {name} already."
    return name, ""


def panes(layout: Layout) -> Panes:
    """The same as it is kept; no state: the panes as at first."""
    return Panes(inspector=layout.inspector, page=layout.page)
