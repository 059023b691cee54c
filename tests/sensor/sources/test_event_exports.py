"""XML and JSON exports as files: whole, damaged, hostile."""

import json
import random
import tracemalloc
from pathlib import Path

import evtx as native_reader
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.model.activity import Activity
from app.model.events import EventLogon
from app.sensor.events.record import EventRecord
from app.sensor.sensor import read_input
from app.sensor.sources import event_json, handing_on
from app.sensor.sources.event_json import elements
from app.sensor.sources.evtx_json import record_of_fast
from app.sensor.sources.inputs import find_inputs
from app.sensor.sources.records import read_record
from tests.sensor.events_material import count, read, said

HEAD = '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="P"/>'


def event(number: int, user: str = "eve") -> str:
    return (
        f"{HEAD}<EventID Qualifiers='0'>4624</EventID><Keywords>0x8020000000000000</Keywords>"
        f'<TimeCreated SystemTime="2020-09-22T02:13:{number % 60:02}.5Z"/><EventRecordID>{number}</EventRecordID>'
        f'<Channel>Security</Channel><Computer>dc.a.test</Computer><Security UserID="S-1-5-18"/></System>'
        f'<EventData><Data Name="TargetUserName">{user}</Data><Data>plain</Data><Data/></EventData>'
        f'<RenderingInfo Culture="en-US"><Message>Somebody &lt;logged on&gt;</Message></RenderingInfo></Event>'
    )


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> list[EventRecord]:
    """Every record that is handed to the translation, which then makes one activity of each."""
    seen: list[EventRecord] = []

    def each(record: EventRecord, input: str) -> list[Activity]:
        seen.append(record)
        detail = EventLogon(event_id=record.event_id, fields=record.fields)
        return [Activity(at=record.at, until=record.at, input=input, record=record.place, ordinal=record.ordinal, detail=detail)]

    monkeypatch.setattr(handing_on, "activities_of", each)
    return seen


EVENTS = [event(one) for one in range(1, 6)]
SHAPES = {
    "root": ("<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n<Events>" + "".join(EVENTS) + "</Events>").encode(),
    "no root": "\n".join(EVENTS).encode(),
    "utf-16": ("<Events>" + "".join(EVENTS) + "</Events>").encode("utf-16"),
    "utf-8 mark": b"\xef\xbb\xbf" + "".join(EVENTS).encode(),
    "prefix": "".join(EVENTS)
    .replace("<Event ", "<e:Event ")
    .replace("</Event>", "</e:Event>")
    .join(("<x:Events xmlns:x='u'>", "</x:Events>"))
    .encode(),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_xml_in_every_shape(tmp_path: Path, records: list[EventRecord], shape: str) -> None:
    path = tmp_path / "events"
    path.write_bytes(SHAPES[shape])
    report, activities = read(path)
    assert (report.kind, report.state, report.records, report.problems) == ("xml", "done", 5, ())
    assert [one.place for one in records] == [1, 2, 3, 4, 5]
    assert [one.ordinal for one in activities] == [1, 2, 3, 4, 5]
    one = records[0]
    assert (one.event_id, one.provider, one.channel, one.computer, one.sid) == (4624, "P", "Security", "dc.a.test", "S-1-5-18")
    assert one.fields == {"TargetUserName": "eve", "param1": "plain", "param2": ""}
    shown = read_record(path, 3, 3, report.key)
    assert shown.form == "xml"
    assert "    <EventRecordID>3</EventRecordID>" in shown.text
    assert ("TargetUserName", "eve") in shown.fields


def test_an_ansi_code_page(tmp_path: Path, records: list[EventRecord]) -> None:
    text = '<?xml version="1.0" encoding="windows-1252"?><Events>' + event(1, "Jürgen") + "</Events>"
    (tmp_path / "a.xml").write_bytes(text.encode("cp1252"))
    read(tmp_path / "a.xml")
    assert records[0].fields["TargetUserName"] == "Jürgen"


def test_broken_events_cost_only_themselves(tmp_path: Path, records: list[EventRecord]) -> None:
    text = EVENTS[0] + EVENTS[1][:200] + EVENTS[2] + EVENTS[3].replace("</Data>", "", 1) + EVENTS[4] + EVENTS[0][:90]
    (tmp_path / "a").write_text(text)
    report, _ = read(tmp_path / "a")
    assert [one.place for one in records] == [1, 3, 5]
    assert said(report) == {"events without an end": 2, "events that are broken or say no id and time": 1}


def test_control_characters_do_not_cost_an_event(tmp_path: Path, records: list[EventRecord]) -> None:
    (tmp_path / "a").write_bytes((event(1, "e\x01v&#x1;e") + event(2)).encode().replace(b"plain", b"pl\xffain"))
    report, _ = read(tmp_path / "a")
    assert report.records == 2
    assert records[0].fields["TargetUserName"] == "e?v?e"


def test_entities_and_document_types_are_not_obeyed(tmp_path: Path, records: list[EventRecord]) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    text = f"<?xml version='1.0'?>{bomb}<Events>{event(1, '&b;')}{event(2, '&f;')}{event(3)}</Events>"
    (tmp_path / "a").write_text(text)
    report, _ = read(tmp_path / "a")
    assert [one.place for one in records] == [3]
    assert count(report, "events that are broken") == 2
    inside = event(1).replace("<System>", bomb + "<System>")
    (tmp_path / "b").write_text(inside + event(2))
    assert read(tmp_path / "b")[0].records == 1


def test_depth_and_length_are_bounded(tmp_path: Path, records: list[EventRecord]) -> None:
    deep = event(1).replace("<EventData>", "<UserData>" + "<a>" * 5000 + "</a>" * 5000 + "</UserData><EventData>")
    endless = HEAD + "x" * (9 << 20)
    (tmp_path / "a").write_text(deep + endless + event(2))
    report, _ = read(tmp_path / "a")
    assert [one.place for one in records] == [2]
    assert count(report, "events without an end") >= 1


def test_beginnings_without_an_end_take_no_more_memory_than_one_event(tmp_path: Path, records: list[EventRecord]) -> None:
    starts = 16 << 17  # 16 MB of them
    (tmp_path / "a").write_text(event(1) + "<Event >" * starts + event(2))
    tracemalloc.start()
    report, _ = read(tmp_path / "a")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.place for one in records] == [1, 2]
    assert count(report, "events without an end") == starts
    assert peak < 64 << 20


