"""How a sketch becomes a picture: what the workspace is asked for, then folds, places, looks; all of it away from the window."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from app.model.entity import EntityRef
from app.model.filter import ActivityFilter, FilterError, parse
from app.model.graph import Traits
from app.model.rows import Edge, Histogram
from app.ui.navigation import Route
from app.ui.plots.drawing import Drawing, drawing
from app.ui.plots.layout import Cooling, Place, begin
from app.ui.plots.neighbourhood import CROWD, Shown, shown
from app.ui.plots.sketch import ROOTS, Sketch, from_word, query_of
from app.ui.value_menu import typed_time

if TYPE_CHECKING:
    from app.session import Session

NEIGHBOURS = 5_000
"""Edges asked for around one entity."""
ASKED = 3_000
"""Entities of a picture up to which their groups are asked for."""
AT_ONCE = 400
"""Nodes up to which a layout runs to its end before it is shown."""
BUCKETS = 180


class Loaded(Struct, frozen=True, kw_only=True):
    """What a workspace says of a sketch. left_out: edges of what was asked for that are too many.

    labels: entities that are drawn even when nothing passed. kept: name to picture that is kept in the case.
    """

    edges: tuple[Edge, ...] = ()
    left_out: int = 0
    traits: dict[str, Traits] = {}
    labels: dict[str, EntityRef] = {}
    times: Histogram | None = None
    kept: dict[str, str] = {}


class Pictured(Struct, frozen=True, kw_only=True):
    """A picture ready to be shown. communities: empty unless the sketch needs them. cooling: its layout, on its way or over."""

    shown: Shown
    drawing: Drawing
    communities: dict[str, int]
    cooling: Cooling


class Unreadable(Exception):
    """The query of a sketch cannot be read; the message says why."""


def wanted(route: Route) -> Sketch:
    """The sketch that a route asks for: its own, an entity, the parties of a filter, the whole case."""
    kept = from_word(route.option("sketch")) if route.option("sketch") else None
    query = "" if route.key == "*" else route.option("filter") or None
    return kept or Sketch(query=query, roots=(route.key,) if route.key and route.key != "*" else ())


def moment(span: tuple[int, int] | None) -> str:
    """A span (UTC microseconds) as a term of the filter."""
    if span is None:
        return ""
    first, last = (typed_time(at, "microseconds") for at in span)
    return f"time:{first}..{last}"


def _filter(text: str) -> ActivityFilter:
    found = parse(text)
    if isinstance(found, FilterError):
        raise Unreadable(found.message)
    return found


def load(session: "Session", sketch: Sketch) -> Loaded:
    """Ask for edges, traits, times; blocks. Raises Unreadable."""
    queries = session.queries
    when = moment(sketch.span)
    edges: dict[tuple[str, str], Edge] = {}
    left_out = 0
    labels: dict[str, EntityRef] = {}
    if sketch.query is not None:
        text = sketch.query
        found = queries.ties(_filter(f"({text}) {when}" if text and when else text or when))
        left_out += found.total - len(found.edges)
        edges |= {(one.origin.key, one.target.key): one for one in found.edges}
    for key in sketch.roots[:ROOTS]:
        found = queries.ties(_filter(f"{query_of(Sketch(roots=(key,)))} {when}"), key, NEIGHBOURS)
        left_out += found.total - len(found.edges)
        for one in found.edges:
            edges.setdefault((one.origin.key, one.target.key), one)
        labels[key] = queries.ref(key)
    drawn = {ref.key for one in edges.values() for ref in (one.origin, one.target)} | set(sketch.loose)
    for key in sketch.loose[:ROOTS] if sketch.query is not None else ():  # on a way that the query leaves out
        for one in queries.ties(_filter(f"{query_of(Sketch(roots=(key,)))} {when}"), key, NEIGHBOURS).edges:
            if one.origin.key in drawn and one.target.key in drawn:
                edges.setdefault((one.origin.key, one.target.key), one)
        labels[key] = queries.ref(key)
    keys = list(dict.fromkeys([*sketch.roots, *(ref.key for one in edges.values() for ref in (one.origin, one.target))]))
    traits = queries.traits(keys)
    if len(keys) <= ASKED:
        known, sensitive = set(keys), queries.sensitive_groups()
        for one in (*queries.memberships(keys, 4 * ASKED), *queries.rights(keys, 4 * ASKED)):
            wanted = one.origin.key in sketch.roots or one.target.key in sketch.roots
            both = one.origin.key in known and one.target.key in known
            if wanted or both or (one.tie == "member" and one.target.key in sensitive):
                edges.setdefault((one.origin.key, one.target.key), one)
        new = [ref.key for one in edges.values() for ref in (one.origin, one.target) if ref.key not in known]
        traits |= queries.traits(new)
    span = queries.span()
    text = query_of(sketch)
    times = queries.histogram(_filter(text), span[0], span[1] + 1, BUCKETS) if span else None
    return Loaded(
        edges=tuple(edges.values()), left_out=left_out, traits=traits, labels=labels, times=times, kept=session.plain.pictures()
    )


def picture(
    loaded: Loaded,
    sketch: Sketch,
    standing: Mapping[str, Place],
    before: Shown,
    communities: Mapping[str, int],
) -> Pictured:
    """Fold, place and colour what was loaded. standing: places that should hardly change; before: the picture that was shown."""
    from app.ui.plots.connections import importance, partition, reached  # networkx takes a while to load

    parts = dict(communities)
    crowd = len(loaded.traits) > CROWD and sketch.grouping != "none"
    if not parts and (crowd or "community" in (sketch.colour, sketch.grouping)):
        parts = partition(loaded.edges)
    found = shown(loaded.edges, sketch, loaded.traits, parts, loaded.labels)
    cut = sketch.roots and sketch.query is None and (sketch.kinds or sketch.span or sketch.removed or sketch.families)
    if cut:  # what was left out may have cut the rest off
        kept = reached(found, sketch.roots)
        found = Shown(
            nodes=tuple(node for node in found.nodes if node.key in kept),
            edges=tuple(one for one in found.edges if one[0] in kept),
            hidden=found.hidden,
            group_of=found.group_of,
        )
    pinned = {key: (x, y) for key, x, y in sketch.pinned}
    index = {node.key: place for place, node in enumerate(found.nodes)}
    held = {key: at for key, at in {**standing, **pinned}.items() if key in index}
    cooling = begin(
        list(index), [(index[one], index[other]) for one, other, _ in found.edges], held, pinned, _near(found, before, standing)
    )
    if len(index) <= AT_ONCE:
        cooling.step(cooling.steps)
    return Pictured(shown=found, drawing=drawing(found, sketch, importance(found)), communities=parts, cooling=cooling)


def _near(found: Shown, before: Shown, standing: Mapping[str, Place]) -> dict[str, Place]:
    """Where what is new begins: members at their group, a group in the middle of its members."""
    near: dict[str, Place] = {}
    for node in found.nodes:
        if node.key in standing:
            continue
        if node.members:
            places = [standing[one.key] for one in node.members if one.key in standing]
            if places:
                near[node.key] = (sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places))
        else:
            group = before.group_of.get(node.key, "")
            if group in standing:
                near[node.key] = standing[group]
    return near


def families_of(edges: Iterable[Edge]) -> dict[str, int]:
    """Family to its activities on these edges, the busiest first; "member" to the number of memberships."""
    found: dict[str, int] = {}
    for edge in edges:
        if edge.tie != "seen":
            found["member"] = found.get("member", 0) + 1
        for family, count in edge.families:
            found[family] = found.get(family, 0) + count
    return dict(sorted(found.items(), key=lambda item: (item[0] == "member", -item[1], item[0])))


def way(found: Shown, start: str, end: str) -> tuple[str, ...]:
    """Keys of the nodes on the shortest way between two nodes of a picture."""
    from app.ui.plots.connections import way_between

    return way_between(found, start, end)


def ways(session: "Session", edges: Iterable[Edge], start: str, end: str) -> tuple[tuple[str, ...], ...]:
    """All shortest ways between two entities over what passed in the whole case and over these edges; blocks."""
    from app.ui.plots.connections import ways_between

    return ways_between((*session.queries.ties().edges, *edges), start, end)
