"""Cases of remote desktop through tunnels, and on many computers."""

from app.model.activity import Activity
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import HOUR, MINUTE, WS1
from tests.engine.detectors.logs import FILE_SERVER, log, logon, subject

SESSIONS = "Microsoft-Windows-TerminalServices-LocalSessionManager"
CONNECTIONS = "Microsoft-Windows-TerminalServices-RemoteConnectionManager"
MANGLED = "::%16777216"


def desktop(user: str = "alice", source: str = "127.0.0.1", *, at: int = 0, computer: str = FILE_SERVER) -> Activity:
    """4624 of type 10."""
    return logon(user, source, at=at, kind=10, computer=computer, package="Negotiate")


def resumed(address: str, user: str = "alice", client: str = "WS9") -> Activity:
    """4778."""
    fields = {"AccountName": user, "AccountDomain": "EXAMPLE", "LogonID": "0x5000", "SessionName": "RDP-Tcp#6"}
    return log(4778, {**fields, "ClientName": client, "ClientAddress": address}, computer=FILE_SERVER)


def began(address: str, number: int = 21, user: str = "alice") -> Activity:
    """21, 25."""
    fields = {"User": f"EXAMPLE\\{user}", "SessionID": "2", "Address": address}
    return log(number, fields, computer=FILE_SERVER, where=(SESSIONS, f"{SESSIONS}/Operational"))


def let_in(computer: str = FILE_SERVER, address: str = WS1, user: str = "alice", *, at: int = 0) -> Activity:
    """1149."""
    fields = {"Param1": user, "Param2": "EXAMPLE", "Param3": address}
    return log(1149, fields, at=at, computer=computer, where=(CONNECTIONS, f"{CONNECTIONS}/Operational"))


def servers(count: int, user: str = "alice", pause: int = MINUTE) -> list[Activity]:
    return [let_in(f"srv{one}.example.org", user=user, at=one * pause) for one in range(count)]


FIRES: Cases = {
    "a session from the computer itself": Case([desktop()], severity="medium"),
    "over IPv6": Case([desktop(source="::1")], severity="medium"),
    "a session taken up again": Case([resumed("127.0.0.1")], severity="medium"),
    "as the session manager writes a tunnel": Case([began(MANGLED)], severity="medium"),
    "taken up again, as the session manager writes it": Case([began("::1", 25)], severity="medium"),
    "let in from the computer itself": Case([let_in(address="127.0.0.1")], severity="medium"),
    "told by all logs at once": Case([let_in(address="127.0.0.1"), desktop(at=1), began("127.0.0.1")], severity="medium"),
    "six computers, each let in": Case(servers(6), severity="low"),
    "six computers, each signed in to": Case(
        [desktop(source=WS1, computer=f"srv{one}.example.org", at=one * MINUTE) for one in range(6)], severity="low"
    ),
}
QUIET: Cases = {
    "from another computer": [desktop(source=WS1), began(WS1), resumed(WS1), let_in()],
    "at the console": [began("LOCAL"), resumed("LOCAL", client="Unknown"), desktop(source="-"), began("LOCAL", 25)],
    "a service of the computer, and somebody at it": [
        logon("alice", "127.0.0.1", kind=3, computer=FILE_SERVER),
        logon("alice", "127.0.0.1", kind=2, computer=FILE_SERVER, at=1),
        logon("alice", "::1", kind=7, computer=FILE_SERVER, at=2),
    ],
    "refused": [
        log(4625, {**subject("bob"), "TargetUserName": "alice", "LogonType": "10", "IpAddress": "127.0.0.1"}, failed=True)
    ],
    "five computers": servers(5),
    "six over the day": servers(6, pause=2 * HOUR),
    "one computer many times": [let_in(at=one * MINUTE) for one in range(20)],
    "many people at as many computers": [let_in(f"srv{one}.example.org", user=f"user{one}", at=one) for one in range(20)],
}
REAL = (Real("corpus/evtx/sb_C2_DE_RDP_Tunnel_5156.evtx", severity="medium"),)
