"""Rows painted as a whole: lines below them, pictures that stay while they are looked at."""

from PySide6.QtCore import QRect
from pytestqt.qtbot import QtBot

from app.model.sensor import SensorRow
from app.ui import theme
from app.ui.sensors.sensor_table import SensorDelegate, SensorLine, SensorTable
from app.ui.sources.live_table import LiveDelegate
from app.ui.tables.cells import Column, RowDelegate
from app.ui.tables.row_paint import KEPT
from app.ui.tables.source_cells import SourceDelegate
from app.ui.tables.table import Table


def test_a_table_with_lines_is_painted_as_a_whole(qtbot: QtBot) -> None:
    assert all(one.lined and one.paint is RowDelegate.paint for one in (SensorDelegate, LiveDelegate, SourceDelegate))
    table = SensorTable()
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show_lines([SensorLine(SensorRow(id=id, name=id, status="online", heard=None), None) for id in ("a", "b")])
    seen = table.viewport().grab().toImage()
    high, line = table.rowHeight(0), theme.colour("line").name()
    for bottom in (high - 1, 2 * high - 1):
        assert seen.pixelColor(450, bottom).name() == line
        assert seen.pixelColor(450, bottom - 3).name() != line


def test_rows_with_other_words_keep_their_place(qtbot: QtBot) -> None:
    table = Table((Column("Name", lambda row: row[1], 100),))
    qtbot.addWidget(table)
    rows = [(number, "x") for number in range(3)]
    assert not table.change_rows(rows, key=lambda row: row[0])
    held = table.rows_model().row(0)
    assert table.change_rows([rows[0], (1, "y"), rows[2]], key=lambda row: row[0])
    assert table.rows_model().row(0) is held and table.rows_model().row(1) == (1, "y")
    assert not table.change_rows(rows[:2], key=lambda row: row[0]) and table.model().rowCount() == 2


def test_the_picture_that_was_painted_longest_ago_goes_first(qtbot: QtBot) -> None:
    table = Table((Column("Name", lambda row: str(row), 100),))
    qtbot.addWidget(table)
    table.resize(200, 100)
    rows = list(range(1000, 1000 + KEPT + 1))
    table.show_rows(rows)
    paint, place = table.painter._picture, [(0, 0, 100)]
    for number in (*range(KEPT), 0, KEPT):
        paint(number, rows[number], QRect(0, 0, 200, 20), place, 1.0)
    assert 0 in table.painter._kept and 1 not in table.painter._kept


def test_a_sentence_that_begins_with_a_hebrew_name_reads_from_the_left(qtbot: QtBot) -> None:
    table = Table((Column("What", str, 300),))
    qtbot.addWidget(table)
    table.resize(400, 200)
    name = "\u05e9\u05dc\u05d5\u05dd"
    table.show_rows([name, f"{name} could not log on to DC1"])
    width, high = theme.measure("body").horizontalAdvance(name) - 2, table.rowHeight(0)
    for keeps in (False, True):
        table.painter.keeps = keeps
        seen = table.viewport().grab().toImage()
        left = table.margin - 1
        alone, sentence = (seen.copy(left, place * high + 2, width, high - 4) for place in range(2))
        assert table.currentIndex().row() < 0 and alone == sentence, keeps
