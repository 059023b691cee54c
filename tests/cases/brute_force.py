"""More cases of guessed passwords: accounts that were locked out."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import HOUR, SECOND
from tests.engine.detectors.logs import DOMAIN, log, subject


def locked(user: str, computer: str = "WS9", *, at: int = 0) -> Activity:
    """4740: the caller's computer stands where others have the domain."""
    fields = {"TargetUserName": user, "TargetDomainName": computer, "TargetSid": f"{DOMAIN}-{1500 + sum(map(ord, user))}"}
    return log(4740, {**fields, **subject("SYSTEM", 0x3E7), "SubjectUserName": "DC1$"}, at=at)


def federated(user: str, *, at: int = 0, right: bool = False, address: str = "203.0.113.9") -> Activity:
    """1202, 1203: the federation server's audit of a password."""
    audit = f"<AuditBase><UserId>EXAMPLE\\{user}</UserId><IpAddress>{address}</IpAddress></AuditBase>"
    event_id = 1202 if right else 1203
    return log(
        event_id, {"param1": "1", "param2": audit}, at=at, computer="sts.example.org", where=("AD FS Auditing", "Security")
    )


FIRES = {
    "five accounts at the federation server": Case(
        [federated(f"user{one}", at=one * SECOND) for one in range(6)], severity="medium"
    ),
    "guessed at the federation server": Case(
        [*(federated("alice", at=one * SECOND) for one in range(25)), federated("alice", at=40 * SECOND, right=True)],
        severity="high",
    ),
    "five accounts locked out from one computer": Case(
        [locked(f"user{one}", at=one * SECOND) for one in range(5)], severity="medium"
    ),
    "slowly": [locked(f"user{one}", at=one * 600 * SECOND) for one in range(6)],
}
QUIET = {
    "an office behind one address, where most sign in": [
        federated(f"user{one}", at=one * SECOND, right=one % 6 != 0) for one in range(60)
    ],
    "somebody mistypes at the federation server": [federated("alice", at=one * SECOND, right=one == 3) for one in range(4)],
    "one account again and again": [locked("alice", at=one * SECOND) for one in range(9)],
    "everywhere": [locked(f"user{one}", f"WS{one}", at=one * SECOND) for one in range(9)],
    "over the day": [locked(f"user{one}", at=one * HOUR) for one in range(9)],
    "nobody tells where": [locked(f"user{one}", "", at=one * SECOND) for one in range(9)],
}
REAL = (
    Real("corpus/evtx/dbc_smb-password-guessing-security.evtx"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
