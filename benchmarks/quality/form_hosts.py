"""Forms of attack as the computer on which they run tells them: Sysmon and PowerShell."""

from benchmarks.quality.form_records import DC, DESK, FILES, Form, Record

SYSMON = ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational")
POWERSHELL = ("Microsoft-Windows-PowerShell", "Microsoft-Windows-PowerShell/Operational")
SYSTEM32 = "C:\\Windows\\System32\\"


def sysmon(number: int, computer: str = FILES, user: str = r"CORP\mallory", **fields: str) -> Record:
    """One event of Sysmon."""
    head = {"RuleName": "-", "UtcTime": "2025-11-24 16:00:00.000", "ProcessGuid": "{1}", "ProcessId": "420"}
    return Record(number, {**head, **fields, "User": user}, computer, SYSMON)


def block(text: str) -> Record:
    """4104."""
    fields = {"MessageNumber": "1", "MessageTotal": "1", "ScriptBlockText": text, "ScriptBlockId": "aaaa", "Path": ""}
    return Record(4104, fields, DESK, POWERSHELL)


def _value(path: str, details: str, program: str, user: str = r"CORP\mallory", computer: str = FILES) -> Record:
    return sysmon(
        13, computer, user, EventType="SetValue", Image=SYSTEM32 + program, TargetObject=rf"HKLM\System\CurrentControlSet\{path}",
        Details=details,
    )  # fmt: skip


SYSTEM = r"NT AUTHORITY\SYSTEM"
FORMS: tuple[Form, ...] = (
    Form(
        "PsExec renamed", "its pipes, told by Sysmon", (sysmon(17, user=SYSTEM, PipeName=r"\abc-KALI-812-stdin", Image="a.exe"),)
    ),
    Form(
        "wmiexec",
        "its output, told by Sysmon",
        (sysmon(11, TargetFilename=r"C:\Windows\__1764000000.51", Image=SYSTEM32 + "cmd.exe"),),
    ),
    Form(
        "SharPersist",
        "a consumer of WMI, told by Sysmon",
        (
            sysmon(20, Operation="Created", Name='"x"', Type="Command Line", Destination='"C:\\t\\x.exe"'),
            sysmon(
                21, Operation="Created", Consumer='"CommandLineEventConsumer.Name=\\"x\\""', Filter='"__EventFilter.Name=\\"x\\""'
            ),
        ),
    ),
    Form(
        "SharpNoPSExec",
        "a service changed, told by Sysmon",
        (_value(r"Services\Sensor\ImagePath", r"C:\windows\system32\cmd.exe /c x", "services.exe", SYSTEM),),
    ),
    Form(
        "reg",
        "DSRM sign-in, told by Sysmon",
        (_value(r"Control\Lsa\DsrmAdminLogonBehavior", "DWORD (0x00000002)", "reg.exe", computer=DC),),
    ),
    Form(
        "dnscmd",
        "a library for DNS, told by Sysmon",
        (_value(r"Services\DNS\Parameters\ServerLevelPluginDll", r"\\10.0.0.66\s\e.dll", "dns.exe", SYSTEM, DC),),
    ),
    Form(
        "esentutl",
        "ntds.dit copied, told by Sysmon",
        (sysmon(11, DC, TargetFilename=r"C:\t\ntds.dit", Image=SYSTEM32 + "esentutl.exe"),),
    ),
    Form(
        "mimikatz",
        "tickets exported, told by Sysmon",
        (sysmon(11, TargetFilename=r"C:\t\a@krbtgt-CORP.TEST.kirbi", Image="m.exe"),),
    ),
    Form(
        "Invoke-Mimikatz",
        "DCSync in a block of PowerShell",
        (block("Invoke-Mimikatz -Command '\"lsadump::dcsync /user:krbtgt\"'"),),
    ),
    Form("DSInternals", "replication in a block of PowerShell", (block("Get-ADReplAccount -All -Server dc1"),)),
    Form("PowerView", "users in a block of PowerShell", (block("Get-DomainUser -SPN | Select-Object samaccountname"),)),
    Form(
        "PowerSploit",
        "a module loaded",
        (block("function Get-NetUser {\n Get-DomainUser\n}\nSet-Alias a Get-NetUser"),),
        ordinary=True,
    ),
)
