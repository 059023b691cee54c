"""Cases of secrets taken from the registry of another computer."""

from app.model.activity import Activity
from app.model.identifiers import WINREG
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, SECOND, WS1, call, controller
from tests.engine.detectors.builders import FILES as SERVER
from tests.engine.detectors.logs import FILE_SERVER, log, subject


def shared(share: str, name: str, *, at: int = 0) -> Activity:
    """5145."""
    fields = {**subject("alice"), "IpAddress": WS1, "IpPort": "50005", "ShareName": rf"\\*\{share}", "RelativeTargetName": name}
    return log(5145, fields, at=at, computer=FILE_SERVER)


WINREG_PIPE, ONE, TWO = ("IPC$", "winreg"), ("ADMIN$", r"SYSTEM32\oyCCGQai.tmp"), ("ADMIN$", r"SYSTEM32\AqdQWnLE.tmp")


def opened(key: str, *, at: int = 0, code: int = 0) -> Activity:
    """BaseRegOpenKey."""
    return call(WINREG, 15, WS1, SERVER, at=at, stub={"key": key}, code=code)


LSA = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"

FIRES = {
    "the boot key read in place": Case(
        [opened(rf"{LSA}\{one}", at=n * SECOND) for n, one in enumerate(("JD", "Skew1", "GBG", "Data"))], severity="high"
    ),
    "keys of local accounts opened in place": Case([opened(r"HKLM\SAM\SAM\Domains\Account\Users\000001F4")], severity="high"),
    "secrets of services opened in place, where the root was not seen": Case(
        [opened(r"SECURITY\Policy\Secrets\DPAPI_SYSTEM\CurrVal")], severity="high"
    ),
    "cached sign-ins opened, refused": Case([opened(r"HKLM\SECURITY\Cache", code=5)], severity="low"),
    "a quarter of the boot key that is not there": Case([opened(rf"{LSA}\JD", code=2)], severity="low"),
    "a registry editor that opens all that is below Lsa": Case(
        [
            opened(rf"{LSA}\{one}", at=n * SECOND)
            for n, one in enumerate(("AccessProviders", "Audit", "CachedMachineNames", "Data", "GBG", "JD", "Skew1", "SSO"))
        ],
        severity="low",
    ),
    "told by the log of shares, files in the folder for temporary ones": Case(
        [
            shared(*WINREG_PIPE),
            shared("ADMIN$", r"Temp\kQxWvBnM.tmp", at=SECOND),
            shared("ADMIN$", r"Temp\aZsXdCfV.tmp", at=2 * SECOND),
        ],
        severity="high",
    ),
    "told by the log of shares": Case(
        [shared(*one, at=n * SECOND) for n, one in enumerate((WINREG_PIPE, ONE, TWO))], severity="high"
    ),
    "SAM and SECURITY": Case(
        [
            call(WINREG, 20, WS1, SERVER, stub={"key": r"HKLM\SAM", "file": r"..\Temp\abcd.tmp"}),
            call(WINREG, 20, WS1, SERVER, at=SECOND, stub={"key": r"HKLM\SECURITY", "file": r"..\Temp\efgh.tmp"}),
        ],
        severity="high",
    ),
    "refused": Case([call(WINREG, 31, WS1, SERVER, stub={"key": r"HKLM\SAM", "file": "x"}, code=5)], severity="high"),
    "to another computer": [controller(DC1), call(WINREG, 20, stub={"key": r"HKLM\SYSTEM", "file": r"\\192.0.2.66\s\x"})],
    "sealed": Case([call(WINREG, 20, WS1, SERVER, sealed=True)], severity="low"),
}

QUIET = {
    "keys beside the boot key": [opened(rf"{LSA}\{one}", at=n * SECOND) for n, one in enumerate(("MSV1_0", "Kerberos"))],
    "the tops of the hives": [opened(r"HKLM\SAM"), opened(r"HKLM\SECURITY", at=SECOND), opened(r"HKLM\SAM\SAM", at=2 * SECOND)],
    "a key of that name elsewhere": [opened(r"HKLM\SOFTWARE\Vendor\Lsa\Data"), opened(r"HKLM\SOFTWARE\JD", at=SECOND)],
    "the registry and other files": [
        shared(*WINREG_PIPE),
        shared("ADMIN$", r"Temp\setup1.log", at=SECOND),
        shared("ADMIN$", r"Temp\report.tmp", at=2 * SECOND),
    ],
    "one file": [shared(*WINREG_PIPE), shared(*ONE, at=SECOND)],
    "files without the registry": [shared(*ONE), shared(*TWO, at=SECOND)],
    "another key": [call(WINREG, 20, WS1, SERVER, stub={"key": r"HKLM\SOFTWARE\Vendor", "file": "x"})],
    "a value read": [call(WINREG, 17, WS1, SERVER, stub={"key": r"HKLM\SAM", "value": "C"})],
    "a value written": [call(WINREG, 22, WS1, SERVER, stub={"key": r"HKLM\SYSTEM\CurrentControlSet\Control", "value": "x"})],
    "at the computer itself": [call(WINREG, 20, SERVER, SERVER, stub={"key": r"HKLM\SAM", "file": "x"})],
}

REAL = (
    Real("corpus/evtx/md_apt_ID5145-4624-DonPAPI_full_extraction.evtx", severity="high"),
    Real("corpus/evtx/md_T1053.005_ID5145-Remote_schedule_task_creation_ATexec_.evtx", fires=False),
    Real("corpus/pcap/elc_pwshell-cmdlet-clear-eventlog-application.pcap", fires=False),
)
