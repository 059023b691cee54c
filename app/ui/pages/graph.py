"""The graph: who did what to whom, opened step by step; every step can be undone, the query behind the picture is shown.

Long because the page joins canvas, query, time, edges and steps; how each of them works stands in app/ui/graph and app/ui/plots.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from app.model.filter import FilterError, parse
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.graph import acts, asking, export, words
from app.ui.graph.asking import Loaded, families_of, moment
from app.ui.graph.edge_list import EdgeRow, rows_of
from app.ui.graph.menus import (
    KINDS,
    MORE_KEYS,
    fill_commands,
    fill_filters,
    fill_kept,
    fill_look,
    fill_save,
    fill_split,
    fill_start,
)
from app.ui.graph.picturing import PicturePage
from app.ui.navigation import Crumb, Route
from app.ui.plots.drawing import EMPTY, name_of
from app.ui.plots.layout import Place
from app.ui.plots.neighbourhood import Node, Shown
from app.ui.plots.sketch import ROOTS, Sketch, query_of
from app.ui.widgets import hovering
from app.ui.widgets.buttons import Button, MenuButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.words import PageHeading

TYPING_MS = 500
NARROW, FLAT = 600, 420
"""Width of the page below which buttons with a sign have no words; height of the window below which the time is not shown."""
COLOURED_LINES = ("kind", "family", "severity")
"""Ways of colouring that colour edges."""


class GraphPage(PicturePage):
    """Route key: EntityRef.key to begin with, "*" for the whole case; view "filter": activities whose parties are drawn.

    View "sketch": what the user made of it (app.ui.plots.sketch). Without any of them the source of the worst alert.
    """

    inspector_beside = True
    more_keys = MORE_KEYS

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._groups: dict[str, frozenset[str]] = {}
        self._choose_after, self._about = "", ""
        self._way_after: tuple[str, ...] = ()
        self._lit_already = False

    def build(self) -> Iterator[None]:
        """What lies around the canvas."""
        self.start_button = MenuButton(tr("Start"), self._fill_start)
        self.kinds_button = MenuButton(tr("Kinds"), self._fill_kinds)
        self.look_button = MenuButton(tr("Look"), lambda menu: fill_look(menu, self.sketch, self._look))
        self.way_button = Button(tr("Path between"), "paths", on_click=self.way, tip="Shortest ways between the chosen nodes (W)")
        self.edges_button = Button(tr("Edges"), "columns", on_click=self.toggle_edges, tip="Show or hide the list of edges (L)")
        self.save_button = MenuButton(tr("Save"), self._fill_save)
        buttons = (self.start_button, self.kinds_button, self.look_button, self.way_button, self.edges_button, self.save_button)
        self.heading = PageHeading(tr("Graph"), "", buttons)
        self.empty = Empty(
            tr("Open captures, logs or a directory, then choose an entity and press Show in graph."),
            "There is nothing to draw yet",
        )
        self._typing = QTimer(self)
        yield
        self._build()
        self._connect()

    def visit(self, route: Route) -> None:
        """Show what the route says; where one is already, all stays as it is."""
        if self._asked is None or route != self.route:
            self._begin(route)
        self.route = route
        self.refresh()

    def refresh(self) -> None:
        """Ask again for what is shown."""
        if self.desk.session is None:
            return
        if self.sketch.query is None and not self.sketch.roots:
            key = words.worst(self.desk.alerts, self.desk.overview)
            if key or (self.desk.overview is not None and self.desk.overview.activities):
                self.sketch, self._choose_after = (Sketch(roots=(key,)) if key else Sketch(query="")), key
        nothing = self.sketch.query is None and not self.sketch.roots
        self.empty.setVisible(nothing)
        self.stage.setVisible(not nothing)
        if not nothing:
            self._load()

    def leave(self) -> None:
        """Nothing plays on while nobody looks."""
        self.player.halt()
        self._typing.stop()
        hovering.withdraw(self.canvas)
        super().leave()

    def crumbs(self) -> tuple[Crumb, ...]:
        """Graph, of what."""
        of = (Crumb(self._title()),) if self._asked else ()
        return (Crumb("Graph", Route("graph", "*") if of else None), *of)

    # ---- commands of app.ui.actions

    def open_row(self) -> None:
        """Open the chosen node: a group shows its members, an entity its neighbours."""
        if self.canvas.current is not None:
            self._opened(self.canvas.current)

    def expand(self) -> None:
        """Show what the chosen entities touched, and the members of chosen groups."""
        self._remember_groups(self.canvas.selection())
        self._full()
        self.do(f"expand {self._named()}", acts.expanded(self.sketch, self.canvas.selection()))

    def _full(self) -> None:
        if len(self.sketch.roots) >= ROOTS:
            self.desk.tell(f"{ROOTS} entities are expanded already; collapse one first.", True)

    def collapse(self) -> None:
        """Take back what the chosen entities were expanded to; members of an opened group go back into it."""
        self.do(f"collapse {self._named()}", acts.collapsed(self.sketch, self.canvas.selection(), self._groups))

    def pin(self) -> None:
        """Pin what is chosen where it stands, or free it when all of it is pinned."""
        keys = [one.key for one in self.canvas.selection()]
        if keys:
            self.do(f"pin or free {self._named()}", acts.pinned(self.sketch, keys, self.canvas.places()))

    def hide_chosen(self) -> None:
        """Leave what is chosen out of the picture."""
        after = acts.hidden(self.sketch, self.canvas.selection())
        if after is None and self.canvas.current is not None:
            self.desk.tell(tr("The picture begins with that entity: start with another one instead."), True)
        self.do(f"hide {self._named()}", after)

    def keep_only(self) -> None:
        """Leave out everything but what is chosen."""
        self.do(f"keep only {self._named()}", acts.only(self.sketch, self.canvas.selection()))

    def show_hidden(self) -> None:
        """Show again whatever was hidden by hand."""
        self.do("show what was hidden", replace(self.sketch, removed=(), only=()))

    def choose_neighbours(self) -> None:
        """Choose the neighbours of what is chosen as well."""
        keys = {one.key for one in self.canvas.selection()}
        beside = {end for one, other, _ in self._picture.edges if keys & {one, other} for end in (one, other)}
        if keys:
            self.canvas.choose(self.canvas.selection()[0].key, frozenset(beside | keys))

    def way(self) -> None:
        """Light the shortest ways between the two entities chosen last; with one, between it and where the picture began."""
        keys = [one.ref.key for one in self.canvas.selection() if not one.members]
        if len(keys) == 1 and self.sketch.roots and keys[0] != self.sketch.roots[0]:
            keys.append(self.sketch.roots[0])
        session = self.desk.session
        if len(keys) != 2 or session is None:
            self.desk.tell(tr("Choose two entities first: click one, then the other with Ctrl held."), True)
            return
        self._ask_ways(keys[1], keys[0])

    def list_group(self) -> None:
        """List what is in the chosen group."""
        node = self.canvas.current
        if node is not None and node.members:
            self.stage.groups.show_group(node, self._loaded.traits)
            self.stage.arrange()

    def toggle_edges(self) -> None:
        """Show or hide the list of edges."""
        hide = not self.edges.isHidden()
        if hide:  # first, else the focus would wander to the next button
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edges.setVisible(not hide)
        if not hide:
            self.stage.split.setSizes([self.stage.split.height() * 6 // 10, self.stage.split.height() * 4 // 10])
            self._list_edges()
            self.edges.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_filter(self) -> None:
        """Put the caret into the search of the picture."""
        self.stage.find.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.stage.find.selectAll()

    def edit_query(self) -> None:
        """Put the caret into the query."""
        self.query.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_activities(self) -> None:
        """Open the activities behind the picture, or those of the chosen entity."""
        node = self.canvas.current
        text = query_of(Sketch(roots=(node.ref.key,)), moment(self.sketch.span)) if node is not None and not node.members else ""
        self.desk.go("activities", filter=self._hidden(text) or self._query_text())

    def whole_case(self) -> None:
        """Draw the whole case, its communities as discs."""
        self.desk.go("graph", "*")

    def graph_entity(self) -> None:
        """Begin again with the chosen entity."""
        if self.canvas.current is not None and not self.canvas.current.members:
            self.desk.go("graph", self.canvas.current.ref.key)

    def entity_page(self) -> None:
        """Open the page of the chosen entity."""
        if self.canvas.current is not None and not self.canvas.current.members:
            self.desk.go("entity", self.canvas.current.ref.key)

    def play(self) -> None:
        """Move the chosen time on, step by step; without one, begin with the first tenth."""
        if self.player.isActive() or self._loaded.times is None:
            self.player.halt()
            return
        span = self.player.play(self._loaded.times, self.sketch.span)
        if span is not None:
            self.do("choose a time", replace(self.sketch, span=span))

    def copy_picture(self) -> None:
        """Put what is seen into the clipboard."""
        QGuiApplication.clipboard().setImage(export.png(self.canvas))
        self.desk.tell(tr("The picture is in the clipboard."))

    def save_picture(self, kind: str = "svg") -> None:
        """Ask where, save the picture."""
        name, _ = QFileDialog.getSaveFileName(self, "Save the picture", f"graph.{kind}", export.FILES[kind])
        if name:
            self.write(Path(name if name.lower().endswith(f".{kind}") else f"{name}.{kind}"))

    def write(self, out: Path) -> None:
        """Save the picture as its ending says: .svg, .png or .graphml."""
        work = export.writing(self.canvas, out, self.heading.sentence.text(), self.desk.private)
        self.desk.jobs.run(work, lambda _: self.desk.tell(f"Picture saved as {out.name}."), self.desk.refuse, self)

    # ---- building

    def _build(self) -> None:
        margin = theme.space("margin")
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(margin, theme.space("top"), margin, theme.space("related"))
        head.addWidget(self.heading)
        self.empty.layout().setContentsMargins(margin, theme.px(8), margin, 0)
        self.empty.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(top)
        outer.addWidget(self.stage, 1)
        outer.addWidget(self.empty, 1)
        self.stage.put_over(self.pin)
        self.keep_splitter("edges", self.stage.split)
        self.setFocusProxy(self.canvas)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow page buttons with a sign have no words; in a low window the picture has the room of the time."""
        super().resizeEvent(event)
        wide = self.width() >= theme.px(NARROW)
        for button, said in ((self.way_button, "Path between"), (self.edges_button, "Edges")):
            button.setText(tr(said) if wide else "")
            button.updateGeometry()
        self.stage.slider.setVisible(self.window().height() >= theme.px(FLAT))

    def _connect(self) -> None:
        canvas, stage = self.canvas, self.stage
        canvas.chosen.connect(self._chosen)
        canvas.opened.connect(self._opened)
        canvas.moved.connect(self._dragged)
        canvas.menu.connect(self._drop_menu)
        canvas.hovered.connect(self._hovered)
        canvas.asked.connect(lambda name: getattr(self, name)())  # a name of app.ui.plots.graph_canvas.KEYS
        self.times.brushed.connect(self._brushed)
        self.query.changed.connect(self._typing.start)
        self.query.edit.entered.connect(self._typed)
        self.query.wanted.connect(self._suggest)
        stage.activities.clicked.connect(lambda *_: self.desk.go("activities", filter=self._query_text()))
        stage.play.clicked.connect(lambda *_: self.play())
        stage.find.textChanged.connect(self._find)
        stage.find.returnPressed.connect(lambda: self._find(stage.find.text(), 1))
        self.edges.changed.connect(self._list_edges)
        self.edges.chosen.connect(self._edge_chosen)
        self.edges.opened.connect(self._edge_opened)
        stage.groups.closed.connect(self._close_group)
        stage.groups.opened.connect(lambda ref: self.desk.inspect(ref))
        stage.groups.taken.connect(self._take_out)
        self.desk.session_changed.connect(self._forget)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._typed)
        self._typing.setSingleShot(True)

    def _begin(self, route: Route) -> None:
        sketch = asking.wanted(route)
        self.steps.clear()
        self.player.halt()
        self._close_group()
        self.canvas.see_all()
        self.sketch, self._choose_after = sketch, sketch.roots[0] if sketch.roots else ""
        self._asked, self._picture = None, Shown()

    def _forget(self) -> None:
        """Another case: nothing of the one before is shown again."""
        self._places, self._loaded, self._communities = {}, Loaded(), {}
        self.route = Route(self.name)
        self._begin(self.route)
        self.canvas.show_drawing(EMPTY, {}, animate=False)

    def _named(self) -> str:
        chosen = self.canvas.selection()
        return name_of(chosen[0]) if len(chosen) == 1 else wording.count(len(chosen), "node")

    def _remember_groups(self, nodes: Iterable[Node]) -> None:
        self._groups |= {one.key: frozenset(ref.key for ref in one.members) for one in nodes if one.members}

    # ---- drawing

    def _drawn(self) -> None:
        wanted, self._choose_after = self._choose_after, ""
        if self._way_after and set(self._way_after) <= set(self.canvas.drawing.index):
            way, self._way_after = self._way_after, ()
            self._show_way(way, way)
        elif wanted in self.canvas.drawing.index:
            self.canvas.choose(wanted)
        elif self.canvas.current is None:
            self._chosen(None)
        if self.edges.isVisible():
            self._list_edges()

    def _say_picture(self) -> None:
        shown, sketch = self._picture, self.sketch
        self._about = words.about(self._title(), shown, sketch, self._loaded)
        self.heading.sentence.say(self._about)
        kinds = sorted({node.ref.kind for node in shown.nodes if not node.mixed}, key=KINDS.index)
        member = any(edge.tie != "seen" for _, _, edge in shown.edges)
        self.stage.legend.show_meaning(kinds, self.canvas.drawing.legend, sketch.colour in COLOURED_LINES, member)
        self.stage.arrange()
        left = len(sketch.kinds) + len(sketch.families)
        self.kinds_button.say(f"Kinds: {left} hidden" if left else "Kinds")

    # ---- query, time

    def _query_text(self) -> str:
        return self._hidden(query_of(self.sketch, moment(self.sketch.span)))

    def _say_query(self) -> None:
        if not self.query.edit.hasFocus() or self.query.text() == "":
            self.query.set_text(self._query_text())
        self.query.say_right("")

    def _suggest(self, text: str, cursor: int) -> None:
        session = self.desk.session
        if session is not None:
            suggest = session.queries.suggest
            self.ask("suggest", lambda: suggest(text, cursor), lambda some: self.query.offer(text, cursor, some))

    def _typed(self) -> None:
        self._typing.stop()
        text = self.query.text()
        if text == self._query_text():
            self.query.say_right("")
            return
        found = parse(text)
        if isinstance(found, FilterError):
            self.query.say_wrong(found.message)
            return
        self._choose_after = ""
        self.canvas.see_all()
        self.do("another query", replace(self.sketch, query=text, roots=(), span=None, only=()))

    def _brushed(self, start: int, end: int) -> None:
        self.player.halt()
        span = (start, end) if end > start else None
        self.do("choose a time" if span else "all of the time", replace(self.sketch, span=span))

    def _chosen(self, node: Node | None) -> None:
        single = node is not None and not node.members
        self.way_button.setEnabled(bool(self.canvas.selection()))
        self.heading.sentence.say(self._about)
        if node is not None and self.edges.isVisible():
            self.edges.show_ends(node.key)
        if node is not None and single:
            self.desk.inspect(node.ref, True)
            selection = self.canvas.selection()
            start = selection[1].key if len(selection) == 2 else self.sketch.roots[0] if self.sketch.roots else ""
            if start and start != node.key and not self._lit_already:
                self._light(start, node.key)

    def _light(self, start: str, end: str) -> None:
        """Light the shortest way between two nodes of the picture, and say it."""
        shown = self._picture

        def done(way: tuple[str, ...]) -> None:
            current = self.canvas.current
            if current is not None and current.key == end and self._picture is shown:
                self.canvas.show_way(way)
                self.heading.sentence.say(f"{self._about} {words.told(way, shown)}".strip())

        self.ask("way", lambda: asking.way(shown, start, end), done)

    def _show_way(self, way: Sequence[str], chosen: Iterable[str]) -> None:
        """Light a way that is known already, its end becomes the current node."""
        self._lit_already = True
        self.canvas.choose(way[-1], frozenset(chosen))
        self._lit_already = False
        self.canvas.show_way(tuple(way))

    def _ask_ways(self, start: str, end: str) -> None:
        """All shortest ways in the whole case; who stands on them is brought into the picture."""
        session = self.desk.session
        assert session is not None
        edges = self._loaded.edges

        def done(ways: tuple[tuple[str, ...], ...]) -> None:
            if not ways:
                self.desk.tell(tr("Nothing in the case connects the two."), True)
                return
            on = list(dict.fromkeys(key for way in ways for key in way))
            others = f", one of {len(ways)}" if len(ways) > 1 else ""
            self._way_after = ways[0]
            missing = [key for key in on if key not in self.canvas.drawing.index]
            if missing:
                self.do("path between", acts.joined(self.sketch, on, (start, end)))
            else:
                self._way_after = ()
                self._show_way(ways[0], on)
            self.desk.tell(f"The shortest way has {wording.count(len(ways[0]) - 1, 'step')}{others}.")

        self.ask("ways", lambda: asking.ways(session, edges, start, end), done)

    def _opened(self, node: Node) -> None:
        self._remember_groups((node,))
        if not node.members:
            self._full()
        after = acts.expanded(self.sketch, (node,))
        if after is not None and not node.members:
            self._choose_after = node.key
        self.do(f"{'open' if node.members else 'expand'} {name_of(node)}", after)

    def _dragged(self, key: str, place: Place) -> None:
        self.do("move a node", acts.placed(self.sketch, {**{one: (x, y) for one, x, y in self.sketch.pinned}, key: place}))

    def _take_out(self, keys: tuple[str, ...]) -> None:
        self._close_group()
        self._choose_after = keys[0]
        self.do("take out of the group", replace(self.sketch, loose=tuple(dict.fromkeys((*self.sketch.loose, *keys)))))

    def _close_group(self) -> None:
        if not self.stage.groups.isHidden():
            self.stage.groups.hide()
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _split(self, node: Node, by: Any) -> None:
        self.do(f"open {name_of(node)} in part", replace(self.sketch, split=(*self.sketch.split, (node.key, by))))

    def _hovered(self, node: Node | None, _at: QPoint | None) -> None:
        if node is None or node.members:
            hovering.withdraw(self.canvas)
        else:
            hovering.offer(self.canvas, node.ref, self.canvas.rect_of(node.key))

    def _find(self, text: str, further: int = 0) -> None:
        """Choose the node whose name holds the text, the most important first; Enter goes on to the next."""
        wanted = text.strip().lower()
        if not wanted:
            return
        drawing = self.canvas.drawing
        self.ask("find", lambda: words.called(drawing, wanted), lambda found: self._show_found(text, found, further))

    def _show_found(self, text: str, found: Sequence[str], further: int) -> None:
        found = [key for key in found if key in self.canvas.drawing.index]
        if not found:
            self.desk.tell(f"Nobody in the picture is called {wording.middle(text, 40)}.")
            return
        now = self.canvas.current.key if self.canvas.current else ""
        key = found[(found.index(now) + further) % len(found)] if now in found else found[0]
        self.canvas.choose(key)
        self.canvas.look_at(key)

    # ---- edges, menus

    def _list_edges(self) -> None:
        drawing, (sort, descending), text = self.canvas.drawing, self.edges.table.sorted_by, self.edges.field.text()
        total = len(drawing.shown.edges)
        self.ask("list", lambda: rows_of(drawing, sort, descending, text), lambda rows: self.edges.show_rows(rows, total))

    def _edge_chosen(self, row: EdgeRow) -> None:
        if {row.origin.key, row.target.key} <= set(self.canvas.drawing.index):
            self._show_way((row.target.key, row.origin.key), (row.target.key, row.origin.key))

    def _edge_opened(self, row: EdgeRow) -> None:
        """The activities behind an edge."""
        self.desk.go("activities", filter=self._hidden(words.behind(row, self.sketch.span)))

    def _drop_menu(self, node: Node | None, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_commands(menu, self, node)
        if node is not None and node.members:
            part = menu.addMenu("Open in part")
            fill_split(part, node, self._loaded.traits, lambda by: self._split(node, by))
        menu.popup(at)

    def _fill_start(self, menu: QMenu) -> None:
        fill_start(menu, self.desk, words.worst(self.desk.alerts, self.desk.overview), self.canvas.current)
        fill_kept(menu, self._loaded.kept, self._hidden, self.show_kept, self.remove_kept)

    def _fill_kinds(self, menu: QMenu) -> None:
        kinds = {ref.kind for edge in self._loaded.edges for ref in (edge.origin, edge.target)}
        fill_filters(menu, self.sketch, kinds, families_of(self._loaded.edges), self._filtered)

    def _filtered(self, deed: str, field: str, values: tuple[str, ...]) -> None:
        changes: dict[str, Any] = {field: values} if field else {"kinds": (), "families": ()}
        self.do(deed, replace(self.sketch, **changes))

    def _look(self, field: str, value: str) -> None:
        self.do("another look", replace(self.sketch, **{field: value}))

    def _fill_save(self, menu: QMenu) -> None:
        fill_save(menu, self)
