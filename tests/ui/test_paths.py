"""The page of paths in the real window: dates, mouse and keys on the drawing, proof, both directions, files, empty states."""

import csv
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from app.model.entity import EntityRef
from app.model.paths import AttackPath, Cut, PathCoverage, PathEdge, PathPicture, PathsOverview, PathTarget
from app.session import Session
from app.ui import theme, wording
from app.ui.command_lines import Place, lines
from app.ui.main_window import MainWindow
from app.ui.navigation import Route
from app.ui.pages.paths import PathsPage
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.path_card import StepShown
from app.ui.widgets.words import Paragraph
from tests.engine.paths.week import BOB, SMITH, WS1, at, make
from tests.ui.conftest import Watchdog
from tests.ui.test_hostile import NAMES

Settle = Callable[[MainWindow], None]
STALL = 0.2
"""Seconds, on a machine that does other work as well; the aim is 0.05."""
LEFT, NO = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("paths") / "week.wardlight")


@pytest.fixture
def page(make_window: Callable[..., MainWindow], week: Path, settle: Settle) -> PathsPage:
    window = make_window(Session.open(week))
    window.desk.go("paths", "", at=str(at(102)))
    settle(window)
    found = window.page()
    assert isinstance(found, PathsPage)
    return found


def window_of(page: PathsPage) -> MainWindow:
    window = page.window()
    assert isinstance(window, MainWindow)
    return window


def step(page: PathsPage) -> tuple[str, str]:
    shown = window_of(page).inspector.shown
    assert isinstance(shown, StepShown)
    return shown.edge.origin.label, shown.edge.target.label


def click(page: PathsPage, place: QPoint) -> None:
    QTest.mouseClick(page.canvas, LEFT, NO, place)


def between(page: PathsPage, one: str, other: str) -> QPoint:
    line = page.canvas._lines[one, other]
    return line.pointAtPercent(0.5).toPoint()


def test_the_walked_path_comes_first_with_its_proof_in_the_inspector(page: PathsPage, settle: Settle) -> None:
    window = window_of(page)
    settle(window)

    assert [one.state for one in page.canvas.paths] == ["walked", "possible"]
    assert "1 was walked" in page.heading.sentence.accessibleName()
    assert page.list.rows()[0].title == "da.smith" and page.list.rows()[0].text.startswith("1 walked")
    assert step(page) == ("WS1", "da.smith") and window.inspector.isVisible()
    assert page.story.text() == "Walked: bob, administrator of WS1 (14:00:00), has credentials of da.smith (15:00:00)"
    words = [one.accessibleName() for one in window.inspector.findChildren(LinkButton)]
    assert any("Asked for a ticket" in one for one in words)
    assert page.canvas.accessibleDescription().startswith("walked path 1 of 2: bob")


def test_an_arrow_and_a_party_answer_to_the_mouse(page: PathsPage, settle: Settle) -> None:
    click(page, between(page, BOB, WS1))
    settle(window_of(page))
    assert step(page) == ("bob", "WS1")

    click(page, page.canvas.place_of(SMITH).toPoint())
    shown = window_of(page).inspector.shown
    assert isinstance(shown, EntityRef) and shown.key == SMITH

    QTest.mouseDClick(page.canvas, LEFT, NO, page.canvas.place_of(WS1).toPoint())
    settle(window_of(page))
    assert window_of(page).page().route[:2] == ("entity", WS1)


def test_keys_go_along_the_path_and_to_the_next_one(page: PathsPage, settle: Settle) -> None:
    page.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(page.canvas, Qt.Key.Key_Left)
    assert step(page) == ("bob", "WS1")
    QTest.keyClick(page.canvas, Qt.Key.Key_Right)
    assert step(page) == ("WS1", "da.smith")
    QTest.keyClick(page.canvas, Qt.Key.Key_Down)
    assert page.canvas.chosen == 1 and page.below.paths.currentIndex().row() == 1
    assert page.story.text().startswith("Possible: Helpdesk, administrator of WS1")
    QTest.keyClick(page.canvas, Qt.Key.Key_K)
    assert page.canvas.chosen == 0
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    settle(window_of(page))
    assert window_of(page).page().route[:2] == ("entity", SMITH)


