"""More cases of guessed passwords: accounts that were locked out."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import HOUR, SECOND
from tests.engine.detectors.logs import DOMAIN, log, subject


def locked(user: str, computer: str = "WS9", *, at: int = 0) -> Activity:
    """4740: the caller's computer stands where others have the domain."""
    fields = {"TargetUserName": user, "TargetDomainName": computer, "TargetSid": f"{DOMAIN}-{1500 + sum(map(ord, user))}"}
    return log(4740, {**fields, **subject("SYSTEM", 0x3E7), "SubjectUserName": "DC1$"}, at=at)


FIRES = {
    "five accounts locked out from one computer": Case(
        [locked(f"user{one}", at=one * SECOND) for one in range(5)], severity="medium"
    ),
    "slowly": [locked(f"user{one}", at=one * 600 * SECOND) for one in range(6)],
}
QUIET = {
    "one account again and again": [locked("alice", at=one * SECOND) for one in range(9)],
    "everywhere": [locked(f"user{one}", f"WS{one}", at=one * SECOND) for one in range(9)],
    "over the day": [locked(f"user{one}", at=one * HOUR) for one in range(9)],
    "nobody tells where": [locked(f"user{one}", "", at=one * SECOND) for one in range(9)],
}
REAL = (
    Real("corpus/evtx/dbc_smb-password-guessing-security.evtx"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
