"""The picture of the graph for others: SVG with real text, GraphML with all that is known, PNG at twice its size."""

from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter

from app.model.moments import iso as moment
from app.ui import theme, wording
from app.ui.plots.drawing import Drawing, name_of
from app.ui.plots.graph_canvas import GraphCanvas
from app.ui.plots.graph_paint import Points, edge_words
from app.ui.widgets.glyphs import ENTITY_ROLES

FILES = {"svg": "SVG picture (*.svg)", "png": "PNG picture (*.png)", "graphml": "GraphML (*.graphml)"}
LABELLED = 400
"""Nodes that are named in an SVG, the most important ones."""


def png(canvas: GraphCanvas, scale: float = 2.0) -> QImage:
    """What the canvas shows, every edge and node as itself."""
    image = QImage(QSize(canvas.width(), canvas.height()) * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    canvas.paint(painter, whole=not canvas.crowded)
    painter.end()
    return image


class Look:
    """Colours and the font of an SVG, asked for while the theme is at hand: text is written away from the window."""

    def __init__(self) -> None:
        roles = {"surface-1", "text", "text-quiet", "edge", "edge-alert", "accent", *ENTITY_ROLES.values()}
        roles |= {f"chart-{number}" for number in range(1, 9)} | {f"{word}-fill" for word in ("high", "medium", "low")}
        self.colours = {role: theme.colour(role).name() for role in roles}
        self.family, self.size = theme.font("quiet").family(), theme.px(11)


def writing(canvas: GraphCanvas, out: Path, title: str, private: bool = False) -> Callable[[], object]:
    """What writes the picture as its ending says (.svg, .png, .graphml), away from the window. It raises OSError.

    private: without keys of entities, which tell names.
    """
    drawing = canvas.drawing
    if out.suffix == ".png":
        image = png(canvas)

        def save() -> None:
            if not image.save(str(out)):
                raise OSError(f"{out} cannot be written")

        return save
    if out.suffix == ".graphml":
        places = canvas.places()
        return lambda: graphml(drawing, places, out, private)
    at, side, look, size = canvas.points(), canvas.sides(), Look(), (canvas.width(), canvas.height())
    return lambda: out.write_text(svg(drawing, at, side, *size, look, title), encoding="utf-8")


def svg(drawing: Drawing, at: Points, side: Points, width: int, height: int, look: Look, title: str) -> str:
    """A drawing of width x height pixels; at, side: where its nodes are, how large. Names are text, escaped."""
    colour = look.colours
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>{escape(_plain(title))}</title>",
        f'<rect width="100%" height="100%" fill="{colour["surface-1"]}"/>',
    ]
    parts += [
        f'<marker id="{role}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto" '
        f'markerUnits="userSpaceOnUse"><path d="M0 1L10 5L0 9z" fill="{colour[role]}"/></marker>'
        for role in sorted(set(drawing.role))
    ]
    for number, (_, _, edge) in enumerate(drawing.shown.edges):
        one, other = drawing.ends[number].tolist()
        (x0, y0), (x1, y1) = at[one].tolist(), at[other].tolist()
        length = max(1e-6, ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
        near, far = (min(0.5, (float(side[end]) / 2 + 4) / length) for end in (one, other))
        role = drawing.role[number]
        dash = ' stroke-dasharray="4 4"' if drawing.dashed[number] else ""
        parts.append(
            f'<line x1="{x0 + (x1 - x0) * near:.1f}" y1="{y0 + (y1 - y0) * near:.1f}" x2="{x1 + (x0 - x1) * far:.1f}" '
            f'y2="{y1 + (y0 - y1) * far:.1f}" stroke="{colour[role]}" stroke-width="{drawing.width[number]:.1f}"'
            f'{dash} marker-end="url(#{role})"><title>{escape(_plain(edge_words(edge)))}</title></line>'
        )
    named = set(drawing.order[:LABELLED])
    for place in range(len(drawing.nodes)):
        parts += _svg_node(drawing, place, at[place].tolist(), float(side[place]), look, place in named)
    parts.append("</svg>")
    return "\n".join(parts)


def _svg_node(drawing: Drawing, place: int, at: list[float], side: float, look: Look, named: bool) -> list[str]:
    node, (x, y) = drawing.nodes[place], at
    stroke = look.colours[ENTITY_ROLES.get(node.sign, "node-address")]
    fill = look.colours[drawing.fill[place] or "surface-1"]
    style = f'fill="{fill}" stroke="{stroke}" stroke-width="{2 if node.alerted else 1.5}"'
    half = side / 2
    if node.sign in ("computer", "controller"):
        shape = f'<rect x="{x - half:.1f}" y="{y - half:.1f}" width="{side:.1f}" height="{side:.1f}" rx="{side / 6:.1f}" {style}>'
        end = "</rect>"
    elif node.sign == "address":
        shape = (
            f'<rect x="{x - half:.1f}" y="{y - half / 2:.1f}" width="{side:.1f}" height="{half:.1f}" rx="{half / 2:.1f}" {style}>'
        )
        end = "</rect>"
    else:
        shape, end = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{half:.1f}" {style}>', "</circle>"
    parts = [f"{shape}<title>{escape(_plain(name_of(node)))}</title>{end}"]
    text = f'font-family={quoteattr(look.family)} font-size="{look.size}" text-anchor="middle"'
    if node.members:
        ink = look.colours["text"]
        parts.append(f'<text x="{x:.1f}" y="{y + look.size / 3:.1f}" {text} fill="{ink}">{escape(_plain(node.ref.label))}</text>')
    if named:
        ink = look.colours["text" if node.alerted else "text-quiet"]
        parts.append(
            f'<text x="{x:.1f}" y="{y + half + look.size + 3:.1f}" {text} fill="{ink}">'
            f"{escape(_plain(drawing.words[place]))}</text>"
        )
    return parts


def _plain(text: str) -> str:
    """Text as XML may hold it: control characters and halves of surrogates are no characters there (XML 1.0, section 2.2)."""
    return "".join(
        one for one in wording.tidy(text, 600) if one >= " " and not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff"
    )


def graphml(drawing: Drawing, places: Mapping[str, tuple[float, float]], out: Path, private: bool = False) -> None:
    """Write nodes and edges with what is known of them (GraphML 1.0, by networkx); private: labels only. Raises OSError."""
    import networkx

    graph = networkx.DiGraph()
    names = {node.key: f"n{place}" if private else _plain(node.key) for place, node in enumerate(drawing.nodes)}
    for node in drawing.nodes:
        x, y = places.get(node.key, (0.0, 0.0))
        graph.add_node(
            names[node.key], label=_plain(name_of(node)), kind=node.sign, activities=node.weight, alerts=node.alerts,
            severity=node.severity, tags=_plain(", ".join(node.tags)), community=node.community, x=float(x), y=float(y),
            members="\n".join(_plain(one.label if private else one.key) for one in node.members),
        )  # fmt: skip
    for one, other, edge in drawing.shown.edges:
        graph.add_edge(
            names[one], names[other], activities=edge.count, tie=edge.tie, severity=edge.severity, first=moment(edge.first),
            last=moment(edge.last), families=_plain(", ".join(f"{name} {count}" for name, count in edge.families)),
        )  # fmt: skip
    networkx.write_graphml(graph, out, encoding="utf-8")
