"""Cases of services installed at the computer itself."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import SECOND, WS1
from tests.engine.detectors.logs import DC, FILE_SERVER, installed, logon, manager, tgt
from tests.engine.detectors.logs_hosts import SERVICES, SYSTEM, audited_value, value

PIPE = r"cmd.exe /c echo hgabms > \\.\pipe\hgabms"
HIDDEN = "%COMSPEC% /b /c start /b /min powershell.exe -nop -w hidden -e " + "A" * 60

FIRES = {
    "a program makes itself the system": Case([manager("hgabms", PIPE, "SYSTEM")], severity="medium"),
    "concealed commands, at the computer itself": Case(
        [logon("alice", "-", kind=2, computer=FILE_SERVER), installed("abc", HIDDEN, at=SECOND)], severity="medium"
    ),
    "both logs of one service": [
        logon("alice", "-", kind=2, computer=FILE_SERVER),
        installed("abc", HIDDEN, at=SECOND),
        manager("abc", HIDDEN, at=SECOND + 1),
    ],
    "a program of Windows that runs others": Case(
        [tgt("bob"), manager("Updater", r"C:\Windows\System32\rundll32.exe C:\ProgramData\u.dll,Start", "SYSTEM", computer=DC)],
        severity="medium",
    ),
    "from a folder of a user": Case([manager("Helper", r'"C:\Users\bob\AppData\Local\h.exe" -s')], severity="low"),
    "both logs of what another computer had made, this one first": Case(
        [
            tgt("bob"),
            logon("alice", WS1, computer=DC),
            manager("Helper", r"C:\Windows\Temp\h.exe", at=SECOND, computer=DC),
            installed("Helper", r"C:\Windows\Temp\h.exe", at=SECOND + 1, computer=DC),
        ],
        severity="low",
    ),
    "the driver of a tool": Case([manager("mimidrv", r"C:\tools\mimidrv.sys", kind="kernel mode driver")], severity="medium"),
}

KEY = r"HKLM\System\CurrentControlSet\Services"
FIRES |= {
    "a service changed, told by the registry": Case(
        [value(rf"{KEY}\Sensor\ImagePath", r"C:\windows\system32\cmd.exe /c echo pwn", SERVICES, SYSTEM)], severity="medium"
    ),
    "the same, audited": Case(
        [audited_value(r"\REGISTRY\MACHINE\SYSTEM\ControlSet001\Services\S", "ImagePath", HIDDEN, "SYSTEM", program=SERVICES)],
        severity="medium",
    ),
    "its library in a folder of anybody": Case(
        [value(rf"{KEY}\S\Parameters\ServiceDll", r"C:\Users\Public\s.dll")], severity="low"
    ),
    "the registry and the manager's log of one service": Case(
        [
            value(rf"{KEY}\Updater\ImagePath", r"rundll32.exe C:\u.dll,Start", SERVICES, SYSTEM),
            manager("Updater", r"rundll32.exe C:\u.dll,Start", "SYSTEM", at=SECOND),
        ],
        severity="medium",
    ),
}
QUIET = {
    "programs of services, told by the registry": [
        value(rf"{KEY}\Agent\ImagePath", r'"C:\Program Files\Backup\agent.exe" -service', SERVICES, SYSTEM),
        value(rf"{KEY}\Print\ImagePath", r"%%SystemRoot%%\system32\svchost.exe -k print", SERVICES, SYSTEM, at=1),
        value(rf"{KEY}\Print\Parameters\ServiceDll", r"%%SystemRoot%%\System32\spool.dll", SERVICES, SYSTEM, at=2),
        value(rf"{KEY}\cpuz\ImagePath", r"\??\C:\Users\bob\AppData\Local\Temp\cpuz.sys", SERVICES, SYSTEM, at=3),
        value(r"HKLM\Software\Vendor\ImagePath", "cmd.exe /c x", at=4),
    ],
    "PsExec, whose pipes tell it": [value(rf"{KEY}\PSEXESVC\ImagePath", r"%%SystemRoot%%\PSEXESVC.exe", SERVICES, SYSTEM)],
    "a program": [manager("Backup", r'"C:\Program Files\Backup\agent.exe" -service'), installed("Backup", r"C:\Backup\a.exe")],
    "a service of Windows": [manager("Print", r"%SystemRoot%\system32\svchost.exe -k print", "SYSTEM")],
    "made from another computer": [
        logon("alice", WS1, computer=FILE_SERVER),
        installed("BTOBTO", HIDDEN, at=SECOND),
        manager("BTOBTO", HIDDEN, at=SECOND + 1),
    ],
    "the manager's log alone: perhaps another computer": [manager("BTOBTO", HIDDEN)],
    "a driver from a temporary folder": [
        manager("cpuz143", r"\??\C:\Users\bob\AppData\Local\Temp\cpuz143_x64.sys", kind="kernel mode driver")
    ],
    "an updater": [manager("edgeupdate", r'"C:\Program Files (x86)\Microsoft\EdgeUpdate\MicrosoftEdgeUpdate.exe" /svc')],
}

REAL = (
    Real("corpus/evtx/dbc_metasploit-psexec-native-target-system.evtx"),
    Real("corpus/evtx/md_T1543.003_ID4697-New_service_for_Mimikatz.evtx"),
    Real("corpus/evtx/pl_System.evtx", fires=False),
    Real("corpus/evtx/ts_System.evtx", fires=False),
    Real("corpus/evtx/oe_sample-with-zero-data-size-event.evtx", fires=False),
    Real("corpus/json/otrf_covenant_sharpsc_create_dcerpc_smb_svcctl.zip", fires=False),
)
