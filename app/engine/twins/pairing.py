"""Pairs rows that agree, a cluster of near ones at a time, after the clocks of the logging computers were levelled."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from app.engine.twins.rules import BY_NUMBER, MINUTE, PORT, SECOND, Rule

LONGEST_OFFSET = 5 * MINUTE
"""Clocks of a domain may differ by so much before Kerberos refuses (RFC 4120 section 8.2: five minutes)."""
REACH = 16 * MINUTE
"""Microseconds around the records in which the other side of any rule can lie: offset and the longest rule."""
AGREEING = 3
"""Pairs that must agree on a clock's offset; one with the same port is as good as three."""
SPREAD = 2 * SECOND
"""Microseconds by which such pairs may differ: a log is written up to a second after the answer."""
SAMPLES = 2_000
ENOUGH = 100_000
"""Rows that are enough to compare clocks by; of more only some keys are looked at, all rows of each."""
CLUSTER, NEAR = 20_000, 64
"""Rows looked at together, and candidates for one record."""


class Row(NamedTuple):
    """One trace of one activity. key: rule and hash of what must be equal. record: True for the side that repeats.

    rank: place in event time, which breaks ties. number: row id. clock: computer that logged it, "" for the sensor's own.
    lane: event id, as one packet exchange is told once by each event and computer. told: see app.engine.twins.rules.
    """

    rule: int
    key: int
    at: int
    record: bool
    rank: int
    number: int
    clock: str
    lane: int
    told: tuple[str, ...]


def agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """True when nothing that both tell differs."""
    return all(a == b or not a or not b for a, b in zip(one, other, strict=True))


def clusters(rows: Iterable[Row], gap: int) -> Iterator[list[Row]]:
    """Rows of one key, by time, cut where nothing happens for longer than the gap (microseconds), or CLUSTER are together."""
    found: list[Row] = []
    for row in rows:
        if found and (row.at - found[-1].at > gap or len(found) >= CLUSTER):
            yield found
            found = []
        found.append(row)
    if found:
        yield found


def offsets(rows: Iterable[Row]) -> dict[str, int]:
    """Clock to the microseconds that it is ahead of the sensor's, from pairs that leave no choice. rows: by rule, key, time."""
    samples: dict[str, list[tuple[int, int]]] = {}
    for (number, _), group in groupby(rows, key=itemgetter(0, 1)):
        if BY_NUMBER[number].clock:
            for cluster in clusters(group, LONGEST_OFFSET):
                _compare(cluster, BY_NUMBER[number], samples)
    return {clock: ahead for clock, found in sorted(samples.items()) if (ahead := _level(found))}


def _compare(cluster: list[Row], rule: Rule, samples: dict[str, list[tuple[int, int]]]) -> None:
    others = [row for row in cluster if not row.record]
    times = [row.at for row in others]
    only: dict[tuple[int, str, int], list[Row]] = {}
    for row in cluster:
        if not row.record or len(samples.get(row.clock, ())) >= SAMPLES:
            continue
        low, high = bisect_left(times, row.at - LONGEST_OFFSET), bisect_right(times, row.at + LONGEST_OFFSET)
        if high - low > NEAR:
            continue
        near = [place for place in range(low, high) if fits(row, others[place], rule)]
        same_port = [place for place in near if row.told[PORT] and row.told[PORT] == others[place].told[PORT]]
        for place in same_port or near:
            only.setdefault((place, row.clock, row.lane), []).append(row)
        if len(same_port or near) != 1:
            for place in same_port or near:
                only[(place, row.clock, row.lane)].append(row)  # no choice must be left on either side
    for (place, clock, _), found in only.items():
        if len(found) == 1:
            other = others[place]
            weight = AGREEING if found[0].told[PORT] and found[0].told[PORT] == other.told[PORT] else 1
            samples.setdefault(clock, []).append((found[0].at - other.at, weight))


def _level(found: list[tuple[int, int]]) -> int:
    """The offset that most samples agree on, 0 when too few do."""
    found.sort()
    whole = sum(weight for _, weight in found)
    best, start, held = (0, 0, 0), 0, 0
    for end, (ahead, weight) in enumerate(found):
        held += weight
        while found[start][0] < ahead - SPREAD:
            held -= found[start][1]
            start += 1
        best = max(best, (held, -start, end))
    if best[0] < AGREEING or 2 * best[0] <= whole:
        return 0
    return found[(-best[1] + best[2]) // 2][0]


def fits(record: Row, other: Row, rule: Rule) -> bool:
    """True when the two tell nothing different and agree in enough that matters."""
    if not agree(record.told, other.told):
        return False
    return sum(1 for place in rule.telling if record.told[place] and record.told[place] == other.told[place]) >= rule.least


def pairs(rows: Iterable[Row]) -> Iterator[tuple[int, int, str]]:
    """(record, other, how) of row ids. rows: by rule, key and levelled time, then rank."""
    for (number, _), group in groupby(rows, key=itemgetter(0, 1)):
        rule = BY_NUMBER[number]
        for cluster in clusters(group, max(rule.before, rule.after)):
            if rule.same:
                first = min(cluster, key=lambda row: row.rank)
                yield from ((row.number, first.number, rule.how) for row in cluster if row is not first)
            else:
                yield from _match(cluster, rule)


def _match(cluster: list[Row], rule: Rule) -> Iterator[tuple[int, int, str]]:
    """The nearest that agree in most come first; an exchange is told once by each event id and computer."""
    others = [row for row in cluster if not row.record]
    if not others or len(others) == len(cluster):
        return
    times = [row.at for row in others]
    found: list[tuple[int, int, int, int, Row, Row]] = []
    for row in cluster:
        if not row.record:
            continue
        low, high = bisect_left(times, row.at - rule.after), bisect_right(times, row.at + rule.before)
        if high - low > NEAR:
            middle = bisect_left(times, row.at)
            low, high = max(low, middle - NEAR // 2), min(high, middle + NEAR // 2)
        for other in others[low:high]:
            if fits(row, other, rule):
                alike = sum(1 for a, b in zip(row.told, other.told, strict=True) if a and a == b)
                found.append((-alike, abs(row.at - other.at), other.rank, row.rank, row, other))
    found.sort(key=itemgetter(0, 1, 2, 3))
    told: set[int] = set()
    taken: set[tuple[int, int, str]] = set()
    for _, _, _, _, row, other in found:
        lane = (other.number, row.lane, row.clock)
        if row.number in told or (lane in taken and not rule.many) or row.number == other.number:
            continue
        told.add(row.number)
        taken.add(lane)
        yield row.number, other.number, rule.how
