"""What a step does to the sketch of the graph: plain values in, the sketch after it out; None when there is nothing to do."""

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from app.ui.plots.layout import Place
from app.ui.plots.neighbourhood import Node
from app.ui.plots.sketch import ROOTS, Sketch


def expanded(sketch: Sketch, chosen: Sequence[Node]) -> Sketch | None:
    """What the chosen entities touched is drawn, of at most ROOTS entities, and the members of chosen groups."""
    groups = tuple(one.key for one in chosen if one.members)
    new = tuple(one.key for one in chosen if not one.members and one.key not in sketch.roots)
    new = new[: max(0, ROOTS - len(sketch.roots))]
    if not groups and not new:
        return None
    return replace(sketch, opened=(*sketch.opened, *groups), roots=(*sketch.roots, *new))


def collapsed(sketch: Sketch, chosen: Sequence[Node], opened: Mapping[str, Collection[str]]) -> Sketch:
    """What the chosen were expanded to goes; members of an opened group, or of a part of one, go back into it.

    opened: groups that were opened, with the keys of their members.
    """
    keys = {one.key for one in chosen}
    roots = tuple(one for one in sketch.roots if one not in keys)
    if not roots and sketch.query is None:
        roots = sketch.roots[:1]
    return replace(
        sketch,
        roots=roots,
        opened=tuple(one for one in sketch.opened if keys.isdisjoint(opened.get(one, ()))),
        split=tuple(one for one in sketch.split if not any(key.startswith(f"{one[0]}|") for key in keys)),
        loose=tuple(one for one in sketch.loose if one not in keys),
    )


def hidden(sketch: Sketch, chosen: Sequence[Node]) -> Sketch | None:
    """The chosen are left out; None where the picture begins with all of them."""
    keys = entities(chosen)
    roots = tuple(one for one in sketch.roots if one not in keys)
    if not keys or (not roots and sketch.query is None):
        return None
    return replace(sketch, removed=tuple(sorted({*sketch.removed, *keys})), roots=roots)


def only(sketch: Sketch, chosen: Sequence[Node]) -> Sketch | None:
    """Everything but the chosen is left out; where the picture begins stays."""
    keys = entities(chosen)
    return replace(sketch, only=tuple(sorted({*keys, *sketch.roots}))) if keys else None


def entities(chosen: Sequence[Node]) -> set[str]:
    """Keys of every entity that is chosen, by itself or in a group."""
    return {ref.key for one in chosen for ref in (one.members or (one.ref,))}


def pinned(sketch: Sketch, keys: Collection[str], places: Mapping[str, Place]) -> Sketch:
    """These stand where they are now; those that are all pinned already are freed."""
    before = {key: (x, y) for key, x, y in sketch.pinned}
    if all(key in before for key in keys):
        after = {key: at for key, at in before.items() if key not in keys}
    else:
        after = before | {key: places[key] for key in keys}
    return placed(sketch, after)


def placed(sketch: Sketch, places: Mapping[str, Place]) -> Sketch:
    """Exactly these are pinned."""
    return replace(sketch, pinned=tuple((key, round(x, 1), round(y, 1)) for key, (x, y) in sorted(places.items())))


def joined(sketch: Sketch, way: Sequence[str], ends: Collection[str]) -> Sketch:
    """Everybody on a way is drawn, outside of every group. ends: the two that it joins."""
    inner = tuple(key for key in way if key not in ends and key not in sketch.roots)
    return replace(
        sketch,
        roots=(*sketch.roots, *(inner if sketch.query is None else ())),
        removed=tuple(key for key in sketch.removed if key not in way),
        loose=tuple(dict.fromkeys((*sketch.loose, *way))),
        only=(),
    )
