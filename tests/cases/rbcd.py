"""Resource-based delegation written by users, computers, administrators."""

from app.model.activity import Activity
from app.model.tuning import Tuning
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import SAMR, WS2, call
from tests.engine.detectors.builders_changes import (
    DAY,
    added,
    administrators,
    differed,
    dn,
    entry_of,
    modify,
    rewritten,
    synchronised,
    touched,
    written,
)
from tests.engine.detectors.logs import CLIENT, DOMAIN, log
from tests.sensor.decoders.test_directory import ace, security

ATTRIBUTE = "msDS-AllowedToActOnBehalfOfOtherIdentity"
TRUST = f"O:BAD:(A;;0xf01ff;;;{DOMAIN}-3001)"
FILES1 = dn("FILES1", "OU=Servers")
FIRES = {
    "a user": Case([modify(FILES1, ATTRIBUTE, TRUST)], severity="medium"),
    "a computer on itself": Case([modify(FILES1, ATTRIBUTE, TRUST, user="FILES1$", source=WS2)], severity="high"),
    "for a computer made just before": Case(
        [
            call(SAMR, 50, stub={"account": "NEW1$", "account_type": 128, "domain": DOMAIN, "target": f"{DOMAIN}-3001"}),
            added(dn("NEW1", "CN=Computers"), at=1, objectClass="computer", sAMAccountName="NEW1$"),
            synchronised(
                dn("NEW1", "CN=Computers"), "", (dn("NEW1"),), what="computer created", kind="computer", at=2,
                sid=f"{DOMAIN}-3001", sam="NEW1$",
            ),
            modify(FILES1, ATTRIBUTE, TRUST, at=5),
        ],
        severity="high",
    ),
    "refused": Case([modify(FILES1, ATTRIBUTE, TRUST, code=19)], severity="medium"),
    "in the log, unreadable": Case(written(FILES1, ATTRIBUTE, "Malformed descriptor", kind="computer"), severity="medium"),
    "in 4662 alone": [touched("3f78c3e5-f79a-46bd-a0b8-9d18116ddc79", "bf967a86-0de6-11d0-a285-00aa003049e2")],
    "a known administrator at home": Case(
        [*administrators("boss"), modify(FILES1, ATTRIBUTE, TRUST, user="boss", at=-2 * DAY),
         modify(FILES1, ATTRIBUTE, TRUST, user="boss", at=-2 * DAY + 1)],
        severity="medium",
    ),
}  # fmt: skip


SERVERS = [dn(f"FILES{number}", "OU=Servers") for number in range(8)]
FIRES |= {
    "eight servers for one gateway": Case(
        [modify(one, ATTRIBUTE, TRUST, at=number * 1_000_000) for number, one in enumerate(SERVERS)], severity="low"
    ),
    "the same in the log": Case(
        [one for number, name in enumerate(SERVERS)
         for one in written(name, ATTRIBUTE, TRUST, kind="computer", at=number * 1_000_000)], severity="low"
    ),
    "eight servers for one gateway, at high sensitivity": Case(
        [modify(one, ATTRIBUTE, TRUST, at=number * 1_000_000) for number, one in enumerate(SERVERS)], severity="medium",
        tuning=Tuning(sensitivity="high"),
    ),
    "one server eight times": Case([modify(FILES1, ATTRIBUTE, TRUST, at=one * 1_000_000) for one in range(8)], severity="medium"),
    "eight servers, refused": Case(
        [modify(one, ATTRIBUTE, TRUST, at=number * 1_000_000, code=50) for number, one in enumerate(SERVERS)], severity="medium"
    ),
    "eight servers, each for another one": Case(
        [modify(one, ATTRIBUTE, TRUST.replace("3001", str(3_001 + number)), at=number * 1_000_000)
         for number, one in enumerate(SERVERS)], severity="medium",
    ),
    "eight servers by a computer": Case(
        [modify(one, ATTRIBUTE, TRUST, user="WEB1$", at=number * 1_000_000) for number, one in enumerate(SERVERS)],
        severity="high",
    ),
}  # fmt: skip


