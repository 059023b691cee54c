"""Cases of secrets taken from the registry of another computer."""

from app.model.identifiers import WINREG
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, SECOND, WS1, call, controller
from tests.engine.detectors.builders import FILES as SERVER

FIRES = {
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
    "another key": [call(WINREG, 20, WS1, SERVER, stub={"key": r"HKLM\SOFTWARE\Vendor", "file": "x"})],
    "a value read": [call(WINREG, 17, WS1, SERVER, stub={"key": r"HKLM\SAM", "value": "C"})],
    "a value written": [call(WINREG, 22, WS1, SERVER, stub={"key": r"HKLM\SYSTEM\CurrentControlSet\Control", "value": "x"})],
    "at the computer itself": [call(WINREG, 20, SERVER, SERVER, stub={"key": r"HKLM\SAM", "file": "x"})],
}

REAL = (Real("corpus/pcap/elc_pwshell-cmdlet-clear-eventlog-application.pcap", fires=False),)
