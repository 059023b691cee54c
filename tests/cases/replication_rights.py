"""Rights over the domain and over sensitive objects, and rights that administrators have anyway."""

from app.sensor.decoders.ldap_values import value_text
from tests.cases.case import LOW, Case, Real
from tests.engine.detectors.builders_changes import (
    BASE,
    administrators,
    differed,
    dn,
    entry_of,
    modify,
    person,
    rewritten,
    synchronised,
    touched,
    written,
)
from tests.engine.detectors.logs import CHANGES_ALL, DOMAIN, DOMAIN_CLASS, known, subject
from tests.sensor.decoders.test_directory import ace, security

DESCRIPTOR = "nTSecurityDescriptor"
OLD = "O:BAG:BAD:AI(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;ED)"
DCSYNC = f"{OLD}(OA;;CR;{CHANGES_ALL};;{DOMAIN}-1401)"
FULL = f"{OLD}(A;;GA;;;{DOMAIN}-1401)"
FIRES = {
    "replication of secrets": Case(written(BASE, DESCRIPTOR, DCSYNC, OLD, kind="domainDNS"), severity="high", external_id=3010),
    "full control of the domain": Case(written(BASE, DESCRIPTOR, FULL, OLD, kind="domainDNS"), severity="high"),
    "over LDAP, all anew": Case([modify(BASE, DESCRIPTOR, DCSYNC)], severity="medium"),
    "over an administrator": Case(
        [*administrators("boss"), *written(f"CN=boss,{BASE}", DESCRIPTOR, FULL, OLD)], severity="medium"
    ),
    "by a computer": Case(
        written(f"OU=Staff,{BASE}", DESCRIPTOR, FULL, OLD, user="FILES1$", kind="organizationalUnit"), severity="high"
    ),
    "a new owner": Case(
        written(dn("dora"), DESCRIPTOR, f"O:{DOMAIN}-1401G:DAD:(A;;GA;;;DA)", "O:DAG:DAD:(A;;GA;;;DA)"), severity="low"
    ),
    "4662 alone": Case([touched("none", DOMAIN_CLASS, mask="0x40000")], severity="medium"),
    "found later": Case(
        [synchronised(BASE, "GetChangesAll", (f"{DOMAIN}-1401",), kind="domainDNS", what="rights changed")], severity="high"
    ),
}  # fmt: skip
FIRES |= {
    "over an ordinary user, by somebody new to that": Case(
        [person("dora"), *written(dn("dora"), DESCRIPTOR, FULL, OLD)], severity="low"
    ),
    "over a group that is sensitive by its name": Case(
        written(f"CN=Domain Admins,CN=Users,{BASE}", DESCRIPTOR, FULL, OLD, kind="group"), severity="medium"
    ),
}
INHERITED = f"{OLD}(A;CIOI;CR;;;{DOMAIN}-1401)"
FIRES |= {
    "every extended right over the domain, handed down to all that is in it": Case(
        written(BASE, DESCRIPTOR, INHERITED, OLD, kind="domainDNS"), severity="high"
    ),
    "the same in a request that writes all anew": Case([modify(BASE, DESCRIPTOR, INHERITED)], severity="medium"),
}
ADMINS = f"CN=Domain Admins,CN=Users,{BASE}"
FIRES |= {
    "over Domain Admins, in a request that tells no class": Case([modify(ADMINS, DESCRIPTOR, FULL)], severity="medium"),
    "over Backup Operators, in a request": Case(
        [modify(f"CN=Backup Operators,CN=Builtin,{BASE}", DESCRIPTOR, FULL)], severity="medium"
    ),
    "the owner of Domain Admins, by a request": Case([modify(ADMINS, DESCRIPTOR, f"O:{DOMAIN}-1401D:")], severity="medium"),
    "the owner of a record of DNS, by a request": Case(
        [modify(f"DC=ws7,DC=_msdcs.example.org,CN=MicrosoftDNS,DC=ForestDnsZones,{BASE}", DESCRIPTOR, f"O:{DOMAIN}-1401")],
        severity="low",
    ),
    "the owner of a user, by a request": Case([modify(dn("dora"), DESCRIPTOR, f"O:{DOMAIN}-1401")], severity="low"),
    "over the domain, found later by a comparison": Case(
        differed(
            entry_of("example", "domainDNS", dn=BASE, sam=None, facts={"GetChangesAll": f"{DOMAIN}-498"}),
            facts={"GetChangesAll": f"{DOMAIN}-498; {DOMAIN}-1401"},
        ),
        severity="high",
    ),
}
ADMIN, ALREADY = ace(f"{DOMAIN}-512", 0xF01FF), ace(f"{DOMAIN}-1402", 0x100, 5, about=CHANGES_ALL)
SECRETS, EVERYTHING = ace(f"{DOMAIN}-1401", 0x100, 5, about=CHANGES_ALL), ace(f"{DOMAIN}-1401", 0xF01FF)
READING, WRITING, BOTH = (ace(f"{DOMAIN}-1401", mask) for mask in (0x10, 0x20, 0x30))
FIRES |= {
    "replication of secrets, by a request whose connection had read the permissions": Case(
        [rewritten(BASE, DESCRIPTOR, security(SECRETS, ADMIN, ALREADY), security(ADMIN, ALREADY))], severity="high"
    ),
    "full control of the domain, in the place of less": Case(
        [rewritten(BASE, DESCRIPTOR, security(EVERYTHING, ADMIN), security(READING, ADMIN))], severity="high"
    ),
    "refused": Case([rewritten(BASE, DESCRIPTOR, security(ADMIN, SECRETS), security(ADMIN), code=50)], severity="medium"),
    "over Domain Admins, read before": Case(
        [rewritten(ADMINS, DESCRIPTOR, security(EVERYTHING), security(ADMIN))], severity="medium"
    ),
    "over an ordinary user, read before, by somebody new to that": Case(
        [rewritten(dn("dora"), DESCRIPTOR, security(ADMIN, EVERYTHING), security(ADMIN))], severity="low"
    ),
    "the owner of a user, read before, where the request means no more": Case(
        [rewritten(dn("dora"), DESCRIPTOR, security(ADMIN, EVERYTHING, owner=f"{DOMAIN}-1401"), security(ADMIN), flags=1)],
        severity="low",
    ),
    "a computer's account that changes what it read": Case(
        [rewritten(f"OU=Staff,{BASE}", DESCRIPTOR, security(ADMIN, READING), security(ADMIN), user="FILES1$")], severity="medium"
    ),
}
MANAGED, READERS = f"CN=svc-sql,CN=Managed Service Accounts,{BASE}", "msDS-GroupMSAMembership"
SID_CAROL, SID_ALICE = (subject(one)["SubjectUserSid"] for one in ("carol", "alice"))
CAROL, ALICE, FILES2, OTHERS, USERS = (
    ace(one, 0xF01FF) for one in (SID_CAROL, SID_ALICE, f"{DOMAIN}-1501", f"{DOMAIN}-1502", f"{DOMAIN}-513")
)
FIRES |= {
    "somebody lets himself read a managed password": Case(
        [person("alice"), rewritten(MANAGED, READERS, security(OTHERS, ALICE), security(OTHERS))], severity="medium"
    ),
    "all users may read a managed password": Case(
        [modify(MANAGED, READERS, value_text(READERS, security(OTHERS, USERS)))], severity="medium"
    ),
    "another person may read a managed password (5136)": Case(
        [person("carol"), *written(MANAGED, READERS, f"O:BAD:(A;;0xf01ff;;;{SID_CAROL})", "O:BAD:")], severity="low"
    ),
}
QUIET = {
    "one more computer may read a managed password, a person no longer": [
        person("carol"),
        known("FILES2$", "computer", sid=f"{DOMAIN}-1501"),
        rewritten(MANAGED, READERS, security(FILES2, OTHERS), security(CAROL, OTHERS)),
        *written(MANAGED, READERS, f"O:BAD:(A;;0xf01ff;;;{DOMAIN}-1501)", "O:BAD:", at=1),
    ],
    "a group of servers may read a managed password, and one that nobody names": [
        known("Sql-Servers", "group", sid=f"{DOMAIN}-1501"),
        rewritten(MANAGED, READERS, security(FILES2, OTHERS), security()),
    ],
    "readers of a managed password written back as they were": [
        person("carol"),
        rewritten(MANAGED, READERS, security(CAROL, OTHERS), security(OTHERS, CAROL)),
    ],
    "a person may read a managed password, at low sensitivity": Case(
        [person("carol"), *written(MANAGED, READERS, f"O:BAD:(A;;0xf01ff;;;{SID_CAROL})", "O:BAD:")], tuning=LOW
    ),
    "written back as it was read, in another order": [
        rewritten(BASE, DESCRIPTOR, security(EVERYTHING, ADMIN, SECRETS), security(ADMIN, SECRETS, EVERYTHING))
    ],
    "the same by a computer": [
        rewritten(f"OU=Staff,{BASE}", DESCRIPTOR, security(ADMIN, EVERYTHING), security(EVERYTHING, ADMIN), user="FILES1$")
    ],
    "an innocent right beside one that was there": [
        rewritten(BASE, DESCRIPTOR, security(ADMIN, ALREADY, READING), security(ADMIN, ALREADY))
    ],
    "entries that were joined": [
        rewritten(BASE, DESCRIPTOR, security(ADMIN, BOTH), security(ADMIN, READING, WRITING)),
        rewritten(BASE, DESCRIPTOR, security(ADMIN, EVERYTHING), security(ADMIN, EVERYTHING, SECRETS), at=1),
    ],
    "a request for the owner alone, with entries that it does not mean": [
        rewritten(BASE, DESCRIPTOR, security(ADMIN, SECRETS), security(ADMIN), flags=1)
    ],
    "rights taken away by a request": [rewritten(BASE, DESCRIPTOR, security(ADMIN), security(ADMIN, SECRETS, EVERYTHING))],
    "rights over what is below the domain, not over itself": [
        modify(BASE, DESCRIPTOR, f"{OLD}(A;CIOIIO;CR;;;{DOMAIN}-1401)(A;OICIIO;GA;;;{DOMAIN}-1401)")
    ],
    "an administrators' group becomes the owner, by a request": [modify(ADMINS, DESCRIPTOR, "O:DAD:")],
    "a request with all permissions, whose owner is not new": [
        modify(dn("dora"), DESCRIPTOR, f"O:{DOMAIN}-1401G:DAD:(A;;GA;;;DA)")
    ],
    "rights over a group that is called like a sensitive one, elsewhere": [modify(dn("Domain Admins"), DESCRIPTOR, FULL)],
    "an organizational unit delegated": Case(
        written(f"OU=Staff,{BASE}", DESCRIPTOR, FULL, OLD, kind="organizationalUnit"), tuning=LOW
    ),
    "reading an ordinary user": written(dn("dora"), DESCRIPTOR, f"{OLD}(A;;RP;;;{DOMAIN}-1401)", OLD),
    "to administrators": written(BASE, DESCRIPTOR, f"{OLD}(A;;GA;;;{DOMAIN}-519)", OLD, kind="domainDNS"),
    "a right that tells no secrets": written(
        BASE, DESCRIPTOR, f"{OLD}(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;{DOMAIN}-1401)", OLD, kind="domainDNS"
    ),
    "owned by administrators": written(dn("dora"), DESCRIPTOR, "O:DAG:DAD:(A;;GA;;;DA)", f"O:{DOMAIN}-1401G:DAD:(A;;GA;;;DA)"),
    "taken away": written(BASE, DESCRIPTOR, OLD, DCSYNC, kind="domainDNS"),
    "over an ordinary user": Case([person("dora"), *written(dn("dora"), DESCRIPTOR, FULL, OLD)], tuning=LOW),
    "taken away, found later": differed(
        entry_of("example", "domainDNS", dn=BASE, sam=None, facts={"GetChangesAll": f"{DOMAIN}-498; {DOMAIN}-1401"}),
        facts={"GetChangesAll": f"{DOMAIN}-498"},
    ),
    "to administrators, found later": differed(
        entry_of("example", "domainDNS", dn=BASE, sam=None), facts={"GenericAll": f"{DOMAIN}-519; S-1-5-32-544"}
    ),
    "the part without secrets, found later": differed(
        entry_of("example", "domainDNS", dn=BASE, sam=None), facts={"GetChanges": f"{DOMAIN}-1401"}
    ),
}
REAL = (
    Real("corpus/evtx/md_T1098_ID5136-4662_AD_object_owner_changed.evtx"),
    Real("corpus/evtx/sb_PE_DACL_DCSync_Right_Powerview_Add-DomainObjectAcl.evtx", severity="high"),
    Real("corpus/evtx/md_T1222.001_ID5136-Permission_change_on_OU_by_computer.evtx", severity="medium"),
    Real("corpus/evtx/md_T1484.001_ID5136-4662_sensitive_GPO_edited.evtx", fires=False),
)
