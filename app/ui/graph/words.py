"""What the graph page says: what a picture is of, how much of it is seen, ways in words, the query behind an edge."""

from collections.abc import Sequence

from app.model.alert import Alert
from app.model.incident import Incident
from app.model.rows import Overview
from app.ui import wording
from app.ui.graph.asking import Loaded, moment
from app.ui.graph.edge_list import EdgeRow
from app.ui.plots.drawing import Drawing, name_of
from app.ui.plots.neighbourhood import Shown
from app.ui.plots.sketch import Sketch, query_of

RANK = {"high": 0, "medium": 1, "low": 2}
ENDS = 100
"""Members of a group that are named in the query behind an edge."""


def title(sketch: Sketch, loaded: Loaded, alerts: Sequence[Alert], incidents: Sequence[Incident]) -> str:
    """What a picture is of: "around DC1 and 2 more", "parties of Suspected DCSync", "the whole case"."""
    if sketch.query is None:
        names = [wording.middle(loaded.labels[key].label, 40) for key in sketch.roots if key in loaded.labels]
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        return f"around {names[0]}{more}" if names else "around nobody"
    if sketch.query.startswith("alert:"):
        ids = sketch.query.removeprefix("alert:").split(",")
        called = next((one.title for one in incidents if list(one.alerts) == ids), "")
        called = called or next((one.title for one in alerts if [one.id] == ids), "")
        if called:
            return f"parties of {wording.tidy(called, 80)}"
    return f"parties of {wording.middle(sketch.query, 40)}" if sketch.query else "the whole case"


def about(name: str, shown: Shown, sketch: Sketch, loaded: Loaded) -> str:
    """One sentence: what is seen, how much of it, what is left out."""
    nodes, lines = wording.count(len(shown.nodes), "node"), wording.count(len(shown.edges), "edge")
    inside = len(shown.group_of)
    folded = f", {wording.count(inside, 'entity', 'entities')} of them in groups" if inside else ""
    more = f"; {wording.count(shown.hidden, 'entity', 'entities')} left out, the least active" if shown.hidden else ""
    more += f"; {wording.count(loaded.left_out, 'edge')} left out, the least busy" if loaded.left_out else ""
    more += f"; {wording.number(len(sketch.removed))} hidden" if sketch.removed else ""
    when = " in the chosen time" if sketch.span else ""
    return f"{name[:1].upper()}{name[1:]}{when}: {nodes}, {lines}{folded}{more}."


def told(way: Sequence[str], shown: Shown) -> str:
    """ATTACKER – DC1 – da.smith: 2 steps."""
    if len(way) < 2:
        return "Nothing in this picture connects the two."
    by_key = {node.key: node for node in shown.nodes}
    names = [wording.middle(name_of(by_key[key]), 40) for key in way]
    return f"{' – '.join(names)}: {wording.count(len(way) - 1, 'step')}."


def behind(row: EdgeRow, span: tuple[int, int] | None) -> str:
    """Filter of the activities in which both ends of an edge took part."""
    ends = [
        " or ".join(query_of(Sketch(roots=(ref.key,))) for ref in (node.members or (node.ref,))[:ENDS])
        for node in (row.origin, row.target)
    ]
    both = " ".join(f"({one})" if " or " in one else one for one in ends)
    return f"{both} {moment(span)}".strip()


def worst(alerts: Sequence[Alert], overview: Overview | None) -> str:
    """Key of where a picture begins that nobody asked for: the source of the worst alert, else the busiest host, else ""."""
    for alert in sorted(alerts, key=lambda one: (RANK[one.severity], one.finding.first)):
        if alert.finding.sources:
            return alert.finding.sources[0].key
    hosts = overview.top_hosts if overview else ()
    return hosts[0].ref.key if hosts else ""


def called(drawing: Drawing, text: str) -> list[str]:
    """Keys of the nodes whose name, or that of a member, holds a text; the most important first."""
    wanted = text.strip().lower()
    nodes = (drawing.nodes[place] for place in drawing.order)
    return [
        node.key for node in nodes if wanted in name_of(node).lower() or any(wanted in one.label.lower() for one in node.members)
    ]  # fmt: skip
