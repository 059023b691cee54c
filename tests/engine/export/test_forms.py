"""Every form is written from a real case and read by another program's reader."""

import csv
import json
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import stix2

from app.model.asking import Order
from app.model.filter import ActivityFilter, parse
from app.paths import sample_case
from app.session import FORMS, Session, View


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    made = Session.open(tmp_path_factory.mktemp("case") / "case.wardlight")
    made.read_here([sample_case()], lambda _: None)
    yield made
    made.close()


def filtered(text: str) -> ActivityFilter:
    found = parse(text)
    assert isinstance(found, ActivityFilter)
    return found


def test_every_form_is_written_whole_and_leaves_nothing_beside(session: Session, tmp_path: Path) -> None:
    for form in FORMS:
        out = tmp_path / f"{form.id}{form.suffix}"
        assert session.export(out, form.id, View(filter=filtered("kind:kerberos-as"))) > 0, form.id
        assert out.stat().st_size > 100
    assert not list(tmp_path.glob(".*"))


def test_what_is_seen_is_what_is_written(session: Session, tmp_path: Path) -> None:
    view = View(filter=filtered("kind:kerberos-as"), columns=("what", "time", "who"), order=Order(descending=True))
    count = session.queries.count(view.filter)
    assert session.export(tmp_path / "a.csv", "csv", view, bom=True) == count > 100
    text = (tmp_path / "a.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf") and text.count(b"\r\n") >= count
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["What", "Time (UTC)", "Who"]
    seen = session.queries.slice(view.filter, 0, count, True)
    assert [row["Who"] for row in rows] == [one.who.label if one.who else "" for one in seen]
    assert [row["Time (UTC)"] for row in rows] == sorted((row["Time (UTC)"] for row in rows), reverse=True)
    assert session.export(tmp_path / "a.xlsx", "xlsx", view) == count
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Activities"]
    assert [cell.value for cell in sheet[1]] == ["What", "Time (UTC)", "Who"]
    assert isinstance(sheet["B2"].value, datetime) and sheet.freeze_panes == "A2" and sheet.auto_filter.ref
    assert sheet.max_row == count + 1
    whole = list(session.queries.stream(view.filter))
    assert abs((sheet["B2"].value - datetime(1970, 1, 1)).total_seconds() - whole[-1].at / 1e6) < 0.01  # noqa: DTZ001


def test_a_case_has_a_sheet_for_each_role(session: Session, tmp_path: Path) -> None:
    session.export(tmp_path / "c.xlsx", "case-xlsx")
    book = openpyxl.load_workbook(tmp_path / "c.xlsx")
    assert book.sheetnames[:2] == ["Summary", "Source Computer"]
    assert {"Source User", "Attacked User", "Destination", "Domain Controllers", "Network Activities", "Event Activities",
            "Related Entities", "Accessed Resource", "Inputs", "Problems", "Coverage"} <= set(book.sheetnames)  # fmt: skip
    alerts = session.queries.alerts()
    assert book["Summary"].max_row == len(alerts) + 1
    rows = sum(len(one.finding.evidence) for one in alerts)
    assert book["Network Activities"].max_row - 1 + book["Event Activities"].max_row - 1 == rows
    names = [cell.value for cell in book["Related Entities"][1]]
    first = dict(zip(names, [cell.value for cell in book["Related Entities"][2]], strict=True))
    assert json.loads(first["Unique Entity Profile Json"])


def test_stix_is_what_the_standard_says_and_the_same_each_time(session: Session, tmp_path: Path) -> None:
    session.export(tmp_path / "a.json", "stix")
    session.export(tmp_path / "b.json", "stix")
    text = (tmp_path / "a.json").read_text()
    assert text == (tmp_path / "b.json").read_text()
    bundle = stix2.parse(text, allow_custom=False)
    kinds = {one.type for one in bundle.objects}
    assert {"identity", "sighting", "attack-pattern", "observed-data", "network-traffic", "user-account", "grouping"} <= kinds
    ids = {one.id for one in bundle.objects}
    for one in bundle.objects:
        for name in ("object_refs", "observed_data_refs"):
            assert set(getattr(one, name, ())) <= ids
        for name in ("sighting_of_ref", "created_by_ref", "src_ref", "dst_ref"):
            assert getattr(one, name, None) in ids | {None}
    account = next(one for one in bundle.objects if one.type == "user-account")
    again = stix2.UserAccount(account_login=account.account_login, account_type=account.account_type)
    assert again.id == account.id, "ids of observed things are those that any other program gives them"
    for traffic in (one for one in bundle.objects if one.type == "network-traffic"):
        said = {key: value for key, value in traffic.items() if key not in ("id", "type", "spec_version")}
        assert stix2.NetworkTraffic(**said).id == traffic.id


