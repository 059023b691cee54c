"""What scripts rely on of the sigma command: output and exit status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.command.main import run
from app.engine.engine import Engine
from tests.engine.sigma.made import event, rule
from tests.engine.workspace import Found, Report


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "case.wardlight"
    engine = Engine(path)
    engine.begin_input(Found(key="made", path="/logs/made.evtx", kind="evtx"))
    engine.ingest([event(4624, at, TargetUserName="administrator", Name="\x1b[31mred") for at in range(30)])
    engine.finish_input(Report())
    engine.close()
    return path


def sigma(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = run(["sigma", *(str(one) for one in arguments)], lambda *_: None)
    out, err = capsys.readouterr()
    return status, out, err


def test_a_match_is_told_with_time_computer_record_and_activity(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "a.yml"
    rules.write_text(rule(selection={"TargetUserName": "Administrator"}) + "---\n" + rule(selection={"EventID": 4658}))

    status, out, _ = sigma(capsys, workspace, rules)

    assert status == 2
    assert out.splitlines()[0] == "HIGH           made: 30 matches"
    assert (
        out.splitlines()[1] == "        2026-01-05 10:00:00  4624  DC1.corp.test  /logs/made.evtx record 0  made-0-0-event-logon"
    )
    assert "        and 10 more" in out.splitlines()
    assert "2 rules over 30 events: 1 ran, 1 cannot run, 0 could never match this data; 1 matched" in out
    assert "cannot run: 1 rule: event 4658 of the log security is not kept here" in out


def test_fail_on_is_compared_with_the_level_of_the_rule(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "a.yml"
    rules.write_text(rule(selection={"TargetUserName": "administrator"}))

    assert sigma(capsys, workspace, rules, "--fail-on", "critical")[0] == 0
    assert sigma(capsys, workspace, rules, "--fail-on", "low")[0] == 2


def test_the_lint_tells_of_every_rule_and_of_no_match(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules").mkdir()
    for name, selection in (("a", {"TargetUserName": "administrator"}), ("b", {"EventID": 4658}), ("c", {"EventID": 4769})):
        (tmp_path / "rules" / f"{name}.yml").write_text(rule(selection=selection))

    status, out, _ = sigma(capsys, workspace, tmp_path / "rules", "--lint")

    assert status == 0
    assert [one.split(":")[0] for one in out.splitlines()] == [
        "runs",
        "cannot run",
        "could never match this data",
        "3 rules over 30 events",
    ]


def test_json_is_one_object(workspace: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    rules = tmp_path / "a.yml"
    rules.write_text(rule(selection={"TargetUserName": "administrator"}))
    run(["sigma", str(workspace), str(rules), "--json"], lambda *_: None)
    sys.stdout.flush()

    found = json.loads(capfdbinary.readouterr().out)

    assert found["events"] == 30
    assert set(found["rules"][0]) == {
        "title", "id", "level", "path", "techniques", "state", "reason", "notes", "count", "matches",
    }  # fmt: skip
    assert found["rules"][0]["matches"][0] == {
        "time": "2026-01-05T10:00:00.000000Z",
        "computer": "DC1.corp.test",
        "event_id": 4624,
        "record": 0,
        "input": "/logs/made.evtx",
        "activity": "made-0-0-event-logon",
        "activities": [],
        "group": [],
    }


def test_what_is_missing_fails_in_one_line(workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "linux.yml").write_text(rule(logsource={"product": "linux"}, selection={"A": "x"}))

    for arguments, said in (
        ((workspace, tmp_path / "nothing"), "no such file or folder"),
        ((tmp_path / "nothing", tmp_path), "no such workspace"),
        ((workspace, tmp_path / "empty"), "no rule in what was given"),
        ((workspace, tmp_path / "linux.yml"), "no rule could run"),
    ):
        status, _, err = sigma(capsys, *arguments)
        assert status == 1
        assert said in err
        assert err.count("\n") == 1


def test_names_from_rules_and_logs_are_inert(workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "a.yml"
    rules.write_text(rule(selection={"Name|contains": "red"}).replace("title: made", 'title: "\\e[2Jgone"'))

    _, out, _ = sigma(capsys, workspace, rules)

    assert "\x1b" not in out
    assert "gone" in out


def test_other_commands_do_not_load_what_reads_rules() -> None:
    script = "import sys, app.session, app.command.main; print([one for one in ('sigma', 'yaml', 're2') if one in sys.modules])"

    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_reading_rules_loads_nothing_that_could_ask_the_network() -> None:
    script = (
        "import sys; from app.engine.sigma import load_text\n"
        "load_text('title: a\\nlogsource: {product: windows}\\ntags: [attack.t1003]\\ndetection: {s: {A: x}, condition: s}')\n"
        "print([one for one in ('requests', 'urllib3', 'diskcache') if one in sys.modules])"
    )

    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"
