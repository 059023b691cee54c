"""Columns of activities as tables that leave the program, and the rows under them."""

from collections.abc import Callable, Iterator, Sequence

from app.engine import describe
from app.engine.queries import Queries
from app.engine.queries.sorting import TooMany
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
    "port": (Column("port", "Port asked", "number"), lambda row: row.dport or None),
    "service": (Column("service", "Service"), lambda row: row.service),
    "etype": (Column("etype", "Encryption"), lambda row: "" if row.etype is None else describe.etype(row.etype)),
    "took": (Column("took", "Took (µs)", "number"), lambda row: row.took),
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
TITLES: dict[str, tuple[str, ...]] = {
    "Time": ("time",), "Date": ("time",), "Kind": ("kind",), "Who": ("who",), "From": ("from",), "To": ("to",), "Port": ("port",),
    "What": ("what",), "Service": ("service",), "Encryption": ("etype",), "Event": ("log",), "Result": ("result", "reason"),
    "Code": ("code",), "Took": ("took",), "Known by": ("resolved",), "Alert": ("alerted",), "Input": ("input",),
    "Place": ("place",),
}  # fmt: skip
"""Heads of the window's table to columns; what is shown in one of them may be two here."""


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The columns that exist, in this order, by their name or as tables of the window are headed; all when none does."""
    found: dict[str, None] = {}
    for name in names:
        found.update(dict.fromkeys(TITLES.get(name, (name,)) if name not in COLUMNS else (name,)))
    return tuple(name for name in found if name in COLUMNS) or tuple(COLUMNS)


def rows(queries: Queries, view: View) -> Iterator[ActivityRow]:
    """Every row of a view in its order, a part in memory at a time."""
    if view.order.by != "time":
        yield from _sorted(queries, view)
        return
    descending = view.order.descending
    place = LAST if descending else FIRST
    while True:
        if descending:
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


def _sorted(queries: Queries, view: View) -> Iterator[ActivityRow]:
    """In another order than that of time; raises OSError where that would need more than the program sorts."""
    at = 0
    while True:
        try:
            some = queries.slice(view.filter, at, PART, order=view.order)
        except TooMany as error:
            raise OSError(f"{error} Sort by time, or narrow the filter.") from error
        yield from some
        at += len(some)
        if len(some) < PART:
            return


def cells(rows: Iterator[ActivityRow], names: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    """The values of the columns of each row."""
    getters = [COLUMNS[name][1] for name in names]
    for row in rows:
        yield tuple(get(row) for get in getters)
