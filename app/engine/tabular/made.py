"""What every one of the four reports is: tables under a title, their rows read as they are written."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from app.model.view import Cell, Column

Row = tuple[Cell, ...]
Span = tuple[int, int]
"""first <= time < last, UTC microseconds."""


class Table(Struct, frozen=True, kw_only=True):
    """One table. rows: begins anew at each call. empty: one sentence that says why there is nothing, and how to get it."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]
    empty: str


class Made(Struct, frozen=True, kw_only=True):
    """A report. span: of time it is about, None for all there is."""

    title: str
    span: Span | None
    tables: tuple[Table, ...]
