"""Cases of authentication_policy: tickets of other computers, refusals, policies taken away."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, DC2, HOUR, MINUTE, SECOND, WS1, WS2, as_req, controller
from tests.engine.detectors.builders_changes import DAY, administrators, differed, dn, entry_of, modify, synchronised, written
from tests.engine.detectors.builders_kerberos import tgt_of
from tests.engine.detectors.logs import DOMAIN, log

HERE = (controller(DC1), as_req("WS1$", WS1), as_req("WS2$", WS2))
OWN = tgt_of("WS1$", WS1, 0)
UNKNOWN = "192.0.2.77"
SILO, POLICY, FROM = "msDS-AssignedAuthNPolicySilo", "msDS-AssignedAuthNPolicy", "msDS-UserAllowedToAuthenticateFrom"
ENFORCED = "msDS-AuthNPolicyEnforced"
TIER_0 = "CN=Tier 0,CN=AuthN Policies,CN=AuthN Policy Configuration,CN=Services,CN=Configuration,DC=example,DC=org"
AUTHENTICATION = (
    "Microsoft-Windows-Kerberos-Key-Distribution-Center",
    "Microsoft-Windows-Authentication/AuthenticationPolicyFailures-DomainController",
)
SDDL = 'O:SYG:SYD:(XA;OICI;CR;;;WD;(@USER.ad://ext/AuthenticationSilo == "Tier0"))'


def armored(source: str, ticket: str | None, client: str = "erin", *, at: int = 0, code: int = 0) -> Activity:
    """An AS request inside FAST."""
    return as_req(client, source, at=at, code=code, fast=True, armor_ticket_hash=ticket, padata_etype=None, pa_types=(136,))


def refused(client: str = "erin", source: str = WS2, event_id: int = 4820, *, at: int = 0, own: bool = False) -> Activity:
    """4820, 4821 and 4823, and the first two as the log of policies has them."""
    if event_id == 4823:
        fields = {"AccountName": client, "DeviceName": "WS2", "Status": "0xc0000413", "SiloName": "Tier0", "PolicyName": "Tier 0"}
        return log(4823, fields, at=at, failed=True)
    full = f"{client}@EXAMPLE.ORG" if event_id in (4821, 106) else client
    fields = {
        "TargetUserName": full, "TargetDomainName": "EXAMPLE.ORG", "TargetSid": f"{DOMAIN}-1300", "DeviceName": "WS2$",
        "ServiceName": "krbtgt" if event_id in (4820, 105) else "FILES$", "Status": "0xc", "IpAddress": f"::ffff:{source}",
        "IpPort": "50123", "SiloName": "Tier0", "PolicyName": "Tier 0",
    }  # fmt: skip
    if own:
        return log(event_id, fields, at=at, where=AUTHENTICATION)
    return log(event_id, fields, at=at, failed=True)


FIRES = {
    "under the ticket of another computer": Case([*HERE, armored(WS2, OWN, at=MINUTE)], external_id=3061, severity="high"),
    "from an address that nobody knows, while the computer is where it was": Case(
        [*HERE, armored(UNKNOWN, OWN, at=MINUTE), armored(WS1, OWN, "dora", at=2 * MINUTE)], severity="medium"
    ),
    "refused by a policy (4820)": Case([refused()], severity="low"),
    "a service refused (4821)": Case([refused(event_id=4821)], severity="low"),
    "NTLM refused (4823)": Case([refused(event_id=4823)], severity="low"),
    "the log of policies (105)": Case([refused(event_id=105, own=True)], severity="low"),
    "the log of policies (106)": Case([refused(event_id=106, own=True)], severity="low"),
    "three accounts from one computer": Case(
        [refused("erin"), refused("dora", at=MINUTE), refused("carl", at=2 * MINUTE)], severity="medium"
    ),
    "a sensitive account": Case([*administrators("alice"), refused("alice", at=MINUTE)], severity="medium"),
    "an account taken out of its silo": Case([modify(dn("Erin"), SILO, deed="delete")], severity="medium"),
    "an administrator's account, by event": Case(
        [*administrators("alice"), *written("CN=alice,DC=example,DC=org", POLICY, "", TIER_0, user="mallory")], severity="high"
    ),
    "a policy no longer enforced": Case(written(TIER_0, ENFORCED, "FALSE", "TRUE", kind="msDS-AuthNPolicy"), severity="medium"),
    "NTLM let in": Case([modify(TIER_0, "msDS-UserAllowedNTLMNetworkAuthentication", "TRUE")], severity="medium"),
    "from anywhere": Case(written(TIER_0, FROM, "", SDDL, kind="msDS-AuthNPolicy"), severity="medium"),
    "told by the directory": Case([synchronised(dn("Erin"), POLICY, (), (TIER_0,), at=DAY)], severity="medium"),
    "taken out of its silo, found later": Case(
        differed(entry_of("erin", facts={"msDS-AssignedAuthNPolicySilo": TIER_0}), facts={}), severity="medium"
    ),
}
QUIET = {
    "under its own ticket": [*HERE, armored(WS1, OWN, at=MINUTE)],
    "a laptop that moved": [*HERE, as_req("WS1$", "192.0.2.99", at=SECOND), armored("192.0.2.99", OWN, at=MINUTE)],
    "moved, and nobody is at the old address": [
        *HERE, armored(UNKNOWN, OWN, at=MINUTE), armored(UNKNOWN, OWN, "dora", at=2 * MINUTE),
    ],
    "somebody else got the old address an hour later": [
        *HERE, armored(UNKNOWN, OWN, at=MINUTE), armored(WS1, OWN, "dora", at=HOUR + MINUTE),
    ],
    "a controller that hands a request on": [*HERE, controller(DC2), armored(DC2, OWN, at=MINUTE)],
    "a ticket from before": [*HERE, armored(WS2, "never issued here", at=MINUTE)],
    "a policy is given": [modify(dn("Erin"), SILO, TIER_0), *written(TIER_0, ENFORCED, "TRUE", "FALSE")],
    "an old program of one of the Protected Users (4824)": [
        log(4824, {"TargetUserName": "erin", "TargetSid": f"{DOMAIN}-1300", "Status": "0xc", "IpAddress": WS2}, failed=True)
    ],
    "a policy rejects it, for whatever reason": [*HERE, as_req("erin", WS2, code=12, at=MINUTE)],
    "a policy is given (5136)": [*written(dn("Erin"), SILO, TIER_0), *written(dn("Erin"), POLICY, TIER_0, at=SECOND)],
    "a policy is enforced (5136)": written(TIER_0, ENFORCED, "TRUE", "FALSE", kind="msDS-AuthNPolicy"),
    "NTLM is no longer let in (5136)": written(
        TIER_0, "msDS-UserAllowedNTLMNetworkAuthentication", "FALSE", "TRUE", kind="msDS-AuthNPolicy"
    ),
    "somebody writes what a policy is for (5136)": written(TIER_0, "description", "x", "y", kind="msDS-AuthNPolicy"),
    "a policy is given, found later": differed(entry_of("erin"), facts={"msDS-AssignedAuthNPolicy": TIER_0}),
    "moved from one policy to another, found later": differed(
        entry_of("erin", facts={"msDS-AssignedAuthNPolicy": TIER_0}), facts={"msDS-AssignedAuthNPolicy": TIER_0.replace("0", "1")}
    ),
    "another title, found later": differed(entry_of("erin", facts={"title": "Engineer"}), facts={}),
}  # fmt: skip
REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/ts_Security.evtx", fires=False),
)
