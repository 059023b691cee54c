"""The timeline driven as by hand: wheel, drag, box, keys, alerts, single activities, around a moment; places found again."""

import statistics
import time
from collections import Counter
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.model.alert import Alert
from app.model.filter import ActivityFilter, parse
from app.model.rows import ActivityRow
from app.ui import theme
from app.ui.main_window import MainWindow
from app.ui.pages.timeline import TimelinePage
from app.ui.plots.time_window import TimeWindow, around, with_air
from app.ui.plots.timeline_lanes import TimeLane, gaps

Settle = Callable[[MainWindow], None]
LEFT = Qt.MouseButton.LeftButton
NO, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
MINUTE = 60_000_000


@pytest.fixture
def page(window: MainWindow, settle: Settle) -> TimelinePage:
    return show(window, settle)


def show(window: MainWindow, settle: Settle, **view: str) -> TimelinePage:
    window.desk.go("timeline", **view)
    settle(window)
    page = window.page()
    assert isinstance(page, TimelinePage)
    return page


def rest(page: TimelinePage, settle: Settle) -> None:
    QTest.qWait(90)
    settle(window_of(page))


def window_of(page: TimelinePage) -> MainWindow:
    window = page.window()
    assert isinstance(window, MainWindow)
    return window


def wheel(page: TimelinePage, x: float, delta: int, modifier: Qt.KeyboardModifier = NO, y: float = 90) -> None:
    port = page.canvas.viewport()
    at = QPointF(x, y)
    event = QWheelEvent(
        at, port.mapToGlobal(at), QPoint(0, 0), QPoint(0, delta), Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)


def drag(page: TimelinePage, start: QPoint, end: QPoint, modifier: Qt.KeyboardModifier = NO) -> None:
    port = page.canvas.viewport()
    QTest.mousePress(port, LEFT, modifier, start)
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(port, start + QPoint(round((end - start).x() * share), round((end - start).y() * share)))
    QTest.mouseRelease(port, LEFT, modifier, end)


def test_a_window_of_time_zooms_around_a_point_and_stays_within() -> None:
    whole = TimeWindow(0, 1_000_000_000)
    near = whole.zoomed(0.5, 250_000_000, whole)

    assert near == TimeWindow(125_000_000, 625_000_000) and near.zoomed(2, 250_000_000, whole) == whole
    assert near.moved(-1, whole).first == 0 and near.moved(5, whole).last == whole.last
    assert near.zoomed(1e-12, 200_000_000, whole).length == 10_000
    assert with_air(0, 0).length > 0 and around(10 * MINUTE, 5) == TimeWindow(5 * MINUTE, 15 * MINUTE)


def test_what_was_not_recorded_is_told_between_spans() -> None:
    assert gaps([(10, 20), (30, 40)], 0, 50) == [(0, 10), (20, 30), (40, 50)]
    assert gaps([(10, 20)], 12, 18) == [] and gaps([], 0, 5) == [(0, 5)]


def test_lanes_hold_those_whom_alerts_concern_first(page: TimelinePage) -> None:
    lanes = page.canvas.lanes

    assert len(lanes) >= 6 and len(lanes[0].alerts) >= len(lanes[-1].alerts)
    queries = window_of(page).desk.session.queries  # type: ignore[union-attr]
    for place, lane in enumerate(lanes):
        wanted = parse(lane.filter())
        assert isinstance(wanted, ActivityFilter)
        assert page.canvas.drawn(place).total == queries.count(wanted)
    assert page.canvas.hasFocus() and page.canvas.window_ == page.canvas.whole


def test_the_wheel_zooms_around_the_pointer_and_counts_anew(page: TimelinePage, settle: Settle) -> None:
    canvas = page.canvas
    area = canvas.area()
    x = area.left() + area.width() * 0.4
    at, coarse = canvas.at(x), page.canvas.picture.width

    wheel(page, x, 1_200)
    assert canvas.window_.length < canvas.whole.length / 8 and abs(canvas.at(x) - at) < canvas.window_.length / 100
    rest(page, settle)
    assert page.canvas.picture.width < coarse
    wheel(page, x, -12_000)
    assert canvas.window_ == canvas.whole
    first = canvas.window_
    wheel(page, 40, -120)
    assert canvas.window_ == first, "over the names the wheel scrolls lanes"


