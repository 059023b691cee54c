"""How a filter is walked: counted, opened at any position, without reading what lies before."""

from array import array
from bisect import bisect_right
from itertools import accumulate
from threading import RLock

from app.engine.queries.access import Access
from app.engine.queries.matching import FLOW, TIMELESS, TRUE, Condition, condition, joined
from app.model.filter import ActivityFilter, All, During, Node

FEW = 60_000
"""Matches up to which all their row ids are kept."""
STEP = 2_048
"""Matches between two remembered places of a long walk."""
MANY, FEWEST_BARS = 150_000, 8
"""Activities that are not counted one by one for a chart when whole minutes give at least so many bars."""
MINUTE = 60_000_000
FIRST, LAST = -(2**63), 2**63 - 1
Place = tuple[int, int]
"""(time, row id); orders all activities."""


class Plan:
    """One filter over one version of the workspace. Its lock is held by whoever asks count, open, position or after."""

    def __init__(self, filter: ActivityFilter, access: Access) -> None:
        self.lock = RLock()
        self._access = access
        spans, rest = _split(filter.root)
        self.low = max((one.first for one in spans if one.first is not None), default=FIRST)
        self.high = min((one.last for one in spans if one.last is not None), default=LAST)
        conditions = [condition(node, access) for node in rest]
        self.rest = joined(conditions, "AND", TRUE)
        if "named" in self.rest.columns:
            access.knowledge()
        self.by_minute = self.rest.columns <= TIMELESS
        self.by_flow = self.rest.columns <= FLOW
        self._timeless = self.low == FIRST and self.high == LAST
        bound = joined((one for one in conditions if one.columns <= FLOW | {"named"}), "AND", TRUE)
        self._likely = self._flows(bound) if bound is not TRUE and not self.by_minute else LAST
        keyed = next((one for one in conditions if one.sql.startswith("@") and one.sql.endswith(" = ?")), None)
        others = [one for one in conditions if one is not keyed]
        self._walk = " AND ".join([*([keyed.plain()] if keyed else []), *(one.in_time() for one in others)]) or "1"
        self._walk_values = tuple(value for one in ([keyed] if keyed else []) + others for value in one.values)
        alert = any(one.columns == {"alert"} for one in conditions)
        timely = LAST if self._timeless else self._in_minutes(TRUE)
        self.few = not self.by_minute and (alert or min(self._likely, timely) <= FEW)
        self.indexed = alert or self._likely <= timely
        self._ids: array[int] | None = None
        self._count: int | None = None
        self._starts: list[int] = []
        self._before: list[int] = [0]
        self.charts: dict[tuple[int, int, int], tuple[int, int, list[tuple[int, str, int]]]] = {}

    # ---- numbers

    def count(self) -> int:
        """Number of matches."""
        if self._count is None:
            if self.few:
                self._count = len(self.ids())
            elif self.by_minute:
                self._minute_steps()
                self._count = self._before[-1]
            elif self.by_flow and self._timeless:
                self._count = self._likely
            else:
                self._count = int(self._access.one(f"SELECT count(*) FROM activities a WHERE {self.where()}", self.values()))
        return self._count

    def where(self) -> str:
        """The whole condition as SQL over activities a; its values are values()."""
        if self._timeless:
            return self.rest.plain() if self.few else self._walk
        if self.few and self.indexed:
            return f"{self.rest.plain()} AND +a.at >= ? AND +a.at < ?"
        return f"{self.rest.in_time() if self.few else self._walk} AND a.at >= ? AND a.at < ?"

    def values(self) -> tuple[object, ...]:
        """Parameters of where()."""
        values = self.rest.values if self.few else self._walk_values
        return values if self._timeless else (*values, self.low, self.high)

    def ids(self) -> "array[int]":
        """All row ids in order of time; of a plan of few."""
        if self._ids is None:
            rows = self._access.db().execute(
                f"SELECT a.id FROM activities a WHERE {self.where()} ORDER BY a.at, a.id", self.values()
            )
            self._ids = array("q", (row[0] for row in rows))
        return self._ids

    # ---- places

    def open(self, first: int, limit: int) -> list[int]:
        """Row ids of the matches at these positions in order of time."""
        if limit <= 0 or first < 0:
            return []
        if self.few:
            return list(self.ids()[first : first + limit])
        step = self._step_of(first)
        if step is None:
            return []
        low, skip = self._starts[step], first - self._before[step]
        rows = self._access.all(
            f"SELECT a.id FROM activities a WHERE {self._walk} AND a.at >= ? AND a.at < ? ORDER BY a.at, a.id LIMIT ? OFFSET ?",
            (*self._walk_values, low, self.high, limit, skip),
        )
        return [row[0] for row in rows]

    def position(self, place: Place) -> int:
        """Number of matches before a place."""
        if self.few:
            rows = self._access.one(
                f"SELECT count(*) FROM activities a WHERE {self.where()} AND (a.at < ? OR (a.at = ? AND a.id < ?))",
                (*self.values(), place[0], place[0], place[1]),
            )
            return int(rows)
        low, before = self.low, 0
        if self.by_minute:
            self._minute_steps()
            step = bisect_right(self._starts, place[0]) - 1
            if step >= 0:
                low, before = self._starts[step], self._before[step]
        found = self._access.one(
            f"SELECT count(*) FROM activities a WHERE {self._walk} AND a.at >= ? AND a.at < ? AND (a.at < ? OR a.id < ?)",
            (*self._walk_values, low, min(self.high, place[0] + 1), *place),
        )
        return before + int(found)

    def after(self, place: Place, limit: int, skip: int = 0, descending: bool = False) -> list[Place]:
        """The matches next to a place, in the direction of the walk."""
        sign, order = ("<", "DESC") if descending else (">", "ASC")
        sql, values = self._walk, self._walk_values
        same = self._access.all(
            f"SELECT a.at, a.id FROM activities a WHERE {sql} AND a.at = ? AND a.at >= ? AND a.at < ? AND a.id {sign} ? "
            f"ORDER BY a.id {order} LIMIT ? OFFSET ?",
            (*values, place[0], self.low, self.high, place[1], limit, skip),
        )
        if len(same) == limit:
            return [(row[0], row[1]) for row in same]
        if skip and not same:
            skip -= self._access.one(
                f"SELECT count(*) FROM activities a WHERE {sql} AND a.at = ? AND a.at >= ? AND a.at < ? AND a.id {sign} ?",
                (*values, place[0], self.low, self.high, place[1]),
            )
        else:
            skip = 0
        more = self._access.all(
            f"SELECT a.at, a.id FROM activities a WHERE {sql} AND a.at {sign} ? AND a.at >= ? AND a.at < ? "
            f"ORDER BY a.at {order}, a.id {order} LIMIT ? OFFSET ?",
            (*values, place[0], self.low, self.high, limit - len(same), max(0, skip)),
        )
        return [(row[0], row[1]) for row in (*same, *more)]

    def _step_of(self, first: int) -> int | None:
        """Place in the list of steps from which to walk to a position; None when it lies behind the last match."""
        if self.by_minute:
            self._minute_steps()
            step = bisect_right(self._before, first) - 1
            return step if step < len(self._starts) else None
        if not self._starts:
            self._starts.append(self.low)
        while self._before[-1] + STEP <= first:
            low = self._starts[-1]
            reach = self._access.one(
                f"SELECT a.at FROM activities a WHERE {self._walk} AND a.at >= ? AND a.at < ? ORDER BY a.at LIMIT 1 OFFSET ?",
                (*self._walk_values, low, self.high, STEP),
            )
            if reach is not None and reach == low:  # more at this one moment than a step
                reach = self._access.one(
                    f"SELECT min(a.at) FROM activities a WHERE {self._walk} AND a.at > ? AND a.at < ?",
                    (*self._walk_values, low, self.high),
                )
            if reach is None:
                break
            before = self._before[-1] + self._between(low, reach)
            if before > first:
                break
            self._starts.append(reach)
            self._before.append(before)
        return bisect_right(self._before, first) - 1

    def _minute_steps(self) -> None:
        """Where each minute of the filter begins, and how many matches lie before it; the last number is of all."""
        if self._starts:
            return
        found = []
        for minute, count in self._minutes(self.rest):
            low, high = max(minute * MINUTE, self.low), min((minute + 1) * MINUTE, self.high)
            whole = high - low == MINUTE
            found.append((low, count if whole else self._between(low, high) if low < high else 0))
        self._starts = [at for at, count in found if count]
        self._before = [0, *accumulate(count for _, count in found if count)]

    def _minutes(self, rest: Condition) -> list[tuple[int, int]]:
        low = max(self.low // MINUTE, FIRST)
        high = self.high // MINUTE
        return [
            (row[0], row[1])
            for row in self._access.all(
                f"""SELECT minute, sum(count) FROM minutes a WHERE {rest.plain()} AND minute BETWEEN ? AND ?
                GROUP BY minute ORDER BY minute""",
                (*rest.values, low, high),
            )
        ]

    def _in_minutes(self, rest: Condition) -> int:
        return sum(count for _, count in self._minutes(rest))

    def between_minutes(self, start: int, end: int) -> int:
        """Number of activities between two times, to the minute."""
        sql = "SELECT coalesce(sum(count), 0) FROM minutes WHERE minute BETWEEN ? AND ?"
        return int(self._access.one(sql, (start // MINUTE, end // MINUTE)))

    def _between(self, low: int, high: int) -> int:
        return int(
            self._access.one(
                f"SELECT count(*) FROM activities a WHERE {self._walk} AND a.at >= ? AND a.at < ?",
                (*self._walk_values, low, high),
            )
        )

    def _flows(self, bound: Condition) -> int:
        """Sum of the counts by parties; for a name that moved between addresses a guess (who it was when it began)."""
        sql = f"SELECT coalesce(sum(a.count), 0) FROM (SELECT *, first AS at FROM flows) a WHERE {bound.plain()}"
        return int(self._access.one(sql, bound.values))


def _split(root: Node | None) -> tuple[list[During], list[Node]]:
    """Spans of time that every match lies in, and what else must be true."""
    parts = list(root.parts) if isinstance(root, All) else [] if root is None else [root]
    spans = [part for part in parts if isinstance(part, During) and not part.daily]
    return spans, [part for part in parts if not (isinstance(part, During) and not part.daily)]


def bars(plan: Plan, access: Access, start: int, end: int, buckets: int) -> tuple[int, int, list[tuple[int, str, int]]]:
    """(start, width, [(bucket, kind, count)]) over start <= time < end; whole minutes where a bucket is a minute or more."""
    buckets = max(1, min(buckets, 10_000))
    width = max(1, -(-max(1, end - start) // buckets))
    crowded = plan.by_minute and end - start >= FEWEST_BARS * MINUTE and plan.between_minutes(start, end) > MANY
    if width >= MINUTE or crowded:
        width = -(-width // MINUTE) * MINUTE
        start = start // MINUTE * MINUTE
    low, high = max(start, plan.low), min(end, plan.high)
    exact = (low - start) % width == 0 or low == start
    if plan.by_minute and width >= MINUTE and low % MINUTE == 0 and exact and (high >= end or high % MINUTE == 0):
        rows = access.all(
            f"""SELECT (minute * {MINUTE} - ?) / ? AS bucket, (SELECT text FROM kinds WHERE id = a.kind), sum(count)
            FROM minutes a WHERE {plan.rest.plain()} AND minute >= ? AND minute <= ? GROUP BY bucket, kind""",
            (start, width, *plan.rest.values, low // MINUTE, (high - 1) // MINUTE),
        )
    else:
        rows = access.all(
            f"""SELECT (a.at - ?) / ? AS bucket, (SELECT text FROM kinds WHERE id = a.kind), count(*) FROM activities a
            WHERE {plan.where()} AND {"+" if plan.few and plan.indexed else ""}a.at BETWEEN ? AND ? GROUP BY bucket, a.kind""",
            (start, width, *plan.values(), low, high - 1),
        )
    return start, width, [(row[0], row[1], row[2]) for row in rows]
