"""The page of workspaces and the settings of one: what is listed, done, asked before, and refused."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.engine.store.changing import user
from app.model.workspace import Retention
from app.session import Session, workspaces
from app.ui.main_window import MainWindow
from tests.engine.test_schema import unpacked
from tests.engine.workspace import fill, made
from tests.workspaces.cases import made_case

Settle = Callable[[MainWindow], None]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of workspaces: one with everything, one that is empty, one that is no workspace."""
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "workspaces"
    folder.mkdir(parents=True)
    made_case(folder / "branch.wardlight")
    Session.open(folder / "empty.wardlight").close()
    (folder / "strange.wardlight").write_text("no database")
    return folder


def shown(window: MainWindow, settle: Settle, key: str = ""):
    window.desk.go("workspaces", key)
    settle(window)
    return window.page()


def choose(page, name: str) -> None:
    table = page.list_shown()
    model = table.model()
    for number in range(model.rowCount()):
        table.setCurrentIndex(model.index(number, 0))
        row = table.current_row()
        if Path(getattr(row, "path", "") or row.name).stem == name:
            return
    raise AssertionError(f"{name} is not listed")


def names(page) -> set[str]:
    table = page.list_shown()
    return {table.model().index(number, 0).data() for number in range(table.model().rowCount())}


def test_the_folder_of_workspaces_and_the_open_one_are_listed(window: MainWindow, settle: Settle) -> None:
    window.desk.remember(window.desk.session.path)
    page = shown(window, settle)
    assert names(page) == {"branch", "empty", "strange", "sample"}
    choose(page, "sample")
    assert "open here" in {page.table.model().index(one, 1).data() for one in range(4)}
    choose(page, "strange")
    assert not page.open_button.isEnabled()
    menu = QMenu()
    choose(page, "branch")
    page._fill(menu)
    enabled = {one.text(): one.isEnabled() for one in menu.actions()}
    assert enabled["Compact"] and enabled["Remove packets kept of live traffic…"] and not enabled["Take off the list"]


def test_a_workspace_is_renamed_deleted_and_restored(window: MainWindow, settle: Settle, home: Path) -> None:
    page = shown(window, settle)
    choose(page, "branch")
    assert page.take_name(home / "branch.wardlight", "a/b") != ""
    assert page.take_name(home / "branch.wardlight", "office") == ""
    settle(window)
    assert (home / "office.wardlight").is_file() and (home / "office.wardlight.packets").is_dir()
    assert "office" in names(page)
    choose(page, "office")
    page.delete_alert()
    settle(window)
    assert "office" not in names(page) and not (home / "office.wardlight").exists()
    assert str(home) in window.desk.settings.bins
    page = shown(window, settle, "bin")
    assert names(page) == {"office"} and page.restore_button.isVisible() and not page.open_button.isVisible()
    choose(page, "office")
    page.restore()
    settle(window)
    assert (home / "office.wardlight.packets").is_dir() and not names(page)


def test_the_open_workspace_is_renamed_and_stays_open(window: MainWindow, settle: Settle) -> None:
    before = window.desk.session.path
    window.desk.remember(before)
    page = shown(window, settle)
    choose(page, "sample")
    assert page.take_name(before, "case of march") == ""
    settle(window)
    assert window.desk.session.path == before.with_name("case of march.wardlight")
    assert not before.exists() and window.desk.settings.recent[0].endswith("case of march.wardlight")


def test_what_goes_for_good_is_asked_before(window: MainWindow, settle: Settle, home: Path) -> None:
    for name in ("one", "two", "three"):
        Session.open(home / f"{name}.wardlight").close()
        workspaces.delete(home / f"{name}.wardlight", (home,))
    page = shown(window, settle)
    choose(page, "empty")
    page.delete_alert()
    settle(window)
    assert page.foot.question.isVisible() and (home / "empty.wardlight").exists()
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert not page.foot.question.isVisible() and (home / "empty.wardlight").exists()
    page.delete_alert()
    page.foot.yes.click()
    settle(window)
    assert not (home / "empty.wardlight").exists()
    assert {one.name for one in workspaces.binned((home,))} == {"empty.wardlight", "three.wardlight", "two.wardlight"}


