"""Menus of the graph: what is left out, how it is coloured and grouped, what can be done to a node."""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtWidgets import QMenu

from app.ui import keys, wording
from app.ui.actions import ACTIONS
from app.ui.desk import Desk
from app.ui.plots.drawing import name_of
from app.ui.plots.neighbourhood import Node, plural, trait
from app.ui.plots.sketch import Sketch

KINDS = ("user", "computer", "controller", "service", "group", "address", "domain")
COLOURS = {
    "kind": "What it is, alerts in their colour",
    "family": "Activities by protocol",
    "severity": "Severity of its alerts",
    "tag": "Tags",
    "community": "Community",
}
SIZES = {"activities": "Activities", "neighbours": "Neighbours", "alerts": "Alerts"}
GROUPINGS = {
    "fold": "Those with the same neighbours",
    "community": "Communities",
    "none": "Nobody: every entity by itself",
}
SPLITS = {
    "subnet": "network", "unit": "department or organisational unit", "group": "group in the directory", "kind": "kind",
    "alerts": "whether alerts name them",
}  # fmt: skip
MOST_PARTS = 200
"""Parts that a split may give; more would be no help."""
MOST_STARTS = 40
MORE_KEYS = (
    ("Arrows", "Walk to a neighbour; with Shift: move the picture"),
    ("Enter", "Open a group, expand an entity"),
    ("E, Backspace", "Expand what is chosen, take it back"),
    ("Del, I", "Hide what is chosen, keep only that"),
    ("P", "Pin what is chosen, or free it"),
    ("N, W", "Choose the neighbours too, path between two"),
    ("L", "Show or hide the list of edges"),
    ("+, -, 0", "Larger, smaller, all of it"),
)
"""Keys of the canvas, for the sheet of keys."""


def fill_filters(
    menu: QMenu, sketch: Sketch, kinds: Iterable[str], families: Mapping[str, int], change: Callable[..., object]
) -> None:
    """A tick for each kind of entity and each family of activities; change(words, field, values)."""
    found = set(kinds) | set(sketch.kinds)
    menu.addSection("Entities")
    for kind in KINDS:
        if kind in found:
            _tick(menu, plural(kind).capitalize(), kind, sketch.kinds, lambda values: change("kinds", "kinds", values))
    menu.addSection("What passed between them")
    for family in dict.fromkeys((*families, *sketch.families)):
        word = "Memberships and rights (only possible)" if family == "member" else wording.tidy(family, 40)
        count = f"  {wording.number(families[family])}" if family in families else ""
        _tick(menu, f"{word}{count}", family, sketch.families, lambda values: change("kinds", "families", values))
    menu.addSeparator()
    menu.addAction("Show all kinds").triggered.connect(lambda *_: change("all kinds", "", ()))


def _tick(menu: QMenu, words: str, value: str, out: tuple[str, ...], changed: Callable[[tuple[str, ...]], object]) -> None:
    action = menu.addAction(words.replace("&", "&&"))
    action.setCheckable(True)
    action.setChecked(value not in out)
    action.triggered.connect(
        lambda on: changed(tuple(one for one in out if one != value) if on else tuple(sorted({*out, value})))
    )


def fill_look(menu: QMenu, sketch: Sketch, change: Callable[[str, str], object]) -> None:
    """Colour, size, groups: one of each; change(field, value)."""
    for title, field, words in (("Colour by", "colour", COLOURS), ("Size by", "size", SIZES), ("Group", "grouping", GROUPINGS)):
        menu.addSection(title)
        for value, name in words.items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(getattr(sketch, field) == value)
            action.triggered.connect(lambda *_, field=field, value=value: change(field, value))


def fill_split(menu: QMenu, node: Node, traits, change: Callable[[str], object]) -> None:
    """By what a group can be opened in part: only what tells its members apart."""
    for by, words in SPLITS.items():
        values = {trait(ref, traits[ref.key], by) for ref in node.members if ref.key in traits}
        if 1 < len(values) <= MOST_PARTS:
            action = menu.addAction(f"By {words} ({len(values)})")
            action.triggered.connect(lambda *_, by=by: change(by))
    if menu.isEmpty():
        menu.addAction(f"Nothing tells {name_of(node)} apart".replace("&", "&&")).setEnabled(False)


OWN_KEYS = {
    "graph.node.expand": "E", "graph.node.collapse": "Backspace", "graph.node.hide": "Del", "graph.node.pin": "P",
    "graph.node.only": "I", "graph.node.neighbours": "N", "graph.node.way": "W", "graph.all.edges": "L",
}  # fmt: skip
"""Keys that the canvas takes while it has the focus."""
FOR_ENTITIES = ("graph.node.page", "graph.node.start", "graph.node.activities", "graph.node.way")
"""Actions that a group has not; that of lists is for groups alone."""


def fill_commands(menu: QMenu, page: object, node: Node | None) -> None:
    """What can be done to a node, or None: to the picture; from the table of actions."""
    for action in ACTIONS:
        if not action.id.startswith("graph.node." if node is not None else "graph.all."):
            continue
        if node is not None and (action.id in FOR_ENTITIES if node.members else action.id == "graph.node.list"):
            continue
        key = keys.shown(action.id) or OWN_KEYS.get(action.id, "")
        entry = menu.addAction(keys.beside(action.words, key))
        entry.triggered.connect(_calling(page, action.command, ""))


def fill_save(menu: QMenu, page: object) -> None:
    """What can be kept of the picture."""
    for action in ACTIONS:
        if action.id.startswith("graph.save."):
            menu.addAction(action.words).triggered.connect(_calling(page, action.command, action.argument))


def fill_kept(
    menu: QMenu, names: Iterable[str], seen: Callable[[str], str], show: Callable[[str], object], remove: Callable[[str], object]
) -> None:
    """Pictures that are kept in the case, to be shown or removed. seen: a name as it may be read."""
    every = list(names)
    for title, does in (("Pictures kept in the case", show), ("Remove a picture", remove)):
        part = menu.addMenu(title)
        part.setEnabled(bool(every))
        for name in every:
            entry = part.addAction(wording.tidy(seen(name), 80).replace("&", "&&"))
            entry.triggered.connect(lambda *_, name=name, does=does: does(name))


def fill_start(menu: QMenu, desk: Desk, worst: str, chosen: Node | None) -> None:
    """Where a picture can begin. worst: key of the source of the worst alert."""
    menu.addAction("The whole case").triggered.connect(lambda *_: desk.go("graph", "*"))
    if worst:
        menu.addAction("The source of the worst alert").triggered.connect(lambda *_: desk.go("graph", worst))
    if chosen is not None and not chosen.members:
        entry = menu.addAction(f"Around {name_of(chosen)}".replace("&", "&&"))
        entry.triggered.connect(lambda *_: desk.go("graph", chosen.ref.key))
    for title, things in (
        ("Parties of an incident", [(one.title, f"alert:{','.join(one.alerts)}") for one in desk.incidents]),
        ("Parties of an alert", [(one.title, f"alert:{one.id}") for one in desk.alerts]),
    ):
        part = menu.addMenu(title)
        part.setEnabled(bool(things))
        for words, text in things[:MOST_STARTS]:
            entry = part.addAction(wording.tidy(words, 80).replace("&", "&&"))
            entry.triggered.connect(lambda *_, text=text: desk.go("graph", filter=text))


def _calling(page: object, command: str, argument: str) -> Callable[..., object]:
    does = getattr(page, command.partition(":")[2])
    return lambda *_: does(argument) if argument else does()
