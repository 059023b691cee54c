"""Flags of accounts that make them weaker, and ones that do not."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, SAMR, call, controller
from tests.engine.detectors.builders_changes import (
    BASE,
    DAY,
    account_event,
    added,
    administrators,
    differed,
    dn,
    entry_of,
    modify,
    synchronised,
    written,
)
from tests.engine.detectors.logs import DOMAIN, known, tgt

FIRES = {
    "no pre-authentication in 4738": Case(
        [account_event(4738, "dora", OldUacValue="0x210", NewUacValue="0x10210")], severity="medium", external_id=3023
    ),
    "no pre-authentication over LDAP": Case([modify(dn("dora"), "userAccountControl", str(0x400200))], severity="medium"),
    "an administrator's": Case(
        [*administrators("boss"), modify(f"CN=boss,{BASE}", "userAccountControl", str(0x400200))], severity="high"
    ),
    "unconstrained delegation": Case(
        [account_event(4742, "FILES1$", OldUacValue="0x80", NewUacValue="0x2080")], severity="medium"
    ),
    "reversible password": Case([account_event(4738, "dora", OldUacValue="0x210", NewUacValue="0xa10")], severity="low"),
    "Guest enabled, by any name (4722)": Case([account_event(4722, "Gast", rid=501)], severity="medium", external_id=3023),
    "krbtgt enabled (4738)": Case(
        [account_event(4738, "krbtgt", rid=502, OldUacValue="0x11", NewUacValue="0x10")], severity="high"
    ),
    "DefaultAccount enabled (5136)": Case(
        written(f"CN=DefaultAccount,CN=Users,{BASE}", "userAccountControl", "66080", "66082"), severity="medium"
    ),
    "Guest enabled over LDAP": Case([modify(f"CN=Guest,CN=Users,{BASE}", "userAccountControl", "66080")], severity="medium"),
    "krbtgt enabled over SAMR": Case(
        [call(SAMR, 37, stub={"target": f"{DOMAIN}-502", "user_account_control": 0x10, "level": 16})], severity="high"
    ),
    "Guest enabled, found later": Case(
        differed(entry_of("Guest", uac=0x10222, sid=f"{DOMAIN}-501"), uac=0x10220), severity="medium"
    ),
    "found later": Case([synchronised(dn("dora"), "userAccountControl", ("no pre-authentication",), ("not DES only",))]),
    "over SAMR": [call(SAMR, 37, stub={"target": f"{DOMAIN}-2001", "user_account_control": 0x10210, "level": 16})],
    "delegation to a controller": Case(
        [controller(DC1), tgt("bob"), *written(dn("svc_web"), "msDS-AllowedToDelegateTo", "cifs/dc1.example.org", at=1)],
        severity="high",
    ),
    "made a controller's without being promoted": Case(
        [account_event(4742, "WS9$", OldUacValue="0x80", NewUacValue="0x100")], severity="low"
    ),
    "no pre-authentication, found later": Case(differed(entry_of("dora", uac=0x200), uac=0x400200)),
    "unconstrained delegation, found later": Case(
        differed(entry_of("FILES1$", "computer", uac=0x1000), uac=0x81000), severity="medium"
    ),
}
QUIET = {
    "an ordinary user enabled (4722)": [account_event(4722, "dora"), account_event(4722, "Guest2", rid=1501)],
    "Guest disabled (4738)": [account_event(4738, "Guest", rid=501, OldUacValue="0x14", NewUacValue="0x15")],
    "Guest of a single computer (4722)": [account_event(4722, "Guest", rid=501, TargetDomainName="DC1")],
    "krbtgt stays disabled (5136)": written(f"CN=krbtgt,CN=Users,{BASE}", "userAccountControl", "66050", "514"),
    "a user called like Guest, elsewhere": [modify(dn("Guest"), "userAccountControl", "66048")],
    "Guest changed, and disabled, over LDAP": [modify(f"CN=Guest,CN=Users,{BASE}", "userAccountControl", "66050")],
    "enabled": [account_event(4738, "dora", OldUacValue="0x211", NewUacValue="0x210")],
    "the flag cleared again": [account_event(4738, "dora", OldUacValue="0x10210", NewUacValue="0x210")],
    "made with an empty password": [account_event(4720, "dora", OldUacValue="0x0", NewUacValue="0x15")],
    "a controller that is promoted": [account_event(4742, "DC3$", OldUacValue="0x80", NewUacValue="0x2100")],
    "never expires": written(dn("dora"), "userAccountControl", str(0x10200), str(0x200)),
    "enabled, over LDAP": [modify(dn("dora"), "userAccountControl", "512"), modify(dn("bob"), "userAccountControl", "66048")],
    "as the directory had it, over LDAP": [
        known("dora", uac=0x400200, at=-DAY),
        modify("CN=dora,DC=example,DC=org", "userAccountControl", str(0x400200 | 0x2)),
    ],
    "disabled, over SAMR": [call(SAMR, 37, stub={"target": f"{DOMAIN}-2001", "user_account_control": 0x11, "level": 16})],
    "a controller that is promoted, over LDAP": [modify(dn("DC3", "CN=Computers"), "userAccountControl", str(0x82000))],
    "a user made without a password, over LDAP": [
        added(dn("dora"), objectClass="user", sAMAccountName="dora", userAccountControl=str(0x222)),
    ],
    "enabled, found later": differed(entry_of("dora", uac=0x202), uac=0x200),
    "the flag cleared again, found later": differed(entry_of("dora", uac=0x400200), uac=0x200),
    "a password that never expires, found later": differed(entry_of("dora", uac=0x200), uac=0x10200),
}
REAL = (
    Real("corpus/evtx/md_T1098_ID4738-Do_not_require_Kerberos_preauthentication.evtx", severity="medium"),
    Real("corpus/evtx/md_T1098_ID4738-User_set_with_reversible_psw_encryption.evtx"),
    Real("corpus/evtx/md_T1098_ID4738-Use_only_Kerberos_DES_encryption_types.evtx"),
    Real("corpus/evtx/md_T1098_ID4738-Account_is_sensitive_and_cannot_be_delegated.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
