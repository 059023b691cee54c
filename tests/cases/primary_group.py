"""Primary groups, privileged and ordinary, and entries that hide memberships."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, controller
from tests.engine.detectors.builders_changes import account_event, differed, dn, entry_of, modify, synchronised, written
from tests.engine.detectors.logs import known

OLD = "O:DAG:DAD:AI(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)"
HIDES = f"{OLD}(OD;;RP;bf967a00-0de6-11d0-a285-00aa003049e2;;WD)"
FIRES = {
    "domain administrators over LDAP": Case([modify(dn("dora"), "primaryGroupID", "512")], severity="high"),
    "in 4738": Case([account_event(4738, "dora", PrimaryGroupId="519")], severity="high"),
    "found later": Case([synchronised(dn("dora"), "primaryGroupID", ("512",), ("513",))], severity="high"),
    "a user among controllers": Case(written(dn("dora"), "primaryGroupID", "516", "513"), severity="high"),
    "nobody may read it": Case(written(dn("dora"), "nTSecurityDescriptor", HIDES, OLD), severity="medium"),
    "enterprise administrators, over LDAP": Case([modify(dn("dora"), "primaryGroupID", "519")], severity="high"),
    "among controllers, found later": Case(differed(entry_of("dora", primary_group=513), primary_group=516), severity="high"),
}
QUIET = {
    "domain users": [modify(dn("dora"), "primaryGroupID", "513")],
    "a computer that is promoted": written(dn("DC3", "CN=Computers"), "primaryGroupID", "516", "515", kind="computer"),
    "a group of its own": [account_event(4738, "dora", PrimaryGroupId="1180")],
    "another attribute denied": written(
        dn("dora"), "nTSecurityDescriptor", f"{OLD}(OD;;RP;f3a64788-5306-11d1-a9c5-0000f80367c1;;WD)", OLD
    ),
    "a group of its own, over LDAP": [modify(dn("dora"), "primaryGroupID", "1180")],
    "a computer that is promoted, over LDAP": [
        controller(DC1),
        known("DC3$", "computer", dns_name="dc3.example.org"),
        modify("CN=DC3$,DC=example,DC=org", "primaryGroupID", "516", user="boss"),
    ],
    "guests, over LDAP": [modify(dn("visitor"), "primaryGroupID", "514")],
    "back to users, found later": differed(entry_of("dora", primary_group=512), primary_group=513),
    "a computer that was promoted, found later": differed(entry_of("DC3$", "computer", primary_group=515), primary_group=516),
    "a group of its own, found later": differed(entry_of("dora", primary_group=513), primary_group=1180),
}
REAL = (
    Real("corpus/evtx/md_T1098_ID4738-User_set_with_reversible_psw_encryption.evtx", fires=False),
    Real("corpus/evtx/md_T1136_ID4720-Admin_like_user_created.evtx", fires=False),
)
