"""The table of coverage."""

from app.ui import zones
from app.ui.tables.coverage_strips import Cell
from app.ui.tables.coverage_table import DAY, axis_of

START = 1_771_000_000_000_000
"""13 February 2026, 16:26:40 UTC."""


def cells(step: int, number: int = 15) -> tuple[Cell, ...]:
    """Cells beside each other."""
    return tuple(Cell("seen", START + place * step, START + (place + 1) * step, ()) for place in range(number))


def test_days_are_told_without_hours_where_a_cell_is_a_day_or_more() -> None:
    assert zones.use("UTC")
    assert axis_of(cells(DAY // 24)) == ("13 Feb 16:26", "14 Feb 07:26")
    assert axis_of(cells(DAY)) == ("13 Feb", "28 Feb")
    assert axis_of(cells(14 * DAY)) == ("13 Feb", "11 Sep")
    assert axis_of(()) == ("", "")