def test_drag_moves_time_and_the_route_is_found_again(page: TimelinePage, settle: Settle) -> None:
    window, canvas = window_of(page), page.canvas
    wheel(page, 700, 600)
    before = canvas.window_
    drag(page, QPoint(600, 120), QPoint(800, 120))
    assert canvas.window_.first < before.first and canvas.window_.length == before.length
    rest(page, settle)
    kept, route = canvas.window_, page.route
    assert route.option("from") and page.strip.brush() == (kept.first, kept.last)

    window.desk.go("alerts")
    settle(window)
    window.desk.went.emit(route)
    settle(window)
    again = window.page()
    assert isinstance(again, TimelinePage) and again.canvas.window_ == kept


def test_a_box_becomes_a_filter_of_its_lanes_and_time(page: TimelinePage, settle: Settle) -> None:
    window, canvas = window_of(page), page.canvas
    area = canvas.area()
    left, right = round(area.left() + area.width() * 0.08), round(area.left() + area.width() * 0.42)
    top, bottom = round(canvas.lane_top(0) + 10), round(canvas.lane_top(1) + 30)

    drag(page, QPoint(left, top), QPoint(right, bottom), SHIFT)
    box = canvas.box
    assert box is not None and (box.first, box.last) == (0, 1) and page.panel.isVisible() and canvas.window_ == canvas.whole
    assert "2 lanes" in page.panel.words.text()
    keys = [lane.asked.key for lane in canvas.lanes[:2] if lane.asked is not None]
    QTest.mouseClick(page.panel.open_button, LEFT)
    settle(window)

    shown = window.page()
    assert shown.name == "activities"
    text = shown.route.option("filter")
    assert all(key.replace("\\", "\\\\") in text or key in text for key in keys) and " or " in text and "time:" in text
    filter = parse(text)
    assert isinstance(filter, ActivityFilter)
    queries = window.desk.session.queries  # type: ignore[union-attr]
    number = queries.count(filter)
    times = [row.at for row in queries.slice(filter, 0, 5_000)]
    assert number > 0 and box.window.first - 1_000_000 <= times[0] and times[-1] <= box.window.last + 1_000_000


def test_a_box_is_drawn_zoomed_to_and_let_go_by_keys(page: TimelinePage, settle: Settle) -> None:
    canvas = page.canvas
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    QTest.keyClick(canvas, Qt.Key.Key_Down, SHIFT)
    box = canvas.box
    assert box is not None and box.last == box.first + 1 and page.panel.isVisible()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.box is None and not page.panel.isVisible() and canvas.window_ == canvas.whole
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    wanted = canvas.box
    assert wanted is not None
    QTest.keyClick(canvas, Qt.Key.Key_Z)
    assert canvas.box is None and canvas.window_ == wanted.window


def test_a_drag_on_the_axis_takes_all_lanes(page: TimelinePage) -> None:
    drag(page, QPoint(500, 8), QPoint(700, 8))

    assert page.canvas.box is not None
    assert (page.canvas.box.first, page.canvas.box.last) == (0, len(page.canvas.lanes) - 1)


def test_j_and_k_walk_over_alerts_and_enter_opens_one(page: TimelinePage, settle: Settle) -> None:
    window, canvas = window_of(page), page.canvas
    every = sorted(window.desk.alerts, key=lambda one: (one.finding.first, one.id))
    seen = []
    for _ in range(3):
        QTest.keyClick(canvas, Qt.Key.Key_J)
        assert isinstance(canvas.target, Alert)
        seen.append(canvas.target.id)
    assert seen == [one.id for one in every[:3]]
    QTest.keyClick(canvas, Qt.Key.Key_K)
    assert isinstance(canvas.target, Alert) and canvas.target.id == every[1].id
    shown = window.inspector.shown
    assert isinstance(shown, Alert) and shown.id == every[1].id and canvas.accessibleDescription()
    for _ in range(8):
        QTest.keyClick(canvas, Qt.Key.Key_Plus)
    at = canvas.target.finding.first
    assert canvas.window_.first <= at <= canvas.window_.last and canvas.window_.length < canvas.whole.length / 4

    QTest.keyClick(canvas, Qt.Key.Key_Return)
    settle(window)
    assert window.page().name == "alert" and window.page().route.key == every[1].id


