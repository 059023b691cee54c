"""The group of ESX administrators: made, renamed, given members, and groups of other names."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import SAMR, call
from tests.engine.detectors.builders_changes import (
    account_event,
    added,
    appeared,
    differed,
    dn,
    entry_of,
    group_event,
    modify,
    renamed,
    synchronised,
)
from tests.engine.detectors.logs import DOMAIN

SID = f"{DOMAIN}-3001"
FIRES = {
    "made in the log": Case([group_event(4727, "ESX Admins", SID)], severity="high"),
    "made over LDAP": Case([added(dn("ESX Admins"), objectClass="group", sAMAccountName="ESX Admins")], severity="high"),
    "made over SAMR": [call(SAMR, 10, stub={"account": "ESX Admins", "domain": DOMAIN})],
    "renamed": Case([account_event(4781, "ESX Admins", OldTargetUserName="Staff", NewTargetUserName="ESX Admins")]),
    "renamed over LDAP": Case([renamed(dn("Staff"), "ESX Admins")], severity="high"),
    "a member": Case([group_event(4728, "ESX Admins", SID)], severity="medium"),
    "found later": [synchronised(dn("ESX Admins"), "", (dn("ESX Admins"),), kind="group", what="group created")],
    "made, found later by a comparison": [appeared(entry_of("ESX Admins", "group"))],
    "renamed, found later": differed(
        entry_of("Staff", "group"), sam="ESX Admins", dn=dn("ESX Admins"), facts={"name": "ESX Admins"}
    ),
}
QUIET = {
    "another group": [group_event(4727, "ESX Readers", SID)],
    "a user of that name": [account_event(4720, "ESX Admins")],
    "a member of another group": [modify(dn("Staff"), "member", dn("dora"), deed="add")],
    "a member taken out": [group_event(4729, "ESX Admins", SID)],
    "a member of another group (4728)": [group_event(4728, "ESX Readers", SID)],
    "the name taken away from a group (4781)": [
        account_event(4781, "Hypervisor Admins", OldTargetUserName="ESX Admins", NewTargetUserName="Hypervisor Admins"),
    ],
    "a user renamed to something near (4781)": [
        account_event(4781, "ESXAdmins", OldTargetUserName="esx", NewTargetUserName="ESXAdmins"),
    ],
    "another group over LDAP": [added(dn("ESX Readers"), objectClass="group", sAMAccountName="ESX Readers")],
    "a group renamed to something near, over LDAP": [renamed(dn("Staff"), "ESX Admin")],
    "another group over SAMR": [call(SAMR, 10, stub={"account": "VMware Admins", "domain": DOMAIN})],
    "the name taken away from a group, over LDAP": [renamed(dn("ESX Admins"), "Hypervisor Admins")],
    "a user of that name, over LDAP": [added(dn("ESX Admins"), objectClass="user", sAMAccountName="ESX Admins")],
    "another group, found later": [appeared(entry_of("ESX Readers", "group"))],
    "renamed from it, found later": differed(entry_of("ESX Admins", "group"), sam="Hypervisors", dn=dn("Hypervisors")),
    "a member of it taken out, found later": differed(entry_of("ESX Admins", "group", members=(dn("dora"),)), members=()),
    "a user of that name, found later": [appeared(entry_of("ESX Admins"))],
}
REAL = (
    Real("lab/captures/sensitive_group_change.pcap", fires=False),
    Real("corpus/evtx/md_T1098_ID4728-Massive_account_group_membership_change.evtx", fires=False),
)
