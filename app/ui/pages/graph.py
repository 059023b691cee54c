"""The graph: one entity and what it touched, opened step by step; large neighbourhoods folded, nothing reshuffled."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.model.entity import EntityRef
from app.model.rows import Edge
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.navigation import Crumb, Route
from app.ui.page import Page
from app.ui.plots.graph_canvas import GraphCanvas
from app.ui.plots.layout import Place, arrange
from app.ui.plots.neighbourhood import Node, Shown, shown
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.words import PageHeading, Words

NEIGHBOURS = 200
"""Edges asked for around one entity."""
ICONS = (("plus", "Zoom in"), ("minus", "Zoom out"), ("fit", "Show all"))


class GraphPage(Page):
    """Route key: EntityRef.key to begin with; without one, the source of the worst alert or the busiest host."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._root: EntityRef | None = None
        self._edges: dict[tuple[str, str], Edge] = {}
        self._expanded: frozenset[str] = frozenset()
        self._unfolded: frozenset[str] = frozenset()
        self.canvas = GraphCanvas()
        self.canvas.chosen.connect(self._chosen)
        self.canvas.opened.connect(self._opened)
        self.expand_button = Button(
            "Expand", icon="plus", tip="Show what the chosen entity touched (Enter)", on_click=self._expand_chosen
        )
        self.entity_button = Button("Open entity", on_click=self._open_entity)
        self.reset_button = Button("Start again", on_click=self._start_again)
        self.heading = PageHeading("Graph", "", (self.expand_button, self.entity_button, self.reset_button))
        self._node: Node | None = None
        self._build()
        self._chosen(None)

    def crumbs(self) -> tuple[Crumb, ...]:
        """Graph, around whom."""
        return (Crumb("Graph", Route("graph")), Crumb(f"around {self._root.label}")) if self._root else (Crumb("Graph"),)

    def refresh(self) -> None:
        """Begin where the route says, or ask again for what is shown."""
        session = self.desk.session
        if session is None:
            return
        key = self.route.key or (self._root.key if self._root else self._worst())
        if not key:
            self.empty.show()
            self.canvas.hide()
            return
        self.empty.hide()
        self.canvas.show()
        if self._root is not None and self._root.key == key:
            self._ask_for(*sorted(self._expanded or {key}))
            return
        queries = session.queries

        def done(value: tuple[EntityRef, tuple[Edge, ...]]) -> None:
            root, edges = value
            self._root, self._edges = root, {}
            self._expanded, self._unfolded = frozenset({root.key}), frozenset()
            self._keep(edges)
            self.crumbs_changed.emit()
            self._show(root.key)

        def work() -> tuple[EntityRef, tuple[Edge, ...]]:
            card = queries.entity(key)
            ref = card.row.ref if card else EntityRef(kind="address", key=key, label=key.partition(":")[2])
            return ref, queries.neighbours(key, NEIGHBOURS)

        self.ask("edges", work, done)

    def open_row(self) -> None:
        """Expand the chosen entity."""
        self._expand_chosen()

    # ---- building

    def _build(self) -> None:
        margin = theme.space("margin")
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(margin, theme.space("top"), margin, theme.space("related"))
        head.addWidget(self.heading)
        self.empty = Empty("Open a capture, then choose an entity and press Show in graph.", "There is nothing to draw yet")
        self.empty.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(top)
        outer.addWidget(self.canvas, 1)
        outer.addWidget(self.empty, 1)
        over = QGridLayout(self.canvas)
        over.setContentsMargins(margin, margin, margin, margin)
        over.addWidget(_legend(), 1, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        over.addWidget(self._zoom_bar(), 1, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        over.setRowStretch(0, 1)

    def _zoom_bar(self) -> QWidget:
        bar = QFrame()
        bar.setObjectName("popup")
        column = QVBoxLayout(bar)
        column.setContentsMargins(2, 2, 2, 2)
        column.setSpacing(0)
        does = (lambda: self.canvas.zoom(1.25), lambda: self.canvas.zoom(0.8), self.canvas.fit)
        for (icon, tip), do in zip(ICONS, does, strict=True):
            column.addWidget(Button("", icon=icon, tip=tip, bare=True, on_click=do))
        return bar

    # ---- the picture

    def _show(self, choose: str = "") -> None:
        if self._root is None:
            return
        root, edges = self._root, tuple(self._edges.values())
        unfolded, expanded, standing = self._unfolded, self._expanded, self.canvas.places()

        def work() -> tuple[Shown, dict[str, Place]]:
            picture = shown(root, edges, unfolded, expanded)
            position = {node.key: place for place, node in enumerate(picture.nodes)}
            pairs = [(position[one], position[other]) for one, other, _ in picture.edges]
            return picture, arrange(list(position), pairs, {key: at for key, at in standing.items() if key in position})

        def done(value: tuple[Shown, dict[str, Place]]) -> None:
            picture, places = value
            self.canvas.show_graph(picture, places)
            if choose:
                self.canvas.choose(choose)
            more = f"; {wording.count(picture.hidden, 'entity', 'entities')} left out, the least active" if picture.hidden else ""
            nodes, lines = wording.count(len(picture.nodes), "node"), wording.count(len(picture.edges), "edge")
            self.heading.sentence.say(f"{wording.tidy(root.label, 80)} and what it touched: {nodes}, {lines}{more}.")

        self.ask("layout", work, done)

    def _keep(self, edges: tuple[Edge, ...]) -> None:
        for edge in edges:
            self._edges[(edge.origin.key, edge.target.key)] = edge

    def _ask_for(self, *keys: str) -> None:
        session = self.desk.session
        if session is None:
            return
        queries = session.queries

        def done(found: list[tuple[Edge, ...]]) -> None:
            for edges in found:
                self._keep(edges)
            self._show()

        self.ask("edges", lambda: [queries.neighbours(key, NEIGHBOURS) for key in keys], done)

    def _chosen(self, node: Node | None) -> None:
        self._node = node
        self.expand_button.setEnabled(node is not None)
        self.entity_button.setEnabled(node is not None and not node.members)
        if node is not None and not node.members:
            self.desk.inspect(node.ref, True)

    def _opened(self, node: Node) -> None:
        if node.members:
            self._unfolded |= {node.key}
            self._show()
        elif node.key not in self._expanded:
            self._expanded |= {node.key}
            self._ask_for(node.key)

    def _expand_chosen(self) -> None:
        if self._node is not None:
            self._opened(self._node)

    def _open_entity(self) -> None:
        if self._node is not None and not self._node.members:
            self.desk.go("entity", self._node.ref.key)

    def _start_again(self) -> None:
        if self._root is not None:
            key = self._root.key
            self._root = None
            self.canvas.show_graph(Shown(), {}, animate=False)
            self.desk.go("graph", key)
            self.refresh()

    def _worst(self) -> str:
        rank = {"high": 0, "medium": 1, "low": 2}
        for alert in sorted(self.desk.alerts, key=lambda one: (rank[one.severity], one.finding.first)):
            if alert.finding.sources:
                return alert.finding.sources[0].key
        hosts = self.desk.overview.top_hosts if self.desk.overview else ()
        return hosts[0].ref.key if hosts else ""


def _legend() -> QWidget:
    box = QFrame()
    box.setObjectName("popup")
    column = QVBoxLayout(box)
    column.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
    column.setSpacing(theme.px(4))
    for kinds in (("user", "computer", "controller"), ("service", "group", "address")):
        line = QHBoxLayout()
        line.setSpacing(theme.px(6))
        for kind in kinds:
            line.addWidget(Sign(f"entity:{kind}"))
            words = Words(kind, "quiet")
            words.setFixedWidth(theme.px(64))
            line.addWidget(words)
        line.addStretch(1)
        column.addLayout(line)
    column.addWidget(Words("wider: more often; red: an alert rests on it", "quiet", "quiet"))
    return box
