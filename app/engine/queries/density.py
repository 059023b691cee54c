"""Counts of lanes over time for a timeline: from the counts by hour and minute and from the lists of parties, never by a scan."""

import json
from collections.abc import Callable, Iterable, Sequence

from app.engine import describe
from app.engine.queries.access import Access
from app.engine.queries.listing import Listing
from app.engine.queries.plan import Plan, within
from app.model.filter import EVERYTHING, ActivityFilter, parse, quoted
from app.model.rows import ActivityRow, Histogram
from app.model.timeline import Density, LaneKey

SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
WIDTHS = (
    1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND,
    15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR,
    6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 364 * DAY, 3640 * DAY,
)  # fmt: skip
"""Widths of a bar; those of an hour and more are whole hours, those of a minute and more whole minutes."""
FINE = 1_500_000
"""Activities of one lane in the hours of a span from which on an hour is its narrowest bar."""
EXACT = 5_000
"""Activities of one lane from which on its lists are counted one by one: what a computer did with itself counts twice, and what
its account did from another computer not at all."""
MANY = 40_000
"""Activities in a span from which on a minute is the narrowest bar."""
TICKS = 2_000
"""Activities of all lanes in a span up to which each is told by itself."""
Plans = Callable[[ActivityFilter], Plan]
Bars = dict[int, dict[str, int]]


