"""Passwords set by others: of sensitive accounts, of ordinary ones, by their owners."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import SAMR, call
from tests.engine.detectors.builders_changes import BASE, DAY, account_event, added, administrators, dn, modify, person
from tests.engine.detectors.logs import DOMAIN, subject

BOSS = f"CN=boss,{BASE}"
RID = int(subject("boss")["SubjectUserSid"].rpartition("-")[2])
FIRES = {
    "an administrator's in the log": Case([*administrators("boss"), account_event(4724, "boss", rid=RID)], severity="medium"),
    "over LDAP": Case([*administrators("boss"), modify(BOSS, "unicodePwd", "(hidden)")], severity="medium", external_id=3025),
    "over SAMR": [*administrators("boss"), call(SAMR, 58, stub={"target": f"{DOMAIN}-{RID}", "password": True})],
    "by another administrator": Case(
        [*administrators("boss", "chief"), account_event(4724, "boss", "chief", rid=RID)], severity="low"
    ),
    "by the account of Entra Connect": Case(
        [*administrators("boss"), account_event(4724, "boss", "MSOL_0a1b", rid=RID)], severity="medium"
    ),
    "that of krbtgt": [*administrators("boss"), account_event(4724, "krbtgt", "boss", rid=502)],
    "an ordinary user's, by somebody new to that": Case(
        [*administrators("boss"), person("dora"), account_event(4724, "dora", "boss")], severity="low"
    ),
    "an ordinary user's over LDAP": Case([modify(dn("dora"), "unicodePwd", "(hidden)")], severity="low"),
    "changed by somebody else, with the old one or its hash": Case(
        [person("dora"), account_event(4723, "dora", "eve", failed=True)], severity="low"
    ),
    "a controller's own, as it logged": Case([account_event(4724, "DC1$", "boss")], severity="medium"),
    "the call that takes hashes": Case([call(SAMR, 38)], severity="medium"),
    "refused": [*administrators("boss"), account_event(4724, "boss", rid=RID, failed=True)],
}  # fmt: skip
GROUP = "CN=Domain Admins,CN=Users,DC=example,DC=org"
FIRES |= {
    "of somebody who becomes an administrator two days later": Case(
        [modify(dn("dora"), "unicodePwd", "(hidden)"), modify(GROUP, "member", dn("dora"), deed="add", at=2 * DAY)],
        severity="low",
    ),
    "of somebody who became an administrator before": Case(
        [modify(GROUP, "member", dn("dora"), deed="add"), modify(dn("dora"), "unicodePwd", "(hidden)", user="eve", at=2 * DAY)],
        severity="medium",
    ),
}
FIRES |= {
    "of somebody who was an administrator for an afternoon": Case(
        [
            modify(GROUP, "member", dn("dora"), deed="add"), modify(GROUP, "member", dn("dora"), deed="delete", at=DAY // 8),
            modify(dn("dora"), "unicodePwd", "(hidden)", user="eve", at=DAY),
        ],
        severity="low",
    ),
    "of somebody who left one of two groups": Case(
        [
            modify(GROUP, "member", dn("dora"), deed="add"),
            modify(GROUP.replace("Domain", "Enterprise"), "member", dn("dora"), deed="add"),
            modify(GROUP, "member", dn("dora"), deed="delete", at=DAY // 8),
            modify(dn("dora"), "unicodePwd", "(hidden)", user="eve", at=DAY),
        ],
        severity="medium",
    ),
}  # fmt: skip
QUIET = {
    "its own password, which ran out": [account_event(4723, "dora", "ANONYMOUS LOGON")],
    "a controller resets a computer": [*administrators("boss"), account_event(4724, "dora", "DC1$")],
    "a new user's": [account_event(4720, "dora", "boss"), account_event(4724, "dora", "boss", at=9)],
    "the call that Windows uses": [call(SAMR, 55)],
    "his own with the old one": [*administrators("boss"), account_event(4723, "boss", "boss", rid=RID)],
    "right after it was made": [
        *administrators("boss"), account_event(4720, "adm2", "boss", rid=RID), account_event(4724, "adm2", "boss", rid=RID, at=9),
    ],
    "another attribute": [*administrators("boss"), modify(BOSS, "description", "x")],
    "of a user that was just made, over LDAP": [
        *administrators("boss"), added(dn("dora"), "boss", objectClass="user", sAMAccountName="dora"),
        modify(dn("dora"), "unicodePwd", "(hidden)", user="boss", at=9),
    ],
    "his own with the old one, over LDAP": [*administrators("boss"), modify(BOSS, "unicodePwd", "(hidden)", user="boss")],
}  # fmt: skip
REAL = (
    Real("corpus/evtx/md_T1003_ID4794-4688-DSRM_password_set_with_NTDSutil.evtx", fires=False),
    Real("lab/captures/password_reset.pcap"),
    Real("corpus/evtx/md_T1098_ID4723-5145-password_reset_with_changeNTLM_Mimikatz_.evtx"),
    Real("corpus/evtx/sb_CA_remote_pwd_reset_rpc_mimikatz_postzerologon_target_DC.evtx", severity="medium"),
    Real("lab/captures/benign_workday.pcap", fires=False, severity="medium"),
)
