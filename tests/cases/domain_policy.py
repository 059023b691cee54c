"""Cases of the domain's policies being weakened."""

from msgspec.structs import replace

from app.model.activity import Activity
from app.model.directory import DirectoryObject
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, MINUTE, act
from tests.engine.detectors.builders_changes import BASE, differed, modify, written
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


PSO = f"CN=Services,CN=Password Settings Container,CN=System,{BASE}"
IS_DOMAIN = DirectoryObject(
    dn=BASE, object_class="domainDNS", domain="example.org", guid="guid-domain",
    facts={"minPwdLength": "7", "lockoutThreshold": "5", "pwdProperties": "complex passwords", "ms-DS-MachineAccountQuota": "0"},
)  # fmt: skip

LAX = {"minPwdLength": "4", "lockoutThreshold": "0", "pwdProperties": "", "ms-DS-MachineAccountQuota": "10"}
HERE = act(replace(IS_DOMAIN, facts=LAX), DC1, DC1, 389, at=-MINUTE)
"""The directory as it was before: weaker than most."""


def facts(**changed: str) -> dict[str, str]:
    """Facts of the domain's object with some that are others; a value "" is not there."""
    found = {**IS_DOMAIN.facts, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return {name: value for name, value in found.items() if value}


FIRES = {
    "computers that everybody may add, over LDAP": Case([modify(BASE, "ms-DS-MachineAccountQuota", "10")], severity="medium"),
    "short passwords over LDAP, as the directory knew them": Case([HERE, modify(BASE, "minPwdLength", "3")], severity="medium"),
    "reversible passwords in a policy for some, over LDAP": Case(
        [modify(PSO, "msDS-PasswordReversibleEncryptionEnabled", "TRUE")], severity="low"
    ),
    "no lockout any more (5136)": Case(written(BASE, "lockoutThreshold", "0", "5", kind="domainDNS"), severity="medium"),
    "passwords that need not be complex (5136)": Case(
        written(BASE, "pwdProperties", "0", "1", kind="domainDNS"), severity="medium"
    ),
    "computers that everybody may add, found later": Case(
        differed(IS_DOMAIN, facts=facts(ms_DS_MachineAccountQuota="10")), severity="medium"
    ),
    "passwords that need not be complex, found later": Case(
        differed(IS_DOMAIN, facts=facts(pwdProperties="")), severity="medium"
    ),
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
    "no computers for everybody, over LDAP": [modify(BASE, "ms-DS-MachineAccountQuota", "0")],
    "longer passwords over LDAP": [modify(BASE, "minPwdLength", "14"), modify(PSO, "msDS-LockoutThreshold", "5")],
    "as the directory had it, over LDAP": [
        *(HERE, modify(BASE, "minPwdLength", "4"), modify(BASE, "lockoutThreshold", "0")),
        *(modify(BASE, "ms-DS-MachineAccountQuota", "10"), modify(BASE, "minPwdLength", "5")),
    ],
    "a lockout, and fewer computers (5136)": [
        *written(BASE, "lockoutThreshold", "5", "0", kind="domainDNS"),
        *written(BASE, "ms-DS-MachineAccountQuota", "5", "10", kind="domainDNS"),
        *written(BASE, "pwdProperties", "1", "0", kind="domainDNS"),
    ],
    "complex passwords and a lockout, found later": differed(
        IS_DOMAIN, facts=facts(pwdProperties="complex passwords; store", lockoutThreshold="3")
    ),
    "longer passwords, found later": differed(IS_DOMAIN, facts=facts(minPwdLength="14")),
    "a value that cannot be read any more, found later": differed(IS_DOMAIN, facts=facts(minPwdLength="", lockoutThreshold="")),
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
