"""The overview: what is new since the last visit, where to begin, alerts by phase over time, scores, sources, controllers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.model.coverage import CoverageShare
from app.model.entity import EntityRef
from app.model.rows import InputRow, Problem
from app.model.source import SourceState
from app.session import Session
from app.settings import Settings, load
from app.ui.main_window import MainWindow
from app.ui.pages.alerts import AlertsPage
from app.ui.pages.incident import IncidentPage
from app.ui.pages.overview import OverviewPage
from app.ui.pages.start import StartPage
from app.ui.plots.phase_grid import PhaseGrid
from app.ui.tables.alert_filter import PHASES
from app.ui.visits import news, visit
from app.ui.widgets import overview_rows

from .test_hostile import NAMES, alert_of

Settle = Callable[[MainWindow], None]
NONE = Qt.KeyboardModifier.NoModifier


def click(widget, at: QPoint | None = None) -> None:
    """A click, in the middle when nothing else is said."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, NONE, at or widget.rect().center())


@pytest.fixture
def kept(tmp_path: Path, case: Path) -> Path:
    """A workspace of its own."""
    path = tmp_path / "own.wardlight"
    path.write_bytes(case.read_bytes())
    return path


def overview_of(window: MainWindow, settle: Settle) -> OverviewPage:
    window.desk.go("overview")
    settle(window)
    page = window.page()
    assert isinstance(page, OverviewPage)
    return page


def test_a_first_visit_is_remembered_and_has_no_news(make_window, kept: Path, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(kept))
    page = overview_of(window, settle)
    assert not page.news.isVisible()
    seen = load(tmp_path / "settings").visits[str(kept)]
    assert set(seen.alerts) == {one.id for one in window.desk.alerts} and seen.accounts == window.desk.overview.accounts


def test_what_came_since_the_last_visit_is_told_with_links_until_it_is_marked(
    make_window, kept: Path, settle: Settle, tmp_path: Path
) -> None:
    window = make_window(Session.open(kept))
    page = overview_of(window, settle)
    desk = window.desk
    fresh = [one.id for one in desk.alerts[-3:]]
    before = visit(1, desk.overview, desk.alerts[:-3], ())
    desk.keep(visits={str(kept): replace(before, accounts=before.accounts - 2)})
    page.refresh()
    settle(window)
    assert page.news.isVisible()
    words = [one.text() for one in page.news.links]
    assert words[0].startswith("3 alerts (") and "2 accounts" in words
    click(page.news.links[0])
    settle(window)
    alerts = window.page()
    assert isinstance(alerts, AlertsPage) and {one.id for one in alerts._found.shown} == set(fresh)
    assert alerts.chips.chips[0].text() == "3 chosen alerts"
    page = overview_of(window, settle)
    click(page.news.seen)
    assert not page.news.isVisible()
    page.refresh()
    settle(window)
    assert not page.news.isVisible()
    assert set(load(tmp_path / "settings").visits[str(kept)].alerts) == {one.id for one in desk.alerts}


def test_an_incident_that_grew_is_not_new_and_one_of_new_alerts_is(make_window, kept: Path, settle: Settle) -> None:
    desk = make_window(Session.open(kept)).desk
    story = desk.incidents[0]
    before = visit(1, desk.overview, [one for one in desk.alerts if one.id != story.alerts[-1]], ())
    assert not news(before, desk.overview, desk.alerts, desk.incidents).incidents
    before = visit(1, desk.overview, [one for one in desk.alerts if one.id not in story.alerts], ())
    assert news(before, desk.overview, desk.alerts, (story,)).incidents == (story,)


def test_settings_without_visits_are_read_as_before(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"theme": "light"}')
    assert load(tmp_path).visits == {} and load(tmp_path).theme == "light"
    (tmp_path / "settings.json").write_text('{"visits": {"x": 5}}')
    assert load(tmp_path) == Settings()


def test_where_to_begin_leads_to_the_worst_story(make_window, kept: Path, settle: Settle) -> None:
    window = make_window(Session.open(kept))
    page = overview_of(window, settle)
    rows = page.steps.list.rows()
    assert page.steps.isVisible() and 2 <= len(rows) <= 4 and rows[0].value == "incident"
    assert any(row.value.startswith("exposed, ") for row in rows) and all(row.text for row in rows)
    view = page.steps.list
    click(view.viewport(), view.visualRect(view.model().index(0, 0)).center())
    settle(window)
    assert isinstance(window.page(), IncidentPage)


