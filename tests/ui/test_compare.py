"""The page that compares: halves at a press, sections, the activities behind a difference, the way back."""

from PySide6.QtCore import Qt


def test_halves_are_compared_and_a_difference_leads_to_its_activities(window, settle, qtbot) -> None:  # type: ignore[no-untyped-def]
    window.desk.go("compare")
    settle(window)
    page = window.page()
    assert page.nothing.isVisible() and not page.table.isVisible()
    qtbot.mouseClick(page.halves, Qt.MouseButton.LeftButton)
    settle(window)
    rows = page.table.model().rows
    assert rows and page.said.text().startswith(f"{len(rows):,} differences")
    qtbot.mouseClick(page.segments["services"], Qt.MouseButton.LeftButton)
    assert {one.section for one in page.table.model().rows} == {"services"}
    page.table.setFocus()
    page.table.setCurrentIndex(page.table.model().index(0, 0))
    chosen = page.table.current_row()
    route = page.route
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    settle(window)
    assert window.page().name == "activities" and chosen.filter in window.page().query.text()
    assert window.desk.session.queries.count(window.page()._filter) > 0
    window.back()
    settle(window)
    assert window.page().name == "compare" and window.page().route == route and window.page().table.model().rows


def test_a_span_that_is_none_is_said_and_nothing_runs(window, settle, qtbot) -> None:  # type: ignore[no-untyped-def]
    window.desk.go("compare")
    settle(window)
    page = window.page()
    qtbot.keyClicks(page.before.edit, "noon")
    qtbot.keyClick(page.before.edit, Qt.Key.Key_Return)
    settle(window)
    assert page.before.problem() and page._found is None
    page.before.edit.clear()
    qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
    assert "same" in page.said.text()
