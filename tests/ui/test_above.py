"""What opens above or beside pages, opened by the mouse or its key: whole and within the window at every text size."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QWidget

from app.ui import theme
from app.ui.frame.ask_name import AskName
from app.ui.frame.keys_sheet import KeyLine
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage
from app.ui.pages.alert import AlertPage
from app.ui.pages.exclusions import ExclusionsPage
from app.ui.pages.graph import GraphPage
from app.ui.pages.incident import IncidentPage
from app.ui.pages.sensors import SensorsPage
from app.ui.pages.workspaces import WorkspacesPage
from app.ui.panes.problems_view import ProblemsView
from app.ui.sensors.onboarding import JoinPanel
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Elided

from .above import ABOVE, click, press, worst
from .places import inside, is_whole

Settle = Callable[[MainWindow], None]
KEY = Qt.Key


def asked(window: MainWindow) -> AskName:
    return next(one for one in window.findChildren(AskName) if one.isVisible())


@pytest.mark.parametrize(
    "name", ["palette", "palette-nothing", "keys", "card", "tour", "tour-alert", "tour-last", "layout", "graph-keep"]
)
def test_what_floats_is_within_the_window(small: MainWindow, settle: Settle, name: str) -> None:
    ABOVE[name](small, settle)
    settle(small)
    shown = [one for one in small.findChildren(QFrame, "popup") if one.isVisible() and one.parent() is small]
    assert shown
    for one in shown:
        assert small.rect().contains(one.geometry()), one


def test_a_party_is_excluded_at_the_largest_text_size(small: MainWindow, settle: Settle) -> None:
    small.desk.go("alert", worst(small))
    settle(small)
    press(small, "alert.exclude")
    settle(small)
    page = small.page()
    assert isinstance(page, ExclusionsPage)
    panel = page.panel
    QTest.qWait(30)
    assert panel.value.edit.hasFocus() and is_whole(panel.value.edit, small), "who is excluded can be read"
    assert is_whole(panel.add, small), "and the button is there without scrolling"
    assert all(one.width() >= one.sizeHint().width() for one in panel.kind.segments.values())
    click(panel.add)
    settle(small)
    assert isinstance(small.page(), AlertPage)
    assert [one for one in small.desk.exclusions if not one.shipped]


def test_the_line_of_a_hub_stands_below_its_name(window: MainWindow, settle: Settle) -> None:
    window.resize(1000, 700)
    window.desk.go("sensors")
    settle(window)
    page = window.page()
    assert isinstance(page, SensorsPage)
    page.join_hub()
    settle(window)
    panel = page.joining
    assert isinstance(panel, JoinPanel) and panel.line.isVisible()
    name = panel.line.findChildren(QLabel)[0]
    assert inside(panel.line.edit, window).top() - inside(name, window).bottom() <= theme.px(12)


def test_around_is_of_the_alert_on_the_page_whatever_the_inspector_shows(window: MainWindow, settle: Settle) -> None:
    for size in ((1000, 700), (1440, 900)):
        window.resize(*size)
        window.desk.go("alert", worst(window))
        settle(window)
        page = window.page()
        assert isinstance(page, AlertPage) and page.alert is not None
        at = page.alert.finding.first
        page.setFocus()
        press(window, "around")
        settle(window)
        assert window.page().name == "timeline" and window.page().route.option("at") == str(at), size


def test_a_picture_is_kept_under_a_name_that_is_typed(small: MainWindow, settle: Settle) -> None:
    small.desk.go("graph")
    settle(small)
    small.do_by_id("graph.save.keep")
    settle(small)
    panel = asked(small)
    assert panel.field.hasFocus() and small.rect().contains(panel.geometry())
    panel.field.clear()
    QTest.keyClick(panel.field, KEY.Key_Return)
    assert panel.isVisible() and panel.why.isVisible(), "a name is needed"
    QTest.keyClicks(panel.field, "First look")
    QTest.keyClick(panel.field, KEY.Key_Return)
    settle(small)
    page = small.page()
    assert isinstance(page, GraphPage) and not [one for one in small.findChildren(AskName) if one.isVisible()]
    assert list(page._loaded.kept) == ["First look"]


def test_an_incident_is_renamed_over_its_page(window: MainWindow, settle: Settle) -> None:
    window.desk.go("incident", window.desk.incidents[0].id)
    settle(window)
    page = window.page()
    assert isinstance(page, IncidentPage)
    click(page.rename)
    panel = asked(window)
    QTest.keyClicks(panel.field, "The first week")
    QTest.keyClick(panel.field, KEY.Key_Return)
    settle(window)
    assert page.heading.title.text() == "The first week"


def test_keys_stand_in_one_column_where_two_would_be_cut(small: MainWindow, settle: Settle) -> None:
    press(small, "help.keys")
    settle(small)
    assert small.sheet is not None
    lines = [one for one in small.sheet.findChildren(KeyLine) if one.isVisible()]
    assert len({inside(one, small.sheet).left() for one in lines}) == 1
    assert all(one.findChildren(Elided)[0].width() >= one.findChildren(Elided)[0].least() for one in lines)
    QTest.keyClick(small.sheet.search, KEY.Key_Escape)
    small.desk.set_look(zoom=1.0)
    settle(small)
    press(small, "help.keys")
    assert len({inside(one, small.sheet).left() for one in small.sheet.findChildren(KeyLine)}) == 2


def test_saved_queries_stay_on_the_screen(small: MainWindow, settle: Settle) -> None:
    small.desk.go("activities")
    settle(small)
    page = small.page()
    assert isinstance(page, ActivitiesPage)
    for number in range(8):
        page.ask_for(f"port:{number + 1}")
        page.saved.panel.name.setText(f"Questions / Number {number}")
        page.saved.panel.save()
        settle(small)
    click(page.saved_button)
    settle(small)
    panel, screen = page.saved.panel, small.screen().availableGeometry()
    assert panel.isVisible() and screen.contains(panel.geometry()), (panel.geometry(), screen)
    assert panel.list.height() >= theme.space("row-two-line") and panel.save_button.isVisible()
    panel.hide()


def extras(window: MainWindow, pane: str) -> list[QWidget]:
    """What can be done in a pane."""
    view = window.body.view(pane)
    return [view.search, view.copy] if isinstance(view, ProblemsView) else list(view.buttons())


@pytest.mark.parametrize("pane", ["jobs", "problems"])
def test_the_title_of_a_pane_has_all_of_its_buttons(small: MainWindow, settle: Settle, pane: str) -> None:
    press(small, f"pane.{pane}")
    settle(small)
    title = small.body.panes[pane].title
    parts = [*extras(small, pane), small.body.panes[pane].apart, small.body.panes[pane].cross]
    for one in parts:
        assert small.rect().contains(inside(one, small)) and one.visibleRegion().boundingRect() == one.rect(), one
    below = inside(parts[0], title).top()
    assert below > inside(title.words, title).center().y(), "on a line of their own"
    small.desk.set_look(zoom=1.0)
    settle(small)
    title = small.body.panes[pane].title
    if not title.isVisible():
        press(small, f"pane.{pane}")
        settle(small)
    title = small.body.panes[pane].title
    assert title.height() == theme.px(40) and inside(extras(small, pane)[0], title).top() < theme.px(20)
    click(small.body.panes[pane].cross)
    assert not small.body.panes[pane].isVisible()


def test_a_card_of_the_tour_scrolls_to_its_part(small: MainWindow, settle: Settle) -> None:
    ABOVE["tour-alert"](small, settle)
    page, tour = small.page(), small.tour
    assert isinstance(page, AlertPage) and tour is not None
    for _ in range(60):
        QTest.qWait(50)
        if page.strip.visibleRegion().boundingRect().height() == page.strip.height():
            break
    assert is_whole(page.strip, small) and not tour.geometry().intersects(inside(page.strip, small))
    QTest.keyClick(QApplication.focusWidget(), KEY.Key_Escape)
    assert small.tour is None


def test_what_goes_for_good_is_asked_about_on_the_page_of_the_bin(small: MainWindow, settle: Settle) -> None:
    ABOVE["workspace-purge"](small, settle)
    settle(small)
    page = small.page()
    assert isinstance(page, WorkspacesPage) and small.desk.has_case, "the case that is open stays open"
    asked_about = [one for one in page.foot.findChildren(QWidget) if isinstance(one, Button) and one.isVisible()]
    assert len(page.bin.rows_model().rows) == 1 and asked_about
    assert all(is_whole(one, small) for one in asked_about)