def test_what_goes_for_good_by_now_is_asked_again(window: MainWindow, settle: Settle, home: Path) -> None:
    for name in ("one", "two"):
        Session.open(home / f"{name}.wardlight").close()
        workspaces.delete(home / f"{name}.wardlight", (home,))
    page = shown(window, settle)
    choose(page, "empty")
    page.delete_alert()  # two in a row: with the first there is room in the bin, with the second there is none
    page.delete(home / "branch.wardlight", ())
    settle(window)
    left = [one for one in ("empty", "branch") if (home / f"{one}.wardlight").exists()]
    binned = {one.name for one in workspaces.binned((home,))}
    assert len(left) == 1 and {"one.wardlight", "two.wardlight"} < binned and len(binned) == 3
    assert page.foot.question.isVisible()
    page.foot.yes.click()
    settle(window)
    assert not (home / f"{left[0]}.wardlight").exists()
    assert {one.name for one in workspaces.binned((home,))} == {"branch.wardlight", "empty.wardlight", "two.wardlight"}


def test_a_workspace_that_is_gone_is_not_made_anew(make_window, settle: Settle, home: Path) -> None:
    window = make_window(None)
    window.open_case(home / "gone.wardlight", there=True)
    settle(window)
    assert not (home / "gone.wardlight").exists() and "There is no workspace" in window.statusbar.said.text()
    assert window.desk.session is not None and window.desk.session.is_temporary


def test_a_workspace_is_checked_and_mended(window: MainWindow, settle: Settle, home: Path) -> None:
    page = shown(window, settle)
    choose(page, "branch")
    page.check()
    settle(window)
    assert page.foot.found.isVisible() and not page.foot.mend.isVisible()
    db = sqlite3.connect(home / "branch.wardlight")
    db.execute("DELETE FROM meetings")
    db.commit()
    db.close()
    page.check()
    settle(window)
    assert page.foot.mend.isVisible()
    page.foot.mend.click()
    settle(window)
    assert not page.foot.mend.isVisible() and not workspaces.check(home / "branch.wardlight").faults


def test_packed_unpacked_and_rid_of_packets(window: MainWindow, settle: Settle, home: Path, tmp_path: Path) -> None:
    page = shown(window, settle)
    page.pack(home / "branch.wardlight", tmp_path / "b.wardlight-pack")
    settle(window)
    workspaces.delete(home / "branch.wardlight", ())
    page.unpack(tmp_path / "b.wardlight-pack")
    settle(window)
    choose(page, "branch")
    page.ask_repack()
    assert page.foot.question.isVisible()
    page.foot.yes.click()
    settle(window)
    assert not list((home / "branch.wardlight.packets").glob("*.pcapng"))


def test_a_packed_workspace_is_opened_by_its_path(window: MainWindow, settle: Settle, home: Path, tmp_path: Path) -> None:
    page = shown(window, settle)
    page.pack(home / "branch.wardlight", tmp_path / "b.wardlight-pack")
    settle(window)
    workspaces.delete(home / "branch.wardlight", ())
    window.read([tmp_path / "b.wardlight-pack"])
    settle(window)
    assert window.desk.session.path == home / "branch.wardlight"


def test_the_list_is_there_without_a_case(make_window, settle: Settle) -> None:
    window = make_window(Session.open(None))
    page = shown(window, settle)
    assert names(page) == {"branch", "empty", "strange"}
    choose(page, "branch")
    page.open_row()
    settle(window)
    assert window.desk.session.path.name == "branch.wardlight"
    assert window.desk.settings.opened


