"""Tables that leave the program: nothing in them computes, nothing is cut off in silence."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.export import workbook
from app.engine.export.separated import harmless, write_csv
from app.model.view import Column, Sheet

EVIL = ("=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("http://x")', "http://x.test/", "1e5", "{=1}")


@given(st.text(max_size=30))
def test_no_field_begins_like_a_formula(text: str) -> None:
    out = io.StringIO()
    write_csv(out, [Column("a", "A")], [(text,)])
    (_, *rows) = list(csv.reader(io.StringIO(out.getvalue())))
    value = rows[0][0] if rows and rows[0] else ""
    assert not value.lstrip(" \u00a0").startswith(("=", "+", "-", "@"))
    assert harmless(text).endswith(text)


def test_a_workbook_computes_nothing(tmp_path: Path) -> None:
    sheet = Sheet(
        name="a/b:c*[d]?" * 9, columns=(Column("a", "=1+1"), Column("t", "T", "time")), rows=tuple((one, 0) for one in EVIL)
    )
    workbook.write_workbook(tmp_path / "x.xlsx", [sheet, sheet])
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert len(book.sheetnames) == 2 and all(len(one) <= 31 for one in book.sheetnames)
    cells = [cell for row in book.worksheets[0].iter_rows(max_col=1) for cell in row]
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    assert [cell.value.replace("\n", " ").strip() for cell in cells[1:]] == [
        one.replace("\t", " ").replace("\r", " ").strip() for one in EVIL
    ]


def test_no_row_is_lost_where_a_sheet_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS", 101)
    assert workbook.write_workbook(tmp_path / "x.xlsx", [("N", [Column("n", "N", "number")], ((n,) for n in range(250)))]) == 250
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["N", "N 2", "N 3"]
    assert [row[0] for sheet in book for row in sheet.iter_rows(min_row=2, values_only=True)] == list(range(250))
    assert all(sheet["A1"].value == "N" and sheet.freeze_panes == "A2" for sheet in book)


def test_times_before_a_spreadsheet_knows_them_stay_readable(tmp_path: Path) -> None:
    far = -(10**18)
    workbook.write_workbook(tmp_path / "x.xlsx", [Sheet(name="S", columns=(Column("t", "T", "time"),), rows=((far,), (10**19,)))])
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["S"]
    assert sheet["A2"].value is not None and sheet["A3"].value is not None
