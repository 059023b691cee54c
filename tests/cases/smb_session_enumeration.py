"""More cases of who is signed in where: the pipes that a log of shares tells, tickets for many computers."""

from app.model.activity import Activity
from app.model.identifiers import WINREG
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import FILES, MINUTE, SECOND, WS1, call, tgs_req
from tests.engine.detectors.logs import DC, FILE_SERVER, log, subject, tgt, ticket

TERMINALS = "88143fd0-c28d-4b2b-8fef-8d882f6a9390"


def pipe(name: str, user: str = "alice", *, at: int = 0, source: str = WS1, computer: str = FILE_SERVER) -> Activity:
    """5145 of a named pipe."""
    fields = {**subject(user), "IpAddress": source, "IpPort": "50005", "ShareName": r"\\*\IPC$", "RelativeTargetName": name}
    return log(5145, fields, at=at, computer=computer)


def all_of(*names: str, user: str = "alice", at: int = 0, source: str = WS1) -> list[Activity]:
    """Several pipes at once."""
    return [pipe(one, user, at=at + place * SECOND, source=source) for place, one in enumerate(names)]


def tour(count: int, user: str = "alice", apart: int = SECOND) -> list[Activity]:
    """4769 for many computers."""
    return [ticket(f"SRV{one}$", user=user, at=one * apart, etype=0x12) for one in range(count)]


FIRES = {
    "tickets for many computers (4769)": Case(tour(12), severity="low"),
    "tickets for many computers (packets)": Case(
        [tgs_req(f"cifs/srv{one}.example.org", at=one * SECOND) for one in range(12)], severity="low"
    ),
    "the pipe of sessions on a controller (5145)": Case([tgt("bob"), pipe("srvsvc", at=SECOND, computer=DC)], severity="low"),
    "sessions, profiles and names asked at once (5145)": Case(all_of("winreg", "lsarpc", "srvsvc"), severity="low"),
    "the users of a computer's registry": Case([call(WINREG, 9, WS1, FILES, stub={"key": "HKU"})], severity="low"),
    "the desktop sessions of many": Case(
        [call(TERMINALS, 5, WS1, f"192.0.2.{60 + one}", at=one * SECOND) for one in range(4)], severity="low"
    ),
    "a collector (5145)": Case(all_of("srvsvc", "wkssvc", "samr", "winreg"), severity="low"),
}
QUIET = {
    "a morning's sign-in (4769)": tour(6),
    "a day's work (4769)": tour(40, apart=2 * MINUTE),
    "a management server (4769)": tour(40, user="MGMT$"),
    "web sites (packets)": [tgs_req(f"HTTP/srv{one}.example.org", at=one * SECOND) for one in range(20)],
    "other keys, users whose root was not seen, the desktop sessions of one": [
        call(WINREG, 9, WS1, FILES, stub={"key": r"HKLM\SOFTWARE"}),
        call(WINREG, 9, WS1, FILES, at=SECOND),
        call(WINREG, 4, WS1, FILES, at=SECOND, stub={"key": "HKU"}),
        call(TERMINALS, 5, WS1, FILES, at=2 * SECOND),
        call(TERMINALS, 0, WS1, FILES, at=3 * SECOND),
    ],
    "a file dialogue (5145)": all_of("srvsvc", "wkssvc"),
    "over an hour (5145)": [
        pipe("winreg"), pipe("srvsvc", at=20 * MINUTE), pipe("lsarpc", at=40 * MINUTE), pipe("samr", at=59 * MINUTE),
    ],
    "a computer (5145)": all_of("winreg", "lsarpc", "srvsvc", user="WS1$"),
    "no sessions asked (5145)": all_of("samr", "lsarpc", "winreg"),
    "files (5145)": [
        log(5145, {**subject("alice"), "IpAddress": WS1, "ShareName": r"\\*\Home", "RelativeTargetName": one},
            computer=FILE_SERVER)
        for one in ("srvsvc", "wkssvc", "samr")
    ],
}  # fmt: skip
REAL = (
    Real("corpus/evtx/md_T1087_ID4769-Kerberos_TGS_host_enumeration_Bloodhound_.evtx"),
    Real("corpus/json/otrf_empire_getsession_dcerpc_smb_srvsvc_NetSessEnum.zip"),
    Real("corpus/evtx/sb_DI_discovery_psloggedon.evtx"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
