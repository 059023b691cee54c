"""Requests that serve attacks only, and those of services and remote desktops."""

from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import DC1, MINUTE, REALM, WS1, as_req, controller, ping, tgs_req
from tests.engine.detectors.builders_kerberos import tgt_of
from tests.engine.detectors.logs import tgt, ticket

IS_DC = [controller(DC1), ping("bob", 23)]
MINE = as_req("alice", WS1)
HELD = {"presented_ticket_hash": tgt_of("alice", WS1, 0), "at": MINUTE}
DIRECT = {"options": 0x40810018}

FIRES = {
    "in an administrator's name, user to user": Case(
        [MINE, tgs_req("alice", client="administrator", s4u2self=f"administrator@{REALM}", **DIRECT, **HELD)], severity="high"
    ),
    "in somebody's name, refused": Case(
        [MINE, tgs_req("alice", code=13, s4u2self=f"bob@{REALM}", **DIRECT, **HELD)], severity="medium"
    ),
    "in somebody's name, to krbtgt": Case(
        [MINE, tgs_req(f"krbtgt/{REALM}", client="bob", s4u2self=f"bob@{REALM}", **HELD)], severity="medium"
    ),
    "for an administrator towards a controller": Case(
        [*IS_DC, MINE, tgs_req("cifs/dc1.example.org", client="administrator", s4u2proxy=True, **HELD)], severity="low"
    ),
    "the same in the log": Case(
        [*IS_DC, ticket("DC1$", user="administrator", etype=0x12, TransmittedServices="WEB1$@EXAMPLE.ORG")], severity="low"
    ),
    "to oneself": Case([MINE, tgs_req("alice", **DIRECT, **HELD)], severity="medium"),
    "to oneself, in the log": Case([ticket("alice", user="alice", etype=0x12, TicketOptions="0x40810018")], severity="medium"),
}  # fmt: skip

FIRES |= {
    "for the administrator towards another server, where that is new": Case(
        [*IS_DC, MINE, tgs_req("cifs/files.example.org", client="administrator", s4u2proxy=True, **HELD)], severity="low"
    ),
    "the same, towards another server, in the log": Case(
        [ticket("FILES$", user="administrator", etype=0x12, TransmittedServices="WEB1$@EXAMPLE.ORG")], severity="low"
    ),
    "for the administrator of a French Windows towards another server (4769)": Case(
        [ticket("FILES$", user="Administrateur", etype=0x12, TransmittedServices="WEB1$@EXAMPLE.ORG")], severity="low"
    ),
    "for the administrator of a Hungarian Windows towards another server (4769)": Case(
        [ticket("FILES$", user="Rendszergazda", etype=0x12, TransmittedServices="WEB1$@EXAMPLE.ORG")], severity="low"
    ),
}
QUIET: Cases = {
    "for ordinary accounts, towards a controller and another server": [
        *IS_DC, MINE, tgs_req("cifs/dc1.example.org", client="bob", s4u2proxy=True, **HELD),
        tgs_req("cifs/files.example.org", client="bob", s4u2proxy=True, **HELD),
    ],
    "a service asks in somebody's name": [MINE, tgs_req("alice", client="bob", s4u2self=f"bob@{REALM}", **HELD)],
    "a remote desktop, user to user": [MINE, tgs_req("TERMSRV/files.example.org", options=0x40810008, **HELD)],
    "a computer to itself": [as_req("WS1$", WS1), tgs_req("WS1$", client="WS1$", at=MINUTE, options=0x40810008,
                                                         presented_ticket_hash=tgt_of("WS1$", WS1, 0))],
    "after a certificate, which is told elsewhere": [
        as_req("alice", WS1, pkinit=True, padata_etype=None, pa_types=(16, 128)), tgs_req("alice", **DIRECT, **HELD)
    ],
    "for an ordinary account towards a controller, in the log": [
        *IS_DC, ticket("DC1$", user="bob", etype=0x12, TransmittedServices="WEB1$@EXAMPLE.ORG"),
    ],
    "a remote desktop, in the log": [ticket("FILES$", user="alice", etype=0x12, TicketOptions="0x40810008")],
    "a service to itself, in the log": [
        ticket("svc_web", user="svc_web"), ticket("WS1$", user="WS1$", TicketOptions="0x40810008"),
    ],
    "for an ordinary account, by the controller's log alone": [
        tgt("bob"), ticket("DC1$", user="bob", etype=0x12, TransmittedServices="WEB1$@EXAMPLE.ORG"),
        ticket("FILES$", user="bob", etype=0x12, at=MINUTE, TransmittedServices="WEB1$@EXAMPLE.ORG"),
    ],
    "an administrator himself, by the controller's log alone": [
        tgt("administrator"), ticket("DC1$", user="administrator", etype=0x12, at=MINUTE),
    ],
}  # fmt: skip

REAL = (
    Real("corpus/pcap/brute_Kerberos_v5_-_UDP_3.pcap", severity="low"),
    Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False),
    Real("corpus/pcap/elc_normal_share_traversal.pcap", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
