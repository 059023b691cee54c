"""Queries: every filter gives what looking at each activity gives, at any position, from any thread."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine import describe, detectors
from app.engine.knowledge import Knowledge
from app.engine.queries import Queries, scan
from app.engine.queries import plan as plans
from app.engine.store import Store, store, update_alert
from app.link.codec import encode_body, values_of
from app.model.activity import Activity, Endpoint, event_order
from app.model.alert import Alert, Finding
from app.model.details import DnsQuery
from app.model.filter import ActivityFilter, parse
from tests.engine.workspace import MINUTE, START, fill, made

INPUTS = {"aaaa": made(700, key="aaaa", seed=5), "bbbb": made(500, key="bbbb", seed=6, start=START + 20 * MINUTE)}
ALL = sorted((one for activities in INPUTS.values() for one in activities), key=event_order)


def learned() -> Knowledge:
    known = Knowledge()
    for activity in ALL:
        known.observe(activity)
    return known


KNOWN = learned()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("queries") / "w.wardlight"
    evidence = tuple(one.id for one in ALL if one.kind == "kerberos-ap" and one.input == "aaaa")
    toy = Alert(
        id="0123abcd", detector="toy", external_id=1, title="Toy", severity="low", phase="Reconnaissance", techniques=(),
        finding=Finding(subject="s", first=ALL[0].at, last=ALL[-1].at, evidence=evidence),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detectors, "run_told", lambda activities, knowledge, **more: [toy])
        fill(path, INPUTS)
    return path


@pytest.fixture(params=["ids", "steps"])
def queries(path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queries]:
    """Both ways of walking: all ids of a filter at hand, or steps of time."""
    if request.param == "steps":
        monkeypatch.setattr(plans, "FEW", 0)
        monkeypatch.setattr(scan, "CHUNK", 16)
        monkeypatch.setattr(scan, "MOST", 40)
    queries = Queries(path)
    yield queries
    queries.close()


def wanted(text: str) -> ActivityFilter:
    parsed = parse(text)
    assert isinstance(parsed, ActivityFilter), parsed
    return parsed


def origin(one: Activity) -> str:
    assert one.source
    return KNOWN.address_entity(one.source.ip, one.at).key


def target(one: Activity) -> str:
    assert one.destination
    return KNOWN.address_entity(one.destination.ip, one.at).key


def who(one: Activity) -> str:
    entity = KNOWN.account_entity(one)
    return entity.key if entity else ""


def clock(one: Activity) -> int:
    return one.at % (24 * 60 * MINUTE)


CASES: dict[str, Callable[[Activity], bool]] = {
    "": lambda one: True,
    "kind:kerberos-as": lambda one: one.kind == "kerberos-as",
    "kind:kerberos": lambda one: one.kind.startswith("kerberos"),
    "kind:ldap,ntlm": lambda one: one.kind.startswith("ldap") or one.kind == "ntlm",
    'kind:"RPC and SMB"': lambda one: describe.family(one.kind) == "RPC and SMB",
    "kind:*-search": lambda one: one.kind == "ldap-search",
    "result:failure": lambda one: one.result == "failure",
    "not result:success": lambda one: one.result != "success",
    "code:24": lambda one: one.code == 24,
    "code:0xC000006D": lambda one: one.code == 0xC000006D,
    "not code:0": lambda one: one.code != 0,
    "port:389": lambda one: 389 in (one.source.port, one.destination.port) if one.source and one.destination else False,
    "input:aaaa": lambda one: one.input == "aaaa",
    "input:bbbb.pcap kind:dns": lambda one: one.input == "bbbb" and one.kind == "dns-query",
    "frame:10-40": lambda one: 10 <= one.frames[0] <= 40,
    "from:10.0.0.3": lambda one: one.source is not None and one.source.ip == "10.0.0.3",
    "from:10.0.0.*": lambda one: True,
    "from:10.0.0.0/29": lambda one: one.source is not None and int(one.source.ip.rsplit(".", 1)[1]) < 8,
    "to:10.0.1.2": lambda one: one.destination is not None and one.destination.ip == "10.0.1.2",
    "to:10.0.1.2 result:failure": lambda one: (
        one.destination is not None and one.destination.ip == "10.0.1.2" and one.result == "failure"
    ),
    "from:h3": lambda one: origin(one) == "computer:h3.corp.test",
    "from:h0": lambda one: origin(one) == "computer:h0.corp.test",
    "from:h0.corp.test": lambda one: origin(one) == "computer:h0.corp.test",
    "not from:h0": lambda one: origin(one) != "computer:h0.corp.test",
    "from:computer:h4.corp.test": lambda one: origin(one) == "computer:h4.corp.test",
    "who:user3": lambda one: who(one) == "user:corp.test\\user3",
    r"who:corp\user3": lambda one: who(one) == "user:corp.test\\user3",
    r"who:corp.test\user3": lambda one: who(one) == "user:corp.test\\user3",
    "who:user3@corp.test": lambda one: who(one) == "user:corp.test\\user3",
    "who:user* -who:user3": lambda one: who(one).startswith("user:") and who(one) != "user:corp.test\\user3",
    'from:"user:corp.test\\user3"': lambda one: who(one) == "user:corp.test\\user3",
    "user3": lambda one: who(one) == "user:corp.test\\user3",
    "h5": lambda one: any("h5" in text for text in values_of(encode_body(one))),
    "computer:h0": lambda one: "computer:h0.corp.test" in (origin(one), target(one)),
    "computer:h0*": lambda one: "computer:h0.corp.test" in (origin(one), target(one)),
    "host:h0 result:failure": lambda one: "computer:h0.corp.test" in (origin(one), target(one)) and one.result == "failure",
    "user:user3": lambda one: who(one) == "user:corp.test\\user3",
    "user:user* not account:user3": lambda one: who(one).startswith("user:") and who(one) != "user:corp.test\\user3",
    "domain:corp.test": lambda one: who(one).startswith("user:corp.test\\"),
    "src:10.0.0.3 dst:10.0.1.2": lambda one: (
        one.source is not None
        and one.source.ip == "10.0.0.3"
        and one.destination is not None
        and one.destination.ip == "10.0.1.2"
    ),
    "ip:10.0.1.0/31": lambda one: one.destination is not None and one.destination.ip == "10.0.1.1",
    "address:10.0.0.3": lambda one: one.source is not None and one.source.ip == "10.0.0.3",
    "proto:kerberos result:failure": lambda one: one.kind.startswith("kerberos") and one.result == "failure",
    "protocol:smb,dns": lambda one: one.kind.split("-")[0] in ("smb", "dns"),
    "etype:aes256": lambda one: one.kind == "kerberos-as",
    "etype:18": lambda one: one.kind == "kerberos-as",
    "etype:rc4": lambda one: False,
    "spn:cifs/h1.corp.test": lambda one: getattr(one.detail, "service", "") == "cifs/h1.corp.test",
    "spn:krbtgt": lambda one: one.kind == "kerberos-as",
    "spn:dc1": lambda one: one.kind == "kerberos-ap",
    "service:ldap/dc1*": lambda one: one.kind == "kerberos-ap",
    "ticket:user3-4": lambda one: b"user3-4" in encode_body(one),
    "text:gpt.ini": lambda one: one.kind == "smb-file",
    "text:sysvol*GPT.INI": lambda one: one.kind == "smb-file",
    "objectclass": lambda one: one.kind == "ldap-search",
    "took:>2ms": lambda one: one.until - one.at > 2_000,
    "took:1ms..3ms kind:dns": lambda one: 1_000 <= one.until - one.at <= 3_000 and one.kind == "dns-query",
    "port:<100": lambda one: one.destination is not None and one.destination.port < 100,
    "frame:>=2000": lambda one: one.frames[0] >= 2_000,
    "status:wrong-password": lambda one: (
        (one.code == 24 and one.kind.startswith("kerberos")) or (one.code == 0xC000006A and one.kind == "ntlm")
    ),
    "status:STATUS_LOGON_FAILURE": lambda one: one.code == 0xC000006D and one.kind in ("ntlm", "smb-file", "rpc-call"),
    "status:unanswered": lambda one: one.result == "unanswered",
    "severity:low": lambda one: one.kind == "kerberos-ap" and one.input == "aaaa",
    "severity:high": lambda one: False,
    "detector:to*": lambda one: one.kind == "kerberos-ap" and one.input == "aaaa",
    "tag:controller": lambda one: any(
        "Controller" in KNOWN.tags(key, ALL[-1].at) for key in (origin(one), target(one), who(one))
    ),
    "time:>-5m": lambda one: one.at > ALL[-1].at - 5 * MINUTE - 1,
    "time:-10m..-5m who:user3": lambda one: (
        ALL[-1].at - 10 * MINUTE <= one.at < ALL[-1].at - 5 * MINUTE and who(one) == "user:corp.test\\user3"
    ),
    "kind:dns or time:<-20m": lambda one: one.kind == "dns-query" or one.at < ALL[-1].at - 20 * MINUTE,
    "time:10:04±1m": lambda one: START + 3 * MINUTE <= one.at < START + 6 * MINUTE,
    "time:>=2026-01-05T10:05 time:<2026-01-05T10:06": lambda one: START + 5 * MINUTE <= one.at < START + 6 * MINUTE,
    "dns": lambda one: one.kind == "dns-query",
    "entity:computer:h5.corp.test": lambda one: "computer:h5.corp.test" in (origin(one), target(one)),
    "user:corp.test\\user1 or kind:dns": lambda one: who(one) == "user:corp.test\\user1" or one.kind == "dns-query",
    "time:10:03-10:05": lambda one: START + 3 * MINUTE <= one.at < START + 6 * MINUTE,
    "time:2026-01-05T10:03:20..": lambda one: one.at >= START + 3 * MINUTE + 20_000_000,
    "time:..2026-01-05T10:03 kind:kerberos": lambda one: one.at < START + 4 * MINUTE and one.kind.startswith("kerberos"),
    "time:2026-01-05T10:02:30..2026-01-05T10:04:10 result:failure": lambda one: (
        START + 150_000_000 <= one.at < START + 251_000_000 and one.result == "failure"
    ),
    "time:2026-01-05T10:21:30..2026-01-05T10:22:10 who:user3": lambda one: (
        START + 1_290_000_000 <= one.at < START + 1_331_000_000 and who(one) == "user:corp.test\\user3"
    ),
    "time:23:00-10:02": lambda one: clock(one) >= 23 * 60 * MINUTE or clock(one) < 10 * 60 * MINUTE + 3 * MINUTE,
    "nobody-of-this-name": lambda one: False,
    "alert:*": lambda one: one.kind == "kerberos-ap" and one.input == "aaaa",
    "alert:0123abcd result:failure": lambda one: one.kind == "kerberos-ap" and one.input == "aaaa" and one.result == "failure",
    "alert:toy": lambda one: one.kind == "kerberos-ap" and one.input == "aaaa",
    "alert:4711": lambda one: False,
    "(kind:ldap or kind:ntlm) not (result:failure or code:24)": lambda one: (
        one.kind in ("ldap-search", "ntlm") and one.result != "failure" and one.code != 24
    ),
}


def in_order(path: Path, matches: Callable[[Activity], bool]) -> list[str]:
    """Ids of the matches in the order of the table: time, then as they were read."""
    return [
        one.id for one in sorted((x for activities in INPUTS.values() for x in activities), key=lambda x: x.at) if matches(one)
    ]


@pytest.mark.parametrize("text", CASES)
def test_a_filter_gives_what_looking_at_each_gives(queries: Queries, path: Path, text: str) -> None:
    filter, expected = wanted(text), in_order(path, CASES[text])

    assert queries.count(filter) == len(expected)
    assert [row.id for row in queries.slice(filter, 0, 5_000)] == expected
    for first in (0, 1, 15, 16, 17, 100, len(expected) // 2, len(expected) - 3, len(expected), len(expected) + 50):
        if first >= 0:
            assert [row.id for row in queries.slice(filter, first, 20)] == expected[first : first + 20]
            assert [row.id for row in queries.slice(filter, first, 20, True)] == expected[::-1][first : first + 20]


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("buckets", [3, 400])
def test_a_histogram_counts_what_is_there(queries: Queries, text: str, buckets: int) -> None:
    matches = [one for one in ALL if CASES[text](one)]
    for start, end in ((ALL[0].at, ALL[-1].at + 1), (START + 90_000_000, START + 25 * MINUTE + 7)):
        found = queries.histogram(wanted(text), start, end, buckets)
        expected: dict[str, Counter[int]] = {}
        for one in matches:
            if found.start <= one.at and start // MINUTE * MINUTE <= one.at < end:
                if found.width % MINUTE and not start <= one.at < end:
                    continue
                expected.setdefault(describe.family(one.kind), Counter())[(one.at - found.start) // found.width] += 1
        got = {family: {bucket: count for bucket, count in enumerate(counts) if count} for family, counts in found.series.items()}

        assert {family: counts for family, counts in got.items() if counts} == expected


def test_pages_walk_through_equal_times(tmp_path: Path) -> None:
    same = [replace(one, at=START + (place // 90) * 5) for place, one in enumerate(made(300, step=0))]
    fill(tmp_path / "w", {"aaaa": same})
    queries = Queries(tmp_path / "w")
    forwards: list[str] = []
    after = None
    while True:
        page = queries.page(None, after=after, limit=37)
        forwards += [row.id for row in page.rows]
        if page.after is None:
            break
        after = page.after
    backwards: list[str] = []
    before: tuple[int, int] | None = (2**62, 0)
    while before is not None:
        page = queries.page(None, before=before, limit=41)
        backwards = [row.id for row in page.rows] + backwards
        before = page.before

    assert forwards == [one.id for one in same]
    assert backwards == forwards
    queries.close()


def test_the_position_of_an_activity(queries: Queries, path: Path) -> None:
    for text in ("", "kind:kerberos", "who:user3", "code:24", "time:10:03-10:05", "time:2026-01-05T10:02:30.."):
        expected = in_order(path, CASES.get(text, lambda one: one.at >= START + 150_000_000))
        for place in range(0, len(expected), 29):
            assert queries.place_of(wanted(text), expected[place]) == place
    assert queries.place_of(wanted("kind:dns"), in_order(path, CASES["kind:kerberos"])[0]) is None
    assert queries.place_of(None, "no-such-activity") is None


def test_rows_say_who_did_what(queries: Queries) -> None:
    for row, one in zip(queries.slice(None, 0, 100), sorted(ALL, key=lambda one: one.at)[:100], strict=True):
        assert row.who == KNOWN.account_entity(one)
        assert row.origin is not None
        assert row.origin.key == origin(one)
        assert row.what == describe.what(one)
        assert (row.frame, row.input_name) == (one.frames[0], f"{one.input}.pcap")


def test_the_case_in_numbers(queries: Queries) -> None:
    overview = queries.overview()

    assert overview.activities == len(ALL)
    assert overview.by_kind == dict(Counter(one.kind for one in ALL))
    assert (overview.first, overview.last) == (ALL[0].at, ALL[-1].at)
    assert overview.accounts == len({who(one) for one in ALL if who(one).startswith("user:")})
    assert [one.path for one in overview.inputs] == ["/cases/aaaa.pcap", "/cases/bbbb.pcap"]
    assert queries.span() == (ALL[0].at, ALL[-1].at)


def test_an_entity_and_its_neighbours(queries: Queries) -> None:
    key = "user:corp.test\\user3"
    mine = [one for one in ALL if who(one) == key]
    card = queries.entity(key)
    edges = queries.neighbours(key)

    assert card is not None
    assert (card.row.activities, card.row.first, card.row.last) == (len(mine), mine[0].at, mine[-1].at)
    assert sum(edge.count for edge in edges if edge.origin.key == key) == len(mine)
    assert {edge.target.key for edge in edges if edge.origin.key == key} == {target(one) for one in mine}
    assert [edge.count for edge in edges] == sorted((edge.count for edge in edges), reverse=True)
    assert queries.entity("user:nobody") is None
    assert queries.neighbours("user:nobody") == ()


def test_entities_are_listed_sorted_and_searched(queries: Queries) -> None:
    users = queries.entities("user", sort="name")

    assert [row.ref.label for row in users] == sorted(row.ref.label for row in users)
    assert queries.entities_count("user") == len(users)
    assert queries.entities("user", sort="name", offset=2, limit=3) == users[2:5]
    assert [row.ref.label for row in queries.entities("user", "USER3")] == ["user3"]
    assert [ref.label for ref in queries.search("corp user3")] == ["user3"]
    assert {ref.key for ref in queries.search("10.0.1.")} == {target(one) for one in ALL}
    for text in ('"', "* OR", "", "NEAR(", "a" * 10_000, "\x00"):
        assert isinstance(queries.search(text), tuple)


def test_streaming_gives_everything_in_event_order(queries: Queries) -> None:
    assert list(queries.stream()) == ALL


def test_many_threads_ask_at_once(path: Path) -> None:
    queries = Queries(path)
    wrong: list[object] = []

    def ask(text: str) -> None:
        try:
            for _ in range(5):
                expected = [one for one in ALL if CASES[text](one)]
                if queries.count(wanted(text)) != len(expected):
                    wrong.append(text)
                queries.slice(wanted(text), 10, 30)
                queries.overview()
        except Exception as error:
            wrong.append(error)

    threads = [
        threading.Thread(target=ask, args=(text,)) for text in ("kind:kerberos", "who:user3", "from:h0", "code:24", "user3")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queries.close()

    assert wrong == []


def test_no_value_of_a_filter_becomes_sql(queries: Queries) -> None:
    for value in ("'; DROP TABLE alerts; --", "%", "_", "\\", "')", "?", "[a]", "\x00", "ü"):
        for key in ("from", "to", "who", "kind", "input", "alert", "entity", ""):
            text = f'{key}:"{value}"' if key else f'"{value}"'
            parsed = parse(text)
            if isinstance(parsed, ActivityFilter):
                queries.count(parsed)
    assert queries.count(wanted('who:"%"')) == 0
    assert queries.count(wanted("from:10_0_0_3")) == 0


def test_a_workspace_that_grows_is_seen(tmp_path: Path) -> None:
    fill(tmp_path / "w", {"aaaa": INPUTS["aaaa"]})
    queries = Queries(tmp_path / "w")
    before, version = queries.count(wanted("kind:dns")), queries.version()
    fill(tmp_path / "w", {"bbbb": INPUTS["bbbb"]})

    assert queries.version() != version
    assert queries.count(wanted("kind:dns")) > before
    assert queries.count() == len(ALL)
    queries.close()


def test_an_empty_workspace_answers(tmp_path: Path) -> None:
    fill(tmp_path / "w", {})
    queries = Queries(tmp_path / "w")

    assert queries.span() is None
    assert queries.overview().activities == 0
    assert queries.slice(wanted("who:x"), 0, 10) == ()
    assert queries.page(None).rows == ()
    assert queries.histogram(None, 0, 1, 10).series == {}
    assert queries.alerts() == ()
    assert all(one.state == "blind" for one in queries.coverage())
    queries.close()


def test_an_activity_without_ends(tmp_path: Path) -> None:
    bare = Activity(at=START, until=START, input="aaaa", record=7, detail=DnsQuery(name="x"))
    half = Activity(at=START, until=START, input="aaaa", record=8, source=Endpoint("fe80::1"), detail=DnsQuery(name="x"))
    fill(tmp_path / "w", {"aaaa": [bare, half]})
    queries = Queries(tmp_path / "w")

    assert queries.activity(bare.id) == bare
    assert [row.frame for row in queries.slice(None, 0, 9)] == [7, 8]
    assert queries.count(wanted("not from:10.0.0.1")) == 2
    assert queries.count(wanted("from:fe80::1")) == 1
    assert queries.count(wanted("fe80::1")) == 1
    queries.close()


def test_what_takes_long_is_not_made_after_every_batch_but_after_every_word_of_an_analyst(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store = Store(tmp_path / "w")
    open_store.begin_input("aaaa", "/cases/a", "pcap", 1)
    queries = Queries(tmp_path / "w")
    made_at = []

    def make() -> int:
        time.sleep(0.06)
        made_at.append(queries.count())
        return made_at[-1]

    def ask() -> int:
        return int(queries._keep("long", ("activities", "alerts", "inputs"), make))

    assert ask() == 0
    monkeypatch.setattr(store, "FLUSH_ROWS", 1)
    open_store.append(made(5))
    assert ask() == 0, "it is used again while the input is read"
    update_alert(tmp_path / "w", "none", note="x")
    assert ask() == 5, "an analyst's word shows at once"
    open_store.append(made(7))
    open_store.finish_input(state="done", records=1, first=1, last=2, sha256="", problems=(), knowledge=Knowledge().to_bytes())
    assert ask() == 12, "nothing is behind once the input is read"
    open_store.close()
    queries.close()