def test_a_long_text_in_json_takes_no_memory_for_each_character() -> None:
    long = b'[{"a": "' + b"x" * (3 << 20) + b'"}, {"b": 1}]'
    tracemalloc.start()
    found = [text for _, _, text in elements(long, lambda what, where, count=1: None)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [long[1:-11], b'{"b": 1}']
    assert peak < 64 << 20


@pytest.mark.parametrize(
    "text", ["<?xml version='1.0'?><html><Event >no</Event></html>", "<Events></Events>", '{"a": 1}', "[]", "[[1]]"]
)
def test_what_holds_no_events_is_refused_with_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "a").write_text(text)
    report, activities = read(tmp_path / "a")
    assert report.state == "failed"
    assert not activities
    (one,) = report.problems
    assert "holds no Windows events" in one.what


def test_wevtutil_xml_of_real_events_says_what_the_log_says(shared: Path, tmp_path: Path, records: list[EventRecord]) -> None:
    """The log's own XML, as wevtutil writes it, gives the records that the log itself gives."""
    log = shared / "corpus" / "evtx" / "md_T1078.002_ID4964-Login_of_a_member_of_a_special_group.evtx"
    (tmp_path / "a").write_text("".join(one["data"] for one in native_reader.PyEvtxParser(str(log)).records()), "utf-8")
    report, _ = read(tmp_path / "a")
    direct = [
        record_of_fast(one["data"], (0, 0, one["event_record_id"], 0), 0)
        for one in native_reader.PyEvtxParser(str(log)).records_json()
    ]
    assert report.records == len(direct) == 8
    for one, two in zip(records, direct, strict=True):
        assert two is not None
        assert (one.at, one.event_id, one.record, one.sid) == (two.at, two.event_id, two.record, two.sid)
        assert one.fields == {name: value.replace("\r\n", "\n") for name, value in two.fields.items()}


def flat(number: int) -> dict[str, object]:
    return {
        "EventID": 4624,
        "Channel": "Security",
        "Hostname": "dc.a.test",
        "EventTime": f"2020-09-22T02:13:{number % 60:02}Z",
        "RecordNumber": number,
        "TargetUserName": '{]"[}',
    }


