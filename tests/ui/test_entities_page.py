"""The list of entities: typed filters, orders, the menu of a row and of several, tags given to many at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.session import Session
from app.ui.entity.head import BigSign
from app.ui.main_window import MainWindow
from app.ui.pages.entities import EntitiesPage
from app.ui.pages.entity import EntityPage

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]


@pytest.fixture
def page(make_window: Make, case: Path, settle: Settle, tmp_path: Path) -> EntitiesPage:
    """The list on a copy of the sample."""
    own = tmp_path / "own.wardlight"
    own.write_bytes(case.read_bytes())
    window = make_window(Session.open(own))
    window.desk.go("entities")
    settle(window)
    page = window.page()
    assert isinstance(page, EntitiesPage)
    return page


def typed(page: EntitiesPage, settle: Settle, text: str) -> list[str]:
    page.focus_filter()
    QTest.keyClicks(page.search, text)
    QTest.qWait(200)
    settle(page.window())
    return [row.ref.label for row in page.model.rows]


def actions(menu: QMenu) -> dict[str, object]:
    return {one.text().split("\t")[0]: one for one in menu.actions() if one.text()}


def test_typing_chooses_and_a_wrong_key_is_said(page: EntitiesPage, settle: Settle) -> None:
    everybody = page.model.rowCount()
    labels = typed(page, settle, "kind:user smith")
    assert labels and all("smith" in one.lower() for one in labels) and len(labels) < everybody
    assert page.route.option("filter") == "kind:user smith"
    page.narrow("nix:1")
    settle(page.window())
    assert "nix" in page.heading.sentence.text()
    page.narrow("nobodyhasthisname")
    settle(page.window())
    assert page.nothing.isVisible() and not page.table.isVisible()


def test_a_header_sorts_both_ways(page: EntitiesPage, settle: Settle) -> None:
    header = page.table.horizontalHeader()
    spot = QPoint(header.sectionViewportPosition(0) + 40, 10)
    for reverse in (False, True):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        settle(page.window())
        names = [row.ref.label.lower() for row in page.model.rows]
        assert names == sorted(names, reverse=reverse)
    assert page.route.option("sort") == "name"


def test_several_are_chosen_and_tagged_as_one_step_of_undo(page: EntitiesPage, settle: Settle) -> None:
    page.narrow("kind:user")
    settle(page.window())
    rows = page.model.rows[:3]
    for place, keys in ((0, Qt.KeyboardModifier.NoModifier), (2, Qt.KeyboardModifier.ShiftModifier)):
        spot = page.table.visualRect(page.model.index(place, 1)).center()
        QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, keys, spot)
    assert [row.ref.key for row in page.table.selected()] == [row.ref.key for row in rows]
    menu = QMenu(page)
    page.fill_menu(menu, page.table.selected())
    tags = next(one for one in menu.findChildren(QMenu) if one.title() == "Tag these 3")
    next(one for one in tags.actions() if one.text() == "Honeytoken").trigger()
    for _ in range(3):
        settle(page.window())
        QTest.qWait(60)
    session = page.desk.session
    assert session is not None
    assert all("Honeytoken" in session.queries.tags(row.ref.key) for row in rows)
    assert {row.ref.key for row in page.table.selected()} == {row.ref.key for row in rows}
    session.undo()
    assert not any("Honeytoken" in session.queries.tags(row.ref.key) for row in rows)


def test_the_menu_of_a_row_copies_and_asks_who_else(page: EntitiesPage, settle: Settle) -> None:
    page.narrow("kind:user")
    settle(page.window())
    row = page.model.rows[0]
    menu = QMenu(page)
    page.fill_menu(menu, [row])
    actions(menu)["Copy name"].trigger()  # type: ignore[attr-defined]
    assert QGuiApplication.clipboard().text() == row.ref.label
    who = menu.findChild(QMenu, "else")
    session = page.desk.session
    assert who is not None and session is not None
    page._add_places(who, session.queries.brief(row.ref))
    entry = next(one for one in who.actions() if one.text().startswith("acted from"))
    entry.trigger()
    settle(page.window())
    assert page.search.text().startswith("source:")
    assert row.ref.key in {one.ref.key for one in page.model.rows}


def test_the_right_button_and_the_menu_key_drop_the_menu(page: EntitiesPage, settle: Settle) -> None:
    page.table.setFocus()
    page.table.setCurrentIndex(page.model.index(0, 0))
    for drop in (
        lambda: page.table.customContextMenuRequested.emit(page.table.visualRect(page.model.index(0, 0)).center()),
        lambda: QTest.keyClick(page.table, Qt.Key.Key_Menu),
    ):
        drop()
        settle(page.window())
        menu = next(one for one in page.findChildren(QMenu) if one.isVisible())
        assert {"Open", "Show in graph", "Write a note"} <= set(actions(menu))
        menu.close()
        QTest.qWait(20)


def test_a_narrowed_list_is_found_again(page: EntitiesPage, settle: Settle) -> None:
    window = page.window()
    page.narrow("kind:user")
    settle(window)
    number = page.model.rowCount()
    here = page.route
    window.desk.go("overview")
    settle(window)
    window.desk.go(here.page, here.key, **dict(here.view))
    settle(window)
    assert page.search.text() == "kind:user" and page.model.rowCount() == number


def test_a_managed_service_account_is_chosen_by_its_kind_and_has_a_page_of_its_own(
    make_window: Make, settle: Settle, tmp_path: Path
) -> None:
    told = tmp_path / "directory.ldif"
    told.write_text(
        "dn: DC=corp,DC=test\nobjectClass: domainDNS\nobjectSid: S-1-5-21-1-2-3\n\n"
        "dn: CN=svc_sql,CN=Managed Service Accounts,DC=corp,DC=test\nobjectClass: top\nobjectClass: person\n"
        "objectClass: organizationalPerson\nobjectClass: user\nobjectClass: computer\n"
        "objectClass: msDS-GroupManagedServiceAccount\nsAMAccountName: svc_sql$\ndNSHostName: sql1.corp.test\n"
        "primaryGroupID: 515\n\n"
        "dn: CN=SQL1,CN=Computers,DC=corp,DC=test\nobjectClass: top\nobjectClass: person\nobjectClass: organizationalPerson\n"
        "objectClass: user\nobjectClass: computer\nsAMAccountName: SQL1$\ndNSHostName: sql1.corp.test\n",
        encoding="utf-8",
    )
    session = Session.open(tmp_path / "own.wardlight")
    session.read_here([told], lambda _: None)
    window = make_window(session)
    window.desk.go("entities")
    settle(window)
    page = window.page()
    assert isinstance(page, EntitiesPage)
    assert typed(page, settle, "kind:service") == ["svc_sql$"]
    page.table.setFocus()
    page.table.selectRow(0)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    settle(window)
    shown = window.page()
    assert isinstance(shown, EntityPage) and shown.route.key == "user:corp.test\\svc_sql$"
    assert shown.head.findChild(BigSign).accessibleName() == "Service account"
    window.desk.go("entity", "computer:sql1.corp.test")
    settle(window)
    other = window.page()
    assert isinstance(other, EntityPage) and other.head.findChild(BigSign).accessibleName() == "Computer"
