"""The contract that scripts rely on: output, exit status and errors of every command."""

import hashlib
import json
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import dpkt
import pytest

from app.command.main import run as run_command
from app.model.details import KINDS
from tests.material import SAMPLE, guesses, outcome, save, spray, wardlight

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
DETAIL = {
    "kerberos-as": "client realm service request_etypes reply_etype ticket_etype pa_types options till ticket_hash",
    "kerberos-tgs": "client realm service request_etypes reply_etype ticket_etype presented_ticket_etype pa_types options till"
    " ticket_hash",
    "kerberos-ap": "service realm ticket_etype ticket_hash carrier ticket pac",
    "ntlm": "user domain workstation version target carrier mic flags",
    "ldap-bind": "method name encrypted",
    "ldap-search": "base scope filter attributes entries",
    "ldap-modify": "dn changes",
    "ldap-add": "dn changes",
    "ldap-delete": "dn changes",
    "ldap-rename": "dn changes",
    "smb-session": "dialect path name action bytes encrypted",
    "smb-tree": "dialect path name action bytes encrypted",
    "smb-file": "dialect path name action bytes encrypted",
    "rpc-call": "interface name opnum operation pipe sealed",
    "dns-query": "name type answers truncated",
    "radius-accounting": "status session framed_ip calling_station nas",
    "name-observation": "address name method",
}
"""The table of detail keys that scripts may rely on."""
ACTIVITY = {"id", "time", "kind", "source", "destination", "account", "result", "code", "detail", "evidence"}


