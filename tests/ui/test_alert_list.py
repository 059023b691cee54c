"""The list of alerts: words and choices narrow it, it is cut into groups, several are chosen and done with at once."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.model.alert import Alert
from app.model.entity import EntityRef
from app.session import Session
from app.ui.main_window import MainWindow
from app.ui.navigation import Route
from app.ui.pages.alert import AlertPage
from app.ui.pages.alerts import AlertsPage
from app.ui.pages.exclusions import ExclusionsPage
from app.ui.pages.incident import IncidentPage
from app.ui.tables.alert_groups import Group, Sifted

from .test_hostile import NAMES, alert_of

Settle = Callable[[MainWindow], None]
NONE, SHIFT, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
MANY = 5_000
HOUR = 3_600_000_000


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """A key, where the focus is."""
    QTest.keyClick(window.focusWidget() or window, key, modifier)


def click(widget, at: QPoint | None = None, modifier: Qt.KeyboardModifier = NONE) -> None:
    """A click, in the middle when nothing else is said."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, modifier, at or widget.rect().center())


@pytest.fixture
def own(make_window: Callable[..., MainWindow], settle: Settle, tmp_path: Path, case: Path) -> MainWindow:
    """A window on a copy of the sample case, at its alerts."""
    path = tmp_path / "own.wardlight"
    path.write_bytes(case.read_bytes())
    window = make_window(Session.open(path))
    window.desk.go("alerts")
    settle(window)
    return window


def page_of(window: MainWindow) -> AlertsPage:
    page = window.page()
    assert isinstance(page, AlertsPage)
    return page


def shown(page: AlertsPage) -> list[Alert]:
    return [row for row in page.list.model().rows if isinstance(row, Alert)]


def headers(page: AlertsPage) -> list[Group]:
    return [row for row in page.list.model().rows if isinstance(row, Group)]


def point_of(page: AlertsPage, place: int) -> QPoint:
    return page.list.visualRect(page.list.model().index(place)).center()


