"""Detectors set in the window: found, changed in place, tried out before they are saved, undone."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.model.detection import ThresholdRow
from app.model.tuning import Tuning
from app.session import Session
from app.ui.main_window import MainWindow
from app.ui.settings import draft

Settle = Callable[[MainWindow], None]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def own_case(case: Path, tmp_path: Path) -> Path:
    """A copy, for the tests change it."""
    copy = tmp_path / "own.wardlight"
    copy.write_bytes(case.read_bytes())
    return copy


@pytest.fixture
def section(make_window, own_case: Path, settle: Settle):
    """The section of a window on its own case."""
    window = make_window(Session.open(own_case))
    window.desk.go("settings", "detectors")
    settle(window)
    return window.page().section("detectors")


def _until(window: MainWindow, settle: Settle, so: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not so() and time.monotonic() < end:
        QTest.qWait(50)
    settle(window)
    assert so()


def _threshold(**more) -> ThresholdRow:
    return ThresholdRow(**({"key": "a.b", "words": "w", "value": 1, "own": False, "low": 3, "medium": 2, "high": 1} | more))


def test_numbers_are_typed_in_the_unit_of_their_threshold() -> None:
    hours = _threshold(low=7_200_000_000, medium=3_600_000_000, high=3_600_000_000, unit="us")
    assert draft.with_unit(hours, 5_400_000_000) == "1.5 h" and draft.read(hours, "1,5") == 5_400_000_000
    assert draft.with_unit(_threshold(unit="%"), 12) == "12 %"
    for row, text in (
        (_threshold(), "-1"),
        (_threshold(), "many"),
        (_threshold(), "nan"),
        (_threshold(unit="%"), "101"),
        (_threshold(), "1e30"),
    ):
        with pytest.raises(ValueError):
            draft.read(row, text)


@given(st.floats(min_value=0, max_value=1e9), st.sampled_from(["", "%", "us", "bytes"]))
def test_what_is_written_can_be_read_again(value: float, unit: str) -> None:
    row = _threshold(unit=unit)
    value = min(value, 100) if unit == "%" else value
    assert draft.read(row, draft.written(row, value)) == pytest.approx(value, rel=1e-4, abs=1e-3)


def test_a_draft_is_told_and_taken_back() -> None:
    row = _threshold()
    tuned = draft.with_value(draft.with_level(draft.switched(Tuning(), "a", False), "a", "high"), row, 7)
    assert draft.is_own(tuned, "a") and draft.value(tuned, "a", row) == 7
    assert draft.value(draft.with_test_mode(tuned, True), "a", row) == row.high
    assert draft.reset(tuned, "a") == Tuning() and draft.with_level(tuned, "a", "").levels == {}


def test_every_detector_stands_in_the_table_and_is_found_by_its_id(section, settle: Settle) -> None:
    window = section.window()
    assert len(section.table.rows_model().rows) == len(window.desk.session.queries.detectors()) > 60
    page = window.page()
    QTest.keyClicks(page.search, "2006")
    assert [one.target for one in page.results.rows()] == [("detectors", "dcsync")]
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle(window)
    assert section.panel.isVisible() and section.panel.row.id == "dcsync"
    section.panel.tabs.setCurrentIndex(1)
    assert "What it cannot see" in section.panel.page.headings()
    QTest.keyClick(section.panel, Qt.Key.Key_Escape)
    assert section.panel.isHidden() and section.table.hasFocus()


def test_what_would_change_is_told_before_anything_is_saved(section, settle: Settle) -> None:
    window = section.window()
    alerts = window.desk.session.queries.alerts()
    detector = alerts[0].detector
    of_it = sum(one.detector == detector for one in alerts)
    section.show_item(detector)
    QTest.mouseClick(section.panel.on.segments["off"], LEFT)
    assert section.band.isVisible() and section.said.text().startswith("Not saved yet:")
    QTest.mouseClick(section.try_out, LEFT)
    settle(window)
    assert [one.value for one in section.found.rows()] == ["vanishes"] * of_it
    assert window.desk.session.queries.tuning().off == frozenset()
    QTest.mouseClick(section.discard, LEFT)
    assert section.band.isHidden() and section.panel.on.segments["on"].isChecked()


def test_a_number_is_edited_in_place_and_a_wrong_one_is_refused(section) -> None:
    row = next(one for one in section.rows if one.thresholds)
    section.show_item(row.id)
    field = section.panel.thresholds[0]
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "-4")
    assert field.problem() and section.draft == section.kept
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "77")
    assert section.draft.values == {row.thresholds[0].key: 77 * draft.unit(row.thresholds[0]).factor}
    assert section.panel.thresholds[0] is field and field.edit.text() == "77"
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "x")
    assert not section.save.isEnabled() and not section.try_out.isEnabled()
    QTest.mouseClick(field.back, LEFT)
    assert section.draft == section.kept and section.band.isHidden()


def test_saved_settings_hold_and_undo_takes_them_back(section, settle: Settle) -> None:
    window = section.window()
    desk = window.desk
    before = {one.id for one in desk.alerts}
    detector = desk.alerts[0].detector
    section.show_item(detector)
    QTest.mouseClick(section.panel.on.segments["off"], LEFT)
    QTest.mouseClick(section.level.segments["high"], LEFT)
    QTest.mouseClick(section.save, LEFT)
    _until(window, settle, lambda: not desk.bridge.reading and all(one.detector != detector for one in desk.alerts))
    kept = desk.session.queries.tuning()
    assert kept.off == {detector} and kept.sensitivity == "high" == desk.settings.sensitivity
    assert section.band.isHidden()
    window.do_by_id("undo")
    _until(window, settle, lambda: not desk.bridge.reading and {one.id for one in desk.alerts} == before)
    assert desk.session.queries.tuning() == Tuning() and section.draft.off == frozenset()
