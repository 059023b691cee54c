"""AdminSDHolder: rights given, taken away, and other objects."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders_changes import (
    BASE,
    DAY,
    account_event,
    administrators,
    differed,
    dn,
    entry_of,
    modify,
    rewritten,
    synchronised,
    written,
)
from tests.engine.detectors.logs import DOMAIN
from tests.sensor.decoders.test_directory import ace, security

HOLDER = dn("AdminSDHolder", "CN=System")
OLD = "O:DAG:DAD:PAI(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)"
GIVEN = f"{OLD}(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;{DOMAIN}-1401)"
FIRES = {
    "full rights for a user": Case(written(HOLDER, "nTSecurityDescriptor", GIVEN, OLD, kind="container"), severity="high"),
    "over LDAP": Case([modify(HOLDER, "nTSecurityDescriptor", GIVEN)], severity="high"),
    "rights taken away": Case(written(HOLDER, "nTSecurityDescriptor", OLD, GIVEN, kind="container"), severity="low"),
    "by a known administrator at home": Case(
        [*administrators("boss"), *written(HOLDER, "nTSecurityDescriptor", GIVEN, OLD, user="boss", kind="container", at=DAY)],
        severity="high",
    ),
    "found later": [synchronised(HOLDER, "GenericAll", (f"{DOMAIN}-1401",), kind="container", what="rights changed")],
    "something else of it, over LDAP": Case([modify(HOLDER, "msDS-NcType", "1")], severity="high"),
    "rights over it, found later": Case(
        differed(entry_of("AdminSDHolder", "container", dn=HOLDER, sam=None), facts={"GenericAll": f"{DOMAIN}-1401"}),
        severity="high",
    ),
}
ADMINS, SOMEBODY = ace(f"{DOMAIN}-512", 0xF01FF), ace(f"{DOMAIN}-1401", 0xF01FF)
FIRES |= {
    "full rights for a user, read before": Case(
        [rewritten(HOLDER, "nTSecurityDescriptor", security(ADMINS, SOMEBODY), security(ADMINS))], severity="high"
    ),
    "rights taken away by a request": Case(
        [rewritten(HOLDER, "nTSecurityDescriptor", security(ADMINS), security(ADMINS, SOMEBODY))], severity="low"
    ),
}
QUIET = {
    "written back as it was read": [
        rewritten(HOLDER, "nTSecurityDescriptor", security(SOMEBODY, ADMINS), security(ADMINS, SOMEBODY))
    ],
    "another container's description in the log": written(dn("Users2", "CN=System"), "description", "x", kind="container"),
    "members protected by the hour": [account_event(4780, "boss", "SYSTEM")],
    "another container": written(dn("Users2", "CN=System"), "nTSecurityDescriptor", GIVEN, OLD, kind="container"),
    "an organizational unit": [modify(f"OU=AdminSDHolder,{dn('x')}", "nTSecurityDescriptor", GIVEN)],
    "a user of a similar name": [modify(dn("AdminSDHolder2"), "description", "x")],
    "the holder's permissions put on an administrator, as it is every hour (5136)": [
        *administrators("boss"),
        *written(f"CN=boss,{BASE}", "nTSecurityDescriptor", GIVEN, OLD, user="SYSTEM"),
        *written(f"CN=boss,{BASE}", "adminCount", "1", user="SYSTEM", at=1),
    ],
    "another container over LDAP": [modify(dn("Password Settings Container", "CN=System"), "nTSecurityDescriptor", GIVEN)],
    "a right over it taken away, and none given, found later": differed(
        entry_of("Users2", "container", dn=dn("Users2", "CN=System"), sam=None, facts={"WriteDacl": f"{DOMAIN}-1401"}), facts={}
    ),
    "rights over an administrator, which tell of themselves": differed(
        entry_of("boss", facts={"GenericAll": f"{DOMAIN}-512"}), facts={"GenericAll": f"{DOMAIN}-519"}
    ),
    "rights over another container, found later": differed(
        entry_of("Policies", "organizationalUnit", sam=None), facts={"GenericAll": f"{DOMAIN}-1401"}
    ),
}
REAL = (
    Real("corpus/evtx/md_T1546_ID5136-AdminSDholder_permissions_changed.evtx", external_id=2430),
    Real("corpus/evtx/md_T1222.001_ID5136-Permission_change_on_OU_by_computer.evtx", fires=False),
)
