"""What a look at the text of a record leaves out gives no activity, whatever the record holds."""

import json
from pathlib import Path

import evtx as native_reader
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.activity import Activity
from app.sensor.events.translate import PROVIDERS, WANTED, activities_of
from app.sensor.sources.evtx import wanted_events
from app.sensor.sources.evtx_glance import Glance, wanted_of
from app.sensor.sources.evtx_json import record_of_fast
from tests.sensor.events_material import read

SYSMON, CHANNEL, WHEN = "Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational", "2026-03-01T10:00:00.123456Z"
WRITTEN = "2026-03-01T10:00:00.5Z UTC"
ALL = wanted_of(wanted_events())


def text_of(number: int, data: dict[str, str], provider: str = SYSMON, channel: str = CHANNEL, when: str = WHEN) -> str:
    """As the fast reader writes it."""
    system = {
        "Provider": {"#attributes": {"Name": provider, "Guid": "5770385F"}}, "EventID": number, "Keywords": "0x8000000000000000",
        "TimeCreated": {"#attributes": {"SystemTime": when}}, "EventRecordID": 7, "Channel": channel, "Computer": "ws1.a.test",
    }  # fmt: skip
    event = {"Event": {"#attributes": {"xmlns": "x"}, "System": system, "EventData": data}}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def activities(text: str) -> list[Activity]:
    record = record_of_fast(text, (0, 0, 7, 0), 0)
    return activities_of(record, "k") if record is not None else []


def keeps(text: str) -> bool:
    return Glance(ALL).keeps(text, 0, WRITTEN)


def test_events_that_are_read_are_those_of_the_providers() -> None:
    assert frozenset().union(*PROVIDERS.values()) == WANTED == frozenset(ALL)


@pytest.mark.parametrize(
    ("number", "data", "kept"),
    [
        (11, {"TargetFilename": "C:\\Windows\\Temp\\a.tmp"}, False),
        (11, {"TargetFilename": "C:\\Windows\\System32\\security.dll"}, False),
        (11, {"TargetFilename": "C:\\x\\ntds.dit"}, True),
        (11, {"TargetFilename": "C:\\x\\SAM"}, True),
        (11, {"TargetFilename": "__1772359200.12"}, True),
        (11, {"TargetFilename": 'C:\\x\\n"tds.dit'}, True),
        (11, {"Image": "C:\\a.exe"}, True),
        (13, {"TargetObject": "HKLM\\System\\Start", "Details": "x"}, False),
        (13, {"TargetObject": "HKLM\\System\\svc\\ImagePath", "Details": "x"}, True),
        (17, {"PipeName": "\\wkssvc"}, False),
        (18, {"PipeName": "\\PSEXESVC-A-1-stdin"}, True),
        (1, {"Image": "C:\\a.exe"}, True),
        (5, {"Image": "C:\\a.exe"}, False),
        (9999, {"Image": "C:\\a.exe"}, False),
    ],
)
def test_what_sysmon_tells_is_parsed_where_it_can_concern_identities(number: int, data: dict[str, str], kept: bool) -> None:
    assert keeps(text_of(number, data)) is kept


def test_a_number_of_another_log_is_left_out_and_what_is_in_doubt_is_not() -> None:
    assert not keeps(text_of(4624, {"a": "b"}, "Somebody"))
    assert keeps(text_of(4624, {"a": "b"}, ""))
    assert keeps(text_of(4624, {"a": "b"}, "MICROSOFT-Windows-Security-Auditing", "Security"))
    assert keeps(text_of(2, {}, when="1601-01-01T00:00:00Z")) and keeps(text_of(2, {}, when="never"))
    assert keeps("{}") and keeps("")


def test_of_records_without_the_time_of_their_writing_the_ends_stay() -> None:
    glance, zero = Glance(ALL), "1601-01-01T00:00:00Z UTC"
    times = ["2026-03-01T10:00:05.5Z", "2026-03-01T10:00:05Z", "2026-03-01T10:00:05.12Z", "2026-03-01T10:00:06Z"]
    texts = [text_of(2, {}, when=one) for one in times]

    assert not any(glance.keeps(text, at, zero) for at, text in enumerate(texts))
    assert sorted(glance.ends()) == [(1, texts[1]), (3, texts[3])]
    glance = Glance(ALL)
    assert not glance.keeps(texts[0], 0, WRITTEN) and glance.ends() == []


def test_a_reading_without_the_look_gives_the_same(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.sensor.sources import evtx

    for name in ("pe_issue_43.evtx", "sb_CA_tutto_malseclogon.evtx", "dbc_sliver-security.evtx", "pl_System2.evtx"):
        path = shared / "corpus" / "evtx" / name
        report, found = read(path)
        with monkeypatch.context() as patch:
            patch.setattr(evtx, "wanted_events", list)
            whole, every = read(path)
        assert found == every and len(found) < report.records
        assert (report.records, report.first, report.last) == (whole.records, whole.first, whole.last)


def test_nothing_of_the_corpus_that_is_left_out_gives_an_activity(shared: Path) -> None:
    left = 0
    for path in sorted((shared / "corpus" / "evtx").glob("*.evtx"))[::3]:
        try:
            texts = [one["data"] for one in native_reader.PyEvtxParser(str(path)).records_json()]
        except (RuntimeError, OSError):
            continue
        for text in texts:
            if not keeps(text):
                left += 1
                assert not activities(text)
    assert left > 1000


NAMES = (
    "ntds.dit",
    "SAM",
    "ſam",
    "x.Kirbi",
    "x.\u212airbi",
    "lsass.DMP",
    "__output",
    "ImagePath",
    "psexesvc",
    "a",
    "\\",
    '"',
    "\n",
    "é",
    "\\\\",
)


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from([11, 13, 17, 18]),
    st.lists(st.sampled_from(NAMES), max_size=6).map("".join),
    st.sampled_from(["TargetFilename", "TargetObject", "PipeName", "param1"]),
    st.booleans(),
)
def test_whatever_a_name_is_the_look_and_the_reading_agree(number: int, value: str, name: str, twice: bool) -> None:
    text = text_of(number, {name: value})
    if twice:
        text = text.replace('"EventData":{', f'"EventData":{{"{name}":"x",', 1)
    if not keeps(text):
        assert not activities(text)
