"""Cases of trusts made, changed and removed."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, DC2, LSARPC, MINUTE, WS1, call, controller
from tests.engine.detectors.logs import DOMAIN, log, subject

KNOWN = [controller(DC1), controller(DC2)]


def trust(event_id: int = 4706, user: str = "alice", *, at: int = 0, attributes: int = 8, direction: int = 3) -> Activity:
    """4706, 4707, 4716."""
    fields = {"DomainName": "partner.test", "DomainSid": "S-1-5-21-9-9-9", **subject(user)}
    if event_id != 4707:
        fields |= {
            "TdoType": "2", "TdoDirection": str(direction), "TdoAttributes": str(attributes), "SidFilteringEnabled": "%%1796",
        }  # fmt: skip
    return log(event_id, fields, at=at)


def made(opnum: int = 59, source: str = WS1, **more: object) -> Activity:
    return call(LSARPC, opnum, source, DC1, pipe="lsarpc", **more)  # type: ignore[arg-type]


FIRES = {
    "the log tells a new one": Case([trust()], severity="medium"),
    "a new one that gives no access here": Case([trust(direction=1)], severity="low"),
    "SIDs are let through": Case([trust(4716, attributes=0x48)], severity="high"),
    "something else of it": Case([trust(4716)], severity="low"),
    "removed": Case([trust(4707)], severity="low"),
    "the call, with its name": Case(
        [*KNOWN, made(stub={"domain_name": "partner.test", "direction": 3, "attributes": 8})], severity="medium"
    ),
    "the call, sealed": Case([*KNOWN, made(49, sealed=True)], severity="medium"),
    "refused": Case([*KNOWN, made(code=0x22, stub={"domain_name": "partner.test"})], severity="medium"),
    "one deed with two calls": Case(
        [*KNOWN, made(stub={"domain_name": "partner.test"}), made(74, at=MINUTE, stub={"domain_name": "Partner.Test"})]
    ),
}
QUIET = {
    "a new password, which the controller sets": [trust(4716, "SYSTEM"), trust(4716, "DC1$", at=MINUTE)],
    "a trust that a controller makes anew by itself": [trust(4716, "DC1$", at=at * MINUTE) for at in range(3)],
    "a right taken from a log of another kind": [
        log(4717, {**subject("alice"), "TargetSid": f"{DOMAIN}-1105", "AccessGranted": "SeInteractiveLogonRight"})
    ],
    "a controller's own call": [*KNOWN, made(49, DC2, stub={"domain_name": "partner.test"})],
    "trusts are listed": [*KNOWN, made(50), made(13), made(73)],
    "a right is given": [log(4704, {**subject("alice"), "TargetSid": f"{DOMAIN}-1105", "PrivilegeList": "SeDebugPrivilege"})],
    "a new password, set by the network service of the controller": [
        log(
            4716,
            {
                "DomainName": "partner.test",
                "DomainSid": "S-1-5-21-9-9-9",
                "SubjectUserSid": "S-1-5-20",
                "SubjectUserName": "DC1$",
                "SubjectDomainName": "EXAMPLE",
                "TdoType": "2",
                "TdoDirection": "3",
                "TdoAttributes": "8",
            },
        ),
    ],
    "another controller's call for a new password": [*KNOWN, made(40, DC2), made(132, DC2, at=MINUTE)],
}
REAL = (
    Real("corpus/evtx/md_T1484_ID_4865_4706_-_trust_added.evtx", severity="medium", external_id=3042),
    Real("corpus/evtx/ts_Security.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