def test_words_narrow_the_list_as_they_are_typed_and_a_chip_takes_them_away(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    everything = shown(page)
    press(own, Qt.Key.Key_F, CONTROL)
    assert page.field.hasFocus()
    word = everything[-1].title.split()[-1].strip("()")
    QTest.keyClicks(page.field, word)
    settle(own)
    assert 0 < len(shown(page)) < len(everything)
    assert all(word.lower() in f"{one.title} {one.finding}".lower() for one in shown(page))
    assert dict(page.route.view)["text"] == word and [one.text() for one in page.chips.chips] == [f"“{word}”"]
    click(page.chips.chips[0])
    settle(own)
    assert shown(page) == everything and not page.chips.isVisible() and not page.field.text()


def test_typed_choices_become_chips_at_enter_and_all_of_them_hold(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    page.focus_filter()
    QTest.keyClicks(page.field, "severity:high severity:med phase:cred")
    QTest.keyClick(page.field, Qt.Key.Key_Return)
    settle(own)
    assert page.filter.severity == {"high", "medium"} and page.filter.phase == {"Credential access"}
    assert shown(page) and all(one.severity != "low" and one.phase == "Credential access" for one in shown(page))
    assert page.list.hasFocus() and len(page.chips.chips) == 3
    gone = page.filter.toggled("severity", "medium")
    click(next(one for one in page.chips.chips if "medium" in one.text()))
    settle(own)
    assert page.filter == gone and all(one.severity == "high" for one in shown(page))


def test_an_entity_is_chosen_from_the_menu_with_how_many_alerts_it_has(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    click(page.menus["entity"])
    menu = next(one for one in page.menus["entity"].findChildren(QMenu) if one.isVisible())
    first = menu.actions()[0]
    name, number = first.text().rsplit("  ", 1)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(first).center())
    settle(own)
    assert len(shown(page)) == int(number)
    assert page.chips.chips[0].text() == name


def test_the_filter_is_found_again_by_its_route(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    page._toggle("severity", "high")
    page.group_by("detector")
    settle(own)
    page.next_row()
    route, before, current = page.route, shown(page), page.list.current()
    assert current is not None and route.key == current.id
    page._toggle("severity", "")
    page.group_by("day")
    settle(own)
    assert shown(page) != before
    own.desk.went.emit(route)
    settle(own)
    assert shown(page) == before and page.list.current() == current and page.grouping == "detector"
    own.desk.go("alerts", severity="low")
    settle(own)
    assert all(one.severity == "low" for one in shown(page))


def test_groups_by_incident_tell_their_story_and_open_by_enter(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    page.group_by("incident")
    settle(own)
    group = headers(page)[0]
    incident = next(one for one in own.desk.incidents if one.id == group.incident)
    assert {one.id for one in group.alerts} <= set(incident.alerts)
    assert group.severity == incident.severity and set(group.phases) <= set(incident.phases) and group.story
    assert sum(len(one.alerts) for one in headers(page)) == len(shown(page))
    for _ in range(len(page.list.model().rows)):
        press(own, Qt.Key.Key_Up)
    assert page.list.current_row() == group
    press(own, Qt.Key.Key_Left)
    assert len(shown(page)) == sum(len(one.alerts) for one in headers(page)[1:]) and page.list.is_closed(group)
    press(own, Qt.Key.Key_Right)
    assert not page.list.is_closed(group)
    press(own, Qt.Key.Key_Return)
    settle(own)
    opened = own.page()
    assert isinstance(opened, IncidentPage) and opened.incident == incident


@pytest.mark.parametrize("grouping", ["entity", "detector"])
def test_every_alert_is_in_one_group(own: MainWindow, settle: Settle, grouping: str) -> None:
    page = page_of(own)
    before = {one.id for one in shown(page)}
    page.group_by(grouping)
    settle(own)
    inside = [one.id for group in headers(page) for one in group.alerts]
    assert len(inside) == len(set(inside)) and set(inside) == before
    keys = [one.key for one in headers(page)]
    assert len(keys) == len(set(keys)) > 1


def test_several_are_chosen_by_shift_and_closed_as_one_step(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    everything = shown(page)
    press(own, Qt.Key.Key_Down, SHIFT)
    press(own, Qt.Key.Key_Down, SHIFT)
    some = page.list.selected()
    assert [one.id for one in some] == [one.id for one in everything[:3]] and page.bulk.isVisible()
    assert page.bulk_words.text().startswith("3 alerts chosen")
    press(own, Qt.Key.Key_4)
    settle(own)
    assert [one.id for one in shown(page)] == [one.id for one in everything[3:]] and not page.bulk.isVisible()
    assert own.statusbar.said.text().startswith("3 alerts are closed")
    assert page.list.current() == everything[3], "what came behind is next"
    press(own, Qt.Key.Key_Z, CONTROL)
    settle(own)
    assert [one.id for one in shown(page)] == [one.id for one in everything], "one step brings all back"


def test_all_are_chosen_by_control_a_and_classified_from_the_bar(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    number = len(shown(page))
    press(own, Qt.Key.Key_A, CONTROL)
    assert len(page.list.selected()) == number
    press(own, Qt.Key.Key_2)
    settle(own)
    assert {one.classification for one in own.desk.alerts if one.state == "open"} == {"benign true positive"}
    assert len(page.list.selected()) == number, "what was chosen stays chosen"
    press(own, Qt.Key.Key_Escape)
    assert len(page.list.selected()) == 1 and not page.bulk.isVisible()


def test_a_header_stands_for_all_of_its_group(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    page.group_by("detector")
    settle(own)
    group = next(one for one in headers(page) if len(one.alerts) > 1)
    page.list.go_to_row(group)
    press(own, Qt.Key.Key_S)
    settle(own)
    states = {one.id: one.state for one in own.desk.alerts}
    assert {states[one.id] for one in group.alerts} == {"suppressed"}


def test_control_click_adds_one_and_e_offers_what_they_share(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    wanted = [one for one in shown(page) if one.finding.sources][:2]
    places = [page.list.model().places[one.id] for one in wanted]
    click(page.list.viewport(), point_of(page, places[0]))
    click(page.list.viewport(), point_of(page, places[1]), CONTROL)
    assert [one.id for one in page.list.selected()] == [one.id for one in wanted]
    press(own, Qt.Key.Key_E)
    settle(own)
    form = own.page()
    assert isinstance(form, ExclusionsPage) and form.panel.isVisible() and form.panel.offered
    assert form.panel.title.text() == "Exclude a party of 2 alerts"
    press(own, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(own)
    press(own, Qt.Key.Key_X)
    settle(own)
    assert own.page() is form, "X is still the key it was"


def test_a_name_in_the_list_is_followed_by_a_click(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    alert = next(one for one in shown(page) if one.finding.story and one.finding.story[0][0].entity)
    index = page.list.model().index(page.list.model().places[alert.id])
    page.list.scrollTo(index)
    runs, at = page.list._delegate.runs(alert, page.list.visualRect(index))
    run = next(one for one in runs if one.sign)
    click(page.list.viewport(), at + run.rect.center().toPoint())
    settle(own)
    assert own.inspector.shown == alert.finding.story[0][run.link].entity


def test_the_next_alert_is_that_of_the_list(own: MainWindow, settle: Settle) -> None:
    page = page_of(own)
    page._toggle("severity", "medium")
    settle(own)
    order = [one.id for one in shown(page)]
    press(own, Qt.Key.Key_Return)
    settle(own)
    opened = own.page()
    assert isinstance(opened, AlertPage) and opened.alert is not None and opened.alert.id == order[0]
    assert own.desk.alert_order == tuple(order)


def many(alerts: tuple[Alert, ...]) -> tuple[Alert, ...]:
    """5,000 alerts over months, from those of the case."""
    made = []
    for place in range(MANY):
        one = alerts[place % len(alerts)]
        first = one.finding.first + place * HOUR
        party = EntityRef("user", f"user:corp.test\\user{place % 700}", f"user{place % 700}")
        made.append(
            replace(one, id=f"{place:016x}", finding=replace(one.finding, first=first, last=first + HOUR, accounts=(party,)))
        )
    return tuple(made)


def test_5000_alerts_are_filtered_grouped_and_scrolled_fluently(own: MainWindow, settle: Settle) -> None:
    """Counted in time of the window's own thread, for the machine of a test is shared."""
    page = page_of(own)
    own.desk.alerts = many(own.desk.alerts)
    for grouping in ("day", "entity"):
        page.group_by(grouping)
        settle(own)
        assert len(shown(page)) == MANY
    bar, longest = page.list.verticalScrollBar(), 0.0
    for step in range(30):
        began = time.thread_time()
        bar.setValue(bar.maximum() * step // 29)
        page.list.viewport().repaint()
        longest = max(longest, time.thread_time() - began)
    assert longest < 0.05, "a frame, every row of it new"
    arrived, longest = page._show, 0.0

    def timed(found: Sifted) -> None:
        nonlocal longest
        began = time.thread_time()
        arrived(found)
        longest = max(longest, time.thread_time() - began)

    page._show = timed  # type: ignore[method-assign]
    page._toggle("severity", "high")
    settle(own)
    page._toggle("severity", "")
    settle(own)
    assert len(shown(page)) == MANY and 0 < longest < 0.1


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_hostile_names_in_list_and_headers(own: MainWindow, settle: Settle, name: str) -> None:
    page = page_of(own)
    own.desk.alerts = (alert_of(name),)
    own.desk.went.emit(Route("alerts", view=(("state", "all"),)))
    for grouping in ("entity", "detector", "incident"):
        page.group_by(grouping)
        settle(own)
        assert len(shown(page)) == 1
        page.grab()
        for place in range(page.list.model().rowCount()):
            tip = page.list.model().index(place).data(Qt.ItemDataRole.ToolTipRole)
            assert "<b>" not in tip and "<img" not in tip
