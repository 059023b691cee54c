"""The lanes of an entity's peers: drawn from counts, driven by wheel, drag, clicks and keys."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.model.entity import EntityRef
from app.model.rows import Histogram
from app.ui import theme, wording
from app.ui.main_window import MainWindow
from app.ui.pages.entity import EntityPage
from app.ui.plots.histogram import Mark
from app.ui.plots.lane_bars import HIGHEST, LEAST, Lane, bars_of
from app.ui.plots.lanes import LanesView

Settle = Callable[[MainWindow], None]
SECOND = 1_000_000


def lane(name: str, **series: list[int]) -> Lane:
    data = Histogram(start=5 * SECOND, width=SECOND, series=series)
    return Lane(EntityRef("computer", f"computer:{name}", name), data, (Mark(6 * SECOND, "high"),))


@pytest.fixture
def page(window: MainWindow, settle: Settle) -> EntityPage:
    assert window.desk.session is not None
    row = window.desk.session.queries.entities("controller", "", "activities", 0, 1)[0]
    window.desk.go("entity", row.ref.key)
    settle(window)
    page = window.page()
    assert isinstance(page, EntityPage)
    QTest.mouseClick(page.ways.pills["hosts"], Qt.MouseButton.LeftButton)
    settle(window)
    assert page.lanes is not None and page.lanes.isVisible()
    return page


def wheel(view: LanesView, x: int, delta: int) -> None:
    port = view.plot.viewport()
    at = QPointF(x, 30)
    event = QWheelEvent(
        at, port.mapToGlobal(at), QPoint(0, 0), QPoint(0, delta), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)


def test_bars_stack_and_keep_one_scale() -> None:
    bars = bars_of([lane("a", Kerberos=[100, 0, 1], LDAP=[0, 0, 3]), lane("b", LDAP=[0, 25])], ["Kerberos", "LDAP", "NTLM"])

    assert set(bars) == {"Kerberos", "LDAP"}
    assert bars["Kerberos"].height.tolist() == pytest.approx([-HIGHEST, -HIGHEST * (4 / 100) ** 0.5 / 4])
    assert bars["LDAP"].height.tolist() == pytest.approx([-HIGHEST * (4 / 100) ** 0.5 * 3 / 4, -HIGHEST / 2])
    assert bars["LDAP"].bottom.tolist() == pytest.approx([1 - HIGHEST * (4 / 100) ** 0.5 / 4, 2])
    assert bars["LDAP"].left.tolist() == [2, 1]


def test_one_activity_is_seen_beside_a_million() -> None:
    bars = bars_of([lane("a", LDAP=[1_000_000, 1])], ["LDAP"])

    assert np.min(-bars["LDAP"].height) == pytest.approx(LEAST)


def test_lanes_hold_all_activities_of_each_pair(page: EntityPage, window: MainWindow) -> None:
    assert page.lanes is not None and page._card is not None
    peers = {ref.key: count for ref, count in page._card.peers}

    assert len(page.lanes.lanes) == min(8, len(peers))
    for one in page.lanes.lanes:
        assert sum(map(sum, one.data.series.values())) == peers[one.ref.key]
    assert any(one.marks for one in page.lanes.lanes)


def test_a_clicked_lane_filters_the_table_and_lets_go(page: EntityPage, window: MainWindow, settle: Settle) -> None:
    view = page.lanes
    assert view is not None
    everything = page.model.rowCount()
    second = view.lanes[1]

    QTest.mouseClick(view._names, Qt.MouseButton.LeftButton, pos=QPoint(40, theme.px(28) + 10))
    settle(window)
    assert page.model.rowCount() == sum(map(sum, second.data.series.values())) < everything
    QTest.mouseClick(view._names, Qt.MouseButton.LeftButton, pos=QPoint(40, theme.px(28) + 10))
    settle(window)

    assert page.model.rowCount() == everything and view.current is None


def test_wheel_zooms_drag_moves_double_click_resets(page: EntityPage, window: MainWindow) -> None:
    view = page.lanes
    assert view is not None
    port = view.plot.viewport()
    whole = view.span()

    wheel(view, 300, 480)
    near = view.span()
    assert near[1] - near[0] < 0.9 * (whole[1] - whole[0])
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=QPoint(300, 30))
    for x in (320, 360, 420):
        QTest.mouseMove(port, QPoint(x, 30))
        QTest.qWait(20)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=QPoint(420, 30))
    moved = view.span()
    assert moved[0] < near[0] and moved[1] - moved[0] == pytest.approx(near[1] - near[0], rel=0.01)
    wheel(view, 300, -12_000)
    assert view.span()[0] >= whole[0] and view.span()[1] <= whole[1]
    wheel(view, 300, 480)
    QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=QPoint(300, 30))
    QTest.qWait(20)

    assert view.span() == whole


def test_keys_choose_lanes_and_move_the_time(page: EntityPage, window: MainWindow, settle: Settle) -> None:
    view = page.lanes
    assert view is not None
    view.setFocus(Qt.FocusReason.TabFocusReason)
    whole = view.span()

    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.current == 1
    QTest.keyClick(view, Qt.Key.Key_Plus)
    zoomed = view.span()
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert zoomed[1] - zoomed[0] < whole[1] - whole[0] and view.span()[0] > zoomed[0]
    QTest.keyClick(view, Qt.Key.Key_0)

    assert view.span() == whole
    settle(window)


def test_colours_follow_the_theme(qtbot: QtBot) -> None:
    view = LanesView(wording.FAMILIES)
    qtbot.addWidget(view)
    view.show_lanes([lane("a", Kerberos=[1, 2])])
    view.resize(600, 120)
    view.show()

    for name in ("light", "dark", "contrast"):
        theme.apply(name)
        QTest.qWait(10)
        ground = view.plot.grab().toImage().pixelColor(view.plot.width() // 2, 2)
        assert ground.name() == theme.colour("surface-1").name()
        assert view._bars[0][0].opts["brush"].name() == theme.colour("chart-1").name()


def test_empty_and_odd_lanes_are_drawn(qtbot: QtBot) -> None:
    view = LanesView(wording.FAMILIES)
    qtbot.addWidget(view)
    drawn = []
    for lanes in ([], [lane("a")], [lane("a", Kerberos=[]), lane("b", Kerberos=[3])], []):
        view.show_lanes(lanes)
        view.resize(view.sizeHint())
        view.show()
        assert not view.grab().isNull()
        drawn.append((len(view.lanes), len(view._bars), len(view._lines)))
    assert drawn == [(0, 0, 0), (1, 0, 0), (2, 1, 1), (0, 0, 0)]


def test_the_window_starts_without_pyqtgraph() -> None:
    code = "import sys; import app.ui.application, app.ui.pages.entity; sys.exit('pyqtgraph' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
