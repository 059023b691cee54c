"""The query command: what matches, counted, saved, as SQL."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.command.main import run as run_command
from app.session import Session
from tests.material import save, spray

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        status = run_command([str(one) for one in arguments], lambda html, out: None)
        out, err = capsys.readouterr()
        return status, out, err

    return call


@pytest.fixture
def case(run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "case.wardlight"
    run("analyze", save(tmp_path / "a.pcap", spray([f"user{number}" for number in range(40)])), "--workspace", path)
    return path


def test_what_matches_is_listed_counted_and_grouped(run: Run, case: Path) -> None:
    number = int(run("query", case, "kind:kerberos", "--count")[1])
    rows = [json.loads(one) for one in run("query", case, "kind:kerberos", "--json", "--limit", 1_000)[1].splitlines()]
    groups = [json.loads(one) for one in run("query", case, "kind:kerberos", "--by", "who", "--json")[1].splitlines()]

    assert number == len(rows) > 30
    assert sum(one["count"] for one in groups) == number
    name = groups[0]["term"]
    assert int(run("query", case, f"kind:kerberos {name}", "--count")[1]) == groups[0]["count"]
    first, last = (run("query", case, "--sort", "who", *more, "--limit", 1, "--json")[1] for more in ((), ("--descending",)))
    assert first != last
    assert run("query", case, "kind:kerberos", "--limit", 1)[2].startswith("more match than these 1; ")
    assert run("query", case, "kind:kerberos", "--limit", number)[2] == ""
    assert run("query", case, "who:nobody.at.all")[1:] == ("", "nothing matches\n")


def test_what_is_not_shown_is_told(run: Run, case: Path) -> None:
    groups = run("query", case, "kind:kerberos", "--by", "who")
    assert groups[2] == "" and len(groups[1].splitlines()) > 30
    few = run("query", case, "kind:kerberos", "--by", "who", "--limit", 3)
    assert few[1].splitlines() == groups[1].splitlines()[:3]
    assert few[2] == f"these are the 3 largest of {len(groups[1].splitlines())}; --limit shows more\n"
    sql = ("--sql", "SELECT id FROM activity")
    assert run("query", case, *sql, "--limit", 2)[2] == "there are more rows than these 2; --limit shows more\n"
    assert run("query", case, *sql, "--limit", 1_000_000)[2] == ""


def test_a_query_is_saved_run_exported_taken_in_removed_undone(run: Run, case: Path, tmp_path: Path) -> None:
    number = run("query", case, "result:failure", "--save", "Refused", "--folder", "First looks", "--pin", "--count")[1]
    assert run("query", case, "--list")[1] == "First looks / Refused (pinned)  result:failure\n"
    kept = json.loads(run("query", case, "--list", "--json")[1])
    assert kept == {"name": "Refused", "text": "result:failure", "folder": "First looks", "pinned": True}
    assert run("query", case, "--saved", "refused", "--count")[1] == number
    assert int(run("query", case, "kind:dns", "--saved", "refused", "--count")[1]) <= int(number)
    assert run("query", case, "--export-queries", tmp_path / "q.json")[0] == 0
    assert run("query", case, "--remove", "Refused", "--list")[1] == ""
    assert run("query", case, "--import-queries", tmp_path / "q.json", "--list")[1].startswith("First looks / Refused")
    assert "query" in run("undo", case)[1]
    session = Session.open(case)
    assert session.saved_queries() == ()
    session.close()


def test_what_is_wrong_is_said_in_one_line(run: Run, case: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    (tmp_path / "rubbish").write_bytes(b"[\n\xd0\xff")
    for more, words in (
        (("color:red",), "There is no key color:"),
        (("--saved", "x"), "No query is saved as 'x'."),
        (("--sql", "DELETE FROM alerts"), "Only reading is allowed"),
        (("--import-queries", tmp_path / "bad.json"), "This is no list of saved queries"),
        (("--import-queries", tmp_path / "rubbish"), "rubbish is no text in UTF-8 (line 2)"),
        (("--export-queries", tmp_path / "none" / "q.json"), "there is no such folder"),
        (("--limit", "0"), "'0' is no number from 1 to"),
        (("--limit", "-1"), "'-1' is no number from 1 to"),
    ):
        status, _, err = run("query", case, *more)
        assert status == 1 and words in err and err.count("\n") == 1


def test_sql_and_the_table_of_keys(run: Run, case: Path) -> None:
    assert run("query", case, "--sql", "SELECT count(*) AS n FROM activity", "--json")[1].startswith('{"n": ')
    assert "etype" in run("query", case, "--keys")[1]
    assert "SELECT a.id" in run("query", case, "kind:dns", "--explain")[1]
