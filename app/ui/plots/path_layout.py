"""Where the parties of many paths stand in one drawing: columns by steps, rows so that few lines cross, the rest folded."""

from collections.abc import Sequence
from typing import NamedTuple

from app.model.entity import EntityRef
from app.model.paths import AttackPath, EdgeState, PathEdge

SWEEPS = 4
MOST_PATHS = 30
"""Paths that are drawn together; the table below has all."""
STATES: dict[EdgeState, int] = {"dormant": 0, "possible": 1, "walked": 2}


class Spot(NamedTuple):
    """One party, or those of a column that have no room: folded. accounts: how many a group stands for where paths begin."""

    key: str
    ref: EntityRef
    column: int
    row: int
    rows: int
    accounts: int = 0
    folded: tuple[EntityRef, ...] = ()
    sensitive: bool = False


class Arrow(NamedTuple):
    """All edges between two spots. paths: places of the paths that use it."""

    origin: str
    target: str
    edges: tuple[PathEdge, ...]
    state: EdgeState
    paths: frozenset[int]


class Drawing(NamedTuple):
    """Spots by column and row, arrows. shown: paths that are drawn, of all that there are."""

    spots: tuple[Spot, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    columns: int = 0
    shown: int = 0


def drawn(paths: Sequence[AttackPath], forward: bool, rows: int, chosen: int = 0) -> Drawing:
    """The drawing of paths to one target, or (forward) from one start. rows: in one column; chosen: one that is shown whole."""
    some = list(range(min(len(paths), MOST_PATHS)))
    if 0 <= chosen < len(paths) and chosen not in some:
        some[-1] = chosen
    if not some:
        return Drawing()
    first = [chosen, *(one for one in some if one != chosen)] if chosen in some else some
    refs: dict[str, EntityRef] = {}
    accounts: dict[str, int] = {}
    ends: set[str] = set()
    for place in first:
        path = paths[place]
        for edge in path.edges:
            refs.setdefault(edge.origin.key, edge.origin)
            refs.setdefault(edge.target.key, edge.target)
        ends.add(path.target.key)
        if path.start.kind == "group":
            accounts[path.start.key] = path.accounts
    columns = _columns([paths[place] for place in some], forward)
    names = _folded(refs, columns, max(2, rows))
    arrows = _arrows(paths, some, names)
    spots = _placed(refs, columns, names, arrows, accounts, ends)
    return Drawing(spots, arrows, max(columns.values()) + 1, len(some))


def _columns(paths: Sequence[AttackPath], forward: bool) -> dict[str, int]:
    """Column of each party: its fewest steps from the start, or to the target counted from the right."""
    near: dict[str, list[str]] = {}
    for path in paths:
        for edge in path.edges:
            one, other = (edge.origin.key, edge.target.key) if forward else (edge.target.key, edge.origin.key)
            near.setdefault(one, []).append(other)
    front = sorted({path.start.key if forward else path.target.key for path in paths})
    steps = dict.fromkeys(front, 0)
    while front:
        following: list[str] = []
        for key in front:
            for other in near.get(key, ()):
                if other not in steps:
                    steps[other] = steps[key] + 1
                    following.append(other)
        front = following
    most = max(steps.values())
    return steps if forward else {key: most - step for key, step in steps.items()}


def _folded(refs: dict[str, EntityRef], columns: dict[str, int], rows: int) -> dict[str, str]:
    """Key of each party to that of its spot; the last ones of a full column share one."""
    of: dict[int, list[str]] = {}
    for key in refs:
        of.setdefault(columns[key], []).append(key)
    names = {}
    for column, keys in of.items():
        for place, key in enumerate(keys):
            names[key] = key if len(keys) <= rows or place < rows - 1 else f"more:{column}"
    return names


def _arrows(paths: Sequence[AttackPath], some: Sequence[int], names: dict[str, str]) -> tuple[Arrow, ...]:
    edges: dict[tuple[str, str], dict[tuple[str, str, str], PathEdge]] = {}
    uses: dict[tuple[str, str], set[int]] = {}
    for place in some:
        for edge in paths[place].edges:
            pair = names[edge.origin.key], names[edge.target.key]
            if pair[0] != pair[1]:
                edges.setdefault(pair, {})[edge.id] = edge
                uses.setdefault(pair, set()).add(place)
    made = []
    for pair, held in edges.items():
        state = max((one.state for one in held.values()), key=lambda one: STATES[one])
        made.append(Arrow(*pair, tuple(held.values()), state, frozenset(uses[pair])))
    return tuple(made)


def _placed(
    refs: dict[str, EntityRef], columns: dict[str, int], names: dict[str, str], arrows: Sequence[Arrow],
    accounts: dict[str, int], ends: set[str],
) -> tuple[Spot, ...]:  # fmt: skip
    of: dict[int, list[str]] = {}
    held: dict[str, list[EntityRef]] = {}
    for key, ref in refs.items():
        name = names[key]
        if name not in held:
            of.setdefault(columns[key], []).append(name)
        held.setdefault(name, []).append(ref)
    near: dict[str, list[str]] = {}
    for arrow in arrows:
        near.setdefault(arrow.origin, []).append(arrow.target)
        near.setdefault(arrow.target, []).append(arrow.origin)
    height = {name: (place + 0.5) / len(inside) for inside in of.values() for place, name in enumerate(inside)}
    order = sorted(of)
    for sweep in range(SWEEPS):
        for column in reversed(order) if sweep % 2 == 0 else order:
            inside = of[column]
            wish = {name: sum(height[other] for other in near.get(name, [name])) / len(near.get(name, [name])) for name in inside}
            inside.sort(key=lambda name: (name.startswith("more:"), wish[name]))
            for place, name in enumerate(inside):
                height[name] = (place + 0.5) / len(inside)
    spots = []
    for column in order:
        for row, name in enumerate(of[column]):
            inside_refs = held[name]
            folded = tuple(inside_refs) if name.startswith("more:") else ()
            ref = inside_refs[0]
            spots.append(Spot(name, ref, column, row, len(of[column]), accounts.get(name, 0), folded, ref.key in ends))
    return tuple(spots)
