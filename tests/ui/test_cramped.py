"""Pages that have little room: their parts stand below each other, words wrap, and all of them can be reached."""

import itertools
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QScrollArea, QWidget

from app.ui import theme
from app.ui.frame.keys_sheet import KeysSheet
from app.ui.frame.pane import PaneTitle
from app.ui.main_window import MainWindow
from app.ui.pages.about import AboutPage
from app.ui.pages.activities import ActivitiesPage
from app.ui.pages.alert import AlertPage
from app.ui.pages.graph import GraphPage
from app.ui.pages.help import HelpPage
from app.ui.pages.start import StartPage
from app.ui.settings.detectors import Detectors
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.offer import WORDS, Offer
from app.ui.widgets.sentence import SentenceView
from app.ui.widgets.words import Paragraph, SectionHeading

from .above import click, press, worst
from .places import clash, inside, is_whole

Settle = Callable[[MainWindow], None]
SIZES = ((1000, 700, 2.0), (1000, 700, 1.5), (1440, 900, 2.0), (1000, 700, 1.0))


def go(window: MainWindow, settle: Settle, page: str, key: str = "") -> QWidget:
    window.desk.go(page, key)
    settle(window)
    return window.page()


def look(window: MainWindow, settle: Settle, width: int, height: int, zoom: float) -> None:
    window.desk.set_look(zoom=zoom)
    window.resize(width, height)
    settle(window)


@pytest.mark.parametrize(("width", "height", "zoom"), SIZES)
def test_what_can_be_opened_first_is_whole(make_window, settle: Settle, width: int, height: int, zoom: float) -> None:
    window = make_window(None)
    look(window, settle, width, height, zoom)
    page = window.page()
    assert isinstance(page, StartPage)
    area = page.findChild(QScrollArea)
    assert area is not None
    content = area.widget()
    assert content.width() <= area.viewport().width()
    for words in page.findChildren(SentenceView):
        assert words.height() >= words.heightForWidth(words.width()), words.text()
        assert words.width() >= theme.px(110), words.text()
    offers = page.findChildren(Offer)
    assert len(offers) >= 3
    for one in offers:
        assert one.words.width() >= theme.px(WORDS) - 1
        assert not clash([one.words, one.buttons], page)
        for button in one.findChildren(Button):
            area.ensureWidgetVisible(button)
            assert is_whole(button, window), button.text()
    assert isinstance(page.title, Paragraph) and page.title.width() <= area.viewport().width()
    top = min(inside(one, content).top() for one in (page.title, *offers))
    below = content.height() - max(inside(one, content).bottom() for one in page.findChildren(SentenceView))
    assert abs(top - below) <= theme.px(24), "in the middle, or from top to bottom"


def test_the_article_of_the_help_has_the_width_of_a_narrow_page(small: MainWindow, settle: Settle) -> None:
    page = go(small, settle, "help")
    assert isinstance(page, HelpPage)
    assert page.document.width() > page.width() * 0.8 and not page.list.isVisible()
    assert page.title.sizeHint().width() <= page.title.width(), "its title is whole"
    assert is_whole(page.jump, small) and page.search.width() >= theme.px(160)

    click(page.jump)
    assert page.list.isVisible() and page.list.width() == page.width() and not page.document.isVisible()
    QTest.keyClick(page.list, Qt.Key.Key_Down)
    settle(small)
    second = page.list.current_row()
    assert page.list.isVisible(), "arrows go from article to article"
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    settle(small)
    assert page.document.isVisible() and page.document.hasFocus() and page.title.text() == second.title

    click(page.jump)
    third = next(number for number, one in enumerate(page.list.rows_model().rows) if one.title == "Detections")
    click(page.list.viewport(), page.list.visualRect(page.list.model().index(third, 0)).center())
    settle(small)
    assert page.title.text() == "Detections" and page.document.isVisible() and not page.list.isVisible()

    click(page.jump)
    QTest.keyClick(page.list, Qt.Key.Key_Escape)
    assert page.document.isVisible() and not page.jump.isChecked()


def test_what_the_help_finds_takes_the_place_of_the_article_in_a_narrow_page(small: MainWindow, settle: Settle) -> None:
    page = go(small, settle, "help")
    assert isinstance(page, HelpPage)
    QTest.keyClicks(page.search, "kerberoasting")
    QTest.qWait(200)
    settle(small)
    assert page.results.isVisible() and page.results.width() == page.width() and not page.document.isVisible()
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle(small)
    assert page.document.isVisible() and not page.results.isVisible()
    assert page.document.textCursor().selectedText().lower() == "kerberoasting"
    page.search.setFocus()
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    QTest.qWait(200)
    settle(small)
    assert page.document.isVisible() and not page.search.text()


