"""Activities, packet, entity, graph: driven by mouse and keys on the sample case."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage
from app.ui.pages.alert import AlertPage
from app.ui.pages.entity import EntityPage
from app.ui.tables.cells import ROW

Settle = Callable[[MainWindow], None]


def activities(window: MainWindow, settle: Settle, text: str = "") -> ActivitiesPage:
    window.desk.go("activities", filter=text)
    settle(window)
    page = window.page()
    assert isinstance(page, ActivitiesPage)
    return page


def type_query(page: ActivitiesPage, window: MainWindow, settle: Settle, text: str) -> None:
    QTest.mouseClick(page.query.edit.viewport(), Qt.MouseButton.LeftButton)
    QTest.keyClick(page.query.edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(page.query.edit, text)
    QTest.qWait(350)
    settle(window)


def test_a_typed_query_filters_and_a_wrong_one_says_why(window: MainWindow, settle: Settle) -> None:
    page = activities(window, settle)
    everything = page.model.rowCount()

    type_query(page, window, settle, "kind:kerberos not result:success")
    some = page.model.rowCount()
    type_query(page, window, settle, "time:never")

    assert 0 < some < everything
    assert page.query.error.isVisible() and page.query.error.text()
    assert page.model.rowCount() == some


def test_rows_come_into_view_and_the_last_is_reached(window: MainWindow, settle: Settle) -> None:
    page = activities(window, settle)
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 40))

    QTest.keyClick(page.table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    settle(window)

    assert page.table.currentIndex().row() == page.model.rowCount() - 1
    assert page.model.row(page.model.rowCount() - 1) is not None


def test_a_row_shows_its_packet_linked_both_ways(window: MainWindow, settle: Settle) -> None:
    page = activities(window, settle, "kind:kerberos-tgs")
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 12))
    settle(window)
    assert page.proof.packet.isVisible()
    tree, shown = page.proof.packet.tree, page.proof.packet.bytes

    root = page.proof.packet.model.index(0, 0)
    tree.setCurrentIndex(page.proof.packet.model.index(1, 0, root))
    field = page.proof.packet.model.field(tree.currentIndex())
    assert field is not None and shown.marked() == (field.start, field.length)
    shown.picked.emit(30)

    chosen = page.proof.packet.model.field(tree.currentIndex())
    assert chosen is not None and chosen.start <= 30 < chosen.start + chosen.length


def test_clicking_a_byte_chooses_its_field(window: MainWindow, settle: Settle) -> None:
    page = activities(window, settle, "kind:ldap-search")
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 12))
    settle(window)
    bytes_ = page.proof.packet.bytes
    before = bytes_.marked()

    QTest.mouseClick(bytes_.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(16 + 7.5 * bytes_._wide()), 5))

    assert bytes_.marked() != before
    assert bytes_.marked()[0] == 0


def test_the_brush_becomes_a_time_in_the_query(window: MainWindow, settle: Settle) -> None:
    page = activities(window, settle)
    everything = page.model.rowCount()
    chart = page.chart

    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=QPoint(200, 40))
    for x in (260, 320, 400):
        QTest.mouseMove(chart, QPoint(x, 40))
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=QPoint(400, 40))
    settle(window)

    assert page.query.text().startswith("time:20")
    assert 0 <= page.model.rowCount() < everything


def test_enter_on_evidence_leads_to_its_packet(window: MainWindow, settle: Settle) -> None:
    alert = window.desk.alerts[0]
    window.desk.go("activities", activity=alert.finding.evidence[0])
    settle(window)
    QTest.qWait(100)
    settle(window)
    page = window.page()

    assert isinstance(page, ActivitiesPage)
    row = page.table.currentIndex().data(ROW)
    assert row is not None and row.id == alert.finding.evidence[0]


def test_an_entity_has_tabs_with_its_rows_names_peers_alerts(window: MainWindow, settle: Settle) -> None:
    assert window.desk.session is not None
    row = window.desk.session.queries.entities(None, "", "alerts", 0, 1)[0]
    window.desk.go("entity", row.ref.key)
    settle(window)
    page = window.page()
    assert isinstance(page, EntityPage)
    total = page.model.rowCount()
    counts = []
    for way in ("from", "to"):
        QTest.mouseClick(page.ways.pills[way], Qt.MouseButton.LeftButton)
        settle(window)
        counts.append(page.model.rowCount())
    for name in ("alerts", "names"):
        QTest.mouseClick(page.tabs.tabs[name], Qt.MouseButton.LeftButton)
        settle(window)

    assert total == row.activities > 0
    assert max(counts) <= total
    assert page.gantt._bindings and page.peers.rows() and page.alerts.rows()


def test_an_unknown_entity_is_said(window: MainWindow, settle: Settle) -> None:
    window.desk.go("entity", "user:nowhere\\nobody")
    settle(window)

    assert isinstance(window.page(), EntityPage)
    assert window.page().head.isVisible() and not window.page().tabs.isVisible()


def test_frames_of_request_and_reply_are_links(window: MainWindow, settle: Settle) -> None:
    page = activities(window, settle, "kind:kerberos-tgs")
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 12))
    settle(window)
    row = page.table.current_row()
    assert window.desk.session is not None and row is not None
    frames = window.desk.session.queries.activity(row.id).frames
    assert page.proof.packet._title.text() == f"Frame {row.frame:,}" and len(frames) > 1
    link = page.proof.packet.frame_links()[0]
    words = link.text()

    QTest.mouseClick(link, Qt.MouseButton.LeftButton, pos=link.rect().center())
    settle(window)

    assert page.proof.packet._title.text() == f"Frame {words}"
    assert f"{row.frame:,}" in [one.text() for one in page.proof.packet.frame_links()]
    page.table.move(1)
    settle(window)
    page.table.move(-1)
    settle(window)
    assert page.proof.packet._title.text() == f"Frame {row.frame:,}"


def test_no_match_is_said_with_a_way_back(window: MainWindow, settle: Settle) -> None:
    page = activities(window, settle)
    everything = page.model.rowCount()

    type_query(page, window, settle, "who:nobody.at.all")
    assert page.empty.isVisible() and not page.table.isVisible() and not page.proof.packet.isVisible()
    QTest.mouseClick(page.empty.link, Qt.MouseButton.LeftButton, pos=page.empty.link.rect().center())
    settle(window)

    assert page.table.isVisible() and not page.empty.isVisible()
    assert page.model.rowCount() == everything and page.query.text() == ""


def test_the_activities_that_match_are_saved(
    window: MainWindow, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = activities(window, settle, "kind:kerberos-tgs")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "some.jsonl"), "JSON lines (*.jsonl)"))
    window.do_by_id("activities.export")
    settle(window)

    lines = (tmp_path / "some.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == page.model.rowCount() > 0
    assert {json.loads(one)["kind"] for one in lines} == {"kerberos-tgs"}


def test_enter_on_the_alert_page_opens_the_packet_of_that_row(window: MainWindow, settle: Settle) -> None:
    alert = max(window.desk.alerts, key=lambda one: len(one.finding.evidence))
    window.desk.go("alert", alert.id)
    settle(window)
    page = window.page()
    assert isinstance(page, AlertPage)
    page.evidence.setFocus()
    QTest.keyClick(page.evidence, Qt.Key.Key_Down)
    QTest.keyClick(page.evidence, Qt.Key.Key_Down)
    row = page.evidence.current_row()
    QTest.keyClick(page.evidence, Qt.Key.Key_Return)
    settle(window)
    QTest.qWait(100)
    settle(window)

    there = window.page()
    assert isinstance(there, ActivitiesPage)
    assert there.table.current_row().id == row.id and there.table.hasFocus()
    assert there.model.rowCount() == len(alert.finding.evidence)
    assert there.proof.packet.isVisible() and there.proof.packet._title.text() == f"Frame {row.frame:,}"
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(window)
    assert isinstance(window.page(), AlertPage)