def test_limits_say_what_would_go_before_they_are_set(make_window, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "old.wardlight"
    fill(path, {"aaaa": made(2_000)})
    window = make_window(Session.open(path))
    window.desk.go("settings", "keeping")
    settle(window)
    section = window.page().section("keeping")
    section.days.setText("30")
    section.days.textEdited.emit("30")
    settle(window)
    assert section.save.isEnabled() and not section.now.isEnabled()
    section.set_limits()
    settle(window)
    assert window.desk.session.retention() == Retention(days=30) and window.desk.session.queries.count() == 2_000
    assert section.now.isEnabled()
    section.remove_now()
    settle(window)
    assert window.desk.session.queries.count() < 2_000
    section.days.setText("many")
    section.days.textEdited.emit("many")
    assert section.limits() is None and not section.save.isEnabled()


def test_typed_limits_outlive_news_of_the_workspace(make_window, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "old.wardlight"
    fill(path, {"aaaa": made(100)})
    session = Session.open(path)
    session.set_role(user(), "administrator")
    session.set_retention(Retention(mb=900))
    window = make_window(session)
    window.desk.go("settings", "keeping")
    settle(window)
    section = window.page().section("keeping")
    row = section._people.itemAt(0).widget()
    section.days.setText("30")
    section.days.textEdited.emit("30")
    section.refresh()
    settle(window)
    assert (section.days.text(), section.mb.text()) == ("30", "900") and section.save.isEnabled()
    assert section._people.itemAt(0).widget() is row
    section.days.setText("")
    session.set_retention(Retention(mb=800))  # as Ctrl+Z does
    section.refresh()
    settle(window)
    assert (section.days.text(), section.mb.text()) == ("", "800")
    section.days.setText("30")
    section._ask()
    section._arrived(object(), (Retention(mb=1), {}, False, ""))  # the answer of a workspace that is not open any more
    assert (section.days.text(), section.mb.text()) == ("30", "800") and section.save.isEnabled()


def test_roles_are_given_and_hold_at_once(make_window, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "shared.wardlight"
    fill(path, {"aaaa": made(100)})
    window = make_window(Session.open(path))
    window.desk.go("settings", "keeping")
    settle(window)
    section = window.page().section("keeping")
    for who in (user(), "alice"):
        section.who.setText(who)
        section.add_role()
        settle(window)
    assert window.desk.session.roles() == {"alice": "viewer", user(): "administrator"}
    section.give("alice", "administrator")
    settle(window)
    section.give(user(), "viewer")
    settle(window)
    assert not section.save.isEnabled() and not section.who.isEnabled()
    said: list[tuple[str, bool]] = []
    window.desk.told.connect(lambda words, bad: said.append((words, bad)))
    window.desk.exclude("*", "address", "10.0.0.1", "", None)
    settle(window)
    assert said[-1][1] and "that is for administrators" in said[-1][0]


def test_reading_only_is_said_above_every_page(make_window, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": made(100)})
    window = make_window(Session.open(path, read_only=True))
    assert window.read_only.isVisible() and "reading only" in window.read_only.text()
    window.desk.go("activities")
    settle(window)
    assert window.read_only.isVisible()
    window.open_case(None)
    settle(window)
    assert not window.read_only.isVisible()


def test_the_history_lists_what_was_done_with_the_whole(make_window, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    fill(path, {"aaaa": made(100)})
    session = Session.open(path)
    session.set_role(user(), "administrator")
    session.report(tmp_path / "r.html")
    window = make_window(session)
    window.desk.go("history")
    settle(window)
    page = window.page()
    words = {page.table.model().index(one, 3).data() for one in range(page.table.model().rowCount())}
    assert "written out: report to r.html" in words and any(one.startswith("role: ") for one in words)
    assert not page.undo_one.isEnabled()


def test_copies_from_before_it_was_brought_up_to_date_are_told_and_removed(
    window: MainWindow, settle: Settle, home: Path
) -> None:
    path = unpacked(home, 3)
    said: list[str] = []
    window.desk.told.connect(lambda words, failed: said.append(words))
    window.open_case(path)
    settle(window)
    assert any("as it was before it lies in old.wardlight.version-3" in one for one in said)
    page = shown(window, settle)
    choose(page, "old")
    assert "1 copy from before it was brought up to date" in page.foot.about.text()
    menu = QMenu()
    page._fill(menu)
    enabled = {one.text(): one.isEnabled() for one in menu.actions()}
    assert enabled["Remove copies from before it was brought up to date…"]
    page.ask_drop()
    page.foot.yes.click()
    settle(window)
    assert not path.with_name("old.wardlight.version-3").exists()
    choose(page, "old")
    assert "copy" not in page.foot.about.text()


def test_a_newer_workspace_opens_for_reading_and_says_so_above_every_page(window: MainWindow, settle: Settle, home: Path) -> None:
    path = home / "future.wardlight"
    fill(path, {"aaaa": made(40)})
    with closing(sqlite3.connect(path)) as db:
        db.execute("ALTER TABLE alerts ADD COLUMN mood TEXT NOT NULL DEFAULT ''")
        db.execute("PRAGMA user_version=99")
        db.execute("PRAGMA journal_mode=DELETE")
    before = path.read_bytes()
    window.open_case(path)
    settle(window)
    assert window.read_only.isVisible() and "made by a newer Wardlight (workspace version 99)" in window.read_only.text()
    for name in ("overview", "activities", "alerts", "entities", "sources", "timeline"):
        window.desk.go(name)
        settle(window)
    page = shown(window, settle)
    choose(page, "future")
    assert page.table.model().index(page.table.currentIndex().row(), 1).data() == "open here"
    window.open_case(None)
    settle(window)
    assert path.read_bytes() == before