def test_a_cell_of_the_grid_leads_to_its_alerts_by_click_and_by_key(make_window, kept: Path, settle: Settle) -> None:
    window = make_window(Session.open(kept))
    page = overview_of(window, settle)
    grid = page.grid
    assert sum(sum(cell.values()) for row in grid._cells for cell in row) == len(window.desk.alerts)
    row, column = next((row, column) for row in range(len(PHASES)) for column in range(grid.columns) if grid.cell(row, column))
    number = sum(grid.cell(row, column).values())
    click(grid, grid.rect_of(row, column).center().toPoint())
    settle(window)
    alerts = window.page()
    assert isinstance(alerts, AlertsPage) and alerts._found is not None and len(alerts._found.shown) == number
    assert {one.phase for one in alerts._found.shown} == {PHASES[row]}
    page = overview_of(window, settle)
    grid.setFocus(Qt.FocusReason.TabFocusReason)
    for key, times in ((Qt.Key.Key_Right, column + 1), (Qt.Key.Key_Down, row)):
        for _ in range(times):
            QTest.keyClick(grid, key)
    assert grid._cursor == (row, column)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    settle(window)
    assert window.page() is alerts


def test_the_exposed_have_a_score_with_its_reasons(make_window, kept: Path, settle: Settle) -> None:
    window = make_window(Session.open(kept))
    page = overview_of(window, settle)
    rows = page.entities.list.rows()
    scores = [int(row.value) for row in rows]
    assert scores == sorted(scores, reverse=True) and scores[0] > 0
    assert window.desk.session is not None
    best = window.desk.session.queries.about.risk(rows[0].target.key)
    assert best.score == scores[0] and best.reasons[0].words[1:] in str(rows[0].text)


def test_every_number_leads_to_the_place_that_shows_it(make_window, kept: Path, settle: Settle) -> None:
    window = make_window(Session.open(kept))
    for place, name in enumerate(("alerts", "activities", "entities", "entities", "coverage")):
        page = overview_of(window, settle)
        click(page.facts[place].words)
        settle(window)
        assert window.page().name == name


def test_sources_that_need_a_look_come_first() -> None:
    well = InputRow(key="a", path="/c/dc1.pcap", kind="pcap", bytes=1, sha256="", records=9, first=1, last=9, state="done")
    ill = replace(well, key="b", path="/c/dc2.pcap", problems=(Problem(what="cut", count=3),))
    gone = replace(well, key="c", path="/c/dc3.pcap", state="failed", last=None)
    live = replace(well, key="d", path="eth0 (live)", state="reading", live=True, last=5)
    state = SourceState(id="1", kind="capture", label="eth0", state="running", last=1_000_000, dropped=7)
    rows = overview_rows.sources((well, ill, gone, live), {"eth0": state}, 4_000_000, 9)
    assert [row.target.key for row in rows] == ["c", "d", "b", "a"]
    assert "3 s behind" in rows[1].text and "7 lost" in rows[1].text and "3 problems" in rows[2].text
    assert rows[0].sign == "problem" and rows[3].sign == "coverage:seen"


def test_controllers_are_ranked_by_what_was_not_seen() -> None:
    one, two = EntityRef("controller", "computer:dc1", "DC1"), EntityRef("controller", "computer:dc2", "DC2")

    def share(ref: EntityRef, seen: int, partial: int) -> CoverageShare:
        return CoverageShare(detector="x", title="x", controller=ref, state="seen", seen=seen, partial=partial, whole=100)

    rows = overview_rows.controllers([share(one, 100, 0), share(one, 50, 50), share(two, 0, 25)], 5)
    assert [(row.title, row.value) for row in rows] == [("DC2", "0 %"), ("DC1", "75 %")]
    assert rows[0].text == "Seen 0 %, partial 25 %, blind 75 % of detector hours"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_hostile_names_in_grid_and_rows(qtbot, name: str) -> None:
    grid = PhaseGrid(PHASES)
    qtbot.addWidget(grid)
    grid.resize(600, 220)
    grid.show_alerts([alert_of(name)], 0, 1)
    grid.grab()
    assert overview_rows.steps([alert_of(name)], (), (), ())[0].target.key == alert_of(name).id


def test_recent_cases_are_one_click_away_at_the_start(make_window, kept: Path, settle: Settle) -> None:
    window = make_window(None)
    window.desk.keep(recent=(str(kept), "/gone/other.wardlight"))
    page = StartPage(window.desk, "start")
    assert [one.text() for one in page.recent] == [kept.name, "other.wardlight"]
    opened: list[Path] = []
    page.window().open_case = lambda path, there=False: opened.append(path)  # type: ignore[attr-defined]
    click(page.recent[0])
    assert opened == [kept]


def test_numbers_wrap_where_there_is_little_room(make_window, kept: Path, settle: Settle) -> None:
    window = make_window(Session.open(kept), 1000, 700)
    window.set_zoom(2.0)
    page = overview_of(window, settle)
    tops = {fact.mapTo(page, QPoint(0, 0)).y() for fact in page.facts}
    assert len(tops) == 3
    for fact in page.facts:
        assert fact.words.width() >= fact.words.sizeHint().width() and fact.number.width() >= fact.number.sizeHint().width()
