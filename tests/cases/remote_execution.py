"""More cases of remote execution: processes that a log tells, the remote registry, WinRM.

Long because it is one table of what is told in so many ways.
"""

from app.model.activity import Account, Activity
from app.model.details import KerberosAp, SmbFile
from app.model.identifiers import MIMIKATZ, SVCCTL, WINREG
from tests.cases.case import LOW, Case, Real
from tests.engine.detectors.builders import DC1, HOUR, MINUTE, SECOND, WMI, WS1, act, as_req, call, controller
from tests.engine.detectors.builders import FILES as SERVER
from tests.engine.detectors.logs import DC, FILE_SERVER, log, logon, subject, tgt
from tests.engine.detectors.logs_commands import block, invoked, started
from tests.engine.detectors.logs_hosts import SYSTEM, bound, consumer, kept_by_wmi, made, pipe, value
from tests.engine.detectors.logs_remoting import COMMANDS, POWERSHELL, session, shell

WMI_HOST, POWERSHELL_HOST = r"C:\Windows\System32\wbem\WmiPrvSE.exe", r"C:\Windows\System32\wsmprovhost.exe"
CMD = r"C:\Windows\System32\cmd.exe"
WINRM_HOST = r"C:\Windows\System32\winrshost.exe"
OUTPUT = r"cmd.exe /Q /c dir 1> \\127.0.0.1\ADMIN$\__16 2>&1"
RUN = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run"


def process(
    program: str,
    parent: str | None,
    command: str = "",
    *,
    at: int = 0,
    user: str = "alice",
    session: int = 0x5000,
    computer: str = FILE_SERVER,
    pid: int = 0x900,
    parent_pid: int = 0x800,
) -> Activity:
    """4688."""
    fields = {
        **subject("SYSTEM", 0x3E7),
        "NewProcessName": program,
        "CommandLine": command,
        "NewProcessId": hex(pid),
        "ProcessId": hex(parent_pid),
    }
    if parent is not None:
        fields |= {
            "ParentProcessName": parent,
            "TargetUserName": user,
            "TargetDomainName": "EXAMPLE",
            "TargetLogonId": hex(session),
        }
    return log(4688, fields, at=at, computer=computer)


def by_sysmon(
    program: str, parent: str, command: str = "", *, at: int = 0, user: str = r"EXAMPLE\alice", session: int = 0x5000
) -> Activity:
    """1 of Sysmon."""
    fields = {
        "Image": program, "CommandLine": command, "ProcessId": "2304", "User": user, "LogonId": hex(session),
        "ParentProcessId": "2048", "ParentImage": parent,
    }  # fmt: skip
    where = ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational")
    return log(1, fields, at=at, computer=FILE_SERVER, where=where)


def inner(program: str, command: str, *, at: int = 0, session: int = 0x6000) -> Activity:
    """4688 as old Windows versions write it, of a process whose creator has a session of his own."""
    fields = {**subject("alice", session), "NewProcessName": program, "CommandLine": command, "NewProcessId": "0x901"}
    return log(4688, {**fields, "ProcessId": "0x801"}, at=at, computer=FILE_SERVER)


def within(parent: str, program: str, command: str = "", *, at: int = 0, session: int = 0x5000) -> Activity:
    """4688 of what a session of WinRM starts: its creator is whoever opened it, and no other target is told."""
    fields = {**subject("alice", session), "NewProcessName": program, "CommandLine": command, "NewProcessId": "0x902"}
    more = {"ProcessId": "0x802", "ParentProcessName": parent, "TargetUserName": "-", "TargetLogonId": "0x0"}
    return log(4688, {**fields, **more}, at=at, computer=FILE_SERVER)


