"""A filter that no list answers: activities are looked at one by one, in order of time, as far as somebody waits."""

import time
from array import array
from bisect import bisect_left, bisect_right

from app.engine.queries.access import Access

CHUNK = 20_000
"""Activities that are looked at before the clock is."""
MOST = 300_000
"""Matches whose ids and times are kept; of later ones how many there are in each minute, and where a chunk begins."""
MINUTE, HOUR = 60_000_000, 3_600_000_000
Place = tuple[int, int]


class Scan:
    """Matches found so far. walk: `FROM activities a WHERE ... AND a.at >= ? AND a.at < ?`, values: all but those two.

    Whoever calls holds the lock of the plan.
    """

    def __init__(self, access: Access, walk: str, values: tuple[object, ...], low: int, high: int) -> None:
        self._access, self._walk, self._values = access, walk, values
        self._low, self._high = low, high
        self._ids, self._times, self._kinds = array("q"), array("q"), array("i")
        self._waiting: list[tuple[int, int, int]] | None = None
        self._later: dict[tuple[int, int], int] = {}
        self._starts: list[int] = []
        self._before: list[int] = []
        self.count = 0
        self.looked = 0
        self.total = 0

    @property
    def done(self) -> bool:
        """Whether all was looked at."""
        return self._waiting is not None and not self._waiting

    @property
    def rough(self) -> bool:
        """Whether of some matches only the minute is known."""
        return self.count > len(self._ids)

    def step(self, seconds: float) -> None:
        """Look at more activities for about so long, at the least at one chunk."""
        end = time.monotonic() + seconds
        waiting = self._spans()
        while waiting:
            low, high, size = waiting[-1]
            if size > CHUNK and high - low > MINUTE:  # a busy hour, minute by minute
                minutes = self._access.all(
                    """SELECT minute, sum(count) FROM minutes WHERE minute >= ? AND minute < ?
                    GROUP BY minute ORDER BY minute DESC""",
                    (low // MINUTE, -(-high // MINUTE)),
                )
                waiting[-1:] = [(max(low, minute * MINUTE), min(high, (minute + 1) * MINUTE), count) for minute, count in minutes]
                continue
            self._look(low, high, size)
            waiting.pop()  # now: whoever asked may have been stopped while it was looked at, and the next one goes on with it
            if time.monotonic() >= end:
                return

    def until(self, number: int | None = None, at: int | None = None) -> None:
        """Look on until so many matches are known, or all before a time; without either, at everything."""
        while not self.done:
            if number is not None and self.count >= number:
                return
            waiting = self._spans()
            if at is not None and waiting and waiting[-1][0] > at:
                return
            self.step(0.05)

    def open(self, first: int, limit: int) -> list[int]:
        """Row ids at these positions, looked for as far as needed."""
        self.until(number=first + limit)
        if first + limit <= len(self._ids) or self.count == len(self._ids):
            return list(self._ids[first : first + limit])
        chunk = bisect_right(self._before, first) - 1
        rows = self._access.all(
            f"SELECT a.id {self._walk} ORDER BY a.at, a.id LIMIT ? OFFSET ?",
            (*self._values, self._starts[chunk], self._high, limit, first - self._before[chunk]),
        )
        return [row[0] for row in rows]

    def position(self, place: Place) -> int:
        """Number of matches before a place."""
        self.until(at=place[0])
        begin = bisect_left(self._times, place[0])
        if begin < len(self._times) or self.count == len(self._times):
            end = bisect_right(self._times, place[0], begin)
            return bisect_left(self._ids, place[1], begin, end)
        chunk = bisect_right(self._starts, place[0]) - 1
        found = self._access.one(
            f"SELECT count(*) {self._walk} AND (a.at < ? OR a.id < ?)",
            (*self._values, self._starts[chunk], place[0] + 1, *place),
        )
        return self._before[chunk] + int(found)

    def bars(self, start: int, width: int, low: int, high: int) -> dict[tuple[int, int], int]:
        """Matches so far by (number of the bucket, kind); those beyond MOST count at the beginning of their minute."""
        found: dict[tuple[int, int], int] = {}
        for place in range(bisect_left(self._times, low), bisect_left(self._times, high)):
            key = (self._times[place] - start) // width, self._kinds[place]
            found[key] = found.get(key, 0) + 1
        for (minute, kind), count in self._later.items():
            if low <= minute * MINUTE < high:
                key = (minute * MINUTE - start) // width, kind
                found[key] = found.get(key, 0) + count
        return found

    def _spans(self) -> list[tuple[int, int, int]]:
        """(low, high, activities) of what was not looked at yet, the next one last."""
        if self._waiting is None:
            hours = self._access.all(
                "SELECT hour, sum(count) FROM hours WHERE hour BETWEEN ? AND ? GROUP BY hour ORDER BY hour",
                (self._low // HOUR, (self._high - 1) // HOUR),
            )
            self.total = sum(count for _, count in hours)
            spans: list[tuple[int, int, int]] = []
            for hour, count in hours:
                low, high = max(hour * HOUR, self._low), min((hour + 1) * HOUR, self._high)
                if spans and spans[-1][2] + count <= CHUNK:
                    spans[-1] = (spans[-1][0], high, spans[-1][2] + count)
                else:
                    spans.append((low, high, count))
            self._waiting = spans[::-1]
        return self._waiting

    def _look(self, low: int, high: int, size: int) -> None:
        bounds, before = (*self._values, low, high), self.count
        if len(self._ids) < MOST:
            rows = self._access.all(f"SELECT a.at, a.id, a.kind {self._walk} ORDER BY a.at, a.id", bounds)
            self._times.extend(row[0] for row in rows)
            self._ids.extend(row[1] for row in rows)
            self._kinds.extend(row[2] for row in rows)
            self.count += len(rows)
        else:
            minute_of = f"(a.at - ((a.at % {MINUTE}) + {MINUTE}) % {MINUTE}) / {MINUTE}"
            sql = f"SELECT {minute_of}, a.kind, count(*) {self._walk} GROUP BY 1, 2"
            for minute, kind, count in self._access.all(sql, bounds):
                self._later[minute, kind] = self._later.get((minute, kind), 0) + count
                self.count += count
        self._starts.append(low)
        self._before.append(before)
        self.looked += size
