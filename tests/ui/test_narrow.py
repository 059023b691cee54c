"""Narrow windows and large text: what has no room beside something goes below it and stays whole."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QScrollArea, QWidget

from app.ui import theme
from app.ui.main_window import MainWindow
from app.ui.page import Page
from app.ui.pages.activities import ActivitiesPage
from app.ui.pages.coverage import CoveragePage
from app.ui.pages.entity import EntityPage
from app.ui.pages.graph import GraphPage
from app.ui.pages.overview import OverviewPage
from app.ui.pages.settings import SettingsPage
from app.ui.pages.sources import SourcesPage
from app.ui.pages.timeline import TimelinePage
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import PageHeading, Paragraph, Words

from .places import inside

Settle = Callable[[MainWindow], None]


def at(window: MainWindow, settle: Settle, page: str, zoom: float = 1.0, size: tuple[int, int] = (1000, 700)) -> Page:
    """A page at a text size, in a window of a size."""
    window.desk.set_look(zoom=zoom)
    window.resize(*size)
    settle(window)
    window.desk.go(page)
    settle(window)
    return window.page()


@pytest.mark.parametrize("zoom", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("name", ["overview", "alerts", "graph", "timeline", "tickets", "exclusions", "sources", "workspaces"])
def test_the_heading_of_a_page_is_whole(window: MainWindow, settle: Settle, name: str, zoom: float) -> None:
    page = at(window, settle, name, zoom)
    heading = page.findChild(PageHeading)
    assert heading is not None
    parts = [one for one in heading.findChildren(QWidget) if isinstance(one, (Button, QLineEdit)) and one.isVisible()]
    assert parts and heading.title.width() >= heading.title.least(), heading.title.text()
    for one in parts:
        least = one.minimumWidth() if isinstance(one, QLineEdit) else one.sizeHint().width()
        assert one.width() >= least, one
        assert inside(one, page).right() < page.width()
    places = [inside(one, page) for one in (heading.title, heading.sentence, *parts)]
    clash = [(one, other) for one in places for other in places if one != other and one.intersects(other)]
    assert not clash, clash


def test_controls_of_a_heading_go_below_only_without_room(window: MainWindow, settle: Settle) -> None:
    page = at(window, settle, "graph", 1.5)
    assert isinstance(page, GraphPage)
    below = page.heading.title.geometry().bottom()
    assert page.edges_button.geometry().top() > below and page.start_button.x() == page.heading.title.x()
    QTest.mouseClick(page.edges_button, Qt.MouseButton.LeftButton)
    settle(window)
    assert page.edges.isVisible()
    window.resize(1600, 900)
    settle(window)
    assert page.edges_button.geometry().top() < page.heading.title.geometry().bottom()
    assert page.save_button.geometry().right() == page.heading.width() - 1


def test_the_time_that_a_timeline_shows_is_said_in_full(window: MainWindow, settle: Settle) -> None:
    page = at(window, settle, "timeline", 1.5)
    assert isinstance(page, TimelinePage)
    for width, beside in ((1000, False), (1800, True)):
        window.resize(width, 900)
        settle(window)
        title = page.when.title
        assert title.width() >= title.least() and title.text().endswith("UTC")
        assert (page.legend.y() < title.geometry().bottom()) == beside, width
        assert page.legend.height() >= page.legend.heightForWidth(page.legend.width())


def test_the_last_mark_of_a_strip_is_whole(window: MainWindow, settle: Settle) -> None:
    page = at(window, settle, "timeline", 2.0)
    assert isinstance(page, TimelinePage)
    half = theme.space("glyph") / 2
    marks = page.strip._placed(page.strip._area())
    assert len(marks) >= 2
    assert all(page.strip._area().left() + half <= x <= page.strip.width() - half for x, _, _ in marks)


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_what_a_big_number_rests_on_is_said_in_full(window: MainWindow, settle: Settle, zoom: float) -> None:
    page = at(window, settle, "overview", zoom)
    assert isinstance(page, OverviewPage)
    told = [one for one in page.facts[1].findChildren(Paragraph) if one.isVisible()]
    assert [one.text().partition(" ")[0] for one in told] == ["from"]
    assert told[0].height() >= told[0].heightForWidth(told[0].width())
    assert inside(told[0], page.facts[1]).bottom() < page.facts[1].height()


def test_steps_of_coverage_are_told_in_words(window: MainWindow, settle: Settle) -> None:
    page = at(window, settle, "coverage")
    assert isinstance(page, CoveragePage)
    assert re.search(r"hour by hour|in steps of \d+ (h|days);", page.heading.sentence.text())


@pytest.mark.parametrize(("name", "zoom"), [("activities", 1.0), ("activities", 1.5), ("entities", 1.5), ("sources", 1.0)])
def test_titles_of_columns_are_whole_while_others_have_more(window: MainWindow, settle: Settle, name: str, zoom: float) -> None:
    page = at(window, settle, name, zoom)
    table = next(one for one in page.findChildren(Table) if one.isVisible())
    shown = [place for place in range(len(table.columns)) if not table.isColumnHidden(place)]
    measure = theme.measure("header")
    for place in shown:
        column = table.columns[place]
        margin = table.margin * ((place == table.edges[0]) + (place == table.edges[1]))
        room = table.columnWidth(place) - margin - (0 if place == table.edges[1] else theme.px(column.gap))
        assert room >= measure.horizontalAdvance(column.title), column.title
    assert sum(table.columnWidth(place) for place in shown) <= table.viewport().width()


def test_a_table_keeps_a_few_rows_on_a_page_that_is_scrolled(window: MainWindow, settle: Settle) -> None:
    at(window, settle, "overview", 2.0)
    window.desk.go("entity", "computer:dc1.corp.test")
    settle(window)
    page = window.page()
    assert isinstance(page, EntityPage)
    assert page.table.height() >= theme.space("row-header") + 3 * theme.space("row")
    area = page.parentWidget().parentWidget()
    assert isinstance(area, QScrollArea) and area.verticalScrollBar().maximum() > 0
    for _ in range(12):
        if page.table.hasFocus():
            break
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert page.table.hasFocus() and not page.table.visibleRegion().isEmpty(), "the page follows the focus"


def test_what_an_entity_is_wraps(window: MainWindow, settle: Settle) -> None:
    at(window, settle, "overview", 1.5)
    window.desk.go("entity", "computer:dc1.corp.test")
    settle(window)
    page = window.page()
    assert isinstance(page, EntityPage)
    told = next(one for one in page.head.findChildren(Paragraph) if "first seen" in one.text())
    assert "last seen" in told.text() and told.height() >= told.heightForWidth(told.width()) > theme.line_height("body")


def test_the_span_of_the_case_is_not_painted_over_the_search(window: MainWindow, settle: Settle) -> None:
    at(window, settle, "overview", 2.0)
    bar = window.topbar
    assert not bar.span.isVisible() and bar.span_icon.isVisible() and bar.span_icon.toolTip() == bar.span.toolTip() != ""
    assert not bar.field.geometry().intersects(bar.span_icon.geometry())
    window.resize(1800, 900)
    settle(window)
    assert bar.span.isVisible() and bar.span.width() >= bar.span.sizeHint().width()


@pytest.mark.parametrize("size", [(1000, 700), (1440, 900)])
def test_no_page_is_scrolled_at_the_usual_text_size(window: MainWindow, settle: Settle, size: tuple[int, int]) -> None:
    for name in ("alerts", "activities", "entities", "graph", "coverage", "tickets", "timeline", "sensors", "sources", "health"):
        page = at(window, settle, name, size=size)
        assert page.height() == window.tab().height(), name
    window.desk.go("entity", "computer:dc1.corp.test")
    settle(window)
    assert window.page().height() == window.tab().height()


def test_numbers_of_sources_are_whole_at_the_largest_text_size(window: MainWindow, settle: Settle) -> None:
    page = at(window, settle, "sources", theme.ZOOMS[-1], (1440, 900))
    assert isinstance(page, SourcesPage)
    table = page.table
    shown = {place: one for place, one in enumerate(table.columns) if not table.isColumnHidden(place)}
    titles = {one.title for one in shown.values()}
    assert {"Input", "Size", "Read", "Activities", "Problems"} <= titles < {one.title for one in table.columns}
    rows = [table.model().row(line) for line in range(table.model().rowCount())]
    assert rows
    for place, column in shown.items():
        for words in (column.words(row) for row in rows if column.look == "number"):
            assert theme.measure("body").horizontalAdvance(words) + theme.px(column.gap) <= table.columnWidth(place), words
    again = at(window, settle, "sources", 1.0, (1440, 900))
    assert isinstance(again, SourcesPage)
    assert not [one.title for place, one in enumerate(again.table.columns) if one.spare and again.table.isColumnHidden(place)]


def test_all_of_the_rail_is_there_in_a_low_window(window: MainWindow, settle: Settle) -> None:
    at(window, settle, "overview", 2.0)
    rail = window.rail
    parts = [rail.mark, *rail.items.values(), rail.settings]
    assert rail.mark.height() == theme.space("top-bar") and rail.width() < theme.space("rail"), "no words, no room for words"
    places = [inside(one, rail) for one in parts]
    assert all(rail.rect().contains(one) for one in places)
    assert all(one.bottom() < other.top() for one, other in pairwise(places))
    QTest.mouseClick(rail.items["sources"], Qt.MouseButton.LeftButton)
    settle(window)
    assert window.page().name == "sources"
    window.desk.set_look(zoom=1.0)
    settle(window)
    assert window.rail.width() == theme.space("rail")


def test_what_was_just_said_has_the_room_of_what_stands_on_pages_too(window: MainWindow, settle: Settle) -> None:
    at(window, settle, "overview", 2.0)
    bar = window.statusbar
    shown = [one for one in bar.findChildren(QWidget) if one.isVisible() and one.parent() is bar]
    assert all(one.width() >= one.sizeHint().width() for one in shown), "whole, or not there"
    assert bar.activities.isVisible() and not bar.said.isVisible(), "the span of the evidence has no room"
    window.desk.tell("The report of the head office is saved as report-of-the-first-day-of-november.html.")
    settle(window)
    assert bar.said.isVisible() and bar.said.width() > bar.width() // 2
    assert not bar.inputs.isVisible() and not bar.activities.isVisible() and bar.name.width() >= theme.px(60)
    bar._quiet.stop()
    bar._forget()
    assert bar.activities.isVisible() and not bar.said.isVisible()


def test_the_name_of_a_place_is_no_stub_beside_the_way_to_it(window: MainWindow, settle: Settle) -> None:
    def crumbs() -> list[QWidget]:
        held = window.topbar.crumbs
        return [one for one in held.findChildren(QWidget) if one.isVisible() and one.parent() is held]

    at(window, settle, "exclusions", 2.0)
    assert len(crumbs()) == 1 and crumbs()[0].width() >= crumbs()[0].sizeHint().width(), "Exclusions"
    assert window.topbar.field.placeholderText() == "Search"
    window.resize(1600, 900)
    settle(window)
    assert len(crumbs()) == 3 and window.topbar.field.placeholderText() == "Search or command"


def test_sections_of_settings_are_a_menu_where_their_list_would_take_the_page(window: MainWindow, settle: Settle) -> None:
    page = at(window, settle, "settings", 2.0)
    assert isinstance(page, SettingsPage)
    assert not page.names.isVisible() and page.stack.width() == page.width()
    QTest.mouseClick(page.jump, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(menu.actions()[2]).center())
    settle(window)
    assert page.route.key == "keys" and page.jump.text() == "Keys"
    QTest.keyClicks(page.search, "theme")
    settle(window)
    assert page.results.isVisible() and page.results.rows()
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    window.resize(1800, 900)
    settle(window)
    assert page.names.isVisible() and not page.jump.isVisible() and page.stack.x() > page.names.width()


def test_the_query_of_activities_has_a_line_of_its_own(window: MainWindow, settle: Settle) -> None:
    page = at(window, settle, "activities", 2.0)
    assert isinstance(page, ActivitiesPage)
    title = next(one for one in page.findChildren(Words) if one.text() == "Activities")
    assert title.width() >= title.sizeHint().width() and inside(page.query, page).top() > inside(title, page).bottom()
    assert page.query.width() > page.width() * 0.8
    window.resize(1800, 900)
    settle(window)
    assert inside(page.query, page).top() < inside(title, page).bottom() and inside(page.query, page).left() > title.width()


def test_the_picture_of_the_graph_has_room(window: MainWindow, settle: Settle) -> None:
    page = at(window, settle, "graph", 2.0)
    assert isinstance(page, GraphPage)
    assert page.canvas.visibleRegion().boundingRect().height() >= 150 and not page.stage.slider.isVisible()
    QTest.mouseClick(page.edges_button, Qt.MouseButton.LeftButton)
    settle(window)
    assert page.edges.isVisible(), "the sign alone does it too"
    window.resize(1800, 1000)
    settle(window)
    assert page.stage.slider.isVisible() and page.edges_button.text() == "Edges"


@pytest.mark.parametrize("name", ["entities", "sensors", "activities"])
def test_a_cramped_table_has_fewer_columns_that_can_be_read(window: MainWindow, settle: Settle, name: str) -> None:
    page = at(window, settle, name, 2.0)
    table = next(one for one in page.findChildren(Table) if one.isVisible())
    shown = [place for place in range(len(table.columns)) if not table.isColumnHidden(place)]
    assert len(shown) >= 3
    words = table.model().index(0, 0).data() or ""
    assert table.columnWidth(0) - table.margin >= min(theme.px(90), theme.measure().horizontalAdvance(words))
