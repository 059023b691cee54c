"""Fuzzy search over commands, alerts, help, moments and the case; what was chosen before comes first."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.model.saved import SavedQuery
from app.session import Session
from app.ui import wording
from app.ui.frame.found import moment
from app.ui.frame.fuzzy import score
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage

from .test_tabs import CONTROL, pages, press

Settle = Callable[[MainWindow], None]
LAST = 1_764_000_000_000_000
"""24 November 2025, 16:00 UTC."""


def offered(window: MainWindow, settle: Settle, typed: str) -> list[str]:
    """Titles that are offered for typed words."""
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_K, CONTROL)
    window.topbar.field.clear()
    QTest.keyClicks(window.topbar.field, typed)
    QTest.qWait(180)
    settle(window)
    return [row.title for row in window.palette_list.list.rows()]


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("cov", "Go to Coverage", "Discovery"),
        ("gtc", "Go to Coverage", "Theme: dark"),
        ("covrge", "Go to Coverage", "Go to Settings"),
        ("theme dark", "Theme: dark", "Theme: light"),
        ("dark theme", "Theme: dark", "Theme: light"),
        ("dc1", "DC1", "dc1.corp.test is a long name"),
    ],
)
def test_what_answers_better_has_more(typed: str, better: str, worse: str) -> None:
    more, less = score(typed, better), score(typed, worse)
    assert more is not None and (less is None or more > less)


@pytest.mark.parametrize(("typed", "text"), [("zzz", "Go to Coverage"), ("dark", "Theme: light"), ("x" * 5000, "x"), ("ab", "b")])
def test_what_does_not_answer_is_left_out(typed: str, text: str) -> None:
    assert score(typed, text) is None


def test_a_long_pattern_over_a_long_text_ends() -> None:
    assert score("a" * 5000, "a" * 100_000) is not None
    assert score("aab" * 60, "a" * 100_000) is None


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ("14:02", "2025-11-24T13:57:00"),
        ("around 14:02:11", "2025-11-24T13:57:11"),
        ("2025-11-20 08:00", "2025-11-20T07:55:00"),
        ("2025-11-20", "2025-11-20T00:00:00"),
    ],
)
def test_a_moment_is_understood(typed: str, start: str) -> None:
    offer = moment(typed, LAST)
    assert offer is not None and offer.row.target.route.option("filter").startswith(f"time:{start}..")


@pytest.mark.parametrize("typed", ["", "25:00", "2025-13-01", "9999-12-31 23:59", "14", "alice", "1:2:3:4", "14:02 x"])
def test_what_is_no_moment_is_none(typed: str) -> None:
    offer = moment(typed, LAST)
    assert offer is None or wording.moment(LAST)[:2] not in offer.row.title


def test_words_out_of_order_and_initials_find_commands(window: MainWindow, settle: Settle) -> None:
    assert offered(window, settle, "dark theme")[0] == "Theme: dark"
    assert "Go to Coverage" in offered(window, settle, "gtc")
    assert window.palette_list.list.currentIndex().row() == 0


def test_alerts_help_and_entities_are_found(window: MainWindow, settle: Settle) -> None:
    alert = window.desk.alerts[0]
    rows = offered(window, settle, alert.title[:24])
    assert alert.title in rows
    assert any("Help" in str(row.text) for row in window.palette_list.list.rows())
    assert offered(window, settle, "dc1")[0] == "DC1"
    press(window, Qt.Key.Key_Return)
    settle(window)
    assert window.page().name == "entity"


def test_a_moment_leads_to_the_activities_around_it(window: MainWindow, settle: Settle) -> None:
    assert window.desk.overview is not None and window.desk.overview.last is not None
    clock = wording.clock(window.desk.overview.last)
    assert offered(window, settle, clock)[0].startswith("Around")
    press(window, Qt.Key.Key_Return)
    settle(window)
    page = window.page()
    assert isinstance(page, ActivitiesPage) and page.query.text().startswith("time:") and page.model.rowCount() > 0


def test_what_was_chosen_before_comes_first_also_after_a_restart(make_window, case: Path, settle: Settle) -> None:
    window = make_window(Session.open(case))
    offered(window, settle, "go to coverage")
    press(window, Qt.Key.Key_Return)
    settle(window)
    offered(window, settle, "dc1")
    press(window, Qt.Key.Key_Return)
    settle(window)
    assert offered(window, settle, "")[:2] == ["DC1", "Go to Coverage"]
    window.close()
    again = make_window(Session.open(case))
    assert offered(again, settle, "")[:2] == ["DC1", "Go to Coverage"]


def test_what_was_chosen_in_one_case_is_not_offered_in_another(make_window, case: Path, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(case))
    offered(window, settle, "dc1")
    press(window, Qt.Key.Key_Return)
    settle(window)
    other = tmp_path / "other.wardlight"
    other.write_bytes(case.read_bytes())
    window.open_case(other)
    settle(window)
    assert "DC1" not in offered(window, settle, "")


def test_control_enter_opens_a_tab(window: MainWindow, settle: Settle) -> None:
    offered(window, settle, "go to coverage")
    press(window, Qt.Key.Key_Return, CONTROL)
    settle(window)
    assert pages(window) == ["overview", "coverage"] and window.page().name == "overview"


def test_hostile_words_are_only_words(window: MainWindow, settle: Settle) -> None:
    offered(window, settle, "<b>' OR 1=1 -- ")
    window.topbar.field.insert("\u202e\u0000%_*")
    QTest.keyClicks(window.topbar.field, "x")
    QTest.qWait(180)
    settle(window)
    offered(window, settle, "a" * 200)
    press(window, Qt.Key.Key_Escape)
    assert not window.palette_list.isVisible()


def test_saved_queries_and_those_asked_last_are_offered(window: MainWindow, settle: Settle) -> None:
    window.desk.keep(
        queries=(SavedQuery(name="Signed in with NTLM", text="kind:ntlm result:success"),), typed=("kind:ldap-search port:389",)
    )
    assert offered(window, settle, "signed ntlm")[0] == "Signed in with NTLM"
    press(window, Qt.Key.Key_Return)
    settle(window)
    page = window.page()
    assert isinstance(page, ActivitiesPage) and page.query.text() == "kind:ntlm result:success"
    assert "kind:ldap-search port:389" in offered(window, settle, "search 389")
