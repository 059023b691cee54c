"""What collectors make of an event is the same record, in every form that they give it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.events.json_forms import record_of
from app.sensor.events.json_shippers import understood
from app.sensor.events.record import AUDIT_FAILURE, EventRecord
from app.sensor.events.translate import activities_of

AT = 1_600_740_815_123_000
TIME, COMPUTER, PROVIDER = "2020-09-22T02:13:35.123Z", "DC.theshire.local", "Microsoft-Windows-Security-Auditing"
DATA = {
    "SubjectUserSid": "S-1-0-0", "SubjectUserName": "-", "SubjectDomainName": "-", "SubjectLogonId": "0x0",
    "TargetUserSid": "S-1-0-0", "TargetUserName": "pgustavo", "TargetDomainName": "THESHIRE", "Status": "0xc000006d",
    "FailureReason": "%%2313", "SubStatus": "0xc000006a", "LogonType": "3", "LogonProcessName": "NtLmSsp",
    "AuthenticationPackageName": "NTLM", "WorkstationName": "WS5", "TransmittedServices": "-", "LmPackageName": "-",
    "KeyLength": "0", "ProcessId": "0x0", "ProcessName": "-", "IpAddress": "172.18.39.5", "IpPort": "51000",
}  # fmt: skip
"""4625, whose values have names in the manifest, so that their order tells them."""
PAIRS = [{name: value} for name, value in DATA.items()]
MESSAGE = (
    "An account failed to log on.\r\n\r\nLogon Type:\t\t\t3\r\n\r\nAccount For Which Logon Failed:\r\n"
    "\tAccount Name:\t\tpgustavo\r\n\tAccount Domain:\t\tTHESHIRE\r\n\r\nFailure Information:\r\n"
    "\tStatus:\t\t\t0xC000006D\r\n\tSub Status:\t\t0xC000006A\r\n\r\n"
    "Network Information:\r\n\tWorkstation Name:\tWS5\r\n\tSource Network Address:\t172.18.39.5\r\n\tSource Port:\t\t51000\r\n"
)
XML = (
    f"<Event xmlns='u'><System><Provider Name='{PROVIDER}'/><EventID>4625</EventID><Keywords>0x8010000000000000</Keywords>"
    f"<TimeCreated SystemTime='{TIME}'/><EventRecordID>77</EventRecordID><Channel>Security</Channel>"
    f"<Computer>{COMPUTER}</Computer></System><EventData>"
    + "".join(f"<Data Name='{name}'>{value}</Data>" for name, value in DATA.items())
    + "</EventData></Event>"
)
WAZUH = {
    "system": {
        "providerName": PROVIDER, "eventID": "4625", "keywords": "0x8010000000000000", "systemTime": TIME, "eventRecordID": "77",
        "channel": "Security", "computer": COMPUTER, "severityValue": "AUDIT_FAILURE", "message": '"An account failed"',
    },
    "eventdata": {name[0].lower() + name[1:]: value for name, value in DATA.items()},
}  # fmt: skip
LOWER = {"channel": "Security", "computer": COMPUTER, "record_id": 77, "keywords": ["Audit Failure"]}
OTEL = {**LOWER, "event_id": {"id": 4625, "qualifiers": 0}, "provider": {"name": PROVIDER, "guid": "{5}"}, "system_time": TIME}
WINLOG = {"event_id": "4625", "channel": "Security", "provider_name": PROVIDER, "computer_name": COMPUTER, "record_id": 77}
SYSTEM = {
    "Provider": {"Name": PROVIDER}, "EventID": 4625, "Keywords": "0x8010000000000000", "TimeCreated": {"SystemTime": TIME},
    "EventRecordID": 77, "Channel": "Security", "Computer": COMPUTER,
}  # fmt: skip
FLUENT = {
    "ProviderName": PROVIDER, "ProviderGuid": "{5}", "Qualifiers": "", "EventID": 4625, "Version": 0, "Task": 12544,
    "Keywords": "0x8010000000000000", "EventRecordID": 77, "ActivityID": "", "ProcessID": 724, "ThreadID": 5296,
    "Channel": "Security", "Computer": COMPUTER, "UserID": "",
}  # fmt: skip
SPLUNK = {
    "EventCode": "4625", "LogName": "Security", "SourceName": "Microsoft Windows security auditing.", "ComputerName": COMPUTER,
    "RecordNumber": "77", "Keywords": "Audit Failure", "Message": MESSAGE,
}  # fmt: skip
FORMS: dict[str, object] = {
    "Wazuh": {"win": WAZUH},
    "Wazuh's archive": {"timestamp": "2020-09-22T02:13:36.000+0000", "agent": {"name": "dc"}, "data": {"win": WAZUH}},
    "Wazuh's alert in Elastic": {"_index": "w", "_source": {"@timestamp": TIME, "data": {"win": WAZUH}}},
    "Fluent Bit": {
        **FLUENT, "TimeCreated": "2020-09-22 04:13:35.123 +0200", "Message": MESSAGE, "StringInserts": [*DATA.values()],
    },
    "Fluentd": {**FLUENT, "TimeCreated": "2020/09/22 02:13:35.123000000", "Description": MESSAGE, "EventData": [*DATA.values()]},
    "Fluentd, old": {
        "channel": "security", "record_number": "77", "time_generated": "2020-09-22 02:13:35.123 +0000", "event_id": "4625",
        "event_type": "audit_failure", "source_name": PROVIDER, "computer_name": COMPUTER, "description": MESSAGE,
        "string_inserts": [*DATA.values()],
    },
    "OpenTelemetry": {**OTEL, "message": "An account failed", "event_data": {"name": "", "data": PAIRS}},
    "OpenTelemetry's record": {"timestamp": 1, "body": {**OTEL, "event_data": DATA}},
    "Logstash": {**LOWER, "@timestamp": TIME, "event_id": 4625, "provider_name": PROVIDER, "event_data": DATA},
    "Chainsaw": {"name": "x", "document": {"kind": "evtx", "data": {"Event": {"System": SYSTEM, "EventData": DATA}}}},
    "Datadog": {"attributes": {"Event": {"System": SYSTEM, "EventData": {
        "Data": [{"Name": name, "value": value} for name, value in DATA.items()]}}}, "message": "x"},
    "GELF": {
        "version": "1.1", "host": "dc", "short_message": "An account failed", "timestamp": 1, "_id": "x", "_EventTime": TIME,
        "_Hostname": COMPUTER, "_Keywords": -9218868437227405312, "_EventID": 4625, "_SourceName": PROVIDER,
        "_Channel": "Security", "_RecordNumber": 77, **{f"_{name}": value for name, value in DATA.items()},
    },
    "Graylog": {
        "timestamp": TIME, "source": "dc", "message": "An account failed", "winlogbeat_winlog_keywords": ["Audit Failure"],
        **{f"winlogbeat_winlog_{name}": value for name, value in WINLOG.items()},
        **{f"winlogbeat_winlog_event_data_{name}": value for name, value in DATA.items()},
    },
    "Kibana": {"_id": "x", "fields": {
        "@timestamp": [TIME], "winlog.keywords": ["Audit Failure"], **{f"winlog.{name}": [one] for name, one in WINLOG.items()},
        **{f"winlog.event_data.{name}": [value] for name, value in DATA.items()}}},
    "osquery": {"name": "windows_events", "unixTime": 1, "columns": {
        "channel": "Security", "computer_name": COMPUTER, "datetime": TIME, "eventid": "4625", "provider_name": PROVIDER,
        "keywords": "0x8010000000000000", "event_record_id": "77", "data": json.dumps({"EventData": DATA})}},
    "Get-EventLog": {
        "EventID": 4625, "MachineName": COMPUTER, "Index": 77, "EntryType": 16, "Message": MESSAGE, "Source": PROVIDER,
        "ReplacementStrings": [*DATA.values()], "TimeGenerated": "/Date(1600740815123)/", "LogName": "Security",
    },
    "Splunk's fields": {"result": {"_time": "2020-09-22T02:13:35.123+00:00", **SPLUNK}},
    "Splunk's text": {"result": {"_time": "2020-09-22T02:13:35.123+00:00", "host": "dc", "_raw": "09/22/2020 02:13:35 AM\n"
                                 + "\n".join(f"{name}={value}" for name, value in SPLUNK.items())}},
    "XML in a message": {"timestamp": 1_600_740_815_123, "message": XML},
    "XML of the agent": {"@timestamp": TIME, "event": {"original": XML, "code": "4625"}, "host": {"name": "dc"}},
    "XML of a collector": {"time": 1.0, "host": "dc", "sourcetype": "XmlWinEventLog", "event": f"{XML}\n"},
    "xml2js": {"Event": {
        "System": [{"Provider": [{"$": {"Name": PROVIDER}}], "TimeCreated": [{"$": {"SystemTime": TIME}}],
                    "EventID": ["4625"], "EventRecordID": ["77"], "Channel": ["Security"], "Computer": [COMPUTER],
                    "Keywords": ["0x8010000000000000"]}],
        "EventData": [{"Data": [{"$": {"Name": name}, "_": value} for name, value in DATA.items()]}]}},
    "Azure's table of events": {
        "TimeGenerated": TIME, "Source": PROVIDER, "EventLog": "Security", "Computer": COMPUTER, "EventID": 4625,
        "EventRecordId": 77, "Keywords": "0x8010000000000000", "RenderedDescription": MESSAGE,
        "EventData": "<DataItem><EventData>" + "".join(f'<Data Name="{name}">{value}</Data>' for name, value in DATA.items())
                     + "</EventData></DataItem>",
    },
}  # fmt: skip


def read(form: object) -> EventRecord | None:
    return record_of(json.loads(json.dumps(form)), 12)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_act(form: str) -> None:
    record = read(FORMS[form])

    assert record is not None
    assert (record.at, record.event_id, record.computer, record.record) == (AT, 4625, COMPUTER, 77)
    assert record.channel == "Security" and record.provider == PROVIDER and record.keywords & AUDIT_FAILURE
    (told,) = activities_of(record, "k")
    assert told.account is not None and (told.account.name, told.account.domain) == ("pgustavo", "THESHIRE")
    assert told.source is not None and (told.source.ip, told.source.port) == ("172.18.39.5", 51000)
    assert (told.result, told.code) == ("failure", 0xC000006A)


def test_values_without_a_name_in_one_text_are_as_many_as_the_event_has() -> None:
    audit = '<?xml version="1.0"?><A><UserId>pgustavo</UserId><IpAddress>1.2.3.4, 5.6.7.8</IpAddress></A>'
    system = {**WAZUH["system"], "eventID": "1203", "providerName": "AD FS Auditing"}  # type: ignore[dict-item]
    record = read({"win": {"system": system, "eventdata": {"data": f"0c0fd6ee, {audit}"}}})

    assert record is not None and record.fields == {"param1": "0c0fd6ee", "param2": audit}


def test_user_data_of_the_agent() -> None:
    system = {**WAZUH["system"], "eventID": "1102", "providerName": "Microsoft-Windows-Eventlog"}  # type: ignore[dict-item]
    record = read({"win": {"system": system, "logFileCleared": {"subjectUserName": "eve", "subjectDomainName": "THESHIRE"}}})

    assert record is not None and record.fields == {"SubjectUserName": "eve", "SubjectDomainName": "THESHIRE"}


@pytest.mark.parametrize(
    "other",
    [
        {"win": {}}, {"win": {"system": {}}}, {"win": {"system": []}},
        {"event_id": 1}, {"event_id": {"id": 1}}, {"message": "<Event"},
        {"data": {"data": {"data": {"data": {"data": {"win": WAZUH}}}}}}, {"EventCode": 1}, {"Event": {"System": [1]}},
        {"_EventID": None}, {"fields": {"winlog.event_id": []}}, {"columns": {"eventid": "1", "channel": "x", "data": "{"}},
    ],
)  # fmt: skip
def test_what_is_no_event_is_none(other: dict[str, object]) -> None:
    assert read(other) is None


LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12) | st.just(XML[:90])
JSON = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3))


@given(form=st.sampled_from(sorted(FORMS)), data=st.data())
def test_any_value_anywhere_never_raises(form: str, data: st.DataObject) -> None:
    value = json.loads(json.dumps(FORMS[form]))
    here = value
    for _ in range(data.draw(st.integers(0, 4))):
        inner = [one for one in here.values() if isinstance(one, dict) and one]
        here = data.draw(st.sampled_from(inner)) if inner else here
    here[data.draw(st.sampled_from(sorted(here)))] = data.draw(JSON)

    understood(value)
    record = record_of(value, 1)
    assert record is None or isinstance(record, EventRecord)
