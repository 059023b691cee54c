"""Excel workbooks: real dates, a header that stays, filters, nothing that computes, sheet after sheet where one is full."""

import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.model.view import Cell, Column, Sheet

ROWS = 1_048_576
"""Rows of a sheet with its header (ECMA-376 part 1, 18.3.1.73; as Excel has it)."""
LONGEST = 32_767
"""Characters of a cell."""
WIDEST = 60
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  a spreadsheet knows no zones; the header says UTC
TIME = "yyyy-mm-dd hh:mm:ss.000"
WIDTHS = {"time": 23, "number": 12}


def write_workbook(out: Path, sheets: Iterable[Sheet | tuple[str, Sequence[Column], Iterator[tuple[Cell, ...]]]]) -> int:
    """Write the sheets in order, those given as (name, columns, rows) row by row as they come; returns the number of rows.

    Memory does not grow with the rows. Raises OSError.
    """
    import xlsxwriter  # few sessions write one
    from xlsxwriter.exceptions import XlsxWriterException

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    count = 0
    # Rows wait in the folder, and go also when this is stopped.
    with tempfile.TemporaryDirectory(prefix="wardlight-") as folder, _Patient(out, "w+") as file:
        try:
            book = xlsxwriter.Workbook(file, {**options, "tmpdir": folder})
            book.use_zip64()
            book.set_properties({"title": "Wardlight", "created": EPOCH})
            taken: set[str] = set()
            for sheet in sheets:
                name, columns, rows = (sheet.name, sheet.columns, iter(sheet.rows)) if isinstance(sheet, Sheet) else sheet
                count += _write(book, name, columns, rows, taken)
            book.close()
        except XlsxWriterException as error:
            raise OSError(f"{out.name} cannot be written: {str(error)[:200]}") from error
        if file.refused is not None:
            raise OSError(file.refused.errno, file.refused.strerror, str(out)) from file.refused
    return count


class _Patient(io.FileIO):
    """A file that takes everything and says afterwards what was refused: an archive that was left half-written tries once more
    when it is forgotten, and tells the terminal of it."""

    refused: OSError | None = None

    def write(self, data: Any) -> int:
        """Write all of it, as zipfile expects; nothing more once the system refused some."""
        view = memoryview(data).cast("B")
        at = len(view) if self.refused is not None else 0
        try:
            while at < len(view):
                at += super().write(view[at:]) or 0
        except OSError as error:
            self.refused = error
        return len(view)


def _write(book, name: str, columns: Sequence[Column], rows: Iterator[tuple[Cell, ...]], taken: set[str]) -> int:  # type: ignore[no-untyped-def]
    head = book.add_format({"bold": True, "bottom": 1})
    time = book.add_format({"num_format": TIME, "align": "left"})
    kinds = [one.kind for one in columns]
    total, number, part = 0, ROWS, 0
    sheet = None
    widths: list[int] = []
    for row in rows:
        if number >= ROWS or sheet is None:
            if sheet is not None:
                sheet.autofilter(0, 0, ROWS - 1, max(0, len(columns) - 1))
            part += 1
            sheet = _sheet(book, name, part, columns, head, taken, _widths(columns, row))
            number = 1
        for at, (value, kind) in enumerate(zip(row, kinds, strict=True)):
            if value is None or value == "":
                continue
            if kind == "time" and isinstance(value, (int, float)):
                try:
                    sheet.write_datetime(number, at, EPOCH + timedelta(milliseconds=value // 1000), time)
                except (OverflowError, ValueError):  # before 1900, which a spreadsheet cannot say
                    sheet.write_string(number, at, str(value))
            elif isinstance(value, (int, float)) and abs(value) < 1 << 53:
                sheet.write_number(number, at, value)
            else:
                sheet.write_string(number, at, _text(str(value)))
        number += 1
        total += 1
    if sheet is None:
        sheet = _sheet(book, name, 1, columns, head, taken, widths)
        number = 1
    sheet.autofilter(0, 0, max(0, number - 1), max(0, len(columns) - 1))
    return total


def _sheet(book, name: str, part: int, columns: Sequence[Column], head, taken: set[str], widths: Sequence[int]):  # type: ignore[no-untyped-def]
    plain = re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", name).strip() or "Sheet"
    title = plain[:31] if part == 1 else f"{plain[:26]} {part}"
    while title.lower() in taken:
        part += 1
        title = f"{plain[:26]} {part}"
    taken.add(title.lower())
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    for at, one in enumerate(columns):
        width = WIDTHS.get(one.kind, widths[at] if at < len(widths) else 18)
        sheet.set_column(at, at, max(width, min(len(one.words) + 4, WIDEST)))
        sheet.write_string(0, at, one.words, head)
    return sheet


def _widths(columns: Sequence[Column], row: tuple[Cell, ...]) -> list[int]:
    """Of a first row: with memory that does not grow, what comes later cannot widen a column."""
    return [max(14, min(WIDEST, len(str(value or "")) + 6)) for value in row[: len(columns)]]


def _text(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)[:LONGEST]
