"""What can be done with one value, from tables beside that of the activities; and that a route tells no name in privacy mode."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt

from app.ui.value_menu import Value, allowed


@pytest.fixture
def evidence(window: Any, settle: Any) -> Any:
    """The table of evidence of an alert with accounts."""
    alert = next(one for one in window.desk.alerts if one.finding.accounts and len(one.finding.evidence) > 1)
    window.desk.go("alert", alert.id)
    settle(window, 40)
    return window.page().evidence


def choose(table: Any, title: str, qtbot: Any) -> None:
    place = next(number for number, one in enumerate(table.columns) if one.title == title)
    rect = table.visualRect(table.model().index(0, place))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.x() + 30, rect.center().y()))
    table.setFocus()


def test_evidence_of_an_alert_is_filtered_by_a_key(window: Any, settle: Any, qtbot: Any, evidence: Any) -> None:
    choose(evidence, "Source", qtbot)
    source = evidence.current_row().origin
    qtbot.keyClick(evidence, Qt.Key.Key_F)
    settle(window, 40)
    page = window.page()
    assert page.name == "activities" and page._filter.root is not None
    assert source.label in {one.origin.label for one in window.desk.session.queries.slice(page._filter, 0, 20) if one.origin}


def test_a_moment_is_shown_on_the_timeline(window: Any, settle: Any, qtbot: Any, evidence: Any) -> None:
    choose(evidence, "Time", qtbot)
    at = evidence.current_row().at
    window.desk.command("value.timeline")
    settle(window, 40)
    assert window.page().name == "timeline" and window.page().route.option("at") == str(at)


def test_a_party_is_excluded_and_that_is_undone(window: Any, settle: Any, qtbot: Any, evidence: Any) -> None:
    before = len(window.desk.session.exclusions())
    choose(evidence, "Source", qtbot)
    window.desk.command("value.exclude")
    settle(window, 60)
    qtbot.waitUntil(lambda: len(window.desk.session.exclusions()) == before + 1, timeout=20_000)
    window.desk.undo()
    qtbot.waitUntil(lambda: len(window.desk.session.exclusions()) == before, timeout=20_000)
    qtbot.waitUntil(lambda: not window.desk.bridge.reading, timeout=60_000)
    settle(window, 60)


def test_what_makes_no_sense_is_not_offered() -> None:
    assert not allowed("exclude", Value(words="x")) and not allowed("timeline", Value(words="x")) and not allowed("in", None)


def test_a_filter_that_leads_somewhere_tells_no_name_in_privacy_mode(window: Any, settle: Any) -> None:
    row = window.desk.session.queries.entities("user", limit=1)[0]
    window.desk.command("privacy")
    settle(window, 40)
    window.desk.go("activities", filter=f"entity:{row.ref.key}")
    settle(window, 40)
    page = window.page()
    name = row.ref.key.rpartition("\\")[2]
    assert name not in page.query.text() and "user-" in page.query.text()
    assert window.desk.session.queries.count(page._filter) > 0
    window.desk.command("privacy")
    settle(window, 40)
