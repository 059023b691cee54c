"""Messages that say their values inside of a sentence are taken apart, whatever brought them."""

import time

import pytest

from app.model.details import EVENTS
from app.sensor.events.message_sentences import SENTENCES, said
from app.sensor.events.message_text import fields_of
from app.sensor.events.translate import activities_of
from tests.sensor.events.made import event

DNS = ("Microsoft-Windows-DNSServer", "Microsoft-Windows-DNSServer/Audit")
SERVER = ("Microsoft-Windows-DNS-Server-Service", "DNS Server")
MANAGER, ENGINE = ("Service Control Manager", "System"), ("ESENT", "Application")
END = "[virtualization instance: .]."


def operational(name: str) -> tuple[str, str]:
    return f"Microsoft-Windows-{name}", f"Microsoft-Windows-{name}/Operational"


TOLD: tuple[tuple[int, tuple[str, str], str, dict[str, str]], ...] = (
    (
        515, DNS,
        "A resource record of type 1, name *.corp.test, TTL 0 and RDATA 0x0A000042 was created in scope Default of zone "
        f"corp.test. {END}",
        {"Type": "1", "NAME": "*.corp.test", "TTL": "0", "RDATA": "0x0A000042", "ZoneScope": "Default", "Zone": "corp.test"},
    ),
    (
        516, DNS, f"A resource record of type 28, name a and RDATA 0x00 was deleted from scope Default of zone corp.test. {END}",
        {"Type": "28", "NAME": "a", "Zone": "corp.test"},
    ),
    (
        519, DNS, "A resource record of type 1, name wpad, TTL 1200 and RDATA 0x0A000042 was created in scope Default of zone "
        f"corp.test via dynamic update from IP Address 10.0.0.66. {END}",
        {"NAME": "wpad", "Zone": "corp.test", "SourceIP": "10.0.0.66"},
    ),
    (
        541, DNS, rf"The setting serverlevelplugindll on scope . has been set to \\10.0.0.66\a b\evil.dll. {END}",
        {"Setting": "serverlevelplugindll", "NewValue": r"\\10.0.0.66\a b\evil.dll"},
    ),
    (
        150, SERVER,
        r"The DNS server could not load or initialize the plug-in DLL .\mimilib.dll. The event data is the error code.",
        {"PluginDll": r".\mimilib.dll"},
    ),
    (
        325, ENGINE, "NTDS (3940,D,100) The database engine created a new database "
        r"(2, C:\x\Active Directory\ntds.dit). (Time=0 seconds)",
        {"Process": "NTDS", "Number": "2", "Database": r"C:\x\Active Directory\ntds.dit"},
    ),
    (
        216, ENGINE, r"lsass (612) A database location change was detected from 'C:\Windows\NTDS\ntds.dit' to 'D:\x\ntds.dit'.",
        {"Process": "lsass", "Database": r"C:\Windows\NTDS\ntds.dit", "NewDatabase": r"D:\x\ntds.dit"},
    ),
    (
        1149, operational("TerminalServices-RemoteConnectionManager"),
        "Remote Desktop Services: User authentication succeeded:\n\nUser: alice\nDomain: CORP\nSource Network Address: 10.0.0.66",
        {"Param1": "alice", "Param2": "CORP", "Param3": "10.0.0.66"},
    ),
    (
        6, operational("WinRM"), "Creating WSMan Session. The connection string is: srv1.corp.test/wsman?PSVersion=5.1.14393.0",
        {"connection": "srv1.corp.test/wsman?PSVersion=5.1.14393.0"},
    ),
    (
        91, operational("WinRM"),
        "Creating WSMan shell on server with ResourceUri: http://schemas.microsoft.com/powershell/Microsoft.PowerShell "
        r"(CORP\alice clientIP: 10.0.0.66) ShellId: 4CB2EDD9-51AE-4011-BBEC-817DD34DBCF8",
        {
            "resourceUri": r"http://schemas.microsoft.com/powershell/Microsoft.PowerShell (CORP\alice clientIP: 10.0.0.66)",
            "shellId": "4CB2EDD9-51AE-4011-BBEC-817DD34DBCF8",
        },
    ),
    (
        91, operational("WinRM"),
        "Creating WSMan shell on server with ResourceUri: http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd",
        {"resourceUri": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"},
    ),
    (
        131, operational("RemoteDesktopServices-RdpCoreTS"),
        "The server accepted a new TCP connection from client 10.0.0.66:50001.", {"ClientIP": "10.0.0.66:50001"},
    ),
    (
        140, operational("RemoteDesktopServices-RdpCoreTS"),
        "A connection from the client computer with an IP address of 10.0.0.66 failed because the user name or password is not "
        "correct.",
        {"IPString": "10.0.0.66"},
    ),
    (
        140, operational("TaskScheduler"), r'User "CORP\alice"  updated Task Scheduler task "\Job"',
        {"UserName": r"CORP\alice", "TaskName": r"\Job"},
    ),
    (
        316, operational("PrintService"),
        "Printer driver 1234 for Windows x64 Version-3 was added or updated. Files:- UNIDRV.DLL, evil.dll. No user action is "
        "required.",
        {"Param1": "1234", "Param2": "Windows x64", "Param4": "UNIDRV.DLL, evil.dll"},
    ),
    (
        808, ("Microsoft-Windows-PrintService", "Microsoft-Windows-PrintService/Admin"),
        r"The print spooler failed to load a plug-in module C:\x.dll, error code 0x45A. See the event user data.",
        {"PluginDllName": r"C:\x.dll", "ErrorCode": "0x45A"},
    ),
    (
        7040, MANAGER, "The start type of the Windows Event Log service was changed from auto start to disabled.",
        {"Service": "Windows Event Log", "After": "disabled"},
    ),
    (
        7034, MANAGER, "The Windows Event Log service terminated unexpectedly.  It has done this 1 time(s).",
        {"Service": "Windows Event Log", "Times": "1"},
    ),
)  # fmt: skip


@pytest.mark.parametrize(("id", "log", "text", "values"), TOLD, ids=lambda one: one if isinstance(one, int) else "")
def test_a_sentence_alone_is_taken_apart(id: int, log: tuple[str, str], text: str, values: dict[str, str]) -> None:
    (activity,) = activities_of(event(id, {"Message": text}, *log), "k")

    assert isinstance(activity.detail, EVENTS)
    assert {name: activity.detail.fields.get(name) for name in values} == values


@pytest.mark.parametrize("id", sorted(SENTENCES))
def test_a_sentence_that_never_ends_takes_no_time(id: int) -> None:
    endless = (
        "A resource record of type 1, name " * 400, 'User "' * 4000, "(" * 9000, "plug-in DLL \\\\" * 900, "x (1) " * 2000,
        "Printer driver x for Windows " * 400, "The start type of the " * 500, "",
    )  # fmt: skip
    for text in endless:
        start = time.process_time()
        assert said(id, text) == {}
        assert time.process_time() - start < 1


def test_a_block_of_a_script_keeps_its_lines() -> None:
    block = "Get-Date # now\r\nInvoke-Kerberoast"
    text = f"Creating Scriptblock text (1 of 2):\r\n{block}\r\n\r\nScriptBlock ID: e3f076be-14b5-4139-83e5-970412fff9c5\r\nPath: "

    found = fields_of(4104, text)

    assert (found["MessageNumber"], found["MessageTotal"], found["ScriptBlockText"].strip()) == ("1", "2", block)
    assert fields_of(4104, "Creating Scriptblock text (1 of 1):\nGet-Date")["ScriptBlockText"] == "Get-Date"
    assert fields_of(4104, "Something else") == {}