def test_alerts_are_told_by_the_pointer_and_opened_by_a_double_click(page: TimelinePage, settle: Settle) -> None:
    window, canvas = window_of(page), page.canvas
    alert = min(window.desk.alerts, key=lambda one: one.finding.first)
    spot = QPoint(round(canvas.x(alert.finding.first)), theme.px(26 + 12))

    assert alert.title in canvas.words_at(QPointF(spot)) or "severity" in canvas.words_at(QPointF(spot))
    QTest.mouseClick(canvas.viewport(), LEFT, pos=spot)
    assert isinstance(canvas.target, Alert)
    QTest.mouseDClick(canvas.viewport(), LEFT, pos=spot)
    settle(window)
    assert window.page().name == "alert"


def test_around_a_moment_shows_single_activities(page: TimelinePage, settle: Settle) -> None:
    window, canvas = window_of(page), page.canvas
    QTest.keyClick(canvas, Qt.Key.Key_J)
    assert isinstance(canvas.target, Alert)
    at = canvas.target.finding.first
    QTest.keyClick(window, Qt.Key.Key_A)
    settle(window)
    page = window.page()  # type: ignore[assignment]
    assert isinstance(page, TimelinePage)
    canvas = page.canvas
    assert canvas.moment == at and canvas.window_ == around(at, 5).within(canvas.whole)
    assert page.route.option("at") == str(at) and page.route.option("minutes") == "5"

    QTest.mouseClick(page.near, LEFT)
    menu = page.near.findChild(QMenu)
    assert menu is not None
    menu.actions()[0].trigger()
    menu.close()
    rest(page, settle)
    assert canvas.window_ == around(at, 1).within(canvas.whole) and page.route.option("minutes") == "1"
    for _ in range(12):
        QTest.keyClick(canvas, Qt.Key.Key_Plus)
    rest(page, settle)
    rows = [
        (place, row) for place in range(len(canvas.lanes)) for row in canvas.drawn(place).rows if canvas.lane_top(place) < 300
    ]
    assert rows, "near enough, each activity stands by itself"
    spots = Counter((place, round(canvas.x(row.at)) // 8) for place, row in rows)
    alone = [(place, row) for place, row in rows if spots[place, round(canvas.x(row.at)) // 8] == 1]
    place, row = min(alone, key=lambda pair: abs(pair[1].at - at))
    spot = QPoint(round(canvas.x(row.at)), round(canvas.lane_top(place) + theme.px(38)))
    assert row.what.split()[0] in canvas.words_at(QPointF(spot))
    QTest.mouseClick(canvas.viewport(), LEFT, pos=spot)
    assert isinstance(canvas.target, ActivityRow)
    chosen = canvas.target
    settle(window)
    assert isinstance(window.inspector.shown, ActivityRow) and window.inspector.shown.id == chosen.id
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    settle(window)
    assert window.page().name == "activities"


def test_other_lanes_are_chosen_added_and_pinned(page: TimelinePage, settle: Settle) -> None:
    window = window_of(page)
    QTest.mouseClick(page.kind, LEFT)
    menu = page.kind.findChild(QMenu)
    assert menu is not None
    next(one for one in menu.actions() if one.text() == "Families of activities").trigger()
    menu.close()
    settle(window)
    assert {"Kerberos", "LDAP"} <= {lane.label for lane in page.canvas.lanes}
    assert window.desk.overview is not None
    assert sum(page.canvas.drawn(place).total for place in range(len(page.canvas.lanes))) == window.desk.overview.activities

    window.activateWindow()
    settle(window)
    window.desk.command("filter.focus")
    assert window.focusWidget() is page.add
    QTest.keyClicks(page.add, "da.smith")
    QTest.keyClick(page.add, Qt.Key.Key_Return)
    settle(window)
    lane = page.canvas.lanes[0]
    assert lane.pinned and lane.label == "da.smith" and "da.smith" in page.route.option("pins")
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_Home)
    while not (isinstance(page.canvas.target, TimeLane) and page.canvas.target.pinned):
        QTest.keyClick(page.canvas, Qt.Key.Key_Up)
    QTest.keyClick(page.canvas, Qt.Key.Key_P)
    settle(window)
    assert not page.canvas.lanes[0].pinned


def test_inputs_and_detectors_are_lanes_too(window: MainWindow, settle: Settle) -> None:
    inputs = show(window, settle, lanes="inputs")
    assert window.desk.overview is not None
    assert [inputs.canvas.drawn(0).total] == [window.desk.overview.activities]
    detectors = show(window, settle, lanes="detectors")
    assert sum(len(lane.alerts) for lane in detectors.canvas.lanes) == len(window.desk.alerts)
    first = detectors.canvas.lanes[0]
    filter = parse(first.filter())
    assert isinstance(filter, ActivityFilter)
    evidence = {id for alert in first.alerts for id in alert.finding.evidence}
    assert window.desk.session is not None and window.desk.session.queries.count(filter) == len(evidence)


def test_an_alert_and_an_incident_bring_their_parties_and_their_time(window: MainWindow, settle: Settle) -> None:
    alert = next(one for one in window.desk.alerts if one.finding.sources)
    page = show(window, settle, alert=alert.id)
    keys = {lane.ref.key for lane in page.canvas.lanes if lane.ref is not None}
    assert {ref.key for ref in (*alert.finding.sources, *alert.finding.accounts, *alert.finding.targets)} == keys
    assert page.canvas.window_.first <= alert.finding.first and page.canvas.window_.last >= min(
        alert.finding.last, page.canvas.whole.last
    )
    assert page.crumbs()[-1].words == alert.title and page.canvas.alerts == (alert,)

    incident = window.desk.incidents[0]
    page = show(window, settle, incident=incident.id)
    assert {one.id for one in page.canvas.alerts} == set(incident.alerts)
    assert page.kind.text() == "Parties of the alert"


def test_the_strip_of_the_whole_case_chooses_a_time(page: TimelinePage, settle: Settle) -> None:
    strip = page.strip
    QTest.mousePress(strip, LEFT, pos=QPoint(400, 40))
    for x in (450, 600):
        QTest.mouseMove(strip, QPoint(x, 40))
    QTest.mouseRelease(strip, LEFT, pos=QPoint(600, 40))
    rest(page, settle)
    brush = strip.brush()
    assert brush is not None and page.canvas.window_ == TimeWindow(*brush)
    QTest.mouseClick(page.all_button, LEFT)
    rest(page, settle)
    assert page.canvas.window_ == page.canvas.whole and strip.brush() is None


def test_a_step_of_the_wheel_costs_the_window_little(page: TimelinePage, settle: Settle) -> None:
    spent = []
    for step in range(12):
        begin = time.thread_time()  # of the processor, whatever else the machine does
        wheel(page, 500 + 20 * step, 240 if step % 3 else -120)
        page.canvas.viewport().repaint()
        spent.append(time.thread_time() - begin)
    rest(page, settle)

    assert statistics.median(spent) < 0.05


def test_it_fits_a_small_window(make_window: Callable[..., MainWindow], case, settle: Settle) -> None:
    from app.session import Session

    window = make_window(Session.open(case), 1000, 700)
    page = show(window, settle)

    assert page.width() <= 1000 and page.canvas.width() <= page.width()
    assert page.canvas.horizontalScrollBar().maximum() == 0 and page.heading.width() <= page.width()
    assert window.width() == 1000
