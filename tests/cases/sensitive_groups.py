"""Members of sensitive groups: added by whatever way, by whom it is the work of, and ordinary groups."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, HOUR, SAMR, call, controller
from tests.engine.detectors.builders_changes import (
    BASE,
    account_event,
    differed,
    dn,
    entry_of,
    group_event,
    modify,
    person,
    synchronised,
    written,
)
from tests.engine.detectors.logs import DOMAIN, DOMAIN_ADMINS, FILE_SERVER, log, subject

ADMINS = f"CN=Domain Admins,CN=Users,{BASE}"
GROUP = {"Domain Admins": DOMAIN_ADMINS, "Backup Operators": "S-1-5-32-551", "Staff": f"{DOMAIN}-1300"}


def put(group: str, user: str = "boss", *, at: int = 0, member: str = f"{DOMAIN}-2001", event_id: int = 4728) -> object:
    return group_event(event_id, group, GROUP[group], member, user, at=at)


def ended_member(operation: str) -> Activity:
    """5136 about a member of the administrators' group."""
    fields = {
        **subject("boss"), "ObjectDN": ADMINS, "ObjectGUID": "{0b1e9c1e-0000-4000-8000-000000000001}", "ObjectClass": "group",
        "AttributeLDAPDisplayName": "member", "AttributeValue": dn("dora"), "OperationType": operation,
    }  # fmt: skip
    return log(5136, fields)


FIRES = {
    "over LDAP": Case([person("dora"), modify(ADMINS, "member", dn("dora"), deed="add")], severity="medium", external_id=2024),
    "over SAMR": [call(SAMR, 22, stub={"target": DOMAIN_ADMINS, "member": "1108"})],
    "into an alias over SAMR": [controller(DC1), call(SAMR, 31, stub={"target": "S-1-5-32-551", "member": f"{DOMAIN}-1107"})],
    "in the log": Case([put("Domain Admins")], severity="medium"),
    "made and put there": Case(
        [account_event(4720, "eve", rid=2001), group_event(4728, "Domain Admins", DOMAIN_ADMINS, f"{DOMAIN}-2001", at=HOUR)],
        severity="high",
    ),
    "in 5136": written(ADMINS, "member", dn("dora"), kind="group"),
    "found later": [synchronised(ADMINS, "member", (dn("dora"),), kind="group", what="group membership added")],
    "of one computer": Case([group_event(4732, "Administrators", "S-1-5-32-544", computer=FILE_SERVER)], severity="low"),
    "an ordinary group, by somebody new to that": Case([put("Staff")], severity="low"),
    "many memberships at once": Case(
        [group_event(4728, f"Team {one}", f"{DOMAIN}-14{one:02}", user="boss", at=one) for one in range(12)], severity="low"
    ),
    "remote desktop of one computer": Case(
        [group_event(4732, "Remote Desktop Users", "S-1-5-32-555", computer=FILE_SERVER)], severity="low"
    ),
    "refused": [modify(ADMINS, "member", dn("dora"), deed="add", code=50)],
    "for a time, in 5136": Case([ended_member("%%14678")], severity="medium"),
    "found later by a comparison": Case(
        [
            person("dora"),
            *differed(
                entry_of("Domain Admins", "group", dn=ADMINS, sid=DOMAIN_ADMINS, members=(dn("boss"),)),
                members=(dn("boss"), dn("dora")),
            ),
        ],
    ),
}
QUIET = {
    "an ordinary group, by the system": [put("Staff", "SYSTEM"), put("Staff", "DC1$", at=9)],
    "an ordinary group found later": [
        synchronised(dn("Staff"), "member", (dn("dora"),), kind="group", what="group membership added"),
    ],
    "a member taken out": [put("Domain Admins", event_id=4729)],
    "a local group of users": [group_event(4732, "Users", "S-1-5-32-545", computer=FILE_SERVER)],
    "the system of one computer": [group_event(4732, "Administrators", "S-1-5-32-544", user="SYSTEM", computer=FILE_SERVER)],
    "another attribute of the group": [modify(ADMINS, "description", "x")],
    "a membership that had an end, and came to it (5136)": [
        ended_member("%%14680"),
        ended_member("%%14679"),
        ended_member("Value Auto Deleted With Expiration Time"),
    ],
    "a member taken out, as a forwarder of texts tells it (5136)": [ended_member("Value Deleted")],
    "a member taken out, over LDAP": [modify(ADMINS, "member", dn("dora"), deed="delete")],
    "a member taken out, over SAMR": [
        controller(DC1),
        call(SAMR, 24, stub={"target": DOMAIN_ADMINS, "member": "1108"}),
        call(SAMR, 32, stub={"target": "S-1-5-32-551", "member": f"{DOMAIN}-1107"}),
    ],
    "users of one computer, over SAMR": [
        call(SAMR, 31, target="192.0.2.31", stub={"target": "S-1-5-32-545", "member": f"{DOMAIN}-1107"}),
    ],
    "a member taken out, found later": differed(
        entry_of("Domain Admins", "group", dn=ADMINS, sid=DOMAIN_ADMINS, members=(dn("boss"), dn("dora"))), members=(dn("boss"),)
    ),
    "the same members in another order, found later": differed(
        entry_of("Domain Admins", "group", dn=ADMINS, sid=DOMAIN_ADMINS, members=(dn("boss"), dn("dora"))),
        members=(dn("dora"), dn("boss")),
        display_name="Administrators",
    ),
}
REAL = (
    Real("corpus/evtx/md_T1098_ID4728-Massive_account_group_membership_change.evtx"),
    Real("lab/captures/sensitive_group_change.pcap", external_id=2024, severity="medium"),
    Real("corpus/evtx/md_T1098_ID4728-4756-Member_added_to_sensitive_domain_groups.evtx", severity="medium"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
