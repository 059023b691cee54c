"""Cases of a computer that plays domain controller."""

from app.model.activity import Activity
from app.model.details import Detail, LdapAdd, LdapDelete, LdapModify
from app.model.identifiers import DRSUAPI
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, DC2, HOUR, MINUTE, SECOND, WS1, WS2, act, call, controller
from tests.engine.detectors.logs import log, subject, tgt
from tests.engine.detectors.logs_commands import only_said, told_by_commands

SITES = "CN=Sites,CN=Configuration,DC=example,DC=org"
SERVER = f"CN=WS1,CN=Servers,CN=Main,{SITES}"
COMPUTER = "CN=WS1,OU=Clients,DC=example,DC=org"
GC = "GC/ws1.example.org/example.org"
AGENT = "E3514235-4B06-11D1-AB04-00C04FC2DCD2/ae9a3b29-01d1-4851-8ca8-e49cd3985e5b/example.org"
HOST = "HOST/ws1.example.org"


def ldap(detail: Detail, *, at: int = 0, source: str = WS1) -> Activity:
    return act(detail, source, DC1, 389, at=at)


def added(dn: str, kind: str = "server", *, at: int = 0, source: str = WS1) -> Activity:
    return ldap(LdapAdd(dn=dn, changes=(("add", "objectClass", (kind,)),)), at=at, source=source)


def names(operation: str, *values: str, at: int = 0) -> Activity:
    return ldap(LdapModify(dn=COMPUTER, changes=((operation, "servicePrincipalName", values),)), at=at)


def computer(*spns: str, at: int = 0, target: str = "WS1$") -> Activity:
    """4742."""
    fields = {**subject("alice"), "TargetUserName": target, "TargetDomainName": "EXAMPLE"}
    return log(4742, fields | {"ServicePrincipalNames": "\r\n\t\t".join(("", *spns)) if spns else "-"}, at=at)


def change(event_id: int, dn: str, *, at: int = 0, **more: str) -> Activity:
    """5136, 5137, 5141."""
    return log(event_id, {**subject("alice"), "ObjectDN": dn, "ObjectClass": "server", **more}, at=at)


def source(address: str, event_id: int = 4928, *, at: int = 0) -> Activity:
    """4928, 4929."""
    return log(event_id, {"DestinationDRA": f"CN=NTDS Settings,CN=DC1,CN=Servers,CN=Main,{SITES}", "SourceAddr": address}, at=at)


def access(kind: str, mask: str, info: str = "-", *, at: int = 0) -> Activity:
    """4662."""
    return log(4662, {**subject("alice"), "ObjectType": f"%{{{kind}}}", "AccessMask": mask, "AdditionalInfo": info}, at=at)


FIRES = {
    "registers, pushes, cleans up": Case(
        [
            controller(DC1),
            added(SERVER),
            names("add", GC, at=SECOND),
            call(DRSUAPI, 5, sealed=True, at=2 * SECOND),
            call(DRSUAPI, 3, DC1, WS1, sealed=True, at=3 * SECOND),
            ldap(LdapDelete(dn=SERVER), at=4 * SECOND),
        ],
        external_id=2029,
        severity="high",
    ),
    "told by the log": Case(
        [
            tgt("bob"),
            computer(HOST, GC),
            computer(HOST, GC, AGENT, at=SECOND),
            computer(HOST, at=2 * SECOND),
        ],
        external_id=2028,
        severity="high",
    ),
    "objects told by the log": Case(
        [change(5137, SERVER), change(5137, f"CN=NTDS Settings,{SERVER}", at=SECOND), change(5141, SERVER, at=MINUTE)],
        severity="high",
    ),
    "accesses told by the log": Case(
        [
            access("f780acc0-56f0-11d1-a9c6-0000f80367c1", "0x1", SERVER),
            access("f0f8ffab-1191-11d0-a060-00aa006c33ed", "0x10000", at=SECOND),
        ],
        severity="high",
    ),
    "a source named like a computer": Case([tgt("bob"), source("ws1.example.org")], external_id=2029, severity="medium"),
    "the same, and removed": Case(
        [tgt("bob"), source("ws1.example.org"), source("ws1.example.org", 4929, at=SECOND)], external_id=2029, severity="high"
    ),
    "a push alone": Case([controller(DC1), call(DRSUAPI, 5, sealed=True)], external_id=2029, severity="medium"),
    "a promotion": Case(
        [controller(DC1), call(DRSUAPI, 17, sealed=True), call(DRSUAPI, 3, at=SECOND, sealed=True)],
        external_id=2028,
        severity="low",
    ),
    "serves replication, which proves nothing": Case(
        [
            controller(DC1),
            call(DRSUAPI, 17),
            call(DRSUAPI, 2, at=SECOND, sealed=True),
            call(DRSUAPI, 3, DC1, WS1, at=2 * SECOND, sealed=True),
        ],
        external_id=2029,
        severity="high",
    ),
    "a promotion, and replication both ways afterwards": Case(
        [
            controller(DC1),
            call(DRSUAPI, 17, sealed=True),
            call(DRSUAPI, 3, at=SECOND, sealed=True),
            call(DRSUAPI, 2, at=2 * SECOND, sealed=True),
            call(DRSUAPI, 3, DC1, WS1, at=3 * SECOND, sealed=True),
        ],
        external_id=2028,
        severity="low",
    ),
    "no answer captured": Case([controller(DC1), call(DRSUAPI, 5, result="unanswered", code=None)], external_id=2029),
    "a name taken away again, as a forwarder of texts tells it": Case(
        [
            tgt("bob"),
            change(
                5136, COMPUTER, AttributeLDAPDisplayName="servicePrincipalName", AttributeValue=GC, OperationType="Value Added"
            ),
            change(
                5136,
                COMPUTER,
                AttributeLDAPDisplayName="servicePrincipalName",
                AttributeValue=GC,
                OperationType="Value Deleted",
                at=SECOND,
            ),
        ],
        external_id=2028,
        severity="high",
    ),
}

