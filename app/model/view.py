"""What a view shows, so that the same can be written to a file."""

from msgspec import Struct

from app.model.asking import Order
from app.model.filter import ActivityFilter

Cell = str | int | float | None
"""What stands in one field of a table: times are UTC microseconds under a column that says so."""


class Column(Struct, frozen=True):
    """A column of a table that leaves the program. kind: "text", "time" (UTC microseconds) or "number"."""

    id: str
    words: str
    kind: str = "text"


class View(Struct, frozen=True, kw_only=True):
    """Activities as they are seen: what matches, which columns in which order (all when empty), how they are sorted."""

    filter: ActivityFilter | None = None
    columns: tuple[str, ...] = ()
    order: Order = Order()


class Sheet(Struct, frozen=True, kw_only=True):
    """One table of a workbook: its name, its columns, its rows, all in memory."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
