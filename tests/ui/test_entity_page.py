"""The page of an entity on the lab: its head, its tabs, lists that narrow down and sort, notes, routes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.session import Session
from app.ui import theme
from app.ui.actions import ACTIONS
from app.ui.entity.head import TagButton
from app.ui.main_window import MainWindow
from app.ui.navigation import Route
from app.ui.pages.entity import EntityPage
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.words import Words
from tests.ui.conftest import Watchdog

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]
SMITH, ADMINS, DC = "user:corp.test\\da.smith", "group:corp.test\\domain admins", "computer:dc1.corp.test"


@pytest.fixture(scope="module")
def lab(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the lab's directory and two attacks."""
    path = tmp_path_factory.mktemp("lab") / "lab.wardlight"
    session = Session.open(path)
    names = ("dcsync_secretsdump", "sensitive_group_change")
    captures = [shared / "lab" / "captures" / f"{one}.pcap" for one in names]
    session.read_here([*captures, shared / "lab" / "directory.ldif"], lambda _: None)
    session.close()
    return path


@pytest.fixture
def window(make_window: Make, lab: Path, tmp_path: Path) -> MainWindow:
    """A window on a copy of its own."""
    own = tmp_path / "own.wardlight"
    own.write_bytes(lab.read_bytes())
    return make_window(Session.open(own))


def entity(window: MainWindow, settle: Settle, key: str, **view: str) -> EntityPage:
    window.desk.go("entity", key, **view)
    settle(window)
    page = window.page()
    assert isinstance(page, EntityPage)
    return page


def press(page: EntityPage, settle: Settle, window: MainWindow, tab: str) -> None:
    QTest.mouseClick(page.tabs.tabs[tab], Qt.MouseButton.LeftButton)
    settle(window)


def poked(window: MainWindow, settle: Settle) -> None:
    settle(window)
    QTest.qWait(100)
    settle(window)


def test_risk_names_its_reasons_and_leads_to_the_alert(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, SMITH)
    assert page.head.risk is not None
    words = [one.text() for one in page.head.risk.findChildren(Words)]
    assert words[0].startswith("Risk ") and any(one.startswith("+") for one in words)
    link = page.head.risk.findChildren(LinkButton)[0]
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    settle(window)
    assert window.page().name == "alert"


def test_a_tag_is_taken_away_by_click_and_brought_back_by_undo(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, SMITH)
    chip = next(one for one in page.head.findChildren(TagButton) if one.text() == "Sensitive")
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    poked(window, settle)
    assert not [one for one in page.head.findChildren(TagButton) if one.text().startswith("Sensitive") and one.isVisible()]
    window.commands.undo()
    poked(window, settle)
    assert [one for one in page.head.findChildren(TagButton) if one.text() == "Sensitive" and one.isVisible()]


def test_every_part_shows_what_the_workspace_holds(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, SMITH)
    session = window.desk.session
    assert session is not None
    about = session.queries.about
    wanted = {
        "logons": about.logons(SMITH).rows, "resources": about.resources(SMITH).rows, "changes": about.changes(SMITH).rows,
        "tickets": session.queries.tickets(SMITH).tickets,
    }  # fmt: skip
    for name, rows in wanted.items():
        press(page, settle, window, name)
        assert len(page.lists[name].rows()) == len(rows)
        assert page.lists[name].table.isVisible() == bool(rows) and page.lists[name].nothing.isVisible() != bool(rows)
    assert wanted["logons"] and wanted["resources"] and wanted["changes"]
    press(page, settle, window, "names")
    assert page.gantt._bindings
    press(page, settle, window, "alerts")
    assert page.alerts.rows()


def test_a_list_narrows_by_pill_sorts_by_header_and_opens_its_proof(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, DC, tab="resources")
    part = page.lists["resources"]
    everything = part.rows()
    assert [one.count for one in everything] == sorted((one.count for one in everything), reverse=True)
    kind = everything[-1].kind
    QTest.mouseClick(part.pills.pills[kind], Qt.MouseButton.LeftButton)
    assert {one.kind for one in part.rows()} == {kind} and len(part.rows()) < len(everything)
    QTest.mouseClick(part.pills.pills[kind], Qt.MouseButton.LeftButton)
    assert len(part.rows()) == len(everything)

    header = part.table.horizontalHeader()
    place = header.sectionViewportPosition(1) + 20
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=header.viewport().rect().topLeft() + _at(place))
    names = [one.name.lower() for one in part.rows()]
    assert names == sorted(names, reverse=True)
    part.table.setFocus()
    QTest.keyClick(part.table, Qt.Key.Key_Down)
    row = part.table.current_row()
    QTest.keyClick(part.table, Qt.Key.Key_Return)
    poked(window, settle)
    chosen = window.page().table.current_row()
    assert window.page().name == "activities" and chosen is not None and chosen.id == row.proof


def _at(x: int) -> QPoint:
    return QPoint(x, theme.px(12))


