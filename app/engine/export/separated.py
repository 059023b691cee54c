"""Comma-separated values (RFC 4180) that no spreadsheet takes for formulas."""

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

from app.engine.export.analysis import iso
from app.model.view import Cell, Column

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet begins a formula with, by itself or behind white space that it drops (OWASP, CSV injection)."""


def harmless(text: str) -> str:
    """The text so that a spreadsheet shows it and computes nothing: with an apostrophe before what looks like a formula."""
    bare = text.lstrip(" \u00a0\ufeff")
    return f"'{text}" if bare.startswith(STARTS) or text.startswith(STARTS) else text


def cell(value: Cell, kind: str) -> str | int | float:
    """One field: times as ISO 8601 in UTC, numbers as they are, texts without control characters."""
    if value is None:
        return ""
    if kind == "time":
        return (iso(int(value)) or "") if isinstance(value, (int, float)) else str(value)
    if isinstance(value, (int, float)):
        return value
    return harmless("".join(c if c.isprintable() else " " for c in value))


def write_csv(out: TextIO, columns: Sequence[Column], rows: Iterable[tuple[Cell, ...]]) -> int:
    """Write a header and the rows; returns their number. out is opened with newline=""."""
    writer = csv.writer(out)
    writer.writerow([one.words for one in columns])
    kinds = [one.kind for one in columns]
    count = 0
    for row in rows:
        writer.writerow([cell(value, kind) for value, kind in zip(row, kinds, strict=True)])
        count += 1
    return count
