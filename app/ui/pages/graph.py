"""The graph: one entity and what it touched, opened step by step; large neighbourhoods folded, nothing reshuffled."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.model.entity import EntityRef
from app.model.rows import Edge, Histogram
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.navigation import Crumb, Route
from app.ui.page import Page
from app.ui.plots.graph_canvas import GraphCanvas
from app.ui.plots.histogram import HistogramView
from app.ui.plots.layout import Place, arrange
from app.ui.plots.neighbourhood import Node, Shown, plural, shown, within
from app.ui.widgets.buttons import Button, MenuButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.words import Elided, Line, PageHeading, Words

NEIGHBOURS = 200
"""Edges asked for around one entity."""
BUCKETS = 180
KINDS = ("user", "computer", "controller", "service", "group", "address", "domain")
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
        self._hidden: frozenset[str] = frozenset()
        self._span: tuple[int, int] | None = None
        self._picture = Shown()
        self._about = ""
        self.canvas = GraphCanvas()
        self.canvas.chosen.connect(self._chosen)
        self.canvas.opened.connect(self._opened)
        self.expand_button = Button(
            "Expand", icon="plus", tip="Show what the chosen entity touched (Enter)", on_click=self._expand_chosen
        )
        self.entity_button = Button("Open entity", on_click=self._open_entity)
        self.reset_button = Button("Start again", on_click=self._start_again)
        self.kinds_button = MenuButton("Kinds", self._fill_kinds)
        buttons = (self.kinds_button, self.expand_button, self.entity_button, self.reset_button)
        self.heading = PageHeading("Graph", "", buttons)
        self.when = Elided("All of the time", role="text")
        self.times = HistogramView(wording.FAMILIES, height=52, label="Time of the edges shown")
        self.times.brushed.connect(self._brushed)
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
            self.slider.hide()
            return
        self.empty.hide()
        self.canvas.show()
        self.slider.show()
        self._ask_times()
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
        self.empty = Empty(
            "Open captures, logs or a directory, then choose an entity and press Show in graph.", "There is nothing to draw yet"
        )
        self.empty.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(top)
        outer.addWidget(self.canvas, 1)
        self.slider = self._make_slider()
        outer.addWidget(self.slider)
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

    def _make_slider(self) -> QWidget:
        margin = theme.space("margin")
        band = QWidget()
        column = QVBoxLayout(band)
        column.setContentsMargins(0, 0, 0, theme.px(4))
        column.setSpacing(theme.px(4))
        column.addWidget(Line())
        row = QHBoxLayout()
        row.setContentsMargins(margin, theme.px(4), margin, 0)
        row.addWidget(self.when, 1)
        row.addWidget(Words("drag to choose a time, double click for all of it", "quiet", "quiet"))
        chart = QHBoxLayout()
        chart.setContentsMargins(margin, 0, margin, 0)
        chart.addWidget(self.times)
        column.addLayout(row)
        column.addLayout(chart)
        return band

    # ---- what is left out

    def _fill_kinds(self, menu: QMenu) -> None:
        found = {ref.kind for edge in self._edges.values() for ref in (edge.origin, edge.target)}
        for kind in KINDS:
            if kind in found:
                action = menu.addAction(plural(kind).capitalize())
                action.setCheckable(True)
                action.setChecked(kind not in self._hidden)
                action.triggered.connect(lambda on, kind=kind: self._show_kind(kind, on))
        menu.addSeparator()
        menu.addAction("Show all kinds").triggered.connect(lambda *_: self._show_kind("", True))

    def _show_kind(self, kind: str, on: bool) -> None:
        """Show or hide a kind, "" for all of them."""
        self._hidden = frozenset() if not kind else self._hidden - {kind} if on else self._hidden | {kind}
        self.kinds_button.say(f"Kinds: {len(self._hidden)} hidden" if self._hidden else "Kinds")
        self._show()

    def _ask_times(self) -> None:
        session = self.desk.session
        if session is None:
            return
        queries = session.queries

        def work() -> Histogram | None:
            span = queries.span()
            return queries.histogram(None, span[0], span[1] + 1, BUCKETS) if span else None

        self.ask("times", work, self.times.show_data)

    def _brushed(self, start: int, end: int) -> None:
        self._span = (start, end) if end > start else None
        self.when.say(wording.period(*self._span) if self._span else "All of the time")
        self._show()

    # ---- the picture

    def _show(self, choose: str = "") -> None:
        if self._root is None:
            return
        root, edges = self._root, within(self._edges.values(), self._root.key, self._hidden, self._span)
        unfolded, expanded, standing = self._unfolded, self._expanded, self.canvas.places()
        partly = bool(self._hidden or self._span)

        def work() -> tuple[Shown, dict[str, Place], dict[str, float]]:
            from app.ui.plots.connections import importance

            picture = shown(root, edges, unfolded, expanded)
            if partly:
                picture = _connected(picture, root.key)
            position = {node.key: place for place, node in enumerate(picture.nodes)}
            pairs = [(position[one], position[other]) for one, other, _ in picture.edges]
            held = {key: at for key, at in standing.items() if key in position}
            return picture, arrange(list(position), pairs, held), importance(picture)

        def done(value: tuple[Shown, dict[str, Place], dict[str, float]]) -> None:
            picture, places, weight = value
            self._picture = picture
            self.canvas.show_graph(picture, places, weight)
            more = f"; {wording.count(picture.hidden, 'entity', 'entities')} left out, the least active" if picture.hidden else ""
            nodes, lines = wording.count(len(picture.nodes), "node"), wording.count(len(picture.edges), "edge")
            when = " in the chosen time" if self._span else ""
            self._about = f"{wording.middle(root.label, 60)} and what it touched{when}: {nodes}, {lines}{more}."
            self.heading.sentence.say(self._about)
            if choose or (self._node is not None and self._node.key not in places):
                self.canvas.choose(choose)
            else:
                self._ask_way()

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
        self._ask_way()
        if node is not None and not node.members:
            self.desk.inspect(node.ref, True)

    def _ask_way(self) -> None:
        """Light the shortest way from the root to the chosen node, and say it."""
        root, node, picture = self._root, self._node, self._picture
        self.heading.sentence.say(self._about)
        if root is None or node is None or node.key == root.key or node.key not in {one.key for one in picture.nodes}:
            self.canvas.show_way(())
            return

        def work() -> tuple[str, ...]:
            from app.ui.plots.connections import way_between

            return way_between(picture, root.key, node.key)

        def done(way: tuple[str, ...]) -> None:
            if self._node is node and self._picture is picture:
                self.canvas.show_way(way)
                self.heading.sentence.say(f"{self._about} {_told(way, picture)}".strip())

        self.ask("way", work, done)

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
            self._root, self._hidden, self._span = None, frozenset(), None
            self.kinds_button.say("Kinds")
            self.times.set_brush(None)
            self.when.say("All of the time")
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


def _connected(picture: Shown, root: str) -> Shown:
    """The part of a picture that hangs on the root: what was left out may have cut the rest off."""
    from app.ui.plots.connections import reached

    kept = reached(picture, root)
    nodes = tuple(node for node in picture.nodes if node.key in kept)
    return Shown(nodes=nodes, edges=tuple(one for one in picture.edges if one[0] in kept), hidden=picture.hidden)


def _told(way: tuple[str, ...], picture: Shown) -> str:
    """ATTACKER – DC1 – da.smith: 2 steps."""
    if len(way) < 2:
        return "Nothing in this picture connects the two."
    by_key = {node.key: node for node in picture.nodes}
    names = [
        f"{len(node.members)} {plural(node.ref.kind)}" if node.members else wording.middle(node.ref.label, 40)
        for node in (by_key[key] for key in way)
    ]
    return f"{' – '.join(names)}: {wording.count(len(way) - 1, 'step')}."


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
