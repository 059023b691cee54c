"""Lists of parties and ports, and sums: equal to counting the activities themselves, after removal, migration and kills too.

Long because every list is held against one way of counting, whatever walks over it.
"""

import random
import sqlite3
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from app.engine import describe, ports, postings, schema
from app.engine.queries import Queries
from app.engine.queries import listing as listings
from app.engine.queries import plan as plans
from app.engine.queries.access import Access
from app.engine.queries.listing import Listing
from app.engine.store import Store, store
from app.model.activity import Account, Activity, Endpoint
from app.model.details import Detail, DnsQuery, LdapSearch
from app.model.filter import ActivityFilter, parse
from tests.engine.test_store import finish
from tests.engine.workspace import START, fill, made, parties

HOUR, MINUTE = postings.HOUR, 60_000_000
PARTY, PORT = st.integers(0, 3), st.sampled_from((0, 53, 445, 1023, 1024, 47001, 65_535, 65_536 + 445))
PORTS = (0, 53, 445, 1023, 1024, 3268, 47001, 49_152, 65_535, 65_536 + 445)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small lists, as in a large workspace."""
    monkeypatch.setattr(store, "FLUSH_ROWS", 20)
    monkeypatch.setattr(store, "LIST_ROWS", 64)
    monkeypatch.setattr(listings, "FIRST_ENTRIES", 3)
    monkeypatch.setattr(listings, "AT_ONCE", 50)
    monkeypatch.setattr(listings, "DENSE", 12)
    monkeypatch.setattr(plans, "FEW", 0)
    monkeypatch.setattr(plans, "FINE", 30)
    monkeypatch.setattr(plans, "FEWER", 0)


def direct(db: sqlite3.Connection) -> list[tuple[int, int, int, int]]:
    """(party, time, id, kind times 4 plus result) by looking at every activity."""
    found: list[tuple[int, int, int, int]] = []
    for role, column in enumerate(("source", "destination", "actor")):
        sql = f"SELECT {column} * 4 + {role}, at, id, kind * 4 + result FROM activities WHERE {column} IS NOT NULL AND id <= ?"
        found += db.execute(sql, (postings.listed(db),)).fetchall()
    sql = "SELECT sport, dport, at, id, kind * 4 + result FROM activities WHERE id <= ?"
    found += [(by, *rest) for one, other, *rest in db.execute(sql, (postings.listed(db),)) if (by := party_of(one, other))]
    return sorted(found)


def party_of(*two: int) -> int:
    """The party of an activity by the ports of its ends, 0 where they are of no service."""
    found = sorted({one for one in two if 0 < one < 1024 or one in ports.SERVICES})
    return 0 if not found else 4 * found[0] + 3 if len(found) == 1 else 3 - 4 * (65_536 * found[0] + found[1])


def unpacked(db: sqlite3.Connection) -> list[tuple[int, int, int, int]]:
    """The same from the lists."""
    found: list[tuple[int, int, int, int]] = []
    for party, *packed in db.execute("SELECT party, hour, base, count, runs, entries FROM postings"):
        at, ids, codes = (column.tolist() for column in postings.unpack([tuple(packed)]))
        found += zip([party] * len(at), at, ids, codes, strict=True)
    return sorted(found)


def check(path: Path) -> None:
    """Lists and sums say what the activities and the counts by parties say."""
    db = sqlite3.connect(path)
    assert unpacked(db) == direct(db)
    sums = set(db.execute("SELECT * FROM sums"))
    db.execute("DELETE FROM sums")
    db.execute(schema.FILL_SUMS)
    assert sums == set(db.execute("SELECT * FROM sums"))
    meetings = set(db.execute("SELECT * FROM meetings"))
    db.execute("DELETE FROM meetings")
    db.execute(schema.FILL_MEETINGS)
    assert meetings == set(db.execute("SELECT * FROM meetings"))
    parties_of = "coalesce(source, 0), coalesce(destination, 0), coalesce(actor, 0)"
    assert meetings == set(db.execute(f"SELECT {parties_of}, count(*) FROM activities GROUP BY 1, 2, 3"))
    counted: Counter[int] = Counter()
    for source, destination, actor in db.execute("SELECT source, destination, actor FROM activities"):
        counted.update([4 * source] if source else [])
        counted.update([4 * destination + 1] if destination and destination != source else [])
        counted.update([4 * actor + 2] if actor else [])
    assert {row[0]: row[1] for row in sums} == counted
    hours = set(db.execute("SELECT * FROM hours"))
    db.execute("DELETE FROM hours")
    db.execute(schema.FILL_HOURS)
    assert hours == set(db.execute("SELECT * FROM hours"))
    activities = db.execute("SELECT at, input, kind, result FROM activities").fetchall()
    by_hour = Counter((at // HOUR, *rest) for at, *rest in activities)
    assert {row[:4]: row[4] for row in hours} == by_hour
    db.rollback()
    db.close()


def workload(seed: int, key: str) -> list[Activity]:
    """Activities of few parties at wild times, some alone with themselves, some of nobody."""
    chance = random.Random(seed)
    found = []
    for place in range(chance.randrange(1, 260)):
        at = START + chance.choice((0, -(2**40), chance.randrange(5 * HOUR), chance.randrange(-HOUR, 99 * HOUR)))
        detail: Detail = chance.choice((DnsQuery(), LdapSearch()))
        found.append(
            Activity(
                at=at, until=at, input=key, frames=(place + 1,), result=chance.choice(("success", "failure", "unanswered")),
                source=chance.choice((None, Endpoint(f"10.0.0.{chance.randrange(4)}", chance.choice(PORTS)))),
                destination=chance.choice((None, Endpoint(f"10.0.0.{chance.randrange(3)}", chance.choice(PORTS)))),
                account=chance.choice((None, Account(name=f"user{chance.randrange(3)}"))), detail=detail,
            )
        )  # fmt: skip
    return found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**32), st.booleans()), min_size=1, max_size=4), st.integers(1, 70))
def test_lists_and_sums_are_what_counting_gives_whatever_is_added_and_removed(
    tmp_path: Path, inputs: list[tuple[int, bool]], batch: int
) -> None:
    path = tmp_path / "w"
    for old in tmp_path.glob("w*"):
        old.unlink()
    open_store = Store(path)
    gone = []
    for number, (seed, removed) in enumerate(inputs):
        key = f"in{number}"
        open_store.begin_input(key, f"/cases/{key}", "pcap", 1)
        activities = workload(seed, key)
        for start in range(0, len(activities), batch):
            open_store.append(activities[start : start + batch])
        finish(open_store)
        if removed:
            gone.append(key)
        if gone and seed % 2:
            open_store.remove_input(gone.pop(0))
        check(path)
    for key in gone:
        open_store.remove_input(key)
        check(path)
    open_store.close()


def test_an_input_that_was_cut_off_leaves_the_lists(tmp_path: Path) -> None:
    first = Store(tmp_path / "w")
    first.begin_input("aaaa", "/cases/a", "pcap", 1)
    first.append(made(100))
    finish(first)
    first.begin_input("bbbb", "/cases/b", "pcap", 1)
    first.append(made(300, key="bbbb", seed=5))
    assert postings.listed(first._db) > 100
    first.close()

    Store(tmp_path / "w").close()
    check(tmp_path / "w")
    db = sqlite3.connect(tmp_path / "w")
    assert {row[3] for row in parties(db)} == {"aaaa"}
    db.close()


SCANNED = ("port:>", "49153", "not port", "took:", "(")
FILTERS = [
    "from:10.0.0.1",
    "from:10.0.0.3 result:failure",
    "to:10.0.1.1 kind:kerberos",
    "who:user3",
    "user4",
    "10.0.0.5",
    "10.0.0.5 10.0.1.2",
    "from:10.0.0.0/24 to:10.0.1.1",
    "from:10.0.0.2 who:user1 kind:smb",
    "to:10.0.1.2 time:2026-01-05T10:01..2026-01-05T10:03",
    "from:10.9.9.9 to:10.0.1.1",
    "entity:h3.corp.test",
    "who:user* 10.0.0.2 kind:kerberos",
    "from:10.0.0.1 port:88",
    "port:445",
    "port:88 result:failure",
    "port:53,88",
    "port:1-1023 kind:kerberos",
    "port:389 who:user3",
    "port:123",
    "port:445 time:2026-01-05T10:01..2026-01-05T10:03",
    "port:445 from:10.0.0.2 to:10.0.1.1",
    "(port:88 from:10.0.0.1) or (port:445 from:10.0.0.2)",
    "port:88 or from:10.0.0.1",
    "port:>1000",
    "port:445,49153",
    "not port:445",
    "from:10.0.0.1 took:>1ms",
    "kind:kerberos result:failure",
    "kind:ldap time:2026-01-05T10:01:07..2026-01-05T10:33:20",
]


@pytest.mark.parametrize("text", FILTERS)
@pytest.mark.parametrize("rows", [64, 10**9], ids=["listed", "late"])
def test_a_filter_by_party_answers_what_looking_at_every_activity_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, rows: int
) -> None:
    monkeypatch.setattr(store, "LIST_ROWS", rows)
    fill(tmp_path / "w", {"aaaa": made(900, step=3_000_000), "bbbb": made(400, key="bbbb", seed=2, start=START + 9**9)})
    filter = parse(text)
    assert isinstance(filter, ActivityFilter)
    fast, answers = Queries(tmp_path / "w"), []
    span = fast.span()
    assert span is not None
    questions: list[Callable[[Queries], object]] = [
        lambda q: q.count(filter),
        lambda q: q.slice(filter, 0, 10_000),
        lambda q: [q.slice(filter, place, 7) for place in range(0, 120, 6)],
        lambda q: q.slice(filter, 3, 9, descending=True),
        lambda q: [q.page(filter, after=(START + 40_000_000 * step, 3), limit=9) for step in range(9)],
        lambda q: [q.page(filter, before=(START + 40_000_000 * step, 3), limit=9) for step in range(9)],
        lambda q: [one.id for one in q.stream(filter)],
        lambda q: [q.place_of(filter, row.id) for row in q.slice(None, 0, 60)],
        lambda q: [_chart(q, filter, span[0] + 7, span[1], buckets) for buckets in (1, 9, 100, 3_000)],
    ]
    assert (fast._plan(filter).listing is None) == any(
        word in text for word in (*SCANNED, "10.9.9.9", "entity:h3", "kind:kerberos r", "kind:ldap")
    )
    answers = [ask(fast) for ask in questions]
    fast.close()

    def choose_nothing(self: plans.Plan, _: object) -> None:
        self.listing, self.few, self.by_minute, self._at = None, False, False, "a.at"
        self._sql, self._values = self.rest.sql, self.rest.values

    monkeypatch.setattr(plans.Plan, "_choose", choose_nothing)
    slow = Queries(tmp_path / "w")
    for place, (answer, ask) in enumerate(zip(answers, questions, strict=True)):
        assert answer == ask(slow), f"question {place}"
    slow.close()


def test_times_that_are_centuries_apart_cost_no_more_memory(tmp_path: Path) -> None:
    """A clock that was wrong, or a file that lies: 3,000 years between the first and the last of what two lists share."""
    some = made(2_000)
    strewn = [structs.replace(one, at=number * 10**14, until=number * 10**14) for number, one in enumerate(some[:1_000])]
    fill(tmp_path / "w", {"aaaa": strewn + some[1_000:]})
    filter = parse("port:88 to:10.0.1.1")
    assert isinstance(filter, ActivityFilter)
    queries = Queries(tmp_path / "w")
    tracemalloc.start()
    looked = queries.look(filter, (0, 10**17), 9, seconds=0)
    while not looked.done:
        looked = queries.look(filter, (0, 10**17), 9, seconds=0)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert queries._plan(filter).listing is not None
    assert looked.count == len([one for one in some if one.destination == Endpoint("10.0.1.1", 88)]) > 50
    assert most < 200 << 20
    queries.close()


@pytest.mark.parametrize("text", ["port:88 to:10.0.1.1", "port:445 who:user3 result:failure", "user4 port:389"])
def test_what_is_met_hour_by_hour_shows_as_far_as_it_was_met(tmp_path: Path, text: str) -> None:
    fill(tmp_path / "w", {"aaaa": made(2_000, step=9_000_000), "bbbb": made(400, key="bbbb", seed=2, start=START + 9**9)})
    filter = parse(text)
    assert isinstance(filter, ActivityFilter)
    queries, other = Queries(tmp_path / "w"), Queries(tmp_path / "w")
    first, last = other.span() or (0, 0)
    expected = other.slice(filter, 0, 5_000)
    charts = [_chart(other, filter, first, last + 1, buckets) for buckets in (9, 3_000)]
    steps = [queries.look(filter, (first, last + 1), 9, seconds=0)]
    rows = queries.slice(filter, 0, steps[0].count)
    while not steps[-1].done:
        steps.append(queries.look(filter, (first, last + 1), 9, seconds=0))

    assert len(steps) > 3 and steps[0].share < 0.5 and steps[-1].share == 1.0
    assert [one.share for one in steps] == sorted(one.share for one in steps)
    assert rows == expected[: len(rows)] and steps[-1].count == len(expected) > 10
    for one in steps:
        assert one.chart is not None and sum(map(sum, one.chart.series.values())) == one.count
    assert [_chart(queries, filter, first, last + 1, buckets) for buckets in (9, 3_000)] == charts
    assert queries.slice(filter, 0, 5_000) == expected
    queries.close()
    other.close()


@pytest.mark.parametrize(
    "text", ["port:445", "port:88 result:failure", "from:10.0.0.1", "from:10.0.0.1 port:88", "not kind:dns", ""]
)
@pytest.mark.parametrize("buckets", [5, 50, 60, 3_000])
def test_a_chart_of_days_has_bars_of_whole_hours_with_what_is_there(tmp_path: Path, text: str, buckets: int) -> None:
    activities = sorted(made(900, step=500_000_000), key=lambda one: one.at)
    fill(tmp_path / "w", {"aaaa": activities})
    filter = parse(text)
    assert isinstance(filter, ActivityFilter)
    queries = Queries(tmp_path / "w")
    matches = {row.id for row in queries.slice(filter, 0, 10_000)}
    for first, last in (
        (activities[0].at, activities[-1].at),
        (activities[50].at + 7, activities[-50].at // MINUTE * MINUTE - 1),
    ):
        found = queries.histogram(filter, first, last + 1, buckets)
        hours = found.width >= 50 * MINUTE
        assert hours == (buckets < 150)
        unit = HOUR if hours else MINUTE
        assert found.width % unit == 0 == found.start % unit
        expected: dict[str, Counter[int]] = {}
        for one in activities:
            if one.id in matches and found.start <= one.at <= last:
                expected.setdefault(describe.family(one.kind), Counter())[(one.at - found.start) // found.width] += 1
        told = {
            name: Counter({place: count for place, count in enumerate(counts) if count}) for name, counts in found.series.items()
        }
        assert told == expected
        assert max((len(counts) for counts in found.series.values()), default=0) <= max(buckets * 5 // 4 + 1, 1)
    queries.close()


def _chart(queries: Queries, filter: ActivityFilter, start: int, end: int, buckets: int) -> object:
    chart = queries.histogram(filter, start, end, buckets)
    return chart.start, chart.width, {name: counts for name, counts in chart.series.items() if any(counts)}


def test_rows_that_come_after_a_walk_began_do_not_show_twice(tmp_path: Path) -> None:
    open_store = Store(tmp_path / "w")
    open_store.begin_input("aaaa", "/cases/a", "pcap", 1)
    activities = made(500)
    open_store.append(activities[:150])
    access = Access(tmp_path / "w")
    party = access.one("SELECT id FROM addresses WHERE text = '10.0.1.1'") * 4 + 1
    walk = Listing(access, [[party]], None, -(2**63), 2**63 - 1)
    count = walk.count()
    ids = walk.ids()
    for start in range(150, 500, 25):
        open_store.append(activities[start : start + 25])
    walk._last = None

    assert walk.ids() == ids
    assert len(ids) == count == len(set(ids))
    assert Listing(access, [[party]], None, -(2**63), 2**63 - 1).count() > count
    access.close()
    finish(open_store)
    open_store.close()


def test_two_parties_are_counted_while_their_input_is_read(tmp_path: Path) -> None:
    open_store = Store(tmp_path / "w")
    queries = Queries(tmp_path / "w")
    met = 0
    for key in ("aaaa", "bbbb"):
        open_store.begin_input(key, f"/cases/{key}", "pcap", 1)
        activities = made(400, key=key, step=3_000_000)
        for start in range(0, 400, 25):
            open_store.append(activities[start : start + 25])
            for text in ("from:10.0.0.3 to:10.0.1.1", "who:user3 to:10.0.1.1 kind:kerberos", "10.0.0.5 10.0.1.2"):
                filter = parse(text)
                assert isinstance(filter, ActivityFilter)
                assert queries.count(filter) == len(queries.slice(filter, 0, 10**6))
                lists = queries._plan(filter).listing
                met += 0 if lists is None else len(lists.ids()) == queries.count(filter) > 0
        finish(open_store)
    assert met > 40
    queries.close()
    open_store.close()


def test_what_a_killed_live_source_left_is_counted_at_the_next_opening(tmp_path: Path) -> None:
    first = Store(tmp_path / "w")
    for key in ("aaaa", "bbbb"):
        first.begin_input(key, f"/cases/{key}", "pcap", 1, live=True)
        first.append(made(100, key=key))
        first.append(made(30, key=key, seed=4))
    before = first._db.execute("SELECT sum(count) FROM flows").fetchone()[0]
    assert before < first._db.execute("SELECT count(*) FROM activities").fetchone()[0]
    first.close()

    again = Store(tmp_path / "w")
    assert len(again.broken_off) == 2
    again.close()
    check(tmp_path / "w")
    Store(tmp_path / "w").close()
    check(tmp_path / "w")


def test_neighbours_are_what_looking_at_every_activity_gives(tmp_path: Path) -> None:
    fill(tmp_path / "w", {"aaaa": made(900, step=3_000_000), "bbbb": made(400, key="bbbb", seed=2, start=START + 9**9)})
    db = sqlite3.connect(tmp_path / "w")
    entities = dict(db.execute("SELECT id, key FROM entities"))
    of_address: dict[int | None, set[int]] = {}
    for address, entity in db.execute("SELECT address, entity FROM address_entities"):
        of_address.setdefault(address, set()).add(entity)
    of_actor = dict(db.execute("SELECT id, entity FROM actors WHERE entity IS NOT NULL"))
    rows = db.execute("SELECT source, destination, actor, at FROM activities").fetchall()
    db.close()
    queries = Queries(tmp_path / "w")
    largest = 0
    for number, key in entities.items():
        expected: dict[tuple[str, str], list[int]] = {}
        for source, destination, actor, at in rows:
            origins, targets = of_address.get(source, set()), of_address.get(destination, set())
            who = {of_actor[actor]} if actor in of_actor else set()
            pairs = {(a, b) for a in origins | who for b in targets if number in (a, b)}
            pairs |= {(a, b) for a in origins for b in who if b == number}
            for a, b in pairs:
                if a != b:
                    expected.setdefault((entities[a], entities[b]), []).append(at)
        found = queries.neighbours(key, 10**6)
        assert {(one.origin.key, one.target.key): (one.count, one.first, one.last) for one in found} == {
            pair: (len(times), min(times), max(times)) for pair, times in expected.items()
        }
        assert all(sum(count for _, count in one.families) == one.count for one in found)
        assert queries.neighbours(key, 3) == found[:3]
        card = queries.entity(key)
        others: Counter[str] = Counter()
        for one in found:
            others[one.target.key if one.origin.key == key else one.origin.key] += one.count
        if card is not None and len(found) <= 200:
            assert {ref.key: count for ref, count in card.peers} == dict(
                sorted(others.items(), key=lambda one: (-one[1], one[0]))[:20]
            )
        largest = max(largest, len(found))
    assert largest > 5
    queries.close()


@pytest.mark.parametrize("text", ["port:445", "port:137", "port:137,445", "port:1-1023", "port:53,88,389", "port:137 port:445"])
@pytest.mark.parametrize("rows", [64, 10**9], ids=["listed", "late"])
def test_an_activity_between_two_ports_of_services_comes_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, rows: int
) -> None:
    monkeypatch.setattr(store, "LIST_ROWS", rows)
    chance = random.Random(8)
    activities = [
        structs.replace(
            one,
            source=one.source and Endpoint(one.source.ip, chance.choice((137, 445, 1023, 50_000))),
            destination=one.destination and Endpoint(one.destination.ip, chance.choice((53, 137, 445, 50_000))),
        )
        for one in made(600)
    ]
    fill(tmp_path / "w", {"aaaa": activities})
    filter = parse(text)
    assert isinstance(filter, ActivityFilter)
    queries = Queries(tmp_path / "w")
    plan = queries._plan(filter)
    db = sqlite3.connect(tmp_path / "w")
    sql = f"SELECT id FROM activities a WHERE {plan.rest.sql} ORDER BY at, id"
    expected = [row[0] for row in db.execute(sql, plan.rest.values)]
    db.close()

    assert plan.listing is not None
    assert queries.count(filter) == len(expected) > 40
    assert [row.rowid for row in queries.slice(filter, 0, 1_000)] == expected
    queries.close()
    check(tmp_path / "w")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-5, 2**40)] * 2), min_size=1, max_size=40), st.lists(st.integers(1, 1023), max_size=3))
def test_parties_of_ports_are_found_again_by_each_of_their_ports(two: list[tuple[int, int]], some: list[int]) -> None:
    two += [(one, other) for one in some for other in some]
    sports, dports = np.array(two, np.int64).T
    found = ports.parties(sports, dports).tolist()
    assert found == [party_of(*one) for one in two]
    pairs = sorted({one for one in found if one < 0})
    for port in (*some, 445, 3268):
        wanted = ports.parties_of([port], pairs)
        assert [one in wanted for one in found] == [port in pair for pair in two]
        assert all(one & 3 == ports.ROLE for one in wanted)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.integers(0, 3)] * 3, st.integers(0, 2**62), st.integers(0, 900), *[st.sampled_from(PORTS)] * 2),
        max_size=80,
    )
)
def test_packing_loses_nothing(rows: list[tuple[int, ...]]) -> None:
    matrix = [(7 + 3 * place, row[3], *row[:3], row[4], 1, *row[5:]) for place, row in enumerate(rows)]
    expected = [(row[2 + role] * 4 + role, row[1], row[0], row[5]) for row in matrix for role in range(3) if row[2 + role]]
    expected += [(by, row[1], row[0], row[5]) for row in matrix if (by := party_of(*row[7:]))]
    expected.sort()
    found: list[tuple[int, ...]] = []
    for party, *packed in postings.pack(np.array(matrix, np.int64).reshape(-1, 9)):
        at, ids, codes = (column.tolist() for column in postings.unpack([tuple(packed)]))
        found += zip([party] * len(at), at, ids, codes, strict=True)
    assert sorted(found) == expected
