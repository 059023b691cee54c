"""Computers made by ordinary users, by tools, by administrators and by those whose work it is."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import SAMR, call
from tests.engine.detectors.builders_changes import DAY, account_event, added, administrators, dn
from tests.engine.detectors.logs import DOMAIN, log, subject


def made(name: str, user: str = "alice", *, at: int = 0, code: int = 0) -> object:
    stub = {"account": name, "account_type": 128, "domain": DOMAIN, "target": f"{DOMAIN}-3001"}
    return call(SAMR, 50, name=user, at=at, code=code, stub=stub)


def by_quota(user: str = "alice", privilege: str = "SeMachineAccountPrivilege", *, at: int = 0) -> object:
    """4673."""
    fields = {**subject(user), "ObjectServer": "Security Account Manager", "Service": "-", "PrivilegeList": privilege,
              "ProcessName": r"C:\Windows\System32\lsass.exe"}  # fmt: skip
    return log(4673, fields, at=at)


NAMED = {"DnsHostName": "new1.example.org", "ServicePrincipalNames": "HOST/new1\n\t\tHOST/new1.example.org"}
FIRES = {
    "over SAMR": Case([made("EVIL$")], severity="medium", external_id=3007),
    "over LDAP with its names": Case(
        [
            added(
                dn("NEW1", "CN=Computers"),
                objectClass=("top", "computer"),
                sAMAccountName="NEW1$",
                dNSHostName="new1.example.org",
            )
        ],
        severity="low",
    ),
    "in the log without names": Case(
        [account_event(4741, "EVIL$", DnsHostName="-", ServicePrincipalNames="-")], severity="medium"
    ),
    "in the log with names": Case([account_event(4741, "NEW1$", **NAMED)], severity="low"),
    "refused": [made("EVIL$", code=0xC00002E7)],
    "several by one user": [made("EVIL1$"), made("EVIL2$", at=1), made("EVIL3$", at=2), made("EVIL4$", at=3)],
}
FIRES |= {
    "a user with a computer's name": Case([account_event(4720, "helper$", "eve")], severity="medium"),
    "a user with a computer's name, made by the system": Case(
        [account_event(4720, "$", "SYSTEM", NewUacValue="0x15")], severity="low"
    ),
    "the quota used (4673)": Case([by_quota()], severity="low"),
    "the quota used twice (4673)": Case([by_quota(), by_quota(at=1)], severity="low"),
    "a user renamed like a computer": Case(
        [account_event(4781, "", "eve", OldTargetUserName="helper", NewTargetUserName="helper$")], severity="medium"
    ),
}
QUIET = {
    "a user, and one renamed": [
        account_event(4720, "dora", "eve"),
        account_event(4781, "", "eve", OldTargetUserName="a", NewTargetUserName="b", at=9),
    ],
    "a trust's account": [account_event(4720, "FABRIKAM$", "SYSTEM", NewUacValue="0x51")],
    "by an administrator": [*administrators("boss"), account_event(4741, "NEW1$", "boss", DnsHostName="-")],
    "the quota used by an administrator (4673)": [*administrators("boss"), by_quota("boss")],
    "the quota used by a computer (4673)": [by_quota("WS1$")],
    "a user made": [account_event(4720, "dora")],
    "a group made over SAMR": [call(SAMR, 10, stub={"account": "Staff", "domain": DOMAIN})],
    "by the controller itself": [account_event(4741, "AZUREADKERBEROS$", "DC1$")],
    "by an administrator over SAMR": [*administrators("boss"), made("NEW1$", "boss")],
    "by an administrator over LDAP": [
        *administrators("boss"),
        added(dn("NEW1", "CN=Computers"), "boss", objectClass=("top", "computer"), sAMAccountName="NEW1$"),
    ],
    "a user made over SAMR, and one over LDAP": [
        call(SAMR, 50, stub={"account": "dora", "account_type": 16, "domain": DOMAIN, "target": f"{DOMAIN}-3001"}),
        added(dn("erin"), objectClass=("top", "person", "user"), sAMAccountName="erin"),
    ],
}
JOINER = [made(f"PC{day}{number}$", "joiner", at=day * DAY + number) for day in range(3) for number in range(2)]
REAL = (
    Real("lab/captures/machine_account_creation.pcap", severity="medium"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
