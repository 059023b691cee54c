"""Service names on users: sensitive ones, ordinary ones, their own."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, DRSUAPI, MINUTE, call, controller
from tests.engine.detectors.builders_changes import (
    BASE,
    account_event,
    administrators,
    differed,
    dn,
    entry_of,
    modify,
    synchronised,
    written,
)
from tests.engine.detectors.logs import known, tgt

ATTRIBUTE, NAME = "servicePrincipalName", "http/intranet.example.org"
BOSS = f"CN=boss,{BASE}"


def names(*spns: str, user: str = "alice", target: str = "FILES1$", at: int = 0, **more: str) -> Activity:
    """4742 with the whole list of a computer's service names, as it is then."""
    return account_event(4742, target, user, at=at, ServicePrincipalNames="\n\t\t" + "\n\t\t".join(spns), **more)


FIRES = {
    "another host's on a computer in the log": Case(
        written(dn("FILES1", "OU=Servers"), ATTRIBUTE, "HOST/attacker.example.org", kind="computer"), severity="low"
    ),
    "another host's among a computer's names (4742)": Case(
        [names("HOST/FILES1", "HOST/files1.example.org", "HOST/attacker.example.org")], severity="low"
    ),
    "a controller's among a computer's names (4742)": Case(
        [tgt("bob"), names("HOST/FILES1"), names("HOST/FILES1", "cifs/dc1.example.org", at=MINUTE)], severity="medium"
    ),
    "a controller's on a computer, over LDAP": Case(
        [
            tgt("bob"),
            known("FILES1$", "computer"),
            modify(f"CN=FILES1$,{BASE}", ATTRIBUTE, "HOST/dc1.example.org", deed="add"),
        ],
        severity="medium",
    ),
    "the log tells a user's by another user": Case(written(dn("dora"), ATTRIBUTE, NAME), severity="low"),
    "on an administrator": Case([*administrators("boss"), modify(BOSS, ATTRIBUTE, NAME, deed="add")], severity="high"),
    "on an administrator in the log": Case([*administrators("boss"), *written(BOSS, ATTRIBUTE, NAME)], severity="high"),
    "on an administrator by another": Case(
        [*administrators("boss", "chief"), modify(BOSS, ATTRIBUTE, NAME, user="chief", deed="add")], severity="medium"
    ),
    "on a user by another user": Case([modify(dn("dora"), ATTRIBUTE, NAME, deed="add")], severity="low"),
    "put there and taken away": Case(
        [modify(dn("dora"), ATTRIBUTE, NAME, deed="add"), modify(dn("dora"), ATTRIBUTE, NAME, deed="delete", at=5 * MINUTE)],
        severity="medium",
    ),
    "by the call of replication": Case(
        [*administrators("boss"), call(DRSUAPI, 13, stub={"account": BOSS, "spns": [NAME], "operation": 0})], severity="high"
    ),
    "on an administrator, found later": Case(
        [*administrators("boss"), *differed(entry_of("boss", dn=BOSS), spns=(NAME,))], severity="medium"
    ),
    "one more on an administrator, found later": Case(
        [*administrators("boss"), *differed(entry_of("boss", dn=BOSS, spns=("http/old",)), spns=("http/old", NAME))],
        severity="medium",
    ),
}
QUIET = {
    "a computer's own names (4742)": [
        names("HOST/FILES1", "HOST/files1.example.org", "TERMSRV/files1.example.org", "http/intranet.example.org")
    ],
    "another host's that it had already (4742)": [
        names("HOST/FILES1", "HOST/alias.example.org", user="FILES1$"),
        names("HOST/FILES1", "HOST/alias.example.org", "MSSQLSvc/files1.example.org", at=MINUTE),
    ],
    "a computer that is renamed (4742)": [names("HOST/FILES9", "HOST/files9.example.org", DnsHostName="files9.example.org")],
    "another host's by the computer itself (4742)": [names("HOST/FILES1", "HOST/alias.example.org", user="FILES1$")],
    "a controller's alias on a controller (4742)": [
        controller(DC1),
        names("HOST/DC1", "HOST/dc1.example.org", target="DC1$", at=MINUTE),
    ],
    "names of a computer that was made (4741)": [
        account_event(4741, "FILES1$", ServicePrincipalNames="\n\t\tHOST/alias.example.org\n\t\tHOST/FILES1")
    ],
    "its own in the log": written(dn("svc_sql"), ATTRIBUTE, "MSSQLSvc/db.example.org", user="svc_sql"),
    "a name taken away in the log": written(dn("dora"), ATTRIBUTE, "", NAME),
    "a computer's": [modify(dn("FILES1", "OU=Servers"), ATTRIBUTE, NAME, user="FILES1$")],
    "another host's on a computer, by an administrator": [
        *administrators("boss"),
        *written(dn("FILES1", "OU=Servers"), ATTRIBUTE, "HOST/alias.example.org", kind="computer", user="boss"),
    ],
    "a computer's own, short and long, by a person": [
        one
        for name in ("HOST/FILES1", "HOST/files1.example.org")
        for one in written(dn("FILES1", "OU=Servers"), ATTRIBUTE, name, kind="computer")
    ],
    "another host's on a computer, by the computer": written(
        dn("FILES1", "OU=Servers"), ATTRIBUTE, "HOST/alias.example.org", kind="computer", user="FILES1$"
    ),
    "a computer's in the log": written(dn("FILES1", "OU=Servers"), ATTRIBUTE, NAME, kind="computer"),
    "by an administrator on a service's account": [
        *administrators("boss"),
        modify(dn("svc_web"), ATTRIBUTE, NAME, user="boss", deed="add"),
    ],
    "its own": [modify(dn("svc_sql"), ATTRIBUTE, "MSSQLSvc/db.example.org", user="svc_sql", deed="add")],
    "a name taken away": [modify(dn("dora"), ATTRIBUTE, NAME, deed="delete")],
    "an ordinary user's, found later": [synchronised(dn("dora"), ATTRIBUTE, (NAME,))],
    "an ordinary user's, found by a comparison": differed(entry_of("dora"), spns=(NAME,)),
    "taken off an administrator, found later": [
        *administrators("boss"),
        *differed(entry_of("boss", dn=BOSS, spns=(NAME,)), spns=()),
    ],
    "one of two taken off an administrator, found later": [
        *administrators("boss"),
        *differed(entry_of("boss", dn=BOSS, spns=(NAME, "http/old")), spns=("http/old",)),
    ],
    "a computer's, found later": differed(
        entry_of("FILES1$", "computer"), spns=("HOST/files1.example.org", "HOST/alias.example.org")
    ),
}
REAL = (
    Real("corpus/evtx/sb_PE_persistence_security_dcshadow_4742.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
