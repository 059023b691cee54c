"""How a filter is walked: counted, opened at any position, without reading what lies before.

Long because one plan answers counting, opening at a position and charts from the same lists.
"""

import json
from array import array
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from threading import RLock

from app.engine import ports, postings
from app.engine.queries.access import Access
from app.engine.queries.conditions import TRUE, Condition, joined
from app.engine.queries.listing import Listing
from app.engine.queries.literal import literal
from app.engine.queries.matching import FLOW, TIMELESS, condition, placed
from app.engine.queries.scan import Scan
from app.engine.store.counts import COUNTED
from app.engine.store.reading import RESULTS
from app.model.asking import Explained
from app.model.filter import ActivityFilter, All, During, Node

FEW = 60_000
"""Rows up to which all that may match are looked at and the ids of those that do are kept."""
FEWER = 4_000
"""Rows up to which looking at them is faster than meeting the lists of two busy parties."""
MANY, FEWEST_BARS = 150_000, 8
"""Activities that are not counted one by one for a chart when whole minutes give at least so many bars."""
FINE = 3_000
"""Matches of an hour up to which it is walked from its beginning."""
MINUTE, HOUR = 60_000_000, 3_600_000_000
WHOLE_HOURS = 50 * MINUTE
"""Width of a bar from which on it is whole hours."""
FIRST, LAST = -(2**63), 2**63 - 1
Place = tuple[int, int]
"""(time, row id); orders all activities."""
Bar = tuple[int, str, int]
"""(number of the bucket, kind, count)."""


