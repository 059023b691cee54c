"""Columns of activities as tables that leave the program, and the rows under them."""

from collections.abc import Callable, Iterator, Sequence

from app.engine.queries import Queries
from app.model.entity import EntityRef
from app.model.rows import ActivityRow
from app.model.view import Cell, Column, View

PART = 2_000
"""Rows in memory at a time."""
FIRST, LAST = (-(2**63), 0), (2**63 - 1, 2**63 - 1)
"""Places before and behind everything."""


def _name(ref: EntityRef | None) -> str:
    return ref.label if ref is not None else ""


def _place(row: ActivityRow) -> str:
    return "" if row.frame is None else f"{'record' if row.is_record else 'frame'} {row.frame}"


COLUMNS: dict[str, tuple[Column, Callable[[ActivityRow], Cell]]] = {
    "time": (Column("time", "Time (UTC)", "time"), lambda row: row.at),
    "kind": (Column("kind", "Kind"), lambda row: row.kind),
    "who": (Column("who", "Who"), lambda row: _name(row.who)),
    "from": (Column("from", "From"), lambda row: _name(row.origin)),
    "to": (Column("to", "To"), lambda row: _name(row.target)),
    "what": (Column("what", "What"), lambda row: row.what),
    "result": (Column("result", "Result"), lambda row: row.result),
    "code": (Column("code", "Code", "number"), lambda row: row.code),
    "reason": (Column("reason", "Reason"), lambda row: row.reason),
    "resolved": (Column("resolved", "Source known by"), lambda row: row.resolved_by),
    "alerted": (Column("alerted", "In an alert"), lambda row: "yes" if row.alerted else ""),
    "log": (Column("log", "Log and event"), lambda row: row.log),
    "input": (Column("input", "Input"), lambda row: row.input_name),
    "place": (Column("place", "Frame or record"), _place),
    "id": (Column("id", "Activity"), lambda row: row.id),
}
"""By the name that a view gives: the column, and its value of a row."""


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The columns that exist, in this order; all when none does."""
    return tuple(name for name in names if name in COLUMNS) or tuple(COLUMNS)


def rows(queries: Queries, view: View) -> Iterator[ActivityRow]:
    """Every row of a view in its order, a part in memory at a time."""
    place = LAST if view.descending else FIRST
    while True:
        if view.descending:
            page = queries.page(view.filter, before=place, limit=PART)
            yield from reversed(page.rows)
            following = page.before
        else:
            page = queries.page(view.filter, after=place, limit=PART)
            yield from page.rows
            following = page.after
        if following is None or not page.rows:
            return
        place = following


def cells(rows: Iterator[ActivityRow], names: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    """The values of the columns of each row."""
    getters = [COLUMNS[name][1] for name in names]
    for row in rows:
        yield tuple(get(row) for get in getters)
