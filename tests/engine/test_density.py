"""Counts of lanes over time: the same as a count of the activities, by families, inputs and entities, near and far."""

from collections import Counter
from pathlib import Path

import pytest

from app.engine import postings, schema
from app.engine.queries import Queries, density
from app.engine.queries.density import grid, joined
from app.model.activity import Activity
from app.model.families import family
from app.model.filter import ActivityFilter, parse, quoted
from app.model.timeline import LaneKey
from tests.engine.workspace import START, fill, made

MINUTE, HOUR = 60_000_000, 3_600_000_000


@pytest.fixture(scope="module")
def activities() -> list[Activity]:
    return [*made(1_500, step=3_000_000), *made(900, key="bbbb", seed=2, start=START + 5 * HOUR, step=2_000_000)]


@pytest.fixture(scope="module")
def queries(activities: list[Activity], tmp_path_factory: pytest.TempPathFactory) -> Queries:
    path: Path = tmp_path_factory.mktemp("density") / "case.wardlight"
    fill(path, {key: [one for one in activities if one.input == key] for key in ("aaaa", "bbbb")})
    db = schema.connect(path)  # what is in no list yet is counted one by one; here all is
    db.execute("BEGIN IMMEDIATE")
    postings.fill(db)
    db.execute("COMMIT")
    db.close()
    return Queries(path)


def counts(found: object) -> int:
    return sum(map(sum, found.series.values()))  # type: ignore[attr-defined]


def test_bars_are_round_and_hold_the_span() -> None:
    start, width, number = grid(START + 7, START + 3 * HOUR + 11, 100)

    assert width == 2 * MINUTE and start % width == 0 and start <= START + 7 and start + width * number >= START + 3 * HOUR + 11
    assert grid(START, START + 1_000, 100, MINUTE)[1] == MINUTE


def test_spans_that_touch_are_one() -> None:
    assert joined([(0, MINUTE), (10 * HOUR, 11 * HOUR), (2 * MINUTE, 30 * MINUTE)]) == (
        (0, 31 * MINUTE),
        (10 * HOUR, 11 * HOUR + MINUTE),
    )


@pytest.mark.parametrize("part", [(0.0, 1.0), (0.1, 0.15), (0.4, 0.4005)])
def test_families_and_inputs_hold_what_happened(queries: Queries, activities: list[Activity], part: tuple[float, float]) -> None:
    span = queries.span()
    assert span is not None
    length = span[1] + 1 - span[0]
    first, last = (span[0] + int(length * share) for share in part)
    names = ("Kerberos", "LDAP", "NTLM", "RPC and SMB", "DNS and names")
    found = queries.timeline(tuple(LaneKey("family", name) for name in names), first, last, 120)

    start, width = found.lanes[0].start, found.lanes[0].width
    end = start + width * max(len(one) for lane in found.lanes for one in lane.series.values()) if found.total else last
    within = [one for one in activities if start <= one.at < end]
    assert {name: counts(lane) for name, lane in zip(names, found.lanes, strict=True)} == {
        name: sum(family(one.kind) == name for one in within) for name in names
    }
    inputs = queries.timeline((LaneKey("input", "aaaa"), LaneKey("input", "bbbb")), first, last, 120)
    assert [counts(lane) for lane in inputs.lanes] == [sum(one.input == key for one in within) for key in ("aaaa", "bbbb")]
    for lane in found.lanes:
        by_bucket = Counter((one.at - start) // width for one in within if family(one.kind) in lane.series)
        told = {bucket: count for series in lane.series.values() for bucket, count in enumerate(series) if count}
        assert told == dict(by_bucket)


def test_lanes_of_entities_are_what_their_filter_counts(queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    span = queries.span()
    assert span is not None
    refs = [row.ref for row in queries.entities(None, "", "activities", 0, 30)]
    lanes = tuple(LaneKey("entity", ref.key) for ref in refs)
    exact = [counts(lane) for lane in queries.timeline(lanes, span[0], span[1] + 1, 100).lanes]
    wanted = []
    for ref in refs:
        filter = parse(f"entity:{quoted(ref.key)}")
        assert isinstance(filter, ActivityFilter)
        wanted.append(queries.count(filter))
    assert exact == wanted

    monkeypatch.setattr(density, "EXACT", 0)
    monkeypatch.setattr(density, "FINE", 10)
    rough = queries.timeline(lanes, span[0], span[1] + 1, 100).lanes
    users = [place for place, ref in enumerate(refs) if ref.kind == "user"]
    assert all(rough[place].width == HOUR for place in users if wanted[place] > 10)
    assert [counts(rough[place]) for place in users] == [wanted[place] for place in users]


def test_single_activities_come_when_there_are_few(queries: Queries, activities: list[Activity]) -> None:
    first, last = START + 20 * MINUTE, START + 23 * MINUTE
    lanes = (LaneKey("family", "Kerberos"), LaneKey("input", "aaaa"), LaneKey("entity", "user:corp.test\\user1"))
    found = queries.timeline(lanes, first, last, 100)
    within = [one for one in activities if first <= one.at < last]

    assert 0 < len(within) < 200
    assert [row.id for row in found.rows[0]] == [row.id for row in queries.slice(None, 0, 9_999) if row.id in {
        one.id for one in within if one.kind.startswith("kerberos")
    }]  # fmt: skip
    assert len(found.rows[1]) == len(within)
    assert all(row.who is not None and row.who.label == "user1" for row in found.rows[2])
    many = queries.timeline((LaneKey("input", "aaaa"), LaneKey("input", "bbbb")), START, START + 100 * HOUR, 100)
    assert many.total > density.TICKS and not many.rows
    assert many.spans and many.spans[0][0] <= START
