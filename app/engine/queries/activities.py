"""Questions about activities: how many match, which, where, in which order, how they are counted and charted."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

from app.engine import describe
from app.engine.queries import console
from app.engine.queries.access import Access
from app.engine.queries.grouping import groups
from app.engine.queries.lines import lines, place_of, record_facts, resolutions
from app.engine.queries.plan import Place, Plan
from app.engine.queries.sorting import ordered
from app.engine.queries.suggesting import suggestions
from app.engine.store import COLUMNS
from app.engine.store.saved import kept
from app.model.activity import Activity
from app.model.asking import Explained, Groups, Looked, Order, SqlAnswer, Suggestion
from app.model.entity import Resolution
from app.model.filter import EVERYTHING, ActivityFilter
from app.model.rows import ActivityPage, ActivityRow, Histogram
from app.model.saved import SavedQuery

PLANS = 16
"""Filters whose walks are remembered."""
CHARTS = 16
"""Histograms of one filter that are remembered."""
BY_TIME = Order()


class ActivityQueries:
    """The part of Queries that asks for activities; methods may be called from any thread."""

    _access: Access

    def __init__(self) -> None:
        self._plans: OrderedDict[ActivityFilter, tuple[tuple[int, ...], Plan]] = OrderedDict()
        self._planning = threading.Lock()

    def count(self, filter: ActivityFilter | None = None) -> int:
        """Number of activities that match."""
        plan = self._plan(filter)
        with plan.lock:
            return plan.count()

    def look(
        self, filter: ActivityFilter | None, span: tuple[int, int] | None = None, buckets: int = 120, seconds: float = 0.2
    ) -> Looked:
        """Follow a filter for about so long, and say how far it was followed; ask again until it is done."""
        plan = self._plan(filter)
        with plan.lock:
            found, share, done = plan.look(seconds)
            chart = self._chart(plan, *span, buckets, done) if span is not None else None
        return Looked(count=found, done=done, share=share, chart=chart)

    def slice(
        self, filter: ActivityFilter | None, first: int, limit: int, descending: bool = False, order: Order = BY_TIME
    ) -> tuple[ActivityRow, ...]:
        """Rows at positions first, first + 1, ... of all that match, in order of time or another. Raises TooMany."""
        plan = self._plan(filter)
        descending = descending or (order.by == "time" and order.descending)
        with plan.lock:
            if order.by != "time":
                numbers = list(ordered(plan, order, self._access)[max(0, first) : max(0, first) + max(0, limit)])
            elif descending:
                end = plan.count() - first
                numbers = plan.open(max(0, end - limit), min(limit, end))[::-1]
            else:
                numbers = plan.open(first, limit)
        return lines(self._access, numbers)

    def page(
        self, filter: ActivityFilter | None, *, after: Place | None = None, before: Place | None = None, limit: int = 256
    ) -> ActivityPage:
        """The rows next to a place, in order of time; without a place the first ones."""
        plan = self._plan(filter)
        backwards = before is not None and after is None
        with plan.lock:
            places = plan.after((before if backwards else after) or (-(2**63), 0), limit + 1, descending=backwards)
        more, places = len(places) > limit, places[:limit]
        if backwards:
            places.reverse()
        rows = lines(self._access, [number for _, number in places])
        first, last = (places[0], places[-1]) if places else (None, None)
        has_before = more if backwards else after is not None
        has_after = True if backwards else more
        return ActivityPage(rows=rows, before=first if has_before else None, after=last if has_after else None)

    def place_of(self, filter: ActivityFilter | None, activity: str, order: Order = BY_TIME) -> int | None:
        """Position of an activity among all that match; None when it does not match."""
        row = place_of(self._access, activity)
        if row is None:
            return None
        plan = self._plan(filter)
        with plan.lock:
            if not plan.holds(row[1]):
                return None
            if order.by != "time":
                return ordered(plan, order, self._access).index(row[1])
            place = plan.position(row)
            return plan.count() - 1 - place if order.descending else place

    def place_at(self, filter: ActivityFilter | None, at: int, descending: bool = False) -> int:
        """Position of the first match at or after a time, UTC microseconds, in order of time."""
        plan = self._plan(filter)
        with plan.lock:
            place = plan.position((at, -1))
            return max(0, plan.count() - 1 - place) if descending else place

    def groups(self, filter: ActivityFilter | None, field: str, limit: int = 200) -> Groups:
        """The matches counted by a field of app.model.asking.GROUPS, the groups of most activities first."""
        plan = self._plan(filter)
        with plan.lock:
            return groups(plan, field, self._access, limit)

    def suggest(self, text: str, cursor: int) -> tuple[Suggestion, ...]:
        """What the piece at the cursor of a query may become, with counts."""
        return suggestions(self._access, text, cursor)

    def explain(self, filter: ActivityFilter | None) -> Explained:
        """How a filter is answered, and as which SQL."""
        return self._plan(filter).explained()

    def saved(self) -> tuple[SavedQuery, ...]:
        """Queries that are kept with the workspace."""
        return kept(self._access.db())

    def ask_sql(self, sql: str, cancelled: Callable[[], bool] = lambda: False) -> SqlAnswer:
        """One statement that only reads, over the views of app.engine.queries.console; blocks, never raises for its text."""
        return console.ask(self._access.path, sql, cancelled)

    def sql_views(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """View of SQL to what it is and its columns."""
        found = console.columns(self._access.path)
        return {name: (console.ABOUT[name], found[name]) for name in console.VIEWS}

    def histogram(self, filter: ActivityFilter | None, start: int, end: int, buckets: int) -> Histogram:
        """Counts by family over start <= time < end; buckets of a minute or more begin at whole minutes."""
        plan = self._plan(filter)
        with plan.lock:
            return self._chart(plan, start, end, buckets)

    def _chart(self, plan: Plan, start: int, end: int, buckets: int, whole: bool = True) -> Histogram:
        wanted = (start, end, buckets)
        if not whole:
            begin, width, counted = plan.bars(start, end, buckets, False)
            return self._histogram(begin, end, width, counted)
        if wanted not in plan.charts:
            if len(plan.charts) >= CHARTS:
                plan.charts = {}
            plan.charts[wanted] = plan.bars(start, end, buckets)
        begin, width, counted = plan.charts[wanted]
        return self._histogram(begin, end, width, counted)

    @staticmethod
    def _histogram(begin: int, end: int, width: int, counted: Sequence[tuple[int, str, int]]) -> Histogram:
        number = max(1, -(-(end - begin) // width))
        series: dict[str, list[int]] = {}
        for bucket, kind, count in counted:
            counts = series.setdefault(describe.family(kind), [0] * number)
            if 0 <= bucket < number:
                counts[bucket] += count
        return Histogram(start=begin, width=width, series=series)

    def activity(self, id: str) -> Activity | None:
        """One activity by its id."""
        return next(iter(self.activities_of((id,))), None)

    def activities_of(self, ids: Sequence[str]) -> tuple[Activity, ...]:
        """Activities by their ids, in this order; unknown ones are left out."""
        rows = [row for row in (place_of(self._access, id) for id in ids) if row is not None]
        make = self._access.rows().activity
        found = (
            self._access.db().execute(f"SELECT {COLUMNS} FROM activities a WHERE id = ?", (row[1],)).fetchone() for row in rows
        )
        return tuple(make(row) for row in found if row is not None)

    def rows_of(self, ids: Sequence[str]) -> tuple[ActivityRow, ...]:
        """Rows of activities by their ids, in this order; unknown ones are left out."""
        return lines(self._access, [row[1] for row in (place_of(self._access, id) for id in ids) if row is not None])

    def resolutions(self, ids: Sequence[str]) -> tuple[tuple[str, Resolution], ...]:
        """(activity, how its source got its name then, how surely, the activity that proves it); without what has no source."""
        found = self.activities_of(ids)
        told = resolutions(self._access, found)
        return tuple((one.id, how) for one, how in zip(found, told, strict=True) if how is not None)

    def record_facts(self, activity: str) -> tuple[tuple[str, str, str], ...]:
        """(name, value, what the value means) of all that a record says; empty for an activity of packets only.

        Records: Windows events, objects and changes of directories, RADIUS.
        """
        return record_facts(self._access, activity)

    def stream(self, filter: ActivityFilter | None = None) -> Iterator[Activity]:
        """All activities that match in order of time, a few in memory at a time."""
        sql, values = self._plan(filter).rows(COLUMNS)
        order = "a.at, (SELECT key FROM inputs WHERE id = a.input), coalesce(a.frame, 0), a.ordinal"
        kind = "(SELECT text FROM kinds WHERE id = a.kind)"
        rows = self._access.db().execute(f"{sql} ORDER BY {order}, {kind}", values)
        make = self._access.rows().activity
        for row in rows:
            yield make(row)

    def _plan(self, filter: ActivityFilter | None) -> Plan:
        filter = filter or EVERYTHING
        changes = self._access.changes()
        now = tuple(changes.get(topic, 0) for topic in ("activities", "entities", "inputs", "alerts", "postings", "tags"))
        with self._planning:
            kept = self._plans.get(filter)
            if kept is None or kept[0] != now:
                kept = self._plans[filter] = (now, Plan(filter, self._access))
            self._plans.move_to_end(filter)
            while len(self._plans) > PLANS:
                self._plans.popitem(last=False)
            return kept[1]
