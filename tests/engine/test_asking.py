"""Progress, orders, groups, suggestions, SQL: each gives what looking at every activity gives."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.engine import describe
from app.engine.queries import Queries, console, scan, sorting
from app.engine.queries import plan as plans
from app.engine.queries.sorting import TooMany
from app.model.activity import Activity, event_order
from app.model.asking import GROUPS, SORTS, Order
from app.model.filter import ActivityFilter, parse
from app.model.rows import ActivityRow
from tests.engine.workspace import START, fill, made

INPUTS = {"aaaa": made(500, key="aaaa", seed=5), "bbbb": made(300, key="bbbb", seed=6, start=START + 1_200_000_000)}
ALL = sorted((one for activities in INPUTS.values() for one in activities), key=event_order)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("asking") / "w.wardlight"
    fill(path, INPUTS)
    return path


@pytest.fixture
def queries(path: Path) -> Iterator[Queries]:
    queries = Queries(path)
    yield queries
    queries.close()


def wanted(text: str) -> ActivityFilter:
    parsed = parse(text)
    assert isinstance(parsed, ActivityFilter), parsed
    return parsed


# ---- progress


def test_a_long_search_shows_what_it_found_so_far(queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "FEW", 0)
    monkeypatch.setattr(scan, "CHUNK", 16)
    filter, span = wanted("text:sysvol"), queries.span()
    assert span is not None
    steps = [queries.look(filter, (span[0], span[1] + 1), 10, seconds=0)]
    rows = queries.slice(filter, 0, steps[0].count)
    while not steps[-1].done:
        steps.append(queries.look(filter, (span[0], span[1] + 1), 10, seconds=0))
    expected = [one.id for one in ALL if one.kind == "smb-file"]

    assert len(steps) > 3
    assert [one.share for one in steps] == sorted(one.share for one in steps)
    assert steps[0].share < 0.5 and steps[-1].share == 1.0
    assert steps[-1].count == len(expected)
    assert {row.id for row in rows} <= set(expected)
    for one in steps:
        assert one.chart is not None
        assert sum(sum(counts) for counts in one.chart.series.values()) == one.count


def test_what_lists_answer_is_done_at_once(queries: Queries) -> None:
    for text in ("", "kind:dns", "from:10.0.0.3", "alert:*"):
        assert queries.look(wanted(text)).done


# ---- orders

VALUES: dict[str, Callable[[ActivityRow, Activity], object]] = {
    "kind": lambda row, one: one.kind,
    "who": lambda row, one: row.who.label.lower() if row.who else None,
    "result": lambda row, one: ("success", "failure", "unanswered").index(one.result),
    "code": lambda row, one: one.code,
    "frame": lambda row, one: one.frames[0],
    "took": lambda row, one: one.until - one.at,
    "port": lambda row, one: one.destination.port if one.destination else 0,
    "what": lambda row, one: describe.what(one),
    "input": lambda row, one: row.input_name,
    "to": lambda row, one: row.target.label.lower() if row.target else None,
    "spn": lambda row, one: (getattr(one.detail, "service", None) or "").lower(),
}
BY_ID = {one.id: one for one in ALL}


@pytest.mark.parametrize("text", ["", "kind:kerberos", "from:10.0.0.3", "text:sysvol"])
@pytest.mark.parametrize("by", VALUES)
@pytest.mark.parametrize("descending", [False, True])
def test_rows_come_in_the_order_that_is_asked_for(queries: Queries, text: str, by: str, descending: bool) -> None:
    order = Order(by, descending)
    rows = queries.slice(wanted(text), 0, 2_000, order=order)
    found = [VALUES[by](row, BY_ID[row.id]) for row in rows]
    plain = [one for one in found if one is not None]

    assert {row.id for row in rows} == {row.id for row in queries.slice(wanted(text), 0, 2_000)}
    assert plain == sorted(plain, reverse=descending)  # type: ignore[type-var]
    assert found == plain + [None] * (len(found) - len(plain))
    middle = len(rows) // 2
    assert queries.place_of(wanted(text), rows[middle].id, order) == middle


def test_time_may_come_backwards_and_a_moment_is_found(queries: Queries) -> None:
    backwards = Order("time", True)
    rows, forwards = queries.slice(None, 0, 800, order=backwards), queries.slice(None, 0, 800)

    assert rows == forwards[::-1]
    assert queries.place_of(None, rows[100].id, backwards) == 100
    at = forwards[300].at
    assert queries.place_at(None, at) == next(place for place, row in enumerate(forwards) if row.at >= at)
    assert queries.place_at(wanted("text:sysvol"), 0) == 0


def test_too_many_rows_are_refused_with_a_way_out(queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "MOST", 100)

    with pytest.raises(TooMany, match="800 rows are too many to sort by account: narrow the filter to 100"):
        queries.slice(None, 0, 10, order=Order("who"))
    assert set(SORTS) - {"time"} == {*VALUES, "etype", "from"}


# ---- groups


@pytest.mark.parametrize("text", ["", "kind:kerberos", "from:10.0.0.3", "text:sysvol", "time:10:03-10:09"])
@pytest.mark.parametrize("field", GROUPS)
def test_the_term_of_a_group_finds_its_activities(queries: Queries, text: str, field: str) -> None:
    found = queries.groups(wanted(text), field)

    assert sum(one.count for one in found.rows) == found.total == queries.count(wanted(text))
    assert found.different == len(found.rows) and not found.cut
    for one in found.rows:
        assert sum(one.spark) == one.count
        if one.term:
            assert queries.count(wanted(f"({text}) {one.term}" if text else one.term)) >= one.count
            rows = queries.slice(wanted(f"({text}) {one.term}" if text else one.term), 0, 1_000)
            if field not in ("code", "port", "kind", "result", "input"):
                assert len(rows) == one.count, one
                assert rows[0].at // 60_000_000 == one.first // 60_000_000


def test_groups_are_counted_right_and_told_when_cut(queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.engine.queries import grouping

    kinds = Counter(one.kind for one in ALL if one.result == "failure")
    found = queries.groups(wanted("result:failure"), "kind")
    assert [(one.value, one.count) for one in found.rows] == sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))

    monkeypatch.setattr(grouping, "MOST", 50)
    cut = queries.groups(wanted("result:failure"), "who")
    assert cut.total == 50 and cut.cut == sum(kinds.values())


# ---- suggestions


def suggested(queries: Queries, text: str) -> dict[str, int | None]:
    return {one.text: one.count for one in queries.suggest(text, len(text))}


def test_values_are_suggested_with_their_counts(queries: Queries) -> None:
    mine = sum(1 for row in queries.slice(None, 0, 2_000) if row.who and row.who.key == "user:corp.test\\user3")
    kinds = Counter(one.kind for one in ALL)

    assert suggested(queries, "who:user3") == {r"who:corp.test\user3": mine}
    assert suggested(queries, "kind:dns") == {"kind:dns-query": kinds["dns-query"]}
    assert suggested(queries, "kind:smb-file,dn")["kind:smb-file,dns-query"] == kinds["dns-query"]
    assert suggested(queries, "result:fail") == {"result:failure": sum(one.result == "failure" for one in ALL)}
    assert suggested(queries, "to:10.0.1.2")  # its name or itself
    assert "etype:rc4" in suggested(queries, "not etype:r")
    assert "status:wrong-password" in suggested(queries, "status:wrong")
    assert "status:STATUS_ACCOUNT_LOCKED_OUT" in suggested(queries, "status:status_account_l")
    assert {"spn:", "severity:"} <= set(suggested(queries, "s"))
    assert r"who:corp.test\user3" in suggested(queries, "user3")
    for text in ("who:%", 'who:"', "x:y", "from:'", "to:\\", "kind:dns,", "(", 'tag:"a b'):
        for one in queries.suggest(text, len(text)):
            assert one.text


# ---- SQL


def test_the_statement_of_a_filter_gives_the_same_rows(queries: Queries) -> None:
    for text in (
        "",
        "kind:kerberos result:failure",
        "from:10.0.0.3",
        "who:user3 time:>-5m",
        "text:sysvol",
        'etype:aes256 "it\'s"',
    ):
        explained = queries.explain(wanted(text))
        answer = queries.ask_sql(explained.sql)

        assert not answer.error, (text, answer.error)
        assert [row[0] for row in answer.rows] == [row.rowid for row in queries.slice(wanted(text), 0, 1_000)]
        assert explained.way.endswith(".")


def test_views_are_read_without_knowing_how_a_workspace_is_packed(queries: Queries) -> None:
    answer = queries.ask_sql("SELECT kind, count(*) FROM activity GROUP BY kind ORDER BY 2 DESC, 1")
    kinds = Counter(one.kind for one in ALL)

    assert answer.columns == ("kind", "count(*)")
    assert list(answer.rows) == sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))
    names = queries.ask_sql("SELECT DISTINCT json_extract(detail, '$.name') FROM activity WHERE kind = 'smb-file'")
    assert names.rows == (("gpt.ini",),)
    for name, (words, columns) in queries.sql_views().items():
        assert words and columns
        assert not queries.ask_sql(f"SELECT {', '.join(columns)} FROM {name} LIMIT 3").error


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM alerts",
        "INSERT INTO tags VALUES('a', 'b', 1, 1)",
        "UPDATE activities SET at = 0",
        "DROP TABLE alerts",
        "CREATE TABLE x(a)",
        "CREATE TEMP TABLE x AS SELECT 1",
        "ATTACH DATABASE '/tmp/other.db' AS other",
        "PRAGMA query_only=OFF",
        "PRAGMA writable_schema=ON",
        "VACUUM INTO '/tmp/copy.db'",
        "SELECT load_extension('x')",
        "SELECT zeroblob(1000000000)",
        "BEGIN IMMEDIATE",
        "SELECT 1; DELETE FROM alerts",
        "SELEC",
        "",
        ";",
        "SELECT " + "(" * 500 + "1" + ")" * 500,
        "SELECT 1 -- " + "x" * 30_000,
    ],
)
def test_a_statement_only_reads(queries: Queries, path: Path, sql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()
    answer = queries.ask_sql(sql)

    assert answer.error and answer.error.endswith(".")
    assert not answer.rows
    assert path.read_bytes() == before


def test_a_statement_is_bounded_in_time_rows_and_cells(queries: Queries, path: Path) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT "

    assert "longer than" in console.ask(path, f"{endless} count(*) FROM n", seconds=0.1).error
    assert console.ask(path, f"{endless} count(*) FROM n", lambda: True).error == "Stopped."
    many = console.ask(path, f"{endless} x FROM n", rows=100)
    assert len(many.rows) == 100 and many.cut and not many.error
    assert len(str(console.ask(path, "SELECT hex(randomblob(2))").error)) > 0
    wide = console.ask(path, "SELECT replace(printf('%.*c', 100000, 'x'), 'x', 'yy')")
    assert len(str(wide.rows[0][0])) == console.CELL


def test_a_file_that_is_no_workspace_is_said(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "x").close()

    assert console.ask(tmp_path / "none.wardlight", "SELECT 1").error