class Plan:
    """One filter over one version of the workspace. Its lock is held by whoever asks count, open, position or after.

    It walks one of three ways: over the lists of parties, which know times, kinds and results; over the few rows that an
    alert rests on or that busy nobody took part in; or over all activities in the order of time.
    """

    def __init__(self, filter: ActivityFilter, access: Access) -> None:
        self.lock = RLock()
        self.charts: dict[tuple[int, int, int], tuple[int, int, list[Bar]]] = {}
        self._access = access
        spans, others = _split(filter.root, access)
        self.low = max((one.first for one in spans if one.first is not None), default=FIRST)
        self.high = min((one.last for one in spans if one.last is not None), default=LAST)
        conditions = [condition(node, access) for node in others]
        self.rest = joined(conditions, "AND", TRUE)
        if "named" in self.rest.columns:
            access.knowledge()
        self.by_minute = self.rest.columns <= TIMELESS
        self._timeless = self.low == FIRST and self.high == LAST
        self._choose(conditions)
        walked = self.listing is not None or self.few or self.by_minute
        self.scan = None if walked else Scan(access, self._walk(), self._values, self.low, self.high)
        self.orders: dict[tuple[str, bool], array[int]] = {}
        self._ids: array[int] | None = None
        self._count: int | None = None
        self._starts: list[int] = []
        self._before: list[int] = [0]
        self._whole: set[int] = set()
        self._minutes: tuple[int, list[int], list[int]] | None = None

    def _choose(self, conditions: list[Condition]) -> None:
        """Find the cheapest way; without a listing it is `FROM activities a WHERE {_sql} AND {_at} ...`."""
        self.listing: Listing | None = None
        self._at = "a.at"
        self._sql, self._values = self.rest.sql, self.rest.values
        self.few = not self.by_minute and self._in_time() <= FEW
        if any(one.columns == {"alert"} for one in conditions):
            self._at, self.few = "+a.at", True
            return
        led = [(self._sum(one.parties), one) for one in conditions if one.parties is not None]
        if not led:
            return
        number, lead = min(led, key=lambda pair: pair[0])
        pure = [one for one in conditions if one.pure and one.parties]
        others = [one for one in conditions if one not in pure]
        if lead.pure and all(one.columns <= {"kind", "result"} for one in others) and (len(pure) == 1 or number > FEWER):
            codes = self._codes(joined(others, "AND", TRUE)) if others else None
            pure.sort(key=lambda one: self._sum(one.parties or ()))
            told = self._timeless and all(one.columns <= FLOW for one in pure)
            total = self._met(pure, codes) if len(pure) > 1 and told else None
            self.listing = Listing(self._access, [one.parties or () for one in pure], codes, self.low, self.high, total)
        elif number <= FEW and number <= self._in_time():
            self._at, self.few = "+a.at", True
            self._sql = f"a.id IN (SELECT value FROM json_each(?)) AND {self.rest.sql}"
            ids = Listing(self._access, [lead.parties or ()], None, self.low, self.high).ids() if lead.parties else []
            self._values = (json.dumps(ids), *self.rest.values)

    def _sum(self, parties: tuple[int, ...] | None) -> int:
        """Number of activities in which these take part, at most; one counts twice where two of them do."""
        sums = "SELECT coalesce(sum(count), 0) FROM {} WHERE party IN (SELECT value FROM json_each(?))"
        by_port = [party for party in parties or () if party & 3 == ports.ROLE]
        others = [party for party in parties or () if party & 3 != ports.ROLE]
        found = int(self._access.one(sums.format("sums"), (json.dumps(others),))) if others else 0
        if not by_port:
            return found
        waiting = int(self._access.one("SELECT coalesce(max(id), 0) FROM activities")) - postings.listed(self._access.db())
        return found + int(self._access.one(sums.format("postings"), (json.dumps(by_port),))) + waiting

    def _met(self, pure: list[Condition], codes: list[int] | None) -> Callable[[], int]:
        """Counts what these parties did together, from the counts by parties and the few activities that came after."""
        with_codes = "" if codes is None else "AND f.kind * 4 + f.result IN (SELECT value FROM json_each(?))"
        flows = """CROSS JOIN flows f ON f.source = a.source AND f.destination = a.destination AND f.actor = a.actor"""
        counts = "a.count" if codes is None else "f.count"
        together = joined(pure, "AND", TRUE)
        sql = f"""SELECT coalesce(sum({counts}), 0) FROM meetings a {"" if codes is None else flows}
        WHERE {together.sql} {with_codes}"""
        values = together.values if codes is None else (*together.values, json.dumps(codes))

        def total() -> int:
            later = f"SELECT count(*) FROM activities a WHERE a.id > ({COUNTED}) AND {self.rest.sql}"
            return int(self._access.one(sql, values)) + int(self._access.one(later, self.rest.values))

        return total

    def _codes(self, kept: Condition) -> list[int]:
        """Kind times 4 plus result of what a condition on these holds for."""
        sql = f"""SELECT a.kind * 4 + a.result FROM (SELECT k.id AS kind, r.value AS result FROM kinds k, json_each(?) r) a
        WHERE {kept.sql}"""
        return [row[0] for row in self._access.all(sql, (json.dumps(list(range(len(RESULTS)))), *kept.values))]

    # ---- numbers

    def count(self) -> int:
        """Number of matches."""
        if self._count is None:
            if self.listing is not None:
                self._count = self.listing.count()
            elif self.few:
                self._count = len(self.ids())
            elif self.by_minute:
                self._minute_steps()
                self._count = self._before[-1]
            elif self._timeless and self.rest.columns <= FLOW:
                self._count = self._flows(self.rest)
            elif self.scan is not None:
                self.scan.until()
                self._count = self.scan.count
        return self._count or 0

    def look(self, seconds: float) -> tuple[int, float, bool]:
        """Go on for about so long: matches known, the share of what must be looked at that was, whether it is all."""
        if self.listing is not None:
            return self.listing.step(seconds)
        if self.scan is None:
            return self.count(), 1.0, True
        if not self.scan.done:
            self.scan.step(seconds)
        share = 1.0 if self.scan.done else self.scan.looked / max(1, self.scan.total)
        known = self.count() if self._timeless and self.rest.columns <= FLOW else self.scan.count
        return known, share, self.scan.done

    def ids(self) -> "array[int]":
        """All row ids in order of time; of a plan of few."""
        if self._ids is None:
            rows = self._access.db().execute(f"SELECT a.id {self._walk()} ORDER BY {self._at}, a.id", self._bounds())
            self._ids = array("q", (row[0] for row in rows))
        return self._ids

    def holds(self, number: int) -> bool:
        """True when this row matches."""
        sql = f"SELECT 1 FROM activities a WHERE a.id = ? AND +a.at >= ? AND +a.at < ? AND {self.rest.sql}"
        return self._access.one(sql, (number, self.low, self.high, *self.rest.values)) is not None

    def rows(self, columns: str) -> tuple[str, tuple[object, ...]]:
        """Statement without its order, and its values, that gives columns of all matches from "activities a"."""
        if self.listing is not None and self.count() <= FEW:
            return f"SELECT {columns} FROM activities a WHERE a.id IN (SELECT value FROM json_each(?))", (
                json.dumps(self.listing.ids()),
            )
        return f"SELECT {columns} {self._walk()}", self._bounds()

    def explained(self) -> Explained:
        """How it is walked, and the statement of SQL that gives the same rows."""
        if self.listing is not None:
            way = "Lists of who took part, and by which ports: no activity is read to count, chart or open it."
        elif self.few:
            way = "The few activities that may match are looked at, their places are kept."
        elif self.by_minute:
            way = "Counts by hour and minute say how many and where; only the rows in view are read."
        else:
            way = "Activities are looked at one by one in order of time; rows show as they are found."
        parts = [self.rest.sql] if self.rest is not TRUE else []
        values = list(self.rest.values)
        for sign, edge, open_end in ((">=", self.low, FIRST), ("<", self.high, LAST)):
            if edge != open_end:
                parts.append(f"a.at {sign} ?")
                values.append(edge)
        where = f"\nWHERE {' AND '.join(parts)}" if parts else ""
        sql = f"SELECT a.id, a.at FROM activities a{literal(where, values)}\nORDER BY a.at, a.id LIMIT 1000"
        return Explained(way=way, sql=sql)

    def tally(self) -> tuple[str, tuple[object, ...]]:
        """Statement and its values: (source, destination, actor, kind, count, first, last) of all matches, 0 where nobody is.

        From the counts by parties where they tell enough; those lack what came after the last settled batch of a reading.
        """
        parties = "coalesce(a.source, 0) AS source, coalesce(a.destination, 0) AS destination, coalesce(a.actor, 0) AS actor"
        if self._timeless and self.rest.columns <= FLOW:
            sums = "sum(a.count) AS count, min(a.first) AS first, max(a.last) AS last"
            return f"SELECT {parties}, a.kind AS kind, {sums} FROM flows a WHERE {self.rest.sql} GROUP BY 1, 2, 3, 4", (
                self.rest.values
            )
        sums = "count(*) AS count, min(a.at) AS first, max(a.at) AS last"
        sql, values = self.rows(f"{parties}, a.kind AS kind, {sums}")
        return f"{sql} GROUP BY 1, 2, 3, 4", values

    # ---- places

    def open(self, first: int, limit: int) -> list[int]:
        """Row ids of the matches at these positions in order of time."""
        if limit <= 0 or first < 0:
            return []
        if self.listing is not None:
            return [number for _, number in self.listing.places(first, limit)]
        if self.few:
            return list(self.ids()[first : first + limit])
        if self.scan is not None:
            return self.scan.open(first, limit)
        step = self._step_of(first)
        if step is None:
            return []
        starts, before = self._finer(step)
        near = bisect_right(before, first) - 1
        rows = self._access.all(
            f"SELECT a.id {self._walk()} ORDER BY {self._at}, a.id LIMIT ? OFFSET ?",
            (*self._bounds(starts[near]), limit, first - before[near]),
        )
        return [row[0] for row in rows]

    def position(self, place: Place) -> int:
        """Number of matches before a place."""
        if self.listing is not None:
            return self.listing.position(place)
        if self.scan is not None:
            return self.scan.position(place)
        low, before = self.low, 0
        if self.by_minute:
            self._minute_steps()
            step = bisect_right(self._starts, place[0]) - 1
            if step >= 0:
                starts, befores = self._finer(step)
                near = bisect_right(starts, place[0]) - 1
                low, before = starts[near], befores[near]
        found = self._access.one(
            f"SELECT count(*) {self._walk()} AND (a.at < ? OR a.id < ?)",
            (*self._bounds(low, min(self.high, place[0] + 1)), *place),
        )
        return before + int(found)

    def after(self, place: Place, limit: int, descending: bool = False) -> list[Place]:
        """The matches next to a place, in the direction of the walk."""
        if self.listing is not None:
            return self.listing.after(place, limit, descending)
        sign, order = ("<", "DESC") if descending else (">", "ASC")
        same = self._access.all(
            f"SELECT a.at, a.id {self._walk()} AND {self._at} = ? AND a.id {sign} ? ORDER BY a.id {order} LIMIT ?",
            (*self._bounds(), *place, limit),
        )
        low = self.low if descending else max(self.low, place[0] + 1)
        high = min(self.high, place[0]) if descending else self.high
        more = self._access.all(
            f"SELECT a.at, a.id {self._walk()} ORDER BY {self._at} {order}, a.id {order} LIMIT ?",
            (*self._bounds(low, high), limit - len(same)),
        )
        return [(row[0], row[1]) for row in (*same, *more)]

    # ---- charts

    def bars(self, start: int, end: int, buckets: int, whole: bool = True) -> tuple[int, int, list[Bar]]:
        """(start, width, counts) over start <= time < end; whole minutes where a bucket is a minute or more, whole hours where
        it is about an hour or more, so that up to a quarter more come than were asked for.

        whole: look at all that must be looked at; else what was found so far.
        """
        buckets = max(1, min(buckets, 10_000))
        width = max(1, -(-max(1, end - start) // buckets))
        crowded = self.by_minute and end - start >= FEWEST_BARS * MINUTE and self._in_time(start, end) > MANY
        if width >= WHOLE_HOURS:  # the lists tell how many each hour has, and a bar of 63 minutes tells nobody anything
            hours = width // HOUR
            width = (hours if 5 * hours * HOUR >= 4 * width else hours + 1) * HOUR
            start = start // HOUR * HOUR
        elif width >= MINUTE or crowded:
            width = -(-width // MINUTE) * MINUTE
            start = start // MINUTE * MINUTE
        low, high = max(start, self.low), min(end, self.high)
        kind = "(SELECT text FROM kinds WHERE id = a.kind)"
        if self.listing is not None:
            kinds = dict(self._access.all("SELECT id, text FROM kinds"))
            counts = self.listing.bars(start, width, low, high, whole)
            return start, width, [(bucket, kinds[number], count) for bucket, number, count in counts]
        if self.scan is not None and whole:
            self.scan.until()
        fine = width % MINUTE or low % MINUTE or (high < end and high % MINUTE)
        if self.scan is not None and not (whole and fine and self.scan.rough):
            kinds = dict(self._access.all("SELECT id, text FROM kinds"))
            found = self.scan.bars(start, width, low, high)
            return start, width, [(bucket, kinds[number], count) for (bucket, number), count in found.items()]
        # Whole minutes are counted already; only what a span of time cuts off before and behind them is counted one by one.
        first, last = -(-low // MINUTE), (high if high < end else -(-high // MINUTE) * MINUTE) // MINUTE
        if not (self.by_minute and width % MINUTE == 0 and first < last):
            return start, width, self._counted(start, width, low, high)
        rows: list[Bar] = []
        begin, until = -(-first // 60), last // 60  # of whole hours
        by_hour = width % HOUR == 0 and start % HOUR == 0 and begin < until
        spans = [("hour", HOUR, begin, until), ("minute", MINUTE, first, begin * 60), ("minute", MINUTE, until * 60, last)]
        for unit, length, one, other in spans if by_hour else [("minute", MINUTE, first, last)]:
            rows += self._access.all(
                f"""SELECT ({unit} * {length} - ?) / ? AS bucket, {kind}, sum(count) FROM {unit}s a
                WHERE {self.rest.sql} AND {unit} >= ? AND {unit} < ? GROUP BY bucket, a.kind""",
                (start, width, *self.rest.values, one, other),
            )
        edges = [(low, first * MINUTE), (last * MINUTE, high)]
        return start, width, rows + [bar for edge in edges if edge[0] < edge[1] for bar in self._counted(start, width, *edge)]

    def _counted(self, start: int, width: int, low: int, high: int) -> list[Bar]:
        """The same one by one."""
        return self._access.all(
            f"""SELECT (a.at - ?) / ? AS bucket, (SELECT text FROM kinds WHERE id = a.kind), count(*) {self._walk()}
            GROUP BY bucket, a.kind""",
            (start, width, *self._bounds(low, high)),
        )

    # ---- inside

    def _walk(self) -> str:
        return f"FROM activities a WHERE {self._sql} AND {self._at} >= ? AND {self._at} < ?"

    def _bounds(self, low: int | None = None, high: int | None = None) -> tuple[object, ...]:
        return (*self._values, self.low if low is None else low, self.high if high is None else high)

    def _between(self, low: int, high: int) -> int:
        return int(self._access.one(f"SELECT count(*) {self._walk()}", self._bounds(low, high)))

    def _step_of(self, first: int) -> int | None:
        """Place in the list of steps from which to walk to a position; None when it lies behind the last match."""
        self._minute_steps()
        step = bisect_right(self._before, first) - 1
        return step if step < len(self._starts) else None

    def _minute_steps(self) -> None:
        """Where each step of the filter begins, and how many matches lie before it; the last number is of all.

        A step is an hour, and a minute where the span of time cuts an hour.
        """
        if self._starts:
            return
        found = []
        for hour, count in self._by_time("hour", self.low // HOUR, self.high // HOUR):
            if self.low <= hour * HOUR and (hour + 1) * HOUR <= self.high:
                found.append((hour * HOUR, count))
                self._whole.add(hour * HOUR)
                continue
            for minute, some in self._by_time("minute", hour * 60, hour * 60 + 59):
                low, high = max(minute * MINUTE, self.low), min((minute + 1) * MINUTE, self.high)
                whole = high - low == MINUTE
                found.append((low, some if whole else self._between(low, high) if low < high else 0))
        self._starts = [at for at, count in found if count]
        self._before = [0, *accumulate(count for _, count in found if count)]

    def _finer(self, step: int) -> tuple[list[int], list[int]]:
        """Where to walk from within a step, and how many matches lie before: its minutes where it is an hour with many."""
        start, before = self._starts[step], self._before[step]
        if start not in self._whole or self._before[step + 1] - before <= FINE:
            return [start], [before]
        if self._minutes is None or self._minutes[0] != step:
            found = self._by_time("minute", start // MINUTE, start // MINUTE + 59)
            befores = list(accumulate((count for _, count in found), initial=before))[:-1]
            self._minutes = step, [start, *(minute * MINUTE for minute, _ in found[1:])], befores
        return self._minutes[1:]

    def _by_time(self, unit: str, first: int, last: int) -> list[tuple[int, int]]:
        """Matches by minute or hour of the epoch, of a filter that counts by time know."""
        sql = f"""SELECT {unit}, sum(count) FROM {unit}s a WHERE {self.rest.sql} AND {unit} BETWEEN ? AND ?
        GROUP BY {unit} ORDER BY {unit}"""
        return self._access.all(sql, (*self.rest.values, first, last))

    def _in_time(self, start: int | None = None, end: int | None = None) -> int:
        """Number of all activities between two times, or the times of the filter, to the hour."""
        low, high = self.low if start is None else start, self.high if end is None else end
        sql = "SELECT coalesce(sum(count), 0) FROM hours WHERE hour BETWEEN ? AND ?"
        return int(self._access.one(sql, (low // HOUR, high // HOUR)))

    def _flows(self, bound: Condition) -> int:
        """Number of matches from the counts by parties."""
        return int(self._access.one(f"SELECT coalesce(sum(a.count), 0) FROM flows a WHERE {bound.sql}", bound.values))


def within(filter: ActivityFilter, span: tuple[int, int] | None) -> ActivityFilter:
    """The filter, of first <= time <= last only."""
    if span is None:
        return filter
    parts = (filter.root,) if filter.root is not None else ()
    return ActivityFilter(root=All((*parts, During(span[0], span[1] + 1))))


def _split(root: Node | None, access: Access) -> tuple[list[During], list[Node]]:
    """Spans of time that every match lies in, and what else must be true."""
    parts = list(root.parts) if isinstance(root, All) else [] if root is None else [root]
    spans = [placed(part, access) for part in parts if isinstance(part, During) and not part.daily]
    return spans, [part for part in parts if not (isinstance(part, During) and not part.daily)]
