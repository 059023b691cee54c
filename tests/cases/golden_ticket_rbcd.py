"""Delegation to krbtgt, and delegation to other services."""

from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import MINUTE, REALM, WS1, as_req, tgs_req
from tests.engine.detectors.builders_kerberos import tgt_of
from tests.engine.detectors.logs import ticket

SERVICE = as_req("svc_web", WS1)
HELD = {"presented_ticket_hash": tgt_of("svc_web", WS1, 0), "s4u2proxy": True, "at": MINUTE}

FIRES: Cases = {
    "a ticket-granting ticket of somebody": Case([SERVICE, tgs_req(f"krbtgt/{REALM}", client="boss", **HELD)], severity="high"),
    "refused": Case([SERVICE, tgs_req("krbtgt", code=13, **HELD)], severity="medium"),
    "in the log": Case(
        [ticket("krbtgt", user="svc_web", etype=0x12, TransmittedServices="svc_web@EXAMPLE.ORG")], severity="high"
    ),
}  # fmt: skip

FIRES |= {  # type: ignore[operator]
    "in the log, refused": Case(
        [ticket("krbtgt", user="svc_web", etype=0x12, status=13, TransmittedServices="svc_web@EXAMPLE.ORG")], severity="medium"
    ),
}

QUIET: Cases = {
    "in the log, a renewed ticket": [ticket("krbtgt", etype=0x12, TicketOptions="0x2")],
    "delegation to a server": [SERVICE, tgs_req("cifs/files.example.org", client="boss", **HELD)],
    "a forwarded ticket-granting ticket": [SERVICE, tgs_req(f"krbtgt/{REALM}", options=0x60810010)],
    "in the log, delegation to a server": [ticket("FILES$", user="svc_web", TransmittedServices="svc_web@EXAMPLE.ORG")],
    "in the log, a forwarded ticket": [ticket("krbtgt", etype=0x12, TicketOptions="0x60810010")],
    "in somebody's name to oneself": [
        SERVICE, tgs_req("svc_web", client="boss", s4u2self=f"boss@{REALM}", at=MINUTE),
    ],
}  # fmt: skip

REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/md_T1087_ID4769-Kerberos_TGS_host_enumeration_Bloodhound_.evtx", fires=False),
)
