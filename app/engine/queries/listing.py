"""A filter by who took part or by ports, walked over packed lists: no activity is read to count, open or chart it."""

import json
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from threading import Lock

from app.engine import postings
from app.engine.arrays import np
from app.engine.postings import HOUR
from app.engine.queries.access import Access
from app.engine.queries.entries import Bars, Found, add_to, chunks, members, picked, taking_part, tally

MINUTE = 60_000_000
KIND_BITS = 24
"""Of a number that holds a bucket and, in its lowest bits, a kind."""
AT_ONCE = 500_000
"""Entries that are unpacked together."""
DENSE, FEW_CUTS = 500, 8
"""Entries of a list from which on it is counted by itself when so few buckets begin in its hour."""
_IN = "(SELECT value FROM json_each(?))"
FIRST_ENTRIES = 20_000
"""Entries of the first hours in which several parties are met; each next span of hours has twice as many."""


class Listing:
    """Activities in which one of each set of parties takes part, with one of the codes if these are given, low <= time < high.

    What is not in the lists yet is looked up among the last activities; later ones do not show, so that counts stay right.
    Several parties are met hour by hour, only as far as somebody asks. total: counts all matches sooner than that.
    """

    def __init__(
        self,
        access: Access,
        sets: Sequence[Sequence[int]],
        codes: Sequence[int] | None,
        low: int,
        high: int,
        total: Callable[[], int] | None = None,
    ) -> None:
        self._access = access
        self._sets = [json.dumps(list(parties)) for parties in sets]
        self._late_where, self._late_values = taking_part(sets)
        self._total = total
        self._known_total: int | None = None
        self._ahead: list[tuple[int, int]] = []
        self._rough: list[tuple[int, int]] = []
        self._minutes: dict[tuple[int, int], int] = {}
        self._least, self._most = 2**63 - 1, -(2**63)
        self._apart = [len({party & 3 for party in parties}) == 1 for parties in sets]
        self._simple = len(sets) == 1 and self._apart[0]
        self._codes = None if codes is None else frozenset(codes)
        self._wanted_codes = np.array(codes or (), np.int64)
        self._low, self._high = low, high
        self._lock = Lock()
        self._ready = False
        self._end = 0
        self._late: Found = _none()
        self._hours: list[int] = []
        self._before: list[int] = [0]
        self._last: tuple[int, int, Found] | None = None

    # ---- answers

    def count(self) -> int:
        """Number of matches."""
        self._prepare()
        if self._known_total is not None:
            return self._known_total
        self._meet()
        return self._before[-1]

    def step(self, seconds: float) -> tuple[int, float, bool]:
        """Go on for about so long: matches found so far, the share that was looked at, whether it is all."""
        end = time.monotonic() + seconds
        self._prepare()
        if self._known_total is not None:
            return self._known_total, 1.0, True
        with self._lock:
            while self._ahead:
                self._meet_next()
                if time.monotonic() >= end:
                    break
            ahead = self._ahead[-1][0] if self._ahead else 2**63
            whole = sum(size for _, size in self._rough)
            looked = sum(size for hour, size in self._rough if hour < ahead)
            return self._before[-1], looked / whole if whole else 1.0, not self._ahead

    def ids(self) -> list[int]:
        """All row ids in order of time."""
        self._prepare()
        self._meet()
        return self._load(self._hours[0], self._hours[-1])[1].tolist() if self._hours else []

    def places(self, first: int, limit: int) -> list[tuple[int, int]]:
        """(time, row id) at these positions in order of time."""
        self._prepare()
        self._meet(number=first + max(limit, 0))
        step = bisect_right(self._before, first) - 1
        if limit <= 0 or first < 0 or step >= len(self._hours):
            return []
        last = min(bisect_left(self._before, first + limit) - 1, len(self._hours) - 1)
        at, ids, _ = self._load(self._hours[step], self._hours[last])
        begin = first - self._before[step]
        return list(zip(at[begin : begin + limit].tolist(), ids[begin : begin + limit].tolist(), strict=True))

    def position(self, place: tuple[int, int], including: bool = False) -> int:
        """Number of matches before a place, or up to it."""
        self._prepare()
        hour = place[0] // HOUR
        self._meet(hour=hour)
        step = bisect_left(self._hours, hour)
        if step == len(self._hours) or self._hours[step] != hour:
            return self._before[step]
        at, ids, _ = self._load(hour, hour)
        same = (ids <= place[1]) if including else (ids < place[1])
        return self._before[step] + int(((at < place[0]) | ((at == place[0]) & same)).sum())

    def after(self, place: tuple[int, int], limit: int, descending: bool = False) -> list[tuple[int, int]]:
        """The matches next to a place, in the direction of the walk."""
        if not descending:
            return self.places(self.position(place, including=True), limit)
        end = self.position(place)
        return self.places(max(0, end - limit), min(limit, end))[::-1]

    def bars(self, start: int, width: int, low: int, high: int, whole: bool = True) -> list[tuple[int, int, int]]:
        """(number of the bucket, kind, count) over low <= time < high; whole: of all, else of what was met so far, by minutes."""
        self._prepare()
        found: Bars = {}
        if not self._simple and not (whole and (self._ahead or self._cut(start, width, low, high))):
            for (minute, kind), count in list(self._minutes.items()):
                if low // MINUTE <= minute and minute * MINUTE < high:
                    key = (minute * MINUTE - start) // width, kind
                    found[key] = found.get(key, 0) + count
            return [(bucket, kind, count) for (bucket, kind), count in found.items()]
        first, last = low // HOUR, (high - 1) // HOUR
        if self._simple:  # the span of time cuts the first and the last hour; those between are whole
            inner = max(low, self._low), min(high, self._high)
            edges = [hour for hour in dict.fromkeys((inner[0] // HOUR, (inner[1] - 1) // HOUR)) if first <= hour <= last]
            for hour in edges:
                add_to(found, self._unordered(hour, hour), start, width, low, high)
            begin, end = edges[0] + 1 if edges else first, edges[-1] - 1 if edges else last
            for one, other in self._spans(begin, end):
                self._count_whole(found, one, other, start, width)
            late = self._late[0] // HOUR
            add_to(found, picked(self._late, (late >= begin) & (late <= end)), start, width, low, high)
        else:
            for one, other in chunks([(hour, size) for hour, size in self._rough if first <= hour <= last], AT_ONCE):
                add_to(found, self._unordered(one, other), start, width, low, high)
        return [(bucket, kind, count) for (bucket, kind), count in found.items()]

    # ---- inside

    def _cut(self, start: int, width: int, low: int, high: int) -> bool:
        """Whether a bucket, or the chart, begins or ends within a minute that may have matches."""
        first, last = low % MINUTE and self._least < low // MINUTE * MINUTE + MINUTE, high % MINUTE and self._most >= high
        return bool(start % MINUTE or width % MINUTE or first or last)

    def _prepare(self) -> None:
        """Find how far the lists go, what came after, and how many matches each hour of one party has."""
        with self._lock:
            if self._ready:
                return
            with self._access.snapshot():
                self._end = postings.listed(self._access.db())
                self._late = self._unlisted()
                if self._simple:
                    self._extend(self._counts())
                else:
                    self._known_total = self._total() if self._total is not None else None
                    self._rough = self._common_hours()
                    self._ahead = list(chunks(self._rough, AT_ONCE, FIRST_ENTRIES))[::-1]
            self._ready = True

    def _extend(self, counts: dict[int, int]) -> None:
        """Add hours, all later than those known, with their matches."""
        hours = [hour for hour in sorted(counts) if counts[hour]]
        self._hours += hours
        self._before += [*accumulate((counts[hour] for hour in hours), initial=self._before[-1])][1:]

    def _meet(self, number: int | None = None, hour: int | None = None) -> None:
        """Count the matches of more hours until so many are known, or this hour; without either, of all."""
        with self._lock:
            while self._ahead:
                begin, _ = self._ahead[-1]
                if number is not None and self._before[-1] >= number:
                    return
                if hour is not None and begin > hour:
                    return
                self._meet_next()

    def _meet_next(self) -> None:
        """Count the matches of the next hours, holding the lock; whoever is stopped meanwhile leaves all as it was."""
        at, _, codes = self._unordered(*self._ahead[-1])
        self._extend(tally(at // HOUR, np.ones(len(at), np.int64)))
        if len(at):
            add_to(self._minutes, (at, at, codes), 0, MINUTE, -(2**63), 2**63 - 1)
            self._least, self._most = min(self._least, int(at.min())), max(self._most, int(at.max()))
        self._ahead.pop()

    def _common_hours(self) -> list[tuple[int, int]]:
        """Hours in which each of the sets may take part, with the number of entries that must be looked at."""
        first, last = self._low // HOUR, (self._high - 1) // HOUR
        late = tally(self._late[0] // HOUR, np.ones(len(self._late[0]), np.int64))
        found: dict[int, int] | None = None
        for parties in self._sets:
            rows = self._access.all(
                f"SELECT hour, sum(count) FROM postings WHERE party IN {_IN} AND hour BETWEEN ? AND ? GROUP BY hour",
                (parties, first, last),
            )
            found = dict(rows) if found is None else {hour: found[hour] + size for hour, size in rows if hour in found}
        found = found or {}
        for hour, size in late.items():
            found[hour] = found.get(hour, 0) + size
        return sorted(found.items())

    def _unlisted(self) -> Found:
        rows = self._access.all(
            f"SELECT a.at, a.id, a.kind * 4 + a.result FROM activities a WHERE a.id > ? AND {self._late_where}",
            (self._end, *self._late_values),
        )
        if not rows:
            return _none()
        at, ids, codes = np.array(rows, np.int64).T
        kept = (at >= self._low) & (at < self._high)
        if self._codes is not None:
            kept &= np.isin(codes, self._wanted_codes)
        return at[kept], ids[kept], codes[kept]

    def _counts(self) -> dict[int, int]:
        """Matches of each hour of one role of parties."""
        first, last = self._low // HOUR, (self._high - 1) // HOUR
        rows = self._access.all(
            f"SELECT hour, runs FROM postings WHERE party IN {_IN} AND hour BETWEEN ? AND ? AND base <= ?",
            (self._sets[0], first, last, self._end),
        )
        runs = np.frombuffer(b"".join([row[1] for row in rows]), "<u4").reshape(-1, 2).astype(np.int64)
        hours = np.repeat(np.array([row[0] for row in rows], np.int64), [len(row[1]) // 8 for row in rows])
        if self._codes is not None:
            wanted = np.isin(runs[:, 0], self._wanted_codes)
            runs, hours = runs[wanted], hours[wanted]
        rough = tally(hours, runs[:, 1])
        edges = {hour for hour in (first, last) if hour in rough}
        for hour in edges:  # the span of time may cut them
            rough[hour] = len(self._listed(hour, hour)[0])
        for hour, count in tally(self._late[0] // HOUR, np.ones(len(self._late[0]), np.int64)).items():
            rough[hour] = rough.get(hour, 0) + count
        return rough

    def _count_whole(self, found: Bars, first: int, last: int, start: int, width: int) -> None:
        """Count whole hours, of one role of parties; only those that a bucket begins in are unpacked."""
        rows = self._access.db().execute(
            f"""SELECT hour, runs, CASE WHEN hour * {HOUR} < ?1
            OR (hour * {HOUR} - ?1) / ?2 <> (hour * {HOUR} + {HOUR - 1} - ?1) / ?2 THEN entries END
            FROM postings WHERE party IN (SELECT value FROM json_each(?3)) AND hour BETWEEN ?4 AND ?5 AND base <= ?6""",
            (start, width, self._sets[0], first, last, self._end),
        )
        mixed: list[tuple[int, int, int, bytes, bytes]] = []
        plain: list[tuple[int, bytes]] = []
        for hour, runs, entries in rows:
            if entries is None:
                plain.append(((hour * HOUR - start) // width, runs))
            elif len(entries) > 8 * DENSE and HOUR // width < FEW_CUTS:
                self._count_dense(found, hour * HOUR - start, width, runs, entries)
            else:
                mixed.append((hour, 0, len(entries) // 8, runs, entries))
        at, ids, codes = postings.unpack(mixed)
        add_to(found, self._wanted((at, ids, codes)), start, width, -(2**63), 2**63 - 1)
        known = np.frombuffer(b"".join([runs for _, runs in plain]), "<u4").reshape(-1, 2).astype(np.int64)
        places = np.repeat(np.array([bucket for bucket, _ in plain], np.int64), [len(runs) // 8 for _, runs in plain])
        if self._codes is not None:
            wanted = np.isin(known[:, 0], self._wanted_codes)
            known, places = known[wanted], places[wanted]
        for key, count in tally(places << KIND_BITS | known[:, 0] >> 2, known[:, 1]).items():
            bar = key >> KIND_BITS, key & (1 << KIND_BITS) - 1
            found[bar] = found.get(bar, 0) + count

    def _count_dense(self, found: Bars, least: int, width: int, runs: bytes, entries: bytes) -> None:
        """Count one long list whose hour begins so long after the start of the chart."""
        offsets = np.frombuffer(entries, "<u4").astype(np.uint32, copy=False).data[::2]
        first = least // width
        cuts = range((first + 1) * width - least, HOUR, width)
        end = 0
        for code, count in np.frombuffer(runs, "<u4").reshape(-1, 2).tolist():
            begin, end = end, end + count
            if self._codes is not None and code not in self._codes:
                continue
            bucket = first
            for cut in cuts:  # a run is in order of time
                upto = bisect_left(offsets, cut, begin, end)
                if upto > begin:
                    found[bucket, code >> 2] = found.get((bucket, code >> 2), 0) + upto - begin
                bucket, begin = bucket + 1, upto
            if end > begin:
                found[bucket, code >> 2] = found.get((bucket, code >> 2), 0) + end - begin

    def _spans(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Spans of hours with matches, each with not too many."""
        begin, end = bisect_left(self._hours, first), bisect_right(self._hours, last)
        steps = range(begin, end)
        return chunks([(self._hours[step], self._before[step + 1] - self._before[step]) for step in steps], AT_ONCE)

    def _load(self, first: int, last: int) -> Found:
        """Matches of these hours in order of time."""
        kept = self._last
        if kept is not None and kept[:2] == (first, last):
            return kept[2]
        at, ids, codes = self._unordered(first, last)
        order = np.lexsort((ids, at))
        found = at[order], ids[order], codes[order]
        self._last = (first, last, found) if len(order) <= AT_ONCE else None
        return found

    def _unordered(self, first: int, last: int) -> Found:
        listed, hours = self._listed(first, last), self._late[0] // HOUR
        late = picked(self._late, (hours >= first) & (hours <= last))
        return (
            np.concatenate([listed[0], late[0]]),
            np.concatenate([listed[1], late[1]]),
            np.concatenate([listed[2], late[2]]),
        )

    def _listed(self, first: int, last: int) -> Found:
        """Matches of these hours in the lists, in no order."""
        least: Found = _none()
        for place, (parties, apart) in enumerate(zip(self._sets, self._apart, strict=True)):
            rows = self._access.all(
                f"""SELECT hour, base, count, runs, entries FROM postings
                WHERE party IN {_IN} AND hour BETWEEN ? AND ? AND base <= ?""",
                (parties, first, last, self._end),
            )
            if place:
                order = np.argsort(least[1], kind="stable")
                least = picked(least, order[members(least[1][order], ((row[1], row[4]) for row in rows))])
            else:
                least = postings.unpack((row[0], row[1], row[2], row[3], row[4]) for row in rows)
                if not apart:
                    least = picked(least, np.unique(least[1], return_index=True)[1])
            if not len(least[0]):
                break
        least = self._wanted(least)
        at = least[0]
        if len(at) and (first <= self._low // HOUR or last >= (self._high - 1) // HOUR):
            least = picked(least, (at >= self._low) & (at < self._high))
        return least

    def _wanted(self, found: Found) -> Found:
        return found if self._codes is None else picked(found, np.isin(found[2], self._wanted_codes))


def _none() -> Found:
    nothing = np.empty(0, np.int64)
    return nothing, nothing, nothing
