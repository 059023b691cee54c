"""Timeline: what accounts, computers, inputs or families of activities did when, with alerts; a box becomes a filter.

Long because lanes, time and what is chosen meet here; they are drawn and counted elsewhere.
"""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.families import family
from app.model.incident import Incident
from app.model.rows import ActivityRow, Histogram, InputRow
from app.model.timeline import Density, LaneKey
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Crumb, Route
from app.ui.page import Page
from app.ui.plots.histogram import HistogramView, Mark
from app.ui.plots.legend import Legend
from app.ui.plots.time_window import TimeWindow, around, with_air
from app.ui.plots.timeline_canvas import Box, TimelineCanvas
from app.ui.plots.timeline_lanes import Picture, TimeLane, concerns, lanes_of_alert, picture
from app.ui.value_menu import typed_time
from app.ui.widgets.buttons import Button, MenuButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.words import PageHeading, SectionHeading, Words

SETTLE_MS = 60
"""How long the time in view must rest before it is counted anew."""
MOST, BUCKETS, STRIP_BUCKETS = 12, 160, 160
"""Lanes of entities that are shown by themselves; bars of a lane; bars of the strip of the whole case."""
SHOWN = {
    "concerned": "Most concerned",
    "accounts": "Accounts",
    "computers": "Computers",
    "controllers": "Domain controllers",
    "families": "Families of activities",
    "inputs": "Inputs",
    "detectors": "Detectors",
    "parties": "Parties of the alert",
    "pinned": "Only pinned ones",
}
MINUTES = (1, 5, 15, 60, 240)


