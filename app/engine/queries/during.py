"""What was done between whom within a span, counted by SQL from the activities or from counts that need none."""

from collections.abc import Iterator

from app.engine.queries.access import Access
from app.model.entity import EntityRef

_WITHIN = """SELECT coalesce(a.source, 0), coalesce(a.destination, 0), coalesce(a.actor, 0), a.kind, count(*),
min(a.at), max(a.at) FROM activities a WHERE a.at >= ? AND a.at < ? GROUP BY 1, 2, 3, 4"""
_EVER = "SELECT source, destination, actor, kind, sum(count), min(first), max(last) FROM flows GROUP BY 1, 2, 3, 4"
Done = tuple[str, str, EntityRef | None, str, int, int, int]
"""(source, destination: addresses or "", who acted, kind, count, first, last)."""


def done_during(access: Access, first: int, last: int) -> Iterator[Done]:
    """Counts by parties and kind of first <= time < last, UTC microseconds; of the whole case without looking at activities."""
    with access.snapshot():
        span = access.db().execute("SELECT (SELECT min(at) FROM activities), (SELECT max(at) FROM activities)").fetchone()
        whole = span[0] is not None and first <= span[0] and span[1] < last
        addresses = dict(access.all("SELECT id, text FROM addresses"))
        kinds = dict(access.all("SELECT id, text FROM kinds"))
        actors = {
            row[0]: EntityRef(*row[1:])
            for row in access.all("SELECT a.id, e.kind, e.key, e.label FROM actors a JOIN entities e ON e.id = a.entity")
        }
        for row in access.all(_EVER) if whole else access.all(_WITHIN, (first, last)):
            source, destination, actor, kind, count, begin, end = row
            yield addresses.get(source, ""), addresses.get(destination, ""), actors.get(actor), kinds[kind], count, begin, end
