"""What is found again after the window was closed, or killed."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.arrangement import load
from app.session import Session
from app.ui.frame.arranger import KEEP_MS
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage

from .test_tabs import CONTROL, pages, press

Settle = Callable[[MainWindow], None]


def arranged(window: MainWindow, settle: Settle) -> str:
    """Three tabs, the middle one on a query; returns the alert of the last."""
    window.desk.go("alerts")
    settle(window)
    press(window, Qt.Key.Key_T, CONTROL)
    window.desk.go("activities", filter="kind:ntlm")
    settle(window)
    alert = window.desk.alerts[0].id
    window.desk.go("alert", alert, new_tab=True)
    settle(window)
    return alert


def test_tabs_and_their_places_come_back(make_window, case: Path, settle: Settle) -> None:
    window = make_window(Session.open(case))
    alert = arranged(window, settle)
    page = window.page()
    assert isinstance(page, ActivitiesPage)
    page.query.edit.setFocus()
    press(window, Qt.Key.Key_End)
    QTest.keyClicks(page.query.edit, " result:success")
    QTest.qWait(400)
    settle(window)
    typed, rows = page.query.text(), page.model.rowCount()
    window.close()

    again = make_window(Session.open(case))
    assert pages(again) == ["alerts", "activities", "alert"] and again.tabs.place() == 1
    shown = again.page()
    assert isinstance(shown, ActivitiesPage)
    assert shown.query.text() == typed and "result:success" in typed and shown.model.rowCount() == rows
    press(again, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(again)
    assert again.page().name == "alerts", "the way back is kept too"
    last = again.tabs.tab(2).route
    assert last is not None and last.key == alert


def test_what_is_on_screen_is_written_soon_after_it_changed(make_window, case: Path, settle: Settle, tmp_path: Path) -> None:
    """A window that is killed loses no more than KEEP_MS."""
    window = make_window(Session.open(case))
    arranged(window, settle)
    QTest.qWait(KEEP_MS + 300)
    settle(window)
    kept = load(tmp_path / "settings")
    assert kept.last == str(case)
    stood = kept.cases[str(case)]
    assert [one.way[one.position].page for one in stood.tabs] == ["alerts", "activities", "alert"] and stood.current == 1
    assert stood.tabs[1].way[stood.tabs[1].position].view == (("filter", "kind:ntlm"),)


def test_a_damaged_file_gives_the_overview(make_window, case: Path, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(case))
    arranged(window, settle)
    window.close()
    path = tmp_path / "settings" / "arrangement.json"
    path.write_bytes(path.read_bytes()[:-40])
    again = make_window(Session.open(case))
    assert pages(again) == ["overview"] and again.page().name == "overview"


def test_a_place_that_is_no_more_is_left_out(make_window, case: Path, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(case))
    arranged(window, settle)
    window.close()
    path = tmp_path / "settings" / "arrangement.json"
    path.write_bytes(path.read_bytes().replace(b'"activities"', b'"nowhere"'))
    again = make_window(Session.open(case))
    settle(again)
    assert pages(again) == ["alerts", "alerts", "alert"]


def test_every_workspace_stands_as_it_stood(make_window, case: Path, settle: Settle, tmp_path: Path) -> None:
    other = tmp_path / "other.wardlight"
    other.write_bytes(case.read_bytes())
    window = make_window(Session.open(case))
    arranged(window, settle)
    window.open_case(other)
    settle(window)
    assert pages(window) == ["overview"]
    window.desk.go("coverage")
    settle(window)
    window.open_case(case)
    settle(window)
    assert pages(window) == ["alerts", "activities", "alert"] and window.page().name == "activities"
    window.open_case(other)
    settle(window)
    assert pages(window) == ["coverage"]


def test_saving_the_workspace_elsewhere_keeps_every_tab(make_window, case: Path, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(case))
    arranged(window, settle)
    window.commands.write_case(tmp_path / "copy.wardlight")
    settle(window)
    assert window.desk.session is not None and window.desk.session.name == "copy.wardlight"
    assert pages(window) == ["alerts", "activities", "alert"] and window.page().name == "activities"


def test_a_pinned_entity_and_a_hidden_inspector_come_back(make_window, case: Path, settle: Settle) -> None:
    window = make_window(Session.open(case))
    window.desk.go("alerts")
    settle(window)
    assert window.desk.overview is not None
    controller = window.desk.overview.controllers[0]
    window.desk.inspect(controller)
    settle(window)
    QTest.mouseClick(window.inspector.pin, Qt.MouseButton.LeftButton)
    window.close()
    again = make_window(Session.open(case))
    assert again.inspector.shown == controller and again.inspector.pin.isChecked() and again.inspector.isVisible()
    QTest.mouseClick(again.inspector.close_button, Qt.MouseButton.LeftButton)
    assert not again.inspector.isVisible()
    again.close()
    third = make_window(Session.open(case))
    assert third.page().name == "alerts" and not third.inspector.isVisible()


def test_the_packet_below_activities_keeps_its_height(make_window, case: Path, settle: Settle) -> None:
    window = make_window(Session.open(case))
    window.desk.go("activities")
    settle(window)
    page = window.page()
    assert isinstance(page, ActivitiesPage)
    page.table.move(1)
    settle(window)
    handle = page._split.handle(1)
    middle = handle.rect().center()
    before = page._split.sizes()[1]
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(handle, middle.__class__(middle.x(), middle.y() - 120))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=middle.__class__(middle.x(), middle.y()))
    settle(window)
    after = page._split.sizes()[1]
    assert after > before + 60
    window.close()
    again = make_window(Session.open(case))
    shown = again.page()
    assert isinstance(shown, ActivitiesPage)
    shown.table.move(1)
    settle(again)
    assert abs(shown._split.sizes()[1] - after) < 30
