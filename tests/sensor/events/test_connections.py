"""Connections of programs other than LSA to ports of Kerberos; everything else is passed over."""

import pytest

from app.model.activity import Activity
from app.sensor.events.connections import is_lsa
from app.sensor.events.record import EventRecord
from app.sensor.events.translate import activities_of

SYSMON = ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational")
SECURITY = ("Microsoft-Windows-Security-Auditing", "Security")
OUT = {
    "Image": r"C:\t\a.exe", "User": r"CORP\alice", "Initiated": "true", "SourceIp": "10.0.0.66", "SourcePort": "50111",
    "DestinationIp": "10.0.0.10", "DestinationPort": "88",
}  # fmt: skip
PERMITTED = {
    "Application": r"\device\harddiskvolume2\t\a.exe", "Direction": "%%14593", "SourceAddress": "10.0.0.66",
    "SourcePort": "50111", "DestAddress": "10.0.0.10", "DestPort": "88",
}  # fmt: skip


def told(event_id: int, fields: dict[str, str], where: tuple[str, str]) -> list[Activity]:
    provider, channel = where
    record = EventRecord(at=1, provider=provider, channel=channel, event_id=event_id, computer="ws1.corp.test", fields=fields)
    return activities_of(record, "k")


@pytest.mark.parametrize(
    "path",
    [
        r"C:\Windows\System32\lsass.exe", r"c:\WINDOWS\system32\LSASS.EXE", r"D:\WINNT\system32\lsass.exe",
        r"\device\harddiskvolume3\windows\system32\lsass.exe", r"\Device\Harddisk0\Partition2\Windows\System32\lsass.exe",
        r"\??\C:\Windows\System32\lsass.exe", r"\device\vhdhardisk{3f0c}\windows\system32\lsass.exe", "lsass.exe",
    ],
)  # fmt: skip
def test_lsa_is_known_wherever_windows_lies(path: str) -> None:
    assert is_lsa(path)
    assert not told(3, OUT | {"Image": path}, SYSMON)
    assert not told(5156, PERMITTED | {"Application": path}, SECURITY)


@pytest.mark.parametrize(
    "path",
    [
        r"C:\Users\Public\lsass.exe", r"C:\Windows\lsass.exe", r"C:\x\Windows\System32\lsass.exe",
        r"C:\Windows\System32\lsass.exe.exe",
        r"\\10.0.0.66\c\windows\system32\lsass.exe", r"C:\Windows\System32\..\Temp\lsass.exe", "", "System", "<unknown process>",
    ],
)  # fmt: skip
def test_what_only_has_the_name_is_another_program(path: str) -> None:
    assert not is_lsa(path)


def test_the_computer_itself_connects() -> None:
    for event_id, fields, where in ((3, OUT, SYSMON), (5156, PERMITTED, SECURITY)):
        (activity,) = told(event_id, fields, where)
        assert activity.source is not None and activity.source.host == "ws1.corp.test"
        assert activity.destination is not None and (activity.destination.ip, activity.destination.port) == ("10.0.0.10", 88)


@pytest.mark.parametrize(
    ("event_id", "where", "fields"),
    [
        (3, SYSMON, OUT | {"Initiated": "false"}),
        (3, SYSMON, OUT | {"DestinationPort": "443"}),
        (3, SYSMON, OUT | {"DestinationPort": "443", "SourcePort": "88"}),
        (3, SYSMON, OUT | {"DestinationIp": "-"}),
        (3, SYSMON, {}),
        (5156, SECURITY, PERMITTED | {"Direction": "%%14592"}),
        (5156, SECURITY, PERMITTED | {"Direction": "Inbound"}),
        (5156, SECURITY, PERMITTED | {"DestPort": "53"}),
        (5156, SECURITY, PERMITTED | {"DestAddress": "x"}),
        (3, ("Microsoft-Windows-Security-Kerberos", "System"), OUT),
    ],
)
def test_all_else_is_passed_over(event_id: int, where: tuple[str, str], fields: dict[str, str]) -> None:
    assert not told(event_id, fields, where)


def test_messages_alone_are_read() -> None:
    permitted = (
        "The Windows Filtering Platform has permitted a connection.\r\n\r\nApplication Information:\r\n\tProcess ID:\t\t7520\r\n"
        "\tApplication Name:\t\\device\\harddiskvolume2\\t\\a.exe\r\n\r\nNetwork Information:\r\n\tDirection:\t\tOutbound\r\n"
        "\tSource Address:\t\t10.0.0.66\r\n\tSource Port:\t\t53650\r\n\tDestination Address:\t10.0.0.10\r\n"
        "\tDestination Port:\t\t{}\r\n\tProtocol:\t\t6\r\n\r\nFilter Information:\r\n\tFilter Run-Time ID:\t82825\r\n"
    )
    sysmon = (
        "Network connection detected:\r\nRuleName: -\r\nUtcTime: 2020-09-22 03:03:07.046\r\nProcessId: 7240\r\n"
        "Image: C:\\t\\a.exe\r\nUser: CORP\\alice\r\nProtocol: tcp\r\nInitiated: true\r\nSourceIsIpv6: false\r\n"
        "SourceIp: 10.0.0.66\r\nSourceHostname: -\r\nSourcePort: 53650\r\nSourcePortName: -\r\nDestinationIsIpv6: false\r\n"
        "DestinationIp: 10.0.0.10\r\nDestinationHostname: -\r\nDestinationPort: {}\r\nDestinationPortName: -"
    )
    for event_id, text, where in ((5156, permitted, SECURITY), (3, sysmon, SYSMON)):
        (activity,) = told(event_id, {"Message": text.format(88)}, where)
        assert activity.destination is not None and activity.destination.ip == "10.0.0.10"
        assert not told(event_id, {"Message": text.format(445)}, where)
