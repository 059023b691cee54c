"""The window on a real case, driven by mouse and keys."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.model.alert import Alert
from app.model.entity import EntityRef
from app.paths import sample_case
from app.session import Session
from app.ui.main_window import MainWindow
from app.ui.page_table import PAGES
from app.ui.pages.alert import AlertPage
from app.ui.pages.alerts import AlertsPage
from app.ui.pages.entities import EntitiesPage
from app.ui.pages.start import StartPage
from tests.material import long_capture

from .conftest import Watchdog

Settle = Callable[[MainWindow], None]
STALL, STALL_WHILE_READING = 0.1, 0.5
"""Seconds; the aim is 0.05. A reading shares the machine with its own process, and the first look at a page imports it."""


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key, where the focus is."""
    QTest.keyClick(window.focusWidget() or window, key, modifier)


def click(widget, at: QPoint | None = None) -> None:
    """A click, in the middle when nothing else is said."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or widget.rect().center())


def on_screen(widget) -> QRect:
    """Where a widget is on the screen."""
    return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())


def test_the_rail_leads_to_every_page(window: MainWindow, settle: Settle) -> None:
    for name, item in window.rail.items.items():
        click(item)
        settle(window)
        assert window.page().name == name and item.isChecked()


def test_nothing_opens_a_window_of_its_own(window: MainWindow, settle: Settle) -> None:
    for name in window.rail.items:
        window.desk.go(name)
        settle(window)
        assert [one for one in QApplication.topLevelWidgets() if one.isVisible()] == [window]


def test_alt_number_leads_to_pages(window: MainWindow, settle: Settle) -> None:
    rail = [one.name for one in PAGES if one.rail]
    for place, name in enumerate(rail[:9], 1):
        press(window, Qt.Key(Qt.Key.Key_0 + place), Qt.KeyboardModifier.AltModifier)
        settle(window)
        assert window.page().name == name


def test_back_and_forward_by_key_and_by_click(window: MainWindow, settle: Settle) -> None:
    for name in ("alerts", "coverage"):
        window.desk.go(name)
        settle(window)
    press(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.page().name == "alerts"
    click(window.topbar.back_button)
    assert window.page().name == "overview"
    assert not window.topbar.back_button.isEnabled()
    click(window.topbar.forward_button)
    press(window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert window.page().name == "coverage"
    settle(window)


def test_an_alert_is_opened_with_j_and_enter_and_left_by_its_crumb(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    page = window.page()
    assert isinstance(page, AlertsPage)
    first = page.list.current()
    press(window, Qt.Key.Key_J)
    second = page.list.current()
    assert first is not None and second is not None and second.id != first.id
    press(window, Qt.Key.Key_K)
    assert page.list.current() == first
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_Return)
    settle(window)
    opened = window.page()
    assert isinstance(opened, AlertPage) and opened.alert is not None and opened.alert.id == second.id
    assert len(opened.rows) == min(500, len(second.finding.evidence))
    assert [one.words for one in opened.crumbs()] == ["Alerts", second.title]
    press(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.page() is page and page.list.current() == second


def test_every_alert_has_a_page_that_says_why(window: MainWindow, settle: Settle) -> None:
    for alert in window.desk.alerts:
        window.desk.go("alert", alert.id)
        settle(window)
        page = window.page()
        assert isinstance(page, AlertPage)
        assert page.story.text() and page.evidence.model().rowCount() and page.why.count() > 1 and page.check.count() > 1


def test_classifying_survives_and_is_seen_everywhere(make_window, settle: Settle, tmp_path: Path, case: Path) -> None:
    own = tmp_path / "own.wardlight"
    own.write_bytes(case.read_bytes())
    window = make_window(Session.open(own))
    window.desk.go("alerts")
    settle(window)
    page = window.page()
    alert = page.list.current()
    press(window, Qt.Key.Key_3)
    settle(window)
    assert next(one for one in window.desk.alerts if one.id == alert.id).classification == "false positive"
    press(window, Qt.Key.Key_4)
    settle(window)
    assert all(one.id != alert.id for one in _shown(page)), "a closed alert leaves the list of open ones"
    session = Session.open(own)
    assert session.queries.alert(alert.id).state == "closed"
    session.close()


def _shown(page: AlertsPage) -> list[Alert]:
    return [row for row in page.list.model().rows if isinstance(row, Alert)]


def test_filters_of_the_alerts_page(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    page = window.page()
    everything = len(_shown(page))
    page._toggle("severity", "high")
    settle(window)
    assert 0 < len(_shown(page)) < everything
    assert all(one.severity == "high" for one in _shown(page))
    page._toggle("state", "open")
    page._toggle("state", "suppressed")
    settle(window)
    assert not _shown(page) and page.nothing.isVisible()
    click(page.nothing.link)
    settle(window)
    assert len(_shown(page)) == everything


def test_a_drag_over_the_histogram_chooses_a_span(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alerts")
    settle(window)
    page = window.page()
    everything = len(_shown(page))
    chart = page.chart
    area = chart._area()
    y = int(area.center().y())
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=QPoint(int(area.left()) + 2, y))
    QTest.mouseMove(chart, QPoint(int(area.left() + area.width() * 0.3), y))
    QTest.mouseMove(chart, QPoint(int(area.center().x()), y))
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=QPoint(int(area.center().x()), y))
    settle(window)
    assert 0 < len(_shown(page)) < everything
    QTest.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(int(area.right()) - 5, y))
    settle(window)
    assert len(_shown(page)) == everything


def test_a_name_in_a_sentence_opens_the_inspector(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alert", window.desk.alerts[-1].id)
    settle(window)
    page = window.page()
    run = next(run for run in page.story.runs() if run.sign)
    click(page.story, run.rect.center().toPoint())
    settle(window)
    assert isinstance(window.inspector.shown, EntityRef) and window.inspector.isVisible()


def test_links_are_reached_by_keyboard(window: MainWindow, settle: Settle) -> None:
    window.desk.go("alert", window.desk.alerts[0].id)
    settle(window)
    page = window.page()
    page.story.setFocus(Qt.FocusReason.TabFocusReason)
    window.inspector.show_thing(None)
    press(window, Qt.Key.Key_Return)
    settle(window)
    assert isinstance(window.inspector.shown, EntityRef)


def test_the_inspector_stands_beside_or_over_the_page(make_window, case: Path, settle: Settle) -> None:
    window = make_window(Session.open(case), 1440)
    window.desk.go("alerts")
    settle(window)
    assert window.inspector.isVisible() and not on_screen(window.inspector).intersects(on_screen(window.tabs))
    window.resize(1000, 700)
    settle(window)
    assert not window.inspector.isVisible()
    press(window, Qt.Key.Key_Space)
    assert window.inspector.isVisible() and on_screen(window.inspector).intersects(on_screen(window.tabs))
    press(window, Qt.Key.Key_Space)
    assert not window.inspector.isVisible()


def test_a_note_is_typed_with_keys_that_are_also_commands(make_window, settle: Settle, tmp_path: Path, case: Path) -> None:
    own = tmp_path / "own.wardlight"
    own.write_bytes(case.read_bytes())
    window = make_window(Session.open(own))
    alert = window.desk.alerts[0]
    window.desk.go("alert", alert.id)
    settle(window)
    page = window.page()
    page.note.setFocus()
    QTest.keyClicks(page.note, "12 jk 345")
    assert page.note.toPlainText() == "12 jk 345" and page.alert.classification == "unclassified"
    page.save_note.setFocus(Qt.FocusReason.TabFocusReason)
    press(window, Qt.Key.Key_Space)
    settle(window)
    assert window.desk.session is not None
    assert [one.text for one in window.desk.session.notes(alert.id)] == ["12 jk 345"] and not page.note.toPlainText()


def test_only_what_can_be_done_is_offered(window: MainWindow, settle: Settle) -> None:
    window.desk.go("overview")
    settle(window)
    press(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    words = [row.title for row in window.palette_list.list.rows()]
    assert "Save report…" in words and "Stop reading" not in words and "Classify: false positive" not in words


def test_search_finds_entities_and_commands(window: MainWindow, settle: Settle) -> None:
    press(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.topbar.field.hasFocus() and window.palette_list.isVisible()
    QTest.keyClicks(window.topbar.field, "dc1")
    QTest.qWait(200)
    settle(window)
    assert any(row.title == "DC1" for row in window.palette_list.list.rows())
    press(window, Qt.Key.Key_Escape)
    assert not window.palette_list.isVisible() and not window.topbar.field.text()
    press(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(window.topbar.field, "go to cov")
    QTest.qWait(200)
    settle(window)
    press(window, Qt.Key.Key_Return)
    settle(window)
    assert window.page().name == "coverage"


def test_typing_filters_entities(window: MainWindow, settle: Settle) -> None:
    window.desk.go("entities")
    settle(window)
    page = window.page()
    assert isinstance(page, EntitiesPage)
    everything = page.model.rowCount()
    page.search.setFocus()
    QTest.keyClicks(page.search, "dc1")
    QTest.qWait(250)
    settle(window)
    assert 0 < page.model.rowCount() < everything
    assert page.search.text() == "dc1", "letters that are keys of rows must reach the field"


def test_first_start_and_dropping_files(make_window, settle: Settle, qtbot: QtBot, watchdog: Watchdog) -> None:
    window = make_window(Session.open(None))
    assert isinstance(window.page(), StartPage)
    assert not window.rail.items["alerts"].isEnabled()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(sample_case()))])
    middle = QPointF(window.rect().center())
    enter = QDragEnterEvent(
        middle.toPoint(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    drop = QDropEvent(middle, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(window.desk.bridge.finished, timeout=60_000) as told:
        window.dropEvent(drop)
        assert window.desk.bridge.reading and window.page().name == "sources"
    assert told.args == [""]
    qtbot.waitUntil(lambda: bool(window.desk.alerts), timeout=10_000)
    settle(window)
    assert window.rail.items["alerts"].isEnabled()
    window.desk.go("overview")
    settle(window)
    assert window.page().name == "overview" and len(window.desk.alerts) >= 1
    assert watchdog.longest_busy < STALL_WHILE_READING


def test_reading_can_be_stopped_and_closing_stops_it(make_window, settle: Settle, qtbot: QtBot) -> None:
    window = make_window(Session.open(None))
    bridge = window.desk.bridge
    with qtbot.waitSignal(bridge.finished, timeout=60_000):
        window.read([sample_case()])
        window.do_by_id("reading.cancel")
    assert window.statusbar.said.text().startswith("Stopped; ")
    qtbot.waitUntil(lambda: not bridge.reading, timeout=60_000)
    window.read([sample_case()])
    window.close()
    assert not bridge.reading


def test_detection_over_what_was_read_goes_on_as_a_job_that_can_be_stopped(
    make_window, settle: Settle, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make_window(Session.open(tmp_path / "case.wardlight"))
    bridge, log = window.desk.bridge, window.desk.jobs.log
    window.read([long_capture(tmp_path / "long.pcap", 12)])
    qtbot.waitUntil(lambda: bool(window.desk.overview and window.desk.overview.activities > 20_000), timeout=60_000)
    with qtbot.waitSignal(bridge.finished, timeout=60_000):
        window.do_by_id("reading.cancel")
    said = window.statusbar.said.text()
    assert said.startswith("Stopped; ") and said.endswith(" activities so far are kept.")
    assert bridge.reading and bridge.anew and not bridge.stopped
    window.desk.go("activities")
    with qtbot.waitSignal(bridge.finished, timeout=60_000):
        window.do_by_id("reading.cancel")
    assert not bridge.reading and "F5" in window.statusbar.said.text()
    assert [(one.kind, one.state) for one in log.entries if one.kind in ("reading", "detection")] == [
        ("detection", "cancelled"), ("reading", "cancelled"),
    ]  # fmt: skip
    assert window.desk.session.queries.alerts() == () and window.desk.session.queries.count() > 20_000
    again = make_window(Session.open(tmp_path / "case.wardlight"))
    qtbot.waitUntil(lambda: "F5" in again.statusbar.said.text(), timeout=10_000)
    again.close()

    with qtbot.waitSignal(bridge.finished, timeout=60_000):
        window.do_by_id("detect")
    assert window.desk.session.queries.alerts()
    settle(window)


def test_evidence_that_comes_while_detection_runs_again_does_not_wait_for_its_end(
    make_window, settle: Settle, qtbot: QtBot, tmp_path: Path
) -> None:
    session = Session.open(tmp_path / "case.wardlight")
    session.read_here([long_capture(tmp_path / "long.pcap", 12)], lambda _: None)
    window = make_window(session)
    settle(window)
    window.desk.tag("computer:dc.example.test", {"Sensitive": True})
    qtbot.waitUntil(lambda: window.desk.bridge.reading, timeout=10_000)
    window.read([sample_case()])
    qtbot.waitUntil(lambda: len(session.queries.inputs()) == 2 and not window.desk.bridge.reading, timeout=60_000)
    assert [(one.kind, one.state) for one in window.desk.jobs.log.entries if one.kind in ("reading", "detection")] == [
        ("reading", "done"), ("detection", "cancelled"),
    ]  # fmt: skip
    assert session.queries.alerts()


def test_a_case_that_cannot_be_opened_is_said(make_window, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(None))
    broken = tmp_path / "broken.wardlight"
    broken.write_bytes(b"this is no case" * 100)
    window.read([broken])
    settle(window)
    assert window.statusbar.said.text() and window.desk.session is not None


@pytest.mark.parametrize("suffix", ["html", "pdf"])
def test_a_report_is_written(window: MainWindow, settle: Settle, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"report.{suffix}"
    window.commands.write_report(out)
    settle(window)
    assert out.stat().st_size > 1000


def test_no_page_stalls_the_window(window: MainWindow, settle: Settle, watchdog: Watchdog) -> None:
    for page in [one.name for one in PAGES if one.rail]:  # made, imported
        window.desk.go(page)
        settle(window)
    stalls = []
    for _ in range(3):  # a stall of ours comes every time
        watchdog.forget()
        for page in [one.name for one in PAGES if one.rail]:
            window.desk.go(page)
            settle(window)
        stalls.append(watchdog.longest_busy)
    assert min(stalls) < STALL


def test_no_page_scrolls_sideways(make_window, case: Path, settle: Settle) -> None:
    window = make_window(Session.open(case), 1000, 700)
    for page in [one.name for one in PAGES if one.rail]:
        window.desk.go(page)
        settle(window)
        assert window.page().width() <= window.width() - window.rail.width()
        assert window.width() == 1000


def test_keys_of_menus_work_after_a_menu_was_open(window: MainWindow, settle: Settle) -> None:
    window._enable_actions()
    window._free_actions()
    assert all(action.isEnabled() for action in window._actions.values())
