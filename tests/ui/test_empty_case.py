"""A case that is open and holds nothing yet is a case: no page says that none is open, and it is what is set up."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.session import Session
from app.ui.main_window import MainWindow

Settle = Callable[[MainWindow], None]


@pytest.mark.parametrize("kept", [True, False])
def test_an_empty_case_is_named_and_can_be_set_up(make_window, settle: Settle, tmp_path: Path, kept: bool) -> None:
    window = make_window(Session.open(tmp_path / "new.wardlight" if kept else None))
    start, said = window.page(), "new.wardlight" if kept else "No case"
    assert start.name == "start" and [one.words for one in start.crumbs()] == [said]
    assert start.title.text() == ("Nothing has been read into new.wardlight yet" if kept else "Nothing has been opened yet")

    window.desk.go("settings", "tags")
    settle(window)
    tags = window.page().section("tags")
    assert tags.nothing.heading.text() == ("Nobody is tagged yet" if kept else "No case is open")
    assert tags.name.isVisible() is kept

    window.desk.go("settings", "detectors")
    settle(window)
    detectors = window.page().section("detectors")
    assert bool(detectors.rows) is kept and detectors.nothing.isVisible() is not kept


def test_keys_of_an_action_with_an_ellipsis_are_told_without_it(make_window, settle: Settle) -> None:
    window = make_window(Session.open(None))
    window.desk.go("settings", "keys", item="open.files")
    settle(window)
    assert window.page().section("keys").about.text() == "Open evidence: Ctrl O"
