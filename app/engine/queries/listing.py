"""A filter by who took part, walked over the packed lists of parties: no activity is read to count, open or chart it."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from app.engine import postings
from app.engine.postings import HOUR
from app.engine.queries.access import Access

Numbers = NDArray[np.int64]
Found = tuple[Numbers, Numbers, Numbers]
"""Times, row ids, codes (kind times 4 plus result)."""
AT_ONCE = 500_000
"""Entries that are unpacked together."""
_IN = "(SELECT value FROM json_each(?))"
_ANY = f"(a.source * 4 IN {_IN} OR a.destination * 4 + 1 IN {_IN} OR a.actor * 4 + 2 IN {_IN})"
_NONE = np.empty(0, np.int64)


class Listing:
    """Activities in which one of each set of parties takes part, with one of the codes if these are given, low <= time < high.

    What is not in the lists yet is looked up among the last activities; later ones do not show, so that counts stay right.
    """

    def __init__(
        self, access: Access, sets: Sequence[Sequence[int]], codes: Sequence[int] | None, low: int, high: int
    ) -> None:
        self._access = access
        self._sets = [json.dumps(list(parties)) for parties in sets]
        self._apart = [len({party & 3 for party in parties}) == 1 for parties in sets]
        self._codes = None if codes is None else np.array(codes, np.int64)
        self._low, self._high = low, high
        self._lock = Lock()
        self._ready = False
        self._end = 0
        self._late: Found = (_NONE, _NONE, _NONE)
        self._hours: list[int] = []
        self._before: list[int] = [0]
        self._last: tuple[int, int, Found] | None = None

    # ---- answers

    def count(self) -> int:
        """Number of matches."""
        self._prepare()
        return self._before[-1]

    def ids(self) -> list[int]:
        """All row ids in order of time."""
        self._prepare()
        return self._load(self._hours[0], self._hours[-1])[1].tolist() if self._hours else []

    def places(self, first: int, limit: int) -> list[tuple[int, int]]:
        """(time, row id) at these positions in order of time."""
        self._prepare()
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

    def bars(self, start: int, width: int, low: int, high: int) -> list[tuple[int, int, int]]:
        """(number of the bucket, kind, count) over low <= time < high."""
        self._prepare()
        found: dict[tuple[int, int], int] = {}
        for first, last in self._spans(low // HOUR, (high - 1) // HOUR):
            at, _, codes = self._load(first, last)
            inside = (at >= low) & (at < high)
            bucket, kind = (at[inside] - start) // width, codes[inside] >> 2
            if not len(bucket):
                continue
            least, kinds = int(bucket.min()), int(kind.max()) + 1
            counts = np.bincount((bucket - least) * kinds + kind)
            for place in np.flatnonzero(counts).tolist():
                key = (least + place // kinds, place % kinds)
                found[key] = found.get(key, 0) + int(counts[place])
        return [(bucket, kind, count) for (bucket, kind), count in found.items()]

    # ---- inside

    def _prepare(self) -> None:
        """Find how far the lists go, what came after, and how many matches each hour has."""
        with self._lock:
            if self._ready:
                return
            with self._access.snapshot():
                self._end = postings.listed(self._access.db())
                self._late = self._unlisted()
                counts = self._counts()
            self._hours = [hour for hour in sorted(counts) if counts[hour]]
            self._before = [0, *accumulate(counts[hour] for hour in self._hours)]
            self._ready = True

    def _unlisted(self) -> Found:
        conditions = " AND ".join(_ANY for _ in self._sets)
        rows = self._access.all(
            f"SELECT a.at, a.id, a.kind * 4 + a.result FROM activities a WHERE a.id > ? AND {conditions}",
            (self._end, *(parties for parties in self._sets for _ in range(3))),
        )
        if not rows:
            return _NONE, _NONE, _NONE
        at, ids, codes = np.array(rows, np.int64).T
        kept = (at >= self._low) & (at < self._high)
        if self._codes is not None:
            kept &= np.isin(codes, self._codes)
        return at[kept], ids[kept], codes[kept]

    def _counts(self) -> dict[int, int]:
        """Matches of each hour."""
        first, last = self._low // HOUR, (self._high - 1) // HOUR
        rough: dict[int, int] = {}
        if len(self._sets) == 1 and self._apart[0]:
            rows = self._access.all(
                f"SELECT hour, runs FROM postings WHERE party IN {_IN} AND hour BETWEEN ? AND ? AND base <= ?",
                (self._sets[0], first, last, self._end),
            )
            runs = np.frombuffer(b"".join([row[1] for row in rows]), "<u4").reshape(-1, 2).astype(np.int64)
            hours = np.repeat(np.array([row[0] for row in rows], np.int64), [len(row[1]) // 8 for row in rows])
            if self._codes is not None:
                wanted = np.isin(runs[:, 0], self._codes)
                runs, hours = runs[wanted], hours[wanted]
            rough = _tally(hours, runs[:, 1])
            edges = {hour for hour in (first, last) if hour in rough}
            for hour in edges:  # the span of time may cut them
                rough[hour] = len(self._listed(hour, hour)[0])
        else:
            parties = json.dumps(sorted({party for some in self._sets for party in json.loads(some)}))
            sizes = self._access.all(
                f"SELECT hour, sum(count) FROM postings WHERE party IN {_IN} AND hour BETWEEN ? AND ? GROUP BY hour ORDER BY hour",
                (parties, first, last),
            )
            for begin, end in _chunks(sizes):
                at = self._listed(begin, end)[0]
                rough.update(_tally(at // HOUR, np.ones(len(at), np.int64)))
        for hour, count in _tally(self._late[0] // HOUR, np.ones(len(self._late[0]), np.int64)).items():
            rough[hour] = rough.get(hour, 0) + count
        return rough

    def _spans(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Spans of hours with matches, each with not too many."""
        begin, end = bisect_left(self._hours, first), bisect_right(self._hours, last)
        steps = range(begin, end)
        return _chunks([(self._hours[step], self._before[step + 1] - self._before[step]) for step in steps])

    def _load(self, first: int, last: int) -> Found:
        """Matches of these hours in order of time."""
        kept = self._last
        if kept is not None and kept[:2] == (first, last):
            return kept[2]
        listed, late = self._listed(first, last), self._late
        hours = late[0] // HOUR
        mask = (hours >= first) & (hours <= last)
        at, ids, codes = (np.concatenate([one, other[mask]]) for one, other in zip(listed, late, strict=True))
        order = np.lexsort((ids, at))
        found = at[order], ids[order], codes[order]
        self._last = (first, last, found) if len(order) <= AT_ONCE else None
        return found

    def _listed(self, first: int, last: int) -> Found:
        """Matches of these hours in the lists, in no order."""
        least: Found = (_NONE, _NONE, _NONE)
        for place, (parties, apart) in enumerate(zip(self._sets, self._apart, strict=True)):
            rows = self._access.all(
                f"""SELECT hour, base, count, runs, entries FROM postings
                WHERE party IN {_IN} AND hour BETWEEN ? AND ? AND base <= ?""",
                (parties, first, last, self._end),
            )
            found = postings.unpack((row[0], row[1], row[2], row[3], row[4]) for row in rows)
            if not apart:
                found = _picked(found, np.unique(found[1], return_index=True)[1])
            least = found if place == 0 else _picked(least, np.isin(least[1], found[1], assume_unique=True))
            if not len(least[0]):
                break
        at, _, codes = least
        if self._codes is not None:
            least = _picked(least, np.isin(codes, self._codes))
            at = least[0]
        if len(at) and (first <= self._low // HOUR or last >= (self._high - 1) // HOUR):
            least = _picked(least, (at >= self._low) & (at < self._high))
        return least


def _picked(found: Found, which: NDArray[np.bool_] | NDArray[np.intp]) -> Found:
    return found[0][which], found[1][which], found[2][which]


def _tally(keys: Numbers, counts: Numbers) -> dict[int, int]:
    """Sum of the counts of each key."""
    if not len(keys):
        return {}
    different, place = np.unique(keys, return_inverse=True)
    sums = np.zeros(len(different), np.int64)
    np.add.at(sums, place, counts)
    return dict(zip(different.tolist(), sums.tolist(), strict=True))


def _chunks(sizes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans of hours, in order, that hold AT_ONCE entries or little more together."""
    first, held = None, 0
    last = 0
    for hour, size in sizes:
        first = hour if first is None else first
        last, held = hour, held + size
        if held >= AT_ONCE:
            yield first, last
            first, held = None, 0
    if first is not None:
        yield first, last