def shared(share: str, name: str, *, at: int = 0, user: str = "alice", mask: str = "0x3") -> Activity:
    """5145."""
    fields = {
        **subject(user),
        "AccessMask": mask,
        "IpAddress": WS1,
        "IpPort": "50005",
        "ShareName": rf"\\*\{share}",
        "RelativeTargetName": name,
    }
    return log(5145, fields, at=at, computer=FILE_SERVER)


def file(share: str, name: str, action: str = "write", *, at: int = 0, refused: bool = False, target: str = SERVER) -> Activity:
    """A file or pipe over SMB, as packets tell it."""
    detail = SmbFile(dialect="3.1.1", path=rf"\\files\{share}", name=name, action=action, bytes=4096)
    who = Account(name="alice", domain="EXAMPLE")
    return act(detail, WS1, target, 445, at=at, result="failure" if refused else "success", account=who)


def wmi(name: str, method: str, *, texts: tuple[str, ...] = (), target: str = SERVER) -> Activity:
    """A method of WMI that can be read."""
    return call(WMI, 24, WS1, target, stub={"object": name, "method": method, "texts": list(texts)})


def winrm(source: str = WS1, target: str = SERVER, *, at: int = 0, name: str = "alice") -> Activity:
    """A ticket presented to WS-Management."""
    detail = KerberosAp(service="HTTP/files", carrier="http")
    return act(detail, source, target, 5985, at=at, account=Account(name=name, domain="EXAMPLE"))


SCHEDULER = "Microsoft-Windows-TaskScheduler"


def scheduled(
    name: str, number: int = 106, user: str = r"EXAMPLE\alice", *, at: int = 0, computer: str = FILE_SERVER
) -> Activity:
    """106, 141 of the task scheduler itself."""
    fields = {"TaskName": name, "UserContext" if number == 106 else "UserName": user}
    return log(number, fields, at=at, computer=computer, where=(SCHEDULER, f"{SCHEDULER}/Operational"))


def run_once(name: str, user: str = r"EXAMPLE\alice", pause: int = 2 * SECOND) -> list[Activity]:
    return [scheduled(name, user=user), scheduled(name, 141, user, at=pause)]


