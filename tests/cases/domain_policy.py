"""Cases of the domain's policies being weakened."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.logs import DOMAIN, log, logon, subject

UNCHANGED = dict.fromkeys(
    ("MinPasswordAge", "MaxPasswordAge", "ForceLogoff", "LockoutThreshold", "LockoutObservationWindow", "LockoutDuration",
     "PasswordProperties", "MinPasswordLength", "PasswordHistoryLength", "MachineAccountQuota"), "-",
)  # fmt: skip


def domain(user: str = "alice", **changed: str) -> Activity:
    """4739."""
    fields = {"DomainPolicyChanged": "Password Policy", "DomainName": "EXAMPLE", "DomainSid": DOMAIN, **subject(user)}
    return log(4739, fields | UNCHANGED | changed)


def kerberos(changes: str, user: str = "alice") -> Activity:
    """4713."""
    return log(4713, {**subject(user), "KerberosPolicyChange": changes})


FIRES = {
    "no lockout any more": Case([domain(LockoutThreshold="0")], severity="medium"),
    "short passwords, stored to be read": Case([domain(MinPasswordLength="0", PasswordProperties="17")], severity="medium"),
    "by a group policy": Case([domain("SYSTEM", MinPasswordLength="4")], severity="low"),
    "everybody may add computers": Case([domain(MachineAccountQuota="10")], severity="medium"),
    "tickets that live for ten years": Case(
        [kerberos("KerMaxT: 0x11ed178c6c000 (0x53d1ac1000);  KerMaxR: 0x58028e44000 (0x58028e44000);")], severity="medium"
    ),
    "a policy whose text is not known": Case([kerberos("something else")], severity="medium"),
}
QUIET = {
    "longer passwords and a lockout": [domain(MinPasswordLength="14", LockoutThreshold="5", PasswordProperties="1")],
    "something else of the domain": [domain(ForceLogoff="1"), domain(MachineAccountQuota="0")],
    "tickets that live shorter": [kerberos("KerMaxT: 0x10c388d000 (0x53d1ac1000);")],
    "a computer's own accounts": [domain("WS1$", DomainName="DC1", MinPasswordLength="0")],
    "an ordinary sign-in": [logon("alice")],
}
REAL = (
    Real("corpus/evtx/ts_Security.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
