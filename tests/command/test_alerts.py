"""Alerts and exclusions on the command line: what is said stays, is listed, undone; a list is taken line by line."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.command.main import run as run_command
from tests.material import SAMPLE, guesses, save, spray

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
    capture = save(tmp_path / "a.pcap", spray([f"user{number}" for number in range(40)]))
    run("analyze", capture, "--workspace", path)
    return path


def listed(run: Run, case: Path, *more: object) -> dict[str, list[dict[str, object]]]:
    status, out, _ = run("alerts", case, "--json", *more)
    assert status == 0
    found: dict[str, list[dict[str, object]]] = json.loads(out)
    return found


def test_an_alert_is_closed_suppressed_deleted_and_everything_undone(run: Run, case: Path) -> None:
    (alert,) = listed(run, case)["alerts"]
    id = str(alert["id"])
    assert run("alert", case, id[:6], "--suppress", "--classify", "benign true positive", "--note", "ours")[0] == 0
    (now,) = listed(run, case, "--state", "suppressed")["alerts"]
    assert (now["state"], now["classification"], now["note"]) == ("suppressed", "benign true positive", "ours")
    assert listed(run, case, "--state", "open")["alerts"] == []

    assert run("alert", case, id, "--delete")[0] == 0
    found = listed(run, case)
    assert found["alerts"] == [] and found["hidden"] == 1
    assert len(listed(run, case, "--state", "all")["alerts"]) == 1
    status, out, _ = run("undo", case, "--list")
    assert status == 0 and len(out.splitlines()) == 4 and "suppressed -> deleted" in out

    assert run("undo", case)[1].startswith("undone: state of ")
    assert run("undo", case)[1].count("undone: ") == 3
    (now,) = listed(run, case)["alerts"]
    assert (now["state"], now["classification"], now["note"]) == ("open", "unclassified", "")
    assert run("undo", case, "--redo")[0] == 0
    assert listed(run, case)["alerts"][0]["note"] == "ours"
    out = run("alert", case, id, "--history")[1]
    assert "note: ours" in out and "(reverses " in out
    assert len(json.loads(run("alert", case, id, "--json")[1])["history"]) == 4 + 4 + 3


def test_the_history_is_in_words(run: Run, case: Path, tmp_path: Path) -> None:
    assert run("undo", case, "--list")[2] == "nothing was done in this workspace yet\n"
    run("tune", case, "--level", "kerberoasting=high", "--off", "dcsync", "--set", "brute_force.one=7")
    run("export", case, tmp_path / "a.json")
    run("undo", case)
    after, written, tuned = (one.strip().split("  ", 3)[3] for one in run("undo", case, "--list")[1].splitlines())
    assert written == "written out: analysis to a.json"
    settings = "dcsync off; kerberoasting as the program has it -> high; brute_force.one as the program has it -> 7"
    assert tuned == f"sensitivity of detectors: {settings} (undone)"
    assert after.startswith("sensitivity of detectors: dcsync on; kerberoasting high -> as the program has it; ")


def test_what_cannot_be_is_said_in_one_line(run: Run, case: Path, tmp_path: Path) -> None:
    for arguments in (
        ("alerts", tmp_path / "nowhere"),
        ("alert", case, "zz", "--close"),
        ("alert", case, "", "--close"),
        ("undo", case),
        ("undo", case, "99"),
        ("exclusions", case, "add", "address", "10.0.0.300"),
        ("exclusions", case, "add", "account", "x", "--detector", "nobody"),
        ("exclusions", case, "add", "account", "x", "--expires", "soon"),
        ("exclusions", case, "remove", "zz"),
        ("exclusions", case, "import", tmp_path / "nowhere.csv"),
    ):
        status, out, err = run(*arguments)
        assert status == 1 and err.startswith("wardlight: ") and err.count("\n") == 1, arguments
        assert out == ""


def test_an_exclusion_hides_the_alert_shows_why_and_goes_again(run: Run, case: Path, tmp_path: Path) -> None:
    (alert,) = listed(run, case)["alerts"]
    source = str(alert["sources"][0])  # type: ignore[index]
    status, out, _ = run(
        "exclusions", case, "add", "subnet", f"{source}/24", "--detector", alert["detector"], "--reason", "load test",
        "--expires", "2999-01-01",
    )  # fmt: skip
    assert status == 0 and "0 alerts, 1 hidden" in out
    id = out.split()[0]
    (hidden,) = listed(run, case, "--state", "excluded")["alerts"]
    assert hidden["id"] == alert["id"]
    assert "load test" in str(hidden["excluded"]) and "load test" in run("alerts", case, "--state", "all")[1]

    coverage = {one["detector"]: one["reason"] for one in json.loads(run("coverage", case, "--json")[1])}
    assert coverage[str(alert["detector"])].endswith("exclusions hide 1 alert")
    out = run("export", case, tmp_path / "x.json", "--format", "json") and (tmp_path / "x.json").read_text()
    assert [one["reason"] for one in json.loads(out)["excluded"]] == ["load test"] and json.loads(out)["alerts"] == []
    run("export", case, tmp_path / "x.html", "--format", "html")
    page = (tmp_path / "x.html").read_text()
    assert "Excluded from the alerts" in page and "load test" in page

    assert "1 alert, 0 hidden" in run("exclusions", case, "off", id)[1]
    assert "0 alerts, 1 hidden" in run("exclusions", case, "on", id[:5])[1]
    run("undo", case)
    assert len(listed(run, case)["alerts"]) == 1, "undo detects again"
    assert run("exclusions", case, "remove", id)[0] == 0
    assert len(listed(run, case)["alerts"]) == 1


def test_lists_are_pasted_refused_by_line_and_exported(
    run: Run, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("10.1.0.0/16\n10.2.0.9\nnot a thing\nCORP\\scan\n"))
    status, out, err = run("exclusions", case, "import", "--reason", "change 7", "--no-detect")
    assert status == 1 and "3 exclusions are new" in out and err.startswith("wardlight: Line 3: ")

    assert run("exclusions", case, "export", tmp_path / "list.csv")[0] == 0
    text = (tmp_path / "list.csv").read_text()
    assert run("exclusions", case, "export")[1] == text and text.count("change 7") == 3
    status, out, _ = run("exclusions", case, "import", tmp_path / "list.csv", "--no-detect")
    assert status == 0 and out.startswith("0 exclusions")

    other = tmp_path / "other.wardlight"
    run("analyze", save(tmp_path / "b.pcap", guesses(["user1"] * 3)), "--workspace", other)
    assert run("exclusions", other, "import", tmp_path / "list.csv", "--no-detect")[1].startswith("3 exclusions")
    shown = json.loads(run("exclusions", other, "list", "--json")[1])
    assert [one["value"] for one in shown if one["reason"] == "change 7"] == ["CORP\\scan", "10.2.0.9", "10.1.0.0/16"]
    assert sum(one["shipped"] for one in shown) >= 4 and "MSOL_*" in run("exclusions", other, "list")[1]
    run("undo", other)
    assert "change 7" not in run("exclusions", other, "export")[1], "a list is one step"
    assert run("exclusions", case, "export", case)[0] == 1, "the case is not written over"


def test_a_list_in_another_encoding_is_refused_whole_for_its_names_would_match_nobody(
    run: Run, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, before = tmp_path / "list.txt", run("exclusions", case, "export")[1]
    for data in ("10.1.0.0/16\nCORP\\müller\n".encode("latin-1"), b"CORP\\a\0b\n", bytes(range(256)) * 9):
        place.write_bytes(data)
        for ran in (run("exclusions", case, "import", place, "--no-detect"), run("tag", case, f"@{place}", "sensitive", "on")):
            assert ran[0] == 1 and "is no text" in ran[2] and ran[2].count("\n") == 1
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"CORP\\m\xfcller\n"), "utf-8", "surrogateescape"))
    assert "standard input is no text in UTF-8 (line 1)" in run("exclusions", case, "import", "--no-detect")[2]
    assert run("exclusions", case, "export")[1] == before

    place.write_bytes("CORP\\müller\r\n".encode("utf-16"))
    assert run("exclusions", case, "import", place, "--no-detect")[1].startswith("1 exclusion")
    assert "CORP\\müller" in run("exclusions", case, "export")[1]


def test_incidents_are_listed_with_alerts_of_theirs_only(run: Run, tmp_path: Path) -> None:
    case = tmp_path / "sample.wardlight"
    run("analyze", SAMPLE, "--workspace", case)
    every = listed(run, case)
    chosen = every["incidents"][0]["alerts"][0]
    assert run("alert", case, chosen, "--close")[0] == 0
    closed = json.loads(run("alerts", case, "--state", "closed", "--json")[1])
    assert [one["id"] for one in closed["alerts"]] == [chosen] and every["incidents"]
    assert all(chosen in one["alerts"] for one in closed["incidents"]) and closed["incidents"]
    assert json.loads(run("alerts", case, "--state", "deleted", "--json")[1])["incidents"] == []


def test_the_sample_tells_its_stories(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sample.wardlight"
    _, out, _ = run("analyze", SAMPLE, "--workspace", path, "--json")
    analysis = json.loads(out)
    known = {one["id"] for one in analysis["alerts"]}

    assert analysis["excluded"] == []
    for one in analysis["incidents"]:
        assert len(one["alerts"]) >= 2 and known >= set(one["alerts"])
        assert one["shared"] and one["title"].startswith("From ")