def within(user: str = "Administrator", rid: int = 500, *, source: str = "127.0.0.1", package: str = "Kerberos") -> Activity:
    """4624 of a sign-in over the network."""
    fields = {
        "TargetUserSid": f"{DOMAIN}-{rid}", "TargetUserName": user, "TargetDomainName": "EXAMPLE", "TargetLogonId": "0x9999",
        "LogonType": "3", "AuthenticationPackageName": package, "IpAddress": source, "IpPort": "0",
    }  # fmt: skip
    return log(4624, fields, computer=CLIENT)


FIRES |= {
    "an administrator's ticket shown by a computer to itself": Case([within()], severity="low"),
    "the same over IPv6": Case([within(source="::1")], severity="low"),
    "found later": Case(
        differed(entry_of("FILES1$", "computer", dn=FILES1), allowed_to_act=(f"{DOMAIN}-3001",)), severity="medium"
    ),
    "somebody more, found later": Case(
        differed(
            entry_of("FILES1$", "computer", dn=FILES1, allowed_to_act=(f"{DOMAIN}-3001",)),
            allowed_to_act=(f"{DOMAIN}-3001", f"{DOMAIN}-3002"),
        ),
    ),
}
ONE, OTHER = ace(f"{DOMAIN}-3001", 0xF01FF), ace(f"{DOMAIN}-3002", 0xF01FF)
FIRES |= {
    "one more than was read before": Case([rewritten(FILES1, ATTRIBUTE, security(ONE, OTHER), security(ONE))], severity="medium"),
}
QUIET = {
    "written back as it was read": [rewritten(FILES1, ATTRIBUTE, security(OTHER, ONE), security(ONE, OTHER))],
    "one less than was read before": [
        rewritten(FILES1, ATTRIBUTE, security(OTHER), security(ONE, OTHER), user="FILES1$", source=WS2)
    ],
    "a password at the computer itself": [within(package="NTLM")],
    "from another computer": [within(source=WS2)],
    "an ordinary user to himself": [within("alice", 1105)],
    "cleared": [modify(FILES1, ATTRIBUTE)],
    "taken away in the log": written(FILES1, ATTRIBUTE, "", TRUST, kind="computer"),
    "another attribute": [modify(FILES1, "description", "file server")],
    "a computer made": [added(dn("NEW1"), objectClass="computer", sAMAccountName="NEW1$")],
    "taken away over LDAP": [modify(FILES1, ATTRIBUTE, TRUST, deed="delete")],
    "delegation of another kind, over LDAP": [modify(FILES1, "msDS-AllowedToDelegateTo", "cifs/files2.example.org")],
    "taken away, found later": differed(
        entry_of("FILES1$", "computer", dn=FILES1, allowed_to_act=(f"{DOMAIN}-3001",)), allowed_to_act=()
    ),
    "one of two taken away, in the log": written(
        FILES1, ATTRIBUTE, TRUST, f"{TRUST}(A;;0xf01ff;;;{DOMAIN}-3002)", kind="computer"
    ),
    "one of two taken away, found later": differed(
        entry_of("FILES1$", "computer", dn=FILES1, allowed_to_act=(f"{DOMAIN}-3001", f"{DOMAIN}-3002")),
        allowed_to_act=(f"{DOMAIN}-3001",),
    ),
    "delegation of another kind, found later": differed(
        entry_of("FILES1$", "computer", dn=FILES1), delegates_to=("cifs/files2.example.org",)
    ),
}
REAL = (
    Real("lab/captures/rbcd_write.pcap", external_id=2423),
    Real("corpus/evtx/md_T1098_ID5136-Computer_account_set_for_RBCD_delegation.evtx", severity="medium"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