def test_the_help_stands_beside_its_list_where_there_is_room(window: MainWindow, settle: Settle) -> None:
    page = go(window, settle, "help")
    assert isinstance(page, HelpPage)
    for width, zoom, beside in ((1440, 2.0, True), (1000, 2.0, False), (1000, 1.5, False), (1000, 1.0, True)):
        look(window, settle, width, 900, zoom)
        page = window.page()
        assert isinstance(page, HelpPage)
        assert (page.list.isVisible(), page.jump.isVisible()) == (beside, not beside), (width, zoom)
        assert page.document.isVisible()


@pytest.mark.parametrize(("width", "height", "zoom"), SIZES)
def test_the_text_of_a_licence_stands_below_the_list_or_beside_it(
    window: MainWindow, settle: Settle, width: int, height: int, zoom: float
) -> None:
    look(window, settle, width, height, zoom)
    page = go(window, settle, "about")
    assert isinstance(page, AboutPage)
    stacked = width / zoom < 700
    assert (page.splitter.orientation() == Qt.Orientation.Vertical) == stacked
    assert not clash([page.list, page.text], page) and not clash([page.search, page.count], page)
    for part in (page.list, page.text):
        place = inside(part, page)
        assert place.left() >= 0 and place.right() <= page.width() and place.width() >= theme.px(280)
    assert page.list.height() >= theme.px(100) and page.text.height() >= theme.px(100)
    for one in page.facts[:-1]:
        assert isinstance(one, Paragraph) and one.height() >= one.heightForWidth(one.width())
    assert page.search.width() > theme.px(200)


@pytest.mark.parametrize(("width", "height", "zoom"), SIZES)
def test_every_fact_of_an_alert_is_whole(window: MainWindow, settle: Settle, width: int, height: int, zoom: float) -> None:
    look(window, settle, width, height, zoom)
    page = go(window, settle, "alert", worst(window))
    assert isinstance(page, AlertPage) and page.alert is not None
    holder = page.line.itemAt(0).widget()
    assert holder is not None
    told = [one for one in holder.findChildren(QLabel) if one.text()]
    assert any("confidence" in one.text() for one in told)
    for one in told:
        assert one.width() >= one.sizeHint().width(), one.text()
        assert one.geometry().right() < holder.width() and one.geometry().bottom() < holder.height(), one.text()
    assert not clash([*page.classes, page.before, page.place, page.after], page)
    for one in (*page.classes, page.after):
        assert inside(one, page).right() < page.width(), one.text()


def test_groups_of_keys_follow_each_other(window: MainWindow, settle: Settle) -> None:
    press(window, "help.keys")
    settle(window)
    sheet = window.findChild(KeysSheet)
    assert sheet is not None
    for left in {one.x() for one in sheet.groups}:
        column = sorted((one for one in sheet.groups if one.x() == left), key=lambda one: one.y())
        assert len(column) > 1
        for one, after in itertools.pairwise(column):
            assert after.y() - (one.y() + one.height()) <= 1, "what is between them is their own margin"


@pytest.mark.parametrize(("width", "height", "zoom"), SIZES)
def test_names_in_the_table_of_activities_are_more_than_a_sign(
    window: MainWindow, settle: Settle, width: int, height: int, zoom: float
) -> None:
    look(window, settle, width, height, zoom)
    page = go(window, settle, "activities")
    assert isinstance(page, ActivitiesPage)
    shown = {one.title: page.table.columnWidth(place) for place, one in enumerate(page.table.columns)}
    shown = {title: wide for title, wide in shown.items() if wide}
    assert {"Time", "From", "To"} <= set(shown)
    for title in {"Who", "From", "To"} & set(shown):
        assert shown[title] >= theme.px(60), title


def test_a_column_that_comes_and_goes_with_the_window_has_no_width_of_the_users(window: MainWindow, settle: Settle) -> None:
    page = go(window, settle, "activities")
    assert isinstance(page, ActivitiesPage)
    changed: list[None] = []
    page.table.layout_changed.connect(lambda: changed.append(None))
    before = {place: page.table.columnWidth(place) for place in range(len(page.table.columns))}
    for width in (700, 1440):
        window.resize(width, 900)
        settle(window)
    assert not page.table.layout_now.widths and not changed
    assert {place: page.table.columnWidth(place) for place in range(len(page.table.columns))} == before


