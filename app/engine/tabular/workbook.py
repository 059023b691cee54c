"""A report as an Excel workbook: a sheet for each table, and one that says what it is about."""

from collections.abc import Callable, Iterator
from pathlib import Path

from app import __version__
from app.engine.export.analysis import iso
from app.engine.export.workbook import write_workbook
from app.engine.tabular.made import Made, Row, Table
from app.model.view import Cell, Column

Veil = Callable[[object], object]


def write_xlsx(made: Made, out: Path, veil: Veil) -> int:
    """Write it; returns the number of rows of its tables. Raises OSError."""
    counts = [0] * len(made.tables)

    def counted(at: int, table: Table) -> Iterator[Row]:
        for row in table.rows():
            counts[at] += 1
            yield hidden(row, veil)
        if not counts[at]:
            yield (table.empty, *(None,) * (len(table.columns) - 1)) if table.columns[0].kind == "text" else _note(table)

    def about() -> Iterator[Row]:
        yield "Report", made.title
        first, last = made.span or (None, None)
        yield "From", iso(first) or "the first activity"
        yield "To", iso(last) or "the last activity"
        yield "Times are UTC. Written by", f"Wardlight {__version__}"

    sheets = [(table.name, table.columns, counted(at, table)) for at, table in enumerate(made.tables)]
    write_workbook(out, [*sheets, ("About", (Column("what", "What"), Column("value", "Value")), about())])
    return sum(counts)


def _note(table: Table) -> Row:
    """The sentence of an empty table whose first column is a time or a number."""
    at = next((place for place, one in enumerate(table.columns) if one.kind == "text"), 0)
    return tuple(table.empty if place == at else None for place in range(len(table.columns)))


def hidden(row: Row, veil: Veil) -> Row:
    """A row as it may be told."""
    values: list[Cell] = [veil(one) if isinstance(one, str) else one for one in row]  # type: ignore[misc]
    return tuple(values)
