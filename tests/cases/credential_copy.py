"""Cases of keys being copied by a command."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import SECOND
from tests.engine.detectors.logs import CLIENT, DC, log, subject, tgt
from tests.engine.detectors.logs_commands import only_said, told_by_commands
from tests.engine.detectors.logs_hosts import SYSMON, SYSTEM, made

KNOWN = [tgt("bob", at=-1)]


def ran(
    command: str, program: str = r"C:\Windows\System32\cmd.exe", user: str = "alice", *, computer: str = DC, at: int = 0
) -> Activity:
    """4688."""
    fields = {
        **subject(user), "NewProcessId": "0x1a4", "NewProcessName": program, "ProcessId": "0x2b4", "CommandLine": command,
        "ParentProcessName": r"C:\Windows\System32\cmd.exe",
    }  # fmt: skip
    return log(4688, fields, at=at, computer=computer)


def told_by_sysmon(
    command: str, program: str = r"C:\Windows\System32\cmd.exe", user: str = r"EXAMPLE\alice", session: str = "0x5000", *,
    computer: str = DC,
) -> Activity:  # fmt: skip
    """1 of Sysmon."""
    fields = {
        "ProcessId": "420", "Image": program, "CommandLine": command, "User": user, "LogonId": session, "ParentProcessId": "692",
        "ParentImage": r"C:\Windows\System32\cmd.exe", "ParentCommandLine": "cmd",
    }  # fmt: skip
    return log(1, fields, computer=computer, where=SYSMON)


ESENTUTL = r"C:\Windows\System32\esentutl.exe"
ENGINE, OWN_LOG = ("ESENT", "Application"), ("NTDS ISAM", "Directory Service")


def engine(
    path: str, number: int = 325, program: str = "NTDS", *, computer: str = DC, at: int = 0, where: tuple[str, str] = ENGINE
) -> Activity:
    """325, 326, 327."""
    fields = {f"param{place}": value for place, value in enumerate((program, "3940,D,100", "", "2", path, "0", "", ""), 1)}
    return log(number, fields, computer=computer, at=at, where=where)


def moved(path: str, program: str = "lsass") -> Activity:
    """216."""
    fields = {"param1": program, "param2": "612,D,0", "param3": "", "param4": r"C:\Windows\NTDS\ntds.dit", "param5": path}
    return log(216, fields, where=ENGINE)


MEDIA_PATH, COPY_PATH = r"C:\Windows\Temp\x\Active Directory\ntds.dit", r"D:\work\ntds.dit"
SNAPSHOT, SHADOW = (
    r"C:\$SNAP_202405151039_VOLUMEC$\Windows\NTDS\ntds.dit",
    r"\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy3\Windows\NTDS\ntds.dit",
)
UTIL, REG = r"C:\Windows\System32\ntdsutil.exe", r"C:\Windows\System32\reg.exe"
FIRES = {
    "media that the engine tells of": Case(
        [engine(SNAPSHOT, 326), engine(MEDIA_PATH), engine(SNAPSHOT, 327, at=2), engine(MEDIA_PATH, 327, at=2)], severity="high"
    ),
    "media that command and engine tell of are one": Case(
        [*KNOWN, ran('ntdsutil "ac i ntds" "ifm" "create full C:\\x" q q', UTIL), engine(MEDIA_PATH, at=2)], severity="high"
    ),
    "a copy of the database made elsewhere": Case([engine(COPY_PATH, program="esentutl")], severity="medium"),
    "a copy opened by a program on a controller": Case([*KNOWN, engine(COPY_PATH, 326, "powershell")], severity="medium"),
    "a copy opened by a program elsewhere": Case([engine(COPY_PATH, 326, "powershell.exe", computer=CLIENT)], severity="low"),
    "a copy found moved by a program": Case([moved(COPY_PATH, "powershell")], severity="low"),
    "media for a new controller": Case(
        [*KNOWN, ran('ntdsutil "ac i ntds" "ifm" "create full C:\\x" q q', UTIL)], severity="high"
    ),
    "media for a read-only controller and for another one": Case(
        [*KNOWN, ran('ntdsutil "ac i ntds" ifm "create sysvol rodc E:\\a" "cr sy fu E:\\b" q q', UTIL)], severity="high"
    ),
    "media of which nothing more is told": Case([*KNOWN, ran('ntdsutil "ac i ntds" ifm', UTIL)], severity="high"),
    "media, by the system": Case([*KNOWN, ran('ntdsutil "ac in ntds" ifm "cr fu c:\\x" q q', UTIL, "SYSTEM")], severity="medium"),
    "out of a shadow copy": Case(
        [*KNOWN, ran(r"cmd /c copy \\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy12\Windows\NTDS\ntds.dit C:\t")], severity="high"
    ),
    "a backup of its folder": Case(
        [*KNOWN, ran(r"wbadmin start backup -backuptarget:e: -include:c:\windows\ntds -quiet")], severity="high"
    ),
    "media, told by Sysmon": Case([*KNOWN, told_by_sysmon('ntdsutil "ac i ntds" ifm "cr fu c:\\x" q q', UTIL)], severity="high"),
    "media, by the system in another language": Case(
        [*KNOWN, told_by_sysmon('ntdsutil "ac i ntds" ifm "cr fu c:\\x" q q', UTIL, r"NT-AUTORITÄT\SYSTEM", "0x3e7")],
        severity="medium",
    ),
    "hives of a computer": Case([*KNOWN, ran(r"reg  save HKLM\SAM C:\t\s.sav /y", REG, computer=CLIENT)], severity="medium"),
    "memory of LSA": Case(
        [*KNOWN, ran(r"rundll32.exe C:\windows\System32\comsvcs.dll, MiniDump 624 C:\t\l.dmp full", computer=CLIENT)],
        severity="medium",
    ),
    "modules of mimikatz that read": Case(
        [*KNOWN, ran('m.exe "privilege::debug" "sekurlsa::logonpasswords" exit', computer=CLIENT)], severity="medium"
    ),
    "its module for the registry": Case([*KNOWN, ran('m.exe "lsadump::secrets" exit', computer=CLIENT)], severity="medium"),
    "one deed with two commands": [*KNOWN, ran(r"reg save hklm\security s"), ran(r"reg save hklm\system t", at=1)],
}
FIRES |= {
    "the database copied, told by the file": Case([*KNOWN, made(r"C:\t\ntds.dit", ESENTUTL, computer=DC)], severity="high"),
    "the database put onto a server over its share": Case([*KNOWN, made(r"D:\drop\old-ntds.dit", "System")], severity="high"),
    "media, told by their files": Case(
        [
            *KNOWN,
            made(r"E:\m\Active Directory\ntds.dit", UTIL, computer=DC),
            made(r"E:\m\registry\SYSTEM", UTIL, at=1, computer=DC),
        ],
        severity="high",
    ),
    "a hive, told by the file": Case([*KNOWN, made(r"C:\t\sam.hiv", REG)], severity="medium"),
    "memory of LSA, by the task manager": Case(
        [*KNOWN, made(r"C:\t\lsass.DMP", r"C:\Windows\System32\Taskmgr.exe")], severity="medium"
    ),
    "tickets of sessions in files": Case(
        [*KNOWN, made(r"C:\t\[0;3e7]-2-0-40e10000-FILES$@krbtgt-EXAMPLE.ORG.kirbi")], severity="medium"
    ),
}
QUIET = {
    "media for a read-only controller, told by their files as well": [
        *KNOWN,
        told_by_sysmon('ntdsutil "ac i ntds" ifm "create rodc E:\\m" q q', UTIL),
        made(r"E:\m\Active Directory\ntds.dit", UTIL, at=SECOND, computer=DC),
    ],
    "the database at home, and the empty one of Windows": [
        *KNOWN,
        made(r"C:\Windows\NTDS\ntds.dit", r"C:\Windows\System32\lsass.exe", SYSTEM, computer=DC),
        made(r"C:\Windows\WinSxS\amd64_x\ntds.dit", r"C:\Windows\servicing\TrustedInstaller.exe", SYSTEM, at=1),
        made(r"R:\restore\ntds.dit", r"C:\Program Files\Backup\agent.exe", SYSTEM, at=2),
    ],
    "folders and files that are called so": [
        *KNOWN,
        made(r"C:\repo\security", r"C:\Program Files\Git\git.exe"),
        made(r"C:\repo\system", r"C:\Windows\System32\cmd.exe", at=1),
        made(r"C:\Windows\System32\config\SAM", r"C:\Windows\System32\svchost.exe", SYSTEM, at=2),
    ],
    "LSA failed": [*KNOWN, made(r"C:\dumps\lsass.exe.700.dmp", r"C:\Windows\System32\WerFault.exe", SYSTEM)],
    "the directory starts and stops, wherever its database lies": [
        engine(r"C:\Windows\NTDS\ntds.dit", 326, where=OWN_LOG),
        engine(r"E:\AD\ntds.dit", 326, "lsass", where=OWN_LOG),
        engine(r"E:\AD\ntds.dit", 327, "lsass", at=1),
        engine(r"D:\NTDS\ntds.dit", at=2),
        engine(r"C:\Windows\NTDS\ntds.dit", 325, "lsass", at=3),
    ],
    "a backup opens a shadow copy, a snapshot is looked at": [
        moved(SHADOW),
        engine(SHADOW, 326, "lsass"),
        engine(SHADOW, 327, "wbengine"),
        engine(SNAPSHOT, 326, "dsamain"),
    ],
    "the directory finds itself moved": [moved(COPY_PATH)],
    "media for a read-only controller, which command and engine tell of": [
        *KNOWN,
        ran('ntdsutil "ac i ntds" ifm "create rodc E:\\m" q q', UTIL),
        engine(MEDIA_PATH, at=2),
    ],
    "ntdsutil for something else": [*KNOWN, ran('ntdsutil "metadata cleanup" "quit"', UTIL), ran("ntdsutil snapshot list", UTIL)],
    "media for a read-only controller, which hold no secrets": [
        *KNOWN,
        ran('ntdsutil "ac i ntds" ifm "create sysvol rodc E:\\ifm" q q', UTIL),
        ran('ntdsutil "ac i ntds" "ifm" "cr rodc C:\\full" q q', UTIL, at=9),
    ],
    "other keys of the registry": [*KNOWN, ran(r"reg save HKLM\Software\Vendor C:\b.reg", REG), ran(r"reg query HKLM\SAM", REG)],
    "a backup of the whole system": [*KNOWN, ran("wbadmin start systemstatebackup -backuptarget:e: -quiet", user="SYSTEM")],
    "the registry asked, told by Sysmon": [*KNOWN, told_by_sysmon(r"reg query HKLM\SAM", REG)],
    "the database looked at": [*KNOWN, ran(r"dir C:\Windows\NTDS"), ran(r"notepad procdump-of-our-app.txt")],
    "modules of mimikatz that act on a controller, or use a key": [
        *KNOWN,
        ran('m.exe "lsadump::zerologon /target:dc1 /account:dc1$ /exploit" exit', computer=CLIENT),
        ran('m.exe "lsadump::dcsync /user:krbtgt" exit', computer=CLIENT),
        ran('m.exe "sekurlsa::pth /user:a" exit', computer=CLIENT),
    ],
    "a dump of another program": [*KNOWN, ran(r"procdump64.exe -ma w3wp.exe C:\d", computer=CLIENT)],
}
REAL = (
    Real("corpus/evtx/ts_Security.evtx", fires=False),
    Real("corpus/json/otrf_cmd_dumping_ntds_dit_file_ntdsutil.zip"),
)

COMMAND = '"sekurlsa::tickets /export"'
SCRIPT = "Get-ADDBAccount -All -DBPath C:\\t\\ntds.dit -BootKey $key"
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Get-ADDBAccount")
