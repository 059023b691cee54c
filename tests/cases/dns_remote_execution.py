"""Cases of answers that overflow a name server, and of libraries that one loads."""

from msgspec.structs import replace

from app.model.activity import Activity
from app.model.details import DnsQuery, RpcCall
from app.model.identifiers import DNS_SERVER, SVCCTL
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, SECOND, WS1, call, dns
from tests.engine.detectors.logs import DC, log, tgt
from tests.engine.detectors.logs_hosts import SYSTEM, value

OUTSIDE = "198.51.100.53"


def truncated(name: str) -> Activity:
    one = dns(name, "SIG", DC1, OUTSIDE, records=0)
    return replace(one, detail=DnsQuery(name=name, type="SIG", truncated=True))


AUDIT = ("Microsoft-Windows-DNSServer", "Microsoft-Windows-DNSServer/Audit")
SERVICE = ("Microsoft-Windows-DNS-Server-Service", "DNS Server")
LOCAL, SHARED = r"C:\Program Files\Filter\dns.dll", r"\\192.0.2.66\s\x.dll"
PERSON = "S-1-5-21-1111111111-2222222222-3333333333-1199"


def setting(value: str, name: str = "serverlevelplugindll") -> Activity:
    """541."""
    return log(541, {"Setting": name, "Scope": ".", "NewValue": value, "VirtualizationID": "."}, where=AUDIT, sid=PERSON)


def plugin(path: str, number: int = 770, at: int = 0) -> Activity:
    """770, 150."""
    return log(number, {"param1": path}, where=SERVICE, at=at)


KEY = r"HKLM\System\CurrentControlSet\Services\DNS\Parameters\ServerLevelPluginDll"


def kept(path: str, at: int = 0) -> Activity:
    """13 of Sysmon, as the server itself writes what it is told."""
    return value(KEY, path, r"C:\Windows\System32\dns.exe", SYSTEM, computer=DC, at=at)


def told(path: str, operation: str = "ServerLevelPluginDll", opnum: int = 5, at: int = 0, **more: object) -> Activity:
    """R_DnssrvOperation2, as dnscmd asks it, in the clear."""
    return call(DNS_SERVER, opnum, WS1, DC1, at=at, stub={"operation": operation, "value": path}, **more)


FIRES = {
    "a library on a share is set by a call": Case([told(SHARED)], severity="high"),
    "a library of the server is set by an old call": Case([told(LOCAL, "serverlevelplugindll", 0)], severity="medium"),
    "a library for the DNS service": Case([tgt("bob"), kept(r"\\10.0.0.66\s\p.dll")], severity="high"),
    "a library of the server stands in the registry": Case([kept(LOCAL)], severity="medium"),
    "the registry and the log tell it, once": Case([kept(LOCAL), setting(LOCAL), plugin(LOCAL, at=SECOND)], severity="medium"),
    "a library on a share is set": Case([setting(SHARED, "ServerLevelPluginDll")], severity="high"),
    "a library on a share is set and loaded": Case([setting(SHARED), plugin(SHARED, at=SECOND)], severity="high"),
    "a library of the server is set": Case([setting(LOCAL)], severity="medium"),
    "a library of a tool could not be loaded": Case([plugin(r".\mimilib.dll", 150)], severity="high"),
    "a library is loaded": Case([plugin(LOCAL)], severity="medium"),
    "a record that overflows": Case([dns("9.example.net", "SIG", DC1, OUTSIDE, answers=("SIG 65470 bytes",))], severity="high"),
    "asked again over TCP": Case(
        [truncated("9.example.net"), dns("9.example.net", "SIG", DC1, OUTSIDE, at=SECOND, answers=("SIG 65470 bytes",))],
        severity="high",
    ),
    "too large for a datagram": Case([truncated("9.example.net")], severity="low"),
}

QUIET = {
    "the DNS service without a library": [kept("(Empty)")],
    "what is asked cannot be read": [replace(told(""), detail=RpcCall(interface=DNS_SERVER, opnum=5, sealed=True))],
    "other settings by a call": [told(LOCAL, "LogFilePath"), told("1", "EnableDnsSec"), told(SHARED, opnum=6)],
    "the setting is taken back by a call": [told("")],
    "another interface": [call(SVCCTL, 5, WS1, DC1, stub={"operation": "ServerLevelPluginDll", "value": SHARED})],
    "the setting is taken back": [setting("")],
    "other settings of a name server": [
        setting("0", "EventLogLevel"),
        setting("1", "EnableDnsSec"),
        setting(LOCAL, "LogFilePath"),
    ],
    "nothing is said of what was loaded": [plugin(""), plugin("-", 150)],
    "a small signature": [dns("example.net", "SIG", DC1, OUTSIDE, answers=("SIG 180 bytes",))],
    "a signed zone": [dns("example.net", "RRSIG", DC1, OUTSIDE, answers=("RRSIG 20000 bytes",))],
    "addresses": [dns("www.example.net", "A", WS1, DC1, answers=("A 198.51.100.7",))],
    "a long text": [dns("example.net", "TXT", WS1, DC1, answers=("TXT " + "v" * 3000,))],
}

REAL = (
    Real("corpus/evtx/md_T1574_ID150-Failed_DLL_loaded_by_DNS_server.evtx", severity="high"),
    Real("corpus/pcap/sb_Exploit_DoS_cve-2020-1350_dns_sig_maxspl0it.pcapng", severity="high"),
    Real("corpus/pcap/cs_dns_axfr.pcapng", fires=False),
)
