"""The page of an incident: kill chain, drawing, a name that can be undone, all of it classified, its text and report."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.session import Session
from app.ui.main_window import MainWindow
from app.ui.pages.alerts import AlertsPage
from app.ui.pages.incident import IncidentPage
from app.ui.tables.alert_filter import PHASES
from app.ui.widgets import story

Settle = Callable[[MainWindow], None]
NONE = Qt.KeyboardModifier.NoModifier


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """A key, where the focus is."""
    QTest.keyClick(window.focusWidget() or window, key, modifier)


def click(widget, at: QPoint | None = None) -> None:
    """A click, in the middle when nothing else is said."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, NONE, at or widget.rect().center())


@pytest.fixture
def own(make_window: Callable[..., MainWindow], settle: Settle, tmp_path: Path, case: Path) -> MainWindow:
    """A window on a copy of the sample case, at its incident."""
    path = tmp_path / "own.wardlight"
    path.write_bytes(case.read_bytes())
    window = make_window(Session.open(path))
    window.desk.go("incident", window.desk.incidents[0].id)
    settle(window)
    return window


def page_of(window: MainWindow) -> IncidentPage:
    page = window.page()
    assert isinstance(page, IncidentPage) and page.incident is not None
    return page


def test_a_phase_of_the_chain_leads_to_its_alerts(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    phase = page.incident.phases[0]
    wanted = {one.id for one in page.alerts if one.phase == phase}
    click(page.steps, page.steps.rect_of(PHASES.index(phase)).center().toPoint())
    settle(own)
    alerts = own.page()
    assert isinstance(alerts, AlertsPage) and {one.id for one in alerts._found.shown} == wanted
    own.desk.go("incident", page.incident.id)
    settle(own)
    page.steps.setFocus(Qt.FocusReason.TabFocusReason)
    press(own, Qt.Key.Key_Right)
    press(own, Qt.Key.Key_Return)
    settle(own)
    assert {one.phase for one in alerts._found.shown} == {page.incident.phases[1]}


def test_the_drawing_has_the_parties_that_most_alerts_are_about(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    steps, order = story.drawing(page.alerts)
    assert 2 <= len(order) <= story.MOST_PARTIES and any(one.accented for one in steps)
    keys = {one.key for one in order}
    assert all(one.origin.key in keys and one.target.key in keys for one in steps)
    kinds = [one.kind == "user" for one in order]
    assert kinds == sorted(kinds, reverse=True), "people stand at the left"
    assert steps[0].caption.split()[0].isdigit()


def test_a_name_is_given_kept_over_a_detection_and_undone(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    before = page.heading.title.text()
    page.give_name("  The   Tuesday\nintrusion ")
    settle(own)
    assert page.heading.title.text() == "The Tuesday intrusion"
    assert own.desk.incidents[0].title == "The Tuesday intrusion"
    session = own.desk.session
    assert session is not None
    member = page.incident.alerts[0]
    session.change_alert(member, classification="false positive")  # the story is made anew, perhaps with another id
    assert session.incidents()[0].title == "The Tuesday intrusion"
    session.undo()
    press(own, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(own)
    assert page.heading.title.text() == before
    assert own.desk.session.name_incident("nobody", "x") is False


def test_all_of_it_is_classified_and_closed_as_one_step(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    members = set(page.incident.alerts)
    click(page.classes[0])
    settle(own)
    assert {one.classification for one in own.desk.alerts if one.id in members} == {"true positive"}
    assert page.classes[0].isChecked() and not page.classes[1].isChecked()
    press(own, Qt.Key.Key_4)
    settle(own)
    assert {one.state for one in own.desk.alerts if one.id in members} == {"closed"}
    press(own, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(own)
    assert {one.state for one in own.desk.alerts if one.id in members} == {"open"}


def test_its_report_tells_every_alert(own: MainWindow, settle: Settle, tmp_path: Path) -> None:
    page = page_of(own)
    page.write_report(tmp_path / "story.txt")
    settle(own)
    text = (tmp_path / "story.txt").read_text(encoding="utf-8")
    assert all(one.title in text and one.id in text for one in page.alerts) and page.incident.id in text
    page.write_report(tmp_path / "story.pdf")
    settle(own)
    assert (tmp_path / "story.pdf").read_bytes().startswith(b"%PDF")
    page.write_report(tmp_path / "nowhere" / "story.pdf")
    assert own.statusbar.said.text()
