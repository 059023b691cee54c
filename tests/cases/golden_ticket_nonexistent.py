"""More cases of tickets in a name that nobody has: the name and the number of a session that servers log."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import HOUR, MINUTE, WS1
from tests.engine.detectors.logs import DOMAIN, FILE_SERVER, log

BUILT_IN = f"{DOMAIN}-500"


def share(name: str, sid: str, *, at: int = 0) -> Activity:
    """5140 on the share of the administrators."""
    fields = {
        "SubjectUserSid": sid, "SubjectUserName": name, "SubjectDomainName": "EXAMPLE", "SubjectLogonId": "0x5000",
        "IpAddress": WS1, "IpPort": "50005", "ShareName": r"\\*\ADMIN$",
    }  # fmt: skip
    return log(5140, fields, at=at, computer=FILE_SERVER)


def renamed(old: str, new: str, sid: str, *, at: int = 0) -> Activity:
    """4781."""
    fields = {"OldTargetUserName": old, "NewTargetUserName": new, "TargetDomainName": "EXAMPLE", "TargetSid": sid}
    return log(4781, fields, at=at)


def session(name: str, sid: str, *, at: int = 0, package: str = "Kerberos", kind: int = 3) -> Activity:
    """4624."""
    fields = {
        "TargetUserSid": sid, "TargetUserName": name, "TargetDomainName": "EXAMPLE", "TargetLogonId": "0x5001",
        "LogonType": str(kind), "AuthenticationPackageName": package, "IpAddress": WS1, "IpPort": "50006",
    }  # fmt: skip
    return log(4624, fields, at=at, computer=FILE_SERVER)


FIRES = {
    "the number of the built-in administrator under another name (5140)": Case([share("ghost", BUILT_IN)], severity="low"),
    "the same of a sign-in (4624)": Case([session("ghost", BUILT_IN)], severity="low"),
    "one number under two names": Case(
        [session("alice", f"{DOMAIN}-1105"), session("nobody", f"{DOMAIN}-1105", at=HOUR)], severity="low"
    ),
    "both names in use": Case(
        [
            session("alice", f"{DOMAIN}-1105"), session("nobody", f"{DOMAIN}-1105", at=HOUR),
            session("alice", f"{DOMAIN}-1105", at=2 * HOUR),
        ],
        severity="medium",
    ),
}  # fmt: skip
QUIET = {
    "the built-in administrator, in two languages": [
        share("Administrator", BUILT_IN), session("administrateur", "S-1-5-21-7-7-7-500"),
    ],
    "spellings of one name": [
        session("Alice", f"{DOMAIN}-1105"), session("alice@example.org", f"{DOMAIN}-1105", at=HOUR),
        share("ALICE", f"{DOMAIN}-1105", at=2 * HOUR),
    ],
    "an account that a log says was renamed, whose old tickets go on": [
        session("alice", f"{DOMAIN}-1105"), renamed("alice", "alice.adams", f"{DOMAIN}-1105", at=MINUTE),
        session("alice.adams", f"{DOMAIN}-1105", at=HOUR), session("alice", f"{DOMAIN}-1105", at=2 * HOUR),
    ],
    "at the desk, and with a password": [
        session("ghost", BUILT_IN, kind=2), session("ghost", BUILT_IN, package="NTLM"),
    ],
    "a service of one computer": [share("SYSTEM", "S-1-5-18"), share("FILES$", f"{DOMAIN}-500")],
}  # fmt: skip
REAL = (
    Real("corpus/evtx/md_T1021.002_ID5140-ADMIN_share_connection_with_Golden_ticket.evtx"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