class Ran:
    """What a command left behind."""

    def __init__(self, status: int, out: bytes, err: bytes) -> None:
        self.status, self.out, self.err = status, out, err.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """A command in this process; the real thing but for the start of an interpreter."""

    def call(*arguments: object) -> Ran:
        from app.__main__ import _to_pdf

        status = run_command([str(one) for one in arguments], _to_pdf)
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        assert b"Traceback" not in err
        return Ran(status, out, err)

    return call


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capture with two alerts of medium severity."""
    users = [f"user{number}" for number in range(40)]
    packets = spray(users) + guesses([f"CORP\\{one}" for one in users], at=1_770_000_100_000_000)
    return save(tmp_path_factory.mktemp("small") / "small.pcap", packets)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """The sample case read once by a process of its own, with everything that it can write."""
    folder = tmp_path_factory.mktemp("sample")
    done = wardlight(
        "analyze", SAMPLE, "--json", "--workspace", folder / "case.wardlight", "--activities", folder / "out.jsonl",
        "--report", folder / "out.html",
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr), folder


@pytest.fixture(scope="module")
def lines(sample: tuple[Ran, Path]) -> list[dict[str, Any]]:
    return [json.loads(one) for one in (sample[1] / "out.jsonl").read_bytes().splitlines()]


class TestJson:
    def test_the_sample_raises_alerts_and_nothing_but_json_is_printed(self, sample: tuple[Ran, Path]) -> None:
        ran, _ = sample

        assert (ran.status, ran.err) == (2, "")
        assert ran.out.endswith(b"\n") and ran.out.count(b"\n") == 1
        keys = "schema version parameters inputs activities alerts incidents excluded coverage coverage_by_controller statements"
        assert list(ran.json) == [*keys.split(), "switch_on", "seconds"]

    def test_head(self, sample: tuple[Ran, Path]) -> None:
        whole = sample[0].json

        assert whole["schema"] == 1
        assert re.fullmatch(r"\d+\.\d+\.\d+", whole["version"])
        assert whole["parameters"] == {"sensitivity": "medium", "fail_on": "high"}
        assert set(whole["seconds"]) == {"read", "decode", "store", "detect", "total"}
        assert all(isinstance(one, float) for one in whole["seconds"].values()) and whole["seconds"]["total"] > 0

    def test_inputs(self, sample: tuple[Ran, Path]) -> None:
        (one,) = sample[0].json["inputs"]

        assert set(one) == {"path", "kind", "bytes", "sha256", "records", "first", "last", "problems"}
        assert (one["path"], one["kind"]) == (str(SAMPLE), "pcap")
        data = SAMPLE.read_bytes()
        assert (one["bytes"], one["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        with SAMPLE.open("rb") as file:
            assert one["records"] == sum(1 for _ in dpkt.pcap.Reader(file))
        assert TIME.fullmatch(one["first"]) and TIME.fullmatch(one["last"]) and one["first"] <= one["last"]
        for problem in one["problems"]:
            assert set(problem) == {"what", "count", "where"}
            assert isinstance(problem["what"], str) and isinstance(problem["where"], str) and problem["count"] > 0

    def test_activities(self, sample: tuple[Ran, Path], lines: list[dict[str, Any]]) -> None:
        counts = sample[0].json["activities"]

        assert set(counts) == {"total", "by_kind"}
        assert counts["total"] == sum(counts["by_kind"].values()) == len(lines)
        for kind, count in counts["by_kind"].items():
            assert count == sum(1 for one in lines if one["kind"] == kind)

    def test_alerts(self, sample: tuple[Ran, Path]) -> None:
        whole = sample[0].json
        records = whole["inputs"][0]["records"]

        assert whole["alerts"]
        for one in whole["alerts"]:
            assert set(one) == {
                "id", "detector", "external_id", "title", "severity", "techniques", "first", "last", "sources", "accounts",
                "targets", "domain_controllers", "why", "evidence", "state", "classification",
            }  # fmt: skip
            assert one["id"] and one["detector"] and one["title"]
            assert one["external_id"] is None or isinstance(one["external_id"], int)
            assert one["severity"] in ("low", "medium", "high")
            assert one["techniques"] and all(re.fullmatch(r"T\d{4}(\.\d{3})?", technique) for technique in one["techniques"])
            assert TIME.fullmatch(one["first"]) and TIME.fullmatch(one["last"]) and one["first"] <= one["last"]
            assert one["sources"] and all(set(source) == {"ip", "computer"} for source in one["sources"])
            for names in ("accounts", "targets", "domain_controllers", "why"):
                assert all(isinstance(text, str) and text for text in one[names])
            assert one["why"] and one["evidence"]
            for place in one["evidence"]:
                assert set(place) == {"input", "frame"}
                assert place["input"] == str(SAMPLE) and 1 <= place["frame"] <= records
        assert len({one["id"] for one in whole["alerts"]}) == len(whole["alerts"])
        assert [one["first"] for one in whole["alerts"]] == sorted(one["first"] for one in whole["alerts"])

    def test_the_frames_of_an_alert_lie_in_its_time(self, sample: tuple[Ran, Path]) -> None:
        with SAMPLE.open("rb") as file:
            times = [int(at * 1_000_000) for at, _ in dpkt.pcap.Reader(file)]
        for one in sample[0].json["alerts"]:
            seen = [times[place["frame"] - 1] for place in one["evidence"]]
            first, last = (dpkt_time(one[key]) for key in ("first", "last"))
            assert any(abs(at - first) <= 2 for at in seen) and any(at <= last + 2 for at in seen)
            assert min(seen) >= first - 1_000_000, "a message of several packets may begin a little earlier"

    def test_coverage_names_every_detector_that_alerted(self, sample: tuple[Ran, Path]) -> None:
        whole = sample[0].json

        assert all(set(one) == {"detector", "state", "reason"} for one in whole["coverage"])
        assert all(one["state"] in ("seen", "partial", "blind", "learning") and one["reason"] for one in whole["coverage"])
        known = {one["detector"] for one in whole["coverage"]}
        assert len(known) == len(whole["coverage"])
        assert {one["detector"] for one in whole["alerts"]} <= known


def dpkt_time(text: str) -> int:
    from datetime import datetime

    return round(datetime.fromisoformat(text).timestamp() * 1_000_000)


class TestActivities:
    def test_every_line_has_every_key(self, lines: list[dict[str, Any]]) -> None:
        for one in lines:
            assert set(one) == ACTIVITY
            assert TIME.fullmatch(one["time"])
            assert one["kind"] in KINDS.values()
            assert one["result"] in ("success", "failure", "unanswered")
            assert one["code"] is None or isinstance(one["code"], int)
            for end in (one["source"], one["destination"]):
                assert end is None or set(end) == {"ip", "port", "computer", "method", "certainty"}
            assert one["account"] is None or set(one["account"]) == {"name", "domain", "sid"}
            assert isinstance(one["detail"], dict) and "kind" not in one["detail"]
            assert one["evidence"] and all(set(place) == {"input", "frame"} for place in one["evidence"])
        assert len({one["id"] for one in lines}) == len(lines)

    def test_lines_are_in_event_order(self, lines: list[dict[str, Any]]) -> None:
        assert [one["time"] for one in lines] == sorted(one["time"] for one in lines)

    @pytest.mark.parametrize("kind", DETAIL)
    def test_detail_keys_of_every_kind(self, kind: str) -> None:
        """From the vocabulary itself, since one capture has not every kind."""
        import msgspec

        from app.engine.export.analysis import _activity
        from app.engine.knowledge import Knowledge
        from app.model.activity import Activity

        (struct,) = (one for one, text in KINDS.items() if text == kind)
        required = {one.encode_name for one in msgspec.structs.fields(struct) if one.required}
        detail = struct(**dict.fromkeys(required, ""))
        shown = _activity(Activity(at=1, until=1, input="k", frames=(1,), detail=detail), Knowledge(), {})

        assert set(shown) == ACTIVITY
        assert set(DETAIL[kind].split()) <= set(shown["detail"])

    def test_detail_keys_in_the_sample(self, lines: list[dict[str, Any]]) -> None:
        seen = set()
        for one in lines:
            seen.add(one["kind"])
            if one["kind"] in DETAIL:
                assert set(DETAIL[one["kind"]].split()) <= set(one["detail"]), one["kind"]
        assert {"kerberos-as", "kerberos-tgs", "ntlm", "smb-session", "rpc-call", "dns-query"} <= seen


class TestStatus:
    def test_quiet_medium_and_asked(self, run: Run, small: Path) -> None:
        assert run("analyze", small).status == 0
        assert run("analyze", small, "--fail-on", "medium").status == 2
        assert run("analyze", small, "--fail-on", "low").status == 2

    def test_a_capture_without_packets_is_quiet(self, run: Run, tmp_path: Path) -> None:
        ran = run("analyze", save(tmp_path / "none.pcap", []), "--json")

        assert (ran.status, ran.json["alerts"], ran.err) == (0, [], "")
        assert [one["what"] for one in ran.json["inputs"][0]["problems"]] == ["no packets"]

    @pytest.mark.parametrize(
        "arguments",
        [
            ("analyze",),
            ("analyze", "--bogus", "x"),
            ("analyze", "x", "--fail-on", "never"),
            ("analyze", "x", "--sensitivity", "extreme"),
            ("export", "x"),
            ("export", "x", "--format", "docx", "out"),
            ("coverage",),
            ("--bogus",),
            ("analyze", "/no/such/file"),
            ("analyze", "/no/such/file", "/nor/this"),
            ("coverage", "/no/such/file"),
            ("export", "/no/such/file", "out"),
            ("analyze", str(SAMPLE), "--report", "report.docx"),
            ("analyze", str(SAMPLE), "--report", "/no/such/folder/out.html"),
            ("analyze", str(SAMPLE), "--activities", "/no/such/folder/out.jsonl"),
            ("analyze", str(SAMPLE), "--activities", str(SAMPLE)),
            ("analyze", str(SAMPLE), "--workspace", "/no/such/folder/w"),
            ("analyze", str(SAMPLE), "--workspace", str(SAMPLE)),
            ("analyze", str(SAMPLE), "--workspace", str(SAMPLE.parent)),
        ],
    )
    def test_a_command_that_fails_says_why_in_one_line(self, run: Run, arguments: tuple[str, ...]) -> None:
        before = hashlib.sha256(SAMPLE.read_bytes()).digest()
        ran = run(*arguments)

        assert (ran.status, ran.out) == (1, b"")
        assert ran.err.startswith("wardlight") and ran.err.count("\n") == 1 and ran.err.endswith("\n")
        assert hashlib.sha256(SAMPLE.read_bytes()).digest() == before

    def test_help_and_version(self, run: Run) -> None:
        assert b"analyze" in run("--help").out
        ran = run("--version")
        assert ran.status == 0 and re.fullmatch(rb"wardlight \d+\.\d+\.\d+\n", ran.out)

    def test_a_mistake_of_ours_is_one_line_too(self, run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError("deep inside")

        monkeypatch.setattr("app.ingest.read_inputs", broken)
        ran = run("analyze", small)

        assert ran.status == 1 and ran.err.count("\n") == 1 and "ZeroDivisionError" in ran.err

    def test_a_reader_that_has_seen_enough_is_no_mistake(self, small: Path) -> None:
        import subprocess

        from tests.material import ROOT, command

        child = subprocess.Popen(command("analyze", small), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
        assert child.stdout is not None and child.stderr is not None
        child.stdout.close()
        err = child.stderr.read()
        child.stderr.close()
        assert (child.wait(), err) == (1, b"")


class TestOddInputs:
    @pytest.fixture
    def odd(self, tmp_path: Path, small: Path) -> Path:
        folder = tmp_path / "odd"
        (folder / "deep" / "deeper").mkdir(parents=True)
        shutil.copy(small, folder / "deep" / "deeper" / "good.dat")
        (folder / "empty.pcap").write_bytes(b"")
        (folder / "notes.txt").write_text("not a capture")
        (folder / "short.pcap").write_bytes(small.read_bytes()[:20])
        (folder / "cut.pcap").write_bytes(small.read_bytes()[:-7])
        (folder / "broken.gz").write_bytes(b"\x1f\x8b\x08\0nothing that unpacks")
        (folder / "broken.zip").write_bytes(b"PK\x03\x04 nor this")
        (folder / "folder.pcap").mkdir()
        if sys.platform != "win32":
            import os

            (folder / "dangling").symlink_to("/no/such/file")
            (folder / "deep" / "round").symlink_to(folder)
            os.mkfifo(folder / "pipe")
        return folder

    def test_what_cannot_be_read_is_told_and_the_rest_is_read(self, run: Run, odd: Path, small: Path) -> None:
        ran = run("analyze", odd / "missing.pcap", odd, "--json", "--fail-on", "medium")
        inputs = {Path(one["path"]).name: one for one in ran.json["inputs"]}

        assert (ran.status, ran.err) == (2, "")
        for name in ("missing.pcap", "empty.pcap", "notes.txt", "short.pcap", "broken.gz", "broken.zip"):
            assert inputs[name]["problems"] and inputs[name]["records"] == 0
        if sys.platform != "win32":
            assert inputs["dangling"]["problems"] and inputs["pipe"]["problems"]
        assert inputs["good.dat"]["records"] == inputs["cut.pcap"]["records"] + 1
        assert not inputs["good.dat"]["problems"] and inputs["cut.pcap"]["problems"]
        assert "folder.pcap" not in inputs

    def test_in_words(self, run: Run, odd: Path) -> None:
        ran = run("analyze", odd / "missing.pcap", odd)
        text = ran.out.decode()

        assert (ran.status, ran.err) == (0, "")
        assert text.count("problem: ") >= 7
        assert f"problem: {odd / 'empty.pcap'}: empty: 1\n" in text

    @pytest.mark.parametrize("name", ["empty.pcap", "notes.txt", "short.pcap", "broken.gz", "broken.zip", "folder.pcap"])
    def test_nothing_read_is_no_all_clear(self, run: Run, odd: Path, name: str) -> None:
        ran = run("analyze", odd / name, "--json")

        assert ran.status == 1
        assert ran.err.startswith("wardlight: nothing could be read") and ran.err.count("\n") == 1
        assert ran.json["activities"]["total"] == 0

    @pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
    def test_names_of_files_are_any_bytes(self, run: Run, small: Path, tmp_path: Path) -> None:
        import os

        name = b"\xff\xfe\n\x1b[31m<b>x<b>\xe2\x80\xae.pcap"
        folder = tmp_path / "names"
        folder.mkdir()
        shutil.copy(small, os.fsdecode(os.fsencode(folder) + b"/" + name))
        workspace, report, activities = tmp_path / "w", tmp_path / "r.html", tmp_path / "a.jsonl"
        words = run("analyze", folder, "--workspace", workspace, "--report", report, "--activities", activities)

        assert (words.status, words.err) == (0, "")
        assert not set(words.out.decode()) & {"\x1b", "\u202e"}
        assert b"<b>x" not in report.read_bytes()
        assert run("analyze", folder, "--workspace", workspace, "--json").json["inputs"][0]["records"]

        from app.session import Session

        session = Session.open(workspace)
        try:
            packet = session.packet(session.queries.inputs()[0].key, 1)
        finally:
            session.close()
        assert packet.data and not packet.error


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


class TestReport:
    def test_html_needs_nothing_from_outside(self, sample: tuple[Ran, Path]) -> None:
        page = (sample[1] / "out.html").read_text(encoding="utf-8")
        tags = Tags(page)

        assert page.lstrip().lower().startswith("<!doctype html>")
        assert not tags.tags & {"script", "iframe", "object", "embed", "link", "base", "form"}
        for name, value in tags.attributes:
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href", "action", "data", "srcset", "poster"):
                assert value.startswith(("#", "data:")), value
        assert "@import" not in page and not re.search(r"url\(\s*['\"]?(?!data:|#)", page)
        for one in sample[0].json["alerts"]:
            assert one["title"].split("(")[0].strip() in page

    def test_pdf(self, run: Run, small: Path, tmp_path: Path) -> None:
        out = tmp_path / "r.pdf"

        assert run("analyze", small, "--report", out).status == 0
        assert out.read_bytes().startswith(b"%PDF-") and out.stat().st_size > 2000


class TestWorkspace:
    def test_the_same_file_again_adds_nothing(self, run: Run, small: Path, tmp_path: Path) -> None:
        workspace = tmp_path / "w"
        copy = Path(shutil.copy(small, tmp_path / "copy.pcap"))
        once = run("analyze", small, "--workspace", workspace, "--json").json
        again = run("analyze", small, small, copy, "--workspace", workspace, "--json").json

        assert len(again["inputs"]) == 1
        assert again["activities"] == once["activities"]
        assert [one["id"] for one in again["alerts"]] == [one["id"] for one in once["alerts"]] != []

    def test_a_file_that_could_not_be_read_and_now_can(self, run: Run, small: Path, tmp_path: Path) -> None:
        workspace, late = tmp_path / "w", tmp_path / "late.pcap"
        late.write_bytes(b"")
        assert run("analyze", late, "--workspace", workspace).status == 1
        shutil.copy(small, late)
        ran = run("analyze", late, "--workspace", workspace, "--json")

        assert ran.status == 0 and len(ran.json["alerts"]) == 2
        assert [one["records"] > 0 for one in ran.json["inputs"]] == [True]

    def test_sensitivity_changes_alerts_of_a_kept_workspace(self, run: Run, small: Path, tmp_path: Path) -> None:
        workspace = tmp_path / "w"
        few = run("analyze", small, "--workspace", workspace, "--sensitivity", "low", "--json").json
        more = run("analyze", small, "--workspace", workspace, "--sensitivity", "high", "--json").json

        assert len(more["alerts"]) >= len(few["alerts"])
        assert more["parameters"]["sensitivity"] == "high"


class TestExport:
    def test_what_a_workspace_holds(self, run: Run, sample: tuple[Ran, Path], tmp_path: Path) -> None:
        workspace = sample[1] / "case.wardlight"
        whole = sample[0].json

        assert run("export", workspace, tmp_path / "a.json").status == 0
        out = json.loads((tmp_path / "a.json").read_bytes())
        assert {key: out[key] for key in ("inputs", "activities", "alerts", "coverage")} == {
            key: whole[key] for key in ("inputs", "activities", "alerts", "coverage")
        }
        assert run("export", workspace, "--format", "jsonl", "--what", "activities", tmp_path / "b.jsonl").status == 0
        assert (tmp_path / "b.jsonl").read_bytes() == (sample[1] / "out.jsonl").read_bytes()
        assert run("export", workspace, "--format", "jsonl", "--what", "alerts", tmp_path / "c.jsonl").status == 0
        assert [json.loads(one) for one in (tmp_path / "c.jsonl").read_bytes().splitlines()] == whole["alerts"]
        assert run("export", workspace, "--format", "html", tmp_path / "d.html").status == 0
        assert (tmp_path / "d.html").read_bytes().lstrip().lower().startswith(b"<!doctype html>")

    def test_the_ending_says_the_form_and_nothing_is_passed_over(
        self, run: Run, sample: tuple[Ran, Path], tmp_path: Path
    ) -> None:
        workspace = sample[1] / "case.wardlight"

        ran = run("export", workspace, "--filter", "kind:kerberos-as", "--columns", "time,who", tmp_path / "a.CSV")
        rows = (tmp_path / "a.CSV").read_text(encoding="utf-8").splitlines()
        assert ran.status == 0 and rows[0] == "Time (UTC),Who" and ran.err == f"{tmp_path / 'a.CSV'}: {len(rows) - 1:,} rows\n"
        assert run("export", workspace, tmp_path / "a.html").status == 0
        assert (tmp_path / "a.html").read_bytes().lstrip().lower().startswith(b"<!doctype html>")
        for arguments in (
            ("--filter", "kind:ldap", "a.json"),
            ("--format", "stix", "--filter", "kind:ldap", "a.stix"),
            ("--columns", "time", "a.jsonl"),
            ("--newest-first", "b.html"),
            ("--bom", "a.xlsx"),
            ("--what", "alerts", "a.csv"),
            ("--what", "alerts", "--filter", "kind:ldap", "a.jsonl"),
            ("--alert", "x", "a.json"),
            ("--alert", "x", "a.csv"),
            ("--format", "opengraph", "--alert", "x", "c.json"),
        ):
            ran = run("export", workspace, *arguments[:-1], tmp_path / "none" / arguments[-1])
            assert ran.status == 1, arguments
            ran = run("export", workspace, *arguments[:-1], tmp_path / arguments[-1])
            assert ran.status == 1 and ran.err.count("\n") == 1, arguments
            assert "says nothing of" in ran.err or "written as" in ran.err
            assert not (tmp_path / arguments[-1]).exists()

    def test_alerts_are_chosen_by_the_beginning_of_their_ids_and_none_is_passed_over(
        self, run: Run, sample: tuple[Ran, Path], tmp_path: Path
    ) -> None:
        workspace, alerts = sample[1] / "case.wardlight", [one["id"] for one in sample[0].json["alerts"]]
        for form, *more in (["alerts-jsonl"], ["jsonl", "--what", "alerts"]):
            out = tmp_path / f"{form}.jsonl"
            chosen = ("--alert", alerts[1][:12], "--alert", alerts[0])
            assert run("export", workspace, "--format", form, *more, *chosen, out).status == 0
            assert {json.loads(one)["id"] for one in out.read_bytes().splitlines()} == set(alerts[:2])
        ran = run("export", workspace, "--format", "stix", "--alert", "zz", tmp_path / "none.json")
        assert ran.status == 1 and "no alert of which the id begins with zz" in ran.err
        assert not (tmp_path / "none.json").exists()

    def test_it_never_writes_over_the_workspace(self, run: Run, small: Path, tmp_path: Path) -> None:
        workspace = tmp_path / "w"
        run("analyze", small, "--workspace", workspace)
        before = outcome(workspace)

        assert run("export", workspace, workspace).status == 1
        assert outcome(workspace) == before

    def test_coverage(self, run: Run, sample: tuple[Ran, Path]) -> None:
        workspace = sample[1] / "case.wardlight"
        words, parsed = run("coverage", workspace), run("coverage", workspace, "--json").json

        assert len(words.out.splitlines()) == len(parsed) == len(sample[0].json["coverage"])
        assert all({"detector", "state", "reason"} <= set(one) for one in parsed)

    def test_coverage_by_controller(self, run: Run, sample: tuple[Ran, Path]) -> None:
        workspace = sample[1] / "case.wardlight"
        spans = run("coverage", workspace, "--controllers", "--json").json
        hours = run("coverage", workspace, "--hours", "--json").json
        first = spans[0]
        chosen = run("coverage", workspace, "--detector", first["detector"], "--controller", first["controller"].lower())

        assert spans == sample[0].json["coverage_by_controller"]
        assert len(hours) >= len(spans)
        assert {one["detector"] for one in hours} == {one["detector"] for one in sample[0].json["coverage"]}
        assert all(0 <= one["minutes_seen"] <= one["minutes"] and one["first"] < one["last"] for one in (*spans, *hours))
        assert first["controller"] in chosen.out.decode()
        for more, words in (
            (("--detector", "none"), "there is no detector none"),
            (("--controller", "x9"), "no domain controller x9"),
        ):
            ran = run("coverage", workspace, *more)
            assert (ran.status, ran.out) == (1, b"") and words in ran.err

    def test_statements_and_what_to_switch_on(self, sample: tuple[Ran, Path]) -> None:
        whole = sample[0].json

        assert all(one.endswith(".") for one in whole["statements"])
        assert all(set(one) == {"what", "detectors", "minutes"} for one in whole["switch_on"])


def test_selftest(run: Run) -> None:
    ran = run("selftest")

    assert ran.status == 0, ran.out
    assert {line.split()[0] for line in ran.out.decode().splitlines()} == {"ok"}


class TestAnotherProgramFoundTheAlerts:
    def test_it_is_said_and_without_a_path_what_is_there_is_looked_at_again(self, run: Run, small: Path, tmp_path: Path) -> None:
        case = tmp_path / "case.wardlight"
        run("analyze", small, "--workspace", case)
        assert run("alerts", case).err == ""
        with closing(sqlite3.connect(case)) as db, db:
            db.execute("UPDATE meta SET value = replace(value, '\"dcsync\":\"', '\"dcsync\":\"0') WHERE key = 'ways'")
            db.execute("UPDATE meta SET value = value || ' by others' WHERE key = 'settled'")
        told = run("alerts", case)
        assert told.err == (
            "wardlight: the alerts are not what this program would find, since dcsync has changed: "
            f"`wardlight analyze --workspace {case}` detects again\n"
        )
        again = run("analyze", "--workspace", case)
        assert again.err == "wardlight: all that was read before was looked at again, since dcsync has changed\n"
        assert again.status == 0 and b"2 alerts" in again.out
        assert (run("alerts", case).err, run("analyze", "--workspace", case).err) == ("", "")

    def test_without_a_path_and_a_workspace_there_is_nothing_to_read(self, run: Run, tmp_path: Path) -> None:
        for more, words in (((), "nothing to read"), (("--workspace", tmp_path / "none.wardlight"), "no such workspace")):
            none = run("analyze", *more)
            assert none.status == 1 and words in none.err

    def test_what_is_the_same_as_another_input_is_told(self, run: Run, small: Path, tmp_path: Path) -> None:
        (tmp_path / "copy.pcap").write_bytes(small.read_bytes())
        both = run("analyze", small, tmp_path / "copy.pcap", "--workspace", tmp_path / "w")
        assert both.err == "wardlight: 1 of 2 inputs held nothing new: read before, or twice\n" and b"from 1 input" in both.out
        again = run("analyze", small, "--workspace", tmp_path / "w")
        assert again.err == "wardlight: 1 of 1 input held nothing new: read before, or twice\n"
        (tmp_path / "none.pcap").touch()
        assert "nothing new" not in run("analyze", tmp_path / "none.pcap", "--workspace", tmp_path / "w").err