def grid(first: int, last: int, buckets: int, least: int = 0) -> tuple[int, int, int]:
    """(start, width, number) of bars of a round width, at least `least`, that hold first <= time < last."""
    length = max(1, last - first)
    width = next((one for one in WIDTHS if one >= least and length / one <= buckets), WIDTHS[-1])
    start = first // width * width
    return start, width, max(1, -(-(last - start) // width))


def filter_of(lane: LaneKey) -> ActivityFilter:
    """What a lane holds."""
    text = {"entity": "entity", "family": "kind", "input": "input"}[lane.kind]
    found = parse(f"{text}:{quoted(lane.key)}")
    return found if isinstance(found, ActivityFilter) else EVERYTHING


def timeline(
    access: Access,
    plans: Plans,
    rows: Callable[[ActivityFilter, int, int], tuple[ActivityRow, ...]],
    spans: Iterable[tuple[int, int]],
    wanted: Sequence[LaneKey],
    span: tuple[int, int],
    buckets: int,
) -> Density:
    """Counts of lanes over a span, single activities when there are few. rows: of a filter, from which one on, how many."""
    counted = lanes(access, plans, wanted, *span, buckets)
    total = sum(sum(map(sum, one.series.values())) for one in counted)
    single: list[tuple[ActivityRow, ...]] = []
    every: tuple[ActivityRow, ...] | None = None
    inside = (span[0], span[1] - 1)
    for one in wanted if total <= TICKS else ():
        if one.kind == "entity":
            single.append(rows(within(filter_of(one), inside), 0, TICKS))
            continue
        if every is None:  # together these lanes hold all of the span
            every = rows(within(EVERYTHING, inside), 0, TICKS)
        single.append(tuple(row for row in every if one.key == (row.input if one.kind == "input" else describe.family(row.kind))))
    return Density(lanes=tuple(counted), rows=tuple(single), total=total, spans=joined(spans))


def lanes(access: Access, plans: Plans, wanted: Sequence[LaneKey], first: int, last: int, buckets: int) -> list[Histogram]:
    """Counts by family of every lane."""
    inside = _in_span(access, first, last)
    shared: dict[str, dict[str, Bars]] = {}
    least = MINUTE if inside > MANY else 0
    at, width, number = grid(first, last, buckets, least)
    found = []
    for lane in wanted:
        if lane.kind == "entity":
            found.append(_entity(access, plans, lane, first, last, buckets))
            continue
        if lane.kind not in shared:
            column = "input" if lane.kind == "input" else "family"
            shared[lane.kind] = _by(access, plans, column, at, width, number, inside)
        found.append(_histogram(shared[lane.kind].get(lane.key, {}), at, width, number))
    return found


def _in_span(access: Access, first: int, last: int) -> int:
    """Activities between two times, to the hour."""
    sql = "SELECT coalesce(sum(count), 0) FROM hours WHERE hour BETWEEN ? AND ?"
    return int(access.one(sql, (first // HOUR, last // HOUR)))


def _entity(access: Access, plans: Plans, lane: LaneKey, first: int, last: int, buckets: int) -> Histogram:
    """From the packed lists of the parties of an entity; what is busy is counted list by list."""
    sides = _sides(access, lane.key)
    busy = _busy(access, sides, first, last)
    at, width, number = grid(first, last, buckets, HOUR if busy > FINE else 0)
    bars: Bars = {}
    if len(sides) == 1 or (sides and busy > EXACT):
        kinds = dict(access.all("SELECT id, text FROM kinds"))
        end = at + width * number
        for side in sides:
            for bucket, number_of_kind, count in Listing(access, [side], None, at, end).bars(at, width, at, end):
                _add(bars, bucket, describe.family(kinds[number_of_kind]), count)
        return _histogram(bars, at, width, number)
    plan = plans(filter_of(lane))
    with plan.lock:
        start, wide, counted = plan.bars(at, at + width * number, number)
    for bucket, kind, count in counted:
        _add(bars, bucket, describe.family(kind), count)
    return _histogram(bars, start, wide, max(number, -(-(last - start) // wide)))


def _sides(access: Access, key: str) -> list[list[int]]:
    """Parties that are an entity: as source, as destination; an account as actor. Empty where an address was several entities."""
    number = access.one("SELECT id FROM entities WHERE key = ?", (key,))
    rows = access.all(
        """SELECT x.address, (SELECT count(*) FROM address_entities y WHERE y.address = x.address)
        FROM address_entities x WHERE x.entity = ?""",
        (number,),
    )
    if any(several > 1 for _, several in rows):
        return []
    if rows:
        return [[address * 4 for address, _ in rows], [address * 4 + 1 for address, _ in rows]]
    actors = access.all("SELECT id FROM actors WHERE entity = ?", (number,))
    return [[row[0] * 4 + 2 for row in actors]] if actors else []


def _busy(access: Access, sides: Sequence[Sequence[int]], first: int, last: int) -> int:
    sql = """SELECT coalesce(sum(count), 0) FROM postings WHERE party IN (SELECT value FROM json_each(?))
    AND hour BETWEEN ? AND ?"""
    parties = [party for side in sides for party in side]
    return int(access.one(sql, (json.dumps(parties), first // HOUR, last // HOUR)))


def _by(access: Access, plans: Plans, column: str, at: int, width: int, number: int, inside: int) -> dict[str, Bars]:
    """Bars of every family or every input, from the counts by time; from the activities where bars are narrower than these."""
    found: dict[str, Bars] = {}
    end = at + width * number
    if width % MINUTE == 0:
        unit, length = ("hour", HOUR) if width % HOUR == 0 else ("minute", MINUTE)
        sql = f"""SELECT ({unit} * {length} - ?) / ? AS bucket, (SELECT text FROM kinds WHERE id = a.kind),
        (SELECT key FROM inputs WHERE id = a.input), sum(count) FROM {unit}s a WHERE {unit} >= ? AND {unit} < ?
        GROUP BY bucket, a.kind, a.input"""
        rows: Iterable[tuple[int, str, str, int]] = access.all(sql, (at, width, at // length, -(-end // length)))
    else:
        plan = plans(within(EVERYTHING, (at, end - 1)))
        with plan.lock:
            sql, values = plan.rows(
                f"(a.at - {int(at)}) / {int(width)}, (SELECT text FROM kinds WHERE id = a.kind), "
                "(SELECT key FROM inputs WHERE id = a.input), count(*)"
            )
        rows = access.all(f"{sql} GROUP BY 1, 2, 3", values) if inside else ()
    for bucket, kind, input, count in rows:
        family = describe.family(kind)
        _add(found.setdefault(input if column == "input" else family, {}), bucket, family, count)
    return found


def _add(bars: Bars, bucket: int, family: str, count: int) -> None:
    column = bars.setdefault(bucket, {})
    column[family] = column.get(family, 0) + count


def _histogram(bars: Bars, start: int, width: int, number: int) -> Histogram:
    series: dict[str, list[int]] = {}
    for bucket, column in bars.items():
        if 0 <= bucket < number:
            for family, count in column.items():
                series.setdefault(family, [0] * number)[bucket] += count
    return Histogram(start=start, width=width, series=series)


def joined(spans: Iterable[tuple[int, int]], near: int = 60 * MINUTE) -> tuple[tuple[int, int], ...]:
    """Spans in order, those that overlap or lie nearer than that as one; both ends to the end of their minute."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        last += MINUTE
        if found and first - found[-1][1] < near:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)