def test_another_date_shows_other_paths_and_the_way_back_knows_it(page: PathsPage, settle: Settle) -> None:
    window = window_of(page)
    page.when.ask_date()
    assert page.when.date.isVisible() and page.when.date.hasFocus()
    QTest.keyClicks(page.when.date, wording.written(at(40)))
    QTest.keyClick(page.when.date, Qt.Key.Key_Return)
    settle(window)
    assert [one.state for one in window.page().canvas.paths] == ["possible"]

    window.desk.command("go.back")
    settle(window)
    assert [one.state for one in window.page().canvas.paths] == ["walked", "possible"]
    assert window.page().route.option("at") == str(at(102))


def test_no_date_is_told_and_nothing_changes(page: PathsPage) -> None:
    page.when.ask_date()
    QTest.keyClicks(page.when.date, "soon")
    QTest.keyClick(page.when.date, Qt.Key.Key_Return)

    assert page.when.date.isVisible() and page.canvas.paths[0].state == "walked"


def test_days_and_windows_are_offered(page: PathsPage, settle: Settle) -> None:
    dates, windows = QMenu(), QMenu()
    page.when.fill_dates(dates)
    page.when.fill_windows(windows)
    words = [one.text() for one in dates.actions() if one.text()]

    assert words[0] == "Last activity" and words[-1] == "Another date…"
    assert "End of Fri 9 Jan 2026" in words and len(words) == 9
    next(one for one in windows.actions() if one.text() == "All before").trigger()
    settle(window_of(page))
    assert window_of(page).page().route.option("window") == "0"
    for menu in (dates, windows):
        menu.deleteLater()


def test_paths_from_an_account(page: PathsPage, settle: Settle) -> None:
    window = window_of(page)
    QTest.mouseClick(page.from_button, LEFT)
    settle(window)
    assert window.page().route.option("way") == "from" and window.page().route.key == BOB
    assert "from bob" in page.heading.sentence.accessibleName()
    page.focus_filter()
    QTest.keyClicks(page.search, "carol")
    QTest.qWait(220)
    settle(window)
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle(window)
    assert {row.target.label for row in page.list.rows()} >= {"carol"}


def test_what_to_change_and_what_is_not_known_stand_below(page: PathsPage, settle: Settle) -> None:
    page.below.show_tab("change")
    (first,) = page.below.cuts.rows_model().rows[:1]
    assert (first.ends, first.of) == (2, 2)
    assert page.below.tabs.tabText(1) == "What to change  1"
    page.below.show_tab("unknown")
    words = [one.accessibleName() for one in page.below.unknown.findChildren(Paragraph)]
    assert any("1 of 2 computers" in one for one in words)


def test_the_drawing_and_the_table_become_files(page: PathsPage, tmp_path: Path, settle: Settle) -> None:
    window = window_of(page)
    for name in ("paths.svg", "paths.png", "paths.csv"):
        page.write(tmp_path / name)
    settle(window)
    assert b"<path" in (tmp_path / "paths.svg").read_bytes()
    image = QImage(str(tmp_path / "paths.png"))
    assert image.width() == 2 * page.canvas.width()
    rows = list(csv.DictReader((tmp_path / "paths.csv").open(encoding="utf-8", newline="")))
    assert [(row["path"], row["from"], row["to"], row["state"]) for row in rows][:2] == [
        ("1", "bob", "WS1", "walked"),
        ("1", "WS1", "da.smith", "walked"),
    ]


def test_without_paths_the_page_says_why_and_whose_credentials_lie_where(window: MainWindow, settle: Settle) -> None:
    session = window.desk.session
    assert session is not None
    window.desk.go("paths")
    settle(window)
    page = window.page()
    assert isinstance(page, PathsPage)
    assert page.unknown.isVisible() and not page.body.isVisible()
    assert "tag accounts" in page.unknown.empty.sentence.accessibleName()


@pytest.mark.parametrize("name", ["dark", "light", "contrast"])
def test_nothing_scrolls_sideways_in_a_small_window(
    make_window: Callable[..., MainWindow], week: Path, settle: Settle, name: str
) -> None:
    theme.apply(name)  # type: ignore[arg-type]
    window = make_window(Session.open(week), 1000, 700)
    window.desk.go("paths", "", at=str(at(102)))
    settle(window)
    page = window.page()
    assert isinstance(page, PathsPage)
    assert page.width() >= page.minimumSizeHint().width()
    for spot in page.canvas.drawing.spots:
        place = page.canvas.place_of(spot.key)
        assert page.canvas.rect().contains(place.toPoint())
    assert page.grab().toImage().width() > 0