FIRES = {
    "a task with a tossed name, made and taken away": Case(run_once("\\CYAlyNSS"), severity="medium"),
    "one that the system made": Case(run_once("\\hTfKqzPw", "S-1-5-18"), severity="low"),
    "a shell by WMI, over the network": Case(
        [logon("alice", WS1, computer=FILE_SERVER), process(r"C:\Windows\System32\cmd.exe", WMI_HOST, OUTPUT, at=SECOND)],
        severity="medium",
    ),
    "the same on a controller": Case(
        [tgt("bob"), logon("alice", WS1), process(r"C:\Windows\System32\cmd.exe", WMI_HOST, OUTPUT, at=SECOND, computer=DC)],
        severity="high",
    ),
    "a program by WMI, told by Sysmon": Case([by_sysmon(r"C:\Windows\notepad.exe", WMI_HOST)], severity="low"),
    "a program by WMI, who for is told": Case([process(r"C:\Windows\notepad.exe", WMI_HOST)], severity="low"),
    "a program by WMI of an old Windows": Case(
        [
            logon("alice", WS1, computer=FILE_SERVER),
            process(WMI_HOST, None, at=SECOND, pid=0xAE8),
            process(r"C:\Windows\System32\calc.exe", None, at=2 * SECOND, pid=0xAF0, parent_pid=0xAE8),
        ],
        severity="low",
    ),
    "a session of PowerShell": Case([process(POWERSHELL_HOST, r"C:\Windows\System32\svchost.exe")], severity="low"),
    "a shell of WinRM": Case([process(WINRM_HOST, r"C:\Windows\System32\svchost.exe")], severity="low"),
    "a command in a shell of WinRM": Case(
        [
            logon("alice", WS1, computer=FILE_SERVER),
            within(WINRM_HOST, r"C:\Windows\System32\cmd.exe", "cmd /C whoami", at=SECOND),
        ],
        severity="low",
    ),
    "a script that configuration management sends": Case(
        [within(WINRM_HOST, r"C:\Windows\System32\powershell.exe", f"PowerShell -NoProfile -enc {'QQBC' * 40}")],
        severity="low",
    ),
    "a command in a shell of WinRM, told by Sysmon": Case(
        [by_sysmon(r"C:\Windows\System32\cmd.exe", WINRM_HOST, "cmd /C whoami")], severity="low"
    ),
    "the file of names written (5145)": Case([shared("C$", r"Windows\System32\drivers\etc\hosts", mask="0x2")], severity="low"),
    "a shell by the console's object": [
        logon("alice", WS1, computer=FILE_SERVER),
        process(r"C:\Windows\System32\mmc.exe", r"C:\Windows\System32\svchost.exe", "mmc.exe -Embedding", at=SECOND, pid=0x777),
        process(r"C:\Windows\System32\cmd.exe", r"C:\Windows\System32\mmc.exe", "cmd /c whoami", at=2 * SECOND, parent_pid=0x777),
    ],
    "a program written into the registry": Case(
        [call(WINREG, 22, WS1, SERVER, stub={"key": RUN, "value": "Updater", "data": r"C:\x.exe"})], severity="medium"
    ),
    "a protection taken away": [
        call(
            WINREG,
            22,
            WS1,
            SERVER,
            stub={"key": r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa", "value": "DisableRestrictedAdmin", "data": 0},
        )
    ],
    "the output of WMI fetched": Case([shared("ADMIN$", "__1693465717.66")], severity="medium"),
    "the output of a task fetched": Case(
        [shared("IPC$", "atsvc"), shared("ADMIN$", r"Temp\bouWFQYO.tmp", at=SECOND)], severity="medium"
    ),
    "the pipe of services (5145)": Case([shared("IPC$", "svcctl")], severity="low"),
    "the pipe of tasks, on several servers at once (5145)": Case(
        [shared("IPC$", "atsvc"), shared("IPC$", "atsvc", at=20 * MINUTE)], severity="low"
    ),
    "a shell in a session over the network, its parent not told": Case(
        [
            logon("alice", WS1, computer=FILE_SERVER, session=0x6000),
            inner(r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", "powershell -nop -w 1", at=SECOND),
        ],
        severity="medium",
    ),
    "the host of WMI wakes for somebody": Case(
        [
            *(logon("alice", WS1, computer=FILE_SERVER, session=0x6000 + one, at=one * 1000) for one in range(4)),
            process(WMI_HOST, None, at=SECOND),
        ],
        severity="low",
    ),
    "the pipe of RemCom": Case([shared("IPC$", "RemCom_communicaton")], severity="medium"),
    "a program copied (5145)": Case([shared("ADMIN$", r"Temp\helper.exe", mask="0x2")], severity="low"),
    "the pipe of PsExec under another name": Case([shared("IPC$", "helper-WS1-4012-stdin")], severity="medium"),
    "the pipe of PsExec": Case([shared("IPC$", "PSEXESVC-WS1-4012-stdin")], severity="low"),
    "a program copied": Case([file("ADMIN$", r"Temp\helper.exe")], severity="low"),
    "a library put beside a service, which is then started": Case(
        [file("C$", r"Windows\System32\helper.dll"), call(SVCCTL, 19, WS1, SERVER, at=MINUTE)], severity="medium"
    ),
    "the output of a command fetched, whose call was not recorded": Case(
        [file("ADMIN$", "__1693465717.66", "read")], severity="medium"
    ),
    "the pipe of RemCom, whose service was not recorded": Case([file("IPC$", "RemCom_communicaton", "write")], severity="medium"),
    "the pipe of PsExec, whose service was not recorded": Case([file("IPC$", "PSEXESVC-WS1-4012-stdin")], severity="low"),
    "an event consumer of WMI": Case(
        [call(WMI, 14, WS1, SERVER, stub={"class": "ActiveScriptEventConsumer"})], severity="medium"
    ),
    "an event bound to its consumer": Case(
        [controller(DC1), call(WMI, 14, stub={"class": "__FilterToConsumerBinding"})], severity="high"
    ),
    "an object of WMI kept for the first time, sealed": Case(
        [call(WMI, 14, WS1, SERVER, sealed=True, request_bytes=3000)], severity="low"
    ),
    "a shadow copy of a controller's volume": Case(
        [controller(DC1), wmi("Win32_ShadowCopy", "Create", texts=("C:\\", "ClientAccessible"), target=DC1)], severity="high"
    ),
    "the registry written through WMI": Case(
        [wmi("StdRegProv", "SetStringValue", texts=(RUN[5:], "Updater", r"C:\x.exe"))], severity="medium"
    ),
    "commands for mimikatz": Case([call(MIMIKATZ, 2, WS1, SERVER, sealed=True)], severity="medium"),
    "the service managers of many computers refused": Case(
        [call(SVCCTL, 15, WS1, f"192.0.2.{60 + one}", at=one * SECOND, code=5) for one in range(5)], severity="low"
    ),
    "an application for hypertext made from afar": Case(
        [call("000001a0-0000-0000-c000-000000000046", 4, WS1, SERVER, stub={"clsid": "3050f4d8-98b5-11cf-bb82-00aa00bdce0b"})],
        severity="medium",
    ),
    "a session over WinRM": Case([as_req("alice"), winrm()], severity="low"),
}

EXCHANGE = "http://schemas.microsoft.com/powershell/Microsoft.Exchange"
FIRES |= {
    "a session that its client's WinRM tells": Case([session("files.example.org/wsman?PSVersion=5.1.14393.0")], severity="low"),
    "the same by address, encrypted": Case([session(f"https://{SERVER}:5986/wsman?PSVersion=7.4.1")], severity="low"),
    "a shell that its server's WinRM tells": Case([shell()], severity="low"),
    "a shell of commands": Case([shell(COMMANDS)], severity="low"),
    "a shell whose client is told": Case([shell(rf"{POWERSHELL} (EXAMPLE\alice clientIP: {WS1})")], severity="low"),
    "one session told by every log": Case(
        [
            session("files/wsman?PSVersion=5.1.14393.0"), logon("alice", WS1, computer=FILE_SERVER, at=1),
            shell(at=SECOND), process(POWERSHELL_HOST, r"C:\Windows\System32\svchost.exe", "-Embedding", at=SECOND + 1),
        ],
        severity="low",
    ),
    "one shell told by its log and its process, without a sign-in": Case(
        [shell(COMMANDS), process(WINRM_HOST, r"C:\Windows\System32\svchost.exe", at=SECOND)], severity="low"
    ),
    "a session told by packets and by both logs": Case(
        [
            logon("FILES$", SERVER, package="Kerberos"), as_req("alice"), winrm(at=1),
            session(f"{SERVER}/wsman?PSVersion=5.1", at=2), shell(at=SECOND),
        ],
        severity="low",
    ),
    "sessions on several computers, told by their logs": Case(
        [
            one
            for place in range(3)
            for one in (
                logon("alice", WS1, computer=f"srv{place}.example.org", at=place * MINUTE, session=0x7000 + place),
                shell(computer=f"srv{place}.example.org", at=place * MINUTE + 1),
                process(
                    POWERSHELL_HOST, r"C:\Windows\System32\svchost.exe", "-Embedding", at=place * MINUTE + 2,
                    session=0x7000 + place, computer=f"srv{place}.example.org",
                ),
            )
        ],
        severity="low",
    ),
}  # fmt: skip
CONCEALED = "powershell.exe -nop -enc " + "SQBFAFgA" * 8
FIRES |= {
    "PsExec's pipes, told by Sysmon": Case(
        [pipe(r"\PSEXESVC", r"C:\Windows\PSEXESVC.exe", 17), pipe(r"\PSEXESVC-WS1-7256-stdin", r"C:\Windows\PSEXESVC.exe", 17)],
        severity="low",
    ),
    "PsExec under another name, told by Sysmon": Case([pipe(r"\abc-KALI-812-stdout", r"C:\Windows\abc.exe")], severity="medium"),
    "RemCom's pipe on a controller, told by Sysmon": Case(
        [tgt("bob"), pipe(r"\RemCom_communicaton", number=17, computer=DC)], severity="high"
    ),
    "output of a command, told by its file": Case(
        [made(r"C:\Windows\__1700000000.5571", r"C:\Windows\System32\cmd.exe")], severity="medium"
    ),
    "a person's consumer of WMI": Case([consumer("notepad.exe"), bound(at=SECOND)], severity="medium"),
    "a script of WMI by the system, with concealed commands": Case([consumer(CONCEALED, SYSTEM, "Script")], severity="medium"),
    "a consumer that WMI tells": Case([kept_by_wmi(CONCEALED)], severity="medium"),
    "commands run elsewhere with a key": Case([block("Invoke-SMBExec -Target files -Hash 00 -Command a")], severity="medium"),
    "the same, in a command line": Case(
        [started("powershell -c Invoke-WMIExec -Target files -Hash 00", r"C:\Windows\System32\cmd.exe")], severity="medium"
    ),
}  # fmt: skip
QUIET = {
    "a task of a product, made and taken away": [
        *run_once("\\OneDrive Reporting"),
        *run_once("\\Adobe\\hTfKqzPw", "S-1-5-18"),
        *run_once("\\GoogleUpdate"),
        *run_once("\\{7B1A2C3D-0000-4000-8000-000000000000}"),
    ],
    "a task with a tossed name that stays, or goes later": [
        scheduled("\\CYAlyNSS"),
        *run_once("\\hTfKqzPw", pause=5 * MINUTE),
        scheduled("\\qWeRtZuI", 141, at=1),
        scheduled("\\yXcVbNmQ", 140, at=2),
    ],
    "PsExec on the computer itself, told by Sysmon": [
        pipe(r"\PSEXESVC", r"C:\Windows\PSEXESVC.exe", 17),
        pipe(r"\PSEXESVC-FILES-7256-stdin", r"C:\Users\alice\PsExec.exe", at=1),
    ],
    "consumers that products keep": [
        consumer("C:\\Program Files\\Dell\\d.exe", SYSTEM),
        consumer("", SYSTEM, "NT Event Log", at=1),
        bound("NTEventLogEventConsumer", at=2),
        bound(user=SYSTEM, at=3),
        consumer("cmd.exe /c x", operation="Deleted", at=4),
        kept_by_wmi("C:\\\\Program Files\\\\Dell\\\\d.exe", at=5),
        kept_by_wmi(CONCEALED, "LogFileEventConsumer", at=6),
    ],
    "sessions of PowerShell to other computers, which their own logs tell": [
        block("Get-Help Invoke-SMBExec; Invoke-Command -ComputerName files { Get-Service }"),
        block("function Invoke-SMBExec { 1 }\nGet-Help Invoke-WMIExec", at=2),
        invoked("Select-String", "Pattern", "Invoke-SMBExec", at=3),
    ],
    "a library for the DNS service, which another detection tells": [
        value(r"HKLM\System\CurrentControlSet\Services\DNS\Parameters\ServerLevelPluginDll", r"\\10.0.0.66\s\p.dll", computer=DC)
    ],
    "what WMI starts for the system, told by Sysmon": [
        by_sysmon(r"C:\Windows\notepad.exe", WMI_HOST, user=r"NT AUTHORITY\SYSTEM", session=0x3E7)
    ],
    "a program that somebody starts, told by Sysmon": [by_sysmon(r"C:\Windows\notepad.exe", r"C:\Windows\explorer.exe")],
    "files on the administrators' share": [
        shared("ADMIN$", r"Temp\setup.tmp"),
        shared("IPC$", "srvsvc"),
        shared("C$", "__init__.py"),
        shared("Public", "__output.txt"),
        shared("ADMIN$", r"Temp\abcdefgh.tmp"),
    ],
    "a script of the computer's own administrator": [
        logon("alice", "-", kind=2, computer=FILE_SERVER),
        process(r"C:\Windows\System32\cmd.exe", WMI_HOST, "cmd /c ver", at=SECOND),
    ],
    "the system's own processes": [
        process(r"C:\Windows\System32\svchost.exe", r"C:\Windows\System32\services.exe", "svchost.exe -k x", user="-", session=0),
        process(r"C:\Windows\System32\cmd.exe", r"C:\Windows\explorer.exe", "cmd.exe"),
        process(WMI_HOST, r"C:\Windows\System32\svchost.exe", user="FILES$", session=0x3E4),
        process(r"C:\Windows\System32\unsecapp.exe", WMI_HOST),
        process(r"C:\Program Files\Inventory\scan.exe", WMI_HOST, user="FILES$", session=0x3E7),
    ],
    "scripts that configuration management sends, at low sensitivity": Case(
        [within(WINRM_HOST, CMD, "cmd /C ver", at=at * HOUR) for at in range(9)], tuning=LOW
    ),
    "what a session of WinRM starts that is no shell": [
        within(POWERSHELL_HOST, r"C:\Windows\System32\whoami.exe", "whoami"),
        within(WINRM_HOST, r"C:\Windows\System32\conhost.exe", "conhost.exe 0xffffffff"),
        within(WINRM_HOST, r"C:\Windows\System32\cmd.exe", "cmd /C ver", session=0x3E7),
    ],
    "the file of names read, and others called so (5145)": [
        shared("C$", r"Windows\System32\drivers\etc\hosts", mask="0x1"),
        shared("C$", r"Backup\etc\hosts", mask="0x2"),
        shared("C$", r"Windows\System32\drivers\etc\hosts.bak", mask="0x2"),
        shared("Public", r"Windows\System32\drivers\etc\hosts", mask="0x2"),
    ],
    "programs read, or put on another share (5145)": [
        shared("ADMIN$", r"Temp\helper.exe", mask="0x1"),
        shared("Public", "helper.exe", mask="0x2"),
        shared("ADMIN$", r"Temp\report.txt", mask="0x2"),
        shared("ADMIN$", r"ccmsetup\ccmsetup.exe", mask="0x2", user="SCCM$"),
    ],
    "a pipe that the file dialogue opens, and one that a computer opens (5145)": [
        shared("IPC$", "srvsvc"),
        shared("IPC$", "svcctl", user="WS1$"),
        shared("Public", "svcctl"),
    ],
    "a shell at the desk": [
        logon("alice", WS1, computer=FILE_SERVER, session=0x6000, kind=2),
        inner(r"C:\Windows\System32\cmd.exe", "cmd.exe", at=SECOND),
    ],
    "another program in a session over the network": [
        logon("alice", WS1, computer=FILE_SERVER, session=0x6000),
        inner(r"C:\Windows\System32\conhost.exe", "conhost.exe 0x4", at=SECOND),
    ],
    "the host of WMI wakes by itself": [
        logon("alice", WS1, computer=FILE_SERVER, session=0x6000),
        process(WMI_HOST, None, at=SECOND),
        *(logon("WS1$", WS1, computer=FILE_SERVER, session=0x6100 + one, at=MINUTE + one * 1000) for one in range(4)),
        process(WMI_HOST, None, at=MINUTE + SECOND),
    ],
    "a console at the desk": [
        process(r"C:\Windows\System32\mmc.exe", r"C:\Windows\explorer.exe", "mmc.exe gpmc.msc", pid=0x777),
        process(r"C:\Windows\System32\cmd.exe", r"C:\Windows\System32\mmc.exe", at=SECOND, parent_pid=0x777),
    ],
    "a value read, and another written": [
        call(WINREG, 17, WS1, SERVER, stub={"key": RUN, "value": "Updater"}),
        call(WINREG, 22, WS1, SERVER, stub={"key": r"HKLM\SOFTWARE\Vendor", "value": "Last", "data": "1"}),
        call(WINREG, 22, WS1, SERVER, sealed=True),
    ],
    "documents on a drive, a program read, one on another share, one that was refused": [
        file("C$", r"Users\alice\report.docx"),
        file("ADMIN$", r"Temp\helper.exe", "read"),
        file("Software", "setup.exe"),
        file("ADMIN$", r"Temp\helper.exe", refused=True),
        file("ADMIN$", r"Temp\abcdefgh.tmp", "read"),
    ],
    "pipes of Windows, and one of a product": [
        file("IPC$", "srvsvc", "open"),
        file("IPC$", "vendor-agent-1", "write"),
        file("Data", "PSEXESVC-WS1-4012-stdin"),
    ],
    "a program that is replaced elsewhere, a service that is started": [
        call(SVCCTL, 19, WS1, SERVER),
        file("Software", "setup.exe", at=SECOND),
        call(SVCCTL, 31, WS1, SERVER, at=MINUTE),
    ],
    "WMI keeps a setting, an event filter alone": [
        call(WMI, 14, WS1, SERVER, stub={"texts": ["Win32_PageFileSetting"]}),
        call(WMI, 14, WS1, SERVER, stub={"class": "__EventFilter"}),
    ],
    "WMI lists shadow copies, reads and writes other values": [
        wmi('Win32_ShadowCopy.ID="{1}"', "GetText"),
        wmi("StdRegProv", "GetStringValue", texts=(RUN[5:], "Updater")),
        wmi("StdRegProv", "SetStringValue", texts=(r"SOFTWARE\Vendor", "Last", "today")),
    ],
    "two service managers refused, and one that is broken": [
        call(SVCCTL, 15, WS1, SERVER, code=5),
        call(SVCCTL, 15, WS1, DC1, at=SECOND, code=5),
        call(SVCCTL, 15, WS1, "192.0.2.66", at=2 * SECOND, code=1722),
    ],
    "computers send their logs": [winrm(name="WS1$"), winrm(WS1, DC1, at=MINUTE, name="WS1$")],
    "sessions with the computer itself": [
        session("ws1/wsman?PSVersion=5.1", at=1),
        shell(rf"{POWERSHELL} (EXAMPLE\alice clientIP: ::1)", at=2),
    ],
    "sessions of management that asks for no shell": [session("files.example.org/wsman")],
    "shells made for one purpose": [shell(EXCHANGE), shell("http://schemas.microsoft.com/powershell/JEA_Helpdesk", at=1)],
    "sessions, where what is new is not told": Case([shell(), session("files/wsman?PSVersion=5.1", at=1)], tuning=LOW),
    "a page of a web server": [act(KerberosAp(service="HTTP/files", carrier="http"), WS1, SERVER, 80)],
}

REAL = (
    Real("corpus/evtx/sb_LM_LM_Remote_Service01_5145_svcctl.evtx"),
    Real("corpus/pcap/otrf_covenant_psremoting_command.cap"),
    Real("corpus/evtx/dbc_sliver-security.evtx", severity="medium"),
    Real("corpus/evtx/sb_LM_LM_WMI_4624_4688_TargetHost.evtx"),
    Real("corpus/json/otrf_covenant_psremoting_command.zip"),
    Real("corpus/evtx/md_T1053.005_ID5145-Remote_schedule_task_creation_ATexec_.evtx", severity="medium"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
