"""New computers that act for others, and those that do not."""

from app.model.details import LdapAdd
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import DC1, HOUR, MINUTE, SAMR, WS1, act, as_req, call, controller, dns, tgs_req
from tests.engine.detectors.builders_kerberos import tgt_of
from tests.engine.detectors.logs import CLIENT, DOMAIN, log, subject, tgt, ticket


def created(name: str, *, at: int = 0, by: str = "alice"):  # type: ignore[no-untyped-def]
    """4741."""
    return log(4741, {**subject(by), "TargetUserName": name, "TargetDomainName": "EXAMPLE", "SamAccountName": name}, at=at)


def added(name: str):  # type: ignore[no-untyped-def]
    """The same over LDAP."""
    changes = (("add", "objectClass", ("top", "computer")), ("add", "sAMAccountName", (name,)))
    return act(LdapAdd(dn=f"CN={name[:-1]},CN=Computers,DC=example,DC=org", changes=changes), WS1, DC1, 389)


NEW = call(SAMR, 50, stub={"account": "FAKE01$", "account_type": 0x80})
HELD = as_req("FAKE01$", WS1, at=MINUTE)


def acts(service: str, *, at: int = 2 * MINUTE, code: int = 0):  # type: ignore[no-untyped-def]
    """FAKE01$ delegates."""
    return tgs_req(service, at=at, code=code, client="administrator", s4u2proxy=True, options=0x40830000,
                   presented_ticket_hash=tgt_of("FAKE01$", WS1, MINUTE), evidence_ticket_hash="its own")  # fmt: skip


def itself(sid: str = f"{DOMAIN}-500", *, package: str = "Kerberos", source: str = "127.0.0.1", computer: str = CLIENT):  # type: ignore[no-untyped-def]
    """4624 over the network."""
    fields = {
        "TargetUserSid": sid, "TargetUserName": "Administrator", "TargetDomainName": "EXAMPLE", "TargetLogonId": "0x77000",
        "LogonType": "3", "AuthenticationPackageName": package, "IpAddress": source, "IpPort": "50111", "WorkstationName": "-",
    }  # fmt: skip
    return log(4624, fields, computer=computer)


FIRES: Cases = {
    "the administrator from the computer itself": Case([itself()], severity="medium"),
    "made over SAMR": Case([NEW, HELD, acts("cifs/files.example.org")], severity="high"),
    "made over LDAP": Case([added("FAKE01$"), HELD, acts("cifs/files.example.org")], severity="high"),
    "an old service at a controller, in the log": Case(
        [tgt(), ticket("DC1$", user="svc_web", at=MINUTE, TransmittedServices="svc_web@EXAMPLE.ORG")], severity="low"
    ),
    "an old service at a controller": Case(
        [controller(DC1), dns("dc1.example.org", answers=(f"A {DC1}",)), as_req("FAKE01$", WS1, at=MINUTE),
         tgs_req("ldap/dc1.example.org", at=2 * MINUTE, client="bob", s4u2proxy=True, options=0x40830000,
                 presented_ticket_hash=tgt_of("FAKE01$", WS1, MINUTE), evidence_ticket_hash="its own")], severity="low",
    ),
    "refused": Case([NEW, HELD, acts("cifs/files.example.org", code=13)], severity="medium"),
    "in the log": Case(
        [created("FAKE01$"), ticket("FILES$", user="FAKE01$", at=MINUTE, TransmittedServices="FAKE01$@EXAMPLE.ORG")],
        severity="high",
    ),
    "in the log, after hours": Case(
        [created("FAKE01$"), ticket("FILES$", user="FAKE01$", at=8 * HOUR, TransmittedServices="FAKE01$@EXAMPLE.ORG")],
        severity="medium",
    ),
}  # fmt: skip

QUIET: Cases = {
    "the administrator from elsewhere, with NTLM, and another account": [
        itself(source="192.0.2.40"), itself(package="NTLM"), itself(f"{DOMAIN}-1105"),
    ],
    "a new computer that only signs in": [
        NEW, HELD, tgs_req("cifs/files.example.org", presented_ticket_hash=tgt_of("FAKE01$", WS1, MINUTE))
    ],
    "towards itself": [NEW, HELD, acts("FAKE01$"), acts("host/fake01.example.org", at=3 * MINUTE)],
    "for an administrator at a controller, which is told elsewhere": [
        controller(DC1), dns("dc1.example.org", answers=(f"A {DC1}",)), as_req("FAKE01$", WS1, at=MINUTE),
        acts("ldap/dc1.example.org"),
    ],
    "controllers among themselves": [
        tgt(), tgt(computer="dc2.example.org"),
        ticket("DC1$", user="DC2$", at=MINUTE, TransmittedServices="DC2$@EXAMPLE.ORG"),
    ],
    "an old service, refused at a controller": [
        tgt(), ticket("DC1$", user="svc_web", at=MINUTE, status=13, TransmittedServices="svc_web@EXAMPLE.ORG"),
    ],
    "an old service": [as_req("FAKE01$", WS1, at=MINUTE), acts("cifs/files.example.org")],
    "another computer is new": [created("OTHER$"), HELD, acts("cifs/files.example.org")],
    "in the log, days later": [
        created("WEB1$"), ticket("FILES$", user="WEB1$", at=80 * HOUR, TransmittedServices="WEB1$@EXAMPLE.ORG")
    ],
}  # fmt: skip

REAL = (
    Real("lab/captures/machine_account_creation.pcap", fires=False),
    Real("corpus/evtx/sb_PR_samaccount_spoofing_CVE-2021-42287_CVE-2021-42278_DC_securitylogs.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
