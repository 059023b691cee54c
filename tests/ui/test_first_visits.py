"""A page that is visited first is made in steps, with a blank one in its place: nothing is lost meanwhile, nothing taken."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest

from app.engine.queries import Queries
from app.session import Session
from app.ui.frame.blank import Blank
from app.ui.main_window import MainWindow
from app.ui.page import Page
from app.ui.page_table import PAGES

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]
HEAVY = ("sensors", "reports", "paths", "entity", "graph", "activities", "sources")


def rounds(number: int) -> None:
    """Some rounds of the window's loop."""
    loop = QEventLoop()
    for _ in range(number):
        QTimer.singleShot(0, loop.quit)
        loop.exec()


def test_a_page_takes_the_place_of_a_blank_one(window: MainWindow, settle: Settle) -> None:
    window.desk.go("coverage")
    assert isinstance(window.tab().page, Blank) and window.tab().making
    assert window.rail.items["coverage"].isChecked(), "what was asked for is marked at once"
    settle(window)
    page = window.tab().page
    assert page is not None and page.name == "coverage" and not isinstance(page, Blank) and not window.tab().making


def test_who_needs_the_page_gets_it_at_once(window: MainWindow, settle: Settle) -> None:
    window.desk.go("paths")
    page = window.page()
    assert page.name == "paths" and not isinstance(page, Blank)
    settle(window)
    assert window.page() is page


@pytest.mark.parametrize("name", HEAVY)
def test_who_goes_elsewhere_meanwhile_is_there(window: MainWindow, settle: Settle, name: str) -> None:
    window.desk.go(name)
    rounds(2)
    window.desk.go("alerts")
    settle(window)
    assert window.page().name == "alerts" and [one.name for one in window.tab().findChildren(Blank)] == ["alerts"]
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(window)
    assert window.page().name == name, "what was made in part is made to its end"
    QTest.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    settle(window)
    assert window.page().name == "alerts"


def test_a_tab_that_is_left_half_made_is_made_when_it_is_seen_again(window: MainWindow, settle: Settle) -> None:
    first = window.tab()
    window.desk.go("reports")
    rounds(1)
    window.new_tab()
    second = window.tab()
    assert second is not first and not first.making
    settle(window)
    assert window.page().name == "reports" and isinstance(first.page, Blank)
    window.tabs.choose(first)
    settle(window)
    assert window.page().name == "reports" and window.page() is not second.page


def test_a_page_that_comes_late_takes_no_focus_away(window: MainWindow, settle: Settle) -> None:
    window.desk.go("reports")
    rounds(1)
    assert window.tab().making
    window.focus_search()
    QTest.keyClicks(window.topbar.field, "smi")
    settle(window)
    assert window.tab().page is not None and window.tab().page.name == "reports"
    assert window.focusWidget() is window.topbar.field and window.topbar.field.text() == "smi"
    window.page().setFocus()
    window.desk.go("alerts")
    settle(window)
    focus, page = window.focusWidget(), window.page()
    assert page.name == "alerts" and (focus is page or page.isAncestorOf(focus)), "who stayed is on the page that came"


def test_nothing_is_made_that_is_not_seen(window: MainWindow, settle: Settle) -> None:
    """Until the workspace is known there is a blank page, not the one for a window without a case."""
    assert sorted(window.tab()._pages) == ["overview"]


def test_a_workspace_without_inputs_leads_to_the_three_ways_to_begin(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(tmp_path / "empty.wardlight"))
    settle(window)
    assert not window.desk.awaited and window.page().name == "start"


def test_a_workspace_that_cannot_be_summarised_is_not_awaited_for_ever(
    make_window: Make, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Queries) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(Queries, "overview", broken)
    window = make_window(Session.open(tmp_path / "broken.wardlight"))
    assert not window.desk.awaited and window.page().name == "start"
    assert "the disk is gone" in window.statusbar.said.text()


def test_modules_of_a_page_are_loaded_one_by_one() -> None:
    """In a process of its own, in which none was loaded; what only type checkers need stays where it is."""
    code = (
        "import sys; from app.ui.frame.ahead import loading\n"
        f"pages = {[one.place.partition(':')[0] for one in PAGES]!r}\n"
        "most = 0\n"
        "for page in pages:\n"
        "    before = len([one for one in sys.modules if one.startswith('app.')])\n"
        "    for _ in loading(page):\n"
        "        now = len([one for one in sys.modules if one.startswith('app.')])\n"
        "        most, before = max(most, now - before), now\n"
        "print(all(one in sys.modules for one in pages), most, 'app.session' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    loaded, most, session = done.stdout.split()
    assert loaded == "True" and int(most) <= 4 and session == "False"


def test_a_page_that_comes_again_has_its_size_already(window: MainWindow, settle: Settle) -> None:
    """On the way there and back: reports has no inspector beside it, coverage and entities have one."""

    class Sizes(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Resize:
                told.append(watched)
            return False

    def click(name: str) -> None:
        QTest.mouseClick(window.rail.items[name], Qt.MouseButton.LeftButton)
        settle(window)
        page = window.page()
        assert page.name == name and page.size() == window.tab().size(), "it fills the tab"

    told: list[QObject] = []
    sizes = Sizes(window)
    for name in ("reports", "coverage", "entities"):
        click(name)
        window.page().installEventFilter(sizes)
    told.clear()
    for name in ("reports", "coverage", "reports", "entities", "coverage"):
        click(name)
    assert told == [], "nothing was laid out anew"
    window.resize(window.width() - 60, window.height() - 30)
    for name in ("reports", "coverage", "entities"):
        click(name)
    assert {one.objectName() for one in told} == {"page"} and len(set(told)) == 3, "another size of the window is that of all"


@pytest.mark.parametrize("name", ("activities", "sensors", "coverage", "sources", "paths", "timeline", "health"))
def test_a_page_that_is_made_in_part_is_moved_about_and_is_whole_all_the_same(
    window: MainWindow, settle: Settle, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    window.desk.go(name)
    halves: list[int] = []
    for width in range(400, 440):
        window.tab()._step(1e-9)
        for one in window.tab().findChildren(Page, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if one.name == name and not one.made:
                halves.append(width)
                one.resize(width, 300)
                one.show()
                one.hide()
        if not window.tab().making:
            break
    settle(window)
    page = window.page()
    assert halves and page.name == name and page.made and page.isVisible()
    assert page.width() > 800, "and it has its place"
    assert "Traceback" not in capfd.readouterr().err
