"""The page of activities, driven by keys and mouse: query, suggestions, saved queries, columns, order, counts, SQL, values."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.engine.queries import plan as plans
from app.engine.queries import scan
from app.model.asking import Order
from app.model.rows import ActivityRow
from app.model.saved import SavedQuery
from app.session import Session
from app.ui.actions import BY_ID, CONTEXTS
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage
from app.ui.tables.cells import ROW

Settle = Callable[[MainWindow], None]
KEY, SHIFT, CTRL = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(window: MainWindow, settle: Settle) -> ActivitiesPage:
    window.desk.go("activities")
    settle(window)
    page = window.page()
    assert isinstance(page, ActivitiesPage)
    return page


def typed(page: ActivitiesPage, window: MainWindow, settle: Settle, text: str) -> None:
    page.query.edit.setFocus()
    QTest.keyClick(page.query.edit, KEY.Key_A, CTRL)
    QTest.keyClicks(page.query.edit, text)
    QTest.qWait(300)
    settle(window)


def offered(page: ActivitiesPage) -> list[str]:
    model = page.query._offers
    return [model.item(place).text() for place in range(model.rowCount())] if page.query.offering else []


def column(page: ActivitiesPage, title: str) -> int:
    return next(place for place, one in enumerate(page.table.columns) if one.title == title)


def choose(page: ActivitiesPage, window: MainWindow, settle: Settle, row: int, title: str) -> ActivityRow:
    """Click a cell as a user does."""
    index = page.model.index(row, column(page, title))
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=page.table.visualRect(index).center())
    settle(window)
    page.table.setFocus()
    found = index.data(ROW)
    assert isinstance(found, ActivityRow)
    return found


def menu_at(page: ActivitiesPage, row: int, title: str) -> dict[str, object]:
    """Words of what a right click offers, to their entries."""
    where = page.table.visualRect(page.model.index(row, column(page, title))).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, page.table.viewport().mapToGlobal(where))
    QApplication.sendEvent(page.table.viewport(), event)
    menu = page.table.findChildren(QMenu)[-1]
    return {one.text().split("\t")[0]: one for one in menu.actions() if one.text()}


def test_values_are_suggested_with_counts_and_taken_by_tab(page: ActivitiesPage, window: MainWindow, settle: Settle) -> None:
    typed(page, window, settle, "result:f")

    assert offered(page) == ["result:failure"]
    assert int(page.query._offers.item(0).data(Qt.ItemDataRole.UserRole + 2).replace(",", "")) > 0
    QTest.keyClick(page.query.edit, KEY.Key_Tab)
    settle(window)
    assert page.query.text() == "result:failure"
    typed(page, window, settle, "result:failure protoc")
    assert offered(page)[0] == "protocol:"


def test_what_is_half_typed_is_not_wrong_and_what_is_wrong_says_where(
    page: ActivitiesPage, window: MainWindow, settle: Settle
) -> None:
    typed(page, window, settle, "kind:dns who:")
    assert not page.query.error.isVisible()
    typed(page, window, settle, "kind:dns color:red")

    assert page.query.error.isVisible() and "no key color:" in page.query.error.text()
    assert page.query._colours.wrong == 9
    QTest.keyClick(page.query.edit, KEY.Key_Escape)
    QTest.keyClick(page.query.edit, KEY.Key_Escape)
    settle(window)
    assert page.query.text() == ""


def test_up_brings_back_what_was_asked_also_in_the_next_window(page: ActivitiesPage, window: MainWindow, settle: Settle) -> None:
    for text in ("kind:dns", "result:failure"):
        typed(page, window, settle, text)
        QTest.keyClick(page.query.edit, KEY.Key_Return)
        QTest.keyClick(page.query.edit, KEY.Key_Escape)
        settle(window)
    typed(page, window, settle, "draft")
    for key, text in (
        (KEY.Key_Up, "result:failure"),
        (KEY.Key_Up, "kind:dns"),
        (KEY.Key_Down, "result:failure"),
        (KEY.Key_Down, "draft"),
        (KEY.Key_Up, "result:failure"),
    ):
        page.query._completer.popup().hide()
        QTest.keyClick(page.query.edit, key)
        assert page.query.text() == text
    QTest.qWait(300)
    settle(window)
    assert window.desk.settings.typed[:2] == ("result:failure", "kind:dns")


def test_several_lines_are_pasted_as_one(page: ActivitiesPage, window: MainWindow, settle: Settle) -> None:
    QApplication.clipboard().setText("kind:dns\n  result:success\n")
    page.query.edit.setFocus()
    page.query.edit.paste()
    QTest.qWait(300)
    settle(window)

    assert page.query.text() == "kind:dns result:success"
    assert page.query.edit.document().blockCount() == 1


def test_a_long_search_shows_its_first_rows_and_how_far_it_is(
    page: ActivitiesPage, window: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "FEW", 0)
    monkeypatch.setattr(scan, "CHUNK", 5)
    seen: list[tuple[float, int]] = []
    arrived = page._arrived

    def record(found, span, limited) -> None:
        arrived(found, span, limited)
        seen.append((found.share, page.model.rowCount()))

    monkeypatch.setattr(page, "_arrived", record)
    real = window.desk.session.queries.look
    monkeypatch.setattr(window.desk.session.queries, "look", lambda *more: real(*more[:3], seconds=0))
    window.desk.go("activities", filter="etype:aes256")
    settle(window)
    QTest.qWait(300)
    settle(window)

    assert len(seen) > 2 and seen[0][0] < 1.0
    assert [one for _, one in seen] == sorted(one for _, one in seen)
    assert page.progress.isHidden()
    assert page.model.rowCount() == window.desk.session.queries.count(page._filter)
    assert all(page.model.row(place) is not None for place in range(min(5, page.model.rowCount())))


def test_a_click_on_a_head_sorts_and_back_comes_back(page: ActivitiesPage, window: MainWindow, settle: Settle) -> None:
    window.desk.go("activities", filter="result:failure")
    settle(window)
    header = page.table.horizontalHeader()
    where = QPoint(header.sectionViewportPosition(column(page, "What")) + 20, 10)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)
    settle(window)
    first = [page.model.row(place).what for place in range(5)]

    assert page.route.option("sort") == "-what" and page.export_view()[2] == Order("what", True)
    assert first == sorted(first, reverse=True)
    assert "what it says" in page.sentence.text()
    window.back()
    settle(window)
    assert page.route.option("sort") == ""


def test_columns_are_hidden_moved_and_remembered(page: ActivitiesPage, window: MainWindow, settle: Settle) -> None:
    assert page.table.isColumnHidden(column(page, "Port"))
    page.table.show_column("Port", True)
    page.table.show_column("Kind", False)
    header = page.table.horizontalHeader()
    header.moveSection(header.visualIndex(column(page, "To")), 0)
    settle(window)

    assert page.table.edges[0] == column(page, "To")
    assert not page.table.isColumnHidden(column(page, "Port")) and page.table.isColumnHidden(column(page, "Kind"))
    assert page.export_view()[1][0] == "To" and "Kind" not in page.export_view()[1]
    kept = json.loads(window.desk.looks["activities/columns"])
    assert kept["order"][0] == "To" and "Kind" in kept["hidden"] and "Port" not in kept["hidden"]
    other = ActivitiesPage(window.desk, "activities")
    list(other.build())
    assert other.table.edges[0] == column(page, "To") or other.table.layout_now == page.table.layout_now
    other.deleteLater()
    page._standard_columns()
    assert page.table.layout_now.order[0] == "Time"


def test_nothing_scrolls_sideways_with_all_columns(make_window, case, settle: Settle) -> None:
    from app.session import Session

    window = make_window(Session.open(case), 1000, 700)
    window.desk.go("activities")
    settle(window)
    page = window.page()
    for one in page.table.columns:
        page.table.show_column(one.title, True)
    settle(window)
    widths = sum(page.table.columnWidth(place) for place in range(len(page.table.columns)))

    assert widths <= page.table.viewport().width() + 2
    assert page.table.horizontalScrollBar().maximum() == 0


def test_activities_are_counted_and_one_group_is_kept(page: ActivitiesPage, window: MainWindow, settle: Settle) -> None:
    total = page.model.rowCount()
    page.count_by("kind")
    settle(window)
    groups = page.groups.table.model().rows

    assert page.groups.isVisible() and not page.table.isVisible()
    assert sum(line.group.count for line in groups) == total
    page.groups.table.setFocus()
    page.groups.table.selectRow(1)
    QTest.keyClick(page.groups.table, KEY.Key_Return)
    settle(window)
    assert page.table.isVisible() and page.query.text() == groups[1].group.term
    assert page.model.rowCount() == groups[1].group.count
    window.back()
    settle(window)
    assert page.groups.isVisible() and page.route.option("group") == "kind"
    page.show_rows()
    settle(window)
    assert page.model.rowCount() == total


def test_what_a_right_click_offers_keeps_leaves_out_and_counts(page: ActivitiesPage, window: MainWindow, settle: Settle) -> None:
    window.desk.go("activities", filter="kind:kerberos")
    settle(window)
    before = page.model.rowCount()
    place = next(one for one in range(before) if page.model.row(one) and page.model.row(one).who)
    entries = menu_at(page, place, "Who")
    row = page.model.row(place)
    assert row is not None and row.who is not None
    assert {BY_ID[id].words for group in CONTEXTS["value"] for id in group} == set(entries)
    entries["Keep only what has this value"].trigger()
    settle(window)

    kept = page.model.rowCount()
    assert 0 < kept < before
    assert page.query.text().startswith("kind:kerberos who:")
    assert all(page.model.row(one).who == row.who for one in range(min(kept, 20)))
    window.back()
    settle(window)
    menu_at(page, place, "Who")["Leave out what has this value"].trigger()
    settle(window)
    assert page.model.rowCount() == before - kept and " not who:" in page.query.text()
    menu_at(page, 0, "Result")["Count by this column"].trigger()
    settle(window)
    assert page.groups.isVisible() and page.route.option("group") == "result"


def test_values_by_the_keyboard_around_copied_tagged(page: ActivitiesPage, window: MainWindow, settle: Settle) -> None:
    row = choose(page, window, settle, 3, "What")
    QTest.keyClick(page.table, KEY.Key_Left)
    assert page.table.columns[page.table.currentIndex().column()].title == "To" and page.table.cell_shown
    window.do_by_id("value.copy")
    assert QApplication.clipboard().text() == (row.target.label if row.target else "—")
    window.do_by_id("value.json")
    assert json.loads(QApplication.clipboard().text())["id"] == row.id
    window.do_by_id("value.row")
    assert QApplication.clipboard().text().split("\t")[0].startswith("") and "\t" in QApplication.clipboard().text()
    window.do_by_id("value.query")
    assert QApplication.clipboard().text().startswith("to:")
    window.do_by_id("value.star")
    settle(window)
    assert "Starred" in window.desk.session.queries.tags(row.target.key)
    page.table.setFocus()
    window.do_by_id("value.around.1")
    settle(window)

    assert page.query.text().startswith("time:") and page.proof.of == row.id
    rows = [page.model.row(place) for place in range(min(100, page.model.rowCount()))]
    assert all(abs(one.at - row.at) <= 61_000_000 for one in rows if one is not None)
    window.desk.tag(row.target.key, {"Starred": None})
    settle(window)


def test_a_moment_a_row_and_the_next_value_are_gone_to(page: ActivitiesPage, window: MainWindow, settle: Settle) -> None:
    row = choose(page, window, settle, 0, "Kind")
    page.go_to_time()
    assert page.jump.edit.hasFocus()
    page.jump.edit.setText("12")
    QTest.keyClick(page.jump.edit, KEY.Key_Return)
    settle(window)
    assert page.table.currentIndex().row() == 11
    page.jump.edit.setText("nonsense")
    page.go_to_time()
    page.jump.edit.setText("nonsense")
    QTest.keyClick(page.jump.edit, KEY.Key_Return)
    assert "moment" in page.jump.note.text()
    page.jump.edit.setText("-0s")
    QTest.keyClick(page.jump.edit, KEY.Key_Return)
    settle(window)
    assert page.table.currentIndex().row() >= page.model.rowCount() - 2 and page.jump.isHidden()
    choose_first = page.model.index(0, column(page, "Kind"))
    page.table.setCurrentIndex(choose_first)
    settle(window)
    window.do_by_id("hit.next")
    settle(window)
    found = page.table.current_row()
    assert found.kind == row.kind and page.table.currentIndex().row() > 0
    window.do_by_id("hit.previous")
    settle(window)
    assert page.table.currentIndex().row() == 0


def test_queries_are_saved_pinned_found_and_removed(page: ActivitiesPage, window: MainWindow, settle: Settle) -> None:
    typed(page, window, settle, "kind:dns")
    page.saved.open_list(page.saved_button)
    page.saved.panel.name.setText("Names / Every question")
    QTest.keyClick(page.saved.panel.name, KEY.Key_Return)
    settle(window)
    kept = window.desk.session.saved_queries()

    assert kept == (SavedQuery(name="Every question", text="kind:dns", folder="Names", pinned=True),)
    assert [chip.text() for chip in page.saved.chips] == ["Every question"]
    number = page.model.rowCount()
    page.clear()
    settle(window)
    page.saved.chips[0].click()
    settle(window)
    assert page.query.text() == "kind:dns" and page.model.rowCount() == number
    page.saved.panel.find.setText("nothing of that")
    assert page.saved.panel.list.rows() == ()
    page.saved.panel.find.setText("question")
    assert [row.title for row in page.saved.panel.list.rows()] == ["Names / Every question"]
    page.saved.remove(kept[0])
    settle(window)
    assert not page.saved.chips and window.desk.session.saved_queries() == ()
    window.desk.undo()
    settle(window)
    assert len(window.desk.session.saved_queries()) == 1
    page.saved.save(kept[0], own=True)
    window.desk.session.remove_query("Every question")
    page.saved.ask()
    settle(window)
    assert page.saved.is_own(page.saved.every[0]) and window.desk.settings.queries == kept


def test_sql_is_run_shown_and_refused(page: ActivitiesPage, window: MainWindow, settle: Settle) -> None:
    window.desk.go("activities", filter="kind:dns")
    settle(window)
    number = page.model.rowCount()
    page.show_query()
    settle(window)
    assert page.sql.isVisible() and "FROM activities a" in page.sql.edit.toPlainText()
    QTest.keyClick(page.sql.edit, KEY.Key_Return, CTRL)
    settle(window)
    assert page.sql.table.model().rowCount() == min(number, 1_000)
    page.sql.edit.setPlainText("DELETE FROM alerts")
    QTest.keyClick(page.sql.edit, KEY.Key_Return, CTRL)
    settle(window)
    assert "Only reading" in page.sql.sentence.text()
    page.sql.edit.setPlainText("SELECT 'a,b' AS x, 1 AS y")
    QTest.keyClick(page.sql.edit, KEY.Key_Return, CTRL)
    settle(window)
    page.sql.copy()
    assert QApplication.clipboard().text() == 'x,y\n"a,b",1\n'
    window.back()
    settle(window)
    assert page.table.isVisible() and not page.sql.isVisible()


def test_everything_of_the_page_has_a_name(page: ActivitiesPage) -> None:
    for part in (page.query.edit, page.table, page.groups.table, page.sql.edit, page.jump.edit, page.saved.panel.find):
        assert part.accessibleName()
    for button in (page.clear_button, page.saved_button, page.column_button, page.count_button, page.sql_button):
        assert button.accessibleName()


def test_tab_leaves_the_query_for_its_neighbours(window: MainWindow, settle: Settle) -> None:
    window.desk.go("activities")
    settle(window)
    page = window.page()
    page.focus_filter()
    QTest.keyClick(page.query.edit, Qt.Key.Key_Tab)
    assert page.saved_button.hasFocus() or page.clear_button.hasFocus()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Backtab)
    if not page.query.edit.hasFocus():
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Backtab)
    assert page.query.edit.hasFocus()
    QTest.keyClick(page.query.edit, Qt.Key.Key_Backtab)
    assert not page.query.edit.hasFocus()


def test_the_example_in_the_field_ends_where_its_line_does(make_window, case: Path, settle: Settle) -> None:  # type: ignore[no-untyped-def]
    window = make_window(Session.open(case), 1440, 900)
    window.desk.go("activities")
    settle(window)
    edit = window.page().query.edit
    whole = edit.placeholderText()
    assert whole.endswith("dc*")
    window.resize(860, 560)
    settle(window)
    cut = edit.placeholderText()
    assert cut.endswith("…") and whole.startswith(cut[:-1])
    assert edit.fontMetrics().horizontalAdvance(cut) <= edit.viewport().width()
    window.resize(1440, 900)
    settle(window)
    assert edit.placeholderText() == whole