class TimelinePage(Page):
    """Route options: lanes (a word of SHOWN), pins (keys of entities, a blank between), from, to (UTC microseconds), at (UTC
    microseconds) with minutes (before and behind), alert, incident (id; their parties and time)."""

    more_keys = (
        ("Left, Right", "Move the time"),
        ("+, -", "Zoom the time"),
        ("Home, End", "Begin, end of the case"),
        ("0", "All of the time"),
        ("Up, Down", "Previous, next lane"),
        ("Shift+arrows", "Draw a box"),
        ("Enter", "Open the alert, the activity, the lane or the box"),
        ("Esc", "Let go of the box"),
        ("Z", "Zoom to the box"),
    )

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._shown = ""
        self._pins: tuple[EntityRef, ...] = ()
        self._lanes: tuple[TimeLane, ...] = ()
        self._start: TimeWindow | None = None
        self._of: Alert | Incident | None = None
        self._minutes = 5.0
        self.kind = MenuButton(SHOWN["concerned"], self._fill_kinds)
        self.add = QLineEdit()
        self.add.setPlaceholderText(tr("Add a lane"))
        self.add.setAccessibleName(tr("Add a lane: name or address"))
        self.add.setMaxLength(200)
        self.add.setMinimumWidth(theme.px(140))
        self.add.setMaximumWidth(theme.px(230))
        self.add.returnPressed.connect(self._add_lane)
        self.near = MenuButton(tr("± 5 min"), self._fill_minutes, icon="clock")
        self.all_button = Button("", icon="fit", on_click=self._show_all, tip="All of the time (0)")
        self.heading = PageHeading(tr("Timeline"), "", (self.add, self.kind, self.near, self.all_button))
        self.strip = HistogramView(wording.FAMILIES, height=64, marks=True, label="All of the case; the part that the lanes show")
        self.strip.brushed.connect(self._brushed)
        self.strip.mark_clicked.connect(self._to_mark)
        self.legend = Legend(wording.FAMILIES)
        self.when = SectionHeading("", "", right=(self.legend,), whole=True)
        self.canvas = TimelineCanvas(wording.FAMILIES)
        self.canvas.moved.connect(self._moved)
        self.canvas.chosen.connect(self._chosen)
        self.canvas.opened.connect(self._opened)
        self.canvas.boxed.connect(self._boxed)
        self.panel = _BoxPanel(self.canvas, self._open_box, self._zoom_to_box)
        self.nothing = Empty(
            tr("Open captures, logs or a directory: what accounts and computers did is shown here over time."),
            "Nothing was read yet",
        )
        self._build()
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self._count)
        desk.session_changed.connect(self._forget)

    def crumbs(self) -> tuple[Crumb, ...]:
        """Timeline, of what or around when."""
        if self._of is not None:
            return (Crumb("Timeline", Route("timeline")), Crumb(self._of.title))
        if self.canvas.moment is not None:
            return (Crumb("Timeline", Route("timeline")), Crumb(f"around {wording.moment(self.canvas.moment)}"))
        return (Crumb("Timeline"),)

    def visit(self, route: Route) -> None:
        """Show what the route says; without a word of it what was shown stays."""
        self.canvas.clear_box()
        plain = not route.view and not route.key
        stays = plain and self._start is not None
        if not plain or self._start is None:
            self.canvas.moment = int(route.option("at")) if route.option("at").lstrip("-").isdigit() else None
            self._minutes = _number(route.option("minutes"), 5.0)
            self._shown = route.option("lanes") if route.option("lanes") in SHOWN else ""
            self._start = None
            self._of = None
        super().visit(self.route if stays else route)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh(self) -> None:
        """Find the lanes, then count."""
        session, overview = self.desk.session, self.desk.overview
        empty = overview is None or overview.first is None
        self.nothing.setVisible(empty)
        self.body.setVisible(not empty)
        if session is None or overview is None or overview.first is None or overview.last is None:
            return
        self.canvas.whole = with_air(overview.first, overview.last + 1)
        self._of = self._find()
        if self._start is None:
            self._begin(TimeWindow(overview.first, overview.last + 1))
        shown = self._kind()
        route, alerts, inputs = self.route, self.desk.alerts, overview.inputs
        controllers, kinds = overview.controllers, overview.by_kind
        of, queries, keys = self._of, session.queries, tuple(route.option("pins").split())
        span = (overview.first, overview.last + 1)

        def work() -> tuple[list[TimeLane], tuple[EntityRef, ...], Histogram]:
            pins = [card.row.ref for card in (queries.entity(key) for key in keys) if card is not None]
            if shown == "concerned":
                refs = [row.ref for row in queries.entities(None, "", "alerts", 0, 2 * MOST) if row.activities][:MOST]
            elif shown == "accounts":
                refs = [row.ref for row in queries.entities("user", "", "alerts", 0, MOST)]
            elif shown == "computers":
                rows = queries.entities("host", "", "alerts", 0, MOST + len(controllers))
                refs = [row.ref for row in rows if row.ref.kind != "controller"][:MOST]
            elif shown == "controllers":
                refs = list(controllers)
            elif shown == "parties" and of is not None:
                refs = list({ref.key: ref for one in _alerts_of(of, alerts) for ref in lanes_of_alert(one)}.values())[: 2 * MOST]
            else:
                refs = []
            pinned = {ref.key for ref in pins}
            lanes = [_entity_lane(ref, alerts, True) for ref in pins]
            lanes += [_entity_lane(ref, alerts, False) for ref in refs if ref.key not in pinned]
            if shown == "families":
                held = {family(kind) for kind in kinds if kinds[kind]}
                lanes += [
                    TimeLane(f"family:{name}", name, f"role:{role}", LaneKey("family", name))
                    for name, role in wording.FAMILIES.items()
                    if name in held
                ]
            elif shown == "inputs":
                lanes += [_input_lane(one) for one in inputs if one.activities][:200]
            elif shown == "detectors":
                lanes += _detector_lanes(alerts)
            return lanes, tuple(pins), queries.histogram(None, *span, STRIP_BUCKETS)

        self.ask("lanes", work, lambda found: self._with_lanes(*found))

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """Put the caret into the field for another lane."""
        self.add.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.add.selectAll()

    def next_row(self) -> None:
        """The next alert."""
        self.canvas.step_alert(1)

    def previous_row(self) -> None:
        """The alert before."""
        self.canvas.step_alert(-1)

    def open_row(self) -> None:
        """Open what is chosen."""
        self.canvas.activate()

    def pin_lane(self) -> None:
        """Pin the chosen lane, or let it go."""
        lane = self.canvas.target
        if isinstance(lane, TimeLane) and lane.ref is not None:
            ref = lane.ref
            kept = tuple(one for one in self._pins if one.key != ref.key)
            self._pin(kept if lane.pinned else (*kept, ref))

    # ---- building

    def _build(self) -> None:
        margin = theme.space("margin")
        self.body = QWidget()
        inner = QVBoxLayout(self.body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(theme.space("related"))
        inner.addWidget(self.strip)
        inner.addWidget(self.when)
        inner.addWidget(self.canvas, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(margin, theme.space("top"), margin, theme.space("related"))
        outer.setSpacing(theme.px(12))
        outer.addWidget(self.heading)
        outer.addWidget(self.nothing)
        outer.addWidget(self.body, 1)
        self.nothing.hide()

    def _forget(self) -> None:
        self._start, self._of, self._pins, self._lanes, self._shown = None, None, (), (), ""
        self.canvas.moment, self.canvas.target = None, None
        self.canvas.show_lanes((), (), Picture())

    # ---- lanes

    def _kind(self) -> str:
        if self._shown:
            return self._shown
        return "parties" if self._of is not None else "concerned"

    def _find(self) -> Alert | Incident | None:
        alert, incident = self.route.option("alert"), self.route.option("incident")
        if alert:
            return next((one for one in (*self.desk.alerts, *self.desk.hidden) if one.id == alert), None)
        if incident:
            return next((one for one in self.desk.incidents if one.id == incident), None)
        return None

    def _begin(self, whole: TimeWindow) -> None:
        """The time that the route asks for."""
        first, last = (_number(self.route.option(name), 0.0) for name in ("from", "to"))
        if self.canvas.moment is not None:
            self._start = around(self.canvas.moment, self._minutes)
        elif last > first > 0:
            self._start = TimeWindow(int(first), int(last))
        elif self._of is not None:
            finding = self._of.finding if isinstance(self._of, Alert) else self._of
            self._start = with_air(finding.first, max(finding.last, finding.first + wording.MINUTE), 0.5)
        else:
            self._start = self.canvas.whole if whole.length else whole
        self.canvas.window_ = self._start.within(self.canvas.whole)
        self.crumbs_changed.emit()

    def _with_lanes(self, lanes: list[TimeLane], pins: tuple[EntityRef, ...], whole: Histogram) -> None:
        self._lanes, self._pins = tuple(lanes), pins
        self.kind.say(SHOWN[self._kind()])
        self.near.say(f"± {wording.span(round(self._minutes * wording.MINUTE))}")
        self.strip.show_data(whole, [Mark(one.finding.first, one.severity) for one in self.desk.alerts])
        if self._of is not None and isinstance(self._of, Alert) and self.canvas.target is None:
            self.canvas.choose(self._of)
        self._count()

    def _fill_kinds(self, menu: QMenu) -> None:
        for word, words in SHOWN.items():
            if (word == "parties" and self._of is None) or (word == "pinned" and not self._pins):
                continue
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(word == self._kind())
            action.triggered.connect(partial(self._show_kind, word))

    def _show_kind(self, word: str, *_: object) -> None:
        self._shown = word
        self._keep_route()
        self.refresh()

    def _fill_minutes(self, menu: QMenu) -> None:
        for one in MINUTES:
            action = menu.addAction(f"± {wording.span(one * wording.MINUTE)}")
            action.triggered.connect(partial(self._look_around, float(one)))

    def _look_around(self, minutes: float, *_: object) -> None:
        """So many minutes around the alert or activity that is chosen, the moment asked for, or the middle."""
        self._minutes = minutes
        at = self.canvas.moment
        thing = self.canvas.target
        if isinstance(thing, Alert):
            at = thing.finding.first
        elif isinstance(thing, ActivityRow):
            at = thing.at
        if at is None:
            at = (self.canvas.window_.first + self.canvas.window_.last) // 2
        self.canvas.moment = at
        self.near.say(f"± {wording.span(round(minutes * wording.MINUTE))}")
        self.canvas.show_window(around(at, minutes))
        self.crumbs_changed.emit()

    def _add_lane(self) -> None:
        session, text = self.desk.session, self.add.text().strip()
        if session is None or not text:
            return

        def done(found: tuple[EntityRef, ...]) -> None:
            if not found:
                self.desk.tell(f"Nobody is called {wording.tidy(text, 60)}.", True)
                return
            self.add.clear()
            self._pin((*(one for one in self._pins if one.key != found[0].key), found[0]))

        self.ask("search", lambda: session.queries.search(text, 1), done)

    def _pin(self, refs: tuple[EntityRef, ...]) -> None:
        self._pins = refs
        self._keep_route()
        self.refresh()

    # ---- time

    def _moved(self, _window: TimeWindow) -> None:
        self._say_when()
        self._settling.start()

    def _say_when(self) -> None:
        window = self.canvas.window_
        first, last = window
        end = wording.clock(last) if wording.same_day(first, last) else f"{wording.day(last, short=True)} {wording.clock(last)}"
        self.when.title.say(f"{wording.day(first, short=True)} {wording.clock(first)} – {end} {wording.zone_name()}")
        self.strip.set_brush(None if window == self.canvas.whole else (window.first, window.last))

    def _count(self) -> None:
        session, lanes = self.desk.session, self._lanes
        if session is None:
            return
        window, queries = self.canvas.window_, session.queries
        asked = tuple(lane.asked for lane in lanes if lane.asked is not None)
        families = list(wording.FAMILIES)
        self._keep_route()
        self._say_when()

        def work() -> Picture:
            density: Density = queries.timeline(asked, window.first, window.last, BUCKETS)
            return picture(lanes, density, families)

        def done(found: Picture) -> None:
            if lanes is self._lanes:
                self.canvas.show_lanes(lanes, self._marked(), found)
                self._say_counted(found)

        self.ask("count", work, done)

    def _marked(self) -> tuple[Alert, ...]:
        return tuple(_alerts_of(self._of, self.desk.alerts)) if self._of is not None else self.desk.alerts

    def _say_counted(self, found: Picture) -> None:
        single = any(lane.rows for lane in found.lanes)
        bars = "each activity by itself" if single else f"one bar is {wording.span(found.width)}" if found.width else ""
        self.when.note.say(", ".join(part for part in (wording.span(self.canvas.window_.length), bars) if part))
        held = {name for lane in found.lanes for bar in lane.bars for name, _, _ in bar.parts}
        held |= {family(row.kind) for lane in found.lanes for row in lane.rows}
        self.legend.show_series([name for name in wording.FAMILIES if name in held])
        self.heading.sentence.say(self._sentence())

    def _sentence(self) -> str:
        window = self.canvas.window_
        alerts = [one for one in self._marked() if window.first <= one.finding.first <= window.last]
        what = f"{wording.count(len(self._lanes), 'lane')}: {SHOWN[self._kind()].lower()}"
        if not self._lanes:
            what = "No lane of this kind"
        number = wording.count(len(alerts), "alert")
        return f"{what}. {number} in view. Drag moves, the wheel zooms, Shift and drag choose a box."

    def _show_all(self) -> None:
        self.canvas.show_window(self.canvas.whole)

    def _brushed(self, start: int, end: int) -> None:
        self.canvas.show_window(TimeWindow(start, end) if end > start else self.canvas.whole)

    def _to_mark(self, mark: Mark) -> None:
        alert = next((one for one in self.desk.alerts if one.finding.first == mark.at and one.severity == mark.severity), None)
        if alert is not None:
            self.canvas.choose(alert)

    # ---- choosing

    def _chosen(self, thing: object) -> None:
        if isinstance(thing, TimeLane):
            if thing.ref is not None:
                self.desk.inspect(thing.ref, True)
        else:
            self.desk.inspect(thing, True)

    def _opened(self, thing: object) -> None:
        if isinstance(thing, Alert):
            self.desk.go("alert", thing.id)
        elif isinstance(thing, ActivityRow):
            self.desk.go("activities", thing.id)
        elif isinstance(thing, Box):
            self._open_box()
        elif isinstance(thing, TimeLane):
            self.desk.go("activities", filter=f"{thing.filter()} {_during(self.canvas.window_)}")

    def _boxed(self, box: Box | None) -> None:
        self.panel.show_box(box)

    def _open_box(self) -> None:
        box = self.canvas.box
        if box is not None:
            self.desk.go("activities", filter=filter_of(self.canvas.lanes, box))

    def _zoom_to_box(self) -> None:
        box = self.canvas.box
        if box is not None:
            self.canvas.clear_box()
            self.canvas.show_window(box.window)

    def resizeEvent(self, event) -> None:
        """In a narrow window the heading of the time has the room of its note."""
        super().resizeEvent(event)
        self.when.note.setVisible(self.width() > theme.px(1100))

    def keyPressEvent(self, event) -> None:
        """Z zooms to the box."""
        if event.key() == Qt.Key.Key_Z and not event.modifiers() and self.canvas.box is not None:
            self._zoom_to_box()
        else:
            super().keyPressEvent(event)

    def _keep_route(self) -> None:
        window = self.canvas.window_
        told = {
            "lanes": self._shown,
            "pins": " ".join(one.key for one in self._pins if " " not in one.key),
            "alert": self.route.option("alert"),
            "incident": self.route.option("incident"),
            "at": str(self.canvas.moment) if self.canvas.moment is not None else "",
            "minutes": f"{self._minutes:g}" if self.canvas.moment is not None else "",
        }
        if window != self.canvas.whole and (self.canvas.moment is None or window != around(self.canvas.moment, self._minutes)):
            told |= {"from": str(window.first), "to": str(window.last)}
        self.route = Route(self.name, "", tuple(sorted((name, value) for name, value in told.items() if value)))


class _BoxPanel(QFrame):
    """What a box can become; stands at its lower right corner."""

    def __init__(self, canvas: TimelineCanvas, on_open, on_zoom) -> None:
        super().__init__(canvas.viewport())
        self._canvas = canvas
        self.setObjectName("popup")
        self.words = Words("", "quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(10), theme.px(6), theme.px(6), theme.px(6))
        row.setSpacing(theme.space("related"))
        row.addWidget(self.words)
        self.open_button = Button(tr("Show activities"), key="Enter", primary=True, on_click=on_open)
        self.zoom_button = Button(tr("Zoom to it"), key="Z", on_click=on_zoom)
        self.close_button = Button("", icon="close", bare=True, tip="Let go of the box (Esc)", on_click=canvas.clear_box)
        for one in (self.open_button, self.zoom_button, self.close_button):
            one.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys do the same; the focus stays with the lanes
            row.addWidget(one)
        self.hide()

    def show_box(self, box: Box | None) -> None:
        """Say what the box holds, beside it."""
        if box is None:
            self.hide()
            return
        lanes = self._canvas.lanes[box.first : box.last + 1]
        whose = wording.tidy(lanes[0].label, 40) if len(lanes) == 1 else wording.count(len(lanes), "lane")
        first, last = (wording.clock(one) for one in box.window)
        self.words.say(f"{whose}, {first} – {last} ({wording.span(box.window.length)})")
        self.adjustSize()
        rect = self._canvas.box_rect()
        view = self._canvas.viewport()
        x = min(max(theme.px(4), int(rect.right()) - self.width()), view.width() - self.width() - theme.px(4))
        below = int(rect.bottom()) + theme.px(6)
        y = below if below + self.height() < view.height() else max(theme.px(4), int(rect.top()) - self.height() - theme.px(6))
        self.move(QPoint(max(0, x), y))
        self.show()
        self.raise_()


def filter_of(lanes: Iterable[TimeLane], box: Box) -> str:
    """The filter of a box: any of its lanes, within its time."""
    parts = [lane.filter() for lane in list(lanes)[box.first : box.last + 1]]
    either = parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"
    return f"{either} {_during(box.window)}"


def _during(window: TimeWindow) -> str:
    first, last = (typed_time(at // wording.SECOND * wording.SECOND) for at in (window.first, window.last + wording.SECOND - 1))
    return f"time:{first}..{last}"


def _number(text: str, default: float) -> float:
    try:
        found = float(text)
    except ValueError:
        return default
    return found if 0 < found < 1e17 else default


def _alerts_of(of: Alert | Incident, alerts: Iterable[Alert]) -> list[Alert]:
    if isinstance(of, Alert):
        return [of]
    return [one for one in alerts if one.id in of.alerts]


def _entity_lane(ref: EntityRef, alerts: Iterable[Alert], pinned: bool) -> TimeLane:
    own = tuple(one for one in alerts if concerns(one, ref.key))
    return TimeLane(f"entity:{ref.key}", ref.label, f"entity:{ref.kind}", LaneKey("entity", ref.key), ref, own, pinned)


def _input_lane(one: InputRow) -> TimeLane:
    name = one.path.replace("\\", "/").rpartition("/")[2]
    icon = "packet" if one.kind in ("pcap", "pcapng") else "log"
    return TimeLane(f"input:{one.key}", name, f"icon:{icon}", LaneKey("input", one.key))


def _detector_lanes(alerts: Iterable[Alert]) -> list[TimeLane]:
    by: dict[str, list[Alert]] = {}
    for one in alerts:
        by.setdefault(one.detector, []).append(one)
    return [
        TimeLane(f"detector:{detector}", some[0].title, f"severity:{some[0].severity}", None, None, tuple(some))
        for detector, some in sorted(by.items(), key=lambda pair: pair[1][0].finding.first)
    ]
