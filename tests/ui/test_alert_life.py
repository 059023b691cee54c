"""Alerts are suppressed, deleted, excluded and brought back by mouse and keys; acts are listed; incidents are followed."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.model.alert import Alert
from app.session import Session
from app.ui.main_window import MainWindow
from app.ui.pages.alert import AlertPage
from app.ui.pages.alerts import AlertsPage
from app.ui.pages.exclusions import ExclusionsPage
from app.ui.pages.history import HistoryPage
from app.ui.pages.incident import IncidentPage
from app.ui.pages.overview import OverviewPage
from app.ui.widgets.exclusion_panel import offers

Settle = Callable[[MainWindow], None]
CONTROL = Qt.KeyboardModifier.ControlModifier


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key, where the focus is."""
    QTest.keyClick(window.focusWidget() or window, key, modifier)


def click(widget, at: QPoint | None = None) -> None:
    """A click, in the middle when nothing else is said."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or widget.rect().center())


@pytest.fixture
def own(make_window: Callable[..., MainWindow], settle: Settle, tmp_path: Path, case: Path) -> MainWindow:
    """A window on a copy of the sample case."""
    path = tmp_path / "own.wardlight"
    path.write_bytes(case.read_bytes())
    window = make_window(Session.open(path))
    settle(window)
    return window


def alerts_page(window: MainWindow, settle: Settle) -> AlertsPage:
    window.desk.go("alerts")
    settle(window)
    page = window.page()
    assert isinstance(page, AlertsPage)
    return page


def shown(page: AlertsPage) -> list[Alert]:
    return [row for row in page.list.model().rows if isinstance(row, Alert)]


def detected(window: MainWindow, qtbot: QtBot, settle: Settle) -> None:
    qtbot.waitUntil(lambda: not window.desk.jobs.running and not window.desk.bridge.reading, timeout=60_000)
    settle(window)


def test_delete_hides_an_alert_and_ctrl_z_brings_it_back(own: MainWindow, settle: Settle) -> None:
    page = alerts_page(own, settle)
    alert, number = page.list.current(), len(shown(page))
    assert alert is not None
    press(own, Qt.Key.Key_Delete)
    settle(own)
    assert len(shown(page)) == number - 1 and alert.id not in {one.id for one in own.desk.alerts}
    assert "1 deleted or excluded" in page.heading.sentence.text()

    page._toggle("state", "open")
    page._toggle("state", "deleted")
    settle(own)
    assert [one.id for one in shown(page)] == [alert.id]
    press(own, Qt.Key.Key_Z, CONTROL)
    settle(own)
    assert not shown(page) and alert.id in {one.id for one in own.desk.alerts}
    press(own, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    settle(own)
    assert [one.id for one in shown(page)] == [alert.id]


def test_suppress_by_key_and_by_the_menu_under_the_pointer(own: MainWindow, settle: Settle) -> None:
    page = alerts_page(own, settle)
    first = page.list.current()
    assert first is not None
    press(own, Qt.Key.Key_6)
    settle(own)
    second = page.list.current()
    assert second is not None and second.id != first.id
    at = page.list.visualRect(page.list.currentIndex()).center()
    page.list.customContextMenuRequested.emit(at)
    menu = next(one for one in page.findChildren(QMenu) if one.isVisible())
    words = {one.text().split()[0]: one for one in menu.actions() if one.text()}
    assert {"Close", "Suppress", "Exclude", "Delete"} <= words.keys()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(words["Suppress"]).center())
    settle(own)
    states = {one.id: one.state for one in own.desk.alerts}
    assert states[first.id] == states[second.id] == "suppressed"


def test_a_party_is_excluded_from_the_alert_page_with_a_reason(own: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    alert = next(one for one in own.desk.alerts if one.finding.sources and not one.attacked_accounts and one.finding.accounts)
    own.desk.go("alert", alert.id)
    settle(own)
    page = own.page()
    assert isinstance(page, AlertPage)
    click(page.exclude)
    settle(own)
    form = own.page()
    assert isinstance(form, ExclusionsPage) and form.panel.isVisible()
    assert next(one.text().split()[0] for one in form.panel.offered) == "account"
    source = next(one for one in form.panel.offered if one.text().split()[0] in ("computer", "address"))
    click(source)
    kind, value = source.text().split(" ", 1)
    assert (form.panel.kind.text(), form.panel.value.text()) == (kind, value)
    click(form.panel.until.segments["30"])
    form.panel.reason.edit.setFocus()
    QTest.keyClicks(form.panel.reason.edit, "scanner of ours")
    press(own, Qt.Key.Key_Return)
    detected(own, qtbot, settle)

    assert own.page() is page, "back on the alert"
    settle(own)
    hidden = next(one for one in own.desk.hidden if one.id == alert.id)
    (one,) = [held for held in own.desk.exclusions if held.id == hidden.excluded]
    assert one.reason == "scanner of ours" and one.expires is not None and one.detector == alert.detector
    own.desk.go("alert", alert.id)
    settle(own)
    assert page.state.text() == "State: excluded" and not page.exclude.isEnabled()
    assert page.notices.links[0].text() == "Exclusions"

    press(own, Qt.Key.Key_Z, CONTROL)
    detected(own, qtbot, settle)
    assert alert.id in {one.id for one in own.desk.alerts} and not own.desk.hidden


def test_exclusions_are_listed_switched_removed_imported_and_exported(
    own: MainWindow, settle: Settle, qtbot: QtBot, tmp_path: Path
) -> None:
    page = alerts_page(own, settle)
    click(page.exclusions)
    settle(own)
    form = own.page()
    assert isinstance(form, ExclusionsPage)
    rows = form.table.rows_model().rows
    assert rows and all(one.shipped and not one.on for one in rows) and not form.remove.isEnabled()
    press(own, Qt.Key.Key_Return)
    detected(own, qtbot, settle)
    assert form.table.current_row().on and form.switch.text() == "Switch off"
    click(form.switch)
    detected(own, qtbot, settle)
    assert not form.table.current_row().on

    (tmp_path / "list.txt").write_text("10.9.0.0/16\nnonsense\n")
    form.take_list(tmp_path / "list.txt")
    detected(own, qtbot, settle)
    added = next(one for one in form.table.rows_model().rows if not one.shipped)
    assert added.value == "10.9.0.0/16" and "Line 2" in own.statusbar.said.text()
    form.write_list(tmp_path / "out.csv")
    settle(own)
    assert "10.9.0.0/16" in (tmp_path / "out.csv").read_text()
    place = form.table.rows_model().rows.index(added)
    click(form.table.viewport(), form.table.visualRect(form.table.model().index(place, 2)).center())
    press(own, Qt.Key.Key_Delete)
    detected(own, qtbot, settle)
    assert all(one.shipped for one in own.desk.exclusions)


def test_a_wrong_value_is_told_at_its_field_and_escape_closes(own: MainWindow, settle: Settle) -> None:
    own.desk.go("exclusions")
    settle(own)
    form = own.page()
    assert isinstance(form, ExclusionsPage)
    form._show_panel(())
    click(form.panel.kind.segments["subnet"])
    QTest.keyClicks(form.panel.value.edit, "10.0.0.0/99")
    click(form.panel.add)
    assert form.panel.isVisible() and "is not a subnet" in form.panel.value.note.text()
    press(own, Qt.Key.Key_Escape)
    assert not form.panel.isVisible() and all(one.shipped for one in own.desk.exclusions)
    own.resize(900, 700)
    form._show_panel(())
    settle(own)
    assert not form._list.isVisible() and form.panel.width() == form.width()


def test_history_lists_what_was_done_and_undoes_an_older_act(own: MainWindow, settle: Settle) -> None:
    page = alerts_page(own, settle)
    alert = page.list.current()
    assert alert is not None
    press(own, Qt.Key.Key_1)
    settle(own)
    press(own, Qt.Key.Key_4)
    settle(own)
    own.desk.go("alert", alert.id)
    settle(own)
    opened = own.page()
    assert isinstance(opened, AlertPage)
    click(opened.acts.link)
    settle(own)
    history = own.page()
    assert isinstance(history, HistoryPage)
    assert [one.what for one in history.table.rows_model().rows] == ["state", "classification"]
    press(own, Qt.Key.Key_J)
    assert history.undo_one.isEnabled() and not history.redo_one.isEnabled()
    click(history.undo_one)
    settle(own)
    found = next(one for one in own.desk.alerts if one.id == alert.id)
    assert (found.state, found.classification) == ("closed", "unclassified")
    assert len(history.table.rows_model().rows) == 3 and history.redo_one.isEnabled()
    click(history.redo_one)
    settle(own)
    assert next(one for one in own.desk.alerts if one.id == alert.id).classification == "true positive"
    press(own, Qt.Key.Key_H, CONTROL)
    settle(own)
    assert own.page() is history and history.route.key == ""


def test_nothing_to_undo_is_said(own: MainWindow, settle: Settle) -> None:
    press(own, Qt.Key.Key_Z, CONTROL)
    settle(own)
    assert "nothing to undo" in own.statusbar.said.text()


def test_the_note_keeps_its_own_undo(own: MainWindow, settle: Settle) -> None:
    alert = own.desk.alerts[0]
    own.desk.change_alert(alert.id, classification="true positive")
    own.desk.go("alert", alert.id)
    settle(own)
    page = own.page()
    assert isinstance(page, AlertPage)
    page.note.setFocus()
    QTest.keyClicks(page.note, "wrong")
    press(own, Qt.Key.Key_Z, CONTROL)
    settle(own)
    assert page.note.toPlainText() != "wrong"
    assert next(one for one in own.desk.alerts if one.id == alert.id).classification == "true positive"


def test_an_incident_leads_from_the_overview_to_its_alerts_and_is_closed_whole(own: MainWindow, settle: Settle) -> None:
    own.desk.go("overview")
    settle(own)
    page = own.page()
    assert isinstance(page, OverviewPage) and own.desk.incidents and page.steps.isVisible()
    rows = page.steps.list
    click(rows.viewport(), rows.visualRect(rows.model().index(0, 0)).center())
    press(own, Qt.Key.Key_Return)
    settle(own)
    story = own.page()
    assert isinstance(story, IncidentPage) and story.incident is not None
    assert len(story.chain.rows()) == len(story.incident.alerts) and story.ties.rows()
    story.chain.setFocus()
    press(own, Qt.Key.Key_Return)
    settle(own)
    opened = own.page()
    assert isinstance(opened, AlertPage) and opened.alert is not None and opened.alert.id in story.incident.alerts
    click(opened.notices.links[0])
    settle(own)
    assert own.page() is story
    members = set(story.incident.alerts)
    press(own, Qt.Key.Key_4)
    settle(own)
    assert {one.state for one in own.desk.alerts if one.id in members} == {"closed"}


def test_what_an_alert_offers_to_exclude(own: MainWindow) -> None:
    for alert in own.desk.alerts:
        for kind, value in offers(alert):
            assert value and kind in ("account", "computer", "address", "subnet", "group", "domain")


def test_a_case_whose_alerts_another_program_found_says_so_and_what_was_looked_at_again(
    make_window: Callable[..., MainWindow], qtbot: QtBot, settle: Settle, tmp_path: Path, case: Path
) -> None:
    path = tmp_path / "old.wardlight"
    path.write_bytes(case.read_bytes())
    with closing(sqlite3.connect(path)) as db, db:
        found_by = json.loads(db.execute("SELECT value FROM meta WHERE key = 'ways'").fetchone()[0])
        found_by["detectors"]["dcsync"] = "0" * 12
        db.execute("UPDATE meta SET value = ? WHERE key = 'ways'", (json.dumps(found_by),))
        db.execute("UPDATE meta SET value = value || ' as others do' WHERE key = 'settled'")
    window = make_window(Session.open(path))
    said = window.statusbar.said
    qtbot.waitUntil(lambda: "dcsync has changed: F5" in said.text(), timeout=10_000)
    settle(window)
    press(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: said.text() == "Everything was looked at by all detectors, since dcsync has changed.", timeout=60_000)
    detected(window, qtbot, settle)
    session = window.desk.session
    assert session is not None and session.queries.differs() == "" and session.queries.alerts()
