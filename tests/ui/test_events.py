"""Windows events in the window: a row shows its record, field by field, with what the values mean."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.session import Session
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage
from tests.engine.test_event_queries import EVENTS
from tests.engine.workspace import fill

Settle = Callable[[MainWindow], None]


def test_a_row_of_an_event_shows_its_record(make_window: Callable[..., MainWindow], settle: Settle, tmp_path: Path) -> None:
    fill(tmp_path / "w.wardlight", {"eeee": sorted(EVENTS, key=lambda one: one.at)})
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    window.desk.go("activities", filter="event:4625")
    settle(window)
    page = window.page()
    assert isinstance(page, ActivitiesPage)
    assert page.model.rowCount() == 20

    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 40))
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    settle(window)

    view = page.proof.record
    shown = [tuple(line) for line in view.fields.rows_model().rows]
    assert view.isVisible() and not page.proof.packet.isVisible()
    assert ("Event", "4625", "") in shown
    assert ("SubStatus", "0xc000006a", "wrong password") in shown
    assert ("LogonType", "3", "network") in shown
    row = page.model.row(0)
    assert row is not None and "could not log on" in row.what and row.reason == "wrong password"