FLAT = [flat(one) for one in range(1, 6)]
JSON_SHAPES = {
    "lines": "\n".join(json.dumps(one) for one in FLAT).encode(),
    "lines of Windows": b"\xef\xbb\xbf" + "\r\n".join(json.dumps(one) for one in FLAT).encode() + b"\r\n\r\n",
    "array": json.dumps(FLAT).encode(),
    "array by line": ("[\n" + ",\n".join(json.dumps(one) for one in FLAT) + "\n]").encode(),
    "array laid out": json.dumps(FLAT, indent=4).encode(),
    "utf-16": json.dumps(FLAT, indent=1).encode("utf-16"),
    "in a row": "\n".join(f"Record {number}\n{json.dumps(one, indent=2)}" for number, one in enumerate(FLAT)).encode()[9:],
    "wrapped": json.dumps({"value": FLAT}).encode(),
    "answer of Elastic": json.dumps({"took": 1, "hits": {"total": 5, "hits": [{"_source": one} for one in FLAT]}}).encode(),
}


@pytest.mark.parametrize("window", [40, 1 << 18])
@pytest.mark.parametrize("shape", JSON_SHAPES)
def test_json_in_every_shape(
    tmp_path: Path, records: list[EventRecord], shape: str, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_json, "WINDOW", window)
    path = tmp_path / "events"
    path.write_bytes(JSON_SHAPES[shape])
    report, activities = read(path)
    assert (report.kind, report.state, report.records, report.problems) == ("json", "done", 5, ())
    assert [one.place for one in records] == [1, 2, 3, 4, 5]
    assert len({one.id for one in activities}) == 5
    assert records[0].fields == {"TargetUserName": '{]"[}'}
    third = activities[2]
    shown = read_record(path, third.record or 0, third.ordinal, report.key)
    assert ("EventRecordID", "3") in shown.fields
    with pytest.raises(ValueError):
        read_record(path, 3, 99)


def test_lines_that_are_broken_or_foreign_are_counted(tmp_path: Path, records: list[EventRecord]) -> None:
    lines = [
        json.dumps(FLAT[0]),
        '{"half": ',
        '{"other": "thing"}',
        "[1]",
        json.dumps(FLAT[1]),
        "x" * (5 << 20),
        json.dumps(FLAT[2]),
    ]
    (tmp_path / "a").write_text("\n".join(lines))
    report, _ = read(tmp_path / "a")
    assert [one.ordinal for one in records] == [1, 5, 7]
    assert said(report) == {
        "lines that are no JSON": 1,
        "objects that are no Windows event": 2,
        "lines too long for an event": 1,
    }


def test_times_without_zone_are_told(tmp_path: Path, records: list[EventRecord]) -> None:
    (tmp_path / "a").write_text("\n".join(json.dumps({**one, "EventTime": "2020-09-22 02:13:35"}) for one in FLAT))
    report, _ = read(tmp_path / "a")
    assert said(report) == {"times without a time zone, taken as UTC": 5}


def test_the_corpus_gives_every_line(shared: Path, records: list[EventRecord]) -> None:
    total = 0
    for found in find_inputs([shared / "corpus" / "json"]):
        assert found.kind == "json", found.path
        report = read_input(found, lambda batch: None)
        total += report.records
        assert report.state == "done", found.path
        assert {one.what for one in report.problems} <= {"times without a time zone, taken as UTC"}
    assert total == len(records) == 74094
    assert all(one.event_id and one.provider and one.channel and one.computer for one in records)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), shape=st.sampled_from(sorted(SHAPES) + sorted(JSON_SHAPES)))
def test_damage_never_raises(tmp_path: Path, seed: int, shape: str) -> None:
    chance = random.Random(seed)
    data = bytearray({**SHAPES, **JSON_SHAPES}[shape] * 3)
    for _ in range(chance.randrange(1, 30)):
        at = chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randrange(60)]
            case _:
                data[at:at] = chance.choice([b"<", b"{", b'"', b"</Event>", b"[", b"\\", b"<Event ", b"]", b"}", b"\0"])
    path = tmp_path / "a"
    path.write_bytes(data)
    report, activities = read(path)
    assert report.state in ("done", "partial", "failed")
    assert len(activities) <= report.records


def test_brackets_without_end_are_bounded() -> None:
    notes: list[str] = []
    assert list(elements(b"[" * 100_000, lambda what, where, count=1: notes.append(what))) == []
    assert notes == ["JSON nested too deep; the rest was not read"]


def test_what_evtx_dump_writes(tmp_path: Path, records: list[EventRecord]) -> None:
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    (tmp_path / "a").write_text("".join(f"Record {one}\n{head}{event(one)}\n" for one in range(1, 4)))
    report, _ = read(tmp_path / "a")
    assert (report.kind, report.records) == ("xml", 3)
    (tmp_path / "b").write_text("".join(f"Record {one}\n{json.dumps(flat(one), indent=2)}\n" for one in range(1, 4)))
    report, _ = read(tmp_path / "b")
    assert (report.kind, report.records) == ("json", 3)