def test_what_a_problem_is_stays_in_a_narrow_table(small: MainWindow, settle: Settle) -> None:
    page = go(small, settle, "problems")
    table = next(one for one in page.findChildren(Table) if one.isVisible())
    titles = {one.title: table.columnWidth(place) for place, one in enumerate(table.columns)}
    assert titles["What"] >= theme.px(120) and titles["Count"], titles


@pytest.mark.parametrize(("width", "height", "zoom"), SIZES)
def test_the_note_beside_a_box_is_whole_where_there_is_room(
    window: MainWindow, settle: Settle, width: int, height: int, zoom: float
) -> None:
    look(window, settle, width, height, zoom)
    detectors = go(window, settle, "settings", "detectors").findChild(Detectors)
    assert detectors is not None
    box = detectors.test_mode
    measure = theme.measure()
    needs = theme.px(16 + 8 + 8) + measure.horizontalAdvance(box.text()) + measure.horizontalAdvance(box._note)
    assert box.width() >= needs and inside(box, detectors).right() < detectors.width()


@pytest.mark.parametrize("edges", [False, True])
@pytest.mark.parametrize(("width", "height", "zoom"), SIZES)
def test_what_floats_over_the_graph_is_within_it(
    window: MainWindow, settle: Settle, width: int, height: int, zoom: float, edges: bool
) -> None:
    look(window, settle, width, height, zoom)
    page = go(window, settle, "graph")
    assert isinstance(page, GraphPage)
    if edges:
        page.toggle_edges()
        settle(window)
        assert page.edges.isVisible() and page.edges.height() >= theme.px(100)
    bar = next(one for one, where in page.stage._floats if where == "right")
    assert page.canvas.rect().contains(bar.geometry())


@pytest.mark.parametrize("pane", ["pane.jobs", "pane.problems"])
def test_what_can_be_done_in_a_pane_stands_on_the_line_of_its_title(window: MainWindow, settle: Settle, pane: str) -> None:
    press(window, pane)
    settle(window)
    title = next(one for one in window.findChildren(PaneTitle) if one.isVisible() and one._flow.count() and not one._below)
    middle = inside(title.words, title).center().y()
    for one in title.findChildren(Button):
        if one.isVisible():
            assert abs(inside(one, title).center().y() - middle) <= 1, one.accessibleName()


EVERY = (
    "overview", "alerts", "incident", "exclusions", "history", "entities", "coverage", "sensors", "sources", "reports",
    "settings", "settings/keeping", "settings/notifications", "settings/tags", "settings/updates", "compare", "health",
    "workspaces",
)  # fmt: skip


@pytest.mark.parametrize("zoom", [2.0, 1.5])
def test_nothing_of_a_page_is_squeezed(window: MainWindow, settle: Settle, zoom: float) -> None:
    look(window, settle, 1000, 700, zoom)
    for name in EVERY:
        page, _, key = name.partition("/")
        faults = squeezed(go(window, settle, page, key or (window.desk.incidents[0].id if page == "incident" else "")))
        assert not faults, (name, faults)


def squeezed(page: QWidget) -> list[str]:
    """What of a page stands beyond its edge, over its neighbour, or in less room than its words need."""
    found = []
    seen: list[QWidget] = []
    for one in page.findChildren(QWidget):
        if not one.isVisible() or not isinstance(one, (SentenceView, QLabel, QLineEdit, Button)):
            continue
        words, place = one.text() if isinstance(one, QLabel | Button) else one.accessibleName(), inside(one, page)
        if place.left() < 0 or place.right() >= page.width():
            found.append(f"{words}: beyond the edge")
        if isinstance(one, SentenceView | QLabel) and one.hasHeightForWidth() and one.height() < one.heightForWidth(one.width()):
            found.append(f"{words}: too low")
        if isinstance(one, QLabel | Button) and not one.hasHeightForWidth() and one.width() < one.sizeHint().width():
            found.append(f"{words}: too narrow")
        if any(other.parentWidget() is one.parentWidget() and other.geometry().intersects(one.geometry()) for other in seen):
            found.append(f"{words}: over another")
        seen.append(one)
    return found


def test_a_heading_is_whole_before_the_note_beside_it(small: MainWindow, settle: Settle) -> None:
    for page in ("overview", "sources"):
        headings = [one for one in go(small, settle, page).findChildren(SectionHeading) if one.isVisible() and one.title.text()]
        assert headings
        for one in headings:
            assert one.title.width() >= one.title.sizeHint().width(), one.title.text()
