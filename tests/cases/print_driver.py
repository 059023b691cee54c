"""Cases of printer drivers installed from another computer."""

from app.model.activity import Activity
from app.model.identifiers import PAR, SPOOLSS
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, HOUR, SECOND, WS1, call, controller
from tests.engine.detectors.builders import FILES as SERVER
from tests.engine.detectors.logs import DC, FILE_SERVER, log, tgt

LOCAL = r"C:\Windows\System32\DriverStore\FileRepository\ntprint.inf_amd64_1\Amd64\UNIDRV.DLL"
KEPT = r"C:\Windows\System32\spool\drivers\x64\3\old\1\winhttp.dll"


def driver(
    target: str = DC1,
    *,
    at: int = 0,
    code: int | None = 0,
    sealed: bool = False,
    opnum: int = 89,
    interface: str = SPOOLSS,
    **stub: str,
) -> Activity:
    """A driver installed."""
    return call(interface, opnum, WS1, target, at=at, stub=stub, sealed=sealed, returned=code, code=code)


SPOOLER = "Microsoft-Windows-PrintService"
DRIVERS = r"C:\Windows\system32\spool\DRIVERS\x64\3"


def added(*files: str, name: str = "1234") -> Activity:
    """316."""
    fields = {"Param1": name, "Param2": "Windows x64", "Param3": "Version-3", "Param4": ", ".join(files)}
    return log(316, fields, computer=FILE_SERVER, where=(SPOOLER, f"{SPOOLER}/Operational"), sid="S-1-5-18")


def not_loaded(path: str, error: str = "0x7E", computer: str = FILE_SERVER) -> Activity:
    """808."""
    fields = {"PluginDllName": path, "ErrorCode": error, "Context": "1"}
    return log(808, fields, computer=computer, where=(SPOOLER, f"{SPOOLER}/Admin"))


FIRES = {
    "a driver with a library of Windows, told by the spooler": Case(
        [added("UNIDRV.DLL", "kernelbase.dll", "evil.dll")], severity="high"
    ),
    "a driver without a printer, told by the spooler": Case([added("UNIDRV.DLL", "x.dll", "x.dll")], severity="high"),
    "a library that did not want to stay": Case([not_loaded(rf"{DRIVERS}\x.dll", "0x45A")], severity="medium"),
    "a library that did not want to stay, on a controller": Case(
        [tgt("bob"), not_loaded(rf"{DRIVERS}\x.dll", "1114", DC)], severity="high"
    ),
    "a library on a share that was not found": Case([not_loaded(r"\\192.0.2.66\s\x.dll", "0x35")], severity="high"),
    "an old copy that could not be loaded": Case([not_loaded(rf"{DRIVERS}\old\1\x.dll")], severity="high"),
    "a file of a share": Case([controller(DC1), driver(driver_path=LOCAL, data_file=r"\\192.0.2.66\s\x.dll")], severity="high"),
    "the copy of an earlier call": Case([driver(SERVER, driver="1234", config_file=KEPT)], severity="high"),
    "a package over the asynchronous interface": Case(
        [driver(SERVER, interface=PAR, opnum=62, path=r"\\?\UNC\192.0.2.66\s\x.inf")], severity="high"
    ),
    "refused": Case([driver(SERVER, code=5, sealed=True)], severity="medium"),
    "sealed, on a controller": Case([controller(DC1), driver(sealed=True, code=None)], severity="medium"),
    "sealed, twice": Case([driver(SERVER, sealed=True), driver(SERVER, sealed=True, at=SECOND)], severity="medium"),
    "a driver of a server": Case([driver(SERVER, driver="Printer 7", driver_path=LOCAL)], severity="low"),
}

QUIET = {
    "drivers of printers, told by the spooler": [
        added("UNIDRV.DLL", "UNIDRVUI.DLL", "TTY.GPD", "UNIDRV.HLP", "TTYRES.DLL", name="Generic / Text Only"),
        added("PSCRIPT5.DLL", "PS5UI.DLL", "COLOR.PPD", "PSCRIPT.HLP", name="Color PS"),
        added("mxdwdrv.dll", "PrintConfig.dll", "model-PipelineConfig.xml", name="Microsoft XPS"),
        added(),
    ],
    "a driver whose library is missing or broken": [
        not_loaded(rf"{DRIVERS}\mxdwdrv.dll"),
        not_loaded(rf"{DRIVERS}\UNIDRVUI.DLL", "0x7F"),
        not_loaded(""),
    ],
    "a library of another kind that did not start": [not_loaded(r"C:\Windows\system32\FXSMON.dll", "0x45A")],
    "drivers listed": [controller(DC1), call(SPOOLSS, 10, WS1, DC1, stub={"environment": "Windows x64"})],
    "a printer opened": [controller(DC1), call(SPOOLSS, 1, WS1, DC1, stub={"printer": r"\\dc1\p"})],
    "printing": [call(SPOOLSS, opnum, WS1, SERVER, at=opnum * SECOND) for opnum in (69, 8, 17, 18, 19, 20, 23, 29)],
    "a driver removed": [call(SPOOLSS, 84, WS1, SERVER, at=HOUR, stub={"driver": "x"})],
    "at the computer itself": [call(SPOOLSS, 89, SERVER, SERVER, stub={"driver_path": r"\\192.0.2.66\s\x.dll"})],
}

REAL = (
    Real("corpus/pcap/suri_smb-dce_iface.pcap", severity="high"),
    Real("corpus/pcap/cl_printnightmare_PrintNightmare.pcap", severity="medium"),
    Real("corpus/pcap/cl_printnightmare_packetcapture_1.pcap", severity="medium"),
)
