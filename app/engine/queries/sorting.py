"""Rows in another order than that of time, as many as can be sorted while somebody waits."""

from array import array

from app.engine.queries.access import Access
from app.engine.queries.lines import lines
from app.engine.queries.plan import Plan
from app.model.asking import SORTS, Order

MOST, MOST_SAID = 500_000, 50_000
"""Rows that are sorted by what has a column; by what must be read of each activity."""
KEPT = 4
"""Orders of one filter that are remembered."""
_NAMED = """coalesce((SELECT e.label FROM address_entities n JOIN entities e ON e.id = n.entity
  WHERE n.address = a.{end} LIMIT 1),
  (SELECT text FROM addresses WHERE id = a.{end}))"""
_COLUMNS = {
    "kind": "(SELECT text FROM kinds WHERE id = a.kind)",
    "who": """(SELECT nullif(lower(coalesce(e.label, x.text)), '') FROM actors x LEFT JOIN entities e ON e.id = x.entity
      WHERE x.id = a.actor)""",
    "from": f"lower({_NAMED.format(end='source')})",
    "to": f"lower({_NAMED.format(end='destination')})",
    "result": "a.result",
    "code": "a.code",
    "input": "(SELECT path FROM inputs WHERE id = a.input)",
    "frame": "a.frame",
    "took": "a.took",
    "port": "a.dport",
    "etype": "etype_of(a.body)",
    "spn": "service_of(a.body)",
}
_SAID = {"what", "etype", "spn"}


class TooMany(ValueError):
    """More rows than are sorted; the message says so and what to do."""


def most(by: str) -> int:
    """Rows that are sorted by this."""
    return MOST_SAID if by in _SAID else MOST


def ordered(plan: Plan, order: Order, access: Access) -> "array[int]":
    """Row ids of all matches in that order, those without a value last. Raises TooMany. The caller holds the lock of the plan."""
    key = (order.by, order.descending)
    kept = plan.orders.get(key)
    if kept is not None:
        return kept
    number = plan.count()
    if number > most(order.by):
        word = SORTS.get(order.by, order.by)
        raise TooMany(
            f"{number:,} rows are too many to sort by {word}: narrow the filter to {most(order.by):,}, or sort by time."
        )
    if order.by == "what":
        found = array("q", plan.open(0, number))
        said = {row.rowid: row.what for row in lines(access, found)}
        found = array("q", sorted(found, key=lambda id: said.get(id, ""), reverse=order.descending))
    else:
        value, sign = _COLUMNS[order.by], "DESC" if order.descending else "ASC"
        sql, values = plan.rows(f"a.id, a.at, {value} AS v")
        rows = access.db().execute(f"SELECT id FROM ({sql}) ORDER BY v IS NULL, v {sign}, at, id", values)
        found = array("q", (row[0] for row in rows))
    while len(plan.orders) >= KEPT:
        plan.orders.pop(next(iter(plan.orders)))
    plan.orders[key] = found
    return found
