"""Which computer a connection of WinRM names, and who asked for a shell."""

import pytest

from app.model.activity import Account
from app.sensor.events.record import EventRecord
from app.sensor.events.remoting import target_of
from app.sensor.events.translate import activities_of

WINRM = ("Microsoft-Windows-WinRM", "Microsoft-Windows-WinRM/Operational")
ALICE = "S-1-5-21-1-2-3-1101"
POWERSHELL = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"


@pytest.mark.parametrize(
    ("connection", "end"),
    [
        ("srv1/wsman?PSVersion=5.1.14393.0", "name:srv1"),
        ("srv1.corp.test/wsman", "name:srv1.corp.test"),
        ("http://srv1.corp.test:5985/wsman?PSVersion=2.0", "name:srv1.corp.test"),
        ("HTTPS://10.0.0.20:5986/WSMAN?PSVersion=7.4.1", "10.0.0.20"),
        ("[fd00::20]:5985/wsman", "fd00::20"),
        ("srv1", "name:srv1"),
    ],
)
def test_a_connection_names_a_computer(connection: str, end: str) -> None:
    found = target_of(connection)
    assert found is not None and found.ip == end


@pytest.mark.parametrize(
    "connection",
    [
        "", "-", "localhost/wsman?PSVersion=5.1", "127.0.0.1/wsman", "[::1]/wsman", "http://mail.corp.test/powershell?a=b",
        "https://outlook.office365.com/powershell-liveid/", "http://wec:5985/wsman/SubscriptionManager/WEC", "/wsman",
        "a b/wsman",
        "x" * 5000, "http://" + "a/" * 4000,
    ],
)  # fmt: skip
def test_what_is_no_session_with_another_computer_names_none(connection: str) -> None:
    assert target_of(connection) is None


@pytest.mark.parametrize(
    ("uri", "account", "source"),
    [
        (POWERSHELL, Account(name=ALICE, sid=ALICE), None),
        (rf"{POWERSHELL} (CORP\alice clientIP: 10.0.0.66)", Account(name="alice", domain="CORP", sid=ALICE), "10.0.0.66"),
        (rf"{POWERSHELL} (CORP\alice clientIP: ::ffff:10.0.0.66)", Account(name="alice", domain="CORP", sid=ALICE), "10.0.0.66"),
        (rf"{POWERSHELL} (CORP\alice clientIP: ::1)", Account(name="alice", domain="CORP", sid=ALICE), "name:srv1.corp.test"),
        ("", Account(name=ALICE, sid=ALICE), None),
    ],
)
def test_whoever_asked_for_a_shell_is_told(uri: str, account: Account, source: str | None) -> None:
    (activity,) = activities_of(record(91, {"resourceUri": uri}), "k")

    assert activity.account == account
    assert (activity.source.ip if activity.source else None) == source


def record(event_id: int, fields: dict[str, str], sid: str = ALICE) -> EventRecord:
    provider, channel = WINRM
    return EventRecord(
        at=1, provider=provider, channel=channel, event_id=event_id, computer="srv1.corp.test", sid=sid, fields=fields
    )


@pytest.mark.parametrize("sid", ["S-1-5-18", "S-1-5-20"])
def test_the_system_sends_its_logs_so_and_is_passed_over(sid: str) -> None:
    assert not activities_of(record(6, {"connection": "wec/wsman"}, sid), "k")
    assert not activities_of(record(91, {"resourceUri": POWERSHELL}, sid), "k")


def test_a_collector_may_write_the_first_letter_large() -> None:
    (asked,) = activities_of(record(6, {"Connection": "srv2/wsman"}), "k")
    (shell,) = activities_of(record(91, {"ResourceUri": rf"{POWERSHELL} (CORP\alice clientIP: 10.0.0.66)"}), "k")

    assert asked.destination is not None and asked.destination.ip == "name:srv2"
    assert shell.source is not None and shell.source.ip == "10.0.0.66"