def test_a_layer_counts_alerts_and_tells_what_was_blind(session: Session, tmp_path: Path) -> None:
    session.export(tmp_path / "l.json", "navigator")
    layer = json.loads((tmp_path / "l.json").read_text())
    scores = {one["techniqueID"]: one["score"] for one in layer["techniques"]}
    for alert in session.queries.alerts():
        assert all(scores[technique] >= 1 for technique in alert.techniques)
    assert layer["versions"]["layer"] == "4.5" and layer["domain"] == "enterprise-attack"
    blind = [one for one in layer["techniques"] if one["score"] == 0 and "blind" in one["comment"]]
    assert blind, "the sample has no logs, so there is something that it could not show"


def test_timesketch_has_what_its_importer_asks_for(session: Session, tmp_path: Path) -> None:
    view = View(filter=filtered("kind:kerberos-tgs"))
    number = session.export(tmp_path / "t.jsonl", "timesketch", view)
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert len(lines) == number == len(session.queries.alerts()) + session.queries.count(view.filter)
    assert all(one["message"] and one["datetime"].endswith("Z") and one["timestamp_desc"] for one in lines)
    session.export(tmp_path / "t.csv", "timesketch", view)
    with (tmp_path / "t.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == number


def test_opengraph_holds_every_edge_between_nodes_that_are_there(session: Session, tmp_path: Path) -> None:
    session.export(tmp_path / "g.json", "opengraph")
    graph = json.loads((tmp_path / "g.json").read_text())["graph"]
    ids = {one["id"] for one in graph["nodes"]}
    assert len(ids) == len(graph["nodes"]) and all(len(one["kinds"]) <= 3 for one in graph["nodes"])
    assert all(one["start"]["value"] in ids and one["end"]["value"] in ids for one in graph["edges"])
    assert all(one["kind"].isalnum() for one in graph["edges"])
    entity = max(session.queries.entities(), key=lambda one: one.alerts)
    around = session.queries.neighbours(entity.ref.key, 10_000)
    whole = {(one.origin.key, one.target.key): one for one in session.queries.all_edges()}
    assert around and all(whole[one.origin.key, one.target.key].count == one.count for one in around if
                          one.origin.kind != "user" and one.target.kind != "user")  # fmt: skip


def test_a_slice_holds_the_packets_of_what_is_chosen(session: Session, tmp_path: Path, tshark: str) -> None:
    import subprocess

    alert = session.queries.alerts()[0]
    view = View(filter=filtered(f"alert:{alert.id}"))
    frames = {frame for one in session.queries.stream(view.filter) for frame in one.frames}
    assert session.export(tmp_path / "s.pcapng", "pcapng", view) == len(frames) > 0
    said = subprocess.run([tshark, "-r", tmp_path / "s.pcapng", "-T", "fields", "-e", "frame.comment"],
                          capture_output=True, text=True, check=True).stdout.splitlines()  # fmt: skip
    assert len(said) == len(frames) and {int(line.split()[1]) for line in said} == frames


def test_a_stopped_export_leaves_nothing(session: Session, tmp_path: Path) -> None:
    for form in ("xlsx", "csv", "jsonl", "timesketch", "case-xlsx"):
        with pytest.raises(OSError, match="stopped"):
            session.export(tmp_path / f"{form}.out", form, cancelled=lambda: True)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_said(session: Session, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no form 'docx'"):
        session.export(tmp_path / "x", "docx")
    with pytest.raises(OSError, match="no packets"):
        session.export(tmp_path / "x", "pcapng", View(filter=filtered("who:nobody-of-this-name")))
    with pytest.raises(OSError):
        session.export(tmp_path / "not" / "there.csv", "csv")
    assert not list(tmp_path.iterdir())
