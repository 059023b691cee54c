"""The page of an entity: what a directory and gateways say of it, and what an analyst says."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.session import Session
from app.ui.main_window import MainWindow
from app.ui.pages.entity import EntityPage
from app.ui.widgets.chips import Tag

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]


@pytest.fixture(scope="module")
def lab(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the lab's directory and its VPN."""
    path = tmp_path_factory.mktemp("lab") / "lab.wardlight"
    session = Session.open(path)
    session.read_here([shared / "lab" / "captures" / "vpn_radius.pcap", shared / "lab" / "directory.ldif"], lambda _: None)
    session.close()
    return path


@pytest.fixture
def window(make_window: Make, lab: Path, tmp_path: Path) -> MainWindow:
    """A window on a copy of its own."""
    own = tmp_path / "own.wardlight"
    own.write_bytes(lab.read_bytes())
    return make_window(Session.open(own))


def entity(window: MainWindow, settle: Settle, key: str) -> EntityPage:
    window.desk.go("entity", key)
    settle(window)
    page = window.page()
    assert isinstance(page, EntityPage)
    return page


def chips(page: EntityPage) -> list[str]:
    return [one.accessibleName() for one in page.head.findChildren(Tag) if one.isVisible()]


def tab(page: EntityPage, name: str) -> None:
    QTest.mouseClick(page.tabs.tabs[name], Qt.MouseButton.LeftButton)


def test_a_group_shows_its_members_and_a_member_its_groups(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, "group:corp.test\\domain admins")
    assert page.tabs.current == "members" and page.members.isVisible()
    assert "da.smith" in {one.node.ref.label for one in page.members.lines.rows}
    tab(page, "groups")
    assert "Administrators" in {one.node.ref.label for one in page.groups.lines.rows}
    assert "Sensitive" in chips(page)

    user = entity(window, settle, "user:corp.test\\da.smith")
    tab(user, "directory")
    settle(window)
    assert "normal account" in [one.accessibleName() for one in user.directory.findChildren(Tag)]
    tab(user, "groups")
    groups = [(one.node.ref.label, one.node.depth) for one in user.groups.lines.rows]
    assert {("Domain Admins", 0), ("Tier0-Admins", 0), ("Administrators", 1)} <= set(groups)


def test_sessions_say_who_had_which_address_from_where(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, "user:corp.test\\alice.adams")
    tab(page, "vpn")
    settle(window)
    rows = page.sessions.rows_model().rows
    assert {one.inside for one in rows} >= {("10.77.200.10",)} and {one.outside for one in rows} >= {("203.0.113.20",)}
    QTest.mouseClick(page.sessions.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 10))
    QTest.keyClick(page.sessions, Qt.Key.Key_Return)
    settle(window)
    assert window.page().name == "activities"
    chosen = window.page().table.current_row()
    assert chosen is not None and chosen.kind == "radius-accounting"


def test_a_tag_given_by_hand_is_seen_as_such_and_taken_back(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, "user:corp.test\\bob.baker")
    assert "Honeytoken" not in " ".join(chips(page))

    def choose(words: str) -> None:
        QTest.mouseClick(page.head.tag_button, Qt.MouseButton.LeftButton)
        menu = page.head.tag_button.findChildren(QMenu)[-1]
        action = next(one for one in menu.actions() if one.text().startswith(words))
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
        settle(window)
        QTest.qWait(100)
        settle(window)

    choose("Honeytoken")
    assert "Honeytoken, by hand" in chips(page)
    session = window.desk.session
    assert session is not None and "Honeytoken" in session.queries.tags("user:corp.test\\bob.baker")
    choose("As the program finds")
    assert "Honeytoken" not in " ".join(chips(page))


def test_an_entity_that_no_directory_knows_has_no_such_tabs(window: MainWindow, settle: Settle) -> None:
    page = entity(window, settle, "user:corp.test\\da.smith")
    assert "directory" in page.tabs.offered() and "vpn" not in page.tabs.offered()
    page = entity(window, settle, "address:10.77.0.30")
    assert not {"directory", "groups", "members"} & set(page.tabs.offered())
