"""Cases of commands that show a technique, for every detection that is told by them: command lines and PowerShell."""

from app.model.activity import Activity
from app.model.alert import Severity
from tests.cases.case import Case
from tests.engine.detectors.logs import CLIENT, log, subject
from tests.engine.detectors.logs_hosts import HEAD, SYSMON

POWERSHELL = ("Microsoft-Windows-PowerShell", "Microsoft-Windows-PowerShell/Operational")
CLASSIC = ("PowerShell", "Windows PowerShell")
SYSTEM32 = "C:\\Windows\\System32\\"
CONTEXT = (
    "        Severity = Informational\r\n        Host Name = ConsoleHost\r\n        Host Application = powershell.exe\r\n"
    "        User = EXAMPLE\\alice\r\n        Connected User = \r\n"
)


def started(command: str, program: str = r"C:\t\x.exe", *, at: int = 0, computer: str = CLIENT) -> Activity:
    """4688."""
    fields = {
        **subject("alice"), "NewProcessId": "0x1a4", "NewProcessName": program, "ProcessId": "0x2b4", "CommandLine": command,
        "ParentProcessName": SYSTEM32 + "cmd.exe",
    }  # fmt: skip
    return log(4688, fields, at=at, computer=computer)


def by_sysmon(command: str, program: str = r"C:\t\x.exe", *, at: int = 0) -> Activity:
    """1 of Sysmon."""
    fields = {
        **HEAD, "ProcessId": "420", "Image": program, "CommandLine": command, "User": r"EXAMPLE\alice", "LogonId": "0x5000",
        "ParentProcessId": "692", "ParentImage": SYSTEM32 + "cmd.exe",
    }  # fmt: skip
    return log(1, fields, at=at, computer=CLIENT, where=SYSMON)


def block(text: str, part: int = 1, parts: int = 1, *, at: int = 0, computer: str = CLIENT) -> Activity:
    """4104."""
    fields = {
        "MessageNumber": str(part), "MessageTotal": str(parts), "ScriptBlockText": text,
        "ScriptBlockId": "e3f076be-14b5-4139-83e5-970412fff9c5", "Path": "",
    }  # fmt: skip
    return log(4104, fields, at=at, computer=computer, where=POWERSHELL, sid=subject("alice")["SubjectUserSid"])


def invoked(name: str, parameter: str = "", value: str = "", *, at: int = 0) -> Activity:
    """4103."""
    payload = f'CommandInvocation({name}): "{name}"\r\n'
    if parameter:
        payload += f'ParameterBinding({name}): name="{parameter}"; value="{value}"\r\n'
    return log(4103, {"ContextInfo": CONTEXT, "UserData": "", "Payload": payload}, at=at, computer=CLIENT, where=POWERSHELL)


def told_by_commands(command: str, script: str, severity: Severity = "medium") -> dict[str, Case]:
    """Cases that fire. command: of a tool; script: of PowerShell that does the same."""
    part = f"  Get-Date\n}}\n{script}"
    return {
        "a command of a tool": Case([started(f"x.exe {command} exit")], severity=severity),
        "a command of a tool, told by Sysmon": Case([by_sysmon(f"x.exe {command} exit")], severity=severity),
        "a script does it": Case([block(script)], severity=severity),
        "the last part of a script does it": Case([block(part, 3, 3)], severity=severity),
    }


def only_said(command: str, script: str, function: str = "Invoke-Mimikatz") -> dict[str, list[Activity]]:
    """Cases that stay quiet: the same words where nothing is run."""
    return {
        "a command of a tool is looked for": [
            started(f"findstr /i {command} C:\\a.log", SYSTEM32 + "findstr.exe"),
            by_sysmon(f'cmd.exe /c "type C:\\a.log | findstr {command}"', SYSTEM32 + "cmd.exe", at=1),
        ],
        "a script only defines it": [
            block(f"function {function} {{\n<#\n.EXAMPLE\n{script}\n#>\n {script}\n}}"),
        ],
        "a script only explains or lists it": [
            block(f"# {script}\n# sekurlsa:: is looked for\nGet-Date", at=1),
            block(f"Get-Help {function}\n$words = @('{function}', 'sekurlsa::')", at=2),
        ],
        "a command has it as a parameter": [invoked("Select-String", "Pattern", f"{function} {command} sekurlsa::")],
    }
