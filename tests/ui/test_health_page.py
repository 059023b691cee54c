"""The page of health: what is wrong, the numbers on rail and status bar, what is said by hand and undone."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.engine.engine import Engine
from app.engine.health.computer import GB, Computer
from app.model.health import Health
from app.model.source import SourceState
from app.session import Session
from app.ui.main_window import MainWindow
from app.ui.pages.health import HealthPage
from app.workspaces import check
from tests.engine.workspace import fill, made

Make = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]
DOWN = SourceState(id="a", kind="capture", label="ens224 (live)", state="failed", error="the interface ens224 is down")
REFUSED = SourceState(
    id="b", kind="syslog", label="syslog udp 0.0.0.0:514 (live)", state="failed", error="the port 514 is in use"
)
FULL = Computer(free=1 * GB, total=200 * GB)


def tend(path: Path, computer: Computer = FULL, later: int = 0, **more: Any) -> None:
    engine = Engine(path)
    try:
        engine.tend(computer, time.time_ns() // 1000 + later, **more)
    finally:
        engine.close()


@pytest.fixture
def ill(tmp_path: Path) -> Path:
    """A workspace with three health alerts, one of them high."""
    path = tmp_path / "ill.wardlight"
    tend(path, live=[DOWN, REFUSED])
    return path


@pytest.fixture
def window(make_window: Make, ill: Path, settle: Settle) -> MainWindow:
    made = make_window(Session.open(ill))
    made.desk.go("health")
    settle(made)
    return made


def page(window: MainWindow) -> HealthPage:
    found = window.page()
    assert isinstance(found, HealthPage)
    return found


def titles(window: MainWindow) -> list[str]:
    return [row.title for row in page(window).list.rows()]


def test_the_gravest_stands_first_with_its_card(window: MainWindow) -> None:
    assert titles(window)[0] == "Running out of disk space" and len(titles(window)) == 3
    card = page(window).card
    assert card.issue is not None and card.issue.rule == "disk-low"
    assert "Free space" in card.advice.accessibleName()
    assert "3 health alerts are open, 1 of high severity" in page(window).heading.sentence.accessibleName()


def test_rail_and_status_bar_say_it(window: MainWindow, settle: Settle) -> None:
    assert window.rail.items["health"]._badge == ("high", 1)
    assert window.statusbar.health.isVisible() and window.statusbar.health.text() == "3 health alerts"
    tend(window.desk.session.path, Computer(free=100 * GB, total=200 * GB), 120_000_000, live=[])
    window.desk.bridge.poke()
    settle(window)
    assert window.rail.items["health"]._badge[1] == 0
    assert not window.statusbar.health.isVisible()
    assert page(window).nothing.heading.text() == "Nothing is wrong that the program can see"
    assert "this computer" in page(window).nothing.sentence.accessibleName()


def test_suppressed_closed_and_undone_by_keys(window: MainWindow, settle: Settle) -> None:
    first = titles(window)[0]
    window.do_by_id("health.suppress")
    settle(window)
    assert first not in titles(window) and len(titles(window)) == 2
    window.desk.undo()
    settle(window)
    assert titles(window)[0] == first
    page(window).list.setCurrentIndex(page(window).list.model().index(0, 0))
    window.do_by_id("health.close")
    settle(window)
    assert first not in titles(window)
    QTest.mouseClick(page(window).states["closed"], Qt.MouseButton.LeftButton)
    settle(window)
    assert titles(window) == [first] and "by hand" in page(window).card.state.accessibleName()
    window.do_by_id("health.reopen")
    settle(window)
    assert titles(window) == []
    assert [one.what for one in window.desk.session.history()][:1] == ["health"]


def test_narrowed_and_found_again(window: MainWindow, settle: Settle) -> None:
    page(window).field.setText("ens224")
    settle(window)
    assert titles(window) == ["Some capture adapters are not available"]
    window.desk.go("overview")
    settle(window)
    window.back()
    settle(window)
    assert page(window).field.text() == "ens224" and titles(window) == ["Some capture adapters are not available"]
    page(window)._narrow(severity="high")
    assert page(window).nothing.heading.text() == "No health alert matches"
    page(window)._show_all()
    assert len(titles(window)) == 3


def test_an_alert_is_found_by_its_route_whatever_its_state(window: MainWindow, settle: Settle) -> None:
    one = window.desk.health.issues[0]
    window.desk.close_issue(one.id)
    settle(window)
    window.desk.go("health", one.id)
    settle(window)
    assert page(window).card.issue is not None and page(window).card.issue.id == one.id


def test_it_leads_to_the_sources_and_tells_its_history(window: MainWindow, settle: Settle) -> None:
    page(window).field.setText("514")
    settle(window)
    assert page(window).card._told is not None and [one.what for one in page(window).card._told] == ["opened"]
    page(window).open_row()
    settle(window)
    assert window.page().name == "sources"


def test_without_anything_it_says_what_would_be_here(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(tmp_path / "new.wardlight"))
    window.desk.go("health")
    settle(window)
    assert page(window).nothing.heading.text() == "Nothing was checked yet"
    assert "silent sensors" in page(window).nothing.sentence.accessibleName()


def test_it_fits_a_small_window(make_window: Make, ill: Path, settle: Settle) -> None:
    window = make_window(Session.open(ill), 860, 560)
    window.desk.go("health")
    settle(window)
    assert page(window).splitter.orientation() == Qt.Orientation.Vertical
    assert page(window).list.isVisible() and page(window).card.isVisible()
    assert all(size > 40 for size in page(window).splitter.sizes())


def test_names_of_strangers_are_plain_text(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "hostile.wardlight"
    name = "<img src=x>\n\u202eevil " + "x" * 400
    tend(path, live=[SourceState(id="a", kind="capture", label=name, state="failed", error=name)])
    window = make_window(Session.open(path))
    window.desk.go("health")
    settle(window)
    assert len(titles(window)) == 2
    assert page(window).card.width() <= window.width()


def test_what_time_alone_makes_wrong_is_found_by_the_window_itself(window: MainWindow, settle: Settle) -> None:
    from app.engine import schema

    long_ago = time.time_ns() // 1000 - 60 * 60_000_000
    db = schema.connect(window.desk.session.path)
    db.execute("INSERT INTO sensors(id, name, added, heard) VALUES('s1', 'dc1', ?1, ?1)", (long_ago,))
    db.execute("DELETE FROM meta WHERE key = 'health_checked'")
    db.close()
    window.desk._look_at_health()
    settle(window)
    assert "Sensor stopped communicating" in titles(window)
    assert window.desk._watch.isActive() and window.desk._watch.interval() <= 60_000
    place = next(n for n, row in enumerate(page(window).list.rows()) if row.title == "Sensor stopped communicating")
    page(window).list.setCurrentIndex(page(window).list.model().index(place, 0))
    window.do_by_id("health.close")
    settle(window)
    assert "Sensor stopped communicating" in titles(window) and "Nothing listens now" in window.statusbar.said.text()


def test_what_tells_names_is_gone_at_once_when_they_are_hidden(window: MainWindow, settle: Settle) -> None:
    assert window.desk.health.opened
    seen: list[Health] = []
    window.desk.names_changed.connect(lambda: seen.append(window.desk.health))
    window.desk.hide_names(True)
    settle(window)
    assert seen == [Health()] and window.desk.health.opened


def test_a_look_in_privacy_mode_hides_names_that_came_since(
    window: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.desk.hide_names(True)
    settle(window)
    session, met = window.desk.session, []
    meet = session.meet_names
    monkeypatch.setattr(session, "meet_names", lambda: (met.append(session.queries), meet())[1])
    window.desk._look_at_health()
    settle(window)
    assert met


def test_a_damaged_workspace_stands_in_the_status_until_it_is_mended(make_window: Make, tmp_path: Path, settle: Settle) -> None:
    """Nobody listens: what a check finds is told all the same, and is closed once it is mended."""
    case = tmp_path / "damaged.wardlight"
    fill(case, {"aaaa": made(3_000)})
    window = make_window(Session.open(case))
    window.desk.go("health")
    settle(window)
    assert "Workspace damaged" not in titles(window)
    db = sqlite3.connect(case)
    db.execute("UPDATE flows SET count = count + 1")
    db.commit()
    db.close()
    assert check(case).faults
    found(window, settle, "Workspace damaged", True)
    assert "1 health alert" in window.statusbar.health.text()
    db = sqlite3.connect(case)
    db.execute("UPDATE flows SET count = count - 1")
    db.commit()
    db.close()
    assert not check(case).faults
    found(window, settle, "Workspace damaged", False)


def found(window: MainWindow, settle: Settle, title: str, there: bool) -> None:
    """The page says so at its next look."""
    end = time.monotonic() + 20
    while (title in titles(window)) is not there:
        assert time.monotonic() < end, titles(window)
        window.desk._look_at_health()  # which it does twice a minute
        settle(window)
