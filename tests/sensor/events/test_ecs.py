"""Events whose values stand under names of Elastic's common schema, and others that were cut down on their way."""

from typing import Any

import pytest

from app.model.activity import Activity
from app.sensor.events.json_forms import record_of
from app.sensor.events.translate import activities_of

AUDIT, TIME = "Microsoft-Windows-Security-Auditing", "2026-03-01T10:00:00.000Z"
USER = {"name": "eve", "domain": "A", "id": "S-1-5-21-1-2-3-1104"}
DATA = {"TargetUserName": "eve", "TargetDomainName": "A", "LogonType": "3", "IpAddress": "10.0.0.9"}


def ecs(code: int, provider: str = AUDIT, **more: Any) -> dict[str, Any]:
    event = {"code": str(code), "provider": provider, "outcome": "success"}
    return {"@timestamp": TIME, "event": event, "host": {"name": "dc1.a.test"}, **more}


def told(object: dict[str, Any]) -> Activity:
    record = record_of(object, 1)
    assert record is not None
    (activity,) = activities_of(record, "key")
    return activity


LOGON = ecs(4624, user=USER, source={"ip": "10.0.0.9", "port": 50000})
NAMES = {"event.code": "4624", "event.provider": AUDIT, "host.name": "dc1.a.test", "user.name": "eve", "source.ip": "10.0.0.9"}
SYSTEM = {
    "Provider_attributes": {"Name": AUDIT}, "EventID": 4624, "TimeCreated_attributes": {"SystemTime": TIME}, "Security": None,
    "EventRecordID": 7, "Channel": "Security", "Computer": "dc1.a.test",
}  # fmt: skip
FORMS: dict[str, dict[str, Any]] = {
    "schema alone": LOGON,
    "out of Elastic": {"_index": "x", "_id": "1", "_source": LOGON},
    "no channel, data": LOGON | {"winlog": {"event_data": DATA}},
    "moved away": LOGON | {"winlog": {"channel": "Security", "event_data": {"TargetUserName": "eve", "LogonType": "3"}}},
    "dotted": {"@timestamp": TIME, **NAMES},
    "lists": {"_id": "1", "fields": {"@timestamp": [TIME], **{name: [value] for name, value in NAMES.items()}}},
    "data set": {**LOGON, "event": {"code": "4624", "dataset": "system.security"}},
    "dump of Chainsaw": {"Event": {"System": SYSTEM, "EventData": DATA}},
    "hit of Chainsaw": {"name": "x", "document": {"kind": "evtx", "data": {"Event": {"System": SYSTEM, "EventData": DATA}}}},
    "Hayabusa": {
        "Timestamp": "2026-03-01 10:00:00.000 +00:00", "RuleTitle": "Logon", "Computer": "dc1.a.test", "Channel": "Sec",
        "EventID": 4624, "RecordID": 7, "AllFieldInfo": DATA,
    },
    "Splunk's fields of XML": {
        "preview": False,
        "result": {
            "_time": TIME, "EventCode": "4624", "Channel": "Security", "Computer": "dc1.a.test", "Name": f"'{AUDIT}'",
            "SystemTime": f"'{TIME}'", **DATA,
        },
    },
    "cut down": {
        "TimeGenerated": TIME, "Account": "A\\eve", "Computer": "dc1.a.test", "EventID": 4624, "IpAddress": "10.0.0.9",
        "Type": "SecurityEvent",
    },
    "data in a text": {
        "TimeGenerated": TIME, "Provider": AUDIT, "Channel": "Security", "Computer": "dc1.a.test", "EventID": 4624,
        "EventData": '{"TargetUserName":"eve","TargetDomainName":"A","IpAddress":"10.0.0.9"}', "Type": "WindowsEvent",
    },
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_sign_in_says_who_and_from_where(form: str) -> None:
    activity = told(FORMS[form])

    assert activity.at == 1_772_359_200_000_000
    assert activity.account is not None and activity.account.name == "eve"
    assert activity.source is not None and activity.source.ip == "10.0.0.9"
    assert activity.destination is not None and activity.destination.host == "dc1.a.test"


def test_who_did_it_and_whom_it_is_about_are_told_apart() -> None:
    fields = told(ecs(4720, user=USER, **{"winlog": {"event_data": {"TargetUserName": "mallory"}}})).detail.fields  # type: ignore[union-attr]
    assert (fields["SubjectUserName"], fields["TargetUserName"]) == ("eve", "mallory")

    fields = told(ecs(4728, user=USER, group={"name": "Domain Admins", "domain": "A"})).detail.fields  # type: ignore[union-attr]
    assert (fields["SubjectUserName"], fields["TargetUserName"]) == ("eve", "Domain Admins")

    fields = told(ecs(4688, user=USER, process={"executable": "C:\\a.exe", "command_line": "a -b"})).detail.fields  # type: ignore[union-attr]
    assert (fields["SubjectUserName"], fields["NewProcessName"], fields["CommandLine"]) == ("eve", "C:\\a.exe", "a -b")


def test_what_the_event_itself_says_is_kept() -> None:
    data = {"TargetUserName": "eve@a.test", "IpAddress": "10.0.0.7"}

    fields = told(LOGON | {"winlog": {"event_data": data}}).detail.fields  # type: ignore[union-attr]
    assert (fields["TargetUserName"], fields["IpAddress"], fields["IpPort"]) == ("eve@a.test", "10.0.0.7", "50000")


def test_sysmon_and_powershell() -> None:
    process = {"executable": "C:\\r.exe", "command_line": "r.exe kerberoast /outfile:x"}
    fields = told(ecs(1, "Microsoft-Windows-Sysmon", user=USER, process=process)).detail.fields  # type: ignore[union-attr]
    assert (fields["Image"], fields["User"]) == ("C:\\r.exe", "A\\eve")

    script = {"sequence": 1, "total": 1, "file": {"script_block_text": "Invoke-Kerberoast", "script_block_id": "a1"}}
    fields = told(ecs(4104, "Microsoft-Windows-PowerShell", powershell=script)).detail.fields  # type: ignore[union-attr]
    assert (fields["ScriptBlockText"], fields["MessageTotal"]) == ("Invoke-Kerberoast", "1")


@pytest.mark.parametrize(
    "object",
    [
        {"@timestamp": TIME, "event": {"code": "106023", "module": "cisco"}},
        {"@timestamp": TIME, "event": {"code": None, "provider": "x"}},
        {"@timestamp": TIME, "event": {"code": {"a": 1}, "provider": [1]}, "user": "x", "source": 3},
        {"@timestamp": TIME, "event.code": [], "event": 7},
        {"RuleTitle": "x", "AllFieldInfo": "y", "EventID": 4624},
        {"EventCode": {}, "Channel": [], "Name": 7, "SystemTime": None},
    ],
)
def test_what_is_no_event_of_windows_tells_nothing(object: dict[str, Any]) -> None:
    record = record_of(object, 1)

    assert record is None or activities_of(record, "key") == []


@pytest.mark.parametrize(("direction", "read"), [("egress", True), ("outbound", True), ("ingress", False), ("inbound", False)])
def test_a_connection_of_sysmon_is_put_together_again(direction: str, read: bool) -> None:
    moved = ecs(
        3, "Microsoft-Windows-Sysmon", process={"executable": "C:\\t\\a.exe", "pid": 7}, user={"name": "eve", "domain": "A"},
        source={"ip": "10.0.0.9", "port": 50111}, destination={"ip": "10.0.0.1", "port": 88},
        network={"direction": direction, "transport": "tcp"},
        winlog={"channel": "Microsoft-Windows-Sysmon/Operational", "event_data": {"SourceIsIpv6": "false"}},
    )  # fmt: skip
    record = record_of(moved, 1)
    assert record is not None
    made = activities_of(record, "key")

    assert bool(made) is read
    for one in made:
        assert one.destination is not None and (one.destination.ip, one.destination.port) == ("10.0.0.1", 88)
        assert one.account is not None and one.account.name == "eve"