QUIET = {
    "a new controller that goes to work": [
        controller(DC1),
        added(f"CN=DC2,CN=Servers,CN=Main,{SITES}", source=DC2),
        call(DRSUAPI, 17, DC2),
        call(DRSUAPI, 5, DC2, at=SECOND),
        controller(DC2, at=HOUR),
    ],
    "an administrator starts replication": [controller(DC1), call(DRSUAPI, 0), call(DRSUAPI, 2, at=SECOND, sealed=True)],
    "a dead controller removed": [
        controller(DC1),
        ldap(LdapDelete(dn=f"CN=NTDS Settings,CN=OLD,CN=Servers,CN=Main,{SITES}"), source=WS2),
        change(5141, f"CN=OLD,CN=Servers,CN=Main,{SITES}"),
    ],
    "a connection object": [added(f"CN=c1,CN=NTDS Settings,{SERVER}", "nTDSConnection")],
    "ordinary service names": [names("add", "HOST/ws1", "WSMAN/ws1"), computer(HOST, at=SECOND), computer(at=MINUTE)],
    "replication among controllers": [
        controller(DC1),
        controller(DC2),
        call(DRSUAPI, 2, DC1, DC2, sealed=True),
        call(DRSUAPI, 3, DC2, DC1, at=SECOND, sealed=True),
    ],
    "a source named by its agent": [tgt("bob"), source("ae9a3b29-01d1-4851-8ca8-e49cd3985e5b._msdcs.example.org")],
    "a source that is a controller": [tgt("bob"), source("dc1.example.org")],
    "ordinary service names in the log (4742)": [
        tgt("bob"),
        computer(HOST),
        computer(HOST, "TERMSRV/ws1.example.org", "WSMAN/ws1", at=SECOND),
        computer(at=MINUTE),
    ],
    "names of a controller that died, taken away (5136)": [
        tgt("bob"),
        *(
            change(
                5136,
                "CN=OLD,OU=Domain Controllers,DC=example,DC=org",
                AttributeLDAPDisplayName="servicePrincipalName",
                AttributeValue=value,
                OperationType=how,
                at=at,
            )
            for at, (value, how) in enumerate(((AGENT, "%%14675"), ("GC/old.example.org/example.org", "Value Deleted")))
        ),
    ],
    "a controller writes its own names (4742)": [
        tgt("bob"),
        log(
            4742,
            {
                **subject("SYSTEM"),
                "TargetUserName": "DC1$",
                "TargetDomainName": "EXAMPLE",
                "ServicePrincipalNames": f"{HOST} {GC}",
            },
        ),
        log(
            4742,
            {**subject("DC1$"), "TargetUserName": "DC1$", "TargetDomainName": "EXAMPLE", "ServicePrincipalNames": AGENT},
            at=SECOND,
        ),
    ],
}

REAL = (
    Real("corpus/pcap/sb_DCShadow_add_primarygroupid_512_to_std_account.pcapng", external_id=2029, severity="high"),
    Real("corpus/evtx/sb_PE_persistence_security_dcshadow_4742.evtx", external_id=2028, severity="high"),
    Real("lab/captures/dc_promotion.pcap", fires=False, severity="medium"),
    Real("lab/captures/benign_dc_replication.pcap", fires=False),
    Real("corpus/pcap/cl_petitpotam_UnPatchedDCOpenFileRaw.pcapng", fires=False),
)

COMMAND = '"lsadump::dcshadow /push"'
SCRIPT = 'Invoke-Mimikatz -Command "lsadump::dcshadow /push"'
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Invoke-Mimikatz")
