"""Lateral movement paths: who can come to which sensitive account, drawn and listed, at any date, and what ends most of them."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QSplitter, QVBoxLayout, QWidget

from app.model.entity import EntityRef
from app.model.paths import USUAL, AttackPath, PathEdge, PathPicture, PathsOverview, PathTarget
from app.ui import theme, wording
from app.ui.actions import BY_ID
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Crumb, Route
from app.ui.page import Page
from app.ui.plots import path_files
from app.ui.plots.path_canvas import PathCanvas
from app.ui.plots.path_paint import told
from app.ui.tables.path_parts import Below, Unknown, legend, path_sentence, target_rows
from app.ui.widgets.buttons import Button, MenuButton
from app.ui.widgets.path_card import StepShown
from app.ui.widgets.search_field import SearchField
from app.ui.widgets.time_choice import TimeChoice
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Elided, PageHeading

LIST, NARROW_LIST, NARROW = 248, 212, 1000
FOUND = 60
FILES = {"csv": ("paths.csv", "CSV (*.csv)"), "svg": ("paths.svg", "SVG (*.svg)"), "png": ("paths.png", "PNG (*.png)")}


class PathsPage(Page):
    """Route key: EntityRef.key; without one the most exposed target. Options: way ("from": paths that begin there), at (UTC
    microseconds), window (microseconds), path (its place), tab (word of a part below)."""

    inspector_beside = True
    more_keys = (
        ("Up, Down", "Path before, next path"),
        ("Left, Right", "Step along the path"),
        ("Enter", "Open where the step leads"),
    )

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._overview: PathsOverview | None = None
        self._picture: PathPicture | None = None
        self._way = "to"
        self._key, self._path = "", 0

    def build(self) -> Iterator[None]:
        """The list, the drawing, the tables below."""
        desk = self.desk
        self.to_button = Button(
            tr("To sensitive"), on_click=lambda: self._turn("to"), tip="Paths that lead to a sensitive account"
        )
        self.from_button = Button(tr("From"), on_click=lambda: self._turn("from"), tip="Paths that begin at any account")
        for one in (self.to_button, self.from_button):
            one.setCheckable(True)
        self.when = TimeChoice(desk)
        self.more_button = MenuButton(tr("Export"), self._fill_export, icon="export")
        self.heading = PageHeading(tr("Paths"), "", (self.when, self.more_button))
        self.search = SearchField(tr("Account or computer"))
        self.list = TwoLineList(self._open_target, scrolls=True, dense=True, pad=12)
        self.list.setAccessibleName(tr("Sensitive accounts"))
        self.canvas = PathCanvas()
        self.story = Elided("", role="text-quiet")
        yield
        self.below = Below(desk)
        yield
        self.unknown = Unknown(desk)
        self._build()
        yield
        self.search.paused.connect(self._list_anew)
        self.search.returnPressed.connect(self.list.open_current)
        self.when.chosen.connect(self._time_chosen)
        self.canvas.edge_chosen.connect(self._step_chosen)
        self.canvas.entity_chosen.connect(lambda ref: self.desk.inspect(ref, True))
        self.canvas.entity_opened.connect(lambda ref: self.desk.go("entity", ref.key))
        self.canvas.stepped.connect(self.below.paths.move)
        self.below.path_chosen.connect(self._path_chosen)
        self.below.edge_chosen.connect(lambda edge: self._inspect_step(edge, True))
        desk.session_changed.connect(self._forget)

    def crumbs(self) -> tuple[Crumb, ...]:
        """Paths, to or from whom."""
        if self._picture is None:
            return (Crumb("Paths"),)
        return (Crumb("Paths", Route("paths")), Crumb(f"{self._way} {self._picture.ref.label}"))

    def visit(self, route: Route) -> None:
        """Show what the route says."""
        self._way = "from" if route.option("way") == "from" else "to"
        self.when.show_choice(_number(route.option("at")), _number(route.option("window"), USUAL))
        self._key, self._path = route.key, _number(route.option("path"))
        self.below.show_tab(route.option("tab"))
        self._say_choices()
        super().visit(route)

    def refresh(self) -> None:
        """Ask for the targets, then for the paths of the chosen one."""
        session = self.desk.session
        if session is None:
            return
        queries, at, window = session.queries, self.when.at or None, self.when.window_
        if self._overview is None:
            self.heading.sentence.say(tr("Joining what is known of groups, administrators, rights and sessions…"))
        self.ask("overview", lambda: queries.paths(at, window), self._show_overview)

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """Put the caret into the filter of the list."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def next_row(self) -> None:
        """The next path."""
        self.below.paths.move(1)

    def previous_row(self) -> None:
        """The path before."""
        self.below.paths.move(-1)

    def open_row(self) -> None:
        """The next step of the chosen path, in the inspector."""
        path = self.canvas.path()
        if path is not None:
            self._inspect_step(self.canvas.edge or path.edges[0], False)

    def turn_paths(self) -> None:
        """Paths to the sensitive ones, or from an account."""
        self._turn("from" if self._way == "to" else "to")

    def ask_date(self) -> None:
        """Offer a line for any date."""
        self.when.ask_date()

    def show_changes(self) -> None:
        """What to change so that paths end."""
        self.below.show_tab("change")
        self.below.cuts.setFocus(Qt.FocusReason.OtherFocusReason)

    def save_paths(self, form: str) -> None:
        """Ask where to save the paths: csv, or the drawing as svg or png."""
        name, kinds = FILES[form]
        out, _ = QFileDialog.getSaveFileName(self, "Save the paths", name, kinds)
        if out:
            self.write(Path(out))

    # ---- building

    def _build(self) -> None:
        margin, gap = theme.space("margin"), theme.space("related")
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(margin, theme.space("top"), margin, gap)
        head.addWidget(self.heading)
        self.side = QWidget()
        column = QVBoxLayout(self.side)
        column.setContentsMargins(margin - theme.px(12), 0, 0, 0)
        column.setSpacing(gap)
        turn = QHBoxLayout()
        turn.setContentsMargins(theme.px(12), 0, 0, 0)
        turn.setSpacing(theme.px(4))
        turn.addWidget(self.to_button)
        turn.addWidget(self.from_button)
        turn.addStretch(1)
        find = QHBoxLayout()
        find.setContentsMargins(theme.px(12), 0, theme.px(4), 0)
        find.addWidget(self.search)
        column.addLayout(turn)
        column.addLayout(find)
        column.addWidget(self.list, 1)
        drawing = QWidget()
        drawn = QVBoxLayout(drawing)
        drawn.setContentsMargins(gap, 0, margin, 0)
        drawn.setSpacing(0)
        drawn.addWidget(self.canvas, 1)
        drawn.addWidget(self.story)
        drawn.addWidget(legend())
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(1)
        self.split.addWidget(drawing)
        self.split.addWidget(self.below)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([430, 220])
        self.body = QWidget()
        row = QHBoxLayout(self.body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side)
        row.addWidget(self.split, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(top)
        outer.addWidget(self.body, 1)
        outer.addWidget(self.unknown, 1)
        self.unknown.hide()
        self.setFocusProxy(self.canvas)
        self.keep_splitter("parts", self.split)

    def resizeEvent(self, event) -> None:
        """A narrow page has a narrow list."""
        super().resizeEvent(event)
        self.side.setFixedWidth(theme.px(LIST if self.width() >= theme.px(NARROW) else NARROW_LIST))

    def _forget(self) -> None:
        self._overview = self._picture = None
        self._key, self._path = "", 0
        self.canvas.show_paths((), False)
        self.list.show_rows(())

    # ---- choices

    def _turn(self, way: str) -> None:
        self._way = way
        self._say_choices()
        self._list_anew()
        if way == "to" and self._overview is not None and self._overview.targets:
            targets = self._overview.targets
            same = next((one for one in targets if one.ref.key == self._key), targets[0])
            self._go(same.ref.key)
        elif way == "from" and self._picture is not None and self._picture.way == "to" and self._picture.paths:
            starts = (one.start for one in self._picture.paths)
            self._go(next((ref.key for ref in starts if ref.kind == "user"), self._picture.paths[0].start.key))
        else:
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_choices(self) -> None:
        self.to_button.setChecked(self._way == "to")
        self.from_button.setChecked(self._way == "from")
        self.list.setAccessibleName("Accounts and computers" if self._way == "from" else "Sensitive accounts")

    def _time_chosen(self) -> None:
        """Another date or another window."""
        self._path = 0
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self._go(self._key)

    def _go(self, key: str) -> None:
        """Another place, which the way back knows."""
        self.desk.went.emit(self._route(key))

    def _route(self, key: str) -> Route:
        told = {
            "way": "from" if self._way == "from" else "", "at": str(self.when.at) if self.when.at else "",
            "window": str(self.when.window_) if self.when.window_ != USUAL else "", "path": str(self._path) if self._path else "",
            "tab": self.below.tab(),
        }  # fmt: skip
        return Route(self.name, key, tuple(sorted((name, value) for name, value in told.items() if value)))

    # ---- what was found

    def _show_overview(self, found: PathsOverview) -> None:
        self._overview, self.when.last = found, found.at
        self.below.show_overview(found)
        nothing = not found.targets and not (self._key and self._way == "from")
        self.unknown.setVisible(nothing)
        self.body.setVisible(not nothing)
        if nothing:
            self._picture = None
            self.unknown.show_overview(found)
            self.heading.sentence.say(path_sentence(found, None))
            self.crumbs_changed.emit()
            return
        if not self._key:
            self._key = found.targets[0].ref.key
        self._list_anew()
        self._ask_picture()

    def _list_anew(self) -> None:
        session, text = self.desk.session, self.search.text().strip()
        if self._way == "to":
            self._show_list(target_rows(self._overview.targets if self._overview else (), text))
        elif session is not None:
            queries = session.queries

            def work() -> tuple[EntityRef, ...]:
                return tuple(row.ref for row in queries.entities("user", text, "alerts", 0, FOUND))

            self.ask("list", work, self._show_accounts)

    def _show_accounts(self, found: tuple[EntityRef, ...]) -> None:
        picture = self._picture
        first = (picture.ref,) if picture is not None and picture.way == "from" else ()
        refs = list({one.key: one for one in (*first, *found)}.values())
        self._show_list([TwoLines(f"entity:{one.kind}", one.label, wording.entity_kind(one.kind), target=one) for one in refs])

    def _show_list(self, rows: list[TwoLines]) -> None:
        self.list.show_rows(rows)
        place = next((number for number, row in enumerate(rows) if _key_of(row.target) == self._key), -1)
        self.list.setCurrentIndex(self.list.model().index(place, 0))

    def _open_target(self, target: object) -> None:
        self._path = 0
        key = _key_of(target)
        if key:
            self._go(key)

    def _ask_picture(self) -> None:
        session, key, way = self.desk.session, self._key, self._way
        if session is None or not key:
            return
        queries, at, window = session.queries, self.when.at or None, self.when.window_

        def work() -> PathPicture | None:
            return queries.paths_from(key, at, window) if way == "from" else queries.paths_to(key, at, window)

        self.ask("picture", work, self._show_picture)

    def _show_picture(self, found: PathPicture | None) -> None:
        overview = self._overview
        same = found is not None and found == self._picture
        self._picture = found
        if overview is not None:
            name = found.ref.label if found is not None else self.desk.veiled(self._key.partition(":")[2])
            self.heading.sentence.say(path_sentence(overview, found, name))
        paths = found.paths if found is not None else ()
        self._path = min(self._path, max(0, len(paths) - 1))
        if same:
            if self._path != self.canvas.chosen:  # the way back led to another path of the same picture
                self._choose_path(self._path)
            return
        self.canvas.show_paths(paths, self._way == "from", self._path)
        self.below.show_picture(found, self._path)
        self.crumbs_changed.emit()
        if paths:
            self._inspect_step(_telling(paths[self._path]), True)

    # ---- choosing

    def _path_chosen(self, place: int) -> None:
        if place == self.canvas.chosen:
            return
        self._path = place
        self.route = self._route(self._key)
        self._choose_path(place)

    def _choose_path(self, place: int) -> None:
        self.canvas.choose_path(place)
        path = self.canvas.path()
        if path is not None:
            self._inspect_step(_telling(path), True)

    def _step_chosen(self, edge: PathEdge) -> None:
        self._inspect_step(edge, True)

    def _inspect_step(self, edge: PathEdge, quietly: bool) -> None:
        path = self.canvas.path()
        self.story.say(f"{path.state.capitalize()}: {told(path)}" if path is not None else "")
        self.canvas.choose_edge(edge)
        at = self._picture.at if self._picture is not None else self.when.at
        self.desk.inspect(StepShown(edge, at, self.when.window_), quietly)

    # ---- export

    def _fill_export(self, menu: QMenu) -> None:
        for form in FILES:
            entry = BY_ID[f"paths.save.{form}"]
            menu.addAction(entry.words).triggered.connect(lambda *_, form=form: self.save_paths(form))

    def write(self, out: Path) -> None:
        """Save what is shown: the drawing as .svg or .png, every path as .csv."""
        paths, private = self._picture.paths if self._picture is not None else (), self.desk.private
        done = lambda *_: self.desk.tell(f"Saved as {out.name}.")  # noqa: E731
        if out.suffix.lower() == ".csv":
            work = lambda: out.write_text(path_files.table(paths, private), encoding="utf-8", newline="")  # noqa: E731
            self.desk.jobs.run(work, done, self.desk.refuse, self, keeps=True)
            return
        self.desk.jobs.run(path_files.drawing(self.canvas, out), done, self.desk.refuse, self)


def _telling(path: AttackPath) -> PathEdge:
    """The step that says most: where the credentials of the end lie, else the last one."""
    return path.edges[-1]


def _key_of(target: object) -> str:
    return target.ref.key if isinstance(target, PathTarget) else target.key if isinstance(target, EntityRef) else ""


def _number(text: str, other: int = 0) -> int:
    return int(text) if text.isdigit() and len(text) < 18 else other
