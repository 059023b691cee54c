"""Named layouts: those of the program, those of the user; kept, renamed, removed."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.arrangement import Arrangement, Panes
from app.session import Session
from app.ui.actions import ACTIONS
from app.ui.frame import layouts
from app.ui.main_window import MainWindow
from app.ui.page_table import BY_NAME

from .test_palette import offered
from .test_tabs import click, press

Settle = Callable[[MainWindow], None]


def test_every_layout_of_the_program_has_a_command_and_a_page() -> None:
    commands = {one.argument for one in ACTIONS if one.command == "use_layout"}
    assert commands == set(layouts.BUILT_IN)
    assert all(one.page in BY_NAME for one in layouts.BUILT_IN.values())


def test_a_name_is_tidied_or_refused() -> None:
    held = Arrangement(layouts={"Mine": Panes()})
    assert layouts.name_of("  My   own ", held) == ("My own", "")
    assert layouts.name_of("", held)[1] and layouts.name_of("triage", held)[1]
    assert layouts.name_of("Mine", held) == ("Mine", ""), "saving again replaces"
    assert layouts.name_of("Mine", held, but="Other")[1]
    assert len(layouts.name_of("x" * 500, held)[0]) == layouts.LONGEST


def test_layouts_of_the_program(window: MainWindow, settle: Settle) -> None:
    window.do_by_id("layout.packet")
    settle(window)
    assert window.page().name == "activities" and not window.inspector.isVisible()
    assert window.body.panes["problems"].isVisible()
    window.do_by_id("layout.triage")
    settle(window)
    assert window.page().name == "alerts" and window.inspector.isVisible() and not window.body.panes["problems"].isVisible()


def test_a_layout_is_kept_used_renamed_and_removed(make_window, case: Path, settle: Settle) -> None:
    window = make_window(Session.open(case))
    window.desk.go("coverage")
    window.toggle_pane("jobs")
    settle(window)
    offered(window, settle, "keep the panes")
    press(window, Qt.Key.Key_Return)
    asking = window.asking
    assert asking is not None and asking.isVisible() and asking.field.hasFocus()
    QTest.keyClicks(asking.field, "triage")
    press(window, Qt.Key.Key_Return)
    assert asking.isVisible() and "of the program" in asking.why.text()
    asking.field.clear()
    QTest.keyClicks(asking.field, "Night shift")
    click(asking.button)
    settle(window)
    window.do_by_id("layout.triage")
    settle(window)
    assert not window.body.panes["jobs"].isVisible()
    window.close()

    again = make_window(Session.open(case))
    assert "Layout: Night shift" in offered(again, settle, "night")
    press(again, Qt.Key.Key_Escape)
    offered(again, settle, "layout night shift")
    press(again, Qt.Key.Key_Return)
    settle(again)
    assert again.page().name == "coverage" and again.body.panes["jobs"].isVisible()
    again.do_by_id("rename_layout:Night shift")
    again.asking.field.selectAll()
    QTest.keyClicks(again.asking.field, "Day shift")
    press(again, Qt.Key.Key_Return)
    settle(again)
    assert list(again.arranger.held.layouts) == ["Day shift"]
    again.fill_layouts(again._own_layouts)
    assert "Layout: Day shift" in [one.text() for one in again._own_layouts.actions()]
    again.do_by_id("remove_layout:Day shift")
    assert not again.arranger.held.layouts
    again.do_by_id("use_layout:Day shift")
    settle(again)
    assert again.page().name == "coverage", "a layout that is gone does nothing"


def test_escape_keeps_nothing(window: MainWindow, settle: Settle) -> None:
    window.do_by_id("layout.save")
    QTest.keyClicks(window.asking.field, "Nothing")
    press(window, Qt.Key.Key_Escape)
    settle(window)
    assert not window.arranger.held.layouts
