"""Entries of the packed lists of parties, many at a time: picked, met with others, counted."""

import json
from collections.abc import Iterable, Iterator, Sequence

from app.engine import ports
from app.engine.arrays import Flags, Numbers, Places, np

Found = tuple[Numbers, Numbers, Numbers]
"""Times, row ids, codes (kind times 4 plus result)."""
Bars = dict[tuple[int, int], int]
"""Counts by (number of the bucket, kind)."""
WIDE = 1_000_000
"""Ids between the first and the last of a list, or counts of a chart, up to which a table of them all is made."""
_IN = "(SELECT value FROM json_each(?))"
_COLUMNS = (("source",), ("destination",), ("actor",), ("sport", "dport"))
"""Columns of the roles 0, 1, 2, 3 of a party."""


def add_to(found: Bars, some: Found, start: int, width: int, low: int, high: int) -> None:
    """Add these to the counts by (number of the bucket, kind)."""
    at, _, codes = some
    inside = (at >= low) & (at < high)
    bucket, kind = (at[inside] - start) // width, codes[inside] >> 2
    if not len(bucket):
        return
    least, kinds = int(bucket.min()), int(kind.max()) + 1
    places = (bucket - least) * kinds + kind
    if (int(bucket.max()) - least + 1) * kinds <= WIDE:
        counts = np.bincount(places)
        there = np.flatnonzero(counts)
        counts = counts[there]
    else:  # a clock that was wrong puts a century between two of them: no table of all the minutes of it
        there, counts = np.unique(places, return_counts=True)
    for place, count in zip(there.tolist(), counts.tolist(), strict=True):
        key = (least + place // kinds, place % kinds)
        found[key] = found.get(key, 0) + count


def picked(found: Found, which: Flags | Places) -> Found:
    """Some of these, in order."""
    return found[0][which], found[1][which], found[2][which]


def members(ids: Numbers, rows: Iterable[tuple[int, bytes]]) -> Flags:
    """For each of these ascending ids, whether one of the lists (base, entries) has it."""
    found = np.zeros(len(ids), bool)
    for base, entries in rows:
        begin, end = np.searchsorted(ids, (base, base + 2**32))
        if begin == end:
            continue
        some, others = ids[begin:end] - base, np.frombuffer(entries, "<u4")[1::2]
        span = int(others.max()) + 1
        if span > WIDE:
            found[begin:end] |= np.isin(some, others)
            continue
        there = np.zeros(span, bool)
        there[others] = True
        near = some < span
        found[begin:end][near] |= there[some[near]]
    return found


def tally(keys: Numbers, counts: Numbers) -> dict[int, int]:
    """Sum of the counts of each key."""
    if not len(keys):
        return {}
    different, place = np.unique(keys, return_inverse=True)
    sums = np.zeros(len(different), np.int64)
    np.add.at(sums, place, counts)
    return dict(zip(different.tolist(), sums.tolist(), strict=True))


def taking_part(sets: Sequence[Sequence[int]]) -> tuple[str, tuple[str, ...]]:
    """Condition on the alias a that one of each set takes part, and its values."""
    conditions: list[str] = []
    values: list[str] = []
    for parties in sets:
        sides = []
        for role in sorted({party & 3 for party in parties}):
            own = [party for party in parties if party & 3 == role]
            numbers = [one for party in own if (one := ports.port_of(party)) is not None]  # a pair has one that stands alone too
            for column in _COLUMNS[role]:
                sides.append(f"a.{column} = CAST(? AS INTEGER)" if len(numbers) == 1 else f"a.{column} IN {_IN}")
                values.append(str(numbers[0]) if len(numbers) == 1 else json.dumps(numbers))
        conditions.append(f"({' OR '.join(sides) or '0'})")
    return " AND ".join(conditions), tuple(values)


def chunks(sizes: Sequence[tuple[int, int]], most: int, first_size: int | None = None) -> Iterator[tuple[int, int]]:
    """Spans of hours, in order, that hold `most` entries or little more together; the first ones fewer where that is said."""
    first, held = None, 0
    last, enough = 0, first_size or most
    for hour, size in sizes:
        first = hour if first is None else first
        last, held = hour, held + size
        if held >= enough:
            yield first, last
            first, held, enough = None, 0, min(2 * enough, most)
    if first is not None:
        yield first, last