def test_the_window_never_waits(make_window: Callable[..., MainWindow], week: Path, settle: Settle, watchdog: Watchdog) -> None:
    window = make_window(Session.open(week))
    window.desk.go("paths")
    settle(window)
    watchdog.forget()
    for hours in (40, 95, 102):
        window.desk.go("paths", SMITH, at=str(at(hours)))
        settle(window)

    assert watchdog.longest_busy < STALL, f"the window's thread worked for {watchdog.longest_busy:.3f} s at one go"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_hostile_names_stay_words(page: PathsPage, settle: Settle, tmp_path: Path, name: str) -> None:
    window = window_of(page)
    refs = [EntityRef(kind, f"{kind}:{place}", name) for place, kind in enumerate(("group", "computer", "user", "domain"))]  # type: ignore[arg-type]
    edges = tuple(
        PathEdge(origin=one, target=other, kind=kind, right=name, state="walked", how=name, remedy=f"Take {name}", seen=True)
        for (one, other), kind in zip(pairwise(refs), ("admin", "session", "control"), strict=True)
    )  # type: ignore[arg-type]
    path = AttackPath(edges=edges, state="walked", accounts=3, moments=(2**62, -(2**62), 0))
    cut = Cut(edge=edges[0], words=edges[0].remedy, ends=1, of=1)
    picture = PathPicture(ref=refs[-1], way="to", at=2**62, window=0, paths=(path, path), accounts=3, cuts=(cut,), least=1)
    target = PathTarget(ref=refs[-1], accounts=3, paths=1, shortest=3, walked=1, why=name)
    found = PathsOverview(
        at=-1,
        window=0,
        targets=(target,),
        cuts=(cut,),
        exposed=edges,
        coverage=PathCoverage(missing=((name, name),), sources=(name,)),
    )
    page._show_overview(found)
    settle(window)
    page._show_picture(picture)
    settle(window)
    page.below.show_tab("unknown")
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_Left)
    settle(window)
    page.unknown.show_overview(found)
    page.write(tmp_path / "paths.csv")
    settle(window)
    assert window.grab().width() > 0
    assert all(one.textFormat().name == "PlainText" for one in window.findChildren(QLabel))
    assert [one for one in QApplication.topLevelWidgets() if one.isVisible() and one.inherits("QMainWindow")] == [window]
    for line in csv.reader((tmp_path / "paths.csv").open(encoding="utf-8", newline="", errors="surrogatepass")):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line)


def test_the_line_of_the_command_line_is_that_of_the_page(page: PathsPage) -> None:
    line = next(one for one in lines(Place(route=page.route)) if one.action == "go.paths")

    assert line.arguments[0] == "paths" and "--at=2026-01-09T16:00:00" in line.arguments
    route = Route("paths", BOB, (("way", "from"), ("window", "0")))
    (line,) = (one for one in lines(Place(route=route)) if one.action == "go.paths")
    assert line.arguments == ("paths", f"--from={BOB}", "--window=all", "case.wardlight")


def test_actions_of_the_table_turn_the_page_and_show_what_to_change(page: PathsPage, settle: Settle) -> None:
    window = window_of(page)
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_T)
    settle(window)
    assert window.page().route.option("way") == "from"
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_T)
    settle(window)
    assert window.page().route.option("way") == ""
    window.desk.command("paths.change")
    assert page.below.tab() == "change" and page.below.cuts.hasFocus()
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Qt.Key.Key_D)
    assert page.when.date.isVisible()


def test_names_are_hidden_where_names_are_hidden(week: Path) -> None:
    session = Session.open(week)
    session.hide_names(True, keep=False)
    found = session.queries.paths(at(102))
    (target,) = found.targets
    picture = session.queries.paths_to(target.ref.key, at(102))
    assert picture is not None
    edge = picture.paths[0].edges[0]
    rows = session.queries.path_evidence(*edge.id, at(102))
    session.close()

    assert "smith" not in target.ref.label and "bob" not in edge.origin.label and "bob" not in edge.remedy
    assert rows and target.ref.key == SMITH