def test_paths_to_and_from_it_lead_to_their_picture(window: MainWindow, settle: Settle) -> None:
    session = window.desk.session
    assert session is not None
    target = next((one.ref.key for one in session.queries.paths().targets), "")
    assert target
    page = entity(window, settle, target, tab="paths")
    to, away = session.queries.paths_to(target), session.queries.paths_from(target)
    assert len(page.lists["paths"].rows()) == sum(len(one.paths) for one in (to, away) if one is not None) > 0
    button = next(one for one in page.lists["paths"].heading.children() if getattr(one, "text", str)() == "Picture")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(window)
    assert (window.page().name, window.page().route.key) == ("paths", target)


def test_a_group_in_a_group_opens_to_its_members(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, "group:corp.test\\administrators", tab="members")
    tree = page.members
    rows = tree.lines.rows
    place = next(number for number, one in enumerate(rows) if one.node.ref.kind == "group")
    inside = rows[place].node
    before = len(rows)
    tree.setFocus()
    tree.setCurrentIndex(tree.lines.index(place))
    QTest.keyClick(tree, Qt.Key.Key_Right)
    settle(window)
    assert len(tree.lines.rows) == before + inside.members and tree.lines.rows[place + 1].node.depth == 1
    rect = tree.visualRect(tree.lines.index(place))
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=rect.topLeft() + _at(tree.pad + 4))
    assert len(tree.lines.rows) == before
    QTest.keyClick(tree, Qt.Key.Key_Return)
    settle(window)
    assert window.page().route.key == inside.ref.key


def test_notes_are_kept_changed_removed_and_come_back(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, SMITH)
    page.write_note()
    assert page.tabs.current == "notes"
    QTest.keyClicks(page.notes.field, "Asked the owner")
    QTest.keyClick(page.notes.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    poked(window, settle)
    session = window.desk.session
    assert session is not None
    (note,) = session.notes(SMITH)
    assert note.text == "Asked the owner" and page.tabs.tabs["notes"].accessibleName() == "Notes, 1"
    page.notes.change(note)
    QTest.keyClicks(page.notes.field, "Never mind. ")
    QTest.mouseClick(page.notes.keep_button, Qt.MouseButton.LeftButton)
    poked(window, settle)
    assert session.notes(SMITH)[0].text.startswith("Never mind.")
    remove = next(one for one in page.notes.findChildren(LinkButton) if one.text() == "Remove" and one.isVisible())
    QTest.mouseClick(remove, Qt.MouseButton.LeftButton)
    poked(window, settle)
    assert session.notes(SMITH) == ()
    window.commands.undo()
    poked(window, settle)
    assert session.notes(SMITH)[0].text.startswith("Never mind.")


def test_a_bar_leads_to_the_activity_that_says_so(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, DC, tab="names")
    one = page.gantt._bindings[0]
    where = _at(300)
    QTest.mouseClick(page.gantt, Qt.MouseButton.LeftButton, pos=where)
    poked(window, settle)
    assert window.inspector.isVisible() and getattr(window.inspector.shown, "id", window.inspector.shown) == one.proof


def test_the_route_finds_the_tab_again(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, SMITH)
    press(page, settle, window, "changes")
    here = window.here()
    assert here == Route("entity", SMITH, (("tab", "changes"),))
    entity(window, settle, ADMINS)
    assert page.tabs.current == "members"
    window.show_route(here)
    settle(window)
    assert (page.route.key, page.tabs.current) == (SMITH, "changes") and page.lists["changes"].rows()


def test_arrows_go_through_the_tabs_that_are_there(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, SMITH)
    page.tabs.setFocus(Qt.FocusReason.TabFocusReason)
    seen = [page.tabs.current]
    for _ in range(12):
        QTest.keyClick(page.tabs, Qt.Key.Key_Right)
        seen.append(page.tabs.current)
    assert list(dict.fromkeys(seen)) == page.tabs.offered()
    QTest.keyClick(page.tabs, Qt.Key.Key_Home)
    assert page.tabs.current == "activity"


def test_tabs_wrap_where_the_window_is_narrow(make_window: Make, lab: Path, settle: Settle, tmp_path: Path) -> None:
    own = tmp_path / "narrow.wardlight"
    own.write_bytes(lab.read_bytes())
    narrow = make_window(Session.open(own), 1000, 700)
    page = entity(narrow, settle, SMITH)
    right = max(tab.geometry().right() for tab in page.tabs.tabs.values() if tab.isVisible())
    assert right <= page.tabs.width() and page.width() <= narrow.width()


def test_the_window_does_not_wait_for_an_entity(window: MainWindow, settle: Settle, watchdog: Watchdog) -> None:
    entity(window, settle, SMITH)  # classes are loaded, fonts measured
    watchdog.forget()
    page = entity(window, settle, DC)
    for name in page.tabs.offered():
        press(page, settle, window, name)
    assert watchdog.longest_busy < 0.2


def test_the_keys_of_entities_are_theirs_alone() -> None:
    for own in (one for one in ACTIONS if one.id.startswith("entity.")):
        assert [one.id for one in ACTIONS if one.shortcut == own.shortcut] == [own.id]
