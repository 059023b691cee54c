"""The page of coverage: cells by pointer and arrows, what a cell says, controllers that do not fit."""

from PySide6.QtCore import QPoint, Qt

from app.model.coverage import CoverageSpan
from app.model.detection import DetectorRow
from app.model.entity import EntityRef
from app.ui.tables.coverage_strips import HOUR, grid
from app.ui.widgets.coverage_cards import CellShown

START = 1_767_607_200_000_000 // HOUR * HOUR


def span(first: int, last: int, state: str, controller: str = "dc1", detector: str = "dcsync", *reasons: str) -> CoverageSpan:
    ref = EntityRef("controller", f"computer:{controller}", controller.upper())
    hours = (last - first) * 60
    return CoverageSpan(detector=detector, title="DCSync", controller=ref, first=START + first * HOUR, last=START + last * HOUR,
                        state=state, reasons=reasons, seen=hours if state == "seen" else 0, whole=hours)  # fmt: skip


def detector(id: str, phase: str = "Domain dominance") -> DetectorRow:
    return DetectorRow(id=id, external_id=2006, title=id, severity="high", phase=phase, techniques=(), on=True, level="medium",
                       own_level=False, learning=0, maturity=1.0, learned="", thresholds=(), excludable=())  # fmt: skip


def test_a_cell_is_what_its_hours_are_and_partial_where_they_differ() -> None:
    made = grid(
        [span(0, 10, "seen"), span(10, 12, "blind", "dc1", "dcsync", "no capture"), span(12, 40, "seen")], [detector("dcsync")]
    )
    head, row = made.rows
    cells = row.strips["computer:dc1"]
    assert (head.title, head.detector) == ("Domain dominance", "") and made.step == 2 and len(cells) == 20
    assert [one.state for one in cells[:8]] == ["seen"] * 5 + ["blind", "seen", "seen"]
    assert row.missing == "no capture" and made.minutes == {"seen": 38 * 60, "blind": 120}
    mixed = grid([span(0, 3, "seen"), span(3, 59, "blind")], [detector("dcsync")])
    assert mixed.step == 2 and [one.state for one in mixed.rows[1].strips["computer:dc1"][:3]] == ["seen", "partial", "blind"]


def test_a_controller_that_was_seen_later_has_no_state_before() -> None:
    made = grid([span(0, 4, "seen"), span(2, 4, "seen", "dc2")], [detector("dcsync")])
    assert [one.state for one in made.rows[1].strips["computer:dc2"]] == ["", "", "seen", "seen"]
    assert grid([], []).rows == ()


def test_a_case_of_years_still_has_few_cells() -> None:
    made = grid([span(0, 24 * 365 * 40, "seen")], [detector("dcsync")])
    assert len(made.rows[1].strips["computer:dc1"]) <= 41


def test_cells_are_chosen_by_pointer_and_arrows(window, settle, qtbot) -> None:  # type: ignore[no-untyped-def]
    shown: list[CellShown] = []
    window.desk.inspected.connect(lambda thing, _: shown.append(thing) if isinstance(thing, CellShown) else None)
    window.desk.go("coverage", "dcsync")
    settle(window, 30)
    page = window.page()
    table = page.table
    assert table.current_row().detector == "dcsync" and shown[-1].detector == "dcsync"
    rows = page._grid.rows
    blind, place = next(
        (number, table.shown.index(key))
        for number, one in enumerate(rows)
        for key, cells in one.strips.items()
        if key in table.shown and cells[0].state == "blind"
    )
    table.scrollTo(table.model().index(blind, 2))
    rect = table.visualRect(table.model().index(blind, 2 + place))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.x() + 4, rect.center().y()))
    settle(window, 30)
    assert shown[-1].state == "blind" and shown[-1].blind >= 1 and shown[-1].all > 40
    assert window.inspector.isVisible()
    first = shown[-1]
    table.setFocus()
    there, back = (Qt.Key.Key_Left, Qt.Key.Key_Right) if place else (Qt.Key.Key_Right, Qt.Key.Key_Left)
    qtbot.keyClick(table, there)
    assert len(table.shown) < 2 or shown[-1] != first
    qtbot.keyClick(table, back)
    assert shown[-1] == first
    qtbot.keyClick(table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert table.current_row().detector, "heads are passed over"
