"""The page of tickets: the two-host ticket is chosen, lanes answer to mouse and keys, filters, proof, places found again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.model.tickets import TicketNode
from app.session import Session
from app.ui import theme
from app.ui.main_window import MainWindow
from app.ui.pages.tickets import TicketsPage
from tests.engine.genealogy.made import FILES, PHONE, WS1, WS2, ask, names, refusal, show, sign_in
from tests.engine.workspace import fill

Settle = Callable[[MainWindow], None]
NO, SHIFT, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tickets") / "stolen.wardlight"
    lines = [*names(ws1=WS1, ws2=WS2, files=FILES), sign_in("aaaa1111", minute=1)]
    lines += [ask("aaaa1111", f"fold{number}", f"http/web{number}.example.org", minute=2 + number / 10) for number in range(9)]
    lines += [ask("aaaa1111", "st1", minute=3), show("st1", minute=3.1), show("st1", minute=3.2)]
    lines += [
        sign_in("bbbb2222", "bob", WS2, minute=4),
        ask("bbbb2222", "st2", source=WS2, minute=5, user="bob", ticket_etype=23),
    ]
    lines += [ask("aaaa1111", "st3", "cifs/dc2.example.org", source=WS2, minute=42)]
    lines += [refusal(f"user{number}", PHONE, 10 + number / 60) for number in range(12)]
    fill(path, {"aaaa": lines})
    return path


@pytest.fixture
def page(make_window: Callable[..., MainWindow], stolen: Path, settle: Settle) -> TicketsPage:
    window = make_window(Session.open(stolen))
    window.desk.go("tickets")
    settle(window)
    page = window.page()
    assert isinstance(page, TicketsPage)
    return page


def window_of(page: TicketsPage) -> MainWindow:
    window = page.window()
    assert isinstance(window, MainWindow)
    return window


def wheel(page: TicketsPage, x: float, delta: int, modifier: Qt.KeyboardModifier = NO) -> None:
    port = page.canvas.viewport()
    at = QPointF(x, 60)
    event = QWheelEvent(
        at, port.mapToGlobal(at), QPoint(0, 0), QPoint(0, delta), Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)


def titles(page: TicketsPage) -> list[str]:
    return [bar.title for bar in page.canvas.rows.bars]


def test_the_ticket_of_two_hosts_is_chosen_and_told(page: TicketsPage) -> None:
    window = window_of(page)
    bar = page.canvas.bar()

    assert bar is not None and bar.copy and bar.apart and page.canvas.hasFocus()
    assert page.heading.sentence.accessibleName().startswith(
        "One ticket of alice was given to WS1 and used from WS2, 41 min later"
    )
    shown = window.inspector.shown
    assert isinstance(shown, TicketNode) and shown.id == "aaaa1111" and window.inspector.isVisible()
    assert page.table.model().rowCount() == len(shown.exchanges)
    assert page.table.current_row().origin.label == "WS2"
    assert [lane.ref.label for lane in page.canvas.rows.lanes][:2] == ["WS1", "WS2"]
    (jump,) = page.canvas.rows.jumps
    assert page.canvas.rows.bars[jump.origin].title == page.canvas.rows.bars[jump.target].title


def test_what_is_painted_holds_the_alarm_only_where_something_is_wrong(page: TicketsPage) -> None:
    image = page.canvas.viewport().grab().toImage()
    red = theme.colour("edge-alert").rgb()
    rect = page.canvas.rect_of(page.canvas.current)
    row = range(int(rect.top()) + 2, int(rect.bottom()) - 2)
    assert any(image.pixel(int(rect.left()) + 1, y) == red for y in row)

    clean = page.canvas.rect_of(page.canvas.key_of("bbbb2222"))
    down = range(int(clean.top()) + 2, int(clean.bottom()) - 2)
    assert not any(image.pixel(int(clean.left()) + x, y) == red for x in range(3) for y in down)


def test_wheel_scrolls_ctrl_zooms_around_the_pointer_and_drag_moves(page: TicketsPage) -> None:
    canvas, port = page.canvas, page.canvas.viewport()
    whole = canvas.window_
    area = canvas.frame_of().area
    x = area.left() + area.width() / 4
    under = canvas.window_.at(x, area.left(), area.width())

    wheel(page, x, 480, CTRL)
    near = canvas.window_
    assert near.length < 0.5 * whole.length
    assert abs(near.at(x, area.left(), area.width()) - under) < near.length / 50
    QTest.mousePress(port, LEFT, pos=QPoint(400, 100))
    for step in (420, 470, 520):
        QTest.mouseMove(port, QPoint(step, 100))
    QTest.mouseRelease(port, LEFT, pos=QPoint(520, 100))
    assert canvas.window_.first < near.first and canvas.window_.length == near.length
    wheel(page, x, -240, SHIFT)
    wheel(page, x, -6_000, CTRL)
    assert canvas.window_ == canvas.whole
    before = canvas.window_
    wheel(page, x, -120)
    assert canvas.window_ == before


def test_keys_choose_move_zoom_and_go_to_the_ends(page: TicketsPage) -> None:
    canvas = page.canvas
    first = canvas.current
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert canvas.current != first and canvas.accessibleDescription()
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert canvas.current == first
    for _ in range(6):
        QTest.keyClick(canvas, Qt.Key.Key_Plus)
    zoomed = canvas.window_
    bar = canvas.bar()
    assert bar is not None and zoomed.length < canvas.whole.length / 3 and zoomed.first <= bar.start <= zoomed.last
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.window_.first == canvas.whole.first
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.window_.first > canvas.whole.first
    QTest.keyClick(canvas, Qt.Key.Key_End)
    assert canvas.window_.last == canvas.whole.last
    QTest.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.window_ == canvas.whole


def test_many_service_tickets_are_one_bar_until_unfolded(page: TicketsPage, settle: Settle) -> None:
    canvas = page.canvas
    folded = next(bar for bar in canvas.rows.bars if bar.kind == "more")
    assert "10 service tickets" in folded.title and not any(one.startswith("http/web") for one in titles(page))

    spot = canvas.rect_of(folded.key).center().toPoint()
    QTest.mouseClick(canvas.viewport(), LEFT, pos=QPoint(spot.x() + 4, spot.y()))
    assert canvas.current == folded.key
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    settle(window_of(page))
    assert sum(one.startswith("http/web") for one in titles(page)) == 9
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    settle(window_of(page))
    assert not any(one.startswith("http/web") for one in titles(page))


def test_filters_narrow_and_an_empty_one_says_how_to_go_back(page: TicketsPage, settle: Settle) -> None:
    window = window_of(page)
    QTest.keyClick(window, Qt.Key.Key_F, CTRL)
    assert page.search.hasFocus()
    QTest.keyClicks(page.search, "bob")
    QTest.qWait(260)
    settle(window)
    assert {bar.ticket.name for bar in page.canvas.rows.bars if bar.ticket} == {"bob"}
    assert page.route.option("text") == "bob"
    page.search.selectAll()
    QTest.keyClicks(page.search, "nobody at all")
    QTest.qWait(260)
    settle(window)
    assert page.nothing.isVisible() and not page.split.isVisible()
    QTest.mouseClick(page.nothing.link, LEFT)
    settle(window)
    assert page.split.isVisible() and not page.search.text() and len(page.canvas.rows.bars) > 6


def test_only_odd_ones_weak_ones_and_lanes_of_accounts(page: TicketsPage, settle: Settle) -> None:
    window = window_of(page)
    QTest.mouseClick(page.odd_button, LEFT)
    settle(window)
    odd = {bar.ticket.id for bar in page.canvas.rows.bars if bar.ticket is not None}
    assert "bbbb2222" not in odd and "aaaa1111" in odd and page.route.option("odd") == "1"
    QTest.mouseClick(page.odd_button, LEFT)
    QTest.mouseClick(page.by_button, LEFT)
    menu = page.by_button.findChild(QMenu)
    assert menu is not None
    next(one for one in menu.actions() if one.text() == "By account").trigger()
    menu.close()
    settle(window)
    assert {lane.ref.label for lane in page.canvas.rows.lanes} >= {"alice", "bob"}
    assert page.canvas.rows.jumps, "the other host stands out in the lane of the account too"


def test_enter_leads_to_the_packet_and_back_to_the_same_place(page: TicketsPage, settle: Settle) -> None:
    window = window_of(page)
    bar = page.canvas.bar()
    assert bar is not None and bar.ticket is not None
    use = next(one for one in bar.ticket.exchanges if one.origin is not None and one.origin.label == "WS2")
    key = page.canvas.current

    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    settle(window)
    assert window.page().name == "activities"
    current = window.page().table.current_row()  # type: ignore[attr-defined]
    assert current is not None and current.id == use.id
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(window)
    assert window.page() is page and page.canvas.current == key


def test_a_route_leads_to_a_ticket_an_account_and_an_activity(page: TicketsPage, settle: Settle) -> None:
    window = window_of(page)
    window.desk.go("tickets", "st2")
    settle(window)
    bar = page.canvas.bar()
    assert bar is not None and bar.ticket is not None and bar.ticket.id == "st2"
    window.desk.go("tickets", "fold3")
    settle(window)
    bar = page.canvas.bar()
    assert bar is not None and bar.ticket is not None and bar.ticket.id == "fold3", "the group is opened for it"
    window.desk.go("tickets", account="user:example.org\\bob")
    settle(window)
    assert {one.name for one in page._found.tickets} == {"bob"}  # type: ignore[union-attr]
    window.desk.go("tickets", activity=bar.ticket.exchanges[0].id)
    settle(window)
    assert page.canvas.bar().ticket.id == "fold3"  # type: ignore[union-attr]


def test_refused_requests_stand_in_their_lane(page: TicketsPage) -> None:
    burst = next(bar for bar in page.canvas.rows.bars if bar.kind == "refused")

    assert burst.title == "12 refused AS requests" and "12 accounts" in burst.words
    assert page.canvas.rows.lanes[burst.lane].ref.label == PHONE


def test_a_small_low_window_holds_the_page_and_the_whole_rail(
    make_window: Callable[..., MainWindow], stolen: Path, settle: Settle
) -> None:
    window = make_window(Session.open(stolen), 1000, 560)
    window.desk.go("tickets")
    settle(window)

    assert window.width() == 1000 and window.height() == 560
    bottom = window.rail.settings.geometry().bottom()
    assert bottom <= window.rail.height()
    assert all(item.height() >= theme.px(24) for item in window.rail.items.values())
