"""The same event in every JSON form is the same record."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.events.json_forms import UNZONED, record_of
from app.sensor.events.record import AUDIT_FAILURE
from app.sensor.events.times import instant, placed
from app.sensor.events.values import user_data

AT = 1_600_740_815_123_000
"""2020-09-22T02:13:35.123Z"""
DATA = {"TargetUserName": "pgustavo", "LogonType": 3, "IpAddress": "172.18.39.5"}
FIELDS = {"TargetUserName": "pgustavo", "LogonType": "3", "IpAddress": "172.18.39.5"}
SCHEMA = {
    "System": {
        "Provider": {"#attributes": {"Name": "Microsoft-Windows-Security-Auditing"}},
        "EventID": 4625,
        "Keywords": "0x8010000000000000",
        "TimeCreated": {"#attributes": {"SystemTime": "2020-09-22T02:13:35.123Z"}},
        "EventRecordID": 77,
        "Channel": "Security",
        "Computer": "DC.theshire.local",
        "Security": {"#attributes": {"UserID": "S-1-5-18"}},
    },
    "EventData": DATA,
}
WINLOG = {
    "channel": "Security",
    "computer_name": "DC.theshire.local",
    "event_id": "4625",
    "provider_name": "Microsoft-Windows-Security-Auditing",
    "record_id": 77,
    "keywords": ["Audit Failure"],
    "user": {"identifier": "S-1-5-18"},
    "event_data": DATA,
}
FORMS = {
    "evtx crate": {"Event": SCHEMA},
    "schema with @": {
        "Event": {
            "System": {
                **SCHEMA["System"],
                "Provider": {"@Name": "Microsoft-Windows-Security-Auditing"},
                "EventID": {"@Qualifiers": "0", "#text": "4625"},
                "TimeCreated": {"@SystemTime": "2020-09-22T02:13:35.1230000Z"},
                "Security": {"@UserID": "S-1-5-18"},
            },
            "EventData": {"Data": [{"@Name": name, "#text": str(value)} for name, value in DATA.items()]},
        }
    },
    "Winlogbeat 7": {"@timestamp": "2020-09-22T02:13:35.123Z", "winlog": WINLOG, "event": {"code": 4625, "outcome": "failure"}},
    "Winlogbeat in Elastic": {"_index": "w", "_source": {"@timestamp": "2020-09-22T02:13:35.123Z", "winlog": WINLOG}},
    "Winlogbeat dotted": {
        "@timestamp": ["2020-09-22T02:13:35.123Z"],
        **{f"winlog.{name}": [value] for name, value in WINLOG.items() if name not in ("event_data", "user")},
        "winlog.user.identifier": ["S-1-5-18"],
        **{f"winlog.event_data.{name}": [str(value)] for name, value in DATA.items()},
    },
    "Winlogbeat 6": {
        "@timestamp": "2020-09-22T02:13:35.123Z",
        "log_name": "Security",
        "source_name": "Microsoft-Windows-Security-Auditing",
        "computer_name": "DC.theshire.local",
        "event_id": 4625,
        "record_number": "77",
        "keywords": ["Audit Failure"],
        "user": {"identifier": "S-1-5-18"},
        "event_data": DATA,
    },
    "NXLog": {
        "EventTime": "2020-09-22T02:13:35.123+00:00",
        "Hostname": "DC.theshire.local",
        "Keywords": "9227875636482146304",
        "EventType": "AUDIT_FAILURE",
        "SeverityValue": 4,
        "EventID": 4625,
        "SourceName": "Microsoft-Windows-Security-Auditing",
        "RecordNumber": 77,
        "Channel": "Security",
        "Message": "An account failed to log on.",
        "UserID": "S-1-5-18",
        **DATA,
    },
    "Sentinel": {
        "TimeGenerated": "9/22/2020, 2:13:35.123 AM UTC",
        "Computer": "DC.theshire.local",
        "EventSourceName": "Microsoft-Windows-Security-Auditing",
        "Channel": "Security",
        "EventID": "4625",
        "EventRecordId": "77",
        "Keywords": "0x8010000000000000",
        "UserId": "S-1-5-18",
        "Type": "SecurityEvent",
        "Activity": "4625 - An account failed to log on.",
        **DATA,
    },
    "EvtxECmd": {
        "PayloadData1": "Target: pgustavo",
        "EventId": 4625,
        "EventRecordId": "77",
        "Provider": "Microsoft-Windows-Security-Auditing",
        "Channel": "Security",
        "Computer": "DC.theshire.local",
        "UserId": "S-1-5-18",
        "Keywords": "Audit failure",
        "TimeCreated": "2020-09-22T02:13:35.1230000+00:00",
        "Payload": json.dumps({"EventData": {"Data": [{"@Name": name, "#text": str(value)} for name, value in DATA.items()]}}),
    },
    "Splunk": {
        "preview": False,
        "result": {
            "_raw": "<Event><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4625</EventID>"
            "<Keywords>0x8010000000000000</Keywords><TimeCreated SystemTime='2020-09-22T02:13:35.123Z'/>"
            "<EventRecordID>77</EventRecordID><Channel>Security</Channel><Computer>DC.theshire.local</Computer>"
            "<Security UserID='S-1-5-18'/></System><EventData>"
            + "".join(f"<Data Name='{name}'>{value}</Data>" for name, value in DATA.items())
            + "</EventData></Event>"
        },
    },
    "table with XML": {
        "TimeGenerated": "2020-09-22T02:13:35.123Z",
        "Computer": "DC.theshire.local",
        "Provider": "Microsoft-Windows-Security-Auditing",
        "Channel": "Security",
        "EventID": 4625,
        "EventRecordID": 77,
        "Keywords": "0x8010000000000000",
        "UserID": "S-1-5-18",
        "EventData": "<EventData>"
        + "".join(f'<Data Name="{name}">{value}</Data>' for name, value in DATA.items())
        + "</EventData>",
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_record(form: str) -> None:
    doubts: list[str] = []
    record = record_of(json.loads(json.dumps(FORMS[form])), 12, doubts.append)
    assert record is not None
    assert (record.at, record.provider, record.event_id) == (AT, "Microsoft-Windows-Security-Auditing", 4625)
    assert (record.channel, record.computer, record.record) == ("Security", "DC.theshire.local", 77)
    assert (record.place, record.ordinal) == (77, 12)
    assert record.sid == "S-1-5-18"
    assert record.keywords & AUDIT_FAILURE
    fields = {name: value for name, value in record.fields.items() if name not in ("UserID", "UserId")}
    assert fields == FIELDS
    assert not doubts


def test_powershell_gives_values_by_position() -> None:
    record = record_of(
        {
            "Id": 4625,
            "Version": 0,
            "ProviderName": "Microsoft-Windows-Security-Auditing",
            "LogName": "Security",
            "MachineName": "DC.theshire.local",
            "RecordId": 77,
            "Keywords": -9218868437227405312,
            "TimeCreated": "/Date(1600740815123)/",
            "UserId": {"BinaryLength": 12, "Value": "S-1-5-18"},
            "Properties": [{"Value": "S-1-0-0"}, {"Value": 3}],
            "Message": "An account failed to log on.",
        },
        1,
    )
    assert record is not None
    assert (record.at, record.sid, record.keywords) == (AT, "S-1-5-18", 0x8010000000000000)
    assert record.fields == {"param1": "S-1-0-0", "param2": "3", "Message": "An account failed to log on."}


def test_a_local_time_is_put_right_by_the_time_of_receipt() -> None:
    doubts: list[str] = []
    flat = {"EventID": 1, "Channel": "x", "EventTime": "2020-09-21 22:13:35", "@timestamp": "2020-09-22T02:13:37.997Z"}
    record = record_of(flat, 1, doubts.append)
    assert record is not None
    assert record.at == AT - 123_000
    assert not doubts
    del flat["@timestamp"]
    alone = record_of(flat, 1, doubts.append)
    assert alone is not None
    assert alone.at == AT - 123_000 - 4 * 3600 * 1_000_000
    assert doubts == [UNZONED]


@pytest.mark.parametrize("zone", range(-48, 57))
def test_every_zone_and_a_delay_of_some_minutes(zone: int) -> None:
    for delay in (0, 2, 200):
        assert placed(AT + zone * 900_000_000, AT + delay * 1_000_000) == AT


def test_times_far_apart_prove_no_zone() -> None:
    assert placed(AT, AT + 30 * 3600 * 1_000_000) is None


def test_unnamed_values_and_user_data() -> None:
    event = {"System": SCHEMA["System"], "EventData": {"Data": {"#text": ["a", "b"]}, "Binary": "00"}}
    record = record_of({"Event": event}, 1)
    assert record is not None
    assert record.fields == {"param1": "a", "param2": "b", "Binary": "00"}
    cleared = {"LogFileCleared": {"#attributes": {"xmlns": "u"}, "SubjectUserName": "eve", "SubjectLogonId": "0x3e7"}}
    assert user_data(cleared) == {"SubjectUserName": "eve", "SubjectLogonId": "0x3e7"}
    assert user_data({"A": [{"X": 1}, {"X": 2}]}) == {"X": "1", "X_2": "2"}


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"a": 1},
        {"EventID": 1},
        {"Event": {}},
        {"event": {"System": {}}},
        {"winlog": {}},
        {"Id": 1, "ProviderName": "x"},
        {"System": {}},
    ],
)
def test_what_is_no_event_is_none(other: dict[str, object]) -> None:
    assert record_of(other, 1) is None


NAMES = st.sampled_from([*"ab", *FORMS["NXLog"], "#text", "@Name"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=15,
)


@given(form=st.sampled_from(sorted(FORMS)), data=st.data())
def test_any_value_anywhere_never_raises(form: str, data: st.DataObject) -> None:
    value = json.loads(json.dumps(FORMS[form]))
    here = value
    for _ in range(data.draw(st.integers(0, 3))):
        inner = [one for one in here.values() if isinstance(one, dict) and one]
        if not inner:
            break
        here = data.draw(st.sampled_from(inner))
    here[data.draw(st.sampled_from(sorted(here)))] = data.draw(JSON)
    record = record_of(value, 1)
    if record is not None:
        assert all(isinstance(one, str) for pair in record.fields.items() for one in pair)
        assert all(isinstance(one, str) for one in (record.provider, record.channel, record.computer))
        assert 0 <= record.event_id < 65536


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2020-09-22T02:13:35.123Z", AT),
        ("2020-09-22 02:13:35.1230000Z UTC", AT),
        ("2020-09-22T04:13:35.123+02:00", AT),
        ("2020-09-22 02:13:35.123 UTC", AT),
        ("/Date(1600740815123)/", AT),
        ("9/22/2020 2:13:35.123 AM", AT),
        (1600740815.123, AT),
        (1600740815123, AT),
        ("1600740815123", AT),
        ("yesterday", None),
        ("/Date(99999999999999999)/", None),
        ("²²²²²²²²²²²²²", None),
        ("99/99/2020 2:13:35 AM", None),
        (True, None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_times(text: object, at: int | None) -> None:
    found = instant(text)
    assert (found[0] if found else None) == at


def test_the_time_of_the_event_wins_over_that_of_its_arrival() -> None:
    late = {"@timestamp": "2021-11-11T17:14:52.001Z", "winlog": {**WINLOG, "time_created": "2020-09-22T02:13:35.1230000Z"}}
    record = record_of(late, 1)
    assert record is not None and record.at == AT
