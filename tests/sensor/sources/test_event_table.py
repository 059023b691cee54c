"""Tables of events (CSV) with names for their fields: whole, damaged, hostile."""

import csv
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sensor.sources.event_table import rows
from app.sensor.sources.inputs import find_inputs
from app.sensor.sources.kinds import TABLE, columns_of, kind_of, why_not
from app.sensor.sources.record_texts import read_texts, texts_file
from app.sensor.sources.records import read_record
from app.sensor.sources.table_rows import LARGEST
from tests.sensor.events_material import read, said

AUDIT = "Microsoft-Windows-Security-Auditing"
DATA = {"TargetUserName": "eve", "TargetDomainName": "A", "LogonType": "3", "IpAddress": "10.0.0.9"}
VALUES = "".join(f'<Data Name="{name}">{value}</Data>' for name, value in DATA.items())
XML = (
    f'<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="{AUDIT}"/>'
    '<EventID>4624</EventID><TimeCreated SystemTime="2026-03-01T10:00:00Z"/><EventRecordID>7</EventRecordID>'
    "<Channel>Security</Channel>"
    f"<Computer>dc1.a.test</Computer></System><EventData>{VALUES}</EventData></Event>"
)
SYSTEM = {
    "Provider": {"Name": AUDIT}, "EventID": {"Value": 4624}, "TimeCreated": {"SystemTime": 1772359200.0}, "EventRecordID": 7,
    "Channel": "Security", "Computer": "dc1.a.test",
}  # fmt: skip
EVTXECMD = (
    "RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,Computer,ChunkNumber,UserId,"
    "MapDescription,UserName,RemoteHost,PayloadData1,PayloadData2,PayloadData3,PayloadData4,PayloadData5,PayloadData6,"
    "ExecutableInfo,HiddenRecord,SourceFile,Keywords,ExtraDataOffset,Payload"
)
PAYLOAD = json.dumps({"EventData": {"Data": [{"@Name": name, "#text": value} for name, value in DATA.items()]}})
TABLES: dict[str, dict[str, Any]] = {
    "EvtxECmd": dict.fromkeys(EVTXECMD.split(","), "")
    | {
        "EventRecordId": 7, "TimeCreated": "2026-03-01 10:00:00.0000000", "EventId": 4624, "Provider": AUDIT,
        "Channel": "Security", "Computer": "dc1.a.test", "MapDescription": "Successful logon", "Payload": PAYLOAD,
    },
    "Velociraptor": {
        "EventTime": "2026-03-01T10:00:00Z", "Computer": "dc1.a.test", "Channel": "Security", "Provider": AUDIT,
        "EventID": 4624, "EventRecordID": 7, "EventData": json.dumps(DATA), "Message": "An account\nwas, logged on",
    },
    "Velociraptor's parse_evtx": {"System": json.dumps(SYSTEM), "EventData": json.dumps(DATA), "Message": "x"},
    "Azure": {
        "TimeGenerated [UTC]": "3/1/2026, 10:00:00.000 AM", "Account": "A\\eve", "Computer": "dc1.a.test",
        "EventSourceName": AUDIT, "Channel": "Security", "EventID": 4624, **DATA, "Type": "SecurityEvent",
    },
    "Splunk": {"_raw": XML, "_time": "2026-03-01T10:00:00.000+0000", "host": "dc1"},
    "Hayabusa": {
        "Timestamp": "2026-03-01 10:00:00.000 +00:00", "RuleTitle": "Logon", "Level": "info", "Computer": "dc1.a.test",
        "Channel": "Sec", "EventID": 4624, "RecordID": 7, "EvtxFile": "x",
        "AllFieldInfo": " ¦ ".join(f"{name}: {value}" for name, value in DATA.items()),
    },
}  # fmt: skip


def table(row: dict[str, Any], times: int = 2, between: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(row), delimiter=between)
    writer.writeheader()
    writer.writerows([row] * times)
    return out.getvalue().encode()


def nothing(what: str, where: str, count: int = 1) -> None:
    """Takes no notice."""


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("name", TABLES)
def test_every_row_tells_its_sign_in(tmp_path: Path, name: str, between: str, coding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(table(TABLES[name], 3, between).decode().encode(coding))
    report, got = read(path)

    assert not report.problems
    assert [one.ordinal for one in got] == [1, 2, 3]
    for one in got:
        assert one.at == 1_772_359_200_000_000
        assert one.account is not None and one.account.name == "eve"
        assert one.source is not None and one.source.ip == "10.0.0.9"
        assert one.destination is not None and one.destination.host == "dc1.a.test"


def test_a_row_can_be_shown_and_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(table(TABLES["EvtxECmd"]))
    (found,) = find_inputs([path])
    _, got = read(path)

    shown = read_record(path, got[1].record or 0, 2)
    assert shown.form == "json" and dict(shown.fields)["TargetUserName"] == "eve"
    with pytest.raises(ValueError, match="no row 9"):
        read_record(path, 0, 9)

    kind, texts = read_texts(path, [(got[1].record or 0, 2)], found.key)
    (tmp_path / "b.json").write_bytes(texts_file(kind, list(texts.values())))
    assert [one.detail.fields for one in read(tmp_path / "b.json")[1]] == [got[1].detail.fields]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "head",
    [
        b"Id,TimeCreated,Message\n1,2,3\n",
        b"timestamp,detections,path,count,Event.System.Provider,Event ID,Record ID,Computer,Event Data\n",
        b"Timestamp,RuleTitle,Level,Computer,Channel,EventID,Details\n",
        b"_raw\n", b"EventData\n", b"",
    ],
)  # fmt: skip
def test_other_tables_are_none_of_ours(head: bytes) -> None:
    assert kind_of(head) == ""
    assert columns_of(head) == (frozenset(), "")


def test_a_table_of_the_event_viewer_is_refused_with_what_to_do() -> None:
    assert why_not(b'"Message","Id","Version","TaskCategory","ProviderName","LogName"\n') == TABLE


def test_rows_that_are_broken_cost_themselves(tmp_path: Path) -> None:
    good = table(TABLES["Azure"], 1)
    names, row = good.split(b"\r\n")[:2]
    path = tmp_path / "a.csv"
    path.write_bytes(b"\r\n".join((names, row, b"x,y", b'"' + b"z\n" * (LARGEST // 2 + 9), row, b"")))
    report, got = read(path)

    assert len(got) == 2
    assert said(report)["rows of a table that are broken or too long"] >= 1
    assert said(report)["rows that are no Windows event"] >= 1


def test_a_table_without_events_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"_raw,_time\nhello,1\n")

    report, got = read(tmp_path / "a.csv")
    assert got == [] and "no Windows events" in report.problems[0].what


def test_memory_is_bounded_whatever_a_row_holds() -> None:
    notes: list[str] = []
    data = b"_raw,_time\n" + b'"x\n",' * (3 << 20)
    tracemalloc.start()
    for _ in rows(data, lambda what, where, count=1: notes.append(what)):
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert notes
    assert most < 40 * LARGEST


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_stands_in_it_nothing_is_raised(data: bytes) -> None:
    for _, done, row in rows(b"EventID,TimeGenerated,Computer,EventData\n" + data, nothing):
        assert done <= 41 + len(data) and isinstance(row, dict)
